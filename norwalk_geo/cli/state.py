"""The commands that say the state of a city, judge its forecasts, keep its measures and papers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Optional

import typer

from norwalk_geo.cli.guard import guard
from norwalk_geo.cli.options import City, Day, Json, Quiet

__all__ = ["assess", "backtest", "exchange", "papers", "projects", "scorecard"]


def assess(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; tables are written to OUT/assess. Default: CITY/out."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Say the state of the streets and what it would take: never the average alone.

    Condition by class, surface, zone and year of survey, decay fitted from the city's own surveys,
    remaining life, needs and backlog by year, value, and what past work did. Writes a page, a
    workbook and a CSV a table.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import assessment, job

        target = out or job.default_out(city)
        show.assessed(assessment.write(city, target, as_of=as_of, show=show), target)


def backtest(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder for the results. Default: CITY/out/backtest."),
    ] = None,
    until: Annotated[
        Optional[dt.datetime],  # noqa: UP045
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Learn from surveys up to this day and forecast the later ones. Default: forecast "
            "the last survey of each section from its earlier ones, learning from other sections.",
        ),
    ] = None,
    boosting: Annotated[
        bool, typer.Option(help="Compare with gradient boosting; needs scikit-learn.")
    ] = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Judge the forecasts on surveys that they had not seen, beside other ways to forecast.

    Error with its interval, how often the 80 % interval holds, and its score; with recorded work
    and rises left out, or not. Writes backtest.csv and summary.json.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import assessment, job

        target = out or job.default_out(city) / "backtest"
        found = assessment.backtest(city, target, until=until, boosting=boosting, show=show)
        show.judged(found, target)


def scorecard(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; files are written to OUT/scorecard. Default: CITY/out"),
    ] = None,
    templates: Annotated[
        bool,
        typer.Option("--templates", help="Write a form for each department to OUT/entry_forms."),
    ] = False,
    enter: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--enter", help="Form that a department filled in; may be given repeatedly."),
    ] = None,
    stop_gap_usd: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(min=0, help="Dollars of one stop-gap repair, to cost open requests."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Keep the 36 measures of the strategic plan: the streets' computed, the others as entered.

    Writes scores.csv, score_periods.csv, scorecard.xlsx, summary.json and a page in each language.
    A measure without data is blank and says so, never zero. With --templates it writes forms for
    the departments instead; with --enter it reads them back, keeping what was entered before.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import job, keeping

        target = out or job.default_out(city)
        if enter:
            show.entered(keeping.enter(city, enter, as_of=as_of))
        elif templates:
            show.formed(keeping.forms(city, target, as_of=as_of), target)
        else:
            made = keeping.write(city, target, as_of=as_of, show=show, stop_gap_usd=stop_gap_usd)
            show.scored(made, target)


def papers(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; papers are written to OUT/papers. Default: CITY/out."),
    ] = None,
    sender: Annotated[
        str, typer.Option("--from", help="Who signs the papers.")
    ] = "Public Services Department",
    adopted: Annotated[
        Optional[dt.datetime],  # noqa: UP045
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day on which the council adopted the plan. Without it every paper says draft.",
        ),
    ] = None,
    resolution: Annotated[str, typer.Option(help="Resolution by which it was adopted.")] = "",
    pdf: Annotated[
        bool, typer.Option(help="Write each paper as a tagged PDF, too; needs WeasyPrint.")
    ] = True,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Write the papers of a city: council report, capital plan, SB 1 list, progress, annex.

    The council report with its list of streets, the five-year capital plan as a workbook, the
    yearly progress report; with the table projects the SB 1 list, what it would be sent back for,
    and the expenditure report; with findings the annex on accessibility.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import job, papering

        target = out or job.default_out(city)
        letter = {"sender": sender, "adopted": adopted, "resolution": resolution}
        made = papering.write(city, target, letter=letter, pdf=pdf, as_of=as_of, show=show)
        show.wrote(made, target / "papers")


def projects(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; files are written to OUT/projects. Default: CITY/out."),
    ] = None,
    crews: Annotated[int, typer.Option(min=1, max=999, help="Crews that work at one time.")] = 1,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Say how projects went and will go: on time, on budget, clashes, weeks for crews.

    With projects and project_phases: delivery, slip by phase, expected finish with an interval from
    the city's own history. With utility_work, street_events, forbidden and work_done: clashes. The
    plan's packages, or its work by zone and treatment, become proposed projects, those of the first
    year with weeks. Writes a CSV a table, projects.xlsx, projects.html and summary.json; internal.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import delivering, job

        target = out or job.default_out(city)
        made = delivering.write(city, target, crews=crews, as_of=as_of, show=show)
        show.wrote(made, target / "projects")


def exchange(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; files are written to OUT/exchange. Default: CITY/out."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Write what other people's programs read: work zones, a calendar, the public tables.

    The public columns of every table as a Frictionless data package, a GeoPackage and GeoParquet;
    with projects and closures a WZDx 4.2 feed and an iCalendar of works that are ordered and dated,
    and a list of what is left out of them and why. No day is made from a fiscal year.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import exchanging, job

        target = out or job.default_out(city)
        show.wrote(exchanging.write(city, target, as_of=as_of, show=show), target / "exchange")
