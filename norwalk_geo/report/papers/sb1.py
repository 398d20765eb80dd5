"""
The list of projects and the report of spending that SB 1 asks a city for each year.

What a list must say is in Streets and Highways Code 2034: a description and the location of each
project, a proposed schedule for its completion and its estimated useful life, adopted at a public
meeting. Lists come back for what is missing or cannot be found on a map; that is checked here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from norwalk_geo import config
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.report.papers.paper import Letter, render
from norwalk_geo.report.papers.words import day_text, dollars, limits_text, year_text
from norwalk_geo.report.summary import records

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["sb1_expenditures", "sb1_faults", "sb1_page", "sb1_projects"]

Projects: TypeAlias = pd.DataFrame
ProjectSections: TypeAlias = pd.DataFrame
ProjectPhases: TypeAlias = pd.DataFrame
Deliveries: TypeAlias = pd.DataFrame
_NAMES = {
    "rmra",
    "sb1",
    "roadmaintenanceandrehabilitationaccount",
    "roadrepairandaccountabilityact",
}
_SHORT = 3
_DUE_MONTH = 7
_VAGUE = {"various", "citywide", "various streets", "various locations", "street repairs"}


def _own(projects: Projects, year: int) -> Projects:
    """Take the projects of a year that the account pays for."""
    blank = pd.Series(None, index=projects.index, dtype="str")
    fund = pd.Series(projects.get("fund", blank)).fillna("").str.lower()
    is_own = fund.str.replace(r"[^a-z0-9]", "", regex=True).isin(_NAMES)
    of_year = pd.Series(projects.get("year", pd.Series(0, index=projects.index))).eq(year)
    return projects[is_own & of_year.fillna(value=False).astype("bool")].sort_index(kind="stable")


def _locations(
    owned: Projects, project_sections: ProjectSections | None, sections: Sections
) -> pd.Series:
    """Write the streets of each project; blank where none are given."""
    found = dict.fromkeys(map(str, owned.index), "")
    if project_sections is None:
        return pd.Series(found, index=owned.index, dtype="str")
    flat = project_sections.reset_index()
    flat = flat[flat["project_id"].isin(owned.index)]
    lost = flat.loc[~flat["section_id"].isin(sections.index)]
    if len(lost):
        remedy = "Correct the section, or drop the row."
        rows = tuple(lost["project_id"] + " " + lost["section_id"])
        problem = Problem("section_id", "is not in sections", rows, remedy)
        raise SchemaError.of("project_sections", [problem])
    for project, page in flat.groupby("project_id"):
        found[str(project)] = "; ".join(limits_text(pd.DataFrame(sections).loc[page["section_id"]]))
    return pd.Series(found, index=owned.index, dtype="str")


def _construction(owned: Projects, phases: ProjectPhases | None, kind: str) -> pd.DataFrame:
    """Take first and last day of construction, planned or actual."""
    names = [f"{kind}_start", f"{kind}_finish"]
    if phases is None:
        blank = pd.Series(pd.NaT, index=owned.index, dtype="datetime64[us]")
        return pd.DataFrame(dict.fromkeys(names, blank))
    is_built = phases.index.get_level_values("phase") == "construction"
    built = phases[is_built].droplevel("phase").reindex(columns=names).reindex(owned.index)
    return pd.DataFrame({name: pd.to_datetime(built[name]) for name in names})


def _blank(owned: Projects, column: str) -> pd.Series:
    return pd.Series(owned.get(column, pd.Series(None, index=owned.index, dtype="str")))


def _life(owned: Projects) -> pd.Series:
    """Take the useful life in whole years; blank where not known."""
    return pd.to_numeric(_blank(owned, "useful_life_years")).astype("Int64")


def sb1_projects(
    projects: Projects,
    sections: Sections,
    project_sections: ProjectSections | None = None,
    phases: ProjectPhases | None = None,
    *,
    year: int,
) -> pd.DataFrame:
    """
    List the projects of a fiscal year that the Road Maintenance and Rehabilitation Account pays.

    Parameters
    ----------
    projects
        Projects; those whose `fund` is the account (`RMRA` or `SB 1`) and whose `year` is the one
        asked for.
    sections
        Streets, for their names.
    project_sections
        Sections of each project.
    phases
        Phases; construction as planned is the schedule.
    year
        Fiscal year.

    Returns
    -------
    sb1_projects
        One row a project: `title`, `description`, `location`, first and last planned day of
        construction, and `useful_life_years`. What is not known is blank; nothing is made up.

    Raises
    ------
    SchemaError
        A project names a section that does not exist.
    """
    owned = _own(projects, year)
    built = _construction(owned, phases, "planned")
    return pd.DataFrame(
        {
            "title": owned["name"],
            "description": _blank(owned, "description"),
            "location": _locations(owned, project_sections, sections),
            "planned_start": built["planned_start"].dt.date,
            "planned_finish": built["planned_finish"].dt.date,
            "useful_life_years": _life(owned),
        },
        index=owned.index,
    )


def _row_faults(row: Mapping[str, object], year: int, start_month: int) -> list[tuple[str, str]]:
    """Say what is wrong with one project and what to do."""
    faults = []
    text = "" if pd.isna(row["description"]) else str(row["description"]).strip()  # type: ignore[call-overload]
    if len(text.split()) < _SHORT or text.lower() in _VAGUE:
        faults.append(("description is missing or says too little", "Say what is built, and how."))
    place = str(row["location"]).strip()
    if not place or place.lower() in _VAGUE:
        faults.append(("location is missing", "List its sections in project_sections."))
    elif any(part.startswith("section ") for part in place.split("; ")):
        faults.append(("location has a street without a name", "Name the street in sections."))
    start, finish = row["planned_start"], row["planned_finish"]
    if pd.isna(start) or pd.isna(finish):  # type: ignore[call-overload]
        faults.append(
            ("schedule is missing", "Give the planned days of construction in project_phases.")
        )
    elif finish < start:  # type: ignore[operator]
        faults.append(("schedule ends before it begins", "Correct the planned days."))
    elif finish < config.year_start(year, start_month):  # type: ignore[operator]
        faults.append(("schedule ends before the fiscal year begins", "Correct days or year."))
    if pd.isna(row["useful_life_years"]):  # type: ignore[call-overload]
        faults.append(("useful life is missing", "Give useful_life_years in projects."))
    return faults


def sb1_faults(listed: pd.DataFrame, letter: Letter, *, year: int) -> pd.DataFrame:
    """
    Find what a list of projects would be sent back for.

    Parameters
    ----------
    listed
        Projects, of `sb1_projects`.
    letter
        Whether, when and by what the list was adopted.
    year
        Fiscal year of the list.

    Returns
    -------
    sb1_faults
        `project_id` (blank for the whole list), `fault` and `remedy`; empty where nothing is wrong.
    """
    found = []
    due = dt.date(year - 1, _DUE_MONTH, 1)
    if listed.empty:
        remedy = "Set fund to RMRA and the year in projects."
        found.append(("", f"no project of {year} is paid by the account", remedy))
    if letter.adoption is None:
        remedy = "Adopt it at a public meeting, and give the day and the resolution."
        found.append(("", "the list is not adopted", remedy))
    elif letter.adoption.adopted >= due:
        remedy = "Ask the Commission whether it still takes the list."
        found.append(("", f"adopted on or after {day_text(due)}, when lists are due", remedy))
    for row in records(listed.rename_axis("project_id")):
        for fault, remedy in _row_faults(row, year, letter.start_month):
            found.append((str(row["project_id"]), fault, remedy))
    twice = listed.index[listed.duplicated(["title", "location"], keep=False)]
    found += [(str(name), "is listed twice", "Keep one of them.") for name in twice]
    return pd.DataFrame(found, columns=["project_id", "fault", "remedy"], dtype="str")


def sb1_expenditures(
    projects: Projects,
    sections: Sections,
    tables: Mapping[str, pd.DataFrame],
    *,
    deliveries: Deliveries | None = None,
    year: int,
) -> pd.DataFrame:
    """
    Report what the account's projects of a fiscal year became.

    Parameters
    ----------
    projects
        Projects, as for the list.
    sections
        Streets, for their names.
    tables
        `project_sections` and `project_phases`, where the city has them.
    deliveries
        Projects as delivered.
    year
        Fiscal year that is reported.

    Returns
    -------
    sb1_expenditures
        One row a project: `title`, `description`, `location`, `status`, day on which construction
        was finished, `useful_life_years` and `spent_usd`, dollars of the year as the contract
        closed; blank where it is not closed, never zero.
    """
    owned = _own(projects, year)
    built = _construction(owned, tables.get("project_phases"), "actual")
    status = pd.Series("not known", index=owned.index)
    if deliveries is not None:
        status = deliveries["project_status"].reindex(owned.index).fillna("not known")
    return pd.DataFrame(
        {
            "title": owned["name"],
            "description": _blank(owned, "description"),
            "location": _locations(owned, tables.get("project_sections"), sections),
            "status": status,
            "actual_finish": built["actual_finish"].dt.date,
            "useful_life_years": _life(owned),
            "spent_usd": pd.to_numeric(_blank(owned, "actual_cost_usd")).astype("float64"),
        },
        index=owned.index,
    )


def _shown(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Write a table's cells in words."""
    rows = []
    for row in records(frame.rename_axis("project_id")):
        shown = {}
        for name, value in row.items():
            if name == "spent_usd":
                shown[name] = dollars(value)
            elif isinstance(value, dt.date):
                shown[name] = day_text(value)
            else:
                shown[name] = "missing" if value in (None, "") else str(value)
        rows.append(shown)
    return rows


def sb1_page(
    listed: pd.DataFrame,
    faults: pd.DataFrame,
    spent: pd.DataFrame,
    letter: Letter,
    *,
    year: int,
) -> str:
    """
    Write the list of a year, what is wrong with it, and what the year before became.

    Parameters
    ----------
    listed
        Of `sb1_projects`.
    faults
        Of `sb1_faults`; they are on the paper while there are any.
    spent
        Of `sb1_expenditures` for the year before.
    letter
        Who writes, as of when, and whether it is adopted.
    year
        Fiscal year of the list.

    Returns
    -------
    page
        HTML.
    """
    paid = spent["spent_usd"]
    facts = {
        "title": "SB 1 project list and expenditure report",
        "year": year_text(year, letter.start_month),
        "before": year_text(year - 1, letter.start_month),
        "listed": _shown(listed),
        "faults": faults.to_dict("records"),
        "spent": _shown(spent),
        "total": dollars(round(float(paid.sum()), 2)) if len(paid) else "",
        "unknown": int(paid.isna().sum()),
    }
    return render("paper_sb1.html", letter, facts)
