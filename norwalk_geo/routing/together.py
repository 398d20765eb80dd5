"""
Repairs that help only together: a set of edges chosen step by step, beside a bound.

A ramp at one end of a block may be worth nothing without the one at the other end. So each step
looks at single edges and at the sets that open the ways with the fewest repairs, and takes what
brings most people for an edge. Gains of sets are not submodular, so that greed promises nothing by
itself; the bound says how much better any other set of as many edges could be: nobody can gain by k
repairs who needs more than k.
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
from norwalk_geo.routing.gains import Case, prepare, singles

if TYPE_CHECKING:
    from norwalk_geo.routing.graph import Graph
    from norwalk_geo.schema import Repairs

__all__ = ["Together", "chosen_of", "together"]

# Sets of more edges are found step by step; of all sets so many are worked out whole.
_LARGEST_SET, _SETS = 8, 64


@dataclass(frozen=True, eq=False)
class Together:
    """
    Repairs chosen together.

    Parameters
    ----------
    repairs
        Edges in the order of the choice, with people gained and the bound.
    gained
        People who gain by all of them.
    bound
        People whom no set of as many edges as were allowed can pass.
    all_repaired
        People who gain if every candidate is repaired.
    """

    repairs: Repairs
    gained: int
    bound: int
    all_repaired: int


def together(
    graph: Graph,
    candidates: pd.DataFrame,
    people: Any,  # noqa: ANN401
    targets: Any,  # noqa: ANN401
    limit: int,
    most: int,
) -> Together:
    """
    Choose edges to repair so that many people gain access together.

    Parameters
    ----------
    graph, candidates, people
        As in `gains`.
    targets
        Nodes of the places, all of one kind.
    limit
        Most cost, inclusive.
    most
        Edges that may be repaired.

    Returns
    -------
    together
        The choice and its bounds; fewer edges than allowed where no more people gain. What each
        step gains is exact; the choice is not promised to be the best.

    Raises
    ------
    SchemaError
        As in `gains`.
    """
    case = prepare(graph, candidates, people, limit)
    check = Checker("together")
    allowed = int(check.numbered("most", [most], len(candidates) + 1)[0])
    check.finish()
    return chosen_of(case, case.far(graph, targets), candidates.index, allowed, {})


def chosen_of(
    case: Case, far: Integers, ids: pd.Index, most: int, said: Mapping[str, str | None]
) -> Together:
    """
    Choose repairs in a case that is laid out.

    Parameters
    ----------
    case
        Network and candidates.
    far
        Cost by place with nothing repaired.
    ids
        Candidates.
    most
        Edges that may be repaired.
    said
        What all rows say: traveller and policy.

    Returns
    -------
    together
        The choice, beside its bound.
    """
    bounds = _bounds(case, far, most)
    steps, gained = _choose(case, far, most)
    rows = [edge for step in steps for edge in sorted(step)]
    counts = [len(step) for step in steps]
    number = np.repeat(np.arange(1, len(steps) + 1), counts)
    by_edge = {
        "step": number,
        "people_gained": np.repeat(np.array(gained, dtype="int64"), counts),
        "people_bound": bounds[np.cumsum(counts, dtype="int64")[number - 1]],
    }
    index = pd.Index(ids[rows].astype("str"), name="edge_id")
    table = schema.check(pd.DataFrame(by_edge, index=index).assign(**said), "repairs")
    every = np.ones(len(ids), dtype=bool)
    return Together(
        table, gained[-1] if gained else 0, int(bounds[-1]), _gain(case, far.copy(), every, every)
    )


def _bounds(case: Case, far: Integers, most: int) -> Integers:
    """Count people who need at most so many repairs, by number of repairs."""
    nothing = np.zeros(len(case.ends), dtype=bool)
    cost, _, _ = kernel_gains.layers(case.back, case.new, nothing, far, case.limit, most)
    gets_there = (cost <= case.limit) & (far > case.limit)
    counted: Integers = gets_there @ case.people[:, 0]
    return counted


def _choose(case: Case, far: Integers, most: int) -> tuple[list[frozenset[int]], list[int]]:
    """Take what brings most people for an edge, step by step."""
    far, is_used = far.copy(), np.zeros(len(case.ends), dtype=bool)
    steps: list[frozenset[int]] = []
    gained: list[int] = []
    left = most
    while left:
        open_now = np.flatnonzero(~is_used)
        alone = singles(case, far, is_used, open_now)
        options = [(int(alone[k]), frozenset([int(open_now[k])])) for k in _top(alone)]
        sets = _sets(case, far, is_used, min(left, _LARGEST_SET))
        options += [(_with(case, far, is_used, edges), edges) for edges in sets]
        options = [option for option in options if option[0] > 0]
        if not options:
            break
        # More people for an edge, then fewer edges, then lower rows.
        gain, edges = max(options, key=lambda o: (o[0] / len(o[1]), -len(o[1]), -min(o[1])))
        fresh = np.isin(np.arange(len(is_used)), list(edges))
        is_used |= fresh
        _gain(case, far, is_used, fresh)
        steps.append(edges)
        gained.append(gain + (gained[-1] if gained else 0))
        left -= len(edges)
    return steps, gained


def _top(alone: Integers) -> Integers:
    """Give the row of the largest gain, if there are any."""
    return np.argsort(-alone, kind="stable")[:1]


def _with(case: Case, far: Integers, is_used: Truths, edges: frozenset[int]) -> int:
    """Count who gains by a set."""
    fresh = np.isin(np.arange(len(is_used)), list(edges))
    return _gain(case, far.copy(), is_used | fresh, fresh)


def _gain(case: Case, far: Integers, is_used: Truths, fresh: Truths) -> int:
    """Repair what is fresh, lower the costs accordingly, and count who gains."""
    seeds = np.unique(case.ends[fresh])
    places, before = kernel_gains.improve(case.back, case.new, is_used, seeds, far, case.limit)
    return int(case.people[places[before > case.limit], 0].sum())


def _sets(case: Case, far: Integers, is_used: Truths, most: int) -> list[frozenset[int]]:
    """List the sets of two edges and more that open the ways of most people for an edge."""
    cost, after, by = kernel_gains.layers(case.back, case.new, is_used, far, case.limit, most)
    needed = np.where((cost <= case.limit).any(axis=0), (cost <= case.limit).argmax(axis=0), 0)
    people = case.people[:, 0]
    known: dict[tuple[int, int], frozenset[int]] = {}
    sums: dict[frozenset[int], int] = {}
    for place in np.flatnonzero((needed > 1) & (people > 0)).tolist():
        edges = _along(int(needed[place]), place, (after, by), known)
        sums[edges] = sums.get(edges, 0) + int(people[place])
    ranked = sorted(sums, key=lambda edges: (-sums[edges] / len(edges), sorted(edges)))
    return ranked[:_SETS]


def _along(
    layer: int,
    place: int,
    ways: tuple[Integers, Integers],
    known: dict[tuple[int, int], frozenset[int]],
) -> frozenset[int]:
    """Gather the repairs on the way from a place, remembering those of every place passed."""
    after, by = ways
    passed: list[tuple[tuple[int, int], int]] = []
    while layer and (layer, place) not in known:
        following, candidate = int(after[layer, place]), int(by[layer, place])
        passed.append(((layer, place), candidate))
        if following < 0:
            layer -= 1
            continue
        layer, place = layer - (candidate >= 0), following
    edges = known[layer, place] if layer else frozenset()
    for key, candidate in reversed(passed):
        if candidate >= 0:
            edges |= {candidate}
        known[key] = edges
    return edges
