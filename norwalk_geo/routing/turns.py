"""
Turns that cost time or are forbidden, made part of the network.

A way then leads over arcs instead of nodes: from where it begins (places 0 to n − 1) to an arc,
from arc to arc with the cost of the turn, and from an arc to the node where it ends (places n to
2n − 1). It is the same search over more places, and as exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from norwalk_geo.routing.arrays import Integers
from norwalk_geo.routing.layout import Drawn

__all__ = ["FORBIDDEN", "Turns", "expand"]

FORBIDDEN = -1


class Turns(NamedTuple):
    """
    Turns that cost something, one a row.

    Parameters
    ----------
    from_edge, via, to_edge
        Row of the edge that the traveller comes by, node of the turn, row of the edge that follows.
    cost
        Added to the cost of the edges; −1 where the turn is forbidden.
    """

    from_edge: Integers
    via: Integers
    to_edge: Integers
    cost: Integers


def expand(drawn: Drawn, turns: Turns, n_nodes: int) -> tuple[Drawn, int]:
    """
    Make a network whose places are arcs.

    Parameters
    ----------
    drawn
        Arcs between nodes.
    turns
        What turns cost; others cost nothing.
    n_nodes
        Nodes.

    Returns
    -------
    drawn, n_places
        Arcs between the places of the module's head, and how many places there are.
    """
    count = len(drawn.tail)
    arc = 2 * n_nodes + np.arange(count)
    coming, going = _pairs(drawn, n_nodes)
    added = _added(drawn, turns, coming, going)
    allowed = added != FORBIDDEN
    coming, going, added = coming[allowed], going[allowed], added[allowed]
    nodes = np.arange(n_nodes)
    nothing = np.zeros(count + n_nodes, dtype="int64")
    made = Drawn(
        np.concatenate([drawn.tail, arc[coming], arc, nodes]),
        np.concatenate([arc, arc[going], drawn.head + n_nodes, nodes + n_nodes]),
        np.concatenate([drawn.cost, drawn.cost[going] + added, nothing]),
        np.concatenate([drawn.edge, drawn.edge[going], nothing - 1]),
    )
    return made, 2 * n_nodes + count


def _pairs(drawn: Drawn, n_nodes: int) -> tuple[Integers, Integers]:
    """List every arc with every arc that can follow it."""
    leaving = np.argsort(drawn.tail, kind="stable")
    degree = np.bincount(drawn.tail, minlength=n_nodes)
    first = np.cumsum(degree) - degree
    follow = degree[drawn.head]
    coming = np.repeat(np.arange(len(drawn.tail)), follow)
    within = np.arange(len(coming)) - np.repeat(np.cumsum(follow) - follow, follow)
    return coming, leaving[np.repeat(first[drawn.head], follow) + within]


def _added(drawn: Drawn, turns: Turns, coming: Integers, going: Integers) -> Integers:
    """Look up what each turn adds; of several rows for one turn the dearest counts."""
    dear = np.where(turns.cost == FORBIDDEN, np.iinfo("int64").max, turns.cost)
    order = np.lexsort((-dear, turns.via, turns.to_edge, turns.from_edge))
    known = np.stack([turns.from_edge, turns.to_edge, turns.via])[:, order]
    asked = np.stack([drawn.edge[coming], drawn.edge[going], drawn.head[coming]])
    _, number = np.unique(np.concatenate([known, asked], axis=1), axis=1, return_inverse=True)
    number = number.reshape(-1)
    table = np.zeros(int(number.max(initial=-1)) + 1, dtype="int64")
    table[number[: len(order)][::-1]] = turns.cost[order][::-1]
    found: Integers = table[number[len(order) :]]
    return found
