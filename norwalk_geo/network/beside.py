"""Lines of one street that are drawn beside each other: the carriageways of a divided road."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["ONE_WAY", "Beside", "carriageways", "lines_beside"]

ONE_WAY = {"with": 1.0, "against": -1.0, "no": 0.0}

# Middles of carriageways lie from one lane to a wide median apart.
_NEAREST_FT, _FARTHEST_FT = 8.0, 100.0
# Cosine of the least angle at which one line lies beside the other and not before it.
_BEFORE = 0.35
_POINTS, _LEAST = 9, 0.5


class Beside(NamedTuple):
    """
    A line that lies beside another.

    Parameters
    ----------
    row
        Place of the line.
    side
        1 where it lies on the left of the other as that one is drawn, -1 on the right.
    share
        Share of the other that it lies beside.
    """

    row: int
    side: int
    share: float


def _pairs(
    sections: Sections, streets: Iterable[list[int]], one_way: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Pair near lines of one street that may be carriageways."""
    feet = feet_per_unit(sections.crs)
    shapes = sections.geometry.to_numpy()
    may = one_way != 0
    if "carriageway" in sections:
        may &= sections["carriageway"].ne("single").to_numpy(dtype="bool", na_value=True)
    rows, others = [], []
    for street in streets:
        own = np.array([row for row in street if may[row]], dtype="int64")
        if len(own) < 2:  # noqa: PLR2004 - a line has none beside it
            continue
        first, other = shapely.STRtree(shapes[own]).query(
            shapes[own], predicate="dwithin", distance=_FARTHEST_FT / feet
        )
        rows.append(own[first])
        others.append(own[other])
    if not rows:
        return np.empty((0, 2), dtype="int64")
    pairs = np.stack([np.concatenate(rows), np.concatenate(others)], axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _offsets(
    shapes: npt.NDArray[np.object_], pairs: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Measure, at points of the first line of each pair, how the second lies: ahead and aside."""
    share = np.linspace(0.1, 0.9, _POINTS)
    line, other = shapes[pairs[:, 0], None], shapes[pairs[:, 1], None]
    at = shapely.line_interpolate_point(line, share, normalized=True)
    ahead = shapely.line_interpolate_point(line, share + 0.02, normalized=True)
    there = shapely.line_interpolate_point(other, shapely.line_locate_point(other, at))
    x, y = shapely.get_x(at), shapely.get_y(at)
    dx, dy = shapely.get_x(ahead) - x, shapely.get_y(ahead) - y
    size = np.hypot(dx, dy)
    size[size == 0] = np.inf
    to_x, to_y = shapely.get_x(there) - x, shapely.get_y(there) - y
    return (dx * to_x + dy * to_y) / size, (dx * to_y - dy * to_x) / size


def lines_beside(
    sections: Sections, streets: Iterable[list[int]], one_way: npt.NDArray[np.float64]
) -> dict[int, list[Beside]]:
    """
    Find the lines of a street that are drawn beside each other.

    Parameters
    ----------
    sections
        Lines cut where they meet. Where `carriageway` is given, `single` has none beside it.
    streets
        Places of the lines of each street.
    one_way
        1 or -1 where traffic runs one way, 0 where it runs both ways, which is no carriageway.

    Returns
    -------
    beside
        By line, in order of rows; lines without any are not listed.
    """
    pairs = _pairs(sections, streets, one_way)
    if not len(pairs):
        return {}
    feet = feet_per_unit(sections.crs)
    before, aside = _offsets(sections.geometry.to_numpy(), pairs)
    apart = np.hypot(before, aside) * feet
    hit = (
        (apart >= _NEAREST_FT) & (apart <= _FARTHEST_FT) & (np.abs(before) * feet < _BEFORE * apart)
    )
    share = hit.mean(axis=1)
    side = np.sign(np.where(hit, aside, 0.0).sum(axis=1))
    found = defaultdict[int, list[Beside]](list)
    for (row, other), at, much in zip(pairs.tolist(), side, share, strict=True):
        if much > 0 and at:
            found[row].append(Beside(other, int(at), float(much)))
    return {row: every for row, every in found.items() if sum(one.share for one in every) >= _LEAST}


def carriageways(sections: Sections) -> pd.Series:
    """
    Tell the lines of divided roads: one-way lines of one name drawn beside each other.

    Parameters
    ----------
    sections
        Uses `street_name` and `one_way`; lines without a name are taken for single.

    Returns
    -------
    carriageway
        `single` or `divided`, aligned to `sections`.
    """
    known = column(sections, "one_way", None).map(ONE_WAY).astype("float64")
    ways = np.asarray(known.fillna(0.0), dtype="float64")
    named = column(sections, "street_name", None).reset_index(drop=True).dropna()
    streets = [rows.index.tolist() for _, rows in named.groupby(named)]
    beside = lines_beside(sections, streets, ways)
    divided = np.isin(np.arange(len(sections)), list(beside))
    words = np.where(divided, "divided", "single")
    return pd.Series(words, index=sections.index, dtype="str", name="carriageway")
