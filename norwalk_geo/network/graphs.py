"""The streets as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norwalk_geo import schema
from norwalk_geo.network.model import Network, feet_per_unit

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["to_graph"]


def to_graph(network: Network) -> nx.MultiGraph:
    """
    Make a networkx graph of the streets.

    Parameters
    ----------
    network
        Nodes and sections.

    Returns
    -------
    graph
        Undirected; the key of an edge is its `section_id`, with `length_ft`; nodes have `x`, `y`.
    """
    import networkx as nx

    sections = network.sections
    schema.require(sections, "sections", "from_node", "to_node", "geometry")
    unit = feet_per_unit(sections.crs)
    graph = nx.MultiGraph()
    for node_id, point in network.nodes.geometry.items():
        graph.add_node(node_id, x=point.x, y=point.y)
    feet = sections.geometry.length * unit
    ends = zip(sections.index, sections["from_node"], sections["to_node"], feet, strict=True)
    for section_id, start, end, length_ft in ends:
        graph.add_edge(start, end, key=section_id, length_ft=float(length_ft))
    return graph
