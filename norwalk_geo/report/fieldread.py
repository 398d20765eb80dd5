"""Filled workbooks and GeoPackages → the two lists, with the place of every row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import pandas as pd

from norwalk_geo import files
from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.report.fieldbook import DISTRESS, QUANTITIES, SAMPLES, UNITS_CELL

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["FieldSheets", "read_field_file"]

_SHEETS = {"Sample units": SAMPLES, "Distress": DISTRESS}


@dataclass(frozen=True)
class FieldSheets:
    """
    What surveyors filled in.

    Parameters
    ----------
    samples, distress
        The two lists; `place` says where a row stands.
    units
        `us` or `metric`.
    """

    samples: DataFrame
    distress: DataFrame
    units: str


def _fail(path: Path, problems: list[Problem]) -> SourceError:
    return SourceError.of(str(path), problems)


def _open(path: Path) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Open a workbook, or say why it cannot be."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        remedy = "Save it again as .xlsx."
        raise _fail(
            path, [Problem(path.name, f"cannot be read ({error})", remedy=remedy)]
        ) from None
    missing = [name for name in ("Read me", *_SHEETS) if name not in book.sheetnames]
    if missing:
        remedy = "Fill in the workbook that 'norwalk survey' made."
        raise _fail(path, [Problem(name, "sheet is missing", remedy=remedy) for name in missing])
    return book


def _rows(book: Any, name: str) -> tuple[DataFrame, list[Problem]]:  # noqa: ANN401
    """Read one sheet by its headings; rows without any entry are left out."""
    wanted, sheet = _SHEETS[name], book[name]
    heads = {str(cell.value).strip(): cell.column_letter for cell in sheet[1] if cell.value}
    problems = [
        Problem(f"{name}!{column}", "column is missing", remedy="Write its heading as it was.")
        for column, ours in wanted.items()
        if ours and column not in heads
    ]
    if problems:
        return pd.DataFrame(), problems
    place = {ours: heads[column] for column, ours in wanted.items() if ours}
    rows = []
    for number in range(2, sheet.max_row + 1):
        row = {ours: sheet[f"{letter}{number}"].value for ours, letter in place.items()}
        row = {ours: None if str(value).strip() == "" else value for ours, value in row.items()}
        if any(value is not None for value in row.values()):
            rows.append({**row, "place": f"{name}, row {number}"})
    letters = {**place, "quantity": place.get("quantity_1", "")}
    frame = pd.DataFrame(rows, columns=[*place, "place"], dtype="object")
    frame.attrs["letters"] = letters
    return frame, []


def _summed(rows: DataFrame) -> tuple[DataFrame, list[Problem]]:
    """Add the quantities that stand side by side; what is no number is named by its cell."""
    names = [f"quantity_{k}" for k in range(1, QUANTITIES + 1)]
    numbers = rows[names].apply(pd.to_numeric, errors="coerce")
    bad = numbers.isna() & rows[names].notna()
    problems = [
        Problem(
            f"{rows['place'].iloc[row]}, quantity {column + 1}",
            f"not a number ({rows[names].iloc[row, column]!r})",
            remedy="Correct it.",
        )
        for row, column in zip(*bad.to_numpy().nonzero(), strict=True)
    ]
    summed = numbers.sum(axis=1, min_count=1)
    return rows.drop(columns=names).assign(quantity=summed), problems


def _visited(samples: DataFrame, distress: DataFrame) -> DataFrame:
    """Leave out units without a day and without distress: nobody was there."""
    keys = set(
        zip(distress["section_id"].astype("str"), distress["sample_id"].astype("str"), strict=True)
    )
    named = zip(
        samples["section_id"].astype("str"), samples["sample_id"].astype("str"), strict=True
    )
    has_rows = pd.Series([key in keys for key in named], index=samples.index, dtype="bool")
    return samples[samples["survey_date"].notna() | has_rows].reset_index(drop=True)


def _read_book(path: Path) -> FieldSheets:
    """Read a workbook."""
    book = _open(path)
    units = str(book["Read me"][UNITS_CELL].value).strip().lower()
    problems = []
    if units not in ("us", "metric"):
        remedy = "Write us or metric there."
        problems.append(Problem(f"Read me!{UNITS_CELL}", f"no units ({units!r})", remedy=remedy))
    samples, one = _rows(book, "Sample units")
    distress, two = _rows(book, "Distress")
    if one or two or problems:
        raise _fail(path, [*problems, *one, *two])
    letters = distress.attrs["letters"]
    distress, wrong = _summed(distress)
    if wrong:
        raise _fail(path, wrong)
    place = samples.attrs["letters"]
    samples = _visited(samples, distress)
    days = samples["survey_date"].map(
        lambda day: day.date() if isinstance(day, dt.datetime) else day
    )
    samples = samples.assign(survey_date=days.astype("str").where(days.notna()))
    samples.attrs["letters"], distress.attrs["letters"] = place, letters
    return FieldSheets(samples, distress, units)


def _read_package(path: Path) -> FieldSheets:
    """Read a GeoPackage of `norwalk survey`."""
    layers = files.layers(path)
    missing = [name for name in ("sample_units", "distress", "about") if name not in layers]
    if missing:
        remedy = "Use the GeoPackage that 'norwalk survey' made."
        raise _fail(path, [Problem(name, "layer is missing", remedy=remedy) for name in missing])
    samples = pd.DataFrame(files.read_frame(path, layer="sample_units")).drop(columns="geometry")
    distress = files.read_frame(path, layer="distress")
    about = files.read_frame(path, layer="about").set_index("name")["value"]
    samples = samples.assign(place=[f"sample_units, row {k + 1}" for k in range(len(samples))])
    distress = distress.assign(place=[f"distress, row {k + 1}" for k in range(len(distress))])
    used = distress[distress.drop(columns="place").notna().any(axis=1)].reset_index(drop=True)
    return FieldSheets(_visited(samples, used), used, str(about["units"]))


def read_field_file(path: Path) -> FieldSheets:
    """
    Read back what was filled in in the field.

    Parameters
    ----------
    path
        Workbook or GeoPackage that `norwalk survey` made.

    Returns
    -------
    sheets
        The two lists. Sample units without a day and without distress were not visited and are left
        out; quantities side by side are added.

    Raises
    ------
    SourceError
        The file cannot be read or is not such a file, or a quantity is no number.
    """
    if not path.is_file():
        raise _fail(path, [Problem(path.name, "is not there", remedy="Check the path.")])
    return _read_package(path) if path.suffix.lower() == ".gpkg" else _read_book(path)
