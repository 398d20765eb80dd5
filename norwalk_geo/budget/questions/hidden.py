"""
What a plan that is blind to curb ramps hides, and what it loses when they are paid for.

The blind plan is the best that can be done without ramps. The city must build them all the same, so
its next attempt sets their bill aside from the money of each year, and so on until work and ramps
fit. That is the best that a planner can do who does not know which work obliges which ramps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.budget import measures, solution
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import CENTS, Case, Integers, Rules
from norwalk_geo.budget.questions.solving import laid_out, no_work
from norwalk_geo.budget.ramps import Duties
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Hidden", "hidden_ramps", "set_aside", "sketched", "unseen"]

# Turns, of which some may take less aside than the turn before; step; money that is left at least.
_TURNS, _FREELY, _STEP, _LEAST = 24, 8, 0.7, 0.02


@dataclass(frozen=True)
class Hidden:
    """
    What a plan hides that does not count curb ramps.

    Parameters
    ----------
    ramps_usd
        Ramps that the blind plan obliges, constant dollars by fiscal year.
    share_pct, worst_year_pct
        The same as a share of all money, and of a year's money at most.
    blind, cut_back, joint, bound
        Objective in points: the blind plan as promised, the same planner with its ramps paid for,
        the joint plan, and what no plan with ramps exceeds.
    lost_pct
        What the blind planner loses against the joint plan, in percent of the joint plan's gain.
    """

    ramps_usd: pd.Series
    share_pct: float
    worst_year_pct: float
    blind: float
    cut_back: float
    joint: float
    bound: float
    lost_pct: float


def _with_money(case: Case, cents: Integers) -> Case:
    """The same city without ramps and with other money."""
    rows = replace(case.rows, money=cents / CENTS)
    return replace(case, duties=None, budget_cents=cents, rows=rows)


def unseen(case: Case) -> npt.NDArray[np.int8]:
    """
    Plan as well as can be without knowing of ramps.

    Parameters
    ----------
    case
        The city; ramps are not looked at.

    Returns
    -------
    treatments
        Treatment by section and year; −1 for none.
    """
    return solution.find(replace(case, duties=None))[1].treatments


def sketched(case: Case) -> npt.NDArray[np.int8]:
    """
    Plan without knowing of ramps, trying once.

    Parameters
    ----------
    case
        The city; ramps are not looked at.

    Returns
    -------
    treatments
        Treatment by section and year; −1 for none.
    """
    market = Market.of(replace(case, duties=None))
    return solution.choose(*solution.prove(market), is_quick=True)[1].treatments


def set_aside(
    case: Case,
    planner: Callable[[Case], npt.NDArray[np.int8]],
    sketch: Callable[[Case], npt.NDArray[np.int8]] | None = None,
) -> npt.NDArray[np.int8] | None:
    """
    Let a planner who does not know of ramps set their bill aside until work and ramps fit.

    Parameters
    ----------
    case
        The city, whose only rows are the yearly budgets.
    planner
        Gives treatments by section and year for a city and its money.
    sketch
        The same planner in a hurry: it finds the money to set aside, and `planner` spends the rest.
        By default `planner` does both.

    Returns
    -------
    treatments
        The best plan that fits; None where none was found.
    """
    if case.duties is None:
        return planner(case)
    aside, kept = np.zeros(len(case.years)), case.budget_cents
    best, top = None, -np.inf
    for turn in range(_TURNS):
        if turn >= _FREELY and best is not None:
            break
        money = np.maximum(case.budget_cents - aside, _LEAST * case.budget_cents)
        lives = (sketch or planner)(_with_money(case, money.astype("int64")))
        bill, spent, points = _judged(case, case.duties, lives)
        if (spent <= case.budget_cents).all() and points > top:
            best, top, kept = lives, points, money.astype("int64")
        over = np.maximum(spent - case.budget_cents, 0)
        less = np.minimum(bill - aside, 0.0) if turn < _FREELY else 0.0
        aside += np.where(over > 0, over, _STEP * less)
    if sketch is None or best is None:
        return best
    lives = planner(_with_money(case, kept))
    _, spent, points = _judged(case, case.duties, lives)
    return lives if (spent <= case.budget_cents).all() and points > top else best


def _judged(
    case: Case, owed: Duties, lives: npt.NDArray[np.int8]
) -> tuple[Integers, Integers, float]:
    """Add up ramps by year, all that is spent by year, and what the plan is worth."""
    bill = owed.bill(lives).sum(axis=0)
    spent = measures.cost_cents(case, lives).sum(axis=0) + bill
    return bill, spent, float(measures.points(case, lives).sum())


def hidden_ramps(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules,
) -> Hidden:
    """
    Find what a plan that is blind to curb ramps hides and loses.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd
        As `optimize` takes them.
    rules
        With ramps among the demands, and no other demands.

    Returns
    -------
    hidden
        The bill by year, and objectives side by side.

    Raises
    ------
    InfeasibleError
        No ramps are due, or there are other demands, under which a bill cannot be set aside.
    """
    case = laid_out(condition, sections, lifecycle, budget_usd, rules)
    if case.duties is None or len(case.rows.money) != len(case.years) or len(case.rows.limit):
        what = "must be ramps that are due, and nothing else"
        remedy = "Ask without funds and other demands, and with corners that oblige ramps."
        raise InfeasibleError.of("ramps", [Problem("demands", what, remedy=remedy)])
    blind = unseen(case)
    bill = case.duties.bill(blind).sum(axis=0)
    cut, (_, joint) = set_aside(case, unseen, sketched), solution.find(case)
    nothing, scale = no_work(case).objective, case.scale

    def worth(lives: npt.NDArray[np.int8]) -> float:
        return float(measures.points(case, lives).sum()) / scale

    mine = worth(joint.treatments)
    cut_back = nothing if cut is None else worth(cut)
    return Hidden(
        ramps_usd=pd.Series(bill / CENTS, index=pd.Index(case.years, name="year")),
        share_pct=100 * float(bill.sum() / max(case.budget_cents.sum(), 1)),
        worst_year_pct=100 * float((bill / np.maximum(case.budget_cents, 1)).max()),
        blind=worth(blind),
        cut_back=cut_back,
        joint=mine,
        bound=joint.bound.value / scale,
        lost_pct=100 * (mine - cut_back) / max(mine - nothing, 1e-12),
    )
