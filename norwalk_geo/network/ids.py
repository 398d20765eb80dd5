"""Ids from place alone: the same on every import, in any order of rows and either direction."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo.network.model import feet_per_unit

__all__ = ["node_ids", "section_ids"]


def section_ids(lines: gpd.GeoSeries) -> pd.Series:
    """
    Make ids from shape alone, for lines that came without a key.

    An id is `s` and ten hexadecimal digits of the midpoint (to one foot) and the length (to one
    foot). The direction in which a line is drawn does not matter.

    Parameters
    ----------
    lines
        Lines in a projected system.

    Returns
    -------
    ids
        Text, aligned to `lines`.

    Examples
    --------
    >>> from shapely import LineString
    >>> there, back = LineString([(0, 0), (300, 0)]), LineString([(300, 0), (0, 0)])
    >>> ids = section_ids(gpd.GeoSeries([there, back], crs="EPSG:2229"))
    >>> ids[0] == ids[1]
    True
    """
    feet = feet_per_unit(lines.crs)
    shapes = lines.to_numpy()
    middle = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    x = np.rint(shapely.get_x(middle) * feet)
    y = np.rint(shapely.get_y(middle) * feet)
    length = np.rint(shapely.length(shapes) * feet)
    text = [f"{a:.0f} {b:.0f} {c:.0f}" for a, b, c in zip(x, y, length, strict=True)]
    ids = ["s" + hashlib.sha256(one.encode()).hexdigest()[:10] for one in text]
    return pd.Series(ids, index=lines.index, dtype="str", name="section_id")


def node_ids(places: pd.DataFrame, feet: float) -> pd.Series:
    """
    Make ids from place and level alone.

    Parameters
    ----------
    places
        `x`, `y` and `level`.
    feet
        Feet in one unit of the coordinates.

    Returns
    -------
    ids
        `n` and ten hexadecimal digits; of several places in one square foot the western is first.
    """
    x, y = np.rint(places["x"] * feet), np.rint(places["y"] * feet)
    squares = [f"{a:.0f} {b:.0f} {c}" for a, b, c in zip(x, y, places["level"], strict=True)]
    rank = places.assign(square=squares).sort_values(["x", "y"]).groupby("square").cumcount()
    text = [
        f"{square} {n}" if n else square
        for square, n in zip(squares, rank.sort_index(), strict=True)
    ]
    return pd.Series(["n" + hashlib.sha256(t.encode()).hexdigest()[:10] for t in text], dtype="str")
