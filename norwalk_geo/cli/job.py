"""The main job as a script over the public functions: read, assess, plan, write."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from norwalk_geo import io, needs, report, website
from norwalk_geo.cli import assessing, planning, publishing, reading
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


def _optimize(city: City, as_of: dt.date, show: Show) -> report.Results:
    """Assess, plan and summarize."""
    show.step("Fitting decay")
    known = assessing.assess(city, as_of)
    sections, condition = known.sections, known.condition
    made = planning.make(city, known, show)
    plan = made.plan
    bands = needs.summarize(
        sections, condition, plan.outcomes, reading.bands(city), known.life.classes
    )
    about = assessing.origin(city, as_of, known.notes)
    summary = report.summary(sections, condition, plan, bands, about=about, beside=made.beside)
    count = summary["assumed"]["sections_condition_assumed"]
    summary["notes"] = [*assessing.assumed(count), *known.notes]
    return report.Results(sections, condition, plan, bands, summary, made.beside)


def _page(city: City, results: report.Results) -> str:
    """Write the page of a plan."""
    return website.page(
        results.sections,
        results.condition,
        results.plan,
        dict(results.summary),
        bands=reading.bands(city),
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


def publish(
    city: Path, out: Path, *, as_of: dt.datetime | None, is_internal: bool, show: Show
) -> Outcome:
    """
    Plan a city and write its site alone.

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
        results = _optimize(read, day, show)
        show.step("Writing the site")
        files = publishing.site(aside, read, results, day, is_internal=is_internal)
    return Outcome(dict(results.summary), files)
