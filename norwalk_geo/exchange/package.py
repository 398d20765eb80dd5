"""The city's public tables as a Frictionless data package, with GeoPackage and GeoParquet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from norwalk_geo import io, schema

__all__ = ["public_tables", "write_package"]

_TYPES = {
    "text": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
}


def public_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """
    Take what may be published of a city's tables.

    Parameters
    ----------
    tables
        Tables by name.

    Returns
    -------
    public
        Only columns that the schemas flag public. A table whose key is not public is left out, and
        so is one of which nothing but the key remains.
    """
    found = {}
    for name in sorted(tables):
        key = list(schema.describe(name).key)
        allowed = schema.public_columns(name)
        flat = tables[name].reset_index()
        kept = [column for column in flat.columns if column in allowed]
        if set(key) <= set(kept) and len(kept) > len(key):
            found[name] = flat[kept]
    return found


def _field(column: str, row: pd.Series) -> dict[str, Any]:
    """Describe a column by its schema."""
    limits: dict[str, Any] = {"required": True} if row["required"] else {}
    kind = _TYPES[str(row["type"])]
    for name in ("minimum", "maximum"):
        if pd.notna(row[name]):
            limits[name] = int(row[name]) if kind == "integer" else float(row[name])
    if row["values"]:
        limits["enum"] = str(row["values"]).split("|")
    made = {"name": column, "type": kind, "description": str(row["description"])}
    if row["unit"]:
        made["unit"] = str(row["unit"])
    return {**made, "constraints": limits} if limits else made


def _resource(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Describe a table."""
    described = schema.describe(name)
    columns = [column for column in frame.columns if column != "geometry"]
    rows = {str(column): row for column, row in described.columns.iterrows()}
    fields = [_field(column, rows[column]) for column in columns]
    return {
        "name": name.replace("_", "-"),
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": f"Each row is a {described.each_row_is_a}.",
        "schema": {"fields": fields, "primaryKey": list(described.key), "missingValues": [""]},
    }


def _csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table without geometry; an apostrophe keeps text from being read as a formula."""
    flat = io.plain_text(pd.DataFrame(frame.drop(columns="geometry", errors="ignore")))
    flat.to_csv(path, index=False, lineterminator="\r\n", date_format="%Y-%m-%d")


def _parquet(frame: gpd.GeoDataFrame, path: Path, about: Mapping[str, Any]) -> None:
    """Write GeoParquet whose metadata say where it comes from."""
    frame.to_parquet(path, index=False)
    table = pq.read_table(path)
    block = {b"norwalk_geo": json.dumps(dict(about), ensure_ascii=False).encode("utf-8")}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **block}), path)


def write_package(
    folder: Path, tables: Mapping[str, pd.DataFrame], *, about: Mapping[str, Any]
) -> list[str]:
    """
    Write the public tables in forms that other programs read.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    tables
        The city's tables by name, as checked.
    about
        `city`, `notice`, `as_of`, `version` and `inputs`, which every file carries.

    Returns
    -------
    files
        `datapackage.json` [1]_ with a CSV a table, `public.gpkg` with every table, and a GeoParquet
        a table with geometry. Columns that are not public are in none.

    References
    ----------
    .. [1] Frictionless Data, *Data Package*, version 1, specs.frictionlessdata.io.
    """
    public = public_tables(tables)
    layers: dict[str, pd.DataFrame] = {}
    for name, frame in public.items():
        _csv(frame, folder / f"{name}.csv")
        layers[name] = frame
        if "geometry" in frame:
            placed = gpd.GeoDataFrame(frame, geometry="geometry")
            layers[name] = placed
            _parquet(placed, folder / f"{name}.parquet", about)
    origin = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in about.items()
    }
    layers["provenance"] = pd.DataFrame({"name": list(origin), "value": list(origin.values())})
    io.write_layers(layers, folder / "public.gpkg", as_of=pd.Timestamp(about["as_of"]).date())
    package = {
        "profile": "tabular-data-package",
        "name": "street-data",
        "title": f"Public street data of {about['city']}",
        "description": about["notice"] or f"Street data of {about['city']}.",
        "created": f"{about['as_of']}T00:00:00Z",
        "resources": [_resource(name, frame) for name, frame in public.items()],
        "norwalk_geo:provenance": dict(about),
    }
    text = json.dumps(package, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")
    return sorted(path.name for path in folder.iterdir() if path.is_file())
