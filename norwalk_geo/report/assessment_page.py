"""The state of the network as one page: figures with their numbers beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

__all__ = ["page"]

_WIDE, _HIGH, _BAR = 480, 28, 290
_INK = "#1f3b57"
_STYLE = (
    "body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b2733}table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .6rem;"
    "border-bottom:1px solid #c9d2da;text-align:right}th:first-child,td:first-child{text-align:"
    "left}.notice{font-weight:bold;color:#8a1f11}svg{width:100%;max-width:34rem;"
    "height:auto}div.wide{overflow-x:auto}caption{text-align:left;font-weight:bold}"
)


def _table(head: list[str], rows: list[list[str]], caption: str) -> str:
    """Write a table; every text is escaped."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _bars(labels: list[str], values: list[float], words: list[str], title: str) -> str:
    """Draw bars with their numbers; the table below says the same."""
    top = max([*values, 1e-9])
    rows = []
    for k, (label, value, word) in enumerate(zip(labels, values, words, strict=True)):
        y, size = k * _HIGH, max(value / top * _BAR, 0)
        rows.append(
            f'<text x="0" y="{y + 19}" font-size="15">{escape(label)}</text>'
            f'<rect x="84" y="{y + 4}" width="{size:.1f}" height="{_HIGH - 8}" fill="{_INK}"/>'
            f'<text x="{92 + size:.1f}" y="{y + 19}" font-size="15">{escape(word)}</text>'
        )
    high = len(labels) * _HIGH
    return (
        f'<svg viewBox="0 0 {_WIDE} {high}" width="{_WIDE}" height="{high}" role="img" '
        f'aria-label="{escape(title)}">{"".join(rows)}</svg>'
    )


def _number(value: float, form: str = ",.1f") -> str:
    """Write a number, or a dash where there is none."""
    return "–" if pd.isna(value) else format(value, form)


def _distribution(bands: pd.DataFrame) -> str:
    """Show the distribution by band."""
    whole = bands.xs(("network", "all"), level=("grouping", "group"))
    share = whole["area_pct"].tolist()
    names = [str(name) for name in whole.index]
    figure = _bars(names, share, [f"{value:.1f} %" for value in share], "Share of the area by band")
    rows = [
        [
            str(name),
            _number(row["sections"], ",.0f"),
            *(_number(row[of]) for of in ("miles", "area_pct")),
        ]
        for name, row in whole.iterrows()
    ]
    head = ["Condition", "Sections", "Centerline miles", "Share of area (%)"]
    return figure + _table(head, rows, "Surveyed sections by condition")


def _groups(state: pd.DataFrame, critical: str) -> str:
    """Show every group: never the average alone."""
    rows = [
        [
            f"{row['grouping'].replace('_', ' ')}: {row['group']}",
            f"{row['surveyed']:,} of {row['sections']:,}",
            _number(row["miles"]),
            *(_number(row[name]) for name in ("pci_mean", "pci_p10", "pci_median", "pci_p90")),
            _number(row["remaining_life_years"]),
            _number(row["replacement_usd"], ",.0f"),
        ]
        for row in state.reset_index().to_dict("records")
    ]
    head = ["Group", "Surveyed", "Miles", "PCI mean", "PCI 10 %", "PCI median", "PCI 90 %"]
    words = (
        "<p>A tenth of the area is below PCI 10 %, half below the median, a tenth above PCI 90 %. "
        "Years are from the survey, with nothing done.</p>"
    )
    head += [f"Years to {critical}", "Replacement $"]
    return words + _table(head, rows, "Condition by group")


def _years(years: pd.DataFrame) -> str:
    """Show needs and backlog by year."""
    labels, values = [str(year) for year in years.index], years["backlog_usd"].tolist()
    words = [f"${value / 1e6:,.1f} M" for value in values]
    figure = _bars(labels, values, words, "Backlog by fiscal year with nothing done")
    names = ["needs_usd", "backlog_usd", "backlog_growth_usd"]
    rows = [
        [
            str(year),
            *(_number(row[name], ",.0f") for name in names),
            _number(row["pci_needs_met"]),
            _number(row["pci_untreated"]),
        ]
        for year, row in years.iterrows()
    ]
    head = ["Fiscal year", "Needs $", "Backlog $", "Growth $", "PCI, needs met", "PCI, nothing"]
    return figure + _table(head, rows, "Needs if all is done, and backlog if nothing is")


def _outlook(found: Mapping[str, Any], critical: str) -> str:
    """Say how many sections are forecast below the critical condition, and how sure that is."""
    if not found:
        return ""
    text = (
        f"With nothing done, {found['below']:,} of {found['sections']:,} sections are forecast "
        f"below {critical} at the end of fiscal year {found['year']}"
    )
    if found["likely_below"] is not None:
        text += (
            f": {found['likely_below']:,} with the whole 80 % interval below, "
            f"{found['maybe_below']:,} with a part of it. sections.csv has the interval of each"
        )
    return f"<h2>Outlook</h2><p>{escape(text)}.</p>"


def _past(effects: Sequence[Mapping[str, Any]]) -> str:
    """Show the work of the last years, and its measured effect beside the catalogue's."""
    if not effects:
        return ""
    rows = [
        [
            str(row["treatment"]),
            f"{row['works']:,}",
            _number(row["miles"]),
            _number(row["cost_usd"], ",.0f"),
            f"{row['measured']:,}",
            *(_number(row[name]) for name in ("gain_points", "catalogue_gain_points")),
        ]
        for row in effects
    ]
    head = ["Treatment", "Works", "Miles", "Cost $", "Measured", "Gain, points", "Catalogue's gain"]
    return "<h2>Past work</h2>" + _table(head, rows, "Work of the last ten years and what it did")


def _gasb34(found: Mapping[str, Any]) -> str:
    """Show what the modified approach must report, or why it does not."""
    text = str(found["status"]).capitalize()
    if "assessments" not in found:
        return f"<p>{escape(text)}. {escape(str(found['why']))}</p>"
    lacking = "".join(f"<li>{escape(one)}</li>" for one in found["missing"])
    rows = [
        [
            str(one["through"]),
            "–" if one["pci"] is None else _number(one["pci"]),
            _number(one["area_assessed_pct"]),
            "yes" if one["is_at_target"] else "no",
        ]
        for one in found["assessments"]
    ]
    target = f"Reached PCI {found['target_pci']:g}"
    head = ["Three years through", "PCI", "Area assessed (%)", target]
    made = f"<p>{escape(text)}.</p>" + (f"<p>Missing:</p><ul>{lacking}</ul>" if lacking else "")
    made += _table(head, rows, "Assessments of the condition")
    spent = [
        [
            str(one["year"]),
            *(_number(one[name], ",.0f") for name in ("needed_usd", "spent_usd")),
        ]
        for one in found["maintenance"]
    ]
    head = ["Fiscal year", "Needed $", "Spent $"]
    return made + (_table(head, spent, "Maintenance needed and spent") if spent else "")


def page(
    state: pd.DataFrame, bands: pd.DataFrame, years: pd.DataFrame, summary: Mapping[str, Any]
) -> str:
    """
    Write the page.

    Parameters
    ----------
    state, bands, years
        Tables `state`, `state_bands` and `needs_years`.
    summary
        Of the assessment.

    Returns
    -------
    html
        A whole page that needs no network; every text is escaped.
    """
    notice = f'<p class="notice">{escape(summary["notice"])}</p>' if summary["notice"] else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in summary["notes"])
    title = escape(f"{summary['city']}: state of the streets")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>{notice}"
        f"<p>As of {escape(summary['as_of'])}. {summary['sections_surveyed']:,} of "
        f"{summary['sections']:,} sections that the city maintains are surveyed, "
        f"{summary['centerline_miles']:,.1f} centerline miles. Condition is that at the latest "
        f"survey, unless a year is named. Dollars are constant; curb ramps are not in them.</p>"
        f"<h2>Condition</h2>{_distribution(bands)}{_groups(state, summary['critical_pci_text'])}"
        f"<h2>Needs and backlog</h2>{_years(years)}"
        f"{_outlook(summary['outlook'], summary['critical_pci_text'])}"
        f"{_past(summary['work_effects'])}"
        f"<h2>GASB 34, modified approach</h2>{_gasb34(summary['gasb34'])}"
        f"<h2>What these figures rest on</h2><ul>{notes}</ul></main></body></html>\n"
    )
