"""What the pages on condition and the scorecard say."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import maps, network
from norwalk_geo.website.pages import wording
from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language, day, number, percent

__all__ = ["condition", "scorecard"]

_WHOLE_PCT, _HALF = 100, 50.0
_UNITS = ("points", "mi")


def _lengths(given: Given) -> pd.DataFrame:
    """Measure miles and band of each section that the city maintains; -1 where never surveyed."""
    sections = gpd.GeoDataFrame(given.tables["sections"])
    is_city = given.tables["outcomes"]["status"].reindex(sections.index).ne("not_city")
    pci = given.tables["condition"]["pci"].reindex(sections.index)
    places_of = maps.band_of(pci, given.bands)
    count = len(given.bands)
    level = np.where(places_of == count, -1, count - places_of)
    frame = pd.DataFrame({"miles": network.centerline_miles(sections)})
    frame = frame.assign(level=level, functional_class=sections["functional_class"])
    return frame[is_city.to_numpy()]


def _band_rows(given: Given, language: Language, lengths: pd.DataFrame) -> list[dict[str, Any]]:
    """Share the miles among the bands, best first; then those never surveyed."""
    say = language.text
    known = lengths[lengths["level"] > 0]["miles"].sum()
    top, rows = 100.0, []
    for band in wording.bands(given, language):
        miles = float(lengths.loc[lengths["level"].eq(band["level"]), "miles"].sum())
        share = _WHOLE_PCT * miles / known if known else 0.0
        limits = (number(band["low"], language), number(top, language))
        text = say("below %(top)s") if not band["low"] else say("%(low)s to %(top)s")
        rows.append(
            {
                **band,
                "range": text % {"low": limits[0], "top": limits[1]},
                "miles": number(miles, language, 1),
                "share": percent(share, language) if known else "",
                "share_value": share,
            }
        )
        top = band["low"]
    unknown = float(lengths.loc[lengths["level"].lt(0), "miles"].sum())
    if unknown:
        rows.append(
            {"name": say("Never surveyed"), "meaning": say("Not known"), "level": 0, "color": ""}
            | {"miles": number(unknown, language, 1), "range": "", "share": "", "share_value": 0.0}
        )
    return rows


def _classes(language: Language) -> dict[str, str]:
    """Name the classes of streets."""
    say = language.text
    return {
        "arterial": say("Main streets"),
        "collector": say("Collector streets"),
        "residential": say("Residential streets"),
        "alley": say("Alleys"),
    }


def _by_class(given: Given, language: Language, lengths: pd.DataFrame) -> list[dict[str, str]]:
    """Say miles and average condition of each class of street."""
    pci = given.tables["condition"]["pci"].reindex(lengths.index)
    rows = []
    for code, name in _classes(language).items():
        own = lengths["functional_class"].eq(code)
        if not own.any():
            continue
        known = own & pci.notna()
        weights = lengths.loc[known, "miles"]
        mean = float(np.average(pci[known], weights=weights)) if weights.sum() else None
        rows.append(
            {
                "name": name,
                "miles": number(lengths.loc[own, "miles"].sum(), language, 1),
                "pci": number(mean, language, 1) or language.text("not known"),
            }
        )
    return rows


def condition(given: Given, language: Language) -> dict[str, Any]:
    """
    Say the condition of the streets.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    content
        For the template: bands with shares, classes, days of the surveys.
    """
    lengths = _lengths(given)
    rows = _band_rows(given, language, lengths)
    days = given.tables["condition"].get("survey_date", pd.Series(dtype="datetime64[us]")).dropna()
    named = [row for row in rows if row["level"]]
    surveyed = given.summary.get("pci_surveyed")
    limit = min((row["low"] for row in named if row["low"] >= _HALF), default=_HALF)
    x = 0.0
    for row in named:
        row["x"], row["w"] = round(x, 2), round(row["share_value"], 2)
        x += row["share_value"]
    return {
        "bands": rows,
        "strip": named,
        "best": named[0],
        "has_surveys": x > 0,
        "poor": percent(sum(row["share_value"] for row in named if row["low"] < limit), language),
        "poor_below": number(limit, language),
        "miles": number(lengths["miles"].sum(), language, 1),
        "average": number(surveyed, language, 1),
        "average_band": _band_name(given, language, surveyed),
        "first": day(days.min(), language) if len(days) else "",
        "last": day(days.max(), language) if len(days) else "",
        "classes": _by_class(given, language, lengths),
    }


def _band_name(given: Given, language: Language, pci: float | None) -> str:
    """Name the band of a condition; blank where it is not known."""
    if pci is None or pd.isna(pci):
        return ""
    return str(next(b["name"] for b in wording.bands(given, language) if pci >= b["low"]))


def _text(value: object) -> str:
    """Write a cell; blank where there is nothing."""
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _value(row: pd.Series, name: str, language: Language) -> str:
    """Write a figure of a measure with its unit."""
    if pd.isna(row[name]):
        return ""
    unit = str(row["unit"])
    if unit == "%":
        return percent(float(row[name]), language, 1)
    text = number(float(row[name]), language, 1 if unit in _UNITS else 0)
    if unit == "USD":
        return f"${text}"
    return f"{text} {_units(language).get(unit, unit)}"


def _statuses(language: Language) -> dict[str, str]:
    """Name how a value is known."""
    say = language.text
    return {
        "computed": say("Computed"),
        "entered": say("Entered by the department"),
        "partial": say("From part of the city"),
        "planned": say("Planned, not done yet"),
        "no data": say("No data yet"),
    }


def _basis(language: Language) -> dict[str, str]:
    """Say what a value of a measure is of, where another page has one of another kind."""
    say = language.text
    return {
        "condition_index": ", " + say("at the latest survey"),
        "funding_invested": ", " + say("in dollars of the year"),
    }


def scorecard(given: Given, language: Language) -> dict[str, Any]:
    """
    Say how the city does by its strategic plan.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    content
        Goals with their measures, and how many have a value.
    """
    scores = given.tables[f"scores_{language.code}"]
    objectives = given.tables["objectives"]
    suffix = "" if language.code == "en" else f"_{language.code}"
    names, none = _statuses(language), language.text("No data yet")
    basis = _basis(language)
    goals = []
    for goal, page in objectives.groupby("goal", sort=True):
        own = scores[scores["objective_id"].isin(page.index)]
        rows = [
            {
                "label": str(row["label"]),
                "value": _value(row, "value", language) or none,
                "has": pd.notna(row["value"]),
                "period": _text(row["period"]),
                "how": names[str(row["status"])] + basis.get(str(name), ""),
                "target": _value(row, "target", language) or language.text("None"),
            }
            for name, row in own.iterrows()
        ]
        goals.append({"number": goal, "name": page[f"goal_label{suffix}"].iloc[0], "rows": rows})
    known = int(scores["value"].notna().sum())
    return {"goals": goals, "known": known, "all": len(scores)}


def _units(language: Language) -> dict[str, str]:
    """Name the units of measures; one that is not listed stays as the city wrote it."""
    say = language.text
    return {
        "accounts": say("accounts"),
        "appointments": say("appointments"),
        "contacts": say("contacts"),
        "efforts": say("efforts"),
        "families": say("families"),
        "homes": say("homes"),
        "incentives": say("incentives"),
        "jobs": say("jobs"),
        "meals": say("meals"),
        "mi": say("miles"),
        "people": say("people"),
        "people per 1,000": say("people per 1,000"),
        "pieces": say("pieces"),
        "points": say("points"),
        "sites": say("sites"),
        "tons": say("tons"),
        "tools": say("tools"),
        "views and followers": say("views and followers"),
        "visits": say("visits"),
    }
