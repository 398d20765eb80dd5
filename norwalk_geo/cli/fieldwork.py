"""The commands of a condition survey: what to inspect, and what the field sheets come to."""

from __future__ import annotations

import datetime as dt
import enum
from pathlib import Path
from typing import Annotated, Optional

import typer

from norwalk_geo.cli.guard import guard
from norwalk_geo.cli.options import City, Day, Json, Quiet

__all__ = ["pci", "survey"]


class Units(enum.Enum):
    """Systems of units of field sheets."""

    US = "us"
    METRIC = "metric"


def pci(
    samples: Annotated[
        Path,
        typer.Argument(
            help="List of sample units (CSV or Excel): section_id, sample_id, surface, kind, area, "
            "survey_date. Or a workbook or GeoPackage of 'norwalk survey' that was filled in."
        ),
    ],
    distress: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(
            help="List of distress: section_id, sample_id, distress_code, severity, quantity."
        ),
    ] = None,
    units: Annotated[
        Optional[Units],  # noqa: UP045
        typer.Option(
            help="us (sf, ft) or metric (m², m). A file of 'norwalk survey' says it itself."
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("pci"),
    bands: Annotated[str, typer.Option(help="Names of condition: astm7 or california4.")] = "astm7",
    city: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--city", help="City whose sections say how large they are."),
    ] = None,
    working: Annotated[
        bool, typer.Option("--working", help="Also write deduct values and every step.")
    ] = False,
    as_of: Annotated[
        Optional[dt.datetime],  # noqa: UP045
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            help="Surveys after this day are refused. Default: today.",
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Rate field sheets by ASTM D6433: the index of every sample unit and section.

    Writes sample_pci.csv and section_pci.csv, and surveys.csv to import into a city. Mistakes are
    listed with their places, and then nothing is written.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import inspecting

        outcome = inspecting.run(
            samples,
            distress,
            out,
            units=units.value if units else None,
            as_of=as_of,
            bands=bands,
            city=city,
            working=working,
        )
        show.rated(outcome, out)


def survey(
    city: City,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("survey"),
    units: Annotated[
        Units, typer.Option(help="Units to measure in: us (sf, ft) or metric (m², m).")
    ] = Units.US,
    network: Annotated[
        bool,
        typer.Option(
            "--network", help="Inspect fewer units: enough for the network, not for each section."
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed that the sample units are chosen by.")] = 1,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Prepare a condition survey: choose sample units and write what is to be filled in.

    Writes field sheets to print (PDF), a workbook and a GeoPackage for QGIS or QField; 'norwalk
    pci' reads the workbook and the GeoPackage back.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import surveying

        outcome = surveying.run(
            city, out, seed=seed, units=units.value, project=not network, as_of=as_of
        )
        show.prepared(outcome, out)
