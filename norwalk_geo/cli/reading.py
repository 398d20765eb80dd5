"""Read all of a city and list all that is wrong with it at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import config, io, network, report, schema, treatments
from norwalk_geo.cli import asking, committing, recording
from norwalk_geo.cli.records import City
from norwalk_geo.errors import CrsError, NorwalkError, Problem, SchemaError, SourceError

if TYPE_CHECKING:
    from norwalk_geo.schema import Treatments

__all__ = ["bands", "catalogue", "check", "day", "read_city"]

NEEDED = ("sections", "surveys")


def day(settings: config.Config, as_of: dt.datetime | None) -> dt.date:
    """
    Choose the day that the data describe. This is the only clock of the package.

    Parameters
    ----------
    settings
        The city's settings.
    as_of
        Day asked for.

    Returns
    -------
    day
        The one asked for, else that of the settings, else today.
    """
    if as_of is not None:
        return as_of.date()
    return settings.as_of or dt.datetime.now(tz=dt.UTC).astimezone().date()


def bands(city: City) -> pd.DataFrame:
    """
    Take the city's scheme of condition bands.

    Parameters
    ----------
    city
        As read and checked.

    Returns
    -------
    bands
        One row a band, best first as the file has them.
    """
    every = city.parameters["bands"]
    return every[every.index.get_level_values("scheme") == city.config.bands].droplevel("scheme")


def catalogue(
    settings: config.Config,
    parameters: Mapping[str, pd.DataFrame],
    bids: pd.DataFrame | None = None,
) -> Treatments:
    """
    List the city's treatments in dollars of its base year, with its bids where it has some.

    Parameters
    ----------
    settings
        The city's settings.
    parameters
        Parameter tables by name.
    bids
        Table `bids`.

    Returns
    -------
    treatments
        Those that the city uses.
    """
    listed = treatments.catalogue(
        parameters["treatments"],
        base_year=settings.base_year,
        price_index=parameters["price_index"],
        only=settings.treatments,
    )
    if bids is None:
        return listed
    return treatments.from_bids(
        listed,
        bids,
        base_year=settings.base_year,
        markup=treatments.Markup(settings.mobilization_pct, settings.soft_cost_pct),
        price_index=parameters["price_index"],
    )


def _read_one(
    settings: config.Config, table: str, *, is_placed: bool
) -> tuple[pd.DataFrame, io.Input]:
    """Read a table, check it and its place, and describe it."""
    path = settings.path(table)
    frame = io.read_table(path, table)
    if is_placed and schema.describe(table).geometry and "geometry" in frame:
        box = settings.bbox_lonlat
        network.check_crs(gpd.GeoDataFrame(frame), table, crs=settings.crs, bbox_lonlat=box)
    return frame, io.describe_input(table, path, frame, folder=settings.folder)


def _settings_problems(settings: config.Config, needed: tuple[str, ...]) -> list[Problem]:
    """List the tables that the job needs and the settings do not name, and an unknown system."""
    remedy = "Import it with norwalk import, or name its file in norwalk.toml, below [tables]."
    problems = [
        Problem(f"tables.{name}", "is not named", remedy=remedy)
        for name in needed
        if name not in settings.tables
    ]
    try:
        network.known_crs(settings.crs)
    except CrsError as error:
        problems += _collect(error, "city.crs", file=settings.crs)
    return problems


def _collect(error: NorwalkError, where: str, *, file: str = "") -> list[Problem]:
    """Take an error's problems, saying in which table or file they are."""
    problems = []
    for one in error.problems:
        if isinstance(error, SourceError) or one.where == file:
            place = f"{where} ({one.where})"
        elif one.where == Path(where).stem:
            place = where
        else:
            place = f"{where}.{one.where}"
        problems.append(Problem(place, one.what, one.rows, one.remedy))
    return problems


def _strange_surveys(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Find surveys of sections that do not exist."""
    if not {"sections", "surveys"} <= set(tables):
        return []
    surveyed = tables["surveys"].index.get_level_values("section_id")
    lost = surveyed[~surveyed.isin(tables["sections"].index)]
    remedy = "Import sections and surveys from the same edition, or drop these surveys."
    what = "names a section that is not in sections"
    return [Problem("surveys.section_id", what, tuple(lost), remedy)] if len(lost) else []


def _plan_problems(city: City, as_of: dt.datetime | None) -> list[Problem]:
    """Find what no table alone shows: treatments, costs, money and years that do not fit."""
    settings = city.config
    first = config.first_plan_year(day(settings, as_of), settings.fiscal_year_start)
    problems: list[Problem] = []
    for find in (
        lambda: catalogue(settings, city.parameters, city.tables.get("bids")),
        lambda: committing.street_money(settings, city.tables, first),
    ):
        try:
            find()
        except NorwalkError as error:
            problems += error.problems
    if not problems:
        problems += committing.problems(city, day(settings, as_of))
        problems += recording.problems(city, day(settings, as_of))
    if not problems:
        problems += asking.problems(city, day(settings, as_of))
    return problems


def read_city(
    city: Path, *, as_of: dt.datetime | None = None, needed: tuple[str, ...] = NEEDED
) -> City:
    """
    Read and check all of a city.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    as_of
        Day that the data describe, where it is not the one of the settings.
    needed
        Tables that must be named. Where surveys need not be and are not, nothing is planned, and
        what only a plan needs is not asked for.

    Returns
    -------
    city
        Settings, tables and parameters.

    Raises
    ------
    SourceError
        There is no city there.
    ConfigError
        With every problem of the settings.
    SchemaError
        With every problem of every table and parameter file.
    """
    settings = config.read_config(city)
    problems = _settings_problems(settings, needed)
    is_placed = not any(problem.where.startswith("city.crs") for problem in problems)
    read = City(settings, {}, [], {})
    for name in settings.tables:
        try:
            read.tables[name], described = _read_one(settings, name, is_placed=is_placed)
            read.inputs.append(described)
        except NorwalkError as error:
            problems += _collect(error, name, file=Path(settings.tables[name]).name)
    for name in schema.PARAMETERS:
        try:
            folder = settings.folder / "parameters"
            read.parameters[name] = schema.parameters(name, folder=folder)
        except NorwalkError as error:
            problems += _collect(error, f"parameters/{name}.csv")
    problems += _strange_surveys(read.tables)
    if not problems and "surveys" in read.tables:
        problems += _plan_problems(read, as_of)
    if problems:
        raise SchemaError.of(settings.city, problems)
    return read


def _write_rows(path: Path, problems: tuple[Problem, ...]) -> list[Problem]:
    """Write every bad row as a line of a CSV file; what hinders that is a problem itself."""
    lines = [(p.where, p.what, row, p.remedy) for p in problems for row in p.rows or ("",)]
    frame = pd.DataFrame(lines, columns=["where", "what", "row", "remedy"], dtype="str")
    try:
        report.write_csv(path, frame)
    except OSError as error:
        why = error.strerror or str(error)
        remedy = "Choose another file with --report."
        return [Problem("--report", f"{path} cannot be written ({why})", remedy=remedy)]
    return []


def check(city: Path, *, rows: Path | None) -> City:
    """
    Read a city, and write every bad row to a file where one is wanted.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    rows
        CSV file with a line a bad row; without bad rows it has headings alone.

    Returns
    -------
    city
        Settings, tables and parameters.

    Raises
    ------
    NorwalkError
        As `read_city` does; or the file cannot be written.
    """
    try:
        read = read_city(city)
    except NorwalkError as error:
        unwritten = _write_rows(rows, error.problems) if rows else []
        if not unwritten:
            raise
        subject = str(error).splitlines()[0].rpartition(": ")[0]
        raise type(error).of(subject, [*error.problems, *unwritten]) from None
    if rows and (unwritten := _write_rows(rows, ())):
        raise SourceError.of(str(rows), unwritten)
    return read
