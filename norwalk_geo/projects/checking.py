"""Tables of projects against each other and the calendar: every mistake, with its row."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from norwalk_geo import config
from norwalk_geo.errors import Problem, SchemaError

__all__ = ["PHASES", "check_projects", "with_dates"]

Projects: TypeAlias = pd.DataFrame
ProjectPhases: TypeAlias = pd.DataFrame
ChangeOrders: TypeAlias = pd.DataFrame
PHASES = ("design", "bid", "award", "construction", "closeout")
_DATES = ("planned_start", "planned_finish", "actual_start", "actual_finish")
_NEAR_YEARS = 5


def _named(rows: pd.DataFrame) -> tuple[str, ...]:
    """Name phases by project and phase."""
    return tuple(" ".join(map(str, key)) for key in rows.index)


def with_dates(phases: ProjectPhases) -> ProjectPhases:
    """
    Give every column of dates, empty where the table has not.

    Parameters
    ----------
    phases
        Phases of projects.

    Returns
    -------
    phases
        With planned and actual days.
    """
    blank = pd.Series(pd.NaT, index=phases.index, dtype="datetime64[us]")
    return phases.assign(**{name: phases.get(name, blank) for name in _DATES})


def _date_problems(phases: ProjectPhases, as_of: dt.date) -> list[Problem]:
    """Find dates that cannot be: ends before starts, days to come as actual ones."""
    problems = []
    for kind in ("planned", "actual"):
        wrong = phases[f"{kind}_finish"] < phases[f"{kind}_start"]
        if wrong.any():
            what, remedy = "is before its start", "Correct one of the two days."
            problems.append(Problem(f"{kind}_finish", what, _named(phases[wrong]), remedy))
    lost = phases["actual_finish"].notna() & phases["actual_start"].isna()
    if lost.any():
        remedy = "Give the day on which it began."
        what = "is given without a start"
        problems.append(Problem("actual_finish", what, _named(phases[lost]), remedy))
    in_order = (phases["actual_finish"] >= phases["actual_start"]) & (
        phases["planned_finish"] >= phases["planned_start"]
    )
    early = in_order & (phases["actual_finish"] < phases["planned_start"])
    if early.any():
        what = "is before the day on which the phase was planned to begin"
        remedy = "Correct one of them: planned days are those of when the project was set up."
        problems.append(Problem("actual_finish", what, _named(phases[early]), remedy))
    for name in ("actual_start", "actual_finish"):
        ahead = phases[name] > pd.Timestamp(as_of)
        if ahead.any():
            remedy = f"Actual days are past ones; the data are of {as_of}."
            problems.append(Problem(name, "is in the future", _named(phases[ahead]), remedy))
    return problems


def _order_problems(phases: ProjectPhases) -> list[Problem]:
    """Find phases that began before the one before them did."""
    flat = phases["actual_start"].reset_index()
    flat["rank"] = flat["phase"].map(dict(zip(PHASES, range(len(PHASES)), strict=True)))
    flat = flat[flat["actual_start"].notna()].sort_values(["project_id", "rank"])
    latest = flat.groupby("project_id")["actual_start"].cummax()
    latest = latest.groupby(flat["project_id"]).shift(1)
    wrong = flat[flat["actual_start"] < latest]
    rows = tuple(wrong["project_id"] + " " + wrong["phase"])
    remedy = "Phases follow each other: design, bid, award, construction, closeout."
    what = "is before the start of an earlier phase"
    return [Problem("actual_start", what, rows, remedy)] if rows else []


def _year_problems(projects: Projects, phases: ProjectPhases, start_month: int) -> list[Problem]:
    """Find projects whose fiscal year is far from the one that construction is planned in."""
    if "year" not in projects:
        return []
    built = phases[phases.index.get_level_values("phase") == "construction"].droplevel("phase")
    begins = built["planned_start"].reindex(projects.index)
    years = pd.Series(
        [None if pd.isna(day) else config.fiscal_year(day.date(), start_month) for day in begins],
        index=projects.index,
        dtype="Float64",
    )
    wrong = (projects["year"].astype("Float64") - years).abs().gt(_NEAR_YEARS)
    wrong = wrong.fillna(value=False).astype("bool")
    if not wrong.any():
        return []
    what = f"is over {_NEAR_YEARS} years from the planned construction"
    remedy = "Correct the fiscal year or the planned days; fiscal year 2027 ends in 2027."
    return [Problem("year", what, tuple(map(str, projects.index[wrong])), remedy)]


def _ordered_to_come(projects: Projects, as_of: dt.date) -> list[Problem]:
    """Find contractors told to begin on a day to come."""
    if "notice_to_proceed" not in projects:
        return []
    ahead = projects["notice_to_proceed"] > pd.Timestamp(as_of)
    if not ahead.any():
        return []
    remedy = f"Leave it blank until it is given; the data are of {as_of}."
    rows = tuple(map(str, projects.index[ahead]))
    return [Problem("notice_to_proceed", "is in the future", rows, remedy)]


def check_projects(
    projects: Projects,
    phases: ProjectPhases,
    change_orders: ChangeOrders | None = None,
    *,
    as_of: dt.date,
    start_month: int = 7,
) -> None:
    """
    Check that tables of projects agree with each other and with the calendar.

    Parameters
    ----------
    projects, phases, change_orders
        The tables.
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    nothing
        If nothing is wrong.

    Raises
    ------
    SchemaError
        With every problem: projects that do not exist, days out of order or to come, a fiscal year
        far from the planned days.
    """
    dated = with_dates(phases)
    problems = [
        *_date_problems(dated, as_of),
        *_order_problems(dated),
        *_year_problems(projects, dated, start_month),
        *_ordered_to_come(projects, as_of),
    ]
    for name, table in (("phases", phases), ("change_orders", change_orders)):
        if table is None:
            continue
        owner = table.index.get_level_values("project_id")
        lost = owner[~owner.isin(projects.index)]
        if len(lost):
            remedy = "Add the project, or drop these rows."
            what = "names a project that is not in projects"
            rows = tuple(dict.fromkeys(lost))
            problems.append(Problem(f"{name}.project_id", what, rows, remedy))
    if problems:
        raise SchemaError.of("projects", problems)
