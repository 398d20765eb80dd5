"""Rows of distress: spelling, what may stand in them, and how much of a sample unit they can be."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.pci.places import Found

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["COLUMNS", "completed", "measures", "problems", "spelled"]

_Ints: TypeAlias = npt.NDArray[np.int64]

COLUMNS = ("distress_code", "severity", "quantity")
_WORDS = {"LOW": "L", "MEDIUM": "M", "HIGH": "H"}
_NONE = {"", "N", "NA", "N/A", "NONE", "-"}
_JOINT_SEAL = 26
_SLACK = 1 + 1e-6


@functools.cache
def _types() -> DataFrame:
    return schema.parameters("distress_types")


def measures(code: pd.Series) -> pd.Series:
    """
    Tell how distresses are measured.

    Parameters
    ----------
    code
        Codes of distresses.

    Returns
    -------
    measure
        `area`, `length`, `count`, `slabs` or `unit`, aligned to `code`; missing where unknown.
    """
    return code.map(_types()["measure"])


def spelled(rows: DataFrame) -> DataFrame:
    """
    Bring severities to one spelling.

    Parameters
    ----------
    rows
        Distress as it came.

    Returns
    -------
    spelled
        `severity` L, M, H, or N where it was blank; what else stood there stays.
    """
    plain = {}
    for value in rows["severity"].unique():
        text = "" if pd.isna(value) else str(value).strip().upper()
        plain[value] = "N" if text in _NONE else _WORDS.get(text, text)
    return rows.assign(severity=rows["severity"].map(plain).astype("str").fillna("N"))


def _severity_problems(rows: DataFrame) -> Found:
    """Find severities that are unknown, missing, or stand where the standard has none."""
    severity = rows["severity"]
    graded = rows["distress_code"].map(_types()["has_severity"])
    unknown = ~severity.isin(["L", "M", "H", "N"])
    missing = severity.eq("N") & graded.eq(other=True)
    needless = ~severity.eq("N") & graded.eq(other=False)
    leave = "Leave it blank: the standard has no severity for this distress."
    return [
        ("severity", unknown.to_numpy(), "is not L, M or H", "Correct it."),
        ("severity", missing.to_numpy(), "missing", "Fill in L, M or H."),
        ("severity", needless.to_numpy(), "stands where none exists", leave),
    ]


def _excess(rows: DataFrame, area: pd.Series, unit: _Ints) -> Found:
    """Find more of a distress than its sample unit has room for."""
    measure, quantity = measures(rows["distress_code"]), rows["quantity"]
    bounded = measure.isin(["area", "slabs", "unit"])
    over = bounded & (quantity > area * _SLACK)
    # No square foot and no slab has one distress at two severities.
    kind = pd.Series(unit * 64 + rows["distress_code"].fillna(0).to_numpy("int64"))
    whole = quantity.groupby(kind).transform("sum")
    together = bounded & ~over & (whole > area * _SLACK) & measure.ne("unit")
    once = measure.eq("unit") & kind.duplicated(keep=False) & (unit >= 0)
    remedy = "Correct the quantity or the area of the sample unit."
    what = "is over the sample unit with the other severities of the distress"
    return [
        ("quantity", over.to_numpy(), "is over the sample unit", remedy),
        ("quantity", together.to_numpy(), what, remedy),
        (
            "distress_code",
            once.to_numpy(),
            "joint seal damage is rated once a sample unit",
            "Keep the row that describes the whole unit.",
        ),
    ]


def _name_problems(rows: DataFrame, unit: _Ints) -> Found:
    """Find rows that name no sheet."""
    named = rows[["section_id", "sample_id"]].notna()
    lost = (unit < 0) & named.all(axis=1).to_numpy()
    what = "is not in the list of sample units"
    return [
        ("section_id", ~named["section_id"].to_numpy(), "missing", "Fill it in."),
        ("sample_id", ~named["sample_id"].to_numpy(), "missing", "Fill it in."),
        ("sample_id", lost, what, "Add its sheet to the samples, or correct the name."),
    ]


def problems(rows: DataFrame, samples: DataFrame, unit: _Ints) -> Found:
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
    found
        Column, rows, what is wrong, what to do.
    """
    code, quantity = rows["distress_code"], rows["quantity"]
    owner = samples[["surface", "area"]].reindex(unit).reset_index(drop=True)
    right = code.map(_types()["surface"])
    found: Found = [
        *_name_problems(rows, unit),
        ("distress_code", code.isna().to_numpy(), "missing", "Fill it in."),
        (
            "distress_code",
            (code.notna() & right.isna()).to_numpy(dtype="bool"),
            "unknown code",
            "Codes are 1 to 20 on asphalt and 21 to 39 on concrete.",
        ),
    ]
    for surface, name in (
        ("AC", "an asphalt code on concrete"),
        ("PCC", "a concrete code on asphalt"),
    ):
        wrong = (
            right.eq(surface) & owner["surface"].isin(["AC", "PCC"]) & owner["surface"].ne(surface)
        )
        found.append(("distress_code", wrong.to_numpy(), name, "Correct the code or the surface."))
    found += _severity_problems(rows)
    blank = quantity.isna() & code.ne(_JOINT_SEAL).fillna(value=True)
    found.append(("quantity", blank.to_numpy(dtype="bool"), "missing", "Fill it in."))
    found.append(("quantity", (quantity < 0).to_numpy(), "is below zero", "Correct it."))
    found += _excess(rows, owner["area"], unit)
    key = pd.Series((unit * 64 + code.fillna(0).to_numpy("int64")) * 4)
    key += rows["severity"].map({"L": 0, "M": 1, "H": 2, "N": 3}).fillna(0).astype("int64")
    twice = (
        key.duplicated(keep=False).to_numpy()
        & (unit >= 0)
        & code.ne(_JOINT_SEAL).to_numpy(dtype="bool")
    )
    what = "a distress and severity stands twice on a sheet"
    found.append(("distress_code", twice, what, "Add the quantities, or drop the copy."))
    return found


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
    all_slabs = samples["area"].to_numpy()[unit]
    day = samples["survey_date"].to_numpy()[unit]
    return rows.assign(
        survey_date=pd.Series(day, index=rows.index),
        distress_code=rows["distress_code"].astype("int64"),
        quantity=rows["quantity"].fillna(pd.Series(all_slabs, index=rows.index)),
    )
