"""Weeks for projects: a crew does one at a time, in the season of the work, around what clashes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError

__all__ = ["Seasons", "schedule"]

Projects: TypeAlias = pd.DataFrame
_WEEK = dt.timedelta(days=7)
_DAYS = 7


@dataclass(frozen=True)
class Seasons:
    """
    When crews can work.

    Parameters
    ----------
    first, last
        First and last day that may be used.
    crews
        Crews that work at one time.
    months
        Months in which each kind of work can be done, by treatment; any month where a treatment is
        not named. Seals need warm, dry weather.
    """

    first: dt.date
    last: dt.date
    crews: int = 1
    months: dict[str, tuple[int, ...]] = field(default_factory=dict)


def _check(tasks: pd.DataFrame, seasons: Seasons) -> None:
    """Refuse what no schedule can be made of."""
    problems = []
    short = tasks["weeks"] < 1
    if short.any():
        rows = tuple(map(str, tasks.index[short]))
        problems.append(Problem("weeks", "is below one", rows, "Give whole weeks, at least one."))
    if seasons.crews < 1:
        problems.append(Problem("crews", f"is {seasons.crews}", remedy="Give at least one crew."))
    if seasons.last < seasons.first:
        problems.append(Problem("last", "is before the first day", remedy="Correct one of them."))
    if problems:
        raise SchemaError.of("schedule", problems)


def _mondays(seasons: Seasons) -> list[dt.date]:
    """List the Mondays whose whole week can be used."""
    first = seasons.first + dt.timedelta(days=-seasons.first.weekday() % _DAYS)
    count = ((seasons.last - first).days + 1) // _DAYS
    return [first + _WEEK * k for k in range(max(count, 0))]


def _open(
    monday: dt.date, treatments: tuple[str, ...], blocked: list[tuple[dt.date, dt.date]], s: Seasons
) -> bool:
    """Whether a week is in the season of every treatment and free of what clashes."""
    sunday = monday + dt.timedelta(days=_DAYS - 1)
    for treatment in treatments:
        months = s.months.get(treatment)
        if months is not None and not {monday.month, sunday.month} <= set(months):
            return False
    return not any(start <= sunday and monday <= end for start, end in blocked)


def _place(weeks: int, is_open: list[bool], free: list[list[bool]]) -> tuple[int, int] | None:
    """Find the first run of weeks in which some crew is free, and the crew."""
    for start in range(len(is_open) - weeks + 1):
        run = range(start, start + weeks)
        if all(is_open[w] for w in run):
            for crew, row in enumerate(free):
                if all(row[w] for w in run):
                    return start, crew
    return None


def schedule(tasks: Projects, blocked: pd.DataFrame, seasons: Seasons) -> pd.DataFrame:
    """
    Give each project the first weeks in which a crew is free, the season right and nothing clashes.

    Projects are placed in the order of their priority, those of one priority longest first; a
    project is never interrupted. This is a list schedule, not an optimum.

    Parameters
    ----------
    tasks
        By `project_id`: `weeks` that it takes, `treatments` separated by spaces, and `priority`,
        lowest first.
    blocked
        Times in which a project cannot be worked on: `project_id`, `starts`, `ends`; without an
        end, from its start on.
    seasons
        Crews, days and months.

    Returns
    -------
    schedule
        One row a project; what has no place says why.

    Raises
    ------
    SchemaError
        A project takes no time, there is no crew, or no days.
    """
    _check(tasks, seasons)
    mondays = _mondays(seasons)
    free = [[True] * len(mondays) for _ in range(seasons.crews)]
    far = seasons.last + _WEEK
    times: dict[str, list[tuple[dt.date, dt.date]]] = {}
    for row in blocked.to_dict("records"):
        end = far if pd.isna(row["ends"]) else pd.Timestamp(row["ends"]).date()
        begin = seasons.first if pd.isna(row["starts"]) else pd.Timestamp(row["starts"]).date()
        times.setdefault(str(row["project_id"]), []).append((begin, end))
    ordered = tasks.reset_index().sort_values(
        ["priority", "weeks", "project_id"], ascending=[True, False, True], kind="stable"
    )
    rows = []
    for row in ordered.to_dict("records"):
        name, weeks = str(row["project_id"]), int(row["weeks"])
        kinds = tuple(str(row["treatments"]).split())
        is_open = [_open(day, kinds, times.get(name, []), seasons) for day in mondays]
        found = _place(weeks, is_open, free)
        if found is None:
            lacking = "No weeks in season and free of clashes"
            note = "No crew is free" if _place(weeks, is_open, [[True] * len(mondays)]) else lacking
            rows.append({"project_id": name, "weeks": weeks, "note": note})
            continue
        start, crew = found
        free[crew][start : start + weeks] = [False] * weeks
        ends = mondays[start + weeks - 1] + dt.timedelta(days=_DAYS - 1)
        rows.append(
            {
                "project_id": name,
                "crew": crew + 1,
                "starts": mondays[start],
                "ends": ends,
                "weeks": weeks,
            }
        )
    columns = list(schema.describe("schedule").columns.index)
    return schema.check(pd.DataFrame(rows, columns=columns), "schedule").sort_index()
