"""Ramps due by corner: where they stand, why they are due, what they cost, what is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from norwalk_geo import ada, network, schema, towns
from norwalk_geo.errors import ConfigError, CrsError

CROSSING = """
       B
       |
       |
A------C------D
       |
       |
       E
"""
FULL = {
    "presence": "yes",
    "running_slope_pct": 8.0,
    "cross_slope_pct": 1.0,
    "width_in": 48.0,
    "flare_slope_pct": 9.0,
    "counter_slope_pct": 3.0,
    "vertical_discontinuity_in": 0.0,
    "landing_length_in": 48.0,
    "date_built": "2020-01-01",
}
MISSING = {"presence": "no", "has_walkway": True}
RULES = ada.rules("ada2010", "dot504", advise=["prowag2023"])


@pytest.fixture(scope="module")
def streets(draw: Callable[..., gpd.GeoDataFrame]) -> network.Network:
    return network.build(draw(CROSSING))


@pytest.fixture(scope="module")
def middle(streets: network.Network) -> Point:
    return streets.nodes.geometry[streets.nodes.geometry.distance(streets_center(streets)).idxmin()]


def streets_center(streets: network.Network) -> Point:
    return streets.sections.geometry["AC"].intersection(streets.sections.geometry["CD"])


def ramps(middle: Point, *rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Ramps at an offset from the crossing, `at` in feet east and north; on the corner C-D/C-B."""
    shapes = [
        Point(middle.x + x, middle.y + y) for x, y in (row.get("at", (30, 30)) for row in rows)
    ]
    cells = [{name: value for name, value in row.items() if name != "at"} for row in rows]
    index = pd.Index([f"r{place + 1}" for place in range(len(rows))], name="ramp_id")
    return gpd.GeoDataFrame(pd.DataFrame(cells, index=index), geometry=shapes, crs="EPSG:2229")


def status(row: dict[str, Any]) -> list[Any]:
    frame = ramps(Point(6_530_000, 1_800_000), row)
    return ada.due(frame, rules=RULES).iloc[0].tolist()


WARNED = {"detectable_warning": "tactile and contrasted", "detectable_warning_depth_in": 24.0}


@pytest.mark.parametrize(
    ("row", "wanted", "said"),
    [
        (MISSING, "due", "no ramp"),
        (MISSING | {"has_walkway": None}, "unknown", "not known whether a walkway"),
        (MISSING | {"has_walkway": False}, "none", None),
        ({"presence": None}, "unknown", "not known whether there is a ramp"),
        (FULL | WARNED, "none", None),
        (FULL | {"detectable_warning": "no"}, "warnings", "misses detectable warning"),
        (FULL | WARNED | {"running_slope_pct": 8.4}, "due", "misses running slope"),
        (FULL | WARNED | {"width_in": None}, "unknown", "not decided: clear width"),
        (FULL | WARNED | {"error_width_in": 20.0}, "unknown", "too near to tell: clear width"),
        # No landing: the 1991 Standards ask for none, so the day of building decides.
        (FULL | WARNED | {"landing_length_in": 20.0}, "due", "misses length of the landing"),
        (
            FULL
            | {"landing_length_in": 20.0, "flare_slope_pct": 8.0, "date_built": "2012-03-14"}
            | WARNED,
            "none",
            None,
        ),
        (
            FULL | WARNED | {"landing_length_in": 20.0, "flare_slope_pct": 8.0, "date_built": None},
            "unknown",
            "not decided: length of the landing",
        ),
        (
            FULL | {"running_slope_pct": 9.0, "date_built": None},
            "due",
            "misses running slope",
        ),
        (
            MISSING
            | {"infeasible_record": "File 7, city engineer", "infeasible_signed": "2024-02-02"},
            "infeasible",
            "no ramp",
        ),
        # A record that nobody signed excuses nothing.
        (MISSING | {"infeasible_record": "File 7"}, "due", "no ramp"),
        (MISSING | {"infeasible_signed": "2024-02-02"}, "due", "no ramp"),
        (
            FULL | WARNED | {"infeasible_record": "File 7", "infeasible_signed": "2024-02-02"},
            "none",
            None,
        ),
    ],
)
def test_which_ramps_are_due_and_why(row: dict[str, Any], wanted: str, said: str | None) -> None:
    found, reason = status(row)
    assert found == wanted
    assert pd.isna(reason) if said is None else said in reason


def test_advice_alone_makes_no_ramp_due() -> None:
    frame = ramps(Point(6_530_000, 1_800_000), FULL)
    with pytest.raises(ConfigError, match="no rule for ramps is enforced"):
        ada.due(frame, rules=ada.rules(advise=["prowag2023"]))


def made(frame: gpd.GeoDataFrame, streets: network.Network) -> ada.Corners:
    return ada.corners(frame, streets, rules=RULES, base_year=2026)


def test_a_ramp_stands_between_the_two_sections_around_it(
    streets: network.Network, middle: Point
) -> None:
    around = [(30, 30), (30, -30), (-30, -30), (-30, 30)]
    sections = [{"BC", "CD"}, {"CE", "CD"}, {"CE", "AC"}, {"BC", "AC"}]
    found = made(ramps(middle, *[MISSING | {"at": at} for at in around]), streets)
    assert found.corners["ramps_due"].tolist() == [1, 1, 1, 1]
    for ramp, wanted in zip(found.ramps.index, sections, strict=True):
        links = found.corner_sections.loc[found.ramps.loc[ramp, "corner_id"]]
        assert set(links.index) == wanted
        assert links["is_crossed"].all()
    assert found.faults.empty


def test_a_corner_counts_its_ramps_and_costs_a_range(
    streets: network.Network, middle: Point
) -> None:
    rows = [MISSING, FULL | {"width_in": None, "at": (20, 35)}, FULL | WARNED]
    corner = made(ramps(middle, *rows), streets).corners.iloc[0]
    low, usual, high = ada.prices("ramp", base_year=2026)
    counts = ["ramps_due", "ramps_unknown", "ramps_infeasible"]
    assert corner[counts].tolist() == [1, 1, 0]
    costs = corner[["cost_low_usd", "cost_usd", "cost_high_usd"]].tolist()
    assert costs == pytest.approx([low, 2 * usual, 2 * high], abs=0.005)
    assert corner["reason"].startswith("r1: no ramp; r2: not decided: clear width")


def test_prices_are_the_estimates_brought_to_the_base_year() -> None:
    index = schema.parameters("price_index")["index"]
    low, _, high = ada.prices("ramp", base_year=2026)
    assert low == pytest.approx(3244 * index[2026] / index[2016], abs=0.005)
    assert high == pytest.approx(9444 * index[2026] / index[2015], abs=0.005)
    with pytest.raises(ConfigError, match="no estimate of a bridge"):
        ada.prices("bridge", base_year=2026)
    with pytest.raises(ConfigError, match="no row for 1800"):
        ada.prices("ramp", base_year=1800)


def test_ramps_that_serve_one_crossing_are_told_apart(
    streets: network.Network, middle: Point
) -> None:
    rows = [MISSING | {"crossed_section_id": one} for one in ("CD", "BC")]
    found = made(ramps(middle, *rows), streets)
    assert len(found.corners) == 2
    crossed = found.corner_sections.query("is_crossed").reset_index()
    assert sorted(crossed["section_id"]) == ["BC", "CD"]
    assert found.corner_sections.groupby("corner_id")["is_crossed"].sum().tolist() == [1, 1]


def test_a_citys_own_corners_keep_their_names(streets: network.Network, middle: Point) -> None:
    rows = [MISSING | {"corner_id": "Int-7 NE", "at": at} for at in ((30, 30), (28, 34))]
    found = made(ramps(middle, *rows), streets)
    assert found.corners["ramps_due"].to_dict() == {"Int-7 NE": 2}
    assert set(found.corner_sections.loc["Int-7 NE"].index) == {"BC", "CD"}


def test_a_ramp_between_intersections_stands_alone(streets: network.Network, middle: Point) -> None:
    found = made(ramps(middle, MISSING | {"at": (350, 30)}), streets)
    assert found.corner_sections.index.tolist() == [("CD-r1", "CD")]


def test_what_cannot_be_placed_is_reported(streets: network.Network, middle: Point) -> None:
    rows = [
        MISSING | {"at": (2000, 2000)},
        MISSING | {"at": (2000, 2000), "corner_id": "far"},
        MISSING | {"crossed_section_id": "XY"},
    ]
    found = made(ramps(middle, *rows), streets)
    assert sorted(found.faults.index) == [
        ("corner_without_sections", "far"),
        ("crossed_section_unknown", "r3"),
        ("ramp_far_from_streets", "r1"),
    ]
    # What is far is still due; without a corner no plan can build it.
    assert found.ramps["status"].tolist() == ["due"] * 3
    assert "far" in found.corners.index


def test_ramps_in_another_system_are_refused(streets: network.Network, middle: Point) -> None:
    frame = ramps(middle, MISSING).to_crs("EPSG:26911")
    with pytest.raises(CrsError, match="not in the system of the sections"):
        made(frame, streets)


def test_nothing_due_gives_no_corner(streets: network.Network, middle: Point) -> None:
    found = made(ramps(middle, FULL | WARNED), streets)
    assert found.corners.empty
    assert found.corner_sections.empty


def test_an_invented_town_has_ramps_due_at_its_corners(sample_town: towns.Town) -> None:
    made_up = towns.pedestrian(sample_town.streets)
    again = towns.pedestrian(sample_town.streets)
    pd.testing.assert_frame_equal(made_up.ramps, again.ramps)
    found = made(made_up.ramps, sample_town.streets)
    assert found.faults.empty
    assert set(found.ramps["status"]) >= {"due", "unknown", "none"}
    counted = found.corners[["ramps_due", "ramps_unknown"]].sum().tolist()
    told = found.ramps["status"].value_counts()
    assert counted == [told["due"], told["unknown"]]
    everything = (made_up.ramps, made_up.walks, made_up.crossings)
    findings = ada.find(*everything, rules=RULES)
    counts = ada.summarize(findings, *everything).reset_index()
    whole = counts.query("grouped_by == 'all' and is_enforced").set_index("feature")["features"]
    assert whole["walks"] == len(made_up.walks)
