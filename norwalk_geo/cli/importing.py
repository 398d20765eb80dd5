"""Bring a file into a city: apply the mapping, add to what is there, keep the account beside it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import tomlkit

from norwalk_geo import config, io, network, schema, sources
from norwalk_geo.cli import bounding
from norwalk_geo.cli.records import Brought
from norwalk_geo.errors import Problem, SourceError

__all__ = ["Asked", "name_tables", "run", "with_earlier"]

_FOLDER = "clean"
# The sections as they were imported, to tell what the city edits afterward.
IMPORTED = "imported_sections"
_LISTS = ("boundary", "boundary_streets", "changes", "edits")


@dataclass(frozen=True)
class Asked:
    """
    What is said of requests of residents that come from an Open311 endpoint.

    Parameters
    ----------
    time_zone
        The city's zone; blank where every time has its own.
    services
        Saved answer of `/services`.
    """

    time_zone: str = ""
    services: Path | None = None


def _target(settings: config.Config, table: str) -> Path | str:
    """
    Choose the address of a table, or its file in `clean`, named as now or as usual.

    A file elsewhere is the city's own and is never written over.
    """
    named = settings.path(table) if table in settings.tables else None
    if isinstance(named, str) or (named and named.parent == settings.folder / _FOLDER):
        return named
    ending = ".gpkg" if schema.describe(table).geometry else ".csv"
    return settings.folder / _FOLDER / f"{table}{ending}"


def with_earlier(
    settings: config.Config, table: str, frame: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """
    Add the surveys or requests of earlier imports; one with the same key is replaced.

    Parameters
    ----------
    settings
        Settings as read.
    table
        Name of the table; only surveys and requests are added to.
    frame
        The new rows.

    Returns
    -------
    frame, kept
        All rows, and how many of them are earlier ones.
    """
    path = settings.path(table) if table in settings.tables else None
    if table not in {"surveys", "requests"} or path is None or not io.is_there(path):
        return frame, 0
    earlier = io.read_table(path, table)
    kept = earlier[~earlier.index.isin(frame.index)]
    return pd.concat([kept, frame]).sort_index(kind="stable"), len(kept)


def name_tables(settings: config.Config, names: Mapping[str, str]) -> str:
    """
    Name tables in the text of `norwalk.toml`, leaving its comments as they are.

    Parameters
    ----------
    settings
        Settings as read.
    names
        File by table, relative to the city's folder.

    Returns
    -------
    text
        The file's new text.
    """
    file = settings.folder / config.FILE_NAME
    document = tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    tables = document.setdefault("tables", tomlkit.table())
    for table, name in names.items():
        tables[table] = name
    return tomlkit.dumps(document)


def _onward(
    settings: config.Config, tables: Mapping[str, pd.DataFrame], *, replace: bool
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Give re-imported sections the ids that they had; carry over edits and history."""
    made, named = dict(tables), settings.tables
    place = settings.path("sections") if "sections" in named else None
    if "sections" not in made:
        return made, []
    made[IMPORTED] = made["sections"]
    if place is None or not io.is_there(place):
        return made, []
    earlier = gpd.GeoDataFrame(io.read_table(place, "sections"))
    if earlier.crs != gpd.GeoDataFrame(made["sections"]).crs:
        return made, []
    keys = made["sections"].index
    edition = network.match_ids(gpd.GeoDataFrame(made["sections"]), earlier)
    made[IMPORTED] = edition.sections[list(made["sections"].columns)]
    edition, told = _with_edits(settings, edition, earlier, made)
    made["sections"], made["changes"] = edition.sections, edition.changes
    renamed = dict(zip(keys, edition.sections.index, strict=True))
    if "surveys" in made:
        made["surveys"] = made["surveys"].rename(index=renamed, level="section_id")
    at = settings.path("surveys") if "surveys" in named else None
    # Who replaces surveys wants no earlier ones; who brings none keeps the history.
    if at is not None and io.is_there(at) and not (replace and "surveys" in made):
        kept = network.carry_surveys(io.read_table(at, "surveys"), edition.changes, earlier)
        fresh = made.get("surveys", kept.iloc[:0])
        made["surveys"] = pd.concat([kept[~kept.index.isin(fresh.index)], fresh]).sort_index()
    counts = edition.changes["change"].value_counts().sort_index()
    said = ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
    return made, [f"against the earlier edition: {said} (changes.csv lists them)", *told]


def _with_edits(
    settings: config.Config,
    edition: network.Edition,
    earlier: gpd.GeoDataFrame,
    made: dict[str, pd.DataFrame],
) -> tuple[network.Edition, list[str]]:
    """Keep what the city changed by hand since its last import, where that was kept."""
    place = settings.folder / _FOLDER / f"{IMPORTED}.gpkg"
    if not place.exists():
        return edition, []
    imported = gpd.GeoDataFrame(io.read_table(place, "sections"))
    kept = network.keep_edits(edition, earlier, imported)
    made["edits"] = kept.edits
    counts = kept.edits["outcome"].value_counts().sort_index()
    said = ", ".join(f"{outcome} {count:,}" for outcome, count in counts.items())
    return kept.edition, [f"cells edited by hand: {said} (edits.csv lists them)"] if said else []


def _made(
    settings: config.Config, source: Path, mapping: Path | None, day: dt.date, asked: Asked
) -> sources.Imported:
    """Make tables of the file; OpenStreetMap and Open311 need no mapping."""
    folder = settings.folder / "parameters"
    crs, box = settings.crs, settings.bbox_lonlat
    if mapping is not None:
        known = sources.read_mapping(mapping)
        scales = schema.parameters("scales", folder=folder)
        return sources.from_export(
            source, known, crs=crs, bbox_lonlat=box, as_of=day, scales=scales
        )
    if sources.is_open311(source):
        city = sources.City(crs, box, day)
        zone, services = asked.time_zone, asked.services
        return sources.from_open311(source, city, time_zone=zone, services=services)
    if not sources.is_osm(source):
        remedy = "Name one with --map; docs/methods/import.md shows how it is written."
        problem = Problem(source.name, "needs a mapping", remedy=remedy)
        raise SourceError.of(str(source), [problem])
    tags = schema.parameters("osm_tags", folder=folder)
    return sources.from_osm(source, crs=crs, bbox_lonlat=box, as_of=day, tags=tags)


def run(
    source: Path,
    mapping: Path | None,
    city: Path,
    *,
    as_of: dt.date | None,
    replace: bool,
    boundary: Path | None = None,
    asked: Asked | None = None,
) -> Brought:
    """
    Import one file.

    Parameters
    ----------
    source
        Somebody's file.
    mapping
        Which of its columns becomes what; None for an extract of OpenStreetMap or an answer of
        Open311.
    city
        The city's folder, or its `norwalk.toml`.
    as_of
        Day that the data describe, where it is not the one of the settings.
    replace
        Forget the surveys of earlier imports, where the file brings surveys. Ids, edits and the
        history of what it does not bring are kept in any case.
    boundary
        Layer of the city's area; by default the one that an earlier import kept.
    asked
        What is said of requests of residents.

    Returns
    -------
    brought
        Account and files.

    Raises
    ------
    SourceError
        A file that needs a mapping has none, or cannot be read.
    """
    settings = config.read_config(city)
    day = as_of or settings.as_of or dt.datetime.now(tz=dt.UTC).astimezone().date()
    made = _made(settings, source, mapping, day, asked or Asked())
    lines = list(sources.describe(made.report))
    tables, said = bounding.apply(settings, made.tables, boundary)
    lines += said
    tables, said = _onward(settings, tables, replace=replace)
    lines += said
    joined = {}
    for table, frame in tables.items():
        joined[table], kept = (frame, 0) if replace else with_earlier(settings, table, frame)
        if kept:
            lines.append(f"{kept:,} {table} of earlier imports are kept.")
    account = sources.report_dict(made.report)
    places = _write(settings, joined, (made.report.table, account), day, lines)
    return Brought(account, lines, places)


def _write(
    settings: config.Config,
    tables: Mapping[str, pd.DataFrame],
    account: tuple[str, Mapping[str, Any]],
    day: dt.date,
    lines: list[str],
) -> list[str]:
    """Write tables, the account and what the settings must name, together; say where they are."""
    names, places = {}, []
    in_database: dict[tuple[str, str], pd.DataFrame] = {}
    with io.writing(settings.folder) as whole:
        aside = whole / _FOLDER
        aside.mkdir()
        for table, frame in tables.items():
            if table == IMPORTED:
                io.write_table(frame, aside / f"{table}.gpkg", "sections", as_of=day)
                continue
            place = _target(settings, table)
            if isinstance(place, str):
                in_database[table, place] = frame
                places.append(io.shown(place, folder=settings.folder))
                continue
            io.write_table(frame, aside / place.name, table, as_of=day)
            places.append(str(place))
            if table not in _LISTS:
                names[table] = place.relative_to(settings.folder).as_posix()
        text = json.dumps(account[1], indent=2, ensure_ascii=False) + "\n"
        (aside / f"import_{account[0]}.json").write_text(text, encoding="utf-8")
        new = {table: name for table, name in names.items() if settings.tables.get(table) != name}
        if new:
            text = name_tables(settings, new)
            (whole / config.FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
            lines.append(f"{config.FILE_NAME} now names {', '.join(new.values())}.")
        # Last, so that a database is not changed where a file could not be written.
        for (table, address), frame in in_database.items():
            io.write_table(frame, address, table)
    return places
