"""
Better lives for one section after another, each knowing what its neighbors do, compiled.

A section looks at its best lives at several sets of prices at once: those that rule, and others
that make exceeded rows dearer and rows with something left cheaper. It takes the one that improves
the plan most, ramps counted as they are: a corner that a neighbor's earlier alteration obliges
anyway is free.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from norwalk_geo.budget.kernel import Arcs, Shapes
from norwalk_geo.budget.lanes import (
    AFTER,
    BARRED,
    BEFORE,
    CENT,
    WIDTH,
    Charges,
    Flags,
    Floats,
    Integers,
    Lanes,
    Tiny,
)
from norwalk_geo.budget.pricing import both_values
from norwalk_geo.budget.ramps.paths import follow, use_of
from norwalk_geo.budget.rows import CLOSED

__all__ = ["Corners", "Ledger", "Now", "sweep"]

CENTS = 100
_FRESH = 8  # sections between two looks at what is left
_LEAST = 1e-9  # of a section's points: less is no gain


class Corners(NamedTuple):
    """
    Corners, by row of the market.

    Parameters
    ----------
    first, corner
        First link of each section, one more at the end; corner of each link.
    leg_first, leg
        First link of each corner, one more at the end; section of each link.
    cents, cell, lead
        Cost by corner and year, first measure of its kind of dollar, and years of lead.
    """

    first: Integers
    corner: Integers
    leg_first: Integers
    leg: Integers
    cents: Integers
    cell: Integers
    lead: Integers


class Ledger(NamedTuple):
    """
    Rows of a plan.

    Parameters
    ----------
    use
        What a unit of each measure (money in cents) counts in each row.
    price, over
        Points a unit, and how many times as much an exceeded unit costs; if `over` is below zero,
        every unit costs its price and rows may be exceeded.
    own
        How much of what a section pays for ramps is its shares; the rest is what they really cost
        with its neighbors as they are.
    typical
        Units that one section's work uses, about.
    always
        First of the rows that count in the objective: every unit costs its price.
    high, low, tight
        Factors on the prices of rows that are exceeded, have much left, and have little left.
    """

    use: Floats
    price: Floats
    over: float
    own: float
    typical: Floats
    always: int
    high: Floats
    low: Floats
    tight: Floats


class Now(NamedTuple):
    """
    The plan so far, changed by every move.

    Parameters
    ----------
    lives, altered, points, mine
        Treatment by section and year, year of the first alteration, points, and use by row.
    left
        Units left by row.
    restless
        Whether a section saw another life when it last looked, better or not.
    """

    lives: Tiny
    altered: Integers
    points: Floats
    mine: Floats
    left: Floats
    restless: Flags


@njit(cache=True)
def _others(corners: Corners, altered: Integers, i: int, c: int, years: int) -> int:
    """First alteration of the other sections that oblige a corner."""
    first = years
    for k in range(corners.leg_first[c], corners.leg_first[c + 1]):
        if corners.leg[k] != i:
            first = min(first, altered[corners.leg[k]])
    return first


@njit(cache=True)
def _tilted(ledger: Ledger, left: Floats, charge: Floats) -> None:
    """Work out charges by set of prices and measure."""
    rows = left.shape[0]
    charge[:] = 0.0
    for lane in range(WIDTH):
        for r in range(rows):
            factor = ledger.tight[lane]
            if left[r] < 0.0:
                factor = ledger.high[lane]
            elif left[r] > ledger.typical[r]:
                factor = ledger.low[lane]
            if r >= ledger.always:
                factor = 1.0
            price = ledger.price[r] * factor
            for m in range(charge.shape[1]):
                charge[lane, m] += price * ledger.use[m, r]


@njit(cache=True)
def _prepare(  # noqa: C901, PLR0913, PLR0917 - compiled: arrays, not records
    lanes: Lanes,
    charges: Charges,
    corners: Corners,
    altered: Integers,
    i: int,
    f: int,
    own: float,
    charge: Floats,
    toll: Floats,
) -> None:
    """Work out what one section pays at every set of prices; ramps as its neighbors leave them."""
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    cell = charges.cell[lanes.pattern[i]]
    miles = charge.shape[1] - years * (1 + charges.unit.shape[1])
    due = np.zeros((years, WIDTH))
    for k in range(corners.first[i], corners.first[i + 1]):
        c = corners.corner[k]
        other = _others(corners, altered, i, c, years)
        free = max(other - corners.lead[c], 0)
        for t in range(other):
            at = max(t - corners.lead[c], 0)
            for lane in range(WIDTH):
                due[t, lane] += corners.cents[c, at] * charge[lane, corners.cell[c] + at]
                if other < years:
                    now = charge[lane, corners.cell[c] + free]
                    due[t, lane] -= corners.cents[c, free] * now
    for t in range(years):
        for lane in range(WIDTH):
            share = charges.due[i, t] if own > 0.0 else 0.0
            due[t, lane] = (1.0 - own) * due[t, lane] + own * share
    for t in range(years):
        for j in range(treatments + 1):
            at = cell[t, j]
            cents = 0.0 if j == 0 else lanes.cost[i] * charges.unit[t, f, j - 1] * CENTS
            for lane in range(WIDTH):
                price = BARRED if at == CLOSED else 0.0
                if at >= 0:
                    price = cents * charge[lane, at]
                    is_free = cell[t, 0] != CLOSED
                    if is_free and cents > (charges.most[at] + CENT) * CENTS:
                        price = BARRED
                if j > 0:
                    price += lanes.miles[i] * charge[lane, miles + t]
                toll[AFTER, t, j, lane] = price
                toll[BEFORE, t, j, lane] = price + (due[t, lane] if charges.alters[j] else 0.0)


@njit(cache=True)
def _ramps_change(
    corners: Corners, altered: Integers, i: int, then: int, use: Floats, years: int, change: Floats
) -> None:
    """Add what the bill for ramps changes by if a section first alters in another year."""
    for k in range(corners.first[i], corners.first[i + 1]):
        c = corners.corner[k]
        other = _others(corners, altered, i, c, years)
        before, after = min(other, altered[i]), min(other, then)
        if before == after:
            continue
        for t, sign in ((before, -1.0), (after, 1.0)):
            if t < years:
                at = max(t - corners.lead[c], 0)
                for r in range(change.shape[0]):
                    change[r] += sign * corners.cents[c, at] * use[corners.cell[c] + at, r]


@njit(cache=True)
def _merit(ledger: Ledger, left: Floats, change: Floats) -> float:
    """Points that a change of use costs."""
    cost = 0.0
    for r in range(change.shape[0]):
        if ledger.over < 0.0 or r >= ledger.always:
            cost += ledger.price[r] * change[r]
        else:
            before, after = max(-left[r], 0.0), max(change[r] - left[r], 0.0)
            cost += ledger.over * ledger.price[r] * (after - before)
    return cost


@njit(cache=True)
def _wake(corners: Corners, now: Now, i: int) -> None:
    """Let the sections that share corners with one look again."""
    for k in range(corners.first[i], corners.first[i + 1]):
        c = corners.corner[k]
        for leg in corners.leg[corners.leg_first[c] : corners.leg_first[c + 1]]:
            now.restless[leg] = True


class _Room(NamedTuple):
    """Arrays that every section's turn writes over."""

    toll: Floats
    value: Floats
    charge: Floats
    life: Tiny
    mine: Floats
    change: Floats
    best: Tiny
    kept: Floats


@njit(cache=True)
def _turn(  # noqa: PLR0913, PLR0917 - compiled: arrays, not records
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    corners: Corners,
    ledger: Ledger,
    now: Now,
    i: int,
    pci: Floats,
    room: _Room,
) -> bool:
    """Let one section choose anew; whether it takes another life."""
    toll, value, charge, life, mine, change, best, kept = room
    rows, years = now.left.shape[0], charges.unit.shape[0]
    family = arcs.family[shapes.node[shapes.node_first[lanes.shape[i]]]]
    _prepare(lanes, charges, corners, now.altered, i, family, ledger.own, charge, toll)
    both_values(arcs, shapes, lanes, charges, i, 1, toll, value)
    top, points, first = _LEAST * (1.0 + abs(now.points[i])), 0.0, -1
    now.restless[i] = False
    for lane in range(WIDTH if ledger.over >= 0.0 else 1):
        gain, altered, allowed = follow(arcs, shapes, lanes, charges, (i, lane), toll, value, life)
        if not allowed or (life == now.lives[i]).all():
            continue
        now.restless[i] = True
        use_of(lanes, charges, arcs, shapes, ledger.use, pci, i, life, mine)
        for r in range(rows):
            change[r] = mine[r] - now.mine[i, r]
        _ramps_change(corners, now.altered, i, altered, ledger.use, years, change)
        merit = gain - now.points[i] - _merit(ledger, now.left, change)
        # While sections answer each other, each does what is best at the prices that rule.
        if merit > top or (ledger.over < 0.0 and lane == 0):
            top, points, first = merit, gain, altered
            best[:], kept[0], kept[1] = life, mine, change
    if first >= 0:
        if first != now.altered[i]:
            _wake(corners, now, i)
        now.lives[i], now.altered[i], now.points[i] = best, first, points
        now.mine[i] = kept[0]
        for r in range(rows):
            now.left[r] -= kept[1, r]
    return first >= 0


@njit(cache=True)
def sweep(  # noqa: PLR0913, PLR0917 - compiled: arrays, not records
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    corners: Corners,
    ledger: Ledger,
    now: Now,
    order: Integers,
    pci: Floats,
) -> int:
    """
    Let sections choose anew, one after another.

    Parameters
    ----------
    arcs, shapes, lanes, charges, corners
        The graph, the sections, what things cost, and the corners.
    ledger
        The rows and their prices.
    now
        Changed: the plan.
    order
        Sections that choose, in turn.
    pci
        Condition by family and age; empty where no row counts condition.

    Returns
    -------
    moves
        How many took another life.
    """
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    rows, measures = now.left.shape[0], ledger.use.shape[0]
    room = _Room(
        np.zeros((2, years, treatments + 1, WIDTH)),
        np.empty((2, shapes.largest + 1, WIDTH)),
        np.empty((WIDTH, measures)),
        np.empty(years, np.int8),
        np.empty(rows),
        np.empty(rows),
        np.empty(years, np.int8),
        np.empty((2, rows)),
    )
    moves = 0
    for n in range(order.shape[0]):
        if n % _FRESH == 0:
            _tilted(ledger, now.left, room.charge)
        if _turn(arcs, shapes, lanes, charges, corners, ledger, now, order[n], pci, room):
            moves += 1
    return moves
