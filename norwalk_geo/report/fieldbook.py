"""The workbook that surveyors fill in: a list of sample units, a list of distress, the codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from norwalk_geo import schema

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["DISTRESS", "QUANTITIES", "SAMPLES", "UNITS_CELL", "field_words", "field_workbook"]

_SPARE_UNITS, _SPARE_ROWS = 200, 3000
QUANTITIES = 6
UNITS_CELL = "B3"
_WORDS = {
    "us": {"area": "sf", "length": "ft", "count": "count", "slabs": "slabs", "unit": "all slabs"},
    "metric": {
        "area": "m²",
        "length": "m",
        "count": "count",
        "slabs": "slabs",
        "unit": "all slabs",
    },
}
# Column of the workbook and of the table; those without a table column are only for reading.
SAMPLES = {
    "Section": "section_id",
    "Sample unit": "sample_id",
    "Street": "",
    "From": "",
    "To": "",
    "Surface": "surface",
    "Kind": "kind",
    "Area, or slabs of concrete": "area",
    "Survey date": "survey_date",
    "Area of the section": "section_area",
    "Units in the section": "section_units",
}
DISTRESS = {
    "Section": "section_id",
    "Sample unit": "sample_id",
    "Code": "distress_code",
    "Severity": "severity",
    **{f"Quantity {k}": f"quantity_{k}" for k in range(1, QUANTITIES + 1)},
    "Distress": "",
    "Unit": "",
}
_INK = "#1f3b57"


def field_words(units: str) -> dict[str, str]:
    """
    Say in which unit each kind of distress is measured.

    Parameters
    ----------
    units
        `us` or `metric`.

    Returns
    -------
    words
        Unit by measure.
    """
    return _WORDS[units]


def _formats(book: Workbook) -> dict[str, Format]:
    """Make the cell formats."""
    head = {"bold": True, "bg_color": _INK, "font_color": "#ffffff", "text_wrap": True}
    free = {"locked": False, "border": 1, "border_color": "#9aa7b3"}
    return {
        "head": book.add_format({**head, "valign": "vcenter", "border": 1}),
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": _INK}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({**free, "num_format": "@"}),
        "number": book.add_format({**free, "num_format": "General"}),
        "date": book.add_format({**free, "num_format": "yyyy-mm-dd"}),
        "shown": book.add_format({"font_color": "#555555", "border": 1, "border_color": "#9aa7b3"}),
    }


def _read_me(book: Workbook, styles: dict[str, Format], units: str, facts: dict[str, str]) -> None:
    """Write what to do; the units stand here for the program that reads the workbook back."""
    sheet = book.add_worksheet("Read me")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    words = field_words(units)
    sheet.write_string(0, 0, facts["title"], styles["title"])
    lines = [
        ("Notice", facts["notice"]),
        ("Units", units),
        ("Areas", f"in {words['area']}; lengths in {words['length']}; potholes are counted"),
        ("Concrete", "count the slabs of the unit, and the slabs that have each distress"),
        ("Sample units", "write the day of the survey; a unit without a day was not surveyed"),
        ("Distress", "one row a code and severity; several places may stand side by side"),
        ("Severity", "L, M or H; nothing for the codes that have none (sheet Codes)"),
        ("No distress", "write no row: a surveyed unit without rows is sound"),
        ("Additional", "units that are not typical have the kind: additional"),
        ("When done", "norwalk pci THIS_FILE.xlsx --out FOLDER"),
    ]
    for row, (name, text) in enumerate(lines, start=1):
        sheet.write_string(row, 0, name, styles["head"])
        sheet.write_string(row, 1, text, styles["wrap"])


def _codes(book: Workbook, styles: dict[str, Format], units: str) -> None:
    """List the distresses with their unit and severity."""
    types = schema.parameters("distress_types")
    sheet = book.add_worksheet("Codes")
    for column, (name, wide) in enumerate(
        {
            "Code": 7,
            "Surface": 9,
            "Distress": 38,
            "En español": 46,
            "Unit": 10,
            "Severity": 10,
        }.items()
    ):
        sheet.write_string(0, column, name, styles["head"])
        sheet.set_column(column, column, wide)
    words = field_words(units)
    for row, (code, one) in enumerate(types.iterrows(), start=1):
        sheet.write_number(row, 0, int(str(code)))
        graded = "L M H" if one["has_severity"] else "none"
        texts = (one["surface"], one["label"], one["label_es"], words[one["measure"]], graded)
        for column, text in enumerate(texts, start=1):
            sheet.write_string(row, column, str(text))
    sheet.freeze_panes(1, 0)


def _begin(
    sheet: Worksheet, styles: dict[str, Format], columns: list[str], wide: list[int]
) -> None:
    """Write headings, which stay in view and may not be changed."""
    for column, (name, width) in enumerate(zip(columns, wide, strict=True)):
        sheet.write_string(0, column, name, styles["head"])
        sheet.set_column(column, column, width)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 2)
    sheet.protect("", {"format_columns": True, "sort": True, "autofilter": True})


def _choose(sheet: Worksheet, last: int, column: int, choices: list[str]) -> None:
    """Offer choices in a column, and refuse others."""
    said = ", ".join(choices)
    rule = {
        "validate": "list",
        "source": choices,
        "error_title": "Not one of the choices",
        "error_message": f"Choose {said}, or leave it blank."[:255],
    }
    sheet.data_validation(1, column, last, column, rule)


def _units_sheet(book: Workbook, styles: dict[str, Format], units: pd.DataFrame) -> None:
    """Write the sample units that were chosen, and room for more."""
    sheet = book.add_worksheet("Sample units")
    _begin(sheet, styles, list(SAMPLES), [12, 9, 24, 18, 18, 9, 11, 13, 12, 13, 10])
    last = len(units) + _SPARE_UNITS
    looks = {"area": "number", "section_area": "number", "section_units": "number"}
    columns = [column or name.lower() for name, column in SAMPLES.items()]
    cells = units.reindex(columns=columns)
    for column, name in enumerate(columns):
        style = styles["date" if name == "survey_date" else looks.get(name, "text")]
        values: list[Any] = [*cells[name].tolist(), *([None] * _SPARE_UNITS)]
        for row, value in enumerate(values, start=1):
            if value is None or pd.isna(value):
                sheet.write_blank(row, column, None, style)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, style)
            else:
                sheet.write_number(row, column, value, style)
    _choose(sheet, last, columns.index("surface"), ["AC", "PCC"])
    _choose(sheet, last, columns.index("kind"), ["random", "additional"])
    above = {"validate": "decimal", "criteria": ">", "value": 0, "error_message": "Above zero."}
    sheet.data_validation(1, columns.index("area"), last, columns.index("area"), above)
    day = {
        "validate": "date",
        "criteria": ">",
        "value": dt.date(1950, 1, 1),
        "error_message": "Write a day, such as 2026-05-01.",
    }
    place = columns.index("survey_date")
    sheet.data_validation(1, place, last, place, day)


def _distress_sheet(book: Workbook, styles: dict[str, Format], last_code: int, units: int) -> None:
    """Write the empty list of distress with its choices."""
    sheet = book.add_worksheet("Distress")
    wide = [12, 9, 7, 9, *([10] * QUANTITIES), 34, 10]
    _begin(sheet, styles, list(DISTRESS), wide)
    for row in range(1, _SPARE_ROWS + 1):
        for column in range(4 + QUANTITIES):
            sheet.write_blank(
                row, column, None, styles["text" if column in (0, 1, 3) else "number"]
            )
        found = f"VLOOKUP(C{row + 1},Codes!$A$2:$E${last_code},%d,FALSE)"
        look = f'=IF(C{row + 1}="","",IFERROR({found},"?"))'
        sheet.write_formula(row, 4 + QUANTITIES, look % 3, styles["shown"], "")
        sheet.write_formula(row, 5 + QUANTITIES, look % 5, styles["shown"], "")
    bottom = units + _SPARE_UNITS + 1
    for column, source in (
        (0, f"='Sample units'!$A$2:$A${bottom}"),
        (2, f"=Codes!$A$2:$A${last_code}"),
    ):
        rule = {"validate": "list", "source": source, "error_message": "Choose from the list."}
        sheet.data_validation(1, column, _SPARE_ROWS, column, rule)
    _choose(sheet, _SPARE_ROWS, 3, ["L", "M", "H"])
    above = {
        "validate": "decimal",
        "criteria": ">=",
        "value": 0,
        "error_message": "Not below zero.",
    }
    sheet.data_validation(1, 4, _SPARE_ROWS, 3 + QUANTITIES, above)


def field_workbook(
    path: Path, units_to_visit: pd.DataFrame, *, units: str, facts: dict[str, str], as_of: dt.date
) -> None:
    """
    Write the workbook that surveyors fill in.

    Parameters
    ----------
    path
        File to write.
    units_to_visit
        One row a sample unit, with columns of the table `sample_units` and perhaps `street`, `from`
        and `to`.
    units
        `us` or `metric`: units of what is written, and of what is to be measured.
    facts
        `title`, and `notice`, which may be blank.
    as_of
        Day that the file carries as its time of writing.
    """
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "in_memory": True})
    book.set_properties({"title": facts["title"], "created": dt.datetime.combine(as_of, dt.time())})
    styles = _formats(book)
    _read_me(book, styles, units, facts)
    _units_sheet(book, styles, units_to_visit)
    last = len(schema.parameters("distress_types")) + 1
    _distress_sheet(book, styles, last, len(units_to_visit))
    _codes(book, styles, units)
    book.close()
