"""Condition of every section in coming years with nothing done, with an interval."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import config
from norwalk_geo.deterioration import family as family_rules
from norwalk_geo.deterioration.predict import predict

if TYPE_CHECKING:
    from norwalk_geo.deterioration.fitting import Fit
    from norwalk_geo.schema import Condition, Curves, Forecast, Sections

__all__ = ["expected", "forecast"]

Floats: TypeAlias = npt.NDArray[np.float64]
_SECONDS_PER_YEAR = 365.25 * 86_400


def _years_ahead(condition: Condition, days: list[pd.Timestamp]) -> Floats:
    """Years from each survey to each day; missing where the survey is later or there is none."""
    surveyed = condition["survey_date"].to_numpy(dtype="datetime64[s]")
    seconds = np.array([day.to_datetime64() for day in days], dtype="datetime64[s]")
    gone = (seconds[None, :] - surveyed[:, None]).astype("float64") / _SECONDS_PER_YEAR
    gone[np.isnat(surveyed)] = np.nan
    ahead: Floats = np.where(gone >= 0, gone, np.nan)
    return ahead


def _through_survey(
    condition: Condition, sections: Sections, curves: Curves, ahead: Floats
) -> dict[str, Floats]:
    """Follow the family curve from the latest survey."""
    family = family_rules.families(sections, curves)["family"]
    age = family_rules.effective_age(condition["pci"], family, curves).to_numpy()
    months = curves.index.to_numpy(dtype="float64")
    made = np.full(ahead.shape, np.nan)
    codes, names = pd.factorize(family)
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        then = age[rows, None] + 12 * ahead[rows]
        made[rows] = np.interp(then, months, curves[name].to_numpy())
    return {"pci": made}


def _from_histories(
    condition: Condition,
    sections: Sections,
    fitted: Fit,
    ahead: Floats,
    *,
    with_mean: bool = False,
) -> dict[str, Floats]:
    """Move each section from where its own history puts it, at its own pace."""
    states = fitted.place(condition, sections)
    return predict(states, fitted.models, fitted.correction, ahead, with_mean=with_mean)


def _laid_out(
    condition: Condition, sections: Sections, years: Iterable[int], start_month: int
) -> tuple[Condition, Sections, Floats, pd.MultiIndex]:
    """Put sections in the order of their ids, with the years since their survey."""
    span = sorted(set(years))
    days = [pd.Timestamp(config.year_start(year + 1, start_month)) for year in span]
    order = np.argsort(condition.index.to_numpy(dtype="object"), kind="stable")
    known, streets = condition.iloc[order], sections.loc[condition.index].iloc[order]
    # Built from codes: sorting and checking twenty million rows would take longer than all else.
    codes = [
        np.repeat(np.arange(len(known), dtype="int32"), len(span)),
        np.tile(np.arange(len(span), dtype="int8"), len(known)),
    ]
    index = pd.MultiIndex(
        levels=[known.index, pd.Index(span, dtype="int64")],  # type: ignore[list-item]
        codes=codes,  # type: ignore[arg-type]
        names=["section_id", "year"],
        verify_integrity=False,
    )
    return known, streets, _years_ahead(known, days), index


def forecast(
    condition: Condition,
    sections: Sections,
    *,
    years: Iterable[int],
    curves: Curves | None = None,
    fitted: Fit | None = None,
    start_month: int = 7,
) -> Forecast:
    """
    Project condition forward with no work done.

    With `curves`, condition falls along the family curve, shifted so that it passes through the
    latest survey. With `fitted`, each section starts where all its ratings put it and moves at its
    own pace, both drawn toward its family the more the fewer its ratings are.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Supplies class and surface.
    years
        Fiscal years to project; a year that ends before the survey is missing.
    curves
        Family curves. By default those of `fitted`, else the cited ones.
    fitted
        What `fit` found in the city's surveys.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    forecast
        One row a section and year, in the order of the ids; `pci` in points at the end of the year,
        the median, missing where the section was never surveyed. With `fitted` also `pci_low` and
        `pci_high`, between which eight of ten ratings of that day would lie.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> later = forecast(condition, sections, years=[2030, 2035])["pci"].unstack()
    >>> bool((later[2035].dropna() < later[2030].dropna()).all())
    True
    """
    known, streets, ahead, index = _laid_out(condition, sections, years, start_month)
    if fitted is not None and curves is None:
        columns = _from_histories(known, streets, fitted, ahead)
    else:
        table = family_rules.curves() if curves is None else curves
        columns = _through_survey(known, streets, table, ahead)
    flat = {name: wide.ravel() for name, wide in columns.items()}
    return pd.DataFrame(flat, index=index, copy=False)


def expected(
    condition: Condition,
    sections: Sections,
    *,
    years: Iterable[int],
    fitted: Fit,
    start_month: int,
) -> tuple[pd.MultiIndex, Floats, dict[str, Floats]]:
    """
    Forecast as `forecast` does, with the expected rating.

    Parameters
    ----------
    condition, sections
        As for `forecast`.
    years
        Fiscal years.
    fitted
        What `fit` found.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    index, ahead, columns
        Section and year, years after the survey, and `pci`, `pci_low`, `pci_high` and `pci_mean`.
    """
    known, streets, ahead, index = _laid_out(condition, sections, years, start_month)
    columns = _from_histories(known, streets, fitted, ahead, with_mean=True)
    return index, ahead.ravel(), {name: wide.ravel() for name, wide in columns.items()}
