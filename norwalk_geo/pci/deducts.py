"""Distress → density → deduct value, with the cause of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.pci.curves import evaluate
from norwalk_geo.pci.distress import CAUSES, kinds

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.pci.sheets import Sheets

__all__ = ["deducts"]


def deducts(sheets: Sheets) -> DataFrame:
    """
    Find the deduct value of every distress.

    Parameters
    ----------
    sheets
        Checked field sheets.

    Returns
    -------
    deducts
        The rows of `sheets.distress` with `density_pct` (US units, %), `deduct` (points) and
        `cause` (load, climate or other).
    """
    rows = sheets.distress
    area = sheets.sample_units["area"].to_numpy("float64")[sheets.unit]
    code = rows["distress_code"].to_numpy("int64")
    level = rows["severity"].cat.codes.to_numpy("int64")
    density = 100.0 * rows["quantity"].to_numpy("float64") / area
    cause = pd.Categorical.from_codes(kinds().cause[code], categories=pd.Index(CAUSES))
    return rows.assign(
        density_pct=density,
        deduct=evaluate((code * 4 + level).astype("int64"), density),
        cause=cause,
    )
