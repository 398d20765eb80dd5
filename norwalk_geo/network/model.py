"""The two tables that are only true together, and the measures that all parts share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from norwalk_geo.errors import CrsError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Nodes, Sections

__all__ = ["FEET_PER_MILE", "Network", "column", "differ", "feet_per_unit", "levels"]

FEET_PER_MILE = 5280
METERS_PER_FOOT = 0.3048
# Two of the world's feet differ by two parts in a million: a unit this near to 0.3048 m is a foot.
_FOOT_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Network:
    """
    Streets of a city.

    Parameters
    ----------
    nodes
        Intersections and dead ends.
    sections
        Stretches of street, each with `from_node` and `to_node`.
    """

    nodes: Nodes
    sections: Sections


def feet_per_unit(crs: object) -> float:
    """
    Convert the unit of a projected system to feet.

    Parameters
    ----------
    crs
        Anything that pyproj reads.

    Returns
    -------
    feet
        Feet in one unit; the system's own foot, survey or international, counts as one.

    Raises
    ------
    CrsError
        There is no system, or it is not projected: nothing can be measured in degrees.

    Examples
    --------
    >>> feet_per_unit("EPSG:2229")
    1.0
    >>> round(feet_per_unit("EPSG:32611"), 4)
    3.2808
    """
    if crs is None or not CRS.from_user_input(crs).is_projected:
        what = "has no coordinate system" if crs is None else "is in degrees"
        remedy = "Bring it to the city's projected system with set_crs or to_crs."
        raise CrsError.of("layer", [Problem("geometry", what, remedy=remedy)])
    meters = float(CRS.from_user_input(crs).axis_info[0].unit_conversion_factor)
    is_foot = abs(meters - METERS_PER_FOOT) < _FOOT_TOLERANCE
    return 1.0 if is_foot else meters / METERS_PER_FOOT


def column(frame: pd.DataFrame, name: str, absent: object) -> pd.Series:
    """
    Take a column, or one filled with what its absence means.

    Parameters
    ----------
    frame
        Any table.
    name
        Name of the column.
    absent
        What every cell is where there is no such column.

    Returns
    -------
    values
        Aligned to `frame`.
    """
    return frame[name] if name in frame else pd.Series(absent, index=frame.index, name=name)


def differ(one: pd.Series, other: pd.Series) -> npt.NDArray[np.bool_]:
    """
    Compare cells of any kind one by one.

    Parameters
    ----------
    one, other
        Columns of one length.

    Returns
    -------
    differ
        Two blank cells are alike; a blank one and one that is not differ.
    """
    first, second = (each.astype("object").to_numpy() for each in (one, other))
    blank, none = np.asarray(pd.isna(first)), np.asarray(pd.isna(second))
    different: npt.NDArray[np.bool_] = blank != none
    known = np.flatnonzero(~blank & ~none)
    different[known] = first[known] != second[known]
    return different


def levels(sections: Sections) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Take the level of each section's first and last point.

    Parameters
    ----------
    sections
        Uses `level_from` and `level_to` where given.

    Returns
    -------
    first, last
        Zero where nothing is given.
    """
    first, last = (
        column(sections, name, 0).fillna(0).to_numpy(dtype="int64")
        for name in ("level_from", "level_to")
    )
    return first, last
