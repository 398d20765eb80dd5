"""Lives with one treatment: a few sections can need one that no prices pick out."""

from __future__ import annotations

import numpy as np
from numba import njit

from norwalk_geo.budget.kernel import Arcs, Floats, Integers, Tiny

__all__ = ["single"]


@njit(cache=True)
def single(arcs: Arcs, starts: Integers, years: int) -> tuple[Integers, Tiny, Floats, Floats]:
    """
    List every life that treats once.

    Parameters
    ----------
    arcs
        The graph.
    starts
        Nodes to start from.
    years
        Years of the plan.

    Returns
    -------
    start, treatments, dollars, points
        Start by life, treatment and dollars by life and year, and weighted points by life.
    """
    last = arcs.year.shape[0]
    idle = np.zeros(last + 1)
    for n in range(last - 1, -1, -1):
        idle[n] = arcs.benefit[arcs.first[n]] + idle[arcs.end[arcs.first[n]]]
    count = 0
    for k in range(starts.shape[0]):
        n = starts[k]
        while n < last:
            count += arcs.first[n + 1] - arcs.first[n] - 1
            n = arcs.end[arcs.first[n]]
    start, points = np.empty(count, np.int64), np.empty(count)
    treatments = np.full((count, years), -1, np.int8)
    dollars = np.zeros((count, years))
    row = 0
    for k in range(starts.shape[0]):
        n, before = starts[k], 0.0
        while n < last:
            for q in range(arcs.first[n] + 1, arcs.first[n + 1]):
                start[row] = k
                treatments[row, arcs.year[n]] = arcs.treatment[q]
                dollars[row, arcs.year[n]] = arcs.cost[q]
                points[row] = before + arcs.benefit[q] + idle[arcs.end[q]]
                row += 1
            before += arcs.benefit[arcs.first[n]]
            n = arcs.end[arcs.first[n]]
    return start, treatments, dollars, points
