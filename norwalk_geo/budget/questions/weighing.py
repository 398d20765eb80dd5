"""What weights change: the same city and money with and without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.budget import choose
from norwalk_geo.budget.model import CENTS, Rules, plainly_weighed
from norwalk_geo.budget.questions.solving import Solved, laid_out, solve
from norwalk_geo.budget.simulate import objective
from norwalk_geo.budget.weights import Weights, scores

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["weigh"]


def weigh(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules,
) -> pd.DataFrame:
    """
    Plan with and without the weights of `rules`, and show both by what the weights are for.

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
        How time and money count, and the weights.

    Returns
    -------
    weighings
        One row a plan and group of streets: all, and those that each weight in use scores. The
        objective is by area and class alone in both, so that they can be compared.

    Raises
    ------
    InfeasibleError
        As `optimize`; or a weight is in use and nothing is known of it.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections.assign(is_bus_route=True)
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> rules = ng.budget.Rules(weights=ng.budget.Weights(bus_route=0.5))
    >>> both = weigh(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5}, rules=rules)
    >>> both.index.tolist()[:2]
    [('without', 'all'), ('without', 'bus_route')]
    """
    miles = network.measure(sections, lifecycle.classes)["miles"]
    known = scores(sections, miles, rules.weights.collisions_full_per_mile)
    rows = []
    for name, weights in (("without", Weights()), ("with", rules.weights)):
        asked = replace(rules, weights=weights)
        found = solve(laid_out(condition, sections, lifecycle, budget_usd, asked))
        for group in ("all", *rules.weights.used()):
            score = known[group].loc[found.case.ids] if group != "all" else None
            rows.append({"plan": name, "group": group, **_row(found, score)})
    return schema.check(pd.DataFrame(rows), "weighings")


def _row(found: Solved, score: pd.Series | None) -> dict[str, object]:
    """Sum a group of streets up."""
    case = found.case
    of = pd.Series(1.0, index=case.ids) if score is None else score
    is_in = of.fillna(0.0).gt(0).to_numpy()
    area = case.area[is_in].sum()
    cents = choose.cost_cents(case, found.treatments)[is_in].sum()
    return {
        "sections": int(is_in.sum()),
        "sections_unknown": int(of.isna().sum()),
        "objective": objective(plainly_weighed(case), found.course) if score is None else None,
        "pci_end": case.area[is_in] @ found.course.end[is_in, -1] / area if area else None,
        "spent_usd": int(cents) / CENTS,
        "sections_treated": int((found.treatments[is_in] >= 0).any(axis=1).sum()),
    }
