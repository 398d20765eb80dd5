"""Where one gets to within a limit: stretches of the ways, parts of edges included, and areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem, nearest
from norwalk_geo.network.model import feet_per_unit
from norwalk_geo.routing.reaching import feet_per_mm
from norwalk_geo.routing.search import arcs_of, limit_ms, search
from norwalk_geo.routing.stretches import stretches
from norwalk_geo.routing.ways import CLOSED, Ways

if TYPE_CHECKING:
    from norwalk_geo.schema import Isochrones

__all__ = ["isochrones", "reached"]

_Shares = npt.NDArray[np.float64]


def _origin(ways: Ways, node_id: str) -> npt.NDArray[np.int64]:
    """Find the number of a node."""
    if node_id not in ways.nodes.index:
        remedy = nearest(node_id, list(ways.nodes.index[:1000]))
        problem = Problem("origin", f"{node_id!r} is no node", remedy=remedy)
        raise ConfigError.of("isochrones", [problem])
    return np.array([ways.nodes.index.get_loc(node_id)], dtype="int64")


def _share(
    left: npt.NDArray[np.int64], cost: npt.NDArray[np.int64], came: npt.NDArray[np.bool_]
) -> _Shares:
    """Find the share of each link that is travelled in the time left at one end."""
    goes = came & (cost != CLOSED)
    part = np.where(cost > 0, left / np.maximum(cost, 1), 1.0)
    return np.where(goes, np.clip(part, 0.0, 1.0), 0.0)


def reached(ways: Ways, origin: str, *, limit_min: float) -> gpd.GeoDataFrame:
    """
    Find the stretches that a traveller gets to within a limit.

    Parameters
    ----------
    ways
        The network.
    origin
        Node where all ways begin.
    limit_min
        Longest way, in minutes.

    Returns
    -------
    stretches
        One row a stretch: `edge_id`, `length_ft`, `is_unknown`, traveller, policy and the line. An
        edge that is reached from both ends but not in the middle has two; what is reached twice
        counts once.

    Raises
    ------
    ConfigError
        No such node, or the limit is no time.
    """
    limit = limit_ms(limit_min)
    one = np.zeros(1, dtype="int64")
    dist = next(search(arcs_of(ways, toward=False), _origin(ways, origin), one, limit))
    links = ways.links
    shares = []
    for node, way in (("start", "forward"), ("end", "backward")):
        far = dist[links[node].to_numpy("int64")]
        cost = links[f"{way}_ms"].to_numpy("int64")
        shares.append(_share(limit - far, cost, far >= 0))
    whole = shares[0] + shares[1] >= 1
    cuts = [(whole, np.zeros(len(links)), np.ones(len(links)), shares[0] > 0)]
    cuts.append((~whole & (shares[0] > 0), np.zeros(len(links)), shares[0], shares[0] > 0))
    cuts.append((~whole & (shares[1] > 0), 1 - shares[1], np.ones(len(links)), shares[0] < 0))
    feet = feet_per_mm(ways)
    tables = []
    for kept, begin, stop, forward in cuts:
        rows = np.flatnonzero(kept)
        part = links.iloc[rows]
        lines = stretches(part.geometry.to_numpy(), begin[rows], stop[rows])
        unsure = np.where(forward[rows], part["forward_unknown"], part["backward_unknown"])
        length = part["length_mm"].to_numpy() * feet * (stop - begin)[rows]
        cells = {"edge_id": part["edge_id"].to_numpy(), "length_ft": length, "is_unknown": unsure}
        tables.append(gpd.GeoDataFrame(cells, geometry=lines, crs=links.crs))
    every = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=links.crs)
    return every.assign(profile=ways.profile, unknowns=ways.unknowns)


def isochrones(
    ways: Ways, origins: Sequence[str], limits_min: Sequence[float], *, width_ft: float = 100.0
) -> Isochrones:
    """
    Draw the areas that a traveller gets to within limits.

    An area is the surroundings of the stretches that are reached, so that a block without a way
    through it stays a hole, and the far side of a river is not in it. It is no hull.

    Parameters
    ----------
    ways
        The network.
    origins
        Nodes where ways begin.
    limits_min
        Longest ways, in minutes.
    width_ft
        Distance from the ways to the edge of the area, in feet.

    Returns
    -------
    isochrones
        One row an origin and limit. An origin from which nobody gets away is a circle.

    Raises
    ------
    ConfigError
        No such node, a limit is no time, or the width is not above zero.
    """
    if not width_ft > 0:
        problem = Problem("width_ft", f"is {width_ft}", remedy="Give feet above zero.")
        raise ConfigError.of("isochrones", [problem])
    feet = feet_per_unit(ways.links.crs)
    rows, shapes = [], []
    for origin in origins:
        point = ways.nodes.geometry.iloc[_origin(ways, origin)[0]]
        for limit in limits_min:
            part = reached(ways, origin, limit_min=limit)
            around = shapely.buffer([*part.geometry, point], width_ft / feet, quad_segs=6)
            area = shapely.union_all(around)
            unsure = float(part.loc[part["is_unknown"].astype("bool"), "length_ft"].sum())
            rows.append((origin, limit, float(part["length_ft"].sum()), unsure))
            shapes.append(area)
    names = ["origin_id", "limit_min", "reached_ft", "unknown_ft"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=names), geometry=shapes, crs=ways.links.crs)
    frame = frame.assign(
        width_ft=width_ft,
        area_sf=frame.area * feet**2,
        profile=ways.profile,
        unknowns=ways.unknowns,
    )
    return schema.check(frame, "isochrones")
