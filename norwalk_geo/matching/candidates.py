"""The stretches of street that a row of a pavement table may mean, each with a score."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from norwalk_geo import names
from norwalk_geo.matching.limits import Limit
from norwalk_geo.matching.streets import Step, Streets, links, way
from norwalk_geo.names import StreetName

__all__ = ["Candidate", "Wanted", "disagreement", "find", "said", "streets_named"]

Links: TypeAlias = Mapping[int, list[tuple[int, int, bool]]]

_STREET, _LIMIT = 40.0, 30.0
# A tip where another street goes on is a poorer end than a real one.
_REAL_END, _OTHER_END, _CITY_END = 1.0, 0.8, 0.9
_NEAR_BEST, _NODES = 0.12, 6
_LIKE, _PREFIX = 0.8, 3
_AT_CROSSING, _BEGINNING = 0.86, 0.82
_TOLERATED, _PER_SHARE, _MOST = 0.1, 60.0, 35.0
# A length three times the given one is another stretch, whatever the names say.
_ANOTHER = 2.0
_OTHER_NAME = 4.0
_ONE_LIMIT, _WHOLE, _BLOCK = 30.0, 20.0, 45.0
_AHEAD, _TWO_ENDS = 0.5, 2
_TOWARD = {"e": 0.0, "n": np.pi / 2, "w": np.pi, "s": -np.pi / 2}


@dataclass(frozen=True)
class Wanted:
    """
    What a row of a pavement table says of its place.

    Parameters
    ----------
    street
        Name of the street, taken apart.
    start, stop
        Its limits; None where nothing is said.
    length_ft
        Length as given; missing where it is not.
    block
        Hundred block, or -1.
    """

    street: StreetName
    start: Limit | None
    stop: Limit | None
    length_ft: float = np.nan
    block: int = -1

    @property
    def is_closed(self) -> bool:
        """
        Tell whether both limits are the same street.

        Returns
        -------
        is_closed
            Never so for two ends.
        """
        if self.start is None or self.stop is None or self.start.end or self.start.feet:
            return False
        return self.start.streets == self.stop.streets


@dataclass(frozen=True)
class Candidate:
    """
    A stretch of street that a row may mean.

    Parameters
    ----------
    steps
        Lines in order from the first limit to the last.
    score
        From 0 to 100.
    reason
        How it was found, in words.
    length_ft
        Drawn length.
    trim_ft
        Feet to leave out at the first and at the last end.
    """

    steps: tuple[Step, ...]
    score: float
    reason: str
    length_ft: float
    trim_ft: tuple[float, float] = (0.0, 0.0)

    @property
    def lines(self) -> frozenset[int]:
        """
        Name the lines.

        Returns
        -------
        lines
            Without their order.
        """
        return frozenset(row for row, _ in self.steps)


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
            return _AT_CROSSING - 0.1
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


def _places(streets: Streets, around: Links, own: StreetName, limit: Limit) -> dict[int, float]:
    """Find the nodes of a street that a limit may mean, and how well each fits."""
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


def _length(streets: Streets, steps: Iterable[Step]) -> float:
    return float(sum(streets.length_ft[row] for row, _ in steps))


def disagreement(wanted: Wanted, length_ft: float) -> float:
    """Take points off for a drawn length that is not the given one."""
    if not wanted.length_ft > 0:
        return 0.0
    share = abs(length_ft - wanted.length_ft) / wanted.length_ft
    most = _MOST if share <= _ANOTHER else 2 * _MOST
    return min(_PER_SHARE * max(share - _TOLERATED, 0.0), most)


def _offset(
    streets: Streets, around: Links, steps: list[Step], limit: Limit | None, *, last: bool
) -> tuple[list[Step], float]:
    """Move an end of a way by the feet that a limit says; give what is left out of a line."""
    if limit is None or not limit.feet or not steps:
        return steps, 0.0
    row, backward = steps[-1] if last else steps[0]
    node = int((streets.start if backward == last else streets.stop)[row])
    if not last:
        node = int((streets.stop if backward else streets.start)[row])
    inward = streets.bearing[row] + (np.pi if backward else 0.0) + (np.pi if last else 0.0)
    if np.cos(inward - _TOWARD[limit.toward]) > 0:
        return steps, min(limit.feet, float(streets.length_ft[row]))
    for _, other, reverse in sorted(around[node], key=lambda one: one[1]):
        away = streets.bearing[other] + (np.pi if reverse else 0.0)
        if other != row and np.cos(away - _TOWARD[limit.toward]) > _AHEAD:
            rest = max(float(streets.length_ft[other]) - limit.feet, 0.0)
            if last:
                return [*steps, (other, reverse)], rest
            return [(other, not reverse), *steps], rest
    return steps, 0.0


def _between(
    streets: Streets, around: Links, own: StreetName, likeness: float, wanted: Wanted
) -> list[Candidate]:
    """Find the ways between both limits."""
    first_limit, last_limit = wanted.start, wanted.stop
    if first_limit is None or last_limit is None:
        return []
    starts = _places(streets, around, own, first_limit)
    stops = _places(streets, around, own, last_limit)
    found = []
    for start, first in starts.items():
        for stop, second in stops.items():
            steps = way(streets, around, start, stop) if start != stop else None
            if not steps:
                continue
            steps, cut_first = _offset(streets, around, steps, first_limit, last=False)
            steps, cut_last = _offset(streets, around, steps, last_limit, last=True)
            length = _length(streets, steps) - cut_first - cut_last
            score = likeness * _STREET + (first + second) * _LIMIT - disagreement(wanted, length)
            reason = f"{said(own)} from {first_limit.text} to {last_limit.text}"
            found.append(Candidate(tuple(steps), score, reason, length, (cut_first, cut_last)))
    return found


def said(name: StreetName) -> str:
    """Write a name for a reason."""
    words = (name.direction.upper(), name.core, name.type)
    return " ".join(one for one in words if one)


def _onward(streets: Streets, around: Links, start: int, wanted: Wanted) -> list[list[Step]]:
    """Walk from one limit in each direction, until the given length or the next corner."""
    ways = []
    for _, first, back in around[start]:
        steps: list[Step] = [(first, back)]
        while True:
            row, backward = steps[-1]
            node = int((streets.start if backward else streets.stop)[row])
            more = [
                (other, reverse)
                for _, other, reverse in around[node]
                if other not in {one for one, _ in steps}
            ]
            now = _length(streets, steps)
            if len(more) != 1 or not wanted.length_ft > 0:
                break
            then = now + float(streets.length_ft[more[0][0]])
            if abs(then - wanted.length_ft) >= abs(now - wanted.length_ft):
                break
            steps.append(more[0])
        ways.append(steps)
    return ways


def _from_one(
    streets: Streets, around: Links, own: StreetName, likeness: float, wanted: Wanted
) -> list[Candidate]:
    """Find stretches that begin at the one limit that is known; the given length says how far."""
    found = []
    for limit, other, turned in (
        (wanted.start, wanted.stop, False),
        (wanted.stop, wanted.start, True),
    ):
        if limit is None:
            continue
        lost = other.text if other is not None and other.text else "a limit that is blank"
        for node, first in _places(streets, around, own, limit).items():
            for steps in _onward(streets, around, node, wanted):
                length = _length(streets, steps)
                score = likeness * _STREET + first * _LIMIT - disagreement(wanted, length)
                row, back = steps[-1]
                end = int((streets.start if back else streets.stop)[row])
                # The corner at the far end has a name already, and it is not the one asked for.
                score -= _OTHER_NAME if streets.at_node[end] - {own} else 0.0
                whole = [(row, not back) for row, back in reversed(steps)] if turned else steps
                reason = f"{said(own)} from {limit.text}; {lost} was not found on it"
                found.append(Candidate(tuple(whole), score, reason, length))
    return found


def _whole(
    streets: Streets, around: Links, own: StreetName, likeness: float, wanted: Wanted
) -> list[Candidate]:
    """Take a whole street, where it has two ends and no branch."""
    tips = [node for node, out in around.items() if len(out) == 1]
    if len(tips) != _TWO_ENDS:
        return []
    steps = way(streets, around, min(tips), max(tips))
    if steps is None or len(steps) != len(streets.lines[own]):
        return []
    length = _length(streets, steps)
    score = likeness * _STREET + 2 * _WHOLE - disagreement(wanted, length)
    return [Candidate(tuple(steps), score, f"all of {said(own)}", length)]


def streets_named(streets: Streets, wanted: StreetName) -> dict[StreetName, float]:
    """Find the streets that a name may stand for."""
    same = streets.by_core.get(wanted.core)
    if same:
        return names.alike(wanted, same)
    near = difflib.get_close_matches(wanted.core, streets.by_core, n=3, cutoff=_AT_CROSSING)
    return names.alike(wanted, [one for core in near for one in streets.by_core[core]])


def find(streets: Streets, wanted: Wanted) -> list[Candidate]:
    """
    Find what a row may mean.

    Parameters
    ----------
    streets
        The index.
    wanted
        What the row says.

    Returns
    -------
    candidates
        The best first; empty where nothing is like it.
    """
    found: list[Candidate] = []
    named = streets_named(streets, wanted.street)
    ways = {own: links(streets, streets.lines[own]) for own in named}
    for search in (_between, _from_one, _whole):
        if search is _whole and (wanted.start or wanted.stop):
            break
        if search is _from_one and wanted.is_closed:
            break
        for own, likeness in named.items():
            found += search(streets, ways[own], own, likeness, wanted)
        if found:
            break
    return sorted(found, key=lambda one: (-one.score, one.length_ft, one.reason))
