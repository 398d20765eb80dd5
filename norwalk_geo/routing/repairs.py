"""What repairing each ramp, walk or crossing alone gives: the people who then get somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.network.model import column
from norwalk_geo.routing.costs import costs
from norwalk_geo.routing.edits import recost_edges
from norwalk_geo.routing.gains import gains
from norwalk_geo.routing.people import spread
from norwalk_geo.routing.places import Snapped, snap
from norwalk_geo.routing.search import limit_ms
from norwalk_geo.routing.ways import CLOSED, leaving, network_graph
from norwalk_geo.routing.within import nearest

if TYPE_CHECKING:
    from norwalk_geo.routing.arrays import Integers
    from norwalk_geo.routing.graph import Graph
    from norwalk_geo.schema import Edges, RepairGains, Sites, Zones

__all__ = ["repair_gains", "repaired"]

_Targets: TypeAlias = Mapping[str, Any]
_KEY = ["feature", "feature_id", "kind"]


def repaired(edges: Edges, profile: str) -> Edges:
    """
    Make edges passable for a traveller, by as little as that takes.

    Parameters
    ----------
    edges
        As they are.
    profile
        Who travels.

    Returns
    -------
    edges
        Ramps are there, surfaces firm, widths and slopes at the traveller's own limits where they
        miss them; steps become a path. Whether one may walk there at all stays as it is.
    """
    row = schema.parameters("profiles").loc[profile]
    slope = column(edges, "running_slope_pct", np.nan).astype("float64")
    if pd.notna(row["uphill_limit_pct"]):
        # In the other direction up is down, so that the stricter limit holds for both.
        most = min(row["uphill_limit_pct"], row["downhill_limit_pct"])
        slope = slope.clip(-most, most)
    width = column(edges, "width_in", np.nan).astype("float64")
    if pd.notna(row["least_width_in"]):
        width = width.clip(lower=row["least_width_in"])
    access = column(edges, "wheelchair_access", None).astype("str")
    changed = edges.assign(
        running_slope_pct=slope,
        width_in=width,
        is_paved=True,
        has_curb_ramps=True,
        wheelchair_access=access.replace("no", None),
        kind=edges["kind"].replace("steps", "path"),
    )
    if "sidewalk" in edges:
        changed["sidewalk"] = edges["sidewalk"].replace("no", "both")
    return gpd.GeoDataFrame(changed)


def _opened(snapped: Snapped, mended: Snapped, edges: Edges) -> pd.DataFrame:
    """List what a repair would open: arcs by feature, closed now and open then."""
    now, then = snapped.ways.links, mended.ways.links
    size = len(now)
    before = np.concatenate([now["forward_ms"], now["backward_ms"]]).astype("int64")
    after = np.concatenate([then["forward_ms"], then["backward_ms"]]).astype("int64")
    row = np.flatnonzero((before == CLOSED) & (after != CLOSED))
    edge = now["edge_id"].to_numpy()[row % size]
    whose = edges[["feature", "feature_id"]].reindex(edge)
    found = pd.DataFrame(
        {
            "arc": row,
            "cost": after[row],
            "feature": whose["feature"].to_numpy(),
            "feature_id": whose["feature_id"].to_numpy(),
        }
    )
    return found.dropna().sort_values(["feature", "feature_id", "arc"], kind="stable")


def _single(
    graph: Graph, own: pd.DataFrame, people: Integers, targets: _Targets, limit: int
) -> pd.DataFrame:
    """Count for features that are one stretch: all at once."""
    first = own.drop_duplicates(["feature", "feature_id"]).reset_index(drop=True)
    other = own[own.duplicated(["feature", "feature_id"])]
    back = other.set_index(["feature", "feature_id"])["cost"]
    keys = pd.MultiIndex.from_frame(first[["feature", "feature_id"]])
    arc = first["arc"].to_numpy()
    candidates = pd.DataFrame(
        {
            "u": graph.edges.u[arc],
            "v": graph.edges.v[arc],
            "cost": first["cost"].to_numpy(),
            "cost_back": back.reindex(keys).to_numpy(),
        },
        index=pd.Index(first.index.astype("str"), name="edge_id"),
    )
    found = gains(graph, candidates, people, targets, limit).reset_index()
    place = found["edge_id"].astype("int64").to_numpy()
    named = first.loc[place, ["feature", "feature_id"]].reset_index(drop=True)
    return pd.concat([named, found[["kind", "people_before", "people_gained"]]], axis=1)


def _several(
    graph: Graph, own: pd.DataFrame, people: Integers, targets: _Targets, limit: int
) -> pd.DataFrame:
    """Count for features of several stretches: each by a network of its own."""
    rows = []
    before = {kind: _within(graph, nodes, limit) for kind, nodes in targets.items()}
    for (feature, feature_id), arcs in own.groupby(["feature", "feature_id"], sort=True):
        changed = recost_edges(graph, arcs["arc"].to_numpy(), arcs["cost"].to_numpy())
        for kind, nodes in targets.items():
            gained = _within(changed, nodes, limit) & ~before[kind]
            counts = int(people[before[kind]].sum()), int(people[gained].sum())
            rows.append((feature, feature_id, kind, *counts))
    return pd.DataFrame(rows, columns=[*_KEY, "people_before", "people_gained"])


def _within(graph: Graph, nodes: Integers, limit: int) -> np.typing.NDArray[np.bool_]:
    """Tell which nodes get to one of the targets in time."""
    if not len(nodes):
        return np.zeros(graph.n_nodes, dtype=bool)
    return np.asarray(nearest(graph, nodes, limit).cost >= 0)


def repair_gains(
    edges: Edges,
    places: Sites,
    zones: Zones,
    *,
    profile: str = "manual_wheelchair",
    limit_min: float = 15.0,
    unknowns: str = "allow_and_flag",
) -> RepairGains:
    """
    Count who gets to a kind of place once one ramp, walk or crossing alone is repaired.

    Parameters
    ----------
    edges
        A sidewalk network whose edges name their `feature` and `feature_id`.
    places
        Destinations with their `kind`.
    zones
        Areas with `people`, who are spread by frontage.
    profile
        Who travels.
    limit_min
        Longest way, in minutes, inclusive.
    unknowns
        What is done where too little is known. By default it is passed, so that a barrier counts
        that is known; with `avoid`, what nobody measured hides most of them.

    Returns
    -------
    gains
        One row a feature that stops the traveller somewhere, and kind of place. Somebody gains who
        gets there after the repair and not before; a feature of several stretches is repaired
        whole. Features that stop nobody are not listed: their repair gives nobody a way.

    Raises
    ------
    ConfigError
        No such traveller or policy; the limit is no time.
    CrsError
        A layer is in another system.
    """
    limit = limit_ms(limit_min)
    cost = costs(edges, profile, unknowns=unknowns)
    mended_cost = costs(repaired(edges, profile), profile, unknowns="allow")
    snapped = snap(network_graph(edges, cost), places)
    mended = snap(network_graph(edges, mended_cost), places)
    ways = snapped.ways
    graph = leaving(ways)
    people = np.zeros(len(ways.nodes), dtype="int64")
    live = spread(zones, ways).people.reset_index()
    if "people" in live:
        np.add.at(people, ways.nodes.index.get_indexer(live["node_id"]), live["people"].fillna(0))
    at = snapped.sites.assign(node=ways.nodes.index.get_indexer(snapped.sites["node_id"]))
    kinds = sorted(set(places["kind"]))
    targets = {kind: at.loc[at["kind"].eq(kind), "node"].to_numpy("int64") for kind in kinds}
    opened = _opened(snapped, mended, edges)
    # One stretch may be closed in both directions: two arcs of one link.
    link = opened["arc"] % len(ways.links)
    stretches = link.groupby([opened["feature"], opened["feature_id"]]).transform("nunique")
    tables = [
        count(graph, own, people, targets, limit)
        for count, own in ((_single, opened[stretches.eq(1)]), (_several, opened[stretches.gt(1)]))
        if len(own)
    ]
    blank = pd.DataFrame(columns=[*_KEY, "people_before", "people_gained"])
    table = pd.concat(tables, ignore_index=True) if tables else blank
    said: dict[str, Any] = {"limit_min": float(limit_min), "profile": profile, "unknowns": unknowns}
    return schema.check(table.assign(**said), "repair_gains").sort_index(kind="stable")
