"""
A plan played through year by year, apart from the optimizer's graph.

Each year: treat at its start (the window is tested on that condition), reset, age one year, record
the condition at its end. On whole months it must give the optimizer's figures exactly; with the
ages as they are, it says what rounding to months is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from norwalk_geo.budget.model import Case, Floats, Integers

__all__ = ["Course", "objective", "simulate"]

MONTHS = 12


@dataclass(frozen=True)
class Course:
    """
    What happens to every section, by section and year.

    Parameters
    ----------
    start, after, end
        Condition at the start of the year, just after work and at the end of the year, points.
    seals
        Seals so far at the start of the year.
    age
        Effective age at the start of the year, months.
    is_locked
        The section may not be worked on in this year: the lock-out of earlier work.
    """

    start: Floats
    after: Floats
    end: Floats
    seals: Integers
    age: Floats
    is_locked: npt.NDArray[np.bool_]


def _read(case: Case, age: Floats) -> Floats:
    """Condition at an age, section by section."""
    pci = np.empty(len(age))
    curves = case.life.curves
    months = curves.index.to_numpy(dtype="float64")
    for f in np.unique(case.family):
        rows = case.family == f
        pci[rows] = np.interp(age[rows], months, curves[case.life.families[f]].to_numpy())
    return pci


def _exact_age_after(case: Case, rows: Integers, j: int, pci: Floats, seals: Integers) -> Floats:
    """Age just after a treatment without rounding to months."""
    row = case.life.treatments.iloc[j]
    if row["effect"] == "set":
        reached = np.full(len(rows), float(row["effect_points"]))
    else:
        reached = pci + row["effect_points"] * row["next_gain_factor"] ** seals
    reached = np.maximum(np.minimum(reached, row["pci_cap"]), pci)
    age = np.empty(len(rows))
    months = case.life.curves.index.to_numpy(dtype="float64")
    for f in np.unique(case.family[rows]):
        of = case.family[rows] == f
        points = case.life.curves[case.life.families[f]].to_numpy()
        age[of] = np.interp(reached[of], points[::-1], months[::-1])
    return age


def simulate(case: Case, treatments: npt.NDArray[np.int8], *, exact: bool = False) -> Course:
    """
    Play a plan through.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.
    exact
        Keep ages as they are instead of rounding them to whole months.

    Returns
    -------
    course
        Condition of every section in every year.
    """
    count, years = treatments.shape
    life, last = case.life, len(case.life.curves) - 1
    age = case.exact_age.copy() if exact else case.age.astype("float64")
    seals = case.seals.copy()
    free_from = np.zeros(count, dtype="int64")
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    pages = [np.empty((count, years)) for _ in range(4)]
    start, after, end, ages = pages
    seal_history = np.empty((count, years), dtype="int64")
    locked = np.empty((count, years), dtype=bool)
    for t in range(years):
        locked[:, t] = t < free_from
        start[:, t], ages[:, t], seal_history[:, t] = _read(case, age), age, seals
        for j in np.unique(treatments[:, t][treatments[:, t] >= 0]):
            rows = np.flatnonzero(treatments[:, t] == j)
            if exact:
                age[rows] = _exact_age_after(case, rows, int(j), start[rows, t], seals[rows])
            else:
                age[rows] = life.next_age[case.family[rows], j, seals[rows], age[rows].astype(int)]
            seals[rows] = life.next_seals[j, seals[rows]]
            free_from[rows] = t + lockout[j]
        after[:, t] = _read(case, age)
        age = np.minimum(age + MONTHS, last)
        end[:, t] = _read(case, age)
    return Course(start, after, end, seal_history, ages, locked)


def objective(case: Case, course: Course) -> float:
    """
    Add up condition as the plan counts it.

    Parameters
    ----------
    case
        The city.
    course
        Condition in every year.

    Returns
    -------
    objective
        Points: the weighted mean condition over the years, the last counting `terminal_years` more.
    """
    points = course.end.sum(axis=1) + case.rules.terminal_years * course.end[:, -1]
    return float(case.weight @ points) / case.scale
