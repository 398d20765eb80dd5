"""The capital plan of the next years as a workbook whose totals are live formulas."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from norwalk_geo import maps
from norwalk_geo.report.papers.paper import Letter
from norwalk_geo.report.papers.words import ONE_PURSE, fund_of, year_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from norwalk_geo.budget import Plan

__all__ = ["capital_plan", "capital_sources", "capital_uses"]

_HEAD = 4
_MONEY = '#,##0.00;-#,##0.00;"–"'


def capital_uses(plan: Plan, *, years: int = 5) -> pd.DataFrame:
    """
    Add up what the plan's money is used for.

    Parameters
    ----------
    plan
        The plan.
    years
        Fiscal years to show; fewer where the plan is shorter.

    Returns
    -------
    uses
        Constant dollars: a row a kind of work and one for curb ramps, a column a fiscal year. Each
        year adds up to its spending to the cent.
    """
    shown = plan.years.index[:years]
    flat = plan.work.reset_index()
    uses = flat.pivot_table(
        index="treatment_label", columns="year", values="cost_usd", aggfunc="sum", sort=True
    )
    uses = uses.reindex(columns=shown).fillna(0.0).round(2)
    uses = uses[uses.ne(0).any(axis=1)]
    if plan.ramps is not None:
        ramps = plan.ramps.groupby("year")["cost_usd"].sum().reindex(shown).fillna(0.0).round(2)
        uses.loc["Curb ramps that alterations oblige"] = ramps
    return uses.rename_axis("use")


def capital_sources(plan: Plan, *, years: int = 5) -> pd.DataFrame:
    """
    Say where the plan's money comes from.

    Parameters
    ----------
    plan
        The plan.
    years
        Fiscal years to show.

    Returns
    -------
    sources
        Constant dollars available: a row a fund where the plan keeps funds apart, then with what
        each pays; a column a fiscal year.
    """
    shown = plan.years.index[:years]
    paid = plan.payments.reset_index()
    if paid["limit"].str.startswith(ONE_PURSE).all():
        money = plan.years.loc[shown, "budget_usd"].round(2)
        return pd.DataFrame([money.to_numpy()], index=["Street money"], columns=shown).rename_axis(
            "source"
        )
    wide = paid.assign(source=fund_of(paid["limit"])).pivot_table(
        index="source", columns="year", values="paid_usd", aggfunc="sum", sort=False
    )
    return wide.reindex(columns=shown).fillna(0.0).round(2)


def _begin(
    book: Workbook, name: str, letter: Letter, styles: dict[str, Format], labels: list[str]
) -> Worksheet:
    """Add a sheet with title, standing, notice and headings."""
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, f"{letter.city}: capital plan for streets, {name}", styles["title"])
    sheet.write_string(1, 0, letter.standing, styles["warning"])
    sheet.write_string(2, 0, letter.notice, styles["warning"])
    for c, label in enumerate(labels):
        sheet.write_string(_HEAD, c, label, styles["head"])
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, max(1, len(labels) - 1), 17)
    sheet.set_row(_HEAD, 45)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(1)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, _HEAD)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.hide_gridlines(2)
    return sheet


def _table(sheet: Worksheet, frame: pd.DataFrame, styles: dict[str, Format]) -> None:
    """Write amounts with a sum to the right of each row and below each column."""
    count = len(frame.columns)
    last = _HEAD + len(frame)
    for r, (name, row) in enumerate(frame.iterrows(), start=_HEAD + 1):
        sheet.write_string(r, 0, str(name), styles["text"])
        for c, value in enumerate(row.tolist(), start=1):
            sheet.write_number(r, c, value, styles["money"])
        formula = f"=SUM({xl_range(r, 1, r, count)})"
        sheet.write_formula(r, count + 1, formula, styles["money"], round(float(row.sum()), 2))
    sheet.write_string(last + 1, 0, "Total", styles["total text"])
    sums = [*frame.sum().tolist(), frame.to_numpy().sum()]
    for c, total in enumerate(sums, start=1):
        formula = f"=SUM({xl_range(_HEAD + 1, c, last, c)})" if len(frame) else "=0"
        sheet.write_formula(last + 1, c, formula, styles["total"], round(float(total), 2))


def _balance(
    sheet: Worksheet,
    plan: Plan,
    tables: tuple[pd.DataFrame, pd.DataFrame],
    styles: dict[str, Format],
) -> None:
    """Write sources less uses, by reference to the other sheets, and the money of the year."""
    sources, uses = tables
    count = len(sources.columns)
    rows = {"Sources": sources, "Uses": uses}
    for r, (name, frame) in enumerate(rows.items(), start=_HEAD + 1):
        sheet.write_string(r, 0, f"{name} (constant dollars)", styles["text"])
        totals = [*frame.sum().tolist(), frame.to_numpy().sum()]
        for c, total in enumerate(totals, start=1):
            cell = xl_rowcol_to_cell(_HEAD + 1 + len(frame), c)
            sheet.write_formula(r, c, f"={name}!{cell}", styles["money"], round(float(total), 2))
    sheet.write_string(_HEAD + 3, 0, "Not used", styles["total text"])
    left = [
        *(sources.sum() - uses.sum()).tolist(),
        sources.to_numpy().sum() - uses.to_numpy().sum(),
    ]
    for c, value in enumerate(left, start=1):
        above = [xl_rowcol_to_cell(_HEAD + k, c) for k in (1, 2)]
        formula = f"={above[0]}-{above[1]}"
        sheet.write_formula(_HEAD + 3, c, formula, styles["total"], round(float(value), 2))
    nominal = plan.years.loc[sources.columns, "spent_nominal_usd"].round(2).tolist()
    sheet.write_string(_HEAD + 5, 0, "Uses in dollars of the year", styles["text"])
    for c, value in enumerate(nominal, start=1):
        sheet.write_number(_HEAD + 5, c, value, styles["money"])
    formula = f"=SUM({xl_range(_HEAD + 5, 1, _HEAD + 5, count)})"
    total = round(sum(nominal), 2)
    sheet.write_formula(_HEAD + 5, count + 1, formula, styles["money"], total)


def _styles(book: Workbook) -> dict[str, Format]:
    """Make the cell formats."""
    head = {"bold": True, "bg_color": "#1f3b57", "font_color": "#ffffff", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": "#1f3b57"}),
        "warning": book.add_format({"bold": True, "font_color": "#8a1f11"}),
        "head": book.add_format({**head, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "money": book.add_format({"num_format": _MONEY}),
        "total": book.add_format({"num_format": _MONEY, "bold": True, "top": 1}),
        "total text": book.add_format({"bold": True, "top": 1}),
    }


def _assets(assets: pd.DataFrame, shown: pd.Index) -> pd.DataFrame:
    """Add up committed work on other assets by kind and fiscal year."""
    wide = assets.reset_index().pivot_table(
        index="asset_kind", columns="year", values="cost_usd", aggfunc="sum", sort=True
    )
    wide = wide.reindex(columns=shown).fillna(0.0).round(2)
    named = wide.rename(index=lambda kind: f"{maps.ASSET_KINDS[str(kind)]} (committed)")
    return named[named.ne(0).any(axis=1)]


def capital_plan(
    path: Path,
    plan: Plan,
    letter: Letter,
    *,
    assets: pd.DataFrame | None = None,
    years: int = 5,
) -> None:
    """
    Write the capital plan of the next fiscal years.

    Parameters
    ----------
    path
        Workbook to write.
    plan
        The plan.
    letter
        City, notice, and whether the plan is adopted.
    assets
        Table `asset_years`: committed work on other assets; none without a table of them.
    years
        Fiscal years to show.

    Returns
    -------
    nothing
        Sheets `Uses`, `Sources` and `Balance`, and `Other assets` where there are any; every total
        is a formula over the cells, with the value that the plan has.
    """
    uses, sources = capital_uses(plan, years=years), capital_sources(plan, years=years)
    named = [year_text(int(str(year)), letter.start_month) for year in sources.columns]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(path, options)
    created = dt.datetime.combine(letter.as_of, dt.time())
    about = f"{letter.standing} {letter.notice}".strip()
    book.set_properties(
        {"title": f"{letter.city}: capital plan", "comments": about, "created": created}
    )
    styles = _styles(book)
    for name, frame in (("Uses", uses), ("Sources", sources)):
        head = "Kind of work" if name == "Uses" else "Source"
        sheet = _begin(book, name, letter, styles, [head, *named, "Total"])
        _table(sheet, frame, styles)
    sheet = _begin(book, "Balance", letter, styles, ["", *named, "Total"])
    _balance(sheet, plan, (sources, uses), styles)
    if assets is not None and len(assets):
        labels = ["Kind of asset (not in Uses and Balance)", *named, "Total"]
        sheet = _begin(book, "Other assets", letter, styles, labels)
        _table(sheet, _assets(assets, sources.columns), styles)
    book.close()
