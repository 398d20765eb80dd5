"""
Deduct values → the index of every sample unit, with its working.

All sheets are worked at once: deduct values are ranked within their sheet and laid out in ten
columns, since the standard never counts more than ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.pci.condition import band
from norwalk_geo.pci.curves import corrected
from norwalk_geo.pci.deducts import deducts
from norwalk_geo.pci.distress import CAUSES

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.pci.sheets import Sheets
    from norwalk_geo.schema import SamplePci

__all__ = ["rate", "working"]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_COUNTS, _MOST = 2.0, 10
_KEY = ["section_id", "sample_id", "survey_date"]
_DECIMALS = 2


@dataclass(frozen=True)
class _Ranked:
    """
    Deduct values by sheet, largest first.

    Parameters
    ----------
    kept
        Ten columns: the values that count, the last one scaled by the fraction of `allowed`.
    number, total, large
        Values found, their sum, and how many are above 2.
    highest, allowed
        The largest value and how many may count (m).
    """

    kept: Floats
    number: Ints
    total: Floats
    large: Ints
    highest: Floats
    allowed: Floats


def _rank(value: Floats, unit: Ints, count: int) -> _Ranked:
    """Rank deduct values within their sheets and keep those that count."""
    value, unit = value[value > 0], unit[value > 0]
    # One number orders by sheet and then by value: deduct values are at most 100.
    order = np.argsort(256.0 * unit - value)
    value, unit = value[order], unit[order]
    number = np.bincount(unit, minlength=count).astype("int64")
    first = np.cumsum(number) - number
    rank = np.arange(len(unit)) - first[unit]
    highest = np.zeros(count)
    highest[unit[rank == 0]] = value[rank == 0]
    allowed = np.clip(1 + 9 / 98 * (100 - highest), 1.0, float(_MOST))
    share = np.clip(allowed[unit] - rank, 0.0, 1.0)
    kept = np.zeros((count, _MOST))
    counts = rank < _MOST
    kept[unit[counts], rank[counts]] = (value * share)[counts]
    total: Floats = np.bincount(unit, weights=value, minlength=count).astype("float64")
    large = np.bincount(unit[value > _COUNTS], minlength=count).astype("int64")
    return _Ranked(kept, number, total, large, highest, allowed)


def _steps(ranked: _Ranked, surface: npt.NDArray[np.str_]) -> tuple[Ints, Floats, Floats]:
    """Find q, and for every step the total and the corrected value; missing where no step is."""
    q = (ranked.kept > _COUNTS).sum(axis=1)
    one = ranked.large <= 1
    totals = np.full((len(q), _MOST), np.nan)
    cdvs = np.full((len(q), _MOST), np.nan)
    totals[one, 0] = ranked.total[one]
    cdvs[one, 0] = np.minimum(ranked.total[one], 100.0)
    column = np.arange(_MOST)
    for left in range(1, _MOST + 1):
        rows = np.flatnonzero(~one & (q >= left))
        # Of the values above 2 the `left` largest stay; the others of them are set to 2.
        lowered = (column >= left) & (column < q[rows, None])
        totals[rows, left - 1] = np.where(lowered, _COUNTS, ranked.kept[rows]).sum(axis=1)
        cdvs[rows, left - 1] = corrected(surface[rows], totals[rows, left - 1], left)
    return np.where(one, ranked.large, q), totals, cdvs


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


def _first_total(q: Ints, totals: Floats) -> Floats:
    """Take the total of the values that count, before any is lowered."""
    return np.asarray(totals[np.arange(len(q)), np.maximum(q, 1) - 1])


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
    ranked = _rank(found["deduct"].to_numpy("float64"), sheets.unit, count)
    surface = units["surface"].to_numpy(dtype="str")
    q, totals, cdvs = _steps(ranked, surface)
    worst = np.nanmax(cdvs, axis=1)
    index = pd.Series(100.0 - worst).round(_DECIMALS)
    asphalt = units["surface"].eq("AC")
    made = units[[*_KEY, "surface", "kind"]].assign(
        pci=index.to_numpy(),
        rating=band(index, _scheme(bands)).astype("str").to_numpy(),
        area_sf=units["area"].where(asphalt),
        slabs=units["area"].mask(asphalt),
        deducts=ranked.number,
        all_deducts=ranked.total,
        highest_deduct=ranked.highest,
        allowed_deducts=ranked.allowed,
        total_deduct=_first_total(q, totals),
        q=q,
        max_cdv=worst,
        **_shares(found, sheets.unit, count),
        not_monotone=ranked.number > ranked.allowed,
        notes=units["notes"],
    )
    return made.set_index(_KEY)


def _scheme(bands: DataFrame | None) -> DataFrame:
    """Take the given bands, or the standard's seven."""
    if bands is not None:
        return bands
    return pd.DataFrame(schema.parameters("bands").xs("astm7", level="scheme"))


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
    units, found, count = sheets.sample_units, deducts(sheets), len(sheets.sample_units)
    ranked = _rank(found["deduct"].to_numpy("float64"), sheets.unit, count)
    q, totals, cdvs = _steps(ranked, units["surface"].to_numpy(dtype="str"))
    row, left = np.nonzero(~np.isnan(cdvs))
    order = np.lexsort((-left, row))
    row, left = row[order], left[order] + 1
    column = np.arange(_MOST)
    counted = ranked.kept[row]
    lowered = np.where((column >= left[:, None]) & (column < q[row, None]), _COUNTS, counted)
    value = cdvs[row, left - 1]
    made = units[_KEY].iloc[row].reset_index(drop=True)
    return made.assign(
        step=pd.Series(row).groupby(row).cumcount() + 1,
        deducts=[" + ".join(f"{one:.1f}" for one in line if one > 0) or "0" for line in lowered],
        total_deduct=totals[row, left - 1],
        q=np.minimum(left, q[row]),
        cdv=value,
        is_max=value == np.nanmax(cdvs, axis=1)[row],
    ).set_index([*_KEY, "step"])
