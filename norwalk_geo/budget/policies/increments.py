"""Incremental benefit and cost: spend where the next step gains most for its money."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from norwalk_geo.budget import kernel
from norwalk_geo.budget.measures import cost_cents, points
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.policies.dues import Dues, altered, dues, move, payable, settled
from norwalk_geo.budget.policies.purse import Purse, afford, purse
from norwalk_geo.budget.rows import CLOSED

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
    """Where every section stands: points per square yard, cents and treatments by year, draws."""

    points: Floats
    cents: Integers
    treatments: npt.NDArray[np.int8]
    drawn: Floats


class _City(NamedTuple):
    """What the sections are: state, sizes, and what they may do."""

    group: Integers
    cost: Floats
    weight: Floats
    miles: Floats
    pattern: Integers
    cell: Integers


def benefit_cost(case: Case) -> npt.NDArray[np.int8]:
    """
    Take the steps from one life of a section to a dearer one in the order of their gain per dollar.

    The lives are those that are best at some price of money, from the dearest to the cheapest, and
    those that begin a number of years later. A step is taken if every year can still pay for it;
    what was taken before may be replaced, never given back [1]_. Ramps that an alteration obliges
    and nobody has built are part of its cost.

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
    # The graph has the weight of the family in its points.
    weight = case.weight / case.life.weight[case.family]
    city = _City(case.group, case.cost_area, weight, case.miles, case.pattern, case.cell)
    money = purse(case)
    owed = dues(case, len(money.left))
    now = _promised(case, city, money, owed)
    top = _dearest(case)
    for price in np.geomspace(top, top / _SPAN, _LEVELS):
        _take(_steps(case, price), city, now, (money, owed), price * _ENOUGH)
    return now.treatments


def _promised(case: Case, city: _City, money: Purse, owed: Dues) -> _Now:
    """Begin with doing nothing but what is promised, as far as it can be paid for."""
    only = np.full((len(case.ids), len(case.years)), -1, dtype="int8")
    must = case.cell[case.pattern, :, 0] == CLOSED
    section, year = np.nonzero(must)
    open_ = case.cell[case.pattern[section], year, 1:] != CLOSED
    only[section, year] = open_.argmax(axis=1)
    cents = cost_cents(case, only)
    drawn = np.zeros((len(only), len(money.left)))
    for i in np.unique(section):
        cells = city.cell[city.pattern[i]]
        length = float(city.miles[i])
        if not afford(money, cells, only[i], cents[i], length, drawn[i]):
            only[i], cents[i] = -1, 0
        elif not settled(owed, i, altered(owed, only[i]), money):
            money.left[:] += drawn[i]
            money.miles[:] += length * (only[i] >= 0)
            only[i], cents[i], drawn[i] = -1, 0, 0.0
    worth = points(case, only) / np.maximum(city.weight, 1e-12)
    return _Now(worth, cents, only, drawn)


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
def _ratio(
    steps: _Steps, group: int, sizes: tuple[float, float], now: _Now, owed: Dues, i: int
) -> float:
    """Gain per dollar of the best step that a section could take."""
    area, weight = sizes
    best, standing = 0.0, now.cents[i].sum() / CENTS
    for k in range(steps.points.shape[0]):
        gain = (steps.points[k, group] - now.points[i]) * weight
        if gain > 0:
            year = altered(owed, steps.treatments[k, group])
            extra = steps.dollars[k, group].sum() * area - standing + move(owed, i, year) / CENTS
            best = max(best, gain / extra if extra > 0 else np.inf)
    return best


@njit(cache=True)
def _give_back(purse: Purse, now: _Now, miles: Floats, i: int, sign: float) -> None:
    """Put what a section has drawn back into the purse, or take it again."""
    purse.left[:] += sign * now.drawn[i]
    for t in range(now.treatments.shape[1]):
        if now.treatments[i, t] >= 0:
            purse.miles[t] += sign * miles[i]


@njit(cache=True)
def _take(steps: _Steps, city: _City, now: _Now, money: tuple[Purse, Dues], least: float) -> None:
    """
    Take the steps of one level, best ratio first, as far as the money goes.

    A section whose corners are built never alters later than it did: others may count on them.
    """
    purse, owed = money
    area, weight, group = city.cost, city.weight, city.group
    ratio = np.zeros(group.shape[0])
    for i in range(group.shape[0]):
        ratio[i] = _ratio(steps, group[i], (area[i], weight[i]), now, owed, i)
    drawn = np.zeros(purse.left.shape[0])
    for i in np.argsort(-ratio, kind="mergesort"):
        if ratio[i] < least:
            break
        g, top, cells = group[i], 0.0, city.cell[city.pattern[i]]
        had, best = now.cents[i].sum(), -1
        has_corners = owed.first[i] < owed.first[i + 1]
        since = altered(owed, now.treatments[i])
        _give_back(purse, now, city.miles, i, 1.0)
        left, miles = purse.left.copy(), purse.miles.copy()
        for k in range(steps.points.shape[0]):
            gain = (steps.points[k, g] - now.points[i]) * weight[i]
            if gain <= 0:
                continue
            cents = np.rint(steps.dollars[k, g] * area[i] * CENTS).astype(np.int64)
            life = steps.treatments[k, g]
            year = altered(owed, life)
            worth = gain - least * (cents.sum() - had + move(owed, i, year)) / CENTS
            if worth <= top or (has_corners and year > since):
                continue
            if afford(purse, cells, life, cents, city.miles[i], drawn):
                if payable(owed, i, year, purse):
                    best, top = k, worth
                purse.left[:] = left
                purse.miles[:] = miles
        if best >= 0:
            cents = np.rint(steps.dollars[best, g] * area[i] * CENTS).astype(np.int64)
            afford(purse, cells, steps.treatments[best, g], cents, city.miles[i], drawn)
            settled(owed, i, altered(owed, steps.treatments[best, g]), purse)
            now.points[i] = steps.points[best, g]
            now.cents[i] = cents
            now.treatments[i] = steps.treatments[best, g]
            now.drawn[i] = drawn
        else:
            _give_back(purse, now, city.miles, i, -1.0)
