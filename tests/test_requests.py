"""Residents' requests: by hand, by brute force, and Syracuse's potholes."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import REAL
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from norwalk_geo import requests, schema
from norwalk_geo.errors import SchemaError

AS_OF = dt.date(2026, 7, 1)


def asked(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    names = ["request_id", "kind", "opened_on", "closed_on"]
    return schema.check(pd.DataFrame(list(rows), columns=names), "requests")


def test_response_times_by_hand() -> None:
    """Five potholes: done after 1, 3 and 5 days; two open for 2 and 40 days."""
    table = asked(
        ("r1", "pothole", "2026-06-01", "2026-06-02"),
        ("r2", "pothole", "2026-06-01", "2026-06-04"),
        ("r3", "pothole", "2026-06-01", "2026-06-06"),
        ("r4", "pothole", "2026-06-29", None),
        ("r5", "pothole", "2026-05-22", None),
    )
    zones = pd.Series({"r1": "A", "r2": "A", "r3": "B", "r4": "B"})
    found = requests.response_times(table, zones, as_of=AS_OF)
    whole = found.xs(("pothole", "all"))
    # At 1 day 5 are watched, at 3 days 3, at 5 days 2: left are 0.8, 0.533, 0.267.
    assert whole["median_days"] == 5
    assert np.isnan(whole["p90_days"])
    assert list(whole[["requests", "open_requests", "oldest_open_days"]]) == [5, 2, 40]
    assert found.xs(("pothole", "A"))["median_days"] == 1
    assert found.xs(("pothole", "no zone"))["open_requests"] == 1


@pytest.mark.parametrize(("closed", "is_open"), [("2026-07-01", 0), ("2026-07-02", 1)])
def test_a_request_closed_later_is_open_as_of_the_day(closed: str, is_open: int) -> None:
    table = asked(("r1", "pothole", "2026-06-30", closed))
    found = requests.response_times(table, pd.Series(dtype="str"), as_of=AS_OF)
    assert found.xs(("pothole", "all"))["open_requests"] == is_open


def test_days_that_cannot_be_are_refused() -> None:
    table = asked(
        ("r1", "pothole", "2026-06-30", "2026-06-01"), ("r2", "pothole", "2026-07-02", None)
    )
    with pytest.raises(SchemaError, match="2 problems"):
        requests.response_times(table, pd.Series(dtype="str"), as_of=AS_OF)


@given(days=st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_without_open_requests_the_median_is_the_lower_median(days: list[int]) -> None:
    day = dt.date(2026, 5, 1)
    rows = [
        (f"r{k}", "x", str(day), str(day + dt.timedelta(days=span))) for k, span in enumerate(days)
    ]
    found = requests.response_times(asked(*rows), pd.Series(dtype="str"), as_of=AS_OF)
    wanted = sorted(days)[(len(days) + 1) // 2 - 1]
    assert found.xs(("x", "all"))["median_days"] == wanted


def streets() -> gpd.GeoDataFrame:
    x, y = 6_530_000.0, 1_800_000.0
    rows = {
        "section_id": ["s2", "s1"],
        "functional_class": ["residential"] * 2,
        "geometry": [LineString([(x, y + 200 * k), (x + 1000, y + 200 * k)]) for k in range(2)],
    }
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:2229")
    return gpd.GeoDataFrame(schema.check(frame, "sections"))


def located(*places: tuple[float, float]) -> pd.DataFrame:
    shapes = gpd.GeoSeries(
        [Point(6_530_000 + dx, 1_800_000 + dy) for dx, dy in places], crs="EPSG:2229"
    ).to_crs("EPSG:4326")
    frame = pd.DataFrame({"request_id": [f"r{k}" for k in range(len(places))]})
    frame = frame.assign(kind="pothole", opened_on="2026-06-01", lon=shapes.x, lat=shapes.y)
    return schema.check(frame, "requests")


def test_requests_go_to_the_nearest_section_or_to_none() -> None:
    table = located((100, 20), (100, 101), (100, 900), (500, 210))
    found = requests.place(table, streets())
    assert found["section_id"].fillna("").tolist() == ["s2", "s1", "", "s1"]
    assert found["placed_by"].tolist() == ["place", "place", "nothing", "place"]
    assert found["distance_ft"].iloc[0] == pytest.approx(20, abs=0.01)
    turned = requests.place(table.iloc[::-1], streets().iloc[::-1])
    pd.testing.assert_frame_equal(turned.sort_index(), found)


def test_clusters_are_chains_of_near_requests_largest_first() -> None:
    chain = [(60.0 * k, 10.0) for k in range(6)]
    table = located((0, 400), (10, 400), *chain, (5000, 0))
    found = requests.place(table, streets(), cluster_ft=61, least=2)
    assert found["cluster"].fillna(0).tolist() == [2, 2, 1, 1, 1, 1, 1, 1, 0]
    shut = table.assign(closed_on=pd.Timestamp("2026-06-02").as_unit("us"))
    where = requests.by_section(shut, found, as_of=AS_OF)
    assert where.loc["s2", ["requests", "open_requests", "clusters"]].tolist() == [6, 0, "1"]
    assert pd.isna(where.loc["s2", "stop_gap_usd"])
    cost = requests.stop_gap_cost(found, cost_each_usd=150.255)
    assert cost.to_dict() == {"s2": pytest.approx(901.53)}


@pytest.mark.real
def test_syracuses_potholes_are_on_the_street_that_their_own_id_names() -> None:
    """7,538 potholes with swapped coordinates: the id join is the truth for the place join."""
    holes = pd.read_csv(REAL / "syracuse" / "potholes.csv")
    lines = gpd.read_file(REAL / "syracuse" / "streets_ratings2015.geojson").to_crs("EPSG:2261")
    lines = lines.drop_duplicates("STREET_ID").set_index(
        lines.drop_duplicates("STREET_ID")["STREET_ID"].astype("int64").astype("str")
    )
    lines = lines[lines.geometry.notna() & (lines.geom_type == "LineString")]
    table = pd.DataFrame(
        {
            "request_id": [f"r{k:05d}" for k in range(len(holes))],
            "kind": "pothole",
            "opened_on": pd.to_datetime(holes["dtTime"], format="mixed").dt.date.astype("str"),
            "lon": holes["Latitude"],
            "lat": holes["Longitude"],
        }
    )
    checked = schema.check(table, "requests")
    found = requests.place(checked, gpd.GeoDataFrame(lines))
    truth = holes["STREET_ID"].astype("int64").astype("str").to_numpy()
    known = pd.Series(truth, index=checked.index).isin(lines.index)
    placed = found.loc[known & found["section_id"].notna(), "section_id"]
    wanted = pd.Series(truth, index=checked.index).loc[placed.index]
    assert known.sum() > 5_000
    assert found["section_id"].notna().mean() > 0.9
    assert (placed == wanted).mean() > 0.85
    assert found["cluster"].max() > 20
    # The largest cluster is a chain of steps within reach, and nothing near it is left out.
    points = gpd.GeoSeries(
        gpd.points_from_xy(checked["lon"], checked["lat"]), index=checked.index, crs="EPSG:4326"
    ).to_crs("EPSG:2261")
    first = found["cluster"].eq(1)
    near = points[first].buffer(100, quad_segs=64).union_all()
    assert not points[~first & points.notna()].within(near.buffer(-1)).any()
    assert found["cluster"].value_counts().is_monotonic_decreasing
    # No pothole has a day of closing: all are open, none is fast, and no zone loses one.
    middles = lines.geometry.centroid
    side = pd.Series("west", index=lines.index).mask(middles.x > middles.x.median(), "east")
    last = checked["opened_on"].max().date()
    times = requests.response_times(checked, found["section_id"].map(side), as_of=last)
    whole, parts = times.loc[("pothole", "all")], times.loc["pothole"].drop(index="all")
    assert whole["open_requests"] == whole["requests"] == len(holes)
    assert pd.isna(whole["median_days"])
    assert whole["oldest_open_days"] == (last - checked["opened_on"].min().date()).days
    assert set(parts.index) == {"east", "west", "no zone"}
    assert parts["requests"].sum() == len(holes)
    cost = requests.stop_gap_cost(found, cost_each_usd=62.5)
    assert cost.sum() == 62.5 * found["section_id"].notna().sum()
    where = requests.by_section(checked, found, as_of=last, cost_each_usd=62.5)
    assert where["stop_gap_usd"].sum() == cost.sum()
    assert where["requests"].iloc[0] == found["section_id"].value_counts().iloc[0]


def test_requests_need_sections_with_ids_of_their_own() -> None:
    table = asked(("r1", "pothole", "2026-06-01", None))
    for wrong in (streets().iloc[:0], pd.concat([streets(), streets()])):
        with pytest.raises(SchemaError, match="section_id"):
            requests.place(table, wrong)
