"""A file's shapes → plain shapes in the city's system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from norwalk_geo import network
from norwalk_geo.errors import CrsError, Problem, SchemaError
from norwalk_geo.schema.convert import TYPES
from norwalk_geo.sources.columns import as_text

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.sources.report import Log

__all__ = ["City", "crs_name", "drawn", "find_useful", "project"]

_Shapes = npt.NDArray[np.object_]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class City:
    """
    Where a city is, and when.

    Parameters
    ----------
    crs
        Its projected coordinate system.
    bbox_lonlat
        West, south, east and north in degrees.
    as_of
        Day that its data describe.
    """

    crs: str
    bbox_lonlat: tuple[float, float, float, float]
    as_of: dt.date


def crs_name(crs: object) -> str:
    """
    Name a coordinate system.

    Parameters
    ----------
    crs
        Anything that pyproj reads.

    Returns
    -------
    name
        Its code where it has one, else its name; blank for none.
    """
    if crs is None:
        return ""
    known = CRS.from_user_input(crs)
    authority = known.to_authority()
    return ":".join(authority) if authority else str(known.name)


def _points(frame: DataFrame, geometry: Mapping[str, str], log: Log) -> _Shapes:
    """Make points of two columns."""
    numbers = []
    for axis in ("x", "y"):
        number, bad = TYPES["number"][0](frame[geometry[axis]])
        remedy = "Correct the source or drop the rows with where."
        log.problem(geometry[axis], "not a number", frame.index[bad], remedy)
        numbers.append(number.to_numpy())
    unknown = np.isnan(numbers[0]) | np.isnan(numbers[1])
    points: _Shapes = np.array(shapely.points(numbers[0], numbers[1]), dtype="object")
    points[unknown] = None
    return points


def _well_known(frame: DataFrame, column: str, log: Log) -> _Shapes:
    """Read shapes written as text."""
    text = as_text(frame[column])
    written = text.astype("object").where(text.notna(), None).to_numpy()
    shapes = shapely.from_wkt(written, on_invalid="ignore")
    bad = shapely.is_missing(shapes) & text.notna().to_numpy()
    remedy = "Write it like LINESTRING (x y, x y), or drop the rows with where."
    log.problem(column, "not a shape in well-known text", frame.index[bad], remedy)
    return np.asarray(shapes)


def drawn(frame: DataFrame, geometry: Mapping[str, str], log: Log) -> _Shapes:
    """
    Take the shapes of a file.

    Parameters
    ----------
    frame
        Rows of the file.
    geometry
        Columns that hold the shapes, where the file has none of its own.
    log
        Takes the cells that are no shapes.

    Returns
    -------
    shapes
        Two-dimensional; None where a row has none.

    Raises
    ------
    SchemaError
        The file has no shapes and the mapping names no columns for them.
    """
    if "wkt" in geometry:
        shapes = _well_known(frame, geometry["wkt"], log)
    elif geometry:
        shapes = _points(frame, geometry, log)
    elif isinstance(frame, gpd.GeoDataFrame):
        shapes = np.asarray(frame.geometry.to_numpy(), dtype="object")
    else:
        remedy = "Say which columns hold them: geometry = {wkt = 'COLUMN'} or {x = …, y = …}."
        raise SchemaError.of("geometry", [Problem("geometry", "no shapes", remedy=remedy)])
    high = shapely.has_z(shapes) | shapely.has_m(shapes)
    log.change("changed", "geometry", "height left out", "package", frame.index[high])
    return np.asarray(shapely.force_2d(shapes))


def _endless(shapes: _Shapes) -> _Mask:
    """Find shapes with a coordinate that is missing or infinite."""
    places, row = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype="bool")
    found[row[~np.isfinite(places).all(axis=1)]] = True
    return found


def find_useful(frame: DataFrame, shapes: _Shapes, log: Log, *, lines: bool) -> _Mask:
    """
    Find the rows whose shape can be used, and list the others.

    Parameters
    ----------
    frame
        Rows of the file.
    shapes
        Their shapes.
    log
        Takes the rows to drop.
    lines
        Whether the shapes should be lines, which have a length.

    Returns
    -------
    useful
        False where there is no shape, it is empty, its coordinates are no numbers, or it is a line
        without length.
    """
    missing, empty, endless = shapely.is_missing(shapes), shapely.is_empty(shapes), _endless(shapes)
    shapes = shapes.copy()
    shapes[endless] = None
    flat = ~missing & ~empty & (shapely.length(shapes) == 0) if lines else missing & False
    # A point where a line should be is for the check to refuse.
    flat &= shapely.get_dimensions(shapes) == 1
    for rows, reason in (
        (missing, "no shape, or one that cannot be read"),
        (empty, "empty shape"),
        (endless, "coordinates that are no numbers"),
        (flat, "line without length"),
    ):
        log.change("dropped", "row", reason, "package", frame.index[rows])
    return np.asarray(~(missing | empty | endless | flat))


def project(shapes: _Shapes, labels: _Shapes, source_crs: object, city: City) -> gpd.GeoSeries:
    """
    Convert shapes to the city's system.

    Parameters
    ----------
    shapes
        Shapes as in the file.
    labels
        Keys of their rows, for messages.
    source_crs
        The file's system.
    city
        System and place of the city.

    Returns
    -------
    projected
        In the city's system; not yet checked to lie in the city.

    Raises
    ------
    CrsError
        The file has no system, its coordinates do not fit it, or the city's system is not known or
        not projected.
    """
    there = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes), crs=source_crs)
    try:
        here = there if source_crs is None else there.to_crs(city.crs)
    except CRSError:
        # The city's own system is not known: the check below says so.
        here = there
    except ProjError:
        what = f"cannot be converted from {crs_name(source_crs)} to {city.crs}"
        remedy = "Choose another source_crs, or another system for the city."
        raise CrsError.of("geometry", [Problem("geometry", what, remedy=remedy)]) from None
    # Without rows only the systems are checked; places are, once the rows have their ids.
    network.check_crs(here.iloc[:0], "geometry", crs=city.crs, bbox_lonlat=city.bbox_lonlat)
    far = _endless(here.geometry.to_numpy())
    if far.any():
        x, y = shapely.get_coordinates(shapes[far][0])[0]
        what = (
            f"has coordinates such as {x:,.6g}, {y:,.6g}, which do not fit {crs_name(source_crs)},"
        )
        remedy = "Set source_crs in the mapping to the system that the file was drawn in."
        problem = Problem("geometry", what, tuple(labels[far].tolist()), remedy)
        raise CrsError.of("geometry", [problem])
    return here.geometry
