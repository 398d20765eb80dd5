"""Spreadsheets in which departments enter values of their measures, and reading them back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zipfile import BadZipFile

import pandas as pd
import xlsxwriter

from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

__all__ = ["read_entries", "write_entry_forms"]

Entered: TypeAlias = pd.DataFrame
Measures: TypeAlias = pd.DataFrame
_SHEET = "Values"
# Heading in the workbook, column of the table, width.
_COLUMNS = (
    ("Measure", "measure_id", 24),
    ("What is measured", "", 60),
    ("Unit", "", 18),
    ("Fiscal year", "period", 12),
    ("Value", "value", 16),
    ("Entered on", "entered_on", 14),
    ("Where the value is from", "value_source", 40),
    ("Note", "note", 40),
)
_INK, _FREE = "#1f3b57", "#fff8dc"
_SPARE = 40


def _formats(book: Workbook) -> dict[str, Format]:
    """Make the cell formats."""
    line = {"bottom": 4, "bottom_color": "#c9d2da", "valign": "top"}
    free = {**line, "bg_color": _FREE, "locked": False}
    return {
        "head": book.add_format(
            {"bold": True, "bg_color": _INK, "font_color": "#ffffff", "text_wrap": True}
        ),
        "fixed": book.add_format({**line, "text_wrap": True, "locked": True}),
        "free": book.add_format(free),
        "date": book.add_format({**free, "num_format": "yyyy-mm-dd"}),
        "number": book.add_format({**free, "num_format": "General"}),
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": _INK}),
    }


def _earlier(entered: Entered | None, measure: str, period: int) -> dict[str, Any]:
    """Take what was entered last for a measure and year."""
    if entered is None or not len(entered):
        return {}
    flat = entered.reset_index()
    page = flat[flat["measure_id"].eq(measure) & flat["period"].eq(period)]
    last = page.sort_values("entered_on").tail(1).to_dict("records")
    return {str(key): value for key, value in last[0].items()} if last else {}


def _form(
    path: Path, own: Measures, periods: tuple[int, ...], entered: Entered | None, as_of: dt.date
) -> None:
    """Write the workbook of one department."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "in_memory": True})
    book.set_properties({"created": dt.datetime.combine(as_of, dt.time())})
    styles = _formats(book)
    sheet = book.add_worksheet(_SHEET)
    for c, (heading, _, wide) in enumerate(_COLUMNS):
        sheet.write_string(0, c, heading, styles["head"])
        sheet.set_column(c, c, wide)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    r = 1
    for name, measure in own.iterrows():
        for period in periods:
            known = _earlier(entered, str(name), period)
            sheet.write_string(r, 0, str(name), styles["fixed"])
            sheet.write_string(r, 1, str(measure["label"]), styles["fixed"])
            sheet.write_string(r, 2, str(measure["unit"]), styles["fixed"])
            sheet.write_number(r, 3, period, styles["free"])
            value = known.get("value")
            if value is None:
                sheet.write_blank(r, 4, None, styles["number"])
            else:
                sheet.write_number(r, 4, float(value), styles["number"])
                sheet.write_datetime(r, 5, known["entered_on"].to_pydatetime(), styles["date"])
                sheet.write_string(r, 6, str(known["value_source"]), styles["free"])
            r += 1
    _explain(book, styles, own, r)
    book.close()


def _explain(book: Workbook, styles: dict[str, Format], own: Measures, rows: int) -> None:
    """Write the sheet that says how to fill the form in, and the checks of the cells."""
    sheet = book.get_worksheet_by_name(_SHEET)
    if sheet is not None:
        years = {"validate": "integer", "criteria": "between", "minimum": 1990, "maximum": 2200}
        sheet.data_validation(1, 3, rows + _SPARE, 3, years)
        days = {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(1990, 1, 1),
            "maximum": dt.date(2200, 1, 1),
            "error_title": "Day of entry",
            "error_message": "Give a day such as 2026-07-01.",
        }
        sheet.data_validation(1, 5, rows + _SPARE, 5, days)
    help_sheet = book.add_worksheet("How to fill in")
    help_sheet.set_column(0, 0, 110)
    lines = (
        "One row is one value of one measure in one fiscal year (fiscal year 2027 ends in 2027).",
        "Leave the value blank where there is none: blank is not zero.",
        "Give percent as 90, not 0.9.",
        "To correct a value, change it and give a later day of entry; the earlier one is kept.",
        "Send the file back as it is: norwalk scorecard CITY --enter FILE reads it.",
        f"Measures of this department: {len(own)}.",
    )
    help_sheet.write_string(0, 0, "How to fill in", styles["title"])
    for r, text in enumerate(lines, start=1):
        help_sheet.write_string(r, 0, text)


def write_entry_forms(
    folder: Path,
    measures: Measures,
    *,
    periods: tuple[int, ...],
    entered: Entered | None,
    as_of: dt.date,
) -> list[str]:
    """
    Write a workbook for each department with its measures and what it entered last.

    Parameters
    ----------
    folder
        Where to write.
    measures
        Measures of the strategic plan; those that are computed are left out.
    periods
        Fiscal years to ask for.
    entered
        What was entered before, or none.
    as_of
        Day that the files carry as their time of writing.

    Returns
    -------
    names
        Files written, `enter_<department>.xlsx`.
    """
    names = []
    asked = measures[measures["how"].eq("entered")]
    for department, own in asked.groupby("department"):
        name = f"enter_{str(department).lower().replace(' ', '_')}.xlsx"
        _form(folder / name, own, periods, entered, as_of)
        names.append(name)
    return names


def _open(path: Path) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Open a workbook, or say why it cannot be."""
    import openpyxl

    if not path.is_file():
        problem = Problem(path.name, "is not there", remedy="Check the path.")
        raise SourceError.of(str(path), [problem])
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        problem = Problem(path.name, f"cannot be read ({error})", remedy="Save it again as .xlsx.")
        raise SourceError.of(str(path), [problem]) from None
    if _SHEET not in book.sheetnames:
        remedy = "Fill in the workbook that 'norwalk scorecard --templates' made."
        problem = Problem(_SHEET, "sheet is missing", remedy=remedy)
        raise SourceError.of(str(path), [problem])
    return book[_SHEET]


def read_entries(path: Path, measures: Measures) -> Entered:
    """
    Read back what a department entered.

    Parameters
    ----------
    path
        Workbook that `write_entry_forms` made.
    measures
        Supplies the department of each measure.

    Returns
    -------
    entered
        Rows with a value, not checked yet; `place` says the file and the row.

    Raises
    ------
    SourceError
        The file cannot be read or is not such a workbook.
    """
    sheet = _open(path)
    heads = {str(cell.value).strip(): cell.column for cell in sheet[1] if cell.value is not None}
    missing = [heading for heading, ours, _ in _COLUMNS if ours and heading not in heads]
    if missing:
        remedy = "Write the heading as it was."
        problems = [
            Problem(f"{_SHEET}!{one}", "column is missing", remedy=remedy) for one in missing
        ]
        raise SourceError.of(str(path), problems)
    rows = []
    for number in range(2, sheet.max_row + 1):
        row = {
            ours: sheet.cell(number, heads[heading]).value for heading, ours, _ in _COLUMNS if ours
        }
        if row["value"] is None or str(row["value"]).strip() == "":
            continue
        day = row["entered_on"]
        row["entered_on"] = day.date() if isinstance(day, dt.datetime) else day
        rows.append({**row, "place": f"{path.name}, row {number}"})
    columns = [ours for _, ours, _ in _COLUMNS if ours]
    frame = pd.DataFrame(rows, columns=[*columns, "place"], dtype="object")
    return frame.assign(department=frame["measure_id"].map(measures["department"]))
