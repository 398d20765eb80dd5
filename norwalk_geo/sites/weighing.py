"""
Alternatives that a planner names, weighed by pairs (Saaty's analytic hierarchy process).

It answers only what the planner judges, is off by default, and is never published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import Problem, SchemaError

__all__ = ["Weighed", "weigh"]

# Mean consistency index of random judgments by number of items (Saaty, The Analytic Hierarchy
# Process, 1980).
_RANDOM = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
_LEAST, _MOST, _STRONGEST, _CHANGE = 2, 10, 9.0, 1.5


@dataclass(frozen=True, eq=False)
class Weighed:
    """
    Weights that follow from judgments.

    Parameters
    ----------
    weights
        By item; they sum to 1.
    consistency_ratio
        Up to 0.1 is usual; above it the judgments contradict each other.
    first_stays
        Whether the first item stays first when any one judgment is half as strong again, or weaker
        by as much.
    """

    weights: pd.Series
    consistency_ratio: float
    first_stays: bool


def _vector(matrix: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    """Find the main eigenvector, summing to 1, and its value."""
    values, vectors = np.linalg.eig(matrix)
    best = int(np.argmax(values.real))
    vector = np.abs(vectors[:, best].real)
    return vector / vector.sum(), float(values[best].real)


def _checked(pairs: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Refuse judgments that are none."""
    problems = []
    if list(pairs.index) != list(pairs.columns) or not _LEAST <= len(pairs) <= _MOST:
        what = "must have the same 2 to 10 items down and across"
        raise SchemaError.of("pairs", [Problem("index", what, remedy="Name them alike.")])
    matrix = pairs.to_numpy("float64")
    outside = ~((matrix >= 1 / _STRONGEST - 1e-9) & (matrix <= _STRONGEST + 1e-9))
    uneven = ~np.isclose(matrix * matrix.T, 1.0, rtol=0.01)
    for bad, what, remedy in (
        (outside, "is not from 1/9 to 9", "Judge on Saaty's scale."),
        (uneven, "is not one over the judgment the other way", "Judge each pair once."),
    ):
        if bad.any():
            rows = tuple(map(str, np.asarray(pairs.index)[bad.any(axis=1)]))
            problems.append(Problem("pairs", what, rows, remedy))
    if problems:
        raise SchemaError.of("pairs", problems)
    return matrix


def weigh(pairs: pd.DataFrame) -> Weighed:
    """
    Turn judgments by pairs into weights, and say how far they agree with each other.

    Parameters
    ----------
    pairs
        How many times the item of the row matters as much as that of the column, 1/9 to 9.

    Returns
    -------
    weighed
        Weights, consistency ratio and whether the first place stands when judgments change.

    Raises
    ------
    SchemaError
        The judgments are none.

    References
    ----------
    .. [1] T. Saaty, *The Analytic Hierarchy Process*, McGraw-Hill, 1980.

    Examples
    --------
    >>> items = ["bridge", "crossing"]
    >>> weigh(pd.DataFrame([[1, 3], [1 / 3, 1]], items, items)).weights.tolist()
    [0.75, 0.25]
    """
    matrix = _checked(pairs)
    size = len(matrix)
    weights, value = _vector(matrix)
    index = (value - size) / (size - 1)
    ratio = max(index / _RANDOM[size], 0.0) if _RANDOM[size] else 0.0
    first, stays = int(np.argmax(weights)), True
    for row, column in zip(*np.triu_indices(size, 1), strict=True):
        for factor in (_CHANGE, 1 / _CHANGE):
            other = matrix.copy()
            other[row, column] *= factor
            other[column, row] = 1 / other[row, column]
            stays &= int(np.argmax(_vector(other)[0])) == first
    named = pd.Series(weights.round(12), index=pairs.index, name="weight")
    return Weighed(named, round(ratio, 6), bool(stays))
