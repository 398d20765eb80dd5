"""
The trips of a day as arrays that a search can run over.

Trips that call at the same stops, where one may board and get off alike, are one line; within a
line no trip overtakes another, so that the first one that can be boarded is the best.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.transit.footpaths import Feed
from norwalk_geo.transit.running import running, zone_of

__all__ = ["Lines", "Timetable", "timetable"]

_Ints = npt.NDArray[np.int64]
_UNKNOWNS = ("avoid", "allow_and_flag", "allow")
# A change that the feed forbids takes longer than any day.
_NEVER = 10**8


class Lines(NamedTuple):
    """
    Lines, their calls and changes, by number of line and stop.

    Parameters
    ----------
    first_call, first_time, trips
        By line: where its calls and times begin, and how many trips it has.
    stop, board, alight
        By call of a line.
    arrival, departure
        Seconds, by line, trip and call.
    first_line, line, place
        By stop: lines that call there and at which of their calls.
    first_path, path_to, path_s
        By stop: walks to other stops.
    change_s
        By stop: least time between two vehicles at it.
    """

    first_call: _Ints
    first_time: _Ints
    trips: _Ints
    stop: _Ints
    board: npt.NDArray[np.bool_]
    alight: npt.NDArray[np.bool_]
    arrival: _Ints
    departure: _Ints
    first_line: _Ints
    line: _Ints
    place: _Ints
    first_path: _Ints
    path_to: _Ints
    path_s: _Ints
    change_s: _Ints


@dataclass(frozen=True, eq=False)
class Timetable:
    """
    What runs on a day.

    Parameters
    ----------
    day, zone
        Service day and time zone; times count from its noon minus 12 hours.
    stops
        Ids by number.
    lines
        Arrays of the search.
    operators
        Who runs what is in it.
    is_wheelchair, unknowns
        Whether a wheelchair travels, and what is done where a feed does not say that it can.
    left_out
        Trips that were left out for that.
    unsure
        Trips that are used though the feed does not say that a wheelchair can.
    """

    day: dt.date
    zone: ZoneInfo
    stops: pd.Index
    lines: Lines
    operators: tuple[str, ...]
    is_wheelchair: bool
    unknowns: str
    left_out: int
    unsure: int


def _usable(
    calls: pd.DataFrame, stops: pd.DataFrame, unknowns: str, day: dt.date
) -> tuple[pd.DataFrame, int, int]:
    """Leave out what a wheelchair cannot board, or may not be able to."""
    good = ["yes"] if unknowns == "avoid" else ["yes", "unknown"]
    fits = calls["wheelchair"].isin(good)
    said = calls["stop_id"].map(stops["wheelchair"])
    kept = calls[fits].copy()
    there = said[fits].isin(good)
    kept["may_board"] &= there
    kept["may_alight"] &= there
    # Trips of the neighboring days are used, but not counted again.
    own = calls["trip_id"].str.contains(f" {day} ", regex=False)
    left_out = calls.loc[~fits & own, "trip_id"].nunique()
    doubt = kept["wheelchair"].eq("unknown") | said[fits].eq("unknown")
    unsure = kept.loc[doubt & own[fits], "trip_id"].nunique()
    return kept, int(left_out), int(unsure) if unknowns != "avoid" else 0


def _without_overtaking(times: _Ints) -> list[_Ints]:
    """Divide trips (rows, sorted by their start) so that none overtakes another of its part."""
    parts: list[list[int]] = []
    ends: list[_Ints] = []
    for row, own in enumerate(times):
        for number, last in enumerate(ends):
            if (own >= last).all():
                parts[number].append(row)
                ends[number] = own
                break
        else:
            parts.append([row])
            ends.append(own)
    return [np.array(part, dtype="int64") for part in parts]


def _patterns(calls: pd.DataFrame, stops: pd.Index) -> list[tuple[_Ints, pd.DataFrame]]:
    """Group trips by the stops that they call at and where one may board and get off."""
    number = stops.get_indexer(pd.Index(calls["stop_id"]))
    code = number * 4 + calls["may_board"].to_numpy() * 2 + calls["may_alight"].to_numpy()
    trip = calls["trip_id"].factorize()[0]
    first = np.flatnonzero(np.diff(trip, prepend=-1))
    cells = np.split(code, first[1:])
    groups: dict[bytes, list[int]] = {}
    for row, cell in enumerate(cells):
        groups.setdefault(cell.tobytes(), []).append(row)
    begin = np.append(first, len(calls))
    found = []
    for rows in groups.values():
        size = len(cells[rows[0]])
        place = begin[rows][:, None] + np.arange(size)
        found.append((cells[rows[0]], calls.iloc[place.ravel()]))
    return found


def _arrays(calls: pd.DataFrame, stops: pd.Index) -> dict[str, _Ints]:
    """Lay out lines one after the other."""
    codes: list[_Ints] = []
    times: list[_Ints] = []
    sizes: list[tuple[int, int]] = []
    for code, own in _patterns(calls, stops) if len(calls) else []:
        both = own[["arrival_s", "departure_s"]].to_numpy("int64").reshape(-1, 2 * len(code))
        both = both[np.lexsort((both[:, -2], both[:, 1]))]
        for part in _without_overtaking(both):
            codes.append(code)
            times.append(both[part].reshape(-1, 2))
            sizes.append((len(code), len(part)))
    size, trips = np.array(sizes, dtype="int64").reshape(-1, 2).T
    code = np.concatenate([*codes, np.empty(0, dtype="int64")]).astype("int64")
    time = np.concatenate([*times, np.empty((0, 2), dtype="int64")])
    return {
        "first_call": np.concatenate([[0], np.cumsum(size)]),
        "first_time": np.concatenate([[0], np.cumsum(size * trips)]),
        "trips": trips,
        "stop": code // 4,
        "board": (code // 2 % 2).astype(bool),
        "alight": (code % 2).astype(bool),
        "arrival": time[:, 0].copy(),
        "departure": time[:, 1].copy(),
    }


def _by_stop(laid: dict[str, _Ints], count: int) -> dict[str, _Ints]:
    """List the lines of each stop."""
    size = np.diff(laid["first_call"])
    line = np.repeat(np.arange(len(size)), size)
    place = np.arange(len(line)) - np.repeat(laid["first_call"][:-1], size)
    order = np.lexsort((place, line, laid["stop"]))
    first = np.searchsorted(laid["stop"][order], np.arange(count + 1))
    return {"first_line": first, "line": line[order], "place": place[order]}


def _changes(
    feeds: Sequence[Feed], stops: pd.Index, footpaths: pd.DataFrame | None
) -> dict[str, _Ints]:
    """Join walks between stops with the rules of the feeds, which come first."""
    rules = pd.concat([feed["gtfs_transfers"].reset_index() for feed in feeds])
    pair = ["from_stop_id", "to_stop_id"]
    walks = rules[pair].iloc[:0].assign(walk_s=0) if footpaths is None else footpaths.reset_index()
    typed = dict.fromkeys(pair, "str")
    both = walks.astype(typed).merge(rules.astype(typed), on=pair, how="outer")
    possible = both["is_possible"].fillna(value=True).astype(bool)
    # A rule without a time leaves it to the walk; where none is known, one is there at once.
    time = both["change_s"].fillna(both["walk_s"]).fillna(0).where(possible, _NEVER)
    start, end = (stops.get_indexer(pd.Index(both[name])) for name in pair)
    known = (start >= 0) & (end >= 0)
    same = known & (start == end)
    change = np.zeros(len(stops), dtype="int64")
    change[start[same]] = time[same]
    paths = np.flatnonzero(known & ~same & possible.to_numpy())
    paths = paths[np.lexsort((end[paths], start[paths]))]
    return {
        "first_path": np.searchsorted(start[paths], np.arange(len(stops) + 1)),
        "path_to": end[paths],
        "path_s": time.to_numpy("int64")[paths],
        "change_s": change,
    }


def _asked(feeds: Sequence[Feed], unknowns: str) -> None:
    """Refuse a question that cannot be answered."""
    problems = []
    if not feeds:
        problems.append(Problem("feeds", "there is none", remedy="Give a feed."))
    zones = {str(feed["gtfs_feed"]["timezone"].iloc[0]) for feed in feeds}
    if len(zones) > 1:
        said = ", ".join(sorted(zones))
        problems.append(
            Problem("timezone", f"differs ({said})", remedy="Take feeds of one time zone.")
        )
    every = [str(one) for feed in feeds for one in feed["gtfs_stops"].index]
    if (
        twice := tuple(sorted({one for one in every if every.count(one) > 1}))
        if len(every) != len(set(every))
        else ()
    ):
        remedy = "Put the name of the feed before the ids of one of them."
        problems.append(Problem("stop_id", "is in two feeds", twice, remedy))
    if unknowns not in _UNKNOWNS:
        remedy = f"Use one of {', '.join(_UNKNOWNS)}."
        problems.append(Problem("unknowns", f"{unknowns!r} is no policy", remedy=remedy))
    if problems:
        raise ConfigError.of("timetable", problems)


def timetable(
    feeds: Sequence[Feed],
    day: dt.date,
    *,
    footpaths: pd.DataFrame | None = None,
    is_wheelchair: bool = False,
    unknowns: str = "avoid",
) -> Timetable:
    """
    Lay out what runs on a day.

    Parameters
    ----------
    feeds
        Each as `sources.read_gtfs` makes it. They must all cover the day.
    day
        Service day. Trips of the day before that run after midnight are in it.
    footpaths
        Walks between stops. Of two stops without one, nobody changes from the one to the other
        unless a feed has a rule for it.
    is_wheelchair
        Whether a wheelchair travels.
    unknowns
        What is done with a trip or stop of which the feed does not say whether it takes a
        wheelchair: `avoid` it, `allow_and_flag` or `allow` it. What is said not to is never used.

    Returns
    -------
    timetable
        Ready to search. A trip that is repeated by headway runs at the start of its time and every
        headway after.

    Raises
    ------
    ConfigError
        A feed does not cover the day (with the days that it covers), the feeds share ids or differ
        in time zone, or there is no such policy.
    """
    _asked(feeds, unknowns)
    parts = [running(feed, day) for feed in feeds]
    # Feeds may number their trips alike.
    named = [part.assign(trip_id=f"{k} " + part["trip_id"]) for k, part in enumerate(parts)]
    calls = pd.concat(named, ignore_index=True)
    stops = pd.concat([feed["gtfs_stops"] for feed in feeds])
    left_out = unsure = 0
    if is_wheelchair and len(calls):
        calls, left_out, unsure = _usable(calls, stops, unknowns, day)
    served = pd.Index(sorted(set(calls["stop_id"])), name="stop_id", dtype="str")
    laid = _arrays(calls, served)
    arrays = laid | _by_stop(laid, len(served)) | _changes(feeds, served, footpaths)
    names = {one for feed in feeds for one in feed["gtfs_feed"]["operators"].iloc[0].split("|")}
    return Timetable(
        day,
        zone_of(feeds[0]),
        served,
        Lines(**{name: np.ascontiguousarray(one) for name, one in arrays.items()}),  # type: ignore[arg-type]
        tuple(sorted(names)),
        is_wheelchair,
        unknowns,
        left_out,
        unsure,
    )
