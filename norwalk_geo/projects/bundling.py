"""The plan's work as proposed projects: its packages, or what is alike in one zone and year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.projects.scheduling import Seasons

if TYPE_CHECKING:
    import datetime as dt

    from norwalk_geo.schema import Sections, Work

__all__ = ["bundle", "seasons_of", "tasks_of"]

Projects: TypeAlias = pd.DataFrame
ProjectSections: TypeAlias = pd.DataFrame
Production: TypeAlias = pd.DataFrame
_NO_ZONE = "no zone"
_NAMED = 3


def _keys(flat: pd.DataFrame, sections: Sections) -> pd.Series:
    """Name the project of each work: its package, else zone and treatment; the year before it."""
    blank = pd.Series(None, index=sections.index, dtype="str")
    zones = pd.Series(pd.DataFrame(sections).get("zone_id", blank)).fillna(_NO_ZONE)
    zone = flat["section_id"].map(zones)
    alone = zone.astype("str") + " " + flat["treatment"].astype("str")
    package = flat.get("package_id", pd.Series(None, index=flat.index, dtype="str"))
    return flat["year"].astype("str") + " " + package.where(package.notna(), alone).astype("str")


def _description(page: pd.DataFrame, names: pd.Series) -> str:
    """Say what is built, how much, and on which streets."""
    kinds = ", ".join(dict.fromkeys(page["treatment_label"]))
    streets = list(dict.fromkeys(names.reindex(page["section_id"]).dropna().sort_values()))
    where = ", ".join(streets[:_NAMED]) or "streets without a name"
    more = len(streets) - _NAMED
    where += f" and {more} more street{'s' if more > 1 else ''}" if more > 0 else ""
    count = len(page)
    size = f"{count:,} section{'s' if count > 1 else ''}, {page['length_mi'].sum():,.2f} miles"
    return f"{kinds} on {where}: {size}"


def bundle(work: Work, sections: Sections) -> tuple[Projects, ProjectSections]:
    """
    Make proposed projects of the plan's work.

    Packages that the plan was made in stay whole; other work of one zone, treatment and fiscal year
    is one project. No day is made of a fiscal year: phases are for the city to plan.

    Parameters
    ----------
    work
        Sections treated by fiscal year.
    sections
        Streets, for zones and names.

    Returns
    -------
    projects, project_sections
        Their planned cost is the work's cost in dollars of the year: the sum of a year is the
        plan's, to the cent. Curb ramps that the work obliges are not in it.
    """
    flat = work.reset_index()
    flat["project_id"] = _keys(flat, sections)
    plain = pd.DataFrame(sections)
    names = plain.get("street_name", pd.Series(None, index=plain.index, dtype="str"))
    zones = plain.get("zone_id", pd.Series(None, index=plain.index, dtype="str"))
    rows: list[dict[str, Any]] = []
    for name, page in flat.groupby("project_id"):
        own = zones.reindex(page["section_id"]).dropna().unique()
        cents = (page["cost_nominal_usd"] * 100).round().astype("int64").sum()
        rows.append(
            {
                "project_id": name,
                "name": f"Proposed: {str(name).replace('_', ' ')}",
                "description": _description(page, names),
                "zone_id": own[0] if len(own) == 1 else None,
                "year": int(page["year"].iloc[0]),
                "planned_cost_usd": int(cents) / 100,
            }
        )
    columns = ["project_id", "name", "description", "zone_id", "year", "planned_cost_usd"]
    made = schema.check(pd.DataFrame(rows, columns=columns), "projects")
    within = flat[["project_id", "section_id", "treatment"]]
    return made, schema.check(within, "project_sections").sort_index()


def tasks_of(work: Work, sections: Sections, production: Production) -> tuple[Projects, list[str]]:
    """
    Find how many weeks each proposed project of the first fiscal year takes.

    Parameters
    ----------
    work
        Sections treated by fiscal year.
    sections
        Streets, as `bundle` takes them.
    production
        Miles that one crew finishes in a week, by treatment.

    Returns
    -------
    tasks, left_out
        For `schedule`: the dearest first. And the projects with a treatment that no figure is known
        for.
    """
    flat = work.reset_index()
    flat = flat[flat["year"].eq(flat["year"].min())].assign(
        project_id=lambda page: _keys(page, sections)
    )
    rows, left_out = [], []
    for name, page in flat.groupby("project_id"):
        speed = page["treatment"].map(production["miles_per_week"])
        if speed.isna().any() or (speed <= 0).any():
            left_out.append(str(name))
            continue
        weeks = max(1, math.ceil(round(float((page["length_mi"] / speed).sum()), 6)))
        kinds = " ".join(sorted(set(page["treatment"])))
        cost = float(page["cost_usd"].sum())
        rows.append({"project_id": name, "weeks": weeks, "treatments": kinds, "cost": cost})
    made = pd.DataFrame(rows, columns=["project_id", "weeks", "treatments", "cost"])
    made["priority"] = made["cost"].rank(ascending=False, method="first").astype("int64")
    return made.drop(columns="cost").set_index("project_id"), left_out


def seasons_of(production: Production, days: tuple[dt.date, dt.date], *, crews: int) -> Seasons:
    """
    Say when crews can work.

    Parameters
    ----------
    production
        Months of each treatment.
    days
        First and last day that may be used.
    crews
        Crews that work at one time.

    Returns
    -------
    seasons
        For `schedule`.
    """
    months = {
        str(name): tuple(int(month) for month in str(text).split())
        for name, text in production["months"].items()
    }
    return Seasons(days[0], days[1], crews, months)
