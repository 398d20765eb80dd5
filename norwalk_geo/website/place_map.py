"""A picture of the ways around a site, drawn as the page is written: no script, prints."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from norwalk_geo.network.model import feet_per_unit

__all__ = ["picture"]

_SIZE, _MARGIN_FT = 640, 400.0
_LEAST_FT = 2_000.0


def _path(shape: Any, corner: tuple[float, float], scale: float) -> str:  # noqa: ANN401
    """Write a shape as a path of the picture."""
    parts = []
    for line in shapely.get_parts(
        shapely.boundary(shape) if shape.geom_type.endswith("gon") else shape
    ):
        points = shapely.get_coordinates(line)
        x = (points[:, 0] - corner[0]) * scale
        y = _SIZE - (points[:, 1] - corner[1]) * scale
        steps = " ".join(f"{a:.0f},{b:.0f}" for a, b in zip(x, y, strict=True))
        parts.append(f"M{steps}")
    return "".join(parts)


def picture(
    edges: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, doors: gpd.GeoDataFrame
) -> dict[str, Any]:
    """
    Draw the streets around a site and how far one gets on foot.

    Parameters
    ----------
    edges
        Streets and walks.
    areas
        Isochrones of the site on foot, with `limit_min`; none where nobody gets there.
    doors
        Entrances, boundary or point at which it is reached.

    Returns
    -------
    picture
        Paths in the units of the picture, north up, and the scale.
    """
    feet = feet_per_unit(edges.crs)
    shapes = [*doors.geometry, *areas.geometry]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    half = max(east - west, north - south, _LEAST_FT / feet) / 2 + _MARGIN_FT / feet
    corner = ((west + east) / 2 - half, (south + north) / 2 - half)
    scale = _SIZE / (2 * half)
    box = shapely.box(*corner, corner[0] + 2 * half, corner[1] + 2 * half)
    near = shapely.intersection(edges.geometry.to_numpy(), box)
    lines = [one for one in near if not one.is_empty and one.geom_type.endswith("String")]
    ordered = areas.sort_values("limit_min", ascending=False)
    rings = zip(ordered["limit_min"], ordered.geometry, strict=True)
    return {
        "size": _SIZE,
        "streets": "".join(_path(line, corner, scale) for line in lines),
        "areas": [
            {"limit": f"{limit:g}", "path": _path(shape, corner, scale)} for limit, shape in rings
        ],
        "marks": [
            {
                "x": round((point.x - corner[0]) * scale),
                "y": round(_SIZE - (point.y - corner[1]) * scale),
            }
            for point in doors.geometry
            if point.geom_type == "Point"
        ],
        "edge": "".join(
            _path(shape, corner, scale) for shape in doors.geometry if shape.geom_type != "Point"
        ),
        "feet": 1000,
        "bar": round(1000 / feet * scale),
    }
