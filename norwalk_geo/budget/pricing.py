"""
What every section would do at given charges, compiled.

A charge is what a unit of something costs in points: a dollar of a kind in a year, a mile worked
on, or a point of condition, which may be paid for. With charges sections do not compete: the best
life of each is a longest path through what its state can reach. Sections of one state are worked on
side by side; blocks are fixed, so that the same input gives the same bits on any machine.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from norwalk_geo.budget.kernel import MONTHS, Arcs, Shapes

__all__ = [
    "BARRED",
    "Charges",
    "Lanes",
    "Lives",
    "in_parallel",
    "in_turn",
    "point_benefit",
    "tolls",
    "values",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Tiny: TypeAlias = npt.NDArray[np.int8]

BARRED = 1e25
WIDTH = 8  # sections side by side; a fixed number, so that loops over them become vectors


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
    unit
        Dollars per square yard by year, family and treatment.
    """

    money: Floats
    cell: Integers
    miles: Floats
    bonus: Floats
    unit: Floats


class Lives(NamedTuple):
    """
    What the sections chose, in the order of the lanes; without rows if nobody asks.

    Parameters
    ----------
    treatments
        By section and year; −1 for none.
    value, benefit
        Points with and without charges, by section.
    """

    treatments: Tiny
    value: Floats
    benefit: Floats


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
        Filled: points by year, treatment (the first is doing nothing) and section.

    Returns
    -------
    nothing
        The result is in `toll`.
    """
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    for lane in range(WIDTH):
        k = i + min(lane, n - 1)
        row = charges.money[lanes.pattern[k]]
        cost, miles = lanes.cost[k], lanes.miles[k]
        for t in range(years):
            toll[t, 0, lane] = row[t, 0]
            for j in range(treatments):
                price = cost * charges.unit[t, f, j] * row[t, j + 1]
                toll[t, j + 1, lane] = price + miles * charges.miles[t]


@njit(cache=True)
def values(
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    i: int,
    n: int,
    toll: Floats,
    value: Floats,
) -> None:
    """
    Find the worth of the best life from every node of a few sections' shape.

    Parameters
    ----------
    arcs, shapes, lanes, charges
        The graph, what states reach, the sections, and what things cost.
    i, n
        First section and how many, all of one shape.
    toll
        What each pays.
    value
        Filled: points by node and section.

    Returns
    -------
    nothing
        The result is in `value`.
    """
    k = lanes.shape[i]
    start = shapes.node_first[k]
    count = shapes.node_first[k + 1] - start
    # Lanes without a section repeat the last one.
    weight, area, here = np.empty(WIDTH), np.empty(WIDTH), np.empty(WIDTH)
    for lane in range(WIDTH):
        weight[lane] = lanes.weight[i + min(lane, n - 1)]
        area[lane] = lanes.area[i + min(lane, n - 1)]
    has_bonus = charges.bonus.shape[0] > 0
    e = shapes.arc_first[k + 1]
    value[count] = 0.0
    for x in range(count - 1, -1, -1):
        node = shapes.node[start + x]
        t = arcs.year[node]
        here[:] = -np.inf
        for q in range(arcs.first[node + 1] - 1, arcs.first[node] - 1, -1):
            e -= 1
            m, j, benefit = shapes.end[e], arcs.treatment[q] + 1, arcs.benefit[q]
            if has_bonus:
                bonus = charges.bonus[q]
                for lane in range(WIDTH):
                    z = weight[lane] * benefit + area[lane] * bonus - toll[t, j, lane]
                    z += value[m, lane]
                    here[lane] = max(here[lane], z)
            else:
                for lane in range(WIDTH):
                    z = weight[lane] * benefit - toll[t, j, lane] + value[m, lane]
                    here[lane] = max(here[lane], z)
        value[x] = here


@njit(cache=True)
def _count(  # noqa: C901, PLR0913, PLR0917 - compiled: arrays, not records
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    i: int,
    lane: int,
    toll: Floats,
    value: Floats,
    pci: Floats,
    usage: Floats,
    life: Tiny,
) -> float:
    """Follow the best life of one section, counting what it uses; return its benefit."""
    k, years, cells = lanes.shape[i], charges.unit.shape[0], usage.shape[0]
    start = shapes.node_first[k]
    count = shapes.node_first[k + 1] - start
    has_bonus = charges.bonus.shape[0] > 0
    x, e, total, last = 0, shapes.arc_first[k], 0.0, pci.shape[1] - 1
    at = 0
    while x < count:
        while at < x:
            node = shapes.node[start + at]
            e += arcs.first[node + 1] - arcs.first[node]
            at += 1
        node = shapes.node[start + x]
        t, f = arcs.year[node], arcs.family[node]
        top, arc, to = -np.inf, arcs.first[node], 0
        for q in range(arcs.first[node], arcs.first[node + 1]):
            z = lanes.weight[i] * arcs.benefit[q]
            z += (
                value[shapes.end[e + q - arcs.first[node]], lane]
                - toll[t, arcs.treatment[q] + 1, lane]
            )
            if has_bonus:
                z += lanes.area[i] * charges.bonus[q]
            if z > top:
                top, arc, to = z, q, shapes.end[e + q - arcs.first[node]]
        total += lanes.weight[i] * arcs.benefit[arc]
        j = arcs.treatment[arc]
        if life.shape[0]:
            life[t] = j
        if j >= 0:
            cell = charges.cell[lanes.pattern[i], t, j + 1]
            if cell >= 0:
                usage[cell] += lanes.cost[i] * charges.unit[t, f, j]
            usage[cells - (1 + pci.shape[0]) * years + t] += lanes.miles[i]
        if has_bonus:
            until = years if to == count else arcs.year[shapes.node[start + to]]
            for u in range(t, until):
                age = min(arcs.after[arc] + MONTHS * (u - t + 1), last)
                usage[cells - (pci.shape[0] - f) * years + u] += lanes.area[i] * pci[f, age]
        x = to
    return total


@njit(cache=True)
def _chunk(
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    span: tuple[int, int],
    pci: Floats,
    usage: Floats,
    lives: Lives,
) -> tuple[float, float]:
    """Let a run of sections choose; return value and benefit."""
    i, last = span
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    toll = np.zeros((years, treatments + 1, WIDTH))
    value = np.empty((shapes.largest + 1, WIDTH))
    wants = lives.value.shape[0] > 0
    nobody = np.empty(0, np.int8)
    worth, gain = 0.0, 0.0
    while i < last:
        n = 1
        while n < WIDTH and i + n < last and lanes.shape[i + n] == lanes.shape[i]:
            n += 1
        family = arcs.family[shapes.node[shapes.node_first[lanes.shape[i]]]]
        tolls(lanes, charges, i, n, family, toll)
        values(arcs, shapes, lanes, charges, i, n, toll, value)
        for lane in range(n):
            life = lives.treatments[i + lane] if wants else nobody
            benefit = _count(
                arcs, shapes, lanes, charges, i + lane, lane, toll, value, pci, usage, life
            )
            worth += value[0, lane]
            gain += benefit
            if wants:
                lives.value[i + lane] = value[0, lane]
                lives.benefit[i + lane] = benefit
        i += n
    return worth, gain


@njit(cache=True)
def in_turn(
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    pci: Floats,
    usage: Floats,
    lives: Lives,
) -> Floats:
    """
    Let every section choose, on one core: faster where there is little to do.

    Parameters
    ----------
    arcs, shapes, lanes, charges
        The graph, what states reach, the sections, and what things cost.
    pci
        Condition by family and age.
    usage
        Filled: what the choices use, by block of sections and measure.
    lives
        Filled, where it has rows.

    Returns
    -------
    sums
        Points with and without charges, by block.
    """
    blocks, count = usage.shape[0], lanes.shape.shape[0]
    sums = np.zeros((blocks, 2))
    for c in range(blocks):
        span = (count * c // blocks, count * (c + 1) // blocks)
        worth, gain = _chunk(arcs, shapes, lanes, charges, span, pci, usage[c], lives)
        sums[c, 0] = worth
        sums[c, 1] = gain
    return sums


@njit(cache=True, parallel=True)
def in_parallel(
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    pci: Floats,
    usage: Floats,
    lives: Lives,
) -> Floats:
    """
    Let every section choose, the blocks on every core.

    Parameters
    ----------
    arcs, shapes, lanes, charges, pci, usage, lives
        As for `in_turn`.

    Returns
    -------
    sums
        Points with and without charges, by block.
    """
    blocks, count = usage.shape[0], lanes.shape.shape[0]
    sums = np.zeros((blocks, 2))
    for c in prange(blocks):
        span = (count * c // blocks, count * (c + 1) // blocks)
        worth, gain = _chunk(arcs, shapes, lanes, charges, span, pci, usage[c], lives)
        sums[c, 0] = worth
        sums[c, 1] = gain
    return sums
