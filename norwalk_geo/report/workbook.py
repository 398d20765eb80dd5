"""The work plan as a workbook that Excel and LibreOffice open without a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name

from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.report import layout

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["workbook"]

_HEAD, _LINE_PT = 3, 15
_LETTER, _TABLOID = 1, 3
# Characters across a landscape letter sheet that are still read with ease.
_LETTER_WIDE = 150
_NAMED = 4
_APART = {"moment", "policy_label", "budget_share_pct", "site_id"}
_LEFT = ("text", "wrap", "date", "year")
_INK, _PAPER, _RULE, _WARNING = "#1f3b57", "#ffffff", "#c9d2da", "#8a1f11"


def _formats(book: Workbook) -> dict[str, Format]:
    """Make the cell formats of the workbook."""
    cell = {"valign": "top", "bottom": 4, "bottom_color": _RULE}
    left = {"align": "left", "indent": 1}
    made = {
        kind: book.add_format(
            {
                **cell,
                "num_format": code,
                "text_wrap": kind == "wrap",
                **(left if kind in _LEFT else {}),
            }
        )
        for kind, code in layout.FORMATS.items()
    }
    # At the top, where the buttons of the filter do not hide it.
    head = {"bold": True, "bg_color": _INK, "font_color": _PAPER, "text_wrap": True}
    made["head"] = book.add_format({**head, "valign": "top", **left})
    made["head right"] = book.add_format({**head, "valign": "top", "align": "right"})
    made["title"] = book.add_format({"bold": True, "font_size": 14, "font_color": _INK})
    made["notice"] = book.add_format({"bold": True, "font_color": _WARNING})
    made["label"] = book.add_format({"bold": True, "top": 1})
    for kind in ("money", "miles", "count"):
        code = layout.FORMATS[kind]
        made[f"{kind} total"] = book.add_format({"bold": True, "top": 1, "num_format": code})
    return made


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:  # noqa: ANN401
    """Write a value as what it is; text is never read as a formula or a link."""
    if pd.isna(value):
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)


def _begin(
    book: Workbook, styles: Mapping[str, Format], name: str, head: tuple[str, str]
) -> Worksheet:
    """Add a sheet with its title and notice; they are printed on every page."""
    sheet = book.add_worksheet(name)
    title, notice = head
    sheet.write_string(0, 0, title, styles["title"])
    sheet.set_row(0, 20)
    if notice:
        sheet.write_string(1, 0, notice, styles["notice"])
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.hide_gridlines(2)
    return sheet


def _columns(
    sheet: Worksheet, styles: Mapping[str, Format], frame: pd.DataFrame
) -> dict[str, float]:
    """Write headings and column widths, and give the widths."""
    widths = {str(name): layout.width(str(name), frame[name]) for name in frame.columns}
    sheet.set_row(_HEAD, 2.5 * _LINE_PT)
    for c, (name, wide) in enumerate(widths.items()):
        look = layout.column(name)
        style = styles["head" if look.kind in _LEFT else "head right"]
        sheet.write_string(_HEAD, c, look.heading, style)
        sheet.set_column(c, c, wide)
    sheet.set_paper(_LETTER if sum(widths.values()) < _LETTER_WIDE else _TABLOID)
    return widths


def _rows(
    sheet: Worksheet,
    styles: Mapping[str, Format],
    frame: pd.DataFrame,
    widths: Mapping[str, float],
) -> None:
    """Write the cells; rows with wrapped text are as high as it needs."""
    high = pd.Series(1, index=range(len(frame)))
    for c, (name, wide) in enumerate(widths.items()):
        kind = layout.column(name).kind
        for r, value in enumerate(frame[name].tolist()):
            _write_cell(sheet, _HEAD + 1 + r, c, value, styles[kind])
            if kind == "wrap":
                high[r] = max(high[r], layout.lines(str(value), wide))
    for r, count in enumerate(high):
        if count > 1:
            sheet.set_row(_HEAD + 1 + r, count * _LINE_PT)


def _totals(sheet: Worksheet, styles: Mapping[str, Format], frame: pd.DataFrame) -> None:
    """Sum money and miles below the table, over the rows that the filter shows."""
    first = _HEAD + 1
    row = first + len(frame)
    summed = [
        (c, name, layout.column(str(name)).kind)
        for c, name in enumerate(frame.columns)
        if layout.column(str(name)).is_summed
    ]
    if not summed:
        return
    for c in range(len(frame.columns)):
        sheet.write_blank(row, c, None, styles["label"])
    sheet.write_string(row, 0, "Total", styles["label"])
    for c, name, kind in summed:
        letter = xl_col_to_name(c)
        total = round(float(frame[name].sum()), 2) if kind == "money" else float(frame[name].sum())
        formula = f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{row})"
        sheet.write_formula(row, c, formula, styles[f"{kind} total"], total)


def _sheet(
    book: Workbook,
    styles: Mapping[str, Format],
    name: str,
    frame: pd.DataFrame,
    head: tuple[str, str],
) -> None:
    """Write one table: title, notice, heading, rows, and totals that follow the filter."""
    sheet = _begin(book, styles, name, head)
    widths = _columns(sheet, styles, frame)
    _rows(sheet, styles, frame, widths)
    is_long = "street_name" in frame.columns
    named = list(frame.columns).index("street_name") + 1 if is_long else 1
    sheet.freeze_panes(_HEAD + 1, min(named, _NAMED))
    sheet.repeat_rows(0, _HEAD)
    if len(frame):
        sheet.autofilter(_HEAD, 0, _HEAD + len(frame), len(frame.columns) - 1)
        # The same streets at several moments, the same money spent otherwise, and the same repair
        # at several sites make no sum.
        if not _APART & set(frame.columns):
            _totals(sheet, styles, frame)
        if "pci_untreated" in frame.columns:
            _chart(book, sheet, frame)


def _chart(book: Workbook, sheet: Worksheet, frame: pd.DataFrame) -> None:
    """Draw condition by year, with the plan and with nothing done."""
    chart = book.add_chart({"type": "line"})
    first, last = _HEAD + 1, _HEAD + len(frame)
    place = {name: c for c, name in enumerate(frame.columns)}
    for name, label, color, dash in (
        ("pci", "With the plan", _INK, "solid"),
        ("pci_untreated", "Nothing done", _WARNING, "dash"),
    ):
        chart.add_series(
            {
                "name": label,
                "categories": [sheet.name, first, place["year"], last, place["year"]],
                "values": [sheet.name, first, place[name], last, place[name]],
                "line": {"color": color, "dash_type": dash, "width": 2.25},
                "marker": {"type": "circle", "size": 5, "fill": {"color": color}},
            }
        )
    chart.set_title({"name": "Condition (PCI, area-weighted) at year end", "overlay": False})
    chart.set_y_axis({"min": 0, "max": 100, "name": "Points"})
    chart.set_x_axis({"name": "Fiscal year"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 360})
    said = "Condition by year with the plan and with nothing done, as in the table above"
    sheet.insert_chart(last + 3, 0, chart, {"description": said})


def _about(
    book: Workbook, styles: Mapping[str, Format], head: tuple[str, str], about: Mapping[str, str]
) -> None:
    """Write where the figures come from."""
    sheet = _begin(book, styles, "About", head)
    wide = 100
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, wide)
    sheet.set_paper(_LETTER)
    sheet.repeat_rows(0, 1)
    for row, (name, text) in enumerate(about.items(), start=_HEAD):
        sheet.write_string(row, 0, name, styles["head"])
        sheet.write_string(row, 1, text, styles["wrap"])
        sheet.set_row(row, layout.lines(text, wide) * _LINE_PT)


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

    Raises
    ------
    SourceError
        The file cannot be written.
    """
    # In memory: no trace is left in the system's folder of temporary files.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(path, options)
    moment = dt.datetime.combine(as_of, dt.time())
    book.set_properties({"title": title, "comments": notice, "created": moment})
    styles = _formats(book)
    for name, frame in sheets.items():
        _sheet(book, styles, name, frame, (f"{title}: {name.lower()}", notice))
    _about(book, styles, (f"{title}: about these figures", notice), about)
    try:
        book.close()
    except FileCreateError as error:
        remedy = "Free some space on the disk, or choose another folder."
        problem = Problem(path.name, f"cannot be written ({error})", remedy=remedy)
        raise SourceError.of(str(path), [problem]) from error
