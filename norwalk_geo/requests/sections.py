"""Requests by section: how many, how old, in which clusters, and what mending them costs."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.requests.times import stop_gap_cost

__all__ = ["by_section"]

Requests: TypeAlias = pd.DataFrame


def by_section(
    requests: Requests,
    placed: pd.DataFrame,
    *,
    as_of: dt.date,
    cost_each_usd: float | None = None,
) -> pd.DataFrame:
    """
    Add up requests by the section that they are about.

    Parameters
    ----------
    requests
        Requests.
    placed
        The same put on sections, with clusters; those on none are left out.
    as_of
        Day that the data describe; requests closed later count as open.
    cost_each_usd
        Dollars of one stop-gap repair, from the city's own records; without it no cost is told.

    Returns
    -------
    request_sections
        One row a section with a request, those with most that are not done first.
    """
    end = pd.Timestamp(as_of)
    blank = pd.Series(pd.NaT, index=requests.index, dtype="datetime64[us]")
    closed = requests.get("closed_on", blank)
    table = placed[["section_id", "cluster"]].reindex(requests.index)
    table["is_open"] = ~(closed.notna() & (closed <= end))
    table["days"] = (end - requests["opened_on"]).dt.days.where(table["is_open"])
    known = table[table["section_id"].notna()]
    groups = known.groupby("section_id")
    numbers = known.dropna(subset="cluster").groupby("section_id")["cluster"]
    made = pd.DataFrame(
        {
            "requests": groups.size(),
            "open_requests": groups["is_open"].sum(),
            "oldest_open_days": groups["days"].max(),
            "clusters": numbers.agg(lambda one: " ".join(f"{n:.0f}" for n in sorted(set(one)))),
        }
    ).rename_axis("section_id")
    made["stop_gap_usd"] = np.nan
    if cost_each_usd is not None:
        cost = stop_gap_cost(known[known["is_open"]], cost_each_usd=cost_each_usd)
        made["stop_gap_usd"] = cost.reindex(made.index).fillna(0.0)
    checked = schema.check(made.reset_index(), "request_sections")
    return checked.sort_values(["open_requests", "requests"], ascending=False, kind="stable")
