"""
What each missing or poor link is worth: the people who get somewhere in time once it is repaired.

One edge alone: a cheapest way uses it once, so that cost to the target before it and after it are
those of the network as it is, and only places that come nearer need to be looked at. Exact for
thousands of edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.routing import kernel_gains
from norwalk_geo.routing.arrays import Checker, Integers, Truths
from norwalk_geo.routing.graph import Graph
from norwalk_geo.routing.layout import MOST, UNIT, Arcs, Drawn, sorted_arcs
from norwalk_geo.routing.within import backward, check_limit, check_values, in_parts, nearest

if TYPE_CHECKING:
    from norwalk_geo.schema import Gains

__all__ = ["Case", "by_kind", "case_of", "gains", "prepare"]


@dataclass(frozen=True, eq=False)
class Case:
    """
    What searches for gains work on.

    Parameters
    ----------
    back
        Arcs of the network, turned around.
    new
        Arcs of the edges that can be repaired, turned around; `edge` is the candidate.
    ends
        Places at the ends of each candidate, a row a candidate.
    people
        By place, in one column.
    limit
        Most cost, inclusive.
    """

    back: Arcs
    new: Arcs
    ends: Integers
    people: Integers
    limit: int

    def far(self, graph: Graph, targets: Any) -> Integers:  # noqa: ANN401
        """
        Find how far places are from a target with nothing repaired.

        Parameters
        ----------
        graph
            The network.
        targets
            Nodes; none at all is an answer, too.

        Returns
        -------
        far
            Cost by place; above the limit where there is no way within it.
        """
        beyond = np.full(graph.n_nodes, self.limit + 1, dtype="int64")
        if not len(np.atleast_1d(np.asarray(targets))):
            return beyond
        cost = nearest(graph, targets, self.limit).cost
        beyond[graph.start] = np.where(cost >= 0, cost, self.limit + 1)
        return beyond


def gains(
    graph: Graph,
    candidates: pd.DataFrame,
    people: Any,  # noqa: ANN401
    places: Mapping[str, Any],
    limit: int,
    profile: str | None = None,
) -> Gains:
    """
    Count who gains access to places when an edge is repaired, for each edge alone.

    Somebody gains who gets to a place of the kind within the limit after the repair and not before.

    Parameters
    ----------
    graph
        The network as it is, blocked edges closed or slow, without costs of turns.
    candidates
        Edges that could be repaired, by `edge_id`: nodes `u` and `v`, and `cost` after the repair.
        `cost_back` is the cost from `v` to `u`, missing where there is no such way; without that
        column it is `cost`, or no way if the graph is directed.
    people
        Whole number by node.
    places
        Nodes by kind of place.
    limit
        Most cost, inclusive, in the unit of the graph.
    profile
        Who travels, as the table shall say.

    Returns
    -------
    gains
        One row an edge and kind.

    Raises
    ------
    SchemaError
        Edges, people or places that cannot be; a graph with costs of turns.

    Examples
    --------
    >>> graph = Graph.from_arrays([0], [1], [60_000], n_nodes=4)
    >>> bridge = pd.DataFrame({"u": [1], "v": [2], "cost": [30_000]}, index=["e1"])
    >>> gains(graph, bridge, [50, 7, 1, 9], {"park": [2]}, 100_000)["people_gained"].tolist()
    [57]
    """
    case = prepare(graph, candidates, people, limit)
    return by_kind(case, graph, candidates.index, places, {"profile": profile})


def by_kind(
    case: Case,
    graph: Graph,
    ids: pd.Index,
    places: Mapping[str, Any],
    said: Mapping[str, str | None],
) -> Gains:
    """
    Count gains for every kind of place.

    Parameters
    ----------
    case
        Network and candidates.
    graph
        The network.
    ids
        Candidates.
    places
        Nodes by kind of place.
    said
        What all rows say: traveller and policy.

    Returns
    -------
    gains
        One row an edge and kind.
    """
    tables = [_of_kind(case, ids, kind, case.far(graph, places[kind])) for kind in places]
    empty = pd.DataFrame(columns=["edge_id", "kind", "people_before", "people_gained"])
    table = pd.concat(tables, ignore_index=True) if tables else empty
    table = table.assign(limit_cost=case.limit, **said)
    return schema.check(table.set_index(["edge_id", "kind"]), "gains")


def _of_kind(case: Case, ids: pd.Index, kind: str, far: Integers) -> pd.DataFrame:
    """Count gains for one kind of place."""
    found = singles(case, far, np.zeros(len(ids), dtype=bool), np.arange(len(ids)))
    before = int(case.people[far <= case.limit].sum())
    cells = {"edge_id": ids.astype("str"), "kind": kind, "people_before": before}
    return pd.DataFrame({**cells, "people_gained": found})


def singles(case: Case, far: Integers, is_used: Truths, asked: Integers) -> Integers:
    """
    Count the people who gain by each of some candidates, on top of those that are repaired.

    Parameters
    ----------
    case
        Network and candidates.
    far
        Cost by place with what is repaired.
    is_used
        What is repaired, by candidate.
    asked
        Candidates.

    Returns
    -------
    gained
        People by candidate asked for.
    """
    found = np.zeros((len(asked), 1), dtype="int64")

    def part(begin: int, end: int) -> None:
        seeds = (asked[begin:end], case.ends)
        kernel_gains.singles(
            case.back, case.new, is_used, seeds, far, case.limit, case.people, found[begin:end]
        )

    in_parts(part, len(asked))
    return found[:, 0]


def prepare(graph: Graph, candidates: pd.DataFrame, people: Any, limit: int) -> Case:  # noqa: ANN401
    """
    Check and lay out what searches for gains work on.

    Parameters
    ----------
    graph, candidates, people, limit
        As in `gains`.

    Returns
    -------
    case
        Ready to search.

    Raises
    ------
    SchemaError
        As in `gains`.
    """
    check = Checker("gains")
    if graph.turns is not None:
        check.say("graph", "turns have costs", "Ask without them: they are not looked at here.")
    for name in {"u", "v", "cost"} - set(candidates.columns):
        check.say(name, "column is missing", "Give `u`, `v` and `cost`.")
    twice = candidates.index[candidates.index.duplicated()]
    check.add("edge_id", "named before", twice, "Name every edge once.")
    most = check_limit(check, limit)
    check.finish()
    at_place = check_values(check, graph, people)
    u = check.numbered("u", candidates["u"], graph.n_nodes)
    v = check.numbered("v", candidates["v"], graph.n_nodes)
    cost = check.bounded("cost", candidates["cost"], MOST, UNIT)
    if at_place.shape[1] != 1 or (at_place < 0).any():
        check.say("people", "more than one column, or negative", "Give one count a node.")
    row = np.arange(len(candidates))
    back_row, cost_back = row[: 0 if graph.directed else None], cost
    if "cost_back" in candidates:
        back_row = np.flatnonzero(candidates["cost_back"].notna())
        given = check.bounded("cost_back", candidates["cost_back"].iloc[back_row], MOST, UNIT)
        cost_back = np.zeros(len(row), dtype="int64")
        cost_back[back_row] = given
    check.finish()
    both = np.concatenate
    arcs = Drawn(
        both([u, v[back_row]]),
        both([v, u[back_row]]),
        both([cost, cost_back[back_row]]),
        both([row, back_row]),
    )
    return case_of(graph, arcs, np.stack([u, v], axis=1), at_place, most)


def case_of(graph: Graph, arcs: Drawn, ends: Integers, people: Integers, limit: int) -> Case:
    """
    Lay out a case whose parts are checked.

    Parameters
    ----------
    graph
        The network.
    arcs
        Ways over repaired edges between nodes, as they are travelled; `edge` is the candidate. Of a
        candidate with several arcs, one way takes one of them.
    ends
        Nodes of each candidate's arcs, a row a candidate; one may stand there more than once.
    people
        By place, in one column.
    limit
        Most cost, inclusive.

    Returns
    -------
    case
        Ready to search.
    """
    tail, head = (graph.start[nodes].astype("int64") for nodes in (arcs.tail, arcs.head))
    # Turned around: an arc from u to v is looked at from v.
    new = sorted_arcs(Drawn(head, tail, arcs.cost, arcs.edge), graph.n_nodes)
    places = graph.start[ends].astype("int64")
    return Case(backward(graph), new, places, people, limit)
