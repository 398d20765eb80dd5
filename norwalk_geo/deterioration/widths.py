"""
How wide intervals must be to hold eight of ten ratings of a year that nobody has seen.

Ratings of one year share an error: of the crew, the weather, the method. So each year is left out
in turn, and the intervals that the other years make are tried on it. A rating in steps of ten
points tells the condition only to within its step; counted as a point it would be inside or outside
together with all others of its step, so it is spread evenly over the step (Machado and Santos Silva
2005). With fewer than four years of enough ratings no year can be left out: the intervals then hold
80 % of the ratings that they are made from, which promises less.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration.predict import Correction

__all__ = ["LEAST_OF_YEAR", "LEAST_YEARS", "spread_over_steps", "step", "widths"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_LEAST_PART, _LEAST_LEVEL, _MOST_LEVELS = 150, 250, 6
_SHARE, LEAST_YEARS, LEAST_OF_YEAR = 0.8, 4, 20
# A value that so few ratings have is not a step of the scale.
_LEAST_OF_VALUE = 0.002
_LEAST_HALF, _LEAST_FACTOR = 0.5, 0.2
# Multiples of it fill a step evenly, however many there are.
_GOLDEN = (np.sqrt(5.0) - 1) / 2


def step(pci: Floats) -> float:
    """
    Find the step of the scale that ratings were given on.

    Parameters
    ----------
    pci
        Ratings, points.

    Returns
    -------
    step
        Points between neighboring values that ratings commonly have; 0 where most have a value
        of their own.

    Examples
    --------
    >>> step(np.array([40.0, 50.0, 60.0, 50.0, 70.0]))
    10.0
    """
    values, counts = np.unique(np.round(pci, 2), return_counts=True)
    common = counts >= max(_LEAST_OF_VALUE * len(pci), 1)
    if common.sum() < 2 or counts[common].sum() < len(pci) / 2:  # noqa: PLR2004 - a step has ends
        return 0.0
    return float(np.median(np.diff(values[common])))


def spread_over_steps(pci: Floats, step: float) -> Floats:
    """
    Spread ratings evenly over the steps of their scale, without chance.

    Parameters
    ----------
    pci
        Ratings, points.
    step
        Of the scale, points.

    Returns
    -------
    points
        Each within half a step of its rating, and within 0–100.
    """
    places = (np.arange(1, len(pci) + 1) * _GOLDEN) % 1 - 0.5
    spread: Floats = np.clip(pci + step * places, 0, 100)
    return spread


def _ratios(cases: pd.DataFrame) -> tuple[Floats, Floats]:
    """Say how far each rating lies below and above the median, in halves of its interval."""
    off = (cases["rated"] - cases["pci"]).to_numpy()
    low = (cases["pci"] - cases["pci_low"]).clip(lower=_LEAST_HALF).to_numpy()
    high = (cases["pci_high"] - cases["pci"]).clip(lower=_LEAST_HALF).to_numpy()
    return -off / low, off / high


def _needed(ratios: tuple[Floats, Floats], cell: Integers, year: Integers) -> Floats:
    """Say of each case at which level the intervals that other years make would just hold it."""
    needed = np.ones(len(cell))
    for one in np.unique(year):
        is_mine = year == one
        for part in np.unique(cell[is_mine]):
            mine, others = is_mine & (cell == part), ~is_mine & (cell == part)
            if others.sum() < LEAST_OF_YEAR:
                others = ~is_mine
            ranks = [
                np.searchsorted(np.sort(side[others]), side[mine]) / others.sum() for side in ratios
            ]
            needed[mine] = 2 * np.maximum(*ranks) - 1
    return needed


def _level(ratios: tuple[Floats, Floats], cell: Integers, year: Integers) -> float:
    """Choose the level that holds 80 % of a year left out, one year counting as much as another."""
    _, row, sizes = np.unique(year, return_inverse=True, return_counts=True)
    usual = (sizes >= LEAST_OF_YEAR)[row]
    if (sizes >= LEAST_OF_YEAR).sum() < LEAST_YEARS:
        return _SHARE
    needed = _needed(ratios, cell, year)[usual]
    weights = 1 / sizes[row][usual]
    order = np.argsort(needed, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(np.clip(needed[order][np.searchsorted(reached, _SHARE)], 0.5, 0.99))


def widths(cases: pd.DataFrame) -> Correction:
    """
    Find the factors of both halves of the interval, by horizon and forecast condition.

    Parameters
    ----------
    cases
        Held-out ratings `rated` of a `year`, spread over their steps; `pci`, `pci_low` and
        `pci_high` forecast, `ahead` in years, and `model`, the condition before anything was added.

    Returns
    -------
    correction
        The factors, without a shift.
    """
    far = (cases["ahead"] > cases["ahead"].median()).to_numpy().astype("int64")
    if min(far.sum(), len(far) - far.sum()) < _LEAST_PART:
        far = np.zeros_like(far)
    sides = np.unique(far)
    least = min(np.bincount(far)[sides])
    count = int(np.clip(least // _LEAST_LEVEL, 1, _MOST_LEVELS))
    model = cases["model"].to_numpy()
    edges = np.unique(np.quantile(model, np.linspace(0, 1, count + 1)[1:-1]))
    codes, bins = np.unique(np.searchsorted(edges, model), return_inverse=True)
    ratios = _ratios(cases)
    level = _level(ratios, far * len(codes) + bins, cases["year"].to_numpy())
    factors = np.empty((2, len(sides), len(codes)))
    for row, side in enumerate(sides):
        for k in range(len(codes)):
            part = (far == side) & (bins == k)
            if part.sum() < _LEAST_PART:
                part = far == side
            for half, values in enumerate(ratios):
                factors[half, row, k] = np.quantile(values[part], (1 + level) / 2)
    below, above = np.maximum(factors, _LEAST_FACTOR)
    ahead = cases["ahead"].to_numpy()
    years = np.array([ahead[far == side].mean() for side in sides])
    at = np.array([model[bins == k].mean() for k in range(len(codes))])
    return Correction(years=years, at=at, below=below, above=above)
