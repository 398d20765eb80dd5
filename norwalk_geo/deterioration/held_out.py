"""
Choices that only ratings held out can make: the form of the curve, and how wide intervals must be.

The last rating of a history is predicted from those before it, and from the first half of it, so
that short and long horizons both count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration import latent, predict, scales
from norwalk_geo.deterioration.latent import Model, Observed, Shape
from norwalk_geo.deterioration.markov import expected, transitions
from norwalk_geo.deterioration.predict import Widths

if TYPE_CHECKING:
    from norwalk_geo.deterioration.histories import Histories
    from norwalk_geo.schema import Curves

__all__ = ["calibrate", "choose_form", "choose_wander", "states_of"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_CHUNK = 20_000
_MOST = 6_000
_WANDERS = (0.0, 1.5, 3.0, 4.5)
_LEAST, _LEAST_PART = 50, 150
# A form must be better by more than this share of its error to replace the first one.
_CLEARLY = 0.01
EIGHTY_SHARE, _LEAST_YEARS = 0.8, 4


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


def _without(observed: Observed, keep: Integers) -> Observed:
    """Keep the first ratings of each history, so many of each."""
    begin = (np.cumsum(keep) - keep).astype("int64")
    rows = np.arange(keep.sum()) - np.repeat(begin, keep) + np.repeat(observed.first, keep)
    last = np.repeat(observed.months[observed.first + keep - 1], keep)
    back = (last - observed.months[rows]) / latent.MONTHS_PER_YEAR
    return Observed(begin, observed.months[rows], back, observed.pci[rows])


def _errors(
    observed: Observed,
    names: pd.Series,
    models: dict[str, Model],
    shares: dict[str, Floats],
    keep: Integers,
) -> pd.DataFrame:
    """Predict the last rating of each history from its first ones."""
    last = np.append(observed.first[1:], len(observed.pci)) - 1
    states = states_of(_without(observed, keep), names, models, shares)
    ahead = (observed.months[last] - observed.months[observed.first + keep - 1]) / 12
    found = predict.predict(states, models, Widths(), ahead)
    return pd.DataFrame({**found, "rated": observed.pci[last], "ahead": ahead})


def _rmse(errors: pd.DataFrame) -> float:
    """Root mean square error of the expected condition."""
    return float(np.sqrt(((errors["pci_mean"] - errors["rated"]) ** 2).mean()))


def _some(observed: Observed, names: pd.Series, least: int) -> tuple[Observed, pd.Series]:
    """Take histories of so many ratings or more, evenly; names keep their numbers as index."""
    lengths = np.diff(np.append(observed.first, len(observed.pci)))
    rows = np.flatnonzero(lengths >= least)
    if len(rows) > _MOST:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST).astype("int64")]
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
    some, of = _some(observed, names, 3)
    if len(some.first) < _LEAST:
        return models
    keep = np.diff(np.append(some.first, len(some.pci))) - 1
    scores = {}
    for wander in _WANDERS:
        tried = {name: replace(model, wander=wander) for name, model in models.items()}
        shares = scales.shares_of(some, of, tried)
        scores[wander] = _rmse(_errors(some, of, tried, shares, keep))
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
    errors: dict[str, list[pd.DataFrame]] = {"sigmoid": [], "markov": []}
    fold = pd.factorize(found.ratings["section_id"])[0] % 2
    for side in (0, 1):
        mine = replace(found, ratings=found.ratings[fold == side])
        observed, ids = scales.observe(mine.ratings)
        names = family.loc[ids["section_id"]].reset_index(drop=True)
        made = scales.search(observed, names, table)
        others, other_ids = scales.observe(found.ratings[fold != side])
        of = family.loc[other_ids["section_id"]].reset_index(drop=True)
        test, of = _some(others, of, 2)
        keep = np.diff(np.append(test.first, len(test.pci))) - 1
        forms = {"sigmoid": made.models, "markov": as_chain(mine, made.models, made.city)}
        for form, models in forms.items():
            shares = scales.shares_of(observed, names, models)
            errors[form].append(_errors(test, of, models, shares, keep))
    rows = {form: _rmse(pd.concat(parts)) for form, parts in errors.items()}
    index = pd.Index(rows, name="form", dtype="str")
    scores = pd.DataFrame({"rmse_points": list(rows.values())}, index=index)
    worse = scores.loc["markov", "rmse_points"] > (1 - _CLEARLY) * scores["rmse_points"].iloc[0]
    return scores.assign(is_chosen=[bool(worse), not worse])


def _level(cases: pd.DataFrame) -> float:
    """
    Choose the share of held-out ratings that intervals must hold to hold 80 % of a new year's.

    Ratings of one year share an error: of the crew, the weather, the method. Where years differ by
    more than their ratings explain, the next year is one more draw from few, and the share is
    raised as for K exchangeable groups (Dunn, Wasserman and Ramdas 2023).
    """
    error = cases["rated"] - cases["pci"]
    groups = error.groupby(cases["year"])
    means, sizes = groups.mean(), groups.size()
    usual = sizes >= _LEAST
    count = int(usual.sum())
    if count < _LEAST_YEARS:
        return EIGHTY_SHARE
    means, sizes = means[usual], sizes[usual]
    center = float(np.average(means, weights=sizes))
    between = float((sizes * (means - center) ** 2).sum() / (count - 1))
    ratio = between / float(groups.var()[usual].mean())
    return EIGHTY_SHARE * (1 + max(0.0, 1 - 1 / ratio) / count)


def _factors(side: pd.DataFrame, level: float) -> tuple[float, float, float]:
    """Find the mean horizon and the two factors that make intervals hold so many."""
    tail = 1 - (1 - level) / 2
    below = (side["pci"] - side["rated"]) / (side["pci"] - side["pci_low"]).clip(lower=0.5)
    above = (side["rated"] - side["pci"]) / (side["pci_high"] - side["pci"]).clip(lower=0.5)
    limits = [max(float(values.quantile(tail)), 0.2) for values in (below, above)]
    return float(side["ahead"].mean()), limits[0], limits[1]


def calibrate(
    observed: Observed,
    names: pd.Series,
    years: pd.Series,
    models: dict[str, Model],
    shares: dict[str, Floats],
) -> Widths:
    """
    Widen or narrow intervals until eight of ten held-out ratings lie within.

    Parameters
    ----------
    observed
        Ratings.
    names
        Family of each history.
    years
        Calendar year of the last rating of each history.
    models, shares
        By family.

    Returns
    -------
    widths
        Factors by horizon, one or two; 1 where too few ratings are held out.
    """
    some, of = _some(observed, names, 2)
    if len(some.first) < _LEAST:
        return Widths()
    year = years.loc[of.index].to_numpy()
    lengths = np.diff(np.append(some.first, len(some.pci)))
    parts = [_errors(some, of, models, shares, lengths - 1).assign(year=year)]
    long = np.flatnonzero(lengths >= 3)  # noqa: PLR2004 - half of three is not all but one
    if len(long):
        early, half = some.take(long), of.iloc[long]
        found = _errors(early, half, models, shares, lengths[long] // 2)
        parts.append(found.assign(year=year[long]))
    cases = pd.concat(parts, ignore_index=True)
    level, middle = _level(cases), cases["ahead"].median()
    sides = [cases[cases["ahead"] <= middle], cases[cases["ahead"] > middle]]
    if min(map(len, sides)) < _LEAST_PART:
        sides = [cases]
    horizon, below, above = zip(*(_factors(side, level) for side in sides), strict=True)
    return Widths(horizon, below, above)
