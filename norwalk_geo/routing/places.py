"""Places beside the network → nodes on it: edges are cut where a place is, to the millisecond."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from norwalk_geo.errors import CrsError, Problem, SchemaError
from norwalk_geo.network.model import feet_per_unit
from norwalk_geo.routing.ways import CLOSED, Ways

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Snapped", "same_system", "snap"]

_POINT = shapely.GeometryType.POINT.value
# A place this near to the end of a link stands at its node.
_AT_END_FT = 0.01
_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Snapped:
    """
    Places on the network.

    Parameters
    ----------
    ways
        The network, cut at the places.
    sites
        One row a place and node: `site_id`, `node_id`, `kind` and `apart_ft`, the distance between
        them, which no result counts as a part of the way.
    far
        Ids of the places that are near no edge of this mode: nobody gets there.
    """

    ways: Ways
    sites: pd.DataFrame
    far: tuple[str, ...]


def same_system(frame: gpd.GeoDataFrame, ways: Ways, subject: str) -> None:
    """
    Refuse a layer in another system than the network.

    Parameters
    ----------
    frame
        Layer.
    ways
        Network.
    subject
        Name of the layer for the message.

    Raises
    ------
    CrsError
        The systems differ.
    """
    if frame.crs is None or frame.crs != ways.links.crs:
        what = "has no coordinate system" if frame.crs is None else "is not in that of the network"
        remedy = "Convert the layer with to_crs."
        raise CrsError.of(subject, [Problem("geometry", what, remedy=remedy)])


def _checked(places: gpd.GeoDataFrame, ways: Ways) -> None:
    """Refuse places that cannot be put anywhere."""
    same_system(places, ways, "places")
    problems = []
    if not places.index.is_unique:
        twice = tuple(map(str, places.index[places.index.duplicated()]))
        problems.append(Problem("site_id", "used more than once", twice, "Make the ids unique."))
    shapes = places.geometry.to_numpy()
    lost = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    lost |= ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if lost.any():
        rows = tuple(map(str, places.index[lost]))
        problems.append(Problem("geometry", "no place", rows, "Place them or drop the rows."))
    if problems:
        raise SchemaError.of("places", problems)


def _entrances(shapes: npt.NDArray[np.object_], ways: Ways, reach: float) -> pd.DataFrame:
    """Find the nodes in an area or at its edge."""
    is_area = shapely.get_type_id(shapes) != _POINT
    used = np.zeros(len(ways.nodes), dtype=bool)
    opened = ways.links[ways.links["is_open"]]
    used[opened[["start", "end"]].to_numpy().ravel()] = True
    rows = np.flatnonzero(used)
    tree = shapely.STRtree(ways.nodes.geometry.to_numpy()[rows])
    area, node = tree.query(shapes[is_area], predicate="dwithin", distance=reach)
    place = np.flatnonzero(is_area)[area]
    found = rows[node]
    apart = shapely.distance(shapes[place], ways.nodes.geometry.to_numpy()[found])
    return pd.DataFrame({"place": place, "node": found, "apart": apart})


def _nearest_links(shapes: npt.NDArray[np.object_], ways: Ways, reach: float) -> pd.DataFrame:
    """Find the link that each place is nearest to, and where along it."""
    rows = np.flatnonzero(ways.links["is_open"].to_numpy())
    lines = ways.links.geometry.to_numpy()[rows]
    place, link = shapely.STRtree(lines).query_nearest(shapes, max_distance=reach)
    found = pd.DataFrame({"place": place, "link": rows[link]})
    line, shape = lines[link], shapes[place]
    point = shapely.get_point(shapely.shortest_line(line, shape), 0)
    found["apart"] = shapely.distance(line, shape)
    found["share"] = shapely.line_locate_point(line, point, normalized=True)
    found["edge_id"] = ways.links["edge_id"].to_numpy()[found["link"]]
    found["tie"] = found["apart"].round(_DIGITS)
    found = found.sort_values(["place", "tie", "edge_id", "link"], kind="stable")
    found = found.drop_duplicates("place")
    length = shapely.length(ways.links.geometry.to_numpy()[found["link"]])
    end = _AT_END_FT / feet_per_unit(ways.links.crs) / length
    share = found["share"].mask(found["share"] < end, 0.0)
    return found.assign(share=share.mask(share > 1 - end, 1.0))


def _parts(total: int, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Divide a whole number at the shares; the parts sum to it."""
    if total == CLOSED:
        return np.full(len(shares) + 1, CLOSED, dtype="int64")
    marks = np.floor(shares * total + 0.5).astype("int64")
    return np.diff(np.concatenate([[0], marks, [total]]))


def _cut(ways: Ways, cuts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Cut links; `cuts` has link, share and node, in order along each link."""
    pieces = []
    for _, marks in cuts.groupby("link", sort=True):
        link, shares = ways.links.iloc[marks["link"].iloc[0]], marks["share"].to_numpy()
        stops = np.concatenate([[0.0], shares, [1.0]])
        nodes = np.concatenate([[link["start"]], marks["node"], [link["end"]]]).astype("int64")
        part = {name: link[name] for name in ways.links.columns}
        part |= {
            name: _parts(int(link[name]), shares)
            for name in ("forward_ms", "backward_ms", "length_mm")
        }
        line = link["geometry"]
        part |= {"start": nodes[:-1], "end": nodes[1:]}
        ends = pairwise(stops)
        part["geometry"] = [substring(line, a, b, normalized=True) for a, b in ends]
        pieces.append(pd.DataFrame(part))
    whole = ~np.isin(np.arange(len(ways.links)), cuts["link"])
    kept = pd.DataFrame(ways.links)[whole].assign(geometry=ways.links.geometry.to_numpy()[whole])
    both = pd.concat([kept, *pieces], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=ways.links.crs)


def _new_nodes(ways: Ways, inner: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """Number the places where links are cut; places in one point share a node."""
    ordered = inner.sort_values(["link", "share", "place"], kind="stable")
    first = ~ordered.duplicated(["link", "share"])
    number = first.cumsum() - 1 + len(ways.nodes)
    names = "at " + pd.Series(ids.astype("str")[ordered["place"]], index=ordered.index)
    # In a network that was cut before, a place may stand on one edge more.
    names = names.where(~names.isin(ways.nodes.index), names + ", too")
    return ordered.assign(node=number, name=names, first=first)


def snap(
    ways: Ways, places: gpd.GeoDataFrame, *, near_ft: float = 300.0, entrance_ft: float = 50.0
) -> Snapped:
    """
    Put places on the network.

    A point goes to the nearest edge that its mode may use, whoever travels, and the edge is cut
    there: times and lengths of the parts sum to those of the whole. An area is reached at every
    node in it or near its edge; one without such a node at the nearest point of an edge.

    Parameters
    ----------
    ways
        The network.
    places
        Points or areas in its system; the index names them, and `kind` is kept where given.
    near_ft
        Farther from every edge, a place is on none, in feet.
    entrance_ft
        A node this near to an area is an entrance, in feet.

    Returns
    -------
    snapped
        The network cut at the places, and the nodes of each. A cut in the middle of an edge is the
        node `at ID`.

    Raises
    ------
    CrsError
        The places are in another system.
    SchemaError
        Ids used twice, or places without a place.
    """
    _checked(places, ways)
    feet = feet_per_unit(ways.links.crs)
    shapes = places.geometry.to_numpy()
    doors = _entrances(shapes, ways, entrance_ft / feet)
    rest = np.setdiff1d(np.arange(len(shapes)), doors["place"])
    near = _nearest_links(shapes[rest], ways, near_ft / feet)
    near = near.assign(place=rest[near["place"]])
    at_end = near["share"].isin([0.0, 1.0])
    ends = near[at_end]
    side = ends["share"].eq(1.0).to_numpy()
    link = ways.links.iloc[ends["link"]]
    ends = ends.assign(node=np.where(side, link["end"], link["start"]))
    inner = _new_nodes(ways, near[~at_end], places.index)
    added = inner[inner["first"]]
    lines = ways.links.geometry.to_numpy()[added["link"]]
    points = shapely.line_interpolate_point(lines, added["share"], normalized=True)
    nodes = gpd.GeoDataFrame(
        geometry=np.concatenate([ways.nodes.geometry.to_numpy(), points]),
        index=pd.Index([*ways.nodes.index, *added["name"]], name="node_id", dtype="str"),
        crs=ways.nodes.crs,
    )
    links = _cut(ways, added[["link", "share", "node"]])
    cut = replace(ways, nodes=nodes, links=links)
    part = ["place", "node", "apart"]
    found = pd.concat([doors[part], ends[part], inner[part]]).sort_values(["place", "node"])
    kind = places["kind"] if "kind" in places else pd.Series("place", index=places.index)
    sites = pd.DataFrame(
        {
            "site_id": places.index.astype("str")[found["place"]],
            "node_id": nodes.index[found["node"]],
            "kind": kind.to_numpy()[found["place"]],
            "apart_ft": found["apart"].to_numpy() * feet,
        }
    )
    missing = np.setdiff1d(np.arange(len(places)), found["place"])
    return Snapped(cut, sites, tuple(map(str, places.index[missing])))
