"""The files of a plan: what they promise, that they agree to the cent, and how they look."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from commands import FILES, NOTICE, bytes_of, copy_city, edit, norwalk

from norwalk_geo import schema
from norwalk_geo.report import layout

SHEETS = [
    "Work plan",
    "By year",
    "By fund",
    "Limits and prices",
    "By condition",
    "Every street",
    "About",
]
HEAD = 4
HOSTILE = (
    '=HYPERLINK("http://127.0.0.1","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "Año Niño Straße 市街 שלום",
    '<img src=x onerror=alert(1)> & "quoted", comma',
    "http://127.0.0.1/",
    "0012",
)


def cents(values: Any) -> list[int]:
    return [round(float(value) * 100) for value in values]


@pytest.fixture(scope="module")
def summary(planned: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((planned / "summary.json").read_text(encoding="utf-8"))
    return value


@pytest.fixture(scope="module")
def work(planned: Path) -> pd.DataFrame:
    return pd.read_csv(planned / "work_plan.csv", encoding="utf-8-sig")


@pytest.fixture(scope="module")
def streets(planned: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(planned / "plan.gpkg", layer="sections")


def sheet(path: Path, name: str) -> pd.DataFrame:
    """Rows of a sheet under its headings, without the totals."""
    frame = pd.read_excel(path / "work_plan.xlsx", sheet_name=name, header=HEAD - 1)
    return frame[frame.iloc[:, 0].ne("Total")]


# --------------------------------------------------------------------------- summary.json


def test_the_summary_keeps_its_contract(summary: dict[str, Any]) -> None:
    number = (int, float)
    kinds = {
        "kind": str,
        "city": str,
        "notice": str,
        "sections": int,
        "sections_unsurveyed": int,
        "centerline_miles": float,
        "pci_now": float,
        "pci_end": float,
        "pci_end_untreated": float,
        "pci_surveyed": float,
        "objective": float,
        "bound": float,
        "do_nothing": float,
        "gap": float,
        "objective_exact_ages": float,
        "policies": dict,
        "certificate": dict,
        "years": list,
        "funds": list,
        "limits": list,
        "statuses": dict,
        "bands": list,
        "assumed": dict,
        "fiscal_year_start": int,
        "notes": list,
        "version": str,
        "as_of": str,
        "seed": type(None),
        "settings": dict,
        "parameters": dict,
        "inputs": list,
    }
    assert {name: type(value) for name, value in summary.items()} == kinds
    assert summary["kind"] == "plan"
    assert 0 <= summary["gap"] < 1
    years = {
        "year": int,
        "budget_usd": float,
        "spent_usd": float,
        "spent_nominal_usd": float,
        "miles_repaired": float,
        "miles_maintenance": float,
        "miles_alteration": float,
        "pci": float,
        "pci_untreated": float,
        "backlog_usd": float,
    }
    assert [row["year"] for row in summary["years"]] == [2027, 2028]
    for row in summary["years"]:
        assert {name: type(value) for name, value in row.items()} == years
        assert row["spent_usd"] <= row["budget_usd"]
        assert all(isinstance(value, number) and value >= 0 for value in row.values())
    assert set(summary["policies"]) == {"do_nothing", "worst_first"}
    assert summary["policies"]["do_nothing"] == {"objective": summary["do_nothing"]}
    assert summary["do_nothing"] < summary["policies"]["worst_first"]["objective"]
    assert summary["policies"]["worst_first"]["objective"] <= summary["objective"]
    assert summary["objective"] <= summary["bound"]
    gain = summary["bound"] - summary["do_nothing"]
    assert summary["gap"] == (summary["bound"] - summary["objective"]) / gain
    assert sum(summary["statuses"].values()) == summary["sections"]
    assert summary["pci_end"] == summary["years"][-1]["pci"]
    assert summary["pci_end_untreated"] == summary["years"][-1]["pci_untreated"]


def test_inputs_are_named_with_their_rows_and_hashes(summary: dict[str, Any], city: Path) -> None:
    rows = {"sections": 84, "surveys": 199, "sites": 6}
    assert {one["table"]: one["rows"] for one in summary["inputs"]} == rows
    for one in summary["inputs"]:
        data = (city / one["path"]).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert set(one) == {"table", "path", "rows", "date", "sha256"}
    assert summary["settings"] == {
        "path": "norwalk.toml",
        "sha256": hashlib.sha256((city / "norwalk.toml").read_bytes()).hexdigest(),
    }
    assert set(summary["parameters"]) == set(schema.PARAMETERS)


def test_no_file_tells_where_it_was_made(planned: Path, city: Path) -> None:
    for name in FILES:
        data = (planned / name).read_bytes()
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(planned / name) as book:
                data = b"".join(book.read(part) for part in book.namelist())
        for path in (city, planned, Path(__file__).parents[1]):
            assert str(path).encode() not in data, name


# --------------------------------------------------------------------------- agreement


def test_figures_agree_to_the_cent_in_every_file(
    planned: Path, summary: dict[str, Any], work: pd.DataFrame
) -> None:
    layer = gpd.read_file(planned / "plan.gpkg", layer="work")
    printed = sheet(planned, "Work plan")
    by_year = sheet(planned, "By year")
    years = pd.DataFrame(summary["years"])
    stored = pyogrio.read_dataframe(planned / "plan.gpkg", layer="years")
    for key, heading in (
        ("cost_usd", "Cost (constant $)"),
        ("cost_nominal_usd", "Cost ($ of the year)"),
    ):
        assert cents(work[key]) == cents(layer[key]) == cents(printed[heading])
    assert work["section_id"].tolist() == layer["section_id"].tolist()
    assert work["section_id"].tolist() == printed["Section"].tolist()
    for key, heading, cost in (
        ("spent_usd", "Spent (constant $)", "cost_usd"),
        ("spent_nominal_usd", "Spent ($ of the year)", "cost_nominal_usd"),
    ):
        sums = work[cost].mul(100).round().astype(int).groupby(work["year"]).sum()
        assert cents(years[key]) == cents(by_year[heading]) == cents(stored[key]) == sums.tolist()
    assert cents(years["budget_usd"]) == cents(by_year["Budget (constant $)"])
    assert cents(years["backlog_usd"]) == cents(by_year["Backlog (constant $)"])
    every = sheet(planned, "Every street").set_index("Section")["Cost (constant $)"]
    by_section = work.groupby("section_id")["cost_usd"].sum()
    assert cents([every.sum()]) == cents([by_section.sum()])
    assert cents(every.loc[by_section.index]) == cents(by_section)


def test_totals_of_the_workbook_are_formulas_whose_values_are_right(planned: Path) -> None:
    formulas = openpyxl.load_workbook(planned / "work_plan.xlsx")
    values = openpyxl.load_workbook(planned / "work_plan.xlsx", data_only=True)
    found = 0
    for name in ("Work plan", "By year", "Every street"):
        last = formulas[name].max_row
        for cell in formulas[name][last]:
            if cell.data_type != "f":
                continue
            letter = cell.column_letter
            assert cell.value == f"=SUBTOTAL(109,{letter}{HEAD + 1}:{letter}{last - 1})"
            column = [
                row[0].value for row in values[name][f"{letter}{HEAD + 1}:{letter}{last - 1}"]
            ]
            total = values[name][cell.coordinate].value
            assert total == pytest.approx(sum(column), abs=0.005)
            found += 1
    assert found == 3 + 6 + 2


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_computes_the_same_totals(planned: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(planned / "work_plan.xlsx")
    stored = openpyxl.load_workbook(planned / "work_plan.xlsx", data_only=True)
    # Without the stored values it has to compute.
    book.save(tmp_path / "bare.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*command, "--outdir", tmp_path / "out", tmp_path / "bare.xlsx"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    computed = openpyxl.load_workbook(tmp_path / "out" / "bare.xlsx", data_only=True)
    assert computed.sheetnames == SHEETS
    for name in ("Work plan", "By year", "Every street"):
        row = stored[name].max_row
        ours = [cell.value for cell in stored[name][row]]
        theirs = [cell.value for cell in computed[name][row]][: len(ours)]
        for mine, their in zip(ours, theirs, strict=True):
            assert mine == their or mine == pytest.approx(their, abs=0.005)


def test_miles_and_averages_are_those_of_the_tables(
    planned: Path, summary: dict[str, Any], city: Path, work: pd.DataFrame
) -> None:
    given = gpd.read_file(city / "clean" / "sections.gpkg").set_index("section_id")
    widths = schema.parameters("classes")["default_width_ft"]
    ours = given["maintained_by"].fillna("city").eq("city") if "maintained_by" in given else True
    half = np.where(given["carriageway"].eq("divided"), 0.5, 1.0) if "carriageway" in given else 1
    miles = given.length / 5280 * half * ours
    assert summary["centerline_miles"] == pytest.approx(miles.sum(), rel=1e-9)
    outcome = gpd.read_file(planned / "plan.gpkg", layer="sections").set_index("section_id")
    area = outcome["area_sy"]
    width = given["width_ft"].fillna(given["functional_class"].map(widths))
    # Pavement where streets cross is counted once, so a section has a little less than its box.
    assert (area <= given.length * width / 9 * ours + 1e-6).all()
    assert area.sum() > 0.8 * (given.length * width / 9 * ours).sum()
    done = miles.loc[work["section_id"]].groupby(work["year"].to_numpy()).sum()
    years = pd.DataFrame(summary["years"]).set_index("year")
    np.testing.assert_allclose(years["miles_repaired"], done, rtol=1e-9)
    parts = years["miles_maintenance"] + years["miles_alteration"]
    np.testing.assert_allclose(years["miles_repaired"], parts, rtol=1e-9)
    known = outcome["pci_now"].notna()
    for key in ("pci_now", "pci_end", "pci_end_untreated"):
        mean = np.average(outcome[key][known], weights=area[known])
        assert summary[key] == pytest.approx(mean, rel=1e-9), key
    surveys = pd.read_csv(city / "clean" / "surveys.csv", encoding="utf-8-sig")
    last = surveys.sort_values("survey_date").groupby("section_id")["pci"].last()
    last = last.reindex(given.index)[ours & True]
    mean = np.average(last.dropna(), weights=area[last.dropna().index])
    assert summary["pci_surveyed"] == pytest.approx(mean, rel=1e-9)
    assert int(last.isna().sum()) == summary["sections_unsurveyed"]


# --------------------------------------------------------------------------- GeoPackage and CSV


def test_the_geopackage_has_its_layers_in_the_citys_system(planned: Path, city: Path) -> None:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(planned / "plan.gpkg")}
    assert layers == {
        "sections": "LineString",
        "work": "LineString",
        "years": None,
        "bands": None,
        "provenance": None,
    }
    given = gpd.read_file(city / "clean" / "sections.gpkg")
    for name in ("sections", "work"):
        layer = gpd.read_file(planned / "plan.gpkg", layer=name)
        assert layer.crs == "EPSG:2229"
        lines = given.set_index("section_id").geometry.loc[layer["section_id"]]
        assert (layer.geometry.to_numpy() == lines.to_numpy()).all()
    streets = gpd.read_file(planned / "plan.gpkg", layer="sections")
    assert streets["section_id"].tolist() == given["section_id"].tolist()
    assert pd.api.types.is_datetime64_any_dtype(streets["survey_date"])
    origin = pyogrio.read_dataframe(planned / "plan.gpkg", layer="provenance")
    origin = origin.set_index("name")["value"]
    assert origin["as_of"] == "2026-07-01"
    assert [one["table"] for one in json.loads(origin["inputs"])] == [
        "sections",
        "surveys",
        "sites",
    ]


def test_the_csv_opens_in_excel_and_describes_itself(planned: Path, work: pd.DataFrame) -> None:
    data = (planned / "work_plan.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Excel reads the letters right"
    assert data.count(b"\n") == data.count(b"\r\n") == len(work) + 1
    described = json.loads((planned / "work_plan.csv-metadata.json").read_text(encoding="utf-8"))
    columns = described["tableSchema"]["columns"]
    assert [one["name"] for one in columns] == list(work.columns)
    assert {one["name"] for one in columns if not one["dc:description"]} <= {
        "pci_surveyed",
        "notice",
    }
    text = data.decode("utf-8-sig").splitlines()[1]
    cost = text.split(",")[list(work.columns).index("cost_usd")]
    assert cost == f"{work['cost_usd'].iloc[0]:.2f}"


def test_every_street_has_a_reason_and_every_work_a_row(
    streets: gpd.GeoDataFrame, work: pd.DataFrame
) -> None:
    assert streets["reason"].str.len().gt(20).all()
    assert set(streets.loc[streets["status"].eq("planned"), "section_id"]) == set(
        work["section_id"]
    )
    assert not work.duplicated(["section_id", "year"]).any()


# --------------------------------------------------------------------------- the notice


def all_cells(path: Path) -> dict[str, list[str]]:
    book = openpyxl.load_workbook(path / "work_plan.xlsx")
    return {
        name: [str(cell.value) for row in book[name].iter_rows() for cell in row if cell.value]
        for name in book.sheetnames
    }


def test_the_notice_is_on_everything(planned: Path, summary: dict[str, Any]) -> None:
    assert summary["notice"] == NOTICE
    for name, cells in all_cells(planned).items():
        assert NOTICE in cells, name
    book = openpyxl.load_workbook(planned / "work_plan.xlsx")
    for page in book.worksheets:
        first, last = (int(part.strip("$")) for part in page.print_title_rows.split(":"))
        assert first == 1
        assert last >= 2, "it is printed on every page"
    assert pd.read_csv(planned / "work_plan.csv")["notice"].eq(NOTICE).all()
    described = json.loads((planned / "work_plan.csv-metadata.json").read_text(encoding="utf-8"))
    assert described["norwalk_geo:provenance"]["notice"] == NOTICE
    for layer in ("sections", "work", "years", "bands"):
        frame = pyogrio.read_dataframe(planned / "plan.gpkg", layer=layer, read_geometry=False)
        assert frame["notice"].eq(NOTICE).all()
    assert "Invented data: not Norwalk" in (planned / "index.html").read_text(encoding="utf-8")


def test_a_city_without_a_notice_has_none(own_city: Path) -> None:
    settings = own_city / "norwalk.toml"
    lines = [one for one in settings.read_text("utf-8").splitlines() if "nvented" not in one]
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # A city of its own has no cited sites of a sample either.
    edit(settings, lambda text: text.replace('sites = "clean/sites.gpkg"\n', ""))
    assert norwalk("run", own_city, "-q").code == 0
    out = own_city / "out"
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["notice"] == ""
    assert "notice" not in pd.read_csv(out / "work_plan.csv").columns
    for layer in ("sections", "work", "years", "bands"):
        assert "notice" not in pyogrio.read_info(out / "plan.gpkg", layer=layer)["fields"]
    for cells in all_cells(out).values():
        assert not any("nvented" in text for text in cells)
    assert "nvented data" not in (out / "index.html").read_text(encoding="utf-8")


# --------------------------------------------------------------------------- the same bytes


def test_a_rerun_in_another_place_gives_the_same_bytes(
    city: Path, planned: Path, tmp_path: Path
) -> None:
    elsewhere = copy_city(city, tmp_path / "Ein anderer Ort")
    assert norwalk("run", elsewhere, "-q").code == 0
    assert bytes_of(elsewhere / "out") == bytes_of(planned)


def test_the_order_of_the_rows_changes_no_figure(
    own_city: Path, planned: Path, summary: dict[str, Any]
) -> None:
    clean = own_city / "clean"
    given = gpd.read_file(clean / "sections.gpkg").sample(frac=1, random_state=7)
    (clean / "sections.gpkg").unlink()
    given.to_file(clean / "sections.gpkg", layer="sections")
    surveys = pd.read_csv(clean / "surveys.csv", dtype="str").sample(frac=1, random_state=7)
    surveys.to_csv(clean / "surveys.csv", index=False)
    assert norwalk("run", own_city, "-q").code == 0
    out = own_city / "out"
    again = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    before = flat(summary | {"inputs": again["inputs"]})
    for place, value in flat(again).items():
        exact = not isinstance(value, float)
        assert value == (before[place] if exact else pytest.approx(before[place], rel=1e-12)), place
    assert (out / "work_plan.csv").read_bytes() == (planned / "work_plan.csv").read_bytes()
    # Layers keep the order of the city's own table.
    layer = gpd.read_file(out / "plan.gpkg", layer="sections")
    assert layer["section_id"].tolist() == given["section_id"].tolist()
    earlier = gpd.read_file(planned / "plan.gpkg", layer="sections")
    pd.testing.assert_frame_equal(
        pd.DataFrame(layer.drop(columns="geometry")).set_index("section_id").sort_index(),
        pd.DataFrame(earlier.drop(columns="geometry")).set_index("section_id").sort_index(),
    )
    for name in SHEETS[:-1]:
        pd.testing.assert_frame_equal(sheet(out, name), sheet(planned, name))


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Every leaf of a JSON value by its path."""
    if isinstance(value, dict):
        value = value.items()
    elif isinstance(value, list):
        value = enumerate(value)
    else:
        return {name: value}
    return {k: v for key, part in value for k, v in flat(part, f"{name}/{key}").items()}


# --------------------------------------------------------------------------- names from outside


@pytest.fixture(scope="module")
def renamed(work: pd.DataFrame) -> dict[str, str]:
    """Hostile names of sections in the plan."""
    return dict(zip(work["section_id"].unique(), HOSTILE, strict=False))


@pytest.fixture(scope="module")
def hostile(city: Path, renamed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the town with names that a program could take for something else."""
    own = copy_city(city, tmp_path_factory.mktemp("hostile") / "town")
    path = own / "clean" / "sections.gpkg"
    given = gpd.read_file(path)
    given["street_name"] = given["section_id"].map(renamed).fillna(given["street_name"])
    path.unlink()
    given.to_file(path, layer="sections")
    edit(
        own / "norwalk.toml",
        lambda text: text.replace("Sample city in Norwalk's place", "=Ñ & <b>市</b>"),
    )
    said = norwalk("run", own)
    assert said.code == 0
    assert "=Ñ & <b>市</b>: 84 sections" in said.out
    return own / "out"


def test_no_name_becomes_a_formula_in_the_csv(hostile: Path, renamed: dict[str, str]) -> None:
    work = pd.read_csv(hostile / "work_plan.csv", dtype="str", encoding="utf-8-sig")
    names = work.drop_duplicates("section_id").set_index("section_id")["street_name"]
    assert len(renamed) == len(HOSTILE)
    for section, name in renamed.items():
        risky = name.startswith(("=", "+", "-", "@"))
        assert names[section] == ("'" if risky else "") + name
    for column in work.columns:
        text = work[column].dropna()
        if pd.to_numeric(text, errors="coerce").isna().any():
            assert not text.str.startswith(("=", "+", "-", "@", "\t", "\r")).any()


def test_no_name_becomes_a_formula_or_a_link_in_the_workbook(hostile: Path) -> None:
    book = openpyxl.load_workbook(hostile / "work_plan.xlsx")
    names = {cell.value: cell for cell in book["Work plan"]["B"][HEAD:] if cell.value}
    for name in HOSTILE:
        assert names[name].data_type == "s"
        assert names[name].hyperlink is None
    kinds = {
        cell.value.split("(")[0]
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert kinds == {"=SUBTOTAL"}


def test_names_survive_in_the_geopackage_and_are_escaped_on_the_page(
    hostile: Path, renamed: dict[str, str]
) -> None:
    names = gpd.read_file(hostile / "plan.gpkg", layer="sections").set_index("section_id")
    for section, name in renamed.items():
        assert names.loc[section, "street_name"] == name
    page = (hostile / "index.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "<b>市</b>" not in page


# --------------------------------------------------------------------------- how it looks


def test_the_workbook_is_laid_out_for_an_office(planned: Path) -> None:
    book = openpyxl.load_workbook(planned / "work_plan.xlsx")
    assert book.sheetnames == SHEETS
    for name in SHEETS[:-1]:
        page = book[name]
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight == 0, "as many pages as it takes, one wide"
        assert page.auto_filter.ref.startswith(f"A{HEAD}:")
        assert page.freeze_panes is not None
        headings = [cell.value for cell in page[HEAD]]
        assert not any("_" in text for text in headings)
        assert len(set(headings)) == len(headings)
        for cell in page[HEAD]:
            wide = page.column_dimensions[cell.column_letter].width
            assert wide >= max(map(len, cell.value.split())), cell.value
    first = book["Work plan"]
    dates = [cell for cell in first[HEAD + 1] if isinstance(cell.value, dt.datetime)]
    assert [cell.number_format for cell in dates] == ["yyyy-mm-dd"]
    reason = first[HEAD + 1][-1]
    assert reason.alignment.wrap_text
    assert first.row_dimensions[HEAD + 1].height >= 30
    words = {cell.value for cell in book["Every street"]["F"][HEAD:]}
    assert words <= {
        "Planned",
        "Needed, not funded",
        "No work needed",
        "Not surveyed",
        "Not the city's",
        None,
    }


def test_widths_hold_the_longest_number_and_its_total() -> None:
    money = pd.Series([999_999_999.99] * 5)
    assert layout.width("cost_usd", money) > len("4,999,999,999.95")
    assert layout.width("cost_usd", pd.Series([1.0])) > len("(constant")
    assert layout.width("street_name", pd.Series(["a" * 500])) == 32
    assert layout.width("street_name", pd.Series([None], dtype="str")) >= 8


@pytest.mark.parametrize(
    ("text", "lines"), [("", 1), ("short", 1), ("a" * 100, 2), ("one\ntwo\n" + "b" * 200, 6)]
)
def test_lines_of_wrapped_text(text: str, lines: int) -> None:
    assert layout.lines(text, 50) == lines


def test_a_column_that_nobody_described_is_named_in_words() -> None:
    assert layout.column("paint_color") == layout.Column("Paint color", "text")


@pytest.mark.slow
@pytest.mark.office
def test_no_cell_is_too_narrow_on_paper(planned: Path, tmp_path: Path) -> None:
    shutil.copy(planned / "work_plan.xlsx", tmp_path)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "work_plan.xlsx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "work_plan.pdf", "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    pages = done.stdout.rstrip("\f").split("\f")
    assert "###" not in done.stdout
    assert 4 < len(pages) < 20
    assert all(NOTICE in page for page in pages)
    assert "Total" in done.stdout
