"""The main job as a script over the public functions: read, assess, plan, write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import (
    budget,
    config,
    io,
    needs,
    pci,
    report,
    treatments,
    website,
)
from norwalk_geo.cli import decay, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["default_out", "plan", "publish"]

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


def _condition(city: City, as_of: dt.date) -> pd.DataFrame:
    """Take the latest surveys; sections without one are left out or assumed, as the city says."""
    sections = city.tables["sections"]
    condition = pci.latest(city.tables["surveys"], sections, as_of=as_of)
    if city.config.unsurveyed == "leave":
        return condition
    return pci.assume_class_median(condition, sections, as_of=as_of)


def _assumed(summary: Mapping[str, Any]) -> list[str]:
    """Say how many sections have an assumed condition, where any has."""
    count = summary["assumed"]["sections_condition_assumed"]
    who = "1 section without a survey is" if count == 1 else f"{count:,} sections without one are"
    text = f"{who} given the median condition of the class: every figure rests on that too."
    return [text] if count else []


def _bands(city: City) -> pd.DataFrame:
    """Take the city's scheme of condition bands."""
    every = city.parameters["bands"]
    return every[every.index.get_level_values("scheme") == city.config.bands].droplevel("scheme")


def _rules(settings: config.Config) -> budget.Rules:
    """Say how the plan counts time and money."""
    return budget.Rules(
        start_month=settings.fiscal_year_start,
        terminal_years=settings.terminal_years,
        critical_pci=settings.critical_pci,
        base_year=settings.base_year,
        inflation_pct=settings.inflation_pct,
        cost_growth_pct=settings.cost_growth_pct,
    )


def _optimize(city: City, as_of: dt.date, show: Show) -> report.Results:
    """Assess, plan and summarize."""
    settings, sections = city.config, gpd.GeoDataFrame(city.tables["sections"])
    condition = _condition(city, as_of)
    first = config.first_plan_year(as_of, settings.fiscal_year_start)
    money, carried = reading.money(settings, city.tables, first)
    show.step("Fitting decay")
    table, decay_notes = decay.curves(city, as_of)
    life = treatments.lifecycle(
        table,
        reading.catalogue(settings, city.parameters),
        city.parameters["classes"],
    )
    show.step("Choosing the work of every year")
    plan = budget.optimize(
        condition, sections, life, budget_usd=money, rules=_rules(settings), progress=show.share
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
            "notes": carried,
            **origin,
        },
    )
    summary["notes"] = [*_assumed(summary), *decay_notes, *carried]
    return report.Results(sections, condition, plan, bands, summary)


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
        results = _optimize(read, day, show)
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
    read, day = _read(city, as_of, show)
    with io.writing(out) as aside:
        results = _optimize(read, day, show)
        show.step("Writing the page")
        website.publish(aside, _page(read, results))
    return Outcome(dict(results.summary), ("index.html",))
