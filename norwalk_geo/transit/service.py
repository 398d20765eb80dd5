"""How often vehicles leave each stop in the peaks: what rules about good transit ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.transit.footpaths import Feed
from norwalk_geo.transit.running import clock_s, running, zone_of

__all__ = ["stop_service"]

_MINUTE_S = 60


def _longest(times: np.ndarray, start: int, end: int) -> float:
    """Find the longest time between departures that touches the period, to the next after it."""
    ordered = np.unique(times)
    inside = ordered[(ordered >= start) & (ordered < end)]
    after = ordered[ordered >= end][:1]
    if not len(inside) or not len(after):
        return float("nan")
    # One who comes at the start of the period waits for its first departure.
    return float(np.diff(np.concatenate([[start], inside, after])).max()) / _MINUTE_S


def stop_service(
    feeds: Sequence[Feed], day: dt.date, periods: Mapping[str, tuple[dt.time, dt.time]]
) -> pd.DataFrame:
    """
    Count departures and find the longest time between them, by stop, route and direction.

    Parameters
    ----------
    feeds
        Each as `sources.read_gtfs` makes it.
    day
        Service day.
    periods
        First and last time of the clock, by name.

    Returns
    -------
    stop_service
        One row a stop, route, direction and period in which the route leaves the stop that day. The
        longest wait is the worst of the period, not its average.

    Raises
    ------
    ConfigError
        A feed does not cover the day.
    """
    rows = []
    for feed in feeds:
        calls = running(feed, day)
        calls = calls[calls["may_board"].astype(bool)] if len(calls) else calls
        kind = dict(feed["gtfs_routes"]["route_type"])
        zone = zone_of(feed)
        keys = [calls["stop_id"], calls["route_id"], calls["direction_id"].fillna("none")]
        for (stop, route, direction), own in calls["departure_s"].groupby(keys):
            times = own.to_numpy("int64")
            for name, ends in periods.items():
                start, end = (clock_s(day, clock, zone) for clock in ends)
                row = {"stop_id": stop, "route_id": route, "direction_id": direction}
                found = {
                    "time_of_day": name,
                    "route_type": kind[route],
                    "departures": int(((times >= start) & (times < end)).sum()),
                    "longest_wait_min": _longest(times, start, end),
                }
                rows.append(row | found)
    names = schema.describe("stop_service").columns.index
    return schema.check(pd.DataFrame(rows, columns=list(names)), "stop_service")
