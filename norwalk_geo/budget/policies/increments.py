"""Incremental benefit and cost: spend where the next step gains most for its money."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from norwalk_geo.budget import kernel
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers

__all__ = ["benefit_cost"]

_LEVELS, _SPAN = 40, 2000.0
# A step is taken while it gains at least this share of what the level asks for.
_ENOUGH = 0.9
_NEVER = 1e12


class _Steps(NamedTuple):
    """Lives that a section could step to, by when work may begin and by starting state."""

    points: Floats
    dollars: Floats
    treatments: npt.NDArray[np.int8]


class _Now(NamedTuple):
    """Where every section stands: points per square yard, cents and treatments by year."""

    points: Floats
    cents: Integers
    treatments: npt.NDArray[np.int8]


def benefit_cost(case: Case) -> npt.NDArray[np.int8]:
    """
    Take the steps from one life of a section to a dearer one in the order of their gain per dollar.

    The lives are those that are best at some price of money, from the dearest to the cheapest, and
    those that begin a number of years later. A step is taken if every year can still pay for it;
    what was taken before may be replaced, never given back [1]_.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    treatments
        Treatment by section and year; −1 for none.

    References
    ----------
    .. [1] Farid, Johnston, Laverde and Chen, *Application of incremental benefit–cost analysis for
       optimal budget allocation to maintenance, rehabilitation, and replacement of bridges*,
       Transportation Research Record 1442, 1994.
    """
    size, count = len(case.years), len(case.ids)
    idle = _steps(case, _NEVER)
    now = _Now(
        idle.points[0, case.group],
        np.zeros((count, size), dtype="int64"),
        np.full((count, size), -1, dtype="int8"),
    )
    left = case.budget_cents.copy()
    # The graph has the weight of the family in its points.
    sizes = (case.cost_area, case.weight / case.life.weight[case.family])
    top = _dearest(case)
    for price in np.geomspace(top, top / _SPAN, _LEVELS):
        _take(_steps(case, price), case.group, sizes, now, left, price * _ENOUGH)
    return now.treatments


def _steps(case: Case, price: float) -> _Steps:
    """Find the best life of every state at a price, if work may begin now or some years later."""
    size = len(case.years)
    found = []
    for wait in range(size if price < _NEVER else 1):
        prices = np.full(size, price)
        prices[:wait] = _NEVER
        _, choice = kernel.best(case.graph, prices)
        found.append(kernel.trace(case.graph, choice, case.start, size))
    treatments, dollars, points = zip(*found, strict=True)
    return _Steps(np.stack(points), np.stack(dollars), np.stack(treatments))


def _dearest(case: Case) -> float:
    """Find a price, to a factor of two, above which nobody does anything."""
    price = 1e-6
    while _steps_at_once(case, price) > 0 and price < _NEVER:
        price *= 2
    return price


def _steps_at_once(case: Case, price: float) -> float:
    """Dollars per square yard that all states together would spend at one price."""
    size = len(case.years)
    _, choice = kernel.best(case.graph, np.full(size, price))
    return float(kernel.trace(case.graph, choice, case.start, size)[1].sum())


@njit(cache=True)
def _ratio(steps: _Steps, group: int, sizes: tuple[float, float], now: _Now, i: int) -> float:
    """Gain per dollar of the best step that a section could take."""
    area, weight = sizes
    best, standing = 0.0, now.cents[i].sum() / CENTS
    for k in range(steps.points.shape[0]):
        gain = (steps.points[k, group] - now.points[i]) * weight
        if gain > 0:
            extra = steps.dollars[k, group].sum() * area - standing
            best = max(best, gain / extra if extra > 0 else np.inf)
    return best


@njit(cache=True)
def _fits(cents: Integers, before: Integers, left: Integers) -> bool:
    """Whether every year can pay for more than before."""
    for t in range(left.shape[0]):
        more = cents[t] - before[t]
        if more > 0 and more > left[t]:
            return False
    return True


@njit(cache=True)
def _take(
    steps: _Steps,
    group: Integers,
    sizes: tuple[Floats, Floats],
    now: _Now,
    left: Integers,
    least: float,
) -> None:
    """Take the steps of one level, best ratio first, as far as every year's money goes."""
    area, weight = sizes
    ratio = np.zeros(group.shape[0])
    for i in range(group.shape[0]):
        ratio[i] = _ratio(steps, group[i], (area[i], weight[i]), now, i)
    for i in np.argsort(-ratio, kind="mergesort"):
        if ratio[i] < least:
            break
        g, best, top = group[i], -1, 0.0
        for k in range(steps.points.shape[0]):
            gain = (steps.points[k, g] - now.points[i]) * weight[i]
            if gain <= 0:
                continue
            cents = np.rint(steps.dollars[k, g] * area[i] * CENTS).astype(np.int64)
            worth = gain - least * (cents - now.cents[i]).sum() / CENTS
            if worth > top and _fits(cents, now.cents[i], left):
                best, top = k, worth
        if best >= 0:
            cents = np.rint(steps.dollars[best, g] * area[i] * CENTS).astype(np.int64)
            left += now.cents[i] - cents
            now.points[i] = steps.points[best, g]
            now.cents[i] = cents
            now.treatments[i] = steps.treatments[best, g]
