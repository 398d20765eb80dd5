"""Who gets to which place: the table `reach`, and the nearest place of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import feet_per_unit
from norwalk_geo.routing.search import arcs_of, limit_ms, search, tally

if TYPE_CHECKING:
    from norwalk_geo.routing.places import Snapped
    from norwalk_geo.routing.ways import Ways
    from norwalk_geo.schema import Reach

__all__ = ["feet_per_mm", "nearest_of_kind", "reach"]

_MM_PER_M = 1000.0


def feet_per_mm(ways: Ways) -> float:
    """
    Convert lengths of links to the feet of the system.

    Parameters
    ----------
    ways
        The network.

    Returns
    -------
    feet
        Feet in a millimeter.
    """
    unit = float(ways.links.crs.axis_info[0].unit_conversion_factor)
    return feet_per_unit(ways.links.crs) / unit / _MM_PER_M


def reach(snapped: Snapped, *, limit_min: float) -> Reach:
    """
    Find the nodes from which a traveller gets to each place.

    Parameters
    ----------
    snapped
        Places on the network of the traveller.
    limit_min
        Longest way, in minutes; a way of exactly that time is within it.

    Returns
    -------
    reach
        One row a node and place. Ways lead from the node to the place, uphill and against one-way
        streets as the traveller has to go. `unknown_pct` is the share of the way of which too
        little is known; of ways equally fast, the one with the least.

    Raises
    ------
    ConfigError
        There are no places on the network, or the limit is no time.
    """
    limit = limit_ms(limit_min)
    if snapped.sites.empty:
        remedy = "Give places that lie near the network, or a larger near_ft."
        problem = Problem("places", "none is on the network", snapped.far, remedy)
        raise ConfigError.of("reach", [problem])
    ways = snapped.ways
    arcs, feet = arcs_of(ways, toward=True), feet_per_mm(ways)
    doors = snapped.sites.assign(node=ways.nodes.index.get_indexer(snapped.sites["node_id"]))
    doors = doors.sort_values(["site_id", "node"], kind="stable")
    group = doors["site_id"].ne(doors["site_id"].shift()).cumsum().to_numpy("int64") - 1
    far = search(arcs, doors["node"].to_numpy("int64"), group, limit)
    tables = []
    for dist, (site_id, own) in zip(far, doors.groupby("site_id", sort=True), strict=True):
        found = tally(arcs, own["node"].to_numpy("int64"), dist)
        found = found.assign(site_id=site_id, kind=own["kind"].iloc[0])
        tables.append(found.rename_axis("node").reset_index())
    every = pd.concat(tables, ignore_index=True)
    share = every["unknown_mm"] / every["length_mm"].where(every["length_mm"].gt(0))
    frame = pd.DataFrame(
        {
            "node_id": ways.nodes.index.to_numpy()[every["node"]],
            "site_id": every["site_id"],
            "kind": every["kind"],
            "cost_ms": every["cost_ms"],
            "length_ft": every["length_mm"] * feet,
            "unknown_ft": every["unknown_mm"] * feet,
            "unknown_pct": (share * 100).fillna(0.0),
            "profile": ways.profile,
            "unknowns": ways.unknowns,
        }
    )
    ordered = frame.sort_values(["node_id", "site_id"], kind="stable")
    return schema.check(ordered, "reach")


def nearest_of_kind(reach: Reach) -> Reach:
    """
    Choose the nearest place of each kind.

    Parameters
    ----------
    reach
        As the function of that name finds it.

    Returns
    -------
    nearest
        The rows of `reach` with the least time of their node and kind; of equal times that with the
        least unknown, then the first id.

    Examples
    --------
    >>> rows = {"cost_ms": [90, 60], "kind": "park", "unknown_ft": 0.0}
    >>> index = pd.MultiIndex.from_tuples([("n1", "a"), ("n1", "b")], names=["node_id", "site_id"])
    >>> nearest_of_kind(pd.DataFrame(rows, index=index)).index.tolist()
    [('n1', 'b')]
    """
    keys = ["node_id", "kind", "cost_ms", "unknown_ft", "site_id"]
    flat = reach.reset_index().sort_values(keys, kind="stable")
    first = flat.drop_duplicates(["node_id", "kind"])
    return first.set_index(["node_id", "site_id"]).sort_index(kind="stable")
