from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import strategies
from conftest import assert_like
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from norwalk_geo import network, schema
from norwalk_geo.errors import CrsError
from norwalk_geo.network import Network

if TYPE_CHECKING:
    from norwalk_geo.towns import Town

Draw = Callable[..., gpd.GeoDataFrame]
BBOX = (-118.11, 33.87, -118.04, 33.95)
BLOCK = """\
A---B---C
|   |
D---E
"""


def streets(*lines: list[tuple[float, float]], crs: str = "EPSG:2229") -> gpd.GeoDataFrame:
    """Residential streets `s0`, `s1`, … from points."""
    return gpd.GeoDataFrame(
        {"functional_class": "residential"},
        index=pd.Index([f"s{i}" for i in range(len(lines))], name="section_id", dtype="str"),
        geometry=[LineString(line) for line in lines],
        crs=crs,
    )


def partition(built: Network) -> set[frozenset[tuple[str, str]]]:
    """Which ends meet, without the names of the nodes."""
    ends: dict[str, set[tuple[str, str]]] = {}
    for section, row in built.sections.iterrows():
        ends.setdefault(row["from_node"], set()).add((str(section), "from"))
        ends.setdefault(row["to_node"], set()).add((str(section), "to"))
    return {frozenset(group) for group in ends.values()}


# ------------------------------------------------------------------ build


def test_a_drawn_block_has_its_corners(draw: Draw) -> None:
    built = network.build(draw(BLOCK))
    assert list(built.sections.index) == ["AB", "AD", "BC", "BE", "DE"]
    assert sorted(built.nodes["degree"]) == [1, 2, 2, 2, 3]
    corner = built.sections.loc["AB", "from_node"]
    assert built.sections.loc["AD", "from_node"] == corner
    assert built.nodes.loc[corner].geometry.equals(Point(built.sections.geometry["AB"].coords[0]))


def test_degrees_count_every_end_once(draw: Draw) -> None:
    built = network.build(draw(BLOCK))
    assert built.nodes["degree"].sum() == 2 * len(built.sections)
    assert set(built.sections["from_node"]) | set(built.sections["to_node"]) == set(
        built.nodes.index
    )


def test_the_sections_stay_as_they_are(draw: Draw) -> None:
    before = draw(BLOCK)
    built = network.build(before)
    pd.testing.assert_frame_equal(
        pd.DataFrame(built.sections.drop(columns=["from_node", "to_node"])), pd.DataFrame(before)
    )
    assert built.nodes.crs == before.crs
    schema.check(built.nodes, "nodes")


def test_ends_within_the_tolerance_are_one_place_and_farther_ones_are_not() -> None:
    lines = streets([(0, 0), (100, 0)], [(100.9, 0), (200, 0)], [(100, 5), (100, 90)])
    assert len(network.build(lines).nodes) == 5
    assert len(network.build(lines, snap_ft=0.5).nodes) == 6
    assert len(network.build(lines, snap_ft=6).nodes) == 4


def test_ends_join_through_others_in_a_chain() -> None:
    """Each end is within a foot of the next, the outer two are not of each other."""
    lines = streets([(0, 0), (100, 0)], [(100.8, 0), (200, 0)], [(101.6, 0), (101.6, 80)])
    built = network.build(lines)
    assert len(built.nodes) == 4
    assert built.nodes["degree"].max() == 3


def test_a_bridge_does_not_meet_the_street_below() -> None:
    lines = streets([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 99)])
    lines = lines.assign(level_from=pd.array([None, 0, 1], "Int64"), level_to=[0, 0, 0])
    built = network.build(lines)
    assert len(built.nodes) == 5
    assert built.nodes["level"].tolist().count(1) == 1
    above = built.sections.loc["s2", "from_node"]
    assert above not in set(
        built.sections.loc[["s0", "s1"], ["from_node", "to_node"]].to_numpy().ravel()
    )


def test_a_loop_ends_where_it_began() -> None:
    built = network.build(streets([(0, 0), (50, 50), (0, 100), (0, 0)]))
    assert built.nodes["degree"].tolist() == [2]
    graph = network.to_graph(built)
    assert graph.number_of_edges() == 1


def test_the_tolerance_is_in_feet_in_a_metric_system() -> None:
    near = streets([(0, 0), (100, 0)], [(100.3, 0), (200, 0)], crs="EPSG:26911")
    assert len(network.build(near).nodes) == 3
    far = streets([(0, 0), (100, 0)], [(100.31, 0), (200, 0)], crs="EPSG:26911")
    assert len(network.build(far).nodes) == 4


@given(frame=strategies.sections(), data=st.data())
def test_neither_the_order_of_rows_nor_of_points_changes_what_meets(
    frame: gpd.GeoDataFrame, data: st.DataObject
) -> None:
    lines = frame.set_index("section_id")
    built = network.build(lines)
    order = data.draw(st.permutations(range(len(lines))))
    shuffled = network.build(lines.iloc[order])
    assert partition(shuffled) == partition(built)
    assert shuffled.nodes.index.tolist() == built.nodes.index.tolist()
    assert built.nodes["degree"].sum() == 2 * len(lines)
    assert shuffled.sections.sort_index()["from_node"].equals(
        built.sections.sort_index()["from_node"]
    )


def test_places_in_one_square_foot_keep_apart() -> None:
    lines = streets([(0, 0), (100, 0)], [(100.3, 0), (200, 0)], [(100.2, 0.3), (100, 50)])
    nodes = network.build(lines, snap_ft=0.1).nodes
    assert len(nodes) == 6
    assert nodes.index.is_unique
    again = network.build(lines.iloc[::-1], snap_ft=0.1).nodes
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(nodes))


@given(frame=strategies.sections(), snap_ft=st.floats(0.1, 500))
def test_a_wider_tolerance_never_makes_more_places(frame: gpd.GeoDataFrame, snap_ft: float) -> None:
    lines = frame.set_index("section_id")
    narrow = partition(network.build(lines, snap_ft=snap_ft))
    wide = partition(network.build(lines, snap_ft=2 * snap_ft))
    assert len(wide) <= len(narrow)
    assert all(any(small <= large for large in wide) for small in narrow)


# ------------------------------------------------------------------ ids


@given(frame=strategies.sections(), data=st.data())
def test_ids_depend_on_shape_alone(frame: gpd.GeoDataFrame, data: st.DataObject) -> None:
    ids = network.section_ids(frame.geometry)
    assert network.section_ids(frame.geometry.reverse()).tolist() == ids.tolist()
    order = data.draw(st.permutations(range(len(frame))))
    assert network.section_ids(frame.geometry.iloc[order]).sort_index().equals(ids)
    assert ids.str.fullmatch(r"s[0-9a-f]{10}").all()


def test_other_streets_have_other_ids() -> None:
    lines = streets([(0, 0), (100, 0)], [(0, 0), (102, 0)], [(0, 2), (100, 2)])
    assert network.section_ids(lines.geometry).is_unique


# ------------------------------------------------------------------ measure


def test_length_area_and_the_citys_share() -> None:
    lines = streets(*([(0.0, y), (5280.0, y)] for y in range(0, 600, 100))).assign(
        width_ft=[30, None, 30, 30, 30, 30],
        area_sy=[None, None, 5000, None, None, None],
        carriageway=[None, "single", "single", "divided", "single", "single"],
        maintained_by=[None, "city", "city", "city", "county", "county"],
        share_pct=[None, None, None, None, None, 25],
    )
    measures = network.measure(lines, schema.parameters("classes"))
    assert measures["length_ft"].tolist() == [5280.0] * 6
    assert measures["city_share"].tolist() == [1, 1, 1, 1, 0, 0.25]
    assert measures["miles"].tolist() == [1, 1, 1, 0.5, 0, 0.25]
    # 36 ft is the default width of a residential street.
    assert measures["area_sy"].tolist() == [17600, 5280 * 36 / 9, 5000, 17600, 0, 4400]
    assert measures["area_is_estimated"].tolist() == [False, True, False, False, False, False]


def test_measures_belong_to_their_sections(sample_town: Town) -> None:
    sections = sample_town.streets.sections
    measures = network.measure(sections, schema.parameters("classes"))
    assert_like(measures, sections)
    assert measures["city_share"].between(0, 1).all()
    assert (measures["length_ft"] > 0).all()


def test_absent_columns_mean_what_blank_cells_mean() -> None:
    lines = streets([(0, 0), (5280, 0)])
    blank = lines.assign(width_ft=np.nan, area_sy=np.nan, share_pct=np.nan)
    classes = schema.parameters("classes")
    pd.testing.assert_frame_equal(network.measure(lines, classes), network.measure(blank, classes))


def test_metres_become_international_feet_and_both_feet_count_as_one() -> None:
    classes = schema.parameters("classes")
    metric = streets([(0, 0), (304.8, 0)], crs="EPSG:26911")
    assert network.measure(metric, classes)["length_ft"].tolist() == pytest.approx([1000])
    for crs in ("EPSG:2229", "EPSG:2222"):  # US survey feet; international feet
        own = network.measure(streets([(0, 0), (1000, 0)], crs=crs), classes)
        assert own["length_ft"].tolist() == [1000.0]


# ------------------------------------------------------------------ graph


def test_the_graph_keeps_ids_lengths_and_parallel_streets(draw: Draw) -> None:
    lines = streets([(0, 0), (300, 0)], [(0, 0), (150, 200), (300, 0)])
    graph = network.to_graph(network.build(lines))
    assert graph.number_of_nodes() == 2
    lengths = {key: data["length_ft"] for _, _, key, data in graph.edges(keys=True, data=True)}
    assert lengths == {"s0": 300.0, "s1": 500.0}
    block = network.to_graph(network.build(draw(BLOCK)))
    assert (block.number_of_nodes(), block.number_of_edges()) == (5, 5)
    assert all({"x", "y"} <= set(data) for _, data in block.nodes(data=True))


# ------------------------------------------------------------------ coordinate systems


def refusal(frame: gpd.GeoDataFrame, crs: str = "EPSG:2229") -> str:
    with pytest.raises(CrsError) as caught:
        network.check_crs(frame, "sections", crs=crs, bbox_lonlat=BBOX)
    return str(caught.value)


def test_streets_in_the_city_pass(draw: Draw) -> None:
    network.check_crs(draw(BLOCK), "sections", crs="EPSG:2229", bbox_lonlat=BBOX)
    network.check_crs(draw(BLOCK).iloc[:0], "sections", crs="EPSG:2229", bbox_lonlat=BBOX)


def test_no_system(draw: Draw) -> None:
    lines = draw(BLOCK).set_crs(None, allow_override=True)
    assert "geometry: has no coordinate system. Import it with source_crs" in refusal(lines)


def test_another_system(draw: Draw) -> None:
    assert "geometry: is in EPSG:4326, not in the city's EPSG:2229." in refusal(
        draw(BLOCK).to_crs("EPSG:4326")
    )


def test_the_wrong_zone_names_the_rows(draw: Draw) -> None:
    lines = draw(BLOCK).set_crs("EPSG:2230", allow_override=True).to_crs("EPSG:2229")
    text = refusal(lines)
    assert "lies outside the city's bbox_lonlat, for example at longitude" in text
    assert "in 5 rows: AB, AD, BC, …" in text


def test_one_stray_row_is_named_alone(draw: Draw) -> None:
    lines = draw(BLOCK)
    lines.loc["BC", "geometry"] = LineString([(0, 0), (10, 0)])
    assert "in 1 row: BC." in refusal(lines)


@pytest.mark.parametrize(
    ("crs", "said"),
    [("EPSG:4326", "EPSG:4326: is in degrees."), ("EPSG:22x", "EPSG:22x: is no known system.")],
)
def test_the_citys_system_must_be_a_projected_one(draw: Draw, crs: str, said: str) -> None:
    assert said in refusal(draw(BLOCK), crs)
