"""
The commands, their arguments and their help.

Nothing heavy is imported until a command runs, so that help appears at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from norwalk_geo.cli import fieldwork, inclusion, kept, reached, state
from norwalk_geo.cli.guard import guard
from norwalk_geo.cli.options import City, Day, Json, Quiet
from norwalk_geo.cli.output import own_stdout

__all__ = ["main"]

app = typer.Typer(
    name="norwalk",
    help="Street repair plans with a proof, from a city's own files.\n\n"
    "A city is a folder with norwalk.toml and its tables. Begin with 'norwalk new CITY', bring the "
    "streets in with 'norwalk import', and run 'norwalk run CITY'.\n\n"
    "Exit codes: 0 done, 1 the data are wrong, 2 the call is wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    # Paragraphs of help are set anew for the width of the window; brackets stay as they are.
    rich_markup_mode="markdown",
)


# Groups of commands in the help, in the order of a city's work.
_DATA, _PLAN = "Bring data in", "Plan streets"
_ACCESS, _TELL = "Check access", "Tell others"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"norwalk_geo {version('norwalk_geo')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


@app.command(rich_help_panel=_DATA)
def new(
    city: Annotated[Path, typer.Argument(help="Folder to make.")],
    name: Annotated[str, typer.Option(help="Name of the city.")] = "",
    crs: Annotated[
        str, typer.Option(help="Projected coordinate system, such as EPSG:2229.")
    ] = "EPSG:2229",
    bbox: Annotated[
        str, typer.Option(help="West, south, east and north in degrees, with commas.")
    ] = "-118.11,33.87,-118.04,33.95",
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Fill it with an invented city, to try things out.")
    ] = False,
    size: Annotated[
        str,
        typer.Option(help="Size of the invented city: town, norwalk, city, county or sections."),
    ] = "norwalk",
    seed: Annotated[int, typer.Option(help="Seed of the invented city.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace a city that is there.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Make a city folder: settings with a comment on every line, and places for the tables.

    With --synthetic it is a whole invented city that every other command can be tried on.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import making

        if synthetic:
            made = making.synthetic(city, size=size, seed=seed, force=force)
        else:
            made = making.empty(
                city, name=name or city.resolve().name, crs=crs, bbox=bbox, force=force
            )
        show.made(made)


@app.command(rich_help_panel=_DATA)
def check(
    city: City,
    report: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also write every bad row to this CSV file."),
    ] = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Also draw the faults of the streets: table, layer and page, in here."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Check settings and tables, and list all that is wrong.

    Each line names the table and column, what is wrong in how many rows, the first rows, and what
    to do. With --report every row is listed. With --out, places where the streets may be drawn or
    named wrongly (near misses, overlaps, isolated parts, names that change) become faults.csv,
    faults.gpkg and faults.html; they stop nothing.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import reading

        read, counts = reading.check(city, rows=report), None
        if out is not None:
            from norwalk_geo.cli import streets

            counts = streets.draw_faults(read, out)
        show.checked(read, counts)


@app.command("import", rich_help_panel=_DATA)
def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help="GeoPackage, shapefile, File Geodatabase, GeoJSON, TopoJSON, GeoParquet, CSV, "
            "Excel workbook, OpenStreetMap extract, or requests saved from an Open311 endpoint."
        ),
    ],
    mapping: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--map",
            help="Mapping file: which column becomes what. OpenStreetMap and Open311 need none.",
        ),
    ] = None,
    city: Annotated[Path, typer.Option("--city", help="Folder of the city.")] = Path(),
    replace: Annotated[
        bool, typer.Option("--replace", help="Forget surveys and requests imported earlier.")
    ] = False,
    boundary: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--boundary",
            help="Layer of the city's area: streets along it count half, those beyond are left "
            "out. It is kept for later imports.",
        ),
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="Open311: the city's zone, such as America/Los_Angeles.")
    ] = "",
    services: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Open311: saved answer of /services, for the names of codes."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Bring a file into the city by a mapping, and account for every row.

    The file is reprojected to the city's system; rows read, kept, changed and dropped are listed
    with the reason, and the list is kept beside the table.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import importing

        day = as_of.date() if as_of else None
        brought = importing.run(
            source,
            mapping,
            city,
            as_of=day,
            replace=replace,
            boundary=boundary,
            asked=importing.Asked(time_zone, services),
        )
        show.imported(brought)


@app.command(rich_help_panel=_DATA)
def match(
    city: City,
    default_class: Annotated[
        str,
        typer.Option(
            "--class", help="Functional class of rows without one: arterial, residential …"
        ),
    ] = "",
    onto_sections: Annotated[
        bool,
        typer.Option(
            "--onto-sections", help="Put the rows onto the sections that there are; ids stay."
        ),
    ] = False,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Join a pavement table of streets and limits to lines: makes sections and surveys.

    Import the lines first (table = "lines"), then the pavement table (table = "limits"). What is
    not sure is listed in clean/match_fixes.xlsx; write ids of lines into its column fix, and run
    again: what you decide is kept.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import streets

        brought = streets.match(
            city, default_class=default_class, onto_sections=onto_sections, as_of=as_of
        )
        show.matched(brought)


app.command(rich_help_panel=_DATA)(fieldwork.survey)
app.command(rich_help_panel=_DATA)(fieldwork.pci)


@app.command(rich_help_panel=_PLAN)
def run(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder for the results. Default: CITY/out."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Plan the repairs of the coming years within the budget, with a proof, and write every result.

    Checks the city, plans, and writes index.html, work_plan.xlsx and .csv, by_fund.csv, plan.gpkg
    and summary.json together; earlier results stay until the new ones are complete. Also called
    norwalk plan. Other questions have commands of their own, as the list of norwalk --help shows.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import job

        target = out or job.default_out(city)
        show.planned(job.plan(city, target, as_of=as_of, show=show), target)


@app.command(rich_help_panel=_PLAN)
def compare(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder for the results. Default: CITY/out/compare."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Spend the same money by other policies, and ask what else it could do.

    Do nothing, worst first, a ranking of StreetSaver's type and incremental benefit and cost beside
    the plan; condition for less and more money; the cost of holding today's condition and of a
    year's delay; streets that could be swapped. Writes compare.csv, .xlsx, .html and summary.json.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import comparing, job

        target = out or job.default_out(city) / "compare"
        show.compared(comparing.compare(city, target, as_of=as_of, show=show), target)


@app.command(hidden=True)
def plan(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder for the results. Default: CITY/out."),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Do what norwalk run does: this is another name of the same command.

    Scripts that call it keep working; the help lists it under run alone.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import job

        target = out or job.default_out(city)
        show.planned(job.plan(city, target, as_of=as_of, show=show), target)


app.command(rich_help_panel=_PLAN)(state.assess)
app.command(rich_help_panel=_PLAN)(state.backtest)
app.command(rich_help_panel=_PLAN)(kept.edition)
app.command(rich_help_panel=_PLAN)(kept.diff)
app.command(rich_help_panel=_PLAN)(kept.verify)
app.command(rich_help_panel=_ACCESS)(inclusion.ada)
app.command(rich_help_panel=_ACCESS)(reached.sites)


@app.command(rich_help_panel=_TELL)
def publish(
    city: City,
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder; the site is written to OUT/site, or OUT/internal."),
    ] = Path("maps"),
    internal: Annotated[
        bool,
        typer.Option("--internal", help="Write the edition for staff, with years and costs."),
    ] = False,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Write the residents' site: pages in each language that open from disk without a network.

    My street, plan, condition, accessibility, places, scorecard, how we decide, data and methods:
    those that the city has tables for. Only public columns are in it, and only what is adopted and
    funded has a year. It shows the newest adopted edition of the plan, else the newest one; where
    none is kept, it plans afresh, and says so.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import job

        folder = out / ("internal" if internal else "site")
        made = job.publish(city, folder, as_of=as_of, is_internal=internal, show=show)
        show.published(made, folder)


app.command(rich_help_panel=_TELL)(state.papers)
app.command(rich_help_panel=_TELL)(state.projects)
app.command(rich_help_panel=_TELL)(state.scorecard)
app.command(rich_help_panel=_TELL)(state.exchange)


def main() -> None:
    """
    Run the command line.

    Returns
    -------
    nothing
        The process ends with the exit code of the command.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows its code; the run does not fail for it.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    own_stdout()
    try:
        app()
    except SystemExit as end:
        explain = getattr(end.__context__, "format_message", None)
        if "--json" in sys.argv and explain is not None:
            said = {"kind": "error", "message": explain(), "problems": []}
            typer.echo(json.dumps(said, indent=2))
        raise
