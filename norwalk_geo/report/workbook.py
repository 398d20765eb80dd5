"""The work plan as a workbook that Excel and LibreOffice open without a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["workbook"]

_WIDEST, _NARROWEST = 60, 9
_SAMPLE = 200
_MANY = 8
# Headings that a column's own name does not make plain.
_HEADINGS = {
    "section_id": "Section",
    "source_id": "Id in source",
    "zone_id": "Zone",
    "ada_kind": "ADA kind",
    "cost_usd": "Cost (constant $)",
    "cost_nominal_usd": "Cost ($ of the year)",
    "budget_usd": "Budget (constant $)",
    "spent_usd": "Spent (constant $)",
    "spent_nominal_usd": "Spent ($ of the year)",
    "backlog_usd": "Backlog (constant $)",
    "area_sy": "Area (sq yd)",
    "length_ft": "Length (ft)",
    "length_mi": "Miles",
    "treatment_label": "Treatment",
    "area_pct": "Share of area (%)",
    "pci": "PCI at year end",
    "pci_untreated": "PCI, nothing done",
}
_SUMMED = {"budget_usd", "spent_usd", "spent_nominal_usd", "cost_usd", "cost_nominal_usd"}


def _heading(column: str) -> str:
    """Write a column's name as a person would."""
    plain = column.replace("_", " ").replace("pci", "PCI")
    return _HEADINGS.get(column, plain[:1].upper() + plain[1:])


def _kind(column: str) -> str:
    """Choose a column's number format by the unit in its name."""
    if column.endswith("_usd"):
        return "money"
    if column in ("year", "first_year", "sections"):
        return "whole"
    if "pci" in column or column.endswith("_pct"):
        return "points"
    if column.endswith("_date"):
        return "date"
    return "miles" if "mi" in column.split("_") or "miles" in column else "number"


def _formats(book: Workbook) -> dict[str, Format]:
    """Make the cell formats of the workbook."""
    kinds = {
        "money": "#,##0.00",
        "whole": "0",
        "points": "0.0",
        "miles": "0.00",
        "number": "#,##0.0",
        "date": "yyyy-mm-dd",
    }
    made = {name: book.add_format({"num_format": code}) for name, code in kinds.items()}
    made["text"] = book.add_format({"text_wrap": False})
    made["head"] = book.add_format(
        {
            "bold": True,
            "bg_color": "#1f3b57",
            "font_color": "#ffffff",
            "text_wrap": True,
            "valign": "top",
        }
    )
    made["title"] = book.add_format({"bold": True, "font_size": 14})
    made["notice"] = book.add_format({"bold": True, "font_color": "#8a1f11"})
    made["total"] = book.add_format({"bold": True, "num_format": "#,##0.00", "top": 1})
    made["label"] = book.add_format({"bold": True, "top": 1})
    made["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
    return made


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:  # noqa: ANN401
    """Write a value as what it is; text is never read as a formula or a link."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no", style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)


def _width(frame: pd.DataFrame, column: str) -> float:
    """Choose a width that shows most cells whole."""
    seen = frame[column].head(_SAMPLE).astype("str").str.len()
    longest = max([len(_heading(column)) * 0.7, *seen]) if len(seen) else len(column)
    return float(min(max(longest + 2, _NARROWEST), _WIDEST))


def _page(sheet: Worksheet, notice: str, title: str) -> None:
    """Set up printing: landscape, one page wide, headings and the notice on every page."""
    sheet.set_landscape()
    sheet.set_paper(1)
    sheet.fit_to_pages(1, 0)
    plain = (notice or title).replace("&", "&&")
    sheet.set_header(f"&L{title.replace('&', '&&')}&R{plain}")
    sheet.set_footer("&L&A&RPage &P of &N")


def _sheet(
    book: Workbook,
    styles: Mapping[str, Format],
    name: str,
    frame: pd.DataFrame,
    head: tuple[str, str],
) -> None:
    """Write one table: title, notice, heading, rows, and totals of money that follow the filter."""
    sheet = book.add_worksheet(name)
    title, notice = head
    _page(sheet, notice, title)
    sheet.write_string(0, 0, title, styles["title"])
    if notice:
        sheet.write_string(1, 0, notice, styles["notice"])
    top = 3
    columns = list(frame.columns)
    for c, column in enumerate(columns):
        style = styles[_kind(column)] if frame[column].dtype != "str" else styles["text"]
        sheet.write_string(top, c, _heading(column), styles["head"])
        sheet.set_column(c, c, _width(frame, column))
        for r, value in enumerate(frame[column].tolist()):
            _write_cell(sheet, top + 1 + r, c, value, style)
    last = top + len(frame)
    sheet.freeze_panes(top + 1, 2 if len(columns) > _MANY else 1)
    sheet.repeat_rows(top)
    if len(frame):
        sheet.autofilter(top, 0, last, len(columns) - 1)
        _totals(sheet, styles, frame, top + 1)


def _totals(
    sheet: Worksheet, styles: Mapping[str, Format], frame: pd.DataFrame, first: int
) -> None:
    """Sum the money below the table, over the rows that the filter shows."""
    summed = [(c, name) for c, name in enumerate(frame.columns) if name in _SUMMED]
    if not summed:
        return
    row = first + len(frame)
    sheet.write_string(row, 0, "Total", styles["label"])
    for c, name in summed:
        letter = xlsxwriter.utility.xl_col_to_name(c)
        total = round(frame[name].sum(), 2)
        formula = f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{row})"
        sheet.write_formula(row, c, formula, styles["total"], total)


def _about(book: Workbook, styles: Mapping[str, Format], about: Mapping[str, str]) -> None:
    """Write where the figures come from."""
    sheet = book.add_worksheet("About")
    _page(sheet, about.get("Notice", ""), "About these figures")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for row, (name, text) in enumerate(about.items()):
        sheet.write_string(row, 0, name, styles["head"])
        sheet.write_string(row, 1, text, styles["wrap"])


def workbook(
    path: Path,
    sheets: Mapping[str, pd.DataFrame],
    *,
    title: str,
    notice: str,
    about: Mapping[str, str],
    as_of: dt.date,
) -> None:
    """
    Write tables as a workbook.

    Parameters
    ----------
    path
        File to write.
    sheets
        Tables by sheet name.
    title
        Heading of every sheet.
    notice
        Sentence that every sheet and print carries, or blank.
    about
        What the last sheet says on the origin of the figures.
    as_of
        Day that the file carries as its time of writing, so that a rerun gives the same bytes.
    """
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    moment = dt.datetime.combine(as_of, dt.time())
    book.set_properties({"title": title, "comments": notice, "created": moment})
    styles = _formats(book)
    for name, frame in sheets.items():
        _sheet(book, styles, name, frame, (f"{title}: {name.lower()}", notice))
    _about(book, styles, about)
    book.close()
