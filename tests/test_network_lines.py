"""Lines that are cut, merged, measured, brought forward a year and laid under layers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from shapely import LineString, Point, box
from shapely.affinity import translate

from norwalk_geo import network, schema
from norwalk_geo.errors import CrsError
from norwalk_geo.towns import Town

Draw = Callable[..., gpd.GeoDataFrame]
Lines = list[tuple[float, float]]


def streets(**lines: Lines) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"functional_class": "residential"},
        index=pd.Index(lines, name="section_id", dtype="str"),
        geometry=[LineString(line) for line in lines.values()],
        crs="EPSG:2229",
    )


def turned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.reverse())


# ------------------------------------------------------------------ split

MEETINGS = {
    "an end on a line": ({"a": [(0, 0), (100, 0)], "b": [(40, 0), (40, 50)]}, ["a-1", "a-2", "b"]),
    "an end near a line": (
        {"a": [(0, 0), (100, 0)], "b": [(40, 0.9), (40, 50)]},
        ["a-1", "a-2", "b"],
    ),
    "an end at a vertex": (
        {"a": [(0, 0), (40, 0), (100, 0)], "b": [(40, 0), (40, 50)]},
        ["a-1", "a-2", "b"],
    ),
    "a vertex of both": (
        {"a": [(0, 0), (50, 0), (99, 0)], "b": [(50, -50), (50, 0), (50, 50)]},
        ["a-1", "a-2", "b-1", "b-2"],
    ),
    "a bare crossing": ({"a": [(0, 0), (100, 0)], "b": [(50, -50), (50, 50)]}, ["a", "b"]),
    "ends only": ({"a": [(0, 0), (100, 0)], "b": [(100, 0), (100, 50)]}, ["a", "b"]),
    "a gap of three meters": ({"a": [(0, 0), (100, 0)], "b": [(40, 9.8), (40, 50)]}, ["a", "b"]),
    "a line that meets itself": (
        {"a": [(0, 0), (50, 0), (100, 0), (100, 50), (50, 50), (50, 0)]},
        ["a-1", "a-2"],
    ),
    "a ring": ({"a": [(0, 0), (50, 0), (50, 50), (0, 0)]}, ["a"]),
    "drawn twice": (
        {"a": [(0, 0), (50, 0), (99, 0)], "b": [(99, 0), (50, 0), (0, 0)]},
        ["a-1", "a-2", "b-1", "b-2"],
    ),
}


@pytest.mark.parametrize("case", MEETINGS)
def test_lines_are_cut_where_they_meet(case: str) -> None:
    lines, expected = MEETINGS[case]
    drawn = streets(**lines)
    cut = network.split_at_nodes(drawn)
    assert cut.index.tolist() == expected
    assert cut.length.sum() == pytest.approx(drawn.length.sum())
    assert sorted(network.split_at_nodes(turned(drawn)).index) == expected


def test_a_bare_crossing_is_a_junction_where_the_caller_says_so() -> None:
    drawn = streets(**MEETINGS["a bare crossing"][0])
    assert len(network.crossings(drawn)) == 1
    cut = network.split_at_nodes(drawn, assume_planar=True)
    assert cut.index.tolist() == ["a-1", "a-2", "b-1", "b-2"]
    assert network.build(cut).nodes["degree"].max() == 4
    bridge = drawn.assign(level_from=[0, 1], level_to=[0, 1])
    assert len(network.split_at_nodes(bridge, assume_planar=True)) == 2


def test_levels_keep_apart_what_shares_a_vertex() -> None:
    drawn = streets(**MEETINGS["a vertex of both"][0])
    assert len(network.split_at_nodes(drawn.assign(level_from=[0, 1], level_to=[0, 1]))) == 2
    ramp = drawn.assign(level_from=[0, 0], level_to=[0, 1])
    cut = network.split_at_nodes(ramp)
    assert cut.loc["b-1", ["level_from", "level_to"]].tolist() == [0, 0]
    assert cut.loc["b-2", ["level_from", "level_to"]].tolist() == [0, 1]


def test_pieces_share_what_belongs_to_the_whole() -> None:
    drawn = streets(**MEETINGS["an end on a line"][0])
    drawn = drawn.assign(
        source_id=["17", None],
        area_sy=[100.0, 50.0],
        given_length_ft=[100.0, None],
        from_street=["X ST", None],
        to_street=["Y ST", None],
    )
    cut = network.split_at_nodes(drawn)
    assert cut["source_id"].tolist() == ["17", "17", "b"]
    assert cut["area_sy"].tolist() == [40, 60, 50]
    assert cut["from_street"].fillna("").tolist() == ["X ST", "", ""]
    assert cut["to_street"].fillna("").tolist() == ["", "Y ST", ""]
    schema.check(cut, "sections")


def test_one_place_is_cut_once() -> None:
    drawn = streets(
        a=[(0, 0), (100, 0)], b=[(50, 0), (50, 9)], c=[(50.4, 0), (60, -9)], d=[(49.8, 0), (40, 9)]
    )
    cut = network.split_at_nodes(drawn)
    assert cut.index.tolist() == ["a-1", "a-2", "b", "c", "d"]
    assert network.build(cut).nodes["degree"].max() == 5


@strategies.examples(20)
@given(frame=strategies.sections(), data=st.data())
def test_order_and_direction_do_not_change_where_lines_are_cut(
    frame: gpd.GeoDataFrame, data: st.DataObject
) -> None:
    # A ramp that is turned round has its levels the other way, too.
    lines = frame.assign(level_to=frame["level_from"]).set_index("section_id")
    cut = network.split_at_nodes(lines, assume_planar=True)
    assert cut.length.sum() == pytest.approx(lines.length.sum(), rel=1e-9)
    order = data.draw(st.permutations(range(len(lines))))
    again = network.split_at_nodes(lines.iloc[order], assume_planar=True).sort_index()
    pd.testing.assert_index_equal(again.index, cut.sort_index().index)
    assert again.geom_equals_exact(cut.sort_index().geometry, 1e-6).all()
    back = network.split_at_nodes(turned(lines), assume_planar=True)
    assert sorted(back.index) == sorted(cut.index)


@given(
    shift=st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), which=st.sampled_from(["a", "b"])
)
def test_a_tiny_shift_changes_nothing(shift: tuple[float, float], which: str) -> None:
    drawn = streets(a=[(0, 0), (50, 0), (99, 0)], b=[(50, -50), (50, 0), (50, 50)])
    drawn.loc[which, "geometry"] = translate(drawn.geometry[which], *shift)
    cut = network.split_at_nodes(drawn)
    assert cut.index.tolist() == ["a-1", "a-2", "b-1", "b-2"]
    assert network.build(cut).nodes["degree"].max() == 4


@given(where=st.floats(0.05, 0.95))
def test_a_line_that_comes_in_two_pieces_has_the_same_junctions(where: float) -> None:
    whole = streets(a=[(0, 0), (100, 0)], b=[(40, 0), (40, 50)])
    at = (100 * where, 0.0)
    parted = streets(a=[(0, 0), at], c=[at, (100, 0)], b=[(40, 0), (40, 50)])
    one, other = (
        network.to_graph(network.build(network.split_at_nodes(x))) for x in (whole, parted)
    )
    assert nx.number_connected_components(one) == nx.number_connected_components(other) == 1
    assert max(d for _, d in one.degree) == max(d for _, d in other.degree) == 3


# ------------------------------------------------------------------ merge


def test_what_only_follows_becomes_one(draw: Draw) -> None:
    drawn = draw("A---B---C---D\n        |\n        E\n").assign(
        from_street=["W", None, None, None], area_sy=[1.0, 2.0, 3.0, 4.0]
    )
    merged = network.merge_degree_two(drawn)
    assert merged.sections.index.tolist() == ["AB", "CD", "CE"]
    assert merged.became.to_dict() == {"AB": "AB", "BC": "AB", "CD": "CD", "CE": "CE"}
    assert merged.sections.loc["AB"].geometry.length == 800
    assert merged.sections.loc["AB", "area_sy"] == 3
    assert merged.sections.loc["AB", "from_street"] == "W"
    assert merged.sections.length.sum() == drawn.length.sum()


def test_sections_that_differ_stay_apart(draw: Draw) -> None:
    drawn = draw("A---B---C\n").assign(width_ft=[30.0, 36.0])
    assert len(network.merge_degree_two(drawn).sections) == 2


def test_a_ring_and_lines_drawn_against_each_other_merge() -> None:
    ring = streets(a=[(0, 0), (9, 0)], b=[(0, 9), (9, 0)], c=[(0, 9), (0, 0)])
    merged = network.merge_degree_two(ring)
    assert merged.sections.index.tolist() == ["a"]
    assert merged.sections.geometry["a"].is_ring
    assert merged.sections.geometry["a"].length == pytest.approx(ring.length.sum())


@given(cuts=st.lists(st.integers(1, 99), min_size=1, max_size=5, unique=True), data=st.data())
def test_merging_undoes_cutting(cuts: list[int], data: st.DataObject) -> None:
    whole = LineString([(0, 0), (1000, 0)])
    marks = [0, *(10 * cut for cut in sorted(cuts)), 1000]
    parts: dict[str, Lines] = {}
    for number, (a, b) in enumerate(itertools.pairwise(marks)):
        ends: Lines = [(a, 0), (b, 0)]
        parts[f"s{number}"] = ends[::-1] if data.draw(st.booleans()) else ends
    merged = network.merge_degree_two(streets(**parts)).sections
    assert len(merged) == 1
    assert merged.geometry.iloc[0].equals(whole)


# ------------------------------------------------------------------ areas


def area_sf(frame: gpd.GeoDataFrame) -> pd.Series:
    return network.measure(frame, schema.parameters("classes"))["area_sy"] * 9


def test_an_intersection_counts_once() -> None:
    cross = streets(
        e=[(0, 0), (100, 0)], w=[(0, 0), (-100, 0)], n=[(0, 0), (0, 100)], s=[(0, 0), (0, -100)]
    ).assign(width_ft=[40.0, 40.0, 20.0, 20.0])
    painted = box(-100, -20, 100, 20).union(box(-10, -100, 10, 100)).area
    assert area_sf(cross).sum() == pytest.approx(painted)
    assert area_sf(turned(cross)).sum() == pytest.approx(painted)
    corner = cross.loc[["e", "w", "n"]]
    assert area_sf(corner).sum() == pytest.approx(200 * 40 + 80 * 20)


def test_a_street_that_meets_at_a_slant_begins_at_the_edge_of_the_wider_one() -> None:
    up = 3**0.5 / 2
    slant = streets(e=[(0, 0), (100, 0)], w=[(0, 0), (-100, 0)], n=[(0, 0), (50, 100 * up)]).assign(
        width_ft=[40.0, 40.0, 20.0]
    )
    assert area_sf(slant).sum() == pytest.approx(200 * 40 + (100 - 20 / up) * 20)


def test_a_bend_loses_nothing() -> None:
    bend = streets(a=[(0, 0), (100, 0)], b=[(100, 0), (100, 100)]).assign(width_ft=30.0)
    assert area_sf(bend).sum() == 200 * 30


def test_a_turning_circle_counts_at_a_dead_end_only() -> None:
    drawn = streets(a=[(0, 0), (500, 0)], b=[(500, 0), (500, 50)], c=[(500, 0), (500, -50)])
    drawn = drawn.assign(width_ft=30.0, bulb_diameter_ft=[80.0, None, None])
    plain = area_sf(drawn.drop(columns="bulb_diameter_ft"))
    gained = (area_sf(drawn) - plain)["a"]
    # The circle about the first point, less the half strip of the street inside it.
    circle = Point(0, 0).buffer(40, quad_segs=256)
    assert gained == pytest.approx(circle.difference(box(0, -15, 500, 15)).area, rel=1e-3)
    ring = streets(a=[(0, 0), (50, 0), (50, 50), (0, 0)]).assign(width_ft=30.0)
    assert area_sf(ring.assign(bulb_diameter_ft=80.0))["a"] == area_sf(ring)["a"]


def test_lanes_and_what_an_area_rests_on() -> None:
    drawn = streets(a=[(0, 0), (5280, 0)], b=[(0, 99), (5280, 99)], c=[(0, 200), (5280, 200)])
    drawn = drawn.assign(
        lanes=pd.array([2, 3, None], "Int64"),
        carriageway=["single", "divided", "single"],
        width_ft=[30, None, None],
        area_sy=[None, None, 7.0],
    )
    found = network.measure(drawn, schema.parameters("classes"))
    assert found["lane_miles"].tolist()[:2] == [2, 3]
    assert np.isnan(found["lane_miles"].iloc[2])
    assert found["miles"].tolist() == [1, 0.5, 1]
    assert found["area_basis"].tolist() == ["width", "class_width", "given"]


# ------------------------------------------------------------------ editions


def changes(edition: network.Edition) -> dict[str, str]:
    table = edition.changes
    pairs = table["earlier_id"].fillna("") + ">" + table["section_id"].fillna("")
    return dict(zip(pairs, table["change"], strict=True))


OLD = streets(a=[(0, 0), (100, 0)], b=[(100, 0), (200, 0)], c=[(0, 50), (100, 50)])


def test_nothing_new() -> None:
    edition = network.match_ids(OLD.iloc[::-1], OLD)
    assert changes(edition) == {"a>a": "same", "b>b": "same", "c>c": "same"}
    assert edition.sections.index.tolist() == ["c", "b", "a"]


def test_other_ids_and_lines_moved_a_little_keep_their_ids() -> None:
    new = turned(OLD).set_axis(["x", "y", "z"]).rename_axis("section_id")
    new["geometry"] = new.geometry.translate(3, 2)
    edition = network.match_ids(new, OLD)
    assert edition.sections.index.tolist() == ["a", "b", "c"]
    assert set(changes(edition).values()) == {"changed"}
    assert edition.changes["columns"].tolist() == ["geometry"] * 3


def test_new_gone_split_and_merged() -> None:
    new = streets(
        a1=[(0, 0), (50, 0)], a2=[(50, 0), (100, 0)], b=[(100, 0), (200, 0)], d=[(0, 90), (99, 90)]
    )
    edition = network.match_ids(new, OLD)
    assert changes(edition) == {
        "a>a1": "split",
        "a>a2": "split",
        "b>b": "same",
        "c>": "gone",
        ">d": "new",
    }
    back = network.match_ids(OLD, new)
    assert changes(back)["a1>a"] == changes(back)["a2>a"] == "merged"
    assert back.changes["change"].value_counts()["merged"] == 2


def test_a_key_may_move_but_never_takes_the_place_of_another() -> None:
    moved = streets(a=[(0, 900), (100, 900)], b=[(100, 0), (200, 0)], c=[(0, 50), (100, 50)])
    edition = network.match_ids(moved, OLD)
    assert edition.sections.index.tolist() == ["a", "b", "c"]
    assert changes(edition)["a>a"] == "changed"
    # Row numbers as keys: what lies where b was is b, whatever it is called now.
    numbered = streets(a=[(100, 0), (200, 0)], b=[(0, 50), (100, 50)])
    edition = network.match_ids(numbered, OLD)
    assert edition.sections.index.tolist() == ["b", "c"]
    assert changes(edition)["a>"] == "gone"


def test_a_piece_may_keep_the_key_of_the_whole() -> None:
    new = streets(a=[(0, 0), (50, 0)], a2=[(50, 0), (100, 0)])
    edition = network.match_ids(new, OLD.loc[["a"]])
    assert edition.sections.index.tolist() == ["a", "a2"]
    assert set(changes(edition).values()) == {"split"}


def test_what_the_city_entered_stays() -> None:
    old = OLD.assign(zone_id=["1", "2", "3"], area_sy=[7.0, 8.0, 9.0])
    new = streets(a1=[(0, 0), (50, 0)], a2=[(50, 0), (100, 0)], b=[(100, 0), (200, 0)])
    found = network.match_ids(new, old).sections
    assert found["zone_id"].tolist() == ["1", "1", "2"]
    assert found["area_sy"].fillna(0).tolist() == [0, 0, 8]
    overruled = network.match_ids(new.assign(zone_id="9"), old).sections
    assert overruled["zone_id"].tolist() == ["9"] * 3


def test_history_goes_on_under_new_ids() -> None:
    surveys = schema.check(
        pd.DataFrame(
            {
                "section_id": ["a", "b", "c"],
                "survey_date": "2024-05-01",
                "pci": [60.0, 80.0, 40.0],
                "pci_method": "vendor",
            }
        ),
        "surveys",
    )
    new = streets(ab=[(0, 0), (200, 0)], c1=[(0, 50), (50, 50)], c2=[(50, 50), (100, 50)])
    edition = network.match_ids(new, OLD)
    carried = network.carry_surveys(surveys, edition.changes, OLD)
    assert carried["pci"].to_dict() == {
        ("ab", pd.Timestamp("2024-05-01")): 70,
        ("c1", pd.Timestamp("2024-05-01")): 40,
        ("c2", pd.Timestamp("2024-05-01")): 40,
    }


@strategies.examples(20)
@given(frame=strategies.sections(), data=st.data())
def test_an_edition_is_itself_in_any_order(frame: gpd.GeoDataFrame, data: st.DataObject) -> None:
    lines = frame.set_index("section_id")
    order = data.draw(st.permutations(range(len(lines))))
    edition = network.match_ids(turned(lines.iloc[order]), lines)
    assert edition.sections.index.tolist() == lines.index[order].tolist()
    assert set(edition.changes["change"]) == {"same"}


# ------------------------------------------------------------------ overlays


def test_shares_of_areas_keep_the_sum() -> None:
    zones = gpd.GeoDataFrame(
        index=pd.Index(["west", "east"], name="zone_id"),
        geometry=[box(-10, -10, 130, 99), box(130, -10, 300, 99)],
        crs=OLD.crs,
    )
    shares = network.overlay(OLD, zones)
    assert shares["share"].to_dict() == {
        ("a", "west"): 1,
        ("b", "west"): 0.3,
        ("b", "east"): 0.7,
        ("c", "west"): 1,
    }
    assert shares["length_ft"].sum() == OLD.length.sum()
    assert network.largest(shares).to_dict() == {"a": "west", "b": "east", "c": "west"}


def test_a_route_is_on_the_streets_that_it_runs_along() -> None:
    routes = gpd.GeoDataFrame(
        index=["bus 1"], geometry=[LineString([(0, 5), (150, 5)])], crs=OLD.crs
    )
    shares = network.overlay(OLD, routes, near_ft=20)["share"]
    assert shares["a", "bus 1"] == 1
    assert shares["b", "bus 1"] == pytest.approx(0.7, abs=0.11)
    assert "c" not in shares.index.get_level_values(0)


def test_points_are_counted_once() -> None:
    places = [Point(50, 4), Point(100, 0), Point(50, 60), Point(900, 900)]
    points = gpd.GeoDataFrame(geometry=places, crs=OLD.crs)
    assert network.count_points(OLD, points).to_dict() == {"a": 1.5, "b": 0.5, "c": 1.0}
    with pytest.raises(CrsError, match="is not in the system of the sections"):
        network.count_points(OLD, points.set_crs("EPSG:2230", allow_override=True))


# ------------------------------------------------------------------ real lines


@pytest.mark.real
def test_cambridge_has_the_nodes_that_the_city_gave_it(real: Path) -> None:
    """1,872 nodes, as theirs; 99 % of lines have the same two."""
    raw = gpd.read_file(real / "cambridge_ma" / "street_centerlines.geojson").to_crs("EPSG:2249")
    raw = raw[raw.geom_type.eq("LineString") & raw["FromNode"].gt(0) & raw["ToNode"].gt(0)]
    lines = raw.set_index("ID").rename_axis("section_id").assign(functional_class="residential")
    built = network.build(lines)
    assert len(built.nodes) == len(set(lines["FromNode"]) | set(lines["ToNode"])) == 1872
    ours, names = pd.factorize(
        np.concatenate([built.sections[["from_node", "to_node"]].to_numpy().ravel("F")] * 2)
    )
    swapped = lines[["FromNode", "ToNode", "ToNode", "FromNode"]].to_numpy().ravel("F")
    theirs, numbers = pd.factorize(swapped)
    weight = np.zeros((len(names), len(numbers)))
    np.add.at(weight, (ours, theirs), 1)
    one, other = linear_sum_assignment(weight, maximize=True)
    named = dict(zip(names[one], numbers[other], strict=True))
    first, last = (built.sections[end].map(named) for end in ("from_node", "to_node"))
    same = (first == lines["FromNode"]) & (last == lines["ToNode"])
    turned_round = (first == lines["ToNode"]) & (last == lines["FromNode"])
    assert (same | turned_round).mean() > 0.985
    graph = network.to_graph(built)
    assert max(map(len, nx.connected_components(graph))) > 0.99 * len(built.nodes)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("name", ["wuhan_8989", "slc_4881"])
def test_a_large_city_keeps_its_length_and_parts(real: Path, name: str) -> None:
    raw = gpd.read_parquet(real / "graphs" / f"{name}.parquet")
    ids = pd.Index([f"s{i:06}" for i in range(len(raw))], name="section_id")
    lines = raw.set_axis(ids).assign(functional_class="residential")
    begun = time.perf_counter()
    built = network.build(network.split_at_nodes(lines))
    assert time.perf_counter() - begun < 30
    assert built.sections.length.sum() == pytest.approx(lines.length.sum(), rel=1e-3)
    # The file's own nodes, of which a few lie within a foot of each other.
    theirs = nx.MultiGraph(list(zip(raw["u"], raw["v"], strict=True)))
    ours = network.to_graph(built)
    assert nx.number_connected_components(ours) <= nx.number_connected_components(theirs)
    assert abs(len(built.nodes) - len(theirs)) < 0.01 * len(theirs)


# ------------------------------------------------------------------ edits


def test_edits_of_every_kind_of_cell_are_kept_or_replaced() -> None:
    imported = streets(a=[(0, 0), (100, 0)], b=[(100, 0), (200, 0)], c=[(200, 0), (300, 0)])
    imported = imported.assign(width_ft=[30.0, None, 30.0], lanes=pd.array([2, 2, None], "Int64"))
    earlier = imported.copy()
    # Filled in, cleared, corrected; and one cell that nobody touched.
    earlier.loc["b", "width_ft"] = 36.0
    earlier.loc["a", "lanes"] = None
    earlier.loc["c", "width_ft"] = 28.0
    new = imported.copy()
    new.loc["c", "width_ft"] = 40.0
    new.loc["b", "lanes"] = 4
    edition = network.match_ids(new, earlier)
    kept = network.keep_edits(edition, earlier, imported)
    assert kept.edits["outcome"].to_dict() == {
        ("a", "lanes"): "kept",
        ("b", "width_ft"): "kept",
        ("c", "width_ft"): "replaced",
    }
    sections = kept.edition.sections
    assert sections["width_ft"].tolist() == [30, 36, 40]
    assert sections["lanes"].isna().tolist() == [True, False, True]
    assert sections.loc["b", "lanes"] == 4
    changes = kept.edition.changes.set_index("section_id")
    assert changes["change"].to_dict() == {"a": "same", "b": "changed", "c": "changed"}
    assert changes.loc["b", "columns"] == "lanes"


def test_pieces_of_a_split_section_keep_edits_but_not_its_area() -> None:
    imported = streets(a=[(0, 0), (1000, 0)]).assign(zone_id="1", area_sy=900.0)
    earlier = imported.assign(zone_id="7", area_sy=950.0)
    new = streets(a1=[(0, 0), (500, 0)], a2=[(500, 0), (1000, 0)])
    new = new.assign(zone_id="1", area_sy=[450.0, 450.0])
    kept = network.keep_edits(network.match_ids(new, earlier), earlier, imported)
    assert kept.edition.sections["zone_id"].tolist() == ["7", "7"]
    assert kept.edition.sections["area_sy"].tolist() == [450, 450]


# ------------------------------------------------------------------ boundary

# The city is 1,000 ft wide and high; Border Road runs 20 ft outside its northern edge.
EDGES: dict[str, tuple[Lines, str, float]] = {
    "inside": ([(100, 500), (900, 500)], "inside", 100),
    "on the edge": ([(0, 0), (1000, 0)], "along", 50),
    "beside the edge": ([(100, 1020), (900, 1020)], "along", 50),
    "along a corner": ([(1000, 400), (1000, 1000), (700, 1000)], "along", 50),
    "ends at the edge": ([(500, 500), (500, 1000)], "inside", 100),
    "short and ends at the edge": ([(500, 950), (500, 1000)], "inside", 100),
    "crosses it": ([(500, 400), (500, 1200)], "across", 75),
    "begins at the edge and leaves": ([(500, 1000), (500, 1500)], "outside", 0),
    "far outside": ([(5000, 0), (6000, 0)], "outside", 0),
}


@pytest.mark.parametrize("case", EDGES)
@pytest.mark.parametrize("reverse", [False, True])
def test_streets_on_the_boundary(case: str, *, reverse: bool) -> None:
    line, position, share = EDGES[case]
    city = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs="EPSG:2229")
    drawn = streets(a=line)
    bounded = network.share_by_boundary(turned(drawn) if reverse else drawn, city)
    listed = bounded.boundary_streets["position"].to_dict()
    assert listed == ({} if position == "inside" else {"a": position})
    if position == "outside":
        assert bounded.sections.empty
        return
    measured = network.measure(bounded.sections, schema.parameters("classes"))
    assert measured["city_share"]["a"] * 100 == pytest.approx(share, abs=1.5)
    assert bounded.sections["share_basis"].fillna("").tolist() == [
        "" if position == "inside" else "boundary"
    ]


def test_a_share_that_is_given_stays_and_so_does_another_keeper() -> None:
    city = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs="EPSG:2229")
    drawn = streets(a=[(0, 0), (1000, 0)], b=[(0, 0), (0, 900)], c=[(1000, 0), (1000, 900)])
    drawn = drawn.assign(
        share_pct=[25.0, None, None], maintained_by=["city", "state", None], street_name="EDGE RD"
    )
    bounded = network.share_by_boundary(drawn, city)
    measured = network.measure(bounded.sections, schema.parameters("classes"))
    assert measured["city_share"].tolist() == [0.25, 0, 0.5]
    assert bounded.sections["share_basis"].fillna("").tolist() == ["given", "", "boundary"]
    assert bounded.boundary_streets["street_name"].eq("EDGE RD").all()


def test_a_boundary_that_is_no_area_is_refused() -> None:
    drawn = streets(a=[(0, 0), (1000, 0)])
    outline = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (9, 9)])], crs="EPSG:2229")
    with pytest.raises(CrsError, match="is no area"):
        network.share_by_boundary(drawn, outline)
    with pytest.raises(CrsError, match="not in the system"):
        network.share_by_boundary(drawn, outline.to_crs("EPSG:4326"))


# ------------------------------------------------------------------ divided roads


def test_divided_roads_of_an_invented_town_are_found_and_nothing_else(sample_town: Town) -> None:
    sections = sample_town.streets.sections
    names = sections["street_name"].reset_index(drop=True)
    groups = [rows.index.tolist() for _, rows in names.groupby(names)]
    bare = sections.drop(columns="carriageway")
    beside = network.lines_beside(bare, groups, np.full(len(bare), np.nan))
    assert (
        sections.index[list(beside)].tolist()
        == sections.index[sections["carriageway"].eq("divided")].tolist()
    )


@pytest.mark.parametrize(
    ("other", "ways", "divided"),
    [
        ([(0, 60), (500, 60)], ["with", "against"], True),
        ([(500, 60), (0, 60)], ["with", "with"], True),
        ([(0, 60), (500, 60)], ["no", "no"], False),
        ([(0, 60), (500, 60)], ["with", None], False),
        ([(0, 160), (500, 160)], ["with", "against"], False),
        ([(500, 0), (1000, 0)], ["with", "with"], False),
        ([(500, 0), (500, 60)], ["with", "with"], False),
        ([(0, 0), (250, 50), (500, 0)], ["with", "against"], True),
    ],
)
def test_one_way_lines_beside_each_other_are_divided(
    other: Lines, ways: list[str | None], *, divided: bool
) -> None:
    lines = streets(a=[(0, 0), (500, 0)], b=other).assign(street_name="MAIN ST", one_way=ways)
    words = network.carriageways(lines)
    assert words.tolist() == (["divided"] * 2 if divided else ["single"] * 2)
    assert network.carriageways(lines.assign(street_name=["MAIN ST", "OAK ST"])).eq("single").all()
