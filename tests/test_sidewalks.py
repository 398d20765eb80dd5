"""The sidewalk graph: what meets, what stops a wheelchair, what a repair gives, what is guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box
from strategies import examples

from norwalk_geo import network, routing, towns
from norwalk_geo.errors import ConfigError, CrsError

CRS = "EPSG:2229"
X, Y = 6_530_000.0, 1_800_000.0
GOOD = {"running_slope_pct": 2.0, "cross_slope_pct": 1.0, "width_in": 48.0}


def layer(key: str, rows: dict[str, tuple[Any, dict[str, Any]]]) -> gpd.GeoDataFrame:
    """Features by id: shape in feet from the corner, and cells."""
    index = pd.Index(list(rows), name=key, dtype="str")
    shapes = []
    for points, _ in rows.values():
        placed = [(X + x, Y + y) for x, y in points]
        shapes.append(Point(placed[0]) if len(placed) == 1 else LineString(placed))
    cells = pd.DataFrame([cells for _, cells in rows.values()], index=index)
    return gpd.GeoDataFrame(cells, geometry=shapes, crs=CRS)


def walks(**changed: dict[str, Any]) -> gpd.GeoDataFrame:
    """Two walks on either side of a street, each 200 ft long: a in the south, b in the north."""
    firm = GOOD | {"surface_material": "concrete"}
    rows = {
        "a": ([(-200, 0), (0, 0)], firm | changed.get("a", {})),
        "b": ([(0, 40), (200, 40)], firm | changed.get("b", {})),
    }
    return layer("walk_id", rows)


def crossings(**changed: dict[str, Any]) -> gpd.GeoDataFrame:
    return layer("crossing_id", {"c": ([(0, 2), (0, 38)], GOOD | changed.get("c", {}))})


def ramps(**changed: dict[str, Any]) -> gpd.GeoDataFrame:
    sound = GOOD | {"presence": "yes"}
    rows = {
        "s": ([(1, 1)], sound | changed.get("s", {})),
        "n": ([(1, 39)], sound | changed.get("n", {})),
    }
    return layer("ramp_id", rows)


START, GOAL = Point(X - 150, Y), Point(X + 150, Y + 40)


def rolled(edges: gpd.GeoDataFrame, **asked: Any) -> routing.Route:
    return routing.route(edges, START, GOAL, profile="manual_wheelchair", **asked)


# ------------------------------------------------------------------ one crossing


def test_a_crossing_joins_walks_by_a_ramp_at_each_end() -> None:
    found = routing.sidewalk_edges(walks(), crossings(), ramps())
    assert found.faults.empty
    edges = found.edges
    assert edges.loc["crossings:c", ["from_node", "to_node"]].tolist() == ["ramps:s", "ramps:n"]
    assert sorted(edges["kind"]) == ["crossing", "ramp", "ramp", "walk", "walk"]
    way = rolled(edges)
    assert way.is_passable
    assert way.stretches["kind"].tolist() == ["walk", "ramp", "crossing", "ramp", "walk"]
    assert way.unknown_ft == way.blocked_ft == 0
    assert way.length_ft == pytest.approx(150 + 3 + 36 + 3 + 150, abs=0.1)


def test_a_route_tells_what_stops_the_wheelchair() -> None:
    edges = routing.sidewalk_edges(walks(), crossings(), ramps(n={"presence": "no"})).edges
    way = rolled(edges)
    stopped = way.stretches[way.stretches["is_stopped"]]
    assert not way.is_passable
    assert stopped[["feature", "feature_id", "blocked_by"]].to_numpy().tolist() == [
        ["ramps", "n", "has_curb_ramps"]
    ]
    on_foot = routing.route(edges, START, GOAL, profile="walk")
    assert on_foot.is_passable
    assert on_foot.length_ft == pytest.approx(way.length_ft)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"running_slope_pct": 10.5}, "running_slope_pct"),
        ({"width_in": 35.0}, "width_in"),
    ],
)
def test_a_bad_ramp_stops_like_a_missing_one(changed: dict[str, Any], said: str) -> None:
    way = rolled(routing.sidewalk_edges(walks(), crossings(), ramps(s=changed)).edges)
    assert way.stretches.loc[way.stretches["is_stopped"], "blocked_by"].tolist() == [said]


def test_unknown_is_never_passable_unless_that_is_asked_for() -> None:
    edges = routing.sidewalk_edges(walks(), crossings(), ramps(s={"width_in": None})).edges
    assert not rolled(edges).is_passable
    flagged = rolled(edges, unknowns="allow_and_flag")
    assert flagged.is_passable
    assert flagged.unknown_ft == pytest.approx(3.0, abs=0.01)


def test_without_ramps_it_is_not_known_how_the_curb_is_passed() -> None:
    found = routing.sidewalk_edges(walks(), crossings())
    way = rolled(found.edges)
    assert way.stretches.loc[way.stretches["is_stopped"], "unknown"].tolist() == ["has_curb_ramps"]
    assert found.faults.reset_index()["fault"].tolist() == ["crossing_without_ramps"]


def test_what_cannot_be_joined_is_listed() -> None:
    far = layer(
        "ramp_id",
        {"odd": ([(-150, 3)], GOOD), "s": ([(1, 1)], GOOD | {"crossed_section_id": "elsewhere"})},
    )
    lone = layer("crossing_id", {"c": ([(0, 2), (0, 500)], GOOD | {"section_id": "here"})})
    faults = routing.sidewalk_edges(walks(), lone, far).faults.reset_index()
    assert set(zip(faults["feature_id"], faults["fault"], strict=True)) == {
        ("odd", "ramp_without_crossing"),
        ("s", "ramp_without_crossing"),
        ("c", "crossing_end_alone"),
        ("c", "crossing_without_ramps"),
    }


def test_points_without_a_way_and_layers_apart_are_refused() -> None:
    edges = routing.sidewalk_edges(walks(), crossings()[:0], ramps()[:0]).edges
    with pytest.raises(ConfigError, match="no way leads there"):
        rolled(edges)
    with pytest.raises(ConfigError, match="near no edge"):
        routing.route(edges, START, Point(X, Y + 9000), profile="walk")
    with pytest.raises(CrsError, match="differ"):
        routing.sidewalk_edges(walks(), crossings().to_crs("EPSG:4326"), ramps())


# ------------------------------------------------------------------ what a repair gives


def test_a_repair_gives_a_way_to_those_behind_it() -> None:
    """60 people live along a, the park is on b; either ramp alone is no use while both are bad."""
    park = layer("site_id", {"p": ([(150, 40)], {"kind": "park"})})
    zones = gpd.GeoDataFrame(
        {"people": [60]},
        index=pd.Index(["z"], name="zone_id"),
        geometry=[box(X - 300, Y - 50, X - 50, Y + 20)],
        crs=CRS,
    )
    one = routing.sidewalk_edges(walks(), crossings(), ramps(n={"presence": "no"})).edges
    found = routing.repair_gains(one, park, zones, limit_min=30)
    assert found["people_gained"].to_dict() == {("ramps", "n", "park"): 60}
    assert found["people_before"].tolist() == [0]
    bad = {"presence": "no"}
    two = routing.sidewalk_edges(walks(), crossings(), ramps(n=bad, s=bad)).edges
    assert routing.repair_gains(two, park, zones, limit_min=30)["people_gained"].sum() == 0


def brute(edges: gpd.GeoDataFrame, row: pd.Series, places: gpd.GeoDataFrame, zones: Any) -> int:
    """People who gain when one feature is repaired: everything found anew."""
    counts = []
    mine = edges["feature"].eq(row["feature"]) & edges["feature_id"].eq(row["feature_id"])
    mended = edges.copy()
    mended.loc[mine] = routing.repaired(edges, "manual_wheelchair").loc[mine]
    for state in (edges, gpd.GeoDataFrame(mended)):
        cost = routing.costs(state, "manual_wheelchair", unknowns="allow_and_flag")
        kind = places[places["kind"].eq(row["kind"])]
        snapped = routing.snap(routing.network_graph(state, cost), kind)
        reach = routing.reach(snapped, limit_min=12)
        # People are spread once: the network that they live on does not change.
        cut = routing.snap(routing.network_graph(edges, cost), places)
        live = routing.spread(zones, cut.ways).people.groupby("node_id")["people"].sum()
        # Nodes of the other kinds' places are cut into the same edges.
        nodes = reach.index.get_level_values("node_id")
        counts.append((set(nodes), live))
    gained = counts[1][0] - counts[0][0]
    return int(counts[1][1].reindex(sorted(gained)).sum())


@examples(2)
@given(st.integers(0, 10_000))
def test_gains_agree_with_brute_force_on_small_towns(seed: int) -> None:
    streets = towns.town(20, seed=seed).streets
    made = towns.pedestrian(streets, seed=seed)
    edges = routing.sidewalk_edges(made.walks, made.crossings, made.ramps).edges
    west, south, east, north = edges.total_bounds
    place = gpd.GeoDataFrame(
        {"kind": ["park"]},
        index=pd.Index(["p"], name="site_id"),
        geometry=[edges.geometry.iloc[seed % len(edges)].centroid],
        crs=CRS,
    )
    zones = gpd.GeoDataFrame(
        {"people": [400, 300]},
        index=pd.Index(["w", "e"], name="zone_id"),
        geometry=[
            box(west, south, (west + east) / 2, north),
            box((west + east) / 2, south, east, north),
        ],
        crs=CRS,
    )
    found = routing.repair_gains(edges, place, zones, limit_min=12).reset_index()
    rng = np.random.default_rng(seed)
    most = found.sort_values("people_gained", ascending=False).head(1)
    some = found.iloc[rng.permutation(len(found))[:1]]
    for _, row in pd.concat([most, some]).iterrows():
        assert row["people_gained"] == brute(edges, row, place, zones)


# ------------------------------------------------------------------ whole towns, and inferred ones


def graph_of(edges: gpd.GeoDataFrame) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_edges_from(zip(edges["from_node"], edges["to_node"], strict=True))
    return graph


def test_an_invented_town_is_one_sidewalk_network() -> None:
    made = towns.pedestrian(towns.town(seed=1).streets)
    edges = routing.sidewalk_edges(made.walks, made.crossings, made.ramps).edges
    parts = sorted(map(len, nx.connected_components(graph_of(edges))), reverse=True)
    assert parts[0] / sum(parts) > 0.97
    # Cutting loses nothing but what lies within a node.
    drawn, kept = made.walks.length.sum(), edges[edges["kind"].eq("walk")].length.sum()
    assert 0.97 < kept / drawn <= 1.001
    again = routing.sidewalk_edges(
        made.walks.iloc[::-1], made.crossings.iloc[::-1], made.ramps.iloc[::-1]
    ).edges
    way, other = (
        routing.route(one, START_TOWN(made), GOAL_TOWN(made), profile="walk")
        for one in (edges, again)
    )
    assert way.length_ft == pytest.approx(other.length_ft)


def START_TOWN(made: towns.Pedestrian) -> Point:  # noqa: N802 - a place, like those above
    return made.walks.geometry.iloc[0].centroid


def GOAL_TOWN(made: towns.Pedestrian) -> Point:  # noqa: N802
    return made.walks.geometry.iloc[-1].centroid


CROSSING = """
       B
       |
       |
A------C------D---F
       |
       |
       E
"""


def test_inferred_sidewalks_go_around_corners_and_are_marked(
    draw: Callable[..., gpd.GeoDataFrame],
) -> None:
    streets = network.build(draw(CROSSING))
    edges = routing.inferred_edges(streets)
    assert edges["is_inferred"].all()
    assert edges["kind"].value_counts().to_dict() == {"walk": 10, "crossing": 4}
    graph = graph_of(edges)
    # Without crossings each quarter is a way of its own, joined around the dead ends alone.
    walks_only = graph_of(edges[edges["kind"].eq("walk")])
    assert nx.number_connected_components(graph) == 1
    degree = dict(walks_only.degree())
    assert all(degree[node] == 2 for node in degree)
    cost = routing.costs(edges, "manual_wheelchair")
    assert set(cost["forward_status"]) == {"unknown"}
    assert set(routing.costs(edges, "walk")["forward_status"]) == {"ok"}
    # No walk crosses a street: C-D's northern side is north of C-D.
    north = edges.loc[["CD:left", "DF:left"]].geometry
    middle = streets.sections.geometry["CD"].centroid.y
    assert all(line.centroid.y > middle for line in north)
    sides = network.build(draw(CROSSING).assign(sidewalk="right"))
    kept = routing.inferred_edges(sides)
    assert not kept.index.str.endswith(":left").any()


# ------------------------------------------------------------------ Cambridge


@pytest.mark.slow
@pytest.mark.real
def test_cambridge_is_one_graph_whose_unknown_shares_show(real: Path) -> None:
    """Ramps, sidewalks and centerlines of a real city, imported by mappings alone."""
    import runpy

    tool = runpy.run_path(str(Path(__file__).parents[1] / "tools" / "ada_cambridge.py"))
    found = tool["figures"](real / "cambridge_ma")
    assert found["ramps"] == 4605
    assert found["edges_in_largest_part_pct"] > 85
    assert found["crossings_with_ramps_pct"] > 50
    # Nobody measured slopes: a wheelchair surely reaches nothing, and all of a way is unknown.
    assert found["nodes_reached_avoiding_unknown"] <= 2
    assert found["nodes_reached_flagged"] > 100
    assert found["unknown_share_pct"] == 100.0
    assert found["sections_with_walk_pct"] > 70


def test_crossings_without_any_walk_are_a_network_of_their_own() -> None:
    made = towns.pedestrian(towns.town(24, seed=1).streets)
    found = routing.sidewalk_edges(made.walks.iloc[:0], made.crossings, made.ramps)
    assert set(found.edges["kind"]) == {"crossing"}
    assert len(found.edges) == len(made.crossings)
