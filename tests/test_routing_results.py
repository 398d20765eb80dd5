from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box
from strategies import examples

from norwalk_geo import network, routing, schema, sources
from norwalk_geo.errors import ConfigError, CrsError, SchemaError

CRS = "EPSG:2229"
# One unit of length is a foot; a traveller of 0.3048006096 m/s goes a foot a second.
PROFILES = schema.parameters("profiles").assign(speed_mps=0.3048006096)
KNOWN = {"running_slope_pct": -0.87, "width_in": 60, "is_paved": True, "has_curb_ramps": True}


def edges_of(lines: dict[str, list[tuple[float, float]]], **cells: object) -> gpd.GeoDataFrame:
    """Walks named by their ends (`ab`), of which everything is known."""
    frame = gpd.GeoDataFrame(
        KNOWN | {"kind": "walk"} | cells,
        index=pd.Index(lines, name="edge_id", dtype="str"),
        geometry=[LineString(line) for line in lines.values()],
        crs=CRS,
    )
    ends = frame.index.to_series()
    return frame.assign(from_node=ends.str[0], to_node=ends.str[1])


def ways_of(
    edges: gpd.GeoDataFrame, profile: str = "stroller", unknowns: str = "avoid"
) -> routing.Ways:
    found = routing.costs(edges, profile, unknowns=unknowns, profiles=PROFILES)
    return routing.network_graph(edges, found)


def points(**places: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"kind": "park"},
        index=pd.Index(places, name="site_id", dtype="str"),
        geometry=[Point(place) for place in places.values()],
        crs=CRS,
    )


# A square of 100 ft with a tail:   a--b
#                                   |  |
#                                   d--c----e
SQUARE = {
    "ab": [(0, 100), (100, 100)],
    "bc": [(100, 100), (100, 0)],
    "dc": [(0, 0), (100, 0)],
    "da": [(0, 0), (0, 100)],
    "ce": [(100, 0), (300, 0)],
}


def zones_of(**areas: tuple[Polygon, int | None]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"people": [number for _, number in areas.values()]},
        index=pd.Index(areas, name="zone_id", dtype="str"),
        geometry=[area for area, _ in areas.values()],
        crs=CRS,
    )


# ------------------------------------------------------------------ snapping


def test_a_place_cuts_its_edge_and_the_parts_sum_to_the_whole() -> None:
    ways = ways_of(edges_of(SQUARE))
    snapped = routing.snap(ways, points(p=(233, 7), q=(133.3333, -4)))
    parts = snapped.ways.links[snapped.ways.links["edge_id"].eq("ce")]
    whole = ways.links[ways.links["edge_id"].eq("ce")].iloc[0]
    assert len(parts) == 3
    for name in ("forward_ms", "backward_ms", "length_mm"):
        assert parts[name].sum() == whole[name]
    assert parts.geometry.length.sum() == pytest.approx(200)
    assert snapped.sites["apart_ft"].tolist() == pytest.approx([7, 4])
    assert len(ways.links) == 5


def test_a_place_at_the_end_of_an_edge_is_its_node_and_a_far_one_is_nowhere() -> None:
    ways = ways_of(edges_of(SQUARE))
    snapped = routing.snap(ways, points(p=(310, 3), far=(5000, 5000)))
    assert snapped.sites["node_id"].tolist() == ["e"]
    assert snapped.far == ("far",)
    assert len(snapped.ways.links) == 5


def test_an_area_is_entered_at_every_node_at_its_edge() -> None:
    ways = ways_of(edges_of(SQUARE))
    park = gpd.GeoDataFrame({"kind": ["park"]}, geometry=[box(-40, -40, -10, 140)], crs=CRS)
    park.index = pd.Index(["p"], name="site_id")
    assert routing.snap(ways, park).sites["node_id"].tolist() == ["a", "d"]
    middle = park.set_geometry([box(150, 30, 250, 60)])
    assert routing.snap(ways, middle, entrance_ft=5).sites["node_id"].tolist() == ["at p"]


def test_the_nearest_edge_does_not_depend_on_the_traveller() -> None:
    steps = edges_of(SQUARE | {"xy": [(120, 40), (280, 40)]})
    steps.loc["xy", "kind"] = "steps"
    for profile in ("walk", "stroller"):
        snapped = routing.snap(ways_of(steps, profile), points(p=(200, 30)))
        assert snapped.ways.links["edge_id"].tolist().count("xy") == 2


# ------------------------------------------------------------------ reach


def test_ways_lead_to_the_place_and_the_limit_is_inclusive() -> None:
    """Feet are seconds: e is 200 from c, 300 from b and d, 400 from a."""
    ways = ways_of(edges_of(SQUARE))
    snapped = routing.snap(ways, points(p=(300, 0)))
    found = routing.reach(snapped, limit_min=5).droplevel("site_id")
    fast = 1000 * 1.0  # on the best slope one way; the other way is slower by Tobler's function
    assert set(found.index) <= {"c", "e", "b", "d"}
    assert found.loc["e", "cost_ms"] == 0
    assert found.loc["c", "cost_ms"] == pytest.approx(200 * fast, rel=1e-6)
    exact = found.loc["c", "cost_ms"] / 60_000
    assert "c" in routing.reach(snapped, limit_min=exact).index.get_level_values("node_id")
    less = routing.reach(snapped, limit_min=(found.loc["c", "cost_ms"] - 1) / 60_000)
    assert "c" not in less.index.get_level_values("node_id")


_STREETS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(0, 6),
        st.integers(0, 40),
        st.sampled_from([None, 0.0, 4.0, -9.0]),
        st.sampled_from(["walk", "crossing", "steps"]),
    ),
    min_size=1,
    max_size=14,
)


def drawn(rows: list[tuple[int, int, int, float | None, str]]) -> gpd.GeoDataFrame:
    """Edges between seven places in a row, any number of them parallel."""
    lines = [
        LineString([(100 * u, 0), (100 * u + 1, 40 + i), (100 * v + 3, 7 * i)])
        for i, (u, v, *_) in enumerate(rows)
    ]
    frame = pd.DataFrame(
        rows, columns=["from_node", "to_node", "length_ft", "running_slope_pct", "kind"]
    )
    frame[["from_node", "to_node"]] = "n" + frame[["from_node", "to_node"]].astype("str")
    known = {name: cell for name, cell in KNOWN.items() if name != "running_slope_pct"}
    index = pd.Index([f"e{i}" for i in range(len(rows))], name="edge_id", dtype="str")
    return gpd.GeoDataFrame(frame.assign(**known).set_index(index), geometry=lines, crs=CRS)


def at_node(ways: routing.Ways, node: str) -> routing.Snapped:
    sites = pd.DataFrame({"site_id": ["s"], "node_id": [node], "kind": ["park"], "apart_ft": [0.0]})
    return routing.Snapped(ways, sites, ())


@examples(8)
@given(rows=_STREETS)
def test_reach_is_that_of_networkx_and_a_stricter_traveller_gets_no_farther(
    rows: list[tuple[int, int, int, float | None, str]],
) -> None:
    edges = drawn(rows)
    target = edges["to_node"].iloc[0]
    found = {}
    for profile, policy in (
        ("walk", "avoid"),
        ("manual_wheelchair", "allow"),
        ("manual_wheelchair", "avoid"),
    ):
        ways = ways_of(edges, profile, policy)
        # The first profile is as quick as the others are on the best slope, so they compare.
        reach = routing.reach(at_node(ways, target), limit_min=3).droplevel("site_id")
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(ways.nodes.index)
        names = ways.nodes.index
        for link in ways.links.itertuples():
            u, v = names[link.start], names[link.end]
            if link.forward_ms >= 0:
                graph.add_edge(v, u, w=link.forward_ms)
            if link.backward_ms >= 0:
                graph.add_edge(u, v, w=link.backward_ms)
        right = nx.single_source_dijkstra_path_length(graph, target, cutoff=180_000, weight="w")
        assert reach["cost_ms"].to_dict() == right
        assert reach["unknown_ft"].le(reach["length_ft"] + 1e-9).all()
        found[profile, policy] = reach
    loose, flagged, strict = found.values()
    assert set(strict.index) <= set(flagged.index) <= set(loose.index)
    assert strict["unknown_ft"].eq(0).all()


def test_what_is_unknown_on_the_way_is_measured_and_the_known_way_preferred() -> None:
    edges = edges_of(SQUARE)
    edges.loc[["ab", "ce"], "width_in"] = None
    snapped = routing.snap(
        ways_of(edges, "manual_wheelchair", "allow_and_flag"), points(p=(300, 0))
    )
    found = routing.reach(snapped, limit_min=60).droplevel("site_id")
    assert found.loc["c", "unknown_pct"] == pytest.approx(100)
    assert found.loc["d", "unknown_ft"] == pytest.approx(200, abs=0.01)
    assert found.loc["d", "unknown_pct"] == pytest.approx(200 / 3, abs=0.01)
    # Level ground makes both ways from a equally long: the one without ab is taken.
    even = routing.snap(
        ways_of(edges.assign(running_slope_pct=0.0), "manual_wheelchair", "allow"),
        points(p=(100, 0)),
    )
    way = routing.reach(even, limit_min=60).droplevel("site_id").loc["a"]
    assert way["length_ft"] == pytest.approx(200, abs=0.01)
    assert way["unknown_ft"] == 0


def test_sums_over_all_nodes_are_those_of_the_table() -> None:
    edges = edges_of(SQUARE, one_way=None).assign(running_slope_pct=[4, -4, 2, 0, -6])
    ways = ways_of(edges, "manual_wheelchair")
    everywhere = pd.DataFrame({"site_id": list("abcde"), "node_id": list("abcde"), "kind": "x"})
    found = routing.reach(routing.Snapped(ways, everywhere, ()), limit_min=5)
    sums = routing.sum_within(routing.leaving(ways), [1, 10, 100, 1000, 10_000], 300_000)
    worth = dict(zip("abcde", (1, 10, 100, 1000, 10_000), strict=True))
    by_table = found.reset_index().assign(n=lambda one: one["site_id"].map(worth))
    assert by_table.groupby("node_id")["n"].sum().tolist() == sums.tolist()


def test_islands_are_not_reached_and_no_places_is_an_error() -> None:
    edges = edges_of(SQUARE | {"xy": [(0, 900), (80, 900)]})
    snapped = routing.snap(ways_of(edges), points(p=(300, 0)))
    nodes = routing.reach(snapped, limit_min=600).index.get_level_values("node_id")
    assert sorted(nodes) == list("abcde")
    with pytest.raises(ConfigError, match="none is on the network"):
        routing.reach(routing.snap(ways_of(edges), points(p=(9999, 0))), limit_min=5)
    with pytest.raises(ConfigError, match="limit_min"):
        routing.reach(snapped, limit_min=float("nan"))


def test_the_nearest_of_a_kind_is_the_first_of_equals() -> None:
    snapped = routing.snap(
        ways_of(edges_of(SQUARE, running_slope_pct=0.0)), points(q=(100, 100), p=(0, 0), r=(300, 0))
    )
    nearest = routing.nearest_of_kind(routing.reach(snapped, limit_min=60))
    assert nearest.xs("a", level="node_id").index.tolist() == ["p"]
    assert nearest.xs("e", level="node_id").index.tolist() == ["r"]
    assert len(nearest) == 5


# ------------------------------------------------------------------ people


@examples(10)
@given(
    counts=st.lists(st.integers(0, 500), min_size=1, max_size=4),
    by=st.sampled_from(["frontage", "area", "parcels"]),
)
def test_sums_are_those_of_the_zones(counts: list[int], by: str) -> None:
    edges = [(-10 + 80 * i, -10) for i in range(len(counts))]
    areas = {
        f"z{i}": (box(x, y, x + 80, 200), n)
        for i, ((x, y), n) in enumerate(zip(edges, counts, strict=True))
    }
    zones = zones_of(**areas)
    ways = ways_of(edges_of(SQUARE))
    parcels = points(**{f"l{i}": (17.0 * i, 20.0) for i in range(16)}).assign(homes=range(16))
    found = routing.spread(zones, ways, by=by, parcels=parcels)
    spread = found.zones["status"].eq("spread")
    sums = found.people["people"].groupby("zone_id").sum().reindex(zones.index[spread])
    assert sums.tolist() == zones.loc[spread, "people"].tolist()
    assert found.people["people"].dtype.kind == "i"


def test_frontage_gives_each_end_its_half() -> None:
    ways = ways_of(edges_of({"ce": SQUARE["ce"]}))
    zone = zones_of(z=(box(100, -5, 250, 5), 10))
    found = routing.spread(zone, ways).people["people"].droplevel("zone_id")
    # 100 of 150 ft are on the half of c; ten people by largest remainder are seven and three.
    assert found.to_dict() == {"c": 7, "e": 3}


def test_zones_without_people_or_streets_are_told() -> None:
    zones = zones_of(
        inside=(box(-5, -5, 105, 105), 7),
        beyond=(box(900, 900, 950, 950), 9),
        empty=(box(105, -5, 310, 5), 0),
        blank=(box(105, -5, 310, 5), None),
    )
    found = routing.spread(zones, ways_of(edges_of(SQUARE)))
    assert found.zones["status"].to_dict() == {
        "inside": "spread",
        "beyond": "no_nodes",
        "empty": "nobody",
        "blank": "nobody",
    }
    assert found.people["people"].sum() == 7
    assert found.people.loc["blank", "people"].isna().all()


def test_a_zone_may_lie_in_parts_and_broken_zones_are_refused() -> None:
    ways = ways_of(edges_of(SQUARE))
    parts = MultiPolygon([box(-5, -5, 5, 105), box(250, -5, 310, 5)])
    assert routing.spread(zones_of(z=(parts, 5)), ways).people["people"].sum() == 5
    with pytest.raises(SchemaError, match="people: below 0"):
        routing.spread(zones_of(z=(parts, -5)), ways)
    with pytest.raises(CrsError, match="zones"):
        routing.spread(zones_of(z=(parts, 5)).to_crs("EPSG:4326"), ways)
    with pytest.raises(ConfigError) as caught:
        routing.spread(zones_of(z=(parts, 5)), ways, by="luck")
    assert "frontage" in str(caught.value)


# ------------------------------------------------------------------ who gets there


def counted(
    edges: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, unknowns: str = "avoid"
) -> pd.DataFrame:
    ways = ways_of(edges, "manual_wheelchair", unknowns)
    people = routing.spread(zones, ways).people
    reach = routing.reach(routing.snap(ways, points(p=(300, 0))), limit_min=60)
    return routing.access(reach, people, limit_min=10, zones=zones)


def test_where_nothing_is_reached_the_table_has_no_rows() -> None:
    ways = ways_of(edges_of(SQUARE))
    people = routing.spread(zones_of(z=(box(-5, -5, 5, 105), 5)), ways).people
    reach = routing.reach(routing.snap(ways, points(p=(300, 0))), limit_min=60)
    assert routing.access(reach.iloc[:0], people, limit_min=10).empty
    with pytest.raises(SchemaError, match="people: not a whole number"):
        routing.access(reach, people.assign(people=np.inf), limit_min=10)


ZONES = zones_of(west=(box(-5, -5, 50, 105), 40), east=(box(50, -5, 310, 105), 60)).assign(
    flags=["poor|old", "old"]
)


def test_people_are_counted_by_zone_and_flag() -> None:
    edges = edges_of(SQUARE, running_slope_pct=0.0)
    edges.loc["ce", "width_in"] = None
    found = counted(edges, ZONES, "allow_and_flag")
    people = found.xs("people", level="measure").droplevel("kind")
    assert people["total"].to_dict() == {
        ("all", "all"): 100,
        ("zone", "east"): 60,
        ("zone", "west"): 40,
        ("flag", "old"): 100,
        ("flag", "poor"): 40,
    }
    assert (people["within"] + people["without"] == people["total"]).all()
    assert people.loc[("zone", "east"), "flagged"] > 0
    assert set(found["unknowns"]) == {"allow_and_flag"}
    gaps = routing.gaps(counted(edges, ZONES))
    assert gaps["without"].is_monotonic_decreasing


def test_a_new_link_only_gives() -> None:
    shut = edges_of(SQUARE, running_slope_pct=0.0)
    shut.loc[["bc"], "width_in"] = 20
    shut.loc[["dc"], "has_curb_ramps"] = False
    shut.loc[["dc"], "kind"] = "crossing"
    before, after = counted(shut, ZONES), counted(edges_of(SQUARE, running_slope_pct=0.0), ZONES)
    found = routing.changes(before, after)
    assert (found["gained"] >= 0).all()
    assert found.loc[("all", "all", "park", "people"), "gained"] > 0
    by_zone = found.loc["zone"]["gained"].sum()
    assert by_zone == found.loc[("all", "all", "park", "people"), "gained"]
    with pytest.raises(SchemaError, match="unknowns: differs"):
        routing.changes(before, after.assign(unknowns="allow"))


# ------------------------------------------------------------------ isochrones


def test_parts_of_edges_are_reached_and_what_is_reached_twice_counts_once() -> None:
    ways = ways_of(edges_of(SQUARE, running_slope_pct=0.0))
    pace = ways.links.set_index("edge_id").loc["ce", "forward_ms"] / 200

    def length(feet: float) -> float:
        return float(routing.reached(ways, "c", limit_min=feet * pace / 60_000)["length_ft"].sum())

    assert length(50) == pytest.approx(150, abs=0.01)
    assert length(150) == pytest.approx(2 * 100 + 2 * 50 + 150, abs=0.01)
    # The square closes at 200 ft: both ways meet at a, and nothing is counted twice.
    assert length(250) == pytest.approx(600, abs=0.01)


def test_holes_stay_holes_and_limits_nest() -> None:
    ways = ways_of(edges_of(SQUARE))
    found = routing.isochrones(ways, ["c"], [1, 3, 30], width_ft=20)
    assert found.index.names == ["origin_id", "limit_min"]
    last = found.geometry.iloc[-1]
    assert len(last.interiors) == 1
    assert not last.contains(Point(50, 50))
    assert found["area_sf"].is_monotonic_increasing
    assert found.geometry.iloc[1].buffer(0.01).contains(found.geometry.iloc[0])
    alone = routing.isochrones(
        ways_of(edges_of(SQUARE, width_in=1), "manual_wheelchair"), ["c"], [9]
    )
    assert alone["reached_ft"].tolist() == [0]
    with pytest.raises(ConfigError, match="no node"):
        routing.reached(ways, "z", limit_min=1)


def test_edges_and_costs_must_be_of_the_same_streets(draw: Callable[..., gpd.GeoDataFrame]) -> None:
    built = network.build(draw("A---B---C"))
    edges = routing.street_edges(built)
    found = routing.costs(edges, "walk")
    assert len(routing.network_graph(edges, found.iloc[::-1]).links) == 2
    with pytest.raises(SchemaError, match="no costs in 1 row: AB"):
        routing.network_graph(edges, found.drop("AB"))
    assert np.array_equal(routing.network_graph(edges, found).links["edge_id"], ["AB", "BC"])


# ------------------------------------------------------------------ OpenStreetMap and real data

OSM = """<osm version="0.6">
<node id="1" lat="33.9000" lon="-118.0800"/><node id="2" lat="33.9010" lon="-118.0800"/>
<node id="3" lat="33.9020" lon="-118.0800"><tag k="kerb" v="lowered"/></node>
<node id="4" lat="33.9020" lon="-118.0790"><tag k="kerb" v="raised"/></node>
<node id="5" lat="33.9011" lon="-118.0790"><tag k="leisure" v="park"/><tag k="name" v="P"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
  <tag k="sidewalk" v="both"/><tag k="maxspeed" v="25 mph"/><tag k="incline" v="-3 %"/>
  <tag k="oneway" v="-1"/><tag k="lanes" v="2"/><tag k="surface" v="asphalt"/></way>
<way id="11"><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/>
  <tag k="footway" v="crossing"/></way>
<way id="12"><nd ref="2"/><nd ref="4"/><tag k="highway" v="steps"/><tag k="foot" v="private"/></way>
<way id="13"><nd ref="1"/><nd ref="4"/><tag k="highway" v="footway"/><tag k="width" v="1.2"/>
  <tag k="incline" v="up"/><tag k="wheelchair" v="no"/></way>
<node id="6" lat="33.9000" lon="-118.0790"><tag k="barrier" v="kerb"/>
  <tag k="kerb" v="raised"/></node>
<node id="7" lat="33.9000" lon="-118.0780"/><node id="8" lat="33.9010" lon="-118.0780"/>
<way id="14"><nd ref="1"/><nd ref="6"/><nd ref="7"/><tag k="highway" v="footway"/></way>
<way id="15"><nd ref="6"/><nd ref="7"/><nd ref="8"/></way>
<way id="16"><nd ref="8"/><nd ref="6"/></way>
<relation id="9"><member type="way" ref="15" role="outer"/>
  <member type="way" ref="16" role="outer"/><tag k="type" v="multipolygon"/>
  <tag k="leisure" v="park"/><tag k="name" v="Q"/></relation>
</osm>"""


def test_tags_of_openstreetmap_are_read_and_silence_is_not_known(tmp_path: Path) -> None:
    source = tmp_path / "town.osm"
    source.write_text(OSM, encoding="utf-8")
    edges = sources.edges_from_osm(source, crs=CRS)
    assert edges.index.tolist() == ["w10-1", "w10-2", "w11-1", "w12-1", "w13-1", "w14-1"]
    street, crossing, steps, walk = (edges.loc[f"w{i}-1"] for i in (10, 11, 12, 13))
    assert (street["sidewalk"], street["one_way"], street["lanes"]) == ("both", "against", 2)
    assert (street["running_slope_pct"], street["speed_mph"], street["is_paved"]) == (-3, 25, True)
    assert (crossing["kind"], crossing["has_curb_ramps"]) == ("crossing", False)
    assert (steps["kind"], steps["foot_access"]) == ("steps", "no")
    assert walk["width_in"] == pytest.approx(47.2, abs=0.1)
    assert pd.isna(walk["running_slope_pct"])
    found = routing.costs(edges, "manual_wheelchair")
    assert found.loc["w13-1", "blocked_by"] == "wheelchair_access"
    places = sources.places_from_osm(source, crs=CRS)
    assert places[["kind", "name"]].to_numpy().tolist() == [["park", "P"], ["park", "Q"]]
    assert places.index.tolist() == ["n5", "r9"]
    # A curb in the middle of a walk stops wheels, and nobody else.
    assert found.loc["w14-1", "blocked_by"] == "has_curb_ramps"
    assert routing.costs(edges, "walk").loc["w14-1", "forward_status"] == "ok"


def unspread(people: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    """What is left of each zone's people when those at nodes are taken off."""
    return zones["people"] - people["people"].groupby("zone_id").sum().reindex(zones.index)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(("name", "crs"), [("Helsinki", "EPSG:25835"), ("andorra", "EPSG:25831")])
def test_walks_of_real_extracts(real: Path, name: str, crs: str) -> None:
    source = real / "graphs" / f"{name}.osm.pbf"
    edges, places = (
        read(source, crs=crs) for read in (sources.edges_from_osm, sources.places_from_osm)
    )
    food = places[places["kind"].eq("food")]
    reached = {}
    for profile, policy in (("walk", "avoid"), ("manual_wheelchair", "allow_and_flag")):
        ways = routing.network_graph(edges, routing.costs(edges, profile, unknowns=policy))
        snapped = routing.snap(ways, food)
        reached[profile] = routing.reach(snapped, limit_min=10)
    walk, chair = reached.values()
    assert set(chair.index) <= set(walk.index)
    assert walk["unknown_pct"].eq(0).all()
    assert chair["unknown_pct"].mean() > 50


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("name", ["slc_4881", "wuhan_8989"])
def test_streets_of_real_cities(real: Path, name: str) -> None:
    lines = gpd.read_parquet(real / "graphs" / f"{name}.parquet")
    middle = Point(lines.total_bounds[[0, 2]].mean(), lines.total_bounds[[1, 3]].mean())
    part = lines[lines.distance(middle) < 4000].to_crs(lines.crs)
    streets = part.reset_index(drop=True)[["geometry"]].assign(functional_class="residential")
    streets.index = pd.Index("s" + streets.index.astype("str"), name="section_id")
    edges = routing.street_edges(network.build(streets[streets.length > 0]))
    ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    far = gpd.GeoDataFrame(geometry=[middle], index=pd.Index(["m"], name="site_id"), crs=lines.crs)
    snapped = routing.snap(ways, far, near_ft=5000)
    found = routing.reach(snapped, limit_min=20)
    assert len(found) > 20
    places = snapped.ways.nodes.loc[found.index.get_level_values("node_id")]
    straight = places.distance(middle).to_numpy() / 0.3048
    # No way is shorter than the straight line to where the place is put on the street.
    assert (straight - found["length_ft"] <= snapped.sites["apart_ft"].max() + 1).all()


@pytest.mark.real
@pytest.mark.slow
def test_sidewalks_of_cambridge(real: Path) -> None:
    source = real / "cambridge_ma" / "sidewalk_centerlines.topojson"
    raw = gpd.read_file(source, on_invalid="ignore")
    lines = raw[raw.geometry.notna()].set_crs("EPSG:4326").to_crs("EPSG:2249")
    kinds = {"SIDEWALK": "walk", "CWALK-CL": "crossing", "PFOOTPATH-CL": "path"}
    walks = lines[lines.length > 0][["geometry"]].assign(functional_class="residential")
    walks.index = pd.Index("k" + lines["id"][lines.length > 0], name="section_id")
    walks = walks[~walks.index.duplicated()]
    built = network.build(walks, snap_ft=2.0)
    kind = lines.set_index("k" + lines["id"])["TYPE"].map(kinds)
    edges = routing.street_edges(built)
    edges = edges.assign(kind=kind[~kind.index.duplicated()].reindex(edges.index))
    assert edges["kind"].value_counts()["crossing"] > 2000
    ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    avoided = routing.costs(edges, "manual_wheelchair")
    assert avoided["forward_status"].eq("unknown").all()
    middle = str(built.nodes["degree"].idxmax())
    area = routing.isochrones(ways, [middle], [5])
    assert 0 < area["reached_ft"].iloc[0] < ways.links["length_mm"].sum() / 304.8


@pytest.mark.real
@pytest.mark.slow
def test_norwalks_people_keep_their_sums(real: Path) -> None:
    from norwalk_geo import towns

    folder = real / "norwalk_ca"
    tracts = gpd.read_file(folder / "tracts2010_ces3.geojson").to_crs(CRS).set_index("FIPS")
    zones = gpd.GeoDataFrame({"people": tracts["Population"]}, geometry=tracts.geometry)
    zones.index.name = "zone_id"
    streets = towns.town("norwalk", seed=1).streets
    edges = routing.street_edges(streets)
    ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    for by in ("frontage", "area"):
        found = routing.spread(zones, ways, by=by)
        left = unspread(found.people, zones)[found.zones["status"].eq("spread")]
        assert left.eq(0).all()
        assert found.zones["status"].eq("spread").sum() > 10
    groups = (
        gpd.read_file(folder / "blockgroups_labuildings.geojson").to_crs(CRS).set_index("GEOID")
    )
    invented = gpd.GeoDataFrame(
        {"people": list(range(len(groups)))}, index=groups.index, geometry=groups.geometry
    )
    found = routing.spread(invented.rename_axis("zone_id"), ways)
    assert unspread(found.people, invented)[found.zones["status"].eq("spread")].eq(0).all()
