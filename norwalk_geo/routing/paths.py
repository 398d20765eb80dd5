"""The cheapest ways themselves: nodes and edges in the order of going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from norwalk_geo.routing import kernel
from norwalk_geo.routing.arrays import Checker, Integers
from norwalk_geo.routing.graph import Graph

__all__ = ["Path", "paths"]


@dataclass(frozen=True, eq=False)
class Path:
    """
    A cheapest way.

    Parameters
    ----------
    destination
        Node where it ends.
    cost
        Of the whole way, turns among them; −1 where there is no way.
    nodes
        From origin to destination; empty where there is no way.
    edges
        Rows of the edges between them.
    """

    destination: int
    cost: int
    nodes: Integers
    edges: Integers


def paths(graph: Graph, origin: int, destinations: Any) -> list[Path]:  # noqa: ANN401
    """
    Find the cheapest way from one node to others.

    Of equally cheap ways the one over the fewest edges counts, of these the one whose last node but
    one has the lowest number, and so on backward.

    Parameters
    ----------
    graph
        The network.
    origin
        Node.
    destinations
        Nodes.

    Returns
    -------
    paths
        One a destination, in their order.

    Raises
    ------
    SchemaError
        Nodes that are none.
    """
    check = Checker("paths")
    begin = check.numbered("origin", [origin], graph.n_nodes)
    ends = check.numbered("destinations", destinations, graph.n_nodes)
    check.finish()
    name = _names(graph)
    cost, before, by = kernel.tree(graph.arcs, int(graph.start[begin[0]]), name)
    stop = np.empty(graph.n_nodes, dtype="int32")
    stop[graph.stop[graph.stop >= 0]] = np.flatnonzero(graph.stop >= 0)
    reached_by = np.where(by >= 0, graph.arcs.edge[by], -1) if len(graph.arcs.edge) else by
    made = []
    for end in ends.tolist():
        edges, place = [], int(stop[end])
        total = int(cost[place])
        while total >= 0 and before[place] >= 0:
            if reached_by[place] >= 0:
                edges.append(int(reached_by[place]))
            place = int(before[place])
        made.append(_path(graph, (int(begin[0]), end), total, edges[::-1]))
    return made


def _names(graph: Graph) -> Integers:
    """Give places names that depend on nodes and edges alone."""
    if graph.turns is None:
        return graph.stop.astype("int64")
    # A place that is an arc is told by its edge and the end that it leads to.
    name = graph.stop.astype("int64")
    is_real = graph.arcs.edge >= 0
    edge, end = graph.arcs.edge[is_real].astype("int64"), graph.arcs.end[is_real]
    leads_to = np.full(len(name), -1, dtype="int64")
    tail = np.repeat(np.arange(len(name)), np.diff(graph.arcs.first))[~is_real]
    leads_to[tail] = graph.stop[graph.arcs.end[~is_real]]
    name[end] = graph.n_nodes + 2 * edge + (leads_to[end] == graph.edges.u[edge])
    return name


def _path(graph: Graph, ends: tuple[int, int], cost: int, edges: list[int]) -> Path:
    """Follow edges from node to node."""
    nodes = [ends[0]] if cost >= 0 else []
    for edge in edges:
        u, v = int(graph.edges.u[edge]), int(graph.edges.v[edge])
        nodes.append(v if nodes[-1] == u else u)
    return Path(ends[1], cost, np.array(nodes, dtype="int64"), np.array(edges, dtype="int64"))
