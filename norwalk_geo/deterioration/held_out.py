"""
Choices that only ratings held out can make: the form of the curve, and how fast old ratings fade.

The last rating of a history is predicted from those before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration import latent, predict, scales, shapes
from norwalk_geo.deterioration.latent import Model, Observed, Shape
from norwalk_geo.deterioration.markov import expected, transitions
from norwalk_geo.deterioration.predict import Correction

if TYPE_CHECKING:
    from norwalk_geo.deterioration.histories import Histories
    from norwalk_geo.schema import Curves

__all__ = [
    "FORMS",
    "as_chain",
    "choose_form",
    "choose_wander",
    "forecast_last",
    "of_length",
    "start_of",
    "states_of",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_CHUNK = 20_000
_MOST = 6_000
_WANDERS = (0.0, 1.5, 3.0, 4.5)
_LEAST = 50
FORMS = ("sigmoid", "markov", "sigmoid by family")
# A form must be better by more than this share of its error to replace the first one.
_CLEARLY = 0.01


def states_of(
    observed: Observed, family: pd.Series, models: dict[str, Model], shares: dict[str, Floats]
) -> pd.DataFrame:
    """
    Say where each history stands at its last rating.

    Parameters
    ----------
    observed
        Ratings.
    family
        Family of each history.
    models, shares
        By family.

    Returns
    -------
    states
        One row a history: family, age, pace, their standard deviations and covariance.
    """
    parts, where = [], []
    last = np.append(observed.first[1:], len(observed.pci)) - 1
    months = observed.months[last]
    codes, names = pd.factorize(family)
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        for begin in range(0, len(rows), _CHUNK):
            some = rows[begin : begin + _CHUNK]
            logs = latent.log_likelihood(observed.take(some), models[name])
            mine = latent.posterior(logs, shares[name])
            parts.append(predict.summarize(mine, models[name], months[some]))
            where.append(some)
    states = pd.concat(parts, ignore_index=True)
    states = states.iloc[np.argsort(np.concatenate(where))].reset_index(drop=True)
    return states.assign(family=pd.Categorical(family.to_numpy(), categories=list(models)))


def start_of(observed: Observed, keep: Integers) -> Observed:
    """
    Keep the first ratings of each history.

    Parameters
    ----------
    observed
        Ratings.
    keep
        How many to keep, by history.

    Returns
    -------
    observed
        As if no later rating were known.
    """
    begin = (np.cumsum(keep) - keep).astype("int64")
    rows = np.arange(keep.sum()) - np.repeat(begin, keep) + np.repeat(observed.first, keep)
    last = np.repeat(observed.months[observed.first + keep - 1], keep)
    back = (last - observed.months[rows]) / latent.MONTHS_PER_YEAR
    return Observed(begin, observed.months[rows], back, observed.pci[rows])


def forecast_last(
    observed: Observed,
    names: pd.Series,
    models: dict[str, Model],
    shares: dict[str, Floats],
    keep: Integers,
) -> pd.DataFrame:
    """
    Predict the last rating of each history from its first ones.

    Parameters
    ----------
    observed
        Ratings.
    names
        Family of each history.
    models, shares
        By family.
    keep
        How many ratings the prediction may know, by history.

    Returns
    -------
    cases
        The prediction, `rated` and years `ahead`, and the last known rating `known`; by history.
    """
    last = np.append(observed.first[1:], len(observed.pci)) - 1
    states = states_of(start_of(observed, keep), names, models, shares)
    ahead = (observed.months[last] - observed.months[observed.first + keep - 1]) / 12
    found = predict.predict(states, models, Correction(), ahead)
    known = observed.pci[observed.first + keep - 1]
    return pd.DataFrame({**found, "rated": observed.pci[last], "ahead": ahead, "known": known})


def _rmse(errors: pd.DataFrame) -> float:
    """Root mean square error of the expected condition."""
    return float(np.sqrt(((errors["pci_mean"] - errors["rated"]) ** 2).mean()))


def of_length(
    observed: Observed, names: pd.Series, least: int, most: int = _MOST
) -> tuple[Observed, pd.Series]:
    """
    Take histories of so many ratings or more, evenly.

    Parameters
    ----------
    observed
        Ratings.
    names
        Family of each history.
    least
        Ratings that a history must have.
    most
        Histories to take.

    Returns
    -------
    observed, names
        So many of them; the names keep their numbers as index.
    """
    lengths = np.diff(np.append(observed.first, len(observed.pci)))
    rows = np.flatnonzero(lengths >= least)
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).astype("int64")]
    return observed.take(rows), names.iloc[rows]


def choose_wander(
    observed: Observed, names: pd.Series, models: dict[str, Model]
) -> dict[str, Model]:
    """
    Choose how fast an old rating stops to count.

    Parameters
    ----------
    observed
        Ratings.
    names
        Family of each history.
    models
        By family.

    Returns
    -------
    models
        With the `wander` that predicts the last rating best; the same where too few histories have
        three ratings.
    """
    some, of = of_length(observed, names, 3)
    if len(some.first) < _LEAST:
        return models
    keep = np.diff(np.append(some.first, len(some.pci))) - 1
    scores = {}
    for wander in _WANDERS:
        tried = {name: replace(model, wander=wander) for name, model in models.items()}
        shares = scales.shares_of(some, of, tried)
        scores[wander] = _rmse(forecast_last(some, of, tried, shares, keep))
    best = min(scores, key=scores.__getitem__)
    return {name: replace(model, wander=best) for name, model in models.items()}


def as_chain(found: Histories, models: dict[str, Model], city: Model) -> dict[str, Model]:
    """
    Take the curve of a Markov chain for every fitted family, at the family's own scale.

    Parameters
    ----------
    found
        Ratings cut where work was done.
    models
        Sigmoid models by family.
    city
        Model of the whole city.

    Returns
    -------
    models
        By family.
    """
    points = expected(transitions(found, draws=1)).to_numpy()
    return {
        name: model
        if model.shape.points is not None
        else replace(
            model,
            shape=Shape(points=points),
            scale_years=model.scale_years / city.scale_years / latent.MONTHS_PER_YEAR,
        )
        for name, model in models.items()
    }


def choose_form(found: Histories, family: pd.Series, table: Curves) -> pd.DataFrame:
    """
    Compare the forms of curve on sections that they were not fitted to, in two folds.

    The forms are one shape and one error of a rating for all families, the curve of a Markov chain,
    and a shape and an error for each family.

    Parameters
    ----------
    found
        Ratings cut where work was done.
    family
        Family of each section.
    table
        Cited curves.

    Returns
    -------
    scores
        `rmse_points` by form: error at the last rating of each history.
    """
    errors: dict[str, list[pd.DataFrame]] = {form: [] for form in FORMS}
    fold = pd.factorize(found.ratings["section_id"])[0] % 2
    for side in (0, 1):
        mine = replace(found, ratings=found.ratings[fold == side])
        observed, ids = scales.observe(mine.ratings)
        names = family.loc[ids["section_id"]].reset_index(drop=True)
        made = scales.search(observed, names, table)
        others, other_ids = scales.observe(found.ratings[fold != side])
        of = family.loc[other_ids["section_id"]].reset_index(drop=True)
        test, of = of_length(others, of, 2)
        keep = np.diff(np.append(test.first, len(test.pci))) - 1
        forms = (
            made.models,
            as_chain(mine, made.models, made.city),
            shapes.by_family(observed, names, made, table).models,
        )
        for form, models in zip(FORMS, forms, strict=True):
            shares = scales.shares_of(observed, names, models)
            errors[form].append(forecast_last(test, of, models, shares, keep))
    rows = {form: _rmse(pd.concat(parts)) for form, parts in errors.items()}
    index = pd.Index(rows, name="form", dtype="str")
    scores = pd.DataFrame({"rmse_points": list(rows.values())}, index=index)
    best = str(scores["rmse_points"].idxmin())
    least = float(scores["rmse_points"].min())
    clearly = least <= (1 - _CLEARLY) * float(scores["rmse_points"].iloc[0])
    return scores.assign(is_chosen=scores.index == (best if clearly else FORMS[0]))
