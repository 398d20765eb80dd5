"""
Condition → future condition with nothing done.

Each family of pavements, a functional class and a surface, follows one curve of condition against
effective age. A section sits on its family's curve where its latest survey puts it and moves along
it with time. Curves are tables on a grid of months, so that any falling shape can serve.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import config, schema
from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Curves, Forecast, Sections

__all__ = [
    "condition_at",
    "curves",
    "effective_age",
    "families",
    "forecast",
    "months_since_survey",
]

UNKNOWN = "unknown"
MONTHS_PER_YEAR = 12
_DAYS_PER_MONTH = 365.25 / MONTHS_PER_YEAR
_LONGEST_YEARS = 100


def curves(parameters: pd.DataFrame | None = None) -> Curves:
    """
    Tabulate the family curves.

    A family's condition is 100 exp(−(age / scale)^shape).

    Parameters
    ----------
    parameters
        `scale_years` and `shape` by functional class and surface. By default those that ship with
        the package; see `parameters/curves.csv` for their source.

    Returns
    -------
    curves
        Index `age_months` from 0 in steps of one, a column a family, points.

    Examples
    --------
    >>> table = curves()
    >>> float(table.loc[0, "residential AC"])
    100.0
    """
    given = schema.parameters("curves") if parameters is None else parameters
    months = np.arange(_LONGEST_YEARS * MONTHS_PER_YEAR + 1)
    flat = given.reset_index()
    names = flat["functional_class"] + " " + flat["surface_type"]
    years = months / MONTHS_PER_YEAR
    tables = {
        name: 100 * np.exp(-((years / scale) ** shape))
        for name, scale, shape in zip(names, flat["scale_years"], flat["shape"], strict=True)
    }
    return pd.DataFrame(tables, index=pd.Index(months, name="age_months"))


def families(sections: Sections, curves: Curves) -> pd.DataFrame:
    """
    Find the family of each section.

    Parameters
    ----------
    sections
        Supplies `functional_class` and, where known, `surface_type`.
    curves
        Families that have a curve.

    Returns
    -------
    families
        Aligned to `sections`: `family`, and `family_is_assumed` where the surface is not known or
        has no curve, so that the curve of the class alone is used.

    Raises
    ------
    ConfigError
        A class has no curve at all.
    """
    blank = pd.Series(UNKNOWN, index=sections.index)
    surface = sections.get("surface_type", blank).fillna(UNKNOWN)
    family = sections["functional_class"] + " " + surface
    lost = ~family.isin(curves.columns)
    family = family.mask(lost, sections["functional_class"] + f" {UNKNOWN}")
    missing = sorted(set(family) - set(curves.columns))
    if missing:
        remedy = "Add these families to parameters/curves.csv."
        problem = Problem("curves", "has no row for", tuple(missing), remedy)
        raise ConfigError.of("parameters", [problem])
    return pd.DataFrame({"family": family, "family_is_assumed": lost | surface.eq(UNKNOWN)})


def _by_family(values: pd.Series, family: pd.Series, curves: Curves, *, inverse: bool) -> pd.Series:
    """Read values off each row's own curve, forward or backward."""
    months = curves.index.to_numpy(dtype="float64")
    result = pd.Series(np.nan, index=values.index)
    for name, rows in values.groupby(family):
        points = curves[name].to_numpy()
        across = (points[::-1], months[::-1]) if inverse else (months, points)
        result[rows.index] = np.interp(rows.to_numpy(dtype="float64"), *across)
    return result.mask(values.isna())


def effective_age(pci: pd.Series, family: pd.Series, curves: Curves) -> pd.Series:
    """
    Find the age at which a family's curve has a condition.

    Parameters
    ----------
    pci
        Points; a value outside the curve is read at its end.
    family
        Family of each row.
    curves
        Family curves.

    Returns
    -------
    age_months
        Aligned to `pci`, missing where it is.
    """
    return _by_family(pci, family, curves, inverse=True).rename("age_months")


def condition_at(age_months: pd.Series, family: pd.Series, curves: Curves) -> pd.Series:
    """
    Read the condition at an age off each row's family curve.

    Parameters
    ----------
    age_months
        Effective age in months.
    family
        Family of each row.
    curves
        Family curves.

    Returns
    -------
    pci
        Points, aligned to `age_months`, missing where it is.
    """
    return _by_family(age_months, family, curves, inverse=False).rename("pci")


def months_since_survey(condition: Condition, day: dt.date) -> pd.Series:
    """
    Count the months from each section's survey to a day.

    Parameters
    ----------
    condition
        Supplies `survey_date`.
    day
        Any day.

    Returns
    -------
    months
        Aligned to `condition`; not below zero, missing where there is no survey.
    """
    days = (pd.Timestamp(day) - condition["survey_date"]).dt.total_seconds() / 86_400
    months: pd.Series = (days / _DAYS_PER_MONTH).clip(lower=0).rename("months")
    return months


def forecast(
    condition: Condition,
    sections: Sections,
    *,
    years: Iterable[int],
    curves: Curves,
    start_month: int = 7,
) -> Forecast:
    """
    Project condition forward with no work done.

    Condition falls along the family curve, shifted so that it passes through the latest survey.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Supplies class and surface.
    years
        Fiscal years to project; a year that ends before the survey is missing.
    curves
        Family curves.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    forecast
        One row a section and year; `pci` in points at the end of the year, missing where the
        section was never surveyed.

    Examples
    --------
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> later = forecast(condition, sections, years=[2030, 2035], curves=curves())["pci"].unstack()
    >>> bool((later[2035].dropna() < later[2030].dropna()).all())
    True
    """
    family = families(sections, curves)["family"]
    age = effective_age(condition["pci"], family, curves)
    ends = {}
    for year in years:
        end = config.year_start(year + 1, start_month)
        ahead = condition["survey_date"] <= pd.Timestamp(end)
        months = months_since_survey(condition, end).where(ahead)
        ends[year] = condition_at(age + months, family, curves)
    wide = pd.DataFrame(ends, index=condition.index).reset_index()
    long = wide.melt("section_id", var_name="year", value_name="pci")
    return schema.check(long.sort_values(["section_id", "year"], kind="stable"), "forecast")
