"""The command that says who gets to a city's sites, and what stands in the way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Optional

import typer

from norwalk_geo.cli.guard import guard
from norwalk_geo.cli.options import City, Day, Json, Quiet

__all__ = ["sites"]


def sites(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; files are written to OUT/sites. Default: CITY/out."),
    ] = None,
    gtfs: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--gtfs", help="Zip of timetables; may be given repeatedly."),
    ] = None,
    day: Annotated[
        Optional[dt.datetime],  # noqa: UP045
        typer.Option("--day", formats=["%Y-%m-%d"], help="Day of the timetables. Default: as_of."),
    ] = None,
    screens: Annotated[
        bool, typer.Option("--screens", help="Hold the sites against Californian screens.")
    ] = False,
    results: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--results",
            help="Folder with results of run and ada. Default: the newest edition, and CITY/out.",
        ),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Say who gets to the destinations on foot, in a wheelchair, by bicycle, by car and by transit.

    What stands in the way, what is planned and what is not known, side by side and without a rank.
    Transit that is known in part is in no comparison and on no page. Writes sites.csv,
    reach.parquet, isochrones.gpkg, comparison.xlsx, summary.json and a page for each site.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import job, siting

        target = out or job.default_out(city)
        when = day.date() if day else None
        asked = siting.Asked(tuple(gtfs or ()), when, screens, results)
        show.sited(siting.write(city, target, asked, as_of=as_of, show=show), target)
