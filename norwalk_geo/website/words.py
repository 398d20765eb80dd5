"""The plan in plain words: condition, money, miles, and what is not known."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from norwalk_geo import config, maps

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Years

__all__ = [
    "amount",
    "condition_words",
    "dollars",
    "key_figures",
    "lead",
    "proof",
    "sentences",
    "span",
    "surveyed",
]

_MILLION = 1_000_000


def dollars(value: float) -> str:
    """
    Write dollars for a sentence.

    Parameters
    ----------
    value
        Dollars.

    Returns
    -------
    text
        In millions from one million up.

    Examples
    --------
    >>> dollars(49_840_000), dollars(912_345.6)
    ('$49.8 million', '$912,346')
    """
    if abs(value) >= _MILLION:
        return f"${value / _MILLION:,.1f} million"
    return f"${value:,.0f}"


def amount(count: int, thing: str) -> str:
    """
    Write how many there are of a thing.

    Parameters
    ----------
    count
        How many.
    thing
        Singular.

    Returns
    -------
    text
        Such as `1 section` or `1,200 sections`.

    Examples
    --------
    >>> amount(1, "section"), amount(1200, "section")
    ('1 section', '1,200 sections')
    """
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _band_names(bands: pd.DataFrame) -> list[str]:
    """Name bands from worst to best."""
    rows = bands.sort_values("pci_min")
    return [str(name) for name in rows.index]


def condition_words(pci: float | None, bands: pd.DataFrame) -> str:
    """
    Write a condition with the name of its band.

    Parameters
    ----------
    pci
        Condition in points; missing where it is not known.
    bands
        Bands of one scheme.

    Returns
    -------
    text
        Such as `63.4 of 100 (Fair)`.
    """
    if pci is None or pd.isna(pci):
        return "not known"
    names = _band_names(bands)
    place = int(maps.band_of(pd.Series([pci]), bands)[0])
    return f"{maps.pci_text(pci)} of 100 ({names[place]})"


def surveyed(condition: Condition) -> str:
    """
    Say when the streets were surveyed.

    Parameters
    ----------
    condition
        Latest survey of each section.

    Returns
    -------
    text
        A sentence with the first and the last day, and how many sections have none.
    """
    known = condition.loc[condition["pci"].notna()]
    days = known["survey_date"].dropna() if "survey_date" in known else pd.Series(dtype="object")
    if days.empty:
        return "The days of the surveys are not given."
    first, last = maps.day_text(days.min()), maps.day_text(days.max())
    when = f"on {first}" if first == last else f"between {first} and {last}"
    undated = len(known) - len(days)
    also = f" For {amount(undated, 'section')} the day is not given." if undated else ""
    return f"The latest surveys were made {when}.{also}"


def span(years: Years, fiscal_year_start: int | None) -> str:
    """
    Say which time a plan covers.

    Parameters
    ----------
    years
        Fiscal years of the plan.
    fiscal_year_start
        Month in which the fiscal year begins.

    Returns
    -------
    text
        Such as `July 2026 to June 2036`.
    """
    first, last = int(years.index.min()), int(years.index.max())
    if fiscal_year_start is None:
        return f"fiscal years {first} to {last}"
    start = config.year_start(first, fiscal_year_start)
    end = config.year_start(last + 1, fiscal_year_start) - dt.timedelta(days=1)
    return f"{start:%B %Y} to {end:%B %Y}"


def key_figures(summary: dict[str, Any], years: Years, bands: pd.DataFrame) -> list[dict[str, str]]:
    """
    Choose the figures that stand first.

    Parameters
    ----------
    summary
        The plan's summary.
    years
        Its fiscal years.
    bands
        Bands of one scheme.

    Returns
    -------
    figures
        Each with `name`, `value` and `note`.
    """
    begins = f"forecast from the latest surveys to fiscal year {years.index.min()}"
    pairs = [
        ("Average condition when the plan begins", summary["pci_now"], begins),
        ("At the end, with this plan", summary["pci_end"], "forecast"),
        ("At the end, with no work", summary["pci_end_untreated"], "forecast"),
    ]
    figures = [
        {"name": name, "value": condition_words(pci, bands), "note": note}
        for name, pci, note in pairs
    ]
    spent, miles = float(years["spent_usd"].sum()), float(years["miles_repaired"].sum())
    note = f"for {miles:,.1f} miles of work in {amount(len(years), 'year')}"
    return [*figures, {"name": "Planned spending", "value": dollars(spent), "note": note}]


def lead(summary: dict[str, Any], years: Years, bands: pd.DataFrame) -> str:
    """
    Answer the question that the page is opened with: what does the plan do?

    Parameters
    ----------
    summary
        The plan's summary.
    years
        Fiscal years of the plan.
    bands
        Bands of one scheme.

    Returns
    -------
    text
        Condition at the end with the plan and without, for how much money.
    """
    names = ("pci_now", "pci_end", "pci_end_untreated")
    now, end, idle = (condition_words(summary[name], bands) for name in names)
    start = summary.get("fiscal_year_start")
    when = span(years, start).split(" to ")[-1]
    by = f"by {when}" if start is not None else f"by the end of fiscal year {when}"
    if now == "not known" or end == "not known":
        return "The average condition of the streets is not known."
    money = dollars(float(years["spent_usd"].sum()))
    return (
        f"For {money} over {amount(len(years), 'year')}, the average condition of the streets "
        f"would go from {now} when the plan begins to {end} {by}. With no work it would be {idle}."
    )


def sentences(
    summary: dict[str, Any], condition: Condition, years: Years, bands: pd.DataFrame
) -> list[str]:
    """
    Say what the plan does.

    Parameters
    ----------
    summary
        The plan's summary.
    condition
        Latest survey of each section.
    years
        Fiscal years of the plan.
    bands
        Bands of one scheme.

    Returns
    -------
    sentences
        Paragraphs for the top of the page.
    """
    spent, budget = float(years["spent_usd"].sum()), float(years["budget_usd"].sum())
    kinds = [float(years[f"miles_{kind}"].sum()) for kind in ("maintenance", "alteration")]
    first, last = float(years["backlog_usd"].iloc[0]), float(years["backlog_usd"].iloc[-1])
    opening = (
        f"{amount(int(summary['sections']), 'street section')}, "
        f"{summary['centerline_miles']:,.1f} centerline miles. {surveyed(condition)}"
    )
    if summary.get("pci_surveyed") is not None:
        opening += f" The average then was {condition_words(summary['pci_surveyed'], bands)}."
    unsurveyed = int(summary["sections_unsurveyed"])
    if unsurveyed:
        opening += (
            f" {amount(unsurveyed, 'section')} {'was' if unsurveyed == 1 else 'were'} never"
            " surveyed; such streets are in no average and are not planned."
        )
    money = (
        f"The plan spends {dollars(spent)} of {dollars(budget)} in constant dollars: "
        f"{kinds[0]:,.1f} miles of maintenance and {kinds[1]:,.1f} miles of resurfacing or "
        "reconstruction. A street that is treated in two years counts in both."
    )
    ramps = summary.get("ramps")
    if ramps and ramps["corners"]:
        money += (
            f" {dollars(ramps['cost_usd'])} of it builds the curb ramps that this work obliges at "
            f"{amount(int(ramps['corners']), 'corner')}; with what is not known of them, "
            f"{dollars(ramps['cost_low_usd'])} to {dollars(ramps['cost_high_usd'])}."
        )
    backlog = (
        f"Work that is called for but not funded: {dollars(first)} in the first year, "
        f"{dollars(last)} in the last. An average alone would hide it."
    )
    return [opening, money, backlog]


def proof(summary: dict[str, Any]) -> str:
    """
    Say how good the plan is known to be.

    Parameters
    ----------
    summary
        The plan's summary.

    Returns
    -------
    text
        A sentence; blank where nothing is proven.
    """
    gap = summary.get("gap")
    if gap is None or not np.isfinite(gap):
        return ""
    return (
        f"Within the model, no plan with this money could gain more than {100 * gap:.2g}% "
        "beyond what this one gains: the bound is computed with the plan."
    )
