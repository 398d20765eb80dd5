"""How edges lie in memory: arcs by the place that they leave, neighbors near each other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import reverse_cuthill_mckee

from norwalk_geo.routing.arrays import Checker, Integers, Small, Truths

__all__ = [
    "MOST",
    "UNIT",
    "Arcs",
    "Drawn",
    "Edges",
    "check_edges",
    "lay_out",
    "sorted_arcs",
    "transposed",
]

# Costs are below this: whole millimeters up to 2,147 km, whole milliseconds up to 24 days.
MOST = 2**31
UNIT = "millimeters or milliseconds"


class Edges(NamedTuple):
    """
    Edges as they were given, one a row.

    Parameters
    ----------
    u, v
        Nodes at the ends.
    cost
        Whole millimeters or milliseconds; 0 where the edge is closed.
    is_open
        Whether the edge can be used; a row that was removed stays, closed.
    """

    u: Integers
    v: Integers
    cost: Integers
    is_open: Truths


class Drawn(NamedTuple):
    """
    Arcs in any order, between places with any numbers.

    Parameters
    ----------
    tail, head
        Place left and place reached.
    cost, edge
        Cost, and row of the edge (−1 for a step that is no edge).
    """

    tail: Integers
    head: Integers
    cost: Integers
    edge: Integers


class Arcs(NamedTuple):
    """
    Arcs by the place that they leave: `first[p]` to `first[p + 1]`, cheapest first.

    Parameters
    ----------
    first
        First arc of each place, one more at the end.
    end, cost, edge
        Place reached, cost, and row of the edge (−1 for a step that is no edge), by arc.
    """

    first: Integers
    end: Small
    cost: Small
    edge: Small


def check_edges(edges: tuple[Any, Any, Any], n_nodes: int, is_open: Any = None) -> Edges:  # noqa: ANN401
    """
    Check edges that come from outside.

    Parameters
    ----------
    edges
        Ends `u` and `v`, and cost, by row.
    n_nodes
        Nodes.
    is_open
        Which edges can be used; all, if not given. The cost of a closed one is not looked at.

    Returns
    -------
    edges
        As integers.

    Raises
    ------
    SchemaError
        Naming every row with ends that are no nodes or a cost that is none.
    """
    check = Checker("graph")
    if not isinstance(n_nodes, (int, np.integer)) or not 0 <= n_nodes < MOST:
        check.say("n_nodes", f"is {n_nodes}", f"Give a whole number from 0 to {MOST - 1:,}.")
        check.finish()
    u, v, cost = edges
    opened = np.ones(len(np.atleast_1d(np.asarray(u))), dtype=bool) if is_open is None else is_open
    opened = np.asarray(opened, dtype=bool)
    check.same_length(u=u, v=v, cost=cost, is_open=opened)
    looked_at = np.asarray(cost)
    if not opened.all():
        looked_at = np.where(opened, looked_at, 0)
    made = Edges(
        check.numbered("u", u, n_nodes),
        check.numbered("v", v, n_nodes),
        check.bounded("cost", looked_at, MOST, UNIT),
        opened,
    )
    check.finish()
    return made


def lay_out(drawn: Drawn, n_places: int) -> tuple[Arcs, Small]:
    """
    Number places so that neighbors are near each other, and sort arcs by place.

    Of arcs between the same places the cheapest stays, of equals the one of the first edge; arcs
    from a place to itself go.

    Parameters
    ----------
    drawn
        Arcs.
    n_places
        Places.

    Returns
    -------
    arcs, place
        The arcs between the new numbers, and the new number of each place.
    """
    place = _near(drawn, n_places)
    tail, head = place[drawn.tail], place[drawn.head]
    order = np.lexsort((drawn.edge, drawn.cost, head, tail))
    order = order[tail[order] != head[order]]
    pair = tail[order].astype("int64") * n_places + head[order]
    order = order[np.diff(pair, prepend=-1) != 0]
    order = order[np.lexsort((drawn.cost[order], tail[order]))]
    return _by_place(tail[order], head[order], drawn, order, n_places), place


def _near(drawn: Drawn, n_places: int) -> Small:
    """Number places by reverse Cuthill–McKee."""
    if not n_places:
        return np.zeros(0, dtype="int32")
    ones = np.ones(len(drawn.tail), dtype="int8")
    matrix = csr_matrix((ones, (drawn.tail, drawn.head)), shape=(n_places, n_places))
    matrix.data[:] = 1
    place = np.empty(n_places, dtype="int32")
    place[reverse_cuthill_mckee(matrix, symmetric_mode=False)] = np.arange(n_places)
    return place


def _by_place(
    tail: Integers | Small, head: Integers | Small, drawn: Drawn, order: Integers, n_places: int
) -> Arcs:
    """Put sorted arcs into their arrays."""
    first = np.zeros(n_places + 1, dtype="int64")
    np.cumsum(np.bincount(tail, minlength=n_places), out=first[1:])
    cost, edge = drawn.cost[order].astype("int32"), drawn.edge[order].astype("int32")
    return Arcs(first, head.astype("int32"), cost, edge)


def transposed(arcs: Arcs) -> Arcs:
    """
    Turn every arc around.

    Parameters
    ----------
    arcs
        By the place that they leave.

    Returns
    -------
    arcs
        By the place that they reached before, cheapest first.
    """
    n_places = len(arcs.first) - 1
    tail = np.repeat(np.arange(n_places), np.diff(arcs.first))
    head, cost, edge = (one.astype("int64") for one in (arcs.end, arcs.cost, arcs.edge))
    return sorted_arcs(Drawn(head, tail, cost, edge), n_places)


def sorted_arcs(drawn: Drawn, n_places: int) -> Arcs:
    """
    Sort arcs by place, with all that are parallel.

    Parameters
    ----------
    drawn
        Arcs between places that are numbered well.
    n_places
        Places.

    Returns
    -------
    arcs
        Cheapest first.
    """
    order = np.lexsort((drawn.edge, drawn.head, drawn.cost, drawn.tail))
    return _by_place(drawn.tail[order], drawn.head[order], drawn, order, n_places)
