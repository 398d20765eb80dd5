"""
What numbers of a section tell beyond its class, surface and ratings.

A straight-line model with steps: the last rating, the family and the numbers that the table of
sections has (width, length, area, lanes) each bend at a few knots. Weights are drawn toward zero,
so that what the ratings do not tell is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Layout", "bends", "layout", "numbers", "ridge"]

Floats: TypeAlias = npt.NDArray[np.float64]
NUMBERS = ("width_ft", "area_sy", "lanes", "given_length_ft")
_PCI_KNOTS, _NUMBER_KNOTS, _CROSSED = 10, 7, 4
_LEAST_KNOWN = 0.8


@dataclass(frozen=True)
class Layout:
    """
    Where each quantity bends.

    Parameters
    ----------
    pci, crossed
        Knots of the last rating: fine ones, and coarse ones for its products with the numbers.
    columns
        Knots by number of the section, where it varies and is mostly known.
    families
        Each has its own step.
    """

    pci: Floats
    crossed: Floats
    columns: Mapping[str, Floats]
    families: tuple[str, ...]

    def matrix(self, pci: Floats, family: pd.Series, known: pd.DataFrame) -> Floats:
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
            Row by term.
        """
        codes = pd.Index(self.families).get_indexer(pd.Index(family))
        own = np.zeros((len(pci), len(self.families)))
        own[np.flatnonzero(codes >= 0), codes[codes >= 0]] = 1
        coarse = bends(pci, self.crossed)
        parts = [bends(pci, self.pci), own]
        for name, knots in self.columns.items():
            values = known[name].fillna(knots[len(knots) // 2]).to_numpy(dtype="float64")
            parts.append(bends(values, knots))
            rank = np.interp(values, knots, np.linspace(-1, 1, len(knots)))
            parts.append(coarse * rank[:, None])
        return np.column_stack(parts)


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


def bends(values: Floats, knots: Floats) -> Floats:
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
        Row by knot; a value beyond the knots is read at the last one.
    """
    if len(knots) == 1:
        return np.ones((len(values), 1))
    place = np.interp(values, knots, np.arange(len(knots), dtype="float64"))
    left = np.minimum(place.astype("int64"), len(knots) - 2)
    made = np.zeros((len(values), len(knots)))
    rows = np.arange(len(values))
    made[rows, left] = left + 1 - place
    made[rows, left + 1] = place - left
    return made


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
    columns = {}
    for name in known.columns[known.notna().mean() >= _LEAST_KNOWN]:
        knots = _knots(known[name].dropna().to_numpy(), _NUMBER_KNOTS)
        if len(knots) > 1:
            columns[str(name)] = knots
    return Layout(
        _knots(pci, _PCI_KNOTS), _knots(pci, _CROSSED), columns, tuple(sorted(set(family)))
    )


def ridge(matrix: Floats, values: Floats, *, sure: float) -> Floats:
    """
    Fit weights drawn toward zero.

    Parameters
    ----------
    matrix
        Row by term.
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
    square = matrix.T @ matrix
    square[np.diag_indices_from(square)] += max(penalty, 1e-9)
    return np.asarray(np.linalg.solve(square, matrix.T @ values), dtype="float64")
