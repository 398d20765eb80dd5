"""What no schema can say of a table of assets: rows that contradict themselves or other tables."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError

__all__ = ["check_assets"]

Assets: TypeAlias = pd.DataFrame
_WORK = ("next_work", "fund", "cost_usd")


def _rows(assets: Assets, wrong: pd.Series) -> tuple[str, ...]:
    """Name the rows that are wrong."""
    return tuple(map(str, assets.index[wrong]))


def _half_said(assets: Assets) -> list[Problem]:
    """Find work that has a year but lacks what makes it work, or a fund or cost of no work."""
    problems = []
    dated = assets["year"].notna()
    for name in _WORK:
        lacks = dated & assets[name].isna()
        if lacks.any():
            what = "is missing where a year is given"
            remedy = "Fill it in, or leave the year blank until it is decided."
            problems.append(Problem(name, what, _rows(assets, lacks), remedy))
    idle = assets["next_work"].isna() & ~dated & assets[["fund", "cost_usd"]].notna().any(axis=1)
    if idle.any():
        what = "is missing where a fund or a cost is given"
        remedy = "Say what is to be done, or clear fund and cost."
        problems.append(Problem("next_work", what, _rows(assets, idle), remedy))
    return problems


def _strange(assets: Assets, sections: pd.Index) -> list[Problem]:
    """Find sections that do not exist."""
    lost = assets["section_id"].notna() & ~assets["section_id"].isin(sections)
    if not lost.any():
        return []
    remedy = "Correct the id, or leave it blank where the asset stands at no section."
    what = "names a section that is not in sections"
    return [Problem("section_id", what, _rows(assets, lost), remedy)]


def check_assets(assets: Assets, sections: pd.Index, *, as_of: dt.date) -> Assets:
    """
    Check assets against the streets and the calendar.

    Parameters
    ----------
    assets
        Checked by its schema.
    sections
        Ids of the city's sections.
    as_of
        Day that the data describe.

    Returns
    -------
    assets
        The same rows with every column of the schema, blank where the city has none.

    Raises
    ------
    SchemaError
        With every problem: work with a year but without a fund or a cost, sections that do not
        exist, days of survey to come.
    """
    columns = schema.describe("assets").columns.index[1:]
    absent = [name for name in columns if name not in assets and name != "geometry"]
    blank = pd.DataFrame(index=assets.index, columns=absent)
    whole = schema.check(assets.assign(**{name: blank[name] for name in absent}), "assets")
    problems = [*_half_said(whole), *_strange(whole, sections)]
    ahead = whole["survey_date"] > pd.Timestamp(as_of)
    if ahead.any():
        remedy = f"Give the day on which it was looked at, {as_of} at the latest."
        problems.append(Problem("survey_date", "is in the future", _rows(whole, ahead), remedy))
    if problems:
        raise SchemaError.of("assets", problems)
    return whole
