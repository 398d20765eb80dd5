"""Bad lines and tables of real offices, each from a file to what a person is told."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from commands import norwalk
from shapely import LineString, MultiLineString

from norwalk_geo import faults, files, io, matching, network, schema
from norwalk_geo.errors import CrsError, SchemaError
from norwalk_geo.network import Network

X, Y = 6_530_000.0, 1_800_000.0
Line = list[tuple[float, ...]]
MAPPING = """
table = "sections"
key = "id"
duplicate_key = "error"
[columns]
street_name = "name"
functional_class = {constant = "residential"}
"""


def drawn(*lines: Line, names: list[str | None] | None = None) -> gpd.GeoDataFrame:
    """Lines of a file, near Norwalk."""
    moved = [LineString([(X + p[0], Y + p[1], *p[2:]) for p in line]) for line in lines]
    ids = [f"r{number}" for number in range(len(lines))]
    frame = {"id": ids, "name": names or ["MAIN ST"] * len(lines)}
    return gpd.GeoDataFrame(frame, geometry=moved, crs="EPSG:2229")


def as_sections(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    named = frame.rename(columns={"id": "section_id", "name": "street_name"})
    return named.assign(functional_class="residential").set_index("section_id")


def found(frame: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """Faults by kind, in words."""
    every = faults.find(as_sections(frame))
    return {str(kind): rows["what"].tolist() for kind, rows in every.groupby("fault")}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    assert norwalk("new", folder, "--quiet").code == 0
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    return folder


def bring(city: Path, file: Path) -> gpd.GeoDataFrame:
    said = norwalk("import", file, "--map", city.parent / "map.toml", "--city", city)
    assert said.code == 0, said.err
    return gpd.GeoDataFrame(io.read_table(city / "clean" / "sections.gpkg", "sections"))


# ------------------------------------------------------------------ shapes


def test_heights_on_some_lines_are_left_out_and_told(city: Path, tmp_path: Path) -> None:
    frame = drawn([(0, 0), (500, 0)], [(500, 0, 12.5), (500, 400, 30.0)])
    # One line of two parts that follow each other, and one of two that do not.
    frame.loc[2] = [
        "r2",
        "OAK AVE",
        MultiLineString([[(X, Y), (X, Y + 9)], [(X, Y + 9), (X, Y + 99)]]),
    ]
    frame.loc[3] = [
        "r3",
        "OAK AVE",
        MultiLineString([[(X + 9, Y), (X + 9, Y + 9)], [(X, Y - 9), (X, Y - 99)]]),
    ]
    frame.to_file(tmp_path / "mixed.geojson")
    made = bring(city, tmp_path / "mixed.geojson")
    assert not made.has_z.any()
    assert made.geom_type.eq("LineString").all()
    assert sorted(made.index) == ["r0", "r1", "r2", "r3-1", "r3-2"]
    account = (city / "clean" / "import_sections.json").read_text(encoding="utf-8")
    assert "height left out" in account


def test_curves_come_in_as_lines_of_the_same_length(city: Path, tmp_path: Path) -> None:
    """A half circle, written as databases of a GIS keep it, is not its chord."""
    path = tmp_path / "curves.gpkg"
    drawn([(0, 0), (500, 0)]).to_file(path, layer="streets")
    points = (X, Y, X + 250, Y + 250, X + 500, Y)
    arc = struct.pack("<BII6d", 1, 8, 3, *points)
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'"):
            database.execute(f'drop trigger "{name}"')
        (blob,) = database.execute("select geom from streets").fetchone()
        head = 8 + (32 if (blob[3] >> 1) & 7 else 0)
        database.execute("update streets set geom = ?", (blob[:head] + arc,))
        database.execute("update gpkg_geometry_columns set geometry_type_name = 'CIRCULARSTRING'")
        database.execute("pragma writable_schema = 1")
        database.execute(
            "update sqlite_master set sql = replace(sql, 'LINESTRING', 'CIRCULARSTRING')"
        )
    database.close()
    made = bring(city, path)
    assert made.geom_type.tolist() == ["LineString"]
    assert made.length.item() == pytest.approx(np.pi * 250, rel=1e-3)


def test_a_line_that_crosses_itself_is_told_and_stays_whole() -> None:
    frame = drawn([(0, 0), (400, 0), (400, 300), (200, 300), (200, -200)])
    assert found(frame)["crosses_itself"] == ["r0 crosses itself"]
    sections = as_sections(frame)
    streets = network.build(network.split_at_nodes(sections))
    assert streets.sections.length.sum() == pytest.approx(sections.length.sum())
    assert network.to_graph(streets).number_of_edges() == 1


def test_a_gap_of_three_meters_is_a_near_miss_and_is_not_closed() -> None:
    gap = 3 / 0.3048
    frame = drawn([(0, 0), (500, 0)], [(500 + gap, 0), (900, 0)])
    assert sorted(found(frame)["near_miss"]) == ["r0 ends 9.8 ft from r1", "r1 ends 9.8 ft from r0"]
    assert len(network.build(as_sections(frame)).nodes) == 4
    # Whoever wants it closed says so.
    closed = network.build(as_sections(frame), snap_ft=10)
    assert len(closed.nodes) == 3
    assert closed.sections.length.sum() == pytest.approx(as_sections(frame).length.sum())


def test_a_mirrored_duplicate_is_told_at_the_import_and_at_the_check(
    city: Path, tmp_path: Path
) -> None:
    frame = drawn([(0, 0), (200, 50), (500, 0)], [(500, 0), (200, 50), (0, 0)])
    frame.to_file(tmp_path / "twice.gpkg")
    said = norwalk(
        "import", tmp_path / "twice.gpkg", "--map", tmp_path / "map.toml", "--city", city
    )
    assert said.code == 0, said.err
    assert "shape" in said.out
    assert found(frame)["same_shape"] == ["r1 has the shape of r0; its miles count twice"]


# ------------------------------------------------------------------ names


def test_streets_without_names_come_in_and_are_listed(city: Path, tmp_path: Path) -> None:
    frame = drawn([(0, 0), (500, 0)], [(500, 0), (900, 0)], names=[None, "  "])
    frame.to_file(tmp_path / "nameless.gpkg")
    made = bring(city, tmp_path / "nameless.gpkg")
    assert made["street_name"].isna().all()
    assert len(faults.find(made).query("fault == 'no_name'")) == 2


def _town(names: list[str | None], alias: list[str | None] | None = None) -> Network:
    """A street of two blocks between three cross streets."""
    frame = drawn(
        [(0, 0), (500, 0)],
        [(500, 0), (1000, 0)],
        [(0, 0), (0, 300)],
        [(500, 0), (500, 300)],
        [(1000, 0), (1000, 300)],
        names=names,
    )
    lines = as_sections(frame).rename_axis("line_id").drop(columns="functional_class")
    return network.build(lines if alias is None else lines.assign(alias=alias))


def _match(lines: Network, *rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["street_name", "from_street", "to_street"])
    limits = schema.check(table.assign(source_id=[f"p{n}" for n in range(len(rows))]), "limits")
    return matching.match(limits, lines).matches


def test_1st_and_first_are_one_street() -> None:
    lines = _town(["FIRST AVE", "1ST AVENUE", "2ND ST", "Third Street", "4TH ST"])
    rows = _match(lines, ("1st Av", "Second", "3RD"), ("First Avenue", "2", "Fourth St"))
    assert rows["status"].tolist() == ["matched", "matched"]
    assert rows["lines"].tolist() == ["r0", "r0 r1"]


def test_a_street_of_two_names_is_found_by_both() -> None:
    names: list[str | None] = ["IMPERIAL HWY", "IMPERIAL HWY", "OAK ST", "ELM ST", "ASH ST"]
    alias: list[str | None] = ["SR 90", "SR 90", None, "OLD MILL RD", None]
    lines = _town(names, alias)
    rows = _match(
        lines,
        ("Imperial Highway", "Oak", "Elm"),
        ("State Route 90", "Oak", "Ash"),
        ("Imperial Hwy", "Old Mill", "Ash"),
    )
    assert rows["status"].iloc[[0, 2]].tolist() == ["matched", "matched"]
    assert rows["lines"].iloc[[0, 2]].tolist() == ["r0", "r1"]
    assert _match(lines, ("SR-90", "Oak", "Ash"))["lines"].tolist() == ["r0 r1"]


def test_from_is_to_is_refused_with_its_reason() -> None:
    lines = _town(["MAIN ST", "MAIN ST", "OAK ST", "ELM ST", "ASH ST"])
    rows = _match(lines, ("Main", "Oak", "OAK ST."), ("Main", "End", "End"))
    assert rows["status"].iloc[0] == "unmatched"
    assert rows["reason"].iloc[0] == "both limits are the same street, which meets it once"
    # Two ends are two places.
    assert sorted(rows["lines"].iloc[1].split()) == ["r0", "r1"]


# ------------------------------------------------------------------ files


def test_lines_of_another_city_are_refused(city: Path, tmp_path: Path) -> None:
    frame = drawn([(0, 0), (500, 0)])
    frame.set_geometry(frame.geometry.translate(900_000, 0)).to_file(tmp_path / "other.gpkg")
    said = norwalk(
        "import", tmp_path / "other.gpkg", "--map", tmp_path / "map.toml", "--city", city
    )
    assert said.code != 0
    assert "lies outside the city's bbox_lonlat" in said.err
    assert not (city / "clean" / "sections.gpkg").exists()


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize(
    ("encoding", "mark"), [("UTF-8", 0), ("ISO-8859-1", 0), ("CP850", 2), ("CP437", 1)]
)
def test_old_shapefiles_in_their_encodings(
    tmp_path: Path, encoding: str, mark: int, *, says: bool
) -> None:
    path = tmp_path / "old.shp"
    names: list[str | None] = ["PEÑA ST", "CAÑON DR"]
    drawn([(0, 0), (500, 0)], [(500, 0), (900, 0)], names=names).to_file(path, encoding=encoding)
    if not says:
        # The table's own mark of its code page is all that is left.
        path.with_suffix(".cpg").unlink()
        table = bytearray(path.with_suffix(".dbf").read_bytes())
        table[29] = mark
        path.with_suffix(".dbf").write_bytes(table)
    assert files.read_frame(path)["name"].tolist() == names


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
@pytest.mark.parametrize(
    "measured",
    [
        lambda frame: network.measure(frame, schema.parameters("classes")),
        network.centerline_miles,
        network.lengths_ft,
        network.build,
        network.split_at_nodes,
    ],
)
def test_nothing_is_measured_in_degrees(measured: Callable[..., object], crs: str | None) -> None:
    frame = as_sections(drawn([(0, 0), (100, 0)])).set_crs(crs, allow_override=True)
    with pytest.raises(CrsError, match="no coordinate system" if crs is None else "in degrees"):
        measured(frame)


def test_a_calculation_names_every_column_that_it_lacks() -> None:
    frame = as_sections(drawn([(0, 0), (100, 0)]))
    with pytest.raises(SchemaError, match="functional_class: column is missing"):
        network.measure(frame.drop(columns="functional_class"), schema.parameters("classes"))
    with pytest.raises(SchemaError, match="geometry: column is missing"):
        network.build(pd.DataFrame(frame.drop(columns="geometry")))
    with pytest.raises(SchemaError, match="geometry: column is missing"):
        network.build(pd.DataFrame(frame))


def test_no_section_and_classes_as_categories_can_be_measured() -> None:
    frame = as_sections(drawn([(0, 0), (100, 0)]))
    classes = schema.parameters("classes")
    assert network.measure(frame.iloc[:0], classes).empty
    other = frame.assign(functional_class=frame["functional_class"].astype("category"))
    wanted = network.measure(frame, classes)
    pd.testing.assert_frame_equal(network.measure(other, classes), wanted)
