"""What is wrong with the records of a city beyond their schemas: entries, projects, requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo import projects, requests, schema, scorecard
from norwalk_geo.errors import NorwalkError, Problem

if TYPE_CHECKING:
    from norwalk_geo.cli.records import City

__all__ = ["known_zones", "problems"]

# Tables of what goes on in the streets, with their first and last day.
_IN_STREETS = {
    "project_sections": None,
    "closures": ("closed_from", "closed_until"),
    "utility_work": ("start", "finish"),
    "street_events": ("start", "finish"),
}


def known_zones(city: City) -> pd.Index | None:
    """
    List the zones that a city has: those of its areas and those of its sections.

    Parameters
    ----------
    city
        As read.

    Returns
    -------
    zones
        None where it has none.
    """
    sections, areas = city.tables["sections"], city.tables.get("zones")
    named = set(sections["zone_id"].dropna()) if "zone_id" in sections else set()
    every = sorted(named | set(() if areas is None else areas.index))
    return pd.Index(every) if every else None


def _rows(table: pd.DataFrame, wrong: pd.Series) -> tuple[str, ...]:
    """Name the rows that are wrong by their key."""
    keys = table.index[wrong.to_numpy(dtype="bool")]
    return tuple(" ".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in keys)


def _in_streets(city: City) -> list[Problem]:
    """Find sections that do not exist, and last days before first ones."""
    found = []
    for name, days in _IN_STREETS.items():
        table = city.tables.get(name)
        if table is None:
            continue
        flat = table.reset_index().set_axis(table.index)
        lost = ~flat["section_id"].isin(city.tables["sections"].index)
        if lost.any():
            what = "names a section that is not in sections"
            remedy = "Correct the id, or drop the row."
            found.append(Problem(f"{name}.section_id", what, _rows(table, lost), remedy))
        if days is None or not set(days) <= set(flat.columns):
            continue
        wrong = flat[days[1]] < flat[days[0]]
        if wrong.any():
            what, remedy = f"is before {days[0]}", "Correct one of the two days."
            found.append(Problem(f"{name}.{days[1]}", what, _rows(table, wrong), remedy))
    return found


def _collected(name: str, check: Callable[[], Any]) -> list[Problem]:
    """Take the problems that a check raises, saying in which table they are."""
    try:
        check()
    except NorwalkError as error:
        return [
            one
            if one.where.split(".")[0] in schema.table_names()
            else Problem(f"{name}.{one.where}", one.what, one.rows, one.remedy)
            for one in error.problems
        ]
    return []


def problems(city: City, day: dt.date) -> list[Problem]:
    """
    Find what is wrong with a city's records beyond their schemas.

    Parameters
    ----------
    city
        As read.
    day
        Day that the data describe.

    Returns
    -------
    problems
        Of `entered`, `located`, `projects` with their phases, sections and change orders,
        `requests`, and what goes on in the streets.
    """
    tables, start = city.tables, city.config.fiscal_year_start
    measures = schema.parameters("measures", folder=city.config.folder / "parameters")
    sections = tables["sections"].index
    checks: dict[str, Callable[[], Any]] = {
        "entered": lambda: scorecard.check_entered(
            tables["entered"], measures, as_of=day, start_month=start
        ),
        "located": lambda: scorecard.check_located(
            tables["located"], measures, known_zones(city), as_of=day, start_month=start
        ),
        "project_phases": lambda: projects.check_projects(
            tables["projects"],
            tables["project_phases"],
            tables.get("change_orders"),
            as_of=day,
            start_month=start,
        ),
        "requests": lambda: requests.check_requests(tables["requests"], sections, as_of=day),
    }
    found = _in_streets(city)
    for name, check in checks.items():
        if name in tables and (name != "project_phases" or "projects" in tables):
            found += _collected(name, check)
    return found
