"""Which units to inspect, sections from units, and what surveyors fill in."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from commands import make_city, norwalk
from hypothesis import given
from hypothesis import strategies as st
from sheets_made import lists, rated, sheet

from norwalk_geo import pci, report, schema
from norwalk_geo.errors import SchemaError, SourceError

# ------------------------------------------------------------------ how many, and which


def test_units_needed_as_the_formula_says() -> None:
    """n = N s² / ((e²/4)(N − 1) + s²), in floating point: 5²/4 is 6.25."""
    assert pci.units_needed([20, 20, 1000], spread_points=[10, 15, 10]).tolist() == [10, 14, 16]
    assert pci.units_needed([5], spread_points=0).tolist() == [1]
    assert pci.units_needed([1], spread_points=10).tolist() == [1]
    with pytest.raises(SchemaError, match="cannot be sampled"):
        pci.units_needed([0], spread_points=10)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(0, 2**70))
def test_chosen_units_are_evenly_spaced(totals: list[int], seed: int) -> None:
    ids = pd.Index([f"s{k}" for k in range(len(totals))], name="section_id")
    total = pd.Series(totals, index=ids)
    needed = pd.Series(pci.units_needed(totals, spread_points=10), index=ids)
    chosen = pci.choose_units(total, needed, seed=seed)
    for section, numbers in chosen.groupby("section_id")["number"]:
        interval = max(total[section] // needed[section], 1)
        assert len(numbers) >= needed[section]
        assert 1 <= numbers.iloc[0] <= interval
        assert numbers.iloc[-1] <= total[section] < numbers.iloc[-1] + interval
        assert (numbers.diff().dropna() == interval).all()


def test_a_section_is_drawn_alone() -> None:
    """The same seed chooses the same units, whatever other sections there are."""
    total = pd.Series([40, 60, 90], index=pd.Index(["a", "b", "c"], name="section_id"))
    every = pci.choose_units(total, total // 10, seed=5)
    one = pci.choose_units(total[["b"]], total[["b"]] // 10, seed=5)
    assert one["number"].tolist() == every.query("section_id == 'b'")["number"].tolist()
    starts = {pci.choose_units(total, total // 10, seed=k)["number"].iloc[0] for k in range(40)}
    assert starts == set(range(1, 11))


def test_units_lie_along_their_section(sample_town) -> None:
    sections = sample_town.streets.sections
    area = pd.Series(30_000.0, index=sections.index)
    units = pci.lay_out(sections, area, seed=1)
    assert (units["section_units"] == 12).all()
    line = sections.geometry.loc[units["section_id"]].reset_index(drop=True)
    assert np.allclose(units.length, line.length / 12)
    assert (units.geometry.distance(line) < 1e-6).all()
    fewer = pci.lay_out(sections, area, seed=1, error_points=None)
    assert len(fewer) < len(units)


# ------------------------------------------------------------------ sections


def section(*made: tuple[str, float, list[tuple[int, str, float]]], **more: object) -> pd.Series:
    """Rate one section from (kind, area, rows)."""
    drawn = [
        sheet("AC", area, rows, section_id="s", kind=kind, units="us", **more)
        for kind, area, rows in made
    ]
    sheets = pci.check_sheets(*lists(drawn), units="us")
    return pci.rate_sections(sheets, pci.rate(sheets)).iloc[0]


WORN = [(1, "H", 250.0)]


def test_random_units_are_weighted_by_area() -> None:
    low = rated([sheet("AC", 1000, [(1, "H", 100)])])["pci"].item()
    found = section(("random", 3000, []), ("random", 1000, [(1, "H", 100)]))
    assert found["pci"] == pytest.approx((3 * 100 + low) / 4, abs=0.01)


def test_additional_units_stand_for_themselves() -> None:
    low = rated([sheet("AC", 2500, WORN)])["pci"].item()
    parts = (("random", 2500, []), ("random", 2500, []), ("additional", 2500, WORN))
    found = section(*parts, section_area=25_000)
    assert found["pci"] == pytest.approx(100 * 0.9 + low * 0.1, abs=0.01)
    assert found["pci_random"] == 100
    assert found["pci_additional"] == pytest.approx(low)
    unknown = section(*parts)
    assert unknown["pci"] == pytest.approx((200 + low) / 3, abs=0.01)
    assert not unknown["area_is_known"]
    assert "not known" in unknown["notes"]


def test_additional_units_alone_rate_no_section() -> None:
    found = section(("additional", 2500, WORN), section_area=25_000)
    assert np.isnan(found["pci"])
    assert pd.isna(found["rating"])
    assert "No unit was chosen at random" in found["notes"]


def test_the_standard_error() -> None:
    """s/√n, less where much of the section was seen, and as assumed where one unit says nothing."""
    parts = [("random", 2500.0, []), ("random", 2500.0, WORN)]
    found = section(*parts)
    spread = np.std([100, found["pci_random"] * 2 - 100], ddof=1)
    assert found["pci_spread"] == pytest.approx(spread, abs=0.01)
    assert found["pci_standard_error"] == pytest.approx(spread / np.sqrt(2), abs=0.01)
    seen = section(*parts, section_area=10_000)
    assert seen["pci_standard_error"] == pytest.approx(spread / np.sqrt(2) * np.sqrt(0.5), abs=0.01)
    whole = section(*parts, section_area=5_000)
    assert whole["pci_standard_error"] == 0
    assert whole["standard_error_basis"] == "complete"
    one = section(parts[1])
    assert (one["pci_standard_error"], one["standard_error_basis"]) == (10, "assumed")


def test_the_standard_error_covers_random_samples() -> None:
    """Over many samples of one invented section the errors made are as large as was said."""
    rng = np.random.default_rng(4)
    true = rng.normal(60, 12, 40).clip(0, 100)
    errors, said = [], []
    for _ in range(300):
        some = rng.choice(true, 10, replace=False)
        errors.append(some.mean() - true.mean())
        said.append(some.std(ddof=1) / np.sqrt(10) * np.sqrt(1 - 10 / 40))
    assert np.std(errors) == pytest.approx(np.mean(said), rel=0.15)


def test_causes_are_shares_of_the_deducts() -> None:
    found = section(("random", 2500, [(1, "H", 25), (10, "M", 100), (4, "L", 20)]))
    shares = found[["load_share_pct", "climate_share_pct", "other_share_pct"]]
    values = pci.deduct("AC", [1, 10, 4], ["H", "M", "L"], [1.0, 4.0, 0.8])
    assert shares.to_numpy(dtype="float64") == pytest.approx(100 * values / values.sum())


def test_inspections_with_a_long_pause_are_two_surveys() -> None:
    made = [
        sheet("AC", 2500, [], section_id="s", survey_date=day)
        for day in ("2020-05-01", "2020-06-20", "2024-05-01")
    ]
    sheets = pci.check_sheets(*lists(made), units="us")
    found = pci.rate_sections(sheets, pci.rate(sheets))
    assert found.index.get_level_values("survey_date").astype("str").tolist() == [
        "2020-06-20",
        "2024-05-01",
    ]
    kept = pci.to_surveys(found)
    assert kept["pci_method"].eq("astm_d6433").all()
    assert len(kept) == 2


@pytest.mark.parametrize(("day", "surveys"), [("2020-06-30", 1), ("2020-07-01", 2)])
def test_a_pause_of_more_than_sixty_days_is_long(day: str, surveys: int) -> None:
    made = [sheet("AC", 2500, [], section_id="s", survey_date=one) for one in ("2020-05-01", day)]
    sheets = pci.check_sheets(*lists(made), units="us")
    assert len(pci.rate_sections(sheets, pci.rate(sheets))) == surveys


def test_made_tables_are_what_their_schemas_say() -> None:
    sheets = pci.check_sheets(*lists([sheet("AC", 2500, WORN), sheet("PCC", 20, [])]), units="us")
    sample_pci = pci.rate(sheets)
    section_pci = pci.rate_sections(sheets, sample_pci)
    schema.check(sample_pci, "sample_pci")
    schema.check(section_pci, "section_pci")
    schema.check(sheets.distress, "distress")
    assert set(sample_pci.columns) < set(schema.describe("sample_pci").columns.index)
    assert set(section_pci.columns) < set(schema.describe("section_pci").columns.index)


# ------------------------------------------------------------------ what is filled in


@pytest.fixture(scope="module")
def survey(tmp_path_factory) -> Path:
    """The survey of a town of 84 sections, at the rate of a network."""
    folder = tmp_path_factory.mktemp("survey")
    city = make_city(folder / "city")
    done = norwalk("survey", city, "--out", folder / "out", "--network", "--seed", 7, "--json")
    assert done.code == 0, done.err
    assert done.json["sample_units_to_inspect"] < done.json["sample_units"]
    return folder / "out"


def fill(survey: Path, target: Path, rows: list[tuple[object, ...]], **cells: object) -> Path:
    """Fill in a workbook: the first unit surveyed, with rows of distress."""
    book = openpyxl.load_workbook(survey / "field_sheets.xlsx")
    units, distress = book["Sample units"], book["Distress"]
    units["I2"] = dt.datetime(2026, 5, 4)  # noqa: DTZ001 - a workbook knows no zones
    key = units["A2"].value, units["B2"].value
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate((*key, *row), start=1):
            distress.cell(number, column).value = value
    for place, value in cells.items():
        units[place] = value
    book.save(target)
    return target


def test_a_filled_workbook_is_read_back(survey: Path, tmp_path: Path) -> None:
    rows = [(1, "L", 10, 5), (10, "M", 30, None, 10)]
    found = report.read_field_file(fill(survey, tmp_path / "filled.xlsx", rows))
    assert found.units == "us"
    assert len(found.samples) == 1, "units without a day were not visited"
    assert found.distress["quantity"].tolist() == [15, 40]
    done = norwalk("pci", tmp_path / "filled.xlsx", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert len(pd.read_csv(tmp_path / "out" / "sample_pci.csv")) == 1


def test_mistakes_in_a_workbook_are_named_by_cell(survey: Path, tmp_path: Path) -> None:
    rows = [(25, "L", 1), (12, "L", 1), (99, "L", 1)]
    book = fill(survey, tmp_path / "bad.xlsx", rows, G2="often")
    done = norwalk("pci", book, "--out", tmp_path / "out")
    assert done.code == 1
    assert "samples.kind: unknown value" in done.err
    assert "(Sample units, row 2, column G)" in done.err
    assert "(Distress, row 2, column C)" in done.err
    assert "(Distress, row 3, column D)" in done.err
    assert not (tmp_path / "out").exists()


def test_a_quantity_that_is_no_number_is_named_by_cell(survey: Path, tmp_path: Path) -> None:
    book = fill(survey, tmp_path / "bad.xlsx", [(1, "L", 10, "many")])
    with pytest.raises(SourceError, match="Distress, row 2, quantity 2: not a number \\('many'\\)"):
        report.read_field_file(book)


def test_other_workbooks_are_refused(survey: Path, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(SourceError, match="sheet is missing"):
        report.read_field_file(tmp_path / "other.xlsx")
    book = openpyxl.load_workbook(survey / "field_sheets.xlsx")
    book["Distress"]["C1"] = "Number"
    book["Read me"]["B3"] = "feet"
    book.save(tmp_path / "changed.xlsx")
    with pytest.raises(SourceError, match="2 problems") as caught:
        report.read_field_file(tmp_path / "changed.xlsx")
    assert "Distress!Code: column is missing" in str(caught.value)
    with pytest.raises(SourceError, match="is not there"):
        report.read_field_file(tmp_path / "none.xlsx")


def test_a_workbook_offers_choices(survey: Path) -> None:
    book = openpyxl.load_workbook(survey / "field_sheets.xlsx")
    lists_of = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in book["Distress"].data_validations.dataValidation
        if rule.type == "list"
    }
    assert lists_of["D2"] == '"L,M,H"'
    assert set(lists_of) == {"A2", "C2", "D2"}


def test_a_filled_package_is_read_back(survey: Path, tmp_path: Path) -> None:
    path = tmp_path / "filled.gpkg"
    layers = {
        name: pyogrio.read_dataframe(survey / "survey.gpkg", layer=name)
        for name in pyogrio.list_layers(survey / "survey.gpkg")[:, 0]
    }
    units = layers["sample_units"]
    assert isinstance(units, gpd.GeoDataFrame)
    assert units.crs == "EPSG:2229"
    units.loc[0, "survey_date"] = pd.Timestamp("2026-05-04")
    key = units.loc[0, ["section_id", "sample_id"]].tolist()
    layers["distress"] = pd.DataFrame(
        [[*key, 10, "M", 50.0], [*key, 12, "", 50.0]],
        columns=["section_id", "sample_id", "distress_code", "severity", "quantity"],
    )
    for name, frame in layers.items():
        pyogrio.write_dataframe(frame, path, layer=name, append=path.exists())
    done = norwalk("pci", path, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    found = pd.read_csv(tmp_path / "out" / "sample_pci.csv")
    assert len(found) == 1
    assert found["pci"].item() < 100
    assert "survey.gpkg" in {file.name for file in survey.iterdir()}


def test_the_forms_are_well_formed(survey: Path) -> None:
    from xml.etree import ElementTree as ET

    styles = pyogrio.read_dataframe(survey / "survey.gpkg", layer="layer_styles")
    assert styles["f_table_name"].tolist() == ["sample_units", "distress"]
    for text in styles["styleQML"]:
        ET.fromstring(text)  # noqa: S314 - our own file


def test_field_sheets_have_a_page_a_unit(survey: Path) -> None:
    if shutil.which("pdftotext") is None and not os.environ.get("CI"):
        pytest.skip("pdftotext is not installed (make system)")
    done = subprocess.run(
        ["pdftotext", "-layout", survey / "field_sheets.pdf", "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    pages = done.stdout.split("\f")[:-1]
    units = pyogrio.read_dataframe(survey / "survey.gpkg", layer="sample_units")
    assert len(pages) == len(units)
    assert "Invented data: not Norwalk's plan" in pages[0]
    assert f"Section {units['section_id'].iloc[0]}" in pages[0]


def test_the_same_seed_gives_the_same_survey(survey: Path, tmp_path: Path) -> None:
    city = survey.parent / "city"
    assert norwalk("survey", city, "--out", tmp_path, "--network", "--seed", 7).code == 0
    for name in ("field_sheets.pdf", "field_sheets.xlsx", "survey.gpkg"):
        assert (tmp_path / name).read_bytes() == (survey / name).read_bytes(), name
