"""
A network with something changed: a new graph, while the old one stays as it is.

Rows of edges keep their numbers: what is removed is closed, what is added comes after.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from norwalk_geo.routing.arrays import Checker
from norwalk_geo.routing.graph import Graph
from norwalk_geo.routing.layout import MOST, UNIT, Edges, check_edges
from norwalk_geo.routing.turns import FORBIDDEN, Turns

__all__ = ["add_edges", "add_turns", "close_edges", "recost_edges"]


def add_edges(graph: Graph, u: Any, v: Any, cost: Any, *, n_nodes: int | None = None) -> Graph:  # noqa: ANN401
    """
    Add edges.

    Parameters
    ----------
    graph
        The network.
    u, v
        Nodes at the ends of each new edge.
    cost
        Whole millimeters or milliseconds.
    n_nodes
        Nodes of the new network, if there are more than before.

    Returns
    -------
    graph
        With the new edges after the old ones. Nobody reaches less than before, unless new edges
        bring turns that cost.

    Raises
    ------
    SchemaError
        As for `Graph.from_arrays`.
    """
    count = graph.n_nodes if n_nodes is None else max(n_nodes, graph.n_nodes)
    new = check_edges((u, v, cost), count)
    both = Edges(*(np.concatenate(pair) for pair in zip(graph.edges, new, strict=True)))
    return Graph.of(both, count, directed=graph.directed, turns=graph.turns)


def close_edges(graph: Graph, rows: Any) -> Graph:  # noqa: ANN401
    """
    Remove edges.

    Parameters
    ----------
    graph
        The network.
    rows
        Rows of the edges.

    Returns
    -------
    graph
        Without them; the other rows keep their numbers.

    Raises
    ------
    SchemaError
        Rows that are none.
    """
    check = Checker("close_edges")
    numbers = check.numbered("rows", rows, len(graph.edges.u))
    check.finish()
    is_open = graph.edges.is_open.copy()
    is_open[numbers] = False
    edges = graph.edges._replace(is_open=is_open)
    return Graph.of(edges, graph.n_nodes, directed=graph.directed, turns=graph.turns)


def recost_edges(graph: Graph, rows: Any, cost: Any) -> Graph:  # noqa: ANN401
    """
    Change what edges cost; closed ones are opened.

    Parameters
    ----------
    graph
        The network.
    rows
        Rows of the edges, each once.
    cost
        New cost of each.

    Returns
    -------
    graph
        With the new costs.

    Raises
    ------
    SchemaError
        Rows that are none or named twice; costs that are none.
    """
    check = Checker("recost_edges")
    check.same_length(rows=rows, cost=cost)
    numbers = check.numbered("rows", rows, len(graph.edges.u))
    amounts = check.bounded("cost", cost, MOST, UNIT)
    order = np.argsort(numbers, kind="stable")
    twice = order[1:][np.diff(numbers[order]) == 0]
    check.add("rows", "named before", np.sort(twice), "Name every edge once.")
    check.finish()
    costs, is_open = graph.edges.cost.copy(), graph.edges.is_open.copy()
    costs[numbers], is_open[numbers] = amounts, True
    edges = graph.edges._replace(cost=costs, is_open=is_open)
    return Graph.of(edges, graph.n_nodes, directed=graph.directed, turns=graph.turns)


def add_turns(graph: Graph, from_edge: Any, via: Any, to_edge: Any, cost: Any) -> Graph:  # noqa: ANN401
    """
    Make turns cost something, or forbid them.

    Parameters
    ----------
    graph
        The network.
    from_edge, via, to_edge
        Row of the edge that the traveller comes by, node of the turn, row of the edge that follows;
        the same edge twice is turning back.
    cost
        Added to the cost of the edges; −1 forbids the turn. Turns that are not named cost nothing;
        of several rows for one turn the dearest counts.

    Returns
    -------
    graph
        With these turns beside those that it had. Searches stay exact and take longer.

    Raises
    ------
    SchemaError
        Edges or nodes that are none, a node that is no end of its edges, or a cost that is none.
    """
    check = Checker("turns")
    check.same_length(from_edge=from_edge, via=via, to_edge=to_edge, cost=cost)
    count = len(graph.edges.u)
    coming, going = (
        check.numbered(name, rows, count)
        for name, rows in (("from_edge", from_edge), ("to_edge", to_edge))
    )
    node = check.numbered("via", via, graph.n_nodes)
    amounts, is_whole = check.whole("cost", cost, f"Give whole {UNIT}, −1 to forbid.")
    wrong = is_whole & ((amounts < FORBIDDEN) | (amounts >= MOST // 2))
    check.add("cost", f"outside −1–{MOST // 2 - 1:,}", np.flatnonzero(wrong), "Correct them.")
    check.finish()
    for name, edge in (("from_edge", coming), ("to_edge", going)):
        apart = (graph.edges.u[edge] != node) & (graph.edges.v[edge] != node)
        check.add("via", f"no end of {name}", np.flatnonzero(apart), "Name the node between.")
    check.finish()
    turns = Turns(coming, node, going, amounts)
    if graph.turns is not None:
        turns = Turns(*(np.concatenate(pair) for pair in zip(graph.turns, turns, strict=True)))
    return Graph.of(graph.edges, graph.n_nodes, directed=graph.directed, turns=turns)
