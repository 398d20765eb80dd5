"""
Sections side by side, and what things cost them: records and tolls of the compiled passes.

A charge is what a unit of something costs in points: a dollar of a kind in a year, a mile worked
on, or a point of condition, which may be paid for. Where alterations oblige curb ramps, the first
one of a section pays the section's share of them besides.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from norwalk_geo.budget.kernel import MONTHS, Arcs
from norwalk_geo.budget.rows import CLOSED

__all__ = [
    "AFTER",
    "BARRED",
    "BEFORE",
    "CENT",
    "WIDTH",
    "Charges",
    "Lanes",
    "Lives",
    "point_benefit",
    "tolls",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Tiny: TypeAlias = npt.NDArray[np.int8]

BARRED = 1e25
CENT, _NOISE = 0.01, 1e-9
WIDTH = 8  # sections side by side; a fixed number, so that loops over them become vectors
# A section's life before and after its first alteration.
BEFORE, AFTER = 0, 1


class Lanes(NamedTuple):
    """
    Sections, those of one shape next to each other.

    Parameters
    ----------
    shape, pattern
        What each can reach, and what each may do and pays for it.
    weight, area, cost, miles
        Square yards as the objective counts them (class weights are in the graph), square yards,
        square yards paid for, and miles.
    """

    shape: Integers
    pattern: Integers
    weight: Floats
    area: Floats
    cost: Floats
    miles: Floats


class Charges(NamedTuple):
    """
    What things cost in points.

    Parameters
    ----------
    money
        Points per dollar by pattern, year and treatment (the first is doing nothing, whose charge
        is not times its cost); `BARRED` where it may not be done.
    cell
        Which measure such a dollar counts in; −1 for none.
    miles
        Points per mile worked on, by year.
    bonus
        Points per square yard and arc, paid for condition; empty where none is.
    most
        Dollars by kind and year, then miles by year, that one section can use at most.
    small
        Square yards paid for, and miles, up to which no section comes to that.
    unit
        Dollars per square yard by year, family and treatment.
    alters
        Whether a treatment (the first is doing nothing) is an alteration.
    due
        Points that a section's first alteration pays for ramps, by section and year; without rows
        where no ramps are due.
    """

    money: Floats
    cell: Integers
    miles: Floats
    bonus: Floats
    most: Floats
    small: Floats
    unit: Floats
    alters: Flags
    due: Floats


class Lives(NamedTuple):
    """
    What the sections chose, in the order of the lanes; without rows if nobody asks.

    Parameters
    ----------
    treatments
        By section and year; −1 for none.
    value, benefit
        Points with and without charges, by section.
    altered
        Year of the first alteration by section, the number of years for none; without rows where no
        ramps are due.
    """

    treatments: Tiny
    value: Floats
    benefit: Floats
    altered: Tiny


@njit(cache=True)
def point_benefit(arcs: Arcs, pci: Floats, paid: Floats) -> Floats:
    """
    Points per square yard that each arc earns where condition is paid for.

    Parameters
    ----------
    arcs
        The graph.
    pci
        Condition by family and age.
    paid
        Points per point of condition, by family and year.

    Returns
    -------
    bonus
        By arc.
    """
    years, last = paid.shape[1], pci.shape[1] - 1
    nodes = arcs.year.shape[0]
    bonus = np.zeros(arcs.end.shape[0])
    for n in range(nodes):
        t, f = arcs.year[n], arcs.family[n]
        for q in range(arcs.first[n], arcs.first[n + 1]):
            m = arcs.end[q]
            until = years if m == nodes else arcs.year[m]
            for u in range(t, until):
                age = min(arcs.after[q] + MONTHS * (u - t + 1), last)
                bonus[q] += paid[f, u] * pci[f, age]
    return bonus


@njit(cache=True)
def _bar(lanes: Lanes, charges: Charges, k: int, f: int, toll: Floats) -> None:
    """Bar work of which one section alone would take more than there is: no plan has it."""
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    cell, most = charges.cell[lanes.pattern[k]], charges.most
    cost, miles, cells = lanes.cost[k], lanes.miles[k], most.shape[0] - years
    for t in range(years):
        if cell[t, 0] == CLOSED:  # Where work must be done, the rows say what is lacking.
            continue
        is_long = miles > most[cells + t] * (1 + _NOISE)
        for j in range(treatments):
            at = cell[t, j + 1]
            if is_long or (at >= 0 and cost * charges.unit[t, f, j] > most[at] + CENT):
                toll[t, j + 1] = BARRED


@njit(cache=True)
def tolls(lanes: Lanes, charges: Charges, i: int, n: int, f: int, toll: Floats) -> None:
    """
    Work out what each of a few sections pays for each treatment in each year.

    Parameters
    ----------
    lanes, charges
        The sections, and what things cost.
    i, n, f
        First section, how many, and their family.
    toll
        Filled: points before and after the first alteration, by year, treatment (the first is doing
        nothing) and section.

    Returns
    -------
    nothing
        The result is in `toll`.
    """
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    has_due = charges.due.shape[0] > 0
    for lane in range(WIDTH):
        k = i + min(lane, n - 1)
        row = charges.money[lanes.pattern[k]]
        cost, miles = lanes.cost[k], lanes.miles[k]
        for t in range(years):
            toll[AFTER, t, 0, lane] = row[t, 0]
            for j in range(treatments):
                price = cost * charges.unit[t, f, j] * row[t, j + 1]
                toll[AFTER, t, j + 1, lane] = price + miles * charges.miles[t]
        if cost > charges.small[0] or miles > charges.small[1]:
            _bar(lanes, charges, k, f, toll[AFTER, :, :, lane])
        for t in range(years):
            if has_due:
                for j in range(treatments + 1):
                    more = charges.due[k, t] if charges.alters[j] else 0.0
                    toll[BEFORE, t, j, lane] = toll[AFTER, t, j, lane] + more
