"""What lies over the streets: zones, districts, routes and points put on sections, sums kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import CrsError, Problem
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["count_points", "largest", "overlay"]

_TINY_FT = 0.01
_STEP_FT = 10.0


def _alike(sections: Sections, layer: gpd.GeoDataFrame) -> None:
    """Refuse a layer in another system."""
    if layer.crs is None or layer.crs != sections.crs:
        remedy = "Convert it with to_crs, or import it with norwalk import."
        problem = Problem("geometry", "is not in the system of the sections", remedy=remedy)
        raise CrsError.of("layer", [problem])


def _by_area(sections: Sections, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure what of each section lies in each area."""
    lines, areas = sections.geometry.to_numpy(), layer.geometry.to_numpy()
    row, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[row], areas[area]))
    return pd.DataFrame({"row": row, "part": area, "length": inside})


def _by_line(sections: Sections, layer: gpd.GeoDataFrame, reach: float) -> pd.DataFrame:
    """Measure what of each section runs along each line."""
    lines, routes = sections.geometry.to_numpy(), layer.geometry.to_numpy()
    length = shapely.length(lines)
    step = _STEP_FT / feet_per_unit(sections.crs)
    count = np.maximum(np.ceil(length / step), 3).astype("int64")
    row = np.repeat(np.arange(len(lines)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(lines[row], (place + 0.5) / count[row], normalized=True)
    point, route = shapely.STRtree(routes).query(points, predicate="dwithin", distance=reach)
    hits = pd.DataFrame({"row": row[point], "part": route})
    counted = hits.groupby(["row", "part"]).size().rename("hits").reset_index()
    counted["length"] = counted["hits"] / count[counted["row"]] * length[counted["row"]]
    return counted[["row", "part", "length"]]


def overlay(
    sections: Sections, layer: gpd.GeoDataFrame, *, near_ft: float = 30.0, least: float = 0.0
) -> pd.DataFrame:
    """
    Measure how much of each section lies in each area, or along each line, of a layer.

    Parameters
    ----------
    sections
        Lines in a projected system.
    layer
        Areas (zones, districts, tracts) or lines (bus, truck and school routes) in the same system;
        its index names them.
    near_ft
        A section runs along a line that is this near, in feet. A street that crosses a route does
        not run along it: see `least`.
    least
        Smallest share of a section that counts.

    Returns
    -------
    shares
        By section and part of the layer: `length_ft`, and `share` of the section. Areas that do not
        overlap never sum to more than the section; what lies in none is in no row.

    Raises
    ------
    CrsError
        The layer is in another system.
    """
    _alike(sections, layer)
    feet = feet_per_unit(sections.crs)
    is_area = layer.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    found = _by_area(sections, layer) if is_area else _by_line(sections, layer, near_ft / feet)
    length = shapely.length(sections.geometry.to_numpy())
    found["length_ft"] = found["length"] * feet
    found["share"] = found["length"] / length[found["row"]]
    found = found[(found["length_ft"] > _TINY_FT) & (found["share"] >= least)]
    found = found.sort_values(["row", "part"], kind="stable")
    index = pd.MultiIndex.from_arrays(
        [sections.index[found["row"]], layer.index[found["part"]]],
        names=["section_id", layer.index.name or "part"],
    )
    return found[["length_ft", "share"]].set_axis(index)


def largest(shares: pd.DataFrame) -> pd.Series:
    """
    Name the part of a layer that most of each section lies in.

    Parameters
    ----------
    shares
        As `overlay` gives it.

    Returns
    -------
    part
        By section; of equal shares the first by name. Sections in no part are not listed.
    """
    section, part = (str(name) for name in shares.index.names)
    flat = shares.reset_index().sort_values(["share", part], ascending=[False, True], kind="stable")
    first = flat.drop_duplicates(section).set_index(section).sort_index(kind="stable")
    return pd.Series(first[part])


def count_points(
    sections: Sections, points: gpd.GeoDataFrame, *, near_ft: float = 100.0
) -> pd.Series:
    """
    Count points, such as collisions, on the sections that they are nearest to.

    Parameters
    ----------
    sections
        Lines in a projected system.
    points
        Points in the same system.
    near_ft
        A point farther from every section is on none, in feet.

    Returns
    -------
    count
        Aligned to `sections`. A point as near to several sections, such as one at an intersection,
        is shared among them, so that the sum is the number of points that are near.

    Raises
    ------
    CrsError
        The points are in another system.
    """
    _alike(sections, points)
    reach = near_ft / feet_per_unit(sections.crs)
    shapes, places = sections.geometry.to_numpy(), points.geometry.to_numpy()
    point, row = shapely.STRtree(shapes).query(places, predicate="dwithin", distance=reach)
    apart = shapely.distance(places[point], shapes[row]).round(6)
    near = pd.DataFrame({"point": point, "row": row, "apart": apart})
    near = near[near["apart"].eq(near.groupby("point")["apart"].transform("min"))]
    share = 1.0 / near.groupby("point")["row"].transform("size")
    count = share.groupby(near["row"]).sum().reindex(np.arange(len(sections)), fill_value=0.0)
    return pd.Series(count.to_numpy(), index=sections.index, name="count")
