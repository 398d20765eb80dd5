"""Barriers ranked: sums by hand, weights by brute force, money by year, and what is not known."""

from __future__ import annotations

from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from norwalk_geo import ada, barriers, maps, schema
from norwalk_geo.errors import ConfigError, CrsError, SchemaError

CRS = "EPSG:2229"
X, Y = 6_530_000.0, 1_800_000.0
RULES = ada.rules("ada2010", advise=["prowag2023"])
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
    "functional_class": "arterial",
}


def ramps(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Ramps 1,000 ft apart, from west to east."""
    cells = [FULL | row for row in rows]
    index = pd.Index([f"r{place + 1}" for place in range(len(rows))], name="ramp_id")
    points = [Point(X + 1000 * place, Y) for place in range(len(rows))]
    return gpd.GeoDataFrame(cells, index=index, geometry=points, crs=CRS)


def ranked(frame: gpd.GeoDataFrame, **settings: Any) -> pd.DataFrame:
    return barriers.rank(ada.find(frame, rules=RULES), [frame], **settings)


@pytest.fixture(scope="module")
def three() -> gpd.GeoDataFrame:
    """r1 is missing; r2 is 2 % too steep and 6 in too narrow; r3 is sound."""
    missing = {name: None for name in FULL if name.endswith(("_pct", "_in"))}
    steep = {"running_slope_pct": 100 / 12 + 2, "width_in": 30.0}
    return ramps(missing | {"presence": "no", "has_walkway": True}, steep, {})


@pytest.fixture(scope="module")
def around() -> barriers.Around:
    """A park at r1 and a station at r2; r1 cuts 250 people off; the zone of r2 has a flag."""
    places = gpd.GeoDataFrame(
        {"kind": ["park", "station"]},
        index=pd.Index(["p", "s"], name="site_id"),
        geometry=[Point(X, Y + 300), Point(X + 1000, Y + 200)],
        crs=CRS,
    )
    zones = gpd.GeoDataFrame(
        {"flags": [None, "disadvantaged"]},
        index=pd.Index(["z1", "z2"], name="zone_id"),
        geometry=[
            box(X - 100, Y - 100, X + 500, Y + 100),
            box(X + 500, Y - 100, X + 1500, Y + 100),
        ],
        crs=CRS,
    )
    rows = [("ramps", "r1", "park", 250), ("ramps", "r1", "food", 90), ("ramps", "r2", "park", 0)]
    gains = pd.DataFrame(rows, columns=["feature", "feature_id", "kind", "people_gained"])
    return barriers.Around(places, gains.set_index(["feature", "feature_id", "kind"]), zones)


# ------------------------------------------------------------------ the sum


def test_the_sum_is_that_of_a_hand(three: gpd.GeoDataFrame, around: barriers.Around) -> None:
    found = ranked(three, around=around)
    assert found.index.tolist() == ["ramps:r1", "ramps:r2"]
    # Missing: 100 points, all of 40. A park near: 100, all of 30. 250 of 500 people: 50, 10 of 20.
    # Its zone has no flag: 0.
    first = found.loc["ramps:r1"]
    assert first[["severity_part", "place_part", "people_part", "equity_part"]].tolist() == [
        40.0,
        30.0,
        10.0,
        0.0,
    ]
    assert first["score"] == first["score_high"] == 80.0
    assert (first["people_kind"], first["place_id"], first["place_ft"]) == ("park", "p", 300.0)
    # 6 of 12 in too narrow: 90 x 0.75 = 67.5 points, above the slope's 80 x 0.75 = 60. Station: 80.
    second = found.loc["ramps:r2"]
    assert (second["requirement"], second["severity_points"], second["miss"]) == ("width", 67.5, 6)
    assert second["score"] == pytest.approx(27.0 + 24.0 + 0.0 + 10.0)
    assert second["missed"] == 2
    assert second["obstacle"] == (
        "Clear width 30 in (limit 36 in); Running slope 10.33 % (limit 8.33 %)"
    )
    assert pd.isna(second["people_kind"])


def test_what_is_not_known_is_named_and_adds_nothing(three: gpd.GeoDataFrame) -> None:
    found = ranked(three).loc["ramps:r1"]
    assert found["not_known"] == "place|people|equity"
    assert (found["score"], found["score_high"]) == (40.0, 100.0)
    assert found[["place_part", "people_part", "equity_part", "people_cut_off"]].isna().all()


def test_what_only_advises_or_is_not_measured_is_no_barrier() -> None:
    # PROWAG's 48 in is missed, the ADA's 36 in is met; the other ramp was never measured.
    blank = {name: None for name in FULL if name.endswith(("_pct", "_in"))}
    found = ranked(ramps({"width_in": 40.0}, blank, {"width_in": 30.0}))
    assert found.index.tolist() == ["ramps:r3"]


def test_of_the_places_near_the_first_class_counts_not_the_nearest() -> None:
    frame = ramps({"width_in": 30.0})
    places = gpd.GeoDataFrame(
        {"kind": ["food", "odd", "park"], "place_class": [None, "employer", None]},
        index=pd.Index(["a", "b", "c"], name="site_id"),
        geometry=[Point(X, Y + 10), Point(X, Y), Point(X, Y + 1000)],
        crs=CRS,
    )
    near = ranked(frame, around=barriers.Around(places)).iloc[0]
    assert (near["place_class"], near["place_id"], near["place_ft"]) == ("government", "c", 1000.0)
    far = ranked(frame, around=barriers.Around(places[:1]), weights=barriers.Weights(near_ft=9))
    assert (far["place_class"].iloc[0], far["place_points"].iloc[0]) == ("other", 20.0)


def test_equal_sums_go_by_id_and_the_order_of_rows_changes_nothing() -> None:
    frame = ramps(*[{"width_in": 30.0}] * 4)
    found = ranked(frame)
    assert found.index.tolist() == [f"ramps:r{place}" for place in range(1, 5)]
    pd.testing.assert_frame_equal(ranked(frame.iloc[::-1]), found)


def test_bad_input_is_named(three: gpd.GeoDataFrame, around: barriers.Around) -> None:
    with pytest.raises(ConfigError, match=r"severity: is -1.*\n.*top: is 0"):
        barriers.Weights(severity=-1, top=0)
    with pytest.raises(ConfigError, match="all zero"):
        barriers.Weights(0, 0, 0, 0)
    assert around.places is not None
    with pytest.raises(CrsError, match="another system"):
        ranked(three, around=barriers.Around(around.places.to_crs("EPSG:4326")))
    with pytest.raises(ConfigError, match="casino"):
        ranked(three, around=barriers.Around(around.places.assign(kind="casino")))
    with pytest.raises(ConfigError, match="barrier_severity"):
        ranked(three, points=schema.parameters("barrier_severity").drop(index="width"))
    with pytest.raises(ConfigError, match="ramp_id"):
        barriers.rank(ada.find(three, rules=RULES), [three.rename_axis("id")])


# ------------------------------------------------------------------ other weights


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=2, max_size=9),
    st.integers(1, 4),
)
def test_who_stays_agrees_with_trying_many_weights(rows: list[list[int]], top: int) -> None:
    """Whoever is proved to stay never leaves on a fine grid of weights; whoever falls does."""
    weights = barriers.Weights(severity=40, place=30, people=20, equity=10, top=top)
    points = np.array(rows) * 25.0
    names = ["severity_points", "place_points", "people_points", "equity_points"]
    frame = pd.DataFrame(points, columns=names, index=[f"b{place}" for place in range(len(rows))])
    order = np.lexsort((np.arange(len(rows)), -(points @ np.array(weights.each))))
    frame["rank"] = np.argsort(order) + 1
    said = barriers.top_stays(frame, weights)
    stays = np.ones(len(rows), dtype=bool)
    for share in product((0.75, 0.875, 1.0, 1.125, 1.25), repeat=4):
        sums = np.round(points @ (np.array(weights.each) * share), 9)
        stays &= np.argsort(np.lexsort((np.arange(len(rows)), -sums))) < top
    at_top = frame["rank"].to_numpy() <= top
    assert (said.notna().to_numpy() == at_top).all()
    assert stays[said.eq("yes").to_numpy(dtype=bool, na_value=False)].all()
    assert not stays[said.eq("no").to_numpy(dtype=bool, na_value=False)].any()


# ------------------------------------------------------------------ the plan


def costs(*dollars: float | None) -> pd.DataFrame:
    index = [f"ramps:r{place + 1}" for place in range(len(dollars))]
    columns = ["cost_usd", "cost_low_usd", "cost_high_usd"]
    return pd.DataFrame(dict.fromkeys(columns, dollars), index=index, dtype="float64")


def test_the_plan_keeps_to_the_money_and_drops_nothing() -> None:
    record = {"infeasible_record": "Memo 7, city engineer"}
    frame = ramps(*[{"width_in": 30.0}] * 6, {"width_in": 30.0} | record)
    plan = barriers.transition_plan(
        ranked(frame),
        costs(6, 6, 3, None, 50, 9, 9),
        budget_usd={2028: 10, 2027: 10},
        responsible_official="City Engineer",
        paved=pd.Series({"ramps:r6": 2029}),
    )
    assert plan["status"].tolist() == [
        "scheduled",
        "scheduled",
        "scheduled",
        "no_price",
        "beyond_budget",
        "with_paving",
        "infeasible",
    ]
    # r2 no longer fits into 2027, so it waits; r3 still does.
    assert plan["year"].fillna(0).tolist() == [2027, 2028, 2027, 0, 0, 2029, 0]
    spent = plan[plan["status"].eq("scheduled")].groupby("year")["cost_usd"].sum()
    assert spent.to_dict() == {2027: 9.0, 2028: 6.0}
    assert plan["schedule"].iloc[5] == "Fiscal year 2029, with the paving of the street"
    assert (plan["method"] == "Widen the way or move what stands in it").all()
    assert set(plan["responsible_official"]) == {"City Engineer"}


def test_a_plan_without_an_official_or_with_negative_money_is_refused() -> None:
    found = ranked(ramps({"width_in": 30.0}))
    with pytest.raises(ConfigError, match=r"35\.150\(d\)\(3\)") as told:
        barriers.transition_plan(found, costs(1), budget_usd={2027: -1}, responsible_official=" ")
    assert len(told.value.problems) == 2


def test_paving_builds_what_is_due_at_its_corner_or_its_part_of_one() -> None:
    work = pd.DataFrame({"year": [2027, 2029]}, index=["n1-1", "n2-1-s5"])
    due = pd.DataFrame(
        {
            "status": ["due", "unknown", "none", "due", "due"],
            "corner_id": ["n1-1", "n1-1", "n1-1", "n2-1", "n2-1"],
        },
        index=[f"r{place}" for place in range(1, 6)],
    )
    crossed = pd.Series({"r4": "s5", "r5": "s6"})
    found = barriers.with_paving(work, due, crossed)
    assert found.to_dict() == {"ramps:r1": 2027, "ramps:r2": 2027, "ramps:r4": 2029}


def test_the_comment_sheet_has_no_costs_and_room_to_write() -> None:
    frame = ramps(*[{"width_in": 30.0}] * 2)
    plan = barriers.transition_plan(
        ranked(frame), costs(1, 2), budget_usd={2027: 5}, responsible_official="City Engineer"
    )
    sheet = barriers.comment_sheet(plan)
    assert len(sheet) == 2
    assert not any("cost" in name.lower() for name in sheet.columns)
    assert sheet.iloc[:, -1].eq("").all()


# ------------------------------------------------------------------ years later


def test_progress_counts_what_closed_what_came_and_what_was_paid() -> None:
    def edition(*ids: str) -> pd.DataFrame:
        of = {"a": "arterial", "b": "arterial", "c": "residential", "d": None}
        return pd.DataFrame({"functional_class": [of[one] for one in ids]}, index=list(ids))

    removals = pd.DataFrame(
        {
            "barrier_id": ["a", "c"],
            "removed_on": ["2026-07-01", "2027-06-30"],
            "cost_usd": [100.0, None],
        }
    )
    found = barriers.progress({2026: edition("a", "b", "c"), 2027: edition("b", "d")}, removals)
    total = found.loc[(2027, "all")]
    assert total[["open", "closed", "added", "closed_so_far", "known_so_far"]].tolist() == [
        2,
        2,
        1,
        2,
        4,
    ]
    assert total["closed_pct"] == 50.0
    assert pd.isna(total["spent_usd"])
    assert found.loc[(2027, "arterial"), "spent_usd"] == 100.0
    assert found.loc[(2027, "not known"), ["open", "spent_usd"]].tolist() == [1, 0]
    assert found.loc[(2026, "all"), ["open", "closed", "added", "spent_usd"]].tolist() == [
        3,
        0,
        0,
        0,
    ]


def test_nothing_of_a_barrier_but_its_id_is_public() -> None:
    for table in ("findings", "barriers"):
        public = set(schema.public_columns(table))
        assert public <= {"feature", "feature_id", "rule_id", "barrier_id"}


def test_the_map_marks_the_first_and_says_that_it_is_internal(three: gpd.GeoDataFrame) -> None:
    found = ranked(three)
    page = maps.compose(maps.barriers_layer(found, most=1)).get_root().render()
    assert "No curb ramp" in page
    assert "Internal until the transition plan is adopted." in page
    assert "Clear width" not in page
    with pytest.raises(ConfigError, match="has a place"):
        maps.barriers_layer(found.set_geometry([None, None]))


def test_where_nothing_is_missed_there_is_no_barrier() -> None:
    good = ramps({})
    findings = ada.find(good, rules=RULES)
    for none in (findings[findings["verdict"].eq("pass")], findings.iloc[:0]):
        assert barriers.rank(none, [good]).empty


def test_findings_without_their_columns_are_refused_by_name() -> None:
    findings = ada.find(ramps({}), rules=RULES)
    with pytest.raises(SchemaError, match="2 problems") as error:
        barriers.rank(findings.drop(columns=["verdict", "margin"]), [ramps({})])
    assert {one.where for one in error.value.problems} == {"verdict", "margin"}
