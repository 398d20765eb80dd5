"""What a table of features says that cannot be so."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.ada.findings import feature_name
from norwalk_geo.ada.presence import RAMP_MEASURES
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from norwalk_geo.schema import Features

__all__ = ["check"]

_DATES = ("date_built", "date_altered", "last_inspection_date", "infeasible_signed")


def _dates(frame: Features, as_of: dt.date) -> list[tuple[str, pd.Series, str, str]]:
    """Find days that have not come, and days in the wrong order."""
    found = []
    for name in _DATES:
        late = column(frame, name, pd.NaT).gt(pd.Timestamp(as_of))
        found.append((name, late, f"is after {as_of}", "Correct the date."))
    year = column(frame, "built_year", pd.NA).astype("Int64")
    late = year.gt(as_of.year)
    found.append(("built_year", late, f"is after {as_of.year}", "Correct the year."))
    built, altered = (column(frame, name, pd.NaT) for name in ("date_built", "date_altered"))
    early = altered.lt(built)
    found.append(("date_altered", early, "is before date_built", "Correct one of them."))
    differ = built.dt.year.astype("Int64").ne(year)
    found.append(("built_year", differ, "is not the year of date_built", "Keep one of them."))
    return found


def _contradictions(frame: Features, name: str) -> list[tuple[str, pd.Series, str, str]]:
    """Find cells that exclude each other."""
    record = column(frame, "infeasible_record", None).notna()
    signed = column(frame, "infeasible_signed", None).notna()
    found = [
        ("infeasible_signed", record & ~signed, "is missing beside a record", "Give the day."),
        ("infeasible_record", signed & ~record, "is missing beside its day", "Name the record."),
    ]
    if name == "ramps":
        given = [column(frame, one, None).notna() for one in RAMP_MEASURES]
        some = pd.concat(given, axis=1).any(axis=1)
        absent = column(frame, "presence", None).eq("no")
        what = "says that there is no ramp, which has measures"
        found.append(("presence", absent & some, what, "Correct one of them."))
        none = column(frame, "detectable_warning", None).eq("no")
        deep = column(frame, "detectable_warning_depth_in", None).gt(0)
        what = "says that there is none, which has a depth"
        found.append(("detectable_warning", none & deep, what, "Correct one of them."))
    if name == "crossings":
        none = column(frame, "has_refuge", None).eq(other=False)
        wide = column(frame, "refuge_width_in", None).gt(0)
        what = "says that there is none, which has a width"
        found.append(("has_refuge", none & wide, what, "Correct one of them."))
    return found


def check(features: Features, *, as_of: dt.date) -> Features:
    """
    Check a table of features for what cannot be so.

    Parameters
    ----------
    features
        Ramps, walks, crossings, stops or elements of buildings.
    as_of
        Day that the data describe.

    Returns
    -------
    features
        The same rows, in their declared types.

    Raises
    ------
    ConfigError
        The table is not one of features.
    SchemaError
        With every problem: what its schema forbids (ids used twice, widths below zero); dates after
        `as_of` or in the wrong order; a ramp that is absent and has measures, and the like; a
        record of infeasibility without its day.
    """
    name = feature_name(features)
    frame = schema.check(features, name)
    problems = []
    for where, rows, what, remedy in [*_dates(frame, as_of), *_contradictions(frame, name)]:
        bad = rows.fillna(value=False).to_numpy(dtype="bool")
        if bad.any():
            ids = tuple(frame.index[bad].astype("str"))
            problems.append(Problem(where, what, ids, remedy))
    if problems:
        raise SchemaError.of(name, problems)
    return frame
