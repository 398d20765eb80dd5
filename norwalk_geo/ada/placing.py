"""Which street corner a ramp stands at, and which sections meet there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from norwalk_geo.errors import CrsError, Problem
from norwalk_geo.network.legs import bearings, legs
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    import geopandas as gpd
    from pandas import DataFrame

    from norwalk_geo.network import Network

__all__ = ["Places", "place"]

NODE_REACH_FT, STREET_REACH_FT = 100.0, 100.0
_CIRCLE = 360.0


@dataclass(frozen=True)
class Places:
    """
    Where ramps stand.

    Parameters
    ----------
    corner
        By ramp: the corner; missing where no street is near.
    links
        Sections at a corner: `corner_id` and `section_id`, one row a pair.
    """

    corner: pd.Series
    links: DataFrame


def _at_nodes(points: gpd.GeoSeries, streets: Network, feet: float) -> DataFrame:
    """Place ramps near a node between the two legs around them."""
    nodes = streets.nodes.geometry
    tree = shapely.STRtree(nodes.to_numpy())
    ramp, node = tree.query_nearest(
        points.to_numpy(), max_distance=NODE_REACH_FT / feet, all_matches=False
    )
    at, here = points.to_numpy()[ramp], nodes.to_numpy()[node]
    bearing = bearings(
        shapely.get_x(at) - shapely.get_x(here), shapely.get_y(at) - shapely.get_y(here)
    )
    found = pd.DataFrame(
        {"ramp_id": points.index[ramp], "node_id": nodes.index[node], "ramp": bearing}
    )
    pairs = found.merge(legs(streets), on="node_id")
    pairs["before"] = (pairs["ramp"] - pairs["bearing"]) % _CIRCLE
    pairs["after"] = (pairs["bearing"] - pairs["ramp"]) % _CIRCLE
    groups = pairs.groupby("ramp_id", sort=False)
    left = pairs.loc[groups["before"].idxmin()].set_index("ramp_id")
    right = pairs.loc[groups["after"].idxmin()].set_index("ramp_id")
    corner = left["node_id"].astype("str") + "-" + left["rank"].astype("str")
    return pd.DataFrame(
        {"corner_id": corner, "left": left["section_id"], "right": right["section_id"]}
    )


def _at_streets(points: gpd.GeoSeries, streets: Network, feet: float) -> DataFrame:
    """Place ramps between intersections at the section that is nearest, each on its own."""
    sections = streets.sections.geometry
    tree = shapely.STRtree(sections.to_numpy())
    ramp, section = tree.query_nearest(
        points.to_numpy(), max_distance=STREET_REACH_FT / feet, all_matches=False
    )
    ids, name = points.index[ramp], sections.index[section]
    corner = (
        pd.Series(name, index=ids).astype("str") + "-" + pd.Series(ids, index=ids).astype("str")
    )
    return pd.DataFrame({"corner_id": corner, "left": name, "right": name}, index=ids)


def place(points: gpd.GeoSeries, streets: Network, given: pd.Series) -> Places:
    """
    Find the corner of each ramp.

    Parameters
    ----------
    points
        Ramps.
    streets
        Nodes and sections of the city.
    given
        By ramp: the corner that the city names; missing to find it. A given corner keeps its name,
        and the sections around it come from its ramps.

    Returns
    -------
    places
        A ramp within 100 ft of a node stands at the corner between the two sections around it,
        named by the node and its place around it, clockwise from north; else a ramp within 100 ft
        of a section stands at a corner of its own there; others have none, unless one is given.

    Raises
    ------
    CrsError
        Ramps and streets are in different systems.
    """
    if points.crs is None or points.crs != streets.sections.crs:
        remedy = "Import them with norwalk import, which converts them."
        problem = Problem("geometry", "is not in the system of the sections", remedy=remedy)
        raise CrsError.of("ramps", [problem])
    feet = feet_per_unit(points.crs)
    near = _at_nodes(points, streets, feet)
    others = points[~points.index.isin(near.index)]
    found = pd.concat([near, _at_streets(others, streets, feet)]).reindex(points.index)
    corner = given.where(given.notna(), found["corner_id"])
    pairs = pd.concat(
        [
            pd.DataFrame({"corner_id": corner, "section_id": found[side]})
            for side in ("left", "right")
        ]
    )
    links = pairs.dropna().drop_duplicates().sort_values(["corner_id", "section_id"])
    return Places(corner.rename("corner_id"), links.reset_index(drop=True))
