"""What a chosen plan does, as tables: the work, every section's outcome, and the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget import around, choose, explain
from norwalk_geo.budget.model import CENTS, Case, Floats
from norwalk_geo.budget.ramps.tables import ramp_cents
from norwalk_geo.budget.simulate import Course

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Work, Years

__all__ = ["Chosen", "backlog_cents", "called_first", "outcomes", "work", "years"]

_NOT_SURVEYED = "Never surveyed: nothing can be planned until its condition is known."
_NOT_CITY = "Not the city's to maintain: not planned or counted."


@dataclass(frozen=True)
class Chosen:
    """
    A chosen plan and what its tables need.

    Parameters
    ----------
    case
        The city as arrays.
    treatments
        Treatment by planned section and year; −1 for none.
    course, untreated
        What happens with the plan, and with nothing done.
    worth
        What a dollar on each planned section raises, in terms of the last dollar.
    """

    case: Case
    treatments: npt.NDArray[np.int8]
    course: Course
    untreated: Course
    worth: Floats


def _nominal(case: Case, dollars: Floats, year: npt.NDArray[np.int64]) -> Floats:
    """Constant dollars of the base year → dollars of a year, to the cent."""
    inflation = 1 + case.rules.inflation_pct / 100
    years_on = (year - case.rules.base_year).astype("float64")
    nominal: Floats = np.rint(dollars * inflation**years_on * CENTS) / CENTS
    return nominal


def _due(chosen: Chosen, course: Course) -> npt.NDArray[np.int8]:
    """Treatment that the windows call for below the critical condition, by section and year."""
    case = chosen.case
    called = case.life.called[case.family[:, None], course.seals, course.age.astype("int64")]
    is_due = (course.start < case.rules.critical_pci) & ~course.is_locked
    return np.where(is_due, called, -1).astype("int8")


def backlog_cents(chosen: Chosen) -> npt.NDArray[np.int64]:
    """
    Add up the backlog of each year.

    Parameters
    ----------
    chosen
        The plan.

    Returns
    -------
    cents
        What the windows call for below the critical condition, less what is worked on, by year.
    """
    unfunded = np.where(chosen.treatments >= 0, -1, _due(chosen, chosen.course)).astype("int8")
    cents: npt.NDArray[np.int64] = choose.cost_cents(chosen.case, unfunded).sum(axis=0)
    return cents


def years(chosen: Chosen, miles: Floats) -> Years:
    """
    Summarize each year.

    Parameters
    ----------
    chosen
        The plan.
    miles
        Centreline miles of each planned section.

    Returns
    -------
    years
        Money, miles, area-weighted condition and backlog: what the windows call for below the
        critical condition, less the sections that are worked on.
    """
    case, treatments = chosen.case, chosen.treatments
    cents = choose.cost_cents(case, treatments)
    done, all_years = treatments >= 0, np.array(case.years)
    altered = case.life.treatments["ada_kind"].eq("alteration").to_numpy()
    is_alteration = done & altered[treatments]
    nominal = _nominal(case, cents / CENTS, all_years[None, :])
    ramps = ramp_cents(case, treatments)
    ramps_nominal = np.rint(_nominal(case, ramps / CENTS, all_years) * CENTS).astype("int64")
    spent_nominal = np.rint(nominal * CENTS).astype("int64").sum(axis=0) + ramps_nominal
    frame = pd.DataFrame(
        {
            "year": all_years,
            "budget_usd": case.budget_cents / CENTS,
            "spent_usd": (cents.sum(axis=0) + ramps) / CENTS,
            "spent_nominal_usd": spent_nominal / CENTS,
            "ramps_usd": ramps / CENTS,
            "miles_repaired": miles @ done,
            "miles_maintenance": miles @ (done & ~is_alteration),
            "miles_alteration": miles @ is_alteration,
            "pci": case.area @ chosen.course.end / case.area.sum(),
            "pci_untreated": case.area @ chosen.untreated.end / case.area.sum(),
            "backlog_usd": backlog_cents(chosen) / CENTS,
        }
    )
    # Without corners nobody knows what ramps are due.
    unknown = case.duties is None and case.rules.demands.ramps is None
    return schema.check(frame.drop(columns=["ramps_usd"] if unknown else []), "years")


def work(chosen: Chosen, miles: Floats, doubts: pd.Series, sections: Sections) -> Work:
    """
    List the work.

    Parameters
    ----------
    chosen
        The plan.
    miles
        Centreline miles of each planned section.
    doubts
        What is uncertain about each planned section, as a sentence or nothing.
    sections
        Supplies class and zone, for what stands around a choice.

    Returns
    -------
    work
        By year and section, with cost to the cent and the reason.
    """
    case, treatments = chosen.case, chosen.treatments
    section, year = np.nonzero(treatments >= 0)
    rows = case.life.treatments.iloc[treatments[section, year]]
    dollars = choose.cost_cents(case, treatments)[section, year] / CENTS
    when, before = np.array(case.years)[year], chosen.course.start[section, year]
    texts = zip(rows["label"], when, before, chosen.worth[section], strict=True)
    done = zip(case.ids[section], when.tolist(), rows.index, strict=True)
    promised = case.rules.demands.promised
    is_promised = [promised.get(str(one)) == (year, name) for one, year, name in done]
    told = zip(texts, is_promised, strict=True)
    sentences = pd.Series([explain.planned(*one, is_promised=it) for one, it in told], dtype="str")
    sentences += around.of_work(case, treatments, sections).to_numpy()
    frame = pd.DataFrame(
        {
            "section_id": case.ids[section],
            "year": when,
            "treatment": rows.index,
            "treatment_label": rows["label"].to_numpy(),
            "ada_kind": rows["ada_kind"].to_numpy(),
            "area_sy": case.area[section],
            "length_mi": miles[section],
            "cost_usd": dollars,
            "cost_nominal_usd": _nominal(case, dollars, when),
            "pci_before": before,
            "pci_after": chosen.course.after[section, year],
            "reason": sentences + doubts.to_numpy()[section],
        }
    )
    return schema.check(frame.sort_values(["year", "section_id"], kind="stable"), "work")


def _status(chosen: Chosen) -> npt.NDArray[np.str_]:
    """Planned; else not funded where work falls due if nothing is done; else not needed."""
    done = (chosen.treatments >= 0).any(axis=1)
    is_due = (_due(chosen, chosen.untreated) >= 0).any(axis=1)
    return np.where(done, "planned", np.where(is_due, "not_funded", "not_needed"))


def called_first(chosen: Chosen) -> npt.NDArray[np.int64]:
    """
    Find the treatment that the windows call for first if nothing is done.

    Parameters
    ----------
    chosen
        The plan.

    Returns
    -------
    treatment
        By planned section; −1 where none is called for in the plan.
    """
    case, course = chosen.case, chosen.untreated
    called = case.life.called[case.family[:, None], course.seals, course.age.astype("int64")]
    first = (called >= 0).argmax(axis=1)
    return np.asarray(called[np.arange(len(called)), first], dtype="int64")


def _reasons(chosen: Chosen, work: Work, doubts: pd.Series, sections: Sections) -> pd.Series:
    """Say of each planned section why its first work is planned, or why none is."""
    case, untreated = chosen.case, chosen.untreated
    called = case.life.called[case.family, case.seals, case.age]
    labels = [*case.life.treatments["label"], ""]
    idle = around.of_idle(case, chosen.treatments, called_first(chosen), sections)
    course = (untreated.start[:, 0], untreated.end[:, -1], chosen.worth, idle.closed)
    texts = zip((labels[j] for j in called), *course, strict=True)
    sentences = pd.Series([explain.not_planned(*one) for one in texts], index=case.ids, dtype="str")
    without = sentences + idle.also + doubts
    return _first(work)["reason"].reindex(case.ids).fillna(without)


def _first(work: Work) -> pd.DataFrame:
    """Take each section's first work."""
    return work.reset_index().drop_duplicates("section_id").set_index("section_id")


def outcomes(
    chosen: Chosen, work: Work, flags: pd.DataFrame, doubts: pd.Series, sections: Sections
) -> pd.DataFrame:
    """
    Say what the plan does with every section, planned or not.

    Parameters
    ----------
    chosen
        The plan.
    work
        Its work.
    flags
        Every section of the city: `family`, `family_is_assumed`, `area_is_estimated`, `is_city`.
    doubts
        What is uncertain about each planned section, as a sentence or nothing.
    sections
        Supplies class and zone, for what stands around a choice.

    Returns
    -------
    outcomes
        In the order of `flags`; sections of others and those never surveyed have no forecast.
    """
    case, first = chosen.case, _first(work)
    planned = pd.DataFrame(
        {
            "status": _status(chosen),
            "first_year": first["year"].reindex(case.ids),
            "treatment_label": first["treatment_label"].reindex(case.ids),
            "pci_now": chosen.untreated.start[:, 0],
            "pci_end": chosen.course.end[:, -1],
            "pci_end_untreated": chosen.untreated.end[:, -1],
            "cost_usd": choose.cost_cents(case, chosen.treatments).sum(axis=1) / CENTS,
            "reason": _reasons(chosen, work, doubts, sections),
        },
        index=case.ids,
    )
    every = planned.reindex(flags.index)
    is_left = every["status"].isna()
    every["status"] = every["status"].mask(is_left, "not_surveyed")
    every["status"] = every["status"].mask(is_left & ~flags["is_city"], "not_city")
    every["reason"] = every["reason"].mask(is_left, _NOT_SURVEYED)
    every["reason"] = every["reason"].mask(is_left & ~flags["is_city"], _NOT_CITY)
    every["cost_usd"] = every["cost_usd"].fillna(0.0)
    return schema.check(every.join(flags.drop(columns="is_city")), "outcomes")
