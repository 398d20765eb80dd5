"""Write the papers of a city: for its council, the state, its residents and its own budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from norwalk_geo import config, io, report, schema, scorecard
from norwalk_geo.cli import editions, measuring, reading
from norwalk_geo.cli.records import City, Outcome
from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.report import papers

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["adoption", "write"]

_FOLDER = "papers"


def adoption(
    adopted: dt.datetime | None, resolution: str, *, day: dt.date
) -> papers.Adoption | None:
    """
    Take the council's decision from the call.

    Parameters
    ----------
    adopted
        Day of the meeting; none for a draft.
    resolution
        Its number.
    day
        Day that the data describe.

    Returns
    -------
    adoption
        None for a draft.

    Raises
    ------
    SourceError
        Day and resolution are not given together, or the day is still to come.
    """
    if adopted is None and not resolution:
        return None
    problems = []
    if adopted is None or not resolution.strip():
        remedy = "Give both --adopted and --resolution; without both it is a draft."
        problems.append(Problem("--adopted", "needs a day and a resolution", remedy=remedy))
    elif adopted.date() > day:
        remedy = "Correct the day, or leave it out until the council has decided."
        what = f"{adopted.date()} is after {day}, the day that the data describe"
        problems.append(Problem("--adopted", what, remedy=remedy))
    if problems or adopted is None:
        raise SourceError.of("papers", problems)
    return papers.Adoption(resolution.strip(), adopted.date())


def _decision(
    called: Mapping[str, Any], kept: io.Kept | None, day: dt.date
) -> papers.Adoption | None:
    """Take the council's decision from the edition, else from the call."""
    said = called["adopted"], called["resolution"]
    if kept is None:
        return adoption(*said, day=day)
    if any(said):
        remedy = f"Leave it out, or use: norwalk edition CITY {kept.name!r} --status adopted."
        what = f"is said by edition {kept.name}, which these papers are of"
        raise SourceError.of("papers", [Problem("--adopted", what, remedy=remedy)])
    if kept.adopted_on is None:
        return None
    return papers.Adoption(kept.resolution, kept.adopted_on)


def _sb1(aside: Path, city: City, letter: papers.Letter, year: int) -> dict[str, str]:
    """Write the list and the report of the account; gives the page by name."""
    table, sections = city.tables["projects"], gpd.GeoDataFrame(city.tables["sections"])
    in_project, phases = city.tables.get("project_sections"), city.tables.get("project_phases")
    listed = papers.sb1_projects(table, sections, in_project, phases, year=year)
    faults = papers.sb1_faults(listed, letter, year=year)
    delivered = measuring.delivered(city, letter.as_of)
    spent = papers.sb1_expenditures(
        table, sections, city.tables, deliveries=delivered, year=year - 1
    )
    for name, frame in (("project_list", listed), ("faults", faults), ("expenditures", spent)):
        flat = frame if name == "faults" else frame.rename_axis("project_id").reset_index()
        noted = flat.assign(standing=letter.standing, notice=letter.notice)
        report.write_csv(aside / f"sb1_{name}.csv", noted)
    return {"sb1": papers.sb1_page(listed, faults, spent, letter, year=year)}


def _pages(
    aside: Path, city: City, chosen: editions.Chosen, letter: papers.Letter
) -> dict[str, str]:
    """Write every paper that the city has tables for, as pages."""
    day, start, results = letter.as_of, letter.start_month, chosen.results
    first = int(str(results.plan.years.index[0]))
    found = results.beside.assets
    others = None if found is None else found.years
    papers.capital_plan(aside / "capital_plan.xlsx", results.plan, letter, assets=others)
    attached = ["Five-year capital plan (capital_plan.xlsx)"]
    pages: dict[str, str] = {}
    if "projects" in city.tables:
        pages |= _sb1(aside, city, letter, first)
        attached.append("SB 1 project list and expenditure report (sb1)")
    if "findings" in city.tables:
        pages["ada_annex"] = papers.ada_annex(city.tables, letter)
        attached.append("Annex on accessibility (ada_annex)")
    measures = schema.parameters("measures", folder=city.config.folder / "parameters")
    computed = measuring.computed(editions.fitted(city, chosen, day)[0], results.plan, day)
    _, periods = scorecard.score(measures, computed)
    ended = config.fiscal_year(day, start) - 1
    pages["progress"] = papers.progress_report(
        results,
        letter,
        city.tables,
        (periods, measures),
        year=ended,
        adopted=editions.of_year(city, ended),
    )
    return {"council": papers.council_report(results, letter, attachments=attached), **pages}


def write(
    city: Path,
    out: Path,
    *,
    letter: dict[str, Any],
    pdf: bool,
    as_of: dt.datetime | None,
    show: Show,
) -> Outcome:
    """
    Write the papers of a city.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `papers` in it.
    letter
        `sender`, `adopted` and `resolution`, as called.
    pdf
        Whether to write each page as a tagged PDF, too.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        What was written.
    """
    if pdf:
        papers.check_pdf()
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    day, settings = reading.day(read.config, as_of), read.config
    with io.writing(out / _FOLDER) as aside:
        chosen = editions.choose(read, day, show)
        results, kept = chosen.results, chosen.edition
        head = papers.Letter(
            settings.city,
            letter["sender"],
            day,
            settings.fiscal_year_start,
            settings.notice,
            _decision(letter, kept, day),
            kept.name if kept else "",
            kept.funded_years if kept else None,
        )
        show.step("Writing the papers")
        for name, page in _pages(aside, read, chosen, head).items():
            (aside / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
            if pdf:
                papers.write_pdf(page, aside / f"{name}.pdf")
        files = sorted(path.name for path in aside.iterdir() if not path.name.startswith("."))
        summary = {
            "kind": "papers",
            "city": settings.city,
            "notice": settings.notice,
            "standing": head.standing,
            "files": files,
            **editions.told(chosen),
            **{key: results.summary[key] for key in ("version", "as_of", "inputs", "parameters")},
        }
        report.write_json(aside / "summary.json", summary)
    return Outcome(summary, (*files, "summary.json"))
