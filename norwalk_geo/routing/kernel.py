"""
The searches, compiled.

Labels are 64 bits: the number of the search above, falling from search to search, the cost below.
Every label of an earlier search is larger than any of this one, so that one comparison says whether
a place is new or better, and nothing is cleared in between. Places wait in buckets as wide as a
fraction of an edge; inside a bucket a label may still fall, so that any width is exact, and a
bucket that many wait in is emptied in order, so that any width is quick, too. Whether a place is
within the limit is known when it is first touched.
"""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit

from norwalk_geo.routing.arrays import Integers, Small
from norwalk_geo.routing.layout import Arcs

__all__ = ["NONE", "costs", "nearest", "sums", "tree"]

NONE = -1
_SHIFT = 32
_MASK = (1 << _SHIFT) - 1
_START = 256
# Entries of one bucket that are taken as they come, before it is emptied in order.
_PATIENCE = 64


@njit(cache=True, nogil=True)
def _search(  # noqa: C901, PLR0913, PLR0917 - one loop over arrays, compiled whole
    arcs: Arcs,
    origin: int,
    limit: int,
    shift: int,
    base: int,
    label: Integers,
    head: Small,
    pool: tuple[Small, Small, Small],
    touched: Small,
) -> tuple[int, tuple[Small, Small, Small]]:
    """Reach out from one place; gives how many places were touched, and the queue's memory."""
    first, end, cost = arcs.first, arcs.end, arcs.cost
    place, at, after = pool
    label[origin], touched[0], head[0], count = base, origin, 0, 1
    place[0], at[0], after[0], used, done = origin, 0, NONE, 1, 0
    for bucket in range((limit >> shift) + 1):
        if done == used:
            break
        patience = done + _PATIENCE
        while head[bucket] != NONE:
            if done > patience:
                state = (base, bucket, count, used, done)
                work = (label, head, touched, place, at, after)
                count, used, done, place, at, after = _careful(arcs, limit, shift, state, work)
                break
            entry, done = head[bucket], done + 1
            head[bucket] = after[entry]
            here, so_far = place[entry], np.int64(at[entry])
            if label[here] != base + so_far:
                continue
            for arc in range(first[here], first[here + 1]):
                there = so_far + cost[arc]
                if there > limit:
                    break
                to = end[arc]
                old = label[to]
                if base + there >= old:
                    continue
                label[to] = base + there
                if old >= base + (1 << _SHIFT):
                    touched[count] = to
                    count += 1
                begin = first[to]
                if begin == first[to + 1] or there + cost[begin] > limit:
                    continue
                if used == len(place):
                    place, at, after = _longer(place), _longer(at), _longer(after)
                place[used], at[used], after[used] = to, there, head[there >> shift]
                head[there >> shift] = used
                used += 1
    return count, (place, at, after)


@njit(cache=True, nogil=True)
def _leads_on(arcs: Arcs, place: int, left: int) -> bool:
    """Tell whether a place has an arc within what is left."""
    begin = arcs.first[place]
    return bool(begin < arcs.first[place + 1] and arcs.cost[begin] <= left)


@njit(cache=True, nogil=True)
def _careful(  # noqa: C901 - one loop, compiled whole
    arcs: Arcs,
    limit: int,
    shift: int,
    state: tuple[int, int, int, int, int],
    work: tuple[Integers, Small, Small, Small, Small, Small],
) -> tuple[int, int, int, Small, Small, Small]:
    """
    Empty one bucket in the order of cost, so that no place in it is left twice.

    Many edges may be far shorter than a bucket is wide; in any other order, places in it could be
    left again and again.
    """
    base, bucket, count, used, done = state
    label, head, touched, place, at, after = work
    waiting = [(np.int64(0), np.int64(0))]
    waiting.clear()
    while head[bucket] != NONE:
        entry, done = head[bucket], done + 1
        heapq.heappush(waiting, (np.int64(at[entry]), np.int64(place[entry])))
        head[bucket] = after[entry]
    while len(waiting) > 0:
        so_far, here = heapq.heappop(waiting)
        if label[here] != base + so_far:
            continue
        for arc in range(arcs.first[here], arcs.first[here + 1]):
            there, to = so_far + arcs.cost[arc], arcs.end[arc]
            if there > limit:
                break
            old = label[to]
            if base + there >= old:
                continue
            label[to] = base + there
            if old >= base + (1 << _SHIFT):
                touched[count] = to
                count += 1
            if not _leads_on(arcs, to, limit - there):
                continue
            if there >> shift == bucket:
                heapq.heappush(waiting, (there, np.int64(to)))
                continue
            if used == len(place):
                place, at, after = _longer(place), _longer(at), _longer(after)
            place[used], at[used], after[used] = to, there, head[there >> shift]
            head[there >> shift] = used
            used += 1
    return count, used, done, place, at, after


@njit(cache=True, nogil=True)
def _longer(array: Small) -> Small:
    """Double an array."""
    made = np.empty(2 * len(array), dtype=np.int32)
    made[: len(array)] = array
    return made


@njit(cache=True, nogil=True)
def sums(
    arcs: Arcs,
    origins: Small,
    values: Integers,
    limit: int,
    shift: int,
    found: Integers,
) -> None:
    """
    Add up the values within reach of each origin.

    Parameters
    ----------
    arcs
        By place.
    origins
        Places.
    values
        By place and column.
    limit
        Most cost, inclusive, below 2³¹.
    shift
        Buckets are 2 to this power wide.
    found
        By origin and column: filled in.
    """
    places, columns = values.shape
    label = np.full(places, np.iinfo(np.int64).max, dtype=np.int64)
    head = np.full((limit >> shift) + 1, NONE, dtype=np.int32)
    touched = np.empty(places, dtype=np.int32)
    pool = (
        np.empty(_START, dtype=np.int32),
        np.empty(_START, dtype=np.int32),
        np.empty(_START, dtype=np.int32),
    )
    for number in range(len(origins)):
        base = (len(origins) - number) << _SHIFT
        count, pool = _search(arcs, origins[number], limit, shift, base, label, head, pool, touched)
        for column in range(columns):
            total = np.int64(0)
            for k in range(count):
                total += values[touched[k], column]
            found[number, column] = total


@njit(cache=True, nogil=True)
def costs(
    arcs: Arcs, origins: Small, stop: Small, limit: int, shift: int
) -> tuple[Integers, Small, Integers]:
    """
    List the nodes within reach of each origin, with their cost.

    Parameters
    ----------
    arcs
        By place.
    origins
        Places.
    stop
        Node reached at each place, −1 where none is.
    limit
        Most cost, inclusive, below 2³¹.
    shift
        Buckets are 2 to this power wide.

    Returns
    -------
    counts, node, cost
        Nodes reached, by origin; node and cost, one origin after the other, in no order within.
    """
    label = np.full(len(stop), np.iinfo(np.int64).max, dtype=np.int64)
    head = np.full((limit >> shift) + 1, NONE, dtype=np.int32)
    touched = np.empty(len(stop), dtype=np.int32)
    pool = (
        np.empty(_START, dtype=np.int32),
        np.empty(_START, dtype=np.int32),
        np.empty(_START, dtype=np.int32),
    )
    counts = np.zeros(len(origins), dtype=np.int64)
    node, cost = np.empty(_START, dtype=np.int32), np.empty(_START, dtype=np.int64)
    used = 0
    for number in range(len(origins)):
        base = (len(origins) - number) << _SHIFT
        count, pool = _search(arcs, origins[number], limit, shift, base, label, head, pool, touched)
        while used + count > len(node):
            node = _longer(node)
            longer = np.empty(2 * len(cost), dtype=np.int64)
            longer[: len(cost)] = cost
            cost = longer
        before = used
        for k in range(count):
            if stop[touched[k]] != NONE:
                node[used], cost[used] = stop[touched[k]], label[touched[k]] & _MASK
                used += 1
        counts[number] = used - before
    return counts, node[:used].copy(), cost[:used].copy()


@njit(cache=True, nogil=True)
def nearest(arcs: Arcs, seeds: Small, rank: Integers, limit: int) -> tuple[Integers, Integers]:
    """
    Find the cheapest target of every place, searching backward from all targets at once.

    Parameters
    ----------
    arcs
        Turned around, by place.
    seeds
        Places of the targets.
    rank
        Number of each target: of equally cheap ones the lowest counts.
    limit
        Most cost, inclusive.

    Returns
    -------
    cost, target
        By place, −1 where no target is within the limit.
    """
    places = len(arcs.first) - 1
    found = np.full(places, np.int64(NONE), dtype=np.int64)
    target = np.full(places, np.int64(NONE), dtype=np.int64)
    waiting = [(np.int64(0), rank[k], np.int64(seeds[k])) for k in range(len(seeds))]
    heapq.heapify(waiting)
    while len(waiting) > 0:
        so_far, which, here = heapq.heappop(waiting)
        if found[here] != NONE:
            continue
        found[here], target[here] = so_far, which
        for arc in range(arcs.first[here], arcs.first[here + 1]):
            there = so_far + arcs.cost[arc]
            if there > limit:
                break
            if found[arcs.end[arc]] == NONE:
                heapq.heappush(waiting, (there, which, np.int64(arcs.end[arc])))
    return found, target


@njit(cache=True, nogil=True)
def tree(arcs: Arcs, origin: int, name: Integers) -> tuple[Integers, Integers, Integers]:
    """
    Find the cheapest way from one place to all.

    Of equally cheap ways the one over the fewest arcs counts, of these the one whose last place has
    the lowest name, and so on backward: a choice that no order of rows changes.

    Parameters
    ----------
    arcs
        By place.
    origin
        Place.
    name
        What decides between places, by place.

    Returns
    -------
    cost, before, by
        Cost, place before and arc by which it was reached, by place; −1 where there is none.
    """
    places = len(arcs.first) - 1
    cost = np.full(places, np.int64(NONE), dtype=np.int64)
    before = np.full(places, np.int64(NONE), dtype=np.int64)
    by = np.full(places, np.int64(NONE), dtype=np.int64)
    start = np.int64(origin)
    waiting = [(np.int64(0), np.int64(0), np.int64(NONE), start, start, np.int64(NONE))]
    while len(waiting) > 0:
        so_far, steps, _, here, last, arc_here = heapq.heappop(waiting)
        if cost[here] != NONE:
            continue
        cost[here], by[here] = so_far, arc_here
        if arc_here != NONE:
            before[here] = last
        for arc in range(arcs.first[here], arcs.first[here + 1]):
            to = np.int64(arcs.end[arc])
            if cost[to] == NONE:
                there = so_far + arcs.cost[arc]
                entry = (there, steps + 1, name[here], to, here, np.int64(arc))
                heapq.heappush(waiting, entry)
    return cost, before, by
