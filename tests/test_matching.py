"""Pavement tables joined to lines: drawn cases, bad rows, and a real city."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString
from shapely.affinity import translate

from norwalk_geo import matching, network, schema
from norwalk_geo.errors import SchemaError
from norwalk_geo.matching import read_limit
from norwalk_geo.network import Network

Draw = Callable[..., gpd.GeoDataFrame]
# Main Street runs from west to east, Oak, Elm and Ash cross it; Elm ends at D and H.
TOWN = """\
    D
    |
A---B---C---E---F
|   |       |
G   H       I
"""
NAMES = {
    "AB": "E MAIN ST",
    "BC": "E MAIN ST",
    "CE": "E MAIN ST",
    "EF": "E MAIN ST",
    "AG": "OAK AVE",
    "DB": "ELM ST",
    "BH": "ELM ST",
    "EI": "1ST ST",
}


@pytest.fixture(scope="module")
def lines(draw: Draw) -> Network:
    drawn = draw(TOWN).drop(columns="functional_class")
    drawn.index = drawn.index.rename("line_id")
    return network.build(drawn.assign(street_name=pd.Series(NAMES)))


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return schema.check(
        pd.DataFrame([{"source_id": f"p{i}", **row} for i, row in enumerate(rows)]), "limits"
    )


def one(lines: Network, **cells: object) -> tuple[str, list[str]]:
    """Status and lines of a single row."""
    found = matching.match(table(cells), lines).matches.iloc[0]
    return found["status"], str(found["lines"]).split() if pd.notna(found["lines"]) else []


# ------------------------------------------------------------------ limits


def test_limits_between_corners(lines: Network) -> None:
    row = {"street_name": "Main St., E.", "from_street": "Elm", "to_street": "First"}
    assert one(lines, **row) == ("matched", ["BC", "CE"])
    turned = {"street_name": "East Main", "from_street": "1st St", "to_street": "ELM ST"}
    assert one(lines, **turned) == ("matched", ["CE", "BC"])


def test_dead_ends_and_the_city_limit(lines: Network) -> None:
    for end in ("End", "dead end", "City Limits", "c.l."):
        row = {"street_name": "Main", "from_street": "1st", "to_street": end}
        # Main ends at both A and F; Oak goes on at A, so that F is the better end.
        assert one(lines, **row) == ("matched", ["EF"])


def test_a_limit_named_twice_or_with_a_remark(lines: Network) -> None:
    row = {"street_name": "Main", "from_street": "Oak/Maple", "to_street": "Elm (north leg)"}
    assert one(lines, **row) == ("matched", ["AB"])


def test_a_slip_in_a_limit_is_understood_at_the_corner(lines: Network) -> None:
    row = {"street_name": "E Main St", "from_street": "Oake Av", "to_street": "Elm St"}
    assert one(lines, **row) == ("matched", ["AB"])


def test_feet_from_a_corner_make_a_part_of_a_block(lines: Network) -> None:
    row = {"street_name": "Main", "from_street": "100 ft E of Oak", "to_street": "Elm"}
    joined = matching.match(table(row), lines)
    piece = joined.pieces.iloc[0]
    assert (piece["line_id"], piece["from_ft"], piece["to_ft"]) == ("AB", 100, 400)
    assert joined.matches["length_ft"].item() == 300
    past = {"street_name": "Main", "from_street": "Oak", "to_street": "100' E of Elm"}
    pieces = matching.match(table(past), lines).pieces
    assert pieces["line_id"].tolist() == ["AB", "BC"]
    assert pieces["to_ft"].tolist() == [400, 100]


def test_one_limit_unknown_is_used_with_doubt_or_listed(lines: Network) -> None:
    row = {"street_name": "Main", "from_street": "1st", "to_street": "Nowhere"}
    assert one(lines, **row, given_length_ft=1600)[0] in {"ambiguous", "unmatched", "doubtful"}
    assert one(lines, street_name="Elm", from_street="Main", to_street="Nowhere")[0] == "ambiguous"
    status, found = one(lines, street_name="Main", from_street="Oak", to_street="Nowhere")
    assert (status, found) == ("doubtful", ["AB"])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"street_name": "Birch Ln", "from_street": "Oak", "to_street": "Elm"}, "no line has"),
        ({"street_name": "Main", "from_street": "Pine", "to_street": "Fir"}, "neither limit"),
        ({"street_name": "Main", "from_street": "Elm", "to_street": "Elm"}, "meets it once"),
        ({"street_name": None, "from_street": "Elm", "to_street": "Oak"}, "names no street"),
        ({"route": "SR 91", "from_mi": 1, "to_mi": 2}, "no line is on route"),
    ],
)
def test_what_cannot_be_found_says_why(lines: Network, row: dict[str, object], why: str) -> None:
    found = matching.match(table(row), lines).matches.iloc[0]
    assert found["status"] == "unmatched"
    assert why in found["reason"]


def test_a_length_that_contradicts_lowers_the_score(lines: Network) -> None:
    row = {"street_name": "Main", "from_street": "Oak", "to_street": "Elm"}
    scores = [
        matching.match(table(row | {"given_length_ft": ft}), lines).matches["score"].item()
        for ft in (400, 500, 700, 100)
    ]
    assert scores == sorted(scores, reverse=True)
    assert one(lines, **row, given_length_ft=100)[0] == "unmatched"
    # A street too short loses 35 points at the most; one over three times the length, twice that.
    far = [
        matching.match(table(row | {"given_length_ft": ft}), lines).matches["score"].item()
        for ft in (5000, 100, 10)
    ]
    assert [scores[0] - score for score in far] == pytest.approx([35, 70, 70])


def test_the_length_stands_for_a_limit_that_is_not_found(lines: Network) -> None:
    row = {"street_name": "Main", "from_street": "1st", "to_street": "Nowhere"}
    # 1st Street is at E: 400 ft on to F, where the street ends; 400 ft back to C, 800 to B.
    assert one(lines, **row, given_length_ft=800) == ("doubtful", ["CE", "BC"])
    assert one(lines, **row, given_length_ft=400)[0] == "ambiguous"
    oak = {"street_name": "Main", "from_street": "Nowhere", "to_street": "Oak"}
    assert one(lines, **oak, given_length_ft=1195) == ("doubtful", ["CE", "BC", "AB"])
    end = {"street_name": "E Main St", "from_street": "Elm", "to_street": "Nowhere"}
    assert one(lines, **end, given_length_ft=1200) == ("matched", ["BC", "CE", "EF"])


def test_the_length_chooses_between_two_ends(draw: Draw) -> None:
    drawn = draw("A---B-----C\n    |\n    D\n").rename_axis("line_id")
    names = pd.Series({"AB": "MAIN ST", "BC": "MAIN ST", "BD": "ELM ST"})
    lines = network.build(drawn.assign(street_name=names))
    row = {"street_name": "Main", "from_street": "Elm", "to_street": "end"}
    assert one(lines, **row)[0] == "ambiguous"
    assert one(lines, **row, given_length_ft=605) == ("matched", ["BC"])
    assert one(lines, **row, given_length_ft=500)[0] == "ambiguous"


# ------------------------------------------------------------------ blocks and routes


def test_blocks_by_house_numbers(draw: Draw) -> None:
    drawn = draw("A---B---C\n").rename_axis("line_id").assign(street_name="OAK AVE")
    numbered = drawn.assign(left_from_address=[101, 201], left_to_address=[199, 299])
    lines = network.build(numbered)
    assert one(lines, street_name="Oak", block=200) == ("matched", ["BC"])
    assert one(lines, street_name="Oak", block=700)[0] == "unmatched"


def test_miles_of_a_route(draw: Draw) -> None:
    drawn = draw("A---B---C\n").rename_axis("line_id")
    lines = network.build(drawn.assign(route="SR 91", from_mi=[0.0, 1.0], to_mi=[1.0, 2.0]))
    row = {"route": "Route 91", "from_mi": 0.5, "to_mi": 1.25}
    pieces = matching.match(table(row), lines).pieces
    assert pieces[["line_id", "from_ft", "to_ft"]].to_numpy().tolist() == [
        ["AB", 200, 400],
        ["BC", 0, 100],
    ]
    back = matching.match(table(row | {"from_mi": 1.25, "to_mi": 0.5}), lines).pieces
    assert back["line_id"].tolist() == ["BC", "AB"]
    assert back["is_reversed"].all()


def test_mileposts_as_limits_and_a_gap_in_a_route(draw: Draw) -> None:
    drawn = draw("A---B---C---D\n").rename_axis("line_id")
    miles = {"from_mi": [0.0, 1.0, 5.0], "to_mi": [1.0, 2.0, 6.0]}
    lines = network.build(drawn.assign(route="SR 91", **miles))
    row = {"street_name": "SR-91", "from_street": "MP 0.5", "to_street": "Milepost 2"}
    pieces = matching.match(table(row), lines).pieces
    assert pieces[["line_id", "from_ft", "to_ft"]].to_numpy().tolist() == [
        ["AB", 200, 400],
        ["BC", 0, 400],
    ]
    # Three of the four and a half miles have no line.
    assert one(lines, route="SR 91", from_mi=1.5, to_mi=6) == ("unmatched", [])


def test_house_numbers_are_shared_out_when_a_line_is_cut(draw: Draw) -> None:
    drawn = draw("A-------B")
    corner = LineString([drawn.geometry["AB"].interpolate(400), (6_530_400, 1_799_700)])
    stem = gpd.GeoDataFrame(index=["S"], geometry=[corner], crs=drawn.crs)
    lines = pd.concat([drawn, stem]).rename_axis("line_id")
    lines = lines.assign(left_from_address=[101.0, None], left_to_address=[201.0, None])
    cut = matching.cut_lines(lines)
    assert cut.index.tolist() == ["AB-1", "AB-2", "S"]
    assert cut["left_from_address"].tolist()[:2] == [101, 151]
    assert cut["left_to_address"].tolist()[:2] == [151, 201]


@pytest.fixture(scope="module")
def numbered(draw: Draw) -> Network:
    drawn = draw("A---B---C\n|   |   |\nD   E   F\n").rename_axis("line_id")
    named = pd.Series({"AB": "OAK AVE", "BC": "OAK AVE", "AD": "1ST ST", "BE": "ELM", "CF": "ASH"})
    sides = {"left_from_address": [101, 201], "left_to_address": [199, 299]}
    sides |= {"right_from_address": [100, 200], "right_to_address": [198, 298]}
    numbers = pd.DataFrame(sides, index=["AB", "BC"], dtype="float64").reindex(drawn.index)
    return network.build(drawn.assign(street_name=named).join(numbers))


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (("1st", "#149"), [("AB", 0, 196)]),
        (("#149", "1st"), [("AB", 0, 196)]),
        (("#149", "Elm"), [("AB", 196, 400)]),
        (("#149", "No. 249"), [("AB", 196, 400), ("BC", 0, 196)]),
        (("#120", "#179"), [("AB", 82, 318)]),
        (("house 140 (Brown)", "Ash"), [("AB", 163, 400), ("BC", 0, 400)]),
        # No house has the number; it would stand between the blocks.
        (("#199 ", "#200"), []),
        # A bare number is a street where one has that name, else a house.
        (("1", "249"), [("AB", 0, 400), ("BC", 0, 196)]),
    ],
)
def test_house_numbers_as_limits(
    numbered: Network, limits: tuple[str, str], expected: list[tuple[str, float, float]]
) -> None:
    row = {"street_name": "Oak", "from_street": limits[0], "to_street": limits[1]}
    pieces = matching.match(table(row), numbered).pieces.sort_values("line_id")
    found = pieces[["line_id", "from_ft", "to_ft"]].round(0).to_numpy().tolist()
    assert found == [list(one) for one in expected]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("100-199 OAK AVE", ["AB"]),
        ("100 - 298 Oak", ["AB", "BC"]),
        ("200 BLK OAK AVE", ["BC"]),
        ("200 block of Oak Ave", ["BC"]),
        ("700-799 OAK AVE", []),
    ],
)
def test_a_block_before_the_name(numbered: Network, name: str, lines: list[str]) -> None:
    assert one(numbered, street_name=name)[1] == lines


def test_a_house_far_from_all_numbers_is_not_guessed(numbered: Network) -> None:
    row = {"street_name": "Oak", "from_street": "#2400", "to_street": "Elm"}
    assert one(numbered, **row)[0] != "matched"


# ------------------------------------------------------------------ divided roads

# Main runs from west to east on two lines; whoever drives keeps to the right.
DIVIDED = """\
A-----B-----C
|     |     |
D-----E-----F
|     |     |
G     H     I
"""


@pytest.fixture(scope="module")
def divided(draw: Draw) -> Network:
    drawn = draw(DIVIDED, cell_ft=30.0).rename_axis("line_id")
    names = dict.fromkeys(["AB", "BC", "DE", "EF"], "MAIN ST")
    names |= {"AD": "OAK AVE", "DG": "OAK AVE", "BE": "ELM ST", "EH": "ELM ST"}
    return network.build(
        drawn.assign(street_name=pd.Series(names | {"CF": "ASH ST", "FI": "ASH ST"}))
    )


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ({"street_name": "Main", "direction": "e"}, ["DE", "EF"]),
        ({"street_name": "Main", "direction": "w"}, ["AB", "BC"]),
        ({"street_name": "Main St EB"}, ["DE", "EF"]),
        ({"street_name": "Main St westbound"}, ["AB", "BC"]),
    ],
)
def test_a_direction_chooses_the_carriageway(
    divided: Network, row: dict[str, object], lines: list[str], *, turned: bool
) -> None:
    limits = ("Ash", "Oak") if turned else ("Oak", "Ash")
    found = one(divided, **row, from_street=limits[0], to_street=limits[1])
    assert found == ("matched", lines[::-1] if turned else lines)


def test_known_one_way_lines_go_before_the_side(divided: Network) -> None:
    sections = divided.sections.drop(columns=["from_node", "to_node"])
    ways = pd.Series({"AB": "with", "BC": "with", "DE": "against", "EF": "against"})
    lines = network.build(sections.assign(one_way=ways.reindex(sections.index)))
    row = {"street_name": "Main", "from_street": "Oak", "to_street": "Ash", "direction": "e"}
    assert one(lines, **row) == ("matched", ["AB", "BC"])
    both_ways = sections.assign(one_way="no")
    assert one(network.build(both_ways), **row)[0] == "ambiguous"


def test_a_row_of_the_whole_street_has_half_on_each_carriageway(divided: Network) -> None:
    row = {
        "street_name": "Main",
        "from_street": "Oak",
        "to_street": "Ash",
        "given_length_ft": 360,
        "area_sy": 1600,
        "width_ft": 40,
        "lanes": 4,
    }
    rows = table(row)
    joined = matching.match(rows, divided)
    assert joined.pieces["carriageway"].eq("both").all()
    made = matching.sections(rows, joined.pieces, divided, default_class="arterial")
    assert made["carriageway"].eq("divided").all()
    assert made["given_length_ft"].tolist() == [360, 360]
    assert made[["area_sy", "width_ft", "lanes"]].to_numpy().tolist() == [[800, 20, 2]] * 2
    classes = schema.parameters("classes")
    measures = network.measure(made, classes)
    assert measures["miles"].sum() == pytest.approx(360 / 5280)
    # By the width of its class each line has half of the street, too.
    bare = made.drop(columns=["area_sy", "width_ft"])
    single = bare.iloc[:1].assign(carriageway="single")
    areas = network.measure(bare, classes)["area_sy"].sum()
    assert areas == pytest.approx(network.measure(single, classes)["area_sy"].sum())


def test_two_rows_with_the_same_limits_have_a_carriageway_each(divided: Network) -> None:
    row = {"street_name": "Main", "from_street": "Oak", "to_street": "Ash"}
    joined = matching.match(table(row, row), divided)
    assert joined.matches["status"].tolist() == ["doubtful", "doubtful"]
    assert matching.twice(joined.pieces).empty
    assert sorted(joined.pieces["line_id"]) == ["AB", "BC", "DE", "EF"]
    assert joined.pieces["carriageway"].eq("one").all()


# ------------------------------------------------------------------ fixes


def test_what_a_person_decides_is_kept(lines: Network) -> None:
    rows = table(
        {"street_name": "Birch", "from_street": "Oak", "to_street": "Elm"},
        {"street_name": "Main", "from_street": "Oak", "to_street": "Elm"},
    )
    fixes = pd.Series({"p0": "CE BC", "p1": "none"})
    joined = matching.match(rows, lines, fixes=fixes)
    assert joined.matches["status"].tolist() == ["fixed", "unmatched"]
    assert joined.pieces["is_reversed"].tolist() == [True, True]
    with pytest.raises(SchemaError, match=r"names lines that there are not \(XX\) in 1 row: p0"):
        matching.match(rows, lines, fixes=pd.Series({"p0": "XX"}))


# ------------------------------------------------------------------ sections


def test_sections_are_drawn_from_the_first_limit_to_the_last(lines: Network) -> None:
    rows = table(
        {
            "street_name": "Main",
            "from_street": "1st",
            "to_street": "Elm",
            "functional_class": "residential",
            "pci": 61,
            "pci_method": "vendor",
            "survey_date": "2025-05-01",
            "area_sy": 1000,
        },
        {"street_name": "Elm", "from_street": "Main", "to_street": "end"},
    )
    joined = matching.match(rows, lines)
    made = matching.sections(rows, joined.pieces, lines, default_class="residential")
    main = made.loc["sp0"]
    assert main["source_id"] == "p0"
    assert main.geometry.length == 800
    assert main.geometry.coords[0][0] > main.geometry.coords[-1][0]
    surveys = matching.surveys(rows, made)
    assert surveys.index.tolist() == [("sp0", pd.Timestamp("2025-05-01"))]
    assert made["area_sy"].sum() == 1000


def test_stretches_that_two_rows_cover_are_listed(lines: Network) -> None:
    rows = table(
        {"street_name": "Main", "from_street": "Oak", "to_street": "Elm"},
        {"street_name": "Main", "from_street": "Oak", "to_street": "1st"},
    )
    overlaps = matching.twice(matching.match(rows, lines).pieces)
    assert overlaps[["line_id", "length_ft"]].to_numpy().tolist() == [["AB", 400]]


# ------------------------------------------------------------------ sections that exist


@pytest.fixture(scope="module")
def existing(draw: Draw) -> gpd.GeoDataFrame:
    """Main Street is one section of 1,600 ft here, and its corners are other streets' ends."""
    drawn = draw(TOWN).drop(index=["BC", "CE", "EF"])
    whole = draw("A---------------F\n").geometry["AF"]
    place = drawn.geometry["AB"].coords[0]
    shift = (place[0] - whole.coords[0][0], place[1] - whole.coords[0][1])
    drawn.loc["AB", "geometry"] = translate(whole, *shift)
    names = pd.Series(NAMES)
    return drawn.assign(street_name=names, width_ft=33.0).rename_axis("section_id")


def test_rows_go_onto_sections_by_length(existing: gpd.GeoDataFrame) -> None:
    lines = network.build(matching.cut_lines(existing.rename_axis("line_id")))
    base = {"street_name": "Main", "survey_date": "2025-05-01", "pci_method": "vendor"}
    rows = table(
        base | {"from_street": "Oak", "to_street": "Elm", "pci": 40, "area_sy": 900},
        base | {"from_street": "Elm", "to_street": "end", "pci": 80, "area_sy": 2700},
        {"street_name": "Oak", "from_street": "Main", "to_street": "end", "width_ft": 28},
    )
    joined = matching.match(rows, lines)
    made = matching.attach(rows, joined.pieces, existing)
    assert made.sections.index.tolist() == existing.index.tolist()
    assert made.sections.geometry.equals(existing.geometry)
    assert made.section_rows.loc[("AB", "p0"), "covered_pct"] == pytest.approx(25)
    assert made.section_rows.loc[("AB", "p1"), "length_ft"] == pytest.approx(1200)
    # A quarter at 40 and three quarters at 80.
    assert made.surveys["pci"].to_dict() == {("AB", pd.Timestamp("2025-05-01")): 70}
    assert made.sections.loc["AB", "area_sy"] == pytest.approx(3600)
    # What no row says stays, and nothing is made up.
    widths = {"AB": 33, "AG": 28, "DB": 33, "BH": 33, "EI": 33}
    assert made.sections["width_ft"].to_dict() == widths
    again = matching.attach(rows, joined.pieces, made.sections)
    pd.testing.assert_frame_equal(again.sections, made.sections)


def test_a_section_of_which_little_is_rated_stays_unsurveyed(existing: gpd.GeoDataFrame) -> None:
    lines = network.build(matching.cut_lines(existing.rename_axis("line_id")))
    row = {"street_name": "Main", "from_street": "Oak", "to_street": "Elm", "area_sy": 900}
    rated = {"pci": 40, "survey_date": "2025-05-01", "pci_method": "vendor"}
    rows = table(row | rated)
    made = matching.attach(rows, matching.match(rows, lines).pieces, existing)
    assert made.surveys.empty
    assert made.sections["area_sy"].isna().all()


# ------------------------------------------------------------------ order


@given(data=st.data())
def test_neither_order_nor_direction_of_lines_matters(lines: Network, data: st.DataObject) -> None:
    rows = table(
        {"street_name": "Main", "from_street": "Elm", "to_street": "First"},
        {"street_name": "Elm", "from_street": "Main", "to_street": "end"},
        {"street_name": "Main", "from_street": "1st", "to_street": "end"},
    )
    before = matching.match(rows, lines)
    order = data.draw(st.permutations(range(len(lines.sections))))
    turn = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    shuffled = lines.sections.iloc[order].drop(columns=["from_node", "to_node"])
    shapes = [g.reverse() if t else g for g, t in zip(shuffled.geometry, turn, strict=True)]
    again = matching.match(rows, network.build(shuffled.set_geometry(shapes, crs=shuffled.crs)))
    columns = ["status", "score", "lines", "reason"]
    pd.testing.assert_frame_equal(again.matches[columns], before.matches[columns])


def test_limits_say_what_they_mean() -> None:
    assert read_limit("150 ft N of Elm St").toward == "n"
    assert read_limit("#135 (Granger)").house == 135
    assert [name.core for name in read_limit("#135 (Granger)").streets] == ["granger"]
    assert read_limit("D.E. @City line").end == "end"


# ------------------------------------------------------------------ Syracuse


@pytest.fixture(scope="module")
def syracuse(real: Path) -> gpd.GeoDataFrame:
    raw = gpd.read_file(real / "syracuse" / "streets_ratings2015.geojson")
    raw = raw.drop_duplicates("STREET_ID").to_crs("EPSG:2261")
    sides = {"L": "left", "R": "right"}
    ends = {"F": "from", "T": "to"}
    columns = {f"{s}_{e}_ADD": f"{sides[s]}_{ends[e]}_address" for s in sides for e in ends}
    named = {"STREET": "street_name", "F_ZLEV": "level_from", "T_ZLEV": "level_to"}
    raw[list(columns)] = raw[list(columns)].astype("float64")
    raw.index = pd.Index("L" + raw["STREET_ID"].astype("str"), name="line_id")
    return raw.rename(columns=columns | named)


@pytest.fixture(scope="module")
def syracuse_lines(syracuse: gpd.GeoDataFrame) -> Network:
    return network.build(matching.cut_lines(syracuse))


def compare(joined: matching.Joined, truth: pd.DataFrame) -> tuple[float, float]:
    """Precision and recall of pairs of row and line, over all that is used."""
    got = set(map(tuple, joined.pieces.reset_index()[["source_id", "line_id"]].to_numpy()))
    right = set(map(tuple, truth.to_numpy()))
    return len(got & right) / len(got), len(got & right) / len(right)


@pytest.mark.real
def test_syracuse_by_limits(syracuse_lines: Network) -> None:
    """Limits that are corners or dead ends, with the length; STREET_ID says the truth."""
    degree = syracuse_lines.nodes["degree"]
    sections = syracuse_lines.sections
    fair = pd.Series(True, index=sections.index)
    for column, node in (("from_street", "from_node"), ("to_street", "to_node")):
        fair &= sections[column].notna() | sections[node].map(degree).eq(1)
    rows = sections[fair]
    limits = pd.DataFrame(
        {
            "source_id": "r" + rows.index,
            "street_name": rows["street_name"].to_numpy(),
            "from_street": rows["from_street"].fillna("END").str.split(";").str[0].to_numpy(),
            "to_street": rows["to_street"].fillna("END").str.split(";").str[0].to_numpy(),
            "given_length_ft": rows["Shape_STLe"].to_numpy(),
        }
    )
    begun = time.perf_counter()
    joined = matching.match(schema.check(limits, "limits"), syracuse_lines)
    assert time.perf_counter() - begun < 20
    truth = pd.DataFrame({"source_id": limits["source_id"], "line_id": rows.index})
    precision, recall = compare(joined, truth)
    assert precision > 0.985
    assert recall > 0.95
    sure = joined.matches.index[joined.matches["status"].eq("matched")]
    of_sure = joined.pieces[joined.pieces.index.get_level_values("source_id").isin(sure)]
    precision, recall = compare(matching.Joined(joined.matches, of_sure), truth)
    assert precision > 0.985
    assert recall > 0.89


@pytest.mark.real
def test_syracuse_by_block(syracuse_lines: Network, real: Path) -> None:
    raw = pd.read_csv(real / "syracuse" / "RoadRatings2015.csv", dtype="str")
    parts = ["streetDirection", "streetName", "streetType"]
    raw["street_name"] = raw[parts].fillna("").agg(" ".join, axis=1).str.strip()
    raw["source_id"] = raw["street_name"] + " " + raw["block"]
    rows = raw.drop_duplicates("source_id")[["source_id", "street_name", "block"]]
    joined = matching.match(schema.check(rows, "limits"), syracuse_lines)
    truth = raw.assign(line_id="L" + raw["streetID"])[["source_id", "line_id"]]
    truth = truth[truth["line_id"].isin(syracuse_lines.sections.index)].drop_duplicates()
    precision, recall = compare(joined, truth)
    # What is left are lines that the city counts to a block in which they have no house number.
    assert precision > 0.95
    assert recall > 0.92


@pytest.mark.real
def test_syracuse_as_typed_by_the_city(syracuse_lines: Network, real: Path) -> None:
    """The table of 2023 has limits as people type them; its lengths tell how good the join is."""
    raw = pd.read_csv(real / "syracuse" / "ratings_2023.csv")
    limits = pd.DataFrame(
        {
            "source_id": raw["FID"].astype("str"),
            "street_name": raw["STREET_NAM"],
            "from_street": raw["FROM_STREE"],
            "to_street": raw["TO_STREET"],
            "given_length_ft": raw["Miles"] * 5280,
        }
    )
    limits = schema.check(limits, "limits")
    joined = matching.match(limits, syracuse_lines)
    used = joined.matches["status"].isin(["matched", "doubtful"])
    assert used.mean() > 0.85
    difference = (joined.matches["length_ft"] / limits["given_length_ft"] - 1).abs()
    assert (difference[joined.matches["status"].eq("matched")] < 0.1).mean() > 0.94
    covered = matching.twice(joined.pieces)["length_ft"].sum()
    assert covered < 0.015 * np.nansum(joined.matches["length_ft"])
