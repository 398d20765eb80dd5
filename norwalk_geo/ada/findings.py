"""Measured features held against rules: pass, fail, within the instrument's error, or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.conditions import Condition, Facts, Mask
from norwalk_geo.ada.coverage import covered
from norwalk_geo.ada.dates import built
from norwalk_geo.ada.presence import with_presence
from norwalk_geo.ada.standards import FEATURES, Rule, compiled
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.schema.units import is_slope

if TYPE_CHECKING:
    from norwalk_geo.schema import AdaRules, Features, Findings

__all__ = ["VERDICTS", "feature_name", "find"]

Codes: TypeAlias = npt.NDArray[np.int8]
Values: TypeAlias = npt.NDArray[np.float64]
Span: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

VERDICTS = ("pass", "fail", "within_error", "unknown")
_PASS, _FAIL, _WITHIN, _UNKNOWN, _NONE = range(5)
_ABSENT = Condition("presence", "=", ("no",))
# Only the noise of conversion: 1:12 in degrees and back is 1:12.
_NOISE = 1e-9


@dataclass
class _Judged:
    """What one rule says of every feature: codes, where it applies, and why it is not known."""

    rule: Rule
    code: Codes
    value: Values
    limit: Values
    governs: Mask
    may_govern: Mask
    reason: npt.NDArray[np.int16]
    texts: list[str] = field(default_factory=list)


def feature_name(frame: Features) -> str:
    """
    Name the table that features are in, by its key.

    Parameters
    ----------
    frame
        Ramps, walks, crossings, stops or elements of buildings.

    Returns
    -------
    name
        Name of its schema.

    Raises
    ------
    ConfigError
        The key is none of theirs.
    """
    keys = {schema.describe(name).key[0]: name for name in FEATURES}
    if frame.index.name not in keys:
        what = f"the index is {frame.index.name!r}"
        remedy = f"Give a table whose index is one of {', '.join(keys)}."
        raise ConfigError.of("features", [Problem("index", what, remedy=remedy)])
    return keys[str(frame.index.name)]


def _measure(facts: Facts, rule: Rule) -> tuple[Values, Values]:
    """Take the measure of a rule and its error; slopes count on either side."""
    if rule.measured == "grade_change_pct":
        parts = ("running_slope_pct", "counter_slope_pct")
        value = sum((np.abs(facts.number(name)) for name in parts), start=np.zeros(1))
        error = sum((_error(facts, name) for name in parts), start=np.zeros(1))
        return value, error
    value = facts.number(rule.measured)
    return np.abs(value) if is_slope(rule.measured) else value, _error(facts, rule.measured)


def _error(facts: Facts, column: str) -> Values:
    """Take the error of a measure: none where nothing is said of it."""
    return np.nan_to_num(facts.number(f"error_{column}"), nan=0.0)


def _limit(facts: Facts, rule: Rule, high: Values) -> tuple[Values, Mask]:
    """Give the limit of each feature, and where the grade that could raise it is not known."""
    limit = np.full(len(facts.frame), rule.limit)
    if not rule.limit_column:
        return limit, np.zeros(len(limit), dtype="bool")
    grade = np.abs(facts.number(rule.limit_column))
    return np.fmax(limit, grade), np.isnan(grade) & (high > rule.limit + _NOISE)


def _compare(facts: Facts, rule: Rule) -> tuple[Codes, Values, Values, Mask]:
    """Hold a measure against its limit, the error on either side."""
    if rule.operator == "is":
        text = facts.text(rule.measured)
        code = np.where(text.isin(rule.words), _PASS, _FAIL)
        code = np.where(text.isna(), _UNKNOWN, code).astype("int8")
        none = np.full(len(text), np.nan)
        return code, none, none, np.zeros(len(text), dtype="bool")
    value, error = _measure(facts, rule)
    limit, is_open = _limit(facts, rule, value + error)
    sign = 1.0 if rule.operator == "le" else -1.0
    over = sign * (value - limit)
    noise = _NOISE * np.maximum(1.0, np.abs(limit))
    code = np.full(len(value), _WITHIN, dtype="int8")
    code[over + error <= noise] = _PASS
    code[over - error > noise] = _FAIL
    code[np.isnan(value) | is_open] = _UNKNOWN
    return code, value, limit, is_open


def _judge(facts: Facts, rule: Rule, span: Span) -> _Judged:
    """Say what a rule says of every feature, as if conditions and dates were all that decide."""
    code, value, limit, is_open = _compare(facts, rule)
    texts = ["", f"{rule.measured} is not measured"]
    reason = (code == _UNKNOWN).astype("int16")
    if rule.limit_column:
        texts.append(f"{rule.limit_column} is not known")
        reason[is_open & ~np.isnan(value)] = len(texts) - 1
    size = len(code)
    governs, may = np.ones(size, dtype="bool"), np.ones(size, dtype="bool")
    for condition in rule.conditions:
        holds, unknown = facts.holds(condition)
        governs &= holds
        may &= holds | unknown
        texts.append(f"{condition.column} is not known, so it may not apply")
        reason[unknown] = len(texts) - 1
    if rule.measured != "presence":
        # What is not there has no measures.
        absent = facts.holds(_ABSENT)[0]
        governs &= ~absent
        may &= ~absent
    first, last = span
    dated = (first >= rule.first) & (last <= rule.last)
    may &= (last >= rule.first) & (first <= rule.last)
    judged = _Judged(rule, code, value, limit, governs, may, reason, texts)
    _date(judged, dated)
    return judged


def _date(judged: _Judged, dated: Mask) -> None:
    """Note where only the day of building leaves open whether a rule governs."""
    judged.texts.append("the day of building is not known")
    judged.reason[judged.governs & ~dated & (judged.code != _UNKNOWN)] = len(judged.texts) - 1
    judged.governs &= dated


def _sure(group: Sequence[_Judged], name: str, facts: Facts, span: Span) -> Mask:
    """Find features that miss every rule that may govern them, where one of them must."""
    failed = np.column_stack([(one.code == _FAIL) | ~one.may_govern for one in group])
    is_open = np.column_stack([one.may_govern & ~one.governs for one in group])
    missed: Mask = np.asarray(failed.all(axis=1) & is_open.any(axis=1))
    rows = np.flatnonzero(missed)
    if len(rows):
        rules = [one.rule for one in group]
        missed[rows] = covered(name, rules, facts, span, rows.astype("int64"))
    return missed


def _settle(every: list[_Judged], name: str, facts: Facts, span: Span) -> None:
    """Turn what may not govern into unknown, unless all that may govern is missed."""
    groups: dict[tuple[str, str], list[_Judged]] = {}
    for judged in every:
        groups.setdefault((judged.rule.standard, judged.rule.requirement), []).append(judged)
    for group in groups.values():
        sure = _sure(group, name, facts, span)
        for judged in group:
            is_open = judged.may_govern & ~judged.governs
            doubtful = is_open & (judged.code != _PASS) & ~sure
            judged.reason[(judged.code != _UNKNOWN) & ~doubtful] = 0
            judged.texts.append("which rule governs is not known; all that may are missed")
            judged.reason[is_open & sure] = len(judged.texts) - 1
            judged.code[doubtful] = _UNKNOWN
            judged.code[~judged.may_govern] = _NONE


def _texts(values: Sequence[str], places: npt.NDArray[np.intp]) -> pd.Series:
    """Repeat texts by their place, as one column."""
    return pd.Series(pd.array(list(values), dtype="str").take(places))


def _table(name: str, frame: Features, every: list[_Judged], rules: AdaRules) -> Findings:
    """Put the findings together, a feature's rules in the order of the rules."""
    code = np.column_stack([one.code for one in every])
    flat = np.flatnonzero(code != _NONE)
    row, column = np.divmod(flat, len(every))
    texts = [text for one in every for text in one.texts]
    start = np.cumsum([0, *(len(one.texts) for one in every)])[:-1]
    reason = np.column_stack([one.reason for one in every]).ravel()[flat] + start[column]
    value = np.column_stack([one.value for one in every]).ravel()[flat]
    limit = np.column_stack([one.limit for one in every]).ravel()[flat]
    sign = np.array([1.0 if one.rule.operator == "le" else -1.0 for one in every])[column]
    rule_ids = [one.rule.rule_id for one in every]
    chosen = rules.loc[rule_ids]
    # Made from its codes, since finding them again in millions of texts takes longer than the rest.
    levels: Any = [[name], frame.index, pd.Index(rule_ids)]
    codes: Any = [np.zeros(len(flat), dtype="int64"), row, column]
    names = ["feature", "feature_id", "rule_id"]
    index = pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=False)
    found = {
        "standard": _texts(chosen["standard"].tolist(), column),
        "edition": _texts(chosen["edition"].tolist(), column),
        "is_enforced": pd.Series(chosen["is_enforced"].to_numpy(dtype="bool")[column]),
        "verdict": _texts(VERDICTS, code.ravel()[flat].astype("int64")),
        "requirement": _texts([one.rule.requirement for one in every], column),
        "attribute": _texts([one.rule.measured for one in every], column),
        "value": pd.Series(value),
        "limit_value": pd.Series(limit).mask(np.isnan(value)),
        "margin": pd.Series(sign * (limit - value)),
        "reason": _texts(texts, reason).replace("", None),
    }
    return pd.DataFrame(found).set_axis(index)


def _find_one(features: Features, rules: AdaRules, every: list[Rule]) -> Findings | None:
    """Hold one table of features against its rules."""
    name = feature_name(features)
    own = [rule for rule in every if rule.feature == name]
    if not own or features.empty:
        return None
    frame = schema.check(features, name)
    frame = with_presence(frame) if name == "ramps" else frame
    facts, span = Facts(frame), built(frame)
    judged = [_judge(facts, rule, span) for rule in own]
    _settle(judged, name, facts, span)
    return _table(name, frame, judged, rules)


def find(*features: Features, rules: AdaRules) -> Findings:
    """
    Hold measured features against rules.

    A rule governs a feature by the day of its building or last alteration and by the conditions in
    its row. What is not measured is unknown; so is a miss where it is not known whether the rule
    governs, unless the feature misses every rule that may and one of them must. An error of
    measurement works on both sides: a measure so near to the limit that the instrument cannot tell
    is `within_error`.

    Parameters
    ----------
    *features
        Tables of ramps, walks, crossings, stops or elements of buildings. A column
        `error_running_slope_pct` and its like, as `ada.measured` adds them, is the error of the
        column in its own unit; without it a measure is taken as exact.
    rules
        As `ada.rules` gives them.

    Returns
    -------
    findings
        One row a feature and rule that governs it or may: `verdict`, `value` and `limit_value` in
        the column's unit (slopes in percent without their sign, lengths in inches or feet),
        `margin` to the limit, negative where it is missed, and the `reason` of what is unknown.

    Raises
    ------
    ConfigError
        A table is not one of features, or a rule cannot be used.
    SchemaError
        With every problem of a table.

    Examples
    --------
    >>> import geopandas as gpd
    >>> ramps = gpd.GeoDataFrame(
    ...     {"ramp_id": ["r1"], "running_slope_pct": [9.0], "built_year": [2020]},
    ...     geometry=gpd.points_from_xy([6530000], [1800000]), crs="EPSG:2229",
    ... )
    >>> from norwalk_geo import ada
    >>> found = find(ramps.set_index("ramp_id"), rules=ada.rules("ada2010"))
    >>> found.loc[("ramps", "r1", "ada2010-405.2"), "verdict"]
    'fail'
    """
    every = compiled(rules)
    parts = [_find_one(one, rules, every) for one in features]
    found = [one for one in parts if one is not None]
    if not found:
        remedy = "Give features with rows, and rules for them."
        raise ConfigError.of("features", [Problem("features", "no rule is for them", (), remedy)])
    return pd.concat(found) if len(found) > 1 else found[0]
