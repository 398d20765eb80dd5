"""One search over the ways of a traveller, and what lies along the ways that it found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.routing.graph import Graph
from norwalk_geo.routing.ways import CLOSED, Ways
from norwalk_geo.routing.within import costs_from

__all__ = ["Arcs", "arcs_of", "limit_ms", "search", "tally"]

_MS_PER_MINUTE = 60_000
_MOST_MIN = 24 * 60


class Arcs(NamedTuple):
    """
    Directions of links in which the traveller goes, by the node that a search leaves.

    Parameters
    ----------
    first
        First arc of each node, one more at the end.
    head, cost, length, unknown
        Node reached; milliseconds; millimeters; millimeters of which too little is known.
    """

    first: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    cost: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]
    unknown: npt.NDArray[np.int64]


def limit_ms(limit_min: float) -> int:
    """
    Read a limit.

    Parameters
    ----------
    limit_min
        Minutes, up to a day.

    Returns
    -------
    limit
        Whole milliseconds, halves upward.

    Raises
    ------
    ConfigError
        The limit is no number of minutes from 0 to a day.
    """
    if not 0 <= limit_min <= _MOST_MIN:
        remedy = f"Give 0 to {_MOST_MIN:,} minutes."
        raise ConfigError.of("limit_min", [Problem("limit_min", f"is {limit_min}", remedy=remedy)])
    return int(np.floor(limit_min * _MS_PER_MINUTE + 0.5))


def arcs_of(ways: Ways, *, toward: bool) -> Arcs:
    """
    List the arcs of the ways.

    Parameters
    ----------
    ways
        The network.
    toward
        Whether the search goes against the direction of travel, from where ways end.

    Returns
    -------
    arcs
        By node.
    """
    links = ways.links
    start, end = links["start"].to_numpy("int64"), links["end"].to_numpy("int64")
    cost = np.concatenate([links["forward_ms"], links["backward_ms"]]).astype("int64")
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    if toward:
        tail, head = head, tail
    length = np.tile(links["length_mm"].to_numpy("int64"), 2)
    unsure = np.concatenate([links["forward_unknown"], links["backward_unknown"]]).astype(bool)
    kept = np.flatnonzero(cost != CLOSED)
    kept = kept[np.argsort(tail[kept], kind="stable")]
    first = np.searchsorted(tail[kept], np.arange(len(ways.nodes) + 1))
    return Arcs(first, head[kept], cost[kept], length[kept], np.where(unsure, length, 0)[kept])


def search(
    arcs: Arcs, origins: npt.NDArray[np.int64], group: npt.NDArray[np.int64], limit: int
) -> Iterator[npt.NDArray[np.int64]]:
    """
    Find how far every node is from the nearest of each group of origins.

    Parameters
    ----------
    arcs
        What is searched.
    origins
        Nodes where a search begins.
    group
        Number of each origin's group, ascending from 0.
    limit
        Milliseconds; a node at exactly the limit is reached.

    Yields
    ------
    dist
        For each group milliseconds by node, −1 where there is no way within the limit.
    """
    size = len(arcs.first) - 1
    tail = np.repeat(np.arange(size), np.diff(arcs.first))
    graph = Graph.from_arrays(tail, arcs.head, arcs.cost, size, directed=True)
    found = costs_from(graph, origins, limit)
    bounds = np.searchsorted(group, np.arange(group.max(initial=-1) + 2))
    for first, last in pairwise(found.first[bounds]):
        node, cost = found.node[first:last], found.cost[first:last]
        dist = np.full(size, np.iinfo("int64").max)
        np.minimum.at(dist, node, cost)
        yield np.where(dist == np.iinfo("int64").max, -1, dist)


@numba.njit(cache=True)
def _along(order, dist, arcs, length, unknown):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Carry lengths along all fastest ways: the least unknown first, then the shortest."""
    changed = True
    while changed:
        changed = False
        for node in order:
            if unknown[node] < 0:
                continue
            for arc in range(arcs.first[node], arcs.first[node + 1]):
                head = arcs.head[arc]
                if dist[head] != dist[node] + arcs.cost[arc]:
                    continue
                unsure = unknown[node] + arcs.unknown[arc]
                far = length[node] + arcs.length[arc]
                if (
                    unknown[head] < 0
                    or unsure < unknown[head]
                    or (unsure == unknown[head] and far < length[head])
                ):
                    # Only an arc that costs nothing can lead back to a node that was done.
                    changed = changed or arcs.cost[arc] == 0
                    unknown[head], length[head] = unsure, far


def tally(arcs: Arcs, origins: npt.NDArray[np.int64], dist: npt.NDArray[np.int64]) -> pd.DataFrame:
    """
    Measure the fastest ways that a search found.

    Parameters
    ----------
    arcs
        What was searched.
    origins
        Nodes where it began.
    dist
        Milliseconds by node, −1 where it did not come.

    Returns
    -------
    ways
        By node that was reached: `cost_ms`, `length_mm` and `unknown_mm`. Of ways that are equally
        fast, the one with the least that is unknown, and of these the shortest.
    """
    found = np.flatnonzero(dist >= 0)
    order = found[np.argsort(dist[found], kind="stable")]
    length = np.full(len(dist), -1, dtype="int64")
    unknown = np.full(len(dist), -1, dtype="int64")
    length[origins] = unknown[origins] = 0
    _along(order, dist, arcs, length, unknown)
    cells = {"cost_ms": dist[found], "length_mm": length[found], "unknown_mm": unknown[found]}
    return pd.DataFrame(cells, index=found)
