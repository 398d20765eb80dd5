"""
Where each section stands on its curve and how fast it moves along, from its own ratings.

A history of ratings without work between them is read as 100 exp(−(age / scale)^shape), or as
another falling curve, at an age that grows faster or slower than the calendar. Neither the first
condition nor the pace is known: both have a distribution on a grid, which is estimated from all
histories together (empirical Bayes, nonparametric maximum likelihood by expectation–maximization),
and each history's own distribution follows from it. A history of one rating leans on the others; a
long one speaks for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numba
import numpy as np
import numpy.typing as npt

__all__ = [
    "CONDITIONS",
    "PACES",
    "Model",
    "Observed",
    "Shape",
    "ages",
    "log_likelihood",
    "observe",
    "paces",
    "posterior",
    "weights",
]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

MONTHS_PER_YEAR = 12
CONDITIONS: Floats = np.concatenate([[99.9, 99, 98], np.arange(96.0, 6, -3), [4, 2, 1]])
# Standard scores of the logarithm of the pace, and their normal weights.
PACES: Floats = np.array([-2.0, -1.35, -0.67, 0, 0.67, 1.35, 2.0])
_PACE_WEIGHTS: Floats = np.exp(-(PACES**2) / 2) / np.exp(-(PACES**2) / 2).sum()
# Ratings off by more standard errors than this, of a wrong street or column, pull no harder.
_FAR = 2.0
_ALONE_STEPS, _JOINT_STEPS = 40, 10


@dataclass(frozen=True)
class Shape:
    """
    A falling curve without its scale.

    Parameters
    ----------
    exponent
        Of the age in 100 exp(−age^exponent); not used where there is a table.
    points
        Condition by month from 100 down, where the curve is a table; age is then in months.
    """

    exponent: float = 1.0
    points: Floats | None = None

    def at(self, age: Floats) -> Floats:
        """
        Read the condition at an age.

        Parameters
        ----------
        age
            In units of the scale.

        Returns
        -------
        points
            Condition.
        """
        if self.points is None:
            closed: Floats = 100 * np.exp(-(np.maximum(age, 0) ** self.exponent))
            return closed
        read: Floats = np.interp(age, np.arange(len(self.points), dtype="float64"), self.points)
        return read

    def age(self, points: Floats) -> Floats:
        """
        Find the age of a condition.

        Parameters
        ----------
        points
            Condition.

        Returns
        -------
        age
            In units of the scale.
        """
        if self.points is None:
            closed: Floats = (-np.log(np.clip(points, 1e-6, 100) / 100)) ** (1 / self.exponent)
            return closed
        ages = np.arange(len(self.points), dtype="float64")
        found: Floats = np.interp(points, self.points[::-1], ages[::-1])
        return found


@dataclass(frozen=True)
class Model:
    """
    What the histories of one family have in common.

    Parameters
    ----------
    shape
        Curve without its scale.
    scale_years
        Years in a unit of the curve's age.
    noise
        Standard error of a rating, points.
    spread
        Standard deviation of the logarithm of the pace.
    wander
        Points by which what an old rating tells is blurred, for the square root of a year.
    """

    shape: Shape
    scale_years: float
    noise: float
    spread: float
    wander: float = 0.0


@dataclass(frozen=True)
class Observed:
    """
    Ratings of many histories, one after the other.

    Parameters
    ----------
    first
        Row of the first rating of each history.
    months
        Months since the first rating of the history.
    back
        Years before the last rating of the history.
    pci
        Points.
    """

    first: Integers
    months: Integers
    back: Floats
    pci: Floats

    def take(self, which: Integers) -> Observed:
        """
        Take some of the histories.

        Parameters
        ----------
        which
            Their numbers.

        Returns
        -------
        observed
            In the order asked for.
        """
        counts = np.diff(np.append(self.first, len(self.pci)))[which]
        begin = (np.cumsum(counts) - counts).astype("int64")
        rows = (
            np.arange(counts.sum())
            - np.repeat(begin, counts)
            + np.repeat(self.first[which], counts)
        )
        return Observed(begin, self.months[rows], self.back[rows], self.pci[rows])


def observe(history: Integers, years: Floats, pci: Floats) -> Observed:
    """
    Lay out ratings by history.

    Parameters
    ----------
    history
        Number of the history of each rating, ascending.
    years
        Time of each rating, ascending within a history.
    pci
        Points.

    Returns
    -------
    observed
        The same ratings.
    """
    _, first, counts = np.unique(history, return_index=True, return_counts=True)
    begin = np.repeat(years[first], counts)
    last = np.repeat(years[first + counts - 1], counts)
    months = np.rint((years - begin) * MONTHS_PER_YEAR).astype("int64")
    return Observed(first.astype("int64"), months, last - years, pci)


def paces(spread: float) -> Floats:
    """
    List the paces of the grid.

    Parameters
    ----------
    spread
        Standard deviation of the logarithm of the pace.

    Returns
    -------
    paces
        Years of effective age in a year; the middle one is 1.
    """
    made: Floats = np.exp(spread * PACES)
    return made


def ages(model: Model, months: Integers) -> Floats:
    """
    Work out the effective age of every place of the grid after some months.

    Parameters
    ----------
    model
        The family.
    months
        Since the first rating.

    Returns
    -------
    ages
        In units of the scale, by row of `months`, first condition and pace.
    """
    start = model.shape.age(CONDITIONS)[None, :, None]
    moved = months[:, None, None] / (MONTHS_PER_YEAR * model.scale_years)
    made: Floats = start + moved * paces(model.spread)[None, None, :]
    return made


def log_likelihood(observed: Observed, model: Model) -> Floats:
    """
    Weigh every place of the grid against each history.

    Parameters
    ----------
    observed
        Ratings.
    model
        The family.

    Returns
    -------
    log_likelihood
        By history and place, first condition by pace.
    """
    distinct, row = np.unique(observed.months, return_inverse=True)
    expected = model.shape.at(ages(model, distinct)).reshape(len(distinct), -1)
    error = np.sqrt(model.noise**2 + model.wander**2 * observed.back)
    end = np.append(observed.first[1:], len(observed.pci)).astype("int64")
    return _sum_up(observed.first, end, row.astype("int64"), (observed.pci, error), expected)


@numba.njit(cache=True)
def _sum_up(
    first: Integers, end: Integers, row: Integers, rated: tuple[Floats, Floats], expected: Floats
) -> Floats:
    """Add up the logarithms of Huber's density over the ratings of each history."""
    pci, error = rated
    total = np.zeros((len(first), expected.shape[1]))
    for history in range(len(first)):
        for rating in range(first[history], end[history]):
            scale, constant = 1 / error[rating], np.log(error[rating])
            for place in range(expected.shape[1]):
                off = abs(expected[row[rating], place] - pci[rating]) * scale
                loss = off * off / 2 if off < _FAR else _FAR * (off - _FAR / 2)
                total[history, place] -= loss + constant
    return total


def weights(log_likelihood: Floats, *, joint: bool = True) -> tuple[Floats, float]:
    """
    Estimate how first conditions and paces are distributed over the grid.

    Parameters
    ----------
    log_likelihood
        By history and place.
    joint
        Go on, for a few steps, to let pace depend on first condition. The few steps keep the paces
        from being read too closely out of few ratings.

    Returns
    -------
    weights, total
        Share of each place, and the logarithm of the likelihood.
    """
    top = log_likelihood.max(axis=1, keepdims=True)
    fit = np.exp(log_likelihood - top)
    by_condition = fit.reshape(len(fit), len(CONDITIONS), len(PACES)) @ _PACE_WEIGHTS
    share = np.full(len(CONDITIONS), 1 / len(CONDITIONS))
    for _ in range(_ALONE_STEPS if joint else _ALONE_STEPS // 2):
        mine = by_condition * share
        share = (mine / mine.sum(axis=1, keepdims=True)).sum(axis=0) + 0.5 / len(CONDITIONS)
        share /= share.sum()
    total = float(np.log(by_condition @ share).sum() + top.sum())
    made: Floats = (share[:, None] * _PACE_WEIGHTS).ravel()
    for _ in range(_JOINT_STEPS if joint else 0):
        mine = fit * made
        made = (mine / mine.sum(axis=1, keepdims=True)).mean(axis=0)
    return made, total


def posterior(log_likelihood: Floats, weights: Floats) -> Floats:
    """
    Weigh the places of the grid for each history.

    Parameters
    ----------
    log_likelihood
        By history and place.
    weights
        Share of each place among all histories.

    Returns
    -------
    posterior
        By history and place; each history's sum is one.
    """
    mine = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) * weights
    made: Floats = mine / mine.sum(axis=1, keepdims=True)
    return made
