"""
A large city's plan as a mixture of those that its sections choose at nearby prices.

Prices that prove a bound within a millionth still leave one year a few percent too dear and another
too cheap, which in a city of a million sections is thousands of lives. Prices are moved until the
years are too dear and too cheap in turn; then each of those plans is followed by its share of the
sections of every state. Together they keep to every row, and each section lives a life that is best
at prices next to the right ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo.budget.bound import Bound, Tried, cheapest
from norwalk_geo.budget.market import BLOCKS, Market
from norwalk_geo.budget.measures import Lives
from norwalk_geo.budget.model import Floats
from norwalk_geo.budget.rows import Rows

__all__ = ["mixed"]

_ROUNDS, _ENOUGH = 15, 2e-5  # of the gain
_BOX = 0.01  # how far prices move from the best: dearer where a row is exceeded, cheaper where not
_ALL = 1.0  # at last no money is left for a price, and none is missing but at twice its worth
_GOLDEN = (np.sqrt(5.0) - 1) / 2


class _Mixture(NamedTuple):
    """Shares of the plans by block, prices that miss a plan, and what rows are off in the gain."""

    shares: Floats
    charge: Floats
    off: float


def _mix(tried: list[Tried], bound: Bound, rows: Rows, box: float) -> _Mixture:
    """Share each block of sections among plans for the most points; rows give way at a price."""
    used = np.concatenate([one.used for one in tried]).T
    count, pays, funds = used.shape[1], len(rows.paid), len(rows.money)
    money, reach = float(rows.money.max()), rows.reach()
    given = funds + len(rows.limit)
    pay = sparse.csr_array((np.ones(pays), (rows.paid, np.arange(pays))), (rows.cells, pays))
    left = np.vstack(
        [
            used[: rows.cells] / money,
            np.zeros((funds, count)),
            (rows.use @ used) / reach[:, None],
        ]
    )
    middle = np.vstack([-pay.toarray(), rows.draws, np.zeros((len(rows.limit), pays))])
    gives = np.vstack([np.zeros((rows.cells, given)), np.eye(given)])
    size = np.append(np.full(funds, money), reach)
    price = np.append(bound.at.fund, bound.at.row) * size / bound.gain
    dear = np.maximum(price * (1 + box), price.max() * box)
    points = np.concatenate([one.benefit for one in tried])
    found = linprog(
        np.concatenate(
            [-(points - points.min()) / bound.gain, np.zeros(pays), dear, -price * (1 - box)]
        ),
        np.hstack([left, middle, -gives, gives]),
        np.concatenate([np.zeros(rows.cells), rows.money / money, rows.limit / reach]),
        np.hstack([np.tile(np.eye(BLOCKS), len(tried)), np.zeros((BLOCKS, pays + 2 * given))]),
        np.ones(BLOCKS),
        method="highs-ds",
    )
    dual = np.maximum(-found.ineqlin.marginals, 0.0) * bound.gain
    charge = (dual[rows.cells + funds :] / reach) @ rows.use
    charge[: rows.cells] += np.minimum(
        dual[: rows.cells] / money, cheapest(rows, dual[rows.cells : rows.cells + funds] / money)
    )
    off = float(found.x[count + pays :] @ np.tile(price, 2))
    return _Mixture(found.x[:count].reshape(-1, BLOCKS), charge, off)


def _tried(market: Market, bound: Bound) -> tuple[list[Tried], Floats]:
    """Ask at the prices that the mixture misses, until it keeps the rows."""
    rows, tried = market.case.rows, list(bound.tried)
    for _ in range(_ROUNDS):
        mixture = _mix(tried, bound, rows, _BOX)
        if mixture.off <= _ENOUGH:
            break
        tried.append(Tried.of(mixture.charge, market.ask(mixture.charge)))
    return tried, _mix(tried, bound, rows, _ALL).shares


def mixed(market: Market, bound: Bound) -> Lives:
    """
    Let sections follow the plans of nearby prices in shares that keep the rows.

    Parameters
    ----------
    market
        The city.
    bound
        Its prices.

    Returns
    -------
    lives
        Treatment by section and year, in the order of the case. Rows are kept but for the roundness
        of whole sections, as far as prices near the best allow.
    """
    tried, shares = _tried(market, bound)
    count = len(market.order)
    ends = np.cumsum(shares, axis=0) / shares.sum(axis=0)
    block = np.searchsorted(count * np.arange(1, BLOCKS + 1) // BLOCKS, np.arange(count), "right")
    # Neighbors in the order of states and costs follow different plans, each in its share.
    place = (np.arange(count) * _GOLDEN) % 1.0
    follows = np.minimum((ends[:, block] <= place).sum(axis=0), len(ends) - 1)
    lives = np.empty((len(market.case.ids), market.case.rows.years), dtype=np.int8)
    for plan in np.unique(follows):
        part = market.part(np.flatnonzero(follows == plan))
        lives[part.order] = part.ask(tried[plan].charge, wants_lives=True).lives.treatments
    return lives
