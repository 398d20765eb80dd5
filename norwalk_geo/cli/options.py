"""Arguments that several commands have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["City", "Day", "Json", "Quiet"]

City = Annotated[Path, typer.Argument(help="Folder of the city, with norwalk.toml in it.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for scripts.")]
# Typer reads annotations when the program starts, on every Python that we support.
Day = Annotated[
    Optional[dt.datetime],  # noqa: UP045
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="Day that the data describe. Default: as_of in norwalk.toml, else today.",
    ),
]
