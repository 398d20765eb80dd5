"""
From prices to a plan that fits the budget to the cent.

At the best prices most sections have one best life; money is left or lacking only because of those
near a tie. So: gather the lives that sections choose at prices near the best (the candidates),
solve a linear program over states for the crowd, and trade lives between sections until none of
the trades helps. Every sum is checked in whole cents at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo.budget import exchange, kernel
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.single import single

__all__ = ["Candidates", "choose", "cost_cents", "gather"]

_NEAR = 0.03
_LATE = 30
# Far below the best prices: what a section would get if there were more money. For the reasons.
_CHEAP = (0.8, 0.6, 0.4, 0.2, 0.05)
# Far above them: modest work, for what is left of a year's money.
_DEAR = (1.25, 1.6, 2.0, 3.0, 5.0)
# Up to so many states, every life with one treatment is a candidate, too.
_FEW_STATES = 30
_WHOLE = 1e-6


@dataclass(frozen=True)
class Candidates:
    """
    Lives worth considering, sorted by the state that they start from.

    Parameters
    ----------
    group
        Starting state of each life.
    first
        First life of each state; one more at the end. The first life of each is to do nothing.
    treatments
        Treatment by life and year; −1 for none.
    dollars
        Dollars per square yard by life and year.
    points
        Weighted point-years per square yard.
    """

    group: Integers
    first: Integers
    treatments: npt.NDArray[np.int8]
    dollars: Floats
    points: Floats


def _price_vectors(bound: Bound, size: int) -> list[Floats]:
    """Prices to ask for lives: so high that nothing is done, the best, and many around it."""
    best = bound.prices
    around = [best * (1 + sign * _NEAR * k) for sign in (1, -1) for k in (1, 3)]
    for t in range(size):
        for sign in (1.0, -1.0):
            one = best.copy()
            one[t] *= 1 + 2 * sign * _NEAR
            around.append(one)
    other = [best * factor for factor in (*_CHEAP, *_DEAR)]
    return [np.full(size, 1e9), best, *bound.tried[-_LATE:], *around, *other]


def gather(case: Case, bound: Bound) -> Candidates:
    """
    Collect the lives that states choose at prices around the best.

    Parameters
    ----------
    case
        The city.
    bound
        Best prices and those tried on the way.

    Returns
    -------
    candidates
        Distinct lives by state; doing nothing is always among them, and among few states every life
        with one treatment.
    """
    size = len(case.years)
    rows, dollars, points = [], [], []
    groups = np.arange(len(case.start))
    for prices in _price_vectors(bound, size):
        _, choice = kernel.best(case.graph, prices)
        chosen, spent, value = kernel.trace(case.graph, choice, case.start, size)
        rows.append(np.column_stack([groups, chosen]))
        dollars.append(spent)
        points.append(value)
    if len(case.start) <= _FEW_STATES:
        owner, chosen, spent, value = single(case.graph, case.start, size)
        rows.append(np.column_stack([owner, chosen]))
        dollars.append(spent)
        points.append(value)
    # Sorting puts −1 before any treatment: the first life of each state does nothing.
    unique, where = np.unique(np.concatenate(rows).astype("int32"), axis=0, return_index=True)
    first = np.searchsorted(unique[:, 0], np.arange(len(case.start) + 1))
    return Candidates(
        group=unique[:, 0].astype("int64"),
        first=first.astype("int64"),
        treatments=unique[:, 1:].astype("int8"),
        dollars=np.concatenate(dollars)[where],
        points=np.concatenate(points)[where],
    )


def cost_cents(case: Case, treatments: npt.NDArray[np.int8]) -> Integers:
    """
    Cost of a plan in whole cents.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    cents
        By section and year, each rounded half to even.
    """
    done = treatments >= 0
    unit = case.unit_cost[np.arange(len(case.years)), case.family[:, None], treatments]
    return np.rint(np.where(done, unit, 0.0) * case.area[:, None] * CENTS).astype("int64")


def _shares(case: Case, lives: Candidates, area: Floats) -> Floats | None:
    """Share each state's area among its lives for the most points within the budgets."""
    options = len(lives.points)
    gain = lives.points * area
    limit = case.budget_cents / CENTS
    scale = np.maximum(limit, 1.0)
    one = sparse.csr_array((np.ones(options), (lives.group, np.arange(options))))
    found = linprog(
        -gain / max(float(np.abs(gain).max()), 1e-12),
        sparse.csr_array((lives.dollars * area[:, None] / scale).T),
        limit / scale,
        one,
        np.ones(len(case.start)),
        method="highs-ds",
    )
    shares: Floats | None = found.x
    return shares


def _crowd(case: Case, lives: Candidates) -> Integers:
    """
    Give every section a life by a linear program over states.

    At most as many states as there are years are split. Their sections take turns, the largest
    first, each the life that most of the area is still due to. Years may be overspent a little.
    """
    by_state = np.bincount(case.group, case.area, minlength=len(case.start))
    area = by_state[lives.group].astype("float64")
    shares = _shares(case, lives, area)
    life = lives.first[case.group].copy()
    if shares is None:
        return life
    order = np.lexsort((-shares, lives.group))
    life = order[lives.first[:-1]][case.group]
    split = np.maximum.reduceat(shares, lives.first[:-1]) < 1 - _WHOLE
    for state in np.flatnonzero(split):
        span = slice(lives.first[state], lives.first[state + 1])
        members = np.flatnonzero(case.group == state)
        members = members[np.argsort(-case.area[members], kind="stable")]
        due = shares[span] * area[lives.first[state]]
        for section in members:
            pick = int(due.argmax())
            due[pick] -= case.area[section]
            life[section] = lives.first[state] + pick
    return life


def _rows(case: Case, section: Integers) -> Case:
    """Repeat sections as rows, for costing several lives of one section at once."""
    return replace(case, family=case.family[section], area=case.area[section])


def choose(case: Case, bound: Bound, lives: Candidates) -> Integers:
    """
    Choose a life for every section so that no year is over budget.

    Parameters
    ----------
    case
        The city.
    bound
        Best prices.
    lives
        Candidates.

    Returns
    -------
    life
        Row of `lives` by section. The cost in cents is within every year's budget.
    """
    count = np.diff(lives.first)[case.group]
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    # Lives of a section are a run of the candidates: an option is a life at an offset.
    offset = lives.first[case.group] - first
    option = np.arange(len(owner)) + offset[owner]
    cents = cost_cents(_rows(case, owner), lives.treatments[option])
    points = lives.points[option] * case.area[owner]
    options = exchange.Options.of(case, owner, cents, points, bound.prices)
    best: Integers = exchange.improve(options, _crowd(case, lives) - offset) + offset
    return best
