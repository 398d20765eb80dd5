"""Shapes of several pieces → one piece a row, as few rows as can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.sources.report import Log

__all__ = ["Parts", "same_as_before", "split"]

_Shapes = npt.NDArray[np.object_]
_Mask = npt.NDArray[np.bool_]
_MULTI = (shapely.GeometryType.MULTILINESTRING.value, shapely.GeometryType.MULTIPOINT.value)


@dataclass(frozen=True)
class Parts:
    """
    Shapes of one piece each.

    Parameters
    ----------
    shapes
        One piece a row, in the city's system; None for a table without shapes.
    origin
        Place of the piece's row among the rows that were split.
    part
        Number of the piece in its row from 1; 0 where the row has one piece.
    """

    shapes: gpd.GeoSeries | None
    origin: npt.NDArray[np.int64]
    part: npt.NDArray[np.int64]


def _in_one_piece(shape: shapely.Geometry) -> shapely.Geometry:
    """Make one piece of a shape of several where they allow it; pieces without length go."""
    pieces = shapely.get_parts(shape)
    if shape.geom_type == "MultiPoint":
        return pieces[0] if len(pieces) == 1 else shape
    pieces = pieces[shapely.length(pieces) > 0]
    if len(pieces) == 1:
        return pieces[0]
    rest = shapely.multilinestrings(pieces)
    joined = shapely.line_merge(rest, directed=True)
    return joined if joined.geom_type == "LineString" else rest


def _is_multi(shapes: _Shapes) -> _Mask:
    return np.isin(shapely.get_type_id(shapes), _MULTI)


def split(frame: DataFrame, lines: gpd.GeoSeries | None, log: Log) -> Parts:
    """
    Take shapes of several pieces apart.

    Pieces of a line that follow each other end to end are one line, since a city's row stays a
    section. Pieces without length are left out.

    Parameters
    ----------
    frame
        Rows of the file.
    lines
        Their shapes, each of them useful; None for a table without shapes.
    log
        Takes what was joined and split.

    Returns
    -------
    parts
        Pieces in the order of the rows, and of their row in the order drawn.
    """
    if lines is None:
        return Parts(None, np.arange(len(frame)), np.zeros(len(frame), dtype="int64"))
    shapes = np.array(lines.to_numpy(), dtype="object")
    several = _is_multi(shapes) & (shapely.get_num_geometries(shapes) > 1)
    single = _is_multi(shapes) & ~several
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    for place in np.flatnonzero(several):
        shapes[place] = _in_one_piece(shapes[place])
    many = _is_multi(shapes)
    reason = "pieces that follow each other, or have no length, made one line"
    log.change("changed", "geometry", reason, "package", frame.index[several & ~many])
    log.change("changed", "geometry", "split into its pieces", "package", frame.index[many])
    count = np.where(many, shapely.get_num_geometries(shapes), 1)
    origin = np.repeat(np.arange(len(shapes)), count)
    pieces = shapes[origin]
    pieces[many[origin]] = shapely.get_parts(shapes[many])
    part = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count) + 1
    part = np.where(many[origin], part, 0)
    return Parts(gpd.GeoSeries(pieces, crs=lines.crs), origin, part)


def same_as_before(shapes: _Shapes) -> _Mask:
    """
    Find shapes that stand in an earlier row too, in either direction.

    Parameters
    ----------
    shapes
        Shapes of a table.

    Returns
    -------
    repeated
        True from the second on.
    """
    return np.asarray(pd.Series(shapely.to_wkb(shapely.normalize(shapes))).duplicated())
