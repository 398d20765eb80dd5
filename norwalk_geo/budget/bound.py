"""
Charges on what a plan uses, and the bound that they prove.

For prices φ ≥ 0 of each fund's dollars and γ ≥ 0 of each further row, a dollar of a kind costs the
least that a payment of it would (a payment draws on one fund or more), and

    L(φ, γ) = Σ best life of each section at these charges + φ · money + γ · limits

is at least the objective of any plan that keeps to the rows, whatever the prices are. Minimizing L
gives the tightest bound; stopping early gives a looser one that is just as valid. A cutting-plane
model of L inside a box that grows and shrinks finds the minimum; HiGHS solves the small programs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from norwalk_geo.budget.market import BLOCKS, Answer, Market
from norwalk_geo.budget.model import Case, Floats
from norwalk_geo.budget.prices import DEAR, Bound, Prices, Tried, charge_of, cheapest

__all__ = [
    "DEAR",
    "Bound",
    "Prices",
    "Tried",
    "charge_of",
    "cheapest",
    "minimize",
    "refine",
    "value",
]

_ROUNDS, _ROUNDS_WHOLE = 100, 60
_SAMPLE = 3_000
_MANY = 10_000
_STOP = 3e-6  # of the gain: far below what is reported
_HALVINGS = 40
_PIVOTS = 20_000  # of the simplex in one small program
_TOUCHES, _FORGETS = 1e-7, 8
_HALF_CENT = 0.005
_KEPT = 40  # answers that a large city's plan may be mixed of
_LEAST = 1e-12  # points that are gained where nothing is, so that they can be divided by
_NEARBY = 0.02  # how far prices move at first when only little has changed


def _cents(market: Market, charge: Floats) -> float:
    """Half a cent a section and year: real costs are rounded, the graph's are not."""
    rows, toll = market.case.rows, market.case.toll
    each = charge[: rows.cells] + (0.0 if toll is None else toll[: rows.cells])
    dollars = np.abs(each).reshape(rows.kinds, rows.years).max(axis=0).sum()
    return float(_HALF_CENT * len(market.order) * dollars)


def value(market: Market, prices: Prices) -> tuple[float, Floats, Floats]:
    """
    Work out L at given prices.

    Parameters
    ----------
    market
        The city.
    prices
        Any that are not negative, `paid` at most what the cheapest payment draws.

    Returns
    -------
    bound, charge, usage
        L; charges; what the sections use at them.
    """
    rows, charge = market.case.rows, charge_of(market, prices)
    answer = market.ask(charge)
    fixed = float(prices.fund @ rows.money + prices.row @ rows.limit) + _cents(market, charge)
    return answer.value + fixed, charge, answer.usage


class _Model:
    """
    A linear program that underestimates L from the points seen so far.

    Variables are the prices of payments, funds and rows, each in a unit of its own that brings it
    near one; heights are in units of the gain.
    """

    def __init__(self, market: Market, share: float, unit: float, gain: float) -> None:
        rows, blocks = market.case.rows, BLOCKS
        self.rows, self.gain, self.cells = rows, gain, rows.cells
        self.after = rows.cells + len(rows.money)
        # A row whose price is one unit is worth about the whole gain.
        worth = gain / (rows.reach() * share)
        self.unit = np.append(np.full(self.after, unit), worth)
        self.size = len(self.unit)
        cents = np.full(rows.cells, _HALF_CENT * len(market.order))
        limits = np.concatenate([cents, rows.money * share, rows.limit * share])
        self.cost = np.append(limits * self.unit / gain, np.ones(blocks))
        payments = np.arange(len(rows.paid))
        self.pays = np.zeros((len(payments), self.size + blocks))
        self.pays[payments, rows.paid] = 1.0
        self.pays[:, self.cells : self.after] = -rows.draws.T
        self.cuts = np.empty((0, self.size + blocks))
        self.heights, self.touched = np.empty(0), np.empty(0, dtype="int64")
        self.tried: deque[Tried] = deque(maxlen=_KEPT)

    def prices(self, x: Floats) -> Prices:
        """Prices from the program's variables."""
        x = x * self.unit
        fund = np.maximum(x[self.cells : self.after], 0.0)
        paid = np.minimum(x[: self.cells], cheapest(self.rows, fund))
        return Prices(paid, fund, np.maximum(x[self.after :], 0.0))

    def add(self, answer: Answer, charge: Floats) -> None:
        """Add what each block's value is at least at any charges."""
        cut = np.zeros((len(answer.values), self.size))
        cut[:, : self.cells] = -answer.used[:, : self.cells]
        cut[:, self.after :] = -(answer.used @ self.rows.use.T)
        planes = np.hstack([cut * self.unit / self.gain, -np.eye(len(cut))])
        self.cuts = np.vstack([self.cuts, planes])
        height = answer.values + answer.used @ charge
        self.heights = np.append(self.heights, -height / self.gain)
        self.touched = np.append(self.touched, np.zeros(len(cut), dtype="int64"))

    def lowest(self, center: Floats, radius: float) -> tuple[Floats, float] | None:
        """Find the lowest point of the model within a box around the best point."""
        low, high = np.maximum(0.0, center - radius), center + radius
        free = np.tile([-np.inf, np.inf], (len(self.cost) - self.size, 1))
        found = linprog(
            self.cost,
            np.vstack([self.pays, self.cuts]),
            np.append(np.zeros(len(self.pays)), self.heights),
            bounds=np.append(np.column_stack([low, high]), free, axis=0),
            method="highs-ds",
            # Between points that are all but equal the simplex can turn for ever.
            options={"maxiter": _PIVOTS},
        )
        if not found.success:
            return None
        self._forget(found.ineqlin.residual[len(self.pays) :])
        return found.x[: self.size], float(found.fun) * self.gain

    def _forget(self, slack: Floats) -> None:
        """Drop planes that have not been touched for some rounds."""
        self.touched = np.where(slack < _TOUCHES, 0, self.touched + 1)
        keep = self.touched < _FORGETS
        self.cuts, self.heights = self.cuts[keep], self.heights[keep]
        self.touched = self.touched[keep]


def _uniform(market: Market, share: float) -> float:
    """Find the one price for all dollars at which the money is about spent; zero if never."""
    rows = market.case.rows
    total = float(rows.money.sum()) * share
    charge = np.zeros(rows.measures)

    def spent(price: float) -> float:
        charge[: rows.cells] = price
        return float(market.ask(charge).usage[: rows.cells].sum())

    low, high = 1e-9, 1e6
    if spent(low) <= total:
        return 0.0
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        used = spent(middle)
        low, high = (middle, high) if used > total else (low, middle)
        if abs(used - total) < 1e-3 * total:
            break
    return high


def _least(market: Market) -> float:
    """Points when as little is done as may be."""
    charge = np.zeros(market.case.rows.measures)
    charge[: market.case.rows.cells] = DEAR
    return market.ask(charge).benefit


@dataclass
class _Step:
    """Best point of the search so far: variables of the model, prices, bound and charges."""

    x: Floats
    prices: Prices
    height: float
    charge: Floats


def _descend(
    market: Market, share: float, model: _Model, x: Floats, radius: float, most: int
) -> tuple[_Step, int]:
    """Lower the bound from a point until the model promises no more."""
    best = _Step(x, model.prices(x), np.inf, np.zeros(0))
    rounds, predicted, box = 0, np.inf, radius
    # The more sections, the less a plan can miss the bound by, and the finer the prices must be.
    stop = _STOP * min(1.0, np.sqrt(_MANY / len(market.order)))
    while rounds < most:
        prices = model.prices(x)
        charge = charge_of(market, prices)
        answer = market.ask(charge)
        rounds += 1
        model.add(answer, charge)
        model.tried.append(Tried.of(charge, answer))
        rows = market.case.rows
        height = answer.value + _cents(market, charge)
        height += share * float(prices.fund @ rows.money + prices.row @ rows.limit)
        fell = best.height - height
        if fell > 0:
            best = _Step(x, prices, height, charge)
        box *= 1.6 if fell > 0.5 * predicted else 0.6 if fell < 0.1 * predicted else 1.0
        if rounds == 1:
            box = radius
        step = model.lowest(best.x, box)
        if step is None:  # The bound of the best point so far stays valid.
            break
        x, promised = step
        predicted = best.height - promised
        if predicted < stop * model.gain:
            break
    return best, rounds


def _begin(market: Market, unit: float, start: Bound | None) -> tuple[float, float, Prices]:
    """Begin at prices that are near, else at one for all dollars: a dollar's, the gain, all."""
    rows = market.case.rows
    charge = np.zeros(rows.measures)
    charge[: rows.cells] = unit
    if start is not None:
        charge, priced = start.charge, start.at.fund[start.at.fund > 0]
        unit = float(priced.mean()) if len(priced) else 0.0
    gain = max(abs(market.ask(charge).benefit - _least(market)), _LEAST)
    unit = unit or gain / max(float(rows.money.sum()), 1.0)
    if start is not None:
        return unit, gain, start.at
    one, row = np.full(rows.cells, unit), np.zeros(len(rows.limit))
    return unit, gain, Prices(one, np.full(len(rows.money), unit), row)


def minimize(
    city: Case | Market,
    *,
    progress: Callable[[float], None] | None = None,
    start: Bound | None = None,
) -> Bound:
    """
    Find prices that prove a tight bound.

    Parameters
    ----------
    city
        The city, sorted already or not.
    progress
        Told the share done, from 0 to 1.
    start
        Proof of a city with the same rows and about the same money: the search begins at its
        prices.

    Returns
    -------
    bound
        Valid whatever the prices are; tight to a few millionths of the gain.
    """
    market = Market.of(city) if isinstance(city, Case) else city
    rows, whole = market.case.rows, len(market.order)
    some, share = market.sample(_SAMPLE) if whole > 2 * _SAMPLE else (market, 1.0)
    unit = _uniform(some, share) if start is None else 0.0
    if unit == 0.0 and not len(rows.limit) and start is None:
        zero = Prices(np.zeros(rows.cells), np.zeros(len(rows.money)), np.zeros(0))
        height, charge, _ = value(market, zero)
        gain = max(height - _least(market), _LEAST)
        return Bound(height, charge, zero, rows.years, gain, 1)
    unit, gain, at = _begin(market, unit, start)
    model = _Model(some, share, unit, gain * len(some.order) / whole)
    x = np.concatenate(at) / model.unit
    radius = 0.3 * max(1.0, float(x.max(initial=0.0)))
    best, rounds = _descend(some, share, model, x, radius, _ROUNDS)
    if progress:
        progress(0.5)
    if some is not market:
        model = _Model(market, 1.0, unit, gain)
        best, more = _descend(market, 1.0, model, best.x, 0.02, _ROUNDS_WHOLE)
        rounds += more
    if progress:
        progress(1.0)
    last = tuple(model.tried)
    return Bound(best.height, best.charge, best.prices, rows.years, gain, rounds, last)


def refine(market: Market, bound: Bound, rounds: int) -> Bound:
    """
    Improve prices from a bound that is nearly tight.

    Parameters
    ----------
    market
        The city, perhaps changed a little since.
    bound
        Where to begin.
    rounds
        How often the sections are asked at most.

    Returns
    -------
    bound
        The lowest found; it may lie above the one given if the city has changed.
    """
    at, rows, gain = bound.at, market.case.rows, max(bound.gain, _LEAST)
    unit = float(at.fund.mean()) or gain / max(float(rows.money.sum()), 1.0)
    model = _Model(market, 1.0, unit, gain)
    start = np.concatenate([at.paid, at.fund, at.row]) / model.unit
    best, more = _descend(market, 1.0, model, start, _NEARBY, rounds)
    return Bound(best.height, best.charge, best.prices, rows.years, bound.gain, bound.rounds + more)
