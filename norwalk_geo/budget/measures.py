"""What lives cost, use and are worth: exactly, row by row, apart from the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from norwalk_geo.budget.model import CENTS, Case, Floats, Integers

__all__ = [
    "Lives",
    "cost_cents",
    "points",
    "rows_of",
    "total",
    "unserved",
    "usage",
    "usage_value",
    "worth",
]

Lives: TypeAlias = npt.NDArray[np.int8]
MONTHS = 12


def cost_cents(case: Case, treatments: Lives) -> Integers:
    """
    Cost of a plan in whole cents.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    cents
        By section and year, each rounded half to even.
    """
    done = treatments >= 0
    unit = case.unit_cost[np.arange(len(case.years)), case.family[:, None], treatments]
    return np.rint(np.where(done, unit, 0.0) * case.cost_area[:, None] * CENTS).astype("int64")


def rows_of(case: Case, section: Integers) -> Case:
    """
    Repeat sections as rows, for working out several lives of one section at once.

    Parameters
    ----------
    case
        The city.
    section
        Section of each row.

    Returns
    -------
    case
        With those rows only and without ramps; its ids and states in the graph do not fit them.
    """
    return replace(
        case,
        family=case.family[section],
        seals=case.seals[section],
        age=case.age[section],
        area=case.area[section],
        weight=case.weight[section],
        cost_area=case.cost_area[section],
        miles=case.miles[section],
        pattern=case.pattern[section],
        exact_age=case.exact_age[section],
        group=case.group[section],
        duties=None,
    )


def _condition(case: Case, treatments: Lives) -> Floats:
    """
    Condition at the end of each year.

    Parameters
    ----------
    case
        The city, or rows of it.
    treatments
        Treatment by row and year; −1 for none.

    Returns
    -------
    pci
        By row and year, points.
    """
    life, pci = case.life, case.life.curves.to_numpy()
    age, seals, last = case.age.copy(), case.seals.copy(), len(case.life.curves) - 1
    end = np.empty(treatments.shape)
    for t in range(treatments.shape[1]):
        row = np.flatnonzero(treatments[:, t] >= 0)
        j = treatments[row, t]
        age[row] = life.next_age[case.family[row], j, seals[row], age[row]]
        seals[row] = life.next_seals[j, seals[row]]
        age = np.minimum(age + MONTHS, last)
        end[:, t] = pci[age, case.family]
    return end


def points(case: Case, treatments: Lives) -> Floats:
    """
    Work out what each row's life is worth to the objective.

    Parameters
    ----------
    case
        The city, or rows of it.
    treatments
        Treatment by row and year; −1 for none.

    Returns
    -------
    points
        Weighted point-years of condition; or what the case's objective counts instead or besides.
    """
    if case.idle is not None:
        return np.asarray(-unserved(case, treatments, case.idle).sum(axis=1))
    end = _condition(case, treatments)
    total: Floats = case.weight * (end.sum(axis=1) + case.rules.terminal_years * end[:, -1])
    return total if case.toll is None else total - usage_value(case, treatments, case.toll)


def worth(case: Case, treatments: Lives) -> float:
    """
    Work out what a plan is worth to the objective, its ramps included where they count.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    worth
        In the units of the case's objective.
    """
    sum_of_rows = float(points(case, treatments).sum())
    if case.toll is None or case.duties is None:
        return sum_of_rows
    bill = case.duties.bill(treatments).ravel()
    return sum_of_rows - float(case.toll[: len(bill)] @ bill) / CENTS


def unserved(case: Case, treatments: Lives, idle: Floats) -> Floats:
    """
    Add up what years without work lose.

    Parameters
    ----------
    case
        The city, or rows of it.
    treatments
        Treatment by row and year; −1 for none.
    idle
        Lost per square yard paid for, by year, family, seals and age.

    Returns
    -------
    lost
        By row and year; nothing in a year with work or within its lock-out.
    """
    life, last = case.life, len(case.life.curves) - 1
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    age, seals = case.age.copy(), case.seals.copy()
    free, lost = np.zeros(len(age), dtype="int64"), np.zeros(treatments.shape)
    for t in range(treatments.shape[1]):
        waits = (treatments[:, t] < 0) & (free <= t)
        lost[waits, t] = idle[t, case.family[waits], seals[waits], age[waits]]
        row = np.flatnonzero(treatments[:, t] >= 0)
        j = treatments[row, t]
        age[row] = life.next_age[case.family[row], j, seals[row], age[row]]
        seals[row] = life.next_seals[j, seals[row]]
        free[row] = t + lockout[j]
        age = np.minimum(age + MONTHS, last)
    return np.asarray(lost * case.cost_area[:, None])


def usage(case: Case, treatments: Lives) -> sparse.csr_array:
    """
    What each row's life uses of every measure, money in cents.

    Parameters
    ----------
    case
        The city, or rows of it.
    treatments
        Treatment by row and year; −1 for none.

    Returns
    -------
    usage
        By row and measure.
    """
    rows, cents = case.rows, cost_cents(case, treatments)
    section, year = np.nonzero(treatments >= 0)
    cell = case.cell[case.pattern[section], year, treatments[section, year] + 1]
    parts = [(section, cell, cents[section, year].astype("float64"))]
    counts = rows.use if case.toll is None else np.vstack([rows.use, case.toll])
    if counts[:, rows.cells :].any():
        parts.append((section, rows.cells + year, case.miles[section]))
        end = _condition(case, treatments) * case.area[:, None]
        first = rows.cells + rows.years * (1 + case.family)
        row = np.repeat(np.arange(len(end)), rows.years)
        parts.append((row, (first[:, None] + np.arange(rows.years)).ravel(), end.ravel()))
    row, column, amount = (np.concatenate(one) for one in zip(*parts, strict=True))
    counted = column >= 0
    shape = (len(treatments), rows.measures)
    return sparse.csr_array((amount[counted], (row[counted], column[counted])), shape=shape)


def total(case: Case, treatments: Lives) -> Floats:
    """
    Add up what a plan uses, ramps and all.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    used
        By measure, money in cents.
    """
    used = np.asarray(usage(case, treatments).sum(axis=0)).ravel()
    if case.duties is not None:
        bill = case.duties.bill(treatments).ravel()
        used[: len(bill)] += bill
    return used


def usage_value(case: Case, treatments: Lives, charge: Floats) -> Floats:
    """
    Points that what each row's life uses costs.

    Parameters
    ----------
    case
        The city, or rows of it.
    treatments
        Treatment by row and year; −1 for none.
    charge
        Points a unit, by measure.

    Returns
    -------
    points
        By row.
    """
    scaled = charge.copy()
    scaled[: case.rows.cells] /= CENTS
    return np.asarray(usage(case, treatments) @ scaled)
