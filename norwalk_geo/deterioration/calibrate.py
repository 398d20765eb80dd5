"""
What ratings held out say of the forecasts: what to add, and how wide intervals must be.

The last rating of a history is predicted from those before it, and from the first half of it, so
that short and long horizons both count. What is added is chosen by cross-validation over years, or
over sections where there are few years. Intervals are made from every rating, forecast in the same
two ways, and from errors that the added part has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from norwalk_geo.deterioration import described, held_out
from norwalk_geo.deterioration.described import Layout
from norwalk_geo.deterioration.latent import Model, Observed
from norwalk_geo.deterioration.predict import Correction
from norwalk_geo.deterioration.widths import (
    LEAST_OF_YEAR,
    LEAST_YEARS,
    spread_over_steps,
    step,
    widths,
)

__all__ = ["Offset", "calibrate"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_LEAST, _LEAST_TO_ADD, _LEVEL_KNOTS = 50, 300, 6
# Before anything is seen, a step of the added part is off by so many points: held-out ratings say.
_SURES = (0.75, 1.5, 3.0, 6.0)
_MOST, _CHUNK, _DAYS_PER_YEAR = 20_000, 50_000, 365.25
_YEAR_FOLDS, _SECTION_FOLDS = 5, 2


@dataclass(frozen=True)
class Offset:
    """
    Points to add to a section's forecasts for what it is and how it was last rated.

    Parameters
    ----------
    layout
        Terms; none where nothing is added.
    weights
        By term.
    """

    layout: Layout | None = None
    weights: Floats | None = None

    def points(self, pci: Floats, family: pd.Series, numbers: pd.DataFrame) -> Floats:
        """
        Work out the points to add.

        Parameters
        ----------
        pci
            Last rating of each section.
        family
            Family of each.
        numbers
            What `described.numbers` took of each.

        Returns
        -------
        points
            By section.
        """
        if self.layout is None or self.weights is None:
            return np.zeros(len(pci))
        made = np.empty(len(pci))
        for begin in range(0, len(pci), _CHUNK):
            some = slice(begin, begin + _CHUNK)
            terms = self.layout.matrix(pci[some], family.iloc[some], numbers.iloc[some])
            made[some] = terms @ self.weights
        return made


@dataclass(frozen=True)
class _Laid:
    """Terms by case, and the fold of each."""

    matrix: Any  # sparse
    fold: Integers


def _held_out(
    observed: Observed,
    ids: pd.DataFrame,
    models: dict[str, Model],
    shares: dict[str, Floats],
) -> pd.DataFrame:
    """Predict last ratings from all before them, and from the first half."""
    some, names = held_out.of_length(observed, ids["family"], 2, _MOST)
    about = ids.loc[names.index].reset_index(drop=True)
    lengths = np.diff(np.append(some.first, len(some.pci)))
    long = np.flatnonzero(lengths >= 3)  # noqa: PLR2004 - half of three is not all but one
    parts = [(some, about, lengths - 1)]
    if len(long):
        parts.append((some.take(long), about.iloc[long].reset_index(drop=True), lengths[long] // 2))
    found = [
        held_out.forecast_last(part, rows["family"], models, shares, keep).join(rows)
        for part, rows, keep in parts
    ]
    cases = pd.concat(found, ignore_index=True)
    return cases.assign(year=cases["survey_date"].dt.year, model=cases["pci"])


def _every_rating(
    observed: Observed,
    ids: pd.DataFrame,
    models: dict[str, Model],
    shares: dict[str, Floats],
) -> pd.DataFrame:
    """
    Predict every rating of a history from all before it, and from the first half of them.

    A history often ends because the next rating rose: its last one is then lower than usual, and
    tells little of how far other ratings lie from their forecasts.
    """
    lengths = np.diff(np.append(observed.first, len(observed.pci)))
    count, long = int((lengths - 1).sum()), int((lengths > 1).sum())
    most = min(int(_MOST * long / max(count, 1)) + 1, _MOST)
    some, names = held_out.of_length(observed, ids["family"], 2, most)
    about = ids.loc[names.index].reset_index(drop=True)
    lengths = np.diff(np.append(some.first, len(some.pci)))
    history = np.repeat(np.arange(len(lengths)), lengths - 1)
    until = np.concatenate([np.arange(2, length + 1) for length in lengths])
    has_half = until > 2  # noqa: PLR2004 - half of two is all but one
    keep = np.concatenate([until - 1, until[has_half] // 2])
    history, until = (np.concatenate([one, one[has_half]]) for one in (history, until))
    rows = about.iloc[history].reset_index(drop=True)
    begun = held_out.start_of(some.take(history), until)
    cases = held_out.forecast_last(begun, rows["family"], models, shares, keep).join(rows)
    back = some.back[some.first[history] + until - 1]
    day = rows["survey_date"] - pd.to_timedelta(np.rint(back * _DAYS_PER_YEAR), unit="D")
    return cases.assign(year=day.dt.year, model=cases["pci"])


def _folds(cases: pd.DataFrame, every: pd.DataFrame) -> tuple[Integers, Integers]:
    """
    Put both into folds: by the year of the rating where there are enough years, else by section.

    Ratings of one year share an error. What is learned from a year's ratings and tried on others of
    the same year seems to help, and does not in the next year.
    """
    counts = cases["year"].value_counts()
    if int((counts >= LEAST_OF_YEAR).sum()) >= LEAST_YEARS:
        years = np.sort(counts.index)
        by_year: list[Integers] = [
            np.searchsorted(years, table["year"]) % _YEAR_FOLDS for table in (cases, every)
        ]
        return by_year[0], by_year[1]
    codes, ids = pd.factorize(cases["section_id"])
    others = pd.Index(ids).get_indexer(pd.Index(every["section_id"]))
    return codes % _SECTION_FOLDS, others % _SECTION_FOLDS


def _crossed(learned: _Laid, tried: _Laid, missed: Floats, sure: float) -> Floats:
    """Say of each fold what the others make of it."""
    moved = np.zeros(len(tried.fold))
    for mine in np.unique(tried.fold):
        others, rows = learned.fold != mine, tried.fold == mine
        weights = described.ridge(learned.matrix[others], missed[others], sure=sure)
        moved[rows] = tried.matrix[rows] @ weights
    return moved


def _terms(cases: pd.DataFrame, numbers: pd.DataFrame, laid: Layout, levels: Floats) -> Any:  # noqa: ANN401 - sparse
    """Put the terms of what is added and of its shift by condition side by side."""
    known = numbers.loc[cases["section_id"]].reset_index(drop=True)
    first = laid.matrix(cases["known"].to_numpy(), cases["family"], known)
    second = described.bends(cases["pci"].to_numpy(), levels)
    return sparse.hstack([first, second], format="csr")


def _added(
    cases: pd.DataFrame, every: pd.DataFrame, numbers: pd.DataFrame
) -> tuple[Offset, Correction, pd.DataFrame]:
    """Fit what to add to last ratings, and move every rating by what the other folds say."""
    known = numbers.loc[cases["section_id"]].reset_index(drop=True)
    laid = described.layout(cases["known"].to_numpy(), cases["family"], known)
    levels = np.unique(np.quantile(cases["pci"], np.linspace(0.02, 0.98, _LEVEL_KNOTS)))
    folds = _folds(cases, every)
    learned = _Laid(_terms(cases, numbers, laid, levels), folds[0])
    missed = (cases["rated"] - cases["pci_mean"]).to_numpy()
    tried = {sure: _crossed(learned, learned, missed, sure) for sure in _SURES}
    sure = min(tried, key=lambda one: float(((missed - tried[one]) ** 2).mean()))
    if not ((missed - tried[sure]) ** 2).mean() < (missed**2).mean():
        return Offset(), Correction(), every
    weights = described.ridge(learned.matrix, missed, sure=sure)
    size = learned.matrix.shape[1] - len(levels)
    others = _Laid(_terms(every, numbers, laid, levels), folds[1])
    moved = _crossed(learned, others, missed, sure)
    names = ["pci", "pci_low", "pci_high"]
    shifted = every.assign(**{name: every[name] + moved for name in names})
    correction = Correction(levels=levels, shift=weights[size:])
    return Offset(laid, weights[:size]), correction, shifted


def calibrate(
    observed: Observed,
    ids: pd.DataFrame,
    models: dict[str, Model],
    shares: dict[str, Floats],
    numbers: pd.DataFrame,
) -> tuple[Correction, Offset]:
    """
    Correct forecasts by held-out ratings, and widen or narrow intervals until they hold 80 %.

    Parameters
    ----------
    observed
        Ratings.
    ids
        `section_id`, `family` and last `survey_date` of each history.
    models, shares
        By family.
    numbers
        What `described.numbers` took of the sections.

    Returns
    -------
    correction, offset
        What changes nothing where too few ratings are held out, or where it does not help.
    """
    if (np.diff(np.append(observed.first, len(observed.pci))) > 1).sum() < _LEAST:
        return Correction(), Offset()
    cases = _held_out(observed, ids, models, shares)
    every = _every_rating(observed, ids, models, shares)
    offset, correction = Offset(), Correction()
    if len(cases) >= _LEAST_TO_ADD:
        offset, correction, every = _added(cases, every, numbers)
    rated = spread_over_steps(every["rated"].to_numpy(), step(observed.pci))
    found = widths(every.assign(rated=rated))
    return replace(found, levels=correction.levels, shift=correction.shift), offset
