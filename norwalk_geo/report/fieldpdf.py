"""Field sheets on paper: one page a sample unit, with the codes of its surface."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.report.fieldbook import field_words

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["field_sheets"]

_LEFT, _TOP, _WIDE = 36, 30, 540
_ROW, _ROWS, _PLACES = 17, 24, 8


def _new(title: str, as_of: dt.date) -> FPDF:
    """Begin a document."""
    from fpdf import FPDF

    paper = FPDF(orientation="portrait", unit="pt", format="letter")
    paper.set_auto_page_break(auto=False)
    paper.set_title(title)
    paper.set_lang("en-US")
    paper.set_creation_date(dt.datetime.combine(as_of, dt.time(), tzinfo=dt.UTC))
    return paper


def _plain(value: Any) -> str:  # noqa: ANN401 - cells are of any kind
    """Write a cell in the letters that the built-in fonts have."""
    if value is None or pd.isna(value):
        return ""
    text = f"{value:,.0f}" if isinstance(value, float) else str(value)
    return text.replace("–", "-").encode("latin-1", "replace").decode("latin-1")


def _text(
    paper: FPDF, x: float, y: float, text: str, *, size: float = 9, bold: bool = False
) -> None:
    paper.set_font("Helvetica", "B" if bold else "", size)
    paper.text(x, y, text)


def _head(paper: FPDF, unit: pd.Series, words: dict[str, str], facts: dict[str, str]) -> None:
    """Write what sheet it is, and lines for who, when and how large."""
    name = "Asphalt" if unit["surface"] == "AC" else "Jointed concrete"
    _text(paper, _LEFT, _TOP + 8, f"{name}: pavement condition survey", size=14, bold=True)
    _text(paper, _LEFT, _TOP + 22, _plain(facts["title"]))
    if facts["notice"]:
        paper.set_text_color(138, 31, 17)
        _text(paper, _LEFT, _TOP + 34, _plain(facts["notice"]), bold=True)
        paper.set_text_color(0, 0, 0)
    street = " / ".join(
        part for part in (_plain(unit.get(key)) for key in ("street", "from", "to")) if part
    )
    size = f"Area ({words['area']})" if unit["surface"] == "AC" else "Slabs in the unit"
    area = _plain(unit["area"]) if unit["surface"] == "AC" else "________"
    y = _TOP + 52
    _text(paper, _LEFT, y, f"Section {_plain(unit['section_id'])}", bold=True, size=11)
    _text(paper, _LEFT + 170, y, f"Sample unit {_plain(unit['sample_id'])}", bold=True, size=11)
    _text(paper, _LEFT + 290, y, f"Kind: {_plain(unit['kind'])}", size=11)
    _text(paper, _LEFT, y + 15, street)
    _text(paper, _LEFT, y + 32, f"{size}: {area}")
    _text(paper, _LEFT + 170, y + 32, "Date: ____ - __ - __")
    _text(paper, _LEFT + 290, y + 32, "Surveyed by: ______________________________")


@cache
def _listed(surface: str, units: str) -> tuple[str, ...]:
    """Word the codes of the surface with their units; the same on thousands of sheets."""
    types, words = schema.parameters("distress_types"), field_words(units)
    return tuple(
        f"{code} {one['label'].removesuffix(' (concrete)')} "
        f"({words[one['measure']]}{'' if one['has_severity'] else ', no severity'})"
        for code, one in types[types["surface"].eq(surface)].iterrows()
    )


def _codes(paper: FPDF, surface: str, units: str) -> float:
    """List the codes of the surface with their units; gives where the list ends."""
    own = _listed(surface, units)
    y, per_column = _TOP + 104, -(-len(own) // 3)
    for k, text in enumerate(own):
        _text(paper, _LEFT + 182 * (k // per_column), y + 10 * (k % per_column), text, size=7)
    return float(y + 10 * per_column)


def _grid(paper: FPDF, top: float) -> None:
    """Draw the empty table: lines across and down, which are far fewer than its boxes."""
    wide = [40, 50, *([(_WIDE - 40 - 50 - 60) / _PLACES] * _PLACES), 60]
    names = ["Code", "Severity", *(f"{k}" for k in range(1, _PLACES + 1)), "Total"]
    foot = top + (_ROWS + 1) * _ROW
    for row in range(_ROWS + 2):
        paper.line(_LEFT, top + row * _ROW, _LEFT + sum(wide), top + row * _ROW)
    x = float(_LEFT)
    for width, name in zip(wide, names, strict=True):
        paper.line(x, top, x, foot)
        _text(paper, x + 3, top + 12, name, size=8, bold=True)
        x += width
    paper.line(x, top, x, foot)
    note = "One column a place. A unit without distress: write NONE and the date."
    _text(paper, _LEFT, foot + 12, note, size=8)


def field_sheets(
    path: Path, units_to_visit: pd.DataFrame, *, units: str, facts: dict[str, str], as_of: dt.date
) -> None:
    """
    Write field sheets to print.

    Parameters
    ----------
    path
        PDF to write.
    units_to_visit
        One row a sample unit, with columns of the table `sample_units` and perhaps `street`, `from`
        and `to`.
    units
        `us` or `metric`: units of what is written, and of what is to be measured.
    facts
        `title`, and `notice`, which may be blank.
    as_of
        Day that the file carries as its time of writing.

    Returns
    -------
    nothing
        The file has a page a sample unit.
    """
    paper, words = _new(facts["title"], as_of), field_words(units)
    count = len(units_to_visit)
    for number, (_, unit) in enumerate(units_to_visit.iterrows(), start=1):
        paper.add_page()
        _head(paper, unit, words, facts)
        _grid(paper, _codes(paper, str(unit["surface"]), units) + 8)
        _text(paper, _LEFT, 770, f"Sheet {number} of {count}. Units: {units}.", size=7)
    paper.output(str(path))
