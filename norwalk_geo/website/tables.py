"""Rows of the page's tables: only columns that the schema flags as public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from norwalk_geo import maps, network, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections, Work, Years

__all__ = ["band_rows", "public", "work_by_year", "year_rows"]


def public(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """
    Drop what may not be published.

    Parameters
    ----------
    frame
        One of our tables.
    table
        Name of its schema.

    Returns
    -------
    frame
        The same rows with the columns that the schema flags public. Columns that it does not know
        are dropped too.
    """
    allowed = schema.public_columns(table)
    return frame[[column for column in frame.columns if column in allowed]]


def band_rows(
    sections: Sections, condition: Condition, outcomes: pd.DataFrame, bands: pd.DataFrame
) -> list[dict[str, str]]:
    """
    Count sections and miles in each band of condition at the latest survey.

    Parameters
    ----------
    sections
        Lines, for miles (the city's share).
    condition
        Latest survey of each section.
    outcomes
        Says which sections are not the city's: they are in no band.
    bands
        Bands of one scheme.

    Returns
    -------
    rows
        Best band first, then sections never surveyed, then those that are not the city's.
    """
    is_city = outcomes.loc[sections.index, "status"].ne("not_city").to_numpy()
    places = maps.band_of(condition["pci"], bands)[is_city]
    miles = network.centerline_miles(sections).to_numpy()
    miles = miles[is_city]
    counts = np.bincount(places, minlength=len(bands) + 1)
    lengths = np.bincount(places, weights=miles, minlength=len(bands) + 1)
    rated = max(float(lengths[:-1].sum()), 1e-9)
    ordered = bands.sort_values("pci_min").reset_index()
    lows = [float(low) for low in ordered["pci_min"]]
    limits = zip(lows, [*lows[1:], None], strict=True)
    rows = [
        {
            "band": str(row.band),
            "range": _range(low, top),
            "meaning": str(row.meaning),
            "color": str(row.color),
            "sections": f"{counts[k]:,}",
            "miles": f"{lengths[k]:,.1f}",
            "share": f"{100 * lengths[k] / rated:.0f}%",
        }
        for k, (row, (low, top)) in enumerate(zip(ordered.itertuples(), limits, strict=True))
    ][::-1]
    if counts[-1]:
        unknown = {"band": "Never surveyed", "range": "", "meaning": "Not known", "color": ""}
        figures = {"sections": f"{counts[-1]:,}", "miles": f"{lengths[-1]:,.1f}", "share": ""}
        rows.append(unknown | figures)
    if foreign := int((~is_city).sum()):
        others = {"band": "Not maintained by the city", "range": "", "meaning": "", "color": ""}
        rows.append(others | {"sections": f"{foreign:,}", "miles": "", "share": ""})
    return rows


def _range(low: float, top: float | None) -> str:
    """Write the limits of a band."""
    if not low and top is not None:
        return f"below {top:g}"
    return f"{low:g} to under {top:g}" if top is not None else f"{low:g} to 100"


def year_rows(years: Years, fiscal_year_start: int | None) -> list[dict[str, str]]:
    """
    Write a plan's years.

    Parameters
    ----------
    years
        Fiscal years with money, miles and condition.
    fiscal_year_start
        Month in which the fiscal year begins.

    Returns
    -------
    rows
        Texts by column.
    """
    rows = []
    for year, row in years.iterrows():
        known = [None if pd.isna(row[name]) else row[name] for name in ("pci", "pci_untreated")]
        rows.append(
            {
                "label": maps.year_label(int(str(year)), fiscal_year_start),
                "budget": f"${row['budget_usd']:,.0f}",
                "spent": f"${row['spent_usd']:,.0f}",
                "miles": f"{row['miles_repaired']:,.1f}",
                "with": "not known" if known[0] is None else f"{known[0]:.1f}",
                "without": "not known" if known[1] is None else f"{known[1]:.1f}",
                "backlog": f"${row['backlog_usd']:,.0f}",
            }
        )
    return rows


def _conditions(condition: Condition, bands: pd.DataFrame) -> pd.DataFrame:
    """Write each section's condition and the day of its survey."""
    names = [str(n) for n in bands.sort_values("pci_min").index]
    places = maps.band_of(condition["pci"], bands)
    dates = condition.get("survey_date", pd.Series(pd.NaT, index=condition.index))
    days = {day: maps.day_text(day) for day in dates.dropna().unique()}
    rated = [
        "never surveyed" if pd.isna(pci) else f"{maps.pci_text(pci)} {names[place]}"
        for pci, place in zip(condition["pci"], places, strict=True)
    ]
    surveyed = [days.get(day, "not given") for day in dates]
    return pd.DataFrame({"condition": rated, "surveyed": surveyed}, index=condition.index)


def work_by_year(
    sections: Sections, work: Work, conditions: tuple[Condition, pd.DataFrame], years: list[int]
) -> list[dict[str, Any]]:
    """
    Write the planned work of each year, by street.

    Parameters
    ----------
    sections
        Names of streets.
    work
        Planned work; only public columns are read.
    conditions
        Latest survey of each section, and the bands of one scheme.
    years
        Fiscal years of the plan.

    Returns
    -------
    groups
        One a year: `year`, `miles` and `rows`, sorted by street, cross streets and id.
    """
    names = [name for name in ("street_name", "from_street", "to_street") if name in sections]
    flat = work[["treatment_label", "length_mi"]].reset_index()
    flat = flat.join(pd.DataFrame(sections[names]), on="section_id")
    flat = flat.join(_conditions(*conditions), on="section_id")
    blank = [name for name in ("street_name", "from_street", "to_street") if name not in flat]
    flat = flat.assign(**dict.fromkeys(blank, "")).fillna(dict.fromkeys(names, ""))
    flat = flat.sort_values(["year", "street_name", "from_street", "to_street", "section_id"])
    groups = dict(tuple(flat.groupby("year")))
    empty = flat.iloc[:0]
    return [
        {
            "year": year,
            "miles": float(groups.get(year, empty)["length_mi"].sum()),
            "rows": groups.get(year, empty).to_dict("records"),
        }
        for year in years
    ]
