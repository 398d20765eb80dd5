"""Sites: what is known and not, side by side; no partial figure passes for a whole one."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import timetables as toy
from commands import norwalk
from shapely import Point, box

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
    assert not found.loc[("far", "walk", 5.0), "is_on_network"]
    assert found.loc[("far", "walk", 30.0), "people"] == 0
    near = found.xs("near").droplevel("profile")
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
    assert found.loc[("near", "walk", 5.0), "nodes"] > 0


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
        places, times, limits_min=[30, 60], partial_because={"excelsior": "x"}, people=people
    ).loc["excelsior"]
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


@pytest.mark.slow
def test_the_command_writes_everything_and_no_partial_figure_is_on_a_page(tmp_path: Path) -> None:
    assert norwalk("new", tmp_path / "c", "--synthetic", "--size", "town").code == 0
    feed = toy.pack(tmp_path, toy.TOY)
    refused = norwalk("sites", tmp_path / "c", "--out", tmp_path / "o", "--gtfs", feed)
    assert refused.code == 1
    assert "2026-03-02 to 2026-03-15" in refused.err
    assert not (tmp_path / "o" / "sites" / "summary.json").exists()
    done = norwalk(
        *("sites", tmp_path / "c", "--out", tmp_path / "o", "--screens"),
        *("--gtfs", feed, "--day", "2026-03-04"),
    )
    assert done.code == 0, done.err
    folder = tmp_path / "o" / "sites"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    named = [row["site_id"] for row in summary["sites"]]
    assert named == ["entertainment_district", "excelsior", "tank_farm", "transit_village"]
    assert all(row["is_partial"] for row in summary["transit"])
    with pd.ExcelFile(folder / "comparison.xlsx") as book:
        assert "Transit" not in book.sheet_names
    for site in named:
        page = (folder / f"{site}.html").read_text(encoding="utf-8")
        assert "Invented data" in page
        assert "in no comparison and on no page" in page
    layer = gpd.read_file(folder / "isochrones.gpkg", layer="sites")
    assert layer["notice"].str.contains("Invented").all()
    assert (folder / "reach.parquet").exists()
