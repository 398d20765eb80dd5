"""Zones with people → nodes with people; whole numbers whose sums are those of the zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import column
from norwalk_geo.routing.places import same_system
from norwalk_geo.routing.stretches import stretches

if TYPE_CHECKING:
    from norwalk_geo.routing.ways import Ways
    from norwalk_geo.schema import NodePeople, Zones

__all__ = ["MEASURES", "Spread", "spread"]

MEASURES = ("people", "homes", "jobs", "homes_without_car", "people_with_disability")
_BASES = ("frontage", "parcels", "area")


@dataclass(frozen=True, eq=False)
class Spread:
    """
    People at nodes.

    Parameters
    ----------
    people
        One row a zone and node, in whole numbers.
    zones
        Aligned to the zones: `nodes` (how many have a share) and `status`: `spread`, `no_nodes`
        (its people are at no node and in no result) or `nobody` (nothing is known or all is zero).
    """

    people: NodePeople
    zones: pd.DataFrame


def _halves(ways: Ways) -> pd.DataFrame:
    """Cut each link that is open in the middle: each half belongs to its end."""
    links = ways.links[ways.links["is_open"]]
    lines, none = links.geometry.to_numpy(), np.zeros(len(links))
    shapes = [stretches(lines, none, none + 0.5), stretches(lines, none + 0.5, none + 1)]
    node = np.concatenate([links["start"], links["end"]])
    return pd.DataFrame({"node": node, "shape": np.concatenate(shapes)})


def _by_frontage(zones: Zones, ways: Ways) -> pd.DataFrame:
    """Weigh nodes by the length of street in the zone that is nearer to them than to the next."""
    halves, areas = _halves(ways), zones.geometry.to_numpy()
    lines = halves["shape"].to_numpy()
    tree = shapely.STRtree(lines)
    zone, half = tree.query(areas, predicate="intersects")
    whole = np.isin(
        zone * len(lines) + half, tree.query(areas, predicate="covers").T @ [len(lines), 1]
    )
    part = lines[half]
    # Most halves lie in one zone, and only the others have to be cut at its edge.
    part[~whole] = shapely.intersection(part[~whole], areas[zone[~whole]])
    cells = {"zone": zone, "node": halves["node"].to_numpy()[half], "weight": shapely.length(part)}
    return pd.DataFrame(cells)


def _used(ways: Ways) -> npt.NDArray[np.int64]:
    """Take the nodes where an open link ends."""
    opened = ways.links.loc[ways.links["is_open"], ["start", "end"]]
    return np.unique(opened.to_numpy("int64"))


def _by_area(zones: Zones, ways: Ways) -> pd.DataFrame:
    """Weigh nodes by the part of the zone that is nearer to them than to any other node."""
    rows = _used(ways)
    points = ways.nodes.geometry.to_numpy()[rows]
    everything = shapely.box(
        *np.concatenate([zones.total_bounds, zones.total_bounds])[[0, 1, 2, 3]]
    )
    cells = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=everything, ordered=True
    )
    cells = np.array(shapely.get_parts(cells))
    areas = zones.geometry.to_numpy()
    cell, zone = shapely.STRtree(areas).query(cells, predicate="intersects")
    inside = shapely.area(shapely.intersection(cells[cell], areas[zone]))
    return pd.DataFrame({"zone": zone, "node": rows[cell], "weight": inside})


def _by_parcels(zones: Zones, ways: Ways, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Weigh nodes by the homes on the parcels that they are nearest to."""
    same_system(parcels, ways, "parcels")
    rows = _used(ways)
    points = shapely.point_on_surface(parcels.geometry.to_numpy())
    tree = shapely.STRtree(ways.nodes.geometry.to_numpy()[rows])
    parcel, place = tree.query_nearest(points)
    near = pd.DataFrame({"parcel": parcel, "node": rows[place]}).drop_duplicates("parcel")
    parcel, zone = shapely.STRtree(zones.geometry.to_numpy()).query(points, predicate="intersects")
    lies = pd.DataFrame({"parcel": parcel, "zone": zone}).drop_duplicates("parcel")
    both = lies.merge(near, on="parcel")
    homes = column(parcels, "homes", 1).fillna(0).to_numpy("float64")
    return both.assign(weight=homes[both["parcel"]])[["zone", "node", "weight"]]


def _divided(total: pd.Series, weights: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Divide each zone's number among its nodes by largest remainder; ties go to the first node."""
    zone = weights["zone"].to_numpy("int64")
    share = weights["weight"] / weights.groupby("zone")["weight"].transform("sum")
    amount = total.to_numpy("float64")
    exact = share * amount[zone]
    whole = pd.Series(np.floor(exact + 1e-9), index=weights.index)
    left = amount - np.bincount(zone, weights=whole, minlength=len(total))
    order = (whole - exact).round(9).groupby(zone).rank(method="first")
    more = order.to_numpy() <= left[zone]
    return np.asarray(whole + more, dtype="int64")


def _weights(zones: Zones, ways: Ways, by: str, parcels: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Weigh the nodes of each zone, in order of ids."""
    if by == "parcels" and parcels is not None:
        found = _by_parcels(zones, ways, parcels)
    else:
        found = _by_frontage(zones, ways) if by == "frontage" else _by_area(zones, ways)
    found = found.groupby(["zone", "node"])[["weight"]].sum().reset_index()
    found = found[found["weight"] > 0]
    found["node_id"] = ways.nodes.index.to_numpy()[found["node"]]
    return found.sort_values(["zone", "node_id"], kind="stable").reset_index(drop=True)


def spread(
    zones: Zones, ways: Ways, *, by: str = "frontage", parcels: gpd.GeoDataFrame | None = None
) -> Spread:
    """
    Put the people, homes and jobs of zones at nodes.

    Parameters
    ----------
    zones
        Areas in the system of the network. A blank number stays blank: it is not spread.
    ways
        The network; only edges that its mode may use count, whoever travels.
    by
        `frontage`: by length of street in the zone, each half of an edge at its own end; `parcels`:
        by the homes on parcels, each at the nearest node; `area`: by the part of the zone that is
        nearer to a node than to any other.
    parcels
        Points or areas with `homes`; without that column each counts once.

    Returns
    -------
    spread
        Whole numbers. The sum over a zone's nodes is the zone's number, by largest remainder;
        people of a zone that lies partly beyond the streets given are all put on those given.

    Raises
    ------
    ConfigError
        No such way of spreading, or parcels are missing.
    CrsError
        A layer is in another system.
    SchemaError
        The zones do not agree with their schema.
    """
    problems = []
    if by not in _BASES:
        problems.append(Problem("by", f"is {by!r}", remedy=f"Use one of {', '.join(_BASES)}."))
    if by == "parcels" and parcels is None:
        problems.append(
            Problem("parcels", "are missing", remedy="Give them, or spread by frontage.")
        )
    if problems:
        raise ConfigError.of("spread", problems)
    same_system(zones, ways, "zones")
    zones = schema.check(zones, "zones")
    weights = _weights(zones, ways, by, parcels)
    given = [name for name in MEASURES if name in zones]
    frame = pd.DataFrame(
        {"zone_id": zones.index.to_numpy()[weights["zone"]], "node_id": weights["node_id"]}
    )
    for name in given:
        total = zones[name].astype("Int64")
        shares = pd.Series(_divided(total.fillna(0), weights), dtype="Int64")
        frame[name] = shares.mask(total.isna().to_numpy()[weights["zone"]])
    nodes = weights.groupby("zone").size().reindex(range(len(zones)), fill_value=0).to_numpy()
    nobody = zones[given].fillna(0).sum(axis=1).eq(0).to_numpy()
    status = np.select([nobody, nodes == 0], ["nobody", "no_nodes"], "spread")
    report = pd.DataFrame({"nodes": nodes, "status": status}, index=zones.index)
    return Spread(schema.check(frame, "node_people"), report)
