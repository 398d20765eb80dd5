"""Every mistake of a field sheet is located, and nothing is half written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from commands import norwalk
from sheets_made import lists, rated, sheet

from norwalk_geo import pci
from norwalk_geo.errors import SchemaError

GOOD = [sheet("AC", 2500, [(1, "L", 20), (12, "", 100)]), sheet("PCC", 20, [(22, "M", 2)])]
AS_OF = dt.date(2026, 7, 1)


def said(samples: pd.DataFrame, distress: pd.DataFrame, **options: Any) -> str:
    with pytest.raises(SchemaError) as caught:
        pci.check_sheets(samples, distress, **{"units": "us", "as_of": AS_OF, **options})
    return str(caught.value)


def changed(table: int, row: int, **cells: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The good sheets with some cells of one row changed."""
    both = tuple(frame.astype("object") for frame in lists(GOOD))
    for name, value in cells.items():
        both[table].loc[row, name] = value
    return both  # type: ignore[return-value]


def test_the_good_sheets_are_good() -> None:
    assert len(pci.check_sheets(*lists(GOOD), units="us", as_of=AS_OF).unit) == 3


@pytest.mark.parametrize(
    ("table", "row", "cells", "message"),
    [
        (0, 0, {"surface": "XX"}, "samples.surface: unknown value in 1 row: s0 u0 (line 2)"),
        (0, 0, {"kind": "often"}, "samples.kind: unknown value in 1 row: s0 u0 (line 2)"),
        (0, 0, {"area": 0}, "samples.area: has no area in 1 row: s0 u0 (line 2)"),
        (0, 0, {"area": None}, "samples.area: has no area in 1 row: s0 u0 (line 2)"),
        (0, 0, {"area": "big"}, "samples.area: not a number ('big') in 1 row: s0 u0 (line 2)"),
        (0, 1, {"area": 0}, "samples.area: has no slabs in 1 row: s1 u1 (line 3)"),
        (0, 0, {"survey_date": "2030-01-01"}, "lies in the future (after 2026-07-01) in 1 row: s0"),
        (0, 0, {"survey_date": None}, "samples.survey_date: missing in 1 row: s0 u0 (line 2)"),
        (0, 0, {"survey_date": "soon"}, "samples.survey_date: not a date ('soon')"),
        (0, 0, {"built_date": "2025-01-01"}, "lies before the construction in 1 row: s0 u0"),
        (0, 0, {"units": "metric"}, "samples.units: is not us, as the file is in 1 row: s0 u0"),
        (0, 0, {"section_area": 100}, "is less than its sample units together in 1 row: s0"),
        (
            1,
            0,
            {"distress_code": 99},
            "distress.distress_code: unknown code in 1 row: s0 u0 (line 2",
        ),
        (1, 0, {"distress_code": "x"}, "distress.distress_code: not a whole number ('x')"),
        (1, 0, {"distress_code": 22}, "a concrete code on asphalt in 1 row: s0 u0 (line 2)"),
        (1, 2, {"distress_code": 1}, "an asphalt code on concrete in 1 row: s1 u1 (line 4)"),
        (1, 0, {"severity": "X"}, "distress.severity: is not L, M or H in 1 row: s0 u0 (line 2)"),
        (1, 0, {"severity": ""}, "distress.severity: missing in 1 row: s0 u0 (line 2)"),
        (
            1,
            1,
            {"severity": "L"},
            "distress.severity: stands where none exists in 1 row: s0 u0 (line 3",
        ),
        (1, 0, {"quantity": 2501}, "distress.quantity: is over the sample unit in 1 row: s0 u0"),
        (1, 2, {"quantity": 21}, "distress.quantity: is over the sample unit in 1 row: s1 u1"),
        (1, 0, {"quantity": -1}, "distress.quantity: is below zero in 1 row: s0 u0"),
        (1, 0, {"quantity": None}, "distress.quantity: missing in 1 row: s0 u0"),
        (1, 0, {"sample_id": "u9"}, "is not in the list of sample units in 1 row: s0 u9 (line 2)"),
        (1, 0, {"section_id": None}, "distress.section_id: missing in 1 row: ? u0 (line 2)"),
    ],
)
def test_a_mistake_is_located(table: int, row: int, cells: dict[str, object], message: str) -> None:
    assert message in said(*changed(table, row, **cells))


def test_all_mistakes_are_told_at_once() -> None:
    samples, distress = changed(0, 0, area=0)
    distress.loc[2, "severity"] = "Q"
    text = said(samples, distress)
    assert text.startswith("field sheets: 2 problems")


def test_a_sheet_that_stands_twice() -> None:
    samples, distress = lists(GOOD)
    assert "the sheet stands twice in 2 rows: s0 u0 (line 2)" in said(
        pd.concat([samples, samples.head(1)]), distress
    )


def test_two_surveys_need_dates_on_the_distress() -> None:
    samples, distress = lists(GOOD)
    later = samples.head(1).assign(survey_date="2025-05-01")
    both = pd.concat([samples, later])
    assert "the distress does not say when" in said(both, distress)
    dated = distress.assign(survey_date="2024-05-01")
    found = pci.rate(pci.check_sheets(both, dated, units="us"))
    assert found["pci"].round().tolist()[2] == 100
    assert found["pci"].iloc[0] < 100


def test_a_distress_that_stands_twice() -> None:
    samples, distress = lists(GOOD)
    text = said(samples, pd.concat([distress, distress.head(1)]))
    assert "a distress and severity stands twice on a sheet in 2 rows" in text


def test_severities_together_over_the_sample_unit_are_noted() -> None:
    made = [sheet("AC", 2500, [(1, "L", 1500), (1, "M", 1500)]), sheet("PCC", 40, [])]
    notes = rated(made)["notes"].tolist()
    assert "covers more than the sample unit" in notes[0]
    assert "outside the standard's 12 to 28 slabs" in notes[1]


def test_joint_seal_damage_twice() -> None:
    made = [sheet("PCC", 20, [(26, "L", 20), (26, "H", 20)])]
    assert "joint seal damage is rated once a sample unit" in said(*lists(made))


def test_areas_in_both_units() -> None:
    made = [sheet("AC", 2500, []), sheet("AC", 232, [])]
    assert "both units mixed in 1 row: s1 u1" in said(*lists(made))
    assert "both units mixed in 1 row: s0 u0" in said(*lists(made), units="metric")
    made = [*made, sheet("AC", 800, [])]
    assert len(pci.check_sheets(*lists(made), units="us").sample_units) == 3, "not clear"
    told = [sheet("AC", 2500, [], units="us"), sheet("AC", 232, [], units="us")]
    assert len(pci.check_sheets(*lists(told), units="us").sample_units) == 2


def test_a_section_has_one_surface() -> None:
    made = [sheet("AC", 2500, [], section_id="s"), sheet("PCC", 20, [], section_id="s")]
    assert "is asphalt and concrete in one section in 2 rows" in said(*lists(made))


def test_columns_that_are_missing() -> None:
    samples, distress = lists(GOOD)
    text = said(samples.drop(columns="kind"), distress.drop(columns="quantity"))
    assert "samples.kind: column is missing" in text
    assert "distress.quantity: column is missing" in text
    assert "the table has no rows" in said(samples.head(0), distress)


def test_units_must_be_known() -> None:
    assert "units: unknown system ('feet')" in said(*lists(GOOD), units="feet")


# ------------------------------------------------------------------ the command


@pytest.fixture
def written(tmp_path):
    """Write two lists and call the command on them."""

    def call(samples: pd.DataFrame, distress: pd.DataFrame, *options: object):
        samples.to_csv(tmp_path / "samples.csv", index=False)
        distress.to_csv(tmp_path / "distress.csv", index=False)
        files = (tmp_path / "samples.csv", tmp_path / "distress.csv")
        return norwalk("pci", *files, "--out", tmp_path / "out", *options)

    return call


def test_bad_sheets_leave_nothing(written, tmp_path) -> None:
    result = written(*changed(1, 0, severity="X"), "--units", "us")
    assert result.code == 1
    assert "distress.severity: is not L, M or H in 1 row: s0 u0 (line 2)" in result.err
    assert not (tmp_path / "out").exists()


def test_good_sheets_are_written(written, tmp_path) -> None:
    result = written(*lists(GOOD), "--units", "us", "--json", "--working")
    assert result.code == 0
    assert result.json["sample_units"] == 2
    samples = pd.read_csv(tmp_path / "out" / "sample_pci.csv", dtype={"sample_id": "str"})
    assert samples.columns[:6].tolist() == [
        "section_id",
        "sample_id",
        "surface",
        "kind",
        "pci",
        "rating",
    ]
    sections = pd.read_csv(tmp_path / "out" / "section_pci.csv")
    assert {"pci", "rating", "pci_standard_error", "load_share_pct"} <= set(sections.columns)
    working = pd.read_csv(tmp_path / "out" / "working.csv")
    highest = working[working["is_max"]].groupby("section_id")["cdv"].max()
    assert (100 - highest).round(1).tolist() == sections["pci"].round(1).tolist()
    assert written(*changed(1, 0, severity="X"), "--units", "us").code == 1
    assert (tmp_path / "out" / "sample_pci.csv").exists()


def test_a_header_alone_is_a_sound_survey(written, tmp_path) -> None:
    samples, distress = lists(GOOD)
    assert (
        written(samples, distress.head(0), "--units", "metric", "--as-of", "2026-07-01").code == 0
    )
    assert pd.read_csv(tmp_path / "out" / "sample_pci.csv")["pci"].tolist() == [100, 100]


def test_the_same_sheets_give_the_same_bytes(written, tmp_path) -> None:
    day = ("--units", "us", "--as-of", "2026-07-01", "--working")
    first = [written(*lists(GOOD), *day).code]
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    first.append(written(*lists(GOOD), *day).code)
    assert first == [0, 0]
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "of the sheets are not said"),
        (("--units", "feet"), "feet"),
        (("--units", "us", "--bands", "none"), "is no scheme"),
    ],
)
def test_a_wrong_call(written, arguments: tuple[str, ...], message: str) -> None:
    result = written(*lists(GOOD), *arguments)
    assert result.code == 2
    assert message in result.err


def test_plain_ids_are_written_without_a_mark_and_others_with_one(written, tmp_path) -> None:
    written(*lists([sheet("AC", 9000, [(19, "L", 10)])]), "--units", "us")
    assert (tmp_path / "out" / "sample_pci.csv").read_bytes().startswith(b"section_id,sample_id,")
    written(*lists([sheet("AC", 2500, [], section_id="Peña")]), "--units", "us")
    assert (tmp_path / "out" / "sample_pci.csv").read_bytes().startswith("\ufeff".encode())


def test_a_city_says_how_large_its_sections_are(written, tmp_path) -> None:
    from commands import make_city

    city = make_city(tmp_path / "city")
    made = [
        sheet("AC", 2500, [], section_id="s00001"),
        sheet("AC", 2500, [(1, "H", 500)], section_id="s00001", kind="additional"),
    ]
    assert written(*lists(made), "--units", "us", "--city", city).code == 0
    found = pd.read_csv(tmp_path / "out" / "section_pci.csv").iloc[0]
    assert found["area_is_known"]
    assert found["section_area_sf"] > 5000
    lost = written(
        *lists([sheet("AC", 2500, [], section_id="nowhere")]), "--units", "us", "--city", city
    )
    assert lost.code == 1
    assert "is not in the city's sections in 1 row: nowhere (line 2)" in lost.err


def test_ratings_go_into_a_citys_history(written, tmp_path) -> None:
    from commands import make_city

    city = make_city(tmp_path / "city")
    made = [sheet("AC", 2500, [(1, "H", 50)], section_id="s00001", survey_date="2026-06-01")]
    assert written(*lists(made), "--units", "us").code == 0
    out = tmp_path / "out"
    done = norwalk("import", out / "surveys.csv", "--map", out / "surveys.toml", "--city", city)
    assert done.code == 0, done.err
    surveys = pd.read_csv(city / "clean" / "surveys.csv")
    kept = surveys[surveys["section_id"].eq("s00001") & surveys["survey_date"].eq("2026-06-01")]
    assert kept["pci_method"].tolist() == ["astm_d6433"]
