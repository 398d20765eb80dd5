"""What an office does wrong, one by one: all of it is said, and earlier results stay."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from commands import FILES, PROGRAM, Said, bytes_of, edit, norwalk, program
from shapely import LineString, Point

from norwalk_geo import io, report
from norwalk_geo.errors import SourceError

CITY = "Sample city in Norwalk's place"
BOX = "bbox_lonlat = [-118.11, 33.87, -118.04, 33.95]"


@pytest.fixture
def ready(own_city: Path, planned: Path) -> Path:
    """The town with results of an earlier run."""
    shutil.copytree(planned, own_city / "out")
    return own_city


def streets(city: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Change the table of sections behind our back."""
    path = city / "clean" / "sections.gpkg"
    changed = change(gpd.read_file(path))
    path.unlink()
    changed.to_file(path, layer="sections")


def surveys(city: Path, **cells: object) -> None:
    """Change the first surveys: a value, or one for each of the first rows."""
    path = city / "clean" / "surveys.csv"
    table = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    for column, values in cells.items():
        for row, value in enumerate(values if isinstance(values, list) else [values]):
            table.loc[row, column] = value
    table.to_csv(path, index=False)


def settings(city: Path, old: str, new: str) -> None:
    edit(city / "norwalk.toml", lambda text: text.replace(old, new))


def own_parameters(city: Path, name: str, change: Callable[[str], str] = str) -> Path:
    """Give the city a parameter file of its own, made from the one that ships."""
    path = city / "parameters" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    shipped = resources.files("norwalk_geo") / "parameters" / f"{name}.csv"
    path.write_text(change(shipped.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def shapes(city: Path, *given: object) -> None:
    """Replace the first shapes, in a format that takes any."""
    path = city / "clean" / "sections.parquet"
    table = gpd.read_file(city / "clean" / "sections.gpkg")
    every = [*given, *table.geometry.iloc[len(given) :]]
    table.set_geometry(gpd.GeoSeries(every, crs=table.crs)).to_parquet(path)
    settings(city, "sections.gpkg", "sections.parquet")


def no_crs(city: Path) -> None:
    path = city / "clean" / "sections.parquet"
    table = gpd.read_file(city / "clean" / "sections.gpkg")
    table.set_crs(None, allow_override=True).to_parquet(path)
    settings(city, "sections.gpkg", "sections.parquet")


def several(city: Path) -> None:
    """Five things at once, in three tables, a parameter file and the treatments."""
    surveys(city, pci=["-3", "140"], survey_date="yesterday")
    streets(city, lambda table: table.drop(columns="functional_class").to_crs("EPSG:2230"))
    (city / "clean" / "sites.gpkg").unlink()
    own_parameters(city, "treatments", lambda text: text.replace("# ", "").replace("Source", ""))


Spoil = Callable[[Path], object]
EXPORT = "Export the table again."
CORRECT = "Correct the source or drop the rows."
CASES: dict[str, tuple[Spoil, list[str]]] = {
    "no coordinate system": (
        no_crs,
        [
            (
                "sections.geometry: has no coordinate system. "
                "Import it with source_crs in the mapping, or set EPSG:2229 in your GIS."
            )
        ],
    ),
    "geographic system": (
        lambda city: streets(city, lambda t: t.to_crs("EPSG:4326")),
        [
            (
                "sections.geometry: is in EPSG:4326, not in the city's EPSG:2229. "
                "Run norwalk import, which converts it."
            )
        ],
    ),
    "another zone": (
        lambda city: streets(city, lambda t: t.to_crs("EPSG:2230")),
        [
            (
                "sections.geometry: is in EPSG:2230, not in the city's EPSG:2229. "
                "Run norwalk import, which converts it."
            )
        ],
    ),
    "wrong zone under the right name": (
        lambda city: streets(
            city, lambda t: t.to_crs("EPSG:2230").set_crs("EPSG:2229", allow_override=True)
        ),
        [
            (
                "sections.geometry: lies outside the city's bbox_lonlat, for example at longitude "
                "-119.862, latitude 35.242, in 84 rows: s00001, s00002, s00003, … Check source_crs "
                "(the wrong zone, or feet for metres), or widen bbox_lonlat."
            )
        ],
    ),
    "city in degrees": (
        lambda city: settings(city, "EPSG:2229", "EPSG:4326"),
        [
            (
                "city.crs (EPSG:4326): is in degrees. "
                "Choose a projected system in feet or metres, such as your State Plane zone."
            )
        ],
    ),
    "empty file": (
        lambda city: (city / "clean" / "surveys.csv").write_bytes(b""),
        [f"surveys (surveys.csv): is empty. {EXPORT}"],
    ),
    "no rows": (
        lambda city: (city / "clean" / "surveys.csv").write_text(
            "section_id,survey_date,pci,pci_method\n", encoding="utf-8"
        ),
        ["surveys (surveys.csv): the table has no rows. Add rows to surveys.csv."],
    ),
    "missing file": (
        lambda city: (city / "clean" / "surveys.csv").unlink(),
        ["surveys (surveys.csv): is not there. Check the path."],
    ),
    "missing column": (
        lambda city: streets(city, lambda t: t.drop(columns="functional_class")),
        ["sections.functional_class: column is missing. Add it: Functional class of the street."],
    ),
    "misspelt column": (
        lambda city: edit(
            city / "clean" / "surveys.csv", lambda text: text.replace("survey_date", "surveydate")
        ),
        [
            (
                "surveys.survey_date: column is missing. Add it: Day of the survey. "
                "Is it the column 'surveydate'?"
            )
        ],
    ),
    "text in a number": (
        lambda city: surveys(city, pci=["good", "n/a", "7O"]),
        [
            (
                "surveys.pci: not a number ('good', 'n/a', '7O') in 3 rows: "
                f"s00001 2019-03-22, s00001 2021-03-30, s00001 2024-12-16. {CORRECT}"
            )
        ],
    ),
    "condition out of range": (
        lambda city: surveys(city, pci=["-3", "140"]),
        [
            (
                "surveys.pci: outside 0–100 points (-3, 140) in 2 rows: "
                f"s00001 2019-03-22, s00001 2021-03-30. {CORRECT}"
            )
        ],
    ),
    "duplicate ids": (
        lambda city: streets(
            city, lambda t: t.assign(section_id=t["section_id"].replace("s00003", "s00002"))
        ),
        [
            (
                "sections.section_id: 1 key used more than once in 2 rows: s00002, s00002. "
                "Make the ids unique or drop the copies."
            )
        ],
    ),
    "no shape, and one without length": (
        lambda city: shapes(city, None, LineString([(6.53e6, 1.8e6)] * 2)),
        [
            "sections.geometry: no shape in 1 row: s00001. Draw the shape or drop the row.",
            (
                "sections.geometry: not valid (no length, or broken) in 1 row: s00002. "
                "Redraw the shape."
            ),
        ],
    ),
    "a point for a line": (
        lambda city: shapes(city, Point(6.53e6, 1.8e6)),
        [
            (
                "sections.geometry: not a LineString in 1 row: s00001. "
                "Split multipart shapes or drop the row."
            )
        ],
    ),
    "unknown class": (
        lambda city: streets(city, lambda t: t.assign(functional_class="lane")),
        [
            (
                "sections.functional_class: unknown value ('lane') in 84 rows: s00001, s00002, "
                "s00003, … Use one of arterial, collector, residential, alley."
            )
        ],
    ),
    "survey of no section": (
        lambda city: surveys(city, section_id="s99999"),
        [
            (
                "surveys.section_id: names a section that is not in sections in 1 row: s99999. "
                "Import sections and surveys from the same edition, or drop these surveys."
            )
        ],
    ),
    "no budget for the first year": (
        lambda city: edit(
            city / "norwalk.toml",
            lambda text: "\n".join(
                line for line in text.splitlines() if not line.startswith(("2027", "2028"))
            ),
        ),
        [
            (
                "budget: has no entry for fiscal year 2027, the first of the plan. "
                "Add to norwalk.toml, below [budget]: 2027 = 5_000_000."
            )
        ],
    ),
    "unknown treatment": (
        lambda city: settings(city, "[plan]", '[plan]\ntreatments = ["slury_seal"]'),
        ["slury_seal: unknown treatment. Did you mean 'slurry_seal'?"],
    ),
    "parameters without a citation": (
        lambda city: own_parameters(
            city, "treatments", lambda text: text[text.index("treatment,") :]
        ),
        [
            (
                "parameters/treatments.csv: the numbers have no source. Begin the file with a line "
                "'# Source: …' that says where the numbers are from."
            )
        ],
    ),
    "parameters that are no table": (
        lambda city: own_parameters(city, "classes", lambda text: text + "lane" + ",x" * 30 + "\n"),
        [
            (
                "parameters/classes.csv: cannot be read (Error tokenizing data. C error: "
                "Expected 10 fields in line 6, saw 31). Give every line as many cells as the "
                "headings, long texts in quotation marks."
            )
        ],
    ),
    "treatment of no known kind": (
        lambda city: own_parameters(
            city,
            "treatments",
            lambda text: text.replace(",3.50,", ",cheap,").replace(",set,", ",sat,"),
        ),
        [
            (
                "parameters/treatments.csv.unit_cost_usd_sy: not a number ('cheap') in 1 row: "
                f"slurry_seal. {CORRECT}"
            ),
            (
                "parameters/treatments.csv.effect: unknown value ('sat') in 3 rows: mill_overlay, "
                "reconstruct, pcc_reconstruct. Use one of add, set."
            ),
        ],
    ),
    "price index without a year": (
        lambda city: own_parameters(
            city,
            "price_index",
            lambda text: "\n".join(
                line for line in text.splitlines() if not line.startswith("2026")
            ),
        ),
        ["price_index: has no row for 2026. Add the years to parameters/price_index.csv."],
    ),
    "several at once": (
        several,
        [
            "sections.functional_class: column is missing. Add it: Functional class of the street.",
            f"surveys.survey_date: not a date ('yesterday') in 1 row: s00001 yesterday. {CORRECT}",
            (
                "surveys.pci: outside 0–100 points (-3, 140) in 2 rows: "
                f"s00001 yesterday, s00001 2021-03-30. {CORRECT}"
            ),
            "sites (sites.gpkg): is not there. Check the path.",
            (
                "parameters/treatments.csv: the numbers have no source. Begin the file with a line "
                "'# Source: …' that says where the numbers are from."
            ),
        ],
    ),
}
SETTINGS: dict[str, tuple[Spoil, list[str]]] = {
    "negative budget": (
        lambda city: settings(city, "2028 = {street_fund = 1", "2028 = {street_fund = -1"),
        ["budget.2028.street_fund: is -120000. Give dollars, zero or more."],
    ),
    "unknown key": (
        lambda city: settings(city, "terminal_years", "terminal_year"),
        ["plan.terminal_year: unknown key. Did you mean 'terminal_years'?"],
    ),
    "unknown section": (
        lambda city: settings(city, "[money]", "[monies]"),
        ["monies: unknown section. Did you mean 'money'?"],
    ),
    "unknown table": (
        lambda city: settings(city, "sections =", "section ="),
        ["tables.section: unknown table. Did you mean 'sections'?"],
    ),
    "not TOML": (
        lambda city: settings(city, "[money]", "[money"),
        [
            (
                "norwalk.toml: is not TOML (Expected ']' at the end of a table declaration "
                "(at line 39, column 7)). Correct that line."
            )
        ],
    ),
    "several settings": (
        lambda city: edit(
            city / "norwalk.toml",
            lambda text: text.replace("years = 2", "years = 0", 1).replace(BOX, "bbox_lonlat = 5"),
        ),
        [
            (
                "city.bbox_lonlat: is 5. Give west, south, east and north in degrees, such as "
                "[-118.11, 33.87, -118.04, 33.95]."
            ),
            "plan.years: is 0. Give a whole number from 1 to 40.",
        ],
    ),
}


def refused(city: Path, subject: str, lines: list[str]) -> None:
    """A run says exactly this and changes nothing."""
    before = bytes_of(city)
    count = f"{len(lines)} problem{'s' if len(lines) > 1 else ''}"
    message = "\n".join([f"{subject}: {count}", *(f"  {line}" for line in lines)])
    said = norwalk("run", city)
    assert said.err.splitlines() == message.splitlines()
    assert (said.code, said.out) == (1, "")
    told = norwalk("check", city, "--json")
    assert (told.code, told.err) == (1, "")
    assert told.json["kind"] == "error"
    assert told.json["message"] == message
    assert len(told.json["problems"]) == len(lines)
    assert bytes_of(city) == before


@pytest.mark.parametrize("name", CASES)
def test_wrong_data_are_all_named_and_earlier_results_stay(name: str, ready: Path) -> None:
    spoil, lines = CASES[name]
    spoil(ready)
    refused(ready, CITY, lines)


@pytest.mark.parametrize("name", SETTINGS)
def test_wrong_settings_are_all_named_and_earlier_results_stay(name: str, ready: Path) -> None:
    spoil, lines = SETTINGS[name]
    spoil(ready)
    refused(ready, f"{ready}/norwalk.toml", lines)


# --------------------------------------------------------------------------- the disk


def as_stranger(*arguments: object) -> Said:
    """Run the program without the right of root to read and write everything."""
    if os.getuid() != 0:
        return program(*arguments)
    rights = "-dac_override,-dac_read_search"
    command = ["setpriv", "--bounding-set", rights, "--inh-caps", rights, str(PROGRAM)]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_table_that_may_not_be_read(ready: Path) -> None:
    (ready / "clean" / "surveys.csv").chmod(0)
    own_parameters(ready, "classes").chmod(0)
    said = as_stranger("run", ready)
    allowed = "Check the permission to read it."
    assert said.err == (
        f"{CITY}: 2 problems\n"
        f"  surveys (surveys.csv): cannot be read (Permission denied). {allowed}\n"
        f"  parameters/classes.csv (classes.csv): cannot be read (Permission denied). {allowed}\n"
    )
    assert said.code == 1


def test_settings_that_may_not_be_read(ready: Path) -> None:
    (ready / "norwalk.toml").chmod(0)
    said = as_stranger("check", ready)
    assert said.code == 2
    assert said.err == (
        f"{ready}/norwalk.toml: 1 problem\n  norwalk.toml: cannot be read (Permission denied). "
        "Check the path and the permission to read it.\n"
    )


def test_a_folder_that_may_not_be_written(ready: Path) -> None:
    before = bytes_of(ready)
    out = ready / "out"
    out.chmod(0o555)
    said = as_stranger("run", ready)
    out.chmod(0o755)
    assert said.code == 2
    assert said.err == (
        f"{out}: 1 problem\n  out: may not be written (Permission denied). "
        "Choose another folder with --out.\n"
    )
    assert bytes_of(ready) == before


def test_results_cannot_take_the_place_of_a_file(ready: Path) -> None:
    said = norwalk("run", ready, "--out", ready / "norwalk.toml")
    assert said.code == 2
    assert "norwalk.toml: cannot be written (File exists). Choose another folder" in said.err


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.99])
def test_a_full_disk(share: float, ready: Path) -> None:
    """No file may grow beyond a share of the largest result."""
    out = ready / "out"
    most = max((out / name).stat().st_size for name in FILES)
    (out / "summary.json").write_text("of an earlier run", encoding="utf-8")
    before = bytes_of(ready)
    limit = int(most * share)
    said = program(
        "run",
        ready,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert said.code == 2, said
    assert "Traceback" not in said.err
    assert "space" in said.err
    assert len(said.err.splitlines()) == 2
    assert bytes_of(ready) == before
    assert [path.name for path in out.iterdir() if path.name.startswith(".aside")] == []


def test_a_workbook_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.xlsx: cannot be written .* Free some space"):
        report.workbook(
            tmp_path / "none" / "a.xlsx",
            {},
            title="",
            notice="",
            about={},
            as_of=dt.date(2026, 7, 1),
        )


def test_two_runs_on_one_folder(ready: Path) -> None:
    out, before = ready / "out", bytes_of(ready)
    with io.writing(out) as aside:
        said = norwalk("run", ready)
        assert aside.is_dir(), "the other run is left in peace"
    assert said.code == 2
    assert re.fullmatch(
        rf"{re.escape(str(out))}: 1 problem\n  out: is being written by process {os.getpid()} of "
        r"\S+ on \S+\. Wait until it ends, or choose another folder with --out\.\n",
        said.err,
    )
    assert bytes_of(ready) == before
    assert norwalk("run", ready, "-q").code == 0


# --------------------------------------------------------------------------- what is assumed


def summary_of(city: Path) -> dict[str, Any]:
    said = norwalk("run", city, "--json")
    assert said.code == 0, said.err or said.out
    return said.json


def test_costs_of_the_citys_own_change_the_plan(own_city: Path, planned: Path) -> None:
    before = json.loads((planned / "summary.json").read_text(encoding="utf-8"))
    # Saved by an older Excel, with a dash of its own.
    path = own_parameters(own_city, "treatments", lambda text: text.replace(",3.50,", ",35.00,"))
    path.write_bytes(path.read_text(encoding="utf-8").replace("−", "-").encode("cp1252"))
    after = summary_of(own_city)
    used = after["parameters"]["treatments"]
    assert used["file"] == "parameters/treatments.csv"
    assert used["sha256"] != before["parameters"]["treatments"]["sha256"]
    assert after["objective"] < before["objective"]
    work = pd.read_csv(own_city / "out" / "work_plan.csv")
    slurry = work[work["treatment_label"].eq("Slurry seal")]
    cheap = pd.read_csv(planned / "work_plan.csv")
    cheap = cheap[cheap["treatment_label"].eq("Slurry seal")]
    assert (slurry["cost_usd"] / slurry["area_sy"]).min() > 5 * (
        cheap["cost_usd"] / cheap["area_sy"]
    ).max() or slurry.empty


def test_budgets_that_are_carried_on_are_noted_everywhere(own_city: Path) -> None:
    edit(
        own_city / "norwalk.toml",
        lambda text: "\n".join(line for line in text.splitlines() if not line.startswith("2028")),
    )
    note = "No budget is given for 2028: that of 2027 is carried on."
    said = norwalk("run", own_city)
    assert f"\n{note}\n" in said.out
    summary = json.loads((own_city / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["notes"] == [note]
    assert [row["budget_usd"] for row in summary["years"]] == [190_000] * 2
    about = pd.read_excel(own_city / "out" / "work_plan.xlsx", sheet_name="About", header=None)
    assert about[1].eq(note).any()


def test_nominal_budgets_are_deflated(own_city: Path) -> None:
    settings(own_city, "base_year = 2026", 'base_year = 2026\nbudget_dollars = "nominal"')
    for row in summary_of(own_city)["years"]:
        assert row["budget_usd"] == round(190_000 / 1.025 ** (row["year"] - 2026), 2)
        assert row["spent_usd"] <= row["budget_usd"]
        assert row["spent_nominal_usd"] <= 190_000.01


def test_a_table_of_budgets_is_used(own_city: Path) -> None:
    path = own_city / "clean" / "budgets.csv"
    rows = "gas_tax,2027,50000\nbond,2027,25000.50\nbond,2029,0\n"
    path.write_text(f"fund,year,amount_usd\n{rows}", encoding="utf-8")
    settings(own_city, "[tables]", '[tables]\nbudgets = "clean/budgets.csv"')
    settings(own_city, "years = 2", "years = 3")
    summary = summary_of(own_city)
    assert [row["budget_usd"] for row in summary["years"]] == [75_000.5, 75_000.5, 0]
    assert summary["years"][-1]["spent_usd"] == 0
    assert "budgets" in {one["table"] for one in summary["inputs"]}


def test_an_assumed_condition_marks_every_figure(own_city: Path, planned: Path) -> None:
    before = json.loads((planned / "summary.json").read_text(encoding="utf-8"))
    settings(own_city, "[plan]", '[plan]\nunsurveyed = "class_median"')
    summary = summary_of(own_city)
    count = before["sections_unsurveyed"]
    assert count > 0
    assert summary["assumed"]["sections_condition_assumed"] == count
    assert summary["sections_unsurveyed"] == 0
    assert len(summary["notes"]) == 1
    assert "given the median condition of the class: every figure rests on" in summary["notes"][0]
    layer = gpd.read_file(own_city / "out" / "plan.gpkg", layer="sections")
    marked = layer[layer["reason"].str.contains("the condition is the median of its class")]
    assert len(marked) == count
    assert marked["pci_method"].eq("converted").all()
