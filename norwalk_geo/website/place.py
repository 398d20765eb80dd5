"""The page of each site in each language: picture, figures, plain words, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import jinja2
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.website import place_map
from norwalk_geo.website.pages import language
from norwalk_geo.website.pages.language import Language, number
from norwalk_geo.website.place_words import doors, programme, unknown, ways

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges, Sites

__all__ = ["Places", "write_places"]

_NAMES = {"en": "English", "es": "Español"}
# Travelers whom nothing unknown stops.
_SURE = ("walk", "drive")
_SHOWN_REPAIRS, _GAP_MIN = 5, 15.0
# Tables of which a page shows anything, and their schemas.
_SCHEMAS = {
    "figures": "site_figures",
    "gaps": "site_gaps",
    "ways": "site_ways",
    "stations": "site_stations",
    "operators": "site_operators",
    "trips": "site_trips",
    "repairs": "site_repairs",
    "alternatives": "site_alternatives",
    "transit": "site_transit",
    "doors": "site_doors",
}


@dataclass(frozen=True, eq=False)
class Places:
    """
    All that the pages of sites show.

    Parameters
    ----------
    sites
        The sites.
    doors
        Where they are reached, by `door_id`, with shapes.
    edges
        What one can go on.
    tables
        Tables of the sites by name. Partial figures of transit, and columns that are not public,
        are left out here.
    """

    sites: Sites
    doors: gpd.GeoDataFrame
    edges: Edges
    tables: Mapping[str, pd.DataFrame]


def _public(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Keep what may be shown: public columns, and transit where it is whole for all sites."""
    kept = {}
    for name, described in _SCHEMAS.items():
        if name not in tables or tables[name].empty:
            continue
        frame = tables[name]
        if "is_partial" in frame:
            whole = ~frame["is_partial"].astype("bool")
            # Sites are compared with each other: one partial figure takes out those of all.
            frame = frame[whole] if name == "alternatives" or whole.all() else frame.iloc[:0]
        names = [one for one in schema.public_columns(described) if one in frame]
        if len(frame):
            kept[name] = frame[names]
    return kept


def _own(tables: Mapping[str, pd.DataFrame], name: str, site: str) -> pd.DataFrame:
    """Take the rows of a site."""
    table = tables.get(name)
    return pd.DataFrame() if table is None else table[table["site_id"].eq(site)]


def _figures(table: pd.DataFrame, labels: Mapping[str, str], words: Language) -> list[Any]:
    """Write the rows of who gets there; what is not known says so."""
    none = words.text("not known")
    return [
        {
            "who": _who(str(row["profile"]), row["unknowns"], labels, words),
            "limit": f"{row['limit_min']:g}",
            "people": number(row["people"], words) or none,
            "jobs": number(row["jobs"], words) or none,
            "nodes": number(row["nodes"], words)
            if row["is_on_network"]
            else words.text("not on the network"),
        }
        for _, row in table.iterrows()
    ]


def _who(profile: str, unknowns: str, labels: Mapping[str, str], words: Language) -> str:
    """Name a traveler, and for those whom unknown ways may stop what was done with these."""
    who = labels.get(profile, profile)
    if profile in _SURE:
        return who
    known = words.text("only what is known to be usable")
    maybe = words.text("also what nobody measured")
    return f"{who}: {known if unknowns == 'avoid' else maybe}"


def _transit(table: pd.DataFrame, labels: Mapping[str, str], words: Language) -> list[Any]:
    """Write who gets there by transit; of a wheelchair what is known and what may be."""
    rows = []
    for _, row in table.iterrows():
        cells = {name: number(row.get(name), words) for name in ("people", "gained_people")}
        none = words.text("not known")
        rows.append(
            {
                "who": _who(str(row["profile"]), row["unknowns"], labels, words),
                "limit": f"{row['limit_min']:g}",
            }
            | {name: text or none for name, text in cells.items()}
        )
    return rows


def _gaps(table: pd.DataFrame, labels: Mapping[str, str], words: Language) -> list[Any]:
    """Write the share of each group beside that of everybody."""
    groups = {
        "homes_without_car": words.text("Homes without a car"),
        "people_with_disability": words.text("People with a disability"),
    }
    return [
        {
            # Shares are of those who surely get there.
            "who": _who(str(row["profile"]), "avoid", labels, words),
            "group": groups.get(str(row["group"]), str(row["group"])),
            "is_given": str(row["group"]) not in groups,
            "within": number(row["within_pct"], words),
            "all": number(row["all_within_pct"], words),
            # No zero carries a sign.
            "gap": number(round(float(row["gap_points"]), 1) + 0.0, words, 1),
        }
        for _, row in table.iterrows()
    ]


def _repairs(table: pd.DataFrame, helps: str, words: Language) -> list[Any]:
    """Write the first repairs of a kind, without what they cost."""
    if table.empty:
        return []
    kind = table[table["helps"].eq(helps)]
    own = kind.sort_values("place_in_site").head(_SHOWN_REPAIRS)
    # Where none is in a plan, no plan of its kind was read.
    none = words.text("in no plan") if kind["planned"].notna().any() else words.text("not known")
    return [
        {
            "what": str(row["repair_id"]),
            "where": "" if pd.isna(row["location"]) else str(row["location"]),
            "people": number(row["people"], words),
            "plan": none if pd.isna(row["planned"]) else words.text("proposed, not adopted"),
        }
        for _, row in own.iterrows()
    ]


def _alternatives(table: pd.DataFrame, labels: Mapping[str, str], words: Language) -> list[Any]:
    """Write what each alternative gives all people; zones and groups are in the spreadsheet."""
    if table.empty:
        return []
    own = table[table["grouping"].eq("all") & table["measure"].eq("people")]
    rows = []
    for _, row in own.iterrows():
        who = labels.get(str(row["profile"]), str(row["profile"]))
        if row["mode"] == "transit":
            who = words.text("By transit")
        counts = {
            name: number(row[name], words) for name in ("within_before", "within_after", "gained")
        }
        shown = {"name": str(row["alternative"]), "who": who, "limit": f"{row['limit_min']:g}"}
        rows.append(shown | counts)
    return rows


def _content(
    site: str, given: Places, tables: Mapping[str, pd.DataFrame], words: Language
) -> dict[str, Any]:
    """Gather what the page of a site says in one language."""
    labels = schema.labels(schema.parameters("profiles"), words.code)
    own = {name: _own(tables, name, site) for name in _SCHEMAS}
    parts = schema.parameters("programmes").reset_index()
    station = own["stations"]
    trips = own["trips"].iloc[0]
    low, high = (number(trips[f"{end}_trips"], words) for end in ("low", "high"))
    gaps, facts = own["gaps"], given.sites.loc[site]
    return {
        "site": {
            name: "" if pd.isna(value := facts.get(name)) else value
            for name in schema.describe("sites").columns.index
            if name != "geometry"
        },
        "doors": doors(own["doors"], words),
        "figures": _figures(own["figures"], labels, words),
        "transit": _transit(own["transit"], labels, words),
        "gaps": _gaps(gaps, labels, words),
        "ways": ways(own["ways"], words),
        "station": None
        if station.empty
        else {
            "name": station["station_name"].iloc[0],
            "miles": number(station["straight_ft"].iloc[0] / 5280, words, 1),
        },
        "removals": _repairs(own["repairs"], "get_there", words),
        "paving": _repairs(own["repairs"], "come_over_it", words),
        "alternatives": _alternatives(own["alternatives"], labels, words),
        "programme": programme(parts[parts["site_id"].eq(site)], words),
        "trips": {"low": low, "high": high, "confirmed": bool(trips["confirmed"])} if low else None,
        "unknown": unknown(own, tables, words),
    }


def _drawn(site: str, given: Places) -> dict[str, Any]:
    """Draw the surroundings of a site."""
    own = given.doors[given.doors["site_id"].eq(site)]
    areas = given.tables.get("isochrones")
    on_foot = gpd.GeoDataFrame({"limit_min": []}, geometry=[], crs=given.edges.crs)
    if areas is not None:
        rows = areas[areas["origin_id"].eq(site) & areas["profile"].eq("walk")]
        on_foot = gpd.GeoDataFrame(rows, geometry="geometry", crs=given.edges.crs)
    return place_map.picture(given.edges, on_foot, own)


def _templates(words: Language) -> jinja2.Environment:
    """Open the templates with the words of a language."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("norwalk_geo"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_callables(words.text, words.plural, newstyle=True)  # type: ignore[attr-defined]
    return templates


def write_places(
    folder: Path, given: Places, summary: Mapping[str, Any], languages: Sequence[str]
) -> tuple[str, ...]:
    """
    Write the page of every site in every language.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    given
        The sites. Partial figures of transit are on no page.
    summary
        City, notice, day and version.
    languages
        Codes; the page of the first is `SITE.html`, of another `SITE.CODE.html`.

    Returns
    -------
    files
        Names of the pages. Each opens by itself from disk with the network blocked, and every text
        is escaped.

    Raises
    ------
    ConfigError
        A text is not translated, or there is no such language.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    every = [language.read(code) for code in languages]
    tables, names = _public(given.tables), []
    for site in map(str, given.sites.index):
        files = {one.code: f"{site}.{one.code}.html" for one in every}
        files[every[0].code] = f"{site}.html"
        drawn = _drawn(site, given)
        for words in every:
            text = (
                _templates(words)
                .get_template("site/place.html")
                .render(
                    **_content(site, given, tables, words),
                    code=words.code,
                    languages=[{"code": k, "name": _NAMES[k], "file": v} for k, v in files.items()],
                    as_of=language.day(summary["as_of"], words),
                    city=str(summary["city"]),
                    notice=str(summary["notice"] or ""),
                    version=str(summary["version"]),
                    picture=drawn,
                    style=style.strip(),
                    gap_min=f"{_GAP_MIN:g}",
                )
            )
            (folder / files[words.code]).write_text(text, encoding="utf-8", newline="\n")
            names.append(files[words.code])
    for words in every:
        language.check_words(words)
    return tuple(names)
