"""
The last percent: integer programs over the lives that can be in a better plan.

Let a plan have a life that loses more than d against the best of its section at the prices. Then it
is worth at most the bound less d. So a program over the lives that lose no more than d proves of
*all* plans that none is worth more than what it proves, or the bound less d, whichever is larger.
In a small city d can be all that the plan misses of the bound, and the program decides. In a larger
one the lives that lose least still hold a better plan than trades find, above all where ramps tie
neighbors together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from norwalk_geo.budget import ledger, program
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market, Near
from norwalk_geo.budget.measures import Lives, worth
from norwalk_geo.budget.model import Case, Floats
from norwalk_geo.budget.program import Effort
from norwalk_geo.budget.ramps import search

__all__ = ["improve", "over"]

# Cities with more sections keep the plan that they have.
_SECTIONS = 3_000
# Up to so many lives that can be in a better plan, the program decides to the last.
_ALL, _LAST = 2_000, Effort(nodes=300, within=1e-6)
# Otherwise lives besides one a section, program by program, until the plan is near enough.
# The larger one only where ramps tie neighbors together: elsewhere it finds little more.
_CORES, _QUICK, _ENOUGH = (700, 1_500), Effort(nodes=1, within=1e-4), 5e-4
_AT_HAND = 40  # lives a section that are looked at, to find those that lose least
_SPARE = 3e-6  # of the largest budget: more than HiGHS misses a row by
_ANY, _NOISE, _LACKS = 1e20, 1e-9, 1e-6


@dataclass
class _Best:
    """The best plan so far, its worth, what no plan exceeds, and whether none is proved to be."""

    lives: Lives
    worth: float
    top: float
    is_broken: bool
    is_impossible: bool = False


def improve(market: Market, found: Found) -> Found:
    """
    Improve a plan and its bound, if there is something to improve.

    Parameters
    ----------
    market
        The city.
    found
        A plan, and its proof.

    Returns
    -------
    found
        The better plan and the tighter bound; the same where the city is large.

    Raises
    ------
    InfeasibleError
        No plan was found that keeps to every row: with the rows that would have to give way, and
        whether it is proved that they must.
    """
    case, bound = market.case, found.bound
    best = _begin(market, found)
    if len(case.ids) <= _SECTIONS:
        _search(market, bound, best)
    if best.is_broken:
        raise ledger.impossible(case, over(case, found), is_proved=best.is_impossible)
    top = max(best.top, best.worth)
    return replace(found, treatments=best.lives, bound=replace(bound, value=top))


def over(case: Case, found: Found) -> Floats:
    """
    Find by how much rows are not kept.

    Parameters
    ----------
    case
        The city.
    found
        A plan that breaks a row.

    Returns
    -------
    over
        Units by row, funds first: of the shares that the plan was made of, where those tell it.
    """
    shares, plan = found.over, ledger.lacking(case, found.treatments)
    return shares if len(shares) == len(plan) and (shares > _LACKS).any() else plan


def _begin(market: Market, found: Found) -> _Best:
    """Begin at the plan that is there, made to fit where it does not."""
    case, lives, value = market.case, found.treatments, found.bound.value
    is_broken = bool(ledger.broken(case, lives))
    if is_broken:  # The core may have lacked the lives that keep the rows.
        lives = search.mend(market, found.bound, lives)
        is_broken = bool(ledger.broken(case, lives))
    # Condition is never below zero, so a bound below it leaves no plan.
    is_condition = case.toll is None and case.idle is None
    return _Best(lives, worth(case, lives), value, is_broken, is_condition and value < 0)


def _search(market: Market, bound: Bound, best: _Best) -> None:
    """Run one program after another, until nothing better can be or is worth looking for."""
    unit = max(bound.gain, 1e-12)  # where nothing can be gained any unit will do
    cores = _CORES if market.case.duties is not None else _CORES[:1]
    for more in (*cores, None):
        missing = np.inf if best.is_broken else best.top - best.worth
        if best.is_impossible or missing <= _LAST.within * unit:
            return
        room = bound.value - best.worth
        room, charge = room + _NOISE * (1 + abs(room)), bound.charge
        if best.is_broken:  # Where rows cannot be kept prices have no end, and tell nothing.
            room, charge = _ANY, np.zeros(len(charge))
        near = market.near(charge, room, _ALL)
        if len(near.owner) < _ALL:
            _try(market, bound, best, (near, room, _LAST))
            return
        if missing <= _ENOUGH * unit or more is None:
            return
        near, loss = _core(market, bound, room, more)
        _try(market, bound, best, (near, loss, _QUICK))


def _core(market: Market, bound: Bound, room: float, more: int) -> tuple[Near, float]:
    """Take the lives that lose least, and what each of them loses at most."""
    most, sections = room, len(market.order)
    while True:
        near = market.near(bound.charge, most, _AT_HAND * sections + _ALL)
        if len(near.owner) < _AT_HAND * sections + _ALL:
            break
        most = min(most, bound.gain) / 4
    if len(near.owner) > sections + more:
        most = float(np.partition(near.loss, sections + more)[sections + more])
        keep = near.loss <= most
        near = Near(near.owner[keep], near.treatments[keep], near.loss[keep])
    return near, most


def _try(market: Market, bound: Bound, best: _Best, what: tuple[Near, float, Effort]) -> None:
    """Solve a program and keep what it finds and proves."""
    case, (near, loss, effort) = market.case, what
    # The plan that is there is among the choices, whatever its lives lose.
    owner = np.append(near.owner, np.arange(len(case.ids)))
    lives = np.concatenate([near.treatments, best.lives])
    order = np.argsort(owner, kind="stable")
    near = Near(owner[order], lives[order], np.zeros(len(order)))
    unit = max(bound.gain, 1e-12)
    solved = program.solve(market, near, unit, effort)
    if solved.lives is not None and ledger.broken(case, solved.lives):
        spared = program.solve(market, near, unit, effort, _SPARE)
        solved = solved._replace(lives=spared.lives)
    _keep(market, best, solved.lives)
    # With years to choose from, ramps may be cheaper than in the years that were tried.
    if case.duties is None or not case.duties.years_before:
        best.is_impossible = solved.is_impossible and loss >= _ANY
        best.top = min(best.top, max(solved.top, bound.value - loss))


def _keep(market: Market, best: _Best, lives: Lives | None) -> None:
    """Keep a plan if it is better."""
    if lives is None or ledger.broken(market.case, lives):
        return
    value = worth(market.case, lives)
    if best.is_broken or value > best.worth:
        best.lives, best.worth, best.is_broken = lives, value, False
