"""What the rows of a table say of each other: a line belongs to one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from norwalk_geo.matching.candidates import Candidate
from norwalk_geo.matching.streets import Streets

__all__ = ["USED", "Decision", "settle"]

USED = frozenset({"matched", "doubtful", "fixed"})
# A row that has less than this of its length to share with others keeps it.
_TAKEN = 0.5
# Two lengths that differ by less than this share do not tell which carriageway is which.
_TOLD = 0.02


@dataclass(frozen=True)
class Decision:
    """
    What was decided of a row.

    Parameters
    ----------
    status
        As in the table `matches`.
    reason
        In words.
    best
        The stretch that is used, or would be.
    rivals
        Others that may be meant.
    """

    status: str
    reason: str
    best: Candidate | None = None
    rivals: tuple[Candidate, ...] = ()


def _halves(streets: Streets, one: Candidate) -> tuple[Candidate, Candidate]:
    """Take a stretch along both carriageways apart."""
    marks = dict.fromkeys(one.carriageways, "one")
    parts = (one.steps[: -one.aside], one.steps[-one.aside :])
    first, second = (
        replace(
            one,
            steps=steps,
            length_ft=float(sum(streets.length_ft[row] for row, _ in steps)),
            reason=one.reason.removesuffix(", both carriageways") + ", one carriageway",
            carriageways={row: marks[row] for row, _ in steps if row in marks},
            aside=0,
        )
        for steps in parts
    )
    return first, second


def _in_two(
    streets: Streets, decided: dict[str, Decision], pair: list[str], given: Mapping[str, float]
) -> None:
    """Give each of two rows with the same limits its carriageway, by length where that tells."""
    both = decided[pair[0]].best
    if both is None:
        return
    first, second = _halves(streets, both)
    straight, crossed = (
        sum(abs(given[name] - half.length_ft) for name, half in zip(pair, order, strict=True))
        for order in ((first, second), (second, first))
    )
    # A length that is not given compares as false.
    told = abs(straight - crossed) > _TOLD * (first.length_ft + second.length_ft)
    order = (second, first) if crossed < straight else (first, second)
    for name, half in zip(pair, order, strict=True):
        if told:
            decided[name] = replace(decided[name], reason=half.reason, best=half)
        else:
            why = f"{half.reason}: two rows have these limits, and which is which is not said"
            decided[name] = replace(decided[name], status="doubtful", reason=why, best=half)


def _carriageways(
    streets: Streets, decided: Mapping[str, Decision], given: Mapping[str, float]
) -> dict[str, Decision]:
    """Let a row cover both carriageways only where no other row has the second."""
    settled = dict(decided)
    same = defaultdict[frozenset[int], list[str]](list)
    for name in sorted(settled):
        one = settled[name]
        if one.best is not None and one.status in USED and one.best.aside:
            same[one.best.lines].append(name)
    for names in same.values():
        if len(names) == 2:  # noqa: PLR2004 - one for each carriageway
            _in_two(streets, settled, names, given)
    return _second_free(streets, settled)


def _second_free(streets: Streets, decided: Mapping[str, Decision]) -> dict[str, Decision]:
    """Leave out second carriageways that are the first of another row."""
    used = {
        name: one.best
        for name, one in decided.items()
        if one.best is not None and one.status in USED
    }
    claims = defaultdict[int, set[str]](set)
    for name, best in used.items():
        for row, _ in best.steps[: len(best.steps) - best.aside]:
            claims[row].add(name)
    settled = dict(decided)
    for name, best in used.items():
        if not best.aside:
            continue
        first, second = _halves(streets, best)
        others = sum(float(streets.length_ft[row]) for row in second.lines if claims[row] - {name})
        if others > _TAKEN * second.length_ft:
            settled[name] = replace(decided[name], reason=first.reason, best=first)
    return settled


def _by_sureness(streets: Streets, decided: Mapping[str, Decision]) -> dict[str, Decision]:
    """Let what is sure decide what is not: a line belongs to one row."""
    sure = {"matched", "fixed"}
    taken = {
        row
        for one in decided.values()
        if one.best is not None and one.status in sure
        for row in one.best.lines
    }

    def is_free(one: Candidate) -> bool:
        claimed = sum(float(streets.length_ft[row]) for row in one.lines & taken)
        return claimed <= _TAKEN * sum(float(streets.length_ft[row]) for row in one.lines)

    settled = dict(decided)
    for source_id, one in decided.items():
        if one.best is None or one.status not in {"ambiguous", "doubtful"}:
            continue
        free = [rival for rival in (one.best, *one.rivals) if is_free(rival)]
        if one.status == "doubtful" and one.best not in free:
            why = f"{one.reason}, but another row has these lines"
            settled[source_id] = replace(one, status="ambiguous", reason=why)
        elif one.status == "ambiguous" and len(free) == 1:
            why = f"{free[0].reason}; the other stretches that fit are other rows'"
            settled[source_id] = Decision("doubtful", why, free[0])
    return settled


def settle(
    streets: Streets, decided: Mapping[str, Decision], given: Mapping[str, float]
) -> dict[str, Decision]:
    """
    Let rows speak for and against each other.

    Parameters
    ----------
    streets
        The index.
    decided
        What was decided of each row alone.
    given
        Length of each row as given, in feet; missing where it is not.

    Returns
    -------
    decided
        In the same order.
    """
    return _by_sureness(streets, _carriageways(streets, decided, given))
