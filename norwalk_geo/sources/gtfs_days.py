"""Weekly calendars and their exceptions → the days on which each service runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from norwalk_geo.errors import Problem

__all__ = ["days", "parse_dates"]

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ADDED, _TAKEN = "1", "2"
_LONGEST_DAYS = 3660
_DATE_REMEDY = "Dates are eight digits, such as 20260821."


def parse_dates(values: pd.Series) -> pd.Series:
    """
    Read dates as timetables write them.

    Parameters
    ----------
    values
        Text of eight digits.

    Returns
    -------
    dates
        Days; missing where the text is none.
    """
    written = values.str.strip()
    good = written.str.fullmatch(r"\d{8}")
    return pd.to_datetime(written.where(good), format="%Y%m%d", errors="coerce")


def _bad(frame: pd.DataFrame, column: str, where: str, bad: pd.Series) -> list[Problem]:
    """Name the services with a bad cell."""
    if not bad.any():
        return []
    rows = tuple(frame.loc[bad, "service_id"].astype("str"))
    return [Problem(f"{where}.{column}", "is no date", rows, _DATE_REMEDY)]


def _weekly(frame: pd.DataFrame, problems: list[Problem]) -> tuple[pd.DataFrame, list[dt.date]]:
    """Write out the weekly days, and give the first and last day of each calendar."""
    ends = {name: parse_dates(frame[name]) for name in ("start_date", "end_date")}
    for name, dates in ends.items():
        problems += _bad(frame, name, "calendar", dates.isna())
    backward = ends["end_date"] < ends["start_date"]
    backward |= (ends["end_date"] - ends["start_date"]).dt.days > _LONGEST_DAYS
    if backward.any():
        rows = tuple(frame.loc[backward, "service_id"])
        remedy = "Correct start_date and end_date; ten years are the most."
        problems.append(Problem("calendar", "ends before it begins or lasts ages", rows, remedy))
    if problems:
        return pd.DataFrame({"service_id": [], "date": []}), []
    parts: list[pd.DataFrame] = []
    seen: list[dt.date] = []
    runs = frame[list(_WEEK)].to_numpy() == "1"
    for row, service in enumerate(frame["service_id"]):
        first, last = ends["start_date"].iloc[row], ends["end_date"].iloc[row]
        every = pd.date_range(first, last)
        kept = every[runs[row][every.day_of_week]]
        parts.append(pd.DataFrame({"service_id": service, "date": kept}))
        seen += [first.date(), last.date()]
    return pd.concat(parts, ignore_index=True) if parts else frame[["service_id"]], seen


def days(
    texts: Mapping[str, pd.DataFrame], problems: list[Problem]
) -> tuple[pd.DataFrame, list[dt.date]]:
    """
    Write out the days of every service.

    Parameters
    ----------
    texts
        `calendar`, `calendar_dates` or both, as text.
    problems
        What is wrong is added to it.

    Returns
    -------
    days, seen
        One row a service and day, and every day that is named: the feed covers what lies between.
    """
    weekly = pd.DataFrame({"service_id": [], "date": []})
    seen: list[dt.date] = []
    if "calendar" in texts:
        weekly, seen = _weekly(texts["calendar"], problems)
    if "calendar_dates" not in texts:
        return weekly, seen
    given = texts["calendar_dates"]
    dates = parse_dates(given["date"])
    problems += _bad(given, "date", "calendar_dates", dates.isna())
    strange = ~given["exception_type"].isin([_ADDED, _TAKEN])
    if strange.any():
        rows = tuple(given.loc[strange, "service_id"])
        what, remedy = "is neither 1 nor 2", "1 adds a day, 2 takes one away."
        problems.append(Problem("calendar_dates.exception_type", what, rows, remedy))
    changed = pd.DataFrame({"service_id": given["service_id"], "date": dates})
    added, taken = (changed[given["exception_type"].eq(kind)] for kind in (_ADDED, _TAKEN))
    both = pd.concat([weekly.astype({"service_id": "str"}), added], ignore_index=True)
    both["date"] = pd.to_datetime(both["date"])
    gone = pd.MultiIndex.from_frame(both).isin(pd.MultiIndex.from_frame(taken))
    # A day on which nothing runs any more is covered: the feed says so.
    return both[~gone].drop_duplicates(), [*seen, *dates.dropna().dt.date]
