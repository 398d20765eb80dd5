"""A sidewalk graph where a city has only lines of streets: inferred, and marked so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.legs import legs
from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Edges

__all__ = ["inferred_edges"]

_Shapes = npt.NDArray[np.object_]
_ASIDE_FT, _WIDTH_FT, _LEAST_LEGS, _CIRCLE = 6.0, 36.0, 3, 360.0
# How much of the line beside a street is drawn between its corners.
_DRAWN = (0.25, 0.5, 0.75)


def _corners(ends: pd.DataFrame, streets: Network, half: pd.Series) -> pd.DataFrame:
    """Place a corner clockwise of each leg; a dead end has one, in its node."""
    count = ends.groupby("node_id")["rank"].transform("size")
    after = ends.groupby("node_id")["bearing"].shift(-1)
    first = ends.groupby("node_id")["bearing"].transform("first") + _CIRCLE
    middle = np.radians((ends["bearing"] + after.fillna(first)) / 2)
    aside = ends["section_id"].map(half).astype("float64").groupby(ends["node_id"]).transform("max")
    out = np.where(count.gt(1), aside / feet_per_unit(streets.sections.crs), 0.0)
    at = streets.nodes.geometry.reindex(ends["node_id"])
    points = shapely.points(
        at.x.to_numpy() + out * np.sin(middle), at.y.to_numpy() + out * np.cos(middle)
    )
    corner = ends["node_id"] + "-" + ends["rank"].astype("str")
    before = ends["rank"].where(ends["rank"].gt(1), count + 1) - 1
    other = ends["node_id"] + "-" + before.astype("str")
    return ends.assign(right=corner, left=other, point=points, legs=count)


def _beside(
    shapes: _Shapes, start: _Shapes, stop: _Shapes, aside: npt.NDArray[np.float64]
) -> _Shapes:
    """Draw lines beside streets between two corners."""
    ahead = [shapely.line_interpolate_point(shapes, share, normalized=True) for share in _DRAWN]
    step = [
        shapely.line_interpolate_point(shapes, share + 0.01, normalized=True) for share in _DRAWN
    ]
    points = [np.stack([shapely.get_x(start), shapely.get_y(start)], axis=1)]
    for one, other in zip(ahead, step, strict=True):
        x, y = shapely.get_x(one), shapely.get_y(one)
        dx, dy = shapely.get_x(other) - x, shapely.get_y(other) - y
        size = np.hypot(dx, dy)
        points.append(np.stack([x + aside * dy / size, y - aside * dx / size], axis=1))
    points.append(np.stack([shapely.get_x(stop), shapely.get_y(stop)], axis=1))
    lines: _Shapes = shapely.linestrings(np.stack(points, axis=1))
    return lines


def _sides(streets: Network, corners: pd.DataFrame, half: pd.Series) -> gpd.GeoDataFrame:
    """Draw a walk on each side of each street that may have one."""
    sections = streets.sections
    at = corners.drop_duplicates("right").set_index("right")["point"]
    keys = corners.drop_duplicates(["section_id", "node_id"]).set_index(["section_id", "node_id"])
    begin = keys.reindex(pd.MultiIndex.from_arrays([sections.index, sections["from_node"]]))
    end = keys.reindex(pd.MultiIndex.from_arrays([sections.index, sections["to_node"]]))
    said = column(sections, "sidewalk", None).astype("str")
    unit = feet_per_unit(sections.crs)
    tables = []
    # To the right of the line is clockwise of its first leg and counterclockwise of its last.
    for side, sign, one, other in (
        ("right", 1.0, begin["right"], end["left"]),
        ("left", -1.0, begin["left"], end["right"]),
    ):
        has = (said.isna() | said.isin([side, "both"])).to_numpy()
        has = has & sections["from_node"].ne(sections["to_node"]).to_numpy()
        start, stop = at.reindex(one).to_numpy()[has], at.reindex(other).to_numpy()[has]
        aside = sign * half.to_numpy()[has] / unit
        lines = _beside(sections.geometry.to_numpy()[has], start, stop, aside)
        cells = {"from_node": one.to_numpy()[has], "to_node": other.to_numpy()[has], "kind": "walk"}
        ids = sections.index[has].astype("str") + f":{side}"
        tables.append(gpd.GeoDataFrame(cells, index=ids, geometry=lines, crs=sections.crs))
    return gpd.GeoDataFrame(pd.concat(tables))


def _crossings(streets: Network, corners: pd.DataFrame) -> gpd.GeoDataFrame:
    """Draw a crossing over each leg of an intersection."""
    at = corners.drop_duplicates("right").set_index("right")["point"]
    over = corners[corners["legs"].ge(_LEAST_LEGS)]
    start, stop = at.reindex(over["left"]).to_numpy(), at.reindex(over["right"]).to_numpy()
    ends = [np.stack([shapely.get_x(one), shapely.get_y(one)], axis=1) for one in (start, stop)]
    cells = {"from_node": over["left"], "to_node": over["right"], "kind": "crossing"}
    ids = over["node_id"] + ":" + over["rank"].astype("str")
    frame = gpd.GeoDataFrame(
        pd.DataFrame(cells).set_axis(ids),
        geometry=shapely.linestrings(np.stack(ends, axis=1)),
        crs=streets.sections.crs,
    )
    return frame[frame["from_node"].ne(frame["to_node"])]


def inferred_edges(streets: Network) -> Edges:
    """
    Infer sidewalks and crossings from lines of streets.

    A walk is drawn on each side of every section, and a crossing over each leg of every node where
    three or more sections meet. Nothing of it was surveyed: whether there is a walk at all, its
    width, slope and ramps are not known, so that a wheelchair's way over it is unknown.

    Parameters
    ----------
    streets
        Nodes and sections. `sidewalk` (`no`, `left`, `right`, `both`) leaves out the sides that
        are known to have none; `width_ft` says how far apart the sides are, 36 ft where missing.

    Returns
    -------
    edges
        `SECTION:left`, `SECTION:right` and `NODE:LEG`, all with `is_inferred`. Where two sections
        meet without an intersection the sides go on, and nobody crosses; around a dead end one
        gets from side to side. Sections that begin and end in one node are left out.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> edges = inferred_edges(towns.town().streets)
    >>> bool(edges["is_inferred"].all()), sorted(set(edges["kind"]))
    (True, ['crossing', 'walk'])
    """
    sections = streets.sections
    width = column(sections, "width_ft", np.nan).astype("float64").fillna(_WIDTH_FT)
    half = width / 2 + _ASIDE_FT
    corners = _corners(legs(streets), streets, half)
    both = pd.concat([_sides(streets, corners, half), _crossings(streets, corners)])
    shapes = gpd.GeoDataFrame(both, crs=sections.crs).rename_axis("edge_id")
    return gpd.GeoDataFrame(schema.check(shapes.assign(is_inferred=True), "edges"))
