"""Who pays for what, to the cent; and what to say when no plan can keep to the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo import schema
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.measures import Lives, total
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["broken", "impossible", "payments", "row_prices", "settle"]

_NOTHING = 1e-6
_THOUSAND = 1000


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
    used = total(case, treatments)[: rows.cells]
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
        used = total(case, treatments)
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


def payments(case: Case, treatments: Lives) -> pd.DataFrame:
    """
    List what each fund pays in each year.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    payments
        One row a fund's money and year of work, constant dollars to the cent.
    """
    rows, cents = case.rows, settle(case, treatments)
    paid = np.zeros(len(rows.paid), dtype="int64") if cents is None else cents
    some = np.flatnonzero(paid)
    frame = pd.DataFrame(
        {
            "limit": pd.Series(rows.fund_words, dtype="str").to_numpy()[
                rows.draws[:, some].argmax(axis=0)
            ],
            "year": np.array(case.years)[rows.paid[some] % rows.years],
            "paid_cents": paid[some],
        }
    )
    total = frame.groupby(["limit", "year"])[["paid_cents"]].sum().reset_index()
    table = total.assign(paid_usd=total["paid_cents"] / CENTS).drop(columns="paid_cents")
    return schema.check(table, "payments")


def row_prices(case: Case, bound: Bound) -> pd.DataFrame:
    """
    Say what one more unit of each limit is worth.

    Parameters
    ----------
    case
        The city.
    bound
        Its proof.

    Returns
    -------
    prices
        One row a limit: points for a thousand dollars more, or for one unit less of a demand.
    """
    rows = case.rows
    money = bound.at.fund * _THOUSAND / case.scale
    other = bound.at.row / case.scale
    buys = [
        f"$1,000 more in {words} adds {points * _THOUSAND:.3f} thousandths of a point of condition."
        for words, points in zip(rows.fund_words, money, strict=True)
    ]
    costs = [
        f"One unit less of this demand ({words}) adds {points:.6f} points of condition."
        for words, points in zip(rows.row_words, other, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "limit": [*rows.fund_words, *rows.row_words],
            "kind": ["fund"] * len(money) + ["demand"] * len(other),
            "available": np.append(rows.money, np.abs(rows.limit)),
            "points_per_unit": np.append(money, other),
            "says": [*buys, *costs],
        }
    )
    return schema.check(frame, "row_prices")
