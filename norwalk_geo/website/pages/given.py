"""What the residents' site is made from: tables, the plan's summary, and what a city set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from norwalk_geo.website import tables as shown

__all__ = ["Edition", "Given", "Reporting", "public", "stages"]

# Last year of each period that a proposal is told in, counted from the first year of the plan.
_PERIODS = ((2, "near"), (5, "middle"), (10, "late"))


@dataclass(frozen=True)
class Edition:
    """
    Edition of the plan that is published.

    Parameters
    ----------
    name
        Such as `2027 draft`; blank where none was kept.
    is_adopted
        Whether the council adopted it.
    funded_years
        Fiscal years whose work is funded; only these are told to residents.
    adopted_on
        Day on which the council adopted it.
    """

    name: str = ""
    is_adopted: bool = False
    funded_years: frozenset[int] = frozenset()
    adopted_on: dt.date | None = None


@dataclass(frozen=True)
class Reporting:
    """
    Whom residents reach, and where reports of problems go.

    Parameters
    ----------
    email, phone
        Contact for accessibility and questions.
    open311_url
        Endpoint of GeoReport v2, without `/requests`.
    jurisdiction, service
        Ids that the endpoint wants, where it does.
    """

    email: str = ""
    phone: str = ""
    open311_url: str = ""
    jurisdiction: str = ""
    service: str = ""


@dataclass(frozen=True)
class Given:
    """
    All that a site is made from.

    Parameters
    ----------
    tables
        `sections`, `condition`, `work`, `outcomes` and `years`; and of `sites`, `work_done`,
        `treatments`, `findings`, `corners`, `ramps`, `project_phases`, `project_sections`,
        `projects`, `objectives` and `scores_en`, `scores_es` those that there are.
    summary
        The plan's summary.
    bands
        Bands of one scheme.
    languages
        Codes, the first one leading.
    edition
        Which plan it is.
    reporting
        Contact and endpoint.
    is_internal
        For staff: columns that are not public too, marked on every page.
    """

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    bands: pd.DataFrame
    languages: tuple[str, ...] = ("en", "es")
    edition: Edition = field(default_factory=Edition)
    reporting: Reporting = field(default_factory=Reporting)
    is_internal: bool = False


def public(given: Given, table: str) -> pd.DataFrame:
    """
    Take a table as this site may show it.

    Parameters
    ----------
    given
        All that the site is made from.
    table
        Name of the table and of its schema.

    Returns
    -------
    frame
        Its public columns; all of them on an internal site. Geometry stays.
    """
    frame = given.tables[table]
    if given.is_internal:
        return pd.DataFrame(frame)
    return pd.DataFrame(shown.public(pd.DataFrame(frame), table))


def stages(given: Given) -> pd.DataFrame:
    """
    Say what may be told of each piece of proposed work.

    Only work that is adopted and funded has a year on a public site; the rest is told in periods
    of years from the start of the plan.

    Parameters
    ----------
    given
        All that the site is made from.

    Returns
    -------
    work
        The public columns of `work` with `stage` (`funded` or `proposed`), `period` (`near` for the
        first two years, `middle` to the fifth, `late` to the tenth, `far`) and `told_year`, which
        is missing where none may be told.
    """
    work = public(given, "work").reset_index()
    ahead = work["year"] - int(given.tables["years"].index.min()) + 1
    is_funded = work["year"].isin(given.edition.funded_years) & given.edition.is_adopted
    work["stage"] = is_funded.map({True: "funded", False: "proposed"}).astype("str")
    work["period"] = "far"
    for last, name in reversed(_PERIODS):
        work.loc[ahead <= last, "period"] = name
    tells = is_funded | given.is_internal
    work["told_year"] = work["year"].where(tells).astype("Int64")
    return work
