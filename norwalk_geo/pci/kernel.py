"""
The loops over distress and over sample units, compiled.

Each sheet is worked as the standard tells it: largest deduct value first, the ones that count, then
step by step the smallest above 2 set to 2. Sheets share nothing, so all cores work on them; values
are sorted before they are summed: the same sheets in any order give the same bits.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit, prange

__all__ = ["Curves", "Steps", "evaluate", "read_cdv", "steps"]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

MOST = 10
_COUNTS, _TOP = 2.0, 100.0
# The chart of corrected values begins here; below it is read straight from the origin.
_CHART_FROM = 30.0
_LAST_Q_ASPHALT, _LAST_Q_CONCRETE = 7, 10


class Curves(NamedTuple):
    """
    Curves as cubic pieces.

    Parameters
    ----------
    knots
        Where the pieces begin and the last one ends, by curve.
    size
        Knots of each curve; 0 where there is no such curve.
    pieces
        Coefficients by curve and piece, highest power first.
    """

    knots: Floats
    size: Ints
    pieces: Floats


class Steps(NamedTuple):
    """
    The working of every sheet.

    Parameters
    ----------
    kept
        Ten columns: the deduct values that count, largest first, the last one scaled by the
        fraction of `allowed`.
    totals, cdvs
        Total and corrected value by step: column k leaves k + 1 of the values above 2 as they are.
        Missing where there is no such step.
    number, q
        Deduct values found; values above 2 among those that count.
    total, highest, allowed
        Sum of all values, the largest, and how many may count (m).
    """

    kept: Floats
    totals: Floats
    cdvs: Floats
    number: Ints
    q: Ints
    total: Floats
    highest: Floats
    allowed: Floats


@njit(cache=True)
def _read(curves: Curves, curve: int, at: float) -> float:
    """Read one curve at one place, held at its ends."""
    knots, last = curves.knots[curve], curves.size[curve] - 1
    at = min(max(at, knots[0]), knots[last])
    piece = 0
    while piece < last - 1 and at >= knots[piece + 1]:
        piece += 1
    t = at - knots[piece]
    a, b, c, d = curves.pieces[curve, piece]
    value: float = ((a * t + b) * t + c) * t + d
    return min(max(value, 0.0), _TOP)


@njit(cache=True, parallel=True)
def evaluate(curves: Curves, curve: Ints, density_pct: Floats, last_logarithmic: int) -> Floats:
    """
    Read deduct values off their curves.

    Parameters
    ----------
    curves
        Deduct curves.
    curve
        Which one, by row.
    density_pct
        Density by row, %.
    last_logarithmic
        Curves up to this one are over the decimal logarithm of the density.

    Returns
    -------
    deduct
        Points; 0 where the density is 0, missing where it is.
    """
    found = np.empty(len(curve))
    for row in prange(len(curve)):
        at = density_pct[row]
        if at <= 0.0 or np.isnan(at):
            found[row] = 0.0 if at <= 0.0 else np.nan
            continue
        if curve[row] <= last_logarithmic:
            at = np.log10(at)
        found[row] = _read(curves, curve[row], at)
    return found


@njit(cache=True)
def _read_cdv(curves: Curves, is_concrete: bool, total: float, q: int) -> float:  # noqa: FBT001
    """Read one corrected deduct value."""
    if q <= 1 or np.isnan(total):
        return min(total, _TOP)
    curve = MOST + 1 + min(q, _LAST_Q_CONCRETE) if is_concrete else min(q, _LAST_Q_ASPHALT)
    value = _read(curves, curve, max(total, _CHART_FROM))
    if total < _CHART_FROM:
        value *= total / _CHART_FROM
    return min(value, total, _TOP)


@njit(cache=True)
def read_cdv(curves: Curves, is_concrete: npt.NDArray[np.bool_], total: Floats, q: Ints) -> Floats:
    """
    Read corrected deduct values.

    Parameters
    ----------
    curves
        Correction curves: asphalt by q, then concrete by 11 + q.
    is_concrete
        Whether the pavement is concrete, by row.
    total
        Sum of deduct values.
    q
        Deduct values above 2.

    Returns
    -------
    cdv
        Points, never above the total; missing where that is.
    """
    found = np.empty(len(total))
    for row in range(len(total)):
        found[row] = _read_cdv(curves, is_concrete[row], total[row], q[row])
    return found


@njit(cache=True)
def _sort(values: Floats, count: int) -> None:
    """Sort a few values in place, largest first."""
    for k in range(1, count):
        value, place = values[k], k
        while place > 0 and values[place - 1] < value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value


@njit(cache=True)
def _sheet(made: Steps, unit: int, values: Floats, curves: Curves, is_concrete: bool) -> None:  # noqa: FBT001
    """Work one sheet; `values` are sorted and above 0."""
    large = 0
    for value in values:
        made.total[unit] += value
        large += value > _COUNTS
    made.number[unit] = len(values)
    made.highest[unit] = values[0] if len(values) else 0.0
    allowed = min(max(1 + 9 / 98 * (100 - made.highest[unit]), 1.0), float(MOST))
    made.allowed[unit] = allowed
    kept = made.kept[unit]
    for k in range(min(len(values), MOST)):
        kept[k] = values[k] * min(max(allowed - k, 0.0), 1.0)
    if large <= 1:
        made.q[unit] = large
        made.totals[unit, 0] = made.total[unit]
        made.cdvs[unit, 0] = min(made.total[unit], _TOP)
        return
    q, small = 0, 0.0
    for value in kept:
        q += value > _COUNTS
        small += value if value <= _COUNTS else 0.0
    made.q[unit] = q
    stays = 0.0
    for left in range(1, q + 1):
        stays += kept[left - 1]
        total = stays + _COUNTS * (q - left) + small
        made.totals[unit, left - 1] = total
        made.cdvs[unit, left - 1] = _read_cdv(curves, is_concrete, total, left)


@njit(cache=True, parallel=True)
def steps(begin: Ints, value: Floats, is_concrete: npt.NDArray[np.bool_], curves: Curves) -> Steps:
    """
    Work every sheet.

    Parameters
    ----------
    begin
        Where each sheet's deduct values begin, and where the last one's end.
    value
        Deduct values, by sheet.
    is_concrete
        By sheet.
    curves
        Correction curves.

    Returns
    -------
    steps
        By sheet.
    """
    count = len(is_concrete)
    made = Steps(
        np.zeros((count, MOST)),
        np.full((count, MOST), np.nan),
        np.full((count, MOST), np.nan),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count),
    )
    for unit in prange(count):
        values = value[begin[unit] : begin[unit + 1]].copy()
        _sort(values, len(values))
        positive = 0
        while positive < len(values) and values[positive] > 0.0:
            positive += 1
        _sheet(made, unit, values[:positive], curves, is_concrete[unit])
    return made
