"""The commands that join tables to lines, draw faults, and import a second time."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from browser import judge
from commands import norwalk
from shapely import LineString, box

from norwalk_geo import io, network, schema, sources
from norwalk_geo.errors import SourceError
from norwalk_geo.towns import Town

LIMITS = """
table = "limits"
key = "id"
[columns]
street_name = "street"
from_street = "from"
to_street = "to"
given_length_ft = "feet"
"""
LINES = """
table = "lines"
key = "section_id"
prefix = "L"
[columns]
street_name = "street_name"
"""
SECTIONS = """
table = "sections"
[columns]
street_name = "street_name"
functional_class = "functional_class"
"""
SURVEYS = """
table = "surveys"
key = "section_id"
[columns]
survey_date = "survey_date"
pci = "pci"
pci_method = "pci_method"
"""


@pytest.fixture
def city(tmp_path: Path, sample_town: Town) -> Path:
    """An empty city with the invented town's lines, and its pavement table without lines."""
    folder = tmp_path / "city"
    assert norwalk("new", folder, "--quiet").code == 0
    sections = sample_town.streets.sections
    sections.reset_index()[["section_id", "street_name", "functional_class", "geometry"]].to_file(
        tmp_path / "streets.gpkg"
    )
    rows = pd.DataFrame(
        {
            "id": sections.index,
            "street": sections["street_name"],
            "from": sections["from_street"].fillna("END"),
            "to": sections["to_street"].fillna("END"),
            "feet": sections.length.round(),
        }
    )
    rows.to_csv(tmp_path / "table.csv", index=False)
    for name, text in (("lines", LINES), ("limits", LIMITS), ("sections", SECTIONS)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def bring(city: Path, file: str, mapping: str) -> list[str]:
    said = norwalk("import", city.parent / file, "--map", city.parent / mapping, "--city", city)
    assert said.code == 0, said.err
    return said.out.splitlines()


def test_a_table_is_joined_and_a_fix_is_read_back_and_kept(city: Path) -> None:
    bring(city, "streets.gpkg", "lines.toml")
    bring(city, "table.csv", "limits.toml")
    said = norwalk("match", city, "--class", "residential", "--json", "--as-of", "2026-07-01")
    assert said.code == 0, said.err
    status = said.json["status"]
    assert status["matched"] > 0.8 * said.json["rows"]
    sheet = pd.read_excel(city / "clean" / "match_fixes.xlsx", dtype="str")
    before = (city / "clean" / "matches.csv").read_bytes()
    asked, line = sheet["source_id"].iloc[0], "Ls00001"
    sheet.loc[0, "fix"] = line
    sheet.to_excel(city / "clean" / "match_fixes.xlsx", index=False)
    for _ in range(2):
        again = norwalk("match", city, "--class", "residential", "--as-of", "2026-07-01")
        assert again.code == 0, again.err
        matches = io.read_table(city / "clean" / "matches.csv", "matches")
        assert matches.loc[asked, ["status", "lines"]].tolist() == ["fixed", line]
    kept = pd.read_excel(city / "clean" / "match_fixes.xlsx", dtype="str").set_index("source_id")
    assert kept.loc[asked, "fix"] == line
    assert (city / "clean" / "matches.csv").read_bytes() != before
    wrong = kept.reset_index().assign(fix="nowhere")
    wrong.to_excel(city / "clean" / "match_fixes.xlsx", index=False)
    refused = norwalk("match", city, "--class", "residential")
    assert refused.code == 1
    assert "names lines that there are not (nowhere)" in refused.err


def test_a_table_goes_onto_sections_whose_ids_stay(city: Path) -> None:
    bring(city, "streets.gpkg", "sections.toml")
    bring(city, "table.csv", "limits.toml")
    before = io.read_table(city / "clean" / "sections.gpkg", "sections")
    said = norwalk("match", city, "--onto-sections", "--json", "--as-of", "2026-07-01")
    assert said.code == 0, said.err
    after = io.read_table(city / "clean" / "sections.gpkg", "sections")
    assert after.index.tolist() == before.index.tolist()
    assert said.json["sections_with_rows"] > 0.8 * len(after)
    rows = io.read_table(city / "clean" / "section_rows.csv", "section_rows")
    assert rows["covered_pct"].between(99, 100.01).mean() > 0.9
    assert after["given_length_ft"].notna().sum() > 0.8 * len(after)


def test_without_lines_or_table_it_says_what_to_import(city: Path) -> None:
    said = norwalk("match", city)
    assert said.code == 2
    assert "tables.lines: is not named" in said.err
    assert "tables.limits: is not named" in said.err


@pytest.mark.browser
def test_the_page_is_for_every_eye_and_hand(tmp_path: Path, browser_path: str) -> None:
    sample = tmp_path / "sample"
    assert norwalk("new", sample, "--synthetic", "--size", "town", "--quiet").code == 0
    assert norwalk("check", sample, "--out", tmp_path / "faults", "-q").code == 0
    assert judge(browser_path, tmp_path / "faults" / "faults.html") == {}


def test_faults_are_drawn_as_table_layer_and_page(tmp_path: Path, city: Path) -> None:
    sample = city.parent / "sample"
    assert norwalk("new", sample, "--synthetic", "--size", "town", "--quiet").code == 0
    said = norwalk("check", sample, "--out", tmp_path / "faults", "--json")
    assert said.code == 0, said.err
    total = sum(said.json["faults"].values())
    layer = gpd.read_file(tmp_path / "faults" / "faults.gpkg")
    table = pd.read_csv(tmp_path / "faults" / "faults.csv")
    page = (tmp_path / "faults" / "faults.html").read_text(encoding="utf-8")
    assert len(layer) == len(table) == page.count("<circle") == total
    assert "Invented data" in page
    assert "<script" not in page
    assert "faults" not in norwalk("check", sample, "--json").json


def test_a_second_import_keeps_ids_and_what_the_city_entered(city: Path) -> None:
    bring(city, "streets.gpkg", "sections.toml")
    path = city / "clean" / "sections.gpkg"
    first = io.read_table(path, "sections")
    io.write_table(first.assign(zone_id="7"), path, "sections", as_of=dt.date(2026, 7, 1))
    source = gpd.read_file(city.parent / "streets.gpkg")
    # One line goes, one is cut in two, and all others move by two feet.
    one = source.geometry.iloc[0]
    half = one.interpolate(0.5, normalized=True)
    parts = [type(one)([one.coords[0], half]), type(one)([half, one.coords[-1]])]
    rest = source.iloc[2:].assign(geometry=source.geometry.iloc[2:].translate(2, 0))
    cut = source.iloc[[0, 0]].assign(geometry=parts)
    pd.concat([cut, rest]).to_file(city.parent / "streets.gpkg")
    told = bring(city, "streets.gpkg", "sections.toml")
    said = next(line for line in told if line.startswith("against the earlier edition"))
    assert f"changed {len(rest)}, gone 1, split 2" in said
    second = io.read_table(path, "sections")
    assert len(first.index.intersection(second.index)) == len(rest)
    assert second["zone_id"].eq("7").all()
    changes = io.read_table(city / "clean" / "changes.csv", "changes")
    assert changes["change"].value_counts().to_dict() == {
        "changed": len(rest),
        "split": 2,
        "gone": 1,
    }
    assert json.loads((city / "clean" / "import_sections.json").read_text())["rows_kept"] == len(
        second
    )


@pytest.mark.parametrize("option", [[], ["--replace"]])
def test_edits_by_hand_outlive_the_next_import(city: Path, option: list[str]) -> None:
    bring(city, "streets.gpkg", "sections.toml")
    path = city / "clean" / "sections.gpkg"
    first = io.read_table(path, "sections")
    one, two, three = first.index[:3]
    edited = first.copy()
    edited.loc[[one, two], "functional_class"] = "alley"
    edited.loc[three, "street_name"] = "RENAMED ST"
    io.write_table(edited, path, "sections", as_of=dt.date(2026, 7, 1))
    surveys = pd.DataFrame(
        {"section_id": [one], "survey_date": ["2025-01-01"], "pci": [50], "pci_method": ["vendor"]}
    )
    surveys.to_csv(city.parent / "surveys.csv", index=False)
    (city.parent / "surveys.toml").write_text(SURVEYS, encoding="utf-8")
    bring(city, "surveys.csv", "surveys.toml")
    # The file says something new of the second, and what it said before of the others.
    source = gpd.read_file(city.parent / "streets.gpkg")
    source.loc[1, "functional_class"] = "collector"
    source.to_file(city.parent / "streets.gpkg")
    place = city.parent
    said = norwalk(
        "import", place / "streets.gpkg", "--map", place / "sections.toml", "--city", city, *option
    )
    assert said.code == 0, said.err
    assert "cells edited by hand: kept 2, replaced 1 (edits.csv lists them)" in said.out
    again = io.read_table(path, "sections")
    assert again.index.tolist() == first.index.tolist()
    assert again.loc[[one, two], "functional_class"].tolist() == ["alley", "collector"]
    assert again.loc[three, "street_name"] == "RENAMED ST"
    changes = io.read_table(city / "clean" / "changes.csv", "changes")
    assert changes["change"].value_counts().to_dict() == {"same": len(first) - 1, "changed": 1}
    history = io.read_table(city / "clean" / "surveys.csv", "surveys")
    assert history["pci"].tolist() == [50]


OWNED = """
table = "sections"
[columns]
street_name = "street_name"
functional_class = "functional_class"
maintained_by = {from = "owner", values = {1 = "city", 2 = "state", 3 = "private"}}
"""


def test_only_the_citys_share_is_kept_counted_and_planned(city: Path) -> None:
    x, y = 6_530_000, 1_800_000
    across = [[(x, y + n * 500), (x + 900, y + n * 500)] for n in range(5)]
    upward = [[(x, y + n * 500), (x, y + n * 500 + 500)] for n in range(4)]
    source = gpd.GeoDataFrame(
        {"street_name": "A ST", "functional_class": "residential"},
        index=range(9),
        geometry=[LineString(line) for line in [*across, *upward]],
        crs="EPSG:2229",
    )
    # The city ends at a street in the middle: what lies north of it is another's.
    area = gpd.GeoDataFrame(geometry=[box(x - 900, y - 900, x + 1800, y + 1000)], crs="EPSG:2229")
    area.to_crs("EPSG:4326").to_file(city.parent / "limit.geojson")
    source = source.assign(owner=["2", "3"] + ["1"] * (len(source) - 2))
    source.to_file(city.parent / "owned.gpkg")
    (city.parent / "owned.toml").write_text(OWNED, encoding="utf-8")
    place = city.parent
    arguments = ("import", place / "owned.gpkg", "--map", place / "owned.toml", "--city", city)
    said = norwalk(*arguments, "--boundary", place / "limit.geojson")
    assert said.code == 0, said.err
    listed = io.read_table(city / "clean" / "boundary_streets.csv", "boundary_streets")
    assert listed["position"].value_counts().to_dict() == {"outside": 4, "along": 1}
    sections = io.read_table(city / "clean" / "sections.gpkg", "sections")
    assert sections["maintained_by"].value_counts().to_dict() == {
        "city": 3,
        "state": 1,
        "private": 1,
    }
    measured = network.measure(gpd.GeoDataFrame(sections), schema.parameters("classes"))
    # One street along the boundary by half, two inside; two are not the city's.
    assert sorted(measured["city_share"]) == [0, 0, 0.5, 1, 1]
    assert measured["miles"].sum() * 5280 == pytest.approx(450 + 1000)
    # The boundary is kept: the next import needs not name it.
    before = (city / "clean" / "boundary_streets.csv").read_bytes()
    again = norwalk(*arguments)
    assert "against the city boundary" in again.out
    assert (city / "clean" / "boundary_streets.csv").read_bytes() == before
    assert io.read_table(city / "clean" / "sections.gpkg", "sections").index.equals(sections.index)
    refused = norwalk(*arguments, "--boundary", place / "streets.gpkg")
    assert refused.code != 0
    assert "has no areas" in refused.err


# ------------------------------------------------------------------ OpenStreetMap


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "crs", "box", "miles"),
    [
        ("andorra", "EPSG:25831", (1.4, 42.4, 1.8, 42.7), 257.8),
        ("Helsinki", "EPSG:3879", (24.8, 60.1, 25.1, 60.3), 0.0),
    ],
)
def test_extracts_of_openstreetmap(
    real: Path, name: str, crs: str, box: tuple[float, float, float, float], miles: float
) -> None:
    pytest.importorskip("osmium")
    made = sources.from_osm(
        real / "graphs" / f"{name}.osm.pbf", crs=crs, bbox_lonlat=box, as_of=dt.date(2026, 7, 1)
    )
    assert made.report.rows_dropped == 0
    assert made.tables["sections"].index.is_unique
    if miles:
        assert made.report.miles_drawn == pytest.approx(miles, abs=0.1)


EXTRACT = """<?xml version="1.0"?>
<osm version="0.6">
{nodes}
{ways}
</osm>
"""
# Two carriageways of one street from west to east, 20 m apart, and a side street.
PLACES = {1: (-118.08, 33.9), 2: (-118.075, 33.9), 3: (-118.08, 33.90018), 4: (-118.075, 33.90018)}
PLACES |= {5: (-118.08, 33.91)}
WAYS: dict[str, tuple[list[int], dict[str, str]]] = {
    "10": (
        [1, 2],
        {
            "highway": "secondary",
            "name": "Main Street",
            "oneway": "yes",
            "surface": "asphalt",
            "lanes": "2",
            "width": "36'",
            "sidewalk": "right",
        },
    ),
    "11": (
        [3, 4],
        {
            "highway": "secondary",
            "name": "Main Street",
            "oneway": "-1",
            "surface": "concrete:plates",
            "lanes": "2;3",
            "width": "7.5 m",
            "sidewalk:both": "separate",
        },
    ),
    "12": (
        [3, 5],
        {
            "highway": "residential",
            "name": "Elm Street",
            "surface": "sett",
            "width": "wide",
            "access": "private",
            "sidewalk": "no",
        },
    ),
}


def extract(folder: Path) -> Path:
    nodes = [f'<node id="{i}" lon="{x}" lat="{y}" version="1"/>' for i, (x, y) in PLACES.items()]
    ways = []
    for way, (refs, tags) in WAYS.items():
        inside = [f'<nd ref="{one}"/>' for one in refs]
        inside += [f'<tag k="{k}" v="{v.replace(chr(34), "")}"/>' for k, v in tags.items()]
        ways.append(f'<way id="{way}" version="1">{"".join(inside)}</way>')
    path = folder / "streets.osm"
    path.write_text(EXTRACT.format(nodes="\n".join(nodes), ways="\n".join(ways)))
    return path


def test_tags_become_columns_without_a_mapping(city: Path) -> None:
    pytest.importorskip("osmium")
    source = extract(city.parent)
    said = norwalk("import", source, "--city", city)
    assert said.code == 0, said.err
    made = io.read_table(city / "clean" / "sections.gpkg", "sections")
    columns = ["functional_class", "maintained_by", "surface_type", "one_way", "sidewalk"]
    assert made[columns].fillna("-").T.to_dict("list") == {
        "w10": ["arterial", "city", "AC", "with", "right"],
        "w11": ["arterial", "city", "PCC", "against", "both"],
        "w12": ["residential", "private", "-", "-", "no"],
    }
    assert made["width_ft"].round(2).fillna(0).tolist() == [36, 24.61, 0]
    assert made["lanes"].fillna(0).tolist() == [2, 0, 0]
    assert made["carriageway"].tolist() == ["divided", "divided", "single"]
    # The city's own words go before those that ship.
    own = city / "parameters" / "osm_tags.csv"
    own.parent.mkdir(exist_ok=True)
    row = "tag,tag_value,column,means,confirmed,source"
    own.write_text(
        f"# Source: invented.\n{row}\nhighway,secondary,functional_class,collector,no,own\n"
        "highway,residential,functional_class,alley,no,own\n"
    )
    assert norwalk("import", source, "--city", city).code == 0
    again = io.read_table(city / "clean" / "sections.gpkg", "sections")
    assert again["functional_class"].tolist() == ["collector", "collector", "alley"]


def test_another_file_needs_a_mapping(city: Path) -> None:
    refused = norwalk("import", city.parent / "streets.gpkg", "--city", city)
    assert refused.code == 2
    assert "needs a mapping" in refused.err


def test_what_is_no_extract(tmp_path: Path) -> None:
    pytest.importorskip("osmium")
    place = {"crs": "EPSG:2229", "bbox_lonlat": (-119, 33, -117, 35), "as_of": dt.date(2026, 7, 1)}
    with pytest.raises(SourceError, match="is no extract"):
        sources.from_osm(tmp_path / "streets.shp", **place)
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"not a map at all")
    with pytest.raises(SourceError, match="cannot be read"):
        sources.from_osm(broken, **place)
