"""Who lives within a limit of every node, with what is not known beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.routing.people import MEASURES
from norwalk_geo.routing.search import limit_ms
from norwalk_geo.routing.ways import CLOSED, Ways, leaving
from norwalk_geo.routing.within import sum_within
from norwalk_geo.routing.worth import people_at

if TYPE_CHECKING:
    from norwalk_geo.schema import NodePeople, NodeSums

__all__ = ["node_sums"]


def node_sums(ways: Ways, people: NodePeople, *, limit_min: float) -> NodeSums:
    """
    Add up the people, homes and jobs within a limit of every node.

    Parameters
    ----------
    ways
        The network.
    people
        People at its nodes; a blank number counts as nobody known.
    limit_min
        Longest way from the node, in minutes, inclusive.

    Returns
    -------
    node_sums
        One row a node and measure. `flagged` are those within whom no way of known stretches
        reaches within the limit.

    Raises
    ------
    SchemaError
        People are at a node that is not in the network.
    ConfigError
        The limit is no time.

    Examples
    --------
    >>> from norwalk_geo import routing, towns
    >>> edges = routing.street_edges(towns.town().streets)
    >>> ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    >>> ends = pd.MultiIndex.from_product([["z"], ways.nodes.index], names=["zone_id", "node_id"])
    >>> found = node_sums(ways, pd.DataFrame({"jobs": 2}, index=ends), limit_min=0)
    >>> found["within"].unique().tolist(), found["flagged"].sum().item()
    ([2], 0)
    """
    limit = limit_ms(limit_min)
    given = [name for name in MEASURES if name in people]
    values = np.zeros((len(ways.nodes), len(given)), dtype="int64")
    for column, name in enumerate(given):
        values[:, column] = people_at(ways, people, name)
    within, known = (sum_within(leaving(one), values, limit) for one in (ways, _known(ways)))
    nodes = ways.nodes.index
    frame = pd.DataFrame(
        {
            "node_id": np.repeat(nodes.to_numpy(), len(given)),
            "measure": np.tile(np.array(given, dtype=object), len(nodes)),
            "within": within.ravel(),
            "flagged": (within - known).ravel(),
            "limit_min": float(limit_min),
            "profile": ways.profile,
            "unknowns": ways.unknowns,
        }
    )
    return schema.check(frame, "node_sums")


def _known(ways: Ways) -> Ways:
    """Close what too little is known of."""
    links = ways.links.copy()
    for way in ("forward", "backward"):
        unsure = links[f"{way}_unknown"].astype("bool")
        links[f"{way}_ms"] = links[f"{way}_ms"].mask(unsure, CLOSED)
    return replace(ways, links=links)
