"""
Alternatives that a planner names: entrances, paths, crossings, bridges, grades, before and after.

Each alternative stands beside today alone; none is put above another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import routing, schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.network.model import column, feet_per_unit
from norwalk_geo.routing.attaching import attach
from norwalk_geo.sites.doors import by_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norwalk_geo.schema import Access, Edges, NodePeople, Reach, Zones

__all__ = ["Edited", "alternative_changes", "edited", "site_changes"]

_ADD, _CHANGE, _CLOSE = "add", "change", "close"
# An end this near to a way is joined to it, and one this near to a node to that.
_FAR_FT, _SAME_FT = 150.0, 25.0
_NOT_VALUES = ("edge_id", "from_node", "to_node", "geometry", "length_ft", "feature", "feature_id")


@dataclass(frozen=True, eq=False)
class Edited:
    """
    Ways of one alternative beside those of today.

    Parameters
    ----------
    before
        The ways of today, cut where new ones meet them.
    after
        The same with the changes.
    """

    before: Edges
    after: Edges


def _faults(edges: Edges, edits: gpd.GeoDataFrame, known: Sequence[pd.Index]) -> list[Problem]:
    """List edits that cannot be made."""
    named = column(edits, "edge_id", None)
    every = edges.index
    for one in known:
        every = every.union(one)
    is_add = edits["change"].eq(_ADD)
    kind = column(edits, "kind", None)
    found = {
        "edge_id": (~is_add & ~named.isin(every), "is no edge of the city", "Correct the id."),
        "geometry": (is_add & edits.geometry.isna(), "is missing", "Draw the new way."),
        "kind": (is_add & kind.isna(), "is missing", "Say what one goes on."),
    }
    return [
        Problem(name, what, tuple(map(str, edits.index[bad])), remedy)
        for name, (bad, what, remedy) in found.items()
        if bad.any()
    ]


def _row(edit: pd.Series) -> dict[str, object]:
    """Take what an edit says of an edge; what it does not say has no entry."""
    names = [name for name in schema.describe("edges").columns.index if name not in _NOT_VALUES]
    return {name: edit[name] for name in names if name in edit and pd.notna(edit[name])}


def _added(edges: Edges, edit_id: str, edit: pd.Series) -> Edges:
    """Join a new way to those that its ends are near, cutting them there."""
    feet = feet_per_unit(edges.crs)
    line = edit["geometry"]
    ends = np.array([shapely.get_point(line, 0), shapely.get_point(line, -1)])
    cut, node = attach(edges, ends, far=_FAR_FT / feet, same=_SAME_FT / feet)
    if node.isna().all():
        what = f"meets no way of the city within {_FAR_FT:.0f} ft"
        problem = Problem("geometry", what, (edit_id,), "Draw it to a way.")
        raise SchemaError.of("site_edits", [problem])
    names = node.fillna(pd.Series([f"{edit_id} start", f"{edit_id} end"])).tolist()
    points = shapely.get_coordinates(line)
    for row, own in ((0, names[0]), (-1, names[1])):
        for here, there in (("from_node", 0), ("to_node", -1)):
            at = cut.geometry[cut[here].eq(own)]
            if len(at):
                points[row] = shapely.get_coordinates(shapely.get_point(at.iloc[0], there))[0]
    values = _row(edit) | {"from_node": names[0], "to_node": names[1], "_origin": edit_id}
    values |= {"geometry": shapely.linestrings(points)}
    new = gpd.GeoDataFrame([values], index=pd.Index([edit_id], name="edge_id"), crs=edges.crs)
    both = pd.concat([cut, new[[name for name in new if new[name].notna().any()]]])
    return gpd.GeoDataFrame(both, crs=edges.crs)


def _lengths(edges: Edges, given: Edges) -> Edges:
    """Share the length of an edge that was cut among its pieces."""
    if "length_ft" not in edges:
        return edges
    whole = edges["_origin"].map(given.geometry.length)
    share = edges.geometry.length / whole
    own = edges["_origin"].map(given["length_ft"]) * share
    return edges.assign(length_ft=edges["length_ft"].where(share.isna() | share.gt(0.999), own))


def edited(edges: Edges, edits: gpd.GeoDataFrame, *, known: Sequence[pd.Index] = ()) -> Edited:
    """
    Make the changes of one alternative to the ways.

    Parameters
    ----------
    edges
        The ways of a traveller today.
    edits
        Rows of the table `site_edits` of one alternative; those of buses are left aside.
    known
        Ids of the ways of other travellers: an edit of one of these is no mistake here, and changes
        nothing.

    Returns
    -------
    edited
        Before and after. An end of a new way within 150 ft of a way is drawn on to it, and the way
        is cut there.

    Raises
    ------
    SchemaError
        With every edit of an edge that is not there, without a line, or that meets no way.
    """
    own = edits[edits["change"].isin([_ADD, _CHANGE, _CLOSE])]
    problems = _faults(edges, own, known)
    if problems:
        raise SchemaError.of("site_edits", problems)
    whole: Edges = gpd.GeoDataFrame(edges.assign(_origin=edges.index.astype("str")))
    for edit_id, edit in own[own["change"].eq(_ADD)].sort_index().iterrows():
        whole = _added(whole, str(edit_id), edit)
    whole = _lengths(whole.rename_axis("edge_id"), edges)
    before = whole[~whole["_origin"].isin(own.index)]
    after = whole.copy()
    for _, edit in own[own["change"].eq(_CHANGE)].iterrows():
        rows = after["_origin"].eq(edit["edge_id"])
        for name, value in _row(edit).items():
            after[name] = column(after, name, None).mask(rows, value)
    closed = column(own, "edge_id", None)[own["change"].eq(_CLOSE)]
    after = after[~after["_origin"].isin(closed)]
    return Edited(*(gpd.GeoDataFrame(one.drop(columns="_origin")) for one in (before, after)))


def alternative_changes(
    edits: Edited,
    doors: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    zones: Zones,
    *,
    profile: str,
    unknowns: str,
    limits_min: Sequence[float],
) -> pd.DataFrame:
    """
    Say who gains and who loses access to each site by an alternative, by zone and group.

    Parameters
    ----------
    edits
        Ways before and after.
    doors
        Where sites are reached today, and in the alternative.
    zones
        People, and the groups of zones.
    profile
        Who travels.
    unknowns
        What is done where too little is known.
    limits_min
        Longest ways, in minutes, inclusive.

    Returns
    -------
    changes
        Rows of `site_alternatives` without its name.
    """
    now, then = (
        routing.network_graph(one, routing.costs(one, profile, unknowns=unknowns))
        for one in (edits.before, edits.after)
    )
    today, opened = doors
    before = by_site(routing.snap(now, today), today)
    people = routing.spread(zones, before.ways).people
    placed = routing.snap_after(now, then, today)
    more = opened[~opened.index.isin(today.index)]
    if len(more):
        extra = routing.snap(placed.ways, more)
        both_doors = pd.concat([placed.sites, extra.sites], ignore_index=True)
        placed = routing.Snapped(extra.ways, both_doors, (*placed.far, *extra.far))
    reaches = []
    for one in (before, by_site(placed, opened)):
        if one.sites.empty:
            reaches.append(schema.check(pd.DataFrame(columns=_names("reach")), "reach"))
        else:
            reaches.append(routing.reach(one, limit_min=max(limits_min)))
    ids = sorted(set(map(str, opened["site_id"])))
    tables = [
        site_changes(reaches[0], reaches[1], people, zones, limit_min=limit, sites=ids)
        for limit in limits_min
    ]
    both = pd.concat(tables, ignore_index=True)
    return both.assign(mode="direct", profile=profile, unknowns=unknowns, is_partial=False)


def _names(table: str) -> list[str]:
    """List the columns of a table."""
    return list(schema.describe(table).columns.index)


def _access(
    reach: Reach, people: NodePeople, zones: Zones, limit: float, sites: Sequence[str]
) -> Access:
    """Count who gets to each site."""
    flat = reach.reset_index()
    own = flat.assign(kind=flat["site_id"]).set_index(["node_id", "site_id"])
    return routing.access(own, people, limit_min=limit, zones=zones, kinds=sites)


def site_changes(
    before: Reach,
    after: Reach,
    people: NodePeople,
    zones: Zones,
    *,
    limit_min: float,
    sites: Sequence[str],
) -> pd.DataFrame:
    """
    Compare who gets to each site before and after a change.

    Parameters
    ----------
    before, after
        From where one gets to each site.
    people
        People at nodes.
    zones
        Supplies `flags`, by which the city is divided too.
    limit_min
        Longest way, in minutes, inclusive.
    sites
        Ids of the sites.

    Returns
    -------
    changes
        One row a site, group and measure, with `limit_min`.
    """
    counted = [_access(one, people, zones, limit_min, sites) for one in (before, after)]
    # A reach of nobody does not say who travels.
    said = counted[0] if len(before) else counted[1]
    for name in ("profile", "unknowns"):
        counted = [one.assign(**{name: said[name].iloc[0] if len(said) else ""}) for one in counted]
    frame = routing.changes(*counted).reset_index().rename(columns={"kind": "site_id"})
    return frame.drop(columns=["profile", "unknowns", "flagged_before"])
