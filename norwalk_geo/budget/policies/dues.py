"""
Ramps that a policy pays as it goes: whoever alters a street pays for the corners not yet built.

A policy neither foresees nor shares the bill: the section that obliges a corner first pays all of
it, in the year of the alteration, from a fund that may pay for ramps. So its plan has the true
bill, and is compared fairly with one that plans streets and ramps together.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from norwalk_geo.budget.model import Case
from norwalk_geo.budget.policies.purse import Purse, pay

__all__ = ["Dues", "altered", "dues", "move", "payable", "settled"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Tiny: TypeAlias = npt.NDArray[np.int8]


class Dues(NamedTuple):
    """
    Corners by section, and when each is built.

    Parameters
    ----------
    first, corner
        First link of each section, one more at the end; corner of each link.
    cents, cell
        Cost by corner and year, and first measure of its kind of dollar.
    alters
        Whether a treatment is an alteration.
    built, drawn
        Year in which each corner is built, the number of years for none, and what that has drawn
        of each row of the purse; they change.
    """

    first: Integers
    corner: Integers
    cents: Integers
    cell: Integers
    alters: Flags
    built: Integers
    drawn: Floats


def dues(case: Case, rows: int) -> Dues:
    """
    Lay out what alterations oblige.

    Parameters
    ----------
    case
        The city.
    rows
        Rows of its purse.

    Returns
    -------
    dues
        Nothing built yet; without corners where no ramps are due.
    """
    count, years, owed = len(case.ids), len(case.years), case.duties
    none = np.zeros(0, dtype="int64")
    if owed is None:
        links, cents = np.zeros(count + 1, dtype="int64"), np.zeros((0, years), dtype="int64")
        alters = np.zeros(len(case.life.treatments), dtype=bool)
        return Dues(links, none, cents, none, alters, none, np.zeros((0, rows)))
    order = np.argsort(owed.section, kind="stable")
    first = np.searchsorted(owed.section[order], np.arange(count + 1))
    built = np.full(len(owed.usd), years, dtype="int64")
    drawn = np.zeros((len(built), rows))
    cell = owed.kind * years
    return Dues(first, owed.corner[order], owed.cents, cell, owed.alters, built, drawn)


@njit(cache=True)
def altered(dues: Dues, life: Tiny) -> int:
    """
    Find the first alteration of a life.

    Parameters
    ----------
    dues
        What alters.
    life
        Treatment by year.

    Returns
    -------
    year
        The number of years for none.
    """
    years: int = life.shape[0]
    for t in range(years):
        if life[t] >= 0 and dues.alters[life[t]]:
            return t
    return years


@njit(cache=True)
def move(dues: Dues, i: int, year: int) -> int:
    """
    Add up what a section's corners cost more if it first alters in a year.

    Parameters
    ----------
    dues
        What is built when.
    i
        The section.
    year
        Of its first alteration.

    Returns
    -------
    cents
        Below zero where building earlier is cheaper.
    """
    years, more = dues.cents.shape[1], 0
    for k in range(dues.first[i], dues.first[i + 1]):
        c = dues.corner[k]
        if year < dues.built[c]:
            more += dues.cents[c, year]
            if dues.built[c] < years:
                more -= dues.cents[c, dues.built[c]]
    return int(more)


@njit(cache=True)
def settled(dues: Dues, i: int, year: int, purse: Purse) -> bool:
    """
    Pay for the corners that a section obliges and nobody has built by a year.

    Parameters
    ----------
    dues
        It changes if all can be paid for.
    i
        The section.
    year
        Of its first alteration.
    purse
        It changes likewise. What a corner has drawn for a later year goes back into it first.

    Returns
    -------
    is_paid
        Whether it could be.
    """
    before = purse.left.copy()
    links = dues.corner[dues.first[i] : dues.first[i + 1]]
    drawn = np.zeros((links.shape[0], before.shape[0]))
    for c in links:
        if year < dues.built[c]:
            purse.left[:] += dues.drawn[c]
    for k, c in enumerate(links):
        if year < dues.built[c]:
            now = purse.left.copy()
            if not pay(purse, dues.cell[c] + year, dues.cents[c, year]):
                purse.left[:] = before
                return False
            drawn[k] = now - purse.left
    for k, c in enumerate(links):
        if year < dues.built[c]:
            dues.drawn[c] = drawn[k]
            dues.built[c] = year
    return True


@njit(cache=True)
def payable(dues: Dues, i: int, year: int, purse: Purse) -> bool:
    """
    Tell whether the corners that a section obliges could be paid for.

    Parameters
    ----------
    dues, i, year, purse
        As for `settled`; the purse and what is built are left as they are.

    Returns
    -------
    is_paid
        Whether they could be.
    """
    before, fits = purse.left.copy(), True
    for c in dues.corner[dues.first[i] : dues.first[i + 1]]:
        if year < dues.built[c]:
            purse.left[:] += dues.drawn[c]
    for c in dues.corner[dues.first[i] : dues.first[i + 1]]:
        if year < dues.built[c]:
            fits = fits and pay(purse, dues.cell[c] + year, dues.cents[c, year])
    purse.left[:] = before
    return fits
