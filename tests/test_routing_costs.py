from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString
from strategies import examples

from norwalk_geo import routing, schema
from norwalk_geo.errors import ConfigError, CrsError, SchemaError

FOOT_MM = 304.8006096
PROFILES = schema.parameters("profiles")
WALKERS = ["walk", "manual_wheelchair", "powered_wheelchair", "cane", "stroller"]
GOOD = {
    "kind": "walk",
    "running_slope_pct": 2.0,
    "width_in": 60,
    "is_paved": True,
    "has_curb_ramps": True,
    "sidewalk": "both",
}


def edges(*rows: dict[str, object], crs: str = "EPSG:2229") -> gpd.GeoDataFrame:
    """Edges `e0`, `e1`, … of 1,000 ft in a chain; cells not given are not known."""
    lines = [LineString([(1000 * i, 0), (1000 * i + 1000, 0)]) for i in range(len(rows))]
    frame = pd.DataFrame(
        [
            {"kind": "walk", "from_node": f"n{i}", "to_node": f"n{i + 1}"} | row
            for i, row in enumerate(rows)
        ],
        index=pd.Index([f"e{i}" for i in range(len(rows))], name="edge_id", dtype="str"),
    )
    return gpd.GeoDataFrame(frame, geometry=lines, crs=crs)


def half_up(value: float) -> int:
    return int(np.floor(value + 0.5))


# ------------------------------------------------------------------ time


def test_the_time_of_a_wheelchair_is_accessmaps() -> None:
    """Speed 0.6 m/s exp(−k |g + 0.0087|), k = ln 5 / |limit + 0.0087|: 8.5 % up, 10 % down."""
    found = routing.costs(edges(GOOD | {"running_slope_pct": 5.0}), "manual_wheelchair").loc["e0"]
    length = half_up(1000 * FOOT_MM)
    up = 0.6 * np.exp(-np.log(5) / (0.085 + 0.0087) * (0.05 + 0.0087))
    down = 0.6 * np.exp(-np.log(5) / (0.10 - 0.0087) * (0.05 - 0.0087))
    assert found["length_mm"] == length
    assert found["forward_ms"] == half_up(length / up)
    assert found["backward_ms"] == half_up(length / down)
    # At the limit a fifth of the best speed is left.
    limit = routing.costs(edges(GOOD | {"running_slope_pct": 8.5}), "manual_wheelchair")
    assert limit["forward_ms"].tolist() == [pytest.approx(length / 0.12, abs=1)]


def test_a_slope_has_a_direction() -> None:
    found = routing.costs(
        edges(*(GOOD | {"running_slope_pct": g} for g in (8.5, 8.6, 10.0, 10.1))),
        "manual_wheelchair",
    )
    assert found["forward_status"].tolist() == ["ok", "blocked", "blocked", "blocked"]
    assert found["backward_status"].tolist() == ["ok", "ok", "ok", "blocked"]
    assert found["blocked_by"].fillna("").tolist() == ["", *["running_slope_pct"] * 3]
    assert found["forward_ms"].isna().tolist() == [False, True, True, True]


def test_a_crossing_takes_half_a_minute_more() -> None:
    found = routing.costs(edges(GOOD, GOOD | {"kind": "crossing"}), "manual_wheelchair")
    assert found["forward_ms"].diff().iloc[1] == 30_000


def test_halves_are_rounded_up_and_given_lengths_are_used() -> None:
    rows = edges(GOOD | {"length_ft": 10}, GOOD, crs="EPSG:26911")
    found = routing.costs(rows, "bike_stress_4", profiles=PROFILES.assign(speed_mps=2.0))
    assert found["length_mm"].tolist() == [3048, 1_000_000]
    walk = routing.costs(edges({"length_ft": 0.0}), "walk")
    assert walk["forward_ms"].tolist() == [0]


def test_drivers_go_at_the_speed_of_the_street_or_its_class() -> None:
    street = {"kind": "street", "functional_class": "residential"}
    rows = edges(street | {"speed_mph": 30}, street, street | {"one_way": "with"}, {"kind": "walk"})
    found = routing.costs(rows, "drive")
    length = half_up(1000 * FOOT_MM)
    assert found["forward_ms"].iloc[:2].tolist() == [
        half_up(length / (mph * 0.44704)) for mph in (30, 25)
    ]
    assert found["assumed"].fillna("").tolist()[:2] == ["", "speed_mph"]
    assert found["backward_status"].tolist() == ["ok", "ok", "blocked", "blocked"]
    assert found["is_open"].tolist() == [True, True, True, False]


# ------------------------------------------------------------------ what is not known


@pytest.mark.parametrize("name", ["running_slope_pct", "width_in", "is_paved"])
def test_what_was_not_measured_is_unknown_and_named(name: str) -> None:
    rows = edges(GOOD, {one: cell for one, cell in GOOD.items() if one != name})
    found = routing.costs(rows, "manual_wheelchair")
    assert found["forward_status"].tolist() == ["ok", "unknown"]
    assert found["unknown"].fillna("").tolist() == ["", name]
    assert found["forward_ms"].isna().tolist() == [False, True]
    for policy in ("allow_and_flag", "allow"):
        taken = routing.costs(rows, "manual_wheelchair", unknowns=policy)
        assert taken["forward_ms"].notna().all()
        assert taken["forward_status"].tolist() == ["ok", "unknown"]
        assert set(taken["unknowns"]) == {policy}


def test_what_blocks_wins_over_what_is_unknown() -> None:
    found = routing.costs(edges({"kind": "steps"}, GOOD | {"width_in": 35.9}), "manual_wheelchair")
    assert found["forward_status"].tolist() == ["blocked", "blocked"]
    assert found["blocked_by"].tolist() == ["steps", "width_in"]


def test_streets_need_a_sidewalk_and_crossings_curb_ramps() -> None:
    street = GOOD | {"kind": "street"}
    rows = edges(
        street,
        street | {"sidewalk": "no"},
        street | {"sidewalk": None},
        GOOD | {"kind": "crossing", "has_curb_ramps": False},
        GOOD | {"kind": "crossing", "has_curb_ramps": None},
        GOOD | {"foot_access": "no"},
    )
    found = routing.costs(rows, "powered_wheelchair")
    assert found["forward_status"].tolist() == [
        "ok",
        "blocked",
        "unknown",
        "blocked",
        "unknown",
        "blocked",
    ]
    assert routing.costs(rows, "walk")["forward_status"].tolist() == ["ok"] * 5 + ["blocked"]


# ------------------------------------------------------------------ bicycles


@pytest.mark.parametrize(
    ("lanes", "mph", "home", "bikeway", "level"),
    [
        (2, 25, True, "mixed", 1),
        (2, 30, True, "mixed", 2),
        (2, 25, False, "mixed", 2),
        (3, 30, False, "mixed", 3),
        (4, 25, False, "mixed", 3),
        (4, 30, False, "mixed", 4),
        (6, 25, False, "mixed", 4),
        (2, 35, True, "mixed", 4),
        (2, 30, False, "lane", 2),
        (4, 35, False, "lane", 3),
        (2, 40, False, "lane", 4),
        (6, 45, False, "separated", 1),
    ],
)
def test_levels_of_stress_are_those_of_the_report(
    lanes: int, mph: float, *, home: bool, bikeway: str, level: int
) -> None:
    street = {"kind": "street", "lanes": lanes, "speed_mph": mph, "bikeway": bikeway}
    rows = edges(street | {"functional_class": "residential" if home else "collector"})
    assert routing.stress_levels(rows)[["least", "most"]].to_numpy().tolist() == [[level, level]]


def test_stress_is_judged_as_far_as_it_is_known() -> None:
    street = {"kind": "street", "functional_class": "arterial"}
    rows = edges(street | {"lanes": 6, "bikeway": "mixed"}, street | {"lanes": 6}, {"kind": "path"})
    found = routing.costs(rows, "bike_stress_3")
    assert found["forward_status"].tolist() == ["blocked", "unknown", "ok"]
    assert found["unknown"].fillna("").tolist() == ["", "bikeway speed_mph", ""]
    assert (routing.costs(rows, "bike_stress_4")["forward_status"] == "ok").all()


# ------------------------------------------------------------------ properties

_cells = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["street", "walk", "crossing", "path", "steps"]),
        "running_slope_pct": st.one_of(st.none(), st.floats(-15, 15)),
        "cross_slope_pct": st.one_of(st.none(), st.floats(0, 8)),
        "width_in": st.one_of(st.none(), st.floats(20, 80)),
        "is_paved": st.sampled_from([None, True, False]),
        "has_curb_ramps": st.sampled_from([None, True, False]),
        "sidewalk": st.sampled_from([None, "no", "left", "both"]),
        "functional_class": st.sampled_from([None, "arterial", "residential"]),
        "lanes": st.sampled_from([None, 2, 4, 6]),
        "speed_mph": st.sampled_from([None, 25, 30, 40]),
        "bikeway": st.sampled_from([None, "mixed", "lane", "separated"]),
        "one_way": st.sampled_from([None, "no", "with", "against"]),
    }
)
_many = st.lists(_cells, min_size=5, max_size=20)


def times(found: pd.DataFrame) -> np.ndarray:
    """Times of both directions, infinite where the traveller does not go."""
    return found[["forward_ms", "backward_ms"]].astype("float64").fillna(np.inf).to_numpy()


@examples(8)
@given(rows=_many, name=st.sampled_from(list(PROFILES.index)), share=st.floats(0.3, 1))
def test_a_stricter_profile_never_goes_faster_or_farther(
    rows: list[dict[str, object]], name: str, share: float
) -> None:
    lower = ["uphill_limit_pct", "downhill_limit_pct", "cross_slope_limit_pct", "speed_mps"]
    first = PROFILES.loc[name]
    stricter = first.copy()
    stricter[lower] = first[lower].fillna(20.0) * share
    stricter["least_width_in"] = max(float(first.fillna(0)["least_width_in"]), 32.0) / share
    stricter["may_use_steps"] = False
    stricter[["needs_curb_ramps", "needs_paved", "needs_walk"]] = True
    if pd.notna(first["stress_limit"]):
        stricter["stress_limit"] = 1
    table = pd.DataFrame([first, stricter], index=["loose", "strict"]).astype(PROFILES.dtypes)
    for policy in ("avoid", "allow"):
        loose, strict = (
            times(routing.costs(edges(*rows), one, unknowns=policy, profiles=table))
            for one in table.index
        )
        assert (loose <= strict).all()


@examples(8)
@given(rows=_many, name=st.sampled_from(list(PROFILES.index)))
def test_avoiding_the_unknown_never_goes_farther(rows: list[dict[str, object]], name: str) -> None:
    avoid, flag, allow = (
        times(routing.costs(edges(*rows), name, unknowns=policy)) for policy in routing.UNKNOWNS
    )
    assert (avoid >= flag).all()
    assert (flag == allow).all()


# ------------------------------------------------------------------ bad input


def test_a_wrong_question_is_answered_with_the_nearest_right_one() -> None:
    with pytest.raises(ConfigError) as caught:
        routing.costs(edges(GOOD), "manual_wheelchare", unknowns="ignore")
    assert "manual_wheelchair" in str(caught.value)
    assert len(caught.value.problems) == 2


def test_degrees_and_broken_cells_are_refused() -> None:
    with pytest.raises(CrsError, match="in degrees"):
        routing.costs(edges(GOOD, crs="EPSG:4326"), "walk")
    with pytest.raises(CrsError, match="no coordinate system"):
        routing.costs(edges(GOOD).set_crs(None, allow_override=True), "walk")
    with pytest.raises(SchemaError, match="running_slope_pct: outside") as caught:
        routing.costs(edges(GOOD | {"running_slope_pct": 900}, {"kind": "moat"}), "walk")
    assert len(caught.value.problems) == 2
