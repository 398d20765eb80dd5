"""Files of the sites: table, reach, areas, comparison and summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import io
from norwalk_geo.report.summary import records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges, Sites

__all__ = ["Sited", "site_notes", "sites_summary", "write_sites"]

_SHEETS = {
    "doors": "Where reached",
    "figures": "Who gets there",
    "gaps": "Groups",
    "ways": "Ways in",
    "repairs": "Repairs",
    "alternatives": "Alternatives",
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
        `doors`, `figures`, `reach`, `isochrones`, `ways`, `stations` and `trips`; `gaps`,
        `repairs`, `alternatives`, `transit`, `operators` and `screens` where they are known.
    layers
        Boundaries, entrances and edits as the city gave them, by name.
    """

    sites: Sites
    edges: Edges
    tables: Mapping[str, pd.DataFrame]
    layers: Mapping[str, pd.DataFrame] = field(default_factory=dict)


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
        Sentences that every sheet carries.
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
    """Lay out the sheets; of transit and its alternatives only what is whole."""
    sheets = {}
    for name, label in _SHEETS.items():
        table = found.tables.get(name, pd.DataFrame())
        if name == "alternatives" and len(table):
            table = table[~table["is_partial"].astype("bool")].drop(columns="is_partial")
        if len(table):
            sheets[label] = table
    whole = _whole_transit(found)
    return sheets if whole is None else sheets | {"Transit": whole.drop(columns="partial_because")}


def write_sites(folder: Path, found: Sited, summary: Mapping[str, Any]) -> None:
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
    nothing
        `sites.csv`, `reach.parquet`, `isochrones.gpkg` (with boundaries, entrances and edits where
        they are given), `comparison.xlsx` and `summary.json` are written.

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
    for name, table in found.layers.items():
        own = gpd.GeoDataFrame(table)
        layers[name] = own[own.geometry.notna()].assign(notice=notice)
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
