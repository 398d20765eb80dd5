"""Other money: the curve of condition over budget, and what waiting costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget.model import CENTS, Case, Rules
from norwalk_geo.budget.questions.solving import Solved, no_work, scalable, scaled, solve
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Delay", "cost_of_delay", "curve"]

_SHARES_PCT = (0, 25, 50, 75, 100, 125, 150, 200, 300)
_MILLION = 1e6
# Searches end within this share of the answer, and give up beyond this multiple of the budget.
_CLOSE, _BESIDE, _MOST = 0.005, 0.002, 64.0


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
        Constant dollars beyond the same total that make up for the delay; missing where no money
        can.
    """

    objective: float
    objective_delayed: float
    pci_end: float
    pci_end_delayed: float
    backlog_usd: float
    backlog_delayed_usd: float
    extra_usd: float | None


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
    wrong = [share for share in shares_pct if not share >= 0]
    if wrong or not len(shares_pct):
        remedy = "Give at least one share, each zero or more."
        problem = Problem("shares_pct", f"has {wrong or 'no level'}", remedy=remedy)
        raise InfeasibleError.of("budget", [problem])
    rows, before = [], None
    for share in sorted({float(one) for one in shares_pct}):
        before = solve(scaled(case, share / 100), before)
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


def _least(
    case: Case, excess: Callable[[Solved], float], given: Solved | None = None
) -> tuple[float | None, Solved]:
    """
    Find the least share of the money, within half a percent, whose plan has no negative excess.

    Each step plans just beside the place where a straight line between the last two fails. A plan
    for the money as given saves the first step.
    """
    low, high = 0.0, 1.0
    last = no_work(case)
    under = excess(last)
    if under >= 0:
        return 0.0, last
    found = given or solve(case)
    while (over := excess(found)) < 0:
        if high >= _MOST:
            return None, found
        low, high, under = high, high * 2, over
        found = solve(scaled(case, high))
    side = 1.0
    while high - low > _CLOSE * high:
        straight = low + (high - low) * under / (under - over)
        share = straight * (1 + side * _BESIDE)
        if not low < share < high:
            share = (low + high) / 2
        tried = solve(scaled(case, share))
        if (value := excess(tried)) >= 0:
            high, over, found, side = share, value, tried, -1.0
        else:
            low, under, side = share, value, 1.0
    return high, found


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
    if len(case.years) == 1:
        remedy = "Plan at least two years."
        problem = Problem("budget", "has one year: nothing can be done later", remedy=remedy)
        raise InfeasibleError.of("budget", [problem])
    later = dict(zip(case.years, (case.budget_cents / CENTS).tolist(), strict=True))
    first, second = case.years[:2]
    later |= {first: 0.0, second: later[first] + later[second]}
    delayed = scalable(condition, sections, lifecycle, later, rules)
    now, then = solve(case), solve(delayed)
    share, _ = _least(delayed, lambda one: one.objective - now.objective, then)
    total = int(case.budget_cents.sum()) / CENTS
    return Delay(
        objective=now.objective,
        objective_delayed=then.objective,
        pci_end=now.pci_end,
        pci_end_delayed=then.pci_end,
        backlog_usd=now.backlog_in(0),
        backlog_delayed_usd=then.backlog_in(0),
        extra_usd=None if share is None else max(0.0, share - 1) * total,
    )
