"""
Families of pavements and their curves.

Curves are tables on a grid of months, so that any falling shape can serve.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Curves, Sections

__all__ = [
    "LONGEST_YEARS",
    "MONTHS_PER_YEAR",
    "condition_at",
    "curves",
    "effective_age",
    "families",
    "months_since_survey",
    "strictly_falling",
]

UNKNOWN = "unknown"
# Between a family and a band of pace within it.
BAND_MARK = ":"
MONTHS_PER_YEAR = 12
_DAYS_PER_MONTH = 365.25 / MONTHS_PER_YEAR
LONGEST_YEARS = 100
# Share of a straight line in a curve, so that no two months are alike; at most 0.005 points.
_STRAIGHT = 1e-4


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
    months = np.arange(LONGEST_YEARS * MONTHS_PER_YEAR + 1)
    flat = given.reset_index()
    names = flat["functional_class"] + " " + flat["surface_type"]
    years = months / MONTHS_PER_YEAR
    tables = {
        name: 100 * np.exp(-((years / scale) ** shape))
        for name, scale, shape in zip(names, flat["scale_years"], flat["shape"], strict=True)
    }
    return pd.DataFrame(tables, index=pd.Index(months, name="age_months"))


def strictly_falling(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Make a curve that never rises fall in every month.

    Parameters
    ----------
    points
        Condition by month, from 100 down; level stretches are allowed.

    Returns
    -------
    points
        The same within 0.01 points, so that every condition has one age.
    """
    line = np.linspace(100, 50, len(points))
    made: npt.NDArray[np.float64] = (1 - _STRAIGHT) * np.minimum.accumulate(points)
    return made + _STRAIGHT * line


def families(sections: Sections, curves: Curves) -> pd.DataFrame:
    """
    Find the family of each section.

    Parameters
    ----------
    sections
        Supplies `functional_class` and, where known, `surface_type`. With a column `pace_band`, as
        `own_paces` makes it, a section follows the curve of its band where there is one.
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
    if "pace_band" in sections:
        banded = family + BAND_MARK + sections["pace_band"]
        family = family.mask(banded.isin(curves.columns), banded)
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
