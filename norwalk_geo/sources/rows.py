"""Which rows of a file are kept, what they are called, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.errors import ConfigError, Problem, nearest
from norwalk_geo.sources import columns, shapes
from norwalk_geo.sources.choose import choose
from norwalk_geo.sources.report import Log
from norwalk_geo.sources.shapes import City

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from norwalk_geo.sources.mapping import Mapping

__all__ = ["Kept", "labels", "pick", "refuse_unknown"]

_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """
    Rows of a file that go into the result.

    Parameters
    ----------
    frame
        As in the file; the index is the place in it.
    ids
        Our id of each row.
    lines
        Shapes in the city's system, or None for a table without any.
    """

    frame: DataFrame
    ids: Series
    lines: gpd.GeoSeries | None


def refuse_unknown(frame: DataFrame, mapping: Mapping, source: str, scales: DataFrame) -> None:
    """
    Refuse a mapping that names columns the file does not have, or a scale that nobody describes.

    Parameters
    ----------
    frame
        The file.
    mapping
        The mapping.
    source
        Name of the file.
    scales
        Index by scale and rating.

    Raises
    ------
    ConfigError
        With every such name and the nearest one that is there.
    """
    rules = mapping.columns.values()
    named = [(f"columns.{rule.column}", column) for rule in rules for column in rule.sources]
    named += [(f"geometry.{name}", column) for name, column in mapping.geometry.items()]
    named.append(("key", mapping.key))
    if mapping.where:
        named += [(f"where {name}", name) for name in mapping.where.columns]
    there = [str(name) for name in frame.columns]
    problems = [
        Problem(where, f"{source} has no column {column!r}", remedy=nearest(column, there))
        for where, column in named
        if column and column not in there
    ]
    doubled = set(frame.columns[frame.columns.duplicated()].astype("str"))
    problems += [
        Problem(where, f"{source} has two columns {column!r}", remedy="Rename one of them.")
        for where, column in named
        if column in doubled
    ]
    known = scales.index.get_level_values("scale").unique()
    problems += [
        Problem(
            f"columns.{rule.column}.scale", f"is {rule.scale!r}", (), nearest(rule.scale, known)
        )
        for rule in rules
        if rule.scale and rule.scale not in known
    ]
    if problems:
        raise ConfigError.of(mapping.name, problems)


def labels(frame: DataFrame, mapping: Mapping) -> npt.NDArray[np.object_]:
    """
    Name the rows of a file as its owner does.

    Parameters
    ----------
    frame
        The file.
    mapping
        Says which column is the key.

    Returns
    -------
    labels
        The key as text, or the number of the row from 1 where there is none.
    """
    key = mapping.key
    if not key:
        rule = mapping.columns.get(schema.describe(mapping.table).key[0])
        key = rule.source if rule else ""
    places = pd.Series([f"row {place + 1}" for place in range(len(frame))], dtype="object")
    if not key:
        return places.to_numpy()
    text = columns.as_text(frame[key]).astype("object")
    return text.where(text.notna(), places).to_numpy()


def _meeting(frame: DataFrame, mapping: Mapping, log: Log) -> DataFrame:
    """Keep the rows that meet the mapping's condition."""
    if mapping.where is None:
        return frame
    rows, notes = choose(mapping.where, frame)
    log.warnings += [f"where: {note}" for note in notes]
    reason = f"does not meet {mapping.where.text}"
    log.change("dropped", "row", reason, "where", frame.index[~rows])
    return frame.loc[rows]


def _ids(kept: DataFrame, mapping: Mapping, lines: gpd.GeoSeries | None, log: Log) -> Series:
    """Make our ids: prefix and key, the column that is the id, or the shape."""
    first = schema.describe(mapping.table).key[0]
    places = pd.Series([f"row {place + 1}" for place in kept.index], index=kept.index, dtype="str")
    if mapping.key:
        text = columns.as_text(kept[mapping.key])
        remedy = f"Fill it in, or drop the rows: where = '`{mapping.key}` is not None'."
        log.problem(mapping.key, "the key is missing", kept.index[text.isna()], remedy)
        return (mapping.prefix + text).where(text.notna(), places)
    if first in mapping.columns:
        return _quietly(kept, mapping, first)
    # What is no line has no id of its own; the check refuses it under the number of its row.
    if lines is not None:
        shape = lines.geom_type.isin(["LineString", "MultiLineString"])
        places[shape] = network.section_ids(lines[shape])
    return places


def _quietly(kept: DataFrame, mapping: Mapping, column: str) -> Series:
    """Make a column of the key, which is made again with the others and noted then."""
    log = Log(np.full(int(kept.index.max()) + 1, "", dtype="object"))
    rule = mapping.columns[column]
    values = columns.build(kept, [rule], schema.parameters("scales"), log)[column]
    return columns.as_text(values)


def _disagreeing(kept: DataFrame, ids: Series, mapping: Mapping) -> str:
    """Say how many keys have rows that differ in what the mapping reads."""
    used = list(dict.fromkeys(name for rule in mapping.columns.values() for name in rule.sources))
    used = [name for name in used if name != mapping.key]
    twice = ids.duplicated(keep=False)
    if not used or not twice.any():
        return ""
    differ = kept.loc[twice, used].astype("str").groupby(ids[twice]).nunique().gt(1)
    count = int(differ.any(axis=1).sum())
    names = ", ".join(differ.columns[differ.any()])
    keys = f"{count:,} of {len(differ):,} repeated keys have rows that differ ({names})"
    return f"duplicate_key: {keys}; the first row of each was kept" if count else ""


def _unique(kept: DataFrame, ids: Series, mapping: Mapping, log: Log) -> tuple[_Mask, Series]:
    """Do what the mapping says where a key stands more than once."""
    first, *others = schema.describe(mapping.table).key
    keys = pd.DataFrame({first: ids} | {name: _quietly(kept, mapping, name) for name in others})
    # Rows that share a missing part of the key are not copies: the check names them.
    whole = keys.notna().all(axis=1)
    again = (keys.duplicated() & whole).to_numpy()
    every = np.ones(len(kept), dtype="bool")
    if not again.any():
        return every, ids
    if mapping.duplicate_key == "first":
        if warning := _disagreeing(kept, ids, mapping):
            log.warnings.append(warning)
        log.change("dropped", "row", "key used before", "duplicate_key", kept.index[again])
        return ~again, ids
    if others:
        return every, ids
    if mapping.duplicate_key == "error":
        twice = (keys.duplicated(keep=False) & whole).to_numpy()
        count = ids[again].nunique()
        what = f"{count:,} key{'s' if count > 1 else ''} used more than once"
        remedy = "Correct the source, or set duplicate_key = 'first' or 'suffix'."
        log.problem(mapping.key or first, what, kept.index[twice], remedy)
    else:
        reason = "key used before: .2, .3 … added to the id"
        log.change("changed", first, reason, "duplicate_key", kept.index[again])
    number = ids.groupby(ids).cumcount() + 1
    return every, ids.where(~again, ids + "." + number.astype("str"))


def _rated(frame: DataFrame, mapping: Mapping, scales: DataFrame, log: Log) -> DataFrame:
    """Drop the rows of a table of surveys that hold none."""
    rule = mapping.columns.get("rating")
    if mapping.table != "surveys" or rule is None or frame.empty:
        return frame
    none = columns.unrated(frame, rule, scales)
    log.change("dropped", "row", "nobody rated the street", "columns.rating", frame.index[none])
    return frame.loc[~none]


def pick(raw: DataFrame, mapping: Mapping, city: City, scales: DataFrame, log: Log) -> Kept:
    """
    Choose the rows of a file that go into the result, and name them.

    Parameters
    ----------
    raw
        The file; the index is the place in it.
    mapping
        How it is read.
    city
        System and place of the city.
    scales
        Index by scale and rating.
    log
        Takes every row that is dropped, and every problem.

    Returns
    -------
    kept
        In the order of the file.

    Raises
    ------
    CrsError
        The file has no coordinate system, or the city's cannot be used.
    SchemaError
        The table needs shapes and the file has none.
    """
    frame, lines = _rated(_meeting(raw, mapping, log), mapping, scales, log), None
    kind = schema.describe(mapping.table).geometry
    if kind:
        drawn = shapes.drawn(frame, mapping.geometry, log)
        useful = shapes.find_useful(frame, drawn, log, lines=kind == "LineString")
        frame, drawn = frame.loc[useful], drawn[useful]
        system = mapping.source_crs or getattr(raw, "crs", None)
        lines = shapes.project(drawn, log.labels[frame.index], system, city).set_axis(frame.index)
    if frame.empty:
        return Kept(frame, pd.Series(dtype="str"), lines)
    ids = _ids(frame, mapping, lines, log)
    keep, ids = _unique(frame, ids, mapping, log)
    return Kept(frame.loc[keep], ids[keep], None if lines is None else lines[keep])
