"""All questions of one city at once: its plan is made once, and every answer begins at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.budget.demands import Demands
from norwalk_geo.budget.model import Rules
from norwalk_geo.budget.plan import Plan, align
from norwalk_geo.budget.questions import comparison, holding, levels, swapping
from norwalk_geo.budget.questions.hidden import Hidden, hidden_ramps
from norwalk_geo.budget.questions.levels import Delay
from norwalk_geo.budget.questions.solving import Solved, scalable, solve
from norwalk_geo.budget.questions.weighing import weigh
from norwalk_geo.errors import InfeasibleError

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Answers", "answer"]

_WITHIN_PCT = 0.5


@dataclass(frozen=True)
class Answers:
    """
    Result of `answer`.

    Parameters
    ----------
    comparison
        As `compare` gives it.
    levels
        As `curve` gives it.
    held
        As `cost_to_hold` gives it, for the condition at the start.
    delay
        As `cost_of_delay` gives it; nothing where the plan has one year, or where what else is
        asked of it cannot wait.
    swaps
        As `swaps` gives them.
    within_pct
        Share of the gain that the swaps may give up together.
    hidden
        As `hidden_ramps` gives it, by the yearly money alone; nothing where no ramps are due.
    weighings
        As `weigh` gives it; nothing where no weights are set.
    """

    comparison: comparison.Comparison
    levels: pd.DataFrame
    held: holding.Held
    delay: Delay | None
    swaps: pd.DataFrame
    within_pct: float
    hidden: Hidden | None = None
    weighings: pd.DataFrame | None = None


def answer(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    ranking: pd.DataFrame | None = None,
) -> Answers:
    """
    Ask everything of a city that `norwalk compare` asks.

    The plan for the money as given is made once; the sweep over other money, the search for what
    holds the condition or makes up for a delay, and the swaps begin at it.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd, rules, ranking
        As `compare` takes them; not all of the money is zero.

    Returns
    -------
    answers
        Every answer, as its own function gives it.

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
    >>> told = answer(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> bool(told.levels.loc[100, "objective"] == told.comparison.plan.objective)
    True
    """
    rules = rules or Rules()
    case = scalable(condition, sections, lifecycle, budget_usd, rules)
    base = solve(case)
    plan = comparison.written(base, align(condition, sections), sections)
    tables = (condition, sections, lifecycle)
    return Answers(
        comparison=comparison.beside(case, plan, sections, ranking),
        levels=levels.sweep(case, base),
        held=holding.hold(case, None),
        delay=_delay(tables, base),
        swaps=swapping.listed(base, _WITHIN_PCT),
        within_pct=_WITHIN_PCT,
        hidden=_hidden(tables, budget_usd, rules, plan),
        weighings=weigh(*tables, budget_usd=budget_usd, rules=rules)
        if rules.weights.used()
        else None,
    )


def _delay(tables: tuple[Condition, Sections, Lifecycle], base: Solved) -> Delay | None:
    """Ask what a delay costs, where there is a second year and what is asked can wait for it."""
    if len(base.case.years) == 1:
        return None
    try:
        return levels.delay(base, scalable(*tables, *levels.put_off(base.case)))
    except InfeasibleError:
        return None


def _hidden(
    tables: tuple[Condition, Sections, Lifecycle],
    budget_usd: Mapping[int, float],
    rules: Rules,
    plan: Plan,
) -> Hidden | None:
    """Ask what a plan blind to curb ramps hides; funds and other demands are not looked at."""
    ramps = rules.demands.ramps
    if ramps is None or plan.ramps is None or plan.ramps.empty:
        return None
    alone = replace(rules, demands=Demands(ramps=ramps))
    return hidden_ramps(*tables, budget_usd=budget_usd, rules=alone)
