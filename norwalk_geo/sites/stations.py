"""What transit is near each site, and which operators are in reach without a timetable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sites

__all__ = ["missing_operators", "nearest_station"]


def nearest_station(sites: Sites, stations: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Find the station of high-capacity transit that is nearest to each site.

    Parameters
    ----------
    sites
        The sites.
    stations
        Points of stations in the same system, by id, with `name`.

    Returns
    -------
    site_stations
        Distances along straight lines between published points, which are not the sites' own
        edges: a way on the streets is longer. No rows where there are no stations.
    """
    feet, rows = feet_per_unit(sites.crs), []
    ordered = stations.sort_index(kind="stable")
    for site, point in sites.geometry.items():
        if ordered.empty:
            break
        apart = ordered.distance(point)
        best = apart.idxmin()
        row = {"site_id": str(site), "station_id": str(best)}
        rows.append(
            row
            | {"station_name": ordered.loc[best, "name"], "straight_ft": float(apart[best]) * feet}
        )
    names = list(schema.describe("site_stations").columns.index)
    return schema.check(pd.DataFrame(rows, columns=names), "site_stations")


def missing_operators(
    sites: Sites,
    stops: gpd.GeoDataFrame,
    operators: Sequence[str],
    *,
    near_ft: float = 2640.0,
) -> pd.DataFrame:
    """
    List operators that have stops in reach of a site and no timetable.

    Parameters
    ----------
    sites
        The sites.
    stops
        Table `transit_stops`: stops of all operators that are known.
    operators
        Those whose timetables were read.
    near_ft
        Distance along a straight line that counts as in reach, in feet.

    Returns
    -------
    site_operators
        One row a site and operator. Transit figures of a site with a row are partial.
    """
    flat = stops.reset_index()
    flat = flat[~flat["operator"].isin(list(operators))]
    feet = feet_per_unit(sites.crs)
    tree = shapely.STRtree(flat.geometry.to_numpy())
    points = sites.geometry.to_numpy()
    site, stop = tree.query(points, predicate="dwithin", distance=near_ft / feet)
    found = pd.DataFrame(
        {
            "site_id": sites.index.astype("str")[site],
            "operator": flat["operator"].to_numpy()[stop],
            "nearest_ft": shapely.distance(points[site], flat.geometry.to_numpy()[stop]) * feet,
        }
    )
    grouped = found.groupby(["site_id", "operator"])["nearest_ft"]
    table = pd.DataFrame({"stops": grouped.size(), "nearest_ft": grouped.min()}).reset_index()
    return schema.check(table, "site_operators")
