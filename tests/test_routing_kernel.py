"""The search is exact: beside brute force, networkx and scipy, on graphs that are hard on it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from strategies import examples

from norwalk_geo import routing
from norwalk_geo.errors import SchemaError
from norwalk_geo.routing import Graph

FAR = 2**31 - 1


@st.composite
def drawings(draw: st.DrawFn, largest: int = 4) -> tuple[int, np.ndarray, bool]:
    """Nodes, edges (u, v, cost) and whether they are one-way; small costs make many ties."""
    nodes = draw(st.integers(1, 8))
    node = st.integers(0, nodes - 1)
    edge = st.tuples(node, node, st.integers(0, largest))
    edges = draw(st.lists(edge, max_size=16))
    return nodes, np.array(edges, dtype="int64").reshape(-1, 3), draw(st.booleans())


def graph_of(drawn: tuple[int, np.ndarray, bool]) -> Graph:
    nodes, edges, directed = drawn
    return Graph.from_arrays(*edges.T, nodes, directed)


def all_costs(drawn: tuple[int, np.ndarray, bool]) -> np.ndarray:
    """Floyd and Warshall's costs from each node to each, −1 where there is no way."""
    nodes, edges, directed = drawn
    dist = np.full((nodes, nodes), 10**9)
    np.fill_diagonal(dist, 0)
    for u, v, cost in edges:
        dist[u, v] = min(dist[u, v], cost)
        if not directed:
            dist[v, u] = min(dist[v, u], cost)
    for k in range(nodes):
        dist = np.minimum(dist, dist[:, [k]] + dist[[k], :])
    return np.where(dist >= 10**9, -1, dist)


def dense(found: routing.Costs, nodes: int) -> np.ndarray:
    made = np.full((len(found.origin), nodes), -1)
    made[np.repeat(np.arange(len(found.origin)), np.diff(found.first)), found.node] = found.cost
    return made


# ------------------------------------------------------------------ tiny graphs, all answers known


@given(drawings(), st.integers(0, 12), st.data())
def test_every_answer_is_that_of_brute_force(
    drawn: tuple[int, np.ndarray, bool], limit: int, data: st.DataObject
) -> None:
    nodes, graph, dist = drawn[0], graph_of(drawn), all_costs(drawn)
    within = (dist >= 0) & (dist <= limit)
    values = np.arange(2 * nodes).reshape(nodes, 2) * 7 - 5
    assert (routing.sum_within(graph, values, limit) == within @ values).all()
    assert (routing.sum_within(graph, values[:, 1], limit) == within @ values[:, 1]).all()
    found = routing.costs_from(graph, np.arange(nodes), limit)
    assert (dense(found, nodes) == np.where(within, dist, -1)).all()
    targets = data.draw(st.lists(st.integers(0, nodes - 1), min_size=1, max_size=4))
    near = routing.nearest(graph, targets, limit)
    for node in range(nodes):
        options = [(dist[node, t], t) for t in targets if within[node, t]]
        assert (near.cost[node], near.target[node]) == min(options, default=(-1, -1))


@given(drawings(), st.randoms())
def test_the_order_of_nodes_and_rows_changes_nothing(
    drawn: tuple[int, np.ndarray, bool], random: np.random.Generator
) -> None:
    nodes, edges, directed = drawn
    name, row = list(range(nodes)), list(range(len(edges)))
    random.shuffle(name)
    random.shuffle(row)
    renamed = edges[row].copy()
    renamed[:, :2] = np.array(name)[renamed[:, :2]]
    values = np.arange(nodes) ** 2
    moved = np.empty_like(values)
    moved[name] = values
    one = routing.sum_within(graph_of(drawn), values, 5)
    other = routing.sum_within(graph_of((nodes, renamed, directed)), moved, 5)
    assert (other[name] == one).all()
    ways = [
        routing.paths(graph_of((nodes, e, directed)), 0, range(nodes)) for e in (edges, edges[row])
    ]
    assert all((a.nodes == b.nodes).all() for a, b in zip(*ways, strict=True))


@given(drawings())
def test_reach_grows_with_the_limit_and_with_every_link(
    drawn: tuple[int, np.ndarray, bool],
) -> None:
    nodes, graph = drawn[0], graph_of(drawn)
    values = np.arange(1, nodes + 1)
    by_limit = [routing.sum_within(graph, values, limit) for limit in range(6)]
    assert all((a <= b).all() for a, b in itertools.pairwise(by_limit))
    more = routing.add_edges(graph, [0], [nodes - 1], [2])
    assert (routing.sum_within(more, values, 4) >= by_limit[4]).all()
    again = routing.close_edges(more, [len(drawn[1])])
    assert (routing.sum_within(again, values, 4) == by_limit[4]).all()


@given(drawings())
def test_a_path_is_a_way_of_its_cost(drawn: tuple[int, np.ndarray, bool]) -> None:
    nodes, edges, directed = drawn
    dist = all_costs(drawn)
    for way in routing.paths(graph_of(drawn), 0, range(nodes)):
        assert way.cost == dist[0, way.destination]
        if way.cost < 0:
            assert not len(way.nodes)
            continue
        assert (way.nodes[0], way.nodes[-1]) == (0, way.destination)
        assert edges[way.edges, 2].sum() == way.cost
        assert len(set(way.nodes.tolist())) == len(way.nodes)
        for (a, b), edge in zip(itertools.pairwise(way.nodes), way.edges, strict=True):
            ends = tuple(edges[edge, :2])
            assert (a, b) == ends or (not directed and (b, a) == ends)


def test_of_equal_paths_the_fewest_edges_then_the_lowest_numbers_count() -> None:
    """From 0 to 3 it costs 4 over 1, over 2, and over both 4 and 5."""
    u, v, cost = [0, 0, 2, 1, 0, 4, 5], [2, 1, 3, 3, 4, 5, 3], [2, 2, 2, 2, 1, 1, 2]
    way = routing.paths(Graph.from_arrays(u, v, cost, 6), 0, [3])[0]
    assert (way.nodes.tolist(), way.edges.tolist()) == ([0, 1, 3], [1, 3])


# ------------------------------------------------------------------ turns


def with_turns(
    drawn: tuple[int, np.ndarray, bool], cost_of: dict[tuple[int, int, int], int], origin: int
) -> npt.NDArray[np.int64]:
    """Costs from one node by relaxing (node, edge come by) until nothing changes."""
    nodes, edges, directed = drawn
    best: dict[tuple[int, int], int] = {}
    for _ in range(2 * len(edges) + 2):
        for row, (a, b, cost) in enumerate(edges.tolist()):
            for u, v in [(a, b)] if directed else [(a, b), (b, a)]:
                ways = [cost] if u == origin else []
                for (node, by), so_far in best.items():
                    turn = cost_of.get((by, u, row), 0)
                    if node == u and turn >= 0:
                        ways.append(so_far + turn + cost)
                if ways:
                    best[v, row] = min(best.get((v, row), 10**9), *ways)
    made = np.full(nodes, -1)
    for (node, _), cost in best.items():
        made[node] = cost if made[node] < 0 else min(made[node], cost)
    made[origin] = 0
    return made


@given(drawings(), st.data())
@examples(25)
def test_turns_cost_what_brute_force_says(
    drawn: tuple[int, np.ndarray, bool], data: st.DataObject
) -> None:
    nodes, edges, _ = drawn
    sides = [(row, end) for row in range(len(edges)) for end in set(edges[row, :2].tolist())]
    pairs = [(a, n, b) for a, n in sides for b, m in sides if n == m]
    some = st.dictionaries(st.sampled_from(pairs), st.integers(-1, 3), max_size=20)
    chosen = data.draw(some) if pairs else {}
    rows = np.array([(*key, cost) for key, cost in chosen.items()]).reshape(-1, 4)
    graph = routing.add_turns(graph_of(drawn), *rows.T)
    dist = np.array([with_turns(drawn, chosen, origin) for origin in range(nodes)])
    found = dense(routing.costs_from(graph, range(nodes), FAR), nodes)
    assert (found == dist).all()
    within = (dist >= 0) & (dist <= 4)
    values = np.arange(nodes) + 1
    assert (routing.sum_within(graph, values, 4) == within @ values).all()
    near = routing.nearest(graph, [nodes - 1], 4).cost
    assert (near == np.where(within[:, -1], dist[:, -1], -1)).all()
    for way in routing.paths(graph, 0, range(nodes)):
        assert way.cost == dist[0, way.destination]
        turning = zip(way.edges, way.nodes[1:], way.edges[1:], strict=False)
        extra = sum(chosen.get(tuple(map(int, turn)), 0) for turn in turning)
        assert way.cost in {-1, edges[way.edges, 2].sum() + extra}


# ------------------------------------------------------------------ whole graphs beside peers


def town_arrays(side: int = 30, seed: int = 5) -> tuple[np.ndarray, ...]:
    """An invented grid with holes, costs from 0 to a long edge, and one-way numbering at random."""
    random = np.random.default_rng(seed)
    at = random.permutation(side * side).reshape(side, side)
    u = np.concatenate([at[:-1].ravel(), at[:, :-1].ravel()])
    v = np.concatenate([at[1:].ravel(), at[:, 1:].ravel()])
    cost = random.integers(1, 160_000, len(u))
    cost[random.random(len(u)) < 0.05] = 0
    kept = random.random(len(u)) < 0.75
    return u[kept], v[kept], cost[kept]


@pytest.mark.parametrize("directed", [False, True])
def test_a_whole_graph_equals_scipy(directed: bool) -> None:  # noqa: FBT001
    u, v, cost = town_arrays()
    nodes, limit = 900, 600_000
    graph = Graph.from_arrays(u, v, cost, nodes, directed)
    # scipy has no edges of cost 0: in units of 1/1000 they cost 1, too little to add up to a unit.
    matrix = csr_array((cost * 1000.0 + (cost == 0), (u, v)), shape=(nodes, nodes))
    far = np.floor(dijkstra(matrix, directed=directed) / 1000)
    within = far <= limit
    people = np.random.default_rng(1).integers(0, 60, nodes)
    assert (routing.sum_within(graph, people, limit) == within @ people).all()
    found = dense(routing.costs_from(graph, range(nodes), limit), nodes)
    assert (found == np.where(within, np.where(within, far, 0), -1)).all()


@pytest.mark.parametrize("limit", [300, 10**6, FAR])
def test_edges_of_all_lengths_in_one_graph_are_exact_and_quick(limit: int) -> None:
    """Costs from 1 to 10⁹: most are far shorter than a bucket is wide when the limit is large."""
    random = np.random.default_rng(2)
    u, v = random.integers(0, 400, (2, 1600))
    cost = (10 ** random.uniform(0, 9, 1600)).astype("int64")
    near = pd.DataFrame({"u": u, "v": v, "cost": cost}).groupby(["u", "v"])["cost"].min()
    matrix = csr_array((near.astype("float64"), tuple(near.reset_index()[["u", "v"]].T.values)))
    within = dijkstra(matrix) <= limit
    graph = Graph.from_arrays(u, v, cost, 400, directed=True)
    assert (routing.sum_within(graph, np.arange(400), limit) == within @ np.arange(400)).all()


def test_sampled_nodes_equal_networkx() -> None:
    u, v, cost = town_arrays(seed=6)
    graph, peer = Graph.from_arrays(u, v, cost, 900), nx.Graph()
    peer.add_nodes_from(range(900))
    peer.add_weighted_edges_from(zip(u.tolist(), v.tolist(), cost.tolist(), strict=True))
    for origin in (0, 17, 450, 899):
        expected = nx.single_source_dijkstra_path_length(peer, origin, cutoff=700_000)
        found = routing.costs_from(graph, [origin], 700_000)
        assert dict(zip(found.node.tolist(), found.cost.tolist(), strict=True)) == expected


def test_very_long_ways_and_limits_are_exact() -> None:
    """Costs near 2³¹, where 32 bits would wrap around."""
    graph = Graph.from_arrays([0, 1, 2], [1, 2, 3], [FAR, FAR, 1], 4)
    assert routing.sum_within(graph, [1, 2, 4, 8], FAR).tolist() == [3, 7, 14, 12]
    assert routing.nearest(graph, [3]).cost.tolist() == [2 * FAR + 1, FAR + 1, 1, 0]
    assert routing.paths(graph, 0, [3])[0].cost == 2 * FAR + 1


def test_sums_are_whole_beyond_the_exact_floats() -> None:
    graph = Graph.from_arrays([0], [1], [1], 2)
    assert routing.sum_within(graph, [2**60 + 1, 2**59 + 1], 1)[0] == 2**60 + 2**59 + 2


# ------------------------------------------------------------------ edits


def test_an_edit_leaves_the_graph_and_the_numbers_of_its_rows() -> None:
    graph = Graph.from_arrays([0, 1], [1, 2], [5, 5], 3)
    slower = routing.recost_edges(graph, [1], [9])
    shut = routing.close_edges(slower, [0])
    more = routing.add_edges(shut, [0], [3], [1], n_nodes=4)
    back = routing.recost_edges(more, [0], [2])
    assert graph.edges.cost.tolist() == [5, 5]
    assert routing.sum_within(graph, [1, 1, 1], 10).tolist() == [3, 3, 3]
    assert routing.sum_within(slower, [1, 1, 1], 10).tolist() == [2, 3, 2]
    assert routing.sum_within(shut, [1, 1, 1], 10).tolist() == [1, 2, 2]
    assert [way.edges.tolist() for way in routing.paths(back, 0, [1, 3])] == [[0], [2]]


# ------------------------------------------------------------------ bad input


def test_everything_wrong_with_edges_is_said_at_once() -> None:
    u = [0, -1, np.nan, 1, 9, 0, 1]
    v = [1, 1, 1, 2, 1, 1, None]
    cost = [-4, 1, 1, np.nan, 2**31, 1.5, 2**40]
    with pytest.raises(SchemaError) as caught:
        Graph.from_arrays(u, v, pd.Series(cost), 3)
    found = {(p.where, p.what): p.rows for p in caught.value.problems}
    assert found == {
        ("u", "missing or not a whole number"): ("2",),
        ("u", "outside 0–2"): ("1", "4"),
        ("v", "missing or not a whole number"): ("6",),
        ("cost", "missing or not a whole number"): ("3", "5"),
        ("cost", "negative"): ("0",),
        ("cost", "2,147,483,648 millimeters or milliseconds or more"): ("4", "6"),
    }
    assert all(problem.remedy for problem in caught.value.problems)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "uint64", "float64", "Int64", "object"])
def test_whole_numbers_of_every_width_will_do(kind: str) -> None:
    u, v, cost = (pd.Series(one).astype(kind) for one in ([0, 1], [1, 2], [100, 20]))
    graph = Graph.from_arrays(u, v, cost, 3)
    assert routing.sum_within(graph, [1, 1, 1], 100).tolist() == [2, 3, 2]


def test_large_unsigned_costs_do_not_wrap_around() -> None:
    with pytest.raises(SchemaError, match="or more in 1 row: 0"):
        Graph.from_arrays([0], [1], np.array([2**64 - 1], dtype="uint64"), 2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda _: Graph.from_arrays([0], [1, 2], [1], 3), "rows differ"),
        (lambda _: Graph.from_arrays([0], [1], [1], -1), "n_nodes"),
        (lambda _: Graph.from_arrays([0], [1], [1], "3"), "n_nodes: is 3"),
        (lambda _: Graph.from_arrays([[0]], [[1]], [[1]], 3), "rows and columns"),
        (lambda _: Graph.from_arrays([0], [0], [1], 0), "set where there is none"),
        (lambda g: routing.sum_within(g, [1, 1], 5), "one row a node"),
        (lambda g: routing.sum_within(g, [1, np.nan, 1], 5), "in 1 row: 1"),
        (lambda g: routing.sum_within(g, [2**62, 2**62, 1], 5), "64 bits"),
        (lambda g: routing.sum_within(g, [1, 1, 1], -1), "limit: negative"),
        (lambda g: routing.sum_within(g, [1, 1, 1], 2**31), "limit: 2,147,483,648"),
        (lambda g: routing.sum_within(g, [1, 1, 1], 0.5), "limit: missing or not a whole"),
        (lambda g: routing.costs_from(g, [3], 5), "origins: outside 0–2"),
        (lambda g: routing.nearest(g, []), "targets: there are none"),
        (lambda g: routing.paths(g, 7, [0]), "origin: outside"),
        (lambda g: routing.close_edges(g, [1]), "set where|outside"),
        (lambda g: routing.recost_edges(g, [0, 0], [1, 2]), "named before in 1 row: 1"),
        (lambda g: routing.add_turns(g, [0], [2], [0], [1]), "no end of from_edge"),
        (lambda g: routing.add_turns(g, [0], [1], [0], [-2]), "outside −1"),
    ],
)
def test_a_wrong_question_is_refused_with_a_reason(call: object, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        call(Graph.from_arrays([0], [1], [5], 3))  # type: ignore[operator]


def test_empty_graphs_and_islands_have_answers() -> None:
    nobody = Graph.from_arrays([], [], [], 0)
    assert len(routing.sum_within(nobody, [], 5)) == 0
    assert len(routing.costs_from(nobody, [], 5).node) == 0
    islands = Graph.from_arrays([], [], [], 2)
    assert routing.sum_within(islands, [3, 4], 5).tolist() == [3, 4]
    assert routing.nearest(islands, [1]).target.tolist() == [-1, 1]
    assert routing.paths(islands, 0, [1])[0].cost == -1


# ------------------------------------------------------------------ what is compiled says the same


def test_the_kernels_say_the_same_when_they_are_not_compiled() -> None:
    script = (
        "from norwalk_geo.routing import *\n"
        "g = Graph.from_arrays([0, 1, 2, 0], [1, 2, 3, 3], [3, 0, 2, 9], 5)\n"
        "c = costs_from(g, [0, 4], 5)\n"
        "print(sum_within(g, [1, 2, 4, 8, 16], 5).tolist(), c.node.tolist(), c.cost.tolist(),\n"
        "      nearest(g, [3]).cost.tolist(), paths(g, 0, [3])[0].nodes.tolist())\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = "[15, 15, 15, 15, 16] [0, 1, 2, 3, 4] [0, 3, 3, 5, 0] [5, 2, 2, 0, -1] [0, 1, 2, 3]"
    assert said.strip() == lines
