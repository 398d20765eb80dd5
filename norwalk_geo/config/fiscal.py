"""Fiscal years: fiscal year N ends in calendar year N."""

from __future__ import annotations

import datetime as dt

__all__ = ["first_plan_year", "fiscal_year", "year_start"]


def fiscal_year(day: dt.date, start_month: int) -> int:
    """
    Say which fiscal year a day is in.

    Parameters
    ----------
    day
        Any day.
    start_month
        Month in which the fiscal year begins. Fiscal year N ends in calendar year N, and is
        calendar year N where it begins in January.

    Returns
    -------
    year
        Fiscal year.

    Examples
    --------
    >>> fiscal_year(dt.date(2026, 7, 1), 7), fiscal_year(dt.date(2026, 6, 30), 7)
    (2027, 2026)
    """
    return day.year + (1 if start_month > 1 and day.month >= start_month else 0)


def year_start(year: int, start_month: int) -> dt.date:
    """
    Give the first day of a fiscal year.

    Parameters
    ----------
    year
        Fiscal year.
    start_month
        Month in which it begins.

    Returns
    -------
    day
        First day of the fiscal year.

    Examples
    --------
    >>> year_start(2027, 7)
    datetime.date(2026, 7, 1)
    """
    return dt.date(year - (1 if start_month > 1 else 0), start_month, 1)


def first_plan_year(as_of: dt.date, start_month: int) -> int:
    """
    Choose the first year of a plan: the first fiscal year that begins on `as_of` or later.

    Parameters
    ----------
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    year
        Fiscal year.

    Examples
    --------
    >>> first_plan_year(dt.date(2026, 7, 1), 7), first_plan_year(dt.date(2026, 11, 24), 7)
    (2027, 2028)
    """
    current = fiscal_year(as_of, start_month)
    return current if year_start(current, start_month) >= as_of else current + 1
