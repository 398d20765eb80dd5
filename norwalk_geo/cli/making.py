"""Make a city folder: empty with settings to fill in, or whole and invented."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from norwalk_geo import config, io, network, towns
from norwalk_geo.errors import ConfigError, CrsError, Problem, SourceError

__all__ = ["empty", "synthetic"]

_SETTINGS = """\
# Settings of one city. Every line can be changed; what is commented out shows its default.
[city]
name = {name}
crs = "{crs}"                  # projected system of all tables, in feet or meters
bbox_lonlat = [{bbox}]         # west, south, east, north: tables must lie in or near it
# fiscal_year_start = 7        # month
# as_of = 2026-07-01           # day that the data describe; default: today
# notice = ""                  # sentence that every page, print and file must carry

[tables]                       # written by norwalk import; or name your own files here
# sections = "clean/sections.gpkg"   # or "postgresql://user@host/database?table=schema.name"
# surveys = "clean/surveys.csv"

[budget]                       # fiscal year = dollars, or {{ fund = dollars, … }}
# 2027 = 5_000_000

[money]
# base_year = 2026             # of the constant dollars
# budget_dollars = "constant"  # or "nominal": then budgets are deflated
# inflation_pct = 2.5
# cost_growth_pct = 0.0        # of costs, above inflation

[plan]
# years = 10
# terminal_years = 3           # years that the condition at the end counts for
# critical_pci = 70            # work called for below it is backlog
# bands = "california4"        # or "astm7"
# unsurveyed = "leave"         # or "class_median": every figure then says so
# treatments = []              # those that the city uses; default: all

[standards]                    # of accessibility
# enforce = ["ada2010", "dot504"]   # and "cbc11b" in California
# advise = ["prowag2023"]
"""
_README = """\
# {name}

- `norwalk.toml`: settings.
- `clean/`: tables, written by `norwalk import`.
- `parameters/`: put your own costs, curves or classes here, under the name of the file that ships
  with norwalk_geo (`treatments.csv`, `curves.csv`, `classes.csv`, `price_index.csv`, `scales.csv`,
  `bands.csv`). The first line must say where the numbers are from: `# Source: …`.
- `out/`: results of `norwalk run`.
"""


def _free(city: Path, *, force: bool) -> None:
    """Refuse to write over a city, unless that is wanted."""
    if (city / config.FILE_NAME).exists() and not force:
        remedy = "Choose another folder, or add --force to replace it."
        raise SourceError.of(str(city), [Problem(city.name, "is a city already", remedy=remedy)])


def _box(text: str) -> str:
    """Read four numbers with commas between."""
    parts = [part.strip() for part in text.split(",")]
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        remedy = "Give west, south, east and north in degrees: -118.11,33.87,-118.04,33.95."
        raise SourceError.of("--bbox", [Problem(text, "is no box", remedy=remedy)]) from None
    return f"{west}, {south}, {east}, {north}"


def empty(city: Path, *, name: str, crs: str, bbox: str, force: bool) -> Path:
    """
    Make a city folder with settings to fill in.

    Parameters
    ----------
    city
        Folder to make.
    name, crs, bbox
        Name, coordinate system, and corners in degrees with commas between.
    force
        Replace a city that is there.

    Returns
    -------
    city
        The folder.
    """
    _free(city, force=force)
    try:
        network.known_crs(crs)
    except CrsError as error:
        raise SourceError.of("--crs", error.problems) from None
    # A JSON string is a TOML string.
    quoted = json.dumps(name, ensure_ascii=False)
    with io.writing(city) as aside:
        text = _SETTINGS.format(name=quoted, crs=crs, bbox=_box(bbox))
        (aside / config.FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
        (aside / "README.md").write_text(_README.format(name=name), encoding="utf-8", newline="\n")
        config.read_config(aside)
    return city


def _size(text: str) -> int | str:
    """Read a size: a name or a number of sections."""
    if text.isdecimal():
        return int(text)
    if text not in towns.SIZES:
        remedy = f"Use {', '.join(towns.SIZES)} or a number of sections."
        raise SourceError.of("--size", [Problem(text, "is no size", remedy=remedy)])
    return text


def synthetic(city: Path, *, size: str, seed: int, force: bool) -> Path:
    """
    Make a whole invented city.

    Parameters
    ----------
    city
        Folder to make.
    size, seed
        As `towns.town` takes them; the same ones give the same bytes.
    force
        Replace a city that is there.

    Returns
    -------
    city
        The folder.
    """
    _free(city, force=force)
    try:
        town = towns.town(_size(size), seed=seed)
    except ConfigError as error:
        raise SourceError.of("--size and --seed", error.problems) from None
    tables = {
        # Nodes are worked out again whenever streets are read.
        "sections.gpkg": town.streets.sections.drop(columns=["from_node", "to_node"]),
        "surveys.csv": town.surveys,
        "sites.gpkg": town.sites,
    }
    day = dt.date.fromisoformat(towns.AS_OF)
    with io.writing(city) as aside:
        (aside / "clean").mkdir()
        for file, frame in tables.items():
            io.write_table(frame, aside / "clean" / file, file.split(".")[0], as_of=day)
        (aside / config.FILE_NAME).write_text(towns.settings(town), encoding="utf-8", newline="\n")
    return city
