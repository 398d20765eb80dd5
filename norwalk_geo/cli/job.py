"""The main job as a script over the public functions: read, assess, plan, write."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import (
    budget,
    config,
    deterioration,
    io,
    needs,
    network,
    pci,
    report,
    schema,
    treatments,
    website,
)
from norwalk_geo.cli.records import City, Outcome
from norwalk_geo.errors import NorwalkError, Problem, SchemaError, SourceError

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["default_out", "plan", "publish", "read_city"]

_NEEDED = ("sections", "surveys")
_FILES = ("index.html", "work_plan.xlsx", "work_plan.csv", "plan.gpkg", "summary.json")


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


def _read_one(settings: config.Config, table: str) -> tuple[pd.DataFrame, io.Input]:
    """Read a table, check it and its place, and describe it."""
    path = settings.path(table)
    frame = io.read_table(path, table)
    if schema.describe(table).geometry:
        box = settings.bbox_lonlat
        network.check_crs(gpd.GeoDataFrame(frame), table, crs=settings.crs, bbox_lonlat=box)
    return frame, io.describe_input(table, path, frame, folder=settings.folder)


def _missing_tables(settings: config.Config) -> list[Problem]:
    """List the tables that the job needs and the settings do not name."""
    remedy = "Import it with norwalk import, or name its file in norwalk.toml, below [tables]."
    return [
        Problem(f"tables.{name}", "is not named", remedy=remedy)
        for name in _NEEDED
        if name not in settings.tables
    ]


def _collect(error: NorwalkError, where: str) -> list[Problem]:
    """Take an error's problems, saying in which table they are."""
    if isinstance(error, SourceError):
        return [Problem(f"{where} ({p.where})", p.what, p.rows, p.remedy) for p in error.problems]
    return [Problem(f"{where}.{p.where}", p.what, p.rows, p.remedy) for p in error.problems]


def _strange_surveys(tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Find surveys of sections that do not exist."""
    if not {"sections", "surveys"} <= set(tables):
        return []
    surveyed = tables["surveys"].index.get_level_values("section_id")
    lost = surveyed[~surveyed.isin(tables["sections"].index)]
    remedy = "Import sections and surveys from the same edition, or drop these surveys."
    what = "names a section that is not in sections"
    return [Problem("surveys.section_id", what, tuple(lost), remedy)] if len(lost) else []


def read_city(city: Path) -> City:
    """
    Read and check all of a city.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.

    Returns
    -------
    city
        Settings, tables and parameters.

    Raises
    ------
    SourceError
        There is no city there.
    SchemaError
        With every problem of every table and parameter file.
    """
    settings = config.read_config(city)
    problems = _missing_tables(settings)
    tables, inputs, parameters = {}, [], {}
    for name in settings.tables:
        try:
            tables[name], described = _read_one(settings, name)
            inputs.append(described)
        except NorwalkError as error:
            problems += _collect(error, name)
    for name in schema.PARAMETERS:
        try:
            parameters[name] = schema.parameters(name, folder=settings.folder / "parameters")
        except NorwalkError as error:
            problems += _collect(error, f"parameters/{name}.csv")
    problems += _strange_surveys(tables)
    if not problems:
        problems += _plan_problems(settings, parameters)
    if problems:
        raise SchemaError.of(settings.city, problems)
    return City(settings, tables, inputs, parameters)


def _plan_problems(settings: config.Config, parameters: dict[str, pd.DataFrame]) -> list[Problem]:
    """Find what the tables alone do not show: treatments, costs and years that do not fit."""
    try:
        _catalogue(settings, parameters)
    except NorwalkError as error:
        return list(error.problems)
    return []


def _catalogue(settings: config.Config, parameters: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """List the city's treatments in dollars of its base year."""
    return treatments.catalogue(
        parameters["treatments"],
        base_year=settings.base_year,
        price_index=parameters["price_index"],
        only=settings.treatments,
    )


def _condition(city: City, as_of: dt.date) -> tuple[pd.DataFrame, list[str]]:
    """Take the latest surveys; sections without one are left out or assumed, as the city says."""
    sections = city.tables["sections"]
    condition = pci.latest(city.tables["surveys"], sections, as_of=as_of)
    if city.config.unsurveyed == "leave":
        return condition, []
    assumed = pci.assume_class_median(condition, sections, as_of=as_of)
    count = int(assumed["is_assumed"].sum())
    note = f"{count:,} sections without a survey are given the median of their class."
    return assumed, [note] if count else []


def _budget(city: City, first: int) -> tuple[dict[int, float], list[str]]:
    """Take the money from the settings, or from the table of budgets where there is one."""
    table = city.tables.get("budgets")
    if table is None:
        return config.yearly_budget(city.config, first)
    sums = table.groupby("year")["amount_usd"].sum()
    by_year = {int(year): float(usd) for year, usd in zip(sums.index, sums, strict=True)}
    return config.yearly_budget(city.config, first, by_year=by_year)


def _bands(city: City) -> pd.DataFrame:
    """Take the city's scheme of condition bands."""
    every = city.parameters["bands"]
    return every[every.index.get_level_values("scheme") == city.config.bands].droplevel("scheme")


def _optimize(city: City, as_of: dt.date, show: Show) -> report.Results:
    """Assess, plan and summarize."""
    settings, sections = city.config, gpd.GeoDataFrame(city.tables["sections"])
    condition, notes = _condition(city, as_of)
    first = config.first_plan_year(as_of, settings.fiscal_year_start)
    money, carried = _budget(city, first)
    life = treatments.lifecycle(
        deterioration.curves(city.parameters["curves"]),
        _catalogue(settings, city.parameters),
        city.parameters["classes"],
    )
    rules = budget.Rules(
        start_month=settings.fiscal_year_start,
        terminal_years=settings.terminal_years,
        critical_pci=settings.critical_pci,
        base_year=settings.base_year,
        inflation_pct=settings.inflation_pct,
        cost_growth_pct=settings.cost_growth_pct,
    )
    show.step("Choosing the work of every year")
    plan = budget.optimize(
        condition, sections, life, budget_usd=money, rules=rules, progress=show.share
    )
    bands = needs.summarize(sections, condition, plan.outcomes, _bands(city), life.classes)
    origin = io.provenance(
        city.inputs, city.parameters, as_of=as_of, settings=settings.folder / config.FILE_NAME
    )
    summary = report.summary(
        sections,
        condition,
        plan,
        bands,
        about={
            "city": settings.city,
            "notice": settings.notice,
            "fiscal_year_start": settings.fiscal_year_start,
            "notes": [*notes, *carried],
            **origin,
        },
    )
    return report.Results(sections, condition, plan, bands, summary)


def _day(city: City, as_of: dt.datetime | None) -> dt.date:
    """Choose the day that the data describe. This is the only clock of the package."""
    if as_of is not None:
        return as_of.date()
    return city.config.as_of or dt.datetime.now(tz=dt.UTC).astimezone().date()


def _page(city: City, results: report.Results) -> str:
    """Write the page of a plan."""
    return website.page(
        results.sections,
        results.condition,
        results.plan,
        dict(results.summary),
        bands=_bands(city),
        sites=city.tables.get("sites"),
    )


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
    with io.writing(out) as aside:
        show.step("Reading the city")
        read = read_city(city)
        results = _optimize(read, _day(read, as_of), show)
        show.step("Writing the results")
        report.write_plan(aside, results)
        website.publish(aside, _page(read, results))
    return Outcome(dict(results.summary), _FILES)


def publish(city: Path, out: Path, *, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Plan a city and write its page alone.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the site.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the file written.
    """
    with io.writing(out) as aside:
        show.step("Reading the city")
        read = read_city(city)
        results = _optimize(read, _day(read, as_of), show)
        show.step("Writing the page")
        website.publish(aside, _page(read, results))
    return Outcome(dict(results.summary), ("index.html",))
