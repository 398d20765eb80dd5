"""The search: shape, error and spread of paces for the whole city, and a scale for each family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

from norwalk_geo import schema
from norwalk_geo.deterioration import latent
from norwalk_geo.deterioration.family import strictly_falling
from norwalk_geo.deterioration.latent import Model, Observed, Shape

if TYPE_CHECKING:
    from norwalk_geo.schema import Curves

__all__ = ["Search", "observe", "search", "shares_of", "tabulate"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

LEAST_CITY, LEAST_FAMILY = 30, 10
# Families with as many histories have their own distribution of conditions and paces.
_OWN_SHARES, _MOST_SHARES = 200, 10_000
_MOST_CITY, _MOST_FAMILY = 900, 400
# Before anything is seen: scale (years), shape, error (points), spread of paces; and how far the
# logarithm of each may be off. The error is that of the index itself, about ±3, and of crews.
_START, _DOUBT = (25.0, 1.2, 5.0, 0.4), (1.0, 0.6, 0.7, 0.5)
_OFFSETS = np.linspace(-1.2, 1.2, 9)
_NORMAL_95 = 1.96


@dataclass(frozen=True)
class Search:
    """
    What the search found.

    Parameters
    ----------
    models
        By family; a cited curve where nothing could be fitted.
    parameters
        Table `fitted_curves`.
    city
        The model of all families together, with the scale of the city.
    is_fitted
        Whether the city's own ratings are used at all.
    notes
        Families that keep the cited curve, and why.
    """

    models: dict[str, Model]
    parameters: pd.DataFrame
    city: Model
    is_fitted: bool
    notes: tuple[str, ...]


def observe(ratings: pd.DataFrame) -> tuple[Observed, pd.DataFrame]:
    """
    Lay out ratings by history.

    Parameters
    ----------
    ratings
        Of `Histories`.

    Returns
    -------
    observed, ids
        Ratings as arrays, and section and last survey of each history.
    """
    history = pd.factorize(ratings["history"])[0].astype("int64")
    observed = latent.observe(
        history,
        ratings["years"].to_numpy(dtype="float64"),
        ratings["pci"].to_numpy(dtype="float64"),
    )
    last = ratings.groupby("history", sort=True)[["section_id", "survey_date"]].last()
    return observed, last.reset_index(drop=True)


def _even(rows: Integers, most: int) -> Integers:
    """Take rows evenly, so that the same ratings always give the same fit."""
    if len(rows) <= most:
        return rows
    taken: Integers = rows[np.linspace(0, len(rows) - 1, most).astype("int64")]
    return taken


def _lengths(observed: Observed) -> Integers:
    """Count the ratings of each history."""
    made: Integers = np.diff(np.append(observed.first, len(observed.pci)))
    return made


def _fall(observed: Observed) -> tuple[float, float]:
    """Points lost in a year, and the standard error, over histories."""
    if not len(observed.first):
        return np.nan, np.inf
    last = np.append(observed.first[1:], len(observed.pci)) - 1
    change = observed.pci[last] - observed.pci[observed.first]
    years = observed.months[last] / latent.MONTHS_PER_YEAR
    total = years.sum()
    if total <= 0:
        return np.nan, np.inf
    rate = change.sum() / total
    return float(-rate), float(np.sqrt(((change - rate * years) ** 2).sum()) / total)


def _model(theta: Floats) -> Model:
    """Read the four numbers of the search."""
    scale, shape, noise, spread = np.exp(theta)
    return Model(Shape(float(shape)), float(scale), float(noise), float(spread))


def _city(observed: Observed) -> Model:
    """Find what all families have in common."""
    begin, doubt = np.log(_START), np.array(_DOUBT)

    def loss(theta: Floats) -> float:
        if np.abs((theta - begin) / doubt).max() > 5:  # noqa: PLR2004 - beyond belief
            return 1e12
        _, total = latent.weights(latent.log_likelihood(observed, _model(theta)), joint=False)
        return float((((theta - begin) / doubt) ** 2).sum() / 2 - total)

    options = {"xatol": 0.02, "fatol": 0.5, "maxfev": 220}
    found = minimize(loss, begin, method="Nelder-Mead", options=options)
    return _model(found.x)


def _scale(observed: Observed, city: Model) -> tuple[float, float]:
    """Find a family's scale: logarithm of its ratio to the city's, and the standard error."""
    losses = []
    for offset in _OFFSETS:
        scale = city.scale_years * float(np.exp(offset))
        model = Model(city.shape, scale, city.noise, city.spread)
        losses.append(-latent.weights(latent.log_likelihood(observed, model), joint=False)[1])
    best = int(np.clip(np.argmin(losses), 1, len(_OFFSETS) - 2))
    left, middle, right = losses[best - 1 : best + 2]
    step = _OFFSETS[1] - _OFFSETS[0]
    curvature = max((left - 2 * middle + right) / step**2, 1e-3)
    shift = float(np.clip((left - right) / (2 * step * curvature), -step, step))
    return float(_OFFSETS[best] + shift), float(1 / np.sqrt(curvature))


def _drawn(offset: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Draw the scales of families toward their mean (DerSimonian and Laird 1986)."""
    weight = 1 / error**2
    mean = (weight * offset).sum() / weight.sum()
    surplus = (weight * (offset - mean) ** 2).sum() - (len(offset) - 1)
    spare = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(surplus / spare, 0.0) if spare > 0 else 0.0
    # Families do differ, however alike the data make them look.
    between = max(between, 0.05**2)
    share = between / (between + error**2)
    return share * offset + (1 - share) * mean, np.sqrt(share) * error


def _rows_by_family(names: pd.Series, families: list[str]) -> dict[str, Integers]:
    """List the histories of each family; those of a class alone are all of its class."""
    by_class = names.str.rsplit(" ", n=1).str[0]
    made = {}
    for family in families:
        of, surface = family.rsplit(" ", 1)
        mine = by_class.eq(of) if surface == "unknown" else names.eq(family)
        made[family] = np.flatnonzero(mine.to_numpy())
    return made


def _why_not(observed: Observed, least: int) -> str:
    """Say why some histories cannot give a curve, or nothing."""
    count = len(observed.first)
    if count < least:
        what = "history" if count == 1 else "histories"
        return f"only {count:,} {what} of two or more ratings (at least {least} are needed)"
    fall, error = _fall(observed)
    if not fall - _NORMAL_95 * error > 0:
        return f"ratings that do not fall ({-fall:+.2f} ± {_NORMAL_95 * error:.2f} points a year)"
    return ""


def _cited(table: Curves, family: str, city: Model) -> Model:
    """Make the model of a cited curve; its ages are in months."""
    points = table[family].to_numpy(dtype="float64")
    return Model(Shape(points=points), 1 / latent.MONTHS_PER_YEAR, city.noise, city.spread)


def tabulate(models: dict[str, Model], table: Curves) -> Curves:
    """
    Tabulate the curve of every family.

    Parameters
    ----------
    models
        By family.
    table
        Cited curves, for the grid of months.

    Returns
    -------
    curves
        Strictly falling from 100, a column a family.
    """
    months = table.index.to_numpy(dtype="float64")
    made = {
        name: strictly_falling(
            model.shape.at(months / (latent.MONTHS_PER_YEAR * model.scale_years))
        )
        for name, model in models.items()
    }
    return pd.DataFrame(made, index=table.index)[list(table.columns)]


def shares_of(observed: Observed, names: pd.Series, models: dict[str, Model]) -> dict[str, Floats]:
    """
    Estimate how first conditions and paces are distributed in each family.

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
    shares
        By family; those with few histories share the distribution of the whole city.
    """
    logs, made = [], {}
    for family, rows in _rows_by_family(names, list(models)).items():
        # The class alone would count its histories twice.
        own = rows[names.iloc[rows].eq(family).to_numpy()]
        if not len(own):
            continue
        some = _even(own, _MOST_SHARES)
        logs.append(latent.log_likelihood(observed.take(some), models[family]))
        if len(own) >= _OWN_SHARES:
            made[family] = latent.weights(logs[-1])[0]
    size = len(latent.CONDITIONS) * len(latent.PACES)
    city = latent.weights(np.concatenate(logs))[0] if logs else np.full(size, 1 / size)
    return {family: made.get(family, city) for family in models}


def _parameters(models: dict[str, Model], table: Curves, facts: pd.DataFrame) -> pd.DataFrame:
    """List the families with their curves."""
    curves = tabulate(models, table)
    months = table.index.to_numpy(dtype="float64")
    key = facts.index.str.rsplit(" ", n=1)
    source = "Fitted from the city's own surveys: docs/methods/deterioration.md"
    frame = facts.assign(
        functional_class=key.str[0],
        surface_type=key.str[1],
        years_to_60=[
            float(np.interp(60, curves[f].to_numpy()[::-1], months[::-1])) / 12 for f in facts.index
        ],
        source=np.where(facts["is_fitted"], source, "Cited: parameters/curves.csv"),
    )
    return schema.check(frame.reset_index(drop=True), "fitted_curves")


def _by_family(
    observed: Observed, rows: dict[str, Integers], city: Model
) -> tuple[pd.DataFrame, list[str]]:
    """Find scale and interval of every family that tells enough, and what the others lack."""
    facts, notes = [], []
    for family, mine in rows.items():
        some = observed.take(mine)
        fact: dict[str, Any] = {
            "family": family,
            "histories": len(mine),
            "fall_points_year": _fall(some)[0],
        }
        why = _why_not(some, LEAST_FAMILY)
        if not why:
            fact["offset"], fact["error"] = _scale(observed.take(_even(mine, _MOST_FAMILY)), city)
            fact["error"] *= float(np.sqrt(min(len(mine), _MOST_FAMILY) / len(mine)))
        elif len(mine):
            notes.append(f"{family}: {why}; the cited curve is used.")
        facts.append(fact)
    table = (
        pd.DataFrame(facts)
        .set_index("family")
        .reindex(columns=["histories", "fall_points_year", "offset", "error"])
    )
    known = table["offset"].notna()
    if known.any():
        drawn = _drawn(table.loc[known, "offset"].to_numpy(), table.loc[known, "error"].to_numpy())
        table.loc[known, "offset"], table.loc[known, "error"] = drawn
    table["is_fitted"] = known
    table["scale_years"] = city.scale_years * np.exp(table["offset"])
    for name, sign in (("scale_low_years", -1), ("scale_high_years", 1)):
        span = np.exp(table["offset"] + sign * _NORMAL_95 * table["error"])
        table[name] = city.scale_years * span
    table["shape"] = np.where(known, city.shape.exponent, np.nan)
    return table.drop(columns=["offset", "error"]), notes


def search(observed: Observed, names: pd.Series, table: Curves) -> Search:
    """
    Find the curve of every family.

    Parameters
    ----------
    observed
        Ratings.
    names
        Family of each history.
    table
        Cited curves, for families that tell too little.

    Returns
    -------
    search
        Models, their parameters, and what could not be fitted.
    """
    long = np.flatnonzero(_lengths(observed) > 1)
    some, of = observed.take(long), names.iloc[long].reset_index(drop=True)
    rows = _rows_by_family(of, [str(name) for name in table.columns])
    city = _model(np.log(_START))
    why = _why_not(some, LEAST_CITY)
    if why:
        empty = {family: mine[:0] for family, mine in rows.items()}
        facts, notes = _by_family(some, empty, city)
        facts["histories"] = [len(mine) for mine in rows.values()]
        notes = [f"The cited curves are used: the surveys have {why}."]
    else:
        city = _city(some.take(_even(np.arange(len(long)), _MOST_CITY)))
        facts, notes = _by_family(some, rows, city)
    models = {
        str(family): Model(city.shape, float(fact["scale_years"]), city.noise, city.spread)
        if fact["is_fitted"]
        else _cited(table, str(family), city)
        for family, fact in facts.iterrows()
    }
    return Search(models, _parameters(models, table, facts), city, not why, tuple(notes))
