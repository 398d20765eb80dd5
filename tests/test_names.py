"""One name, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norwalk_geo import names, schema
from norwalk_geo.names import StreetName, alike, limit_word, parse


@pytest.mark.parametrize(
    "spellings",
    [
        ["S SALINA ST", "Salina St., S.", "South Salina Street", "s. salina str"],
        ["1ST AVE", "First Ave", "FIRST AVENUE", "1st av."],
        ["21ST ST", "Twenty-First Street", "twenty first st"],
        ["ST JAMES ST", "Saint James St.", "St. James Street"],
        ["LE MOYNE AVE", "LeMoyne Ave."],
        ["AVENIDA ESPAÑA", "Avenida Espana", "AVENIDA ESPAÃ‘A"],
        ["Calle de la Paz", "CALLE PAZ"],
        ["O'Brien Rd", "OBRIEN ROAD", "O’Brien Rd."],
        ["I-81", "Interstate 81", "I 81"],
        ["ERIE BLVD E", "East Erie Boulevard", "Erie Blvd. (East) E"],
        ["SENECA TPKE", "Seneca Turnpike", "Seneca Tpk"],
    ],
)
def test_spellings_of_one_name(spellings: list[str]) -> None:
    assert {parse(one) for one in spellings} == {parse(spellings[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("N SALINA ST", "S SALINA ST"),
        ("MAIN ST", "MAIN AVE"),
        ("1ST ST", "11TH ST"),
        ("NORTH ST", "NORTON ST"),
        ("PARK AVE", "PARKER AVE"),
    ],
)
def test_other_streets_stay_other(one: str, other: str) -> None:
    assert parse(one) != parse(other)


def test_a_direction_or_type_may_be_the_whole_name() -> None:
    assert parse("NORTH AVE") == StreetName("north", "avenue")
    assert parse("Circle Dr") == StreetName("circle", "drive")
    assert parse("E") == StreetName("e")
    assert parse("Avenue A").core == "avenuea"
    assert parse("") == parse(" - ") == StreetName("")


def test_what_is_missing_takes_less_than_what_differs() -> None:
    streets = [parse("N Main St"), parse("S Main St"), parse("Main Ave"), parse("Mainland St")]
    found = alike(parse("N Main St"), streets)
    assert list(found) == streets[:3]
    north, south, avenue = found.values()
    assert north == 1 > south
    assert avenue < north
    assert alike(parse("Main"), streets[:1])[streets[0]] > 0.9


def test_a_slip_of_the_pen_is_forgiven_in_long_names_only() -> None:
    assert alike(parse("Onandaga Ave"), [parse("Onondaga Ave")])
    assert not alike(parse("Oak St"), [parse("Oat St")])
    assert not alike(parse("101st St"), [parse("102nd St")])


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("dead end", "end"),
        ("D.E.", "end"),
        ("End", "end"),
        ("cul-de-sac", "end"),
        ("CITY LIMITS", "city limit"),
        ("c.l.", "city limit"),
        ("West End Dr", ""),
        ("Bender", ""),
        ("", ""),
    ],
)
def test_limits_that_are_no_streets(text: str, limit: str) -> None:
    assert limit_word(text) == limit


def test_a_city_may_have_its_own_words() -> None:
    table = schema.parameters("street_words").reset_index()
    row = {"kind": "type", "word": "bv", "means": "boulevard", "source": "ours"}
    table.loc[len(table)] = row
    known = names.words(table.set_index(["kind", "word"]))
    assert parse("Main Bv", known) == parse("Main Blvd")
    assert parse("Main Bv") != parse("Main Blvd")


@given(st.text(max_size=30))
def test_any_text_is_read_and_case_and_blanks_do_not_matter(text: str) -> None:
    name = parse(text)
    assert parse(f"  {text} ") == name
    assert " " not in name.core
    limit_word(text)


@pytest.mark.parametrize(
    ("short", "full"),
    [("Pine Rdg", "PINE RIDGE"), ("Lk Vw Avnue", "Lake View Ave"), ("Oak Expw", "OAK EXPRESSWAY")],
)
def test_abbreviations_of_the_post_office(short: str, full: str) -> None:
    assert names.parse(short) == names.parse(full)
