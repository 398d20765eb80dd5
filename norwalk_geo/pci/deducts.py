"""Distress → density → deduct value, with the cause of each."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from norwalk_geo import schema
from norwalk_geo.pci.curves import LEVELS, evaluate

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.pci.sheets import Sheets

__all__ = ["deducts"]


@functools.cache
def _types() -> DataFrame:
    return schema.parameters("distress_types")


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
    level = rows["severity"].map({name: i for i, name in enumerate(LEVELS)}).to_numpy("int64")
    density = 100.0 * rows["quantity"].to_numpy("float64") / area
    cause = _types()["cause"].reindex(range(40)).astype("category")
    return rows.assign(
        density_pct=density,
        deduct=evaluate((code * 4 + level).astype("int64"), density),
        cause=cause.array.take(code),
    )
