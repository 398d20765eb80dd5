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
# 2028 = {{ general = 3_000_000, bond = 2_000_000 }}

# Rules of a fund; one without rules may pay for everything in its own year.
# [funds.bond]
# classes = ["residential"]    # where it may be spent: functional classes and zones
# zones = ["north"]
# treatments = ["alteration", "ramps"]   # names, or maintenance, alteration, ramps, assets
# keeps_years = 2              # years after its own in which unspent money may still be spent
# carried = {{ 2026 = 250_000 }} # unspent money of earlier years, by its year
# match_pct = 20               # share that other funds must give
# match_from = ["general"]     # which; default: any fund that needs no match itself
# preventive_pct = 15          # share of what it pays that must be maintenance

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
# own_pace = false             # true: streets with three ratings plan at their own pace, in bands
# unsurveyed = "leave"         # or "class_median": every figure then says so
# treatments = []              # those that the city uses; default: all
# objective = "condition"      # or "least_backlog", or "least_cost" with targets
# backlog_over = "end"         # or "years": the backlog at the end, or the mean of all years
# within_budget = true         # least_cost: false takes as much money as it takes
# discount_pct = 4             # least_cost: yearly rate at which later dollars count less
# miles_per_year = 25          # centerline miles worked on in a year at most
# maintenance_share_pct = 20   # of all money, at least
# equity_money_pct = 40        # of all money in sections of is_equity_zone, at least
# equity_gain_pct = 40         # of the condition gained there, at least

# Condition to hold or reach at the least cost: a class or network; every year, or by year.
# [plan.targets]
# network = {{ 2036 = 70 }}

# Condition that any plan must keep.
# [plan.minimum_pci]
# arterial = {{ 2030 = 65, 2036 = 65 }}

# Dollars at least over the whole plan, by zone.
# [plan.zone_floor_usd]
# north = 1_000_000

# By how much more some streets count: 0.5 is half as much again. Off unless set.
# [plan.weights]
# collisions = 0.5             # sections need collisions_per_year
# bus_route = 0.25             # is_bus_route
# school_route = 0.25          # is_school_route
# equity = 0.5                 # is_equity_zone
# collisions_full_per_mile = 10

# Zones that take turns: the plan chooses the years, or keeps to those given.
# [plan.rotation]
# period_years = 5             # every zone once in so many years
# exempt = ["arterial"]        # classes that are worked on in any year
# treatments = []              # that are bound; default: all
# zones = []                   # that are bound; default: all
# given = {{ north = 2027 }}     # year of the first visit
# most_zones = 2               # in a year
# work = "best"                # or "all": all that falls due in a zone in its year
# price = true                 # also say what the rotation costs

# Packages of adjacent sections that are let together; what is not said is as in packaging.csv.
# [plan.packages]
# mobilization_usd = 50_000    # for each package in each year in which it is worked in
# most_usd = 2_000_000
# most_sections = 40
# keeps_zones = true

# Curb ramps that alterations oblige; they need tables corners and corner_sections, or ramps.
# [plan.ramps]
# include = true
# policy = "crossed"           # or "corner": every ramp of a corner that is touched
# years_before = 0             # years in which they may be built ahead of the street

# Work already promised and sections that may not be worked on are tables:
# promised = "clean/promised.csv"    # section_id, year, treatment
# forbidden = "clean/forbidden.csv"  # section_id, until; or from since to until

[standards]                    # of accessibility
# enforce = ["ada2010", "dot504"]   # and "cbc11b" in California
# advise = ["prowag2023"]

[publish]                      # the residents' site
# languages = ["en", "es"]     # the first one leads
# contact_email = ""           # whom residents reach; also takes reports of problems
# contact_phone = ""
# open311_url = ""             # endpoint of Open311 GeoReport v2 for reports, without /requests
# open311_jurisdiction = ""
# open311_service = ""         # service_code of the endpoint
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
    made = towns.pedestrian(town.streets, seed=seed)
    # As Parquet, since a sample of them is to be small.
    tables |= {f"{name}.parquet": getattr(made, name) for name in ("ramps", "walks", "crossings")}
    tables["assets.parquet"] = towns.assets(town.streets, seed=seed)
    tables["zones.gpkg"] = towns.zones(town.streets, seed=seed)
    day = dt.date.fromisoformat(towns.AS_OF)
    with io.writing(city) as aside:
        (aside / "clean").mkdir()
        for file, frame in tables.items():
            io.write_table(frame, aside / "clean" / file, file.split(".")[0], as_of=day)
        (aside / config.FILE_NAME).write_text(towns.settings(town), encoding="utf-8", newline="\n")
    return city
