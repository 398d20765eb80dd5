"""
What numbers of a section tell beyond its class, surface and ratings.

A straight-line model with bends: the last rating, the family and the numbers that the table of
sections has (width, length, area, lanes), each alone and each pair of them together. Weights are
drawn toward zero, so that what the ratings do not tell is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Layout", "bends", "layout", "numbers", "ridge"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Matrix: TypeAlias = Any
NUMBERS = ("width_ft", "area_sy", "lanes", "given_length_ft")
# The more rows, the finer: a knot for so many of them, within limits.
_ROWS_A_KNOT, _FEWEST, _MOST = 300, 8, 20
_LEAST_KNOWN = 0.8


@dataclass(frozen=True)
class _Part:
    """Terms of one quantity or pair: in each row a few places of `size` have a share."""

    places: Integers
    shares: Floats
    size: int

    def across(self, other: _Part) -> _Part:
        """Make the terms of two quantities together."""
        rows = len(self.places)
        places = self.places[:, :, None] * other.size + other.places[:, None, :]
        shares = self.shares[:, :, None] * other.shares[:, None, :]
        return _Part(places.reshape(rows, -1), shares.reshape(rows, -1), self.size * other.size)


@dataclass(frozen=True)
class Layout:
    """
    Where each quantity bends.

    Parameters
    ----------
    pci, coarse
        Knots of the last rating: fine ones, and coarse ones for its pairs.
    columns
        Knots by number of the section, where it varies and is mostly known.
    families
        Each has its own step.
    """

    pci: Floats
    coarse: Floats
    columns: Mapping[str, Floats]
    families: tuple[str, ...]

    def matrix(self, pci: Floats, family: pd.Series, known: pd.DataFrame) -> Matrix:
        """
        Lay out the terms of the model.

        Parameters
        ----------
        pci
            Last rating.
        family
            Family of each row.
        known
            Numbers of each row; a missing one is read as the middle knot.

        Returns
        -------
        matrix
            Row by term, sparse.
        """
        codes = pd.Index(self.families).get_indexer(pd.Index(family))[:, None]
        own = _Part(np.maximum(codes, 0), (codes >= 0).astype("float64"), len(self.families))
        coarse = _beside(pci, self.coarse)
        parts, before = [_beside(pci, self.pci), own, coarse.across(own)], [coarse, own]
        for name, knots in self.columns.items():
            values = known[name].fillna(knots[len(knots) // 2]).to_numpy(dtype="float64")
            part = _beside(values, knots)
            parts += [part, *(other.across(part) for other in before)]
            before.append(part)
        return _laid(parts)


def _laid(parts: list[_Part]) -> Matrix:
    """Put the terms of all quantities side by side."""
    begins = np.cumsum([0, *(part.size for part in parts)])
    places = [part.places + begin for part, begin in zip(parts, begins[:-1], strict=True)]
    columns, shares = np.hstack(places), np.hstack([part.shares for part in parts])
    ends = np.arange(len(columns) + 1) * columns.shape[1]
    shape = (len(columns), int(begins[-1]))
    return sparse.csr_array((shares.ravel(), columns.ravel(), ends), shape=shape)


def numbers(sections: Sections) -> pd.DataFrame:
    """
    Take the numbers of each section that a forecast may use.

    Parameters
    ----------
    sections
        Any of width, area, lanes and given length.

    Returns
    -------
    numbers
        Aligned to `sections`; missing where not known.
    """
    return pd.DataFrame(sections).reindex(columns=list(NUMBERS)).astype("float64")


def _beside(values: Floats, knots: Floats) -> _Part:
    """Share each value between the two knots beside it; beyond them the last one has it."""
    if len(knots) == 1:
        places = np.zeros((len(values), 1), dtype="int64")
        return _Part(places, np.ones((len(values), 1)), 1)
    place = np.interp(values, knots, np.arange(len(knots), dtype="float64"))
    left = np.minimum(place.astype("int64"), len(knots) - 2)
    shares = np.column_stack([left + 1 - place, place - left])
    return _Part(np.column_stack([left, left + 1]), shares, len(knots))


def bends(values: Floats, knots: Floats) -> Matrix:
    """
    Share each value between the two knots beside it.

    Parameters
    ----------
    values
        Any.
    knots
        Ascending.

    Returns
    -------
    shares
        Row by knot, sparse; a value beyond the knots is read at the last one.
    """
    return _laid([_beside(values, knots)])


def _knots(values: Floats, count: int) -> Floats:
    """Put knots at even shares of the values."""
    made: Floats = np.unique(np.quantile(values, np.linspace(0.02, 0.98, count)))
    return made


def layout(pci: Floats, family: pd.Series, known: pd.DataFrame) -> Layout:
    """
    Choose the knots.

    Parameters
    ----------
    pci
        Last ratings.
    family
        Family of each row.
    known
        Numbers of each row.

    Returns
    -------
    layout
        Of the quantities that vary and are mostly known.
    """
    columns, count = {}, int(np.clip(len(pci) // _ROWS_A_KNOT, _FEWEST, _MOST))
    for name in known.columns[known.notna().mean() >= _LEAST_KNOWN]:
        knots = _knots(known[name].dropna().to_numpy(), count)
        if len(knots) > 1:
            columns[str(name)] = knots
    families = tuple(sorted(set(family)))
    return Layout(_knots(pci, count), _knots(pci, count // 2), columns, families)


def ridge(matrix: Matrix, values: Floats, *, sure: float) -> Floats:
    """
    Fit weights drawn toward zero.

    Parameters
    ----------
    matrix
        Row by term, sparse.
    values
        By row.
    sure
        Standard deviation of a weight before anything is seen, in the unit of `values`.

    Returns
    -------
    weights
        By term.
    """
    penalty = float(values.var()) / sure**2
    square = (matrix.T @ matrix).toarray()
    square[np.diag_indices_from(square)] += max(penalty, 1e-9)
    return np.asarray(np.linalg.solve(square, matrix.T @ values), dtype="float64")
