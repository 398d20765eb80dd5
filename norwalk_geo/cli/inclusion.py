"""The command that checks accessibility and plans the removal of barriers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from norwalk_geo.cli.guard import guard
from norwalk_geo.cli.options import City, Day, Json, Quiet

__all__ = ["ada"]


def ada(
    city: City,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder; files are written to OUT/ada. Default: CITY/out."),
    ] = None,
    earlier: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            help="Folder of the results of an earlier year (its ada folder); may be given "
            "repeatedly. Writes progress.csv: open, closed, added, spent by year and class."
        ),
    ] = None,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Check ramps, walks, crossings, stops and buildings, and rank what stands in the way.

    Findings by rule and edition (pass, fail, within the instrument's error, unknown), ramps due by
    corner, barriers by a sum that can be redone by hand, and a transition plan within the money of
    [barriers] in norwalk.toml. All of it is internal until the plan is adopted.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import access, job

        target = out or job.default_out(city)
        made = access.write(city, target, earlier=earlier or (), as_of=as_of, show=show)
        show.included(made, target)
