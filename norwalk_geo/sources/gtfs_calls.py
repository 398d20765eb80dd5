"""Calls of trips at stops: times in seconds, those that are left out found, and none backward."""

from __future__ import annotations

import numpy as np
import pandas as pd

from norwalk_geo.errors import Problem

__all__ = ["calls", "seconds", "timed"]

_PATTERN = r"^\s*(\d{1,3}):([0-5]\d):([0-5]\d)\s*$"
_CLOCK = np.array([3600, 60, 1])
_FORBIDDEN = "1"


def seconds(values: pd.Series) -> pd.Series:
    """
    Read times of a service day.

    Parameters
    ----------
    values
        Text such as 25:10:00.

    Returns
    -------
    seconds
        After noon minus 12 hours; missing where the text is no time.

    Examples
    --------
    >>> seconds(pd.Series(["7:05:00", "25:10:00", ""])).tolist()
    [25500.0, 90600.0, nan]
    """
    known = pd.Series(pd.unique(values), dtype="str")
    parts = known.str.extract(_PATTERN).astype("float64")
    total = parts.to_numpy() @ _CLOCK
    return values.map(dict(zip(known, total, strict=True))).astype("float64")


def timed(given: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """
    Leave out trips that run on demand: they have hours of service and no times at stops.

    Parameters
    ----------
    given
        `stop_times` as text.
    notes
        How many trips are left out is added to it.

    Returns
    -------
    stop_times
        Those of the other trips.
    """
    flexible = given["stop_id"].eq("")
    for name in ("start_pickup_drop_off_window", "location_id", "location_group_id"):
        if name in given:
            flexible |= given[name].ne("")
    trips = given.loc[flexible, "trip_id"].unique()
    if len(trips):
        notes.append(f"{len(trips):,} trips on demand have no timetable and are not used.")
    return given[~given["trip_id"].isin(trips)]


def _named(frame: pd.DataFrame, bad: pd.Series) -> tuple[str, ...]:
    """Name the trips of bad rows, each once."""
    return tuple(frame.loc[bad, "trip_id"].astype("str").unique())


def _between(frame: pd.DataFrame) -> pd.DataFrame:
    """Give calls without a time one between those of their neighbors, evenly by call."""
    blank = frame["arrival_s"].isna()
    if not blank.any():
        return frame
    place = np.arange(len(frame), dtype="float64")
    known = ~blank.to_numpy()
    # The ends of every trip have times, so that no trip borrows from the next.
    after = np.searchsorted(place[known], place[blank.to_numpy()])
    rows = np.flatnonzero(known)
    last, following = rows[after - 1], rows[after]
    leave = frame["departure_s"].to_numpy()[last]
    arrive = frame["arrival_s"].to_numpy()[following]
    share = (place[blank.to_numpy()] - last) / (following - last)
    found = np.floor(leave + share * (arrive - leave) + 0.5)
    filled = frame.copy()
    filled.loc[blank, "arrival_s"] = filled.loc[blank, "departure_s"] = found
    return filled


def calls(given: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """
    Read calls in the order of their trips.

    Parameters
    ----------
    given
        `stop_times` as text.
    problems
        What is wrong is added to it, by trip.

    Returns
    -------
    stop_times
        Arrival and departure in seconds; of one that is missing the other's.
    """
    raw = {name: given[f"{name}_time"] for name in ("arrival", "departure")}
    times = {name: seconds(text) for name, text in raw.items()}
    wrong = pd.Series(data=False, index=given.index)
    for name, text in raw.items():
        wrong |= times[name].isna() & text.str.strip().ne("")
    frame = pd.DataFrame(
        {
            "trip_id": given["trip_id"],
            "stop_sequence": pd.to_numeric(given["stop_sequence"], errors="coerce"),
            "stop_id": given["stop_id"],
            "arrival_s": times["arrival"].fillna(times["departure"]),
            "departure_s": times["departure"].fillna(times["arrival"]),
        }
    )
    for name, column in (("may_board", "pickup_type"), ("may_alight", "drop_off_type")):
        said = given[column].str.strip() if column in given else pd.Series("", index=given.index)
        frame[name] = said.ne(_FORBIDDEN)
    frame["wrong"] = wrong
    frame = frame.sort_values(["trip_id", "stop_sequence"], kind="stable", ignore_index=True)
    problems += _faults(frame)
    return frame.drop(columns="wrong") if problems else _between(frame.drop(columns="wrong"))


def _faults(frame: pd.DataFrame) -> list[Problem]:
    """List trips whose times cannot be."""
    trip, time = frame["trip_id"], frame["arrival_s"]
    first = trip.ne(trip.shift())
    last = trip.ne(trip.shift(-1))
    before = frame["departure_s"].ffill().shift().where(~first)
    found = {
        "is no time": (frame["wrong"], "Times are written as 07:05:00, past midnight 25:05:00."),
        "leaves before it arrives": (
            frame["departure_s"] < time,
            "Correct the arrival or the departure.",
        ),
        "arrives before it left the stop before": (time < before, "Correct the times."),
        "has no time at its first or last stop": (
            (first | last) & time.isna() & ~frame["wrong"],
            "Give both ends of a trip a time.",
        ),
        "has no order of its stops": (frame["stop_sequence"].isna(), "Number the stops."),
    }
    return [
        Problem("stop_times.trip_id", what, _named(frame, bad), remedy)
        for what, (bad, remedy) in found.items()
        if bad.any()
    ]
