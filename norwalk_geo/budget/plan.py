"""The plan: chosen work, what it does year by year, and how far from the best it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import config, deterioration, network, schema
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import choose, explain, policies
from norwalk_geo.budget.model import CENTS, Case, Floats, Rules, build_case
from norwalk_geo.budget.simulate import Course, objective, simulate

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections, Work, Years
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Plan", "optimize", "warm"]


@dataclass(frozen=True)
class Plan:
    """
    Result of `optimize`.

    Parameters
    ----------
    work
        Sections treated, with year, cost and reason.
    outcomes
        Every section of the city: what the plan does with it, and why.
    years
        Money, miles, condition and backlog by fiscal year.
    objective, bound, do_nothing
        Points on one scale: this plan, what no plan exceeds, and no work at all.
    gap
        (bound − objective) / (bound − do nothing); missing where there is nothing to gain.
    policies
        Objective of every policy that the plan was compared with.
    pci_now
        Area-weighted condition at the start of the plan, points.
    objective_exact
        Objective of the same plan without rounding ages to whole months.
    classes
        Functional classes that it was made with.
    """

    work: Work
    outcomes: pd.DataFrame
    years: Years
    objective: float
    bound: float
    do_nothing: float
    gap: float | None
    policies: Mapping[str, float]
    pci_now: float
    objective_exact: float
    classes: pd.DataFrame


def _nominal(case: Case, dollars: Floats, year: int | npt.NDArray[np.int64]) -> Floats:
    """Constant dollars of the base year → dollars of a year, to the cent."""
    inflation = 1 + case.rules.inflation_pct / 100
    years_on = np.asarray(year, dtype="float64") - case.rules.base_year
    return np.rint(dollars * inflation**years_on * CENTS) / CENTS


def _backlog(case: Case, treatments: npt.NDArray[np.int8], course: Course) -> Floats:
    """Dollars of work that the windows call for below the critical condition and nobody funds."""
    age = course.age.astype("int64")
    called = case.life.called[case.family[:, None], course.seals, age].astype("int8")
    is_due = (course.start < case.rules.critical_pci) & ~course.is_locked & (treatments < 0)
    due = np.where(is_due, called, -1).astype("int8")
    return choose.cost_cents(case, due).sum(axis=0) / CENTS


def _years(
    case: Case, treatments: npt.NDArray[np.int8], course: Course, untreated: Course, miles: Floats
) -> Years:
    """Summarize each year."""
    cents = choose.cost_cents(case, treatments)
    altered = case.life.treatments["ada_kind"].eq("alteration").to_numpy()
    is_alteration = (treatments >= 0) & altered[treatments]
    done, all_years = treatments >= 0, np.array(case.years)
    spent = cents.sum(axis=0) / CENTS
    each = _nominal(case, cents / CENTS, all_years[None, :])
    frame = pd.DataFrame(
        {
            "year": all_years,
            "budget_usd": case.budget_cents / CENTS,
            "spent_usd": spent,
            "spent_nominal_usd": np.rint(each * CENTS).astype("int64").sum(axis=0) / CENTS,
            "miles_repaired": miles @ done,
            "miles_maintenance": miles @ (done & ~is_alteration),
            "miles_alteration": miles @ is_alteration,
            "pci": case.area @ course.end / case.area.sum(),
            "pci_untreated": case.area @ untreated.end / case.area.sum(),
            "backlog_usd": _backlog(case, treatments, course),
        }
    )
    return schema.check(frame, "years")


def _work(
    case: Case,
    treatments: npt.NDArray[np.int8],
    course: Course,
    measures: pd.DataFrame,
    reasons: tuple[Floats, pd.Series],
) -> Work:
    """List the work, by year and section."""
    worth, doubts = reasons
    section, year = np.nonzero(treatments >= 0)
    done = treatments[section, year]
    rows = case.life.treatments.iloc[done]
    dollars = choose.cost_cents(case, treatments)[section, year] / CENTS
    years, ids = np.array(case.years)[year], case.ids[section]
    before = course.start[section, year]
    sentences = [
        explain.planned(label, y, pci, worth[i]) + doubts[name]
        for label, y, pci, i, name in zip(rows["label"], years, before, section, ids, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "section_id": ids,
            "year": years,
            "treatment": rows.index,
            "treatment_label": rows["label"].to_numpy(),
            "ada_kind": rows["ada_kind"].to_numpy(),
            "area_sy": case.area[section],
            "length_mi": measures.loc[ids, "miles"].to_numpy(),
            "cost_usd": dollars,
            "cost_nominal_usd": _nominal(case, dollars, years),
            "pci_before": before,
            "pci_after": course.after[section, year],
            "reason": sentences,
        }
    )
    ordered = frame.sort_values(["year", "section_id"], kind="stable")
    return schema.check(ordered, "work")


def _status(
    case: Case, treatments: npt.NDArray[np.int8], course: Course, untreated: Course
) -> npt.NDArray[np.str_]:
    """Planned; else not funded where work falls due in the plan; else not needed."""
    age = untreated.age.astype("int64")
    called = case.life.called[case.family[:, None], untreated.seals, age] >= 0
    is_due = (called & (untreated.start < case.rules.critical_pci)).any(axis=1)
    done = (treatments >= 0).any(axis=1)
    return np.where(done, "planned", np.where(is_due, "not_funded", "not_needed"))


def _outcomes(
    case: Case,
    work: Work,
    treatments: npt.NDArray[np.int8],
    courses: tuple[Course, Course],
    worth: Floats,
) -> pd.DataFrame:
    """Say what the plan does with each planned section, without the doubts."""
    course, untreated = courses
    first = work.reset_index().drop_duplicates("section_id").set_index("section_id")
    called = case.life.called[case.family, case.seals, case.age]
    labels = case.life.treatments["label"].to_numpy()
    reasons = [
        explain.not_planned(labels[j] if j >= 0 else "", now, end, w)
        for j, now, end, w in zip(
            called, untreated.start[:, 0], untreated.end[:, -1], worth, strict=True
        )
    ]
    frame = pd.DataFrame(
        {
            "status": _status(case, treatments, course, untreated),
            "pci_now": untreated.start[:, 0],
            "pci_end": course.end[:, -1],
            "pci_end_untreated": untreated.end[:, -1],
            "cost_usd": choose.cost_cents(case, treatments).sum(axis=1) / CENTS,
            "reason": reasons,
        },
        index=case.ids,
    )
    return frame.assign(
        first_year=first["year"].reindex(case.ids),
        treatment_label=first["treatment_label"].reindex(case.ids),
    )


def _all_outcomes(
    planned: pd.DataFrame,
    work: Work,
    flags: pd.DataFrame,
    measures: pd.DataFrame,
    doubts: pd.Series,
) -> pd.DataFrame:
    """Add the sections that are not the city's or were never surveyed, and the doubts."""
    every = planned.reindex(flags.index)
    of_others = measures["area_sy"] <= 0
    every["status"] = every["status"].mask(every["status"].isna(), "not_surveyed")
    every["status"] = every["status"].mask(of_others, "not_city")
    reason = every["reason"] + doubts
    first = work.reset_index().drop_duplicates("section_id").set_index("section_id")["reason"]
    reason = first.reindex(every.index).fillna(reason)
    reason = reason.mask(every["status"].eq("not_surveyed"), _NOT_SURVEYED)
    every["reason"] = reason.mask(of_others, "Not the city's to maintain: not planned or counted.")
    every["cost_usd"] = every["cost_usd"].fillna(0.0)
    return schema.check(every.join(flags), "outcomes")


_NOT_SURVEYED = "Never surveyed: nothing can be planned until its condition is known."


def _flags(sections: Sections, life: Lifecycle, measures: pd.DataFrame) -> pd.DataFrame:
    """What is assumed about each section."""
    families = deterioration.families(sections, life.curves)
    return families.assign(area_is_estimated=measures["area_is_estimated"])


def optimize(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    progress: Callable[[float], None] | None = None,
) -> Plan:
    """
    Choose work for every section and year, never over budget, with a certified gap.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`. Sections without one are not planned,
        cost nothing and are in no average.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; every year of the plan, zero allowed.
    rules
        How time and money count. By default the fiscal year begins in July.
    progress
        Told the share done, from 0 to 1.

    Returns
    -------
    plan
        Work, outcomes, yearly figures; objective, bound and gap in points on one scale.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing or there is nothing to plan.

    References
    ----------
    The bound is the Lagrangian dual of the yearly budgets: `docs/methods/plan.md`.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> plan = optimize(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> bool(plan.do_nothing < plan.objective <= plan.bound)
    True
    """
    if not condition.index.equals(sections.index):
        condition = _align(condition, sections)
    case = build_case(condition, sections, lifecycle, budget_usd=budget_usd, rules=rules or Rules())
    best = bounds.minimize(case, progress=progress)
    lives = choose.gather(case, best)
    chosen = choose.choose(case, best, lives)
    treatments = lives.treatments[chosen]
    courses = (simulate(case, treatments), simulate(case, policies.do_nothing(case)))
    measures = network.measure(sections, lifecycle.classes)
    flags = _flags(sections, lifecycle, measures)
    begin = config.year_start(case.years[0], case.rules.start_month)
    doubts = explain.doubts(condition, flags, begin=begin)
    worth = explain.worth(case, lives, best.prices, chosen)
    work = _work(case, treatments, courses[0], measures, (worth, doubts))
    mine = objective(case, courses[0])
    nothing = objective(case, courses[1])
    worst = objective(case, simulate(case, policies.worst_first(case)))
    top = max(best.value / case.scale, mine)
    return Plan(
        work=work,
        outcomes=_all_outcomes(
            _outcomes(case, work, treatments, courses, worth), work, flags, measures, doubts
        ),
        years=_years(case, treatments, *courses, measures.loc[case.ids, "miles"].to_numpy()),
        objective=mine,
        bound=top,
        do_nothing=nothing,
        gap=(top - mine) / (top - nothing) if top > nothing else None,
        policies={"do_nothing": nothing, "worst_first": worst},
        pci_now=float(case.area @ courses[1].start[:, 0] / case.area.sum()),
        objective_exact=objective(case, simulate(case, treatments, exact=True)),
        classes=lifecycle.classes,
    )


def _align(condition: Condition, sections: Sections) -> Condition:
    """Put condition in the order of the sections, which must be the same ones."""
    from norwalk_geo.errors import Problem, SchemaError

    differ = condition.index.symmetric_difference(sections.index)
    if len(differ):
        remedy = "Use pci.latest(surveys, sections) to make it."
        what = "does not have the same sections as the table sections"
        problem = Problem("section_id", what, tuple(map(str, differ)), remedy)
        raise SchemaError.of("condition", [problem])
    return condition.loc[sections.index]


def warm() -> None:
    """
    Compile the kernels once, so that the first plan does not wait for it.

    Returns
    -------
    nothing
        The compiled code is kept beside the package.
    """
    import geopandas as gpd
    import shapely

    from norwalk_geo import treatments

    line = shapely.LineString([(6_500_000, 1_800_000), (6_500_300, 1_800_000)])
    streets = {"section_id": ["s1"], "functional_class": ["residential"]}
    sections = schema.check(gpd.GeoDataFrame(streets, geometry=[line], crs="EPSG:2229"), "sections")
    survey = {"section_id": ["s1"], "pci": [55.0], "pci_method": ["vendor"]}
    dated = pd.DataFrame(survey).assign(survey_date="2026-01-01", load_share_pct=None)
    life = treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))
    condition = schema.check(dated, "condition")
    optimize(condition, sections, life, budget_usd={2027: 1e4, 2028: 1e4})
