"""Sidewalk networks in other people's standards: valid, nothing made up, the same on return."""

from __future__ import annotations

import datetime as dt
import json
import os
import runpy
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from norwalk_geo import exchange, routing, towns
from norwalk_geo.errors import SchemaError

DAY = dt.date(2026, 7, 1)
TOOL = Path(__file__).parents[1] / "tools" / "osw_validate.py"


@pytest.fixture(scope="module")
def made() -> towns.Pedestrian:
    return towns.pedestrian(towns.town(seed=1).streets)


@pytest.fixture(scope="module")
def edges(made: towns.Pedestrian) -> gpd.GeoDataFrame:
    return routing.sidewalk_edges(made.walks, made.crossings, made.ramps).edges


def test_a_missing_ramp_is_a_raised_kerb_and_the_unknown_is_left_out(
    made: towns.Pedestrian, edges: gpd.GeoDataFrame
) -> None:
    nodes, lines = exchange.to_opensidewalks(edges, as_of=DAY, source="Sample (invented)")
    kerbs = {one["properties"]["_id"]: one["properties"].get("kerb") for one in nodes["features"]}
    used = edges.loc[edges["kind"].eq("ramp"), "feature_id"]
    presence = made.ramps.loc[used, "presence"]
    assert {presence[one]: kerbs[f"ramps:{one}"] for one in used} == {
        "yes": "lowered",
        "no": "raised",
    }
    by_id = {one["properties"]["_id"]: one["properties"] for one in lines["features"]}
    for name, slope in edges["running_slope_pct"].items():
        assert ("incline" in by_id[str(name)]) == (not np.isnan(slope))
    ends = {one["properties"]["_id"]: one["geometry"]["coordinates"] for one in nodes["features"]}
    for one in lines["features"]:
        points = one["geometry"]["coordinates"]
        assert points[0] == ends[one["properties"]["_u_id"]]
        assert points[-1] == ends[one["properties"]["_v_id"]]


def test_an_invented_town_comes_back_from_opensidewalks(edges: gpd.GeoDataFrame) -> None:
    nodes, lines = exchange.to_opensidewalks(edges, as_of=DAY, source="Sample (invented)")
    back, kept = exchange.from_opensidewalks(nodes, lines, crs="EPSG:2229")
    same = ["from_node", "to_node", "kind", "feature", "feature_id"]
    assert back.loc[edges.index, same].equals(edges[same].astype(back[same].dtypes.to_dict()))
    slopes = back["running_slope_pct"].reindex(edges.index)
    np.testing.assert_allclose(slopes, edges["running_slope_pct"].astype(float), atol=5e-4)
    np.testing.assert_allclose(
        back["width_in"].reindex(edges.index), edges["width_in"].astype(float), atol=0.01
    )
    again = exchange.to_opensidewalks(back, kept, as_of=DAY, source="Sample (invented)")
    assert properties(again[1]) == properties(lines)
    assert properties(again[0]) == properties(nodes)


def test_edges_without_their_nodes_are_refused(edges: gpd.GeoDataFrame) -> None:
    nodes, lines = exchange.to_opensidewalks(edges, as_of=DAY, source="Sample (invented)")
    with pytest.raises(SchemaError, match="no such node"):
        exchange.from_opensidewalks({"features": nodes["features"][1:]}, lines, crs="EPSG:2229")


def properties(collection: dict[str, Any]) -> dict[str, Any]:
    return {one["properties"]["_id"]: one["properties"] for one in collection["features"]}


@pytest.mark.real
def test_the_graph_of_microsoft_comes_back_as_it_was(real: Path) -> None:
    """Properties, ids and places of 4,368 edges and 3,916 nodes, read and written."""
    folder = real / "opensidewalks"
    nodes, lines = (
        json.loads((folder / f"wa.microsoft.graph.{part}.OSW.geojson").read_text("utf-8"))
        for part in ("nodes", "edges")
    )
    read, kept = exchange.from_opensidewalks(nodes, lines, crs="EPSG:2285")
    written = exchange.to_opensidewalks(read, kept, as_of=DAY, source="OpenStreetMap")
    assert properties(written[0]) == properties(nodes)
    assert len(written[1]["features"]) == len(lines["features"]) == 4368
    for ours, theirs in zip(written[1]["features"], lines["features"], strict=True):
        assert ours["properties"] == pytest.approx(theirs["properties"], abs=1e-9)
        np.testing.assert_allclose(
            ours["geometry"]["coordinates"], theirs["geometry"]["coordinates"], atol=1.01e-7
        )


@pytest.mark.real
def test_gatis_is_valid_and_slopes_have_its_units(
    real: Path, made: towns.Pedestrian, edges: gpd.GeoDataFrame
) -> None:
    # Its import takes more than a second, which every worker would spend.
    import jsonschema

    tables = {"ramps": made.ramps, "walks": made.walks, "crossings": made.crossings}
    nodes, lines = exchange.to_gatis(edges, tables)
    folder = real.parent / "standards" / "gatis"
    for part, value in (("nodes", nodes), ("edges", lines)):
        schema = json.loads((folder / f"{part}_schema.json").read_text("utf-8"))
        check = jsonschema.Draft202012Validator(
            schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        assert [error.message for error in check.iter_errors(value)] == []
    by_id = {one["properties"]["node_id"]: one["properties"] for one in nodes["features"]}
    used = edges.loc[edges["kind"].eq("ramp"), "feature_id"]
    steep = made.ramps.loc[used, "running_slope_pct"].dropna()
    name = steep.index[0]
    assert by_id[f"ramps:{name}"]["incline"] == pytest.approx(steep.iloc[0] / 100)
    missing = made.ramps.loc[used].query("presence == 'no'").index[0]
    assert by_id[f"ramps:{missing}"]["presence"] == "no | missing"


@pytest.mark.slow
def test_the_official_validator_accepts_it(edges: gpd.GeoDataFrame, tmp_path: Path) -> None:
    tool = runpy.run_path(str(TOOL))
    if not (tool["HOME"] / "bin" / "python").exists() and not os.environ.get("CI"):
        pytest.skip("the validator is not installed (python tools/osw_validate.py FOLDER)")
    pair = exchange.to_opensidewalks(edges, as_of=DAY, source="Sample (invented)")
    for part, value in zip(("nodes", "edges"), pair, strict=True):
        path = tmp_path / f"opensidewalks.{part}.geojson"
        path.write_text(json.dumps(value), encoding="utf-8")
    assert tool["validate"](tmp_path) == (True, "valid")
