"""The least present cost at which the streets reach a condition, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.budget import around, ledger, policies, results, solution
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget.bound import Bound, Prices
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.demands import NETWORK
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case, Floats, Rules, build_case
from norwalk_geo.budget.objectives import for_cost
from norwalk_geo.budget.ramps.tables import ramp_work
from norwalk_geo.budget.search import counted
from norwalk_geo.budget.simulate import Course, simulate
from norwalk_geo.budget.terms import class_of
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Cheapest", "cheapest"]

_HALVINGS, _DEAREST = 50, 1e6  # dollars a square yard and point
_WHY = "part of the least costly work that reaches the conditions asked for."


@dataclass(frozen=True)
class Cheapest:
    """
    Result of `cheapest`.

    Parameters
    ----------
    work
        Sections treated, with year and cost; table `work`.
    years
        Money, miles, condition and backlog by fiscal year.
    targets
        What was asked for, what is reached, and what one more point would cost; table `targets`.
    payments
        What each fund pays in each year, to the cent.
    cost_usd
        Present cost of all work, constant dollars of the first year of the plan.
    bound_usd
        Present cost that no plan which reaches the targets can stay below.
    gap
        (cost − bound) / cost; missing where nothing needs to be spent.
    discount_pct
        Yearly rate that later dollars are discounted at.
    ramps
        Corners whose ramps are built, which are in the cost; None where no ramps are due.
    """

    work: pd.DataFrame
    years: pd.DataFrame
    targets: pd.DataFrame
    payments: pd.DataFrame
    cost_usd: float
    bound_usd: float
    gap: float | None
    discount_pct: float
    ramps: pd.DataFrame | None = None


def cheapest(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    targets: Mapping[tuple[str, int], float],
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
) -> Cheapest:
    """
    Find the least present cost that holds or reaches a condition.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    targets
        Area-weighted condition at least, by functional class (`network` for all planned streets)
        and fiscal year (at its end), points. A condition to hold is a target in every year.
    budget_usd
        Constant dollars at most by fiscal year; infinite where as much may be spent as it takes. A
        ledger of funds in `rules` takes its place.
    rules
        How time and money count, demands and the discount rate.

    Returns
    -------
    cheapest
        Work, what is reached, cost and the bound that proves it.

    Raises
    ------
    InfeasibleError
        No target is given, or no plan reaches them within the money and the demands: with each that
        cannot be reached and the nearest that can.

    Examples
    --------
    >>> import datetime as dt, math
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> money = dict.fromkeys((2027, 2028), math.inf)
    >>> least = cheapest(
    ...     condition, sections, life, targets={("network", 2028): 66.0}, budget_usd=money
    ... )
    >>> bool(least.bound_usd <= least.cost_usd and least.targets["pci"].iloc[0] >= 66.0)
    True
    """
    if not targets:
        problem = Problem("targets", "are none", remedy="Give a condition to hold or to reach.")
        raise InfeasibleError.of("targets", [problem])
    rules = rules or Rules()
    demands = replace(rules.demands, minimum_pci={**rules.demands.minimum_pci, **targets})
    money = _limited(budget_usd, sections, lifecycle, rules)
    asked = replace(rules, demands=demands)
    case = build_case(
        condition.loc[sections.index], sections, lifecycle, budget_usd=money, rules=asked
    )
    rate = rules.discount_pct
    if rate is None:
        rate = float(schema.parameters("discount")["value"]["discount_pct"])
    priced = for_cost(case, rate)
    priced, found = _found(priced)
    return _record(replace(case, duties=priced.duties), priced, found, sections, rate)


def _limited(
    budget_usd: Mapping[int, float], sections: Sections, life: Lifecycle, rules: Rules
) -> dict[int, float]:
    """Take the cost of the dearest work on every street for money without limit."""
    area = float(network.measure(sections, life.classes)["area_sy"].sum())
    dearest = float(life.unit_cost_usd_sy.max()) * area
    growth = 1 + max(rules.cost_growth_pct, 0.0) / 100
    ramps = rules.demands.ramps
    corners = 0.0 if ramps is None else float(ramps.corners["cost_usd"].sum())
    return {
        year: (dearest + corners) * growth ** max(year - rules.base_year, 0)
        if usd == np.inf
        else usd
        for year, usd in budget_usd.items()
    }


def _found(case: Case) -> tuple[Case, Found]:
    """Begin where one price on all targets reaches them, and search."""
    market = Market.of(case)
    start = _start(market)
    if start.gain:
        return solution.find(case, start=start)
    answer = market.ask(start.charge, wants_lives=True)
    lives = np.empty_like(answer.lives.treatments)
    lives[market.order] = answer.lives.treatments
    if ledger.broken(case, lives):
        return solution.find(case)
    return case, Found(lives, start, np.zeros(len(case.rows.money)))


def _start(market: Market) -> Bound:
    """Find the least price of a point, the same for all targets, at which they are reached."""
    rows = market.case.rows
    of = np.flatnonzero(np.array(rows.row_units) == "points")
    use, limit = rows.use[of], rows.limit[of]

    def misses(price: float) -> bool:
        used = market.ask(price * use.sum(axis=0)).usage
        return bool((use @ used > limit).any())

    low, high = 1e-6, _DEAREST
    price = 0.0
    if misses(0.0):
        for _ in range(_HALVINGS):
            price = float(np.sqrt(low * high))
            low, high = (price, high) if misses(price) else (low, price)
            if high < low * 1.01:
                break
        price = high
    row = np.zeros(len(rows.limit))
    row[of] = price
    prices = Prices(np.zeros(rows.cells), np.zeros(len(rows.money)), row)
    height, charge, _ = bounds.value(market, prices)
    gain = abs(market.ask(charge).benefit) if price else 0.0
    return Bound(height, charge, prices, rows.years, gain, 1)


def _record(case: Case, priced: Case, found: Found, sections: Sections, rate: float) -> Cheapest:
    """Check the plan against its rows and make its tables."""
    cost = counted(case, found, np.asarray(priced.toll))
    bound = min(max(-found.bound.value, 0.0), cost)
    if ledger.broken(case, found.treatments):
        raise RuntimeError("the plan breaks its own rows: please report this")
    course = simulate(case, found.treatments)
    chosen = results.Chosen(
        case=case,
        treatments=found.treatments,
        course=course,
        untreated=simulate(case, policies.do_nothing(case)),
        worth=np.full(len(case.ids), np.inf),
    )
    miles = network.measure(sections, case.life.classes).loc[case.ids, "miles"].to_numpy()
    work = results.work(chosen, miles, pd.Series("", index=case.ids, dtype="str"), sections)
    also = around.of_work(case, found.treatments, sections)
    reason = work["reason"].str.split(": ", n=1).str[0] + ": " + _WHY + also.reindex(work.index)
    return Cheapest(
        work=schema.check(work.assign(reason=reason), "work"),
        years=results.years(chosen, miles),
        targets=_targets(case, found, course),
        payments=ledger.payments(case, found.treatments),
        cost_usd=cost,
        bound_usd=bound,
        gap=(cost - bound) / cost if cost > 0 else None,
        discount_pct=rate,
        ramps=ramp_work(case, found.treatments),
    )


def _targets(case: Case, found: Found, course: Course) -> pd.DataFrame:
    """Say what is reached of every target, on whole months and in continuous age."""
    exact = simulate(case, found.treatments, exact=True)
    names = np.array([class_of(name) for name in case.life.families])[case.family]
    price = dict(zip(case.rows.row_words, found.bound.at.row, strict=True))
    size = dict(zip(case.rows.row_words, case.rows.row_sizes, strict=True))
    words = iter(
        word for word, unit in zip(price, case.rows.row_units, strict=True) if unit == "points"
    )
    rows = []
    for (group, year), target in case.rules.demands.minimum_pci.items():
        of, t, word = (names == group) | (group == NETWORK), year - case.years[0], next(words)
        rows.append(
            {
                "functional_class": group,
                "year": year,
                "target_pci": target,
                "pci": _mean(course.end[of, t], case.area[of]),
                "pci_exact": _mean(exact.end[of, t], case.area[of]),
                "usd_per_point": price[word] * size[word],
            }
        )
    return schema.check(pd.DataFrame(rows), "targets")


def _mean(pci: Floats, area: Floats) -> float:
    """Area-weighted condition."""
    return float(area @ pci / area.sum())
