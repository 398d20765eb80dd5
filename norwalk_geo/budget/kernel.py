"""
The life-cycle graph and its two passes, compiled.

A node is a state at the start of a year: year, family, seals so far, months of effective age. An arc
does nothing for a year, or treats and waits out the lock-out. Benefits are weighted points, costs
dollars, both per square yard, so that every section of one state shares one node. All loops run in a
fixed order: the same input gives the same bits.
"""

from __future__ import annotations

import numpy as np
from numba import njit

MONTHS = 12


@njit(cache=True)
def reachable(starts, next_age, next_seals, lockout, is_open, years):
    """
    Number the states that can be reached, year by year.

    `starts` has a row (family, seals, age) a state at the start. `is_open[t]` is false in years
    without money. Returns the number of each state (−1 where not reached) and the count of nodes
    and arcs.
    """
    families, treatments, seal_states, ages = next_age.shape
    number = np.full((years, families, seal_states, ages), -1, np.int32)
    for k in range(starts.shape[0]):
        number[0, starts[k, 0], starts[k, 1], starts[k, 2]] = 0
    nodes, arcs = 0, 0
    for t in range(years):
        for f in range(families):
            for s in range(seal_states):
                for a in range(ages):
                    if number[t, f, s, a] < 0:
                        continue
                    number[t, f, s, a] = nodes
                    nodes += 1
                    arcs += 1
                    if t + 1 < years:
                        number[t + 1, f, s, min(a + MONTHS, ages - 1)] = 0
                    if not is_open[t]:
                        continue
                    for j in range(treatments):
                        b = next_age[f, j, s, a]
                        if b < 0:
                            continue
                        arcs += 1
                        k = min(lockout[j], years - t)
                        if t + k < years:
                            c = min(b + MONTHS * k, ages - 1)
                            number[t + k, f, next_seals[j, s], c] = 0
    return number, nodes, arcs


@njit(cache=True)
def graph(number, nodes, arcs, pci, next_age, next_seals, lockout, is_open, weight, cost, terminal):
    """
    Lay out the arcs of every node, nothing first; `nodes` itself is the end of the plan.

    `cost[t, f, j]` in dollars per square yard. The last year's condition counts `terminal` times more.
    """
    years, families, seal_states, ages = number.shape
    treatments = next_age.shape[1]
    first = np.zeros(nodes + 1, np.int64)
    year = np.zeros(nodes, np.int32)
    end = np.empty(arcs, np.int32)
    benefit = np.empty(arcs, np.float64)
    price = np.empty(arcs, np.float64)
    treatment = np.empty(arcs, np.int8)
    q = 0
    for t in range(years):
        for f in range(families):
            for s in range(seal_states):
                for a in range(ages):
                    n = number[t, f, s, a]
                    if n < 0:
                        continue
                    first[n] = q
                    year[n] = t
                    for j in range(-1, treatments if is_open[t] else 0):
                        b = a if j < 0 else next_age[f, j, s, a]
                        if b < 0:
                            continue
                        k = 1 if j < 0 else min(lockout[j], years - t)
                        points = 0.0
                        for m in range(1, k + 1):
                            points += pci[f, min(b + MONTHS * m, ages - 1)]
                        c = min(b + MONTHS * k, ages - 1)
                        if t + k == years:
                            points += terminal * pci[f, c]
                            end[q] = nodes
                        else:
                            end[q] = number[t + k, f, s if j < 0 else next_seals[j, s], c]
                        benefit[q] = weight[f] * points
                        price[q] = 0.0 if j < 0 else cost[t, f, j]
                        treatment[q] = j
                        q += 1
    first[nodes] = q
    return first, year, end, benefit, price, treatment


@njit(cache=True)
def best(first, year, end, benefit, cost, prices):
    """Value of every node at these prices, and its best arc; of equals the one that spends less."""
    nodes = year.shape[0]
    value = np.zeros(nodes + 1)
    choice = np.empty(nodes, np.int64)
    for n in range(nodes - 1, -1, -1):
        top, arc = -np.inf, first[n]
        for q in range(first[n], first[n + 1]):
            z = benefit[q] - prices[year[n]] * cost[q] + value[end[q]]
            if z > top:
                top, arc = z, q
        value[n] = top
        choice[n] = arc
    return value, choice


@njit(cache=True)
def flow(first, year, end, benefit, cost, choice, area, years):
    """Send each node's area along the chosen arcs: total benefit and dollars by year."""
    nodes = year.shape[0]
    through = np.zeros(nodes + 1)
    spent = np.zeros(years)
    total = 0.0
    for n in range(nodes):
        here = area[n] + through[n]
        if here == 0.0:
            continue
        q = choice[n]
        total += here * benefit[q]
        spent[year[n]] += here * cost[q]
        through[end[q]] += here
    return total, spent


@njit(cache=True)
def trace(nodes_at_start, year, end, benefit, cost, treatment, choice, years):
    """Follow the chosen arcs from each start: treatment and dollars by year, and the benefit."""
    count = nodes_at_start.shape[0]
    last = year.shape[0]
    chosen = np.full((count, years), -1, np.int8)
    dollars = np.zeros((count, years))
    points = np.zeros(count)
    for k in range(count):
        n = nodes_at_start[k]
        while n < last:
            q = choice[n]
            chosen[k, year[n]] = treatment[q]
            dollars[k, year[n]] = cost[q]
            points[k] += benefit[q]
            n = end[q]
    return chosen, dollars, points
