"""One line of a mapping's `[columns]`: what is read, what it means, which unit it turns into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.config.values import choice, text
from norwalk_geo.errors import Problem, nearest
from norwalk_geo.schema.units import LENGTHS, SLOPES, factor, is_slope

__all__ = ["SURVEY_COLUMNS", "ColumnRule", "column_problems", "read_rules"]

Cell: TypeAlias = str | int | float | bool | dt.date
# A file of streets often carries their latest rating in the same row.
SURVEY_COLUMNS = ("pci", "rating", "survey_date", "pci_method", "load_share_pct")
_RATING = "rating"
METER_FT = LENGTHS["m"]
# What becomes of several columns of the file; the last two pass over cells that are blank.
_TAKES = ("largest", "smallest", "largest_given", "smallest_given")


@dataclass(frozen=True)
class ColumnRule:
    """
    How one column of ours is made.

    Parameters
    ----------
    column
        Name of our column.
    source
        Column of the file; blank where every row gets the constant.
    others
        More columns of the file, where the value is the largest or smallest of several.
    take
        Which of several columns counts: `largest` or `smallest`, missing where one is blank;
        `largest_given` or `smallest_given` of those that are filled.
    factor
        What a number of the file is multiplied by to be in our unit.
    unit
        Unit of the file; blank where it is ours.
    missing
        Cells that mean that nothing is known.
    words
        `values` in the mapping: our value by the file's as text. Others pass as they are.
    scale
        Scale of a rating that is converted to a pavement condition index.
    format
        How a date is written, in the codes of `strptime`.
    default
        Value of the rows where the file says nothing.
    constant
        Value of every row.
    """

    column: str
    source: str = ""
    others: tuple[str, ...] = ()
    take: str = ""
    factor: float = 1.0
    unit: str = ""
    missing: tuple[Cell, ...] = ()
    words: Mapping[str, Cell] = field(default_factory=dict)
    scale: str = ""
    format: str = ""
    default: Cell | None = None
    constant: Cell | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """
        Name every column of the file that is read.

        Returns
        -------
        sources
            None where every row gets the constant.
        """
        return (self.source, *self.others) if self.source else ()


# --------------------------------------------------------------------------- kinds of value


def _cell(value: object) -> Cell:
    if isinstance(value, dt.datetime) or not isinstance(value, str | int | float | dt.date):
        raise ValueError("a text, a number, true, false or a date")  # noqa: TRY004 - told as one kind
    return value


def _cells(value: object) -> tuple[Cell, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list such as [0, 'n/a']")
    return tuple(_cell(item) for item in value)


def _values(value: object) -> dict[str, Cell]:
    if not isinstance(value, dict) or not value:
        raise ValueError("a table such as {MA = 'arterial', Local = 'residential'}")
    return {str(name).strip(): _cell(item) for name, item in value.items()}


def _from(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        names = tuple(text(item) for item in value)
        if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004 - several
            raise ValueError("at least two different columns")
        return names
    return (text(value),)


_READ: dict[str, Callable[[object], Any]] = {
    "from": _from,
    "take": choice(_TAKES),
    "unit": text,
    "missing": _cells,
    "values": _values,
    "scale": text,
    "format": text,
    "default": _cell,
    "constant": _cell,
}


# What a key is called in a rule, where the file's word means too much in Python.
_FIELDS = {"values": "words"}


# --------------------------------------------------------------------------- one rule


def _described(table: str) -> pd.DataFrame:
    """Describe what a mapping of a table may fill: its columns, and a survey's with `sections`."""
    described = schema.describe(table)
    columns = described.columns.drop(index="geometry", errors="ignore")
    surveys = schema.describe("surveys").columns.drop(index="section_id")
    if table == "sections":
        columns = pd.concat([columns.drop(index="source_id"), surveys])
    if table in {"sections", "surveys"}:
        rating = surveys.loc[["pci"]].rename(index={"pci": _RATING}).assign(unit="")
        columns = pd.concat([columns, rating])
    return columns


def _factor(rule: ColumnRule, ours: str) -> float:
    """Find what turns one unit into another; no factor does it for slopes."""
    if not is_slope(rule.column):
        return factor(rule.unit, ours)
    if rule.unit not in SLOPES:
        raise ValueError(f"one of {', '.join(SLOPES)}")
    return 1.0


def _slope_problems(rule: ColumnRule, where: str) -> list[Problem]:
    """Find slopes without a unit: nothing tells percent from degrees but the file's owner."""
    if not is_slope(rule.column) or rule.unit or rule.constant is not None:
        return []
    remedy = f"Give the unit of the file, one of {', '.join(SLOPES)}."
    return [Problem(f"{where}.unit", "is missing", remedy=remedy)]


def _take_problems(rule: ColumnRule, where: str, kind: str) -> list[Problem]:
    """Find several columns without a choice among them, or a choice without several."""
    problems = []
    if bool(rule.others) != bool(rule.take):
        remedy = 'Write {from = ["A", "B"], take = "largest"}.'
        what = "needs several columns" if rule.take else "is missing beside several columns"
        problems.append(Problem(f"{where}.take", what, remedy=remedy))
    if rule.others and kind not in {"number", "integer"}:
        problems.append(Problem(f"{where}.take", "is for numbers only", remedy="Name one column."))
    return problems


def _allowed(rule: ColumnRule, described: pd.Series) -> None:
    """Refuse a value of ours that the column does not know."""
    if not described["values"]:
        return
    options = described["values"].split("|")
    ours = [*rule.words.values(), rule.default, rule.constant]
    for value in ours:
        if value is not None and value not in options:
            raise ValueError(f"values out of {', '.join(options)}; {value!r} is none of them")


def _read_parts(body: Mapping[str, object], where: str, problems: list[Problem]) -> dict[str, Any]:
    """Read the parts of a rule that is written as a table."""
    parts: dict[str, Any] = {}
    for key, value in body.items():
        if key not in _READ:
            problems.append(Problem(f"{where}.{key}", "unknown key", remedy=nearest(key, _READ)))
            continue
        try:
            parts[key] = _READ[key](value)
        except ValueError as wanted:
            problems.append(Problem(f"{where}.{key}", f"is {value!r}", remedy=f"Give {wanted}."))
    if ("from" in body) == ("constant" in body):
        remedy = 'Write {from = "COLUMN"} or {constant = VALUE}.'
        problems.append(Problem(where, "needs either from or constant", remedy=remedy))
    elif "constant" in body and len(body) > 1:
        remedy = "Take the other keys out."
        problems.append(Problem(where, "needs nothing beside its constant", remedy=remedy))
    return parts


def _rule_problems(rule: ColumnRule, described: pd.Series) -> list[Problem]:
    """Find what does not suit the column that a rule is for."""
    where, problems = f"columns.{rule.column}", []
    checks: list[tuple[str, Callable[[], object]]] = [("values", lambda: _allowed(rule, described))]
    if rule.unit:
        checks.append(("unit", lambda: _factor(rule, described["unit"])))
    for key, check in checks:
        try:
            check()
        except ValueError as wanted:
            problems.append(Problem(f"{where}.{key}", "is not known", remedy=f"Give {wanted}."))
    problems += _slope_problems(rule, where) + _take_problems(rule, where, described["type"])
    if bool(rule.scale) != (rule.column == _RATING):
        what = "a rating needs a scale, and nothing else has one"
        remedy = 'Write rating = {from = "COLUMN", scale = "1-10"}.'
        problems.append(Problem(where, what, remedy=remedy))
    if rule.default is not None and rule.column in {"pci", _RATING}:
        remedy = "Take it out: what nobody rated stays unsurveyed."
        problems.append(Problem(f"{where}.default", "is not for a condition", remedy=remedy))
    if rule.format and described["type"] != "date":
        problems.append(Problem(f"{where}.format", "is for dates only", remedy="Take it out."))
    return problems


def _read_rule(
    name: str, body: object, described: pd.Series, problems: list[Problem]
) -> ColumnRule:
    """Read one line of the columns."""
    where = f"columns.{name}"
    if isinstance(body, str) and body.strip():
        parts: dict[str, Any] = {"from": (body.strip(),)}
    elif isinstance(body, dict):
        parts = _read_parts(body, where, problems)
    else:
        remedy = 'Give the name of a column, {from = "COLUMN", …} or {constant = VALUE}.'
        problems.append(Problem(where, f"is {body!r}", remedy=remedy))
        return ColumnRule(name)
    first, *others = parts.pop("from", ("",))
    parts |= {"source": first, "others": tuple(others)}
    rule = ColumnRule(name, **{_FIELDS.get(key, key): value for key, value in parts.items()})
    found = _rule_problems(rule, described)
    problems += found
    if rule.unit and not found:
        return replace(rule, factor=_factor(rule, described["unit"]))
    return rule


def read_rules(body: object, table: str, problems: list[Problem]) -> dict[str, ColumnRule]:
    """
    Read the columns of a mapping.

    Parameters
    ----------
    body
        What TOML gave for `[columns]`.
    table
        Name of our table.
    problems
        Takes every problem that is found.

    Returns
    -------
    rules
        Rule by column, in the order of the file.
    """
    if not isinstance(body, dict):
        remedy = "Write [columns] on its own line, then a line a column."
        problems.append(Problem("columns", "is not a section", remedy=remedy))
        return {}
    described, rules = _described(table), {}
    for name, one in body.items():
        if name not in described.index:
            remedy = nearest(name, described.index)
            problems.append(
                Problem(f"columns.{name}", f"{table} has no such column", remedy=remedy)
            )
            continue
        rules[name] = _read_rule(name, one, pd.Series(described.loc[name]), problems)
    return rules


def column_problems(table: str, named: set[str], *, has_key: bool) -> list[Problem]:
    """
    Find columns that a mapping needs and does not name, and ones that contradict each other.

    Parameters
    ----------
    table
        Name of our table.
    named
        Columns that the mapping names.
    has_key
        Whether the mapping has a key, which fills the first column of the table's own.

    Returns
    -------
    problems
        All of them.
    """
    described = schema.describe(table)
    needed = set(described.columns.index[described.columns["required"]]) - {"geometry"}
    if has_key or described.geometry == "LineString":
        needed -= {described.key[0]}
    surveyed = named & set(SURVEY_COLUMNS)
    if table == "sections" and surveyed:
        needed |= {"pci", "survey_date", "pci_method"}
    if _RATING in named:
        needed -= {"pci", "pci_method"}
    problems = []
    for column in sorted(needed - named):
        remedy = f"Add a line such as {column} = 'COLUMN', or {column} = {{constant = VALUE}}."
        if column == "pci":
            remedy = "Add pci = 'COLUMN', or rating = {from = 'COLUMN', scale = '1-10'}."
        problems.append(Problem(f"columns.{column}", "is missing", remedy=remedy))
    for column in sorted(named & {"pci", "pci_method"}) if _RATING in named else ():
        remedy = "Take it out: a rating becomes the pci, and its method is 'converted'."
        problems.append(Problem(f"columns.{column}", "is given beside a rating", remedy=remedy))
    return problems
