"""The one plan that a city asks for: by condition, cost or backlog, by zones or in packages."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd

from norwalk_geo import budget, config, needs, network, report
from norwalk_geo.cli import asking, assessing, committing, reading
from norwalk_geo.errors import ConfigError, InfeasibleError, Problem

if TYPE_CHECKING:
    import datetime as dt

    from norwalk_geo.budget import Plan
    from norwalk_geo.cli.assessing import Assessed
    from norwalk_geo.cli.records import City
    from norwalk_geo.cli.show import Show
    from norwalk_geo.report import Beside

__all__ = ["Made", "make", "results"]

_NOT_CHEAPEST = "Not part of the least costly work that reaches the conditions asked for."
_NOT_LEAST = "Not part of the work that leaves the least backlog."


@dataclass(frozen=True)
class Made:
    """
    A plan with what was asked of it.

    Parameters
    ----------
    plan
        The plan.
    beside
        Certificate, zones, packages and targets.
    """

    plan: Plan
    beside: Beside


def make(city: City, known: Assessed, show: Show) -> Made:
    """
    Make the plan that the settings ask for.

    Parameters
    ----------
    city
        As read and checked.
    known
        What every plan of the city starts from.
    show
        Told what is being done.

    Returns
    -------
    made
        Plan and what stands beside it.

    Raises
    ------
    ConfigError
        Parts of the settings cannot be had together.
    InfeasibleError
        What is asked cannot be met: with the rows in conflict and the nearest that can be.
    """
    asked = city.config.asked
    turn = asking.rotation(city.config)
    parcels = asking.packages(city.config, city.parameters["packaging"])
    if turn is not None and (parcels is not None or asked.objective != "condition"):
        known, turn = _given_years(known, turn), None
    show.step("Choosing the work of every year")
    if asked.objective == "least_cost":
        _refuse_packages(parcels)
        return _cheapest(city.config, known)
    if asked.objective == "least_backlog":
        _refuse_packages(parcels)
        return _least_backlog(city.config, known)
    if turn is not None:
        return _rotated(known, turn, show, is_priced=(asked.rotation or {}).get("price", True))
    if parcels is not None:
        return _packaged(known, parcels)
    plan = budget.optimize(
        *known.tables, budget_usd=known.budget_usd, rules=known.rules, progress=show.share
    )
    return Made(plan, report.Beside(report.certificate(plan)))


def results(city: City, as_of: dt.date, show: Show) -> report.Results:
    """
    Assess, plan and summarize a city.

    Parameters
    ----------
    city
        As read and checked.
    as_of
        Day that the data describe.
    show
        Told what is being done.

    Returns
    -------
    results
        The plan with all that its files show.
    """
    show.step("Fitting decay")
    known = assessing.assess(city, as_of)
    sections, condition = known.sections, known.condition
    made = make(city, known, show)
    plan = made.plan
    bands = needs.summarize(
        sections, condition, plan.outcomes, reading.bands(city), known.life.classes
    )
    about = assessing.origin(city, as_of, known.notes)
    assets = committing.asset_plan(city, int(str(plan.years.index[0])))
    beside = replace(made.beside, assets=assets)
    summary = report.summary(sections, condition, plan, bands, about=about, beside=beside)
    count = summary["assumed"]["sections_condition_assumed"]
    summary["notes"] = [*assessing.assumed(count), *known.notes]
    return report.Results(sections, condition, plan, bands, summary, beside)


def _refuse_packages(parcels: budget.Packages | None) -> None:
    """Packages are formed for condition alone."""
    if parcels is not None:
        what = "can be had only where the objective is condition"
        remedy = "Take the packages out, or the objective."
        raise ConfigError.of("norwalk.toml", [Problem("plan.packages", what, remedy=remedy)])


def _given_years(known: Assessed, turn: budget.Rotation) -> Assessed:
    """Turn a rotation whose years are all given into a demand, which goes with everything."""
    sections = known.sections
    zones = set(sections["zone_id"].dropna().astype("str")) if "zone_id" in sections else set()
    bound = set(turn.zones) or zones
    open_zones = tuple(sorted(bound - set(turn.given)))
    if open_zones or turn.treatments or turn.work != "best" or turn.most_zones is not None:
        what = "goes with packages or another objective only where every zone's year is given"
        remedy = "Give each zone its first year in plan.rotation.given, with work = best and no "
        remedy += "treatments or most_zones; or take one of the two out."
        problem = Problem("plan.rotation", what, open_zones, remedy)
        raise ConfigError.of("norwalk.toml", [problem])
    years = tuple(known.budget_usd)
    visits = {
        zone: tuple(year for year in years if (year - first) % turn.period_years == 0)
        for zone, first in turn.given.items()
    }
    demands = replace(known.rules.demands, zone_years=visits, zone_exempt=turn.exempt)
    return replace(known, rules=replace(known.rules, demands=demands))


def _judged(known: Assessed, made: Any, money: dict[int, float], unfunded: str) -> Plan:  # noqa: ANN401
    """Judge the work of another objective as a plan, with its own reasons."""
    plan = budget.judge(*known.tables, work=made.work, budget_usd=money, rules=known.rules)
    outcomes = plan.outcomes
    is_left = outcomes["status"].eq("not_funded")
    # What stands around a choice, such as curb ramps, stays behind the sentence that changes.
    told = outcomes["reason"].str.replace(r"^Not in the list of work[^.]*[.]", unfunded, regex=True)
    reasons = outcomes["reason"].mask(is_left, told)
    return replace(plan, outcomes=outcomes.assign(reason=reasons))


def _cheapest(settings: config.Config, known: Assessed) -> Made:
    """Reach conditions at the least cost, within the money or with as much as it takes."""
    within = settings.asked.within_budget
    limit = known.budget_usd if within else dict.fromkeys(known.budget_usd, math.inf)
    wanted = asking.targets(settings, min(known.budget_usd))
    found = budget.cheapest(*known.tables, targets=wanted, budget_usd=limit, rules=known.rules)
    spent = found.years["spent_usd"]
    money = known.budget_usd if within else dict(zip(spent.index, spent, strict=True))
    plan = _judged(known, found, money, _NOT_CHEAPEST)
    told = report.certificate(plan, cheapest=found)
    return Made(plan, report.Beside(told, targets=found.targets))


def _least_backlog(settings: config.Config, known: Assessed) -> Made:
    """Leave the least backlog."""
    over: Literal["end", "years"] = "years" if settings.asked.backlog_over == "years" else "end"
    found = budget.least_backlog(
        *known.tables, budget_usd=known.budget_usd, rules=known.rules, over=over
    )
    plan = _judged(known, found, known.budget_usd, _NOT_LEAST)
    return Made(plan, report.Beside(report.certificate(plan, least=found)))


def _rotated(known: Assessed, turn: budget.Rotation, show: Show, *, is_priced: bool) -> Made:
    """Go by zones, and say what that costs."""
    money, rules = known.budget_usd, known.rules
    found = budget.rotate(*known.tables, budget_usd=money, rotation=turn, rules=rules)
    prices = None
    if is_priced:
        show.step("Finding what going by zones costs")
        prices = budget.compare_rotations(
            *known.tables, budget_usd=money, rotations={"asked": turn}, rules=rules
        )
    told = report.certificate(found.plan)
    beside = report.Beside(told, rotation=found.rotation, rotation_prices=prices)
    return Made(found.plan, beside)


def _packaged(known: Assessed, parcels: budget.Packages) -> Made:
    """Plan in contract packages."""
    condition, sections, life = known.tables
    built = network.build(gpd.GeoDataFrame(sections)).sections
    lost = sections.index.difference(built.index)
    if len(lost):
        what = "are cut where streets meet, so packages cannot be formed of them"
        remedy = "Import the streets again: norwalk import cuts them."
        raise InfeasibleError.of("sections", [Problem("section_id", what, tuple(lost), remedy)])
    found = budget.optimize_packages(
        condition,
        built.loc[sections.index],
        life,
        budget_usd=known.budget_usd,
        packages=parcels,
        rules=known.rules,
    )
    told = report.certificate(found.plan)
    return Made(found.plan, report.Beside(told, packages=found.packages, left_out=found.left_out))
