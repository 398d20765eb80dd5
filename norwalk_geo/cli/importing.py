"""Bring a file into a city: apply the mapping, add to what is there, keep the account beside it."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import tomlkit

from norwalk_geo import config, io, schema, sources
from norwalk_geo.cli.records import Brought

__all__ = ["run"]

_FOLDER = "clean"


def _target(settings: config.Config, table: str) -> Path:
    """Choose the file of a table: the one in the settings, else one in `clean`."""
    if table in settings.tables:
        return settings.path(table)
    ending = ".gpkg" if schema.describe(table).geometry else ".csv"
    return settings.folder / _FOLDER / f"{table}{ending}"


def _with_earlier(path: Path, table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Add the surveys of earlier imports; a survey of the same section and day is replaced."""
    if table != "surveys" or not path.exists():
        return frame, 0
    earlier = io.read_table(path, table)
    kept = earlier[~earlier.index.isin(frame.index)]
    return pd.concat([kept, frame]).sort_index(kind="stable"), len(kept)


def _name_tables(settings: config.Config, targets: Mapping[str, Path]) -> None:
    """Name new tables in `norwalk.toml`, leaving its comments as they are."""
    new = {table: path for table, path in targets.items() if table not in settings.tables}
    if not new:
        return
    file = settings.folder / config.FILE_NAME
    document = tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    tables = document.setdefault("tables", tomlkit.table())
    for table, path in new.items():
        tables[table] = path.relative_to(settings.folder).as_posix()
    handle, aside = tempfile.mkstemp(prefix=".norwalk-", dir=settings.folder)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(tomlkit.dumps(document))
    Path(aside).replace(file)


def run(
    source: Path, mapping: Path, city: Path, *, as_of: dt.date | None, replace: bool
) -> Brought:
    """
    Import one file.

    Parameters
    ----------
    source
        Somebody's file.
    mapping
        Which of its columns becomes what.
    city
        The city's folder, or its `norwalk.toml`.
    as_of
        Day that the data describe, where it is not the one of the settings.
    replace
        Forget the surveys of earlier imports.

    Returns
    -------
    brought
        Account and files.
    """
    settings = config.read_config(city)
    day = as_of or settings.as_of or dt.datetime.now(tz=dt.UTC).astimezone().date()
    scales = schema.parameters("scales", folder=settings.folder / "parameters")
    made = sources.from_export(
        source,
        sources.read_mapping(mapping),
        crs=settings.crs,
        bbox_lonlat=settings.bbox_lonlat,
        as_of=day,
        scales=scales,
    )
    account = sources.report_dict(made.report)
    lines, targets = list(sources.describe(made.report)), {}
    folder = settings.folder / _FOLDER
    with io.writing(folder) as aside:
        for table, frame in made.tables.items():
            path = _target(settings, table)
            whole, kept = (frame, 0) if replace else _with_earlier(path, table, frame)
            if kept:
                lines.append(f"{kept:,} surveys of earlier imports are kept.")
            io.write_table(whole, aside / path.name, table, as_of=day)
            targets[table] = folder / path.name
        text = json.dumps(account, indent=2, ensure_ascii=False) + "\n"
        (aside / f"import_{made.report.table}.json").write_text(text, encoding="utf-8")
    _name_tables(settings, targets)
    return Brought(account, lines, [str(path) for path in targets.values()])
