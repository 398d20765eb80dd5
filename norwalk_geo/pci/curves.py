"""
The printed curves as functions: density → deduct value, total → corrected deduct value.

Each curve passes through the points that were read off the chart, is made to rise where a reading
dips, and is interpolated without overshoot. Outside its chart a curve is held at its end.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["LEVELS", "corrected", "deduct", "evaluate"]

Floats: TypeAlias = npt.NDArray[np.float64]
Curve: TypeAlias = Callable[[Floats], Floats]

LEVELS = ("L", "M", "H", "N")
_NONE = LEVELS.index("N")
_CODES = 40
_TOP = 100.0
# The chart of corrected values begins here; below it is read straight from the origin.
_CHART_FROM = 30.0


def _rising(x: Floats, y: Floats) -> Curve:
    """Make the curve through points: least-squares rising, without overshoot, held at its ends."""
    from scipy.interpolate import PchipInterpolator
    from scipy.optimize import isotonic_regression

    smooth = PchipInterpolator(x, isotonic_regression(np.minimum(y, _TOP)).x)

    def curve(at: Floats) -> Floats:
        return np.asarray(np.clip(smooth(np.clip(at, x[0], x[-1])), 0.0, _TOP))

    return curve


@functools.cache
def _types() -> DataFrame:
    return schema.parameters("distress_types")


@functools.cache
def _deduct_curves() -> dict[int, Curve]:
    """Make every deduct curve, by four times the code plus the severity's place in `LEVELS`."""
    made: dict[int, Curve] = {}
    table = schema.parameters("deduct_curves")["deduct"]
    surfaces = _types()["surface"]
    for key, points in table.groupby(level=["distress_code", "severity"]):
        code, severity = key[0], key[1]  # type: ignore[index]
        x = points.index.get_level_values("density_pct").to_numpy("float64")
        # Asphalt charts have a logarithmic scale of density, concrete charts a plain one.
        scaled = np.log10(x) if surfaces[code] == "AC" else x
        made[int(code) * 4 + LEVELS.index(str(severity))] = _rising(
            scaled, points.to_numpy("float64")
        )
    return made


@functools.cache
def _cdv_curves() -> dict[tuple[str, int], Curve]:
    """Make every correction curve above q = 1."""
    made = {}
    table = schema.parameters("cdv_curves")["cdv"]
    for key, points in table.groupby(level=["surface", "q"]):
        surface, q = key[0], key[1]  # type: ignore[index]
        x = points.index.get_level_values("total_deduct").to_numpy("float64")
        made[str(surface), int(q)] = _rising(x, points.to_numpy("float64"))
    return made


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
    curves = _deduct_curves()
    found = np.empty(len(curve))
    order = np.argsort(curve, kind="stable")
    kinds, starts = np.unique(curve[order], return_index=True)
    for kind, rows in zip(kinds.tolist(), np.split(order, starts[1:]), strict=True):
        at = density_pct[rows]
        if kind // 4 <= _LAST_ASPHALT:
            with np.errstate(divide="ignore", invalid="ignore"):
                at = np.log10(at)
        found[rows] = curves[kind](at)
    return np.where(density_pct == 0, 0.0, found)


_LAST_ASPHALT = 20


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
    flat, result = total.ravel(), np.minimum(total.ravel(), _TOP)
    ends = {"AC": 7, "PCC": 10}
    for surf, end in ends.items():
        here = names.ravel() == surf
        held = np.minimum(number.ravel(), end)
        for one in np.unique(held[here]).tolist():
            if one > 1:
                rows = np.flatnonzero(here & (held == one))
                result[rows] = _read_cdv(_cdv_curves()[surf, one], flat[rows])
    return np.asarray(result.reshape(total.shape))


def _read_cdv(curve: Curve, total: Floats) -> Floats:
    """Read one correction curve; below its chart in a straight line from the origin."""
    chart = curve(total)
    first = curve(np.array([_CHART_FROM]))[0]
    value = np.where(total < _CHART_FROM, total * first / _CHART_FROM, chart)
    return np.asarray(np.minimum(value, np.minimum(total, _TOP)))
