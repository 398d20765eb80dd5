"""Readings of instruments → columns of the features that they were taken at, with their errors."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.findings import feature_name
from norwalk_geo.errors import Problem, SchemaError, nearest
from norwalk_geo.network.model import column
from norwalk_geo.schema.units import SLOPES, factor, is_slope, to_percent

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Features, Measurements

__all__ = ["measured"]

_ANY = "unknown"


def _names(rows: DataFrame) -> tuple[str, ...]:
    return tuple(rows.index.astype("str"))


def _stray(rows: Measurements, features: Features, table: str, as_of: dt.date) -> list[Problem]:
    """Find readings of features, columns or days that are not there."""
    columns = schema.describe(table).columns
    numbers = columns.index[columns["type"].eq("number")]
    problems = []
    lost = rows[~rows["feature_id"].isin(features.index)]
    if len(lost):
        what = f"is not in {table}"
        problems.append(Problem("feature_id", what, _names(lost), "Correct the id."))
    for name, one in rows[~rows["attribute"].isin(numbers)].groupby("attribute"):
        hint = nearest(str(name), numbers)
        problems.append(Problem("attribute", f"{name!r} is no measure", _names(one), hint))
    late = rows[rows["measured_on"] > pd.Timestamp(as_of)]
    if len(late):
        what = f"is after {as_of}"
        problems.append(Problem("measured_on", what, _names(late), "Correct the date."))
    return problems


def _mixed(rows: Measurements, table: str) -> list[Problem]:
    """Find columns whose readings are in several units, or in one that does not suit."""
    columns, problems = schema.describe(table).columns, []
    for name, one in rows.groupby("attribute"):
        if name not in columns.index:
            continue
        units = list(dict.fromkeys(one["unit"]))
        if len(units) > 1:
            what = f"{name} mixes units ({', '.join(units)})"
            rare = one[one["unit"].ne(one["unit"].mode()[0])]
            remedy = "Bring them to one unit, or hand them over one by one."
            problems.append(Problem("unit", what, _names(rare), remedy))
        for unit in units:
            try:
                _factor(str(name), unit, str(columns["unit"][str(name)]))
            except ValueError as wanted:
                rows_of = one[one["unit"].eq(unit)]
                what = f"{unit} is no unit of {name}"
                problems.append(Problem("unit", what, _names(rows_of), f"Give {wanted}."))
    return problems


def _factor(name: str, unit: str, ours: str) -> float:
    """Find what turns a reading into our unit, one for slopes that no factor turns."""
    if is_slope(name):
        if unit not in SLOPES:
            raise ValueError(f"one of {', '.join(SLOPES)}")
        return 1.0
    return 1.0 if unit == ours else factor(unit, ours)


def _instrument_errors(rows: Measurements, instruments: DataFrame) -> pd.Series:
    """Give the usual error of each reading's instrument, in the unit of the column."""
    named = column(rows, "instrument", None).astype("str").fillna(_ANY).str.lower()
    known = pd.MultiIndex.from_arrays([named, rows["ours"]])
    error = instruments["error"].reindex(known).to_numpy()
    anyone = pd.MultiIndex.from_arrays([pd.Series(_ANY, index=rows.index), rows["ours"]])
    usual = instruments["error"].reindex(anyone).to_numpy()
    return pd.Series(np.where(np.isnan(error), usual, error), index=rows.index)


def _converted(
    rows: Measurements, table: str, instruments: DataFrame
) -> tuple[DataFrame, Problem | None]:
    """Bring readings and errors to the unit of their column."""
    units = schema.describe(table).columns["unit"]
    rows = rows.assign(ours=rows["attribute"].map(units), mine=np.nan, off=np.nan)
    bad = pd.Series(data=False, index=rows.index)
    for (name, unit), one in rows.groupby(["attribute", "unit"]):
        if is_slope(str(name)):
            rows.loc[one.index, "mine"], bad[one.index] = to_percent(one["value"], str(unit))
            # The error of 1:n is stated in percent, since n itself has none that is the same twice.
            scale = "%" if unit == "1:n" else str(unit)
            high = to_percent(one["value"].abs() + one["error"], scale)[0]
            plain = to_percent(one["value"].abs(), scale)[0]
            rows.loc[one.index, "off"] = one["error"] if unit == "1:n" else high - plain
        else:
            times = _factor(str(name), str(unit), str(units[str(name)]))
            rows.loc[one.index, "mine"] = one["value"] * times
            rows.loc[one.index, "off"] = one["error"] * times
    rows["off"] = rows["off"].fillna(_instrument_errors(rows, instruments))
    what, remedy = "is no slope in its unit", "Correct the reading or its unit."
    return rows, Problem("value", what, _names(rows[bad]), remedy) if bad.any() else None


def _combined(rows: DataFrame) -> tuple[DataFrame, list[Problem]]:
    """Join the readings of a feature's latest day, all of which must be able to be true."""
    key = ["feature_id", "attribute"]
    last = rows[rows["measured_on"].eq(rows.groupby(key)["measured_on"].transform("max"))]
    last = last.assign(low=last["mine"] - last["off"], high=last["mine"] + last["off"])
    groups = last.groupby(key)
    apart = groups["low"].transform("max") > groups["high"].transform("min") + 1e-9
    problems = []
    if apart.any():
        what = "contradict each other: same feature and day, further apart than their errors"
        remedy = "Measure again, or drop the wrong reading."
        problems.append(Problem("value", what, _names(last[apart]), remedy))
    low, high = groups["low"].min(), groups["high"].max()
    joined = pd.DataFrame({"value": (low + high) / 2, "error": (high - low) / 2})
    return joined.assign(measured_on=groups["measured_on"].max()), problems


def measured(
    features: Features,
    measurements: Measurements,
    *,
    as_of: dt.date,
    instruments: DataFrame | None = None,
) -> Features:
    """
    Bring readings of instruments into a table of features.

    The readings of a feature's latest day count. Several of one day are joined to the span that
    covers all of them with their errors, so that none of them is smoothed away.

    Parameters
    ----------
    features
        Ramps, walks, crossings, stops or elements of buildings.
    measurements
        Readings, each in its own unit; those of other tables are passed over.
    as_of
        Day that the data describe.
    instruments
        Usual error by instrument and unit, where a reading states none. By default
        `parameters/ada_instruments.csv`.

    Returns
    -------
    features
        The same rows. A measured column holds the reading in the column's unit where there is one,
        and `error_` with its name the error on either side; `last_inspection_date` is the day.

    Raises
    ------
    ConfigError
        The table is not one of features.
    SchemaError
        With every problem: readings of unknown features or columns, units that do not suit or are
        mixed in one column, days after `as_of`, readings that contradict each other.
    """
    table = feature_name(features)
    every = schema.check(measurements, "measurements")
    every = every.assign(error=column(every, "error", np.nan))
    rows = every[every["feature"].eq(table)]
    problems = _stray(rows, features, table, as_of) + _mixed(rows, table)
    if problems:
        raise SchemaError.of("measurements", problems)
    known = schema.parameters("ada_instruments") if instruments is None else instruments
    rows, steep = _converted(rows, table, known)
    joined, problems = _combined(rows)
    if steep or problems:
        raise SchemaError.of("measurements", [*filter(None, [steep]), *problems])
    return _laid_over(features, joined)


def _laid_over(features: Features, joined: DataFrame) -> Features:
    """Put readings in place of what the features had."""
    made = {}
    for name, readings in joined.groupby("attribute"):
        one = readings.droplevel("attribute").reindex(features.index)
        here = one["value"].notna()
        if name in features:
            one["value"] = one["value"].where(here, features[name])
        made[str(name)] = one["value"]
        made[f"error_{name}"] = one["error"]
    day = joined.groupby("feature_id")["measured_on"].max().reindex(features.index)
    if "last_inspection_date" in features:
        day = day.where(day.notna(), features["last_inspection_date"])
    return features.assign(**made, last_inspection_date=day)
