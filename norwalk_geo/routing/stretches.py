"""Stretches of lines, many at once."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["stretches"]

_Numbers: TypeAlias = npt.NDArray[np.float64]
_Shapes: TypeAlias = npt.NDArray[np.object_]


def stretches(lines: _Shapes, begin: _Numbers, stop: _Numbers) -> _Shapes:
    """
    Cut one stretch out of each line.

    Parameters
    ----------
    lines
        Lines of some length.
    begin, stop
        Where each stretch begins and ends, as a share of the line from 0 to 1.

    Returns
    -------
    stretches
        Lines in the same direction; one of no length has both of its points in one place.

    Examples
    --------
    >>> line = shapely.linestrings([[(0, 0), (4, 0), (4, 4)]])
    >>> stretches(line, np.array([0.25]), np.array([0.75])).tolist()
    [<LINESTRING (2 0, 4 0, 4 2)>]
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    length = shapely.length(lines)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    is_first = np.diff(line, prepend=-1) != 0
    step = np.where(is_first, 0.0, np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T))
    run = np.cumsum(step)
    run -= run[is_first][line]
    first, last = begin * length, stop * length
    inside = (run > first[line]) & (run < last[line])
    ends = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines, at)) for at in (first, last)
    ]
    row = np.concatenate([np.arange(len(lines)), line[inside], np.arange(len(lines))])
    points = np.concatenate([ends[0], xy[inside], ends[1]])
    # Stable: the first end stands before the vertices of its line, the last one after them.
    order = np.argsort(row, kind="stable")
    return np.asarray(shapely.linestrings(points[order], indices=row[order]))
