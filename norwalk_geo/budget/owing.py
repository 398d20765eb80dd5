"""
Curb ramps in an integer program: a corner falls due in the year of its first alteration.

For each corner and year one variable says whether ramps fall due in it. Up to each year they must
have, if any section that obliges the corner was altered, and cannot have, if none was.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from norwalk_geo.budget.market import Near
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.ramps import Duties

__all__ = ["Owed", "owed"]


class Owed(NamedTuple):
    """
    Columns of the variables of ramps, and the rows that tie them to lives: at least zero.

    Parameters
    ----------
    bill
        What ramps that fall due use of every row of the program.
    lives, falls
        Coefficients of lives and of the variables of ramps.
    toll
        What ramps that fall due take from the objective.
    """

    bill: sparse.csr_array
    lives: sparse.csr_array
    falls: sparse.csr_array
    toll: Floats


def _bill(case: Case, owed: Duties, scales: tuple[float, Floats]) -> sparse.csr_array:
    """What a corner that falls due in a year adds to money used and to further rows."""
    rows, (scale, reach) = case.rows, scales
    corners, years = owed.cents.shape
    corner, year = (one.ravel() for one in np.mgrid[:corners, :years])
    at = np.maximum(year - owed.lead[corner], 0)
    cents = owed.cents[corner, at].astype("float64")
    cell, column = owed.kind[corner] * years + at, np.arange(len(corner))
    wide = len(column)
    paid = sparse.csr_array((cents / scale, (cell, column)), shape=(rows.cells, wide))
    parts = [paid, sparse.csr_array((len(rows.money), wide))]
    if len(rows.limit):
        use = rows.use[:, cell] / CENTS * cents / reach[:, None]
        parts.append(sparse.csr_array(use))
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _toll(case: Case, owed: Duties) -> Floats:
    """What a corner that falls due in a year takes from the objective."""
    corners, years = owed.cents.shape
    if case.toll is None:
        return np.zeros(corners * years)
    at = np.maximum(np.arange(years) - owed.lead[:, None], 0)
    cents = np.take_along_axis(owed.cents, at, axis=1)
    return np.asarray(cents / CENTS * case.toll[owed.kind[:, None] * case.rows.years + at]).ravel()


def _altered(owed: Duties, near: Near) -> Integers:
    """Year of the first alteration of each life; the number of years for none."""
    lives = near.treatments
    done = (lives >= 0) & owed.alters[lives]
    return np.asarray(np.where(done.any(axis=1), done.argmax(axis=1), lives.shape[1]))


def owed(case: Case, near: Near, scales: tuple[float, Floats]) -> Owed:
    """
    Lay out the ramps that lives oblige.

    Parameters
    ----------
    case
        The city.
    near
        Lives by section.
    scales
        Cents that the rows of money, and units that further rows, are divided by.

    Returns
    -------
    owed
        Without columns and rows where no ramps are due.
    """
    duties, count, years = case.duties, len(near.owner), case.rows.years
    size = case.rows.cells + len(case.rows.money) + len(case.rows.limit)
    if duties is None:
        none = sparse.csr_array((0, count))
        return Owed(sparse.csr_array((size, 0)), none, sparse.csr_array((0, 0)), np.zeros(0))
    first, corners, links = _altered(duties, near), len(duties.usd), len(duties.corner)
    # Lives by link: each link's section's lives.
    of = sparse.csr_array((np.ones(count), (near.owner, np.arange(count))), (len(case.ids), count))
    by_link = sparse.csr_array(of[duties.section])
    fall = sparse.csr_array(np.tril(np.ones((years, years))))
    until = sparse.csr_array(sparse.kron(sparse.eye_array(corners), fall))
    place = np.repeat(duties.corner * years, years) + np.tile(np.arange(years), links)
    by_year = [by_link @ sparse.diags_array((first <= t).astype("float64")) for t in range(years)]
    order = np.arange(links * years).reshape(years, links).T.ravel()
    must = sparse.csr_array(sparse.vstack(by_year, format="csr")[order])
    gather = sparse.csr_array(
        (np.ones(links * years), (place, np.arange(links * years))),
        (corners * years, links * years),
    )
    return Owed(
        _bill(case, duties, scales),
        sparse.csr_array(sparse.vstack([-must, gather @ must])),
        sparse.csr_array(sparse.vstack([until[place], -until])),
        _toll(case, duties),
    )
