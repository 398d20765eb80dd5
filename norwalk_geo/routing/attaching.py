"""Lines cut where points are joined to them, each cut a node of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges

__all__ = ["attach"]

_Shapes = npt.NDArray[np.object_]


def _nearest(edges: Edges, points: _Shapes, reach: float) -> pd.DataFrame:
    """Find the line that each point is nearest to, and how far along."""
    lines = edges.geometry.to_numpy()
    point, line = shapely.STRtree(lines).query_nearest(points, max_distance=reach)
    found = pd.DataFrame({"point": point, "line": line, "id": edges.index.to_numpy()[line]})
    # Of lines equally near, the first id: the order of rows decides nothing.
    found = found.sort_values(["point", "id"], kind="stable").drop_duplicates("point")
    row = found["line"].to_numpy()
    along = shapely.line_locate_point(lines[row], points[found["point"].to_numpy()])
    return found.assign(along=along, length=shapely.length(lines[row]))


def _named(edges: Edges, found: pd.DataFrame, reach: float) -> pd.DataFrame:
    """Take the node at an end where a point is near it, else a new one; near points share one."""
    found = found.sort_values(["line", "along", "point"], kind="stable")
    near = np.minimum(reach, found["length"] / 2)
    at_first, at_last = found["along"] <= near, found["length"] - found["along"] < near
    inner = ~at_first & ~at_last
    row = found["line"].to_numpy()
    begins = found["line"].ne(found["line"].shift()) | found["along"].diff().gt(reach)
    place = begins.cumsum()
    first = found[inner].groupby(place[inner])["along"].transform("first")
    found["along"] = first.reindex(found.index).fillna(found["along"])
    number = found[inner].groupby("line")["along"].rank(method="dense").astype("int64")
    new = (
        found["id"].astype("str") + "/" + number.reindex(found.index).astype("Int64").astype("str")
    )
    ends = edges["from_node"].to_numpy()[row], edges["to_node"].to_numpy()[row]
    found["node"] = np.select([at_first, at_last], ends, new)
    return found.assign(is_cut=inner)


def _pieces(edges: Edges, cuts: pd.DataFrame) -> Edges:
    """Cut each line at its new nodes; pieces are `ID-1`, `ID-2` … in the order drawn."""
    parts, whole = [], np.ones(len(edges), dtype=bool)
    for line, own in cuts.groupby("line", sort=True):
        row = int(str(line))
        whole[row] = False
        edge, shape = edges.iloc[[row]], edges.geometry.iloc[row]
        stops = [0.0, *own["along"], float(shape.length)]
        nodes = [edge["from_node"].iloc[0], *own["node"], edge["to_node"].iloc[0]]
        size = len(own) + 1
        part = edge.iloc[np.zeros(size, dtype="int64")].assign(
            from_node=nodes[:-1],
            to_node=nodes[1:],
            geometry=[substring(shape, *stops[each : each + 2]) for each in range(size)],
        )
        part.index = pd.Index([f"{edge.index[0]}-{each + 1}" for each in range(size)])
        parts.append(part)
    if not parts:
        return edges
    return gpd.GeoDataFrame(pd.concat([edges[whole], *parts]), crs=edges.crs).rename_axis("edge_id")


def attach(edges: Edges, points: _Shapes, *, far: float, same: float) -> tuple[Edges, pd.Series]:
    """
    Join points to the nearest lines.

    Parameters
    ----------
    edges
        Lines with `from_node` and `to_node`.
    points
        Points in the system of the lines.
    far
        A line is joined up to this distance, in units of the system.
    same
        A point whose place on the line is this near to an end, or to the place of another point,
        shares its node.

    Returns
    -------
    edges, node
        Lines cut at the places, and the node of each point; missing where no line is near.
    """
    none = pd.Series(None, index=range(len(points)), dtype="str")
    if not len(points) or edges.empty:
        return edges, none
    found = _named(edges, _nearest(edges, points, far), same)
    cuts = found[found["is_cut"]].drop_duplicates(["line", "along"])
    node = found.set_index("point")["node"].astype("str").reindex(none.index)
    return _pieces(edges, cuts), node
