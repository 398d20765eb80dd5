"""A file's columns → ours, by the rules of a mapping, noting every cell that a rule touched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.schema.convert import TYPES
from norwalk_geo.schema.units import is_slope, marks, to_percent
from norwalk_geo.sources.report import Log
from norwalk_geo.sources.rules import Cell, ColumnRule

if TYPE_CHECKING:
    from pandas import DataFrame, Series

__all__ = ["as_text", "build", "unrated"]

_Mask = npt.NDArray[np.bool_]


def as_text(values: Series) -> Series:
    """
    Write cells as text, as keys and values of a mapping are written.

    Parameters
    ----------
    values
        A column of a file.

    Returns
    -------
    text
        Without spaces at the ends; whole numbers without `.0`; blank cells missing.
    """
    if values.dtype == object:
        values = values.infer_objects()
    return TYPES["text"][0](values)[0]


def _places(frame: DataFrame | Series, rows: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Give the places in the file of some rows."""
    return np.asarray(frame.index[np.asarray(rows, dtype="bool")], dtype="int64")


def _as_cells(values: Series, value: Cell) -> Series:
    """Repeat one value."""
    if isinstance(value, dt.date):
        return pd.Series(pd.Timestamp(value).as_unit("us"), index=values.index)
    return pd.Series(value, index=values.index)


def _is_one_of(values: Series, meanings: Iterable[Cell]) -> _Mask:
    """Find cells that equal one of some values, as text or as numbers."""
    text = as_text(values)
    number = TYPES["number"][0](values)[0]
    found = np.zeros(len(values), dtype="bool")
    for meaning in meanings:
        found |= text.eq(str(meaning).strip()).fillna(value=False).to_numpy(dtype="bool")
        if isinstance(meaning, int | float) and not isinstance(meaning, bool):
            found |= number.eq(meaning).to_numpy(dtype="bool")
    return found


def _blank(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Take cells that mean nothing as missing."""
    if not rule.missing:
        return values
    found = _is_one_of(values, rule.missing)
    shown = ", ".join(str(one) for one in rule.missing)
    log.change(
        "changed",
        rule.column,
        f"{shown} read as missing",
        f"columns.{rule.column}.missing",
        _places(values, found),
    )
    return values.mask(found)


def _translate(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Put our words for the file's."""
    if not rule.words:
        return values
    text = as_text(values)
    result = values.astype("object")
    for theirs, ours in rule.words.items():
        found = text.eq(theirs).fillna(value=False).to_numpy(dtype="bool")
        result[found] = _as_cells(values[found], ours).astype("object")
        reason = f"{theirs!r} read as {str(ours)!r}"
        log.whole(rule.column, reason, f"columns.{rule.column}.values", int(found.sum()))
    return result.where(result.notna(), None).infer_objects()


def _date(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Read dates that are written in the file's own way."""
    if not rule.format or pd.api.types.is_datetime64_any_dtype(values):
        return values
    text = as_text(values)
    day = pd.to_datetime(text, format=rule.format, errors="coerce")
    bad = (day.isna() & text.notna()).to_numpy(dtype="bool")
    shown = ", ".join(repr(one) for one in text[bad].unique()[:3])
    log.problem(
        rule.column,
        f"not a date written as {rule.format} ({shown})",
        _places(values, bad),
        f"Correct the source, or list the text in columns.{rule.column}.missing.",
    )
    log.whole(
        rule.column,
        f"dates read as {rule.format}",
        f"columns.{rule.column}.format",
        int(day.notna().sum()),
    )
    return day.astype("datetime64[us]")


def _slope(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Bring slopes to percent, and refuse a column that mixes the ways to write them."""
    slope, bad = to_percent(values, rule.unit)
    other = [unit for unit in marks(values) if unit != rule.unit]
    shown = ", ".join(repr(one) for one in values[bad].astype("str").unique()[:3])
    what = f"mixes {rule.unit} with {', '.join(other)}" if other else f"no slope in {rule.unit}"
    remedy = "Bring the column to one unit"
    if not other:
        remedy = f"Correct the source, or list the value in columns.{rule.column}.missing"
    log.problem(rule.column, f"{what} ({shown})", _places(values, bad), f"{remedy}.")
    reason = f"slope read from {rule.unit} as percent"
    log.whole(rule.column, reason, f"columns.{rule.column}.unit", int(slope.notna().sum()))
    return slope


def _convert(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Bring numbers to our unit. Cells that are no numbers stay, for the check to name them."""
    if rule.unit and is_slope(rule.column):
        return _slope(values, rule, log)
    if not rule.unit or rule.factor == 1:
        return values
    number, bad = TYPES["number"][0](values)
    count = int(number.notna().sum())
    reason = f"{rule.unit} multiplied by {rule.factor:.7g}"
    log.whole(rule.column, reason, f"columns.{rule.column}.unit", count)
    result = number * rule.factor
    return result.astype("object").where(~bad, values) if bad.any() else result


def _rate(values: Series, rule: ColumnRule, scales: DataFrame, log: Log) -> Series:
    """Read a rating of another scale as an index; a rating that stands for none is missing."""
    table = scales.loc[rule.scale]["pci"].sort_index()
    known = table.dropna()
    number, unread = TYPES["number"][0](values)
    none = number.isin(table.index[table.isna()])
    blank = number.isna() & ~unread
    low, high = known.index.min(), known.index.max()
    outside = number.notna() & ~none & ~number.between(low, high)
    rule_name = f"columns.{rule.column}.scale"
    for bad, what in ((unread, "not a number"), (outside, f"outside {low:g}–{high:g}")):
        shown = ", ".join(str(one) for one in values[bad].unique()[:3])
        remedy = f"Correct the source, or list the value in columns.{rule.column}.missing."
        log.problem(rule.column, f"{what} ({shown})", _places(values, bad), remedy)
    log.change(
        "unsurveyed",
        "pci",
        f"this rating on the scale {rule.scale} means that nobody rated the street",
        rule_name,
        _places(values, none),
    )
    reason = "no rating given"
    log.change("unsurveyed", "pci", reason, f"columns.{rule.column}", _places(values, blank))
    index = pd.Series(np.interp(number, known.index, known), index=values.index)
    index = index.mask(none | outside | number.isna())
    reason = f"rating on the scale {rule.scale} read as an index"
    log.whole("pci", reason, rule_name, int(index.notna().sum()))
    return index


def unrated(frame: DataFrame, rule: ColumnRule, scales: DataFrame) -> _Mask:
    """
    Find rows whose rating is blank, or stands for none on its scale.

    Parameters
    ----------
    frame
        Rows of the file.
    rule
        Rule of the rating.
    scales
        Index by scale and rating.

    Returns
    -------
    unrated
        True where nobody rated the street. A rating that cannot be read is not among them.
    """
    quiet = Log(np.full(int(frame.index.max()) + 1, "", dtype="object"))
    values = frame[rule.source]
    for step in (_blank, _translate):
        values = step(values, rule, quiet)
    number, unread = TYPES["number"][0](values)
    table = scales.loc[rule.scale]["pci"]
    none = number.isin(table.index[table.isna()])
    return np.asarray(none | (number.isna() & ~unread))


def _fill(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Fill what the file does not say with the rule's default."""
    if rule.default is None:
        return values
    # Blank text counts as nothing, as it does in every check.
    gaps = as_text(values).isna().to_numpy(dtype="bool")
    default = _as_cells(values, rule.default)
    log.change(
        "changed",
        rule.column,
        f"missing, set to {rule.default}",
        f"columns.{rule.column}.default",
        _places(values, gaps),
    )
    if not gaps.any():
        return values
    alike = values.dtype == default.dtype
    return values.where(~gaps, default) if alike else values.astype("object").where(~gaps, default)


def _read(values: Series, rule: ColumnRule, log: Log) -> Series:
    """Read one column of the file."""
    for step in (_blank, _translate, _date, _convert):
        values = step(values, rule, log)
    return values


def _take(read: list[Series], rule: ColumnRule, log: Log) -> Series:
    """Take the largest or smallest of several columns; of slopes the sign does not count."""
    pairs = [TYPES["number"][0](values) for values in read]
    table = np.column_stack([number.to_numpy(dtype="float64") for number, _ in pairs])
    size = np.abs(table) if is_slope(rule.column) else table
    is_largest = rule.take.startswith("largest")
    blank = np.isnan(table)
    place = (np.argmax if is_largest else np.argmin)(
        np.where(blank, -np.inf if is_largest else np.inf, size), axis=1
    )
    chosen = table[np.arange(len(table)), place]
    if not rule.take.endswith("_given"):
        chosen[blank.any(axis=1)] = np.nan
    result = pd.Series(chosen, index=read[0].index)
    for values, (_, bad) in zip(read, pairs, strict=True):
        # A cell that is no number stays, for the check to name it.
        if bad.any():
            result = result.astype("object").where(~bad, values)
    reason = f"{rule.take.replace('_', ' ')} of {', '.join(rule.sources)}"
    log.whole(rule.column, reason, f"columns.{rule.column}.take", int(result.notna().sum()))
    return result


def _make(frame: DataFrame, rule: ColumnRule, scales: DataFrame, log: Log) -> Series:
    """Make one column."""
    if rule.constant is not None:
        return _as_cells(frame.iloc[:, 0], rule.constant)
    read = [_read(frame[source], rule, log) for source in rule.sources]
    values = read[0] if len(read) == 1 else _take(read, rule, log)
    if rule.scale:
        values = _rate(values, rule, scales, log)
    return _fill(values, rule, log)


def build(
    frame: DataFrame, rules: Iterable[ColumnRule], scales: DataFrame, log: Log
) -> dict[str, Series]:
    """
    Make columns of ours.

    Parameters
    ----------
    frame
        Rows of the file that are kept; the index is their place in it.
    rules
        Rules of the columns to make.
    scales
        Index by scale and rating.
    log
        Takes every change and problem.

    Returns
    -------
    columns
        Column by name; a rating comes as `pci` with the method `converted`. Cells that cannot be
        converted are left for the schema's check to name.
    """
    columns: dict[str, Series] = {}
    for rule in rules:
        values = _make(frame, rule, scales, log)
        if rule.scale:
            columns["pci"] = values
            columns["pci_method"] = pd.Series("converted", index=frame.index)
        else:
            columns[rule.column] = values
        if rule.column == "pci":
            blank = _places(values, as_text(values).isna())
            log.change("unsurveyed", "pci", "no condition given", "columns.pci", blank)
    return columns
