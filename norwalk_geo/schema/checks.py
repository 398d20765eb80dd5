"""A frame against its schema: every problem, in which rows, and what to do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.schema.convert import TYPES
from norwalk_geo.schema.model import Table, describe

if TYPE_CHECKING:
    import pandera.pandas as pa
    from pandas import DataFrame

__all__ = ["check", "require"]

Namer: TypeAlias = Callable[[npt.ArrayLike], tuple[str, ...]]

_CHUNK = 3
_REMEDY_VALUE = "Correct the source or drop the rows."


def _typed(
    frame: DataFrame, schema: Table, name: Namer
) -> tuple[DataFrame, list[Problem], set[tuple[str, int]]]:
    """Convert every known column to its declared type and list the cells that cannot be."""
    problems: list[Problem] = []
    converted: dict[str, pd.Series] = {}
    unread: set[tuple[str, int]] = set()
    for column, row in schema.columns.iterrows():
        if column not in frame or row["type"] not in TYPES:
            continue
        convert, complaint = TYPES[row["type"]]
        converted[str(column)], bad = convert(frame[column])
        if bad.any():
            shown = ", ".join(repr(v) for v in frame[column][bad].astype("str").unique()[:_CHUNK])
            what = f"{complaint} ({shown})"
            problems.append(Problem(str(column), what, name(bad), _REMEDY_VALUE))
            unread |= {(str(column), int(place)) for place in np.flatnonzero(bad)}
    return frame.assign(**converted), problems, unread


@functools.cache
def _compiled(table: str) -> pa.DataFrameSchema:
    """Compile a table's CSV to a pandera schema of value checks."""
    import pandera.pandas as pa

    columns = {}
    for name, row in describe(table).columns.iterrows():
        if row["type"] not in TYPES:
            continue
        checks = []
        if pd.notna(row["minimum"]):
            checks.append(pa.Check.ge(row["minimum"]))
        if pd.notna(row["maximum"]):
            checks.append(pa.Check.le(row["maximum"]))
        if row["values"]:
            checks.append(pa.Check.isin(row["values"].split("|")))
        columns[name] = pa.Column(None, checks, nullable=not row["required"], required=False)
    return pa.DataFrameSchema(columns)


def _range_text(row: pd.Series) -> str:
    """Say a column's limits as a person would."""
    unit = f" {row['unit']}" if row["unit"] else ""
    low, high = row["minimum"], row["maximum"]
    if pd.isna(high):
        return f"below {low:g}{unit}"
    return f"outside {low:g}–{high:g}{unit}"


def _value_problems(
    frame: DataFrame, schema: Table, name: Namer, unread: set[tuple[str, int]]
) -> list[Problem]:
    """Reword pandera's failure cases into problems, one a column and kind."""
    import pandera.pandas as pa

    try:
        _compiled(schema.name).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    problems = []
    cases = cases.assign(kind=cases["check"].where(cases["check"].eq("not_nullable"), "value"))
    for (column, kind), rows in cases.groupby(["column", "kind"], sort=False):
        where = [i for i in sorted(set(rows["index"].astype(int))) if (column, i) not in unread]
        if not where:
            continue
        row = schema.columns.loc[column]
        remedy = _REMEDY_VALUE
        if kind == "not_nullable":
            what, remedy = "missing", f"Fill in: {row['description']}."
        elif row["values"]:
            shown = ", ".join(repr(v) for v in frame[column].iloc[where].unique()[:_CHUNK])
            what = f"unknown value ({shown})"
            remedy = f"Use one of {', '.join(row['values'].split('|'))}."
        else:
            shown = ", ".join(f"{v:g}" for v in frame[column].iloc[where].unique()[:_CHUNK])
            what = f"{_range_text(row)} ({shown})"
        problems.append(Problem(str(column), what, name(where), remedy))
    return problems


def _geometry_problems(frame: DataFrame, schema: Table, name: Namer) -> list[Problem]:
    """Find missing, invalid and wrongly typed geometry."""
    import shapely

    shapes = np.array(frame["geometry"], dtype="object")
    alien = ~shapely.is_geometry(shapes) & ~pd.isna(shapes)
    shapes[alien] = None
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    # Types are compared as GEOS numbers, which is many times faster than their names.
    any_kind = ("Point", "LineString", "Polygon")
    named = any_kind if schema.geometry == "Geometry" else (schema.geometry,)
    kinds = [shapely.GeometryType[name.upper()].value for name in named]
    # A zone may lie in parts; a street or a place may not.
    kinds += [shapely.GeometryType.MULTIPOLYGON.value] * ("Polygon" in named)
    wrong = ~missing & ~np.isin(shapely.get_type_id(shapes), kinds)
    valid = shapely.is_valid(shapes)
    if schema.geometry == "LineString":
        valid &= shapely.length(shapes) > 0
    needed = bool(schema.columns.loc["geometry", "required"])
    sought = "point, line or area" if schema.geometry == "Geometry" else schema.geometry
    found = [
        (alien, "not a shape", "Import the table, which reads shapes."),
        (missing & ~alien & needed, "no shape", "Draw the shape or drop the row."),
        (wrong, f"not a {sought}", "Split multipart shapes or drop the row."),
        (~valid & ~missing & ~wrong, "not valid (no length, or broken)", "Redraw the shape."),
    ]
    return [
        Problem("geometry", what, name(rows), remedy) for rows, what, remedy in found if rows.any()
    ]


def _column_problems(frame: DataFrame, schema: Table, wanted: Collection[str]) -> list[Problem]:
    """List wanted columns that are absent, with the near misses that are there."""
    import difflib

    problems = []
    for column, row in schema.columns.iterrows():
        if column not in wanted or column in frame:
            continue
        spare = [str(name) for name in frame.columns if name not in schema.columns.index]
        near = difflib.get_close_matches(str(column), spare, n=1)
        hint = f" Is it the column {near[0]!r}?" if near else ""
        remedy = f"Add it: {row['description']}.{hint}"
        problems.append(Problem(str(column), "column is missing", remedy=remedy))
    return problems


def _key_problems(keyed: DataFrame) -> list[Problem]:
    """Find rows whose key stands more than once (a missing key is reported as a value)."""
    twice = keyed.index.duplicated(keep=False)
    if not twice.any():
        return []
    key = keyed.index[twice].to_frame(index=False).dropna()
    if key.empty:
        return []
    names = key.astype("str").agg(" ".join, axis=1)
    count = len(set(names))
    what = f"{count:,} key{'s' if count > 1 else ''} used more than once"
    remedy = "Make the ids unique or drop the copies."
    return [Problem(" and ".join(key.columns), what, tuple(names), remedy)]


def _key_text(value: object) -> str:
    """Write one part of a key; nothing where it is missing."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value).strip()


def _namer(frame: DataFrame, schema: Table) -> Namer:
    """Name the rows asked for by their whole key, or by their place where it cannot be used."""
    key = [name for name in schema.key if name in frame]

    def name(rows: npt.ArrayLike) -> tuple[str, ...]:
        places = np.asarray(rows)
        places = np.flatnonzero(places) if places.dtype == bool else places
        if schema.key[0] not in frame:
            return tuple(f"row {place + 1}" for place in places)
        parts = zip(*(frame[part].iloc[places].tolist() for part in key), strict=True)
        texts = [[_key_text(value) for value in row] for row in parts]
        return tuple(
            " ".join(filter(None, text)) if text[0] else f"row {place + 1}"
            for place, text in zip(places, texts, strict=True)
        )

    return name


def _flat(frame: DataFrame, schema: Table) -> DataFrame:
    """Put the key among the columns, whether it came as index or not; the caller's frame stays."""
    levels = [n for n in frame.index.names if n is not None and n not in frame.columns]
    if set(levels) & set(schema.key):
        frame = frame.reset_index(level=levels)
    return frame.reset_index(drop=True).copy(deep=False)


def _refuse_doubled_columns(frame: DataFrame, table: str) -> None:
    """Stop where one name stands for two columns: nothing else can be said about them."""
    doubled = frame.columns[frame.columns.duplicated()].unique()
    remedy = "Rename or drop one of them."
    problems = [Problem(str(name), "two columns have this name", remedy=remedy) for name in doubled]
    if problems:
        raise SchemaError.of(table, problems)


def check(frame: DataFrame, table: str) -> DataFrame:
    """
    Check a table against its schema.

    Parameters
    ----------
    frame
        The table, with its key as index or as columns. Columns that the schema does not know stay
        untouched.
    table
        Name of the schema.

    Returns
    -------
    checked
        The same rows in the same order, key as index, every known column in its declared type.

    Raises
    ------
    SchemaError
        With every problem of the table: missing columns, wrong types, values out of range, missing
        values, keys used twice, broken geometry.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"section_id": "s1", "survey_date": "2024-05-01", "pci": 140, "pci_method": "mtc"}
    >>> check(pd.DataFrame([row]), "surveys")
    Traceback (most recent call last):
    norwalk_geo.errors.SchemaError: surveys: 1 problem
      pci: outside 0–100 points (140) in 1 row: s1. Correct the source or drop the rows.
    """
    schema = describe(table)
    flat = _flat(frame, schema)
    if flat.empty and not len(flat.columns):
        raise SchemaError.of(table, [Problem(table, "the table is empty", remedy="Add rows.")])
    _refuse_doubled_columns(flat, table)
    name = _namer(flat, schema)
    needed = schema.columns.index[schema.columns["required"].astype("bool")]
    problems = _column_problems(flat, schema, needed)
    flat, unreadable, unread = _typed(flat, schema, name)
    problems += unreadable + _value_problems(flat, schema, name, unread)
    if set(schema.key) <= set(flat.columns):
        # The index is made before it is known to be good: looking for copies in it costs nothing.
        flat = flat.set_index(list(schema.key) if len(schema.key) > 1 else schema.key[0])
        problems += _key_problems(flat)
    if schema.geometry and "geometry" in flat:
        problems += _geometry_problems(flat, schema, name)
    if problems:
        raise SchemaError.of(table, problems)
    return flat


def require(frame: DataFrame, table: str, *columns: str) -> None:
    """
    Refuse a table that lacks columns which a calculation reads.

    Looks at names alone, so that it costs nothing where tables have millions of rows; `check` looks
    at every cell.

    Parameters
    ----------
    frame
        A table; its key may be the index or columns.
    table
        Name of the schema.
    *columns
        Names that must be there; with `geometry` the frame must be a GeoDataFrame.

    Returns
    -------
    nothing
        Every column is there.

    Raises
    ------
    SchemaError
        With every column that is not.

    Examples
    --------
    >>> import pandas as pd
    >>> require(pd.DataFrame({"pci": [70.0]}), "surveys", "pci", "pci_method")
    Traceback (most recent call last):
    norwalk_geo.errors.SchemaError: surveys: 1 problem
      pci_method: column is missing. Add it: ...
    """
    lacking = [name for name in columns if name not in frame and name not in frame.index.names]
    if "geometry" in columns and "geometry" not in lacking and not hasattr(frame, "crs"):
        lacking.append("geometry")
    if lacking:
        bare = frame.drop(columns=[name for name in lacking if name in frame])
        raise SchemaError.of(table, _column_problems(bare, describe(table), lacking))
