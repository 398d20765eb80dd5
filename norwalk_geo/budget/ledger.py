"""Who pays for what, to the cent; and what to say when no plan can keep to the rows."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo.budget.measures import Lives, usage
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["broken", "impossible", "settle"]

_NOTHING = 1e-6


def settle(case: Case, treatments: Lives) -> Integers | None:
    """
    Share a plan's cost among the funds.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    cents
        By payment; the sums are those of the work, to the cent. None if the funds cannot pay.
    """
    rows = case.rows
    used = np.asarray(usage(case, treatments).sum(axis=0)).ravel()[: rows.cells]
    count = len(rows.paid)
    pays = sparse.csr_array((np.ones(count), (rows.paid, np.arange(count))), (rows.cells, count))
    # Money that lapses first is spent first.
    last = np.arange(count) / max(count, 1)
    found = linprog(
        last,
        sparse.csr_array(rows.draws),
        np.rint(rows.money * CENTS),
        pays,
        used,
        method="highs-ds",
    )
    # Whole cents in, whole cents out: each payment draws on one fund.
    return np.rint(found.x).astype("int64") if found.success else None


def broken(case: Case, treatments: Lives) -> list[str]:
    """
    List the rows that a plan breaks, in words.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    words
        Nothing, if it keeps to all.
    """
    rows = case.rows
    words = [] if settle(case, treatments) is not None else ["the money of the funds"]
    if len(rows.limit):
        used = np.asarray(usage(case, treatments).sum(axis=0)).ravel()
        used[: rows.cells] /= CENTS
        over = rows.use @ used - rows.limit
        words += [rows.row_words[r] for r in np.flatnonzero(over > _NOTHING * rows.reach())]
    return words


def impossible(case: Case, over: Floats) -> InfeasibleError:
    """
    Say which rows cannot be kept together, and how near a plan can come.

    Parameters
    ----------
    case
        The city.
    over
        Units by which each row would have to give way, funds first.

    Returns
    -------
    error
        To be raised.
    """
    rows = case.rows
    problems = []
    for k in np.flatnonzero(over > _NOTHING):
        if k < len(rows.money):
            what = f"would take ${over[k]:,.0f} more than there is"
            problems.append(Problem(rows.fund_words[k], what, remedy="Add money or ask for less."))
            continue
        r = k - len(rows.money)
        near = abs(rows.limit[r] + over[k])
        what = f"cannot be kept; the nearest found is {near:,.2f} instead of "
        what += f"{abs(rows.limit[r]):,.2f}"
        problems.append(Problem(rows.row_words[r], what, remedy="Ask for less, or add money."))
    return InfeasibleError.of("plan", problems)
