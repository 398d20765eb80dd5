"""
What an edge changes, compiled.

Only where a way over the new edge is cheaper than what was there before does anything change, and
beyond such places nothing can: the search stops there and stays small.
"""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit

from norwalk_geo.routing.arrays import Integers, Truths
from norwalk_geo.routing.layout import Arcs

__all__ = ["improve", "layers", "singles"]


@njit(cache=True, nogil=True)
def improve(  # noqa: C901 - one loop, compiled whole
    back: Arcs, new: Arcs, is_used: Truths, fresh: Integers, far: Integers, limit: int
) -> tuple[Integers, Integers]:
    """
    Find the places that get nearer to their target by some edges.

    Parameters
    ----------
    back
        Arcs turned around.
    new
        Arcs of all edges that can be repaired, turned around; `edge` is the candidate.
    is_used
        Candidates that are repaired, by candidate.
    fresh
        Places from which repaired arcs lead backward and are not yet accounted for.
    far
        Cost to the target, by place; above `limit` where there is none. It is lowered.
    limit
        Most cost, inclusive.

    Returns
    -------
    places, before
        Places whose cost fell, and what it was, in the order of falling.
    """
    places, before = [np.int64(-1)], [np.int64(-1)]
    waiting = [(np.int64(-1), np.int64(-1))]
    waiting.clear()
    places.clear()
    before.clear()
    for here in fresh:
        for arc in range(new.first[here], new.first[here + 1]):
            there = far[here] + new.cost[arc]
            if is_used[new.edge[arc]] and there <= limit and there < far[new.end[arc]]:
                heapq.heappush(waiting, (there, np.int64(new.end[arc])))
    while len(waiting) > 0:
        so_far, here = heapq.heappop(waiting)
        if so_far >= far[here]:
            continue
        places.append(here)
        before.append(far[here])
        far[here] = so_far
        for arc in range(back.first[here], back.first[here + 1]):
            there = so_far + back.cost[arc]
            if there > limit:
                break
            if there < far[back.end[arc]]:
                heapq.heappush(waiting, (there, np.int64(back.end[arc])))
        for arc in range(new.first[here], new.first[here + 1]):
            there = so_far + new.cost[arc]
            if there > limit:
                break
            if is_used[new.edge[arc]] and there < far[new.end[arc]]:
                heapq.heappush(waiting, (there, np.int64(new.end[arc])))
    return np.array(places, dtype=np.int64), np.array(before, dtype=np.int64)


@njit(cache=True, nogil=True)
def singles(
    back: Arcs,
    new: Arcs,
    is_used: Truths,
    seeds: tuple[Integers, Integers],
    far: Integers,
    limit: int,
    people: Integers,
    found: Integers,
) -> None:
    """
    Say for each of some candidates who gains by it.

    Parameters
    ----------
    back, new, far, limit
        As in `improve`.
    is_used
        Candidates that are repaired already; as it was, afterward.
    seeds
        Candidates asked for, and by candidate the places at its ends.
    people
        By place and column.
    found
        By candidate asked for and column: filled in.
    """
    far, is_used = far.copy(), is_used.copy()
    asked, ends = seeds
    for number in range(len(asked)):
        candidate = asked[number]
        if is_used[candidate]:
            continue
        is_used[candidate] = True
        places, before = improve(back, new, is_used, ends[candidate], far, limit)
        is_used[candidate] = False
        for k in range(len(places) - 1, -1, -1):
            far[places[k]] = before[k]
            if before[k] > limit:
                for column in range(people.shape[1]):
                    found[number, column] += people[places[k], column]


@njit(cache=True, nogil=True)
def layers(  # noqa: C901 - one loop, compiled whole
    back: Arcs, new: Arcs, is_used: Truths, far: Integers, limit: int, most: int
) -> tuple[Integers, Integers, Integers]:
    """
    Find for each place how few repairs bring it within the limit.

    Parameters
    ----------
    back, new, is_used, far, limit
        As in `improve`; `far` stays as it is.
    most
        Repairs asked for at most.

    Returns
    -------
    cost, after, by
        By number of repairs and place: least cost with at most so many (above `limit` where there
        is none), place that follows on the way (−1 where there is none or the way is that of one
        repair fewer), and candidate that is repaired between (−1 for none).
    """
    count = len(far)
    cost = np.full((most + 1, count), np.int64(limit) + 1, dtype=np.int64)
    after = np.full((most + 1, count), np.int64(-1), dtype=np.int64)
    by = np.full((most + 1, count), np.int64(-1), dtype=np.int64)
    cost[0] = np.minimum(far, limit + 1)
    waiting = [(np.int64(0), np.int64(0), np.int64(0), np.int64(0))]
    for layer in range(1, most + 1):
        waiting.clear()
        cost[layer] = cost[layer - 1]
        for start in range(count):
            for arc in range(new.first[start], new.first[start + 1]):
                there = cost[layer - 1, start] + new.cost[arc]
                to, candidate = np.int64(new.end[arc]), np.int64(new.edge[arc])
                if there <= limit and not is_used[candidate] and there < cost[layer, to]:
                    heapq.heappush(waiting, (there, to, np.int64(start), candidate))
        while len(waiting) > 0:
            so_far, here, last, candidate = heapq.heappop(waiting)
            if so_far >= cost[layer, here]:
                continue
            cost[layer, here], after[layer, here], by[layer, here] = so_far, last, candidate
            for arc in range(back.first[here], back.first[here + 1]):
                there = so_far + back.cost[arc]
                if there > limit:
                    break
                if there < cost[layer, back.end[arc]]:
                    entry = (there, np.int64(back.end[arc]), here, np.int64(-1))
                    heapq.heappush(waiting, entry)
            for arc in range(new.first[here], new.first[here + 1]):
                there = so_far + new.cost[arc]
                if there > limit:
                    break
                if is_used[new.edge[arc]] and there < cost[layer, new.end[arc]]:
                    entry = (there, np.int64(new.end[arc]), here, np.int64(-1))
                    heapq.heappush(waiting, entry)
    return cost, after, by
