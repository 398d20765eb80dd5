"""
Units of length, area and slope, and what turns a column of one into another.

Slopes are written in four ways that a factor does not join: percent, a ratio of one, degrees, and
1:n. A cell that carries the mark of another unit shows that a column mixes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.schema.convert import TYPES

if TYPE_CHECKING:
    from pandas import Series

__all__ = ["AREAS", "LENGTHS", "SLOPES", "factor", "is_slope", "marks", "to_percent"]

# Feet and square feet in one unit. The two feet of the United States differ by 2 in a million.
LENGTHS = {
    "ft": 1.0,
    "in": 1 / 12,
    "yd": 3.0,
    "mi": 5280.0,
    "m": 1 / 0.3048,
    "cm": 0.01 / 0.3048,
    "mm": 0.001 / 0.3048,
    "km": 1000 / 0.3048,
}
AREAS = {"sf": 1.0, "sy": 9.0, "acres": 43560.0, "m2": 1 / 0.09290304}
_STEEPEST_DEGREES, _STEEPEST_RATIO = 45.0, 1.0
_MARKS = {"%": r"%|percent", "degrees": r"°|deg", "1:n": r"^\s*1\s*:"}


def factor(unit: str, ours: str) -> float:
    """
    Find what turns a number of one unit into another.

    Parameters
    ----------
    unit
        Unit of length or area.
    ours
        Unit wanted.

    Returns
    -------
    factor
        What a number is multiplied by.

    Raises
    ------
    ValueError
        Nothing turns the one into the other; the text says which units would do.

    Examples
    --------
    >>> factor("ft", "in")
    12.0
    """
    for sizes in (LENGTHS, AREAS):
        if ours in sizes:
            if unit in sizes:
                return round(sizes[unit] / sizes[ours], 12)
            raise ValueError(f"one of {', '.join(sizes)}")
    raise ValueError(f"no unit: the column is in {ours or 'no unit'}")


def is_slope(column: str) -> bool:
    """
    Tell whether a column is a slope, which files write in several units.

    Parameters
    ----------
    column
        Name of a column.

    Returns
    -------
    is_slope
        By its name.

    Examples
    --------
    >>> is_slope("cross_slope_pct"), is_slope("share_pct")
    (True, False)
    """
    return column.endswith(("_slope_pct", "_grade_pct"))


def marks(values: Series) -> list[str]:
    """
    Name the units whose marks stand in the cells of a column of slopes.

    Parameters
    ----------
    values
        Cells as they were read.

    Returns
    -------
    units
        `%`, `degrees` or `1:n`; none where all cells are plain numbers.

    Examples
    --------
    >>> marks(pd.Series(["8.3%", "1:12", "7"]))
    ['%', '1:n']
    """
    if pd.api.types.is_numeric_dtype(values):
        return []
    text = values.dropna().astype("str").str.lower()
    return [unit for unit, pattern in _MARKS.items() if text.str.contains(pattern).any()]


def _plain(values: Series, unit: str) -> tuple[Series, Series]:
    """Read numbers that may carry the mark of their own unit, and nothing else's."""
    if pd.api.types.is_numeric_dtype(values) or unit not in _MARKS:
        return TYPES["number"][0](values)
    text = values.astype("str").str.strip().mask(values.isna())
    ending = r"^1\s*:\s*" if unit == "1:n" else r"\s*(?:%|percent|°|deg(?:rees)?)$"
    own = text.str.contains(_MARKS[unit], case=False, regex=True).fillna(value=False).astype("bool")
    bare = text.str.replace(ending, "", regex=True, case=False)
    return TYPES["number"][0](text.where(~own, bare))


def _from_n(number: Series) -> Series:
    return (100 / number.mask(number.eq(0))).astype("float64")


def _from_degrees(number: Series) -> Series:
    slope: Series = np.tan(np.radians(number)) * 100
    return slope


SLOPES: dict[str, Callable[[Series], Series]] = {
    "%": lambda number: number,
    "ratio": lambda number: number * 100,
    "degrees": _from_degrees,
    "1:n": _from_n,
}
_POSSIBLE: dict[str, Callable[[Series], Series]] = {
    "%": lambda number: number.abs() <= 100,  # noqa: PLR2004 - a slope of one
    "ratio": lambda number: number.abs() <= _STEEPEST_RATIO,
    "degrees": lambda number: number.abs() <= _STEEPEST_DEGREES,
    "1:n": lambda number: number.abs() >= 1,
}


def to_percent(values: Series, unit: str) -> tuple[Series, Series]:
    """
    Bring slopes to percent.

    Parameters
    ----------
    values
        Numbers, or texts such as `1:12` and `8.3%` that carry the mark of this unit.
    unit
        `%`, `ratio` (0.083), `degrees` or `1:n` (12, or 1:12).

    Returns
    -------
    slope_pct, bad
        Percent, missing where nothing is given; and the cells that are no slope in this unit:
        other text, the mark of another unit, or steeper than 1:1.

    Examples
    --------
    >>> slope, bad = to_percent(pd.Series(["1:12", "10", "8.3%"]), "1:n")
    >>> slope.round(2).tolist(), bad.tolist()
    ([8.33, 10.0, nan], [False, False, True])
    """
    number, bad = _plain(values, unit)
    bad |= number.notna() & ~_POSSIBLE[unit](number)
    return SLOPES[unit](number.mask(bad)), bad
