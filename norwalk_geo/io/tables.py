"""
Tables to and from disk, by the ending of the file, or to and from a database, by address.

What is written reads back the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from norwalk_geo import files, network, schema
from norwalk_geo.config import is_address
from norwalk_geo.errors import Problem, SchemaError, SourceError
from norwalk_geo.io import addresses, database

if TYPE_CHECKING:
    import datetime as dt

    from pandas import DataFrame

    from norwalk_geo.network import Network

__all__ = ["is_there", "read_network", "read_table", "write_layers", "write_table"]

# GeoPackages carry the time of writing; results carry the day they describe instead.
_NO_DAY = "1970-01-01"


def is_there(path: Path | str) -> bool:
    """
    Say whether a table is there, readable or not.

    Parameters
    ----------
    path
        File, or address of a table in a database.

    Returns
    -------
    is_there
        Whether it is.

    Raises
    ------
    SourceError
        The database cannot be reached.
    """
    return database.is_there(str(path)) if is_address(path) else Path(path).exists()


def _read_file(path: Path, table: str) -> DataFrame:
    """Read a file as it is, its shapes under the name that the schemas use."""
    layer = None
    if path.suffix.lower() == ".gpkg" and path.exists():
        names = files.layers(path)
        layer = table if table in names and len(names) > 1 else None
    frame = files.read_frame(path, layer=layer)
    if "geometry" not in frame and isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame).rename_geometry("geometry")
    return _single(frame, table)


def _single(frame: DataFrame, table: str) -> DataFrame:
    """Unwrap lines that GIS programs store as multipart lines of one part; nothing is lost."""
    if schema.describe(table).geometry != "LineString" or "geometry" not in frame:
        return frame
    shapes = np.asarray(frame["geometry"])
    wrapped = shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING
    alone = wrapped & (shapely.get_num_geometries(shapes) == 1)
    if not alone.any():
        return frame
    streets: gpd.GeoDataFrame = gpd.GeoDataFrame(frame)
    lines = np.where(alone, shapely.get_geometry(shapes, 0), shapes)
    streets["geometry"] = gpd.GeoSeries(lines, streets.index, streets.crs)
    unwrapped: DataFrame = streets
    return unwrapped


def read_table(path: Path | str, table: str) -> DataFrame:
    """
    Read one of our tables and check it.

    Parameters
    ----------
    path
        GeoPackage, GeoParquet, Parquet, CSV or Excel workbook, told by its ending; or the address
        of a table in a database, `postgresql://user@host/database?table=schema.name`.
    table
        Name of its schema. Of a file with several layers, the layer of this name is read.

    Returns
    -------
    checked
        Key as index, every known column in its declared type. Rows of a file keep its order; a
        database has none, and its rows come in the order of their keys.

    Raises
    ------
    SourceError
        The file or the database cannot be read.
    SchemaError
        With every problem of the table; a table without rows is one.
    """
    is_file = not is_address(path)
    frame = _read_file(Path(path), table) if is_file else database.read(str(path))
    if frame.empty:
        name = Path(path).name if is_file else addresses.parse(str(path)).shown
        where, remedy = name if is_file else table, f"Add rows to {name}."
        raise SchemaError.of(table, [Problem(where, "the table has no rows", remedy=remedy)])
    checked = schema.check(frame, table)
    return checked if is_file else checked.sort_index()


def read_network(path: Path | str) -> Network:
    """
    Read street sections and join them at their ends.

    Parameters
    ----------
    path
        File or address of the table `sections`.

    Returns
    -------
    network
        Nodes and sections.
    """
    return network.build(gpd.GeoDataFrame(read_table(path, "sections")))


def _writable(frame: DataFrame) -> DataFrame:
    """Put the key back among the columns; formats lose the index's name."""
    return frame.reset_index() if frame.index.names != [None] else frame


def _full(path: Path, why: str) -> SourceError:
    """Say that a file could not be written whole."""
    remedy = "Free some space on the disk, or choose another folder."
    return SourceError.of(
        str(path), [Problem(path.name, f"cannot be written ({why})", remedy=remedy)]
    )


def _indexed(path: Path) -> set[str]:
    """
    List the layers that have their spatial index.

    GDAL writes it when it closes the file, and does not say if the disk was full by then.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
        asked = "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"
        try:
            return {str(row[0]) for row in file.execute(asked)}
        except sqlite3.DatabaseError:
            return set()


def write_layers(
    layers: Mapping[str, DataFrame], path: Path | str, *, as_of: dt.date | None = None
) -> None:
    """
    Write tables as layers of one GeoPackage.

    Parameters
    ----------
    layers
        Tables by layer name, with or without geometry.
    path
        File to write; an existing one is replaced.
    as_of
        Day that the file carries as its time of writing, so that a rerun gives the same bytes.

    Raises
    ------
    SourceError
        The file cannot be written.
    """
    path = Path(path)
    path.unlink(missing_ok=True)
    drawn = [name for name, frame in layers.items() if isinstance(frame, gpd.GeoDataFrame)]
    day = as_of.isoformat() if as_of else _NO_DAY
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{day}T00:00:00.000Z"})
    try:
        for name, frame in layers.items():
            # Rows without geometry are a table, which GDAL must be told.
            pyogrio.write_dataframe(
                _writable(frame), path, layer=name, driver="GPKG", append=path.exists()
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _full(path, str(error)) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    if drawn and not set(drawn) <= _indexed(path):
        raise _full(path, "its spatial index is missing")


def write_table(
    frame: DataFrame, path: Path | str, table: str, *, as_of: dt.date | None = None
) -> None:
    """
    Check one of our tables and write it.

    Parameters
    ----------
    frame
        The table.
    path
        GeoPackage, GeoParquet, Parquet or CSV, told by its ending; or the address of a table in a
        database, which is replaced whole or not at all.
    table
        Name of its schema, and of the layer in a GeoPackage.
    as_of
        Day that a GeoPackage carries as its time of writing.

    Raises
    ------
    SchemaError
        The table is not what its schema says: nothing is written.
    SourceError
        The file or the database cannot be written, or the file's ending is not known.
    """
    checked = schema.check(frame, table)
    if is_address(path):
        database.write(checked, str(path), table)
        return
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        write_layers({table: checked}, path, as_of=as_of)
    elif suffix in {".parquet", ".geoparquet"}:
        _writable(checked).to_parquet(path, index=False)
    elif suffix == ".csv" and not isinstance(checked, gpd.GeoDataFrame):
        # The mark at the start makes Excel read the letters right.
        _writable(checked).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    else:
        remedy = "Use .gpkg or .parquet, or .csv for a table without geometry."
        problem = Problem(path.name, "cannot be written in this format", remedy=remedy)
        raise SourceError.of(str(path), [problem])
