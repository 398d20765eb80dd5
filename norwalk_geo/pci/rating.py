"""
Deduct values → the index of every sample unit, with its working.

The working is laid out in ten columns, since the standard never counts more than ten deduct values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.pci import kernel
from norwalk_geo.pci.condition import band, scheme
from norwalk_geo.pci.curves import cdv_curves, corrected, evaluate
from norwalk_geo.pci.deducts import deducts
from norwalk_geo.pci.distress import CAUSES

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.pci.sheets import Sheets
    from norwalk_geo.schema import SamplePci

__all__ = ["highest", "rate", "warm", "work", "working"]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_COUNTS = 2.0
_KEY = ["section_id", "sample_id", "survey_date"]
_DECIMALS = 2


def work(sheets: Sheets, found: DataFrame) -> kernel.Steps:
    """
    Work every sheet from its deduct values.

    Parameters
    ----------
    sheets
        Checked field sheets.
    found
        Their deduct values.

    Returns
    -------
    steps
        By sheet.
    """
    unit, value = sheets.unit, found["deduct"].to_numpy("float64")
    if (np.diff(unit) < 0).any():
        order = np.argsort(unit, kind="stable")
        unit, value = unit[order], value[order]
    begin = np.searchsorted(unit, np.arange(len(sheets.sample_units) + 1))
    concrete = sheets.sample_units["surface"].eq("PCC").to_numpy()
    steps: kernel.Steps = kernel.steps(begin, value, concrete, cdv_curves())
    return steps


def _shares(found: DataFrame, unit: Ints, count: int) -> dict[str, Floats]:
    """Divide each sheet's deduct points by cause; missing where it has none."""
    value, code = found["deduct"].to_numpy(), found["cause"].cat.codes.to_numpy()
    by_cause = [
        np.bincount(unit, weights=np.where(code == place, value, 0.0), minlength=count)
        for place in range(len(CAUSES))
    ]
    with np.errstate(invalid="ignore"):
        whole = np.sum(by_cause, axis=0)
        return {
            f"{cause}_share_pct": 100.0 * part / whole
            for cause, part in zip(CAUSES, by_cause, strict=True)
        }


def highest(steps: kernel.Steps) -> Floats:
    """
    Take the highest corrected value of each sheet.

    Parameters
    ----------
    steps
        The working; there is always a first step.

    Returns
    -------
    max_cdv
        Points.
    """
    return np.asarray(np.fmax.reduce(steps.cdvs, axis=1))


def rate(sheets: Sheets, *, bands: DataFrame | None = None) -> SamplePci:
    """
    Rate every sample unit by ASTM D6433.

    Parameters
    ----------
    sheets
        Checked field sheets.
    bands
        One scheme of `parameters("bands")`, indexed by band. By default the standard's seven.

    Returns
    -------
    sample_pci
        One row a sheet in the order of the sheets; `pci` in points to two decimals. A sheet without
        distress is sound: 100 points.

    Examples
    --------
    >>> import pandas as pd
    >>> unit = {"section_id": "s1", "sample_id": "1", "surface": "AC", "kind": "random",
    ...         "area": 2500, "survey_date": "2024-05-01"}
    >>> found = {"section_id": "s1", "sample_id": "1", "distress_code": 1, "severity": "H",
    ...          "quantity": 25}
    >>> from norwalk_geo import pci
    >>> sheets = pci.check_sheets(pd.DataFrame([unit]), pd.DataFrame([found]), units="us")
    >>> rate(sheets)["pci"].item()
    70.0
    """
    units, found, count = sheets.sample_units, deducts(sheets), len(sheets.sample_units)
    steps = work(sheets, found)
    worst = highest(steps)
    index = pd.Series(100.0 - worst).round(_DECIMALS)
    asphalt = units["surface"].eq("AC")
    made = units[[*_KEY, "surface", "kind"]].assign(
        pci=index.to_numpy(),
        rating=band(index, scheme(bands)).astype("str").to_numpy(),
        area_sf=units["area"].where(asphalt),
        slabs=units["area"].mask(asphalt),
        deducts=steps.number,
        all_deducts=steps.total,
        highest_deduct=steps.highest,
        allowed_deducts=steps.allowed,
        total_deduct=steps.totals[np.arange(count), np.maximum(steps.q, 1) - 1],
        q=steps.q,
        max_cdv=worst,
        **_shares(found, sheets.unit, count),
        not_monotone=steps.number > steps.allowed,
        notes=units["notes"],
    )
    return made.set_index(_KEY)


def working(sheets: Sheets) -> DataFrame:
    """
    Show how every index was found.

    Parameters
    ----------
    sheets
        Checked field sheets.

    Returns
    -------
    working
        One row a sheet and step: the deduct values as text, `total_deduct`, `q`, `cdv`, and
        `is_max` where the step gives the index. A sheet without distress has one step of 0.
    """
    units, steps = sheets.sample_units, work(sheets, deducts(sheets))
    row, column = np.nonzero(~np.isnan(steps.cdvs))
    order = np.lexsort((-column, row))
    row, left = row[order], column[order] + 1
    place, kept, q = np.arange(kernel.MOST), steps.kept[row], steps.q[row]
    lowered = np.where((place >= left[:, None]) & (place < q[:, None]), _COUNTS, kept)
    value = steps.cdvs[row, left - 1]
    made = units[_KEY].iloc[row].reset_index(drop=True)
    return made.assign(
        step=pd.Series(row).groupby(row).cumcount() + 1,
        deducts=[" + ".join(f"{one:.1f}" for one in line if one > 0) or "0" for line in lowered],
        total_deduct=steps.totals[row, left - 1],
        q=np.minimum(left, q),
        cdv=value,
        is_max=value == highest(steps)[row],
    ).set_index([*_KEY, "step"])


def warm() -> None:
    """
    Compile the loops over distress and sheets, so that the first sheet does not wait.

    Returns
    -------
    nothing
        What is compiled stays on disk for the next run.
    """
    curves, no_rows = cdv_curves(), np.zeros(0)
    evaluate(np.zeros(0, dtype="int64"), no_rows)
    corrected("AC", [50.0], [2])
    kernel.steps(np.zeros(2, dtype="int64"), no_rows, np.zeros(1, dtype="bool"), curves)
