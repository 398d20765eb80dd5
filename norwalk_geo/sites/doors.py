"""Where sites are reached: at their entrances, along their boundary, or at a published point."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.routing import Snapped, Ways
    from norwalk_geo.schema import Sites

__all__ = ["areas", "by_site", "doors", "starts"]

_AT_BOUNDARY_FT = 100.0


def _checked(
    sites: Sites, boundaries: gpd.GeoDataFrame | None, entrances: gpd.GeoDataFrame | None
) -> None:
    """Refuse boundaries and entrances of no site, and entrances that are not at the boundary."""
    problems = []
    remedy = "Correct site_id, or add the site with kind = destination."
    if boundaries is not None:
        lost = tuple(map(str, boundaries.index.difference(sites.index)))
        if lost:
            problems.append(Problem("site_boundaries.site_id", "is no site given", lost, remedy))
    if entrances is not None:
        strange = ~entrances["site_id"].isin(sites.index)
        if strange.any():
            rows = tuple(map(str, entrances.index[strange]))
            problems.append(Problem("site_entrances.site_id", "is no site given", rows, remedy))
        apart = _apart_ft(boundaries, entrances)
        far = tuple(map(str, apart.index[apart.gt(_AT_BOUNDARY_FT)]))
        if far:
            what = f"lies over {_AT_BOUNDARY_FT:.0f} ft from the boundary of its site"
            mend = "Correct the point or the boundary."
            problems.append(Problem("site_entrances.geometry", what, far, mend))
    if problems:
        raise SchemaError.of("sites", problems)


def _apart_ft(boundaries: gpd.GeoDataFrame | None, entrances: gpd.GeoDataFrame) -> pd.Series:
    """Measure entrances of sites with a boundary against it."""
    if boundaries is None:
        return pd.Series(dtype="float64")
    own = entrances[entrances["site_id"].isin(boundaries.index)]
    edges = boundaries.geometry.boundary.reindex(own["site_id"])
    feet = feet_per_unit(entrances.crs)
    return pd.Series(own.geometry.distance(edges.set_axis(own.index)) * feet)


def areas(sites: Sites, boundaries: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """
    Give each site its boundary where it has one, and else its point.

    Parameters
    ----------
    sites
        The sites.
    boundaries
        Table `site_boundaries`.

    Returns
    -------
    areas
        The sites with these shapes; distances in straight lines are to them.
    """
    if boundaries is None:
        return sites
    shapes = boundaries.geometry.reindex(sites.index)
    own = sites.geometry.where(shapes.isna(), shapes)
    return gpd.GeoDataFrame(sites.set_geometry(own.set_crs(sites.crs)))


def doors(
    sites: Sites,
    *,
    boundaries: gpd.GeoDataFrame | None = None,
    entrances: gpd.GeoDataFrame | None = None,
    alternative: str | None = None,
) -> gpd.GeoDataFrame:
    """
    List the places at which sites are reached.

    Parameters
    ----------
    sites
        The sites.
    boundaries
        Table `site_boundaries`, where any is known.
    entrances
        Table `site_entrances`, where any is known.
    alternative
        Name of an alternative, whose entrances are open too.

    Returns
    -------
    doors
        Table `site_doors` by `door_id`, with shapes. A site is reached at its entrances alone where
        it has any that is open today, else along its whole boundary, else at its point: an
        alternative opens an entrance beside these.

    Raises
    ------
    SchemaError
        A boundary or an entrance is of no site, or an entrance is not at the boundary.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> sorted(set(doors(towns.destinations())["stands_for"]))
    ['point']
    """
    _checked(sites, boundaries, entrances)
    parts = []
    opened = pd.Index([])
    if entrances is not None:
        name = column(entrances, "alternative", None)
        own = entrances[name.isna() | name.isin([alternative])]
        opened = pd.Index(entrances.loc[name.isna(), "site_id"])
        shown = {"stands_for": "entrance", "door_is": column(own, "entrance_is", None)}
        parts.append(own.assign(**shown).rename_axis("door_id").reset_index())
    plain = areas(sites, boundaries)
    rest = plain[~plain.index.isin(opened)]
    bounded = boundaries if boundaries is not None else sites.iloc[:0].assign(boundary_is="")
    has = rest.index.isin(bounded.index)
    said = bounded[["boundary_is", "source"]].reindex(rest.index)
    cells = {
        "site_id": rest.index,
        "door_id": rest.index,
        "stands_for": pd.Series(has, rest.index).map({True: "boundary", False: "point"}),
        "door_is": said["boundary_is"].where(has, rest["point_is"]),
        "source": said["source"].where(has, rest["source"]),
        "geometry": rest.geometry,
    }
    parts.append(gpd.GeoDataFrame(cells, crs=sites.crs).reset_index(drop=True))
    names = [*schema.describe("site_doors").columns.index, "geometry"]
    both = pd.concat([part[names] for part in parts], ignore_index=True)
    checked = schema.check(both, "site_doors").reset_index().set_index("door_id")
    return gpd.GeoDataFrame(checked, geometry="geometry", crs=sites.crs)


def by_site(snapped: Snapped, doors: gpd.GeoDataFrame) -> Snapped:
    """
    Name what is on a network by site instead of by door.

    Parameters
    ----------
    snapped
        Doors, and other places beside them, put on the network.
    doors
        As the function of that name lists them.

    Returns
    -------
    snapped
        A site is at the nodes of all its doors, and far only if all of them are.
    """
    site = doors["site_id"].to_dict()
    own = snapped.sites.assign(site_id=[site.get(one, one) for one in snapped.sites["site_id"]])
    own = own.sort_values(["site_id", "node_id", "apart_ft"], kind="stable")
    own = own.drop_duplicates(["site_id", "node_id"], ignore_index=True)
    lost = {site.get(one, one) for one in snapped.far} - set(own["site_id"])
    return replace(snapped, sites=own, far=tuple(sorted(lost)))


def starts(snapped: Snapped) -> tuple[Ways, pd.Series]:
    """
    Give each site one node where all of its doors are at no cost.

    Parameters
    ----------
    snapped
        Sites on the network, as `by_site` names them.

    Returns
    -------
    ways, nodes
        The network with stretches of no length between the doors of a site, and a node of each
        site, by `site_id`: what is reached from it is reached from any of its doors.
    """
    ways, first = snapped.ways, snapped.sites.drop_duplicates("site_id")
    node = first.set_index("site_id")["node_id"]
    more = snapped.sites.drop(first.index)
    if more.empty:
        return ways, node
    row = ways.nodes.index.get_indexer
    ends = row(node[more["site_id"]]), row(more["node_id"])
    points = shapely.get_coordinates(ways.nodes.geometry.to_numpy()[ends[1]])
    none = dict.fromkeys(("forward_ms", "backward_ms", "length_mm"), 0)
    flags = {"forward_unknown": False, "backward_unknown": False, "is_open": True}
    joined = ways.links.iloc[np.zeros(len(more), dtype="int64")].assign(
        **none,
        **flags,
        edge_id="doors of " + more["site_id"].to_numpy(),
        start=ends[0],
        end=ends[1],
        geometry=shapely.linestrings(np.stack([points, points], axis=1)),
    )
    links = gpd.GeoDataFrame(pd.concat([ways.links, joined], ignore_index=True), crs=ways.links.crs)
    return replace(ways, links=links), node
