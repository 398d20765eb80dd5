"""What departments enter: checked against the measures, corrected without losing what was there."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from norwalk_geo import config, schema
from norwalk_geo.errors import Problem, SchemaError, nearest

__all__ = ["check_entered", "correct"]

Entered: TypeAlias = pd.DataFrame
Measures: TypeAlias = pd.DataFrame
_SHARE = 1.0


def _names(rows: pd.DataFrame) -> tuple[str, ...]:
    """Name rows by measure and period, and by their place in the file where it is known."""
    named = rows["measure_id"].astype("str") + " " + rows["period"].astype("str")
    if "place" in rows:
        named = named + " (" + rows["place"].astype("str") + ")"
    return tuple(named)


def _unknown(flat: pd.DataFrame, measures: Measures) -> list[Problem]:
    """Find entries of measures that do not exist, and of measures that are computed."""
    problems = []
    for name, page in flat[~flat["measure_id"].isin(measures.index)].groupby("measure_id"):
        hint = nearest(str(name), map(str, measures.index))
        problems.append(Problem("measure_id", f"no measure is called {name!r}", _names(page), hint))
    computed = measures.index[measures["how"].eq("computed")]
    for name, page in flat[flat["measure_id"].isin(computed)].groupby("measure_id"):
        what = f"{name} is computed from the city's layers"
        remedy = "Leave it out, or set how = entered in the city's own measures.csv."
        problems.append(Problem("measure_id", what, _names(page), remedy))
    return problems


def _out_of_range(flat: pd.DataFrame, measures: Measures) -> list[Problem]:
    """Find values that the measure cannot have, and shares that were meant as percent."""
    problems = []
    rules = measures.reindex(flat["measure_id"])
    low, high = rules["minimum"].to_numpy(), rules["maximum"].to_numpy()
    value = flat["value"].to_numpy()
    outside = (value < low) | (value > high)
    if outside.any():
        remedy = "Correct it; the limits are in measures.csv."
        problems.append(
            Problem("value", "is outside what the measure can be", _names(flat[outside]), remedy)
        )
    blank = pd.Series(None, index=flat.index, dtype="str")
    noted = flat.get("note", blank).notna().to_numpy()
    share = rules["unit"].eq("%").to_numpy() & (value > 0) & (value <= _SHARE) & ~noted
    if share.any():
        remedy = "Write 90 for 90 %. If it is truly so low, say so in the note."
        problems.append(
            Problem("value", "looks like a share, not percent", _names(flat[share]), remedy)
        )
    return problems


def _late(flat: pd.DataFrame, as_of: dt.date, start_month: int) -> list[Problem]:
    """Find values of years that have not begun, and days of entry that have not come."""
    problems = []
    current = config.fiscal_year(as_of, start_month)
    later = flat["period"].gt(current)
    if later.any():
        remedy = f"Fiscal year {current} is the latest that has begun by {as_of}."
        problems.append(Problem("period", "has not begun", _names(flat[later.to_numpy()]), remedy))
    ahead = flat["entered_on"].gt(pd.Timestamp(as_of))
    if ahead.any():
        remedy = f"Give the day on which it was entered, {as_of} at the latest."
        problems.append(
            Problem("entered_on", "is in the future", _names(flat[ahead.to_numpy()]), remedy)
        )
    return problems


def _doubled(flat: pd.DataFrame) -> list[Problem]:
    """Find two values of one period entered on one day."""
    twice = flat.duplicated(["measure_id", "period", "entered_on"], keep=False)
    if not twice.any():
        return []
    remedy = "Keep one; a correction has a later day of entry."
    return [Problem("value", "two values for one period", _names(flat[twice]), remedy)]


def check_entered(
    entered: Entered, measures: Measures, *, as_of: dt.date, start_month: int = 7
) -> Entered:
    """
    Check what departments entered against the measures.

    Parameters
    ----------
    entered
        Table `entered`; a further column `place` says where in a file a row stands.
    measures
        Measures of the strategic plan.
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    entered
        The checked table, every correction in it.

    Raises
    ------
    SchemaError
        With every problem: measures that do not exist or are computed, values out of range, 0.9
        for 90 %, years to come, two values of one period.
    """
    flat = entered.reset_index() if entered.index.names[0] is not None else entered.copy()
    problems = []
    needed = {"measure_id", "period", "entered_on", "value"}
    if needed <= set(flat.columns):
        problems += _doubled(flat)
    if problems:
        raise SchemaError.of("entered", problems)
    checked = schema.check(flat, "entered")
    flat = checked.reset_index()
    problems = [
        *_unknown(flat, measures),
        *_out_of_range(flat[flat["measure_id"].isin(measures.index)], measures),
        *_late(flat, as_of, start_month),
    ]
    if problems:
        raise SchemaError.of("entered", problems)
    return checked.drop(columns="place", errors="ignore")


def correct(earlier: Entered, entered: Entered) -> tuple[Entered, dict[str, int]]:
    """
    Add entries to those that were there; nothing is lost.

    Parameters
    ----------
    earlier, entered
        Checked tables.

    Returns
    -------
    entered, counts
        All of them, and how many are `new`, `corrected` and `repeated` as they were.

    Raises
    ------
    SchemaError
        An entry of the same measure, period and day has another value.
    """
    same = entered.index.intersection(earlier.index)
    differs = earlier.loc[same, "value"].ne(entered.loc[same, "value"])
    if differs.any():
        flat = entered.loc[same[differs.to_numpy()]].reset_index()
        remedy = "Give the correction a later day of entry, so that both are kept."
        what = "differs from what was entered on the same day"
        raise SchemaError.of("entered", [Problem("value", what, _names(flat), remedy)])
    fresh = entered.drop(index=same)
    period = ["measure_id", "period"]
    known = pd.MultiIndex.from_frame(earlier.reset_index()[period])
    keys = pd.MultiIndex.from_frame(fresh.reset_index()[period])
    again = int(keys.isin(known).sum())
    counts = {"new": len(fresh) - again, "corrected": again, "repeated": len(same)}
    if not len(earlier):
        return fresh.sort_index(kind="stable"), counts
    return pd.concat([earlier, fresh]).sort_index(kind="stable"), counts
