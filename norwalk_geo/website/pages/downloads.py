"""Files that residents and other offices take away: public columns in four common formats."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from norwalk_geo import io
from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.website.pages.given import Given, public, stages
from norwalk_geo.website.pages.language import Language, number

__all__ = ["named", "write", "write_geojson"]

_KB = 1024
_LISTED = (
    "streets.csv",
    "streets.gpkg",
    "streets.parquet",
    "streets.geojson",
    "work.csv",
    "work_done.csv",
    "ramps.csv",
    "ramps.geojson",
    "places.csv",
)
_END = b"]\n}\n"


def _streets(given: Given) -> gpd.GeoDataFrame:
    """Join what is public of each street: its data, last survey and what the plan does with it."""
    frame = public(given, "sections")
    condition = public(given, "condition").reindex(frame.index)
    outcomes = public(given, "outcomes").reindex(frame.index)
    hidden = [] if given.is_internal else ["first_year"]
    outcomes = outcomes.drop(columns=hidden, errors="ignore").rename(columns={"status": "plan"})
    joined = frame.join(condition).join(outcomes)
    if "survey_date" in joined:
        joined["survey_date"] = joined["survey_date"].astype("datetime64[ms]")
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=given.tables["sections"].crs)


def _work(given: Given) -> pd.DataFrame:
    """List the plan's work; a year stands only where it may be told."""
    work = stages(given)
    names = [
        n for n in ("street_name", "from_street", "to_street") if n in given.tables["sections"]
    ]
    rows = work.join(pd.DataFrame(public(given, "sections")[names]), on="section_id")
    return rows.drop(columns=["year"]).rename(columns={"told_year": "year"})


def _ramps(given: Given) -> gpd.GeoDataFrame:
    """List the places where a ramp belongs: public columns, and what may be told of each."""
    ramps = gpd.GeoDataFrame(public(given, "ramps"), crs=given.tables["ramps"].crs)
    return ramps.join(given.tables["ramp_states"].rename(columns={"told_year": "year"}))


def _csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV that no spreadsheet program takes for formulas."""
    safe = io.plain_text(frame)
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_geojson(streets: gpd.GeoDataFrame, path: Path) -> None:
    """
    Write lines in degrees.

    GDAL has errors of its own, and none for an end of the file that the disk did not take.

    Parameters
    ----------
    streets
        Lines in any system that is known.
    path
        File to write.

    Raises
    ------
    SourceError
        The file cannot be written whole.
    """
    degrees = streets.to_crs("EPSG:4326").reset_index()
    try:
        pyogrio.write_dataframe(degrees, path, driver="GeoJSON", RFC7946=True)
        why = "" if _is_ended(path) else "its end is missing"
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        why = str(error)
    if why:
        remedy = "Free some space on the disk, or choose another folder."
        problem = Problem(path.name, f"cannot be written ({why})", remedy=remedy)
        raise SourceError.of(str(path), [problem])


def _is_ended(path: Path) -> bool:
    """Say whether a file ends as JSON does."""
    with path.open("rb") as file:
        file.seek(-len(_END), os.SEEK_END)
        return file.read() == _END


def write(folder: Path, given: Given) -> list[dict[str, str]]:
    """
    Write the files.

    Parameters
    ----------
    folder
        Folder of the data, which is there.
    given
        All that the site is made from.

    Returns
    -------
    files
        Each with `name`, `path` below the site, `bytes` and `what`, a short code.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    streets = _streets(given)
    day = dt.date.fromisoformat(str(given.summary["as_of"]))
    _csv(pd.DataFrame(streets.drop(columns="geometry")).reset_index(), folder / "streets.csv")
    _csv(_work(given), folder / "work.csv")
    io.write_layers({"streets": streets}, folder / "streets.gpkg", as_of=day)
    streets.to_parquet(folder / "streets.parquet")
    write_geojson(streets, folder / "streets.geojson")
    if "work_done" in given.tables:
        _csv(public(given, "work_done").reset_index(), folder / "work_done.csv")
    if "ramps" in given.tables:
        ramps = _ramps(given)
        _csv(pd.DataFrame(ramps.drop(columns="geometry")).reset_index(), folder / "ramps.csv")
        write_geojson(ramps, folder / "ramps.geojson")
    if "site_figures" in given.tables:
        _csv(public(given, "site_figures").reset_index(), folder / "places.csv")
    return [
        {"name": name, "path": f"data/{name}", "bytes": str((folder / name).stat().st_size)}
        for name in _LISTED
        if (folder / name).is_file()
    ]


def named(files: list[dict[str, str]], language: Language) -> list[dict[str, str]]:
    """
    Say what each file is.

    Parameters
    ----------
    files
        From `write`.
    language
        Language of the page.

    Returns
    -------
    files
        With `what` and `size` in words.
    """
    say = language.text
    what = {
        "streets.csv": say("All streets, for spreadsheets (CSV)"),
        "streets.gpkg": say("All streets with lines, for mapping programs (GeoPackage)"),
        "streets.parquet": say("All streets with lines, for data work (GeoParquet)"),
        "streets.geojson": say("All streets with lines, for web maps (GeoJSON)"),
        "work.csv": say("Work in the plan, for spreadsheets (CSV)"),
        "work_done.csv": say("Work on record as done, for spreadsheets (CSV)"),
        "ramps.csv": say("Places where a curb ramp belongs, for spreadsheets (CSV)"),
        "ramps.geojson": say("Places where a curb ramp belongs, for web maps (GeoJSON)"),
        "places.csv": say("Who can get to the places, for spreadsheets (CSV)"),
    }
    return [
        {
            **one,
            "what": what[one["name"]],
            "size": f"{number(int(one['bytes']) / _KB, language)} KB",
        }
        for one in files
    ]
