"""
Invented towns of any size, the same on every run, for trials, teaching, tests and benchmarks.

Nothing in them is Norwalk's but the place and the published destinations: streets, names, widths
and conditions are made up, and every town carries a notice that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from pyproj import Transformer

from norwalk_geo import network, schema
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.towns.assets import assets
from norwalk_geo.towns.condition import invent_surveys
from norwalk_geo.towns.pedestrian import Pedestrian, pedestrian
from norwalk_geo.towns.people import zones
from norwalk_geo.towns.streets import invent_streets

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Sites, Surveys

__all__ = [
    "AS_OF",
    "BBOX_LONLAT",
    "CRS",
    "NOTICE",
    "SIZES",
    "Pedestrian",
    "Town",
    "assets",
    "destinations",
    "pedestrian",
    "settings",
    "town",
    "zones",
]

CRS = "EPSG:2229"
BBOX_LONLAT = (-118.11, 33.87, -118.04, 33.95)
AS_OF = "2026-07-01"
NOTICE = "Invented data: not Norwalk's plan"
SIZES = {"town": 84, "norwalk": 2_400, "city": 4_000, "county": 40_000}

_MIDDLE_LONLAT = (-118.0785, 33.907)
_LEAN = 0.004
_SMALLEST, _LARGEST = 20, 1_000_000
_FIRST_YEAR, _YEARS = 2027, 10
# Dollars a year and section: far less than the backlog of such a town, so that a plan must choose.
_STREET_FUND_USD, _BOND_USD, _REMOVALS_USD = 1_450, 850, 250
_ROUND_USD = -4
# Larger towns leave their ramps out of the plan at first, which then takes half the time.
_RAMPS_UP_TO = 3_000
_NO_RAMPS = """\

# A town of this size is planned without its invented curb ramps, in half the time; take this out,
# and paving pays for those it obliges.
[plan.ramps]
include = false
"""


@dataclass(frozen=True)
class Town:
    """
    An invented town.

    Parameters
    ----------
    streets
        Nodes and sections.
    surveys
        Rounds of surveys, 2018 to 2026.
    sites
        Norwalk's published destinations and stations: facts, with their sources.
    notice
        Sentence that everything made from the town must carry.
    """

    streets: Network
    surveys: Surveys
    sites: Sites
    notice: str = NOTICE


def _count(size: int | str, seed: int) -> int:
    """Read the size of a town in sections."""
    problems = []
    count = SIZES.get(size, 0) if isinstance(size, str) else size
    if not _SMALLEST <= count <= _LARGEST:
        remedy = f"Give {_SMALLEST} to {_LARGEST:,} sections, or one of {', '.join(SIZES)}."
        problems.append(Problem("size", f"is {size!r}", remedy=remedy))
    if seed < 0:
        problems.append(Problem("seed", f"is {seed}", remedy="Give zero or more."))
    if problems:
        raise ConfigError.of("town", problems)
    return count


def town(size: int | str = "town", *, seed: int = 1) -> Town:
    """
    Invent a town.

    Parameters
    ----------
    size
        Number of sections, or `town` (84), `norwalk` (2,400, about as large as Norwalk and in its
        place), `city` (4,000) or `county` (40,000).
    seed
        Another seed gives another town; the same size and seed give the same town.

    Returns
    -------
    town
        Streets, surveys and sites in EPSG:2229. A few sections have no survey, no width or no
        surface on purpose, and some are not the city's.

    Raises
    ------
    ConfigError
        The size or the seed is not one that a town can have.

    Examples
    --------
    >>> small = town(seed=1)
    >>> len(small.streets.sections), small.notice
    (84, "Invented data: not Norwalk's plan")
    """
    count = _count(size, seed)
    to_feet = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    middle = to_feet.transform(*_MIDDLE_LONLAT)
    first, second = np.random.default_rng([seed, count]).spawn(2)
    sections = invent_streets(count, middle, crs=CRS, rng=first)
    return Town(network.build(sections), invent_surveys(sections, rng=second), destinations())


def destinations() -> Sites:
    """
    Place Norwalk's published destinations and stations.

    Returns
    -------
    sites
        Checked table in EPSG:2229. Each point is the published one; `point_is` says what it stands
        for, since no site boundary is public.

    Examples
    --------
    >>> list(destinations().query("kind == 'station'").index)
    ['c_line', 'metrolink']
    """
    facts = schema.parameters("destinations")
    points = gpd.points_from_xy(facts["lon"], facts["lat"], crs="EPSG:4326").to_crs(CRS)
    sites = gpd.GeoDataFrame(facts.drop(columns=["lon", "lat"]), geometry=points)
    return gpd.GeoDataFrame(schema.check(sites.sort_index(), "sites"))


def _bbox(places: Town) -> tuple[float, float, float, float]:
    """Take Norwalk's box, widened where the town is larger."""
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    found = to_degrees.transform_bounds(*places.streets.sections.total_bounds)
    west, south, east, north = BBOX_LONLAT
    # The check of places allows some room around; a town may lean out of the box a little.
    low = np.minimum((west, south), np.floor(np.add(found[:2], _LEAN) * 100) / 100)
    high = np.maximum((east, north), np.ceil(np.subtract(found[2:], _LEAN) * 100) / 100)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _walked(count: int) -> str:
    """Write the tables of those who walk, the standards, and the money for removals."""
    removal = round(count * _REMOVALS_USD, _ROUND_USD)
    left_out = _NO_RAMPS if count > _RAMPS_UP_TO else ""
    years = range(_FIRST_YEAR, _FIRST_YEAR + _YEARS)
    removals = ", ".join(f"{year} = {removal:_}" for year in years)
    return f"""\
ramps = "clean/ramps.parquet"
walks = "clean/walks.parquet"
crossings = "clean/crossings.parquet"
zones = "clean/zones.gpkg"
assets = "clean/assets.parquet"

[standards]
enforce = ["ada2010", "dot504", "cbc11b"]
advise = ["prowag2023"]

# Invented money for the removal of barriers apart from paving.
[barriers]
limit_min = 30
responsible_official = "City Engineer (invented)"
budget = {{{removals}}}
{left_out}"""


def settings(town: Town, *, city: str = "Sample city in Norwalk's place") -> str:
    """
    Write the settings that go with a town.

    Parameters
    ----------
    town
        The town.
    city
        Name of the city.

    Returns
    -------
    text
        A whole `norwalk.toml`: its tables lie in `clean/`, its two funds are invented.
    """
    count = len(town.streets.sections)
    street = round(count * _STREET_FUND_USD, _ROUND_USD)
    bond = round(count * _BOND_USD, _ROUND_USD)
    budget = "\n".join(
        f"{year} = {{street_fund = {street:_}, paving_bond = {bond:_}}}"
        for year in range(_FIRST_YEAR, _FIRST_YEAR + _YEARS)
    )
    box = ", ".join(f"{value:.2f}" for value in _bbox(town))
    name = city.replace("\\", "\\\\").replace('"', '\\"')
    return f"""\
# {town.notice}.
# Streets, names, widths, surveys and money are made up. Only the sites are facts, with sources.
[city]
name = "{name}"
crs = "{CRS}"
bbox_lonlat = [{box}]
fiscal_year_start = 7
as_of = {AS_OF}
notice = "{town.notice}"

[tables]
sections = "clean/sections.gpkg"
surveys = "clean/surveys.csv"
sites = "clean/sites.gpkg"
{_walked(count)}
# Invented funds, in dollars of the base year: far less than the backlog would take.
[budget]
{budget}

[money]
base_year = 2026

[plan]
years = {_YEARS}
terminal_years = 3
# The invented surveys were made from the cited curves, so the plan rests on these.
curves = "cited"
"""
