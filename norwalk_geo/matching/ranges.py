"""Rows that name a block or miles of a route instead of cross streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import names, network
from norwalk_geo.matching.candidates import Candidate, Wanted, disagreement, said, streets_named
from norwalk_geo.matching.streets import Step, Streets, links, way

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Ranges", "by_block", "by_mile", "cut_lines", "index_ranges"]

ADDRESSES = (
    ("left_from_address", "left_to_address"),
    ("right_from_address", "right_to_address"),
)
_MILES = ("from_mi", "to_mi")
_HUNDRED = 100
_STREET, _BLOCK, _ONLY = 40.0, 50.0, 5.0


@dataclass(frozen=True)
class Ranges:
    """
    House numbers and route miles of lines.

    Parameters
    ----------
    low, high
        First and last hundred block of each line; missing where it has no house numbers.
    route
        Route of each line, taken apart; blank where it is on none.
    from_mi, to_mi
        Route mile at each line's first and last point.
    """

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
    ends = [*ADDRESSES, _MILES]
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
    numbers = np.array([_numbers(lines, name) for pair in ADDRESSES for name in pair])
    numbers[numbers <= 0] = np.nan
    has = np.isfinite(numbers).any(axis=0)
    low, high = np.full(len(lines), np.nan), np.full(len(lines), np.nan)
    low[has] = np.nanmin(numbers[:, has], axis=0) // _HUNDRED * _HUNDRED
    high[has] = np.nanmax(numbers[:, has], axis=0) // _HUNDRED * _HUNDRED
    texts = lines["route"].fillna("") if "route" in lines else [""] * len(lines)
    route = np.array([names.parse(text, known).core for text in texts], dtype="object")
    return Ranges(low, high, route, _numbers(lines, "from_mi"), _numbers(lines, "to_mi"))


def _in_order(streets: Streets, rows: list[int]) -> list[tuple[Step, ...]]:
    """Put lines into ways from end to end; a branch begins another."""
    around, rest, ways = links(streets, rows), set(rows), list[tuple[Step, ...]]()
    tips = sorted(node for node, out in around.items() if len(out) == 1)
    for start in tips:
        for stop in tips:
            if start >= stop:
                continue
            steps = way(streets, around, start, stop)
            if steps and {row for row, _ in steps} <= rest:
                ways.append(tuple(steps))
                rest -= {row for row, _ in steps}
    return [*ways, *(((row, False),) for row in sorted(rest))]


def by_block(streets: Streets, ranges: Ranges, wanted: Wanted) -> list[Candidate]:
    """
    Find the lines whose house numbers are in a hundred block.

    Parameters
    ----------
    streets
        The index.
    ranges
        House numbers of its lines.
    wanted
        What the row says; uses the street and the block.

    Returns
    -------
    candidates
        One a street of that name, all its lines of the block together.
    """
    found = []
    for own, likeness in streets_named(streets, wanted.street).items():
        rows = streets.lines[own]
        inside = [row for row in rows if ranges.low[row] <= wanted.block <= ranges.high[row]]
        # A line that has all of its numbers in the block says more than one that passes through.
        exact = [row for row in inside if ranges.low[row] == ranges.high[row]]
        steps = [step for one in _in_order(streets, exact or inside) for step in one]
        if not steps:
            continue
        length = float(sum(streets.length_ft[row] for row, _ in steps))
        score = likeness * _STREET + _BLOCK - disagreement(wanted, length)
        score += _ONLY if len(steps) == 1 else 0.0
        reason = f"{said(own)}, {wanted.block} block by house numbers"
        found.append(Candidate(tuple(steps), score, reason, length))
    return sorted(found, key=lambda one: (-one.score, one.reason))


def by_mile(
    streets: Streets, ranges: Ranges, route: str, miles: tuple[float, float]
) -> list[Candidate]:
    """
    Find the lines between two miles of a route.

    Parameters
    ----------
    streets
        The index.
    ranges
        Routes and miles of its lines.
    route
        Core of the route's name.
    miles
        Where the row begins and ends.

    Returns
    -------
    candidates
        One at most, cut to the miles.
    """
    low, high = sorted(miles)
    first = np.minimum(ranges.from_mi, ranges.to_mi)
    last = np.maximum(ranges.from_mi, ranges.to_mi)
    on = np.flatnonzero((ranges.route == route) & (first < high) & (last > low))
    if not len(on):
        return []
    on = on[np.argsort(first[on], kind="stable")]
    steps = [(int(row), bool(ranges.from_mi[row] > ranges.to_mi[row])) for row in on]
    per_mile = streets.length_ft[on] / (last[on] - first[on])
    before = max(low - first[on[0]], 0.0) * per_mile[0]
    after = max(last[on[-1]] - high, 0.0) * per_mile[-1]
    if miles[0] > miles[1]:
        steps = [(row, not back) for row, back in reversed(steps)]
        before, after = after, before
    covered = float(np.sum(np.minimum(last[on], high) - np.maximum(first[on], low)))
    length = float(streets.length_ft[on].sum() - before - after)
    score = 100.0 * covered / (high - low) if high > low else 0.0
    reason = f"route {route}, mile {miles[0]:g} to {miles[1]:g}"
    return [Candidate(tuple(steps), score, reason, length, (float(before), float(after)))]


def agreement(ranges: Ranges, candidate: Candidate, block: int) -> Mapping[str, int]:
    """
    Count the lines of a candidate that are in a block, and those that have house numbers.

    Parameters
    ----------
    ranges
        House numbers.
    candidate
        A stretch of street.
    block
        Hundred block.

    Returns
    -------
    counts
        `inside` and `known`.
    """
    rows = sorted(candidate.lines)
    known = [row for row in rows if np.isfinite(ranges.low[row])]
    inside = [row for row in known if ranges.low[row] <= block <= ranges.high[row]]
    return {"inside": len(inside), "known": len(known)}
