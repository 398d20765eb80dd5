"""What edges are worth and what changes give, from tables: beside networks that are built anew."""

from __future__ import annotations

import itertools
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box
from strategies import examples

from norwalk_geo import routing
from norwalk_geo.errors import CrsError, SchemaError

CRS = "EPSG:2229"
PEOPLE = [3, 50, 7, 20, 11, 9]
GOOD = {"kind": "walk", "is_paved": True, "has_curb_ramps": True}
STATES = {"good": (60, 0.0), "slow": (60, 8.0), "narrow": (20, 0.0), "unmeasured": (None, 0.0)}

# A ladder of six nodes: a--b--c
#                        |  |  |
#                        d--e--f
AT = {name: (200.0 * (k % 3), 200.0 * (k // 3)) for k, name in enumerate("abcdef")}
LADDER = ["ab", "bc", "de", "ef", "ad", "be", "cf"]


def edges_of(states: dict[str, str]) -> gpd.GeoDataFrame:
    """Walks named by their ends, each in its state."""
    cells = [
        GOOD | dict(zip(("width_in", "running_slope_pct"), STATES[s], strict=True))
        for s in states.values()
    ]
    frame = pd.DataFrame(cells, index=pd.Index(states, name="edge_id", dtype="str"))
    frame = frame.assign(from_node=[one[0] for one in states], to_node=[one[1] for one in states])
    lines = [LineString([AT[one[0]], AT[one[1]]]) for one in states]
    return gpd.GeoDataFrame(frame.astype({"width_in": "float64"}), geometry=lines, crs=CRS)


def ways_of(edges: gpd.GeoDataFrame, unknowns: str = "avoid") -> routing.Ways:
    found = routing.costs(edges, "manual_wheelchair", unknowns=unknowns)
    return routing.network_graph(edges, found)


PARKS = gpd.GeoDataFrame(
    {"kind": ["park", "school"]},
    index=pd.Index(["p", "s"], name="site_id"),
    geometry=[Point(120, 3), Point(400, 210)],
    crs=CRS,
)
LIVE = pd.DataFrame(
    {"people": pd.array(PEOPLE, dtype="Int64")},
    index=pd.MultiIndex.from_product([["z"], list("abcdef")], names=["zone_id", "node_id"]),
)


def within(now: routing.Snapped, then: routing.Snapped, ids: list[str], limit: int) -> pd.Series:
    """Whether each node gets to a park, with some edges as they are then and others as now."""
    links = now.ways.links.copy()
    changed = links["edge_id"].isin(ids)
    for name in ("forward_ms", "backward_ms"):
        links[name] = links[name].mask(changed, then.ways.links[name])
    parks = now.sites.loc[now.sites["kind"].eq("park"), "node_id"]
    rows = now.ways.nodes.index.get_indexer(parks)
    graph = routing.leaving(replace(now.ways, links=links))
    return pd.Series(routing.nearest(graph, rows, limit).cost >= 0, index=now.ways.nodes.index)


_STATES = st.lists(st.sampled_from(list(STATES)), min_size=7, max_size=7)


@examples(5)
@given(states=_STATES, limit_min=st.sampled_from([3.0, 6.0, 12.0]), most=st.integers(1, 3))
def test_gains_by_edge_are_those_of_networks_built_anew(
    states: list[str], limit_min: float, most: int
) -> None:
    edges = edges_of(dict(zip(LADDER, states, strict=True)))
    mended = edges.assign(width_in=60.0, running_slope_pct=0.0)
    now, then = (routing.snap(ways_of(one), PARKS) for one in (edges, mended))
    asked = [one for one, state in zip(LADDER, states, strict=True) if state != "good"]

    def gained(ids: list[str]) -> int:
        before, after = (within(now, then, one, int(limit_min * 60_000)) for one in ([], ids))
        return sum(n for name, n in zip("abcdef", PEOPLE, strict=True) if (after > before)[name])

    found = routing.edge_gains(now, then, LIVE, limit_min=limit_min)
    assert sorted(found.index.unique("edge_id")) == sorted(asked)
    assert found["unknowns"].eq("avoid").all()
    for (edge_id, kind), row in found.iterrows():
        assert kind == "school" or row["people_gained"] == gained([edge_id])
    made = routing.edges_together(now, then, LIVE, kind="park", limit_min=limit_min, most=most)
    assert made.gained == gained(made.repairs.index.tolist())
    sets = itertools.combinations(asked, min(most, len(asked)))
    best = max((gained(list(ids)) for ids in sets), default=0)
    assert made.gained <= best <= made.bound <= made.all_repaired == gained(asked)


def test_an_edge_cut_at_a_place_is_repaired_whole() -> None:
    """Nobody gets along ab, on which the park is: one repair brings both ends."""
    edges = edges_of(dict.fromkeys(LADDER, "good") | {"ab": "narrow"})
    now, then = (
        routing.snap(ways_of(one), PARKS.loc[["p"]]) for one in (edges, routing_mended(edges))
    )
    found = routing.edge_gains(now, then, LIVE, limit_min=60)
    assert found["people_gained"].to_dict() == {("ab", "park"): 100}
    made = routing.edges_together(now, then, LIVE, kind="park", limit_min=60, most=1)
    assert (made.gained, made.bound, made.all_repaired) == (100, 100, 100)


def routing_mended(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return edges.assign(width_in=60.0, running_slope_pct=0.0)


def test_gains_of_other_networks_and_people_elsewhere_are_refused() -> None:
    edges = edges_of(dict.fromkeys(LADDER, "narrow"))
    now = routing.snap(ways_of(edges), PARKS)
    less = routing.snap(ways_of(routing_mended(edges).iloc[1:]), PARKS)
    with pytest.raises(SchemaError, match="are not the same"):
        routing.edge_gains(now, less, LIVE, limit_min=5)
    with pytest.raises(SchemaError, match="no such node in 6 rows"):
        routing.edge_gains(now, now, LIVE.rename(index=str.upper, level=1), limit_min=5)
    with pytest.raises(SchemaError, match="There are park, school"):
        routing.edges_together(now, now, LIVE, kind="zoo", limit_min=5, most=1)
    assert routing.edge_gains(now, now, LIVE, limit_min=5).empty


# ------------------------------------------------------------------ before and after

ZONES = gpd.GeoDataFrame(
    {"people": [sum(PEOPLE)], "flags": ["old"]},
    index=pd.Index(["z"], name="zone_id"),
    geometry=[box(-9, -9, 409, 209)],
    crs=CRS,
)


@examples(3)
@given(
    states=_STATES,
    out=st.lists(st.sampled_from(LADDER), min_size=1, max_size=3, unique=True),
    ends=st.tuples(st.floats(0, 400), st.floats(0, 30)),
)
def test_an_added_link_only_gives_and_a_removed_one_only_takes(
    states: list[str], out: list[str], ends: tuple[float, float]
) -> None:
    """The new link passes the park nearer than any other, and may be a dead end."""
    ways = ways_of(edges_of(dict(zip(LADDER, states, strict=True))))
    lines = [LineString([AT["a"], (100, 5), ends]), LineString([AT["a"], AT["f"]])]
    cells = GOOD | {"width_in": 60.0, "running_slope_pct": 0.0, "from_node": "a"}
    added = gpd.GeoDataFrame(cells, ["x1", "x2"], geometry=lines, crs=CRS)
    added = added.assign(to_node=["x", "f"]).rename_axis("edge_id")
    more = routing.edit_ways(ways, put=added)
    less = routing.edit_ways(ways, removed=out)
    for after, sign in ((more, 1), (less, -1)):
        found = routing.before_after(ways, after, PARKS, LIVE, limit_min=6, zones=ZONES)
        assert (sign * found["gained"] >= 0).all()
        assert set(found.index.unique("grouping")) == {"all", "zone", "flag"}
        assert found["unknowns"].eq("avoid").all()
    assert len(more.nodes) == 7
    assert "x1" not in ways.links["edge_id"].tolist()


def test_regrading_and_retiming_change_the_times_alone() -> None:
    edges = edges_of(dict.fromkeys(LADDER, "good"))
    ways = ways_of(edges)
    steep = edges.loc[["ab"]].assign(running_slope_pct=20.0)
    graded = routing.edit_ways(ways, put=steep)
    anew = ways_of(pd.concat([steep, edges.drop("ab")]).loc[LADDER])
    names = ["edge_id", "forward_ms", "backward_ms", "length_mm"]
    assert graded.links[names].equals(anew.links[names])
    times = pd.DataFrame({"forward_ms": [7], "backward_ms": [None]}, index=["bc"])
    timed = routing.edit_ways(graded, times=times).links.set_index("edge_id")
    assert timed.loc["bc", ["forward_ms", "backward_ms"]].tolist() == [7, -1]
    found = routing.before_after(ways, graded, PARKS, LIVE, limit_min=6)
    # The park stands on ab; without it nobody gets there.
    assert found.loc[("all", "all", "park", "people"), "within_after"] == 0
    assert found.loc[("all", "all", "school", "people"), "gained"] <= 0


def test_edits_of_what_is_not_there_are_refused_together() -> None:
    ways = ways_of(edges_of(dict.fromkeys(LADDER, "good")))
    times = pd.DataFrame({"forward_ms": [-1]}, index=["zz"])
    with pytest.raises(SchemaError) as caught:
        routing.edit_ways(ways, removed=["yy"], times=times)
    assert [p.where for p in caught.value.problems] == ["removed", "times", "times", "backward_ms"]
    far = edges_of({"ab": "good"}).assign(geometry=[LineString([(0, 900), (200, 0)])])
    with pytest.raises(SchemaError, match="start over 100 ft from the node"):
        routing.edit_ways(ways, put=far)
    with pytest.raises(CrsError, match="put"):
        routing.edit_ways(ways, put=far.to_crs("EPSG:26911"))
    with pytest.raises(SchemaError, match="cut at places"):
        routing.edit_ways(routing.snap(ways, PARKS).ways, removed=["ab"])


def test_stretches_are_those_of_shapely() -> None:
    from shapely.ops import substring

    from norwalk_geo.routing.stretches import stretches

    random = np.random.default_rng(4)
    lines = [
        LineString(random.integers(0, 9, (n, 2)) + [[k, 0] for k in range(n)]) for n in (2, 3, 7, 2)
    ]
    shares = np.sort(random.random((4, 2)), axis=1)
    found = stretches(np.array(lines), shares[:, 0], shares[:, 1])
    for line, (a, b), one in zip(lines, shares, found, strict=True):
        assert one.equals_exact(substring(line, a, b, normalized=True), 1e-9)


def test_sums_say_whom_only_unknown_ways_reach() -> None:
    states = dict.fromkeys(LADDER, "good") | {"ad": "unmeasured", "be": "unmeasured"}
    edges = edges_of(states | {"cf": "unmeasured"})
    flagged, avoided = (
        routing.node_sums(ways_of(edges, policy), LIVE, limit_min=60)
        for policy in ("allow_and_flag", "avoid")
    )
    # Each side of the ladder is known; the rungs are not.
    assert flagged["within"].tolist() == [100] * 6
    assert flagged["flagged"].tolist() == [40] * 3 + [60] * 3
    assert avoided["within"].tolist() == [60] * 3 + [40] * 3
    assert avoided["flagged"].eq(0).all()
    assert flagged["unknowns"].eq("allow_and_flag").all()
