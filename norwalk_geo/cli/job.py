"""The main job as a script over the public functions: read, assess, plan, write."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from norwalk_geo import io, maps, report, website
from norwalk_geo.cli import editions, planning, publishing, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show
    from norwalk_geo.maps.elements import BlockLayer

__all__ = ["default_out", "plan", "publish"]

_FILES = (
    "index.html",
    "work_plan.xlsx",
    "work_plan.csv",
    "by_fund.csv",
    "plan.gpkg",
    "summary.json",
)


def default_out(city: Path) -> Path:
    """
    Choose the folder of results where none is named.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.

    Returns
    -------
    folder
        `out` in the city's folder.
    """
    return (city.parent if city.suffix == ".toml" else city) / "out"


def _layers(city: City, results: report.Results) -> list[BlockLayer]:
    """Draw what is beside the streets: sites, and other assets that have a place."""
    layers, found = [], results.beside.assets
    sites, start = city.tables.get("sites"), city.config.fiscal_year_start
    if sites is not None and len(sites):
        layers.append(maps.sites_layer(gpd.GeoDataFrame(sites)))
    if found is not None and found.assets.geometry.notna().any():
        assets = gpd.GeoDataFrame(found.assets)
        layers.append(
            maps.assets_layer(results.sections, assets, found.outcomes, fiscal_year_start=start)
        )
    return layers


def _page(city: City, results: report.Results) -> str:
    """Write the page of a plan."""
    return website.page(
        results.sections,
        results.condition,
        results.plan,
        dict(results.summary),
        bands=reading.bands(city),
        layers=_layers(city, results),
    )


def _read(city: Path, as_of: dt.datetime | None, show: Show) -> tuple[City, dt.date]:
    """Read the city before any folder is made or locked."""
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    return read, reading.day(read.config, as_of)


def plan(city: Path, out: Path, *, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Plan a city and write every result.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    read, day = _read(city, as_of, show)
    with io.writing(out) as aside:
        results = planning.results(read, day, show)
        show.step("Writing the results")
        report.write_plan(aside, results)
        website.publish(aside, _page(read, results))
        io.write_manifest(aside)
    return Outcome(dict(results.summary), _FILES)


def publish(
    city: Path, out: Path, *, as_of: dt.datetime | None, is_internal: bool, show: Show
) -> Outcome:
    """
    Write the site of a city with the plan that it shows: an edition, or one made afresh.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the site.
    as_of
        Day that the data describe, where it is not the one of the settings.
    is_internal
        For staff: with years, costs and results that are not public.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    read, day = _read(city, as_of, show)
    with io.writing(out) as aside:
        chosen = editions.choose(read, day, show)
        show.step("Writing the site")
        files, notes = publishing.site(aside, read, chosen, day, is_internal=is_internal)
    summary = {**chosen.results.summary, **editions.told(chosen), "notes": notes}
    return Outcome(summary, files)
