"""A way from place to place that tells what stops the traveller, and what nobody measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import column
from norwalk_geo.routing.costs import costs
from norwalk_geo.routing.paths import paths
from norwalk_geo.routing.places import snap
from norwalk_geo.routing.reaching import feet_per_mm
from norwalk_geo.routing.repairs import repaired
from norwalk_geo.routing.ways import CLOSED, leaving, network_graph

if TYPE_CHECKING:
    from norwalk_geo.schema import Costs, Edges

__all__ = ["Route", "route"]

# More than any way takes: whoever can avoid a stretch that stops him does.
_STOPPED_MS = 100_000_000
_MS_PER_MIN = 60_000
_ENDS = ("from", "to")
_SAID = ("status", "blocked_by", "unknown")


@dataclass(frozen=True, eq=False)
class Route:
    """
    A way from place to place.

    Parameters
    ----------
    stretches
        Edges in the order of going: kind, feature, time in minutes, length in feet, `status`
        (`ok`, `unknown` or `blocked`), what blocks and what is not known, and the line.
    is_passable
        Whether the traveller gets there under the policy for what is not known.
    time_min
        Time of the way, in minutes; that of stretches that stop the traveller is as if repaired.
    length_ft, unknown_ft, blocked_ft
        Length of the way, and of what of it too little is known of or stops the traveller.
    """

    stretches: gpd.GeoDataFrame
    is_passable: bool
    time_min: float
    length_ft: float
    unknown_ft: float
    blocked_ft: float


def _priced(edges: Edges, profile: str, unknowns: str) -> tuple[Costs, Costs]:
    """Let stretches that stop the traveller be passed at a price above every way."""
    real = costs(edges, profile, unknowns=unknowns)
    mended = costs(repaired(edges, profile), profile, unknowns="allow")
    priced = real.copy()
    for way in ("forward", "backward"):
        stopped = real[f"{way}_ms"].isna() & mended[f"{way}_ms"].notna()
        paid = mended[f"{way}_ms"] + _STOPPED_MS
        priced[f"{way}_ms"] = real[f"{way}_ms"].mask(stopped, paid)
    return priced, real


def _said(found: pd.DataFrame, edges: Edges, real: Costs) -> pd.DataFrame:
    """Say of each stretch what it is and what is known of it."""
    own, cost = edges.reindex(found["edge_id"]), real.reindex(found["edge_id"])
    # A stretch that is passed one way only is told for the way that is gone.
    way = np.where(found["is_forward"], cost["forward_status"], cost["backward_status"])
    facts = {
        name: column(own, name, None).to_numpy()
        for name in ("kind", "feature", "feature_id", "street_name", "is_inferred")
    }
    known = {"blocked_by": cost["blocked_by"], "unknown": cost["unknown"]}
    texts = {name: one.to_numpy() for name, one in known.items()}
    return found.assign(**facts, status=way, **texts)


def route(
    edges: Edges,
    origin: shapely.Point,
    destination: shapely.Point,
    *,
    profile: str,
    unknowns: str = "avoid",
    near_ft: float = 300.0,
) -> Route:
    """
    Find the way that a traveller takes, or what stops him on the way that is stopped least often.

    Parameters
    ----------
    edges
        What one can go on.
    origin, destination
        Points in the system of the edges.
    profile
        Who travels.
    unknowns
        What is done where too little is known; with `avoid` it stops the traveller like a barrier,
        and `status` tells one from the other.
    near_ft
        Farthest that a point may lie from an edge.

    Returns
    -------
    route
        The fastest way that the traveller can pass. Where there is none: of the ways that stop him
        at the fewest stretches the fastest, with those stretches and what is wrong with them.

    Raises
    ------
    ConfigError
        A point is near no edge, or there is no way at all, whatever is repaired.
    """
    priced, real = _priced(edges, profile, unknowns)
    ids = pd.Index(_ENDS, name="site_id")
    points = gpd.GeoDataFrame(
        {"kind": "end"}, index=ids, geometry=[origin, destination], crs=edges.crs
    )
    snapped = snap(network_graph(edges, priced), points, near_ft=near_ft)
    if snapped.far:
        remedy = "Give a point nearer to the network, or a larger near_ft."
        raise ConfigError.of("route", [Problem("points", "near no edge", snapped.far, remedy)])
    ways = snapped.ways
    node = snapped.sites.set_index("site_id")["node_id"]
    start, end = (ways.nodes.index.get_loc(node[one]) for one in _ENDS)
    found = paths(leaving(ways), int(start), [int(end)])[0]
    if found.cost == CLOSED:
        remedy = "Look for a gap in the lines between them."
        raise ConfigError.of("route", [Problem("points", "no way leads there", _ENDS, remedy)])
    return _told(edges, real, snapped.ways.links, found.edges, feet_per_mm(ways))


def _told(
    edges: Edges,
    real: Costs,
    links: gpd.GeoDataFrame,
    arcs: np.typing.NDArray[np.int64],
    feet: float,
) -> Route:
    """Put the way together."""
    row, is_forward = arcs % len(links), arcs < len(links)
    own = links.iloc[row]
    time = np.where(is_forward, own["forward_ms"], own["backward_ms"])
    lines = own.geometry.to_numpy()
    drawn = np.where(is_forward, lines, shapely.reverse(lines))
    table = pd.DataFrame(
        {
            "edge_id": own["edge_id"].to_numpy(),
            "is_forward": is_forward,
            "time_min": (time % _STOPPED_MS) / _MS_PER_MIN,
            "length_ft": own["length_mm"].to_numpy() * feet,
            "is_stopped": time >= _STOPPED_MS,
        }
    )
    said = _said(table, edges, real)
    stretches = gpd.GeoDataFrame(said, geometry=drawn, crs=links.crs)
    length = said["length_ft"]
    return Route(
        stretches,
        not bool(said["is_stopped"].any()),
        float(said["time_min"].sum()),
        float(length.sum()),
        float(length[said["status"].eq("unknown")].sum()),
        float(length[said["status"].eq("blocked")].sum()),
    )
