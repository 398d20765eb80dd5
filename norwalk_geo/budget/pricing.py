"""
What every section would do at given charges, compiled.

With charges sections do not compete: the best life of each is a longest path through what its state
can reach. Where ramps are due the path has two layers, before and after the first alteration.
Sections of one state are worked on side by side; blocks are fixed, so that the same input gives the
same bits on any machine.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from norwalk_geo.budget.kernel import MONTHS, Arcs, Shapes
from norwalk_geo.budget.lanes import (
    AFTER,
    BARRED,
    BEFORE,
    WIDTH,
    Charges,
    Flags,
    Floats,
    Integers,
    Lanes,
    Lives,
    Tiny,
    point_benefit,
    tolls,
)

__all__ = [
    "BARRED",
    "WIDTH",
    "Charges",
    "Flags",
    "Floats",
    "Integers",
    "Lanes",
    "Lives",
    "Tiny",
    "both_values",
    "in_parallel",
    "in_turn",
    "point_benefit",
    "tolls",
    "values",
]


@njit(cache=True)
def values(  # noqa: PLR0913, PLR0917 - compiled: arrays, not records
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    i: int,
    n: int,
    layer: int,
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
    layer
        Before or after the first alteration; after comes first.
    toll
        What each pays.
    value
        Filled in that layer: points by layer, node and section.

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
    value[layer, count] = 0.0
    for x in range(count - 1, -1, -1):
        node = shapes.node[start + x]
        t = arcs.year[node]
        here[:] = -np.inf
        for q in range(arcs.first[node + 1] - 1, arcs.first[node] - 1, -1):
            e -= 1
            m, j, benefit = shapes.end[e], arcs.treatment[q] + 1, arcs.benefit[q]
            to = AFTER if charges.alters[j] else layer
            if has_bonus:
                bonus = charges.bonus[q]
                for lane in range(WIDTH):
                    z = weight[lane] * benefit + area[lane] * bonus - toll[layer, t, j, lane]
                    z += value[to, m, lane]
                    here[lane] = max(here[lane], z)
            else:
                for lane in range(WIDTH):
                    z = weight[lane] * benefit - toll[layer, t, j, lane] + value[to, m, lane]
                    here[lane] = max(here[lane], z)
        value[layer, x] = here


@njit(cache=True)
def both_values(
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
    Find the worth of the best life from every node, before and after the first alteration.

    One pass does for both what `values` does for each, and to the same bit.

    Parameters
    ----------
    arcs, shapes, lanes, charges, i, n, toll, value
        As for `values`.

    Returns
    -------
    nothing
        The result is in `value`.
    """
    k = lanes.shape[i]
    start = shapes.node_first[k]
    count = shapes.node_first[k + 1] - start
    weight, area = np.empty(WIDTH), np.empty(WIDTH)
    before, after = np.empty(WIDTH), np.empty(WIDTH)
    for lane in range(WIDTH):
        weight[lane] = lanes.weight[i + min(lane, n - 1)]
        area[lane] = lanes.area[i + min(lane, n - 1)]
    has_bonus = charges.bonus.shape[0] > 0
    e = shapes.arc_first[k + 1]
    value[:, count] = 0.0
    for x in range(count - 1, -1, -1):
        node = shapes.node[start + x]
        t = arcs.year[node]
        before[:] = -np.inf
        after[:] = -np.inf
        for q in range(arcs.first[node + 1] - 1, arcs.first[node] - 1, -1):
            e -= 1
            m, j, benefit = shapes.end[e], arcs.treatment[q] + 1, arcs.benefit[q]
            to = AFTER if charges.alters[j] else BEFORE
            bonus = charges.bonus[q] if has_bonus else 0.0
            for lane in range(WIDTH):
                points = weight[lane] * benefit
                if has_bonus:
                    points += area[lane] * bonus
                z = points - toll[AFTER, t, j, lane] + value[AFTER, m, lane]
                after[lane] = max(after[lane], z)
                z = points - toll[BEFORE, t, j, lane] + value[to, m, lane]
                before[lane] = max(before[lane], z)
        value[AFTER, x] = after
        value[BEFORE, x] = before


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
) -> tuple[float, int]:
    """Follow the best life of one section, counting what it uses; return benefit and alteration."""
    k, years, cells = lanes.shape[i], charges.unit.shape[0], usage.shape[0]
    start = shapes.node_first[k]
    count = shapes.node_first[k + 1] - start
    x, e, total, last = 0, shapes.arc_first[k], 0.0, pci.shape[1] - 1
    has_bonus = charges.bonus.shape[0] > 0
    seen, altered, layer = 0, years, BEFORE if charges.due.shape[0] else AFTER
    while x < count:
        for at in range(seen, x):
            node = shapes.node[start + at]
            e += arcs.first[node + 1] - arcs.first[node]
        seen, node = x, shapes.node[start + x]
        t, f = arcs.year[node], arcs.family[node]
        top, arc, to = -np.inf, arcs.first[node], 0
        for q in range(arcs.first[node], arcs.first[node + 1]):
            j = arcs.treatment[q] + 1
            then = value[AFTER if charges.alters[j] else layer]
            z = lanes.weight[i] * arcs.benefit[q] - toll[layer, t, j, lane]
            z += then[shapes.end[e + q - arcs.first[node]], lane]
            if has_bonus:
                z += lanes.area[i] * charges.bonus[q]
            if z > top:
                top, arc, to = z, q, shapes.end[e + q - arcs.first[node]]
        total, j = total + lanes.weight[i] * arcs.benefit[arc], arcs.treatment[arc]
        if layer == BEFORE and charges.alters[j + 1]:
            layer, altered = AFTER, t
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
    return total, altered


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
    toll = np.zeros((2, years, treatments + 1, WIDTH))
    value = np.empty((2, shapes.largest + 1, WIDTH))
    has_due = charges.due.shape[0] > 0
    wants = lives.value.shape[0] > 0
    nobody = np.empty(0, np.int8)
    worth, gain = 0.0, 0.0
    while i < last:
        n = 1
        while n < WIDTH and i + n < last and lanes.shape[i + n] == lanes.shape[i]:
            n += 1
        family = arcs.family[shapes.node[shapes.node_first[lanes.shape[i]]]]
        tolls(lanes, charges, i, n, family, toll)
        if has_due:
            both_values(arcs, shapes, lanes, charges, i, n, toll, value)
        else:
            values(arcs, shapes, lanes, charges, i, n, AFTER, toll, value)
        for lane in range(n):
            life = lives.treatments[i + lane] if wants else nobody
            benefit, altered = _count(
                arcs, shapes, lanes, charges, i + lane, lane, toll, value, pci, usage, life
            )
            top = value[BEFORE if has_due else AFTER, 0, lane]
            worth += top
            gain += benefit
            if has_due:
                lives.altered[i + lane] = altered
            if wants:
                lives.value[i + lane] = top
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
