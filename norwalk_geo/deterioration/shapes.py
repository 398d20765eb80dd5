"""
A family's own shape and error of a rating, drawn toward those of the whole city.

Two dates cannot tell a shape, and a few histories cannot tell an error: whether families are let
differ at all is for `held_out.choose_form` to say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

from norwalk_geo.deterioration import latent, scales
from norwalk_geo.deterioration.latent import Model, Observed, Shape

if TYPE_CHECKING:
    from norwalk_geo.deterioration.scales import Search
    from norwalk_geo.schema import Curves

__all__ = ["by_family"]

Floats: TypeAlias = npt.NDArray[np.float64]

_LEAST, _MOST = 100, 250
_SCALES = ["scale_years", "scale_low_years", "scale_high_years"]
# How far the logarithms of a family's scale, shape and error may be off the city's.
_DOUBT: Floats = np.array([0.5, 0.25, 0.25])


def _own(observed: Observed, model: Model) -> Model:
    """Find scale, shape and error of one family near the model that it shares with the others."""

    def moved(theta: Floats) -> Model:
        scale, shape, noise = np.exp(theta)
        return replace(
            model,
            shape=Shape(model.shape.exponent * float(shape)),
            scale_years=model.scale_years * float(scale),
            noise=model.noise * float(noise),
        )

    def loss(theta: Floats) -> float:
        logs = latent.log_likelihood(observed, moved(theta))
        _, total = latent.weights(logs, joint=False)
        return float(((theta / _DOUBT) ** 2).sum() / 2 - total)

    options = {"xatol": 0.03, "fatol": 0.5, "maxfev": 50}
    simplex = np.vstack([np.zeros(3), np.diag(_DOUBT / 2)])
    found = minimize(
        loss, np.zeros(3), method="Nelder-Mead", options={**options, "initial_simplex": simplex}
    )
    return moved(found.x)


def by_family(observed: Observed, names: pd.Series, made: Search, table: Curves) -> Search:
    """
    Let every family with enough histories have its own shape and error of a rating.

    Parameters
    ----------
    observed
        Ratings.
    names
        Family of each history.
    made
        What `scales.search` found.
    table
        Cited curves, for the grid of months.

    Returns
    -------
    search
        Families with fewer than 100 histories of two ratings keep what all have in common, and so
        does an only family.
    """
    lengths = np.diff(np.append(observed.first, len(observed.pci)))
    rows = {
        name: found
        for name, model in made.models.items()
        if len(found := np.flatnonzero(names.eq(name).to_numpy() & (lengths > 1))) >= _LEAST
        and model.shape.points is None
    }
    if len(rows) <= 1:
        return made
    models = dict(made.models)
    for name, mine in rows.items():
        some = mine[np.linspace(0, len(mine) - 1, min(len(mine), _MOST)).astype("int64")]
        models[name] = _own(observed.take(some), models[name])
    of = [" ".join(key) for key in made.parameters.index]
    ratio = np.array([models[name].scale_years / made.models[name].scale_years for name in of])
    curves, months = scales.tabulate(models, table), table.index.to_numpy(dtype="float64")
    fitted = made.parameters["is_fitted"]
    facts = made.parameters.assign(
        shape=fitted.map({True: 1.0}) * np.array([models[name].shape.exponent for name in of]),
        years_to_60=[
            float(np.interp(60, curves[name].to_numpy()[::-1], months[::-1])) / 12 for name in of
        ],
        **{column: made.parameters[column] * ratio for column in _SCALES},
    )
    return replace(made, models=models, parameters=facts)
