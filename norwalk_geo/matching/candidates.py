"""The stretches of street that a row of a pavement table may mean, each with a score."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from norwalk_geo import names
from norwalk_geo.matching.addresses import Ranges
from norwalk_geo.matching.corners import AT_CROSSING, Links, corners, moved, spots, stretch
from norwalk_geo.matching.limits import Limit
from norwalk_geo.matching.streets import Step, Streets, links, way
from norwalk_geo.names import StreetName

__all__ = [
    "AGREES",
    "APART",
    "Candidate",
    "Wanted",
    "agrees",
    "disagreement",
    "find",
    "said",
    "streets_named",
]

_STREET, _LIMIT = 40.0, 30.0
_TOLERATED, _PER_SHARE, _MOST = 0.1, 60.0, 35.0
# A length three times the given one is another stretch, whatever the names say.
_ANOTHER = 2.0
_OTHER_NAME = 4.0
# Two limits this much alike are one street: a type or a direction is left out.
_ONE_STREET = 0.9
# Lengths that differ by less are one; a stretch that differs by more is another.
AGREES, APART, _LENGTH_SAYS = 0.02, 0.05, 12.0
_WHOLE, _TWO_ENDS = 20.0, 2


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
    block, until
        First and last hundred block, or -1.
    direction
        Direction of travel where the row is one carriageway of a divided street; else blank.
    """

    street: StreetName
    start: Limit | None
    stop: Limit | None
    length_ft: float = np.nan
    block: int = -1
    until: int = -1
    direction: str = ""

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
        ends = (self.start.streets, self.stop.streets)
        return all(ends) and all(
            max(names.alike(name, others).values(), default=0.0) >= _ONE_STREET
            for own, others in (ends, ends[::-1])
            for name in own
        )


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
    carriageways
        Lines of a street drawn twice: `one` where only that line is meant, `both` where the one
        beside it is meant, too.
    aside
        How many of the last steps are the other carriageway.
    """

    steps: tuple[Step, ...]
    score: float
    reason: str
    length_ft: float
    trim_ft: tuple[float, float] = (0.0, 0.0)
    carriageways: Mapping[int, str] = field(default_factory=dict)
    aside: int = 0

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


def _length(streets: Streets, steps: Iterable[Step]) -> float:
    return float(sum(streets.length_ft[row] for row, _ in steps))


def disagreement(wanted: Wanted, length_ft: float) -> float:
    """Take points off for a drawn length that is not the given one."""
    if not wanted.length_ft > 0:
        return 0.0
    share = abs(length_ft - wanted.length_ft) / wanted.length_ft
    most = _MOST if share <= _ANOTHER else 2 * _MOST
    return min(_PER_SHARE * max(share - _TOLERATED, 0.0), most)


def _between(
    index: tuple[Streets, Ranges], around: Links, own: StreetName, likeness: float, wanted: Wanted
) -> list[Candidate]:
    """Find the ways between both limits."""
    streets, ranges = index
    first_limit, last_limit = wanted.start, wanted.stop
    if first_limit is None or last_limit is None:
        return []
    starts = spots(streets, around, own, first_limit, ranges)
    stops = spots(streets, around, own, last_limit, ranges)
    found = []
    for start in starts:
        for stop in stops:
            between = stretch(streets, around, start, stop)
            if between is None:
                continue
            steps, cuts = between
            if start.row < 0:
                steps, cut = moved(streets, around, steps, first_limit, last=False)
                cuts = (cut, cuts[1])
            if stop.row < 0:
                steps, cut = moved(streets, around, steps, last_limit, last=True)
                cuts = (cuts[0], cut)
            length = _length(streets, steps) - sum(cuts)
            score = likeness * _STREET + (start.likeness + stop.likeness) * _LIMIT
            score -= disagreement(wanted, length)
            reason = f"{said(own)} from {first_limit.text} to {last_limit.text}"
            found.append(Candidate(tuple(steps), score, reason, length, cuts))
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


def agrees(wanted: Wanted, length_ft: float, share: float) -> bool:
    """
    Tell whether a drawn length is the given one.

    Parameters
    ----------
    wanted
        What the row says; without a length none agrees.
    length_ft
        Drawn length.
    share
        Share of the given length by which both may differ.

    Returns
    -------
    agrees
        True where they differ by no more.
    """
    return bool(abs(length_ft - wanted.length_ft) <= share * wanted.length_ft)


def _told_by_length(wanted: Wanted, found: list[Candidate]) -> list[Candidate]:
    """Raise the one stretch whose length is the given one, where no other is near it."""
    near = [one for one in found if agrees(wanted, one.length_ft, APART)]
    if len({one.lines for one in near}) != 1:
        return found
    best = max(near, key=lambda one: one.score)
    if not agrees(wanted, best.length_ft, AGREES):
        return found
    said = f"{best.reason}, but the length is right and no other stretch has it"
    told = replace(best, score=best.score + _LENGTH_SAYS, reason=said)
    return [told, *(one for one in found if one is not best)]


def _from_one(
    index: tuple[Streets, Ranges], around: Links, own: StreetName, likeness: float, wanted: Wanted
) -> list[Candidate]:
    """Find stretches that begin at the one limit that is known; the given length says how far."""
    streets = index[0]
    found = []
    for limit, other, turned in (
        (wanted.start, wanted.stop, False),
        (wanted.stop, wanted.start, True),
    ):
        if limit is None:
            continue
        lost = other.text if other is not None and other.text else "a limit that is blank"
        for node, first in corners(streets, around, own, limit).items():
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
    if wanted.is_closed:
        # A street cannot begin and end at the same corner: only its length says what is meant.
        return [one for one in found if agrees(wanted, one.length_ft, AGREES)]
    return _told_by_length(wanted, found)


def _whole(
    index: tuple[Streets, Ranges], around: Links, own: StreetName, likeness: float, wanted: Wanted
) -> list[Candidate]:
    """Take a whole street, where it has two ends and no branch."""
    streets = index[0]
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
    near = difflib.get_close_matches(wanted.core, streets.by_core, n=3, cutoff=AT_CROSSING)
    return names.alike(wanted, [one for core in near for one in streets.by_core[core]])


def find(streets: Streets, ranges: Ranges, wanted: Wanted) -> list[Candidate]:
    """
    Find what a row may mean.

    Parameters
    ----------
    streets
        The index.
    ranges
        House numbers of its lines.
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
        for own, likeness in named.items():
            found += search((streets, ranges), ways[own], own, likeness, wanted)
        if found:
            break
    return sorted(found, key=lambda one: (-one.score, one.length_ft, one.reason))
