"""
What ratings held out say of the forecasts: what to add, and how wide intervals must be.

The last rating of a history is predicted from those before it, and from the first half of it, so
that short and long horizons both count. What is added is chosen by cross-validation over years, or
over sections where there are few years; intervals are made from errors that the added part has not
seen.
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

__all__ = ["Offset", "calibrate"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_LEAST, _LEAST_PART, _LEAST_LEVEL, _MOST_LEVELS = 50, 150, 250, 6
_LEAST_TO_ADD, _LEVEL_KNOTS = 300, 6
# Before anything is seen, a step of the added part is off by so many points: held-out ratings say.
_SURES = (0.75, 1.5, 3.0, 6.0)
_MOST, _CHUNK = 20_000, 50_000
_EIGHTY_SHARE, _LEAST_YEARS, _LEAST_OF_YEAR, _YEAR_FOLDS = 0.8, 4, 20, 5


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
    usual = sizes >= _LEAST_OF_YEAR
    count = int(usual.sum())
    if count < _LEAST_YEARS:
        return _EIGHTY_SHARE
    means, sizes = means[usual], sizes[usual]
    center = float(np.average(means, weights=sizes))
    between = float((sizes * (means - center) ** 2).sum() / (count - 1))
    ratio = between / float(groups.var()[usual].mean())
    return _EIGHTY_SHARE * (1 + max(0.0, 1 - 1 / ratio) / count)


def _factors(side: pd.DataFrame, level: float) -> tuple[float, float]:
    """Find the two factors that make intervals hold so many."""
    below = (side["pci"] - side["rated"]) / (side["pci"] - side["pci_low"]).clip(lower=0.5)
    above = (side["rated"] - side["pci"]) / (side["pci_high"] - side["pci"]).clip(lower=0.5)
    first, second = (max(float(values.quantile((1 + level) / 2)), 0.2) for values in (below, above))
    return first, second


def _widths(cases: pd.DataFrame) -> Correction:
    """Find the factors by horizon, one or two, and by forecast condition."""
    middle = cases["ahead"].median()
    sides = [cases[cases["ahead"] <= middle], cases[cases["ahead"] > middle]]
    if min(map(len, sides)) < _LEAST_PART:
        sides = [cases]
    level = _level(cases)
    count = int(np.clip(min(map(len, sides)) // _LEAST_LEVEL, 1, _MOST_LEVELS))
    edges = np.unique(cases["model"].quantile(np.linspace(0, 1, count + 1)[1:-1]))
    bins = np.searchsorted(edges, cases["model"])
    at = cases["model"].groupby(bins).mean()
    below, above = np.ones((len(sides), len(at))), np.ones((len(sides), len(at)))
    for row, side in enumerate(sides):
        whole = _factors(side, level)
        for k, code in enumerate(at.index):
            part = side[np.searchsorted(edges, side["model"]) == code]
            found = _factors(part, level) if len(part) >= _LEAST_PART else whole
            below[row, k], above[row, k] = found
    years = np.array([side["ahead"].mean() for side in sides])
    return Correction(years=years, at=at.to_numpy(), below=below, above=above)


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


def _folds(cases: pd.DataFrame) -> Integers:
    """
    Put cases into folds: by the year of the rating where there are enough years, else by section.

    Ratings of one year share an error. What is learned from a year's ratings and tried on others of
    the same year seems to help, and does not in the next year.
    """
    counts = cases["year"].value_counts()
    if int((counts >= _LEAST_OF_YEAR).sum()) >= _LEAST_YEARS:
        by_year: Integers = np.searchsorted(np.sort(counts.index), cases["year"]) % _YEAR_FOLDS
        return by_year
    by_section: Integers = pd.factorize(cases["section_id"])[0] % 2
    return by_section


def _crossed(matrix: Any, missed: Floats, fold: Integers, sure: float) -> Floats:  # noqa: ANN401 - sparse
    """Say of each fold what the others make of it."""
    moved = np.zeros(len(missed))
    for mine in np.unique(fold):
        weights = described.ridge(matrix[fold != mine], missed[fold != mine], sure=sure)
        moved[fold == mine] = matrix[fold == mine] @ weights
    return moved


def _added(cases: pd.DataFrame, numbers: pd.DataFrame) -> tuple[Offset, Correction, pd.DataFrame]:
    """Fit what to add, and move every case by what the other folds say."""
    family, known = cases["family"], numbers.loc[cases["section_id"]].reset_index(drop=True)
    last = cases["known"].to_numpy()
    laid = described.layout(last, family, known)
    levels = np.unique(np.quantile(cases["pci"], np.linspace(0.02, 0.98, _LEVEL_KNOTS)))
    model = cases["pci"].to_numpy()
    parts = [laid.matrix(last, family, known), described.bends(model, levels)]
    matrix = sparse.hstack(parts, format="csr")
    missed = (cases["rated"] - cases["pci_mean"]).to_numpy()
    fold = _folds(cases)
    tried = {sure: _crossed(matrix, missed, fold, sure) for sure in _SURES}
    sure = min(tried, key=lambda one: float(((missed - tried[one]) ** 2).mean()))
    moved = tried[sure]
    if not ((missed - moved) ** 2).mean() < (missed**2).mean():
        return Offset(), Correction(), cases
    weights = described.ridge(matrix, missed, sure=sure)
    size = matrix.shape[1] - len(levels)
    names = ["pci", "pci_low", "pci_high"]
    shifted = cases.assign(**{name: cases[name] + moved for name in names})
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
    offset, correction = Offset(), Correction()
    if len(cases) >= _LEAST_TO_ADD:
        offset, correction, cases = _added(cases, numbers)
    widths = _widths(cases)
    return replace(widths, levels=correction.levels, shift=correction.shift), offset
