"""From a case to a plan and its proof; and what to say where there is no plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, exact, ledger, measures
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import CENTS, Case, Floats
from norwalk_geo.budget.objectives import for_row
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["counted", "otherwise", "search"]

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
        No plan was found that keeps to every row: with each that is not kept and whether it can be,
        the nearest that a plan was found for, and the rows that stand against it.
    """
    market = Market.of(case)
    found = core.choose(market, bounds.minimize(market, progress=progress, start=start))
    try:
        return exact.improve(market, found)
    except InfeasibleError as error:
        return otherwise(market, found, error, _solved)[1]


def _solved(case: Case) -> tuple[Case, Found]:
    """Find a plan for another count of the same lives."""
    market = Market.of(case)
    return case, exact.improve(market, core.choose(market, bounds.minimize(market)))


def otherwise(
    market: Market,
    found: Found,
    error: InfeasibleError,
    solve: Callable[[Case], tuple[Case, Found]],
) -> tuple[Case, Found]:
    """
    Come as near as may be to the rows that a plan breaks: that may be near enough.

    Parameters
    ----------
    market
        The city.
    found
        A plan that breaks a row.
    error
        What is to be said of it.
    solve
        Finds a plan for another count of the same lives.

    Returns
    -------
    case, found
        The city as it was planned for, and a plan that keeps to every row.

    Raises
    ------
    InfeasibleError
        There is none: with each row that is not kept, the nearest that a plan was found for, what
        no plan can pass, and the rows that stand against it.
    """
    case, told = market.case, []
    missed = exact.over(case, found)[len(case.rows.money) :] > _NOTHING * case.rows.reach()
    for row in np.flatnonzero(missed)[:_ASKED]:
        try:
            city, near = solve(for_row(case, int(row)))
        except InfeasibleError:  # The other rows alone are too much.
            continue
        made = replace(case, duties=city.duties)
        if not ledger.broken(made, near.treatments):
            begun = replace(found, treatments=near.treatments)
            return made, exact.improve(replace(market, case=made), begun)
        told.append(_nearest(case, city, near, int(row)))
    if not told:
        raise error
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


def _nearest(case: Case, other: Case, found: Found, row: int) -> Problem:
    """Say how near a plan comes to a row, and whether it is proved that none comes nearer."""
    rows = case.rows
    size, unit, limit = rows.row_sizes[row], rows.row_units[row], rows.limit[row]
    near, least = counted(other, found, rows.use[row]), -found.bound.value
    sign = -1.0 if limit < 0 else 1.0
    said = [f"{sign * value / size:,.4g}" for value in (near, least, limit)]
    is_proved = least > limit + _NOTHING * rows.reach()[row]
    what = "cannot be kept" if is_proved else "is kept by no plan that was found"
    what += f": a plan comes to {said[0]} {unit}, none passes {said[1]}, asked for is {said[2]}; "
    against = _against(other, found.bound)
    if not against:  # Single works are closed: with parts of them prices tell who stands against.
        parts = replace(other, rows=replace(other.rows, closes=False))
        against = _against(parts, bounds.minimize(Market.of(parts)))
    what += f"against it stand {', '.join(against) or 'the streets themselves'}"
    return Problem(rows.row_words[row], what, remedy="Ask for less of one or the other.")


def _against(case: Case, proof: Bound) -> list[str]:
    """Name the rows whose prices stop a plan, dearest first."""
    rows = case.rows
    worth = np.append(proof.at.fund * rows.money, proof.at.row * rows.reach())
    words = [*rows.fund_words, *rows.row_words]
    dear = [k for k in np.argsort(-worth, kind="stable") if worth[k] > _NOTHING * proof.gain]
    return [words[k] for k in dear[:_NAMED]]
