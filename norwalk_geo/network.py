"""
Streets as two tables that are only true together: nodes and sections.

Centreline miles are drawn lengths; a street drawn twice counts half each; only the city's own share
counts. Everything is in the city's projected system, which is checked and never converted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from norwalk_geo import schema
from norwalk_geo.errors import CrsError, Problem

if TYPE_CHECKING:
    import networkx as nx

    from norwalk_geo.schema import Nodes, Sections

__all__ = ["Network", "build", "check_crs", "measure", "section_ids", "to_graph"]

FEET_PER_MILE = 5280
SQUARE_FEET_PER_SQUARE_YARD = 9
METERS_PER_FOOT = 0.3048
# Two of the world's feet differ by two parts in a million: a unit this near to 0.3048 m is a foot.
_FOOT_TOLERANCE = 1e-5
_MARGIN = 0.25
_LONG_NAME = 40


@dataclass(frozen=True)
class Network:
    """
    Streets of a city.

    Parameters
    ----------
    nodes
        Intersections and dead ends.
    sections
        Stretches of street, each with `from_node` and `to_node`.
    """

    nodes: Nodes
    sections: Sections


def _feet_per_unit(crs: CRS) -> float:
    """Feet in one unit of a projected system: its own foot counts as one."""
    meters = float(crs.axis_info[0].unit_conversion_factor)
    is_foot = abs(meters - METERS_PER_FOOT) < _FOOT_TOLERANCE
    return 1.0 if is_foot else meters / METERS_PER_FOOT


def _known_crs(crs: str) -> CRS:
    """Read the name of a coordinate system, which must be projected in feet or metres."""
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        remedy = "Use a code such as EPSG:2229."
        raise CrsError.of("city.crs", [Problem(crs, "is no known system", remedy=remedy)]) from None
    if not known.is_projected:
        remedy = "Choose a projected system in feet or metres, such as your State Plane zone."
        raise CrsError.of("city.crs", [Problem(crs, "is in degrees", remedy=remedy)])
    return known


def check_crs(
    frame: gpd.GeoDataFrame, table: str, *, crs: str, bbox_lonlat: tuple[float, float, float, float]
) -> None:
    """
    Check that a table is in the city's system and lies in the city.

    Parameters
    ----------
    frame
        Any table with geometry; the index names its rows.
    table
        Name for the message.
    crs
        The city's system.
    bbox_lonlat
        West, south, east and north of the city in degrees. A quarter of its size is allowed around.

    Raises
    ------
    CrsError
        The table has no system, another one, or rows outside the city.
    """
    city = _known_crs(crs)
    if frame.crs is None:
        remedy = f"Import it with source_crs in the mapping, or set {crs} in your GIS."
        raise CrsError.of(table, [Problem("geometry", "has no coordinate system", remedy=remedy)])
    if not CRS(frame.crs).equals(city, ignore_axis_order=True):
        found = frame.crs.to_string() if len(frame.crs.to_string()) < _LONG_NAME else frame.crs.name
        what = f"is in {found}, not in the city's {crs}"
        remedy = "Run norwalk import, which converts it."
        raise CrsError.of(table, [Problem("geometry", what, remedy=remedy)])
    if frame.empty:
        return
    west, south, east, north = bbox_lonlat
    wide, high = (east - west) * _MARGIN, (north - south) * _MARGIN
    places = shapely.centroid(frame.geometry.to_numpy())
    to_degrees = Transformer.from_crs(city, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(shapely.get_x(places), shapely.get_y(places))
    inside = (lon > west - wide) & (lon < east + wide) & (lat > south - high) & (lat < north + high)
    outside = ~inside & ~(np.isnan(lon) | np.isnan(lat))
    if not outside.any():
        return
    first = np.flatnonzero(outside)[0]
    where = (
        "far outside the earth's surface"
        if not np.isfinite(lon[first])
        else f"for example at longitude {lon[first]:.3f}, latitude {lat[first]:.3f}"
    )
    what = f"lies outside the city's bbox_lonlat, {where},"
    remedy = "Check source_crs (the wrong zone, or feet for metres), or widen bbox_lonlat."
    ids = tuple(str(i) for i in frame.index[outside])
    raise CrsError.of(table, [Problem("geometry", what, ids, remedy)])


def section_ids(lines: gpd.GeoSeries) -> pd.Series:
    """
    Make ids from shape alone, for lines that came without a key.

    An id is `s` and ten hexadecimal digits of the midpoint (to one foot) and the length (to one
    foot). The direction in which a line is drawn does not matter.

    Parameters
    ----------
    lines
        Lines in a projected system.

    Returns
    -------
    ids
        Text, aligned to `lines`.

    Examples
    --------
    >>> from shapely import LineString
    >>> there, back = LineString([(0, 0), (300, 0)]), LineString([(300, 0), (0, 0)])
    >>> ids = section_ids(gpd.GeoSeries([there, back], crs="EPSG:2229"))
    >>> ids[0] == ids[1]
    True
    """
    feet = _feet_per_unit(CRS(lines.crs))
    shapes = lines.to_numpy()
    middle = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    x = np.rint(shapely.get_x(middle) * feet)
    y = np.rint(shapely.get_y(middle) * feet)
    length = np.rint(shapely.length(shapes) * feet)
    text = [f"{a:.0f} {b:.0f} {c:.0f}" for a, b, c in zip(x, y, length, strict=True)]
    ids = ["s" + hashlib.sha256(one.encode()).hexdigest()[:10] for one in text]
    return pd.Series(ids, index=lines.index, dtype="str", name="section_id")


def measure(sections: Sections, classes: pd.DataFrame) -> pd.DataFrame:
    """
    Measure each section: length, area and the city's share.

    Parameters
    ----------
    sections
        Uses `width_ft`, `area_sy`, `carriageway`, `maintained_by` and `share_pct` where given.
    classes
        Supplies `default_width_ft` for sections without a width.

    Returns
    -------
    measures
        Aligned to `sections`: `length_ft` drawn; `city_share` from 0 to 1; `miles` and `area_sy`
        of the city's share, a street drawn twice counting half its miles on each line;
        `area_is_estimated` where the width is the class default.
    """
    feet = _feet_per_unit(CRS(sections.crs))
    length = sections.geometry.length * feet
    width = _column(sections, "width_ft", np.nan)
    default = sections["functional_class"].map(classes["default_width_ft"])
    given = _column(sections, "area_sy", np.nan)
    area = given.fillna(length * width.fillna(default) / SQUARE_FEET_PER_SQUARE_YARD)
    keeper = _column(sections, "maintained_by", "city").fillna("city")
    share = _column(sections, "share_pct", np.nan).fillna(keeper.eq("city") * 100.0) / 100
    divided = _column(sections, "carriageway", "single").eq("divided")
    return pd.DataFrame(
        {
            "length_ft": length,
            "city_share": share,
            "miles": length / FEET_PER_MILE * np.where(divided, 0.5, 1.0) * share,
            "area_sy": area * share,
            "area_is_estimated": given.isna() & width.isna(),
        },
        index=sections.index,
    )


def _column(frame: pd.DataFrame, name: str, absent: object) -> pd.Series:
    """Take a column, or one filled with what its absence means."""
    return frame[name] if name in frame else pd.Series(absent, index=frame.index, name=name)


def _ends(sections: Sections) -> pd.DataFrame:
    """List both ends of each section: x, y and level; all first points, then all last points."""
    shapes = sections.geometry.to_numpy()
    first, last = shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)
    points = np.concatenate([first, last])
    levels = [_column(sections, name, 0).fillna(0) for name in ("level_from", "level_to")]
    level = np.concatenate([values.to_numpy(dtype="int64") for values in levels])
    return pd.DataFrame({"x": shapely.get_x(points), "y": shapely.get_y(points), "level": level})


def _node_ids(places: pd.DataFrame, feet: float) -> pd.Series:
    """Make ids from place and level alone; of several in one square foot the western is first."""
    x, y = np.rint(places["x"] * feet), np.rint(places["y"] * feet)
    squares = [f"{a:.0f} {b:.0f} {c}" for a, b, c in zip(x, y, places["level"], strict=True)]
    rank = places.assign(square=squares).sort_values(["x", "y"]).groupby("square").cumcount()
    text = [
        f"{square} {n}" if n else square
        for square, n in zip(squares, rank.sort_index(), strict=True)
    ]
    return pd.Series(["n" + hashlib.sha256(t.encode()).hexdigest()[:10] for t in text], dtype="str")


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
    ends = _ends(sections)
    reach = snap_ft / _feet_per_unit(CRS(sections.crs))
    # Levels are set far apart, so that one tree search serves all of them.
    spread = ends["level"].to_numpy() * (1e7 + 10 * reach)
    tree = cKDTree(np.column_stack([ends["x"], ends["y"], spread]))
    pairs = tree.query_pairs(reach, output_type="ndarray")
    size = len(ends)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, group = connected_components(links, directed=False)
    # In the order of place, not of rows: sums of floats depend on their order.
    order = np.lexsort((ends["y"], ends["x"]))
    places = (
        ends.iloc[order]
        .groupby(group[order])
        .agg(x=("x", "mean"), y=("y", "mean"), level=("level", "first"), degree=("x", "size"))
    )
    ids = _node_ids(places, _feet_per_unit(CRS(sections.crs)))
    nodes = gpd.GeoDataFrame(
        {"node_id": ids, "degree": places["degree"], "level": places["level"]},
        geometry=gpd.points_from_xy(places["x"], places["y"]),
        crs=sections.crs,
    )
    half = size // 2
    joined = sections.assign(
        from_node=ids.to_numpy()[group[:half]], to_node=ids.to_numpy()[group[half:]]
    )
    ordered = nodes.sort_values("node_id", kind="stable")
    return Network(schema.check(ordered, "nodes"), joined)


def to_graph(network: Network) -> nx.MultiGraph:
    """
    Make a networkx graph of the streets.

    Parameters
    ----------
    network
        Nodes and sections.

    Returns
    -------
    graph
        Undirected; the key of an edge is its `section_id`, with `length_ft`; nodes have `x`, `y`.
    """
    import networkx as nx

    graph = nx.MultiGraph()
    for node_id, point in network.nodes.geometry.items():
        graph.add_node(node_id, x=point.x, y=point.y)
    sections = network.sections
    feet = sections.geometry.length * _feet_per_unit(CRS(sections.crs))
    ends = zip(sections.index, sections["from_node"], sections["to_node"], feet, strict=True)
    for section_id, start, end, length_ft in ends:
        graph.add_edge(start, end, key=section_id, length_ft=float(length_ft))
    return graph
