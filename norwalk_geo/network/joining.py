"""Lines that end in one place are joined there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from norwalk_geo import schema
from norwalk_geo.network.ids import node_ids
from norwalk_geo.network.model import Network, feet_per_unit, levels

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["build", "ends", "groups"]


def ends(sections: Sections) -> pd.DataFrame:
    """
    List both ends of each section.

    Parameters
    ----------
    sections
        Lines; levels that are not given are zero.

    Returns
    -------
    ends
        `x`, `y` and `level`: all first points, then all last points.
    """
    shapes = sections.geometry.to_numpy()
    points = np.concatenate([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)])
    level = np.concatenate(levels(sections))
    return pd.DataFrame({"x": shapely.get_x(points), "y": shapely.get_y(points), "level": level})


def groups(points: pd.DataFrame, reach: float) -> npt.NDArray[np.int64]:
    """
    Number the places that points stand for.

    Parameters
    ----------
    points
        `x`, `y` and `level`.
    reach
        Points on one level this near, directly or through others, are one place.

    Returns
    -------
    group
        Number of each point's place.
    """
    # Most ends coincide exactly: only different points are searched for neighbors.
    apart = points.groupby(["x", "y", "level"], sort=False).ngroup().to_numpy()
    first = points[["x", "y", "level"]].drop_duplicates()
    # Levels are set far apart, so that one tree search serves all of them.
    spread = first["level"].to_numpy() * (1e7 + 10 * reach)
    tree = cKDTree(np.column_stack([first["x"], first["y"], spread]))
    pairs = tree.query_pairs(reach, output_type="ndarray")
    size = len(first)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, group = connected_components(links, directed=False)
    return np.asarray(group[apart], dtype="int64")


def build(sections: Sections, *, snap_ft: float = 1.0) -> Network:
    """
    Join sections at their ends.

    Ends on the same level and within the tolerance of each other, directly or through others, are
    one node. Sections are not split or merged.

    Parameters
    ----------
    sections
        Lines in a projected system. Levels that are not given are zero.
    snap_ft
        Ends this near are the same place, in feet.

    Returns
    -------
    network
        Nodes, and the same sections in the same order with `from_node` and `to_node`.
    """
    schema.require(sections, "sections", "geometry")
    feet = feet_per_unit(sections.crs)
    found = ends(sections)
    group = groups(found, snap_ft / feet)
    # In the order of place, not of rows: sums of floats depend on their order.
    order = np.lexsort((found["y"], found["x"]))
    places = (
        found.iloc[order]
        .groupby(group[order])
        .agg(x=("x", "mean"), y=("y", "mean"), level=("level", "first"), degree=("x", "size"))
    )
    ids = node_ids(places, feet)
    nodes = gpd.GeoDataFrame(
        {"node_id": ids, "degree": places["degree"], "level": places["level"]},
        geometry=gpd.points_from_xy(places["x"], places["y"]),
        crs=sections.crs,
    )
    half = len(sections)
    joined = sections.assign(
        from_node=ids.to_numpy()[group[:half]], to_node=ids.to_numpy()[group[half:]]
    )
    ordered = nodes.sort_values("node_id", kind="stable")
    return Network(schema.check(ordered, "nodes"), joined)
