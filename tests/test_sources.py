"""Importing other people's files: every row kept or dropped with a reason, every fault named."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from norwalk_geo import config, schema, sources
from norwalk_geo.errors import ConfigError, CrsError, NorwalkError, SchemaError, SourceError
from norwalk_geo.sources.choose import choose
from norwalk_geo.sources.where import parse

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "syracuse"
CRS, BBOX = "EPSG:2229", (-118.11, 33.87, -118.04, 33.95)
AS_OF = dt.date(2026, 7, 1)
X, Y = 6_530_000.0, 1_800_000.0
PLAIN = """
table = "sections"
key = "ID"
prefix = "s"
[columns]
street_name = "NAME"
functional_class = {from = "CLASS", values = {L = "residential", A = "arterial"}}
width_ft = {from = "WIDTH", unit = "ft", missing = [0]}
"""
SURVEYED = (
    PLAIN
    + """
pci = "PCI"
pci_method = {constant = "vendor"}
survey_date = {constant = 2025-05-01}
"""
)


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(X + x, Y + y) for x, y in points])


def streets(**columns: list[Any]) -> gpd.GeoDataFrame:
    """Three invented streets of 100, 200 and 300 ft."""
    table = {
        "ID": [1, 2, 3],
        "NAME": ["Uno St", "Dos St", "Tres St"],
        "CLASS": ["L", "L", "A"],
        "WIDTH": [36.0, 0.0, 60.0],
        "PCI": [80.0, 55.5, None],
        "geometry": [line((0, y), (100 + y, y)) for y in (0, 100, 200)],
    }
    return gpd.GeoDataFrame(table | columns, crs=CRS)


class Bench:
    """A folder with one source and one mapping."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mapping(self, text: str) -> sources.Mapping:
        path = self.folder / "mapping.toml"
        path.write_text(text, encoding="utf-8")
        return sources.read_mapping(path)

    def run(
        self, source: Path | pd.DataFrame, text: str = PLAIN, **settings: Any
    ) -> sources.Imported:
        if isinstance(source, pd.DataFrame):
            path = self.folder / "source.parquet"
            source.to_parquet(path)
        else:
            path = source
        place = {"crs": CRS, "bbox_lonlat": BBOX, "as_of": AS_OF} | settings
        imported = sources.from_export(path, self.mapping(text), **place)
        adds_up(imported)
        return imported


def adds_up(imported: sources.Imported) -> None:
    """Nothing is lost: this holds for every source."""
    report = imported.report
    assert report.rows_read == report.rows_kept + report.rows_dropped
    assert report.rows_made[report.table] == report.rows_kept + report.parts_added
    assert {table: len(frame) for table, frame in imported.tables.items()} == report.rows_made
    json.dumps(sources.report_dict(report), allow_nan=False)
    assert all(sources.describe(report))
    for change in report.changes:
        assert change.count == len(change.ids) or not change.ids


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def problems(error: pytest.ExceptionInfo[Any]) -> dict[str, str]:
    return {one.where: str(one) for one in error.value.problems}


def change(imported: sources.Imported, column: str, kind: str = "changed") -> sources.Change:
    (found,) = [c for c in imported.report.changes if (c.column, c.kind) == (column, kind)]
    return found


# --------------------------------------------------------------------------- the same from all


def write(frame: gpd.GeoDataFrame, path: Path) -> str:
    """Write a frame in the format of the path; give what the mapping needs besides."""
    extra = ""
    if path.suffix in {".csv", ".xlsx"}:
        plain = pd.DataFrame(frame.assign(SHAPE=frame.geometry.to_wkt())).drop(columns="geometry")
        if path.suffix == ".csv":
            plain.to_csv(path, index=False)
        else:
            plain.to_excel(path, index=False)
        extra = 'geometry = {wkt = "SHAPE"}\nsource_crs = "EPSG:2229"\n'
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".gdb":
        pyogrio.write_dataframe(
            frame, path, driver="OpenFileGDB", TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER"
        )
    else:
        pyogrio.write_dataframe(
            frame.to_crs("EPSG:4326") if path.suffix == ".geojson" else frame, path
        )
    return extra


@pytest.mark.parametrize(
    "name", ["a.gpkg", "a.shp", "a.gdb", "a.geojson", "a.parquet", "a.csv", "a.xlsx"]
)
def test_every_format_gives_the_same_tables(name: str, bench: Bench, tmp_path: Path) -> None:
    extra = write(streets(), tmp_path / name)
    imported = bench.run(tmp_path / name, extra + SURVEYED)
    sections, surveys = imported.tables["sections"], imported.tables["surveys"]
    assert sections.index.tolist() == ["s1", "s2", "s3"]
    assert sections["source_id"].tolist() == ["1", "2", "3"]
    assert sections["functional_class"].tolist() == ["residential", "residential", "arterial"]
    assert sections["width_ft"].isna().tolist() == [False, True, False]
    assert sections.crs == CRS
    assert sections.geometry.length.round(2).tolist() == [100, 200, 300]
    assert surveys["pci"].to_dict() == {
        ("s1", pd.Timestamp("2025-05-01")): 80.0,
        ("s2", pd.Timestamp("2025-05-01")): 55.5,
    }
    assert imported.report.miles == pytest.approx(600 / 5280, rel=1e-5)
    assert change(imported, "width_ft").ids == ("2",)


def test_topojson_needs_source_crs(bench: Bench, tmp_path: Path) -> None:
    properties = {"SEG": 5, "NAME": "Uno St", "CLASS": "L", "WIDTH": 30}
    arc = {"type": "LineString", "arcs": [0], "properties": properties}
    topology = {
        "type": "Topology",
        "objects": {"streets": {"type": "GeometryCollection", "geometries": [arc]}},
        "arcs": [[[-118.08, 33.91], [-118.07, 33.91]]],
    }
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(topology))
    text = PLAIN.replace('"ID"', '"SEG"')
    with pytest.raises(CrsError, match="source_crs"):
        bench.run(path, text)
    imported = bench.run(path, 'source_crs = "EPSG:4326"\n' + text)
    assert imported.report.crs_from == "EPSG:4326"
    assert imported.tables["sections"].geometry.length.iloc[0] == pytest.approx(3037, abs=5)


def test_points_from_two_columns(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("id,what,lon,lat\n1,Invented Hall,-118.08,33.91\n2,Invented Park,,\n")
    mapping = """
    table = "sites"
    key = "id"
    prefix = "d"
    source_crs = "EPSG:4326"
    geometry = {x = "lon", y = "lat"}
    [columns]
    name = "what"
    kind = {constant = "destination"}
    point_is = {constant = "invented"}
    source = {constant = "invented for a test"}
    """
    imported = bench.run(path, mapping)
    assert imported.tables["sites"].index.tolist() == ["d1"]
    assert change(imported, "row", "dropped").ids == ("2",)


def test_a_table_without_shapes(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "surveys.csv"
    path.write_text("seg,when,score\n1,2015,8\n1,2019,6\n2,2019,0\n3,2019,7.5\n")
    mapping = """
    table = "surveys"
    key = "seg"
    prefix = "s"
    [columns]
    survey_date = {from = "when", format = "%Y"}
    rating = {from = "score", scale = "1-10"}
    """
    imported = bench.run(path, mapping)
    assert imported.tables["surveys"]["pci"].tolist() == [80, 60, 75]
    assert set(imported.tables["surveys"]["pci_method"]) == {"converted"}
    assert change(imported, "row", "dropped").ids == ("2",)
    assert imported.report.crs_to == ""
    path.write_text("seg,when,score\n1,2015,ten\n2,2015,11\n")
    with pytest.raises(SchemaError) as error:
        bench.run(path, mapping)
    assert [one.rows for one in error.value.problems if one.where == "rating"] == [("1",), ("2",)]


# --------------------------------------------------------------------------- shapes


def test_useless_shapes_are_dropped_and_listed(bench: Bench) -> None:
    shapes = [None, LineString(), line((0, 0), (0, 0)), line((0, 0), (50, 0))]
    frame = gpd.GeoDataFrame(
        {"ID": [1, 2, 3, 4], "NAME": "Uno St", "CLASS": "L", "WIDTH": 30.0},
        geometry=shapes,
        crs=CRS,
    )
    imported = bench.run(frame)
    dropped = {c.reason: c.ids for c in imported.report.changes if c.kind == "dropped"}
    assert dropped == {
        "no shape, or one that cannot be read": ("1",),
        "empty shape": ("2",),
        "line without length": ("3",),
    }
    assert imported.report.rows_kept == 1


def test_pieces(bench: Bench) -> None:
    one = MultiLineString([line((0, 0), (50, 0))])
    joined = MultiLineString([line((0, 9), (50, 9)), line((50, 9), (80, 9))])
    apart = MultiLineString(
        [line((0, 20), (30, 20)), line((5, 5), (5, 5)), line((60, 20), (130, 20))]
    )
    imported = bench.run(
        streets(geometry=[one, joined, apart], LEN=[50.0, 80.0, 200.0], PCI=[80.0, 55.5, 70.0]),
        SURVEYED + 'given_length_ft = "LEN"\n',
    )
    sections = imported.tables["sections"]
    assert sections.index.tolist() == ["s1", "s2", "s3-1", "s3-2"]
    assert sections["source_id"].tolist() == ["1", "2", "3", "3"]
    assert set(sections.geom_type) == {"LineString"}
    assert sections.geometry.length.tolist() == [50, 80, 30, 70]
    assert sections["given_length_ft"].tolist() == [50, 80, 60, 140]
    surveyed = imported.tables["surveys"].reset_index()
    assert surveyed["section_id"].tolist() == sections.index.tolist()
    assert surveyed["pci"].tolist() == [80, 55.5, 70, 70]
    assert (imported.report.rows_split, imported.report.parts_added) == (1, 1)
    assert (imported.report.lengths_compared, imported.report.lengths_differ) == (3, 1)
    assert any("given_length_ft differs" in warning for warning in imported.report.warnings)


def test_heights_are_left_out(bench: Bench) -> None:
    high = [shapely.force_3d(one, 30.0) for one in streets().geometry]
    imported = bench.run(streets(geometry=high))
    assert not imported.tables["sections"].has_z.any()
    assert change(imported, "geometry").count == 3


def test_shapes_drawn_twice_are_warned_of(bench: Bench) -> None:
    there = line((0, 0), (100, 0))
    frame = streets(geometry=[there, there.reverse(), line((0, 5), (9, 5))])
    imported = bench.run(frame)
    assert imported.report.same_shapes == ("2",)
    assert "length counts again" in imported.report.warnings[0]


def test_without_a_key_ids_come_from_the_shape(bench: Bench) -> None:
    first = bench.run(streets(), PLAIN.replace('key = "ID"', "")).tables["sections"]
    turned = streets().iloc[::-1].reset_index(drop=True)
    turned.geometry = turned.geometry.reverse()
    again = bench.run(turned, PLAIN.replace('key = "ID"', "")).tables["sections"]
    assert set(first.index) == set(again.index)
    assert first.index.str.fullmatch("s[0-9a-f]{10}").all()


coordinates = st.integers(0, 3000).map(float)
pieces = st.lists(
    st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=4).map(lambda p: line(*p)),
    min_size=1,
    max_size=4,
)


@given(st.lists(pieces, min_size=1, max_size=6))
def test_length_is_conserved(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    bench = Bench(tmp_path_factory.mktemp("length"))
    shapes = [MultiLineString(row) for row in rows]
    frame = gpd.GeoDataFrame(
        {"ID": range(len(rows)), "NAME": "Uno St", "CLASS": "L", "WIDTH": 30.0},
        geometry=shapes,
        crs=CRS,
    )
    if frame.geometry.length.sum() == 0:
        with pytest.raises(SchemaError, match="line without length"):
            bench.run(frame)
        return
    report = bench.run(frame).report
    assert report.miles_drawn * 5280 == pytest.approx(frame.geometry.length.sum())


# --------------------------------------------------------------------------- keys


def test_a_key_used_twice(bench: Bench) -> None:
    frame = streets(ID=[7, 7, 8])
    with pytest.raises(SchemaError) as error:
        bench.run(frame)
    assert "1 key used more than once in 2 rows: 7, 7" in problems(error)["ID"]
    suffixed = bench.run(frame, 'duplicate_key = "suffix"\n' + PLAIN)
    assert suffixed.tables["sections"].index.tolist() == ["s7", "s7.2", "s8"]
    assert suffixed.tables["sections"]["source_id"].tolist() == ["7", "7", "8"]
    first = bench.run(frame, 'duplicate_key = "first"\n' + PLAIN)
    assert first.tables["sections"]["street_name"].tolist() == ["Uno St", "Tres St"]
    assert first.report.rows_dropped == 1
    assert "1 of 1 repeated keys have rows that differ (NAME, WIDTH)" in first.report.warnings[0]


def test_a_missing_key(bench: Bench) -> None:
    with pytest.raises(SchemaError) as error:
        bench.run(streets(ID=["7", None, " "]))
    assert "missing in 2 rows: row 2, row 3" in problems(error)["ID"]


# --------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("unit", "feet"), [("ft", 10), ("m", 32.8084), ("yd", 30), ("in", 10 / 12), ("mi", 52800)]
)
def test_units_of_length(unit: str, feet: float, bench: Bench) -> None:
    text = PLAIN + f'given_length_ft = {{from = "L", unit = "{unit}"}}\n'
    imported = bench.run(streets(L=[10.0, 10.0, 10.0]), text)
    assert imported.tables["sections"]["given_length_ft"].tolist() == pytest.approx([feet] * 3)


@pytest.mark.parametrize(("unit", "yards"), [("sf", 10), ("sy", 90), ("m2", 107.639)])
def test_units_of_area(unit: str, yards: float, bench: Bench) -> None:
    text = PLAIN + f'area_sy = {{from = "A", unit = "{unit}"}}\n'
    imported = bench.run(streets(A=["90", "90.0", " 90 "]), text)
    assert imported.tables["sections"]["area_sy"].tolist() == pytest.approx([yards] * 3, rel=1e-5)


def test_dates_as_people_write_them(bench: Bench) -> None:
    text = SURVEYED.replace(
        "{constant = 2025-05-01}",
        '{from = "D", format = "%m/%y", missing = ["n/a"], default = 2020-01-01}',
    )
    imported = bench.run(streets(D=["6/14", "n/a", "12/96"], PCI=[1.0, 2.0, 3.0]), text)
    days = imported.tables["surveys"].index.get_level_values("survey_date")
    assert [day.date().isoformat() for day in days] == ["2014-06-01", "2020-01-01", "1996-12-01"]
    with pytest.raises(SchemaError) as error:
        bench.run(streets(D=["6/14", "June", None], PCI=[1.0, 2.0, 3.0]), text)
    assert "not a date written as %m/%y ('June') in 1 row: 2" in problems(error)["survey_date"]


def test_a_rating_becomes_an_index(bench: Bench) -> None:
    text = (
        PLAIN
        + """
    rating = {from = "PCI", scale = "1-10"}
    survey_date = {constant = 2027-05-01}
    """
    )
    imported = bench.run(streets(PCI=[7.5, 0.0, None]), text)
    assert imported.tables["surveys"]["pci"].tolist() == [75]
    unsurveyed = {c.reason: c.ids for c in imported.report.changes if c.kind == "unsurveyed"}
    assert sorted(unsurveyed.values()) == [("2",), ("3",)]
    assert "dated after 2026-07-01: 1" in imported.report.warnings[0]
    assert "no PCI by survey; results say converted" in imported.report.warnings[1]
    own = schema.parameters("scales").rename({"1-10": "ours"}, level="scale")
    mine = text.replace("1-10", "ours")
    assert (
        bench.run(streets(PCI=[8.0, 5.0, None]), mine, scales=own).report.rows_made["surveys"] == 2
    )
    known = "Known are 0-100, 1-10, 1-5"
    with pytest.raises(ConfigError, match=rf"columns.rating.scale: is 'ours'. {known}"):
        bench.run(streets(), mine)
    with pytest.raises(SchemaError) as error:
        bench.run(streets(PCI=[11.0, 0.5, 3.0]), text)
    assert "outside 1–10 (11.0, 0.5) in 2 rows: 1, 2" in problems(error)["rating"]


def test_everything_wrong_is_said_at_once_by_the_files_own_key(bench: Bench) -> None:
    frame = streets(
        ID=[11, 12, 13],
        CLASS=["L", "X", "A"],
        WIDTH=["36", "wide", "2"],
        PCI=[-3, 140, 50],
        geometry=[line((0, 0), (1, 1)), Point(X, Y), line((0, 0), (2, 2))],
    )
    with pytest.raises(SchemaError) as error:
        bench.run(frame, SURVEYED)
    told = problems(error)
    assert "not a number ('wide') in 1 row: 12" in str(error.value)
    assert "outside 4–300 ft (2) in 1 row: 13" in told["width_ft"]
    assert "unknown value ('X') in 1 row: 12" in told["functional_class"]
    assert "outside 0–100 points (-3, 140) in 2 rows: 11, 12" in told["pci"]
    assert "not a LineString in 1 row: 12" in told["geometry"]


# --------------------------------------------------------------------------- systems and sources


def test_no_system(bench: Bench) -> None:
    with pytest.raises(CrsError, match="no coordinate system"):
        bench.run(gpd.GeoDataFrame(streets().set_crs(None, allow_override=True)))


@pytest.mark.parametrize(("crs", "words"), [("EPSG:4326", "in degrees"), ("EPSG:1", "no known")])
def test_a_city_system_that_cannot_be_used(crs: str, words: str, bench: Bench) -> None:
    with pytest.raises(CrsError, match=words):
        bench.run(streets(), crs=crs)


def test_feet_in_a_file_that_says_degrees(bench: Bench) -> None:
    """GeoJSON without a word on its system counts as degrees, whatever it holds."""
    frame = streets().set_crs("EPSG:4326", allow_override=True)
    with pytest.raises(CrsError) as error:
        bench.run(frame)
    (problem,) = error.value.problems
    assert "6.53e+06" in problem.what
    assert problem.rows == ("1", "2", "3")
    assert "source_crs" in problem.remedy


def test_coordinates_that_are_no_numbers(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('ID,NAME,CLASS,WIDTH,W\n1,a,L,30,"LINESTRING (6530000 1800000, inf 0)"\n')
    text = 'source_crs = "EPSG:2229"\ngeometry = {wkt = "W"}\n' + PLAIN
    with pytest.raises(SchemaError, match="coordinates that are no numbers"):
        bench.run(path, text)


def test_the_wrong_zone(bench: Bench) -> None:
    frame = streets().set_crs("EPSG:2230", allow_override=True)
    with pytest.raises(CrsError) as error:
        bench.run(frame)
    assert error.value.problems[0].rows == ("1", "2", "3")


def test_a_system_that_the_file_gets_wrong(bench: Bench) -> None:
    frame = streets().set_crs("EPSG:4326", allow_override=True)
    imported = bench.run(frame, 'source_crs = "EPSG:2229"\n' + PLAIN)
    assert "the file itself says EPSG:4326" in imported.report.warnings[0]


def test_nothing_left(bench: Bench) -> None:
    with pytest.raises(SchemaError, match="has no rows"):
        bench.run(streets().iloc[:0])
    with pytest.raises(SchemaError, match="no row is left; dropped: does not meet WIDTH > 99"):
        bench.run(streets(), 'where = "WIDTH > 99"\n' + PLAIN)


def test_columns_that_are_not_there(bench: Bench) -> None:
    text = 'where = "widht > 3"\n' + PLAIN.replace('"NAME"', '"Nme"').replace('"ID"', '"QQQQ"')
    with pytest.raises(ConfigError) as error:
        bench.run(streets(), text)
    told = problems(error)
    assert "Did you mean 'NAME'?" in told["columns.street_name"]
    assert "Did you mean 'WIDTH'?" in told["where widht"]
    assert "Known are CLASS, ID" in told["key"]


def test_two_columns_of_one_name(bench: Bench, tmp_path: Path) -> None:
    sheet = pd.DataFrame([[1, 2, 3]], columns=["ID", 2020, "2020"])
    sheet.to_excel(tmp_path / "a.xlsx", index=False)
    text = PLAIN.replace('"NAME"', '"2020"').replace('"CLASS"', '"ID"').replace('"WIDTH"', '"ID"')
    with pytest.raises(ConfigError, match="has two columns '2020'"):
        bench.run(tmp_path / "a.xlsx", text)


def test_a_key_that_parquet_keeps_as_its_index(bench: Bench) -> None:
    assert bench.run(streets().set_index("ID")).tables["sections"].index[0] == "s1"


def test_no_shapes_anywhere(bench: Bench) -> None:
    with pytest.raises(SchemaError, match="Say which columns hold them"):
        bench.run(pd.DataFrame(streets().drop(columns="geometry")))


def test_text_that_is_no_shape(bench: Bench) -> None:
    frame = pd.DataFrame(streets().drop(columns="geometry")).assign(
        W=["LINESTRING (0 0, 1 1)", "nonsense", None]
    )
    with pytest.raises(SchemaError) as error:
        bench.run(frame, 'source_crs = "EPSG:2229"\ngeometry = {wkt = "W"}\n' + PLAIN)
    assert "not a shape in well-known text in 1 row: 2" in problems(error)["W"]


@pytest.mark.parametrize("make", ["none", "folder", "binary"])
def test_unreadable(make: str, bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    if make == "folder":
        path.mkdir()
    elif make == "binary":
        path.write_bytes(b"\x00\x81\x8d" * 99)
    with pytest.raises(SourceError):
        bench.run(path)


def test_the_same_import_twice_is_the_same(bench: Bench) -> None:
    first, again = bench.run(streets(), SURVEYED), bench.run(streets(), SURVEYED)
    assert first.report == again.report
    for table, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[table])


# --------------------------------------------------------------------------- mappings


def test_a_mapping_tells_every_fault_at_once(bench: Bench) -> None:
    text = """
    table = "sections"
    sorce_crs = "EPSG:4326"
    duplicate_key = "keep"
    source_crs = "EPSG:999999"
    where = "overall >"
    geometry = {x = "lon"}
    [columns]
    street_nam = "NAME"
    functional_class = {from = "C", values = {L = "residental"}}
    width_ft = {from = "W", unit = "furlong", misssing = [0]}
    lanes = {from = "N", unit = "ft"}
    given_length_ft = {from = "L", constant = 3}
    area_sy = {}
    zone_id = 7
    share_pct = {constant = 50, missing = [0]}
    rating = {from = "R", scale = "A-F"}
    pci = "P"
    surface_type = {from = "S", format = "%Y"}
    """
    with pytest.raises(ConfigError) as error:
        bench.mapping(text)
    told = problems(error)
    assert "Did you mean 'source_crs'?" in told["sorce_crs"]
    assert "one of error, suffix, first" in told["duplicate_key"]
    assert "EPSG:4326" in told["source_crs"]
    assert "cannot be read at character" in told["where"]
    assert "geometry" in told
    assert "Did you mean 'street_name'?" in told["columns.street_nam"]
    assert "'residental' is none of them" in told["columns.functional_class.values"]
    assert "one of ft, in, yd, mi, m, cm, mm, km" in told["columns.width_ft.unit"]
    assert "Did you mean 'missing'?" in told["columns.width_ft.misssing"]
    assert "columns.lanes.unit" in told
    assert "either from or constant" in told["columns.given_length_ft"]
    assert "either from or constant" in told["columns.area_sy"]
    assert "columns.zone_id" in told
    assert "nothing beside its constant" in told["columns.share_pct"]
    assert "beside a rating" in told["columns.pci"]
    assert "dates only" in told["columns.surface_type.format"]
    assert "is missing" in told["columns.survey_date"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "table"),
        ('table = "section"', "table"),
        ('table = "work"\n[columns]\n', "table"),
        ('table = "sections"', "columns.functional_class"),
        ('table = "sections"\ncolumns = 3', "columns"),
        ('table = "surveys"\n[columns]\npci = "a"', "key"),
        ('table = "surveys"\nkey = "a"\nduplicate_key = "suffix"', "duplicate_key"),
        ('table = "surveys"\nkey = "a"\ngeometry = {wkt = "a"}', "geometry"),
        ('table = "sections"\nkey = "a"\n[columns]\nsection_id = "a"', "key"),
        (PLAIN + 'pci = "P"', "columns.pci_method"),
        (PLAIN + 'survey_date = "D"', "columns.pci"),
        (PLAIN + 'pci = {from = "P", scale = "1-10"}', "columns.pci"),
        (PLAIN + 'rating = "R"', "columns.rating"),
        (PLAIN + 'pci = {from = "P", default = 70}', "columns.pci.default"),
        ("where = 3\n" + PLAIN, "where"),
    ],
)
def test_a_mapping_that_cannot_be_used(text: str, where: str, bench: Bench) -> None:
    with pytest.raises(ConfigError) as error:
        bench.mapping(text)
    assert where in problems(error)
    assert problems(error)[where].endswith((".", "?"))


def test_a_mapping_file_that_cannot_be_read(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        sources.read_mapping(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="is not TOML"):
        bench.mapping("table = ")


# --------------------------------------------------------------------------- where

FRAME = pd.DataFrame(
    {
        "n": [1.0, None, 3.0],
        "t": ["3", "x", None],
        "Street Class": ["MA", None, "CO"],
        "class": ["a", "b", "c"],
        "yes": [True, False, True],
        "day": pd.to_datetime(["2015-01-01", "2016-01-01", None]),
    }
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("n > 0", [1, 0, 1]),
        ("not n > 0", [0, 1, 0]),
        ("n != 1", [0, 0, 1]),
        ("n is None or n == 3", [0, 1, 1]),
        ("n is not None", [1, 0, 1]),
        ("t >= 3", [1, 0, 0]),
        ("3 > n >= 1", [1, 0, 0]),
        ("n * 2 - 1 > n % 2 + -1", [1, 0, 1]),
        ("n / 0 > 1", [1, 0, 1]),
        ("`Street Class` in ['MA', 'XX']", [1, 0, 0]),
        ("`Street Class` not in ['MA']", [0, 0, 1]),
        ("`class` == 'b' or yes", [1, 1, 1]),
        ("n == '3'", [0, 0, 1]),
        ("yes == True", [1, 0, 1]),
        ("day > '2015-06-01'", [0, 1, 0]),
        ("t == '`x`' or\n t == \"x\"", [0, 1, 0]),
    ],
)
def test_where(text: str, rows: list[int]) -> None:
    assert choose(parse(text), FRAME)[0].tolist() == [bool(one) for one in rows]


def test_where_says_which_cells_are_no_numbers() -> None:
    assert choose(parse("t > 1"), FRAME)[1] == (
        "cells of t that are no numbers and count as missing: 1",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("__import__('os').system('true')", "at character 1 is neither yes nor no"),
        ("n > open('a')", "\"open('a')\" at character 5 is not allowed here"),
        ("n.a > 0 and n[0] > 0", "'n[0]' at character 13"),
        ("n ** 9 > 0", "'n ** 9' at character 1"),
        ("(lambda: 0) == 1", "is not allowed here"),
        ("[x for x in n] == 1", "is not allowed here"),
        ("f'{n}' == 'a'", "is not allowed here"),
        ("n = 3", "cannot be read at character"),
        ("class == 'a'", "in backticks"),
        ("n + 1", "is neither yes nor no"),
        ("n == None", "is None"),
        ("n is 3", "only None may"),
        ("n in t", "is not a list of constants"),
        ("`ä ö` > é > 3 > n()", "'n()' at character 17"),
        ("n == " + "9" * 40, "too large"),
        ("n > 1" * 200, "longer than 500"),
        ("(" * 90 + "n > 1" + ")" * 90, ""),
        ("not " * 60 + "n > 1", "nested too deeply"),
        ("-" * 400 + "1 > n", "nested too deeply"),
        ("n > 1j", "is not understood"),
    ],
)
def test_where_refuses(text: str, words: str) -> None:
    if not words:
        assert parse(text).columns == ("n",)
        return
    with pytest.raises(ConfigError) as error:
        parse(text)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "text", ["day > 3", "day + 1 > 3", "n > 'abc'", "day > 'never'", "t", "'a' + n > 1"]
)
def test_where_cannot_compare(text: str) -> None:
    with pytest.raises(ConfigError):
        choose(parse(text), FRAME)


numbers = st.one_of(st.none(), st.integers(-5, 5))
operators = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
terms = st.recursive(
    st.one_of(st.sampled_from(["a", "b"]), st.integers(-3, 3).map(str)),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
    max_leaves=4,
)
# Each side has a column: comparisons of constants alone pandas leaves to Python.
sides = st.tuples(st.sampled_from("ab"), st.sampled_from("+-*"), terms).map(" ".join)
comparisons = st.tuples(sides, operators, sides).map(" ".join)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(
            lambda t: f"({t[0]}{t[1]}{t[2]})"
        ),
        inner.map(lambda one: f"(not {one})"),
    ),
    max_leaves=4,
)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), conditions)
def test_where_agrees_with_pandas(rows: list[Any], text: str) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype="float64")
    chosen = choose(parse(text), frame)[0]
    if "!=" in text:  # To pandas a missing cell differs from everything.
        frame, chosen = frame.dropna(), chosen[frame.notna().all(axis=1)]
    expected = frame.eval(text, engine="python") if len(frame) else np.array([], dtype="bool")
    assert chosen.tolist() == np.broadcast_to(expected, len(frame)).tolist()


@given(st.text(max_size=40))
def test_where_never_does_anything_else(text: str) -> None:
    try:
        choose(parse(text), FRAME)
    except (ConfigError, KeyError) as error:
        # A column that is not there is refused before, with the mapping's other columns.
        assert isinstance(error, NorwalkError) or set(parse(text).columns) - set(FRAME)  # noqa: PT017


# --------------------------------------------------------------------------- real files


@pytest.mark.real
def test_syracuse(real: Path) -> None:
    city = config.read_config(EXAMPLE)
    source = real / "syracuse" / "streets_ratings2015.geojson"
    place = {"crs": city.crs, "bbox_lonlat": city.bbox_lonlat, "as_of": city.as_of}
    imported = sources.from_export(source, sources.read_mapping(EXAMPLE / "streets.toml"), **place)
    adds_up(imported)
    report = imported.report
    assert (report.rows_read, report.rows_kept, report.rows_dropped) == (4848, 4768, 80)
    assert report.rows_made == {"sections": 4768, "surveys": 4766}
    assert round(report.miles, 1) == round(report.miles_drawn, 1) == 363.0
    assert change(imported, "row", "dropped").rule == "duplicate_key"
    assert change(imported, "pci", "unsurveyed").ids == ("12577961", "12578012")
    assert (report.lengths_compared, report.lengths_differ) == (4768, 0)
    surveyed = imported.tables["surveys"].index.get_level_values("section_id")
    assert surveyed.isin(imported.tables["sections"].index).all()
    assert report.same_shapes == ()


@pytest.mark.real
def test_syracuse_as_it_should_not_be_read(real: Path, bench: Bench) -> None:
    """The rated road's length is not the line's, and keys stand twice: both are said."""
    city = config.read_config(EXAMPLE)
    source = real / "syracuse" / "streets_ratings2015.geojson"
    text = (EXAMPLE / "streets.toml").read_text(encoding="utf-8")
    place = {"crs": city.crs, "bbox_lonlat": city.bbox_lonlat, "as_of": city.as_of}
    every = text.replace('"first"', '"suffix"').replace('"Shape_STLe"', '"length"')
    report = bench.run(source, every, **place).report
    assert report.rows_kept == 4848
    assert round(report.miles, 1) == 368.5
    assert len(report.same_shapes) == 80
    assert report.lengths_differ > 0.1 * report.lengths_compared
    assert len(report.warnings) == 3
    with pytest.raises(SchemaError, match="77 keys used more than once in 157 rows"):
        bench.run(source, text.replace('"first"', '"error"'), **place)


CAMBRIDGE = {
    "crs": "EPSG:2249",
    "bbox_lonlat": (-71.17, 42.35, -71.06, 42.41),
    "as_of": dt.date(2026, 8, 10),
}


@pytest.mark.real
def test_cambridge(real: Path, bench: Bench) -> None:
    text = """
    table = "sections"
    key = "ID"
    [columns]
    street_name = "Street"
    carriageway = {from = "ROADWAYS", values = {T = "divided", F = "single"}, missing = ["N"]}
    functional_class = {constant = "residential"}
    """
    imported = bench.run(real / "cambridge_ma" / "street_centerlines.geojson", text, **CAMBRIDGE)
    report = imported.report
    assert (report.rows_read, report.rows_kept) == (2643, 2643)
    assert set(imported.tables) == {"sections"}
    assert round(report.miles_drawn, 1) == 156.3
    assert report.miles < report.miles_drawn
    assert change(imported, "geometry").ids == ("Chauncy_St_2",)


@pytest.mark.real
def test_cambridge_sidewalks_open_with_source_crs(real: Path, bench: Bench) -> None:
    text = """
    table = "sections"
    source_crs = "EPSG:4326"
    duplicate_key = "first"
    [columns]
    functional_class = {constant = "alley"}
    """
    source = real / "cambridge_ma" / "sidewalk_centerlines.topojson"
    report = bench.run(source, text, **CAMBRIDGE).report
    assert (report.rows_read, report.rows_kept, report.rows_dropped) == (13412, 13352, 60)
    with pytest.raises(CrsError, match="no coordinate system"):
        bench.run(source, text.replace('source_crs = "EPSG:4326"', ""), **CAMBRIDGE)
