"""What is within a limit of every node, and what is nearest to it: exact, to the last unit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numba
import numpy as np

from norwalk_geo.routing import kernel
from norwalk_geo.routing.arrays import Checker, Integers, Small
from norwalk_geo.routing.graph import Graph
from norwalk_geo.routing.layout import MOST, UNIT, transposed

__all__ = [
    "Costs",
    "Nearest",
    "backward",
    "check_limit",
    "check_values",
    "costs_from",
    "in_parts",
    "nearest",
    "sum_within",
]

# Origins are worked in so many parts whatever the machine, so that all give the same.
_PARTS = 64
_FEWEST = 256
# Buckets are about an eighth of a typical edge wide, and never more than so many.
_OF_AN_EDGE, _MOST_BUCKETS = 8, 2**16
_LARGEST = 2.0**62
Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class Costs:
    """
    Nodes within reach of some origins.

    Parameters
    ----------
    origin
        Origins as given.
    first
        Where each origin's rows begin, one more at the end.
    node
        Node reached, ascending within an origin.
    cost
        What it takes to get there.
    """

    origin: Integers
    first: Integers
    node: Integers
    cost: Integers


@dataclass(frozen=True, eq=False)
class Nearest:
    """
    The nearest target of every node.

    Parameters
    ----------
    cost
        What it takes to get there, by node; −1 where no target is within the limit.
    target
        Node of the target, the lowest of equally near ones; −1 likewise.
    """

    cost: Integers
    target: Integers


def sum_within(graph: Graph, values: Any, limit: int, *, origins: Any = None) -> Integers:  # noqa: ANN401
    """
    Add up what is within reach of every node.

    Parameters
    ----------
    graph
        The network.
    values
        People, jobs or another whole number by node; or several by node and column.
    limit
        Most cost, inclusive, in the unit of the graph and below 2³¹.
    origins
        Nodes to ask for; all, if not given.

    Returns
    -------
    sums
        By origin (and column), the origin's own value among them.

    Raises
    ------
    SchemaError
        Values that are missing, not whole or not one a node; a limit that is none; origins that are
        no nodes.

    Examples
    --------
    >>> graph = Graph.from_arrays([0, 1], [1, 2], [80_000, 60_000], n_nodes=3)
    >>> sum_within(graph, [10, 20, 30], 80_000).tolist()
    [30, 60, 50]
    """
    check = Checker("sum_within")
    limit = check_limit(check, limit)
    at_place = check_values(check, graph, values)
    starts = graph.start
    if origins is not None:
        numbers = check.numbered("origins", origins, graph.n_nodes)
        check.finish()
        starts = graph.start[numbers]
    check.finish()
    # Neighbors are worked one after the other: what one search read is still near for the next.
    order = np.argsort(starts, kind="stable")
    found = np.zeros((len(starts), at_place.shape[1]), dtype="int64")
    shift = _shift(graph, limit)

    def part(begin: int, end: int) -> None:
        kernel.sums(graph.arcs, sorted_starts[begin:end], at_place, limit, shift, found[begin:end])

    sorted_starts = starts[order]
    in_parts(part, len(starts))
    made = np.empty_like(found)
    made[order] = found
    return made if np.ndim(values) > 1 else made[:, 0]


def costs_from(graph: Graph, origins: Any, limit: int) -> Costs:  # noqa: ANN401
    """
    List every node within reach of some origins.

    Parameters
    ----------
    graph
        The network.
    origins
        Nodes.
    limit
        Most cost, inclusive, in the unit of the graph and below 2³¹.

    Returns
    -------
    costs
        One origin after the other, each with its nodes in ascending order, itself among them.

    Raises
    ------
    SchemaError
        Origins that are no nodes, or a limit that is none.
    """
    check = Checker("costs_from")
    limit = check_limit(check, limit)
    numbers = check.numbered("origins", origins, graph.n_nodes)
    check.finish()
    starts, shift = graph.start[numbers], _shift(graph, limit)

    def part(begin: int, end: int) -> tuple[Integers, Small, Integers]:
        return kernel.costs(graph.arcs, starts[begin:end], graph.stop, limit, shift)

    parts = in_parts(part, len(starts))
    empty = np.zeros(0, dtype="int64")
    counts, node, cost = (
        np.concatenate([empty, *(one[k] for one in parts)]).astype("int64") for k in range(3)
    )
    order = np.lexsort((node, np.repeat(np.arange(len(counts)), counts)))
    first = np.concatenate([[0], np.cumsum(counts)]).astype("int64")
    return Costs(numbers, first, node[order], cost[order])


def nearest(graph: Graph, targets: Any, limit: int | None = None) -> Nearest:  # noqa: ANN401
    """
    Find the nearest target of every node.

    Parameters
    ----------
    graph
        The network; on one-way streets the way leads to the target.
    targets
        Nodes; in any order, the same one more than once.
    limit
        Most cost, inclusive; none, if not given.

    Returns
    -------
    nearest
        Cost and target by node; of equally near targets the one with the lowest number.

    Raises
    ------
    SchemaError
        No targets, targets that are no nodes, or a limit that is none.
    """
    check = Checker("nearest")
    at_most = np.iinfo("int64").max if limit is None else check_limit(check, limit)
    numbers = np.unique(check.numbered("targets", targets, graph.n_nodes))
    if not len(numbers):
        check.say("targets", "there are none", "Name at least one node.")
    check.finish()
    stop = np.empty(graph.n_nodes, dtype="int32")
    stop[graph.stop[graph.stop >= 0]] = np.flatnonzero(graph.stop >= 0)
    found, target = kernel.nearest(backward(graph), stop[numbers], numbers, at_most)
    return Nearest(found[graph.start], target[graph.start])


def backward(graph: Graph) -> Any:  # noqa: ANN401
    """
    Give the arcs turned around.

    Parameters
    ----------
    graph
        The network.

    Returns
    -------
    arcs
        By the place that they reach; without one-way streets and turns they are the same.
    """
    same = not graph.directed and graph.turns is None
    return graph.arcs if same else transposed(graph.arcs)


def check_limit(check: Checker, limit: Any) -> int:  # noqa: ANN401
    """
    Check a limit.

    Parameters
    ----------
    check
        Gathers what is wrong.
    limit
        As given.

    Returns
    -------
    limit
        Whole number below 2³¹, if nothing was noted.
    """
    if np.ndim(limit) == 0:
        return int(check.bounded("limit", [limit], MOST, UNIT)[0])
    check.say("limit", "more than one", "Give one limit at a time.")
    return 0


def check_values(check: Checker, graph: Graph, values: Any) -> Integers:  # noqa: ANN401
    """
    Check values by node and column, and move them to places.

    Parameters
    ----------
    check
        Gathers what is wrong.
    graph
        The network.
    values
        By node, or by node and column.

    Returns
    -------
    values
        By place and column; 0 where no node is reached.

    Raises
    ------
    SchemaError
        At once, if anything was noted.
    """
    given = np.asarray(values)
    wide = given if given.ndim > 1 else given.reshape(len(given) if given.ndim else 1, 1)
    if wide.ndim > 2 or len(wide) != graph.n_nodes:  # noqa: PLR2004 - rows and columns
        shape = " × ".join(f"{size:,}" for size in given.shape)
        check.say("values", f"{shape} for {graph.n_nodes:,} nodes", "Give one row a node.")
        check.finish()
    columns = [
        check.whole("values", wide[:, k], "Round them, and say what is missing.")[0]
        for k in range(wide.shape[1])
    ]
    if any(np.abs(column.astype("float64")).sum() >= _LARGEST for column in columns):
        check.say("values", "their sum does not fit in 64 bits", "Count in larger units.")
    check.finish()
    made = np.zeros((len(graph.stop), len(columns)), dtype="int64")
    is_stop = graph.stop >= 0
    for k, column in enumerate(columns):
        made[is_stop, k] = column[graph.stop[is_stop]]
    return made


def _shift(graph: Graph, limit: int) -> int:
    """Choose how wide buckets are, as a power of two."""
    cost = graph.arcs.cost
    typical = int(np.median(cost[cost > 0])) if (cost > 0).any() else 1
    width = max(1, typical // _OF_AN_EDGE, (limit + 1) // _MOST_BUCKETS)
    return width.bit_length() - 1 + (limit >> (width.bit_length() - 1) > _MOST_BUCKETS)


def in_parts(work: Callable[[int, int], Part], count: int) -> list[Part]:
    """
    Do fixed parts of some rows, on all cores.

    Parameters
    ----------
    work
        Takes the first row and the one after the last.
    count
        Rows.

    Returns
    -------
    done
        What each part gave, in order.
    """
    parts = max(min(_PARTS, count // _FEWEST), 1)
    bounds = [count * k // parts for k in range(parts + 1)]
    if parts == 1:
        return [work(0, count)]
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        return list(threads.map(work, bounds[:-1], bounds[1:]))
