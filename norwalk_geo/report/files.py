"""The plan's files: GeoPackage, CSV with its description, workbook and summary."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import io, schema
from norwalk_geo.report.assets import asset_layers, asset_table
from norwalk_geo.report.beside import Beside, paid
from norwalk_geo.report.sheets import sheets
from norwalk_geo.report.tables import street_table, work_table
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.budget import Plan
    from norwalk_geo.schema import Condition, Sections

__all__ = ["Results", "write_plan"]

_CSVW_TYPES = {"text": "string", "number": "decimal", "integer": "integer", "date": "date"}


@dataclass(frozen=True)
class Results:
    """
    A plan with all that its files show.

    Parameters
    ----------
    sections, condition
        Streets and their latest survey.
    plan
        The plan.
    bands
        Table `band_summary`.
    summary
        What `summary` made of them.
    beside
        Certificate, and what else was asked.
    """

    sections: Sections
    condition: Condition
    plan: Plan
    bands: pd.DataFrame
    summary: Mapping[str, Any]
    beside: Beside = field(default_factory=Beside)


def _noticed(frame: pd.DataFrame, notice: str) -> pd.DataFrame:
    """Put the notice on every row, so that no copy of a table loses it."""
    return frame.assign(notice=notice) if notice else frame


def _geopackage(path: Path, results: Results, notice: str, as_of: dt.date) -> None:
    """Write the streets and the work as layers, with the yearly figures and their origin."""
    streets, plan = results.sections, results.plan
    table = street_table(streets, results.condition, plan)
    table["survey_date"] = pd.to_datetime(table["survey_date"])
    shapes = gpd.GeoDataFrame(table, geometry=streets.geometry.to_numpy(), crs=streets.crs)
    work = work_table(streets, results.condition, plan)
    work["survey_date"] = pd.to_datetime(work["survey_date"])
    lines = streets.geometry.loc[work["section_id"]].to_numpy()
    block = {key: results.summary[key] for key in ("version", "as_of", "settings", "parameters")}
    origin = {
        **{
            key: json.dumps(value) if isinstance(value, dict) else value
            for key, value in block.items()
        },
        "inputs": json.dumps(results.summary["inputs"]),
        "notice": notice,
    }
    layers = {
        "sections": _noticed(shapes, notice),
        "work": _noticed(gpd.GeoDataFrame(work, geometry=lines, crs=streets.crs), notice),
        "years": _noticed(plan.years.reset_index(), notice),
        "bands": _noticed(results.bands.reset_index(), notice),
        **_asset_layers(results, notice),
        "provenance": pd.DataFrame(
            {"name": list(origin), "value": list(map(str, origin.values()))}
        ),
    }
    io.write_layers(layers, path, as_of=as_of)


def _asset_layers(results: Results, notice: str) -> dict[str, pd.DataFrame]:
    """Lay out other assets by their shapes, where the city has a table of them."""
    found = results.beside.assets
    if found is None:
        return {}
    return {name: _noticed(frame, notice) for name, frame in asset_layers(found).items()}


def _money_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Write dollars with two decimals; other numbers as short as they are exact."""
    dollars = [name for name in frame.columns if str(name).endswith("_usd")]
    texts = {name: frame[name].map("{:.2f}".format, na_action="ignore") for name in dollars}
    return frame.assign(**texts)


def _describe_csv(frame: pd.DataFrame, name: str, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a CSV by the W3C's vocabulary for tables, with the origin of its figures."""
    known = pd.concat([schema.describe(t).columns for t in ("work", "sections", "condition")])
    columns = []
    for column in frame.columns:
        rows = known.loc[[column]].iloc[0] if column in known.index else None
        kind = "string" if rows is None else _CSVW_TYPES.get(rows["type"], "string")
        text = "" if rows is None else rows["description"]
        columns.append({"name": column, "titles": column, "datatype": kind, "dc:description": text})
    origin = ("city", "notice", "version", "as_of", "settings", "parameters", "inputs")
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": name,
        "tableSchema": {"columns": columns},
        "norwalk_geo:provenance": {key: summary[key] for key in origin},
    }


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the workbook's figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        "Plan": "Draft made by optimization; nothing in it is adopted.",
        "Proof": summary["certificate"]["says"],
        "Zones": summary.get("rotation_price", {}).get("says", ""),
        "Money": "Constant dollars of the base year; columns “$ of the year” add inflation.",
        "Notes": " ".join(summary["notes"]),
    }
    for one in summary["inputs"]:
        text = f"{one['path']}, {one['rows']:,} rows, newest day {one['date'] or 'none'}"
        lines[f"Input: {one['table']}"] = f"{text}, SHA-256 {one['sha256']}"
    for name, one in summary["parameters"].items():
        doubt = f" Rows not confirmed: {one['unconfirmed_rows']}."
        file = "norwalk_geo's own" if one["file"] == "package" else one["file"]
        label = f"Parameters: {name.replace('_', ' ')}"
        lines[label] = f"{one['source']}\nFile: {file}.{doubt}"
    return {name: text for name, text in lines.items() if text}


def write_plan(folder: Path, results: Results) -> None:
    """
    Write a plan's files.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    results
        The plan with all that its files show. Figures agree to the cent in every file.

    Returns
    -------
    nothing
        `plan.gpkg`, `work_plan.csv` with `work_plan.csv-metadata.json`, `by_fund.csv`,
        `work_plan.xlsx` and `summary.json` are written, `curb_ramps.csv` where corners are known,
        and `asset_plan.csv` where there is a table of other assets.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    summary, plan = results.summary, results.plan
    notice, as_of = summary["notice"], dt.date.fromisoformat(summary["as_of"])
    _geopackage(folder / "plan.gpkg", results, notice, as_of)
    work = work_table(results.sections, results.condition, plan)
    listed = _noticed(_money_text(work), notice)
    write_csv(folder / "work_plan.csv", listed)
    described = _describe_csv(listed, "work_plan.csv", summary)
    write_json(folder / "work_plan.csv-metadata.json", described)
    write_csv(folder / "by_fund.csv", _money_text(paid(plan)), notice)
    if plan.ramps is not None:
        write_csv(folder / "curb_ramps.csv", _money_text(plan.ramps.reset_index()), notice)
    if results.beside.assets is not None:
        table = asset_table(results.beside.assets)
        write_csv(folder / "asset_plan.csv", _money_text(table), notice)
    workbook(
        folder / "work_plan.xlsx",
        sheets(results.sections, results.condition, plan, results.bands, beside=results.beside),
        title=f"{summary['city']}: street repair plan (draft)",
        notice=notice,
        about=_about(summary),
        as_of=as_of,
    )
    write_json(folder / "summary.json", summary)
