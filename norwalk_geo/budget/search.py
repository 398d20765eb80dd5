"""From a case to a plan and its proof; and what to say where there is no plan."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, exact, measures
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import CENTS, Case, Floats
from norwalk_geo.budget.objectives import for_row
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["counted", "search"]

_NOTHING = 1e-6
_ASKED, _NAMED = 3, 4


def search(
    case: Case,
    *,
    start: Bound | None = None,
    progress: Callable[[float], None] | None = None,
) -> Found:
    """
    Find a plan that keeps to every row, and its proof.

    Parameters
    ----------
    case
        The city.
    start
        Proof of a city with the same rows, to begin at.
    progress
        Told the share done, from 0 to 1.

    Returns
    -------
    found
        The plan and the bound.

    Raises
    ------
    InfeasibleError
        No plan keeps to every row: with each that cannot be kept, the nearest that can be, and the
        rows that stand against it.
    """
    market = Market.of(case)
    found = core.choose(market, bounds.minimize(market, progress=progress, start=start))
    try:
        return exact.improve(market, found)
    except InfeasibleError as error:
        missed = np.flatnonzero(found.over[len(case.rows.money) :] > _NOTHING * case.rows.reach())
        problems = [_nearest(case, int(row)) for row in missed[:_ASKED]]
        told = [problem for problem in problems if problem is not None]
        if not told:
            raise
        kept = {problem.where for problem in told}
        others = [one for one in error.problems if one.where not in kept]
        raise InfeasibleError.of("plan", [*told, *others]) from None


def counted(case: Case, found: Found, use: Floats) -> float:
    """
    Count what a plan uses.

    Parameters
    ----------
    case
        The city.
    found
        The plan.
    use
        What a unit of each measure counts.

    Returns
    -------
    amount
        The sum.
    """
    used = measures.total(case, found.treatments)
    used[: case.rows.cells] /= CENTS
    return float(use @ used)


def _nearest(case: Case, row: int) -> Problem | None:
    """Say how near a plan can come to a row that cannot be kept; None where none keeps the rest."""
    rows = case.rows
    size, unit = rows.row_sizes[row], rows.row_units[row]
    other = for_row(case, row)
    market = Market.of(other)
    proof = bounds.minimize(market)
    try:
        found = exact.improve(market, core.choose(market, proof))
    except InfeasibleError:
        return None
    near, least = counted(other, found, rows.use[row]), -found.bound.value
    sign = -1.0 if rows.limit[row] < 0 else 1.0
    said = [f"{sign * value / size:,.4g}" for value in (near, least, rows.limit[row])]
    against = _against(other, found.bound)
    what = f"cannot be kept: a plan comes to {said[0]} {unit}, none passes {said[1]}, asked for is "
    what += f"{said[2]}; against it stand {', '.join(against) or 'the streets themselves'}"
    return Problem(rows.row_words[row], what, remedy="Ask for less of one or the other.")


def _against(case: Case, proof: Bound) -> list[str]:
    """Name the rows whose prices stop a plan, dearest first."""
    rows = case.rows
    worth = np.append(proof.at.fund * rows.money, proof.at.row * rows.reach())
    words = [*rows.fund_words, *rows.row_words]
    dear = [k for k in np.argsort(-worth, kind="stable") if worth[k] > _NOTHING * proof.gain]
    return [words[k] for k in dear[:_NAMED]]
