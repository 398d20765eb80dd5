"""
Shares of ramps that make the bound tight.

With prices fixed, the bound is a convex function of the shares. Where one section alters by a year
and another that obliges the same corner does not, the first pays more of that year and the second
less: a subgradient step, back onto shares that sum to one. Prices and shares are improved in turns;
the lowest bound found is kept.
"""

from __future__ import annotations

from dataclasses import replace

from numba import njit

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.lanes import Floats, Integers, Tiny
from norwalk_geo.budget.market import Market

__all__ = ["minimize"]

_TURNS, _STEPS, _ROUNDS = 6, 20, 12
_STEP, _SLOWS = 1.0, 20.0


@njit(cache=True)
def shift(corner: Integers, section: Integers, altered: Tiny, shares: Floats, step: float) -> None:
    """
    Move shares to the sections that alter first.

    Parameters
    ----------
    corner, section
        Of each link, corner by corner.
    altered
        Year of the first alteration by section.
    shares
        Changed: by link and year; they still sum to one for each corner and year.
    step
        Largest move.

    Returns
    -------
    nothing
        The result is in `shares`.
    """
    links, years = shares.shape
    first = 0
    while first < links:
        end = first + 1
        while end < links and corner[end] == corner[first]:
            end += 1
        if end > first + 1:
            for t in range(years):
                mean = 0.0
                for k in range(first, end):
                    mean += 1.0 if altered[section[k]] <= t else 0.0
                mean /= end - first
                if mean in (0.0, 1.0):
                    continue
                total = 0.0
                for k in range(first, end):
                    now = 1.0 if altered[section[k]] <= t else 0.0
                    shares[k, t] = max(shares[k, t] + step * (now - mean), 0.0)
                    total += shares[k, t]
                for k in range(first, end):
                    shares[k, t] /= total
        first = end


def minimize(
    market: Market, *, turns: int = _TURNS, start: Bound | None = None
) -> tuple[Market, Bound]:
    """
    Find shares and prices that prove a tight bound.

    Parameters
    ----------
    market
        The city, with ramps due.
    turns
        How often shares and prices are improved.
    start
        Proof of a city with the same rows, to begin at.

    Returns
    -------
    market, bound
        The city with the best shares found, and the bound that they prove.
    """
    best, duties = bounds.minimize(market, start=start), market.case.duties
    if duties is None:
        return market, best
    top, now, count = market, best, 0
    for _ in range(turns):
        shares = market.shares.copy()
        fixed = now.value - market.ask(now.charge).value
        for _ in range(_STEPS):
            trial = market.sharing(shares.copy())
            answer = trial.ask(now.charge)
            if answer.value + fixed < best.value:
                best, top = replace(now, value=answer.value + fixed), trial
            step = _STEP / (1 + count / _SLOWS)
            shift(duties.corner, duties.section, trial.altered(answer.lives), shares, step)
            count += 1
        market = market.sharing(shares)
        now = bounds.refine(market, best, _ROUNDS)
        if now.value < best.value:
            best, top = now, market
    return top, best
