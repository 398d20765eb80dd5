"""Rows of distress: spelling, what may stand in them, and how much of a sample unit they can be."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.pci.curves import LEVELS
from norwalk_geo.pci.places import Found

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["CAUSES", "COLUMNS", "MEASURES", "Kinds", "completed", "kinds", "problems", "spelled"]

_Ints: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]

COLUMNS = ("distress_code", "severity", "quantity")
CAUSES = ("load", "climate", "other")
MEASURES = ("area", "length", "count", "slabs", "unit")
_SURFACES = ("AC", "PCC")
_WORDS = {"LOW": "L", "MEDIUM": "M", "HIGH": "H"}
_NONE = {"", "N", "NA", "N/A", "NONE", "-"}
_CODES, _JOINT_SEAL, _NO_SEVERITY = 40, 26, LEVELS.index("N")
_SLACK = 1 + 1e-6


@dataclass(frozen=True)
class Kinds:
    """
    What the standard says of each code, by code; −1 where there is no such code.

    Parameters
    ----------
    surface, measure, cause
        Places in `AC, PCC`, in `MEASURES` and among the causes.
    graded
        Whether there is a severity.
    """

    surface: _Ints
    measure: _Ints
    cause: _Ints
    graded: _Mask


@functools.cache
def kinds() -> Kinds:
    """
    Open the list of distresses as arrays by code.

    Returns
    -------
    kinds
        Of `parameters("distress_types")`.
    """
    table = schema.parameters("distress_types").reindex(range(_CODES))

    def place(column: str, names: tuple[str, ...]) -> _Ints:
        return np.asarray(pd.Categorical(table[column], categories=names).codes, dtype="int64")

    graded = table["has_severity"].eq(other=True).to_numpy()
    return Kinds(
        place("surface", _SURFACES), place("measure", MEASURES), place("cause", CAUSES), graded
    )


def spelled(severity: pd.Series) -> pd.Series:
    """
    Bring severities to one spelling.

    Parameters
    ----------
    severity
        As it came: letters or words, blank where there is none.

    Returns
    -------
    spelled
        Category of `LEVELS`, N where it was blank; missing where nobody knows what stood there.
    """
    code, values = pd.factorize(severity, use_na_sentinel=False)
    texts = ["" if pd.isna(value) else str(value).strip().upper() for value in values]
    plain = ["N" if text in _NONE else _WORDS.get(text, text) for text in texts]
    level = np.array([LEVELS.index(text) if text in LEVELS else -1 for text in plain], dtype="int8")
    return pd.Series(
        pd.Categorical.from_codes(level[code], categories=pd.Index(LEVELS)), index=severity.index
    )


def _name_problems(rows: DataFrame, unit: _Ints) -> Found:
    """Find rows that name no sheet."""
    section, sample = (rows[name].isna().to_numpy() for name in ("section_id", "sample_id"))
    lost = (unit < 0) & ~section & ~sample
    what = "is not in the list of sample units"
    return [
        ("section_id", section, "missing", "Fill it in."),
        ("sample_id", sample, "missing", "Fill it in."),
        ("sample_id", lost, what, "Add its sheet to the samples, or correct the name."),
    ]


def _code_problems(rows: DataFrame, code: _Ints, surface: _Ints) -> Found:
    """Find codes that are unknown or of the other surface."""
    missing = rows["distress_code"].isna().to_numpy()
    right = kinds().surface[code]
    wrong = (right >= 0) & (surface >= 0) & (right != surface)
    codes, remedy = "Codes are 1 to 20 on asphalt and 21 to 39 on concrete.", "Correct either."
    return [
        ("distress_code", missing, "missing", "Fill it in."),
        ("distress_code", ~missing & (right < 0), "unknown code", codes),
        ("distress_code", wrong & (right == 0), "an asphalt code on concrete", remedy),
        ("distress_code", wrong & (right == 1), "a concrete code on asphalt", remedy),
    ]


def _severity_problems(code: npt.NDArray[np.integer], level: npt.NDArray[np.integer]) -> Found:
    """Find severities that are unknown, missing, or stand where the standard has none."""
    graded, known = kinds().graded[code], kinds().surface[code] >= 0
    leave = "Leave it blank: the standard has no severity for this distress."
    needless = known & ~graded & (level >= 0) & (level != _NO_SEVERITY)
    return [
        ("severity", level < 0, "is not L, M or H", "Correct it."),
        ("severity", graded & (level == _NO_SEVERITY), "missing", "Fill in L, M or H."),
        ("severity", needless, "stands where none exists", leave),
    ]


def _together(
    quantity: npt.NDArray[np.float64], key: _Ints
) -> tuple[npt.NDArray[np.float64], _Mask, _Mask]:
    """Sum quantities of one distress in one unit; say which stand there more than once."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same = np.empty(len(key), dtype="bool")
    same[:1], same[1:] = False, ordered[1:] == ordered[:-1]
    copies = same | np.append(same[1:], False)
    group = ordered // len(LEVELS)
    begins = np.empty(len(key), dtype="bool")
    begins[:1], begins[1:] = True, group[1:] != group[:-1]
    number = np.cumsum(begins) - 1
    sums = np.bincount(number, weights=np.nan_to_num(quantity[order]))
    sizes = np.bincount(number)
    whole, twice, several = np.empty(len(key)), np.empty_like(same), np.empty_like(same)
    whole[order], twice[order], several[order] = sums[number], copies, sizes[number] > 1
    return whole, twice, several


def _quantity_problems(
    rows: DataFrame, area: npt.NDArray[np.float64], key: _Ints
) -> tuple[Found, _Mask]:
    """Find quantities that are missing, impossible or stand twice, and those that crowd a unit."""
    quantity = rows["quantity"].to_numpy("float64")
    placed = key >= 0
    code = np.where(placed, key // len(LEVELS) % 64, 0)
    measure = kinds().measure[code]
    joint, bounded = code == _JOINT_SEAL, np.isin(measure, (0, 3, 4))
    whole, twice, several = _together(quantity, key)
    over = bounded & (quantity > area * _SLACK)
    # No square foot and no slab has one distress at two severities.
    crowded = bounded & placed & ~joint & (whole > area * _SLACK)
    remedy = "Correct the quantity or the area of the sample unit."
    once = "joint seal damage is rated once a sample unit"
    copy = "a distress and severity stands twice on a sheet"
    found: Found = [
        ("quantity", np.isnan(quantity) & ~joint, "missing", "Fill it in."),
        ("quantity", quantity < 0, "is below zero", "Correct it."),
        ("quantity", over, "is over the sample unit", remedy),
        ("distress_code", joint & several & placed, once, "Keep the row of the whole unit."),
        ("distress_code", twice & ~joint & placed, copy, "Add the quantities, or drop the copy."),
    ]
    return found, crowded


def problems(rows: DataFrame, samples: DataFrame, unit: _Ints) -> tuple[Found, _Mask]:
    """
    List what is wrong with rows of distress.

    Parameters
    ----------
    rows
        Distress, in the units of the sheets.
    samples
        Sheets, in the same units.
    unit
        For each row the place of its sheet, −1 where it has none.

    Returns
    -------
    found, crowded
        Column, rows, what is wrong, what to do; and the rows of a distress whose severities
        together are more than its unit has room for, which is to be said and not refused.
    """
    given = rows["distress_code"].fillna(0).to_numpy("int64")
    code: _Ints = np.where((given > 0) & (given < _CODES), given, 0).astype("int64")
    level = rows["severity"].cat.codes.to_numpy("int64")
    # A place after the last stands for rows without a sheet.
    places = samples["surface"].map({name: k for k, name in enumerate(_SURFACES)}).fillna(-1)
    surface = np.append(places.to_numpy("int64"), -1)[unit]
    # Where a sheet has no area, that is told of the sheet and not of its rows.
    areas = samples["area"].where(samples["area"] > 0).to_numpy("float64")
    area = np.append(areas, np.nan)[unit]
    key = np.where(unit < 0, -1, (unit * 64 + code) * len(LEVELS) + np.maximum(level, 0))
    quantities, crowded = _quantity_problems(rows, area, key)
    found: Found = [
        *_name_problems(rows, unit),
        *_code_problems(rows, code, surface),
        *_severity_problems(code, level),
        *quantities,
    ]
    return found, crowded


def completed(rows: DataFrame, samples: DataFrame, unit: _Ints) -> DataFrame:
    """
    Fill in what a sheet may leave out.

    Parameters
    ----------
    rows
        Checked distress.
    samples
        Checked sheets.
    unit
        For each row the place of its sheet.

    Returns
    -------
    rows
        With `survey_date`, and all slabs where joint seal damage had no quantity.
    """
    quantity = rows["quantity"].to_numpy("float64")
    all_slabs = samples["area"].to_numpy("float64")[unit]
    return rows.assign(
        survey_date=samples["survey_date"].to_numpy()[unit],
        distress_code=rows["distress_code"].astype("int64"),
        quantity=np.where(np.isnan(quantity), all_slabs, quantity),
    )
