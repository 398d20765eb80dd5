"""
Prices on money, and the bound that they prove.

For prices λ ≥ 0 of each year's dollars, every section's best life costs nothing to find, and

    L(λ) = Σ best life of each section at λ + λ · budget

is at least the objective of any plan within budget, whatever λ is. Minimizing L gives the tightest
bound; stopping early gives a looser one that is just as valid. A cutting-plane model of L inside a
box that grows and shrinks finds the minimum; HiGHS solves the small linear programs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from norwalk_geo.budget import kernel
from norwalk_geo.budget.model import CENTS, Case, Floats

__all__ = ["Bound", "minimize", "price"]

_ROUNDS = 120
_STOP = 2e-6  # of the gain: far below what is reported
_HALVINGS = 40
_HALF_CENT = 0.005


@dataclass(frozen=True)
class Bound:
    """
    A bound on every plan, and the prices that prove it.

    Parameters
    ----------
    value
        Weighted point-years that no plan within budget exceeds.
    prices
        Weighted point-years per dollar, by year.
    tried
        Every price vector that was looked at; near the end they pick out the sections in doubt.
    """

    value: float
    prices: Floats
    tried: tuple[Floats, ...]


def _money(case: Case) -> Floats:
    """Dollars by year, and half a cent a section: real costs are rounded, the graph's are not."""
    return case.budget_cents / CENTS + _HALF_CENT * len(case.area)


def price(case: Case, prices: Floats, area: Floats) -> tuple[float, Floats, float]:
    """
    Let every section live its best life at given prices.

    Parameters
    ----------
    case
        The city.
    prices
        Weighted point-years per dollar, by year.
    area
        Square yards by node of the graph.

    Returns
    -------
    bound, slack, benefit
        L at these prices; money left by year, which is a subgradient of L; benefit of those lives.
    """
    _, choice = kernel.best(case.graph, prices)
    benefit, spent = kernel.flow(case.graph, choice, area, len(case.years))
    slack = _money(case) - spent
    return benefit + float(prices @ slack), slack, benefit


def node_area(case: Case) -> Floats:
    """
    Add up the area of the sections that start at each node.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    area
        Square yards by node.
    """
    area = np.zeros(len(case.graph.year))
    np.add.at(area, case.start[case.group], case.area)
    return area


def _uniform_price(case: Case, area: Floats) -> float:
    """Find the one price for all years at which the whole budget is about spent; zero if never."""
    total, ones = float(_money(case).sum()), np.ones(len(case.years))
    low, high = 1e-9, 1e6
    if float(price(case, low * ones, area)[1].sum()) >= 0:
        return 0.0
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        left = float(price(case, middle * ones, area)[1].sum())
        low, high = (middle, high) if left < 0 else (low, middle)
        if abs(left) < 1e-3 * total:
            break
    return high


class _CuttingPlanes:
    """A linear program that underestimates L from the points seen so far, in units of the gain."""

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self.rows: list[Floats] = []
        self.limits: list[float] = []

    def add(self, point: Floats, value: float, slope: Floats) -> None:
        """Add the plane through one point: height ≥ value + slope · (x − point)."""
        self.rows.append(np.append(slope / self.unit, -1.0))
        self.limits.append((float(slope @ point) - value) / self.unit)

    def lowest(self, center: Floats, radius: float) -> tuple[Floats, float] | None:
        """Find the lowest point of the model within a box around the best point."""
        box = [(max(0.0, x - radius), x + radius) for x in center]
        height = np.append(np.zeros(len(center)), 1.0)
        found = linprog(
            height, np.array(self.rows), self.limits, bounds=[*box, (None, None)], method="highs-ds"
        )
        if not found.success:
            return None
        return np.maximum(found.x[:-1], 0.0), float(found.x[-1]) * self.unit


def minimize(case: Case, *, progress: Callable[[float], None] | None = None) -> Bound:
    """
    Find prices that prove a tight bound.

    Parameters
    ----------
    case
        The city.
    progress
        Told the share done, from 0 to 1.

    Returns
    -------
    bound
        Valid whatever the prices are; tight to a few millionths of the gain.
    """
    area, size = node_area(case), len(case.years)
    nothing = price(case, np.full(size, 1e9), area)[2]
    unit_price = _uniform_price(case, area)
    start = np.full(size, unit_price)
    value, slack, _ = price(case, start, area)
    tried = [start]
    if unit_price == 0.0:
        return Bound(value, start, tuple(tried))
    gain = max(value - nothing, 1e-12)
    # Inside, prices are in units of the uniform price and L is shifted by the first value.
    planes = _CuttingPlanes(gain)
    at, lowest, shift, radius = np.ones(size), value, value, 0.3
    planes.add(at, 0.0, slack * unit_price)
    for turn in range(_ROUNDS):
        step = planes.lowest(at, radius)
        if step is None:  # The bound of the best point so far stays valid.
            break
        point, model = step
        predicted = lowest - (model + shift)
        if predicted < _STOP * gain:
            break
        value, slack, _ = price(case, point * unit_price, area)
        tried.append(point * unit_price)
        planes.add(point, value - shift, slack * unit_price)
        actual = lowest - value
        if actual > 0:
            at, lowest = point, value
        radius *= 1.6 if actual > 0.5 * predicted else 0.6 if actual < 0.1 * predicted else 1.0
        if progress:
            progress((turn + 1) / _ROUNDS)
    return Bound(lowest, at * unit_price, tuple(tried))
