"""Edges and what they cost one traveller → a network to search in, with its nodes' places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.routing.graph import Graph

if TYPE_CHECKING:
    from norwalk_geo.schema import Costs, Edges

__all__ = ["CLOSED", "Ways", "leaving", "network_graph"]

# Stands for a direction in which the traveller does not go.
CLOSED = -1


@dataclass(frozen=True, eq=False)
class Ways:
    """
    A network as one traveller finds it.

    Parameters
    ----------
    nodes
        Places by `node_id`.
    links
        Stretches of edges: `edge_id`, `start` and `end` (rows of `nodes`), `forward_ms` and
        `backward_ms` (−1 where the traveller does not go), `length_mm`, `forward_unknown`,
        `backward_unknown`, `is_open` and the line.
    profile
        Who travels.
    unknowns
        What is done where too little is known.
    """

    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    profile: str
    unknowns: str


def _aligned(edges: Edges, costs: Costs) -> None:
    """Refuse tables that are not of the same edges."""
    lacking, strange = edges.index.difference(costs.index), costs.index.difference(edges.index)
    problems = [
        Problem("edge_id", what, tuple(map(str, ids)), "Find the costs of these edges anew.")
        for what, ids in (("no costs", lacking), ("costs without an edge", strange))
        if len(ids)
    ]
    if problems:
        raise SchemaError.of("costs", problems)


def _places(edges: Edges) -> gpd.GeoDataFrame:
    """Place the nodes where edges end; of several points of one node the first by edge."""
    ordered = edges.sort_index(kind="stable")
    shapes = ordered.geometry.to_numpy()
    ends = pd.DataFrame(
        {
            "node_id": np.concatenate([ordered["from_node"], ordered["to_node"]]),
            "geometry": np.concatenate(
                [shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)]
            ),
        }
    ).drop_duplicates("node_id")
    placed = gpd.GeoDataFrame(ends, crs=edges.crs).set_index("node_id")
    return placed.sort_index(kind="stable")


def network_graph(edges: Edges, costs: Costs) -> Ways:
    """
    Join edges to a network that one traveller can be followed through.

    Parameters
    ----------
    edges
        What one can go on.
    costs
        As `costs` finds them, of the same edges in any order.

    Returns
    -------
    ways
        Nodes in the order of their ids, links in the order of the edges.

    Raises
    ------
    SchemaError
        Edges and costs differ, or a node is missing.

    Examples
    --------
    >>> from norwalk_geo import routing, towns
    >>> edges = routing.street_edges(towns.town().streets)
    >>> ways = network_graph(edges, routing.costs(edges, "walk"))
    >>> len(ways.links)
    84
    """
    _aligned(edges, costs)
    found = costs.reindex(edges.index)
    nodes = _places(edges)
    columns = {
        "edge_id": edges.index.astype("str"),
        "start": nodes.index.get_indexer(edges["from_node"]),
        "end": nodes.index.get_indexer(edges["to_node"]),
        "forward_ms": found["forward_ms"].fillna(CLOSED).to_numpy("int64"),
        "backward_ms": found["backward_ms"].fillna(CLOSED).to_numpy("int64"),
        "length_mm": found["length_mm"].to_numpy("int64"),
        "forward_unknown": found["forward_status"].eq("unknown").to_numpy(),
        "backward_unknown": found["backward_status"].eq("unknown").to_numpy(),
        "is_open": found["is_open"].to_numpy(),
    }
    links = gpd.GeoDataFrame(columns, geometry=edges.geometry.to_numpy(), crs=edges.crs)
    said = {
        name: str(found[name].iloc[0]) if len(found) else "" for name in ("profile", "unknowns")
    }
    return Ways(nodes, links, **said)


def leaving(ways: Ways) -> Graph:
    """
    Make the graph of the ways as they are travelled, for sums over all nodes, edits and gains.

    Parameters
    ----------
    ways
        The network; node `i` of the graph is row `i` of its nodes.

    Returns
    -------
    graph
        Costs in milliseconds. Its edges are all links forward and then all links backward, so that
        link `i` is edges `i` and `len(links) + i`; a direction that is not travelled is closed.

    Examples
    --------
    >>> from norwalk_geo import routing, towns
    >>> edges = routing.street_edges(towns.town().streets)
    >>> ways = network_graph(edges, routing.costs(edges, "walk"))
    >>> one_each = [1] * len(ways.nodes)
    >>> int(routing.sum_within(leaving(ways), one_each, 5 * 60_000).min()) >= 1
    True
    """
    links = ways.links
    tail = np.concatenate([links["start"], links["end"]]).astype("int64")
    head = np.concatenate([links["end"], links["start"]]).astype("int64")
    cost = np.concatenate([links["forward_ms"], links["backward_ms"]]).astype("int64")
    goes = cost != CLOSED
    cost = np.where(goes, cost, 0)
    return Graph.from_arrays(tail, head, cost, len(ways.nodes), directed=True, is_open=goes)
