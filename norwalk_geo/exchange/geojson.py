"""What exports of sidewalk networks share: nodes with their places, and GeoJSON in degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges

__all__ = ["DEGREES", "collection", "ends", "fitted", "known"]

DEGREES = "EPSG:4326"
_DECIMALS = 7


def ends(edges: Edges) -> gpd.GeoSeries:
    """
    Place the nodes where edges end.

    Parameters
    ----------
    edges
        Edges with `from_node` and `to_node`.

    Returns
    -------
    nodes
        Points by `node_id`, in the order of ids; of several points the first by edge.
    """
    ordered = edges.sort_index(kind="stable")
    shapes = ordered.geometry.to_numpy()
    both = np.concatenate([ordered["from_node"].to_numpy(), ordered["to_node"].to_numpy()])
    points = np.concatenate([shapely.get_point(shapes, place) for place in (0, -1)])
    found = pd.Series(points, index=pd.Index(both, name="node_id", dtype="str"))
    first = found[~found.index.duplicated()].sort_index(kind="stable")
    return gpd.GeoSeries(first, crs=edges.crs)


def fitted(edges: Edges, nodes: gpd.GeoSeries) -> gpd.GeoSeries:
    """
    Draw edges from node to node: their ends are where the nodes are, to the last digit.

    Parameters
    ----------
    edges
        Edges with `from_node` and `to_node`, which may end within a tolerance of their nodes.
    nodes
        Points by `node_id`.

    Returns
    -------
    lines
        Aligned to the edges; only first and last points differ from what was drawn.
    """
    points, row = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    for name, side in (("from_node", 1), ("to_node", -1)):
        last = np.flatnonzero(np.diff(row, prepend=-1) if side > 0 else np.diff(row, append=-1))
        points[last] = shapely.get_coordinates(nodes.reindex(edges[name]).to_numpy())
    return gpd.GeoSeries(shapely.linestrings(points, indices=row), index=edges.index, crs=edges.crs)


def known(cells: Mapping[str, Any]) -> dict[str, Any]:
    """
    Take what is known of a feature.

    Parameters
    ----------
    cells
        Values by name.

    Returns
    -------
    known
        Without what is missing, as JSON knows it.
    """
    found = {}
    for name, value in cells.items():
        if isinstance(value, list | dict):
            found[name] = value
        elif not pd.isna(value):
            found[name] = value.item() if isinstance(value, np.generic) else value
    return found


def collection(
    shapes: gpd.GeoSeries, properties: list[dict[str, Any]], **head: object
) -> dict[str, Any]:
    """
    Put features together.

    Parameters
    ----------
    shapes
        Geometry of each feature, in any system.
    properties
        Properties of each.
    **head
        What stands beside the features.

    Returns
    -------
    collection
        GeoJSON in WGS 84, to seven decimals (about a centimeter).
    """
    placed = shapes.to_crs(DEGREES)
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": shape.geom_type,
                "coordinates": _rounded(shape),
            },
            "properties": own,
        }
        for shape, own in zip(placed, properties, strict=True)
    ]
    return {**head, "type": "FeatureCollection", "features": features}


def _rounded(shape: shapely.Geometry) -> list[Any]:
    """Write the coordinates of a point or a line."""
    points = [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in shape.coords]
    return points[0] if shape.geom_type == "Point" else points
