"""
Earliest arrivals over a window of departures, round by round (RAPTOR; Delling, Pajor and Werneck).

A round rides one vehicle more. Departures are searched from the last to the first: what a later one
reaches, an earlier one reaches too by waiting, so that each search only adds what is new. One walk
may lie between two vehicles, none in front of another walk.
"""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["NEVER", "search"]

NEVER = 1 << 40


@numba.njit(cache=True)
def _first_trip(departure, base, size, place, upper, ready):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Find the first trip before `upper` that leaves no earlier than one is ready."""
    low, high = 0, upper
    while low < high:
        middle = (low + high) // 2
        if departure[base + middle * size + place] >= ready:
            high = middle
        else:
            low = middle + 1
    return low


@numba.njit(cache=True)
def _ride(lines, number, entry, ready, until, arrived):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Ride one line from a call on; give back how many stops are reached earlier, and list them."""
    begin, base = lines.first_call[number], lines.first_time[number]
    size, trips = lines.first_call[number + 1] - begin, lines.trips[number]
    trip, count = trips, 0
    for place in range(entry, size):
        stop = lines.stop[begin + place]
        if trip < trips and lines.alight[begin + place]:
            time = lines.arrival[base + trip * size + place]
            if time < until[stop]:
                until[stop] = time
                arrived[count] = stop
                count += 1
        if lines.board[begin + place] and ready[stop] < NEVER and trip > 0:
            # Only a trip before the one that is ridden is of use.
            trip = _first_trip(lines.departure, base, size, place, trip, ready[stop])
    return count


@numba.njit(cache=True)
def _spread(lines, stop, level, ride, ready, marked):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Carry an arrival to where one can board next, in this and all later rounds."""
    time = ride[level, stop]
    for later in range(level + 1, ride.shape[0]):
        ride[later, stop] = min(ride[later, stop], time)
    for path in range(lines.first_path[stop] - 1, lines.first_path[stop + 1]):
        own = path < lines.first_path[stop]
        head = stop if own else lines.path_to[path]
        then = time + (lines.change_s[stop] if own else lines.path_s[path])
        if then < ready[level, head]:
            marked[head] = True
            for later in range(level, ride.shape[0]):
                ready[later, head] = min(ready[later, head], then)


@numba.njit(cache=True)
def _round(lines, level, ride, ready, marked, entry, arrived):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Ride one vehicle more from every stop that is marked, and mark what is reached earlier."""
    entry[:] = -1
    for stop in range(len(marked)):
        if not marked[stop]:
            continue
        marked[stop] = False
        for k in range(lines.first_line[stop], lines.first_line[stop + 1]):
            line, place = lines.line[k], lines.place[k]
            if entry[line] < 0 or place < entry[line]:
                entry[line] = place
    found = False
    for line in range(len(entry)):
        if entry[line] < 0:
            continue
        count = _ride(lines, line, entry[line], ready[level - 1], ride[level], arrived)
        for k in range(count):
            found = True
            _spread(lines, arrived[k], level, ride, ready, marked)
    return found


@numba.njit(cache=True)
def search(lines, access, egress, walks, departures, rounds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, C901
    """
    Find arrivals of each origin at each place for each departure.

    Parameters
    ----------
    lines
        Timetable.
    access, egress
        First row of each origin (or place), stop and seconds, by row.
    walks
        Seconds without a vehicle, a row an origin, a column a place; `NEVER` without a way.
    departures
        Seconds, ascending.
    rounds
        Most vehicles.

    Returns
    -------
    arrivals
        Seconds by origin, place and departure; `NEVER` where one does not get there.
    """
    n_stops, n_lines = len(lines.change_s), len(lines.trips)
    n_origins, n_places = walks.shape
    longest = 1
    for line in range(n_lines):
        longest = max(longest, lines.first_call[line + 1] - lines.first_call[line])
    arrived, entry = np.empty(longest, np.int64), np.empty(n_lines, np.int64)
    ride, ready = (
        np.empty((rounds + 1, n_stops), np.int64),
        np.empty((rounds + 1, n_stops), np.int64),
    )
    marked = np.zeros(n_stops, np.bool_)
    out = np.full((n_origins, n_places, len(departures)), NEVER)
    for origin in range(n_origins):
        ride[:], ready[:] = NEVER, NEVER
        for number in range(len(departures) - 1, -1, -1):
            start = departures[number]
            for row in range(access[0][origin], access[0][origin + 1]):
                stop, then = access[1][row], start + access[2][row]
                if then < ready[0, stop]:
                    marked[stop] = True
                    for level in range(rounds + 1):
                        ready[level, stop] = min(ready[level, stop], then)
            for level in range(1, rounds + 1):
                if not _round(lines, level, ride, ready, marked, entry, arrived):
                    break
            marked[:] = False
            for place in range(n_places):
                best = walks[origin, place] + start
                for row in range(egress[0][place], egress[0][place + 1]):
                    best = min(best, ride[rounds, egress[1][row]] + egress[2][row])
                out[origin, place, number] = min(best, NEVER)
    return out
