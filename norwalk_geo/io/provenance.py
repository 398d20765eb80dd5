"""Where an output comes from: version, day, parameters and inputs, the same on every rerun."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo.config import is_address
from norwalk_geo.io import addresses

if TYPE_CHECKING:
    import datetime as dt

    from pandas import DataFrame

__all__ = ["Input", "describe_input", "digest_of", "provenance"]


@dataclass(frozen=True)
class Input:
    """
    One table that a result was made from.

    Parameters
    ----------
    table
        Name of the table.
    path
        File, relative to the city's folder where it lies below it, or address without secrets.
    rows
        Rows read.
    date
        Newest day named in the table, as text; blank where it names none.
    sha256
        Hash of the file's bytes, or of the content of a database table.
    """

    table: str
    path: str
    rows: int
    date: str
    sha256: str


def digest_of(path: Path) -> str:
    """
    Hash a file, or every file of a folder in the order of their names.

    Parameters
    ----------
    path
        Of the file or folder.

    Returns
    -------
    digest
        SHA-256 in hexadecimal digits.
    """
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _digest_rows(frame: DataFrame) -> str:
    """Hash what a table says, whatever the order of its rows and columns."""
    flat = pd.DataFrame(frame.sort_index().reset_index())
    if isinstance(frame, gpd.GeoDataFrame):
        shapes = frame.sort_index().geometry.to_wkb(hex=True, byte_order=1)
        flat[frame.geometry.name] = shapes.to_numpy()
    text = flat[sorted(flat.columns)].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _newest_day(frame: DataFrame) -> str:
    """Find the newest day in a table's date columns and key."""
    flat = frame.reset_index()
    days = [flat[c].max() for c in flat.columns if pd.api.types.is_datetime64_any_dtype(flat[c])]
    known = [day for day in days if pd.notna(day)]
    return max(known).date().isoformat() if known else ""


def describe_input(table: str, path: Path | str, frame: DataFrame, *, folder: Path) -> Input:
    """
    Describe a table that was read.

    Parameters
    ----------
    table
        Name of the table.
    path
        File or address that it was read from.
    frame
        What was read.
    folder
        The city's folder.

    Returns
    -------
    input
        Rows, newest day in the table and hash of the file, or of the rows where there is no file.
    """
    name = addresses.published(path, folder=folder)
    digest = _digest_rows(frame) if is_address(path) else digest_of(Path(path))
    return Input(table, name, len(frame), _newest_day(frame), digest)


def provenance(
    inputs: Iterable[Input],
    parameters: Mapping[str, DataFrame],
    *,
    as_of: dt.date,
    settings: Path,
    seed: int | None = None,
) -> dict[str, Any]:
    """
    Make the block that every output carries.

    Parameters
    ----------
    inputs
        Tables read.
    parameters
        Parameter tables used, by name.
    as_of
        Day that the result describes; there is no other clock in it.
    settings
        The city's `norwalk.toml`.
    seed
        Seed of the random numbers, if any were used.

    Returns
    -------
    block
        Plain values, ready for JSON.
    """
    used = {
        name: {
            "file": "package" if table.attrs["file"] == "package" else f"parameters/{name}.csv",
            "sha256": hashlib.sha256(
                table.to_csv(lineterminator="\n").encode() + table.attrs["citation"].encode()
            ).hexdigest(),
            "source": table.attrs["citation"],
            "unconfirmed_rows": int((~table["confirmed"]).sum()) if "confirmed" in table else 0,
        }
        for name, table in sorted(parameters.items())
    }
    return {
        "version": version("norwalk_geo"),
        "as_of": as_of.isoformat(),
        "seed": seed,
        "settings": {"path": settings.name, "sha256": digest_of(settings)},
        "parameters": used,
        "inputs": [asdict(one) for one in inputs],
    }
