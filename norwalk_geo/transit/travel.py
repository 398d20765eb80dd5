"""Travel times door to door over a window of departures: the wait is in them, once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.transit.kernel import NEVER, search
from norwalk_geo.transit.running import clock_s

if TYPE_CHECKING:
    from norwalk_geo.transit.timetable import Timetable

__all__ = ["Window", "travel_times"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_MINUTE_S, _MOST_MIN = 60, 24 * 60
_SHARES = {"low_min": 0.1, "median_min": 0.5, "high_min": 0.9}


@dataclass(frozen=True)
class Window:
    """
    Departures that are asked for, one a minute.

    Parameters
    ----------
    start
        Time of the clock on the day of the timetable.
    minutes
        Departures: the first at `start`, each a minute after the one before.
    limit_min
        Longest trip, in minutes; one of exactly that time is within it.
    most_rides
        Most vehicles in a trip; by default that of `parameters/transit_rules.csv`.
    """

    start: dt.time = dt.time(7)
    minutes: int = 60
    limit_min: float = 120.0
    most_rides: int | None = None

    def check(self) -> None:
        """
        Refuse a window that is none.

        Returns
        -------
        nothing
            The window can be asked for.

        Raises
        ------
        ConfigError
            With every problem.
        """
        problems = []
        for name, value in (("minutes", self.minutes), ("limit_min", self.limit_min)):
            if not 1 <= value <= _MOST_MIN:
                remedy = f"Give 1 to {_MOST_MIN:,}."
                problems.append(Problem(name, f"is {value}", remedy=remedy))
        if self.most_rides is not None and not 0 <= self.most_rides <= 10:  # noqa: PLR2004
            problems.append(Problem("most_rides", f"is {self.most_rides}", remedy="Give 0 to 10."))
        if problems:
            raise ConfigError.of("window", problems)


def _ways(table: pd.DataFrame, places: pd.Index, stops: pd.Index) -> tuple[_Ints, _Ints, _Ints]:
    """Lay out ways between places and stops that are served, by place."""
    flat = table.reset_index()
    stop = stops.get_indexer(pd.Index(flat["stop_id"]))
    place = places.get_indexer(pd.Index(flat["place_id"]))
    order = np.lexsort((stop, place))
    order = order[(stop[order] >= 0) & (place[order] >= 0)]
    first = np.searchsorted(place[order], np.arange(len(places) + 1)).astype("int64")
    return first, stop[order].astype("int64"), flat["walk_s"].to_numpy("int64")[order]


def _direct(walks: pd.DataFrame, origins: pd.Index, places: pd.Index) -> _Ints:
    """Lay out ways without a vehicle as a matrix."""
    flat = walks.reset_index()
    start, end = (
        origins.get_indexer(pd.Index(flat["origin_id"])),
        places.get_indexer(pd.Index(flat["place_id"])),
    )
    matrix = np.full((len(origins), len(places)), NEVER)
    known = (start >= 0) & (end >= 0)
    matrix[start[known], end[known]] = flat["walk_s"].to_numpy("int64")[known]
    return matrix


def _minutes(seconds: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Turn seconds into minutes; what is never reached has none."""
    return np.where(seconds >= NEVER, np.nan, seconds / _MINUTE_S)


def _summed(took: _Ints, walks: _Ints, limit: int) -> pd.DataFrame:
    """Say of each origin and place what share of the departures keeps to which time."""
    count = took.shape[2]
    ordered = np.sort(took, axis=2).reshape(-1, count)
    walk = np.where(walks > limit, NEVER, walks).ravel()
    rank = {name: max(int(np.ceil(share * count)) - 1, 0) for name, share in _SHARES.items()}
    return pd.DataFrame(
        {
            "departures": count,
            "reached": (ordered < NEVER).sum(axis=1),
            "fastest_min": _minutes(ordered[:, 0]),
            **{name: _minutes(ordered[:, row]) for name, row in rank.items()},
            "walk_min": _minutes(walk),
        }
    )


def travel_times(
    timetable: Timetable,
    access: pd.DataFrame,
    egress: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    window: Window | None = None,
) -> pd.DataFrame:
    """
    Find how long trips take door to door, leaving at every minute of a window.

    A trip walks or rolls to a stop, rides, and goes on to its end; it waits where it waits, and the
    wait at the first stop is a part of the time. Where no vehicle is faster, it goes without one:
    transit never makes a trip slower.

    Parameters
    ----------
    timetable
        What runs on the day.
    access, egress
        Ways from origins to stops and from stops to destinations (`place_id`), as `stop_walks`.
        Origins are those of `access` and `walks` together.
    walks
        Ways without a vehicle, as `direct_walks`.
    window
        Departures; by default every minute from 7:00 to 7:59, two hours at the most.

    Returns
    -------
    travel_times
        One row an origin and destination, unless no departure gets there within the limit; a
        percentile is the time that so many of all departures keep to; it is missing where fewer get
        there at all.

    Raises
    ------
    ConfigError
        The window is none.
    SchemaError
        The ways do not agree with their schemas.
    """
    window = window or Window()
    window.check()
    ways = {
        "access": schema.check(access, "stop_walks"),
        "egress": schema.check(egress, "stop_walks"),
        "walks": schema.check(walks, "direct_walks"),
    }
    origins, places = (
        pd.Index(sorted({*ways[name].index.unique("place_id"), *more}), dtype="str")
        for name, more in (
            ("access", ways["walks"].index.unique("origin_id")),
            ("egress", ways["walks"].index.unique("place_id")),
        )
    )
    start = clock_s(timetable.day, window.start, timetable.zone)
    leaving = start + _MINUTE_S * np.arange(window.minutes, dtype="int64")
    rounds = window.most_rides
    if rounds is None:
        rounds = int(schema.parameters("transit_rules")["value"]["most_rides"])
    direct = _direct(ways["walks"], origins, places)
    there, back = (
        _ways(ways[name], ids, timetable.stops)
        for name, ids in (("access", origins), ("egress", places))
    )
    arrival = search(timetable.lines, there, back, direct, leaving, rounds)
    limit = int(window.limit_min * _MINUTE_S)
    took = np.where(arrival >= NEVER, NEVER, arrival - leaving)
    frame = _summed(np.where(took > limit, NEVER, took), direct, limit)
    frame.index = pd.MultiIndex.from_product([origins, places], names=["origin_id", "place_id"])
    return schema.check(frame[frame["reached"].gt(0)], "travel_times")
