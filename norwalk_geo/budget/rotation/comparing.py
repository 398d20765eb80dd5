"""
What going by zones costs, in points of condition and in dollars a year.

Every figure is an interval whose ends are proved or found: a plan that was made is an end, and a
bound is the other. With prices that prove a bound L at the money M, no plan with a share s of that
money exceeds L + (s - 1) × price of M; that turns points into the least dollars.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import exact, ledger, solution
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import points
from norwalk_geo.budget.model import CENTS, Case, Rules
from norwalk_geo.budget.questions.solving import laid_out, scaled
from norwalk_geo.budget.rotation.answers import zoned_case
from norwalk_geo.budget.rotation.master import least_share
from norwalk_geo.budget.rotation.searching import search
from norwalk_geo.budget.rotation.settings import Rotation

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["compare_rotations"]

_STEPS = 6
_FURTHER = 2.0
_STEP = 1e-3
_LEAST_SHARE = 0.02


class _Known(NamedTuple):
    """A way of planning: its city, its best plan, its bound, and what proves least shares."""

    case: Case
    value: float
    bound: float
    least_share: Callable[[float], float]

    def dollars(self, share: float) -> float:
        """Dollars a year on average for a share of all money, to the cent."""
        rows = self.case.rows
        return float(np.rint(share * rows.money.sum() / rows.years * CENTS) / CENTS)


def compare_rotations(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rotations: Mapping[str, Rotation],
    rules: Rules | None = None,
) -> pd.DataFrame:
    """
    Say what each rotation costs against planning without one.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd
        As `optimize` takes them; `sections` supplies `zone_id`.
    rotations
        By name: one with every zone's year given, one to be chosen, and so on.
    rules
        How time and money count, and further demands.

    Returns
    -------
    prices
        One row a rotation and one for the free plan, in points and in dollars a year; each
        difference lies between a least and a most, which are proved or found.

    Raises
    ------
    InfeasibleError
        As `rotate` raises it, for any of the rotations.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> life = ng.treatments.lifecycle(
    ...     ng.deterioration.curves(), ng.treatments.catalogue(base_year=2026)
    ... )
    >>> money, asked = {2027: 2e5, 2028: 2e5}, {"chosen": Rotation(period_years=2)}
    >>> prices = compare_rotations(condition, sections, life, budget_usd=money, rotations=asked)
    >>> bool((prices["lost_least"] <= prices["lost_most"]).all())
    True
    """
    case = laid_out(condition, sections, lifecycle, budget_usd, rules)
    # What is proved here must hold for other money, too.
    case = replace(case, rows=replace(case.rows, closes=False))
    proof, bound, value = _planned(case)
    free = _Known(case, value, bound, functools.partial(_least_share, case, proof))
    rows = [_row("free", free, free)]
    for name, rotation in rotations.items():
        zones = zoned_case(case, sections, rotation)
        rotated = search(zones)
        least = functools.partial(least_share, zones, rotated.cuts, rotated.root.gain)
        mine = _Known(rotated.case, rotated.value, rotated.bound, least)
        rows.append(_row(name, mine, free))
    return schema.check(pd.DataFrame(rows), "rotation_prices")


def _least_share(case: Case, proof: bounds.Bound, value: float) -> float:
    """Share of the money below which no free plan reaches a value."""
    money = float(proof.at.fund @ case.rows.money)
    if not money > 0:
        return 1.0 if value <= proof.value else np.inf
    return 1 + (value - proof.value) / money


def _planned(case: Case) -> tuple[bounds.Bound, float, float]:
    """Plan: the proof by prices, which holds for other money, too; the bound; and the worth."""
    market, found = solution.choose(*solution.prove(Market.of(case)))
    better = exact.improve(market, found)
    return found.bound, better.bound.value, float(points(case, better.treatments).sum())


def _row(name: str, mine: _Known, free: _Known) -> dict[str, float | str]:
    """One row of the table."""
    scale, is_free = free.case.scale, mine is free
    more, less = mine.least_share(free.value) - 1, 1 - free.least_share(mine.value)
    reached = 1.0 if is_free else _share_reaching(mine, free.value, up=True)
    enough = 1.0 if is_free else _share_reaching(free, mine.value, up=False)
    most = np.nan if np.isinf(reached) else mine.dollars(reached - 1)
    least = 0.0 if is_free else max(mine.dollars(min(more, reached - 1)), 0.0)
    saved = free.dollars(1 - enough)
    return {
        "rotation": name,
        "objective": mine.value / scale,
        "bound": mine.bound / scale,
        "lost_least": max(free.value - mine.bound, 0.0) / scale,
        "lost_most": 0.0 if is_free else max(free.bound - mine.value, 0.0) / scale,
        "more_least_usd": least,
        "more_most_usd": most,
        "less_least_usd": saved,
        "less_most_usd": 0.0 if is_free else max(free.dollars(less), saved),
    }


def _share_reaching(known: _Known, value: float, *, up: bool) -> float:
    """
    Find a share of the money with which a plan is at least so good, near the least there is.

    Going up it is infinite where none of the steps is enough; going down it is one.
    """
    near = max(known.least_share(value), _LEAST_SHARE)
    low, high = (1.0, np.inf) if up else (_LEAST_SHARE, 1.0)
    share = max(near, 1.0) + _STEP if up else min(near + _STEP, 1.0)
    for _ in range(_STEPS):
        if not low < share < high or not np.isfinite(share):
            break
        if _reaches(scaled(known.case, share), value):
            high = share
            share = (low + high) / 2
        else:
            low = share
            share = 1 + (share - 1) * _FURTHER if np.isinf(high) else (low + high) / 2
    return high


def _reaches(case: Case, value: float) -> bool:
    """Whether a plan with this money is worth so much."""
    market, found = solution.choose(*solution.prove(Market.of(case)))
    lives = found.treatments
    return not ledger.broken(market.case, lives) and float(points(case, lives).sum()) >= value
