"""Stops as points, and walks between stops that are near each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Feed", "footpaths", "stop_points"]

Feed: TypeAlias = Mapping[str, "DataFrame"]
_M_PER_FT = 0.3048


def stop_points(feed: Feed, *, crs: str) -> gpd.GeoDataFrame:
    """
    Place the stops where vehicles call.

    Parameters
    ----------
    feed
        Tables as `sources.read_gtfs` makes them.
    crs
        The city's projected system.

    Returns
    -------
    stops
        By `stop_id`: `operator`, `stop_name`, `wheelchair` and the point.
    """
    stops = feed["gtfs_stops"]
    called = stops[stops.index.isin(feed["gtfs_stop_times"]["stop_id"])]
    frame = called[["stop_name", "wheelchair"]].assign(
        operator=feed["gtfs_feed"]["operators"].iloc[0]
    )
    points = gpd.points_from_xy(called["lon"], called["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326").to_crs(crs)


def footpaths(stops: gpd.GeoDataFrame, *, rules: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Estimate walks between stops that are near each other, along no street in particular.

    Parameters
    ----------
    stops
        Points in a projected system, by `stop_id`.
    rules
        Parameters `transit_rules`: how far, how fast, and how much longer than the straight line.

    Returns
    -------
    footpaths
        Seconds from stop to stop, both directions; none from a stop to itself.
    """
    values = (schema.parameters("transit_rules") if rules is None else rules)["value"]
    feet = feet_per_unit(stops.crs)
    points = stops.geometry.to_numpy()
    start, end = shapely.STRtree(points).query(
        points, predicate="dwithin", distance=values["change_limit_ft"] / values["detour"] / feet
    )
    start, end = start[start != end], end[start != end]
    meters = shapely.distance(points[start], points[end]) * feet * _M_PER_FT * values["detour"]
    frame = pd.DataFrame(
        {
            "from_stop_id": stops.index[start].astype("str"),
            "to_stop_id": stops.index[end].astype("str"),
            "walk_s": np.ceil(meters / values["change_speed_mps"]).astype("int64"),
        }
    )
    ordered = frame.sort_values(["from_stop_id", "to_stop_id"], kind="stable")
    return schema.check(ordered, "footpaths")
