"""Planned against actual: days and dollars of each project."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import config, schema
from norwalk_geo.errors import Problem, SchemaError

__all__ = ["PHASES", "check_projects", "delivery", "phase_slips"]

Projects: TypeAlias = pd.DataFrame
ProjectPhases: TypeAlias = pd.DataFrame
ChangeOrders: TypeAlias = pd.DataFrame
PHASES = ("design", "bid", "award", "construction", "closeout")
_DATES = ("planned_start", "planned_finish", "actual_start", "actual_finish")


def _named(rows: pd.DataFrame) -> tuple[str, ...]:
    """Name phases by project and phase."""
    return tuple(" ".join(map(str, key)) for key in rows.index)


def _with_dates(phases: ProjectPhases) -> ProjectPhases:
    """Give every column of dates, empty where the table has not."""
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


def check_projects(
    projects: Projects,
    phases: ProjectPhases,
    change_orders: ChangeOrders | None = None,
    *,
    as_of: dt.date,
) -> None:
    """
    Check that tables of projects agree with each other and with the calendar.

    Parameters
    ----------
    projects, phases, change_orders
        The tables.
    as_of
        Day that the data describe.

    Returns
    -------
    nothing
        If nothing is wrong.

    Raises
    ------
    SchemaError
        With every problem: projects that do not exist, days out of order or to come.
    """
    dated = _with_dates(phases)
    problems = [*_date_problems(dated, as_of), *_order_problems(dated)]
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


def phase_slips(phases: ProjectPhases) -> pd.DataFrame:
    """
    Count the days of each phase, planned and actual.

    Parameters
    ----------
    phases
        Phases of projects.

    Returns
    -------
    phase_slips
        Calendar days, the first and the last counted; blank where a day is not known.
    """
    dated = _with_dates(phases)
    made = pd.DataFrame(index=dated.index)
    for kind in ("planned", "actual"):
        days = (dated[f"{kind}_finish"] - dated[f"{kind}_start"]).dt.days + 1
        made[f"{kind}_days"] = days.astype("float64")
    made["slip_days"] = made["actual_days"] - made["planned_days"]
    late = (dated["actual_start"] - dated["planned_start"]).dt.days
    made["late_start_days"] = late.astype("float64")
    return schema.check(made, "phase_slips")


def _extras(change_orders: ChangeOrders | None, projects: Projects) -> pd.Series:
    """Add up change orders by project."""
    if change_orders is None or not len(change_orders):
        return pd.Series(0.0, index=projects.index)
    sums = change_orders.groupby(level="project_id")["amount_usd"].sum()
    return sums.reindex(projects.index).fillna(0.0)


def delivery(
    projects: Projects,
    phases: ProjectPhases,
    change_orders: ChangeOrders | None = None,
    *,
    as_of: dt.date,
    start_month: int = 7,
) -> pd.DataFrame:
    """
    Say which projects are delivered, and whether on time and on budget.

    On time: construction ended no later than the day planned when the project was set up. On
    budget: it cost no more than planned then. Days and dollars of change orders excuse neither.

    Parameters
    ----------
    projects
        Projects with planned and actual cost.
    phases
        Their phases.
    change_orders
        Changes to contracts, where there are records. Without an actual cost, the planned cost
        with the changes stands for it once the project is delivered.
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    deliveries
        One row a project; what is not known is blank, never on time.

    Raises
    ------
    SchemaError
        The tables do not agree.
    """
    check_projects(projects, phases, change_orders, as_of=as_of)
    dated = _with_dates(phases)
    built = dated[dated.index.get_level_values("phase") == "construction"].droplevel("phase")
    built = built.reindex(projects.index)
    began = dated["actual_start"].notna().groupby(level="project_id").any()
    began = began.reindex(projects.index).fillna(value=False).astype("bool")
    done = built["actual_finish"].notna()
    slip = (built["actual_finish"] - built["planned_finish"]).dt.days.astype("float64")
    blank = pd.Series(np.nan, index=projects.index)
    planned = projects.get("planned_cost_usd", blank)
    with_changes = planned + _extras(change_orders, projects)
    known = change_orders is not None
    paid = projects.get("actual_cost_usd", blank)
    paid = paid.fillna(with_changes.where(done)) if known else paid
    change = (paid - planned).where(done).round(2)
    years = [
        config.fiscal_year(day.date(), start_month) if pd.notna(day) else None
        for day in built["actual_finish"]
    ]
    made = pd.DataFrame(
        {
            "project_status": np.select(
                [done, began], ["delivered", "under way"], default="not begun"
            ),
            "period": pd.array(years, dtype="Int64"),
            "is_on_time": (slip <= 0).astype("boolean").mask(slip.isna()),
            "slip_days": slip,
            "is_on_budget": (change <= 0).astype("boolean").mask(change.isna()),
            "cost_change_usd": change,
        },
        index=projects.index,
    )
    return schema.check(made, "deliveries")
