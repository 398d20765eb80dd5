"""
What rotations are worth at most: cuts, and the integer program over zones' options that joins them.

At any prices a rotation is worth at most the sum of what its zones are worth at their options, and
what is left over: a cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget.model import Floats, Integers
from norwalk_geo.budget.rotation.layout import Zones
from norwalk_geo.budget.rotation.zoned import ZonedMarket, best_choice

__all__ = ["Cut", "Master", "cut", "least_share"]

_NODES = 500
_SAFE = 2e-6  # of the gain: what the integer program may be wrong by
_INFEASIBLE = 2


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


def least_share(zones: Zones, cuts: tuple[Cut, ...], gain: float, value: float) -> float:
    """
    Find the share of the money below which no plan under any rotation reaches a value.

    Parameters
    ----------
    zones
        The city, its zones and their options.
    cuts
        What proves the bound.
    gain
        Points above doing as little as possible.
    value
        Weighted point-years.

    Returns
    -------
    share
        The least at which the cuts, their money in proportion, leave some rotation room.
    """
    count, options = zones.is_allowed.shape
    rows, limits = [], []
    for one in cuts:
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
