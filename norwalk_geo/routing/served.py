"""People who get there and people who do not, by zone and group, and what a change gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.network.model import column
from norwalk_geo.routing.people import MEASURES
from norwalk_geo.routing.search import limit_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norwalk_geo.schema import Access, NodePeople, Reach, Zones

__all__ = ["access", "changes", "gaps"]

_KEY = ["grouping", "group", "kind", "measure"]
_SAID = ("limit_min", "profile", "unknowns")


def _best(reach: Reach, limit: int, kinds: Sequence[str]) -> pd.DataFrame:
    """Say of each node and kind whether a place is within the limit, and by known ways."""
    within = reach.reset_index()
    within = within[within["cost_ms"].le(limit) & within["kind"].isin(kinds)]
    best = within.groupby(["kind", "node_id"])[["unknown_ft"]].min().reset_index()
    return best.assign(is_flagged=best["unknown_ft"].gt(0))


def _long(people: NodePeople, zones: Zones | None) -> pd.DataFrame:
    """List people by group: everybody, by zone and by flag of the zone."""
    given = [name for name in MEASURES if name in people]
    flat = people[given].reset_index().melt(["zone_id", "node_id"], given, "measure", "count")
    flat = flat[flat["count"].notna()].astype({"count": "int64"})
    parts = [
        flat.assign(grouping="all", group="all"),
        flat.assign(grouping="zone", group=flat["zone_id"]),
    ]
    if zones is not None:
        words = column(zones, "flags", None).astype("str").dropna().str.split("|").explode()
        words = words.str.strip()
        flags = pd.DataFrame({"zone_id": words.index, "group": words.to_numpy()})
        parts.append(flat.merge(flags[flags["group"].ne("")], on="zone_id").assign(grouping="flag"))
    return pd.concat(parts, ignore_index=True)


def _summed(rows: pd.DataFrame, best: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Sum those who get to one kind of place."""
    there = best[best["kind"].eq(kind)].set_index("node_id")["is_flagged"]
    known = rows["node_id"].map(there)
    counts = rows.assign(
        within=rows["count"].where(known.notna(), 0),
        flagged=rows["count"].where(known.eq(other=True).fillna(value=False), 0),
    )
    keys = ["grouping", "group", "measure"]
    sums = counts.groupby(keys, as_index=False, sort=True)[["count", "within", "flagged"]].sum()
    return sums.rename(columns={"count": "total"}).assign(kind=kind)


def access(
    reach: Reach,
    people: NodePeople,
    *,
    limit_min: float,
    zones: Zones | None = None,
    kinds: Sequence[str] | None = None,
) -> Access:
    """
    Count who gets to a place of each kind within a limit.

    Parameters
    ----------
    reach
        Nodes and places, found with a limit of at least this.
    people
        People at nodes.
    limit_min
        Longest way, in minutes.
    zones
        Supplies `flags`, by which the city is divided too.
    kinds
        Kinds of place. By default all in `reach`; a kind of which no place is reached must be named
        to be in the table.

    Returns
    -------
    access
        For everybody, each zone and each flag: how many in all, within, and without. `flagged` are
        those within whose every way has a stretch of which too little is known.

    Raises
    ------
    ConfigError
        The limit is no time.
    SchemaError
        People are in zones that are not given.
    """
    limit = limit_ms(limit_min)
    schema.require(reach, "reach", "node_id", "kind", "cost_ms", "unknown_ft", *_SAID[1:])
    people = schema.check(people, "node_people")
    strange = [] if zones is None else sorted(set(people.index.unique(0)) - set(zones.index))
    if strange:
        remedy = "Give all zones that people were spread from."
        raise SchemaError.of("people", [Problem("zone_id", "no such zone", tuple(strange), remedy)])
    named = sorted(set(reach["kind"].dropna())) if kinds is None else list(kinds)
    best, rows = _best(reach, limit, named), _long(people, zones)
    # Where nothing is reached and no kind is named, the table has columns and no rows.
    rows = rows if named else rows.iloc[:0]
    frame = pd.concat([_summed(rows, best, kind) for kind in named or [""]], ignore_index=True)
    total = frame["total"].where(frame["total"].gt(0))
    said = {
        name: str(reach[name].iloc[0]) if len(reach) else default
        for name, default in (("profile", "walk"), ("unknowns", "avoid"))
    }
    frame = frame.assign(
        without=frame["total"] - frame["within"],
        within_pct=(frame["within"] / total * 100).astype("float64"),
        limit_min=float(limit_min),
        **said,
    )
    order = pd.Categorical(frame["grouping"], ["all", "zone", "flag"])
    frame = frame.iloc[np.lexsort((frame["measure"], frame["kind"], frame["group"], order.codes))]
    return schema.check(frame, "access")


def gaps(access: Access, *, measure: str = "people") -> Access:
    """
    List the zones where people are without a place, those with the most first.

    Parameters
    ----------
    access
        As the function of that name counts it.
    measure
        What is counted.

    Returns
    -------
    gaps
        Rows of zones with anybody without.
    """
    flat = access.reset_index()
    kept = flat["grouping"].eq("zone") & flat["measure"].eq(measure) & flat["without"].gt(0)
    ordered = flat[kept].sort_values(
        ["without", "group", "kind"], ascending=[False, True, True], kind="stable"
    )
    return ordered.set_index(_KEY)


def changes(before: Access, after: Access) -> pd.DataFrame:
    """
    Say who gains and who loses by a change of the ways.

    Parameters
    ----------
    before, after
        Counted for the same people, limit and traveller.

    Returns
    -------
    access_changes
        One row a group, kind and measure.

    Raises
    ------
    SchemaError
        The two are not of the same people, limit and traveller.
    """
    problems = []
    for name in _SAID:
        found = set(before[name]) | set(after[name])
        if len(found) > 1:
            said = ", ".join(sorted(map(str, found)))
            problems.append(Problem(name, f"differs ({said})", remedy="Count both alike."))
    counted = ["total", "within", "flagged"]
    together = before[counted].add_suffix("_before")
    together = together.join(after[counted].add_suffix("_after"), how="outer")
    off = together["total_before"].ne(together["total_after"])
    if off.any():
        rows = tuple(" ".join(map(str, key)) for key in together.index[off])
        problems.append(Problem("total", "differs", rows, "Spread the people once, for both."))
    if problems:
        raise SchemaError.of("changes", problems)
    frame = together.rename(columns={"total_before": "total"}).drop(columns="total_after")
    frame = frame.join(before[list(_SAID)])
    frame["gained"] = frame["within_after"] - frame["within_before"]
    return schema.check(frame.reindex(before.index), "access_changes")
