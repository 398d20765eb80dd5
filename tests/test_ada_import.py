"""Pedestrian tables from other people's files by a mapping alone: units, marks, several columns."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from norwalk_geo import files, sources
from norwalk_geo.errors import ConfigError, SchemaError, SourceError

ROOT = Path(__file__).parents[1]
CRS, BBOX = "EPSG:2229", (-118.11, 33.87, -118.04, 33.95)
HEAD = """
table = "ramps"
source_crs = "EPSG:4326"
geometry = {x = "lon", y = "lat"}
key = "ID"
prefix = "r"
[columns]
"""


def imported(folder: Path, columns: str, **cells: list[Any]) -> pd.DataFrame:
    count = len(next(iter(cells.values())))
    rows = pd.DataFrame({"ID": range(1, count + 1), "lon": -118.08, "lat": 33.91} | cells)
    source, mapping = folder / "ramps.csv", folder / "ramps.toml"
    rows.to_csv(source, index=False)
    mapping.write_text(HEAD + columns, encoding="utf-8")
    made = sources.from_export(
        source,
        sources.read_mapping(mapping),
        crs=CRS,
        bbox_lonlat=BBOX,
        as_of=dt.date(2026, 7, 1),
    )
    return made.tables["ramps"]


@pytest.mark.parametrize(
    ("unit", "cells"),
    [
        ("%", ["10", "10 %"]),
        ("ratio", ["0.1", "0.1"]),
        ("degrees", ["5.710593137499643", "5.710593137499643°"]),
        ("1:n", ["10", "1:10"]),
    ],
)
def test_a_slope_is_read_in_its_unit(tmp_path: Path, unit: str, cells: list[str]) -> None:
    column = f'running_slope_pct = {{from = "S", unit = "{unit}"}}'
    made = imported(tmp_path, column, S=[*cells, None])
    assert made["running_slope_pct"].tolist() == pytest.approx([10, 10, float("nan")], nan_ok=True)


@pytest.mark.parametrize(
    ("unit", "cells", "said"),
    [
        ("%", ["8.3", "1:12"], r"mixes % with 1:n \('1:12'\) in 1 row: 2"),
        ("1:n", ["1:12", "8.3%", "4°"], "mixes 1:n with %, degrees"),
        ("ratio", ["0.08", "8.3"], "no slope in ratio"),
        ("degrees", ["4.8", "60"], "no slope in degrees"),
        ("1:n", ["12", "0"], "no slope in 1:n"),
        ("%", ["8", "steep"], "no slope in %"),
    ],
)
def test_a_column_that_mixes_units_is_refused(
    tmp_path: Path, unit: str, cells: list[str], said: str
) -> None:
    column = f'running_slope_pct = {{from = "S", unit = "{unit}"}}'
    with pytest.raises(SchemaError, match=said):
        imported(tmp_path, column, S=cells)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ('running_slope_pct = "S"', r"running_slope_pct\.unit: is missing"),
        ('running_slope_pct = {from = "S", unit = "in"}', "one of %, ratio, degrees, 1:n"),
        ('width_in = {from = ["S", "T"]}', "is missing beside several columns"),
        ('width_in = {from = "S", take = "largest"}', "needs several columns"),
        ('width_in = {from = ["S", "S"], take = "largest"}', "at least two different columns"),
        ('ramp_type = {from = ["S", "T"], take = "largest"}', "is for numbers only"),
        ('width_in = {from = ["S", "U"], take = "largest"}', "has no column 'U'"),
    ],
)
def test_a_mapping_that_leaves_the_unit_open_is_refused(
    tmp_path: Path, column: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        imported(tmp_path, column, S=["1"], T=["2"])


@pytest.mark.parametrize(
    ("take", "wanted"),
    [
        ("largest", [9, None, None]),
        ("largest_given", [9, 4, None]),
        ("smallest", [3, None, None]),
        ("smallest_given", [3, 4, None]),
    ],
)
def test_the_steeper_of_two_flares(tmp_path: Path, take: str, wanted: list[float | None]) -> None:
    column = f'flare_slope_pct = {{from = ["L", "R"], unit = "%", take = "{take}"}}'
    made = imported(tmp_path, column, L=["3", "4", None], R=["-9", None, None])
    sizes = [None if pd.isna(one) else abs(one) for one in made["flare_slope_pct"]]
    assert sizes == wanted


def test_json_lines_are_read_packed_or_not(tmp_path: Path) -> None:
    rows = [{"ID": 1, "width": 4.5}, {"ID": 2, "width": None}]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    plain, packed = tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    plain.write_text(text, encoding="utf-8")
    packed.write_bytes(gzip.compress(text.encode()))
    pd.testing.assert_frame_equal(files.read_frame(plain), files.read_frame(packed))
    point = {"type": "Point", "coordinates": [-118.08, 33.91]}
    feature = {"type": "Feature", "properties": {"ID": 1}, "geometry": point}
    plain.write_text(json.dumps(feature), encoding="utf-8")
    assert files.read_frame(plain).crs == "EPSG:4326"
    table = tmp_path / "t.csv.gz"
    table.write_bytes(gzip.compress(b"ID\n7\n"))
    assert files.read_frame(table)["ID"].tolist() == ["7"]
    layer = tmp_path / "t.geojson.gz"
    whole = {"type": "FeatureCollection", "features": [feature]}
    layer.write_bytes(gzip.compress(json.dumps(whole).encode()))
    assert files.read_frame(layer).geometry.iloc[0].x == -118.08


@pytest.mark.parametrize("text", ['{"a": 1}\n{"a"', "[1]\n", "\n"])
def test_json_lines_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"is not JSON in object 2|has no object in each line"):
        files.read_frame(path)
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 1000)[:-12])
    with pytest.raises(SourceError):
        files.read_frame(path)


def test_an_inspectors_report_is_imported_by_mapping(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text(
        "Item,Site,Area,Found,Code,Door\n"
        "E-1,city_hall,Entrance,Door too narrow,404.2.3,0.79\n"
        "E-2,city_hall,Restroom,No finding,,\n"
    )
    (tmp_path / "report.toml").write_text("""
table = "building_elements"
key = "Item"
[columns]
building_id = "Site"
element = {from = "Area", values = {Entrance = "entrance", Restroom = "restroom"}}
reported = "Found"
reported_citation = "Code"
width_in = {from = "Door", unit = "m"}
""")
    made = sources.from_export(
        tmp_path / "report.csv",
        sources.read_mapping(tmp_path / "report.toml"),
        crs=CRS,
        bbox_lonlat=BBOX,
        as_of=dt.date(2026, 7, 1),
    ).tables["building_elements"]
    assert made["width_in"].round(1).tolist() == pytest.approx([31.1, float("nan")], nan_ok=True)
    assert made["element"].tolist() == ["entrance", "restroom"]


@pytest.mark.real
@pytest.mark.slow
def test_minneapolis_is_compared_as_documented(real: Path) -> None:
    made = runpy.run_path(str(ROOT / "tools" / "ada_minneapolis.py"))
    text = made["figures"](real / "curbramps" / "minneapolis-mn-2026-07-31.jsonl.gz")
    page = (ROOT / "docs" / "methods" / "ada.md").read_text(encoding="utf-8")
    written = re.search("<!-- figures minneapolis -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
    assert written is not None
    assert written[1] == text
    # The kinds that stand first make up 95 % of all disagreement.
    shares = [float(one) for one in re.findall(r"\| ([\d.]+)% \|$", text, re.MULTILINE)]
    assert len(shares) <= 10
    assert shares[6] >= 95
