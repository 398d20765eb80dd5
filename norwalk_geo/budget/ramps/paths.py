"""One section's best life at several sets of prices, and what a life uses, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from norwalk_geo.budget.kernel import MONTHS, Arcs, Shapes
from norwalk_geo.budget.lanes import AFTER, BARRED, BEFORE, Charges, Floats, Lanes, Tiny

__all__ = ["follow", "use_all", "use_of"]

CENTS = 100


@njit(cache=True)
def follow(
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    place: tuple[int, int],
    toll: Floats,
    value: Floats,
    life: Tiny,
) -> tuple[float, int, bool]:
    """
    Follow the best life of a section at one set of prices.

    Parameters
    ----------
    arcs, shapes, lanes, charges
        The graph, the sections, and what things cost.
    place
        The section and the set of prices.
    toll, value
        What it pays, and the worth of nodes, by layer and set of prices.
    life
        Filled: treatment by year.

    Returns
    -------
    points, altered, allowed
        Without charges; year of the first alteration, the number of years for none; and whether the
        life does only what may be done.
    """
    i, lane = place
    k, years = lanes.shape[i], charges.unit.shape[0]
    start = shapes.node_first[k]
    count = shapes.node_first[k + 1] - start
    life[:] = -1
    x, e, at, total, altered, layer = 0, shapes.arc_first[k], 0, 0.0, years, BEFORE
    has_bonus, allowed = charges.bonus.shape[0] > 0, True
    while x < count:
        while at < x:
            node = shapes.node[start + at]
            e += arcs.first[node + 1] - arcs.first[node]
            at += 1
        node = shapes.node[start + x]
        t, first = arcs.year[node], arcs.first[node]
        top, arc, to = -np.inf, first, 0
        for q in range(first, arcs.first[node + 1]):
            j = arcs.treatment[q] + 1
            then = AFTER if charges.alters[j] else layer
            z = lanes.weight[i] * arcs.benefit[q] - toll[layer, t, j, lane]
            z += value[then, shapes.end[e + q - first], lane]
            if has_bonus:
                z += lanes.area[i] * charges.bonus[q]
            if z > top:
                top, arc, to = z, q, shapes.end[e + q - first]
        j = arcs.treatment[arc]
        total += lanes.weight[i] * arcs.benefit[arc]
        allowed = allowed and toll[AFTER, t, j + 1, lane] < BARRED / 2
        if layer == BEFORE and charges.alters[j + 1]:
            layer, altered = AFTER, t
        life[t] = j
        x = to
    return total, altered, allowed


@njit(cache=True)
def use_of(  # noqa: C901, PLR0913, PLR0917 - compiled: arrays, not records
    lanes: Lanes,
    charges: Charges,
    arcs: Arcs,
    shapes: Shapes,
    use: Floats,
    pci: Floats,
    i: int,
    life: Tiny,
    mine: Floats,
) -> None:
    """
    Add up what a life uses of every row, ramps apart.

    Parameters
    ----------
    lanes, charges, arcs, shapes
        The sections, what their work costs, and the graph.
    use
        What a unit of each measure counts in each row.
    pci
        Condition by family and age; empty where no row counts condition.
    i
        The section.
    life
        Treatment by year.
    mine
        Filled: units by row.

    Returns
    -------
    nothing
        The result is in `mine`.
    """
    years, families = charges.unit.shape[0], charges.unit.shape[1]
    measures, rows = use.shape
    miles = measures - years * (1 + families)
    start = shapes.node_first[lanes.shape[i]]
    node = shapes.node[start]
    f, last = arcs.family[node], arcs.year.shape[0]
    mine[:] = 0.0
    for t in range(years):
        if life[t] >= 0:
            cents = np.rint(lanes.cost[i] * charges.unit[t, f, life[t]] * CENTS)
            at = charges.cell[lanes.pattern[i], t, life[t] + 1]
            for r in range(rows):
                if at >= 0:
                    mine[r] += cents * use[at, r]
                mine[r] += lanes.miles[i] * use[miles + t, r]
    if not pci.shape[0]:
        return
    while node < last:
        t = arcs.year[node]
        for q in range(arcs.first[node], arcs.first[node + 1]):
            if arcs.treatment[q] == life[t]:
                to = arcs.end[q]
                for u in range(t, years if to == last else arcs.year[to]):
                    age = min(arcs.after[q] + MONTHS * (u - t + 1), pci.shape[1] - 1)
                    points = lanes.area[i] * pci[f, age]
                    for r in range(rows):
                        mine[r] += points * use[miles + years * (1 + f) + u, r]
                node = to
                break


@njit(cache=True)
def use_all(
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    use: Floats,
    pci: Floats,
    lives: Tiny,
    mine: Floats,
) -> None:
    """
    Add up what every section's life uses of every row, ramps apart.

    Parameters
    ----------
    arcs, shapes, lanes, charges, use, pci
        As for `use_of`.
    lives
        Treatment by section and year.
    mine
        Filled: units by section and row.

    Returns
    -------
    nothing
        The result is in `mine`.
    """
    for i in range(lives.shape[0]):
        use_of(lanes, charges, arcs, shapes, use, pci, i, lives[i], mine[i])
