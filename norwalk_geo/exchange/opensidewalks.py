"""Sidewalk networks as OpenSidewalks 0.3, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.exchange.geojson import DEGREES, collection, ends, fitted, known
from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges

__all__ = ["from_opensidewalks", "to_opensidewalks"]

_SCHEMA = "https://sidewalks.washington.edu/opensidewalks/0.3/schema.json"
_IN_PER_M, _FT_PER_M = 39.37007874015748, 3.280839895013123
_STREETS = {"arterial": "primary", "collector": "tertiary", "residential": "residential"}
_FIRM = ("asphalt", "concrete", "paved", "paving_stones")
_KINDS = {
    "walk": {"highway": "footway", "footway": "sidewalk"},
    "crossing": {"highway": "footway", "footway": "crossing"},
    "path": {"highway": "footway"},
    "steps": {"highway": "steps"},
    "ramp": {"highway": "footway", "footway": "sidewalk", "ext:kind": "ramp"},
}
# Columns of ours that stand in a property of theirs; the others are kept as they came.
_TAKEN = ("_id", "_u_id", "_v_id", "incline", "width", "length")


def _properties(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Write one edge."""
    own = json.loads(row["osw"]) if isinstance(row["osw"], str) else {}
    if not own:
        of = _STREETS.get(str(row["functional_class"]), "unclassified")
        own = dict(_KINDS.get(row["kind"], {"highway": of}))
        if row["functional_class"] == "alley":
            own |= {"highway": "service", "service": "alley"}
        paved = row["is_paved"]
        if pd.notna(paved):
            own["surface"] = "paved" if paved else "unpaved"
        extra = {"ext:feature": row["feature"], "ext:feature_id": row["feature_id"]}
        own |= known(extra)
        if pd.notna(row["is_inferred"]) and row["is_inferred"]:
            own["ext:inferred"] = "yes"
    slope = row["running_slope_pct"] / 100
    numbers = {
        "incline": round(slope, 5) if abs(slope) <= 1 else None,
        "width": round(row["width_in"] / _IN_PER_M, 4),
        "length": round(row["length_m"], 3),
    }
    ids = {"_id": name, "_u_id": row["from_node"], "_v_id": row["to_node"]}
    return {**ids, **known(own), **known(numbers)}


def _kerbs(edges: Edges) -> dict[str, dict[str, str]]:
    """Say what the curb is like at the foot of each ramp; where that is not known, nothing."""
    ramps = edges[edges["kind"].eq("ramp")]
    has = column(ramps, "has_curb_ramps", None).astype("boolean")
    return {
        str(node): {"barrier": "kerb", "kerb": "lowered" if there else "raised"}
        for node, there in zip(ramps["from_node"], has, strict=True)
        if pd.notna(there)
    }


def to_opensidewalks(
    edges: Edges, nodes: gpd.GeoDataFrame | None = None, *, as_of: dt.date, source: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Write a sidewalk network as OpenSidewalks 0.3 [1]_.

    Parameters
    ----------
    edges
        Edges of a traveller. What is not known is left out: a reader must not take it for level,
        wide or paved.
    nodes
        What `from_opensidewalks` read of nodes, by `node_id`, where the network came from there.
    as_of
        Day that the data describe.
    source
        Who publishes the data.

    Returns
    -------
    nodes, edges
        GeoJSON for `….nodes.geojson` and `….edges.geojson`. The curb node of a ramp is a kerb,
        lowered where the ramp is there and raised where it is missing. `ext:` properties name
        the ramp, walk or crossing that an edge is from, and what was inferred.

    References
    ----------
    .. [1] Taskar Center for Accessible Technology, *OpenSidewalks Schema*, version 0.3.
    """
    meters = edges.geometry.length * feet_per_unit(edges.crs) / _FT_PER_M
    given = column(edges, "length_ft", np.nan).astype("float64") / _FT_PER_M
    wanted = "kind from_node to_node functional_class is_paved is_inferred feature feature_id osw"
    numbers = ["running_slope_pct", "width_in"]
    frame = pd.DataFrame({name: column(edges, name, None) for name in wanted.split()})
    frame = frame.assign(
        **{name: column(edges, name, np.nan).astype("float64") for name in numbers}
    )
    rows = frame.assign(length_m=given.fillna(meters)).to_dict("records")
    head = {
        "$schema": _SCHEMA,
        "dataSource": {"name": source},
        "dataTimestamp": f"{as_of.isoformat()}T00:00:00Z",
    }
    named = [_properties(str(name), row) for name, row in zip(edges.index, rows, strict=True)]  # type: ignore[arg-type]
    places, kerbs = ends(edges), _kerbs(edges)
    if nodes is not None:
        # Their nodes stand where they stood, those among them that no edge leads to.
        others = places[~places.index.isin(nodes.index)]
        places = gpd.GeoSeries(pd.concat([nodes.geometry, others]), crs=edges.crs)
    told = {} if nodes is None else {str(k): json.loads(v) for k, v in nodes["osw"].items()}
    points = [{"_id": node, **told.get(node, kerbs.get(node, {}))} for node in places.index]
    return collection(places, points, **head), collection(fitted(edges, places), named, **head)


def _kind(own: Mapping[str, Any]) -> str:
    """Read the kind of an edge."""
    if own.get("ext:kind") == "ramp":
        return "ramp"
    highway, footway = own.get("highway"), own.get("footway")
    if highway == "steps":
        return "steps"
    if footway in ("sidewalk", "crossing"):
        return {"sidewalk": "walk", "crossing": "crossing"}[str(footway)]
    return "path" if highway in ("footway", "pedestrian") else "street"


def _paved(own: Mapping[str, Any]) -> bool | None:
    """Read whether a surface is firm; one that is not named is not known."""
    surface = own.get("surface")
    return None if surface is None else surface in _FIRM


def _cells(own: dict[str, Any]) -> dict[str, Any]:
    """Read one edge."""
    slope, width, length = (own.get(name) for name in ("incline", "width", "length"))
    rest = {name: value for name, value in own.items() if name not in _TAKEN}
    return {
        "edge_id": own["_id"],
        "from_node": own["_u_id"],
        "to_node": own["_v_id"],
        "kind": _kind(own),
        "running_slope_pct": np.nan if slope is None else 100 * slope,
        "width_in": np.nan if width is None else width * _IN_PER_M,
        "length_ft": np.nan if length is None else length * _FT_PER_M,
        "is_paved": _paved(own),
        "feature": own.get("ext:feature"),
        "feature_id": own.get("ext:feature_id"),
        "osw": json.dumps(rest, ensure_ascii=False),
    }


def from_opensidewalks(
    nodes: Mapping[str, Any], edges: Mapping[str, Any], *, crs: str
) -> tuple[Edges, gpd.GeoDataFrame]:
    """
    Read a sidewalk network of OpenSidewalks 0.2 or 0.3.

    Parameters
    ----------
    nodes, edges
        The two collections.
    crs
        Projected system of the city.

    Returns
    -------
    edges, nodes
        Edges of a traveller, and the properties of nodes. Both keep in `osw` what has no column of
        ours, so that nothing is lost on the way back. Whether a crossing has ramps at both ends is
        read from kerbs at its ends: known only where both are.

    Raises
    ------
    SchemaError
        An edge ends at a node that is not there, or has no id.
    """
    points = {one["properties"]["_id"]: one["properties"] for one in nodes["features"]}
    rows, shapes, lost = [], [], []
    for one in edges["features"]:
        own = one["properties"]
        if not {"_id", "_u_id", "_v_id"} <= set(own) or not {own["_u_id"], own["_v_id"]} <= set(
            points
        ):
            lost.append(str(own.get("_id", "no id")))
            continue
        rows.append(_cells(own) | {"has_curb_ramps": _ramps(own, points)})
        shapes.append(shapely.LineString(one["geometry"]["coordinates"]))
    if lost:
        remedy = "Give the nodes of all edges, in one edition."
        problem = Problem("_u_id, _v_id", "no such node", tuple(lost), remedy)
        raise SchemaError.of("opensidewalks", [problem])
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=DEGREES).to_crs(crs)
    told = [json.dumps({k: v for k, v in own.items() if k != "_id"}) for own in points.values()]
    places = [shapely.Point(one["geometry"]["coordinates"]) for one in nodes["features"]]
    index = pd.Index(list(points), name="node_id", dtype="str")
    listed = gpd.GeoDataFrame({"osw": told}, index=index, geometry=places, crs=DEGREES).to_crs(crs)
    return gpd.GeoDataFrame(schema.check(frame, "edges")), listed


def _ramps(own: Mapping[str, Any], points: Mapping[str, Mapping[str, Any]]) -> bool | None:
    """Read from kerbs whether a crossing can be rolled onto at both ends."""
    if own.get("footway") != "crossing":
        return None
    kerbs = [points[own[name]].get("kerb") for name in ("_u_id", "_v_id")]
    if "raised" in kerbs:
        return False
    return True if all(kerb in ("lowered", "flush") for kerb in kerbs) else None
