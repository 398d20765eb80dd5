"""Lives that states choose at prices around the best: what could be done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from norwalk_geo.budget import kernel
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.measures import cost_cents
from norwalk_geo.budget.model import Case, Floats, Integers
from norwalk_geo.budget.single import single

__all__ = ["Candidates", "cost_cents", "gather"]

_NEAR = 0.03
# Far below the best prices: what a section would get if there were more money. For the reasons.
_CHEAP = (0.8, 0.6, 0.4, 0.2, 0.05)
# Far above them: modest work, for what is left of a year's money.
_DEAR = (1.25, 1.6, 2.0, 3.0, 5.0)
# Up to so many states, every life with one treatment is a candidate, too.
_FEW_STATES = 30


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
    return [np.full(size, 1e9), best, *around, *other]


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
