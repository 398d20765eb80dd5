"""Streets of the plan and of the past as lists: by year, by period, and by what is under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import network
from norwalk_geo.website.pages import past, wording
from norwalk_geo.website.pages.given import Given, public, stages
from norwalk_geo.website.pages.language import Language, number, phrase, year

__all__ = ["done", "planned"]

_NAMES = ("street_name", "from_street", "to_street", "zone_id")
# The page of the plan has the nearest years whole, and the beginning of what it cannot carry and
# stay light on a phone; that list has a page of its own. More rows than that are no list to read:
# the rest is found by search and in the file.
_MOST_ROWS, _MOST_DONE, _FEWEST, _MOST_OF_OWN = 900, 150, 25, 2_000


@dataclass(frozen=True)
class _Group:
    """Rows of one list, before they are cut."""

    code: str
    name: str
    stage: str
    rows: pd.DataFrame


def _named(work: pd.DataFrame, given: Given, language: Language) -> pd.DataFrame:
    """Put names of streets and treatments beside work, in the order of a list."""
    sections = public(given, "sections")
    names = [name for name in _NAMES if name in sections]
    rows = work.join(sections[names], on="section_id")
    rows = rows.assign(**{name: "" for name in _NAMES if name not in names})
    rows[[*_NAMES]] = rows[[*_NAMES]].astype("object").where(rows[[*_NAMES]].notna(), "")
    for name in ("from_street", "to_street"):
        known = {one: phrase(str(one), language) or str(one) for one in rows[name].unique()}
        rows[name] = rows[name].map(known)
    labels, none = wording.treatments(given, language), language.text("Not recorded")
    rows["what"] = [labels.get(str(one), none) for one in rows["treatment"]]
    return rows.sort_values(["street_name", "from_street", "to_street", "section_id"])


def _cut(groups: list[_Group], most: int, language: Language) -> list[dict[str, Any]]:
    """Write lists with their counts: whole while the page can carry them, then their beginnings."""
    written, left = [], most
    for one in groups:
        count, shown = len(one.rows), max(left, _FEWEST)
        own = one.rows.head(_MOST_OF_OWN).to_dict("records") if count > shown else []
        written.append(
            {
                "code": one.code,
                "name": one.name,
                "stage": one.stage,
                "count": count,
                "miles": number(one.rows["length_mi"].sum(), language, 1),
                "rows": one.rows.head(shown).to_dict("records"),
                "file": f"plan-{one.code}.html" if own else "",
                "whole": own,
                "is_cut": count > _MOST_OF_OWN,
            }
        )
        left -= count
    return written


def _to_come(given: Given, language: Language) -> list[_Group]:
    """Gather the plan's work: years that may be told first, then what is proposed by period."""
    work = _named(stages(given), given, language)
    start = given.summary.get("fiscal_year_start")
    told = work[work["told_year"].notna()]
    lists = [
        _Group(f"y{one}", year(int(str(one)), start, language), own["stage"].iloc[0], own)
        for one, own in told.groupby("told_year")
    ]
    silent = work[work["told_year"].isna()]
    for code, name in wording.periods(language).items():
        own = silent[silent["period"].eq(code)]
        if len(own):
            lists.append(_Group(code, name, "proposed", own))
    return lists


def _miles(given: Given) -> pd.Series:
    return network.centerline_miles(gpd.GeoDataFrame(given.tables["sections"]))


def _begun(given: Given, language: Language) -> list[_Group]:
    """Gather what is under way."""
    begun = past.under_way(given)
    if begun.empty:
        return []
    rows = pd.DataFrame({"section_id": begun.index, "treatment": None, "project": begun.to_numpy()})
    rows = _named(rows, given, language)
    miles = rows["section_id"].map(_miles(given))
    rows = rows.assign(what=rows["project"], length_mi=miles)
    return [_Group("underway", language.text("Now"), "underway", rows)]


def planned(given: Given, language: Language) -> list[dict[str, Any]]:
    """
    List what is under way and what is planned, the nearest first.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    groups
        Each with its counts, the rows of the page, and the rows of its own page where it has one.
    """
    return _cut([*_begun(given, language), *_to_come(given, language)], _MOST_ROWS, language)


def done(given: Given, language: Language) -> list[dict[str, Any]]:
    """
    List the work finished in the last ten years, the newest year first.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    groups
        As of `planned`, by fiscal year.
    """
    done = past.finished(given)
    if done.empty:
        return []
    done = _named(done, given, language)
    done = done.assign(length_mi=done["section_id"].map(_miles(given)))
    start = given.summary.get("fiscal_year_start")
    groups = [
        _Group(f"d{one}", year(int(str(one)), start, language), "done", own)
        for one, own in sorted(done.groupby("fiscal"), reverse=True)
    ]
    return _cut(groups, _MOST_DONE, language)
