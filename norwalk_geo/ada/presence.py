"""Whether there is a ramp at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from norwalk_geo.schema import Features

__all__ = ["RAMP_MEASURES", "with_presence"]

RAMP_MEASURES = ("width_in", "running_slope_pct", "cross_slope_pct", "landing_length_in")


def with_presence(ramps: Features) -> Features:
    """
    Say of every ramp whether it is there.

    Parameters
    ----------
    ramps
        Uses `presence`, and the measures that only a ramp can have.

    Returns
    -------
    ramps
        With `presence` yes where it is blank beside a measure; missing where it is not known.
    """
    given = column(ramps, "presence", None).astype("str")
    measures = [column(ramps, name, np.nan).notna() for name in RAMP_MEASURES]
    measured = pd.concat(measures, axis=1).any(axis=1)
    told = given.mask(given.isna() & measured, "yes")
    return ramps.assign(presence=told.mask(told.eq("unknown")))
