"""
Cambridge's ramps, sidewalks and centerlines in one graph, and how far a wheelchair gets in it.

    python tools/ada_cambridge.py FOLDER

FOLDER has `pedestrian_ramps.geojson`, `sidewalk_centerlines.topojson` and
`street_centerlines.geojson` of the city's open data. The figures stand in docs/methods/barriers.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyogrio
import shapely

from norwalk_geo import network, routing

CRS = "EPSG:2249"  # Massachusetts mainland, US survey feet
CROSSWALK, WALKS = "CWALK-CL", ("SIDEWALK", "PFOOTPATH-CL")
LIMIT_MIN, BESIDE_FT = 30.0, 60.0


def layer(path: Path, key: str) -> gpd.GeoDataFrame:
    """Read one file; ids are the row's letter and number."""
    frame = pyogrio.read_dataframe(path, on_invalid="ignore").set_crs(
        "EPSG:4326", allow_override=True
    )
    frame = frame[~frame.geometry.isna() & ~frame.geometry.is_empty].to_crs(CRS)
    frame = frame.explode(index_parts=False, ignore_index=True)
    ids = [f"{key[0]}{number + 1:05d}" for number in range(len(frame))]
    return frame.set_axis(pd.Index(ids, name=key))


def pedestrian(folder: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Take walks, crossings and ramps as our tables."""
    lines = layer(folder / "sidewalk_centerlines.topojson", "walk_id")
    lines = lines[lines.geometry.length > 1][["TYPE", "geometry"]]
    walks = lines[lines["TYPE"].isin(WALKS)][["geometry"]]
    crossings = lines[lines["TYPE"].eq(CROSSWALK)][["geometry"]].rename_axis("crossing_id")
    ramps = layer(folder / "pedestrian_ramps.geojson", "ramp_id")
    # SW_WIDTH is that of the walk behind; the opening of the ramp is in feet, zero where not taken.
    opening = ramps["OPENING_WI"].astype("float64")
    cells = {"presence": "yes", "width_in": (opening * 12).where(opening.gt(0))}
    return walks, crossings, gpd.GeoDataFrame(cells, geometry=ramps.geometry, crs=CRS)


def figures(folder: Path) -> dict[str, Any]:
    """Count what is joined, and what a wheelchair reaches from a ramp in the middle."""
    walks, crossings, ramps = pedestrian(folder)
    found = routing.sidewalk_edges(walks, crossings, ramps)
    edges = found.edges
    graph = nx.MultiGraph()
    graph.add_edges_from(zip(edges["from_node"], edges["to_node"], strict=True))
    largest = max(nx.connected_components(graph), key=len)
    inside = edges["from_node"].isin(largest)
    of = edges[edges["kind"].eq("crossing")]
    faults = found.faults.reset_index()["fault"].value_counts().to_dict()
    streets = layer(folder / "street_centerlines.geojson", "section_id")
    streets = network.build(streets[["geometry"]])
    near = shapely.STRtree(edges[edges["kind"].eq("walk")].geometry.to_numpy()).query(
        shapely.centroid(streets.sections.geometry.to_numpy()),
        predicate="dwithin",
        distance=BESIDE_FT,
    )[0]
    center = shapely.MultiPoint(list(edges[inside].geometry.centroid)).centroid
    index = pd.Index(["middle"], name="site_id")
    middle = gpd.GeoDataFrame({"kind": ["middle"]}, index=index, geometry=[center], crs=CRS)
    reached = {}
    for unknowns in ("avoid", "allow_and_flag"):
        cost = routing.costs(edges, "manual_wheelchair", unknowns=unknowns)
        snapped = routing.snap(routing.network_graph(edges, cost), middle, near_ft=2000)
        reached[unknowns] = routing.reach(snapped, limit_min=LIMIT_MIN)
    flagged = reached["allow_and_flag"]
    length = flagged["length_ft"].sum()
    return {
        "walks": len(walks),
        "crossings": len(crossings),
        "ramps": len(ramps),
        "edges": len(edges),
        "edges_in_largest_part_pct": round(100 * float(inside.mean()), 1),
        "crossings_with_ramps_pct": round(100 * float(of["has_curb_ramps"].notna().mean()), 1),
        **{f"fault_{name}": int(count) for name, count in faults.items()},
        "sections": len(streets.sections),
        "sections_with_walk_pct": round(100 * len(np.unique(near)) / len(streets.sections), 1),
        "nodes_reached_avoiding_unknown": len(reached["avoid"]),
        "nodes_reached_flagged": len(flagged),
        "unknown_share_pct": round(100 * float(flagged["unknown_ft"].sum() / length), 1),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures(Path(sys.argv[1])), indent=2) + "\n")
