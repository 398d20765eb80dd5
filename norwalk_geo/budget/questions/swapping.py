"""
Near-equal plans: which sections could take the place of which at almost no loss.

PCI is good to three points and bids to a fifth, so plans within half a percent of the gain are
equal for all that is known. Together the swaps fit every year's money to the cent, and what they
lose together is what a simulation of the changed plan gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import choose, explain
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers, Rules
from norwalk_geo.budget.questions.solving import laid_out, no_work
from norwalk_geo.budget.simulate import objective, simulate

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["swaps"]

# Sections of the plan that are asked for a stand-in, and lives that could be one, nearest first.
_ASKED, _OFFERED = 2000, 4000


class _Offers(NamedTuple):
    """Lives of sections that the plan leaves alone: whose, points, cents by year, treatments."""

    section: Integers
    points: Floats
    cents: Integers
    treatments: npt.NDArray[np.int8]


class _Swap(NamedTuple):
    """A section out of the plan, the one in its place and its life, and what is lost."""

    out: int
    into: int
    treatments: npt.NDArray[np.int8]
    loss: float


def swaps(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    within_pct: float = 0.5,
) -> pd.DataFrame:
    """
    List sections of the plan that another could replace within a small share of the gain.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; every year of the plan, zero allowed.
    rules
        How time and money count. By default the fiscal year begins in July.
    within_pct
        Share of the plan's gain over doing nothing that all swaps together may give up.

    Returns
    -------
    swaps
        One row a section of the plan, the closest call first. All may be made together, or any
        number from the top: then too no year is over budget.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing or there is nothing to plan.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> near = swaps(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5}, within_pct=2)
    >>> bool((near["loss_together_pct"] <= 2).all())
    True
    """
    case = laid_out(condition, sections, lifecycle, budget_usd, rules)
    best = bounds.minimize(case)
    lives = choose.gather(case, best)
    chosen = choose.choose(case, best, lives)
    plan = lives.treatments[chosen]
    idle = no_work(case)
    gain = (objective(case, simulate(case, plan)) - idle.objective) * case.scale
    rows = []
    if gain > 0:
        worth = explain.worth(case, lives, best.prices, chosen)
        allowed = gain * within_pct / 100
        together = 0.0
        for swap in _found(case, (lives, chosen, worth), allowed):
            together += swap.loss
            shares = (100 * swap.loss / gain, 100 * together / gain)
            rows.append(_row(case, plan[swap.out], swap, shares))
    columns = schema.describe("swaps").columns.index
    return schema.check(pd.DataFrame(rows, columns=columns), "swaps")


def _repeated(case: Case, section: Integers) -> Case:
    """Repeat sections as rows, for costing several lives of one section at once."""
    return replace(case, family=case.family[section], area=case.area[section])


def _points(case: Case, lives: choose.Candidates, section: Integers, life: Integers) -> Floats:
    """Weighted point-years that lives of sections give beyond doing nothing."""
    nothing = lives.points[lives.first[case.group[section]]]
    gain: Floats = (lives.points[life] - nothing) * case.area[section]
    return gain


def _offers(case: Case, lives: choose.Candidates, worth: Floats, left: Integers) -> _Offers:
    """List the lives with work of the sections that come nearest to being in the plan."""
    near = left[np.argsort(-worth[left], kind="stable")]
    count = np.diff(lives.first)[case.group[near]]
    near = near[: max(1, int(np.searchsorted(np.cumsum(count), _OFFERED)))]
    count = count[: len(near)]
    section = np.repeat(near, count)
    offset = np.arange(len(section)) - np.repeat(np.cumsum(count) - count, count)
    life = lives.first[case.group[section]] + offset
    has_work = lives.dollars[life].any(axis=1)
    section, life = section[has_work], life[has_work]
    treatments = lives.treatments[life]
    cents = choose.cost_cents(_repeated(case, section), treatments)
    return _Offers(section, _points(case, lives, section, life), cents, treatments)


def _found(
    case: Case, plan: tuple[choose.Candidates, Integers, Floats], allowed: float
) -> Iterator[_Swap]:
    """Find swaps one after the other, as long as all together lose no more than is allowed."""
    lives, chosen, worth = plan
    treatments = lives.treatments[chosen]
    done = (treatments >= 0).any(axis=1)
    cents = choose.cost_cents(case, treatments)
    slack = case.budget_cents - cents.sum(axis=0)
    gain = _points(case, lives, np.arange(len(chosen)), chosen)
    offers = _offers(case, lives, worth, np.flatnonzero(~done))
    is_free = np.ones(len(offers.section), dtype=bool)
    planned = np.flatnonzero(done)
    for out in planned[np.argsort(worth[planned], kind="stable")][:_ASKED]:
        room = slack + cents[out]
        fits = np.flatnonzero(is_free & (offers.cents <= room).all(axis=1))
        if not len(fits):
            continue
        pick = fits[offers.points[fits].argmax()]
        loss = float(gain[out] - offers.points[pick])
        if loss > allowed:
            continue
        allowed -= max(loss, 0.0)
        slack = room - offers.cents[pick]
        into = int(offers.section[pick])
        is_free &= offers.section != into
        yield _Swap(int(out), into, offers.treatments[pick], loss)


def _row(
    case: Case, before: npt.NDArray[np.int8], swap: _Swap, shares: tuple[float, float]
) -> dict[str, object]:
    """Write one swap."""
    labels = case.life.treatments["label"]
    first, instead = (int((one >= 0).argmax()) for one in (before, swap.treatments))
    pair = _repeated(case, np.array([swap.out, swap.into]))
    cost = choose.cost_cents(pair, np.stack([before, swap.treatments])).sum(axis=1) / CENTS
    return {
        "section_id": case.ids[swap.out],
        "year": case.years[first],
        "treatment_label": labels.iloc[before[first]],
        "cost_usd": cost[0],
        "instead_section_id": case.ids[swap.into],
        "instead_year": case.years[instead],
        "instead_treatment_label": labels.iloc[swap.treatments[instead]],
        "instead_cost_usd": cost[1],
        "loss_pct": shares[0],
        "loss_together_pct": shares[1],
    }
