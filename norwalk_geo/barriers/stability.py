"""
Which barriers stay at the top whatever the weights are, within a box around the city's own.

A sum is linear in its weights, so one barrier can pass another within the box only if it does in
the corner where each weight favors it most. Who can be passed by fewer than there is room for stays
at the top: that is a proof. Who falls out in a corner of the box does not stay. The rest is open.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.barriers.weights import ADDENDS, Weights

if TYPE_CHECKING:
    from norwalk_geo.schema import Barriers

__all__ = ["top_stays"]

_Values = npt.NDArray[np.float64]
# Sums nearer than this are equal: the rest is rounding.
_NOISE = 1e-9


def _box(weights: Weights) -> tuple[_Values, _Values]:
    """Take the least and the greatest of each weight."""
    each = np.array(weights.each)
    return each * (1 - weights.change_pct / 100), each * (1 + weights.change_pct / 100)


def _place(sums: _Values, top: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Count who stands before each of the top; rows come in the order of ids."""
    row = np.arange(len(sums))
    return np.array(
        [
            int(((sums > sums[one] + _NOISE) | ((sums >= sums[one] - _NOISE) & (row < one))).sum())
            for one in top
        ],
        dtype="int64",
    )


def _passers(points: _Values, one: int, low: _Values, high: _Values) -> int:
    """Count who can pass a barrier somewhere in the box."""
    more = points - points[one]
    most = np.maximum(more * low, more * high).sum(axis=1)
    row = np.arange(len(points))
    can = (most > _NOISE) | ((most >= -_NOISE) & (row < one))
    return int(can.sum() - can[one])


def top_stays(barriers: Barriers, weights: Weights) -> pd.Series:
    """
    Say which of the top stay there when every weight changes on its own.

    Parameters
    ----------
    barriers
        As `rank` gives them; points that are not known count as none, as they do in the sum.
    weights
        The weights, the size of the top and the change in percent.

    Returns
    -------
    top_stays
        Aligned to `barriers`: `yes` (proved for all weights in the box), `no` (out of the top in
        a corner of the box), `open` (neither), missing for those not at the top.

    Examples
    --------
    >>> rows = {f"{name}_points": [90.0, 10.0] for name in ADDENDS} | {"rank": [1, 2]}
    >>> frame = pd.DataFrame(rows, index=pd.Index(["a", "b"], name="barrier_id"))
    >>> top_stays(frame, Weights(top=1)).tolist()
    ['yes', nan]
    """
    ordered = barriers.sort_index(kind="stable")
    names = [f"{name}_points" for name in ADDENDS]
    points = ordered[names].astype("float64").fillna(0.0).to_numpy()
    top = np.flatnonzero(ordered["rank"].le(weights.top).to_numpy())
    low, high = _box(weights)
    passers = np.array([_passers(points, int(one), low, high) for one in top], dtype="int64")
    last = np.zeros(len(top), dtype="int64")
    for corner in product(*zip(low, high, strict=True)):
        last = np.maximum(last, _place(points @ np.array(corner), top))
    falls = np.where(last >= weights.top, "no", "open")
    words = np.where(passers < weights.top, "yes", falls)
    said = pd.Series(words, index=ordered.index[top], dtype="str")
    return said.reindex(barriers.index).rename("top_stays")
