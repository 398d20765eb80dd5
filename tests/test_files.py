"""One small table in every format that an office keeps, and every way a file can be unreadable."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import LineString

from norwalk_geo import files
from norwalk_geo.errors import SourceError

GEOGRAPHIC = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}


@pytest.fixture
def streets() -> gpd.GeoDataFrame:
    """Two invented streets in Norwalk's State Plane system."""
    return gpd.GeoDataFrame(
        {"ID": ["7", "8"], "NAME": ["Calle Año", "Elm St"], "WIDTH": [36.5, None]},
        geometry=[LineString([(6.53e6, 1.8e6), (6.5304e6, 1.8e6)]), LineString([(0, 0), (9, 9)])],
        crs="EPSG:2229",
    )


def same(frame: pd.DataFrame, streets: gpd.GeoDataFrame) -> None:
    assert frame["NAME"].tolist() == ["Calle Año", "Elm St"]
    assert [str(one) for one in frame["ID"]] == ["7", "8"]
    assert float(frame["WIDTH"].iloc[0]) == 36.5
    assert pd.isna(frame["WIDTH"].iloc[1])
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs == streets.crs:
        # A geodatabase keeps every line as a multipart one, on a grid of its own.
        assert frame.geometry.hausdorff_distance(streets.geometry).max() < 1e-3


@pytest.mark.parametrize("suffix", GEOGRAPHIC)
def test_geographic_formats(suffix: str, streets: gpd.GeoDataFrame, tmp_path: Path) -> None:
    frame = streets.to_crs("EPSG:4326") if suffix == ".geojson" else streets
    pyogrio.write_dataframe(frame, tmp_path / f"a{suffix}", driver=GEOGRAPHIC[suffix])
    read = files.read_frame(tmp_path / f"a{suffix}")
    same(read, streets)
    assert read.crs == frame.crs


def test_file_geodatabase_is_a_folder(streets: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.gdb"
    options = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}
    pyogrio.write_dataframe(streets, path, driver="OpenFileGDB", layer="streets", **options)
    assert files.layers(path) == ["streets"]
    read = files.read_frame(path, layer="streets")
    same(read, streets)
    assert read.crs == streets.crs


def test_zipped_shapefile(streets: gpd.GeoDataFrame, tmp_path: Path) -> None:
    pyogrio.write_dataframe(streets, tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        for part in sorted(tmp_path.glob("a.*")):
            if part.suffix != ".zip":
                bundle.write(part, part.name)
    same(files.read_frame(tmp_path / "a.zip"), streets)


def test_topojson_has_no_system(tmp_path: Path) -> None:
    line = {"type": "LineString", "arcs": [0], "id": "7", "properties": {"NAME": "Elm St"}}
    topology = {
        "type": "Topology",
        "objects": {"streets": {"type": "GeometryCollection", "geometries": [line]}},
        "arcs": [[[-118.08, 33.91], [-118.07, 33.92]]],
    }
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(topology))
    read = files.read_frame(path)
    assert read.crs is None
    assert read["NAME"].tolist() == ["Elm St"]
    assert read.geometry.iloc[0].coords[0] == pytest.approx((-118.08, 33.91))


def test_parquet_with_and_without_shapes(streets: gpd.GeoDataFrame, tmp_path: Path) -> None:
    streets.to_parquet(tmp_path / "a.parquet")
    read = files.read_frame(tmp_path / "a.parquet")
    same(read, streets)
    assert read.crs == streets.crs
    pd.DataFrame(streets.drop(columns="geometry")).to_parquet(tmp_path / "b.parquet")
    same(files.read_frame(tmp_path / "b.parquet"), streets)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_in_the_encodings_of_offices(
    encoding: str, streets: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    streets.drop(columns="geometry").to_csv(tmp_path / "a.csv", index=False, encoding=encoding)
    read = files.read_frame(tmp_path / "a.csv")
    same(read, streets)
    assert read["WIDTH"].iloc[0] == "36.5"


def test_tabs_and_a_workbook(streets: gpd.GeoDataFrame, tmp_path: Path) -> None:
    plain = streets.drop(columns="geometry")
    plain.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    same(files.read_frame(tmp_path / "a.tsv"), streets)
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        pd.DataFrame({"note": ["read the other sheet"]}).to_excel(book, sheet_name="cover")
        plain.to_excel(book, sheet_name="streets", index=False)
    same(files.read_frame(tmp_path / "a.xlsx", layer="streets"), streets)
    assert files.read_frame(tmp_path / "a.xlsx").columns[-1] == "note"


# --------------------------------------------------------------------------- what cannot be read


def refused(path: Path, words: str, *, layer: str | None = None) -> None:
    with pytest.raises(SourceError) as error:
        files.read_frame(path, layer=layer)
    (problem,) = error.value.problems
    assert words in problem.what
    assert problem.where == path.name
    assert problem.remedy


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused(tmp_path / "none.gpkg", "is not there")


@pytest.mark.parametrize("name", ["a.csv", "a.gpkg", "a.xlsx", "a.parquet", "a.geojson"])
def test_an_empty_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    refused(tmp_path / name, "is empty")


@pytest.mark.parametrize("name", ["a.gpkg", "a.xlsx", "a.parquet", "a.geojson", "a.shp", "a.zip"])
def test_a_file_that_is_something_else(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("this is a letter to the city council")
    with pytest.raises(SourceError):
        files.read_frame(tmp_path / name)


def test_a_binary_file_named_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\x00\x81\x8d\xff" * 64)
    with pytest.raises(SourceError):
        files.read_frame(tmp_path / "a.csv")


def test_a_workbook_named_csv(tmp_path: Path) -> None:
    pd.DataFrame({"a": range(200)}).to_excel(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    with pytest.raises(SourceError):
        files.read_frame(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["plain", "folder.csv", "folder.gdb", "folder.xlsx"])
def test_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(SourceError):
        files.read_frame(tmp_path / name)


def test_a_row_with_too_many_cells(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n1,2,3\n")
    refused(tmp_path / "a.csv", "cannot be read")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")

    def forbid(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbid)
    refused(path, "cannot be read (Permission denied)")


def test_layers_must_be_named_where_there_are_several(
    streets: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    for layer in ("streets", "alleys"):
        pyogrio.write_dataframe(streets, path, layer=layer, append=path.exists())
    refused(path, "has 2 layers (streets, alleys)")
    refused(path, "has no layer 'ramps'", layer="ramps")
    same(files.read_frame(path, layer="alleys"), streets)


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "a.xlsx")
    refused(tmp_path / "a.xlsx", "cannot be read", layer="ramps")
