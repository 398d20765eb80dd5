"""Lives that lose little against the best of their section, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from norwalk_geo.budget.kernel import Arcs, Shapes
from norwalk_geo.budget.lanes import AFTER, BEFORE, WIDTH, Charges, Floats, Integers, Lanes, Tiny
from norwalk_geo.budget.pricing import tolls, values

__all__ = ["near"]


class _List(NamedTuple):
    """Lives found: whose each is, what it does, what it loses."""

    owner: Integers
    lives: Tiny
    lost: Floats


class _Worth(NamedTuple):
    """Worth of nodes and what sections pay, side by side, and the first arc of each node."""

    toll: Floats
    value: Floats
    offset: Integers


@njit(cache=True)
def _walk(  # noqa: PLR0917, PLR0913 - compiled: arrays, not records
    arcs: Arcs,
    shapes: Shapes,
    lanes: Lanes,
    charges: Charges,
    worth: _Worth,
    section: tuple[int, int],
    most: float,
    count: int,
    found: _List,
) -> int:
    """Walk in depth through the lives of one section that lose little."""
    i, lane = section
    start = shapes.node_first[lanes.shape[i]]
    size = shapes.node_first[lanes.shape[i] + 1] - start
    years = found.lives.shape[1]
    now, spent = np.full(years, -1, np.int8), np.zeros(years + 1)
    node_at, arc_at = np.zeros(years + 1, np.int64), np.zeros(years + 1, np.int64)
    layer_at = np.zeros(years + 1, np.int64)
    layer_at[0] = BEFORE if charges.due.shape[0] else AFTER
    depth = 0
    while depth >= 0 and count < found.owner.shape[0]:
        x = node_at[depth]
        if x == size:
            found.owner[count], found.lost[count] = i, spent[depth]
            found.lives[count] = now
            count += 1
            depth -= 1
            continue
        node, a = shapes.node[start + x], arc_at[depth]
        t = arcs.year[node]
        now[t:] = -1
        if a == arcs.first[node + 1] - arcs.first[node]:
            depth -= 1
            continue
        arc_at[depth] += 1
        q, to = arcs.first[node] + a, shapes.end[worth.offset[x] + a]
        layer, j = layer_at[depth], arcs.treatment[q] + 1
        to_layer = AFTER if charges.alters[j] else layer
        z = lanes.weight[i] * arcs.benefit[q] + worth.value[to_layer, to, lane]
        z -= worth.toll[layer, t, j, lane]
        if charges.bonus.shape[0] > 0:
            z += lanes.area[i] * charges.bonus[q]
        loss = spent[depth] + worth.value[layer, x, lane] - z
        if loss <= most:
            now[t] = arcs.treatment[q]
            depth += 1
            layer_at[depth] = to_layer
            node_at[depth], arc_at[depth], spent[depth] = to, 0, loss
    return count


@njit(cache=True)
def near(
    arcs: Arcs, shapes: Shapes, lanes: Lanes, charges: Charges, most: float, room: int
) -> tuple[int, Integers, Tiny, Floats]:
    """
    List every life that loses little against the best of its section.

    Parameters
    ----------
    arcs, shapes, lanes, charges
        The graph, what states reach, the sections, and what things cost.
    most
        Points that a life may lose.
    room
        Lives to stop at.

    Returns
    -------
    count, owner, treatments, loss
        How many there are (`room` if it was too small), whose each is, what it does, what it loses.
    """
    years, treatments = charges.unit.shape[0], charges.unit.shape[2]
    toll = np.zeros((2, years, treatments + 1, WIDTH))
    value = np.empty((2, shapes.largest + 1, WIDTH))
    worth = _Worth(toll, value, np.empty(shapes.largest + 1, np.int64))
    lives = np.full((room, years), -1, np.int8)
    found = _List(np.empty(room, np.int64), lives, np.empty(room))
    count, i, total = 0, 0, lanes.shape.shape[0]
    while i < total and count < room:
        n = 1
        while n < WIDTH and i + n < total and lanes.shape[i + n] == lanes.shape[i]:
            n += 1
        k = lanes.shape[i]
        start = shapes.node_first[k]
        tolls(lanes, charges, i, n, arcs.family[shapes.node[start]], toll)
        values(arcs, shapes, lanes, charges, i, n, AFTER, toll, value)
        if charges.due.shape[0] > 0:
            values(arcs, shapes, lanes, charges, i, n, BEFORE, toll, value)
        worth.offset[0] = shapes.arc_first[k]
        for x in range(shapes.node_first[k + 1] - start - 1):
            node = shapes.node[start + x]
            worth.offset[x + 1] = worth.offset[x] + arcs.first[node + 1] - arcs.first[node]
        for lane in range(n):
            section = (i + lane, lane)
            count = _walk(arcs, shapes, lanes, charges, worth, section, most, count, found)
        i += n
    return count, found.owner, found.lives, found.lost
