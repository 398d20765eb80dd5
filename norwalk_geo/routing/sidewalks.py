"""
Walks, crossings and curb ramps → one graph, in which every ramp is an edge of its own.

Walks meet where their ends are near each other or near another walk, and where they cross. A
crossing is joined to the ramp at each of its ends, and the ramp to the nearest walk. Where no ramp
is listed the crossing is joined to the walk, and whether the curb can be passed is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import network, schema
from norwalk_geo.errors import CrsError, Problem
from norwalk_geo.network.model import column, feet_per_unit
from norwalk_geo.routing.attaching import attach

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges, Features

__all__ = ["Sidewalks", "sidewalk_edges"]

_Shapes = npt.NDArray[np.object_]
_FIRM = ("concrete", "asphalt", "brick", "paver", "paved", "stone", "metal", "wood", "tile")
_LOOSE = ("gravel", "dirt", "grass", "sand", "unpaved", "ground", "mulch", "earth")
# A ramp is drawn at least this long, so that it can be seen and is not a point.
_LEAST_FT = 3.0


@dataclass(frozen=True, eq=False)
class Sidewalks:
    """
    A sidewalk network.

    Parameters
    ----------
    edges
        Walks, crossings and ramps, each with the `feature` and `feature_id` that it was made from.
    faults
        What could not be joined.
    """

    edges: Edges
    faults: pd.DataFrame


def _same_system(*layers: Features | None) -> None:
    """Refuse layers in different systems."""
    given = [one for one in layers if one is not None and len(one)]
    if len({str(one.crs) for one in given}) > 1:
        remedy = "Convert them to one projected system with to_crs."
        problem = Problem("geometry", "walks, crossings and ramps differ", remedy=remedy)
        raise CrsError.of("sidewalks", [problem])


def _is_paved(features: Features) -> pd.Series:
    """Tell firm surfaces by the name of their material; others are not known."""
    said = column(features, "surface_material", None).astype("str").str.lower()
    loose = said.str.contains("|".join(_LOOSE)).fillna(value=False)
    firm = said.str.contains("|".join(_FIRM)).fillna(value=False) & ~loose
    known = pd.Series(pd.NA, index=features.index, dtype="boolean")
    return known.mask(firm, other=True).mask(loose, other=False)


def _measures(features: Features, name: str) -> dict[str, Any]:
    """Take what a traveller needs to know, and where it is from."""
    number = {
        each: column(features, each, np.nan).astype("float64")
        for each in ("running_slope_pct", "width_in")
    }
    cross = column(features, "cross_slope_pct", np.nan).astype("float64").abs()
    ids = features.index.astype("str")
    return {**number, "cross_slope_pct": cross, "feature": name, "feature_id": ids}


def _walks(walks: Features, join_ft: float) -> Edges:
    """Cut walks where they meet, and join their ends."""
    given = walks[["geometry"]].set_index("walks:" + walks.index.astype("str"))
    cut = network.split_at_nodes(
        given.rename_axis("section_id"), snap_ft=join_ft, assume_planar=True
    )
    joined = network.build(cut, snap_ft=join_ft).sections
    source = column(joined, "source_id", None).astype("str").fillna(joined.index.to_series())
    own = walks.reindex(source.str.removeprefix("walks:")).set_axis(joined.index)
    cells = _measures(own, "walks") | {"is_paved": _is_paved(own)}
    edges = joined[["from_node", "to_node", "geometry"]].assign(kind="walk", **cells)
    edges["feature_id"] = source.str.removeprefix("walks:")
    # What is shorter than the tolerance lies within a node.
    is_dot = edges["from_node"].eq(edges["to_node"]) & edges.geometry.length.le(
        2 * join_ft / feet_per_unit(walks.crs)
    )
    return gpd.GeoDataFrame(edges[~is_dot]).rename_axis("edge_id")


def _matched(ends: pd.DataFrame, ramps: Features, reach: float) -> pd.Series:
    """Find the ramp at each end of a crossing: one that serves this street, else the nearest."""
    none = pd.Series(-1, index=ends.index, dtype="int64")
    if ramps.empty or ends.empty:
        return none
    shapes, points = ramps.geometry.to_numpy(), ends["point"].to_numpy()
    end, ramp = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=reach)
    served = column(ramps, "crossed_section_id", None).astype("str").to_numpy()[ramp]
    street = ends["section_id"].to_numpy()[end]
    says, knows = ~pd.isna(served), ~pd.isna(street)
    other = says & knows & (served != street)
    pairs = pd.DataFrame(
        {
            "end": end,
            "ramp": ramp,
            "own": ~(says & knows & (served == street)),
            "apart": np.round(shapely.distance(points[end], shapes[ramp]), 6),
            "id": ramps.index.to_numpy()[ramp],
        }
    )[~other]
    pairs = pairs.sort_values(["end", "own", "apart", "id"], kind="stable")
    best = pairs.drop_duplicates("end").set_index("end")["ramp"]
    return none.mask(best.reindex(none.index).notna(), best).astype("int64")


def _ends(crossings: Features) -> pd.DataFrame:
    """List both ends of each crossing."""
    shapes = crossings.geometry.to_numpy()
    section = column(crossings, "section_id", None).astype("str").to_numpy()
    points = [shapely.get_point(shapes, place) for place in (0, -1)]
    rows = np.arange(len(crossings))
    return pd.DataFrame(
        {
            "row": np.concatenate([rows, rows]),
            "end": np.repeat([0, 1], len(crossings)),
            "section_id": np.concatenate([section, section]),
            "point": np.concatenate(points),
        }
    )


def _toward(start: _Shapes, goal: _Shapes, length: float) -> _Shapes:
    """Draw a line of a length from a point toward another."""
    x, y = shapely.get_x(start), shapely.get_y(start)
    dx, dy = shapely.get_x(goal) - x, shapely.get_y(goal) - y
    size = np.hypot(dx, dy)
    share = np.divide(length, size, out=np.zeros_like(size), where=size > 0)
    tip = np.stack([x + dx * share, np.where(size > 0, y + dy * share, y + length)], axis=1)
    lines: _Shapes = shapely.linestrings(np.stack([np.stack([x, y], axis=1), tip], axis=1))
    return lines


def _ramp_edges(used: gpd.GeoDataFrame, place: _Shapes, node: pd.Series, goal: _Shapes) -> Edges:
    """Make an edge of each ramp, from the curb up to the walk."""
    length = pd.Series(column(used, "ramp_length_ft", np.nan).astype("float64"))
    drawn = shapely.reverse(_toward(place, goal, _LEAST_FT / feet_per_unit(used.crs)))
    measured = used.drop(columns="geometry").notna().any(axis=1)
    presence = column(used, "presence", None).astype("str")
    presence = presence.where(presence.notna() | ~measured, "yes")
    has = presence.map({"yes": True, "no": False}).astype("boolean")
    ids = used.index.astype("str")
    cells = _measures(used, "ramps") | {
        "from_node": "ramps:" + ids,
        "to_node": node.to_numpy(),
        "kind": "ramp",
        "has_curb_ramps": has,
        "length_ft": length.fillna(_LEAST_FT).where(length.ne(0), _LEAST_FT),
    }
    frame = gpd.GeoDataFrame(cells, geometry=drawn, crs=used.crs)
    return frame.set_axis(pd.Index("ramps:" + ids, name="edge_id"))


def _crossing_edges(crossings: Features, node: pd.DataFrame, has_ramps: pd.Series) -> Edges:
    """Make an edge of each crossing; the street that it is on is firm."""
    cells = _measures(crossings, "crossings") | {
        "from_node": node[0].to_numpy(),
        "to_node": node[1].to_numpy(),
        "kind": "crossing",
        "is_paved": True,
        "has_curb_ramps": has_ramps.to_numpy(),
    }
    frame = gpd.GeoDataFrame(cells, geometry=crossings.geometry.to_numpy(), crs=crossings.crs)
    return frame.set_axis(pd.Index("crossings:" + crossings.index.astype("str"), name="edge_id"))


def _faults(
    ends: pd.DataFrame, crossings: Features, ramps: Features, far: pd.Index
) -> pd.DataFrame:
    """List what could not be joined."""
    ids = crossings.index.astype("str").to_numpy()[ends["row"]]
    alone = ends["node"].isna()
    found: dict[tuple[str, str], Any] = {
        ("ramps", "ramp_without_crossing"): ramps.index.astype("str").to_numpy()[
            ~np.isin(np.arange(len(ramps)), ends["ramp"])
        ],
        ("ramps", "ramp_far_from_walks"): far.astype("str"),
        ("crossings", "crossing_end_alone"): ids[alone],
        ("crossings", "crossing_without_ramps"): ids[ends["ramp"].lt(0)],
    }
    rows = [(name, str(one), what) for (name, what), every in found.items() for one in list(every)]
    table = pd.DataFrame(rows, columns=["feature", "feature_id", "fault"]).drop_duplicates()
    return schema.check(table, "sidewalk_faults")


def _joined(
    edges: Edges, ends: pd.DataFrame, crossings: Features, ramps: Features, reaches: list[float]
) -> tuple[Edges, pd.Index]:
    """Join ramps and crossings without one to the walks; give the ramps that no walk is near."""
    at_ramp, join = reaches
    rows = np.unique(ends.loc[ends["ramp"].ge(0), "ramp"].to_numpy("int64")).astype("int64")
    used, bare = ramps.iloc[rows], ends.index[ends["ramp"].lt(0)]
    points = np.concatenate([used.geometry.to_numpy(), ends.loc[bare, "point"].to_numpy()])
    tree = edges.geometry.to_numpy()
    edges, node = attach(edges, points, far=at_ramp, same=join)
    ids = used.index.astype("str").to_numpy()
    ends["node"] = pd.Series(None, index=ends.index, dtype="str")
    ends.loc[bare, "node"] = node.to_numpy()[len(used) :]
    held = ends["ramp"].ge(0)
    ends.loc[held, "node"] = "ramps:" + pd.Series(
        ramps.index.astype("str").to_numpy()[ends.loc[held, "ramp"]], index=ends.index[held]
    )
    is_near = node.to_numpy()[: len(used)]
    near = ~pd.isna(is_near)
    if not near.any():
        return edges, pd.Index(ids)
    kept, place = used[near], points[: len(used)][near]
    line = shapely.STRtree(tree).nearest(place)
    on_walk = shapely.get_point(shapely.shortest_line(tree[line], place), 0)
    first = ends[held].drop_duplicates("ramp").set_index("ramp")["row"].reindex(rows[near])
    goal = shapely.centroid(crossings.geometry.to_numpy()[first.to_numpy("int64")])
    made = _ramp_edges(kept, on_walk, pd.Series(is_near[near]), goal)
    return gpd.GeoDataFrame(pd.concat([edges, made]), crs=edges.crs), pd.Index(ids[~near])


def sidewalk_edges(
    walks: Features,
    crossings: Features,
    ramps: Features | None = None,
    *,
    join_ft: float = 5.0,
    ramp_ft: float = 30.0,
) -> Sidewalks:
    """
    Join walks, crossings and curb ramps to edges that travellers can be followed along.

    Parameters
    ----------
    walks, crossings
        As measured, in one projected system.
    ramps
        Ramps and places where one is missing. Without them no curb is known to be passable.
    join_ft
        Ends of walks this near to each other, or to another walk, meet; walks that cross meet, too.
    ramp_ft
        A ramp this near to the end of a crossing serves it, unless it is recorded to serve another
        street, and it is joined to a walk this near; so is a crossing without a ramp.

    Returns
    -------
    sidewalks
        Edges of kind `walk`, `crossing` and `ramp`. A ramp that serves two crossings is one edge
        to both. Slopes have the sign of their measure: one without a sign counts as up in the
        direction that the walk is drawn, and toward the walk on a ramp. What was not measured
        stays blank.

    Raises
    ------
    CrsError
        The layers are in different systems.
    SchemaError
        With every problem of a table.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> made = towns.pedestrian(towns.town(seed=1).streets)
    >>> found = sidewalk_edges(made.walks, made.crossings, made.ramps)
    >>> sorted(set(found.edges["kind"]))
    ['crossing', 'ramp', 'walk']
    """
    _same_system(walks, crossings, ramps)
    walks = gpd.GeoDataFrame(schema.check(walks, "walks"))
    crossings = gpd.GeoDataFrame(schema.check(crossings, "crossings"))
    blank = gpd.GeoDataFrame({"geometry": []}, index=pd.Index([], name="ramp_id"), crs=walks.crs)
    ramps = blank if ramps is None else gpd.GeoDataFrame(schema.check(ramps, "ramps"))
    unit = feet_per_unit(walks.crs)
    edges, ends = _walks(walks, join_ft), _ends(crossings)
    ends["ramp"] = _matched(ends, ramps, ramp_ft / unit)
    edges, far = _joined(edges, ends, crossings, ramps, [ramp_ft / unit, join_ft / unit])
    faults = _faults(ends, crossings, ramps, far)
    alone = "crossings:" + crossings.index.astype("str").to_numpy()[ends["row"]]
    names = pd.Series(alone, index=ends.index) + "/" + ends["end"].astype("str")
    named = ends["node"].fillna(names)
    node = pd.DataFrame({end: named[ends["end"].eq(end)].to_numpy() for end in (0, 1)})
    both = ends["ramp"].ge(0).groupby(ends["row"]).all()
    has_ramps = pd.Series(pd.NA, index=both.index, dtype="boolean").mask(both, other=True)
    made = _crossing_edges(crossings, node, has_ramps)
    every = gpd.GeoDataFrame(pd.concat([edges, made]), crs=walks.crs).rename_axis("edge_id")
    return Sidewalks(gpd.GeoDataFrame(schema.check(every, "edges")), faults)
