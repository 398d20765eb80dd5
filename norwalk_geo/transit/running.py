"""Which trips run around a day, with times in seconds after that day's noon minus 12 hours."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.transit.footpaths import Feed

__all__ = ["clock_s", "day_start", "running", "zone_of"]

_DAY_S = 86_400
_SHOWN = 14


def zone_of(feed: Feed) -> ZoneInfo:
    """
    Find the time zone of a feed.

    Parameters
    ----------
    feed
        Tables as `sources.read_gtfs` makes them.

    Returns
    -------
    zone
        With its changes of clock.

    Raises
    ------
    ConfigError
        There is no such zone.
    """
    name = str(feed["gtfs_feed"]["timezone"].iloc[0])
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        problem = Problem("timezone", f"{name!r} is no time zone", remedy="Correct the feed.")
        raise ConfigError.of("timetable", [problem]) from None


def day_start(day: dt.date, zone: ZoneInfo) -> int:
    """
    Find the moment from which times of a service day count: noon minus 12 hours.

    Parameters
    ----------
    day
        Service day.
    zone
        Time zone of the feed.

    Returns
    -------
    moment
        Seconds of the epoch. It is midnight, but for days on which the clocks change.

    Examples
    --------
    >>> zone = ZoneInfo("America/Los_Angeles")
    >>> [day_start(dt.date(2026, 3, day + 1), zone) - day_start(dt.date(2026, 3, day), zone)
    ...  for day in (6, 7, 8)]
    [86400, 82800, 86400]
    """
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=zone)
    return int(noon.timestamp()) - _DAY_S // 2


def clock_s(day: dt.date, clock: dt.time, zone: ZoneInfo) -> int:
    """
    Place a time of the clock in a service day.

    Parameters
    ----------
    day
        The day on the calendar.
    clock
        Time as clocks show it; where they show it twice, the first.
    zone
        Time zone of the feed.

    Returns
    -------
    seconds
        After noon minus 12 hours of the day.

    Examples
    --------
    >>> zone = ZoneInfo("America/Los_Angeles")
    >>> day = dt.date(2026, 3, 8)
    >>> clock_s(day, dt.time(8), zone), clock_s(day, dt.time(1), zone)
    (28800, 7200)
    """
    moment = dt.datetime.combine(day, clock, tzinfo=zone)
    return int(moment.timestamp()) - day_start(day, zone)


def _refuse(feed: Feed, day: dt.date) -> None:
    """Refuse a day that the feed does not cover, with those that it does."""
    about = feed["gtfs_feed"].iloc[0]
    first, last = about["first_day"].date(), about["last_day"].date()
    if first <= day <= last:
        return
    remedy = f"It covers {first} to {last}: choose one of these days, or a newer feed."
    what = f"{day} is not covered by {feed['gtfs_feed'].index[0]}"
    raise ConfigError.of("timetable", [Problem("day", what, remedy=remedy)])


def _repeated(calls: pd.DataFrame, feed: Feed) -> pd.DataFrame:
    """Write out trips that are repeated; the trip that gives the pattern does not run itself."""
    repeats = feed["gtfs_frequencies"].reset_index()
    kept = calls[~calls["trip_id"].isin(repeats["trip_id"])]
    repeats = repeats[repeats["trip_id"].isin(calls["trip_id"])]
    if repeats.empty:
        return kept
    pattern = calls[calls["trip_id"].isin(repeats["trip_id"])]
    begin = pattern.groupby("trip_id")["departure_s"].transform("first")
    pattern = pattern.assign(
        arrival_s=pattern["arrival_s"] - begin, departure_s=pattern["departure_s"] - begin
    )
    spans = repeats[["start_s", "end_s", "headway_s"]].to_numpy("int64").tolist()
    starts = [
        (trip, moment)
        for trip, span in zip(repeats["trip_id"], spans, strict=True)
        for moment in range(*span)
    ]
    runs = pd.DataFrame(starts, columns=["trip_id", "moment"]).drop_duplicates()
    both = runs.merge(pattern, on="trip_id")
    both["arrival_s"] += both["moment"]
    both["departure_s"] += both["moment"]
    both["trip_id"] = both["trip_id"] + " at " + both["moment"].astype("str")
    return pd.concat([kept, both.drop(columns="moment")], ignore_index=True)


def running(feed: Feed, day: dt.date) -> pd.DataFrame:
    """
    List the calls of all trips that run on a day, the night before it and the morning after.

    Parameters
    ----------
    feed
        Tables as `sources.read_gtfs` makes them.
    day
        Service day.

    Returns
    -------
    calls
        `trip_id` (with the service day), `route_id`, `direction_id`, `wheelchair`, stop, order and
        times in seconds after noon minus 12 hours of `day`, sorted by trip and order. Trips of the
        day before that run after midnight are there with the times of `day`.

    Raises
    ------
    ConfigError
        The feed does not cover the day.
    """
    _refuse(feed, day)
    zone = zone_of(feed)
    calls = feed["gtfs_stop_times"].reset_index()
    trips = feed["gtfs_trips"].reset_index()
    latest = int(calls["arrival_s"].max()) if len(calls) else 0
    if len(feed["gtfs_frequencies"]):
        latest += max(int(end) for end in feed["gtfs_frequencies"].reset_index()["end_s"].tolist())
    services = feed["gtfs_days"].reset_index()
    parts = []
    for back in range(latest // _DAY_S + 1, -2, -1):
        other = day - dt.timedelta(days=back)
        on = services.loc[services["date"].eq(pd.Timestamp(other)), "service_id"]
        own = trips[trips["service_id"].isin(on)].drop(columns="service_id")
        if own.empty:
            continue
        part = _repeated(calls[calls["trip_id"].isin(own["trip_id"])], feed)
        base = part["trip_id"].str.partition(" at ")[0] if len(feed["gtfs_frequencies"]) else None
        part = part.assign(base=part["trip_id"] if base is None else base)
        shift = day_start(other, zone) - day_start(day, zone)
        part[["arrival_s", "departure_s"]] += shift
        last = part.groupby("trip_id")["arrival_s"].transform("max")
        part = part[last >= 0].merge(own.rename(columns={"trip_id": "base"}), on="base")
        parts.append(part.assign(trip_id=f"{other} " + part["trip_id"]).drop(columns="base"))
    names = [*calls.columns, "route_id", "direction_id", "wheelchair"]
    if not parts:
        # A day on which nothing runs has the types of one on which something does.
        none = trips.drop(columns="service_id").iloc[:0]
        return calls.iloc[:0].merge(none, on="trip_id")[names]
    every = pd.concat(parts, ignore_index=True)
    typed = every.astype({"arrival_s": np.int64, "departure_s": np.int64})
    return typed.sort_values(["trip_id", "stop_sequence"], kind="stable", ignore_index=True)[names]
