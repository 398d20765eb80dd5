"""The ways of a traveller with something changed, and what the change gives and takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.network.model import feet_per_unit
from norwalk_geo.routing.costs import costs
from norwalk_geo.routing.places import Snapped, same_system, snap
from norwalk_geo.routing.reaching import reach
from norwalk_geo.routing.served import access, changes
from norwalk_geo.routing.ways import CLOSED, Ways, network_graph

if TYPE_CHECKING:
    from norwalk_geo.schema import AccessChanges, Edges, NodePeople, Zones

__all__ = ["before_after", "edit_ways", "snap_after"]

_TIMES = ["forward_ms", "backward_ms"]
# An edge that ends farther than this from a node that it names does not end there.
_APART_FT = 100.0


def edit_ways(
    ways: Ways,
    *,
    put: Edges | None = None,
    removed: Sequence[str] = (),
    times: pd.DataFrame | None = None,
    profiles: pd.DataFrame | None = None,
) -> Ways:
    """
    Change the ways of a traveller: add, remove, regrade, repair and retime edges.

    Parameters
    ----------
    ways
        The network, before places are put on it.
    put
        Rows of the table `edges`: one with a new id is added, one with a known id takes its place
        with a new slope, surface or line. What they cost this traveller is found anew. They meet
        the others at the nodes that they name.
    removed
        Ids of edges that are closed to everybody.
    times
        New `forward_ms` and `backward_ms` by `edge_id`, in milliseconds; blank where the traveller
        does not go. What is not known of an edge stays unknown.
    profiles
        Travellers. By default the file that ships.

    Returns
    -------
    ways
        Changed; the given ones stay as they are. All nodes stay, new ones come after them.

    Raises
    ------
    SchemaError
        Ids that are none, edges that end elsewhere than the nodes they name, times that are none.
    CrsError
        New edges are in another system.

    Examples
    --------
    >>> from norwalk_geo import routing, towns
    >>> edges = routing.street_edges(towns.town().streets)
    >>> ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    >>> steep = edges.iloc[:1].assign(running_slope_pct=12.0)
    >>> changed = edit_ways(ways, put=steep, removed=[edges.index[1]])
    >>> bool(changed.links["forward_ms"].iloc[0] > ways.links["forward_ms"].iloc[0])
    True
    """
    _checked(ways, removed, times)
    if put is not None and len(put):
        ways = _with(ways, put, profiles)
    links = ways.links.copy()
    gone = links["edge_id"].isin(list(removed)).to_numpy()
    links.loc[gone, _TIMES] = CLOSED
    links.loc[gone, "is_open"] = False
    if times is not None:
        row = pd.Index(links["edge_id"]).get_indexer(times.index)
        values = times[_TIMES].fillna(CLOSED).to_numpy("int64")
        links.iloc[row, [links.columns.get_loc(name) for name in _TIMES]] = values
    return replace(ways, links=links)


def _checked(ways: Ways, removed: Sequence[str], times: pd.DataFrame | None) -> None:
    """Refuse edits of what is not there."""
    known, problems = pd.Index(ways.links["edge_id"]), []
    if not known.is_unique:
        remedy = "Edit the network first, then put places on it."
        problems.append(Problem("ways", "are cut at places", remedy=remedy))
    asked = {"removed": pd.Index(removed), "times": pd.Index([]) if times is None else times.index}
    for name, ids in asked.items():
        strange = tuple(map(str, ids.difference(known)))
        if strange:
            problems.append(Problem(name, "no such edge", strange, "Correct the ids."))
    if times is not None:
        twice = tuple(map(str, times.index[times.index.duplicated()]))
        lacks = [name for name in _TIMES if name not in times]
        below = times.reindex(columns=_TIMES).lt(0).any(axis=1)
        low = tuple(map(str, times.index[below]))
        for what, rows in (("named twice", twice), ("negative", low)):
            if rows:
                problems.append(Problem("times", what, rows, "Give each edge its time once."))
        problems += [Problem(name, "column is missing", remedy="Give both.") for name in lacks]
    if problems:
        raise SchemaError.of("edit_ways", problems)


def _with(ways: Ways, put: Edges, profiles: pd.DataFrame | None) -> Ways:
    """Put edges into the place of those with their id, or beside all."""
    same_system(put, ways, "put")
    found = costs(put, ways.profile, unknowns=ways.unknowns, profiles=profiles)
    new = network_graph(put, found)
    _meeting(ways, new)
    nodes = pd.concat([ways.nodes, new.nodes[~new.nodes.index.isin(ways.nodes.index)]])
    place = nodes.index.get_indexer(new.nodes.index)
    added = new.links.assign(start=place[new.links["start"]], end=place[new.links["end"]])
    kept = ways.links[~ways.links["edge_id"].isin(added["edge_id"])]
    order = pd.Index(ways.links["edge_id"]).append(pd.Index(added["edge_id"])).unique()
    both = pd.concat([kept, added]).set_index("edge_id").reindex(order).reset_index()
    links = gpd.GeoDataFrame(both, geometry="geometry", crs=ways.links.crs)
    return replace(ways, nodes=gpd.GeoDataFrame(nodes, crs=ways.nodes.crs), links=links)


def _meeting(ways: Ways, new: Ways) -> None:
    """Refuse edges that end far from the nodes that they name."""
    problems = []
    for name, number in (("start", 0), ("end", -1)):
        ids = new.nodes.index[new.links[name]]
        row = ways.nodes.index.get_indexer(ids)
        here = shapely.get_point(new.links.geometry.to_numpy(), number)
        there = ways.nodes.geometry.to_numpy()[row]
        apart = shapely.distance(here, there) * feet_per_unit(ways.links.crs)
        far = (row >= 0) & (apart > _APART_FT)
        if far.any():
            what = f"{name} over {_APART_FT:.0f} ft from the node that it names"
            rows = tuple(new.links["edge_id"].to_numpy()[far])
            problems.append(Problem("geometry", what, rows, "Correct the node or the line."))
    if problems:
        raise SchemaError.of("put", problems)


def before_after(
    before: Ways,
    after: Ways,
    places: gpd.GeoDataFrame,
    people: NodePeople,
    *,
    limit_min: float,
    zones: Zones | None = None,
) -> AccessChanges:
    """
    Say who gains and who loses access by a change of the ways, by zone and group.

    A place stays on the edge that it is on, and is on a new one too that is nearer. So an added
    edge never takes a place away from anybody, and a removed one never brings anybody nearer.

    Parameters
    ----------
    before
        The network as it is.
    after
        The network of the same traveller as `edit_ways` changes it.
    places
        Points or areas with their `kind`.
    people
        People at nodes of `before`.
    limit_min
        Longest way, in minutes, inclusive.
    zones
        Supplies `flags`, by which the city is divided too.

    Returns
    -------
    access_changes
        One row a group, kind and measure.

    Raises
    ------
    SchemaError
        The two are not of one traveller and policy, or people are in zones that are not given.
    ConfigError
        No place is on the network, or the limit is no time.
    """
    kinds = sorted(set(places["kind"])) if "kind" in places else ["place"]
    counted = [
        access(
            reach(snapped, limit_min=limit_min),
            people,
            limit_min=limit_min,
            zones=zones,
            kinds=kinds,
        )
        for snapped in (snap(before, places), snap_after(before, after, places))
    ]
    return changes(*counted)


def snap_after(before: Ways, after: Ways, places: gpd.GeoDataFrame) -> Snapped:
    """
    Put places on changed ways: on the edges that they had, and on new edges that are nearer.

    Parameters
    ----------
    before
        The network as it was.
    after
        The network of the same traveller, changed.
    places
        Points or areas with their `kind`.

    Returns
    -------
    snapped
        As `snap` gives it. A place keeps its edge, open or not, so that an added edge takes no
        place away from anybody, and a removed one brings none nearer.

    Raises
    ------
    CrsError
        The places are in another system.
    SchemaError
        Ids used twice, or places without a place.
    """
    links, old = after.links, before.links.set_index("edge_id")
    row = old.index.get_indexer(links["edge_id"])
    stays = row >= 0
    shapes = old.geometry.to_numpy()[row[stays]]
    stays[stays] = shapely.equals_exact(links.geometry.to_numpy()[stays], shapes)
    stays[stays] = old["is_open"].to_numpy(dtype=bool)[row[stays]]
    cut = snap(replace(after, links=links.assign(is_open=stays)), places)
    state = pd.DataFrame({"is_open": links["is_open"], "is_new": links["is_open"] & ~stays})
    state = state.set_index(pd.Index(links["edge_id"])).astype("bool")
    own = cut.ways.links
    opened = own.assign(is_open=state["is_open"].reindex(own["edge_id"]).to_numpy())
    more = snap(replace(cut.ways, links=opened), places)
    is_new = state["is_new"].reindex(more.ways.links["edge_id"]).to_numpy()
    ends = np.unique(more.ways.links.loc[is_new, ["start", "end"]])
    doors = more.sites["node_id"].isin(more.ways.nodes.index[ends])
    sites = pd.concat([cut.sites, more.sites[doors]], ignore_index=True)
    sites = sites.drop_duplicates(["site_id", "node_id"], ignore_index=True)
    far = tuple(one for one in cut.far if one not in set(sites["site_id"]))
    return Snapped(more.ways, sites, far)
