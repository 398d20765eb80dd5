"""From a city to a plan and its proof, with or without curb ramps in the bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, exact, ledger, policies
from norwalk_geo.budget import search as plainly
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import worth
from norwalk_geo.budget.model import Case, Integers
from norwalk_geo.budget.ramps import search, shares
from norwalk_geo.budget.ramps.duties import Duties
from norwalk_geo.errors import InfeasibleError

__all__ = ["choose", "find", "no_worse", "prove"]

_FEW = 3_000  # sections of a city that is small enough to try more than prices


def find(
    case: Case,
    *,
    progress: Callable[[float], None] | None = None,
    start: Bound | None = None,
) -> tuple[Case, Found]:
    """
    Choose a life for every section and prove how good the plan is.

    Parameters
    ----------
    case
        The city.
    progress
        Told the share done, from 0 to 1.
    start
        Proof of a city with the same rows and about the same money, to begin at.

    Returns
    -------
    case, found
        The city, in which it is decided when each corner's ramps are built; the plan and its bound.

    Raises
    ------
    InfeasibleError
        No plan was found that keeps to every row: with the rows that would have to give way.
    """
    if case.duties is None:
        return case, plainly.search(case, progress=progress, start=start)
    market, best = prove(Market.of(case), start=start)
    if progress:
        progress(1.0)
    market, found = choose(market, best)
    found = no_worse(market, found)
    try:
        return market.case, exact.improve(market, found)
    except InfeasibleError as error:
        return plainly.otherwise(market, found, error, _solved)


def _solved(case: Case) -> tuple[Case, Found]:
    """Find a plan for another count of the same lives, ramps in the bill."""
    market, found = choose(*prove(Market.of(case)))
    return market.case, exact.improve(market, found)


def prove(
    market: Market, *, start: Bound | None = None, turns: int | None = None
) -> tuple[Market, Bound]:
    """
    Find prices, and shares of ramps where any are due, that prove a tight bound.

    Parameters
    ----------
    market
        The city.
    start
        Proof of a city with the same rows, to begin at.
    turns
        How often shares and prices are improved in turns.

    Returns
    -------
    market, bound
        The city with the best shares found, and the bound that they prove.
    """
    if market.case.duties is None:
        return market, bounds.minimize(market, start=start)
    if turns is None:
        return shares.minimize(market, start=start)
    return shares.minimize(market, start=start, turns=turns)


def choose(market: Market, proof: Bound, *, is_quick: bool = False) -> tuple[Market, Found]:
    """
    Choose a life for every section at the best prices, ramps paid for.

    Parameters
    ----------
    market
        The city with its best shares.
    proof
        Its prices.
    is_quick
        Try once, where the plan is one of many; with ramps there is one way only.

    Returns
    -------
    market, found
        The city, in which it is decided when each corner's ramps are built; and the plan, which may
        still exceed a row.
    """
    case, duties = market.case, market.case.duties
    if duties is None:
        return market, core.choose(market, proof, is_quick=is_quick)
    case = replace(case, duties=replace(duties, lead=_lead(case, duties, proof)))
    market = replace(market, case=case)
    treatments = search.choose(market, proof)
    return market, Found(treatments, proof, ledger.lacking(case, treatments))


def no_worse(market: Market, found: Found) -> Found:
    """
    Keep a plan that goes step by step, or what a search makes of it, where it is better.

    In a small city a corner is a large lump of a year's money, and prices alone mislead.

    Parameters
    ----------
    market
        The city, in which it is decided when each corner's ramps are built.
    found
        Its plan.

    Returns
    -------
    found
        The better plan with the same proof; the same where no ramps are due or the city is large.
    """
    case = market.case
    if case.duties is None or case.toll is not None or len(case.ids) > _FEW:
        return found
    rival = policies.benefit_cost(case)
    for plan in (rival, search.mend(market, found.bound, rival)):
        is_better = worth(case, plan) > worth(case, found.treatments)
        if ledger.broken(case, plan):
            continue
        if is_better or ledger.broken(case, found.treatments):
            found = Found(plan, found.bound, np.zeros_like(found.over))
    return found


def _lead(case: Case, duties: Duties, bound: Bound) -> Integers:
    """Years before the alteration in which each corner's ramps are cheapest at the prices."""
    years = duties.cents.shape[1]
    # Where no fund pays in a year, its dollars have no price.
    dear = bounds.cheapest(case.rows, bound.at.fund) >= bounds.DEAR
    price = np.where(dear, bounds.DEAR, bound.charge[: len(dear)])
    cost = duties.cents * price[duties.kind[:, None] * years + np.arange(years)]
    leads = range(min(duties.years_before, years - 1) + 1)
    # The same lead whatever the year of alteration: the one that is cheapest over all of them.
    year = np.arange(years)
    costs = np.array([cost[:, np.maximum(year - lead, 0)].sum(axis=1) for lead in leads])
    return np.asarray(costs.argmin(axis=0))
