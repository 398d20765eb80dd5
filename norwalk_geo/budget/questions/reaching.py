"""The least money with which a plan reaches a goal: proved from below, found from above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from norwalk_geo.budget import ledger, solution
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case
from norwalk_geo.budget.questions.solving import Solved, played, scaled
from norwalk_geo.errors import InfeasibleError

__all__ = ["MOST", "Aim", "found", "least", "planned"]

# The search gives up beyond this multiple of the budget; a bound within this share is settled.
MOST, _SETTLED, _TURNS = 64.0, 1e-5, 30
# Tries above the bound, each so many times as far from it as the one before; then between.
_LESS, _LITTLE = 4.0, 1e-4
_FIRST, _FARTHER, _CLOSE, _MIDDLES = 2e-3, 3.0, 1e-3, 2
# A search closer than this part of what no proof covers tells no more.
_PART = 0.1
# The longest step that prices alone may propose, and the part of a gap in which the next try lies.
_MOST_AHEAD, _INSIDE = 0.2, (0.2, 0.8)


class Aim(NamedTuple):
    """
    What money is to reach.

    Parameters
    ----------
    case
        The city with all of its money.
    view
        The same city with the goal as its objective.
    goal
        Worth that the view must come to.
    figure, target
        What is read off a plan, and what it must be at least.
    """

    case: Case
    view: Callable[[Case], Case]
    goal: float
    figure: Callable[[Solved], float]
    target: float


def planned(aim: Aim, share: float, start: Bound | None) -> tuple[Solved | None, float]:
    """
    Plan for the goal alone with a share of the money.

    Parameters
    ----------
    aim
        What is to be reached.
    share
        One is the money as given.
    start
        Proof of the same view with about the same money.

    Returns
    -------
    plan, top
        The plan, none where the money is too little for what else is asked; and what no plan of the
        view exceeds.
    """
    case = scaled(aim.case, share)
    market, proof = solution.prove(Market.of(aim.view(case)), start=start)
    market, made = solution.choose(market, proof, is_quick=True)
    made = solution.no_worse(market, made)
    city = market.case
    if ledger.broken(city, made.treatments):
        try:
            city, made = solution.find(aim.view(case), start=start)
        except InfeasibleError:
            return None, proof.value
    # When corners are built is decided with the plan.
    case = replace(case, duties=city.duties)
    return played(case, made.treatments, bound=0.0), made.bound.value


def least(aim: Aim) -> tuple[float | None, Bound | None]:
    """
    Find the share of the money below which no plan reaches the goal.

    At any prices the best plan is worth at most what the sections would do plus the priced money:
    a line over the share, which falls below the goal at a share that is certain. Where it does, the
    prices are made anew, until the share grows no more.

    Parameters
    ----------
    aim
        What is to be reached.

    Returns
    -------
    share, proof
        None where more money does no more.
    """
    share, proof = 0.0, None
    asked = 1.0
    # What is proved here must hold for other money, too.
    case = replace(aim.case, rows=replace(aim.case.rows, closes=False))
    for _ in range(_TURNS):
        city = aim.view(scaled(case, asked))
        _, proof = solution.prove(Market.of(city), start=proof)
        slope = float(proof.at.fund @ city.rows.money) / asked
        missing = aim.goal - (proof.value - slope * asked)
        if slope <= 0 < missing:  # More money does no more.
            return None, proof
        crossed = missing / slope if slope > 0 else 0.0
        if crossed > MOST:
            return crossed, proof
        if crossed <= share * (1 + _SETTLED):
            if share > 0 or asked < _LITTLE:
                break
            # The last dollar of so much money is worth little; less says what the first is worth.
            asked /= _LESS
            continue
        share = asked = crossed
    return share, proof


def found(aim: Aim, low: float, proof: Bound | None) -> tuple[float | None, Solved | None, float]:
    """
    Find a share not far above the least whose plan reaches the target.

    Parameters
    ----------
    aim
        What is to be reached.
    low
        Share below which no plan does.
    proof
        Proof at that share.

    Returns
    -------
    share, plan, low
        The share, none where no money tried does it; its plan; and a higher least.
    """
    proved, share, step = low, low, _FIRST
    made, _ = planned(aim, share, proof)
    below = _short(aim, made)
    while below > 0:
        low, short = share, below
        # What is missing costs about what the last dollar of the proof adds, and no less.
        ahead = 0.0 if proof is None else _ahead(aim, proof, share, short)
        share = max(share, _LITTLE) * (1 + max(step, ahead))
        step *= _FARTHER
        if share > MOST:
            return None, made, proved
        made, _ = planned(aim, share, proof)
        below = _short(aim, made)
    above = -below
    for _ in range(_MIDDLES):
        if share - low <= max(_CLOSE * share, _PART * (share - proved)):
            break
        middle = low + (share - low) * _between(short, above)
        tried, top = planned(aim, middle, proof)
        if (below := _short(aim, tried)) <= 0:
            share, made, above = middle, tried, -below
        else:
            low, short, proved = middle, below, middle if top < aim.goal else proved
    return share, made, proved


def _short(aim: Aim, made: Solved | None) -> float:
    """Give what a plan lacks of the target; all of it where there is none."""
    return aim.target - (0.0 if made is None else aim.figure(made))


def _ahead(aim: Aim, proof: Bound, share: float, short: float) -> float:
    """Part of a share that buys what is missing, at the prices of the proof."""
    money = aim.view(scaled(aim.case, share)).rows.money
    worth = float(proof.at.fund @ money)
    return min(short / aim.target * aim.goal / worth, _MOST_AHEAD) if worth > 0 else 0.0


def _between(short: float, above: float) -> float:
    """Where between two shares the target lies on a straight line, kept off both ends."""
    least, most = _INSIDE
    line = short / (short + above) if np.isfinite(short) and short + above > 0 else 0.5
    return min(max(line, least), most)
