"""What it costs to end at a condition: a yearly budget, and one below which no plan can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from norwalk_geo.budget import ledger, solution
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import CENTS, Case, Rules
from norwalk_geo.budget.objectives import for_end
from norwalk_geo.budget.questions.solving import Solved, no_work, played, scalable, scaled

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Held", "cost_to_hold"]

# The search gives up beyond this multiple of the budget; a bound within this share is settled.
_MOST, _SETTLED, _TURNS = 64.0, 1e-5, 30
# Tries above the bound, each so many times as far from it as the one before.
_LESS, _LITTLE = 4.0, 1e-4
_FIRST, _FARTHER, _CLOSE, _MIDDLES = 1e-4, 4.0, 1e-3, 2


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
    case = scalable(condition, sections, lifecycle, budget_usd, rules)
    idle = no_work(case)
    target = float(case.area @ idle.course.start[:, 0] / case.area.sum()) if pci is None else pci
    if idle.pci_end >= target:
        return _held(case, target, 0.0, idle, 0.0)
    least, proof = _least(case, target)
    if least is None or least > _MOST:
        found, _ = _ended(scaled(case, _MOST), None)
        return _held(case, target, None, found, None)
    share, found, least = _found(case, target, least, proof)
    return _held(case, target, share, found, least)


def _ended(case: Case, start: Bound | None, *, thoroughly: bool = False) -> tuple[Solved, float]:
    """Plan for the condition at the end alone; with it what no plan can exceed."""
    city = for_end(case)
    if not thoroughly:
        market, made = solution.choose(*solution.prove(Market.of(city), start=start))
        city = market.case
    if thoroughly or ledger.broken(city, made.treatments):
        city, made = solution.find(city, start=start)
    case = replace(case, duties=city.duties)
    top = made.bound.value / float(case.area.sum())
    return played(case, made.treatments, bound=0.0), top


def _least(case: Case, target: float) -> tuple[float | None, Bound | None]:
    """
    Find the share of the money below which no plan ends at the target.

    At any prices the best end is at most what the sections would do plus the priced money: a line
    over the share, which falls below the target at a share that is certain. Where it does, the
    prices are made anew, until the share grows no more.
    """
    goal, share, proof = target * float(case.area.sum()), 0.0, None
    asked = 1.0
    for _ in range(_TURNS):
        city = for_end(scaled(case, asked))
        _, proof = solution.prove(Market.of(city), start=proof)
        slope = float(proof.at.fund @ city.rows.money) / asked
        missing = goal - (proof.value - slope * asked)
        if slope <= 0 < missing:  # More money does no more.
            return None, proof
        crossed = missing / slope if slope > 0 else 0.0
        if crossed > _MOST:
            return crossed, proof
        if crossed <= share * (1 + _SETTLED):
            if share > 0 or asked < _LITTLE:
                break
            # The last dollar of so much money is worth little; less says what the first is worth.
            asked /= _LESS
            continue
        share = asked = crossed
    return share, proof


def _found(
    case: Case, target: float, least: float, proof: Bound | None
) -> tuple[float | None, Solved, float]:
    """Find a share not far above the least whose plan ends at the target; and a higher least."""
    low, share, step = least, least, _FIRST
    found, _ = _ended(scaled(case, share), proof)
    while found.pci_end < target:
        low, share, step = share, max(least, _LITTLE) * (1 + step), step * _FARTHER
        if share > _MOST:
            return None, found, least
        found, _ = _ended(scaled(case, share), proof)
    for thoroughly, most in ((False, _MIDDLES), (True, 1)):
        for _ in range(most):
            if share - low <= _CLOSE * share:
                break
            middle = (low + share) / 2
            tried, top = _ended(scaled(case, middle), proof, thoroughly=thoroughly)
            if tried.pci_end >= target:
                share, found = middle, tried
            else:
                low = middle
                least = middle if top < target else least
        low = least
    return share, found, least


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
