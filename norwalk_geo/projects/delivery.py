"""Planned against actual: days and dollars of each project."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import config, schema
from norwalk_geo.projects.checking import PHASES, check_projects, with_dates

__all__ = ["delivery", "phase_slips", "slip_summary"]

Projects: TypeAlias = pd.DataFrame
ProjectPhases: TypeAlias = pd.DataFrame
ChangeOrders: TypeAlias = pd.DataFrame


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
    dated = with_dates(phases)
    made = pd.DataFrame(index=dated.index)
    for kind in ("planned", "actual"):
        days = (dated[f"{kind}_finish"] - dated[f"{kind}_start"]).dt.days + 1
        made[f"{kind}_days"] = days.astype("float64")
    made["slip_days"] = made["actual_days"] - made["planned_days"]
    late = (dated["actual_start"] - dated["planned_start"]).dt.days
    made["late_start_days"] = late.astype("float64")
    return schema.check(made, "phase_slips")


def slip_summary(slips: pd.DataFrame) -> pd.DataFrame:
    """
    Sum up by kind of phase how much longer finished phases took than planned.

    Parameters
    ----------
    slips
        From `phase_slips`.

    Returns
    -------
    phase_summary
        One row a kind of phase, in the order of the phases; without a finished one it is blank.
    """
    known = slips[slips["slip_days"].notna()]
    kinds = known.index.get_level_values("phase")
    rows = []
    for phase in PHASES:
        days = known.loc[kinds == phase, "slip_days"]
        row = {"phase": phase, "finished_phases": len(days), "longer_phases": int(days.gt(0).sum())}
        rows.append({**row, "median_slip_days": days.median(), "most_slip_days": days.max()})
    return schema.check(pd.DataFrame(rows), "phase_summary")


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
    check_projects(projects, phases, change_orders, as_of=as_of, start_month=start_month)
    dated = with_dates(phases)
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
