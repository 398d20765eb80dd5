"""Rules of accessibility standards: rows of a cited file, chosen and read for use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.conditions import Condition, parse
from norwalk_geo.errors import ConfigError, Problem, nearest
from norwalk_geo.schema.units import factor

if TYPE_CHECKING:
    from norwalk_geo.schema import AdaRules

__all__ = ["DERIVED", "FEATURES", "Rule", "compiled", "rules"]

FEATURES = ("ramps", "walks", "crossings", "stops", "building_elements")
# Columns that are worked out from others of the feature, with their unit.
DERIVED = {"grade_change_pct": "%"}
_ALWAYS, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True)
class Rule:
    """
    A rule ready for use.

    Parameters
    ----------
    rule_id, standard, feature, requirement, measured, operator
        As in the row.
    limit
        In the unit of the column; not a number where the limit is words.
    words
        Words of the limit.
    limit_column
        Column that is the limit where it is the larger; blank for none.
    conditions
        Where the rule applies.
    first, last
        Days since 1970 of building or alteration that it governs.
    """

    rule_id: str
    standard: str
    feature: str
    requirement: str
    measured: str
    operator: str
    limit: float
    words: tuple[str, ...]
    limit_column: str
    conditions: tuple[Condition, ...]
    first: int
    last: int


def _limit(row: pd.Series, unit: str) -> float:
    """Bring the limit of a row to the unit of its column."""
    if row["operator"] == "is":
        return float("nan")
    given = str(row["unit"])
    if given == "1:n" and unit == "%":
        return 100 / float(str(row["limit"]).removeprefix("1:"))
    number = float(row["limit"])
    return number if given == unit else number * factor(given, unit)


def _unit(row: pd.Series) -> str:
    """Find the unit of the column that a rule measures."""
    columns = schema.describe(row["feature"]).columns
    if row["attribute"] in DERIVED:
        return DERIVED[row["attribute"]]
    if row["attribute"] not in columns.index:
        raise ValueError(f"a column of {row['feature']}")
    return str(columns.loc[row["attribute"], "unit"])


def _day(value: object, absent: int) -> int:
    """Count days since 1970."""
    return absent if pd.isna(value) else int(pd.Timestamp(value).timestamp() // 86_400)  # type: ignore[arg-type,call-overload]


def _compile(rule_id: str, row: pd.Series) -> Rule:
    """Read one row; a `ValueError` says what was wanted."""
    conditions = parse(row["applies"] if pd.notna(row["applies"]) else "")
    known = set(schema.describe(row["feature"]).columns.index)
    limit_column = "" if pd.isna(row["limit_column"]) else str(row["limit_column"])
    for name in {one.column for one in conditions} | ({limit_column} - {""}):
        if name not in known:
            raise ValueError(f"columns of {row['feature']}, not {name!r}")
    return Rule(
        rule_id=rule_id,
        standard=str(row["standard"]),
        feature=str(row["feature"]),
        requirement=str(row["requirement"]),
        measured=str(row["attribute"]),
        operator=str(row["operator"]),
        limit=_limit(row, _unit(row)),
        words=tuple(str(row["limit"]).split("|")) if row["operator"] == "is" else (),
        limit_column=limit_column,
        conditions=conditions,
        first=_day(row["in_force_from"], _ALWAYS),
        last=_day(row["in_force_to"], _NEVER),
    )


def compiled(rules: AdaRules) -> list[Rule]:
    """
    Read every row of a table of rules.

    Parameters
    ----------
    rules
        As `rules` gives it, or a city's own table of the same form.

    Returns
    -------
    compiled
        In the order of the table.

    Raises
    ------
    ConfigError
        With every row that cannot be read, and why.
    """
    found, problems = [], list[Problem]()
    for rule_id, row in rules.iterrows():
        try:
            found.append(_compile(str(rule_id), row))
        except ValueError as wanted:
            remedy = f"Give {wanted}."
            problems.append(Problem("ada_rules", "cannot be used", (str(rule_id),), remedy))
    if problems:
        raise ConfigError.of("ada_rules", problems)
    return found


def rules(*enforce: str, advise: Iterable[str] = (), table: AdaRules | None = None) -> AdaRules:
    """
    Choose the rules of some standards.

    Parameters
    ----------
    *enforce
        Standards that bind the city: `ada2010` (2010 ADA Standards with their safe harbor: what was
        built before 15 March 2012 is held to the 1991 Standards), `dot504` (detectable warnings
        under DOT Section 504), `dot_stops` (PROWAG at transit stops), `cbc11b`, `prowag2023`.
    advise
        Standards that only advise.
    table
        All rules. By default `parameters/ada_rules.csv`.

    Returns
    -------
    rules
        One row a rule, with `is_enforced`.

    Raises
    ------
    ConfigError
        No standard, an unknown one, one named twice, or a row that cannot be used.

    Examples
    --------
    >>> chosen = rules("ada2010", advise=["prowag2023"])
    >>> bool(chosen.loc["ada2010-405.2", "is_enforced"])
    True
    """
    every = schema.parameters("ada_rules") if table is None else table
    advise = tuple(advise)
    named, known = [*enforce, *advise], sorted(set(every["standard"]))
    problems = [
        Problem("standards", f"{name!r} is not known", remedy=nearest(name, known))
        for name in dict.fromkeys(named)
        if name not in known
    ]
    for name in dict.fromkeys(name for name in named if named.count(name) > 1):
        remedy = "Name it once, under enforce or under advise."
        problems.append(Problem("standards", f"{name!r} is named twice", remedy=remedy))
    if not named:
        remedy = f"Add enforce = ['ada2010'] to [standards]; known are {', '.join(known)}."
        problems.append(Problem("standards", "none is named", remedy=remedy))
    if problems:
        raise ConfigError.of("standards", problems)
    chosen = every[every["standard"].isin(named)]
    chosen = chosen.assign(is_enforced=chosen["standard"].isin(enforce))
    compiled(chosen)
    return chosen
