"""
The best rotation, with a proof.

At any prices a rotation is worth at most the sum of what its zones are worth at their options, and
what is left over: a cut. An integer program over the zones' options alone finds the rotation that
all cuts together allow most; a plan is made for it, and its prices are the next cut. What the
program promises of rotations not yet tried, and what is proved of those that were, bounds them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, exact, ledger
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import points
from norwalk_geo.budget.model import Floats, Integers
from norwalk_geo.budget.rotation.layout import Zones
from norwalk_geo.budget.rotation.zoned import ZonedMarket, best_choice
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["Cut", "Master", "Rotated", "cut", "least_share", "search"]

_TURNS = 12
_CLOSE = 2e-4  # of the gain: a rotation that can be better by less is not looked for
_SETTLED, _SETTLE = 4, 1e-6  # rotations decided exactly at the end, where small
_NODES = 500
_SAFE = 2e-6  # of the gain: what the integer program may be wrong by
_INFEASIBLE = 2
_HOPELESS = 1e3  # gains below the root: a rotation that no plan can keep to


@dataclass(frozen=True)
class Rotated:
    """
    The best rotation found.

    Parameters
    ----------
    choice
        Option by zone.
    found
        Its plan, in the treatments of the zones' case, and its own proof.
    value
        Weighted point-years of the plan.
    bound
        Weighted point-years that no plan under any rotation exceeds.
    own
        Weighted point-years that no plan under this rotation exceeds.
    root
        Bound and prices with every zone split among its options: valid for any rotation, too.
    cuts
        What proves the bound.
    tried
        Rotations that a plan was made for.
    """

    choice: Integers
    found: Found
    value: float
    bound: float
    own: float
    root: bounds.Bound
    cuts: tuple[Cut, ...]
    tried: int


@dataclass(frozen=True)
class Cut:
    """
    What rotations are worth at most at some prices.

    Parameters
    ----------
    worth
        Points by zone and option.
    rest
        Points of all else: sections that are free, money and limits at their prices.
    money
        Points of all money at its prices, which are in `rest`.
    """

    worth: Floats
    rest: float
    money: float


def cut(market: ZonedMarket, prices: bounds.Prices) -> Cut:
    """
    Work out what every rotation is worth at most at given prices.

    Parameters
    ----------
    market
        Zones and their options.
    prices
        Prices of the rows.

    Returns
    -------
    cut
        The sum over the zones of their worth, and the rest, is at least what a plan is worth.
    """
    height, charge, _ = bounds.value(market, prices)
    worth = market.worth(charge)
    choice = best_choice(market.zones, worth)
    rest = height - float(worth[np.arange(len(worth)), choice].sum())
    return Cut(worth, rest, float(prices.fund @ market.case.rows.money))


class Master:
    """The integer program: the options that all cuts together allow most."""

    def __init__(self, zones: Zones, gain: float) -> None:
        self.zones, self.gain = zones, gain
        self.shape = zones.is_allowed.shape
        count = self.shape[0] * self.shape[1]
        one = np.kron(np.eye(self.shape[0]), np.ones(self.shape[1]))
        self.fixed = [LinearConstraint(sparse.csr_array(np.pad(one, ((0, 0), (0, 1)))), 1, 1)]
        if zones.capacity is not None:
            each = np.kron(np.ones(self.shape[0]), np.eye(self.shape[1]))
            room = np.array(zones.capacity, dtype="float64")
            self.fixed.append(LinearConstraint(np.pad(each, ((0, 0), (0, 1))), 0, room))
        self.most = np.append(zones.is_allowed.ravel().astype("float64"), np.inf)
        self.rows, self.limits = np.empty((0, count + 1)), np.empty(0)
        self.tried: list[Integers] = []
        self.cuts: list[Cut] = []

    def add(self, cut: Cut, base: float) -> None:
        """Add a cut; heights are above `base`, in units of the gain."""
        self.cuts.append(cut)
        top = cut.worth.max(axis=1)
        row = np.append(-((cut.worth - top[:, None]) / self.gain).ravel(), 1.0)
        self.rows = np.vstack([self.rows, row])
        self.limits = np.append(self.limits, (cut.rest + top.sum() - base) / self.gain)

    def exclude(self, choice: Integers) -> None:
        """Look at a rotation no more."""
        self.tried.append(choice)

    def best(self, base: float) -> tuple[Integers | None, float]:
        """Find the most promising rotation not yet tried, and a bound on all of those."""
        zones, options = self.shape
        cost = np.zeros(zones * options + 1)
        cost[-1] = -1.0
        past = np.zeros((len(self.tried), len(cost)))
        for k, choice in enumerate(self.tried):
            past[k, np.arange(zones) * options + choice] = 1.0
        limits = [LinearConstraint(self.rows, -np.inf, self.limits)]
        if len(past):
            limits.append(LinearConstraint(past, -np.inf, zones - 1))
        found = milp(
            cost,
            integrality=np.append(np.ones(len(cost) - 1), 0),
            bounds=Bounds(np.append(np.zeros(len(cost) - 1), -np.inf), self.most),
            constraints=[*self.fixed, *limits],
            options={"node_limit": _NODES},
        )
        if found.status == _INFEASIBLE:  # Every rotation has been tried.
            return None, -np.inf
        if found.x is None or found.mip_dual_bound is None:
            return None, np.inf
        choice = found.x[:-1].reshape(self.shape).argmax(axis=1).astype("int64")
        return choice, base + (_SAFE - found.mip_dual_bound) * self.gain


def least_share(zones: Zones, rotated: Rotated, value: float) -> float:
    """
    Find the share of the money below which no plan under any rotation reaches a value.

    Parameters
    ----------
    zones
        The city, its zones and their options.
    rotated
        Supplies what proves the bound.
    value
        Weighted point-years.

    Returns
    -------
    share
        The least at which the cuts, their money in proportion, leave some rotation room.
    """
    gain, (count, options) = rotated.root.gain, zones.is_allowed.shape
    rows, limits = [], []
    for one in rotated.cuts:
        top = one.worth.max(axis=1)
        row = -((one.worth - top[:, None]) / gain).ravel()
        rows.append(np.append(row, -one.money / gain))
        limits.append((one.rest + top.sum() - one.money - value) / gain)
    each = sparse.csr_array(np.pad(np.kron(np.eye(count), np.ones(options)), ((0, 0), (0, 1))))
    open_options = zones.is_allowed.ravel().astype("float64")
    found = milp(
        np.append(np.zeros(count * options), 1.0),
        integrality=np.append(np.ones(count * options), 0),
        bounds=Bounds(0, np.append(open_options, np.inf)),
        constraints=[
            LinearConstraint(np.array(rows), -np.inf, np.array(limits)),
            LinearConstraint(each, 1, 1),
        ],
        options={"node_limit": _NODES},
    )
    least = 0.0 if found.mip_dual_bound is None else float(found.mip_dual_bound) - _SAFE
    return least if found.status != _INFEASIBLE else np.inf


@dataclass
class _Tried:
    """A rotation that was looked at, its city, what it is worth at most, and whether exactly."""

    choice: Integers
    city: Market
    top: float
    found: Found | None
    is_exact: bool = False


@dataclass
class _Search:
    """Rotations looked at, the best plan, and why some cannot be."""

    tried: list[_Tried] = field(default_factory=list)
    best: _Tried | None = None
    found: Found | None = None
    value: float = -np.inf
    refused: InfeasibleError | None = None

    def take(self, choice: Integers, city: Market) -> bounds.Bound:
        """Make a plan for a rotation, if it can be better than the best."""
        proof = bounds.minimize(city)
        one = _Tried(choice, city, proof.value, None)
        self.tried.append(one)
        if one.top > self.value:
            one.found = core.choose(city, proof)
            one.top = min(one.top, one.found.bound.value)
            if ledger.broken(city.case, one.found.treatments):
                self.settle(one)
            else:
                self._keep(one, one.found)
        return proof

    def settle(self, one: _Tried) -> None:
        """Decide a rotation by integer programming, where the city is small enough."""
        one.is_exact = True
        if one.found is None:
            one.found = core.choose(one.city, bounds.minimize(one.city))
        try:
            found = exact.improve(one.city, one.found)
        except InfeasibleError as error:
            self.refused = error if error.problems else _refused(one)
            return
        one.top = min(one.top, found.bound.value)
        self._keep(one, found)

    def finish(self, close: float) -> float:
        """Decide those that can still be better; return what none of all tried exceeds."""
        for _ in range(_SETTLED):
            open_ones = [one for one in self.tried if not one.is_exact]
            one = max(open_ones, key=lambda one: one.top, default=None)
            if one is None or one.top <= self.value + close:
                break
            self.settle(one)
        return max((one.top for one in self.tried), default=-np.inf)

    def _keep(self, one: _Tried, found: Found) -> None:
        """Keep a plan if it is the best."""
        mine = float(points(one.city.case, found.treatments).sum())
        if mine > self.value:
            self.best, self.found, self.value = one, found, mine


def _refused(one: _Tried) -> InfeasibleError:
    """Name the rows that a rotation's plan breaks, where nobody said by how much."""
    lives = one.found.treatments if one.found else np.empty(0, np.int8)
    what = "cannot be kept with all the work that the rotation demands"
    remedy = "Add money, bind fewer treatments or give zones more years."
    words = ledger.broken(one.city.case, lives)
    return InfeasibleError.of("rotation", [Problem(word, what, remedy=remedy) for word in words])


def search(
    zones: Zones, *, turns: int = _TURNS, progress: Callable[[float], None] | None = None
) -> Rotated:
    """
    Find the best rotation.

    Parameters
    ----------
    zones
        The city, its zones and their options.
    turns
        Rotations to try at most.
    progress
        Told the share done, from 0 to 1.

    Returns
    -------
    rotated
        The rotation, its plan, and a bound on every plan under any rotation.

    Raises
    ------
    InfeasibleError
        None of the rotations tried has a plan that keeps to every row.
    """
    market = ZonedMarket.of_zones(zones)
    root = bounds.minimize(market)
    first = cut(market, root.at)
    master, made, left = Master(zones, root.gain), _Search(), root.value
    master.add(first, root.value)
    choice: Integers | None = best_choice(zones, first.worth)
    for turn in range(turns):
        if turn:
            choice, promised = master.best(root.value)
            left = min(left, promised)
        if choice is None or left <= made.value + _CLOSE * root.gain:
            break
        proof = made.take(choice, Market.of(zones.chosen(choice)))
        master.exclude(choice)
        if proof.value > root.value - _HOPELESS * root.gain:
            master.add(cut(market, proof.at), root.value)
        if progress:
            progress((turn + 1) / turns)
    tried = made.finish(_SETTLE * root.gain)
    if made.best is None or made.found is None:
        raise made.refused or InfeasibleError.of("rotation", [_nothing_tried(turns)])
    top = min(root.value, max(left, tried, made.value))
    return Rotated(
        choice=made.best.choice,
        found=made.found,
        value=made.value,
        bound=top,
        own=min(top, made.best.top),
        root=root,
        cuts=tuple(master.cuts),
        tried=len(master.tried),
    )


def _nothing_tried(turns: int) -> Problem:
    """Say that no rotation was looked at."""
    return Problem("turns", f"is {turns}", remedy="Allow one rotation or more to be tried.")
