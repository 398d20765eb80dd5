"""What the page on places says: what is published of each, and who can get there."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import maps, schema
from norwalk_geo.website.pages.given import Given, public
from norwalk_geo.website.pages.language import Language, number, phrase

__all__ = ["marks", "places"]

_LIMIT_MIN = 15.0
_TRAVELERS = ("walk", "manual_wheelchair", "bike_stress_2", "drive")


def _text(value: object) -> str:
    """Write a cell; blank where there is nothing."""
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _people(row: Mapping[Hashable, Any] | None, language: Language) -> str:
    """Say how many people get to a place; a way that was not surveyed makes it a least number."""
    if row is None or not row["is_on_network"] or pd.isna(row["people"]):
        return language.text("not known")
    count = number(row["people"], language)
    if row["unknowns"] == "avoid" and row["people"] != row["people_total"]:
        return language.text("at least %s") % count
    return count


def _reach(given: Given, language: Language, names: Mapping[str, str]) -> dict[str, Any]:
    """Write who gets to each place within the limit, one traveler a column."""
    if "site_figures" not in given.tables:
        return {}
    figures = public(given, "site_figures").reset_index()
    figures = figures[figures["limit_min"].eq(_LIMIT_MIN)]
    travelers = [one for one in _TRAVELERS if figures["profile"].eq(one).any()]
    # Of two counts the sure one is told, as the least.
    sure = figures.sort_values("unknowns", ascending=False, kind="stable")
    known = {(row["site_id"], row["profile"]): row for row in sure.to_dict("records")}
    rows = [
        {"name": name, "people": [_people(known.get((site, one)), language) for one in travelers]}
        for site, name in names.items()
    ]
    labels = schema.labels(schema.parameters("profiles"), language.code)
    total = figures["people_total"].max()
    return {
        "limit": number(_LIMIT_MIN, language),
        "travelers": [labels[one] for one in travelers],
        "rows": rows,
        "total": "" if pd.isna(total) else number(total, language),
    }


def places(given: Given, language: Language) -> dict[str, Any]:
    """
    List the places that the city wants people to reach, and who can get there.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    content
        Rows by kind of place; `reach`, empty where it was not computed.
    """
    sites = public(given, "sites")
    kinds = {"destination": language.text("Places to go"), "station": language.text("Stations")}
    fields = ("name", "address", "facts", "source", "point_is")
    groups, names = [], {}
    for code, name in kinds.items():
        own = sites[sites["kind"].eq(code)].sort_values("name")
        rows = [
            {"id": str(site), **{one: _text(row.get(one)) for one in fields}}
            | {"acres": number(row.get("acres"), language, 1)}
            for site, row in own.iterrows()
        ]
        groups.append({"code": code, "name": name, "rows": rows})
        if code == "destination":
            names = {row["id"]: row["name"] for row in rows}
    return {
        "groups": [one for one in groups if one["rows"]],
        "count": len(sites),
        "reach": _reach(given, language, names) if names else {},
    }


def marks(given: Given, language: Language) -> dict[str, Any] | None:
    """
    Mark the places on the map, with what is published of each.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the map.

    Returns
    -------
    values
        As `maps.sites_values` writes them; nothing where there are no places.
    """
    if "sites" not in given.tables:
        return None
    sites, say = public(given, "sites"), language.text
    values = maps.sites_values(gpd.GeoDataFrame(sites), name=say("Places and stations"))
    for row, (_, one) in zip(values["rows"], sites.iterrows(), strict=True):
        facts, point = _text(one.get("facts")), _text(one["point_is"])
        lines = [_text(one.get("address"))]
        if pd.notna(one.get("acres")):
            lines.append(say("%(acres)s acres") % {"acres": number(one["acres"], language, 1)})
        lines.append(phrase(facts, language) or facts)
        lines.append(f"{say('The mark on the map is:')} {phrase(point, language) or point}")
        lines.append(f"{say('Source:')} {_text(one['source'])}")
        row["texts"] = [line for line in lines if line.strip()]
    return values
