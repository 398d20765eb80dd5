"""When a feature was built or last altered, as the span of days that it can have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from norwalk_geo.schema import Features

__all__ = ["built"]

Days: TypeAlias = npt.NDArray[np.int64]
_EARLIEST, _LATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


def _days(values: pd.Series) -> tuple[Days, npt.NDArray[np.bool_]]:
    """Count days since 1970."""
    known = values.notna().to_numpy(dtype="bool")
    days = values.to_numpy(dtype="datetime64[D]").astype("int64")
    return np.where(known, days, 0), known


def built(features: Features) -> tuple[Days, Days]:
    """
    Give the days between which each feature was built or last altered.

    Parameters
    ----------
    features
        Uses `date_altered`, else `date_built`, else `built_year`.

    Returns
    -------
    first, last
        Days since 1970; the whole of time where nothing is known, all of a year where only that is.
    """
    first = np.full(len(features), _EARLIEST)
    last = np.full(len(features), _LATEST)
    year = column(features, "built_year", np.nan).astype("float64")
    known = year.notna().to_numpy()
    start = (year.fillna(1970).to_numpy().astype("int64") - 1970).astype("datetime64[Y]")
    first[known] = start.astype("datetime64[D]").astype("int64")[known]
    last[known] = ((start + 1).astype("datetime64[D]").astype("int64") - 1)[known]
    for name in ("date_built", "date_altered"):
        days, known = _days(column(features, name, pd.NaT).astype("datetime64[us]"))
        first[known] = last[known] = days[known]
    return first, last
