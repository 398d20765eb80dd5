"""The plan: chosen work, what it does year by year, and how far from the best it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import config, deterioration, network, schema
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import choose, explain, ledger, policies, results, solution
from norwalk_geo.budget.model import Rules, build_case, plainly_weighed
from norwalk_geo.budget.ramps.tables import ramp_work
from norwalk_geo.budget.simulate import objective, simulate
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections, Work, Years
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Plan", "align", "optimize", "record", "warm"]

# Points that sums in another order may differ by.
_NOISE = 1e-9


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
    objective_plain
        The same plan judged by area and class alone, whatever weights it was made with.
    classes
        Functional classes that it was made with.
    row_prices
        Every limit, and what one more unit of it would add.
    payments
        What each fund pays in each year, to the cent.
    ramps
        Corners whose ramps are built, with year, cost and the work that obliges them; None where
        no ramps are due.
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
    objective_plain: float
    classes: pd.DataFrame
    row_prices: pd.DataFrame
    payments: pd.DataFrame
    ramps: pd.DataFrame | None = None


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
    rules, aligned = rules or Rules(), align(condition, sections)
    case = build_case(aligned, sections, lifecycle, budget_usd=budget_usd, rules=rules)
    case, found = solution.find(case, progress=progress)
    best, treatments = found.bound, found.treatments
    lives = choose.gather(case, best)
    chosen = results.Chosen(
        case=case,
        treatments=treatments,
        course=simulate(case, treatments),
        untreated=simulate(case, policies.do_nothing(case)),
        worth=explain.worth(case, lives, best, treatments),
    )
    return record(chosen, best, aligned, sections)


def record(
    chosen: results.Chosen, proof: bounds.Bound, condition: Condition, sections: Sections
) -> Plan:
    """
    Check a plan against its proof and its budgets, and make its tables.

    Parameters
    ----------
    chosen
        The plan.
    proof
        Bound and prices.
    condition, sections
        As `optimize` takes them, aligned.

    Returns
    -------
    plan
        As `optimize` gives it.

    Raises
    ------
    RuntimeError
        The plan is above its bound or over its budget: a fault of this program.
    """
    case, life, bound = chosen.case, chosen.case.life, proof.value / chosen.case.scale
    mine, nothing = objective(case, chosen.course), objective(case, chosen.untreated)
    if mine > bound + _NOISE or ledger.broken(case, chosen.treatments):
        raise RuntimeError("the plan breaks its own bound or budget: please report this")
    measures = network.measure(sections, life.classes)
    flags = deterioration.families(sections, life.curves).assign(
        area_is_estimated=measures["area_is_estimated"], is_city=measures["area_sy"] > 0
    )
    begin = config.year_start(case.years[0], case.rules.start_month)
    doubts = explain.doubts(condition.loc[case.ids], flags.loc[case.ids], begin=begin)
    miles = measures.loc[case.ids, "miles"].to_numpy()
    work = results.work(chosen, miles, doubts, sections)
    worst = objective(case, simulate(case, policies.worst_first(case)))
    top = max(bound, mine)
    return Plan(
        work=work,
        outcomes=results.outcomes(chosen, work, flags, doubts, sections),
        years=results.years(chosen, miles),
        objective=mine,
        bound=top,
        do_nothing=nothing,
        gap=(top - mine) / (top - nothing) if top - nothing > _NOISE else None,
        policies={"do_nothing": nothing, "worst_first": worst},
        pci_now=float(case.area @ chosen.untreated.start[:, 0] / case.area.sum()),
        objective_exact=objective(case, simulate(case, chosen.treatments, exact=True)),
        objective_plain=objective(plainly_weighed(case), chosen.course),
        classes=life.classes,
        row_prices=ledger.row_prices(case, proof),
        payments=ledger.payments(case, chosen.treatments),
        ramps=ramp_work(case, chosen.treatments),
    )


def align(condition: Condition, sections: Sections) -> Condition:
    """
    Put condition in the order of the sections, which must be the same ones.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Streets.

    Returns
    -------
    condition
        In the order of the sections.

    Raises
    ------
    SchemaError
        The tables do not have the same sections.
    """
    if condition.index.equals(sections.index):
        return condition
    differ = condition.index.symmetric_difference(sections.index)
    if len(differ):
        remedy = "Use pci.latest(surveys, sections) to make it."
        what = "does not have the same sections as the table sections"
        problem = Problem("section_id", what, tuple(map(str, differ)), remedy)
        raise SchemaError.of("condition", [problem])
    aligned: pd.DataFrame = condition.loc[sections.index]
    return aligned


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
