"""How many barriers were opened and closed in each year, and at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import config, schema

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Barriers, TransitionProgress

__all__ = ["progress"]

_NOT_KNOWN = "not known"


def _classes(editions: Mapping[int, Barriers]) -> pd.Series:
    """Take the class of every barrier that was ever known: the latest that is said."""
    every = [frame["functional_class"].astype("str") for _, frame in sorted(editions.items())]
    both = pd.concat(every)
    said = both.dropna()
    said = said[~said.index.duplicated(keep="last")]
    ids = both.index[~both.index.duplicated()]
    found: pd.Series = said.reindex(ids).fillna(_NOT_KNOWN)
    return found


def _spent(removals: DataFrame | None, start_month: int) -> pd.DataFrame:
    """List what removals cost by fiscal year and barrier."""
    columns = ["year", "barrier_id", "cost_usd"]
    if removals is None or removals.empty:
        return pd.DataFrame(columns=columns)
    flat = schema.check(removals, "barrier_removals").reset_index()
    flat["year"] = [config.fiscal_year(day.date(), start_month) for day in flat["removed_on"]]
    return flat.reindex(columns=columns)


def _row(of: pd.Series, known: set[str], before: set[str] | None, now: set[str]) -> DataFrame:
    """Count one year by group, everything together first."""
    ids = pd.Series(of.index, index=of.index)
    closed = set() if before is None else before - now
    added = set() if before is None else now - before
    flags = {
        "open": ids.isin(now),
        "closed": ids.isin(closed),
        "added": ids.isin(added),
        "known_so_far": ids.isin(known),
    }
    counts = pd.DataFrame(flags).astype("int64").groupby(of).sum()
    return pd.concat([counts.sum().to_frame("all").T, counts])


def progress(
    editions: Mapping[int, Barriers],
    removals: DataFrame | None = None,
    *,
    start_month: int = 7,
) -> TransitionProgress:
    """
    Say how far the removal of barriers has come.

    Parameters
    ----------
    editions
        Barriers open at the end of each fiscal year, as `rank` gave them; `functional_class` is
        what they are grouped by.
    removals
        Barriers removed, with what was paid.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    progress
        By year, for all and by class: open, closed, added, `closed_pct` of all that were ever
        known, and what was spent. In the first year nothing is closed or added, since there is
        nothing to compare with. A removal without a cost leaves `spent_usd` blank: it is not zero.

    Examples
    --------
    >>> first = pd.DataFrame({"functional_class": ["arterial"] * 2}, index=["a", "b"])
    >>> found = progress({2026: first, 2027: first.loc[["b"]]})
    >>> found.loc[(2027, "all"), ["open", "closed", "closed_pct"]].tolist()
    [1.0, 1.0, 50.0]
    """
    of, spent = _classes(editions), _spent(removals, start_month)
    known: set[str] = set()
    before: set[str] | None = None
    tables = []
    for year, frame in sorted(editions.items()):
        now = set(frame.index.astype("str"))
        known |= now
        table = _row(of, known, before, now)
        own = spent[spent["year"].eq(year)]
        group = own["barrier_id"].map(of).fillna(_NOT_KNOWN)
        paid = (
            own["cost_usd"]
            .astype("float64")
            .groupby(group)
            .agg(lambda each: each.sum(skipna=False))
        )
        total = own["cost_usd"].astype("float64").sum(skipna=False) if len(own) else 0.0
        table["spent_usd"] = paid.reindex(table.index).fillna(
            pd.Series(0.0, index=table.index.difference(paid.index))
        )
        table.loc["all", "spent_usd"] = total
        tables.append(table.rename_axis("group").reset_index().assign(year=year))
        before = now
    found = pd.concat(tables, ignore_index=True)
    found["closed_so_far"] = found["known_so_far"] - found["open"]
    share = found["closed_so_far"] / found["known_so_far"].where(found["known_so_far"].gt(0))
    found["closed_pct"] = (100 * share).round(2)
    return schema.check(found, "transition_progress")
