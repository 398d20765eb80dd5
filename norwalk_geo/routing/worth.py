"""
What each edge is worth to one traveller: from tables of edges and people to the tables of gains.

An edge can be repaired that lets the traveller through, or through faster, once it is. An edge that
was cut where places are is repaired whole: between every two points on it stands one arc of the
repaired edge, so that a way over it counts as one repair.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.routing.gains import Case, by_kind, case_of
from norwalk_geo.routing.layout import Drawn
from norwalk_geo.routing.search import limit_ms
from norwalk_geo.routing.together import Together, chosen_of
from norwalk_geo.routing.ways import CLOSED, Ways, leaving

if TYPE_CHECKING:
    from norwalk_geo.routing.arrays import Integers
    from norwalk_geo.routing.graph import Graph
    from norwalk_geo.routing.places import Snapped
    from norwalk_geo.schema import Gains, NodePeople

__all__ = ["edge_gains", "edges_together", "people_at"]

_TIMES = ["forward_ms", "backward_ms"]


def edge_gains(before: Snapped, after: Snapped, people: NodePeople, *, limit_min: float) -> Gains:
    """
    Count who gains access to each kind of place when one edge is repaired, for each edge alone.

    Parameters
    ----------
    before
        Places on the network as the traveller finds it.
    after
        The same places on the same edges, all of them repaired: costs of `repaired`, or of the
        edges as some program would leave them. Edges that nobody gets through faster are not asked.
    people
        People at nodes, of whom the column of that name is counted.
    limit_min
        Longest way, in minutes, inclusive.

    Returns
    -------
    gains
        One row an edge that would be faster or open, and kind of place, with traveller and policy;
        nobody loses, since an edge that the repair makes slower keeps its time.

    Raises
    ------
    SchemaError
        The two are not of the same edges, places and traveller; people are at no node.
    ConfigError
        The limit is no time.

    Examples
    --------
    >>> from norwalk_geo import routing, towns
    >>> town = towns.town()
    >>> edges = routing.street_edges(town.streets).assign(running_slope_pct=4.0)
    >>> place = town.streets.nodes.iloc[[0]][["geometry"]].assign(kind="park")
    >>> now, then = (
    ...     routing.snap(routing.network_graph(edges, routing.costs(one, "walk")), place)
    ...     for one in (edges, edges.assign(running_slope_pct=0.0))
    ... )
    >>> nodes = now.ways.nodes.index
    >>> ends = pd.MultiIndex.from_product([["z"], nodes], names=["zone_id", "node_id"])
    >>> people = pd.DataFrame({"people": 1}, index=ends)
    >>> bool(edge_gains(now, then, people, limit_min=5)["people_gained"].max() > 0)
    True
    """
    graph, case, ids = _case(before, after, people, limit_min)
    said = {"profile": before.ways.profile, "unknowns": before.ways.unknowns}
    return by_kind(case, graph, ids, _targets(before), said)


def edges_together(
    before: Snapped, after: Snapped, people: NodePeople, *, kind: str, limit_min: float, most: int
) -> Together:
    """
    Choose edges to repair so that many people gain access to a kind of place together.

    Parameters
    ----------
    before, after, people
        As in `edge_gains`.
    kind
        Kind of place.
    limit_min
        Longest way, in minutes, inclusive.
    most
        Edges that may be repaired.

    Returns
    -------
    together
        As the function of that name gives it, in ids of edges.

    Raises
    ------
    SchemaError
        As in `edge_gains`, or no place is of this kind.
    ConfigError
        The limit is no time.
    """
    targets = _targets(before)
    if kind not in targets:
        remedy = f"There are {', '.join(sorted(targets))}."
        raise SchemaError.of("edges_together", [Problem("kind", f"no {kind!r}", remedy=remedy)])
    graph, case, ids = _case(before, after, people, limit_min)
    said = {"profile": before.ways.profile, "unknowns": before.ways.unknowns}
    return chosen_of(case, case.far(graph, targets[kind]), ids, min(most, len(ids)), said)


def people_at(ways: Ways, people: NodePeople, measure: str = "people") -> Integers:
    """
    Sum people by row of the nodes.

    Parameters
    ----------
    ways
        The network.
    people
        As `spread` places them.
    measure
        What is counted; blank counts as nobody known.

    Returns
    -------
    people
        Whole numbers, a row a node.

    Raises
    ------
    SchemaError
        People are at a node that is not in the network, or the column is missing.
    """
    people = schema.check(people, "node_people")
    if measure not in people:
        remedy = "Spread zones that have it."
        raise SchemaError.of("people", [Problem(measure, "column is missing", remedy=remedy)])
    own = people[measure].fillna(0).groupby(level="node_id").sum()
    strange = own.index.difference(ways.nodes.index)
    if len(strange):
        remedy = "Spread them over this network."
        problem = Problem("node_id", "no such node", tuple(map(str, strange)), remedy)
        raise SchemaError.of("people", [problem])
    return own.reindex(ways.nodes.index, fill_value=0).to_numpy("int64")


def _targets(snapped: Snapped) -> dict[str, Integers]:
    """List the nodes of each kind of place."""
    node = pd.Series(snapped.ways.nodes.index.get_indexer(snapped.sites["node_id"]))
    kinds = snapped.sites["kind"].reset_index(drop=True)
    return {str(kind): np.unique(own) for kind, own in node.groupby(kinds, sort=True)}


def _alike(before: Snapped, after: Snapped) -> None:
    """Refuse networks that differ in more than what their edges cost."""
    now, then = before.ways.links, after.ways.links
    names = ["edge_id", "start", "end"]
    problems = []
    if len(now) != len(then) or not now[names].equals(then[names]):
        remedy = "Give both the same edges and places; what is closed to all must stay so."
        problems.append(Problem("edges", "are not the same", remedy=remedy))
    if before.ways.profile != after.ways.profile:
        said = f"{before.ways.profile}, {after.ways.profile}"
        problems.append(Problem("profile", f"differs ({said})", remedy="Ask for one traveller."))
    if problems:
        raise SchemaError.of("edge_gains", problems)


def _case(
    before: Snapped, after: Snapped, people: NodePeople, limit_min: float
) -> tuple[Graph, Case, pd.Index]:
    """Lay out the search, and name the edges that a repair opens or makes faster."""
    limit = limit_ms(limit_min)
    _alike(before, after)
    links, then = before.ways.links, after.ways.links
    now, new = (one[_TIMES].to_numpy("int64") for one in (links, then))
    better = (new != CLOSED) & ((now == CLOSED) | (new < now))
    edge, ids = pd.factorize(links["edge_id"])
    is_asked = np.bincount(edge, weights=better.any(axis=1), minlength=len(ids)) > 0
    # A repair takes nothing away: what would be slower stays as it is.
    best = np.where(better, new, now)
    rows = np.flatnonzero(is_asked[edge])
    number = (np.cumsum(is_asked) - 1)[edge[rows]]
    arcs, ends = _arcs(links.iloc[rows], best[rows], number)
    graph = leaving(before.ways)
    at_place = np.zeros((len(graph.stop), 1), dtype="int64")
    at_place[graph.start, 0] = people_at(before.ways, people)
    named = pd.Index(ids[is_asked], name="edge_id")
    return graph, case_of(graph, arcs, ends, at_place, limit), named


def _arcs(links: pd.DataFrame, cost: Integers, number: Integers) -> tuple[Drawn, Integers]:
    """List the ways over each repaired edge between any two of its nodes, and these nodes."""
    start, end = links["start"].to_numpy("int64"), links["end"].to_numpy("int64")
    pieces = np.bincount(number)
    found, width = [], int(pieces.max(initial=1)) + 1
    ends = np.zeros((len(pieces), width), dtype="int64")
    is_whole = pieces[number] == 1
    own = number[is_whole]
    ends[own] = np.stack([start[is_whole], *[end[is_whole]] * (width - 1)], axis=1)
    for tail, head, column in ((start, end, 0), (end, start, 1)):
        goes = is_whole & (cost[:, column] != CLOSED)
        found.append(np.stack([tail[goes], head[goes], cost[goes, column], number[goes]]))
    for one in np.flatnonzero(pieces > 1):
        row = np.flatnonzero(number == one)
        nodes = np.append(start[row], end[row[-1]])
        ends[one] = np.append(nodes, np.full(width - len(nodes), nodes[-1]))
        found.append(_between(nodes, cost[row], int(one)))
    return Drawn(*np.concatenate(found, axis=1)), ends


def _between(nodes: Integers, cost: Integers, number: int) -> Integers:
    """List the ways between any two nodes of one edge that stand in order along it."""
    rows = []
    for first, last in combinations(range(len(nodes)), 2):
        part = cost[first:last]
        for tail, head, column in ((first, last, 0), (last, first, 1)):
            if (part[:, column] != CLOSED).all():
                rows.append((nodes[tail], nodes[head], part[:, column].sum(), number))
    return np.array(rows, dtype="int64").reshape(-1, 4).T
