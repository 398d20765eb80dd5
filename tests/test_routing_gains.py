"""People who gain by repairs are those that brute force counts, alone and together."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norwalk_geo import routing, schema
from norwalk_geo.errors import SchemaError
from norwalk_geo.routing import Graph


@st.composite
def cases(draw: st.DrawFn) -> tuple[Graph, pd.DataFrame, np.ndarray, list[int], int]:
    """A small graph, edges that could be repaired, people, targets and a limit."""
    nodes = draw(st.integers(2, 8))
    node = st.integers(0, nodes - 1)
    edge = st.tuples(node, node, st.integers(0, 4))
    edges = np.array(draw(st.lists(edge, max_size=10)), dtype="int64").reshape(-1, 3)
    candidates = np.array(draw(st.lists(edge, min_size=1, max_size=5)))
    directed = draw(st.booleans())
    graph = Graph.from_arrays(*edges.T, nodes, directed)
    table = pd.DataFrame(candidates, columns=["u", "v", "cost"])
    table.index = pd.Index([f"e{k}" for k in range(len(table))], name="edge_id")
    if draw(st.booleans()):
        back = draw(st.lists(st.integers(-1, 4), min_size=len(table), max_size=len(table)))
        table["cost_back"] = pd.Series(back, index=table.index).where(lambda cost: cost >= 0)
    people = np.array(draw(st.lists(st.integers(0, 9), min_size=nodes, max_size=nodes)))
    targets = draw(st.lists(node, min_size=1, max_size=2))
    return graph, table, people, targets, draw(st.integers(0, 9))


def reached(graph: Graph, repaired: pd.DataFrame, targets: list[int], limit: int) -> np.ndarray:
    """Nodes that get there, by building the repaired network anew."""
    if "cost_back" in repaired or graph.directed:
        u, v, cost = (getattr(graph.edges, name) for name in ("u", "v", "cost"))
        both = not graph.directed
        ways = [(u, v, cost), *([(v, u, cost)] if both else [])]
        ways.append((repaired["u"], repaired["v"], repaired["cost"]))
        if "cost_back" in repaired:
            back = repaired.dropna(subset="cost_back")
            ways.append((back["v"], back["u"], back["cost_back"]))
        joined = (np.concatenate(parts) for parts in zip(*ways, strict=True))
        graph = Graph.from_arrays(*joined, graph.n_nodes, directed=True)
    else:
        graph = routing.add_edges(graph, repaired["u"], repaired["v"], repaired["cost"])
    return routing.nearest(graph, targets, limit).cost >= 0


@given(cases())
def test_gains_are_those_of_networks_built_anew(
    case: tuple[Graph, pd.DataFrame, np.ndarray, list[int], int],
) -> None:
    graph, table, people, targets, limit = case
    found = routing.gains(graph, table, people, {"park": targets, "none": []}, limit)
    schema.check(found, "gains")
    before = reached(graph, table.iloc[:0], targets, limit)
    for edge_id in table.index:
        after = reached(graph, table.loc[[edge_id]], targets, limit)
        row = found.loc[edge_id, "park"]
        assert row["people_before"] == people[before].sum()
        assert row["people_gained"] == people[after & ~before].sum()
    assert not found.xs("none", level="kind")["people_gained"].any()


@given(cases(), st.integers(0, 5))
def test_what_repairs_bring_together_is_exact_and_within_the_bound(
    case: tuple[Graph, pd.DataFrame, np.ndarray, list[int], int], most: int
) -> None:
    graph, table, people, targets, limit = case
    most = min(most, len(table))
    made = routing.together(graph, table, people, targets, limit, most)
    before = reached(graph, table.iloc[:0], targets, limit)

    def gain(ids: list[str]) -> int:
        after = reached(graph, table.loc[ids], targets, limit)
        return int(people[after & ~before].sum())

    best = max(gain(list(ids)) for ids in itertools.combinations(table.index, most))
    assert made.gained <= best <= made.bound <= made.all_repaired == gain(list(table.index))
    assert (made.gained > 0) == (best > 0)
    assert len(made.repairs) <= most
    for _, rows in made.repairs.groupby("step"):
        chosen = made.repairs[made.repairs["step"].le(rows["step"].iloc[0])]
        assert gain(chosen.index.tolist()) == rows["people_gained"].iloc[0]
        assert rows["people_bound"].ge(rows["people_gained"]).all()


def test_two_ramps_that_help_only_together_are_found() -> None:
    """People at 0 and 3; the park at 2 is behind two missing links, 3 behind one of 5."""
    graph = Graph.from_arrays([4], [3], [1], 5)
    table = pd.DataFrame(
        {"u": [0, 1, 3], "v": [1, 2, 2], "cost": [1, 1, 5]}, index=["ab", "bc", "dc"]
    )
    people = [100, 0, 0, 4, 3]
    alone = routing.gains(graph, table, people, {"park": [2]}, 6)["people_gained"]
    assert alone.tolist() == [0, 0, 7]
    both = routing.together(graph, table, people, [2], 6, 2)
    assert both.repairs.index.tolist() == ["ab", "bc"]
    assert (both.gained, both.bound, both.all_repaired) == (100, 107, 107)
    one = routing.together(graph, table, people, [2], 6, 1)
    assert (one.repairs.index.tolist(), one.gained, one.bound) == (["dc"], 7, 7)


def test_a_poor_edge_that_is_repaired_counts_for_those_whom_it_brings_in_time() -> None:
    graph = Graph.from_arrays([0, 1], [1, 2], [10, 50], 3)
    table = pd.DataFrame({"u": [1], "v": [2], "cost": [20]}, index=["slow"])
    found = routing.gains(graph, table, [5, 7, 1], {"school": [2]}, 25, profile="walk")
    assert found.loc[("slow", "school")].tolist() == [1, 7, 25, "walk"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"candidates": pd.DataFrame({"u": [0]})},
            r"(?s)v: column is missing.*cost: column|cost: column.*v: column",
        ),
        (
            {"candidates": pd.DataFrame({"u": [0], "v": [9], "cost": [-1]})},
            "(?s)v: outside 0–1.*cost: neg",
        ),
        (
            {
                "candidates": pd.DataFrame(
                    {"u": [0, 0], "v": [1, 1], "cost": [1, 1]}, index=["a", "a"]
                )
            },
            "edge_id: named before in 1 row: a",
        ),
        ({"people": [1, -1]}, "people: more than one column, or negative"),
        ({"people": [1]}, "one row a node"),
        ({"limit": -2}, "limit: negative"),
        ({"places": {"park": [7]}}, "targets: outside"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, object], says: str) -> None:
    given_now = {
        "graph": Graph.from_arrays([0], [1], [1], 2),
        "candidates": pd.DataFrame({"u": [0], "v": [1], "cost": [1]}, index=["a"]),
        "people": [1, 1],
        "places": {"park": [0]},
        "limit": 5,
    }
    with pytest.raises(SchemaError, match=says):
        routing.gains(**{**given_now, **changed})  # type: ignore[arg-type]


def test_turns_are_not_looked_at_and_that_is_said() -> None:
    graph = routing.add_turns(Graph.from_arrays([0], [1], [1], 2), [0], [1], [0], [1])
    table = pd.DataFrame({"u": [0], "v": [1], "cost": [1]}, index=["a"])
    with pytest.raises(SchemaError, match="turns have costs"):
        routing.gains(graph, table, [1, 1], {"park": [0]}, 5)
