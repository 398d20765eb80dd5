"""From what is known of a section's age and pace to its condition at a later day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration import latent
from norwalk_geo.deterioration.latent import Model

__all__ = ["Correction", "places", "predict", "summarize"]

Floats: TypeAlias = npt.NDArray[np.float64]

# Of a normal distribution: the share between ± this many standard deviations is 80 %.
EIGHTY = 1.2816
_NODE, _NODE_WEIGHT = np.sqrt(3.0), 1 / 6
_LEAST_AGE = 1e-6
_LOG_FIRST, _LOG_STEP, _LOG_COUNT = np.log(_LEAST_AGE), 0.01, 2300
_KNOWN = ["age", "age_sd", "pace", "pace_sd", "covariance", "offset"]
_NAMES = ("pci", "pci_low", "pci_high", "pci_mean")


def _one() -> Floats:
    """Make a factor that changes nothing."""
    return np.ones((1, 1))


@dataclass(frozen=True)
class Correction:
    """
    What ratings held out say of the model's forecasts.

    Parameters
    ----------
    levels
        Forecast conditions, ascending, at which `shift` is given.
    shift
        Points to add to a forecast of that condition.
    years, at
        Horizons and forecast conditions, ascending, at which the factors are given.
    below, above
        Factors of the half of the interval below the median and of the one above it, by horizon
        and condition.
    """

    levels: Floats = field(default_factory=lambda: np.zeros(1))
    shift: Floats = field(default_factory=lambda: np.zeros(1))
    years: Floats = field(default_factory=lambda: np.zeros(1))
    at: Floats = field(default_factory=lambda: np.zeros(1))
    below: Floats = field(default_factory=_one)
    above: Floats = field(default_factory=_one)


def places(model: Model, months: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """
    List age and pace of every place of the grid.

    Parameters
    ----------
    model
        The family.
    months
        Since the first rating, by history.

    Returns
    -------
    age, pace
        In units of the scale, and units a year; by history and place, and by place.
    """
    age = latent.ages(model, months).reshape(len(months), -1)
    pace = np.tile(latent.paces(model.spread), len(latent.CONDITIONS)) / model.scale_years
    return age, pace


def summarize(weights: Floats, model: Model, months: npt.NDArray[np.int64]) -> pd.DataFrame:
    """
    Sum up what is known of each history at its last rating.

    Parameters
    ----------
    weights
        By history and place of the grid.
    model
        The family.
    months
        From the first to the last rating.

    Returns
    -------
    states
        `age`, `pace`, their standard deviations and covariance; units of the scale and years.
    """
    distinct, row = np.unique(months, return_inverse=True)
    table, pace = places(model, distinct)
    age = np.minimum(table, table.max(axis=1, keepdims=True))[row]
    mean_age = (weights * age).sum(axis=1)
    mean_pace = weights @ pace
    both = (weights * age) @ pace - mean_age * mean_pace
    return pd.DataFrame(
        {
            "age": mean_age,
            "age_sd": np.sqrt(np.maximum((weights * age**2).sum(axis=1) - mean_age**2, 0)),
            "pace": mean_pace,
            "pace_sd": np.sqrt(np.maximum(weights @ pace**2 - mean_pace**2, 0)),
            "covariance": both,
        }
    )


def _table(model: Model) -> Floats:
    """Tabulate the condition by the logarithm of the age, to a thousandth of a point."""
    return model.shape.at(np.exp(_LOG_FIRST + _LOG_STEP * np.arange(_LOG_COUNT)))


@numba.njit(cache=True)
def _condition(log_age: float, table: Floats) -> float:
    """Read the condition at an age given by its logarithm."""
    place = (log_age - _LOG_FIRST) / _LOG_STEP
    if place <= 0:
        return float(table[0])
    if place >= len(table) - 1:
        return float(table[-1])
    left = int(place)
    return float(table[left] + (place - left) * (table[left + 1] - table[left]))


@numba.njit(cache=True)
def _between(value: float, knots: Floats) -> tuple[int, float]:
    """Find the knot at or below a value, and the share of the way to the next."""
    last = len(knots) - 1
    if last == 0 or value <= knots[0]:
        return 0, 0.0
    for k in range(last):
        if value < knots[k + 1]:
            return k, (value - knots[k]) / (knots[k + 1] - knots[k])
    return last - 1, 1.0


@numba.njit(cache=True)
def _read(table: Floats, row: tuple[int, float], column: tuple[int, float]) -> float:
    """Read a table between its knots."""
    below, beside = min(row[0] + 1, len(table) - 1), min(column[0] + 1, table.shape[1] - 1)
    first = table[row[0], column[0]] * (1 - column[1]) + table[row[0], beside] * column[1]
    second = table[below, column[0]] * (1 - column[1]) + table[below, beside] * column[1]
    return float(first * (1 - row[1]) + second * row[1])


@numba.njit(cache=True)
def _one_day(
    known: Floats,
    ahead: float,
    model: tuple[Floats, float, float],
    knots: tuple[Floats, Floats, Floats, Floats],
    factors: tuple[Floats, Floats],
) -> tuple[float, float, float, float]:
    """Median, tenths and mean of a section's rating some years ahead."""
    table, noise, wander = model
    age, age_sd, pace, pace_sd, covariance, offset = known
    if np.isnan(age) or np.isnan(ahead):
        return np.nan, np.nan, np.nan, np.nan
    mean = max(age + pace * ahead, _LEAST_AGE)
    variance = max(age_sd**2 + 2 * covariance * ahead + (pace_sd * ahead) ** 2, 0.0) / mean**2
    logarithm = np.log1p(variance)
    spread, middle = np.sqrt(logarithm), np.log(mean) - logarithm / 2
    median = _condition(middle, table)
    error = EIGHTY * np.sqrt(noise**2 + wander**2 * ahead)
    low = np.sqrt((median - _condition(middle + EIGHTY * spread, table)) ** 2 + error**2)
    high = np.sqrt((_condition(middle - EIGHTY * spread, table) - median) ** 2 + error**2)
    expected = (1 - 2 * _NODE_WEIGHT) * median + _NODE_WEIGHT * (
        _condition(middle - _NODE * spread, table) + _condition(middle + _NODE * spread, table)
    )
    levels, shift, years, at = knots
    k, part = _between(median, levels)
    moved = offset + shift[k] * (1 - part) + shift[min(k + 1, len(shift) - 1)] * part
    median = min(max(median + moved, 0.0), 100.0)
    row, column = _between(ahead, years), _between(median, at)
    low, high = low * _read(factors[0], row, column), high * _read(factors[1], row, column)
    expected = min(max(expected + moved, 0.0), 100.0)
    return median, max(median - low, 0.0), min(median + high, 100.0), expected


@numba.njit(cache=True, parallel=True)
def _every_day(
    rows: tuple[npt.NDArray[np.int64], Floats],
    ahead: Floats,
    model: tuple[Floats, float, float],
    knots: tuple[Floats, Floats, Floats, Floats],
    factors: tuple[Floats, Floats],
    made: Floats,
) -> None:
    """Predict every section of a family at every day, never higher than at an earlier one."""
    which, known = rows
    for k in numba.prange(len(which)):
        row = which[k]
        least = np.full(len(_NAMES), np.inf)
        for day in range(ahead.shape[1]):
            found = _one_day(known[row], ahead[row, day], model, knots, factors)
            for name in range(len(made)):
                # A state that is not well known can seem to recover as time goes on; it cannot.
                least[name] = min(least[name], found[name])
                made[name, row, day] = found[name] if np.isnan(found[name]) else least[name]


def predict(
    states: pd.DataFrame,
    models: Mapping[str, Model],
    correction: Correction,
    ahead: Floats,
    *,
    with_mean: bool = True,
) -> dict[str, Floats]:
    """
    Predict ratings some years after each section's last one.

    Parameters
    ----------
    states
        What is known of each section at its last rating; `family` is a category. An `offset` is
        added to what the curve says, points; without it nothing is.
    models
        By family.
    correction
        Shift and width found on ratings held out.
    ahead
        Years after the last rating, by section, or by section and day in order; missing gives
        missing. A later day is never forecast higher.
    with_mean
        Work out `pci_mean` too.

    Returns
    -------
    prediction
        `pci`, the median; `pci_mean`, the expected value; `pci_low` and `pci_high`, with eight of
        ten ratings between them; points, in the form of `ahead`.
    """
    wide = ahead.reshape(len(states), -1)
    names = _NAMES if with_mean else _NAMES[:-1]
    made = np.empty((len(names), *wide.shape))
    codes = states["family"].cat.codes.to_numpy()
    known = np.column_stack(
        [states[name].to_numpy(dtype="float64") for name in _KNOWN if name in states]
        + [np.zeros(len(states))] * ("offset" not in states)
    )
    knots = (correction.levels, correction.shift, correction.years, correction.at)
    factors = (correction.below, correction.above)
    for code, name in enumerate(states["family"].cat.categories):
        rows = np.flatnonzero(codes == code)
        if not len(rows):
            continue
        model = (_table(models[name]), float(models[name].noise), float(models[name].wander))
        _every_day((rows, known), wide, model, knots, factors, made)
    return {name: made[k].reshape(ahead.shape) for k, name in enumerate(names)}
