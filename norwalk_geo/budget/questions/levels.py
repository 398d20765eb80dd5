"""Other money: the curve of condition over budget, and what waiting costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget.demands import Fund
from norwalk_geo.budget.model import CENTS, Case, Rules
from norwalk_geo.budget.questions import reaching
from norwalk_geo.budget.questions.solving import Solved, better, scalable, scaled, solve
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Delay", "cost_of_delay", "curve", "delay", "put_off", "sweep"]

_SHARES_PCT = (0, 25, 50, 75, 100, 125, 150, 200, 300)
_WHOLE_PCT = 100.0
_MILLION = 1e6


@dataclass(frozen=True)
class Delay:
    """
    Result of `cost_of_delay`.

    Parameters
    ----------
    objective, objective_delayed
        Condition over the whole plan, now and with a year's delay of all work, points.
    pci_end, pci_end_delayed
        Area-weighted condition at the end, points.
    backlog_usd, backlog_delayed_usd
        Work called for in the first year and not funded.
    extra_usd
        Constant dollars beyond the same total with which a plan was found that makes up for the
        delay; missing where no money can.
    extra_least_usd
        Constant dollars without which no plan makes up for it; missing where no money can.
    """

    objective: float
    objective_delayed: float
    pci_end: float
    pci_end_delayed: float
    backlog_usd: float
    backlog_delayed_usd: float
    extra_usd: float | None
    extra_least_usd: float | None


def curve(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    shares_pct: Sequence[float] = _SHARES_PCT,
) -> pd.DataFrame:
    """
    Plan for several levels of money.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; every level is a share of it in every year.
    rules
        How time and money count. By default the fiscal year begins in July.
    shares_pct
        Levels in percent of that budget.

    Returns
    -------
    budget_levels
        One row a level, from little to much: plan, bound, condition at the end, backlog, and what
        one more million dollars would add. More money never gives a worse plan.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing, all of it is zero or there is nothing to plan.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> money = {2027: 2e5, 2028: 2e5}
    >>> levels = curve(condition, sections, life, budget_usd=money, shares_pct=[0, 100, 200])
    >>> bool(levels["objective"].is_monotonic_increasing)
    True
    """
    case = scalable(condition, sections, lifecycle, budget_usd, rules)
    return sweep(case, solve(case), shares_pct)


def sweep(case: Case, given: Solved, shares_pct: Sequence[float] = _SHARES_PCT) -> pd.DataFrame:
    """
    Plan a laid out city for levels of money, each beginning at the prices of the one before.

    Parameters
    ----------
    case
        The city, with money to scale.
    given
        Its plan for the money as it is.
    shares_pct
        Levels in percent of that money.

    Returns
    -------
    budget_levels
        As `curve` gives it. The plan for the money as given is the one given; the others are tried
        for once, and no worse than a plan for less money. Levels at which what else is asked of the
        plan cannot be met are left out.

    Raises
    ------
    InfeasibleError
        There is no level, or one is below zero.
    """
    wrong = [share for share in shares_pct if not share >= 0]
    if wrong or not len(shares_pct):
        remedy = "Give at least one share, each zero or more."
        problem = Problem("shares_pct", f"has {wrong or 'no level'}", remedy=remedy)
        raise InfeasibleError.of("budget", [problem])
    rows, before = [], None
    for share in sorted({float(one) for one in shares_pct}):
        is_given = share == _WHOLE_PCT
        try:
            made = given if is_given else solve(scaled(case, share / 100), before, is_quick=True)
        except InfeasibleError:
            continue
        before = made if before is None else better(made, before)
        rows.append(
            {
                "budget_share_pct": share,
                "budget_usd": int(before.case.budget_cents.sum()) / CENTS,
                "spent_usd": before.spent_usd,
                "objective": before.objective,
                "bound": before.bound,
                "pci_end": before.pci_end,
                "backlog_usd": before.backlog_usd,
                "points_per_million": before.price * _MILLION,
            }
        )
    return schema.check(pd.DataFrame(rows), "budget_levels")


def cost_of_delay(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
) -> Delay:
    """
    Plan as if nothing could be done in the first year and its money were spent in the second.

    No dollar is lost by that, only a year. What it costs is the money that must be added to come
    back to the same condition over the plan.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; at least two years.
    rules
        How time and money count. By default the fiscal year begins in July.

    Returns
    -------
    delay
        Points and constant dollars, with and without the delay.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing, all of it is zero, there is one year only or
        nothing to plan.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> delay = cost_of_delay(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> delay.objective > delay.objective_delayed
    True
    """
    case = scalable(condition, sections, lifecycle, budget_usd, rules)
    _check_years(case)
    money, later = put_off(case)
    delayed = scalable(condition, sections, lifecycle, money, later)
    return delay(solve(case), delayed)


def _check_years(case: Case) -> None:
    """Refuse a plan of one year."""
    if len(case.years) == 1:
        remedy = "Plan at least two years."
        problem = Problem("budget", "has one year: nothing can be done later", remedy=remedy)
        raise InfeasibleError.of("budget", [problem])


def put_off(case: Case) -> tuple[dict[int, float], Rules]:
    """
    Spend the first year's money in the second, fund by fund, and keep its promises then.

    Parameters
    ----------
    case
        The city; at least two years.

    Returns
    -------
    budget_usd, rules
        Constant dollars by fiscal year, and the rules with the funds' money and promises put off.
    """
    given = dict(zip(case.years, (case.budget_cents / CENTS).tolist(), strict=True))
    (first, second), demands = case.years[:2], case.rules.demands
    funds = tuple(replace(one, usd=_later(one, first)) for one in demands.funds)
    promised = {
        name: (second if year == first else year, treatment)
        for name, (year, treatment) in demands.promised.items()
    }
    rules = replace(case.rules, demands=replace(demands, funds=funds, promised=promised))
    return given | {first: 0.0, second: given[first] + given[second]}, rules


def _later(fund: Fund, first: int) -> dict[int, float]:
    """Give what a fund could spend in the first year of the plan to the second."""
    usd: dict[int, float] = {}
    for year, amount in fund.usd.items():
        at = first + 1 if year <= first <= year + fund.keeps_years else year
        usd[at] = usd.get(at, 0.0) + amount
    return usd


def delay(now: Solved, delayed: Case) -> Delay:
    """
    Find what a year's delay costs a laid out city.

    Parameters
    ----------
    now
        Its plan.
    delayed
        The same city with the first year's money in the second.

    Returns
    -------
    delay
        As `cost_of_delay` gives it.
    """
    then = solve(delayed)
    goal = now.objective * delayed.scale
    aim = reaching.Aim(delayed, lambda one: one, goal, lambda one: one.objective, now.objective)
    least, proof = reaching.least(aim)
    share = None
    if least is not None and least <= reaching.MOST:
        share, _, least = reaching.found(aim, least, proof)
    total = int(delayed.budget_cents.sum()) / CENTS

    def extra(of: float | None) -> float | None:
        return None if of is None or share is None else max(0.0, of - 1) * total

    return Delay(
        objective=now.objective,
        objective_delayed=then.objective,
        pci_end=now.pci_end,
        pci_end_delayed=then.pci_end,
        backlog_usd=now.backlog_in(0),
        backlog_delayed_usd=then.backlog_in(0),
        extra_usd=extra(share),
        extra_least_usd=extra(least),
    )
