"""Requests on sections, and where they gather."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import network, schema
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["place"]

Requests: TypeAlias = pd.DataFrame
_WGS84 = "EPSG:4326"


def _points(requests: Requests, sections: Sections) -> npt.NDArray[np.object_]:
    """Draw the requests in the system of the streets; nothing where they have no place."""
    blank = pd.Series(np.nan, index=requests.index)
    lon, lat = requests.get("lon", blank), requests.get("lat", blank)
    shapes = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=requests.index, crs=_WGS84)
    shapes = shapes.to_crs(sections.crs)
    points = np.array(shapes.to_numpy(), dtype="object")
    points[(lon.isna() | lat.isna()).to_numpy()] = None
    return points


def _nearest(
    points: npt.NDArray[np.object_], sections: Sections, reach: float
) -> npt.NDArray[np.int64]:
    """Find the row of the nearest section within reach, the first by id of equals; −1 for none."""
    order = np.argsort(sections.index.to_numpy(), kind="stable")
    tree = shapely.STRtree(sections.geometry.to_numpy()[order])
    found = np.full(len(points), -1, dtype="int64")
    known = np.flatnonzero(~shapely.is_missing(points))
    row, near = tree.query_nearest(points[known], max_distance=reach)
    # Of equals the first in the order of ids.
    pairs = pd.DataFrame({"row": known[row], "near": near}).groupby("row")["near"].min()
    found[pairs.index.to_numpy()] = order[pairs.to_numpy()]
    return found


def _clusters(points: npt.NDArray[np.object_], reach: float, least: int) -> npt.NDArray[np.float64]:
    """Number the groups of points that are linked by steps within reach, largest first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    known = np.flatnonzero(~shapely.is_missing(points))
    number = np.full(len(points), np.nan)
    if not len(known):
        return number
    tree = shapely.STRtree(points[known])
    a, b = tree.query(points[known], predicate="dwithin", distance=reach)
    links = coo_array((np.ones(len(a), dtype="int8"), (a, b)), shape=(len(known),) * 2)
    _, group = connected_components(links, directed=False)
    size = np.bincount(group)
    first = np.full(len(size), len(known))
    np.minimum.at(first, group, np.arange(len(known)))
    ranked = [g for g in np.lexsort((first, -size)) if size[g] >= least]
    names = np.full(len(size), np.nan)
    names[ranked] = np.arange(1, len(ranked) + 1)
    number[known] = names[group]
    return number


def place(
    requests: Requests,
    sections: Sections,
    *,
    near_ft: float = 100.0,
    cluster_ft: float = 100.0,
    least: int = 5,
) -> pd.DataFrame:
    """
    Put requests on the sections that they are about, and number the clusters that they form.

    Parameters
    ----------
    requests
        Requests with a section's id, a place in degrees, or neither.
    sections
        Streets, in a projected system.
    near_ft
        A request farther from every section is on none, in feet.
    cluster_ft
        Requests within this distance of each other are in one cluster, in feet.
    least
        Requests that make a cluster.

    Returns
    -------
    placed_requests
        Aligned to `requests`. An id that `sections` has comes before a place; clusters are numbered
        from the largest.

    Raises
    ------
    CrsError
        The sections have no projected system.
    SchemaError
        There are no sections, or an id stands for two of them.

    Examples
    --------
    >>> import norwalk_geo as ng
    >>> streets = ng.towns.town("town", seed=1).streets.sections
    >>> rows = {"request_id": ["r1"], "kind": ["pothole"], "opened_on": ["2026-01-01"]}
    >>> known = ng.schema.check(pd.DataFrame(rows | {"section_id": [streets.index[0]]}), "requests")
    >>> place(known, streets)["placed_by"].tolist()
    ['id']
    """
    schema.require(sections, "sections", "geometry")
    if sections.empty or not sections.index.is_unique:
        what = "there is none" if sections.empty else "an id is used twice"
        remedy = "Give the city's sections, as norwalk check accepts them."
        raise SchemaError.of("sections", [Problem("section_id", what, remedy=remedy)])
    ordered = requests.sort_index(kind="stable")
    feet = network.feet_per_unit(sections.crs)
    points = _points(ordered, sections)
    blank = pd.Series(None, index=ordered.index, dtype="str")
    named = pd.Series(ordered.get("section_id", blank))
    by_id = named.isin(sections.index).to_numpy()
    row = _nearest(points, sections, near_ft / feet)
    row = np.where(by_id, sections.index.get_indexer(named.where(by_id, None)), row)
    lines = sections.geometry.to_numpy()[np.maximum(row, 0)]
    away = np.where(row >= 0, shapely.distance(points, lines) * feet, np.nan)
    ids = pd.Series(sections.index.to_numpy()[np.maximum(row, 0)], index=ordered.index)
    made = pd.DataFrame(
        {
            "section_id": ids.where(row >= 0),
            "placed_by": np.select([by_id, row >= 0], ["id", "place"], default="nothing"),
            "distance_ft": away,
            "cluster": _clusters(points, cluster_ft / feet, least),
        },
        index=ordered.index,
    )
    return schema.check(made.loc[requests.index], "placed_requests")
