"""Faults of drawn streets, one of each kind."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from norwalk_geo import faults
from norwalk_geo.towns import Town

Lines = list[tuple[float, float]]
CASES: dict[str, tuple[dict[str, Lines], str]] = {
    "near_miss": ({"a": [(0, 0), (100, 0)], "b": [(50, 9.8), (50, 90)]}, "b ends 9.8 ft from a"),
    "short_dangle": (
        {"a": [(0, 0), (99, 0)], "b": [(99, 0), (99, 99)], "c": [(99, 0), (120, 0)]},
        "c is a dead end of 21 ft",
    ),
    "not_split": (
        {"a": [(0, 0), (100, 0)], "b": [(50, 0), (50, 90)]},
        "a meets other lines between its ends (1×)",
    ),
    "bare_crossing": (
        {"a": [(0, 0), (100, 0)], "b": [(50, -50), (50, 50)]},
        "a and b cross without a junction",
    ),
    "overlap": ({"a": [(0, 0), (100, 0)], "b": [(50, 0), (150, 0)]}, "a and b share 50 ft"),
    "same_shape": (
        {"a": [(0, 0), (100, 0)], "b": [(100, 0), (0, 0)]},
        "b has the shape of a; its miles count twice",
    ),
    "isolated": (
        {"a": [(0, 0), (100, 0)], "b": [(0, 60), (80, 60)]},
        "1 section of 80 ft is joined to no other; a is 60 ft away",
    ),
    "crosses_itself": (
        {"a": [(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)]},
        "a crosses itself",
    ),
}


def streets(lines: dict[str, Lines]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"functional_class": "residential"},
        index=pd.Index(lines, name="section_id", dtype="str"),
        geometry=[LineString(line) for line in lines.values()],
        crs="EPSG:2229",
    )


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_is_found_and_said(kind: str) -> None:
    lines, said = CASES[kind]
    found = faults.find(streets(lines))
    assert found.loc[found["fault"].eq(kind), "what"].tolist() == [said]


def test_names_that_change_and_names_spelled_twice() -> None:
    lines = streets({"a": [(0, 0), (99, 0)], "b": [(99, 0), (200, 0)], "c": [(200, 0), (300, 0)]})
    found = faults.find(lines.assign(street_name=["1ST ST", "First Street", "OAK AVE"]))
    assert faults.count(found) == {"name_change": 1, "two_spellings": 1}
    assert faults.count(faults.find(lines.assign(street_name=["A", None, "A"]))) == {"no_name": 1}


def test_lengths_that_differ_and_sections_without_condition() -> None:
    lines = streets({"a": [(0, 0), (100, 0)], "b": [(100, 0), (200, 0)]})
    surveys = pd.DataFrame(
        {"pci": [50.0]},
        index=pd.MultiIndex.from_tuples([("a", "2025-01-01")], names=["section_id", "survey_date"]),
    )
    found = faults.find(lines.assign(given_length_ft=[100.0, 150.0]), surveys)
    assert faults.count(found) == {"length_differs": 1, "no_condition": 1}
    assert "150 ft by its source and 100 ft as drawn" in found["what"].to_list()[0]


def test_a_clean_block_has_none(sample_town: Town) -> None:
    found = faults.find(sample_town.streets.sections)
    assert not found["fault"].isin(["not_split", "bare_crossing", "overlap", "same_shape"]).any()
    assert faults.find(streets({"a": [(0, 0), (100, 0)]})).empty


@given(order=st.permutations(range(4)), turn=st.sampled_from(["turned", ""]))
def test_order_and_direction_do_not_matter(order: list[int], turn: str) -> None:
    lines = streets(CASES["near_miss"][0] | {"x": [(0, 60), (80, 60)], "y": [(0, 0), (0, 70)]})
    before = faults.find(lines)
    shuffled = lines.iloc[order]
    if turn:
        shuffled = shuffled.set_geometry(shuffled.geometry.reverse())
    again = faults.find(shuffled)
    assert faults.count(again) == faults.count(before)
    assert set(again["section_ids"]) == set(before["section_ids"])
