"""
The printed curves as functions: density → deduct value, total → corrected deduct value.

Each curve passes through the points that were read off the chart, is made to rise where a reading
dips, and is interpolated without overshoot. Outside its chart a curve is held at its end.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.pci import kernel

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["LEVELS", "cdv_curves", "corrected", "deduct", "evaluate"]

Floats: TypeAlias = npt.NDArray[np.float64]

LEVELS = ("L", "M", "H", "N")
_NONE = LEVELS.index("N")
_CODES, _LAST_ASPHALT = 40, 20
_SURFACES = ("AC", "PCC")
_TOP = 100.0


def _pieces(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Make the curve through points: least-squares rising, without overshoot."""
    from scipy.interpolate import PchipInterpolator
    from scipy.optimize import isotonic_regression

    smooth = PchipInterpolator(x, isotonic_regression(np.minimum(y, _TOP)).x)
    return smooth.x, smooth.c.T


def _table(points: Mapping[int, tuple[Floats, Floats]], size: int) -> kernel.Curves:
    """Lay curves out as arrays."""
    longest = max(len(x) for x, _ in points.values())
    knots, pieces = np.zeros((size, longest)), np.zeros((size, longest, 4))
    count = np.zeros(size, dtype="int64")
    for curve, (x, y) in points.items():
        at, found = _pieces(x, y)
        count[curve] = len(at)
        knots[curve, : len(at)] = at
        pieces[curve, : len(found)] = found
    return kernel.Curves(knots, count, pieces)


def _groups(table: pd.Series, level: str) -> Iterable[tuple[tuple[str, str], Floats, Floats]]:
    """Divide a table of points into curves: key, x and y."""
    flat = table.reset_index()
    keys = [name for name in flat.columns if name not in (level, table.name)]
    for key, rows in flat.groupby(keys):
        one, two = map(str, key)
        yield (one, two), rows[level].to_numpy("float64"), rows[table.name].to_numpy("float64")


@functools.cache
def _types() -> DataFrame:
    return schema.parameters("distress_types")


@functools.cache
def _deduct_curves() -> kernel.Curves:
    """Lay out the deduct curves by four times the code plus the severity's place in `LEVELS`."""
    table = schema.parameters("deduct_curves")["deduct"]
    points = {}
    for (code, severity), x, y in _groups(table, "density_pct"):
        # Asphalt charts have a logarithmic scale of density, concrete charts a plain one.
        scaled = np.log10(x) if int(code) <= _LAST_ASPHALT else x
        points[int(code) * len(LEVELS) + LEVELS.index(severity)] = scaled, y
    return _table(points, _CODES * len(LEVELS))


@functools.cache
def cdv_curves() -> kernel.Curves:
    """
    Lay out the correction curves.

    Returns
    -------
    curves
        Asphalt by q, concrete by 11 + q.
    """
    table = schema.parameters("cdv_curves")["cdv"]
    size = kernel.MOST + 1
    points = {
        _SURFACES.index(surface) * size + int(q): (x, y)
        for (surface, q), x, y in _groups(table, "total_deduct")
    }
    return _table(points, len(_SURFACES) * size)


def evaluate(curve: npt.NDArray[np.int64], density_pct: Floats) -> Floats:
    """
    Read deduct values off their curves.

    Parameters
    ----------
    curve
        Four times the distress code plus the severity's place in `LEVELS`; every one exists.
    density_pct
        Density in US units, %. Zero density has no deduct.

    Returns
    -------
    deduct
        Points, 0–100; missing where the density is.
    """
    last = _LAST_ASPHALT * len(LEVELS) + _NONE
    return np.asarray(kernel.evaluate(_deduct_curves(), curve, density_pct, last))


def _levels(severity: npt.ArrayLike, code: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Turn severities into their places in `LEVELS`, −1 where unknown; none where there is none."""
    text = np.asarray(severity, dtype="object")
    known = {"l": 0, "m": 1, "h": 2}
    names = [known.get(str(one).strip().lower(), -1) for one in text.ravel()]
    level = np.array(names, dtype="int64").reshape(text.shape)
    plain = ~_types()["has_severity"].reindex(range(_CODES), fill_value=True).to_numpy()
    return np.where(plain[np.clip(code, 0, _CODES - 1)], _NONE, level)


def deduct(
    surface: npt.ArrayLike,
    code: npt.ArrayLike,
    severity: npt.ArrayLike,
    density_pct: npt.ArrayLike,
) -> Floats:
    """
    Read deduct values off the curves of ASTM D6433.

    Parameters
    ----------
    surface
        `AC` or `PCC`.
    code
        Code of the distress.
    severity
        `L`, `M` or `H`. Where the standard has no severity, whatever stands here is ignored.
    density_pct
        Density in US units, %: sf, ft or counts per sf, or slabs per slab. It is held at the ends
        of its chart; zero has no deduct.

    Returns
    -------
    deduct
        Points, 0–100, in the shape that the four together have; missing where the density is.

    Raises
    ------
    SchemaError
        A code is not one of its surface, a severity is unknown, or a density is below zero.

    Examples
    --------
    >>> deduct("AC", [1, 12], ["H", ""], [1.0, 100.0]).round(1)
    array([30. , 20.6])
    """
    numbers = np.asarray(code, dtype="int64")
    level = _levels(severity, numbers)
    names, numbers, level, density = np.broadcast_arrays(
        np.asarray(surface, dtype="str"), numbers, level, np.asarray(density_pct, dtype="float64")
    )
    right = _types()["surface"].astype("object").reindex(numbers.ravel()).to_numpy()
    checks = [
        (right != names.ravel(), "code", "is no distress of that surface"),
        (level.ravel() < 0, "severity", "is not L, M or H"),
        (density.ravel() < 0, "density_pct", "is below 0 %"),
    ]
    problems = [
        Problem(where, what, tuple(f"place {i}" for i in np.flatnonzero(bad)), "Correct it.")
        for bad, where, what in checks
        if bad.any()
    ]
    if problems:
        raise SchemaError.of("deduct", problems)
    return evaluate((numbers * 4 + level).ravel(), density.ravel()).reshape(density.shape)


def corrected(surface: npt.ArrayLike, total_deduct: npt.ArrayLike, q: npt.ArrayLike) -> Floats:
    """
    Read corrected deduct values off the curves of ASTM D6433.

    Parameters
    ----------
    surface
        `AC` or `PCC`.
    total_deduct
        Sum of deduct values, points. Above 200 the chart is held.
    q
        Deduct values above 2. One or none leaves the total as it is. The asphalt chart ends at 7,
        the concrete one at 10: larger numbers are read there.

    Returns
    -------
    cdv
        Points, 0–100 and never above the total, in the shape that the three together have.

    Raises
    ------
    SchemaError
        A surface is unknown.

    Examples
    --------
    >>> corrected("AC", [100, 100, 15], [1, 2, 2]).round(1)
    array([100. ,  69.8,  11. ])
    """
    names, total, number = np.broadcast_arrays(
        np.asarray(surface, dtype="str"),
        np.asarray(total_deduct, dtype="float64"),
        np.asarray(q, dtype="int64"),
    )
    strange = sorted(set(np.unique(names).tolist()) - {"AC", "PCC"})
    if strange:
        what = f"unknown value ({', '.join(map(repr, strange))})"
        raise SchemaError.of("corrected", [Problem("surface", what, remedy="Use AC or PCC.")])
    curves, concrete = cdv_curves(), (names == "PCC").ravel()
    found = kernel.read_cdv(curves, concrete, total.ravel(), number.ravel())
    return np.asarray(found).reshape(total.shape)
