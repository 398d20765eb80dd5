"""A feed with the buses of one route changed, to see what that would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem, nearest
from norwalk_geo.transit.footpaths import Feed

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["with_headway"]

_MINUTE_S = 60
_CHANGED = ("gtfs_trips", "gtfs_stop_times", "gtfs_frequencies")


def _patterns(trips: pd.DataFrame, calls: pd.DataFrame) -> pd.DataFrame:
    """Take of each service and direction the first trip with the most frequent stops, and ends."""
    ordered = calls.sort_values(["trip_id", "stop_sequence"], kind="stable")
    grouped = ordered.groupby("trip_id")
    stops = grouped["stop_id"].agg("|".join).rename("stops")
    found = (
        trips.set_index("trip_id")
        .join(stops, how="inner")
        .join(grouped["departure_s"].first().rename("start_s"))
    )
    found["direction"] = found["direction_id"].fillna("none")
    keys = ["service_id", "direction"]
    found["often"] = found.groupby([*keys, "stops"])["stops"].transform("size")
    first = found.sort_values([*keys, "often", "start_s"], ascending=[True, True, False, True])
    chosen = first.reset_index().drop_duplicates(keys).set_index(keys)
    return chosen.join(found.groupby(keys)["start_s"].agg(["min", "max"]))


def with_headway(feed: Feed, route_id: str, headway_min: float | None) -> dict[str, DataFrame]:
    """
    Run a route at another headway, or not at all.

    Parameters
    ----------
    feed
        Tables as `sources.read_gtfs` makes them.
    route_id
        The route.
    headway_min
        Minutes between two departures of each service and direction, from its first departure of
        today to its last. `None` takes the route out.

    Returns
    -------
    feed
        The tables; the given ones stay as they are. All vehicles of a service and direction call
        where most of them call today, and take as long as the first of these does.

    Raises
    ------
    ConfigError
        There is no such route, or the headway is below a minute.
    """
    problems = []
    if route_id not in feed["gtfs_routes"].index:
        remedy = nearest(route_id, list(feed["gtfs_routes"].index))
        problems.append(Problem("route_id", f"{route_id!r} is no route", remedy=remedy))
    if headway_min is not None and not headway_min >= 1:
        problems.append(
            Problem("headway_min", f"is {headway_min}", remedy="Give a minute or more.")
        )
    if problems:
        raise ConfigError.of("with_headway", problems)
    flat = {name: feed[name].reset_index() for name in _CHANGED}
    own = flat["gtfs_trips"][flat["gtfs_trips"]["route_id"].eq(route_id)]
    kept = {name: one[~one["trip_id"].isin(own["trip_id"])] for name, one in flat.items()}
    if headway_min is not None and len(own):
        calls = flat["gtfs_stop_times"]
        chosen = _repeated(flat, own, calls[calls["trip_id"].isin(own["trip_id"])])
        again = {
            "trip_id": chosen["trip_id"],
            "start_s": chosen["min"],
            "end_s": chosen["max"] + 1,
            "headway_s": round(headway_min * _MINUTE_S),
            "is_exact": True,
        }
        more = {
            "gtfs_trips": own[own["trip_id"].isin(chosen["trip_id"])],
            "gtfs_stop_times": calls[calls["trip_id"].isin(chosen["trip_id"])],
            "gtfs_frequencies": pd.DataFrame(again),
        }
        kept = {name: pd.concat([one, more[name]]) for name, one in kept.items()}
    checked = {name: schema.check(one, name) for name, one in kept.items()}
    return {**feed, **checked}


def _repeated(
    flat: dict[str, pd.DataFrame], own: pd.DataFrame, calls: pd.DataFrame
) -> pd.DataFrame:
    """Find what is repeated; a trip that is repeated today counts from its first to its last."""
    chosen = _patterns(own, calls).reset_index()
    today = flat["gtfs_frequencies"].merge(own, on="trip_id")
    if today.empty:
        return chosen
    today = today.assign(direction=today["direction_id"].fillna("none"))
    ends = today.groupby(["service_id", "direction"]).agg(
        low=("start_s", "min"), high=("end_s", "max")
    )
    both = chosen.merge(ends.reset_index(), on=["service_id", "direction"], how="left")
    return both.assign(
        min=both["low"].fillna(both["min"]).astype("int64"),
        max=(both["high"] - 1).fillna(both["max"]).astype("int64"),
    )
