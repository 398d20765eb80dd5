"""Sites: what is known and not, side by side; no partial figure passes for a whole one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from norwalk_geo import routing, schema, sites, towns
from norwalk_geo.errors import SchemaError


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    every = towns.destinations()
    return every[every["kind"].eq("destination")]


@pytest.fixture(scope="module")
def toy_city() -> tuple[routing.Snapped, pd.DataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A town of 84 sections, one site in it and one far away, in two zones of 100 people."""
    edges = routing.street_edges(towns.town(seed=1).streets)
    ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    west, south, east, north = edges.total_bounds
    middle = (west + east) / 2
    two = gpd.GeoDataFrame(
        {"kind": "destination"},
        index=pd.Index(["far", "near"], name="site_id"),
        geometry=[Point(west - 90_000, south), Point(middle, (south + north) / 2)],
        crs=edges.crs,
    )
    zones = gpd.GeoDataFrame(
        {"people": [100, 100], "jobs": [10, 20], "flags": [None, "disadvantaged"]},
        index=pd.Index(["a", "b"], name="zone_id"),
        geometry=[box(west, south, middle, north), box(middle, south, east, north)],
        crs=edges.crs,
    )
    return routing.snap(ways, two), edges, two, zones


def test_people_are_counted_at_each_site_and_none_at_one_that_is_cut_off(toy_city) -> None:  # type: ignore[no-untyped-def]
    snapped, _, two, zones = toy_city
    reach = routing.reach(snapped, limit_min=30)
    people = routing.spread(zones, snapped.ways).people
    found = sites.figures(two, snapped, reach, limits_min=[5, 30], people=people)
    assert not found.loc[("far", "walk", 5.0, "avoid"), "is_on_network"]
    assert found.loc[("far", "walk", 30.0, "avoid"), "people"] == 0
    near = found.xs("near").droplevel(["profile", "unknowns"])
    assert near["people"].is_monotonic_increasing
    assert near.loc[30.0, "people_total"] == 200
    # By hand: the people of the nodes that are within the limit.
    rows = reach.reset_index()
    there = rows.loc[rows["cost_ms"].le(300_000), "node_id"].unique()
    by_hand = people[people.index.get_level_values("node_id").isin(there)]["people"].sum()
    assert near.loc[5.0, "people"] == by_hand


def test_without_zones_people_are_not_known_and_not_zero(toy_city) -> None:  # type: ignore[no-untyped-def]
    snapped, _, two, _ = toy_city
    found = sites.figures(two, snapped, routing.reach(snapped, limit_min=5), limits_min=[5])
    assert found[["people", "jobs"]].isna().all(axis=None)
    assert found.loc[("near", "walk", 5.0, "avoid"), "nodes"] > 0


def test_gaps_are_against_everybody(toy_city) -> None:  # type: ignore[no-untyped-def]
    snapped, _, two, zones = toy_city
    reach = routing.reach(snapped, limit_min=5)
    people = routing.spread(zones, snapped.ways).people
    row = sites.gaps(two, reach, people, zones, limit_min=5).xs("near").iloc[0]
    assert row["gap_points"] == pytest.approx(row["within_pct"] - row["all_within_pct"])
    assert row["total"] == 100


def test_ways_in_keep_apart_what_is_not_known(toy_city) -> None:  # type: ignore[no-untyped-def]
    snapped, edges, two, _ = toy_city
    condition = pd.DataFrame({"pci": np.nan}, index=edges.index)
    condition.iloc[::2] = 40.0
    chair = routing.costs(edges, "manual_wheelchair")
    reach = routing.reach(snapped, limit_min=15)
    row = sites.ways_in(
        two, snapped, reach, limit_min=15, condition=condition, wheelchair=chair
    ).loc["near"]
    assert 0 < row["surveyed_pct"] < 100
    assert row["mean_pci"] == pytest.approx(40)
    assert row["poor_ft"] == pytest.approx(row["ways_ft"] * row["surveyed_pct"] / 100)
    assert row["wheelchair_unknown_pct"] == 100
    assert row["wheelchair_ok_pct"] == 0


def test_trips_come_from_what_is_published_alone(places: gpd.GeoDataFrame) -> None:
    """By hand for the village: 770 homes, 66,600 square feet and 150 rooms."""
    found = sites.trips_added(places)
    assert found.loc["transit_village", "low_trips"] == 770 * 6 + 66_600 * 0.04 + 150 * 7
    assert found.loc["transit_village", "high_trips"] == 770 * 8 + 66_600 * 0.12 + 150 * 10
    assert found["low_trips"].isna().tolist() == [False, True, True, False]
    assert not found["confirmed"].any()
    assert found.loc["entertainment_district", "not_published"] == "hotel_rooms"


def test_a_site_without_a_programme_has_no_trips(places: gpd.GeoDataFrame) -> None:
    none = schema.parameters("programmes").iloc[:0]
    assert sites.trips_added(places, programmes=none)["low_trips"].isna().all()


def test_screens_say_unknown_where_timetables_are_missing(places: gpd.GeoDataFrame) -> None:
    every = towns.destinations()
    stations = sites.nearest_station(places, every[every["kind"].eq("station")])
    trips = sites.trips_added(places)
    found = sites.screens(places, stations, trips)["verdict"]
    assert found[("excelsior", "near_transit")] == "unknown"
    assert found[("transit_village", "near_transit")] == "yes"
    assert found.xs("small_project", level="screen_id").to_dict() == {
        "entertainment_district": "no",
        "excelsior": "unknown",
        "tank_farm": "unknown",
        "transit_village": "no",
    }
    whole = sites.screens(places, stations, trips, is_whole=True)["verdict"]
    assert whole[("excelsior", "near_transit")] == "no"


def test_two_frequent_bus_routes_make_a_major_stop() -> None:
    rows = [
        (stop, route, "0", time, 3, 8, wait)
        for stop, route, wait in (
            ("x", "1", 20.0),
            ("x", "2", 20.0),
            ("y", "1", 12.0),
            ("z", "3", 21.0),
        )
        for time in ("am", "pm")
    ]
    names = list(schema.describe("stop_service").columns.index)
    service = schema.check(pd.DataFrame(rows, columns=names), "stop_service")
    found = sites.good_stops(service, schema.parameters("screens"))
    assert found["major_transit_stop"].to_dict() == {"x": True, "y": False, "z": False}
    assert found["high_quality_corridor"].to_dict() == {"x": False, "y": True, "z": False}


def test_an_operator_without_a_timetable_is_listed(places: gpd.GeoDataFrame) -> None:
    at = places.geometry["excelsior"]
    stops = gpd.GeoDataFrame(
        {"operator": ["Here", "Here", "Known"], "stop_id": ["1", "2", "3"]},
        geometry=[at, Point(at.x + 100, at.y), at],
        crs=places.crs,
    ).set_index(["operator", "stop_id"])
    found = sites.missing_operators(places, stops, ["Known"])
    assert found.index.tolist() == [("excelsior", "Here")]
    assert found["stops"].tolist() == [2]
    assert found["nearest_ft"].tolist() == [0]


def test_a_partial_figure_is_marked(places: gpd.GeoDataFrame) -> None:
    times = pd.DataFrame(
        {"median_min": [20.0, 50.0], "walk_min": [25.0, np.nan]},
        index=pd.MultiIndex.from_tuples(
            [("n1", "excelsior"), ("n2", "excelsior")], names=["origin_id", "place_id"]
        ),
    )
    people = pd.DataFrame(
        {"people": [5, 7]},
        index=pd.MultiIndex.from_tuples([("z", "n1"), ("z", "n2")], names=["zone_id", "node_id"]),
    )
    found = sites.by_transit(
        places,
        times,
        sites.Riders(),
        limits_min=[30, 60],
        partial_because={"excelsior": "x"},
        people=people,
    ).xs("excelsior")
    assert found["people"].tolist() == [5, 12]
    assert found["gained_people"].tolist() == [0, 7]
    assert found["is_partial"].all()


def test_judgments_agree_or_say_how_far_they_do_not() -> None:
    """Saaty's scale: 1, 2, 4 agrees with itself; a circle of threes does not."""
    items = ["a", "b", "c"]
    good = sites.weigh(pd.DataFrame([[1, 2, 4], [0.5, 1, 2], [0.25, 0.5, 1]], items, items))
    assert good.weights.tolist() == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert good.consistency_ratio == pytest.approx(0, abs=1e-6)
    assert good.first_stays
    circle = pd.DataFrame([[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]], items, items)
    assert sites.weigh(circle).consistency_ratio > 0.1
    assert not sites.weigh(circle).first_stays
    with pytest.raises(SchemaError, match="one over the judgment"):
        sites.weigh(pd.DataFrame([[1, 3, 1], [3, 1, 1], [1, 1, 1]], items, items))


def test_repairs_come_in_the_order_of_people_for_each_dollar() -> None:
    """By hand: 10 people for $100 are 100 a thousand dollars; without a price comes last."""
    index = pd.MultiIndex.from_tuples(
        [("s", "a"), ("s", "b"), ("s", "c"), ("s", "d")], names=["site_id", "repair_id"]
    )
    helped = pd.DataFrame({"people": [10, 30, 99, 0]}, index=index)
    priced = pd.DataFrame({"cost_usd": [100.0, 900.0], "planned": "plan"}, index=["a", "b"])
    found = sites.per_dollar(helped, priced.rename_axis("repair_id")).reset_index()
    assert found["repair_id"].tolist() == ["a", "b", "c"]
    assert found["place_in_site"].tolist() == [1, 2, 3]
    assert found["people_per_thousand_dollars"].iloc[0] == 100
    assert found[["cost_usd", "people_per_thousand_dollars"]].iloc[2].isna().all()


def test_people_on_ways_travel_as_long_as_their_ways_take(toy_city) -> None:  # type: ignore[no-untyped-def]
    """One person at each corner: time on all edges is the time of all ways, to the millisecond."""
    cut, edges, _, _ = toy_city
    ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    snapped = routing.snap(ways, ways.nodes.iloc[[7]][["geometry"]].assign(kind="site"))
    reach = routing.reach(snapped, limit_min=60)
    ids = pd.MultiIndex.from_product([["z"], ways.nodes.index], names=["zone_id", "node_id"])
    found = sites.people_on_ways(snapped, reach, pd.DataFrame({"people": 1}, index=ids))
    people = found.droplevel("site_id")["people"]
    times = snapped.ways.links.set_index("edge_id")[["forward_ms", "backward_ms"]]
    assert times["forward_ms"].equals(times["backward_ms"])
    assert (people * times["forward_ms"]).sum() == reach["cost_ms"].sum()
    # A site in the middle of a street: who comes from both ends is on it once.
    middle = sites.people_on_ways(
        cut, routing.reach(cut, limit_min=60), pd.DataFrame({"people": 1}, index=ids)
    ).xs("near")["people"]
    assert middle.max() == len(ids)


def drawn(**cells: list[object]) -> gpd.GeoDataFrame:
    crs = towns.destinations().crs
    ids = pd.Index([f"e{k}" for k in range(len(cells["change"]))], name="edit_id")
    shapes = cells.pop("geometry", [None] * len(ids))
    plain = pd.DataFrame({"alternative": "A", **cells}, index=ids)
    frame = gpd.GeoDataFrame(plain, geometry=shapes, crs=crs)
    return gpd.GeoDataFrame(schema.check(frame, "site_edits"))


def try_out(toy_city, edits: gpd.GeoDataFrame, gates: gpd.GeoDataFrame | None = None):  # type: ignore[no-untyped-def]
    """Walk before and after, and give all people who gain by site."""
    _, edges, two, zones = toy_city
    places = two.assign(point_is="point", source="drawn", name=two.index)
    today = sites.doors(places, entrances=gates)
    opened = sites.doors(places, entrances=gates, alternative="A")
    found = sites.alternative_changes(
        sites.edited(edges, edits),
        (today.assign(kind=today["site_id"]), opened.assign(kind=opened["site_id"])),
        zones,
        profile="walk",
        unknowns="avoid",
        limits_min=[5],
    )
    own = found[found["grouping"].eq("all") & found["measure"].eq("people")]
    zone = found[found["grouping"].eq("zone") & found["measure"].eq("people")]
    assert zone.groupby("site_id")["gained"].sum().eq(own.set_index("site_id")["gained"]).all()
    return own.set_index("site_id")["gained"]


@pytest.mark.slow
def test_a_path_gives_and_a_closed_street_takes(toy_city) -> None:  # type: ignore[no-untyped-def]
    snapped, edges, two, _ = toy_city
    at = two.geometry["near"]
    # A straight path from the first corner that is just too far today.
    far = routing.reach(snapped, limit_min=30)["cost_ms"].xs("near", level="site_id")
    begin = snapped.ways.nodes.geometry[far[far.gt(300_000)].idxmin()]
    path = LineString([(begin.x, begin.y), (at.x, at.y)])
    added = drawn(change=["add"], kind=["path"], geometry=[path])
    gained = try_out(toy_city, added)
    assert gained["near"] > 0
    assert gained["far"] == 0
    near = edges.distance(at).sort_values().index
    closed = drawn(change=["close", "close"], edge_id=list(near[1:3]))
    assert try_out(toy_city, closed)["near"] < 0
    steep = drawn(change=["change"], edge_id=[near[0]], running_slope_pct=[15.0])
    assert try_out(toy_city, steep)["near"] <= 0
    assert try_out(toy_city, drawn(change=["bus"], route_id=["r"]))["near"] == 0


def test_a_new_gate_takes_nothing_from_anybody(toy_city) -> None:  # type: ignore[no-untyped-def]
    edges = toy_city[1]
    gate = edges.geometry.iloc[0].interpolate(0.5, normalized=True)
    gates = gpd.GeoDataFrame(
        {"site_id": ["near"], "alternative": ["A"], "source": ["drawn"]},
        index=pd.Index(["g"], name="entrance_id"),
        geometry=[gate],
        crs=edges.crs,
    )
    none = drawn(change=["bus"], route_id=["r"])
    assert try_out(toy_city, none, gates)["near"] > 0
    assert try_out(toy_city, none, gates)["far"] == 0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"change": ["close"], "edge_id": ["nowhere"]}, "is no edge of the city"),
        ({"change": ["add"], "kind": ["path"]}, "geometry: is missing"),
        ({"change": ["add"], "geometry": [LineString([(0, 0), (9, 9)])]}, "kind: is missing"),
        (
            {"change": ["add"], "kind": ["path"], "geometry": [LineString([(0, 0), (9, 9)])]},
            "meets no way",
        ),
    ],
)
def test_an_edit_that_cannot_be_made_is_refused(toy_city, cells, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match=said):
        sites.edited(toy_city[1], drawn(**cells))


def test_a_cut_edge_keeps_its_given_length(toy_city) -> None:  # type: ignore[no-untyped-def]
    _, edges, _, _ = toy_city
    given = edges.assign(length_ft=edges.geometry.length * 2)
    middle = edges.geometry.iloc[0].interpolate(0.4, normalized=True)
    path = LineString([(middle.x, middle.y), (middle.x + 9_000, middle.y + 9_000)])
    made = sites.edited(given, drawn(change=["add"], kind=["path"], geometry=[path])).before
    pieces = made[made.index.str.startswith(f"{edges.index[0]}-")]
    assert len(pieces) == 2
    assert pieces["length_ft"].sum() == pytest.approx(given["length_ft"].iloc[0])


def test_doors_are_entrances_else_the_boundary_else_the_point(places: gpd.GeoDataFrame) -> None:
    square = [places.geometry[one].buffer(300, cap_style="square") for one in places.index[:2]]
    bounds = gpd.GeoDataFrame(
        {"boundary_is": "sketch", "source": "drawn"},
        index=places.index[:2],
        geometry=square,
        crs=places.crs,
    )
    gate = gpd.GeoDataFrame(
        {"site_id": [places.index[0]], "source": ["drawn"]},
        index=pd.Index(["g"], name="entrance_id"),
        geometry=[Point(square[0].bounds[0], places.geometry.iloc[0].y)],
        crs=places.crs,
    )
    found = sites.doors(places, boundaries=bounds, entrances=gate)
    assert found["stands_for"].value_counts().to_dict() == {
        "point": 2,
        "entrance": 1,
        "boundary": 1,
    }
    assert sites.areas(places, bounds).geometry.iloc[0].geom_type == "Polygon"
    far = gate.set_geometry([Point(0, 0)], crs=places.crs)
    with pytest.raises(SchemaError, match="over 100 ft from the boundary"):
        sites.doors(places, boundaries=bounds, entrances=far)
    with pytest.raises(SchemaError, match="is no site given"):
        sites.doors(places, entrances=gate.assign(site_id="elsewhere"))


def test_all_doors_of_a_site_are_one_start(toy_city) -> None:  # type: ignore[no-untyped-def]
    """From a node of each of two doors: what both areas cover, the one of the site does."""
    snapped, edges, two, _ = toy_city
    gates = gpd.GeoDataFrame(
        {"site_id": "near", "source": "drawn"},
        index=pd.Index(["g1", "g2"], name="entrance_id"),
        geometry=[edges.geometry.iloc[k].centroid for k in (0, 40)],
        crs=edges.crs,
    )
    doors = sites.doors(two.assign(point_is="p", source="s"), entrances=gates).assign(kind="x")
    placed = sites.by_site(routing.snap(snapped.ways, doors), doors)
    ways, nodes = sites.starts(placed)
    area = routing.isochrones(ways, [nodes["near"]], [2]).geometry.iloc[0]
    for node in placed.sites.loc[placed.sites["site_id"].eq("near"), "node_id"]:
        one = routing.isochrones(placed.ways, [node], [2]).geometry.iloc[0]
        assert one.difference(area).area < 1
