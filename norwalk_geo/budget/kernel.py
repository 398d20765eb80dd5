"""
The life-cycle graph and its passes, compiled.

A node is a state at the start of a year: year, family, seals so far, months of effective age. An
arc does nothing for a year, or treats and waits out the lock-out. Benefits are weighted points,
costs dollars, both per square yard, so that every section of one state shares one node. All loops
run in a fixed order: the same input gives the same bits.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = [
    "Arcs",
    "Moves",
    "Shapes",
    "Worth",
    "best",
    "flow",
    "graph",
    "reachable",
    "shapes",
    "trace",
]

MONTHS = 12
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Small: TypeAlias = npt.NDArray[np.int32]
Tiny: TypeAlias = npt.NDArray[np.int8]


class Moves(NamedTuple):
    """
    What may be done in which state.

    Parameters
    ----------
    next_age
        Months after a treatment by family, treatment, seals and age; −1 where it is not open.
    next_seals
        Seals after a treatment, by treatment and seals.
    lockout
        Years until the next work, by treatment.
    is_open
        Whether a year has money at all.
    """

    next_age: Small
    next_seals: Small
    lockout: Integers
    is_open: npt.NDArray[np.bool_]


class Worth(NamedTuple):
    """
    What a square yard is worth and what it costs.

    Parameters
    ----------
    pci
        Condition by family and age.
    weight
        Weight by family.
    cost
        Dollars by year, family and treatment.
    terminal
        Years that the condition at the end counts for.
    """

    pci: Floats
    weight: Floats
    cost: Floats
    terminal: float


class Arcs(NamedTuple):
    """
    The graph: arcs `first[n]` to `first[n + 1]` leave node n; the last node is the end of the plan.

    Parameters
    ----------
    first, year, family
        First arc, year and family, by node.
    end, benefit, cost, treatment, after
        Node reached, weighted points, dollars, treatment (−1 for none) and age just
        after the move, by arc.
    """

    first: Integers
    year: Small
    family: Small
    end: Small
    benefit: Floats
    cost: Floats
    treatment: Tiny
    after: Small


class Shapes(NamedTuple):
    """
    The part of the graph that each starting state can reach, its nodes numbered from zero.

    Parameters
    ----------
    node_first, node
        First node of each shape, one more at the end; node of the graph.
    arc_first, end
        First arc of each shape, one more at the end; node reached, the arcs being in the order of
        the graph's. The number after the last node is the end of the plan.
    largest
        Nodes of the largest shape.
    """

    node_first: Integers
    node: Small
    arc_first: Integers
    end: Small
    largest: int


@njit(cache=True)
def reachable(starts: Integers, moves: Moves) -> tuple[Small, int, int]:
    """
    Number the states that can be reached, year by year.

    Parameters
    ----------
    starts
        Family, seals and age of each state at the start.
    moves
        What may be done.

    Returns
    -------
    number, nodes, arcs
        Node by year, family, seals and age (−1 where not reached), and how many there are.
    """
    years = moves.is_open.shape[0]
    families, treatments, seal_states, ages = moves.next_age.shape
    number = np.full((years, families, seal_states, ages), -1, np.int32)
    for k in range(starts.shape[0]):
        number[0, starts[k, 0], starts[k, 1], starts[k, 2]] = 0
    nodes, arcs = 0, 0
    for t in range(years):
        for f, s, a in np.argwhere(number[t] >= 0):
            number[t, f, s, a] = nodes
            nodes += 1
            for j in range(-1, treatments if moves.is_open[t] else 0):
                b = a if j < 0 else moves.next_age[f, j, s, a]
                if b < 0:
                    continue
                arcs += 1
                k = 1 if j < 0 else moves.lockout[j]
                if t + k < years:
                    after = s if j < 0 else moves.next_seals[j, s]
                    number[t + k, f, after, min(b + MONTHS * k, ages - 1)] = 0
    return number, nodes, arcs


@njit(cache=True)
def _points(pci: Floats, f: int, age: int, years: int) -> float:
    """Add up the condition at the end of each of some years, from an age on."""
    last = pci.shape[1] - 1
    total = 0.0
    for m in range(1, years + 1):
        total += pci[f, min(age + MONTHS * m, last)]
    return total


@njit(cache=True)
def graph(number: Small, size: tuple[int, int], moves: Moves, worth: Worth) -> Arcs:
    """
    Lay out the arcs of every node, doing nothing first.

    Parameters
    ----------
    number, size
        From `reachable`: node of each state; count of nodes and of arcs.
    moves
        What may be done.
    worth
        What it is worth and what it costs.

    Returns
    -------
    arcs
        The graph.
    """
    nodes, arcs = size
    years, _, _, ages = number.shape
    first, year = np.zeros(nodes + 1, np.int64), np.zeros(nodes, np.int32)
    family, landed = np.zeros(nodes, np.int32), np.empty(arcs, np.int32)
    end, treatment = np.empty(arcs, np.int32), np.empty(arcs, np.int8)
    benefit, cost = np.empty(arcs), np.empty(arcs)
    q = 0
    for t in range(years):
        for f, s, a in np.argwhere(number[t] >= 0):
            first[number[t, f, s, a]] = q
            year[number[t, f, s, a]] = t
            family[number[t, f, s, a]] = f
            for j in range(-1, moves.next_age.shape[1] if moves.is_open[t] else 0):
                b = a if j < 0 else moves.next_age[f, j, s, a]
                if b < 0:
                    continue
                k = 1 if j < 0 else min(moves.lockout[j], years - t)
                c = min(b + MONTHS * k, ages - 1)
                points = _points(worth.pci, f, b, k)
                if t + k == years:
                    points += worth.terminal * worth.pci[f, c]
                    end[q] = nodes
                else:
                    end[q] = number[t + k, f, s if j < 0 else moves.next_seals[j, s], c]
                benefit[q] = worth.weight[f] * points
                landed[q] = b
                cost[q] = 0.0 if j < 0 else worth.cost[t, f, j]
                treatment[q] = j
                q += 1
    first[nodes] = q
    return Arcs(first, year, family, end, benefit, cost, treatment, landed)


@njit(cache=True)
def _reach(arcs: Arcs, start: int, seen: Integers, found: Integers, stamp: int) -> int:
    """Collect the nodes that a node can reach, sorted; return how many."""
    last = arcs.year.shape[0]
    seen[start] = stamp
    found[0] = start
    count, at = 1, 0
    while at < count:
        n = found[at]
        at += 1
        for q in range(arcs.first[n], arcs.first[n + 1]):
            m = arcs.end[q]
            if m < last and seen[m] != stamp:
                seen[m] = stamp
                found[count] = m
                count += 1
    found[:count] = np.sort(found[:count])
    return count


@njit(cache=True)
def shapes(arcs: Arcs, starts: Integers) -> Shapes:
    """
    Cut out what each starting state can reach.

    Parameters
    ----------
    arcs
        The graph.
    starts
        Node of each starting state.

    Returns
    -------
    shapes
        Small graphs that fit a processor's cache.
    """
    last, kinds = arcs.year.shape[0], starts.shape[0]
    seen, found = np.full(last + 1, -1, np.int64), np.empty(last, np.int64)
    node_first, arc_first = np.zeros(kinds + 1, np.int64), np.zeros(kinds + 1, np.int64)
    for k in range(kinds):
        count = _reach(arcs, starts[k], seen, found, k)
        node_first[k + 1] = node_first[k] + count
        arc_first[k + 1] = arc_first[k]
        for n in found[:count]:
            arc_first[k + 1] += arcs.first[n + 1] - arcs.first[n]
    node, end = np.empty(node_first[kinds], np.int32), np.empty(arc_first[kinds], np.int32)
    local = np.empty(last + 1, np.int64)
    seen[:] = -1
    for k in range(kinds):
        count = _reach(arcs, starts[k], seen, found, k)
        for x in range(count):
            local[found[x]] = x
            node[node_first[k] + x] = found[x]
        local[last] = count
        e = arc_first[k]
        for n in found[:count]:
            for q in range(arcs.first[n], arcs.first[n + 1]):
                end[e] = local[arcs.end[q]]
                e += 1
    largest = 0
    for k in range(kinds):
        largest = max(largest, node_first[k + 1] - node_first[k])
    return Shapes(node_first, node, arc_first, end, largest)


@njit(cache=True)
def best(arcs: Arcs, prices: Floats) -> tuple[Floats, Integers]:
    """
    Find the best life from every node at given prices.

    Parameters
    ----------
    arcs
        The graph.
    prices
        Weighted points per dollar, by year.

    Returns
    -------
    value, choice
        Worth of the best life by node, and its first arc; of equals the one that does less.
    """
    nodes = arcs.year.shape[0]
    value = np.zeros(nodes + 1)
    choice = np.empty(nodes, np.int64)
    for n in range(nodes - 1, -1, -1):
        top, arc = -np.inf, arcs.first[n]
        for q in range(arcs.first[n], arcs.first[n + 1]):
            z = arcs.benefit[q] - prices[arcs.year[n]] * arcs.cost[q] + value[arcs.end[q]]
            if z > top:
                top, arc = z, q
        value[n] = top
        choice[n] = arc
    return value, choice


@njit(cache=True)
def flow(arcs: Arcs, choice: Integers, area: Floats, years: int) -> tuple[float, Floats]:
    """
    Send each node's area along the chosen arcs.

    Parameters
    ----------
    arcs
        The graph.
    choice
        Arc taken from each node.
    area
        Square yards that start at each node.
    years
        Years of the plan.

    Returns
    -------
    benefit, spent
        Weighted points, and dollars by year.
    """
    nodes = arcs.year.shape[0]
    through = np.zeros(nodes + 1)
    spent = np.zeros(years)
    total = 0.0
    for n in range(nodes):
        here = area[n] + through[n]
        if here == 0.0:
            continue
        q = choice[n]
        total += here * arcs.benefit[q]
        spent[arcs.year[n]] += here * arcs.cost[q]
        through[arcs.end[q]] += here
    return total, spent


@njit(cache=True)
def trace(
    arcs: Arcs, choice: Integers, starts: Integers, years: int
) -> tuple[Tiny, Floats, Floats]:
    """
    Follow the chosen arcs from some nodes to the end.

    Parameters
    ----------
    arcs
        The graph.
    choice
        Arc taken from each node.
    starts
        Nodes to start from.
    years
        Years of the plan.

    Returns
    -------
    treatments, dollars, points
        Treatment and dollars by start and year, and weighted points by start.
    """
    count, last = starts.shape[0], arcs.year.shape[0]
    treatments = np.full((count, years), -1, np.int8)
    dollars = np.zeros((count, years))
    points = np.zeros(count)
    for k in range(count):
        n = starts[k]
        while n < last:
            q = choice[n]
            treatments[k, arcs.year[n]] = arcs.treatment[q]
            dollars[k, arcs.year[n]] = arcs.cost[q]
            points[k] += arcs.benefit[q]
            n = arcs.end[q]
    return treatments, dollars, points
