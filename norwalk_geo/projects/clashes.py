"""Planned work against other people's work, events and moratoria, on a section or beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import config, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Work

__all__ = ["Around", "conflicts"]

UtilityWork: TypeAlias = pd.DataFrame
StreetEvents: TypeAlias = pd.DataFrame
_REMEDY = {
    "cut in new pavement": "Ask its owner to dig before the paving, or pave after it.",
    "paving over coming work": "Move the paving to a year after the cut, or the cut before it.",
    "same time": "Agree on who works first; one closure for both saves the second.",
    "school term": "Work in the holidays.",
    "event": "Work before or after it.",
    "moratorium": "Wait until it ends, or ask for an exception in writing.",
}


@dataclass(frozen=True)
class Around:
    """
    What else goes on in the streets.

    Parameters
    ----------
    utility_work
        Works of others. An unknown cut or day is a possible clash and kept as such.
    events
        School terms and events.
    moratoria
        Last day on which each section must not be opened, by section.
    protected_years
        Years for which new pavement is not to be cut. Five is common in California's ordinances;
        no figure of Norwalk's is known.
    """

    utility_work: UtilityWork | None = None
    events: StreetEvents | None = None
    moratoria: pd.Series | None = None
    protected_years: int = 5


def _neighbors(sections: Sections) -> pd.DataFrame:
    """Pair each section with itself and with those that share a node with it."""
    own = pd.DataFrame({"section_id": sections.index, "other_section_id": sections.index})
    own["place"] = "same section"
    if not {"from_node", "to_node"} <= set(sections.columns):
        return own
    ends = pd.concat(
        [
            pd.DataFrame({"section_id": sections.index, "node": sections[name].to_numpy()})
            for name in ("from_node", "to_node")
        ]
    )
    pairs = ends.merge(ends.rename(columns={"section_id": "other_section_id"}), on="node")
    pairs = pairs[pairs["section_id"] != pairs["other_section_id"]].drop(columns="node")
    return pd.concat([own, pairs.drop_duplicates().assign(place="adjoining")], ignore_index=True)


def _dated(table: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Give every column that is asked for, empty where the table has not."""
    flat = table.reset_index()
    for name in names:
        if name not in flat:
            flat[name] = pd.NaT if name in ("start", "finish") else pd.NA
    return flat


def _spans(work: Work, start_month: int) -> pd.DataFrame:
    """Say when each planned work may be: all of its fiscal year."""
    flat = work.reset_index()[["section_id", "year"]]
    days = {int(year): config.year_start(int(year), start_month) for year in flat["year"].unique()}
    nexts = {year: config.year_start(year + 1, start_month) for year in days}
    flat["begins"] = pd.to_datetime(flat["year"].map(days))
    flat["until"] = pd.to_datetime(flat["year"].map(nexts))
    return flat


def _utility(near: pd.DataFrame, utility: UtilityWork, moratorium_years: int) -> pd.DataFrame:
    """Find cuts in new pavement, paving over coming cuts, and works at one time."""
    other = _dated(utility, ("start", "finish", "cuts_pavement")).rename(
        columns={"section_id": "other_section_id", "utility_work_id": "other_id"}
    )
    both = near.merge(other, on="other_section_id")
    cuts = both["cuts_pavement"].astype("boolean")
    may_cut = cuts.fillna(value=True).astype("bool")
    start, finish = pd.to_datetime(both["start"]), pd.to_datetime(both["finish"])
    last = finish.fillna(start)
    protected = both["until"] + pd.DateOffset(years=moratorium_years)
    undated = start.isna() & finish.isna()
    # Without an end a work that has begun may still go on.
    overlaps = (start.fillna(last) < both["until"]) & ((last >= both["begins"]) | finish.isna())
    later = start.ge(both["until"]) & start.lt(protected)
    same = both["place"].eq("same section")
    kinds = np.select(
        [
            same & may_cut & (later | undated),
            same & may_cut & overlaps & ~undated,
            ~undated & overlaps,
        ],
        ["cut in new pavement", "paving over coming work", "same time"],
        default="",
    )
    both["conflict"] = pd.Series(kinds, index=both.index, dtype="str")
    known = start.notna() & finish.notna()
    both["certain"] = known & (cuts.notna() | both["conflict"].eq("same time"))
    both["starts"], both["ends"] = start, finish
    return both[both["conflict"].ne("")]


def _moratoria(near: pd.DataFrame, moratoria: pd.Series) -> pd.DataFrame:
    """Find planned work on a section that must not be opened yet."""
    own = near[near["place"].eq("same section")].copy()
    until = pd.to_datetime(own["section_id"].map(moratoria))
    own["starts"], own["ends"] = pd.NaT, until
    own["conflict"], own["certain"] = "moratorium", True
    own["other_id"] = "moratorium"
    return own[until.notna() & (until > own["begins"])]


def _events(near: pd.DataFrame, events: StreetEvents) -> pd.DataFrame:
    """Find events and school terms that fill all of a work's year."""
    other = events.reset_index().rename(
        columns={"section_id": "other_section_id", "event_id": "other_id"}
    )
    both = near.merge(other, on="other_section_id")
    both["starts"], both["ends"] = both["start"], both["finish"]
    both["conflict"], both["certain"] = both["event_kind"], True
    return both[(both["start"] < both["until"]) & (both["finish"] >= both["begins"])]


def conflicts(
    work: Work, sections: Sections, around: Around, *, start_month: int = 7
) -> pd.DataFrame:
    """
    List what clashes with planned work, on its section or on one that touches it.

    Parameters
    ----------
    work
        Planned work by section and fiscal year; its day is not known, so the whole year counts.
    sections
        Streets; with nodes, those that touch are looked at, too.
    around
        Utility work, events, school terms and moratoria.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    conflicts
        A cut while new pavement is protected is a cut in new pavement; one in the year of paving
        is paving over coming work.
    """
    spans = _spans(work, start_month)
    near = spans.merge(_neighbors(sections), on="section_id")
    found: list[pd.DataFrame] = []
    if around.utility_work is not None:
        found.append(_utility(near, around.utility_work, around.protected_years))
    if around.events is not None:
        found.append(_events(near, around.events))
    if around.moratoria is not None:
        found.append(_moratoria(near, around.moratoria))
    columns: list[Any] = list(schema.describe("conflicts").columns.index)
    made = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    made["remedy"] = made["conflict"].map(_REMEDY)
    checked = schema.check(made.reindex(columns=columns), "conflicts")
    return checked.sort_index(kind="stable")
