"""Rows of a pavement table → the lines that they mean, with a score and a reason for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import names, schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.matching.addresses import Ranges, index_ranges
from norwalk_geo.matching.candidates import AGREES, Candidate, Wanted, agrees, find
from norwalk_geo.matching.carriageways import choose
from norwalk_geo.matching.limits import Limit, read_block, read_direction, read_limit
from norwalk_geo.matching.ranges import agreement, by_block, by_mile
from norwalk_geo.matching.settling import USED, Decision, settle
from norwalk_geo.matching.streets import Step, Streets, index_streets

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Limits

__all__ = ["Joined", "match"]

_SURE, _USED = 80.0, 55.0
# Two stretches whose scores are this near are told apart by a person.
_TIE = 3.0
# Of two that share so much, such as the legs of a jogged crossing, the better is taken.
_SAME = 0.7
# A rival whose length differs from the given one by more is not what is meant.
_OTHER_LENGTH = 0.04
_SHOWN = 4
_WRONG_BLOCK, _RIGHT_BLOCK = 8.0, 15.0
_NONE = "none"
_Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Joined:
    """
    A pavement table joined to lines.

    Parameters
    ----------
    matches
        One row a row of the table: status, score, reason, candidates.
    pieces
        Stretches of lines that each row covers, from its first limit on.
    """

    matches: pd.DataFrame
    pieces: pd.DataFrame


@dataclass(frozen=True)
class _Index:
    streets: Streets
    ranges: Ranges
    known: names.Words | None


def _cell(row: _Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None or pd.isna(value) else str(value).strip()


def _number(row: _Row, name: str) -> float:
    value = row.get(name)
    return np.nan if value is None or pd.isna(value) else float(value)


def _limit(row: _Row, name: str, known: names.Words | None) -> Limit | None:
    text = _cell(row, name)
    return read_limit(text, known) if text else None


def _wanted(row: _Row, known: names.Words | None) -> Wanted:
    """Read what a row says of its place."""
    street, low, high = read_block(_cell(row, "street_name"))
    block = _number(row, "block")
    if not np.isnan(block):
        low = high = int(block)
    return Wanted(
        names.parse(street, known),
        _limit(row, "from_street", known),
        _limit(row, "to_street", known),
        _number(row, "given_length_ft"),
        low,
        high,
        _cell(row, "direction") or read_direction(street),
    )


def _with_block(index: _Index, wanted: Wanted, found: list[Candidate]) -> list[Candidate]:
    """Let house numbers speak for or against each candidate, where both sides have them."""
    if wanted.block < 0:
        return found
    judged = []
    for one in found:
        counts = agreement(index.ranges, one, wanted)
        score = one.score
        if counts["known"]:
            half = score < _SURE
            score += (_RIGHT_BLOCK if half else 0.0) if counts["inside"] else -_WRONG_BLOCK
        judged.append(replace(one, score=float(np.clip(score, 0, 100))))
    return sorted(judged, key=lambda one: (-one.score, one.length_ft, one.reason))


def _route(row: _Row, wanted: Wanted) -> tuple[str, tuple[float, float]]:
    """Read the route of a row and its miles, from columns or from limits such as `MP 1.2`."""
    miles = (_number(row, "from_mi"), _number(row, "to_mi"))
    if wanted.start and wanted.stop and any(map(np.isnan, miles)):
        miles = (wanted.start.mile, wanted.stop.mile)
    route = _cell(row, "route") or _cell(row, "street_name")
    return ("" if any(map(np.isnan, miles)) else route), miles


def _candidates(index: _Index, row: _Row, wanted: Wanted) -> tuple[list[Candidate], str]:
    """Search by limits, then by block or by route mile; say why nothing was found."""
    route, miles = _route(row, wanted)
    if route:
        core = names.parse(route, index.known).core
        found = by_mile(index.streets, index.ranges, core, miles)
        why = f"no line is on route {route} between these miles"
        return choose(index.streets, wanted, found), why
    if not wanted.street.core:
        return [], "the row names no street"
    has_limits = bool(wanted.start or wanted.stop)
    ask = has_limits or wanted.block < 0
    found = find(index.streets, index.ranges, wanted) if ask else []
    found = _with_block(index, wanted, found)
    if wanted.block >= 0 and not (found and found[0].score >= _SURE):
        found += by_block(index.streets, index.ranges, wanted)
        found.sort(key=lambda one: (-one.score, one.length_ft, one.reason))
    found = choose(index.streets, wanted, found)
    if found:
        return found, ""
    if wanted.is_closed:
        return [], "both limits are the same street, which meets it once"
    if wanted.street.core not in index.streets.by_core:
        return [], "no line has a street name like it"
    return [], "neither limit was found on the street"


def _shared(streets: Streets, one: Candidate, other: Candidate) -> float:
    """Share of the shorter of two stretches that is in both."""
    both = sum(float(streets.length_ft[row]) for row in one.lines & other.lines)
    whole = min(
        sum(float(streets.length_ft[row]) for row in lines) for lines in (one.lines, other.lines)
    )
    return both / whole if whole else 0.0


def _by_length(
    wanted: Wanted, best: Candidate, near: list[Candidate]
) -> tuple[Candidate, list[Candidate]]:
    """Let the given length choose among stretches that fit as well, where one alone has it."""
    fit = [one for one in (best, *near) if agrees(wanted, one.length_ft, AGREES)]
    if len({one.lines for one in fit}) != 1:
        return best, near
    far = [one for one in (best, *near) if not agrees(wanted, one.length_ft, _OTHER_LENGTH)]
    if len({one.lines for one in (*fit, *far)}) < len({one.lines for one in (best, *near)}):
        return best, near
    chosen = max(fit, key=lambda one: one.score)
    return chosen, []


def _decide(index: _Index, row: _Row) -> Decision:
    """Choose among the candidates of a row, or leave the choice to a person."""
    wanted = _wanted(row, index.known)
    found, why = _candidates(index, row, wanted)
    if not found:
        return Decision("unmatched", why)
    best = found[0]
    others = [one for one in found[1:] if one.lines != best.lines]
    near = [one for one in others if one.score > best.score - _TIE]
    best, near = _by_length(wanted, best, near)
    rivals = tuple(one for one in near if _shared(index.streets, best, one) < _SAME)
    if rivals and best.score >= _USED:
        return Decision(
            "ambiguous", f"{best.reason}: {len(rivals) + 1} stretches fit", best, rivals
        )
    if best.score < _USED:
        return Decision("unmatched", f"{best.reason}: too little agrees", best, tuple(others))
    status = "matched" if best.score >= _SURE else "doubtful"
    return Decision(status, best.reason, best, tuple(others[:_SHOWN]))


def _steps_of(streets: Streets, rows: list[int]) -> tuple[Step, ...]:
    """Give lines that a person listed the direction in which they follow each other."""
    steps = list[Step]()
    for place, row in enumerate(rows):
        ends = (int(streets.start[row]), int(streets.stop[row]))
        if place:
            before, backward = steps[-1]
            here = int((streets.start if backward else streets.stop)[before])
            steps.append((row, here == ends[1] and here != ends[0]))
        elif len(rows) > 1:
            after = {int(streets.start[rows[1]]), int(streets.stop[rows[1]])}
            steps.append((row, ends[0] in after and ends[1] not in after))
        else:
            steps.append((row, False))
    return tuple(steps)


def _fixed(streets: Streets, fixes: pd.Series) -> dict[str, Decision]:
    """Take what a person decided; refuse lines that there are not."""
    place = {str(line): row for row, line in enumerate(streets.ids)}
    decided, problems = {}, []
    for source_id, text in fixes.dropna().items():
        wanted = str(text).split()
        if wanted == [_NONE]:
            decided[str(source_id)] = Decision("unmatched", "a person decided that it has no line")
            continue
        lost = [one for one in wanted if one not in place]
        if lost:
            what = f"names lines that there are not ({', '.join(lost)})"
            remedy = "Write ids of the table lines with spaces between, or none."
            problems.append(Problem("fix", what, (str(source_id),), remedy))
            continue
        steps = _steps_of(streets, [place[one] for one in wanted])
        length = float(sum(streets.length_ft[row] for row, _ in steps))
        best = Candidate(steps, 100.0, "decided by a person", length)
        decided[str(source_id)] = Decision("fixed", best.reason, best)
    if problems:
        raise SchemaError.of("fixes", problems)
    return decided


def _lines(streets: Streets, candidate: Candidate) -> str:
    return " ".join(str(streets.ids[row]) for row, _ in candidate.steps)


def _line_of(streets: Streets, source_id: str, decision: Decision) -> dict[str, object]:
    """Write one row of the matches."""
    best, used = decision.best, decision.status in USED
    shown = decision.rivals[:_SHOWN]
    if best is not None and not used:
        shown = (best, *shown)
    return {
        "source_id": source_id,
        "status": decision.status,
        "score": round(float(np.clip(best.score, 0, 100)), 1) if best is not None else 0.0,
        "reason": decision.reason,
        "lines": _lines(streets, best) if best is not None and used else None,
        "candidates": " | ".join(_lines(streets, one) for one in shown) or None,
        "length_ft": best.length_ft if best is not None and used else np.nan,
    }


def _pieces_of(streets: Streets, source_id: str, best: Candidate) -> list[dict[str, object]]:
    """Write the stretches of one row."""
    rows = []
    for number, (row, backward) in enumerate(best.steps, start=1):
        whole = float(streets.length_ft[row])
        before = best.trim_ft[0] if number == 1 else 0.0
        after = best.trim_ft[1] if number == len(best.steps) else 0.0
        first, last = (after, before) if backward else (before, after)
        rows.append(
            {
                "source_id": source_id,
                "piece": number,
                "line_id": str(streets.ids[row]),
                "from_ft": first,
                "to_ft": max(whole - last, first),
                "is_reversed": backward,
                "carriageway": best.carriageways.get(row, "single"),
            }
        )
    return rows


def match(
    limits: Limits,
    lines: Network,
    *,
    fixes: pd.Series | None = None,
    known: names.Words | None = None,
) -> Joined:
    """
    Find the lines that each row of a pavement table means.

    Parameters
    ----------
    limits
        Rows with a street and its limits, a hundred block, or miles of a route.
    lines
        Lines cut where they meet, joined to a network.
    fixes
        What a person decided, by `source_id`: ids of lines with spaces between, or `none`.
    known
        Words to know. By default those that ship.

    Returns
    -------
    joined
        Every row with its status, score and reason; stretches of lines only for rows that are
        matched, doubtful or fixed.

    Raises
    ------
    SchemaError
        A fix names a line that there is not.
    """
    streets = index_streets(lines, known)
    index = _Index(streets, index_ranges(lines.sections, known), known)
    fixed = _fixed(streets, fixes) if fixes is not None else {}
    columns, decided = list(limits.columns), dict[str, Decision]()
    given = dict[str, float]()
    for source_id, cells in zip(limits.index, limits.itertuples(index=False), strict=True):
        name = str(source_id)
        row = dict(zip(columns, cells, strict=True))
        decided[name] = fixed.get(name) or _decide(index, row)
        given[name] = _number(row, "given_length_ft")
    matches, pieces = [], []
    for name, decision in settle(streets, decided, given).items():
        matches.append(_line_of(streets, name, decision))
        if decision.status in USED and decision.best is not None:
            pieces += _pieces_of(streets, name, decision.best)
    empty = list(schema.describe("pieces").columns.index)
    return Joined(
        schema.check(pd.DataFrame(matches), "matches"),
        schema.check(pd.DataFrame(pieces, columns=empty), "pieces"),
    )
