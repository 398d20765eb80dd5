"""What it costs to end at a condition: a yearly budget, and one below which no plan can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from norwalk_geo.budget.model import CENTS, Case, Rules
from norwalk_geo.budget.objectives import for_end
from norwalk_geo.budget.questions import reaching
from norwalk_geo.budget.questions.solving import Solved, no_work, scalable

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Held", "cost_to_hold", "hold"]


@dataclass(frozen=True)
class Held:
    """
    Result of `cost_to_hold`.

    Parameters
    ----------
    pci
        Condition to hold: area-weighted, at the end of the plan, points.
    budget_usd
        Constant dollars by fiscal year with which a plan holds it; nothing where none does.
    share_pct
        The same in percent of the budget as given; missing where no money holds it.
    pci_end
        Condition at the end with that money, or with the most that was tried.
    least_pct
        Percent of the budget below which no plan can hold it; missing where none can with any.
    least_usd
        The same in constant dollars over all years.
    pci_end_exact
        Condition at the end of the same plan played through in continuous age.
    """

    pci: float
    budget_usd: dict[int, float]
    share_pct: float | None
    pci_end: float
    least_pct: float | None
    least_usd: float | None
    pci_end_exact: float


def cost_to_hold(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    pci: float | None = None,
) -> Held:
    """
    Find the least money with which a plan ends at a condition, and prove it.

    Money keeps the shape of the budget over the years. Each level is planned for the condition at
    the end alone: it is the least that ends there, whatever the way. `cheapest` holds a condition
    in every year.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; its shape is kept.
    rules
        How time and money count. By default the fiscal year begins in July.
    pci
        Area-weighted condition to end at, points. By default that of the start of the plan.

    Returns
    -------
    held
        Money by year that a plan was found for, and the least that any plan needs; none where 64
        times the budget does not reach it.

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
    >>> held = cost_to_hold(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> held.pci_end >= held.pci and held.least_pct <= held.share_pct
    True
    """
    return hold(scalable(condition, sections, lifecycle, budget_usd, rules), pci)


def hold(case: Case, pci: float | None) -> Held:
    """
    Find the least money with which a plan of a laid out city ends at a condition.

    Parameters
    ----------
    case
        The city, with money to scale.
    pci
        Area-weighted condition to end at, points; by default that of the start of the plan.

    Returns
    -------
    held
        As `cost_to_hold` gives it.
    """
    idle = no_work(case)
    target = float(case.area @ idle.course.start[:, 0] / case.area.sum()) if pci is None else pci
    if idle.pci_end >= target:
        return _held(case, target, 0.0, idle, 0.0)
    goal = target * float(case.area.sum())
    aim = reaching.Aim(case, for_end, goal, lambda one: one.pci_end, target)
    least, proof = reaching.least(aim)
    if least is None or least > reaching.MOST:
        found, _ = reaching.planned(aim, reaching.MOST, None)
        return _held(case, target, None, found or idle, None)
    share, found, least = reaching.found(aim, least, proof)
    return _held(case, target, share, found or idle, least)


def _held(
    case: Case, target: float, share: float | None, found: Solved, least: float | None
) -> Held:
    """Write down what was found."""
    cents = found.case.budget_cents
    money = {year: int(cents[t]) / CENTS for t, year in enumerate(case.years)}
    total = int(case.budget_cents.sum()) / CENTS
    return Held(
        pci=target,
        budget_usd={} if share is None else money,
        share_pct=None if share is None else 100 * share,
        pci_end=found.pci_end,
        least_pct=None if least is None else 100 * least,
        least_usd=None if least is None else least * total,
        pci_end_exact=found.pci_end_exact,
    )
