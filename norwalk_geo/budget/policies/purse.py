"""
Paying as one goes: what a policy without foresight can spend under a ledger of funds.

Work is paid from the money that lapses first, then from the money that may pay for least; a match
is drawn with it. Miles a year and shares of maintenance are kept as money is. Floors are beyond a
list: it neither knows nor keeps them, and the comparison says which it breaks.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from norwalk_geo.budget.model import CENTS, Case
from norwalk_geo.budget.rows import CLOSED, Rows

__all__ = ["Purse", "afford", "pay", "purse"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Tiny: TypeAlias = npt.NDArray[np.int8]
_PART = 1e-3  # of a cent


class Purse(NamedTuple):
    """
    What is left, and who may pay what.

    Parameters
    ----------
    left
        Cents by row, those of shares included; it changes.
    miles
        Miles by year; it changes.
    first, way
        First payment of each measure of money, one more at the end; payments in order.
    draws
        Cents that a cent of each payment takes, by payment and row.
    """

    left: Floats
    miles: Floats
    first: Integers
    way: Integers
    draws: Floats


def purse(case: Case) -> Purse:
    """
    Open the purse of a city.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    purse
        With all of its money.
    """
    rows = case.rows
    shares = np.flatnonzero((rows.limit == 0) & (rows.use[:, rows.cells :] == 0).all(axis=1))
    draws = np.vstack([rows.draws, rows.use[shares][:, rows.paid]]).T
    left = np.append(np.rint(rows.money * CENTS), np.zeros(len(shares)))
    year = rows.paid % rows.years
    primary = draws[:, : len(rows.money)].argmax(axis=1)
    lapses, wide = np.zeros(len(left)), np.zeros(len(left))
    np.maximum.at(lapses, primary, year)
    np.add.at(wide, primary, 1)
    way = np.lexsort((wide[primary], lapses[primary], rows.paid))
    first = np.searchsorted(rows.paid[way], np.arange(rows.cells + 1))
    return Purse(left, _miles(rows), first, way, np.ascontiguousarray(draws))


def _miles(rows: Rows) -> Floats:
    """Miles that may be worked on by year; without end where no row limits them."""
    miles = np.full(rows.years, np.inf)
    for use, limit in zip(rows.use, rows.limit, strict=True):
        of = use[rows.cells : rows.cells + rows.years]
        if of.any():
            miles[of > 0] = np.minimum(miles[of > 0], limit)
    return miles


@njit(cache=True)
def pay(purse: Purse, cell: int, cents: int) -> bool:
    """
    Pay for work, or leave the purse as it is.

    Parameters
    ----------
    purse
        It changes if the work can be paid for.
    cell
        Measure that its dollars count in.
    cents
        What it costs.

    Returns
    -------
    is_paid
        Whether it could be.
    """
    before, due = purse.left.copy(), float(cents)
    for x in range(purse.first[cell], purse.first[cell + 1]):
        draw = purse.draws[purse.way[x]]
        most = due
        for r in range(draw.shape[0]):
            if draw[r] > 0:
                most = min(most, max(purse.left[r], 0.0) / draw[r])
        if most > 0:
            purse.left[:] -= most * draw
            due -= most
        if due <= _PART:
            return True
    purse.left[:] = before
    return due <= _PART


@njit(cache=True)
def afford(
    purse: Purse, cells: Integers, treatments: Tiny, cents: Integers, miles: float, drawn: Floats
) -> bool:
    """
    Exchange what a section has for another life, or leave all as it is.

    Parameters
    ----------
    purse
        It changes if the life can be paid for; what the section has drawn must be back in it.
    cells
        Measure of each year and treatment, doing nothing being the first.
    treatments, cents
        The life, and what it costs by year.
    miles
        Length of the section.
    drawn
        Filled: what the life takes of each row.

    Returns
    -------
    is_paid
        Whether it may be done and paid for.
    """
    before, length = purse.left.copy(), purse.miles.copy()
    fits = True
    for t in range(treatments.shape[0]):
        j = treatments[t]
        cell = cells[t, j + 1]
        if cell == CLOSED or (j >= 0 and purse.miles[t] < miles):
            fits = False
        elif j >= 0:
            purse.miles[t] -= miles
            fits = pay(purse, cell, cents[t])
        if not fits:
            purse.left[:] = before
            purse.miles[:] = length
            return False
    drawn[:] = before - purse.left
    return True
