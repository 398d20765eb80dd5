"""What a map says of a section or a site; nothing is promised that is not adopted and funded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.maps.styles import year_label

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sites, Work

__all__ = ["condition_texts", "day_text", "pci_text", "plan_texts", "site_texts"]

_NOT_PLANNED = {
    "not_funded": "Not scheduled: work is called for but not funded in this draft plan.",
    "not_needed": "Not scheduled: no work is called for in this draft plan.",
    "not_surveyed": "Not scheduled: its condition was never surveyed, so it is not planned.",
    "not_city": "Not in this plan: the city does not maintain it.",
}


_TENTHS, _NOISE = 10, 1e-6


def pci_text(pci: float) -> str:
    """
    Write a condition as a person would.

    Parameters
    ----------
    pci
        Condition in points.

    Returns
    -------
    text
        With one decimal where it is not whole. It is never rounded up to a whole number, where a
        band may begin, so that it never seems to be in another band.

    Examples
    --------
    >>> pci_text(70.0), pci_text(69.96), pci_text(69.57)
    ('70', '69.9', '69.6')
    """
    tenths = round(pci * _TENTHS)
    if tenths % _TENTHS == 0 and tenths > pci * _TENTHS + _NOISE:
        tenths -= 1
    return f"{tenths / _TENTHS:.1f}".removesuffix(".0")


def day_text(day: pd.Timestamp) -> str:
    """
    Write a day in words.

    Parameters
    ----------
    day
        Any day.

    Returns
    -------
    text
        Such as `May 1, 2024`.

    Examples
    --------
    >>> day_text(pd.Timestamp("2024-05-01"))
    'May 1, 2024'
    """
    return f"{day:%B} {day.day}, {day.year}"


def condition_texts(condition: Condition, codes: pd.Series, labels: list[str]) -> pd.Series:
    """
    Say the condition of each section.

    Parameters
    ----------
    condition
        Latest surveys. `pci` in points.
    codes
        Place of each section in `labels`.
    labels
        Names of the bands, then of sections never surveyed.

    Returns
    -------
    texts
        A sentence a section.
    """
    dates = condition.get("survey_date", pd.Series(pd.NaT, index=condition.index))
    days = {day: day_text(day) for day in dates.dropna().unique()}
    texts = []
    for pci, day, code in zip(condition["pci"], dates, codes, strict=True):
        if pd.isna(pci):
            texts.append(f"Condition: {labels[code][0].lower()}{labels[code][1:]}.")
            continue
        when = f"surveyed {days[day]}" if day in days else "day of survey not given"
        texts.append(f"Condition: {pci_text(pci)} of 100, {labels[code]} ({when}).")
    return pd.Series(texts, index=condition.index, dtype="str")


def plan_texts(
    sections: pd.Index, work: Work, outcomes: pd.DataFrame, fiscal_year_start: int | None
) -> pd.Series:
    """
    Say what a draft plan does with each section.

    Parameters
    ----------
    sections
        Ids in the order of the map.
    work
        Work by section and fiscal year.
    outcomes
        Status of each section.
    fiscal_year_start
        Month in which the fiscal year begins.

    Returns
    -------
    texts
        One sentence for each piece of work, or one that says why there is none.
    """
    idle = outcomes["status"].map(_NOT_PLANNED).dropna()
    years = work.index.get_level_values("year")
    spans = {year: year_label(int(year), fiscal_year_start) for year in years.unique()}
    sentences = [
        f"Planned for {spans[year]} (draft plan): {label}. Dates can change."
        for year, label in zip(years, work["treatment_label"], strict=True)
    ]
    done = pd.Series(sentences, index=work.index.get_level_values("section_id"), dtype="str")
    both = pd.concat([idle[~idle.index.isin(done.index)], done])
    order = pd.Series(sections.get_indexer(both.index), index=both.index)
    # Stable, so that the work of a section stays in the order of its years.
    return both.iloc[order.argsort(kind="stable")]


def site_texts(sites: Sites) -> list[list[str]]:
    """
    Say what is published of each site.

    Parameters
    ----------
    sites
        Destinations and stations.

    Returns
    -------
    texts
        Lines of each site: address, size, facts, what the point stands for, source.
    """
    lines: list[list[str]] = []
    for _, row in sites.iterrows():
        found = [row.get("address"), None, row.get("facts"), None, None]
        if pd.notna(row.get("acres")):
            found[1] = f"{row['acres']:g} acres as published."
        found[3] = f"The mark stands for: {row['point_is']}"
        found[4] = f"Source: {row['source']}"
        lines.append([str(text) for text in found if not pd.isna(text) and str(text).strip()])
    return lines
