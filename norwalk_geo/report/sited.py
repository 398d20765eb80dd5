"""Files of the sites: table, reach, areas, comparison, summary, and a page for each site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import io, schema
from norwalk_geo.report import sited_map, sited_page
from norwalk_geo.report.summary import records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges, Sites

__all__ = ["Sited", "site_notes", "sites_summary", "write_sites"]

_SHEETS = {
    "figures": "Who gets there",
    "gaps": "Groups",
    "ways": "Ways in",
    "stations": "Stations",
    "operators": "No timetable",
    "trips": "Trips added",
    "screens": "Screens",
}
_NO_ZONES = "No zones are given, so that people and jobs are not known: corners are counted."
_NO_TRANSIT = "Transit is not in these figures: no timetables were given."
_PARTIAL = (
    "Transit is known in part, so that it is in no comparison and on no page: {because}. The "
    "partial figures are in summary.json alone."
)


@dataclass(frozen=True, eq=False)
class Sited:
    """
    Sites with all that their files show.

    Parameters
    ----------
    sites
        The sites.
    edges
        What one can go on.
    tables
        `figures`, `reach`, `isochrones`, `ways`, `stations` and `trips`; `gaps`, `transit`,
        `operators` and `screens` where they are known.
    """

    sites: Sites
    edges: Edges
    tables: Mapping[str, pd.DataFrame]


def site_notes(found: Sited, *, has_zones: bool) -> list[str]:
    """
    Say what is not known of the sites.

    Parameters
    ----------
    found
        The sites.
    has_zones
        Whether people are known.

    Returns
    -------
    notes
        Sentences that every page and sheet carries.
    """
    notes = [] if has_zones else [_NO_ZONES]
    if "transit" not in found.tables:
        return [*notes, _NO_TRANSIT]
    partial = found.tables["transit"]
    partial = partial[partial["is_partial"]]
    if len(partial):
        because = "; ".join(sorted(set(partial["partial_because"])))
        notes.append(_PARTIAL.format(because=because))
    return notes


def _whole_transit(found: Sited) -> pd.DataFrame | None:
    """Give the transit figures only where none of them is partial: sites are compared with all."""
    table = found.tables.get("transit")
    return None if table is None or table["is_partial"].any() else table


def sites_summary(found: Sited, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """
    Summarize sites, side by side and in no order of merit.

    Parameters
    ----------
    found
        The sites.
    about
        City, notice, notes and the provenance block.

    Returns
    -------
    summary
        Plain values, ready for JSON. Partial figures are marked.
    """
    listed = {
        name: records(table.set_index("site_id"))
        for name, table in found.tables.items()
        if name in _SHEETS or name == "transit"
    }
    shown = pd.DataFrame(found.sites.drop(columns="geometry"))
    return {
        "kind": "sites",
        "city": about["city"],
        "notice": about["notice"],
        "sites": records(shown),
        **listed,
        **{key: value for key, value in about.items() if key not in ("city", "notice")},
    }


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the workbook's figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        "No rank": "Sites stand in the order of their ids. There is no total and no winner.",
        "Not known": "\n".join(summary["notes"]),
    }
    for one in summary["inputs"]:
        lines[f"Input: {one['table']}"] = f"{one['path']}, SHA-256 {one['sha256']}"
    return {name: text for name, text in lines.items() if text}


def _comparison(found: Sited) -> dict[str, pd.DataFrame]:
    """Lay out the sheets; transit only where it is whole."""
    sheets = {
        label: found.tables[name]
        for name, label in _SHEETS.items()
        if name in found.tables and len(found.tables[name])
    }
    whole = _whole_transit(found)
    return sheets if whole is None else sheets | {"Transit": whole.drop(columns="partial_because")}


def _row(table: pd.DataFrame | None, site: str) -> dict[str, Any] | None:
    """Take the row of a site, if it has one."""
    own = pd.DataFrame() if table is None or table.empty else table[table["site_id"].eq(site)]
    return None if own.empty else {str(name): value for name, value in own.iloc[0].items()}


def _pages(folder: Path, found: Sited, summary: Mapping[str, Any]) -> list[str]:
    """Write the page of every site."""
    labels, names = schema.labels(schema.parameters("profiles"), "en"), []
    programme = schema.parameters("programmes").reset_index()
    areas = found.tables.get("isochrones")
    for site, row in found.sites.iterrows():
        on_foot = gpd.GeoDataFrame(found.sites.iloc[:0][["geometry"]]).assign(limit_min=0.0)
        if areas is not None:
            own = areas[areas["origin_id"].eq(site) & areas["profile"].eq("walk")]
            on_foot = gpd.GeoDataFrame(own, geometry="geometry", crs=found.edges.crs)
        figures = found.tables.get("figures", pd.DataFrame({"site_id": []}))
        tables = {
            "figures": figures[figures["site_id"].eq(site)],
            "programme": programme[programme["site_id"].eq(site)],
            "ways": _row(found.tables["ways"], str(site)),
            "trips": _row(found.tables["trips"], str(site)),
            "station": _row(found.tables["stations"], str(site)),
            "labels": labels,
        }
        drawn = sited_map.picture(found.edges, on_foot, row["geometry"])
        text = sited_page.page(row.drop("geometry").to_dict(), tables, summary, drawn)
        name = f"{site}.html"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        names.append(name)
    return names


def write_sites(folder: Path, found: Sited, summary: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Write the files of the sites.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    found
        The sites.
    summary
        What `sites_summary` made of them.

    Returns
    -------
    pages
        Names of the pages; `sites.csv`, `reach.parquet`, `isochrones.gpkg`, `comparison.xlsx` and
        `summary.json` are beside them.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    notice, as_of = summary["notice"], dt.date.fromisoformat(summary["as_of"])
    figures = found.tables["figures"]
    write_csv(folder / "sites.csv", figures, notice)
    reach = found.tables["reach"]
    (reach.assign(notice=notice) if notice else reach).to_parquet(folder / "reach.parquet")
    layers = {"sites": found.sites.assign(notice=notice)}
    if "isochrones" in found.tables:
        areas = gpd.GeoDataFrame(found.tables["isochrones"], geometry="geometry")
        layers["isochrones"] = areas.set_crs(found.edges.crs).assign(notice=notice)
    io.write_layers(layers, folder / "isochrones.gpkg", as_of=as_of)
    workbook(
        folder / "comparison.xlsx",
        _comparison(found),
        title=f"{summary['city']}: places worth reaching",
        notice=notice,
        about=_about(summary),
        as_of=as_of,
    )
    write_json(folder / "summary.json", summary)
    return tuple(_pages(folder, found, summary))
