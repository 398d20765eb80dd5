"""Which sections leave a node, and in which direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.model import Network, feet_per_unit

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["bearings", "legs"]

Values: TypeAlias = npt.NDArray[np.float64]
# How far from a node the direction of a street is taken.
_SIGHT_FT = 60.0
_CIRCLE = 360.0


def bearings(dx: Values, dy: Values) -> Values:
    """
    Turn steps into directions.

    Parameters
    ----------
    dx, dy
        Steps east and north.

    Returns
    -------
    bearings
        Degrees clockwise from north, below 360.
    """
    bearing: Values = np.degrees(np.arctan2(dx, dy)) % _CIRCLE
    return bearing


def legs(streets: Network) -> DataFrame:
    """
    List every end of a section at a node.

    Parameters
    ----------
    streets
        Nodes and sections.

    Returns
    -------
    legs
        One row an end: `node_id`, `section_id`, `bearing` in degrees, taken 60 ft from the node,
        and `rank` around the node from 1, clockwise from north.
    """
    sections, nodes = streets.sections, streets.nodes
    schema.require(sections, "sections", "from_node", "to_node", "geometry")
    lines = sections.geometry.to_numpy()
    sight = np.minimum(_SIGHT_FT / feet_per_unit(sections.crs), shapely.length(lines) / 2)
    tables = []
    for end, step in (("from_node", sight), ("to_node", -sight)):
        start = nodes.geometry.reindex(sections[end]).to_numpy()
        seen = shapely.line_interpolate_point(lines, step)
        dx = shapely.get_x(seen) - shapely.get_x(start)
        dy = shapely.get_y(seen) - shapely.get_y(start)
        cells = {"node_id": sections[end].to_numpy(), "section_id": sections.index}
        tables.append(pd.DataFrame(cells | {"bearing": bearings(dx, dy)}))
    found = pd.concat(tables, ignore_index=True)
    found = found.sort_values(["node_id", "bearing", "section_id"], kind="stable")
    found["rank"] = found.groupby("node_id").cumcount() + 1
    return found.reset_index(drop=True)
