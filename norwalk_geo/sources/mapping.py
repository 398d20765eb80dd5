"""The mapping file of `norwalk import`: which of a file's columns become which of ours, and how."""

from __future__ import annotations

import tomllib
from collections import abc
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from norwalk_geo import schema
from norwalk_geo.config.values import any_text, choice, text
from norwalk_geo.errors import ConfigError, Problem, SourceError, nearest
from norwalk_geo.sources.rules import ColumnRule, column_problems, read_rules
from norwalk_geo.sources.where import Condition, parse

__all__ = ["Mapping", "read_mapping"]

# What a city brings; the other tables are made by this package.
_TABLES = (
    "budgets",
    "building_elements",
    "buildings",
    "crossings",
    "limits",
    "lines",
    "measurements",
    "ramps",
    "requests",
    "sections",
    "sites",
    "stops",
    "surveys",
    "walks",
)
_DUPLICATES = ("error", "suffix", "first")


@dataclass(frozen=True)
class Mapping:
    """
    How one table is made from a file.

    Parameters
    ----------
    table
        Name of our table.
    columns
        Rule by column of ours. `sections` may have the columns of `surveys` too.
    name
        Name of the mapping file, for messages.
    source_crs
        Coordinate system of the file, where it has none or states a wrong one.
    key
        Column of the file that names its rows.
    prefix
        Text before the key in our ids.
    duplicate_key
        What to do where a key stands more than once: `error`; `suffix`, which keeps every row and
        adds `.2`, `.3` … to the ids after the first; `first`, which drops them, counted.
    where
        Condition that a row must meet.
    layer
        Layer or sheet of the file.
    geometry
        Columns that hold the shapes of a file without any: `x` and `y`, or `wkt`.
    """

    table: str
    columns: abc.Mapping[str, ColumnRule]
    name: str = "mapping"
    source_crs: str = ""
    key: str = ""
    prefix: str = ""
    duplicate_key: str = "error"
    where: Condition | None = None
    layer: str = ""
    geometry: abc.Mapping[str, str] = field(default_factory=dict)


def _crs(value: object) -> str:
    """Read the name of a coordinate system, in degrees or not."""
    name = text(value)
    try:
        CRS.from_user_input(name)
    except CRSError:
        raise ValueError("a code such as EPSG:4326") from None
    return name


def _geometry(value: object) -> dict[str, str]:
    """Read the columns that hold shapes."""
    if not isinstance(value, dict) or set(value) not in ({"x", "y"}, {"wkt"}):
        raise ValueError('{x = "column", y = "column"} or {wkt = "column"}')
    return {name: text(column) for name, column in value.items()}


_KEYS: dict[str, abc.Callable[[object], Any]] = {
    "table": choice(_TABLES),
    "source_crs": _crs,
    "key": text,
    "prefix": any_text,
    "duplicate_key": choice(_DUPLICATES),
    "layer": text,
    "geometry": _geometry,
}
_ALL_KEYS = (*_KEYS, "where", "columns")


def _read_where(value: object, problems: list[Problem]) -> Condition | None:
    """Read the condition; a blank one is none."""
    if not isinstance(value, str):
        problems.append(Problem("where", f"is {value!r}", remedy="Give text in quotation marks."))
        return None
    try:
        return parse(value) if value.strip() else None
    except ConfigError as error:
        problems += error.problems
        return None


def _read_keys(raw: abc.Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Read everything of a mapping but its columns."""
    found: dict[str, Any] = {}
    for key, value in raw.items():
        if key == "where":
            found[key] = _read_where(value, problems)
        elif key not in _ALL_KEYS:
            problems.append(Problem(key, "unknown key", remedy=nearest(key, _ALL_KEYS)))
        elif key != "columns":
            try:
                found[key] = _KEYS[key](value)
            except ValueError as wanted:
                hint = nearest(str(value), _TABLES) if key == "table" else f"Give {wanted}."
                problems.append(Problem(key, f"is {value!r}", remedy=hint))
    if "table" not in raw:
        remedy = f"Add a line such as table = 'sections'; tables are {', '.join(_TABLES)}."
        problems.append(Problem("table", "is missing", remedy=remedy))
    return found


def _key_problems(found: abc.Mapping[str, Any], rules: abc.Iterable[str]) -> list[Problem]:
    """Find what is wrong with how rows are named and placed."""
    described = schema.describe(found["table"])
    first, rules = described.key[0], set(rules)
    problems = []
    if "key" in found and first in rules:
        remedy = f"Keep key, or columns.{first}, not both."
        problems.append(Problem("key", f"names {first} a second time", remedy=remedy))
    if "key" not in found and first not in rules and described.geometry != "LineString":
        remedy = f"Name the column of the file that becomes {first}: key = 'COLUMN'."
        problems.append(Problem("key", "is missing", remedy=remedy))
    if found.get("duplicate_key") == "suffix" and len(described.key) > 1:
        what = f"cannot be 'suffix': a row of {found['table']} is named by {described.key}"
        problems.append(Problem("duplicate_key", what, remedy="Use 'error' or 'first'."))
    if "geometry" in found and not described.geometry:
        what = f"is not used: {found['table']} has no shapes"
        problems.append(Problem("geometry", what, remedy="Take it out."))
    return problems


def _raw(path: Path) -> dict[str, Any]:
    """Read the TOML file itself."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        remedy = "Check the path and the permission to read it."
        raise SourceError.of(str(path), [Problem(path.name, what, remedy=remedy)]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(path.name, f"is not TOML ({error})", remedy="Correct that line.")
        raise ConfigError.of(str(path), [problem]) from None


def read_mapping(path: Path | str) -> Mapping:
    """
    Read a mapping file.

    Parameters
    ----------
    path
        A TOML file.

    Returns
    -------
    mapping
        Checked against the schema of its table, not yet against any file.

    Raises
    ------
    SourceError
        There is no such file, or it cannot be read.
    ConfigError
        With every problem of the file: unknown keys and columns with the nearest known name, wrong
        kinds of value, rules that contradict each other, what is missing.
    """
    path = Path(path)
    raw, problems = _raw(path), list[Problem]()
    found = _read_keys(raw, problems)
    rules: dict[str, ColumnRule] = {}
    if "table" in found:
        rules = read_rules(raw.get("columns", {}), found["table"], problems)
        named = set(raw["columns"]) if isinstance(raw.get("columns"), dict) else set()
        problems += _key_problems(found, named)
        problems += column_problems(found["table"], named, has_key="key" in found)
    if problems:
        raise ConfigError.of(str(path), problems)
    return Mapping(columns=rules, name=path.name, **found)
