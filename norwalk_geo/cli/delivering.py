"""Projects of a city: as delivered, as forecast, what they clash with, and weeks for crews."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import config, io, projects, report, schema
from norwalk_geo.cli import assessing, editions, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show
    from norwalk_geo.schema import Sections, Work

__all__ = ["write"]

_FOLDER = "projects"
_PROTECTED_YEARS = 5
_DAY = dt.timedelta(days=1)
_PAVED = "Ask its owner for another route, or to pave the whole width again."


def _tracked(city: City, day: dt.date) -> dict[str, pd.DataFrame]:
    """Say how the city's own projects went, and when the others may be done."""
    if not {"projects", "project_phases"} <= set(city.tables):
        return {}
    phases = city.tables["project_phases"]
    slips = projects.phase_slips(phases)
    found = projects.delivery(
        city.tables["projects"],
        phases,
        city.tables.get("change_orders"),
        as_of=day,
        start_month=city.config.fiscal_year_start,
    )
    return {
        "deliveries": found,
        "phase_slips": slips,
        "phase_summary": projects.slip_summary(slips),
        "finish_forecasts": projects.expected_finish(phases, as_of=day),
    }


def _moratoria(city: City) -> pd.Series | None:
    """Take the last day on which each section must not be opened."""
    table = city.tables.get("forbidden")
    return None if table is None else table.reset_index().groupby("section_id")["until"].max()


def _new_pavement(city: City, day: dt.date) -> Work | None:
    """Take what was paved so lately that it should not be cut."""
    done = city.tables.get("work_done")
    if done is None or "treatment" not in done:
        return None
    flat = done.reset_index()
    kinds = reading.catalogue(city.config, city.parameters, city.tables.get("bids"))["ada_kind"]
    flat = flat[flat["treatment"].map(kinds).eq("alteration")]
    start = city.config.fiscal_year_start
    flat["year"] = [config.fiscal_year(one.date(), start) for one in flat["finished"]]
    lately = flat["year"].ge(config.fiscal_year(day, start) - _PROTECTED_YEARS)
    keys = ["section_id", "year"]
    return flat.loc[lately & flat["finished"].le(pd.Timestamp(day)), keys].drop_duplicates(keys)


def _conflicts(city: City, work: Work, sections: Sections, day: dt.date) -> pd.DataFrame:
    """List what clashes with planned work, and coming cuts of what was paved lately."""
    start = city.config.fiscal_year_start
    tables = city.tables
    around = projects.Around(
        tables.get("utility_work"), tables.get("street_events"), _moratoria(city), _PROTECTED_YEARS
    )
    planned = projects.conflicts(work, sections, around, start_month=start)
    lately, cuts = _new_pavement(city, day), tables.get("utility_work")
    if lately is None or cuts is None or lately.empty:
        return planned
    only = projects.Around(cuts, protected_years=_PROTECTED_YEARS)
    done = projects.conflicts(
        lately.set_index(["section_id", "year"]), sections, only, start_month=start
    )
    ahead = done["starts"].isna() | done["starts"].ge(pd.Timestamp(day))
    is_cut = done.index.get_level_values("conflict") == "cut in new pavement"
    cut = done[ahead.to_numpy() & is_cut].assign(remedy=_PAVED)
    both = pd.concat([planned, cut])
    return both[~both.index.duplicated()].sort_index(kind="stable")


def _blocked(conflicts: pd.DataFrame, within: pd.DataFrame, first: int) -> pd.DataFrame:
    """Say in which days a project of the first year cannot be worked on, where a day is known."""
    flat = conflicts.reset_index()
    flat = flat[flat["year"].eq(first) & (flat["starts"].notna() | flat["ends"].notna())]
    members = within.reset_index()[["project_id", "section_id"]]
    members = members[members["project_id"].str.startswith(f"{first} ")]
    both = flat.merge(members, on="section_id")
    return both[["project_id", "starts", "ends"]].drop_duplicates()


def _proposed(
    city: City, results: report.Results, conflicts: pd.DataFrame, crews: int
) -> dict[str, pd.DataFrame]:
    """Make projects of the plan's work, and give those of its first year weeks."""
    work, sections, start = results.plan.work, results.sections, city.config.fiscal_year_start
    listed, within = projects.bundle(work, sections)
    made = {"proposed_projects": listed, "proposed_sections": within}
    if not len(work):
        return made
    folder = city.config.folder / "parameters"
    production = schema.parameters("production", folder=folder)
    first = int(work.index.get_level_values("year").min())
    days = (config.year_start(first, start), config.year_start(first + 1, start) - _DAY)
    tasks, left_out = projects.tasks_of(work, sections, production)
    seasons = projects.seasons_of(production, days, crews=crews)
    found = projects.schedule(tasks, _blocked(conflicts, within, first), seasons)
    note = "No production is known of a treatment in it"
    rest = pd.DataFrame({"project_id": left_out, "weeks": 1, "note": note})
    both = pd.concat([found.reset_index(), rest]) if left_out else found.reset_index()
    return {**made, "schedule": schema.check(both, "schedule").sort_index()}


def write(city: Path, out: Path, *, crews: int, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Write how projects went and will go.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `projects` in it.
    crews
        Crews that work at one time.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    day = reading.day(read.config, as_of)
    with io.writing(out / _FOLDER) as aside:
        chosen = editions.choose(read, day, show)
        results = chosen.results
        show.step("Looking for clashes")
        clashes = _conflicts(read, results.plan.work, results.sections, day)
        tables = {
            **_tracked(read, day),
            "conflicts": clashes,
            **_proposed(read, results, clashes, crews),
        }
        about = assessing.origin(read, day, list(results.summary["notes"]))
        summary = report.projects_summary(tables, crews=crews, about=about)
        summary |= editions.told(chosen)
        show.step("Writing the results")
        files = report.write_projects(aside, tables, summary)
    return Outcome(summary, tuple(files))
