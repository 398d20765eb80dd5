from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, SchemaError


def surveys(**columns: object) -> pd.DataFrame:
    """Three good ratings, with columns replaced."""
    good = {
        "section_id": ["s1", "s2", "s3"],
        "survey_date": ["2024-05-01", "2024-05-02", "2024-05-03"],
        "pci": [10, 20, 30],
        "pci_method": "mtc",
    }
    return pd.DataFrame({**good, **columns})


def budgets(**columns: object) -> pd.DataFrame:
    good = {"fund": ["a", "b", "c"], "year": [2027, 2028, 2029], "amount_usd": 1.5}
    return pd.DataFrame({**good, **columns})


def complaint(frame: pd.DataFrame, table: str) -> str:
    with pytest.raises(SchemaError) as caught:
        schema.check(frame, table)
    return str(caught.value)


# ------------------------------------------------------------------ what passes


def test_a_good_table_gets_its_key_as_index_and_its_types() -> None:
    checked = schema.check(surveys(crew="A"), "surveys")
    assert checked.index.names == ["section_id", "survey_date"]
    assert checked.index.get_level_values("survey_date").dtype == "datetime64[us]"
    assert checked["pci"].dtype == "float64"
    assert checked["crew"].tolist() == ["A"] * 3


@pytest.mark.parametrize("key", [["section_id"], ["survey_date", "section_id"], []])
def test_the_key_may_come_as_index_or_as_columns(key: list[str]) -> None:
    frame = surveys().set_index(key) if key else surveys()
    pd.testing.assert_frame_equal(
        schema.check(frame, "surveys"), schema.check(surveys(), "surveys")
    )


def test_checking_twice_changes_nothing_and_the_callers_frame_is_left_alone() -> None:
    frame = surveys()
    before = frame.copy()
    once = schema.check(frame, "surveys")
    pd.testing.assert_frame_equal(schema.check(once, "surveys"), once)
    pd.testing.assert_frame_equal(frame, before)


@given(frame=strategies.surveys())
def test_the_order_of_rows_stays(frame: pd.DataFrame) -> None:
    checked = schema.check(frame, "surveys")
    assert checked["pci"].tolist() == frame["pci"].tolist()
    shuffled = schema.check(frame.iloc[::-1], "surveys")
    pd.testing.assert_frame_equal(shuffled.iloc[::-1], checked)


@pytest.mark.parametrize(
    ("given_", "read"),
    [
        ([1, 2, 3], ["1", "2", "3"]),
        ([1.0, 2.0, 3.0], ["1", "2", "3"]),
        ([" s1 ", "s2", "s3"], ["s1", "s2", "s3"]),
        (["Ñandú", "街", "s3"], ["Ñandú", "街", "s3"]),
    ],
)
def test_text(given_: list[object], read: list[str]) -> None:
    checked = schema.check(surveys(section_id=given_), "surveys")
    assert checked.index.get_level_values("section_id").tolist() == read


@pytest.mark.parametrize("given_", [["1,000", "$5", "1e2"], [1000, 5, 100], ["1000.0", " 5 ", 1e2]])
def test_numbers(given_: list[object]) -> None:
    checked = schema.check(budgets(amount_usd=given_), "budgets")
    assert checked["amount_usd"].tolist() == [1000.0, 5.0, 100.0]


@pytest.mark.parametrize(
    "given_",
    [
        ["2024-05-01", "2024-05-02", "2024-05-03"],
        ["2024-05-01T23:59:59Z", "2024-05-02T00:00:00+02:00", "2024-05-03 00:00"],
        [dt.date(2024, 5, 1), dt.datetime(2024, 5, 2, 7), pd.Timestamp("2024-05-03")],  # noqa: DTZ001 - as Excel gives it
        pd.to_datetime(["2024-05-01", "2024-05-02", "2024-05-03"]).tz_localize("UTC"),
        [20240501, 20240502, 20240503],
    ],
    ids=["text", "zones", "objects", "aware", "numbers"],
)
def test_dates_are_days_as_written(given_: object) -> None:
    checked = schema.check(surveys(survey_date=given_), "surveys")
    read = checked.index.get_level_values("survey_date")
    assert [day.isoformat()[:10] for day in read] == ["2024-05-01", "2024-05-02", "2024-05-03"]
    assert (read == read.normalize()).all()


def test_whole_numbers_may_be_missing_where_the_schema_allows(
    draw: Callable[..., gpd.GeoDataFrame],
) -> None:
    streets = draw("A-B-C").assign(lanes=["2", None])
    assert schema.check(streets, "sections")["lanes"].dtype == "Int64"
    assert schema.check(streets.assign(lanes=2.0), "sections")["lanes"].dtype == "int64"


def test_yes_and_no() -> None:
    treatments = schema.parameters("treatments").reset_index()
    words = ["yes", "No", "TRUE", "false", "1", "0", True, False, "y"]
    checked = schema.check(treatments.head(len(words)).assign(confirmed=words), "treatments")
    assert checked["confirmed"].tolist() == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert checked["confirmed"].dtype == "bool"
    assert "confirmed: neither yes nor no ('maybe')" in complaint(
        treatments.assign(confirmed="maybe"), "treatments"
    )


# ------------------------------------------------------------------ what does not


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"pci": [140, -3, 50]},
            "pci: outside 0–100 points (140, -3) in 2 rows: s1 2024-05-01, s2 2024-05-02.",
        ),
        ({"pci": ["good", 1, 2]}, "pci: not a number ('good') in 1 row: s1 2024-05-01."),
        ({"pci": [np.inf, 1, 2]}, "pci: not a number ('inf') in 1 row: s1 2024-05-01."),
        ({"pci": [[1], 1, 2]}, "pci: not a number ('[1]') in 1 row: s1 2024-05-01."),
        ({"pci": [True, 1, 2]}, "pci: not a number ('True') in 1 row: s1 2024-05-01."),
        (
            {"pci": [None, 1, " "]},
            "pci: missing in 2 rows: s1 2024-05-01, s3 2024-05-03. Fill in: Pavement condition",
        ),
        (
            {"pci_method": "mct"},
            "pci_method: unknown value ('mct') in 3 rows: s1 2024-05-01, s2 2024-05-02, s3",
        ),
        ({"survey_date": "1/2/2024"}, "survey_date: not a date ('1/2/2024') in 3 rows"),
        ({"survey_date": [45000.5] * 3}, "survey_date: not a date ('45000.5') in 3 rows"),
        ({"section_id": [None, "a", " "]}, "section_id: missing in 2 rows: row 1, row 3."),
    ],
)
def test_a_bad_cell_is_named_with_its_rows_and_what_to_do(
    columns: dict[str, object], said: str
) -> None:
    text = complaint(surveys(**columns), "surveys")
    assert text.startswith("surveys: 1 problem\n")
    assert said in text


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([2027.5, 2028, 2029], "year: not a whole number ('2027.5') in 1 row: a 2027.5."),
        ([1e300, 2028, 2029], "year: not a whole number ('1e+300') in 1 row: a 1e+300."),
        ([1e19, None, 2029], "year: missing in 1 row: b."),
        ([1800, 2028, 2029], "year: outside 1990–2200 fiscal year (1800) in 1 row: a 1800."),
    ],
)
def test_a_bad_whole_number(years: list[object], said: str) -> None:
    assert said in complaint(budgets(year=years), "budgets")


def test_a_limit_on_one_side() -> None:
    text = complaint(budgets(amount_usd=[-5, 2, 3]), "budgets")
    assert "amount_usd: below 0 USD (-5) in 1 row: a 2027." in text


def test_a_key_used_twice_names_both_rows() -> None:
    frame = pd.concat([surveys(), surveys().iloc[:2]])
    text = complaint(frame, "surveys")
    assert "section_id and survey_date: 2 keys used more than once in 4 rows: s1 2024-05-01" in text
    # The same section on another day is another row.
    schema.check(surveys(section_id="s1"), "surveys")


def test_missing_keys_are_not_copies_of_each_other() -> None:
    text = complaint(surveys(section_id=[None, None, "s3"], survey_date="2024-05-01"), "surveys")
    assert text.count("\n") == 1
    assert "missing in 2 rows" in text


def test_a_missing_column_names_what_it_may_be_called() -> None:
    frame = surveys().rename(columns={"pci_method": "pci_methd"}).drop(columns="pci")
    text = complaint(frame, "surveys")
    assert "pci: column is missing. Add it: Pavement condition index found." in text
    assert "pci_method: column is missing." in text
    assert "Is it the column 'pci_methd'?" in text


def test_a_missing_key_column_still_lets_the_rest_be_reported() -> None:
    text = complaint(surveys(pci=[140, 1, 2]).drop(columns="section_id"), "surveys")
    assert "section_id: column is missing." in text
    assert "pci: outside 0–100 points (140) in 1 row: row 1." in text


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.concat([surveys(), surveys()[["pci"]]], axis=1)
    assert "pci: two columns have this name." in complaint(frame, "surveys")


def test_everything_wrong_is_said_at_once() -> None:
    frame = surveys(pci=["x", 140, None], survey_date=["?", "2024-05-02", "2024-05-03"])
    frame["pci_method"] = ["mtc", "guess", "mtc"]
    with pytest.raises(SchemaError) as caught:
        schema.check(frame, "surveys")
    kinds = {(problem.where, problem.what.split(" ")[0]) for problem in caught.value.problems}
    assert kinds == {
        ("survey_date", "not"),
        ("pci", "not"),
        ("pci", "outside"),
        ("pci", "missing"),
        ("pci_method", "unknown"),
    }


def test_an_error_holds_every_row_though_it_shows_three() -> None:
    frame = pd.DataFrame(
        {
            "section_id": [f"s{i}" for i in range(100)],
            "survey_date": "2024-05-01",
            "pci": 101,
            "pci_method": "mtc",
        }
    )
    with pytest.raises(SchemaError) as caught:
        schema.check(frame, "surveys")
    assert len(caught.value.problems[0].rows) == 100
    assert "in 100 rows: s0 2024-05-01, s1 2024-05-01, s2 2024-05-01, … Correct" in str(
        caught.value
    )


def test_nothing_at_all_is_an_empty_table() -> None:
    assert "the table is empty" in complaint(pd.DataFrame(), "surveys")
    assert "column is missing" in complaint(pd.DataFrame({"a": []}), "surveys")
    assert schema.check(surveys().iloc[:0], "surveys").empty


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "geometry: no shape in 1 row: AB."),
        (LineString(), "geometry: no shape in 1 row: AB."),
        (Point(1, 1), "geometry: not a LineString in 1 row: AB. Split multipart"),
        (MultiLineString([[(0, 0), (1, 1)]]), "geometry: not a LineString in 1 row: AB."),
        (LineString([(0, 0), (0, 0)]), "geometry: not valid (no length, or broken) in 1 row: AB."),
        (LineString([(0, 0), (np.inf, 0)]), "geometry: not valid (no length, or broken)"),
    ],
)
def test_bad_shapes(draw: Callable[..., gpd.GeoDataFrame], shape: object, said: str) -> None:
    streets = draw("A-B-C")
    streets["geometry"] = gpd.GeoSeries([shape, streets.geometry.iloc[1]], index=streets.index)
    assert said in complaint(streets, "sections")


def test_text_in_place_of_shapes() -> None:
    frame = pd.DataFrame(
        {"section_id": ["a"], "functional_class": "alley", "geometry": "LINESTRING (0 0, 1 1)"}
    )
    assert "geometry: not a shape in 1 row: a." in complaint(frame, "sections")


@given(st.data())
def test_a_cell_out_of_range_never_passes_and_is_named(data: st.DataObject) -> None:
    frame = data.draw(strategies.surveys())
    place = data.draw(st.integers(0, len(frame) - 1))
    wrong = data.draw(st.one_of(st.floats(-1e9, -1e-6), st.floats(100.001, 1e9)))
    frame["pci"] = frame["pci"].astype("float64")
    frame.loc[frame.index[place], "pci"] = wrong
    with pytest.raises(SchemaError) as caught:
        schema.check(frame, "surveys")
    day = frame["survey_date"].iloc[place]
    named = f"{frame['section_id'].iloc[place]} {pd.Timestamp(day):%Y-%m-%d}"
    assert caught.value.problems[0].rows == (named,)


# ------------------------------------------------------------------ the schemas themselves


def test_an_unknown_table_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"nonsense: no such table\. Tables are .*surveys"):
        schema.describe("nonsense")


def test_what_may_be_published_comes_from_the_schema() -> None:
    public = schema.public_columns("work")
    assert public[:2] == ["section_id", "year"]
    assert not {"cost_usd", "pci_after", "reason"} & set(public)


# ------------------------------------------------------------------ parameters


def test_a_citys_own_file_replaces_the_one_that_ships(tmp_path: Path) -> None:
    text = (
        "# Source: invented for this test\n"
        "year,index,confirmed,source\n"
        "2020,100,yes,Invented\n"
        "\n"
        "2021,110,yes,Invented\n"
    )
    (tmp_path / "price_index.csv").write_text(text, encoding="utf-8-sig")
    own = schema.parameters("price_index", folder=tmp_path)
    assert own["index"].tolist() == [100.0, 110.0]
    assert own.attrs["citation"] == "Source: invented for this test"
    assert own.attrs["file"].endswith("price_index.csv")
    assert schema.parameters("classes", folder=tmp_path).attrs["file"] == "package"


def test_numbers_without_a_source_are_refused(tmp_path: Path) -> None:
    (tmp_path / "price_index.csv").write_text("year,index,confirmed,source\n2020,1,yes,x\n")
    with pytest.raises(ConfigError, match="the numbers have no source"):
        schema.parameters("price_index", folder=tmp_path)


def test_a_bad_row_of_a_parameter_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "price_index.csv").write_text(
        "# Source: x\nyear,index,confirmed,source\n2020,0,,\n"
    )
    with pytest.raises(SchemaError) as caught:
        schema.parameters("price_index", folder=tmp_path)
    assert {problem.where for problem in caught.value.problems} == {"index", "confirmed", "source"}


def test_labels_in_two_languages() -> None:
    classes = schema.parameters("classes")
    assert schema.labels(classes, "en")["alley"] == "Alley"
    assert schema.labels(classes, "es")["alley"] == "Callejón"
