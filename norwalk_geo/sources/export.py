"""An export of somebody's system → our tables, checked, with an account of every row."""

from __future__ import annotations

import datetime as dt
from collections import abc
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from norwalk_geo import files, network, schema
from norwalk_geo.errors import CrsError, NorwalkError, Problem, SchemaError
from norwalk_geo.schema.convert import TYPES
from norwalk_geo.sources import columns, pieces, rows
from norwalk_geo.sources.account import Result, report_of
from norwalk_geo.sources.mapping import Mapping
from norwalk_geo.sources.osm import is_osm, read_osm
from norwalk_geo.sources.pieces import Parts
from norwalk_geo.sources.report import ImportReport, Log
from norwalk_geo.sources.shapes import City

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.sources.rows import Kept

__all__ = ["Imported", "from_export", "from_raw"]

_SURVEY = ("survey_date", "pci", "pci_method", "load_share_pct")
# What belongs to a whole row of the file is shared among its pieces by their length.
_SHARED = ("given_length_ft", "area_sy")


@dataclass(frozen=True)
class Imported:
    """
    What came of an import.

    Parameters
    ----------
    tables
        Checked tables by name: the mapping's own, and `surveys` where a file of streets has them.
    report
        What became of each row.
    """

    tables: abc.Mapping[str, DataFrame]
    report: ImportReport


# --------------------------------------------------------------------------- tables


def _share(values: pd.Series, parts: Parts) -> pd.Series:
    """Share a row's figure among its pieces by their length; others and bad cells stay."""
    if not parts.part.any():
        return values
    length = pd.Series(shapely.length(parts.shapes))
    share = (length / length.groupby(parts.origin).transform("sum")).to_numpy()
    number, bad = TYPES["number"][0](values)
    split = (parts.part > 0) & ~bad.to_numpy()
    result: pd.Series = (number * share).where(split, values)
    return result


def _spread(parts: Parts, made: abc.Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Give each piece what its row has, and its share of what belongs to the whole row."""
    spread = {name: one.iloc[parts.origin].reset_index(drop=True) for name, one in made.items()}
    for name in _SHARED:
        if name in spread:
            spread[name] = _share(spread[name], parts)
    return spread


def _tables(
    kept: Kept, parts: Parts, made: abc.Mapping[str, pd.Series], mapping: Mapping
) -> dict[str, DataFrame]:
    """Put the tables together: rows, their pieces, and the surveys of the same rows."""
    described = schema.describe(mapping.table)
    source = columns.as_text(kept.frame[mapping.key]) if mapping.key else kept.ids
    spread = _spread(parts, made)
    ids = kept.ids.iloc[parts.origin].reset_index(drop=True)
    source = source.iloc[parts.origin].reset_index(drop=True)
    ids = ids.where(parts.part == 0, ids + "-" + pd.Series(parts.part).astype("str"))
    frame = pd.DataFrame(spread | {described.key[0]: ids, "source_id": source})
    own = frame[[name for name in described.columns.index if name in frame]]
    if parts.shapes is not None:
        own = gpd.GeoDataFrame(own, geometry=parts.shapes)
    if mapping.table != "sections" or "pci" not in made:
        return {mapping.table: own}
    surveyed = frame[["section_id", *(name for name in _SURVEY if name in frame)]]
    surveyed = surveyed[columns.as_text(surveyed["pci"]).notna()]
    return {mapping.table: own} | ({"surveys": surveyed} if len(surveyed) else {})


# --------------------------------------------------------------------------- checks


def _checked(
    tables: abc.Mapping[str, DataFrame],
    city: City,
    log: Log,
    names: abc.Mapping[str, str],
    source: str,
    mapping: Mapping,
) -> dict[str, DataFrame]:
    """Check every table and say all problems at once, rows named by the file's own key."""
    checked, found, places = {}, list[Problem](), list[Problem]()
    for table, frame in tables.items():
        try:
            checked[table] = schema.check(frame, table)
        except SchemaError as error:
            found += error.problems
        if isinstance(frame, gpd.GeoDataFrame):
            named = frame.set_index(schema.describe(table).key[0])
            try:
                network.check_crs(named, table, crs=city.crs, bbox_lonlat=city.bbox_lonlat)
            except CrsError as error:
                places += error.problems
    # What the log says is in the file's own keys already.
    every = log.problems + [
        Problem(
            one.where, one.what, tuple(_own(row, names) for row in one.rows), _remedy(one, mapping)
        )
        for one in [*found, *places]
    ]
    if every:
        raise (SchemaError if found or log.problems else CrsError).of(source, every)
    return checked


def _remedy(problem: Problem, mapping: Mapping) -> str:
    """Say what the mapping can do about a cell, beside correcting the source."""
    if problem.where not in mapping.columns:
        return problem.remedy
    place = f"columns.{problem.where}"
    if problem.what.startswith("unknown value"):
        return f"{problem.remedy} Say in {place}.values which word of the file means which."
    if problem.what.startswith("outside"):
        not_known = f"list the value in {place}.missing if it means not known"
        return f"Correct the source, {not_known}, or leave the rows out by where."
    if problem.what == "missing":
        return f"{problem.remedy} Or leave the rows out by where."
    return problem.remedy


def _own(row: str, names: abc.Mapping[str, str]) -> str:
    """Name a row by the file's own key; a survey is named by its section and its day."""
    return names.get(row) or names.get(row.rsplit(" ", 1)[0], row)


def _refuse_nothing(count: int, log: Log, source: str) -> None:
    """Refuse a result without rows, saying what became of them."""
    if count:
        return
    problems = log.problems + [
        Problem(one.rule, f"no row is left; dropped: {one.reason}", one.ids, "Change the mapping.")
        for one in log.changes
        if one.kind == "dropped"
    ]
    empty = Problem(source, "the source has no rows", remedy="Export the table again.")
    raise SchemaError.of(source, problems or [empty])


def _names(ids: pd.Series, kept: Kept, parts: Parts, log: Log) -> dict[str, str]:
    """Give the file's own key for each of our ids that stands for one row of it."""
    labels = log.labels[kept.frame.index][parts.origin]
    named = pd.DataFrame({"id": ids.to_numpy(), "label": labels}).dropna().drop_duplicates()
    named = named.drop_duplicates("id", keep=False)
    return dict(zip(named["id"], named["label"], strict=True))


def _read(source: Path, layer: str) -> DataFrame:
    """Read the file; a named index, which Parquet keeps, is a column."""
    if is_osm(source) and source.is_file():
        streets: DataFrame = read_osm(source)
        return streets
    raw: DataFrame = files.read_frame(source, layer=layer or None).rename(columns=str)
    is_column = raw.index.names != [None] and not set(raw.index.names) & set(raw.columns)
    return raw.reset_index(drop=not is_column)


def from_raw(
    raw: DataFrame, source: Path, mapping: Mapping, city: City, scales: DataFrame | None = None
) -> Imported:
    """
    Make tables of ours from a file that is read already.

    Parameters
    ----------
    raw
        What the file has.
    source
        The file, for the account.
    mapping
        Which of its columns become which of ours.
    city
        The city's system and place, and the day that the data describe.
    scales
        Index by scale and rating. By default `parameters/scales.csv`.

    Returns
    -------
    imported
        As `from_export` gives it.

    Raises
    ------
    SchemaError
        With every problem of the result; other errors as in `from_export`.
    """
    table = schema.parameters("scales") if scales is None else scales
    rows.refuse_unknown(raw, mapping, source.name, table)
    log = Log(rows.labels(raw, mapping))
    try:
        kept = rows.pick(raw, mapping, city, table, log)
    except NorwalkError as error:
        raise type(error).of(source.name, error.problems) from None
    _refuse_nothing(len(kept.ids), log, source.name)
    made = columns.build(kept.frame, mapping.columns.values(), table, log)
    parts = pieces.split(kept.frame, kept.lines, log)
    tables = _tables(kept, parts, made, mapping)
    ids = tables[mapping.table][schema.describe(mapping.table).key[0]]
    names = _names(ids, kept, parts, log)
    checked = _checked(tables, city, log, names, source.name, mapping)
    return Imported(
        checked, report_of(source, raw, mapping, city, log, Result(kept, parts, checked))
    )


def from_export(
    source: Path | str,
    mapping: Mapping,
    *,
    crs: str,
    bbox_lonlat: tuple[float, float, float, float],
    as_of: dt.date,
    scales: DataFrame | None = None,
) -> Imported:
    """
    Make tables of ours from somebody's file.

    Parameters
    ----------
    source
        Anything that `files.read_frame` opens.
    mapping
        Which of its columns become which of ours.
    crs, bbox_lonlat
        The city's system; west, south, east and north of the city in degrees.
    as_of
        Day that the data describe.
    scales
        Index by scale and rating. By default `parameters/scales.csv`.

    Returns
    -------
    imported
        Checked tables in the city's system and the order of the file, and the report: every row
        that was read is kept, or dropped with a reason.

    Raises
    ------
    SourceError
        The file cannot be read.
    ConfigError
        The mapping names columns that the file does not have, or a scale that nobody describes.
    CrsError
        The file has no coordinate system, or lies outside the city.
    SchemaError
        With every problem of the result, rows named by the file's own key.
    """
    source = Path(source)
    raw = _read(source, mapping.layer)
    return from_raw(raw, source, mapping, City(crs, bbox_lonlat, as_of), scales)
