"""Work that is under way or done: it stands beside what is planned."""

from __future__ import annotations

import pandas as pd

from norwalk_geo import config
from norwalk_geo.website.pages.given import Given, public

__all__ = ["PAST_YEARS", "finished", "under_way"]

PAST_YEARS = 10


def finished(given: Given) -> pd.DataFrame:
    """
    List the work of the last ten fiscal years on sections that are here.

    Parameters
    ----------
    given
        All that the site is made from.

    Returns
    -------
    work
        Public columns of `work_done`, newest first, with `fiscal`, the fiscal year in which it was
        finished, and `ago`, 0 for the newest year; empty where there are no records.
    """
    if "work_done" not in given.tables:
        names = ("section_id", "finished", "treatment", "fiscal", "ago")
        return pd.DataFrame({name: pd.Series(dtype="object") for name in names})
    done = public(given, "work_done").reset_index()
    done = done[done["finished"].notna() & done["section_id"].isin(given.tables["sections"].index)]
    start = given.summary.get("fiscal_year_start") or 1
    newest = config.fiscal_year(pd.Timestamp(str(given.summary["as_of"])).date(), start)
    fiscal = pd.Series([config.fiscal_year(d.date(), start) for d in done["finished"]], done.index)
    done = done.assign(fiscal=fiscal.astype("int64"), ago=newest - fiscal.astype("int64"))
    kept = done[done["ago"].between(0, PAST_YEARS - 1)]
    return kept.sort_values(["fiscal", "finished", "section_id"], ascending=[False, False, True])


def under_way(given: Given) -> pd.Series:
    """
    Find the sections in a project that began and is not recorded as finished.

    Parameters
    ----------
    given
        All that the site is made from.

    Returns
    -------
    projects
        Names of projects, by `section_id`, which may occur more than once.
    """
    none = pd.Series([], index=pd.Index([], dtype="str"), dtype="str")
    if not {"projects", "project_sections"} <= given.tables.keys():
        return none
    begun = public(given, "projects")
    begun = begun[begun["notice_to_proceed"].notna()]
    links = given.tables["project_sections"].reset_index()[["project_id", "section_id"]]
    is_here = links["section_id"].isin(given.tables["sections"].index)
    links = links[links["project_id"].isin(begun.index) & is_here]
    if "work_done" in given.tables:
        done = given.tables["work_done"].reset_index().groupby("section_id")["finished"].max()
        began = links["project_id"].map(begun["notice_to_proceed"])
        last = done.reindex(links["section_id"]).set_axis(links.index)
        links = links[~last.ge(began).fillna(value=False)]
    names = links["project_id"].map(begun["name"]).to_numpy()
    return pd.Series(names, index=pd.Index(links["section_id"]), dtype="str")
