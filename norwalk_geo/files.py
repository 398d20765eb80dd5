"""
Any file of a public works office → a raw frame, or an error that says what is wrong with the file.

This is the only room that opens other people's formats. Nothing is checked or renamed here.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["layers", "read_frame"]

_TEXT = {".csv": ",", ".tsv": "\t", ".txt": ","}
_SHEETS = {".xlsx", ".xlsm"}
_PARQUET = {".parquet", ".geoparquet"}
_LINES = {".jsonl", ".ndjson"}
_PACKED = ".gz"
# Excel writes CSV in the first, older Windows programs in the second.
_ENCODINGS = ("utf-8-sig", "cp1252")


def _fail(path: Path, what: str, remedy: str) -> SourceError:
    return SourceError.of(str(path), [Problem(path.name, what, remedy=remedy)])


def _suffix(path: Path) -> str:
    """Give the ending that tells the format, below the one of gzip."""
    suffixes = [one.lower() for one in path.suffixes]
    if suffixes[-1:] == [_PACKED]:
        suffixes = suffixes[:-1]
    return suffixes[-1] if suffixes else ""


def _read_lines(path: Path) -> DataFrame:
    """Read a JSON object a line: the cells of a row, or a GeoJSON feature, which is in degrees."""
    import gzip
    import json

    import geopandas as gpd

    rows: list[dict[str, object]] = []
    packed = path.suffix.lower() == _PACKED
    with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as file:
        try:
            rows += (json.loads(line) for line in file if line.strip())
        except (ValueError, EOFError) as error:
            what = f"is not JSON in object {len(rows) + 1} ({error})"
            raise _fail(path, what, "Export it again.") from None
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise _fail(path, "has no object in each line", "Export it again.")
    if all(row.get("type") == "Feature" for row in rows):
        frame: DataFrame = gpd.GeoDataFrame.from_features(rows, crs="EPSG:4326")
        return frame
    return pd.DataFrame(rows)


def _read_text(path: Path) -> DataFrame:
    """Read separated text as text: types are the schema's business."""
    separator = _TEXT[_suffix(path)]
    for encoding in _ENCODINGS:
        try:
            frame = pd.read_csv(
                path,
                sep=separator,
                encoding=encoding,
                dtype="str",
                keep_default_na=False,
                index_col=False,
            )
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError:
            raise _fail(path, "is empty", "Export the table again.") from None
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            raise _fail(path, f"cannot be read ({error})", "Correct that line.") from None
        return frame.replace("", None)
    raise _fail(path, "is not text in UTF-8 or Windows encoding", "Save it as CSV UTF-8.")


def _read_sheet(path: Path, layer: str | None) -> DataFrame:
    """Read one sheet of a workbook: the first, or the one named."""
    from zipfile import BadZipFile

    try:
        return pd.read_excel(path, sheet_name=layer or 0, engine="openpyxl")
    except (ValueError, KeyError, BadZipFile) as error:
        raise _fail(path, f"cannot be read ({error})", "Save it again as .xlsx.") from None


def _read_parquet(path: Path) -> DataFrame:
    """Read GeoParquet, or Parquet without geometry."""
    import geopandas as gpd
    import pyarrow as pa

    try:
        frame: DataFrame = gpd.read_parquet(path)
    except pa.ArrowInvalid as error:
        raise _fail(path, f"is not Parquet ({error})", "Export it again.") from None
    except ValueError:
        return pd.read_parquet(path)  # No geometry inside.
    return frame


def _opened(path: Path) -> Path | str:
    """Name a file as GDAL opens it, which unpacks gzip by itself."""
    return f"/vsigzip/{path.absolute()}" if path.suffix.lower() == _PACKED else path


def layers(path: Path) -> list[str]:
    """
    Name the layers of a geographic file.

    Parameters
    ----------
    path
        A file or folder that GDAL opens.

    Returns
    -------
    names
        In the order of the file; empty where the format has none.

    Raises
    ------
    SourceError
        The file cannot be opened.
    """
    import pyogrio

    try:
        return [str(name) for name, _ in pyogrio.list_layers(_opened(path))]
    except pyogrio.errors.DataSourceError as error:
        raise _fail(path, f"cannot be opened ({error})", "Check the file and its format.") from None


def _geographic(path: Path, layer: str | None) -> DataFrame:
    """Read a layer; old shapefiles do not say how their text is written."""
    import pyogrio

    says_not = path.suffix.lower() == ".shp" and not path.with_suffix(".cpg").exists()
    # Text of one byte a letter is hardly ever UTF-8 by chance, while GDAL takes all for Latin.
    for encoding in ("UTF-8", None) if says_not else (None,):
        with suppress(UnicodeDecodeError):
            frame: DataFrame = pyogrio.read_dataframe(
                _opened(path), layer=layer, on_invalid="ignore", encoding=encoding
            )
            return frame
    raise _fail(path, "has text in an unknown encoding", "Add a .cpg file that names it.")


def _read_geographic(path: Path, layer: str | None) -> DataFrame:
    """Read what GDAL reads: GeoPackage, shapefile, File Geodatabase, GeoJSON, TopoJSON and more."""
    import pyogrio

    names = layers(path)
    if layer is None and len(names) > 1:
        shown = ", ".join(names)
        raise _fail(path, f"has {len(names)} layers ({shown})", "Say which with: layer = …")
    if layer is not None and layer not in names:
        raise _fail(path, f"has no layer {layer!r}", f"Its layers are {', '.join(names)}.")
    with warnings.catch_warnings():
        # Broken shapes come back empty; the schema's check names their rows.
        warnings.simplefilter("ignore")
        try:
            frame: DataFrame = _geographic(path, layer)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise _fail(path, f"cannot be read ({error})", "Export it again.") from None
    return frame


def read_frame(path: Path | str, *, layer: str | None = None) -> DataFrame:
    """
    Read a file as it is.

    Parameters
    ----------
    path
        CSV, Excel workbook, Parquet, GeoParquet, a JSON object a line, or anything that GDAL
        opens; text may be packed with gzip.
    layer
        Layer or sheet, where the file has several.

    Returns
    -------
    frame
        A GeoDataFrame where the file has geometry. CSV cells are text, blank ones missing.

    Raises
    ------
    SourceError
        The file is not there, cannot be read, is empty or has several layers.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise _fail(path, "is not there", "Check the path.")
        if path.is_file():
            with path.open("rb") as stream:
                if not stream.read(1):
                    raise _fail(path, "is empty", "Export the table again.")
        suffix = _suffix(path)
        if suffix in _TEXT:
            return _read_text(path)
        if suffix in _SHEETS:
            return _read_sheet(path, layer)
        if suffix in _PARQUET:
            return _read_parquet(path)
        if suffix in _LINES:
            return _read_lines(path)
        return _read_geographic(path, layer)
    except SourceError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise _fail(path, f"cannot be read ({why})", "Check the permission to read it.") from None
