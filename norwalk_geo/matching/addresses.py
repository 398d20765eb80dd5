"""House numbers and route miles of lines: shared out where lines are cut, and looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import names, network

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["HUNDRED", "Ranges", "cut_lines", "houses", "index_ranges"]

_ADDRESSES = (
    ("left_from_address", "left_to_address"),
    ("right_from_address", "right_to_address"),
)
_MILES = ("from_mi", "to_mi")
HUNDRED = 100
# A house on its own side of the street; on the other; between the numbers of two lines.
_OWN_SIDE, _OTHER_SIDE, _BETWEEN = 1.0, 0.95, 0.9


@dataclass(frozen=True)
class Ranges:
    """
    House numbers and route miles of lines.

    Parameters
    ----------
    numbers
        House numbers of each line: left first, left last, right first, right last; missing where
        there are none.
    low, high
        First and last hundred block of each line; missing where it has no house numbers.
    route
        Route of each line, taken apart; blank where it is on none.
    from_mi, to_mi
        Route mile at each line's first and last point.
    """

    numbers: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    route: npt.NDArray[np.object_]
    from_mi: npt.NDArray[np.float64]
    to_mi: npt.NDArray[np.float64]


def _numbers(lines: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """Take a column of numbers, missing where it is absent."""
    if name not in lines:
        return np.full(len(lines), np.nan)
    return np.asarray(lines[name].astype("float64"))


def cut_lines(lines: Sections, *, snap_ft: float = 1.0) -> Sections:
    """
    Cut lines where they meet, and share out their house numbers and route miles.

    Parameters
    ----------
    lines
        Lines with the columns of the table `lines`.
    snap_ft
        As `network.split_at_nodes` takes it.

    Returns
    -------
    lines
        A piece has the house numbers and miles that lie on it, in proportion to its length.
    """
    cut = network.split_at_nodes(lines, snap_ft=snap_ft)
    if len(cut) == len(lines):
        return cut
    part = cut.index.to_series().astype("str")
    parent = part.where(part.isin(lines.index), part.str.rsplit("-", n=1).str[0]).to_numpy()
    length = pd.Series(network.lengths_ft(cut), index=cut.index)
    total = length.groupby(parent).transform("sum")
    until = length.groupby(parent).cumsum() / total
    since = until - length / total
    ends = [*_ADDRESSES, _MILES]
    for first, last in ends:
        if {first, last} <= set(cut.columns):
            start, stop = cut[first].astype("float64"), cut[last].astype("float64")
            at = (start + (stop - start) * since, start + (stop - start) * until)
            whole = first not in _MILES
            for name, values in zip((first, last), at, strict=True):
                cut[name] = values.round() if whole else values
    return cut


def index_ranges(lines: Sections, known: names.Words | None = None) -> Ranges:
    """
    Index the house numbers and route miles of lines.

    Parameters
    ----------
    lines
        Lines with the columns of the table `lines`.
    known
        Words to know. By default those that ship.

    Returns
    -------
    ranges
        A house number of 0 counts as none.
    """
    numbers = np.array([_numbers(lines, name) for pair in _ADDRESSES for name in pair])
    numbers[numbers <= 0] = np.nan
    has = np.isfinite(numbers).any(axis=0)
    low, high = np.full(len(lines), np.nan), np.full(len(lines), np.nan)
    low[has] = np.nanmin(numbers[:, has], axis=0) // HUNDRED * HUNDRED
    high[has] = np.nanmax(numbers[:, has], axis=0) // HUNDRED * HUNDRED
    texts = lines["route"].fillna("") if "route" in lines else [""] * len(lines)
    route = np.array([names.parse(text, known).core for text in texts], dtype="object")
    return Ranges(numbers, low, high, route, _numbers(lines, "from_mi"), _numbers(lines, "to_mi"))


def _on_line(ranges: Ranges, row: int, house: int) -> tuple[float, float, float]:
    """Place a house on a line: how well it fits, share of the length, and numbers off its range."""
    best = (0.0, np.nan, np.inf)
    for first, last in ranges.numbers[:, row].reshape(2, 2):
        if not (np.isfinite(first) and np.isfinite(last)):
            continue
        inside = float(np.clip(house, min(first, last), max(first, last)))
        share = (inside - first) / (last - first) if last != first else 0.5
        own = (house - first) % 2 == 0
        fits = (_OWN_SIDE if own else _OTHER_SIDE) if inside == house else _BETWEEN
        best = max(best, (fits, share, abs(house - inside)), key=lambda one: (-one[2], one[0]))
    return best


def houses(ranges: Ranges, rows: Iterable[int], house: int) -> dict[int, tuple[float, float]]:
    """
    Find the lines on which a house stands.

    Parameters
    ----------
    ranges
        House numbers of lines.
    rows
        Lines of the street.
    house
        Number of the house.

    Returns
    -------
    places
        By line: how well it fits, from 0 to 1, and the share of the line's length from its first
        point, in proportion to the numbers. A number between those of two lines stands at the end
        of the nearer; blank where no line has numbers within a hundred of it.
    """
    found = {row: _on_line(ranges, row, house) for row in rows}
    nearest = min((one[2] for one in found.values()), default=np.inf)
    if nearest >= HUNDRED:
        return {}
    here = {row: one for row, one in found.items() if one[2] == nearest}
    best = max(one[0] for one in here.values())
    return {row: (fits, share) for row, (fits, share, _) in here.items() if fits == best}
