"""From what is known of a section's age and pace to its condition at a later day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration import latent
from norwalk_geo.deterioration.latent import Model

__all__ = ["Widths", "places", "predict", "summarize"]

Floats: TypeAlias = npt.NDArray[np.float64]

# Of a normal distribution: the share between ± this many standard deviations is 80 %.
EIGHTY = 1.2816
_NODES = ((-np.sqrt(3.0), 1 / 6), (0.0, 2 / 3), (np.sqrt(3.0), 1 / 6))
_LEAST_AGE = 1e-6


@dataclass(frozen=True)
class Widths:
    """
    How much wider intervals must be than the model says, as found on ratings held out.

    Parameters
    ----------
    years
        Horizons, ascending.
    below, above
        Factors of the half below the median and of the one above it, by horizon.
    """

    years: tuple[float, ...] = (0.0,)
    below: tuple[float, ...] = (1.0,)
    above: tuple[float, ...] = (1.0,)


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


def _ages(states: pd.DataFrame, ahead: Floats) -> tuple[Floats, Floats]:
    """Median age after some years, and the standard deviation of its logarithm."""
    mean = states["age"].to_numpy() + states["pace"].to_numpy() * ahead
    variance = (
        states["age_sd"].to_numpy() ** 2
        + 2 * states["covariance"].to_numpy() * ahead
        + states["pace_sd"].to_numpy() ** 2 * ahead**2
    )
    mean = np.maximum(mean, _LEAST_AGE)
    logarithm = np.log1p(np.maximum(variance, 0) / mean**2)
    return mean / np.sqrt(1 + np.maximum(variance, 0) / mean**2), np.sqrt(logarithm)


def _one_family(
    states: pd.DataFrame, model: Model, ahead: Floats, widths: Widths
) -> dict[str, Floats]:
    """Predict the sections of one family."""
    middle, spread = _ages(states, ahead)
    shape = model.shape
    median = shape.at(middle)
    mean = sum(weight * shape.at(middle * np.exp(node * spread)) for node, weight in _NODES)
    noise = EIGHTY * np.sqrt(model.noise**2 + model.wander**2 * ahead)
    low = np.hypot(median - shape.at(middle * np.exp(EIGHTY * spread)), noise)
    high = np.hypot(shape.at(middle * np.exp(-EIGHTY * spread)) - median, noise)
    return {
        "pci": median,
        "pci_mean": np.asarray(mean),
        "pci_low": np.clip(median - low * np.interp(ahead, widths.years, widths.below), 0, 100),
        "pci_high": np.clip(median + high * np.interp(ahead, widths.years, widths.above), 0, 100),
    }


def predict(
    states: pd.DataFrame, models: Mapping[str, Model], widths: Widths, ahead: Floats
) -> dict[str, Floats]:
    """
    Predict ratings some years after each section's last one.

    Parameters
    ----------
    states
        What is known of each section at its last rating; `family` is a category.
    models
        By family.
    widths
        Factors of the interval.
    ahead
        Years after the last rating, by section; missing gives missing.

    Returns
    -------
    prediction
        `pci`, the median; `pci_mean`, the expected value; `pci_low` and `pci_high`, with eight of
        ten ratings between them; points.
    """
    made = {
        name: np.full(len(states), np.nan) for name in ("pci", "pci_mean", "pci_low", "pci_high")
    }
    codes, names = states["family"].cat.codes.to_numpy(), states["family"].cat.categories
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        if len(rows):
            some = states.iloc[rows]
            found = _one_family(some, models[name], ahead[rows], widths)
            for key, values in found.items():
                made[key][rows] = values
    return made
