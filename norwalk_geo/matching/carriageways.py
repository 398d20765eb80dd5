"""Which of two carriageways a row means: by direction of travel and the side of the road."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from norwalk_geo.matching.candidates import Candidate, Wanted
from norwalk_geo.matching.corners import TOWARD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norwalk_geo.matching.streets import Step, Streets

__all__ = ["choose"]

_LEFT, _LEAST = 1, 0.5
# A line beside a stretch that is much longer or shorter is not its other carriageway.
_LONGEST, _SHORTEST = 2.0, 0.5
_SAID = {"n": "northbound", "s": "southbound", "e": "eastbound", "w": "westbound"}


def _beside(streets: Streets, rows: Iterable[int]) -> list[int]:
    """List the lines that lie beside a stretch, for most of their own length."""
    here = set(rows)
    there = {one.row for row in here for one in streets.beside.get(row, ())} - here
    return sorted(
        other
        for other in there
        if sum(one.share for one in streets.beside.get(other, ()) if one.row in here) >= _LEAST
    )


def _along(streets: Streets, steps: Iterable[Step], rows: Iterable[int]) -> tuple[Step, ...]:
    """Put lines in the order and direction in which they lie along a stretch."""
    points = [
        shapely.get_coordinates(shapely.reverse(line) if backward else line)
        for line, backward in ((streets.shapes[row], backward) for row, backward in steps)
    ]
    whole = shapely.linestrings(np.concatenate(points))
    placed = []
    for row in rows:
        middle, first, last = (
            float(shapely.line_locate_point(whole, place))
            for place in (
                shapely.line_interpolate_point(streets.shapes[row], 0.5, normalized=True),
                shapely.line_interpolate_point(streets.shapes[row], 0.4, normalized=True),
                shapely.line_interpolate_point(streets.shapes[row], 0.6, normalized=True),
            )
        )
        placed.append((middle, row, last < first))
    return tuple((row, backward) for _, row, backward in sorted(placed))


def _wrong(streets: Streets, one: Candidate, toward: float) -> tuple[set[int], set[int]]:
    """Tell the lines on which traffic runs in the direction from those where it runs against it."""
    (first, first_back), (last, last_back) = one.steps[0], one.steps[-1]
    begin = shapely.get_point(streets.shapes[first], -1 if first_back else 0)
    end = shapely.get_point(streets.shapes[last], 0 if last_back else -1)
    run = np.arctan2(
        shapely.get_y(end) - shapely.get_y(begin), shapely.get_x(end) - shapely.get_x(begin)
    )
    with_row = np.cos(run - toward) >= 0
    right, wrong = set[int](), set[int]()
    for row, backward in one.steps:
        forward = backward != with_row
        known = streets.one_way[row]
        sides = {beside.side for beside in streets.beside.get(row, ())}
        if np.isfinite(known) and known:
            (right if (known > 0) == forward else wrong).add(row)
        elif len(sides) == 1:
            # Traffic keeps to the right, so that the other carriageway lies on the left.
            is_left = (sides == {_LEFT}) == forward
            (right if is_left else wrong).add(row)
    return right, wrong


def _one(streets: Streets, wanted: Wanted, one: Candidate) -> Candidate:
    """Take the carriageway of the row's direction."""
    right, wrong = _wrong(streets, one, TOWARD[wanted.direction])
    if not right | wrong:
        return one
    steps, length = one.steps, one.length_ft
    if wrong:
        other = [row for row in _beside(streets, wrong) if row not in right]
        kept = [row for row, _ in steps if row not in wrong]
        if not other and not kept:
            return one
        steps = _along(streets, steps, [*kept, *other])
        length = float(sum(streets.length_ft[row] for row, _ in steps))
    said = f"{one.reason}, {_SAID[wanted.direction]}"
    divided = {row: "one" for row, _ in steps if row in streets.beside}
    trim = one.trim_ft if steps == one.steps else (0.0, 0.0)
    return replace(
        one, steps=steps, reason=said, length_ft=length, trim_ft=trim, carriageways=divided
    )


def _both(streets: Streets, one: Candidate) -> Candidate:
    """Add the other carriageway to a row that speaks of the whole street."""
    rows = [row for row, _ in one.steps]
    divided = [row for row in rows if row in streets.beside]
    inside = {row for row in divided if {other.row for other in streets.beside[row]} & set(rows)}
    if inside:
        # By house numbers both are found already; a way that passes both is a loop.
        by_number = not _follows(streets, one.steps)
        marks = dict.fromkeys(inside, "both") if by_number else {}
        return replace(one, carriageways=marks)
    other = _beside(streets, divided)
    own = sum(float(streets.length_ft[row]) for row in divided)
    size = sum(float(streets.length_ft[row]) for row in other)
    if not other or any(one.trim_ft) or not _SHORTEST * own <= size <= _LONGEST * own:
        return replace(one, carriageways=dict.fromkeys(divided, "one"))
    facing = {beside.row for row in other for beside in streets.beside[row]}
    marks = {row: "both" if row in facing else "one" for row in divided}
    marks |= dict.fromkeys(other, "both")
    aside = _along(streets, one.steps, other)
    said = f"{one.reason}, both carriageways"
    steps = (*one.steps, *aside)
    return replace(one, steps=steps, reason=said, carriageways=marks, aside=len(aside))


def _follows(streets: Streets, steps: tuple[Step, ...]) -> bool:
    """Tell whether each line begins where the one before it ends."""
    ends = [
        (streets.stop[row], streets.start[row]) if back else (streets.start[row], streets.stop[row])
        for row, back in steps
    ]
    return all(one[1] == two[0] for one, two in pairwise(ends))


def choose(streets: Streets, wanted: Wanted, found: list[Candidate]) -> list[Candidate]:
    """
    Settle which carriageway of a divided street each candidate is.

    Parameters
    ----------
    streets
        The index.
    wanted
        What the row says; uses its direction.
    found
        Candidates, the best first.

    Returns
    -------
    candidates
        With a direction, along the lines on which traffic runs so: by `one_way` where it is known,
        else those on the right-hand side. Without one, along both.
    """
    if not streets.beside:
        return found
    settled: list[Candidate] = []
    for one in found:
        if not any(row in streets.beside for row in one.lines):
            settled.append(one)
        elif wanted.direction:
            settled.append(_one(streets, wanted, one))
        else:
            settled.append(_both(streets, one))
    return settled
