"""A city's lines as whole steps of a degree, and which file holds which sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import CrsError, Problem

if TYPE_CHECKING:
    import numpy.typing as npt

    from norwalk_geo.schema import Sections

__all__ = ["RANKS", "SCALE", "Lines", "Split", "areas", "lines_of", "main_streets", "near_order"]

# About 0.4 m: one and a half pixels where a map is enlarged most.
SCALE = 250_000
_BEND = 1.0
WHOLE, PART, OVERVIEW = 150_000, 16_000, 50_000
RANKS = {"arterial": 0, "collector": 1, "residential": 2, "alley": 3}


@dataclass(frozen=True, eq=False)
class Split:
    """
    Which file holds which sections.

    Parameters
    ----------
    ids
        Sections, in the order of their table.
    part
        Number of the file of each section.
    place
        Place of each section within its file.
    boxes
        West, south, east and north of each file, in degrees.
    has_ground
        Whether there is a file of areas below the streets.
    """

    ids: pd.Index
    part: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    boxes: tuple[tuple[float, float, float, float], ...]
    has_ground: bool

    @property
    def parts(self) -> int:
        """Number of files."""
        return len(self.boxes)


@dataclass(frozen=True, eq=False)
class Lines:
    """
    Coordinates of all sections.

    Parameters
    ----------
    grid
        Longitude and latitude of every point, in steps of a degree (`SCALE` of them).
    start
        Place of the first point of each section, and one past the last.
    """

    grid: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]

    def of(self, members: npt.NDArray[np.int64]) -> tuple[Any, Any, Any]:
        """Points of each member, and their longitudes and latitudes."""
        counts = self.start[members + 1] - self.start[members]
        first = np.repeat(self.start[members] - np.cumsum(counts) + counts, counts)
        rows = self.grid[first + np.arange(len(first))]
        return counts, rows[:, 0], rows[:, 1]


def lines_of(sections: Sections) -> Lines:
    """
    Simplify lines by less than is seen, and bring them to whole steps of a degree.

    Parameters
    ----------
    sections
        Lines in a projected system.

    Returns
    -------
    lines
        Coordinates of all sections.

    Raises
    ------
    CrsError
        The sections do not say their coordinate system.
    """
    if sections.crs is None:
        problem = Problem("geometry", "has no coordinate system", remedy="Set the city's.")
        raise CrsError.of("sections", [problem])
    shapes = sections.geometry.simplify(_BEND).to_crs("EPSG:4326").to_numpy()
    grid = np.rint(shapely.get_coordinates(shapes) * SCALE).astype("int64")
    counts = shapely.get_num_coordinates(shapes)
    return Lines(grid, np.concatenate([[0], np.cumsum(counts)]).astype("int64"))


def _spread_bits(values: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Leave a free bit after each of 24 bits."""
    bits = values.astype("uint64")
    for shift, mask in (
        (16, 0x0000_00FF_0000_FFFF),
        (8, 0x00FF_00FF_00FF_00FF & 0x0000_FFFF_FFFF_FFFF),
        (4, 0x0F0F_0F0F_0F0F_0F0F & 0x0000_FFFF_FFFF_FFFF),
        (2, 0x3333_3333_3333_3333 & 0x0000_FFFF_FFFF_FFFF),
        (1, 0x5555_5555_5555_5555 & 0x0000_FFFF_FFFF_FFFF),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def near_order(points: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """
    Order points so that neighbors in the list are neighbors on the ground.

    Parameters
    ----------
    points
        Whole numbers, two a row.

    Returns
    -------
    order
        Places of the points along a curve that fills the plane.
    """
    steps = (points - points.min(axis=0)) >> max(
        int(np.ptp(points, axis=0).max()).bit_length() - 24, 0
    )
    curve = _spread_bits(steps[:, 0]) | (_spread_bits(steps[:, 1]) << np.uint64(1))
    return np.argsort(curve, kind="stable")


def areas(points: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """
    Halve a city, always across its longer side, until each area is small enough for a file.

    Parameters
    ----------
    points
        A point of each section, as whole numbers.

    Returns
    -------
    part
        Number of each section's area; all zero for a city of up to `WHOLE` sections.
    """
    part = np.zeros(len(points), dtype="int64")
    if len(points) <= WHOLE:
        return part
    waiting, done = [np.arange(len(points))], 0
    while waiting:
        members = waiting.pop()
        if len(members) <= PART:
            part[members] = done
            done += 1
            continue
        axis = int(np.argmax(np.ptp(points[members], axis=0)))
        ordered = members[np.argsort(points[members, axis], kind="stable")]
        half = len(ordered) // 2
        waiting += [ordered[half:], ordered[:half]]
    return part


def main_streets(sections: Sections) -> npt.NDArray[np.int64]:
    """
    Choose the sections of an overview: by class, then those of the longest streets.

    Parameters
    ----------
    sections
        Lines, names and classes.

    Returns
    -------
    members
        Places in the table, at most `OVERVIEW`.
    """
    rank = sections["functional_class"].map(RANKS).to_numpy()
    lengths = sections.geometry.length
    names = sections["street_name"] if "street_name" in sections else pd.Series("", sections.index)
    whole = lengths.groupby(names.fillna("")).transform("sum").to_numpy()
    return np.lexsort((-whole, rank))[:OVERVIEW]
