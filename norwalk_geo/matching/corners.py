"""Where on a street a limit is: a corner, an end, a house, or so many feet from a corner."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from norwalk_geo import names
from norwalk_geo.matching.addresses import Ranges, houses
from norwalk_geo.matching.limits import Limit
from norwalk_geo.matching.streets import Step, Streets, way
from norwalk_geo.names import StreetName

__all__ = ["AT_CROSSING", "TOWARD", "Links", "Spot", "corners", "moved", "spots", "stretch"]

Links: TypeAlias = Mapping[int, list[tuple[int, int, bool]]]

# A tip where another street goes on is a poorer end than a real one.
_REAL_END, _OTHER_END, _CITY_END = 1.0, 0.8, 0.9
_NEAR_BEST, _NODES = 0.12, 6
_LIKE, _PREFIX = 0.8, 3
AT_CROSSING, _BEGINNING = 0.86, 0.82
_AHEAD, _AT_END_FT = 0.5, 1.0
TOWARD = {"e": 0.0, "n": np.pi / 2, "w": np.pi, "s": -np.pi / 2}


@dataclass(frozen=True)
class Spot:
    """
    A place on a street.

    Parameters
    ----------
    likeness
        How well it fits the limit, from 0 to 1.
    node
        Corner or end; -1 where the place is on a line.
    row
        Line that it is on; -1 at a node.
    at_ft
        Feet from the line's first point.
    """

    likeness: float
    node: int = -1
    row: int = -1
    at_ft: float = 0.0


@functools.lru_cache(maxsize=1_000_000)
def _cross_likeness(wanted: StreetName, there: StreetName) -> float:
    """Compare a limit with a street that does meet ours: shortened names are understood here."""
    if found := names.alike(wanted, [there]):
        return found[there]
    one, other = wanted.core, there.core
    if min(len(one), len(other)) >= _PREFIX and not any(map(str.isdigit, one + other)):
        if one.startswith(other) or other.startswith(one):
            return _BEGINNING
        if difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKE:
            return AT_CROSSING - 0.1
    return 0.0


def _tips(streets: Streets, around: Links, limit: Limit) -> dict[int, float]:
    """Find where a street ends."""
    found = {}
    for node, out in around.items():
        if len(out) == 1:
            real = streets.ends_at[node] == 1
            best = _CITY_END if limit.end == "city limit" else _REAL_END
            found[node] = best if real else _OTHER_END
    return found


def corners(streets: Streets, around: Links, own: StreetName, limit: Limit) -> dict[int, float]:
    """
    Find the corners and ends of a street that a limit may mean.

    Parameters
    ----------
    streets
        The index.
    around
        What leads where along the street.
    own
        The street's name.
    limit
        What the row says.

    Returns
    -------
    places
        How well each node fits, from above 0 to 1.
    """
    found: dict[int, float] = {}
    for node in around:
        others = streets.at_node[node] - {own}
        likeness = [_cross_likeness(one, there) for one in limit.streets for there in others]
        if likeness and max(likeness) > 0:
            found[node] = max(likeness)
    if limit.end and not found:
        found = _tips(streets, around, limit)
    if not found:
        return {}
    best = max(found.values())
    near = {node: one for node, one in found.items() if one >= best - _NEAR_BEST}
    return dict(sorted(near.items(), key=lambda pair: (-pair[1], pair[0]))[:_NODES])


def _spot(streets: Streets, row: int, share: float, likeness: float) -> Spot:
    """Take a place on a line, or its end where it is that near."""
    at, length = share * float(streets.length_ft[row]), float(streets.length_ft[row])
    if at < _AT_END_FT:
        return Spot(likeness, node=int(streets.start[row]))
    if length - at < _AT_END_FT:
        return Spot(likeness, node=int(streets.stop[row]))
    return Spot(likeness, row=row, at_ft=at)


def spots(
    streets: Streets, around: Links, own: StreetName, limit: Limit, ranges: Ranges
) -> list[Spot]:
    """
    Find the places on a street that a limit may mean.

    Parameters
    ----------
    streets
        The index.
    around
        What leads where along the street.
    own
        The street's name.
    limit
        What the row says.
    ranges
        House numbers of the lines.

    Returns
    -------
    spots
        A house that is marked as one by its number before the corner named with it; a bare number
        is a corner where the street has one of that name, and a house where it has none.
    """
    on = houses(ranges, streets.lines[own], limit.house) if limit.house else {}
    at = [_spot(streets, row, share, fits) for row, (fits, share) in sorted(on.items())]
    if at and not limit.is_bare:
        return at
    nodes = corners(streets, around, own, limit)
    return [Spot(likeness, node=node) for node, likeness in nodes.items()] or at


def _doors(
    streets: Streets, spot: Spot, *, leaving: bool
) -> list[tuple[int, tuple[Step, ...], float]]:
    """List the nodes through which a place is left or reached: node, step, and what is cut off."""
    if spot.row < 0:
        return [(spot.node, (), 0.0)]
    row, length = spot.row, float(streets.length_ft[spot.row])
    start, stop = int(streets.start[row]), int(streets.stop[row])
    return [
        (start, ((row, leaving),), length - spot.at_ft),
        (stop, ((row, not leaving),), spot.at_ft),
    ]


def stretch(
    streets: Streets, around: Links, first: Spot, last: Spot
) -> tuple[list[Step], tuple[float, float]] | None:
    """
    Find the shortest way between two places of a street.

    Parameters
    ----------
    streets
        The index.
    around
        What leads where along the street.
    first, last
        Places.

    Returns
    -------
    steps, cut_ft
        Lines in order and what is left out of the first and the last; None where no way leads
        there, or both are one place.
    """
    if first.row >= 0 and first.row == last.row:
        back = last.at_ft < first.at_ft
        length = float(streets.length_ft[first.row])
        cuts = (first.at_ft, length - last.at_ft)
        if back:
            cuts = (length - first.at_ft, last.at_ft)
        return ([(first.row, back)], cuts) if first.at_ft != last.at_ft else None
    found = []
    for start, before, cut_first in _doors(streets, first, leaving=True):
        for stop, after, cut_last in _doors(streets, last, leaving=False):
            if start == stop:
                between: list[Step] | None = []
            else:
                between = way(streets, around, start, stop)
            if between is None or not (before or between or after):
                continue
            steps = [*before, *between, *after]
            if len({row for row, _ in steps}) < len(steps):
                continue
            length = float(sum(streets.length_ft[row] for row, _ in steps)) - cut_first - cut_last
            found.append((length, steps, (cut_first, cut_last)))
    best = min(found, key=lambda one: one[0], default=None)
    return (best[1], best[2]) if best else None


def moved(
    streets: Streets, around: Links, steps: list[Step], limit: Limit | None, *, last: bool
) -> tuple[list[Step], float]:
    """
    Move an end of a way by the feet that a limit says.

    Parameters
    ----------
    streets
        The index.
    around
        What leads where along the street.
    steps
        Lines in order.
    limit
        What the row says of that end.
    last
        Whether it is the last end.

    Returns
    -------
    steps, cut_ft
        The lines, with one more where the way goes on; what is left out of the line at that end.
    """
    if limit is None or not limit.feet or not steps:
        return steps, 0.0
    row, backward = steps[-1] if last else steps[0]
    node = int((streets.start if backward == last else streets.stop)[row])
    if not last:
        node = int((streets.stop if backward else streets.start)[row])
    inward = streets.bearing[row] + (np.pi if backward else 0.0) + (np.pi if last else 0.0)
    if np.cos(inward - TOWARD[limit.toward]) > 0:
        return steps, min(limit.feet, float(streets.length_ft[row]))
    for _, other, reverse in sorted(around[node], key=lambda one: one[1]):
        away = streets.bearing[other] + (np.pi if reverse else 0.0)
        if other != row and np.cos(away - TOWARD[limit.toward]) > _AHEAD:
            rest = max(float(streets.length_ft[other]) - limit.feet, 0.0)
            if last:
                return [*steps, (other, reverse)], rest
            return [(other, not reverse), *steps], rest
    return steps, 0.0
