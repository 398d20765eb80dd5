"""
What each table is: one CSV a table in `tables/`, compiled to a pandera schema.

The CSV is the single source for checks, the data dictionary, the sample and what may be published.
Its first lines say what a row is, the key and the geometry; then one line a column. Parameter files
in `parameters/` are tables of the same kind whose first lines are their citation.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem, SchemaError

if TYPE_CHECKING:
    import pandera.pandas as pa
    from pandas import DataFrame

__all__ = [
    "PARAMETERS",
    "Budgets",
    "Condition",
    "Curves",
    "Forecast",
    "Nodes",
    "Sections",
    "Sites",
    "Surveys",
    "Table",
    "Treatments",
    "Work",
    "Years",
    "check",
    "describe",
    "labels",
    "parameters",
    "public_columns",
    "table_names",
]

# The aliases name the schema, so that a signature tells the tables it takes and gives.
Sections: TypeAlias = gpd.GeoDataFrame
Nodes: TypeAlias = gpd.GeoDataFrame
Sites: TypeAlias = gpd.GeoDataFrame
Surveys: TypeAlias = pd.DataFrame
Condition: TypeAlias = pd.DataFrame
Forecast: TypeAlias = pd.DataFrame
Budgets: TypeAlias = pd.DataFrame
Work: TypeAlias = pd.DataFrame
Years: TypeAlias = pd.DataFrame
Curves: TypeAlias = pd.DataFrame
Treatments: TypeAlias = pd.DataFrame

PARAMETERS = ("treatments", "curves", "classes", "price_index", "scales", "bands")
_CHUNK = 3
_TRUE = {"yes", "true", "1", "y"}
_FALSE = {"no", "false", "0", "n"}
_REMEDY_VALUE = "Correct the source or drop the rows."


@dataclass(frozen=True)
class Table:
    """
    A table's schema as read from its CSV.

    Parameters
    ----------
    name
        Name of the table.
    each_row_is_a
        Grain, in words.
    key
        Columns of the index, in order.
    geometry
        Geometry type, or blank.
    columns
        One row a column: `type`, `unit`, `required`, `minimum`, `maximum`, `values`, `public`,
        `description`.
    """

    name: str
    each_row_is_a: str
    key: tuple[str, ...]
    geometry: str
    columns: DataFrame


def _header(lines: Sequence[str]) -> dict[str, str]:
    """Split the `# name: text` lines at the head of a table's CSV."""
    pairs = (line[1:].split(":", 1) for line in lines if line.startswith("#") and ":" in line)
    return {name.strip(): text.strip() for name, text in pairs}


def table_names() -> list[str]:
    """
    Name every table that has a schema.

    Returns
    -------
    names
        In alphabetical order.

    Examples
    --------
    >>> "sections" in table_names()
    True
    """
    folder = resources.files("norwalk_geo") / "tables"
    return sorted(item.name[:-4] for item in folder.iterdir() if item.name.endswith(".csv"))


@functools.cache
def describe(table: str) -> Table:
    """
    Read the schema of one table.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    schema
        Grain, key, geometry and columns.

    Examples
    --------
    >>> describe("surveys").key
    ('section_id', 'survey_date')
    """
    names = table_names()
    if table not in names:
        raise ConfigError.of(
            table, [Problem(table, "no such table", remedy=f"Tables are {', '.join(names)}.")]
        )
    file = resources.files("norwalk_geo") / "tables" / f"{table}.csv"
    with file.open(encoding="utf-8") as stream:
        head = _header(stream.read().splitlines())
    with file.open(encoding="utf-8") as stream:
        columns = pd.read_csv(stream, comment="#", dtype="str", keep_default_na=False)
    columns = columns.set_index("column")
    for limit in ("minimum", "maximum"):
        columns[limit] = pd.to_numeric(columns[limit].replace("", None), errors="raise")
    columns["required"] = columns["required"].eq("yes")
    columns["public"] = columns["public"].eq("yes")
    key = tuple(part.strip() for part in head["key"].split(","))
    return Table(table, head["each row is a"], key, head.get("geometry", ""), columns)


def public_columns(table: str) -> list[str]:
    """
    List what of a table may be published.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    columns
        Columns flagged public, key first, in schema order.

    Examples
    --------
    >>> "cost_usd" in public_columns("work")
    False
    """
    columns = describe(table).columns
    return list(columns.index[columns["public"]])


# --------------------------------------------------------------------------- types


def _as_text(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Text without blank cells; whole floats lose their `.0`, since ids often arrive as numbers."""
    missing = values.isna()
    if pd.api.types.is_float_dtype(values) and (values[~missing] % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype("str").str.strip()
    blank = missing | text.eq("")
    return text.mask(blank), pd.Series(data=False, index=values.index)


def _as_number(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Numbers; text that is no number, and infinities, are bad. Thousands commas are accepted."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype("float64")
    else:
        text = values.astype("str").str.strip().mask(values.isna())
        plain = text.str.replace(",", "", regex=False).str.removeprefix("$")
        number = pd.to_numeric(plain.replace("", None), errors="coerce").astype("float64")
        values = text.replace("", None)
    bad = (number.isna() & values.notna()) | np.isinf(number)
    return number, bad


def _as_integer(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Whole numbers, nullable where some are missing."""
    number, bad = _as_number(values)
    bad = bad | (number.notna() & (number % 1 != 0))
    whole = number.mask(bad)
    return whole.astype("int64" if whole.notna().all() else "Int64"), bad


def _as_date(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Days, as microsecond timestamps without a zone."""
    if pd.api.types.is_datetime64_any_dtype(values):
        date = values.dt.tz_localize(None) if values.dt.tz is not None else values
    else:
        text = values.astype("str").str.strip().mask(values.isna()).replace("", None)
        date = pd.to_datetime(text, errors="coerce", format="ISO8601")
        values = text
    return date.dt.normalize().astype("datetime64[us]"), date.isna() & values.notna()


def _as_boolean(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """True and false from booleans, yes/no and 1/0."""
    text = values.astype("str").str.strip().str.lower().mask(values.isna())
    truth = text.isin(_TRUE).astype("boolean").mask(~text.isin(_TRUE | _FALSE))
    bad = truth.isna() & text.notna() & text.ne("")
    return (truth.astype("bool") if truth.notna().all() else truth), bad


Namer: TypeAlias = Callable[[npt.ArrayLike], tuple[str, ...]]

_TYPES = {
    "text": (_as_text, "not text"),
    "number": (_as_number, "not a number"),
    "integer": (_as_integer, "not a whole number"),
    "date": (_as_date, "not a date"),
    "boolean": (_as_boolean, "neither yes nor no"),
}


def _typed(
    frame: DataFrame, schema: Table, name: Namer
) -> tuple[DataFrame, list[Problem], set[tuple[str, int]]]:
    """Convert every known column to its declared type and list the cells that cannot be."""
    problems: list[Problem] = []
    converted: dict[str, pd.Series] = {}
    unread: set[tuple[str, int]] = set()
    for column, row in schema.columns.iterrows():
        if column not in frame or row["type"] not in _TYPES:
            continue
        convert, complaint = _TYPES[row["type"]]
        converted[str(column)], bad = convert(frame[column])
        if bad.any():
            shown = ", ".join(repr(str(v)) for v in frame.loc[bad, column].unique()[:_CHUNK])
            what = f"{complaint} ({shown})"
            problems.append(Problem(str(column), what, name(bad), _REMEDY_VALUE))
            unread |= {(str(column), int(place)) for place in np.flatnonzero(bad)}
    return frame.assign(**converted), problems, unread


# --------------------------------------------------------------------------- values


@functools.cache
def _compiled(table: str) -> pa.DataFrameSchema:
    """Compile a table's CSV to a pandera schema of value checks."""
    import pandera.pandas as pa

    columns = {}
    for name, row in describe(table).columns.iterrows():
        if row["type"] not in _TYPES:
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
        where = [i for i in dict.fromkeys(rows["index"].astype(int)) if (column, i) not in unread]
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

    shapes = frame["geometry"].to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    # Types are compared as GEOS numbers, which is many times faster than their names.
    wrong = ~missing & (
        shapely.get_type_id(shapes) != shapely.GeometryType[schema.geometry.upper()].value
    )
    valid = shapely.is_valid(shapes)
    if schema.geometry == "LineString":
        valid &= shapely.length(shapes) > 0
    found = [
        (missing, "no shape", "Draw the shape or drop the row."),
        (wrong, f"not a {schema.geometry}", "Split multipart shapes or drop the row."),
        (~valid & ~missing & ~wrong, "not valid (no length, or broken)", "Redraw the shape."),
    ]
    return [
        Problem("geometry", what, name(rows), remedy) for rows, what, remedy in found if rows.any()
    ]


# --------------------------------------------------------------------------- check


def _column_problems(frame: DataFrame, schema: Table) -> list[Problem]:
    """List required columns that are absent, with the near misses that are there."""
    import difflib

    problems = []
    for column, row in schema.columns.iterrows():
        if not row["required"] or column in frame:
            continue
        spare = [str(name) for name in frame.columns if name not in schema.columns.index]
        near = difflib.get_close_matches(str(column), spare, n=1)
        hint = f" Is it the column {near[0]!r}?" if near else ""
        remedy = f"Add it: {row['description']}.{hint}"
        problems.append(Problem(str(column), "column is missing", remedy=remedy))
    return problems


def _key_problems(frame: DataFrame, schema: Table) -> list[Problem]:
    """Find rows whose key stands more than once (a missing key is reported as a value)."""
    key = [column for column in schema.key if column in frame]
    if len(key) < len(schema.key):
        return []
    twice = frame.duplicated(key, keep=False) & frame[key].notna().all(axis=1)
    if not twice.any():
        return []
    names = frame.loc[twice, key].astype("str").agg(" ".join, axis=1)
    what = f"{names.nunique():,} key{'s' if names.nunique() > 1 else ''} used more than once"
    remedy = "Make the ids unique or drop the copies."
    return [Problem(" and ".join(key), what, tuple(names), remedy)]


def _namer(frame: DataFrame, schema: Table) -> Namer:
    """Name rows by their key, or by their place where the key cannot be used; only rows asked for."""
    key = schema.key[0]

    def name(rows: npt.ArrayLike) -> tuple[str, ...]:
        places = np.asarray(rows)
        places = np.flatnonzero(places) if places.dtype == bool else places
        if key not in frame:
            return tuple(f"row {place + 1}" for place in places)
        ids = frame[key].iloc[places].tolist()
        return tuple(
            f"row {place + 1}" if pd.isna(value) or not str(value).strip() else str(value).strip()
            for place, value in zip(places, ids, strict=True)
        )

    return name


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
    named = [name for name in frame.index.names if name in schema.key]
    flat = (frame.reset_index() if named else frame.reset_index(drop=True)).copy(deep=False)
    if flat.empty and not len(flat.columns):
        raise SchemaError.of(table, [Problem(table, "the table is empty", remedy="Add rows.")])
    name = _namer(flat, schema)
    problems = _column_problems(flat, schema)
    flat, unreadable, unread = _typed(flat, schema, name)
    problems += unreadable + _value_problems(flat, schema, name, unread)
    problems += _key_problems(flat, schema)
    if schema.geometry and "geometry" in flat:
        problems += _geometry_problems(flat, schema, name)
    if problems:
        raise SchemaError.of(table, problems)
    return flat.set_index(list(schema.key) if len(schema.key) > 1 else schema.key[0])


# --------------------------------------------------------------------------- parameters


def _citation(text: str) -> str:
    """Take the comment lines at the head of a parameter file."""
    return "\n".join(line[1:].strip() for line in text.splitlines() if line.startswith("#"))


def parameters(name: str, *, folder: Path | None = None) -> DataFrame:
    """
    Open a cited parameter file.

    Parameters
    ----------
    name
        Name of the file without its ending, such as `treatments`.
    folder
        The city's own parameter folder. A file of the same name there replaces the one that ships.

    Returns
    -------
    parameters
        The checked table. `attrs` has the `citation` and the `file` that was read, `package` where
        it is the one that ships.

    Raises
    ------
    ConfigError
        The file has no citation in its first lines.
    SchemaError
        The file does not agree with its schema.

    Examples
    --------
    >>> parameters("classes").loc["arterial", "weight"] >= 1
    True
    """
    own = folder / f"{name}.csv" if folder else None
    if own is not None and own.is_file():
        text, file = own.read_text(encoding="utf-8-sig"), str(own)
    else:
        inside = resources.files("norwalk_geo") / "parameters" / f"{name}.csv"
        text, file = inside.read_text(encoding="utf-8"), "package"
    citation = _citation(text)
    if not citation:
        remedy = "Begin the file with a line '# Source: …' that says where the numbers are from."
        raise ConfigError.of(file, [Problem(name, "the numbers have no source", remedy=remedy)])
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    frame = pd.read_csv(StringIO("\n".join(rows)), dtype="str", keep_default_na=False)
    checked = check(frame.replace("", None), name)
    checked.attrs = {"citation": citation, "file": file}
    return checked


def labels(table: DataFrame, language: str) -> Mapping[str, str]:
    """
    Take the names of a parameter table's rows in one language.

    Parameters
    ----------
    table
        A parameter table with `label` and `label_es`.
    language
        `en` or `es`.

    Returns
    -------
    labels
        Name by key.

    Examples
    --------
    >>> labels(parameters("classes"), "es")["alley"]
    'Callejón'
    """
    column = "label" if language == "en" else f"label_{language}"
    return dict(table[column])
