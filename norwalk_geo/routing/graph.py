"""
Streets as arrays that a search can run over.

Places are numbered so that neighbors stand near each other in memory (reverse Cuthill–McKee): ids
in any order are as quick as ids in the best one. Nothing else is prepared, so that a graph with one
edge changed is there at once. Whoever searches gives and gets numbers of nodes; places stay inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from norwalk_geo.routing.arrays import Small
from norwalk_geo.routing.layout import Arcs, Drawn, Edges, check_edges, lay_out
from norwalk_geo.routing.turns import Turns, expand

__all__ = ["Graph"]


@dataclass(frozen=True, eq=False)
class Graph:
    """
    A network to search in; nodes are numbers from 0, costs whole millimeters or milliseconds.

    Parameters
    ----------
    n_nodes
        Nodes, islands among them.
    directed
        Whether an edge leads from `u` to `v` only.
    edges
        Edges as given.
    turns
        Turns that cost something, if any; places are then more than nodes.
    arcs
        Arcs by place.
    start
        Place where a way from a node begins, by node.
    stop
        Node that is reached at a place, by place; −1 where none is.
    """

    n_nodes: int
    directed: bool
    edges: Edges
    turns: Turns | None
    arcs: Arcs
    start: Small
    stop: Small

    @classmethod
    def from_arrays(
        cls,
        u: Any,  # noqa: ANN401 - any sequence of numbers
        v: Any,  # noqa: ANN401
        cost: Any,  # noqa: ANN401
        n_nodes: int,
        directed: bool = False,  # noqa: FBT001, FBT002 - the one flag of a graph
        is_open: Any = None,  # noqa: ANN401
    ) -> Self:
        """
        Make a graph of edges.

        Of parallel edges the cheapest counts (the first row among equals); edges from a node to
        itself lead nowhere. Both stay in `edges`, so that row numbers are those of the caller.

        Parameters
        ----------
        u, v
            Nodes at the ends of each edge, from 0: integers of any width, or floats that are whole.
        cost
            Whole millimeters or milliseconds, 0 or more and less than 2³¹.
        n_nodes
            Nodes, islands among them.
        directed
            Whether an edge leads from `u` to `v` only.
        is_open
            Which edges can be used; all, if not given. The cost of a closed one is not looked at.

        Returns
        -------
        graph
            Ready to search.

        Raises
        ------
        SchemaError
            Ends that are missing or no nodes; costs that are missing, negative, not whole or too
            large. Every row is named.

        Examples
        --------
        >>> graph = Graph.from_arrays([0, 1], [1, 2], [80_000, 60_000], n_nodes=4)
        >>> graph.n_nodes, len(graph.edges.cost)
        (4, 2)
        """
        edges = check_edges((u, v, cost), n_nodes, is_open)
        return cls.of(edges, n_nodes, directed=directed)

    @classmethod
    def of(
        cls, edges: Edges, n_nodes: int, *, directed: bool = False, turns: Turns | None = None
    ) -> Self:
        """
        Make a graph of edges that are known to be sound.

        Parameters
        ----------
        edges
            Checked edges.
        n_nodes
            Nodes.
        directed
            Whether an edge leads from `u` to `v` only.
        turns
            Checked turns that cost something.

        Returns
        -------
        graph
            Ready to search.
        """
        drawn = _arcs(edges, directed=directed)
        if turns is None:
            arcs, start = lay_out(drawn, n_nodes)
            stop = np.empty(n_nodes, dtype="int32")
            stop[start] = np.arange(n_nodes)
            return cls(n_nodes, directed, edges, None, arcs, start, stop)
        drawn, n_places = expand(drawn, turns, n_nodes)
        arcs, place = lay_out(drawn, n_places)
        stop = np.full(n_places, -1, dtype="int32")
        stop[place[n_nodes : 2 * n_nodes]] = np.arange(n_nodes)
        return cls(n_nodes, directed, edges, turns, arcs, place[:n_nodes], stop)


def _arcs(edges: Edges, *, directed: bool) -> Drawn:
    """List the ways in which open edges can be gone."""
    row = np.flatnonzero(edges.is_open)
    u, v, cost = edges.u[row], edges.v[row], edges.cost[row]
    if directed:
        return Drawn(u, v, cost, row)
    both = np.concatenate
    return Drawn(both([u, v]), both([v, u]), both([cost, cost]), both([row, row]))
