"""Whether a table is in the city's system and lies in the city."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from norwalk_geo.errors import CrsError, Problem

__all__ = ["check_crs", "known_crs"]

_MARGIN = 0.25
_LONG_NAME = 40


def known_crs(crs: str) -> CRS:
    """
    Read the name of a city's coordinate system, which must be projected.

    Parameters
    ----------
    crs
        Such as `EPSG:2229`, or any other name that PROJ knows.

    Returns
    -------
    system
        Projected, in feet or metres.

    Raises
    ------
    CrsError
        The name is not known, or the system is in degrees.

    Examples
    --------
    >>> known_crs("EPSG:2229").is_projected
    True
    """
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        remedy = "Use a code such as EPSG:2229."
        raise CrsError.of("city.crs", [Problem(crs, "is no known system", remedy=remedy)]) from None
    if not known.is_projected:
        remedy = "Choose a projected system in feet or metres, such as your State Plane zone."
        raise CrsError.of("city.crs", [Problem(crs, "is in degrees", remedy=remedy)])
    return known


def check_crs(
    frame: gpd.GeoDataFrame, table: str, *, crs: str, bbox_lonlat: tuple[float, float, float, float]
) -> None:
    """
    Check that a table is in the city's system and lies in the city.

    Parameters
    ----------
    frame
        Any table with geometry; the index names its rows.
    table
        Name for the message.
    crs
        The city's system.
    bbox_lonlat
        West, south, east and north of the city in degrees. A quarter of its size is allowed around.

    Raises
    ------
    CrsError
        The table has no system, another one, or rows outside the city.
    """
    city = known_crs(crs)
    if frame.crs is None:
        remedy = f"Import it with source_crs in the mapping, or set {crs} in your GIS."
        raise CrsError.of(table, [Problem("geometry", "has no coordinate system", remedy=remedy)])
    if not CRS(frame.crs).equals(city, ignore_axis_order=True):
        found = frame.crs.to_string() if len(frame.crs.to_string()) < _LONG_NAME else frame.crs.name
        what = f"is in {found}, not in the city's {crs}"
        remedy = "Run norwalk import, which converts it."
        raise CrsError.of(table, [Problem("geometry", what, remedy=remedy)])
    if frame.empty:
        return
    west, south, east, north = bbox_lonlat
    wide, high = (east - west) * _MARGIN, (north - south) * _MARGIN
    places = shapely.centroid(frame.geometry.to_numpy())
    to_degrees = Transformer.from_crs(city, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(shapely.get_x(places), shapely.get_y(places))
    inside = (lon > west - wide) & (lon < east + wide) & (lat > south - high) & (lat < north + high)
    outside = ~inside & ~(np.isnan(lon) | np.isnan(lat))
    if not outside.any():
        return
    first = np.flatnonzero(outside)[0]
    where = (
        "far outside the earth's surface"
        if not np.isfinite(lon[first])
        else f"for example at longitude {lon[first]:.3f}, latitude {lat[first]:.3f}"
    )
    what = f"lies outside the city's bbox_lonlat, {where},"
    remedy = "Check source_crs (the wrong zone, or feet for metres), or widen bbox_lonlat."
    ids = tuple(str(i) for i in frame.index[outside])
    raise CrsError.of(table, [Problem("geometry", what, ids, remedy)])
