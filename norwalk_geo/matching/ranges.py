"""Rows that name a block or miles of a route instead of cross streets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from norwalk_geo.matching.addresses import Ranges
from norwalk_geo.matching.candidates import Candidate, Wanted, disagreement, said, streets_named
from norwalk_geo.matching.streets import Step, Streets, links, way

__all__ = ["agreement", "by_block", "by_mile"]

_STREET, _BLOCK, _ONLY = 40.0, 50.0, 5.0


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


def _upward(ranges: Ranges, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Turn a way so that house numbers rise along it."""
    if ranges.low[steps[0][0]] <= ranges.low[steps[-1][0]]:
        return steps
    return tuple((row, not backward) for row, backward in reversed(steps))


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
        low, high = wanted.block, max(wanted.block, wanted.until)
        inside = [row for row in rows if ranges.low[row] <= high and ranges.high[row] >= low]
        # A line that has all of its numbers in the block says more than one that passes through.
        exact = [row for row in inside if ranges.low[row] >= low and ranges.high[row] <= high]
        ways = [_upward(ranges, one) for one in _in_order(streets, exact or inside)]
        ways.sort(key=lambda one: ranges.low[one[0][0]])
        steps = [step for one in ways for step in one]
        if not steps:
            continue
        length = float(sum(streets.length_ft[row] for row, _ in steps))
        score = likeness * _STREET + _BLOCK - disagreement(wanted, length)
        score += _ONLY if len(steps) == 1 else 0.0
        blocks = f"{low} block" if low == high else f"{low} to {high} blocks"
        reason = f"{said(own)}, {blocks} by house numbers"
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


def agreement(ranges: Ranges, candidate: Candidate, wanted: Wanted) -> Mapping[str, int]:
    """
    Count the lines of a candidate that are in a block, and those that have house numbers.

    Parameters
    ----------
    ranges
        House numbers.
    candidate
        A stretch of street.
    wanted
        What the row says; uses its blocks.

    Returns
    -------
    counts
        `inside` and `known`.
    """
    rows = sorted(candidate.lines)
    known = [row for row in rows if np.isfinite(ranges.low[row])]
    low, high = wanted.block, max(wanted.block, wanted.until)
    inside = [row for row in known if ranges.low[row] <= high and ranges.high[row] >= low]
    return {"inside": len(inside), "known": len(known)}
