"""Fiscal years, places and money as papers of a city write them."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from norwalk_geo import config

__all__ = ["ONE_PURSE", "day_text", "dollars", "fund_of", "limits_text", "year_text"]

# How the limit of a year is named where the plan does not keep funds apart.
ONE_PURSE = "the budget of"

Rows: TypeAlias = pd.DataFrame


def year_text(year: int, start_month: int) -> str:
    """
    Write a fiscal year with the months that it runs through.

    Parameters
    ----------
    year
        Fiscal year.
    start_month
        Month in which it begins.

    Returns
    -------
    text
        In words.

    Examples
    --------
    >>> year_text(2027, 7), year_text(2027, 1)
    ('FY 2026-27 (July 2026 to June 2027)', 'FY 2027 (January to December 2027)')
    """
    first = config.year_start(year, start_month)
    last = config.year_start(year + 1, start_month) - dt.timedelta(days=1)
    if first.year == last.year:
        return f"FY {year} ({first:%B} to {last:%B} {year})"
    short = f"{last.year % 100:02d}"
    return f"FY {first.year}-{short} ({first:%B} {first.year} to {last:%B} {last.year})"


def day_text(day: dt.date) -> str:
    """
    Write a day as letters do.

    Parameters
    ----------
    day
        Any day.

    Returns
    -------
    text
        In words.

    Examples
    --------
    >>> day_text(dt.date(2026, 7, 1))
    'July 1, 2026'
    """
    return f"{day:%B} {day.day}, {day.year}"


def dollars(value: float | None) -> str:
    """
    Write an amount to the cent.

    Parameters
    ----------
    value
        Dollars; nothing where not known.

    Returns
    -------
    text
        `not known` without an amount.

    Examples
    --------
    >>> dollars(1234.5), dollars(-1.0), dollars(None)
    ('$1,234.50', '-$1.00', 'not known')
    """
    if value is None or pd.isna(value):
        return "not known"
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def fund_of(limits: pd.Series) -> pd.Series:
    """
    Take the fund out of the names of limits, which also name a year.

    Parameters
    ----------
    limits
        Names, as in the table `payments`.

    Returns
    -------
    funds
        In words.

    Examples
    --------
    >>> fund_of(pd.Series(["gas_tax of fiscal year 2027"])).tolist()
    ['gas tax']
    """
    bare = limits.str.replace(r"[ ,]*(of )?(the )?(fiscal year )?\d{4}$", "", regex=True)
    return bare.str.replace("_", " ")


def _known(value: object) -> str:
    """Take a text; blank where there is none."""
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def limits_text(rows: Rows) -> list[str]:
    """
    Write where streets are, each with its limits.

    Parameters
    ----------
    rows
        Sections; `street_name`, `from_street` and `to_street` where the city has them.

    Returns
    -------
    texts
        One a row; a street without a name is given by its id.

    Examples
    --------
    >>> limits_text(pd.DataFrame({"street_name": ["Elm Street"], "from_street": ["1st Avenue"],
    ...     "to_street": ["2nd Avenue"]}, index=["s1"]))
    ['Elm Street from 1st Avenue to 2nd Avenue']
    """
    named = rows.reindex(columns=["street_name", "from_street", "to_street"])
    texts = []
    for section, (street, start, end) in zip(
        named.index, named.itertuples(index=False), strict=True
    ):
        text = _known(street) or f"section {section}"
        text += f" from {_known(start)}" if _known(start) else ""
        text += f" to {_known(end)}" if _known(end) else ""
        texts.append(text)
    return texts
