"""
Field sheets as they come → checked sheets in US units, or every mistake with its place.

A unit of length, area or count is that of the whole file and is turned into feet and square feet,
because the printed curves only hold for those.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.pci import distress as distresses
from norwalk_geo.pci.places import Found, names_of, typed

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Distress, SampleUnits

__all__ = ["Sheets", "check_sheets"]

_Mask: TypeAlias = npt.NDArray[np.bool_]

_SF_PER_M2, _FT_PER_M = 1 / 0.3048**2, 1 / 0.3048
UNITS = ("us", "metric")
# The standard's sample unit: 2,500 ± 1,000 sf of asphalt (225 ± 90 m²), 20 ± 8 slabs of concrete.
_SF, _M2, _SLABS = (1500.0, 3500.0), (135.0, 315.0), (12.0, 28.0)
_TEXT = ("section_id", "sample_id", "survey_date", "surface", "kind", "area")


@dataclass(frozen=True)
class Sheets:
    """
    Checked field sheets in US units.

    Parameters
    ----------
    sample_units
        One row a sheet, in the order given, key among the columns. `area` in sf, on concrete in
        slabs; `notes` says what to know about a sheet, blank where there is nothing.
    distress
        One row a distress and severity, in the order given, key among the columns. `quantity` in
        sf, ft, counts or slabs; `severity` is N where the standard has none.
    unit
        For each row of `distress` the place of its sheet in `sample_units`.
    """

    sample_units: SampleUnits
    distress: Distress
    unit: npt.NDArray[np.int64]


def _is_twice(frame: DataFrame, key: list[str]) -> _Mask:
    """Mark every row whose key stands more than once."""
    return frame.duplicated(key, keep=False).to_numpy()


def _clean(samples: DataFrame) -> DataFrame:
    """Bring the words of a sheet to one spelling."""
    return samples.assign(
        surface=samples["surface"].str.upper(),
        kind=samples["kind"].str.lower(),
        **({"units": samples["units"].str.lower()} if "units" in samples else {}),
    )


def _unit_problems(samples: DataFrame, units: str) -> Found:
    """Find sheets in the other system of units."""
    if "units" in samples:
        other = samples["units"].notna() & samples["units"].ne(units)
        remedy = "Keep one file for each system, and say which with --units."
        return [("units", other.to_numpy(), f"is not {units}, as the file is", remedy)]
    asphalt, area = samples["surface"].eq("AC"), samples["area"]
    metric, us = asphalt & area.between(*_M2), asphalt & area.between(*_SF)
    mine, other, name = (us, metric, "m²") if units == "us" else (metric, us, "sf")
    # Only where every area is of a standard unit in one system or the other: chance is ruled out.
    mixed = other & bool(mine.any() and (~asphalt | metric | us).all())
    what = f"looks like {name} while other sheets do not: both units mixed"
    remedy = (
        "Convert them. If the areas are right, write the units on every row, in a column units."
    )
    return [("area", mixed.to_numpy(), what, remedy)]


def _date_problems(samples: DataFrame, as_of: dt.date | None) -> Found:
    """Find surveys in the future and before construction."""
    day = samples["survey_date"]
    found: Found = []
    if as_of is not None:
        late = (day > pd.Timestamp(as_of)).to_numpy()
        found.append(("survey_date", late, f"lies in the future (after {as_of})", "Correct it."))
    if "built_date" in samples:
        early = (day < samples["built_date"]).to_numpy()
        found.append(("survey_date", early, "lies before the construction", "Correct either day."))
    return found


def _section_problems(samples: DataFrame) -> Found:
    """Find sections whose sheets contradict each other."""
    by = samples.groupby(["section_id", "survey_date"])
    both = by["surface"].transform("nunique").gt(1).to_numpy()
    remedy = "Divide the section: a section has one surface."
    found: Found = [("surface", both, "is asphalt and concrete in one section", remedy)]
    if "section_area" in samples:
        whole = samples["section_area"]
        differ = samples.groupby("section_id")["section_area"].transform("nunique").gt(1)
        remedy = "Write the same area of the section on all of its sheets."
        found.append(("section_area", differ.to_numpy(), "differs within the section", remedy))
        small = whole.notna() & (by["area"].transform("sum") > whole * (1 + 1e-6))
        what = "is less than its sample units together"
        found.append(("section_area", small.to_numpy(), what, "Correct the area of the section."))
    return found


def _sample_problems(
    samples: DataFrame, units: str, as_of: dt.date | None, *, dated: bool
) -> Found:
    """List what is wrong with the sheets themselves."""
    surface, area = samples["surface"], samples["area"]
    found: Found = [
        (name, samples[name].isna().to_numpy(), "missing", "Fill it in.")
        for name in _TEXT
        if name != "area"
    ]
    bad = surface.notna() & ~surface.isin(["AC", "PCC"])
    found.append(("surface", bad.to_numpy(), "unknown value", "Use AC or PCC."))
    bad = samples["kind"].notna() & ~samples["kind"].isin(["random", "additional"])
    found.append(("kind", bad.to_numpy(), "unknown value", "Use random or additional."))
    none = ~(area > 0)
    remedy = "Measure it again, or drop the sheet."
    found.append(("area", (none & surface.ne("PCC")).to_numpy(), "has no area", remedy))
    found.append(("area", (none & surface.eq("PCC")).to_numpy(), "has no slabs", remedy))
    found += _unit_problems(samples, units) + _date_problems(samples, as_of)
    found += _section_problems(samples)
    twice = _is_twice(samples, ["section_id", "sample_id", "survey_date"])
    found.append(("sample_id", twice, "the sheet stands twice", "Drop one of them."))
    if not dated:
        again = _is_twice(samples, ["section_id", "sample_id"]) & ~twice
        what = "was surveyed twice, and the distress does not say when"
        remedy = "Add the column survey_date to the distress, or rate one survey at a time."
        found.append(("sample_id", again, what, remedy))
    return found


def _places(rows: DataFrame, samples: DataFrame, key: list[str]) -> npt.NDArray[np.int64]:
    """Find the sheet of every row of distress, −1 where there is none."""
    code = np.zeros(len(samples) + len(rows), dtype="int64")
    for name in key:
        both = pd.concat([samples[name], rows[name]], ignore_index=True)
        part, values = pd.factorize(both, use_na_sentinel=False)
        code = code * max(len(values), 1) + part
        code = pd.factorize(code)[0]
    # Codes are given in the order of the sheets, so a sheet's place is where its code is first.
    first = np.full(int(code.max(initial=-1)) + 1, -1)
    first[code[: len(samples)][::-1]] = np.arange(len(samples))[::-1]
    return np.asarray(first[code[len(samples) :]], dtype="int64")


def _notes(
    samples: DataFrame, low_19: npt.NDArray[np.int64], crowded: npt.NDArray[np.int64]
) -> pd.Series:
    """Say what an engineer should know about a sheet."""
    asphalt, area = samples["surface"].eq("AC"), samples["area"]
    unusual = np.where(asphalt, ~area.between(*_SF), ~area.between(*_SLABS))
    size = np.where(unusual, np.where(asphalt, 1, 2), 0)
    old, full = np.zeros(len(samples), dtype="int64"), np.zeros(len(samples), dtype="int64")
    old[low_19], full[crowded] = 1, 1
    sizes = (
        "",
        "The sample unit is outside the standard's 1,500 to 3,500 sf.",
        "The sample unit is outside the standard's 12 to 28 slabs.",
    )
    olds = ("", "Code 19 at low severity is raveling and weathering of the editions before 2009.")
    fulls = ("", "A distress covers more than the sample unit, all severities together.")
    every = [" ".join(part for part in parts if part) for parts in product(sizes, olds, fulls)]
    told = pd.array(every, dtype="str").take(size * 4 + old * 2 + full)
    return pd.Series(told, index=samples.index)


def _in_us(samples: DataFrame, rows: DataFrame, units: str) -> tuple[DataFrame, DataFrame]:
    """Turn meters into feet where the sheets are metric; slabs and counts stay."""
    if units == "us":
        return samples, rows
    asphalt = samples["surface"].eq("AC")
    names = [name for name in ("area", "section_area") if name in samples]
    scaled = {name: samples[name].where(~asphalt, samples[name] * _SF_PER_M2) for name in names}
    factors = np.array([_SF_PER_M2, _FT_PER_M, 1.0, 1.0, 1.0])
    factor = factors[distresses.kinds().measure[rows["distress_code"].to_numpy("int64")]]
    return samples.assign(**scaled), rows.assign(quantity=rows["quantity"] * factor)


def _refuse(samples: DataFrame, rows: DataFrame, one: Found, two: Found) -> None:
    """Raise every problem of both files, if there is any."""
    problems = [
        Problem(f"{table}.{where}", what, names_of(frame, bad, where), remedy)
        for table, frame, found in (("samples", samples, one), ("distress", rows, two))
        for where, bad, what, remedy in found
        if bad.any()
    ]
    if problems:
        raise SchemaError.of("field sheets", problems)


def _refuse_columns(samples: DataFrame, rows: DataFrame) -> None:
    """Raise every column that is not there."""
    wanted = {"samples": _TEXT, "distress": ("section_id", "sample_id", *distresses.COLUMNS)}
    problems = [
        Problem(f"{table}.{name}", "column is missing", remedy="Add the column.")
        for table, frame in (("samples", samples), ("distress", rows))
        for name in wanted[table]
        if name not in frame
    ]
    if not len(samples) and not problems:
        remedy = "Add the sample units that were inspected."
        problems = [Problem("samples", "the table has no rows", remedy=remedy)]
    if problems:
        raise SchemaError.of("field sheets", problems)


def check_sheets(
    samples: DataFrame, distress: DataFrame, *, units: str, as_of: dt.date | None = None
) -> Sheets:
    """
    Check field sheets and turn them into US units.

    Parameters
    ----------
    samples
        One row a sheet: `section_id`, `sample_id`, `surface` (AC or PCC), `kind` (random or
        additional), `area` (sf or m²; for PCC the number of slabs) and `survey_date`; perhaps
        `section_area`, `section_units`, `built_date` and `units`.
    distress
        One row a distress and severity: `section_id`, `sample_id`, `distress_code`, `severity`
        (blank where there is none) and `quantity`; perhaps `survey_date`. No rows at all is a
        survey that found nothing.
    units
        `us` (sf, ft) or `metric` (m², m).
    as_of
        Surveys after this day are refused.

    Returns
    -------
    sheets
        The same rows in the same order, in US units.

    Raises
    ------
    SchemaError
        With every mistake of both tables. Rows are named by section, sample unit and the line of
        the file, its heading being line 1.

    Examples
    --------
    >>> import pandas as pd
    >>> unit = {"section_id": "s1", "sample_id": "1", "surface": "AC", "kind": "random",
    ...         "area": 2500, "survey_date": "2024-05-01"}
    >>> found = {"section_id": "s1", "sample_id": "1", "distress_code": 1, "severity": "X",
    ...          "quantity": 5}
    >>> check_sheets(pd.DataFrame([unit]), pd.DataFrame([found]), units="us")
    Traceback (most recent call last):
    norwalk_geo.errors.SchemaError: field sheets: 1 problem
      distress.severity: is not L, M or H in 1 row: s1 1 (line 2). Correct it.
    """
    if units not in UNITS:
        what = f"unknown system ({units!r})"
        raise SchemaError.of("field sheets", [Problem("units", what, remedy="Use us or metric.")])
    samples, rows = _flat(samples), _flat(distress)
    _refuse_columns(samples, rows)
    samples, one = typed(samples, "sample_units")
    rows, two = typed(rows, "distress", but="severity")
    rows = rows.assign(severity=distresses.spelled(rows["severity"]))
    samples = _clean(samples)
    dated = "survey_date" in rows
    key = ["section_id", "sample_id", "survey_date"][: 3 if dated else 2]
    one += _sample_problems(samples, units, as_of, dated=dated)
    unit = _places(rows, samples, key)
    found, crowded = distresses.problems(rows, samples, unit)
    two += found
    _refuse(samples, rows, one, two)
    rows = distresses.completed(rows, samples, unit)
    samples, rows = _in_us(samples, rows, units)
    old = unit[(rows["distress_code"].eq(19) & rows["severity"].eq("L")).to_numpy()]
    return Sheets(samples.assign(notes=_notes(samples, old, unit[crowded])), rows, unit)


def _flat(frame: DataFrame) -> DataFrame:
    """Put the key among the columns, whether it came as index or not; the caller's frame stays."""
    names = {*schema.describe("sample_units").key, *schema.describe("distress").key}
    levels = [name for name in frame.index.names if name in names and name not in frame.columns]
    return frame.reset_index(level=levels).reset_index(drop=True).copy(deep=False)
