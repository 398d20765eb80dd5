"""Find who gets to the sites of a city and what stands in the way, and write every file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import io, pci, report, routing, schema, sites
from norwalk_geo.cli import assessing, helping, placing, reading, riding
from norwalk_geo.cli.placing import Base, layer, reach
from norwalk_geo.cli.records import City, Outcome
from norwalk_geo.website import place

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show
    from norwalk_geo.schema import Condition, Surveys

__all__ = ["Asked", "on_foot", "write"]

_FOLDER = "sites"
_PROFILES = ("walk", "manual_wheelchair", "bike_stress_2", "drive")
# What nobody measured may stop these; so they are counted once without it, and once over it.
_UNSURE, _LENIENT = ("manual_wheelchair", "bike_stress_2"), "allow_and_flag"
_LIMITS_MIN = (5.0, 10.0, 15.0, 30.0)
_WAYS_MIN = 15.0
_WHEELCHAIR = [f"wheelchair_{one}_pct" for one in ("ok", "blocked", "unknown")]
_FILES = ("sites.csv", "reach.parquet", "isochrones.gpkg", "comparison.xlsx", "summary.json")
_LAYERS = ("site_boundaries", "site_entrances", "site_edits")


@dataclass(frozen=True)
class Asked:
    """
    What beside the ways is asked for.

    Parameters
    ----------
    feeds
        Zips of timetables; none to leave transit out.
    day
        Service day.
    screens
        Whether the Californian screens are wanted.
    results
        Folder with results of `norwalk run` and `norwalk ada`; by default the newest edition and
        the city's own.
    """

    feeds: Sequence[Path] = field(default=())
    day: dt.date | None = None
    screens: bool = False
    results: Path | None = None


def _by_profile(base: Base, show: Show) -> dict[str, list[pd.DataFrame]]:
    """Find reach, figures, gaps and areas of every traveller."""
    found: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("reach", "figures", "gaps", "isochrones")
    }
    for profile in _PROFILES:
        show.step(f"Following a traveller: {profile}")
        snapped = base.snapped(profile)
        got = reach(snapped, _LIMITS_MIN[-1])
        people = base.people(snapped)
        found["reach"].append(got.reset_index())
        counted = sites.figures(base.sites, snapped, got, limits_min=_LIMITS_MIN, people=people)
        found["figures"].append(counted.reset_index())
        if profile in _UNSURE:
            found["figures"].append(_at_most(base, profile))
        if people is not None and base.zones is not None:
            gap = sites.gaps(base.sites, got, people, base.zones, limit_min=_WAYS_MIN)
            found["gaps"].append(gap.reset_index())
        if snapped.sites.empty:
            continue
        ways, nodes = sites.starts(snapped)
        areas = routing.isochrones(ways, list(nodes), _LIMITS_MIN[:3]).reset_index()
        site = pd.Series(nodes.index, index=nodes.to_numpy())
        found["isochrones"].append(areas.assign(origin_id=areas["origin_id"].map(site)))
    return found


def _at_most(base: Base, profile: str) -> pd.DataFrame:
    """Count who gets there if all that nobody measured is passable."""
    snapped = base.snapped(profile, unknowns=_LENIENT)
    got, people = reach(snapped, _LIMITS_MIN[-1]), base.people(snapped)
    counted = sites.figures(base.sites, snapped, got, limits_min=_LIMITS_MIN, people=people)
    return counted.reset_index()


def _ways_in(base: Base, condition: Condition) -> pd.DataFrame:
    """Describe the ways in on foot; what stops a wheelchair on sidewalks where they are known."""
    tables = []
    for edges in (base.streets, base.walks):
        if edges is None:
            continue
        ways = routing.network_graph(edges, routing.costs(edges, "walk"))
        placed = routing.snap(ways, base.doors[["kind", "geometry"]])
        snapped = sites.by_site(placed, base.doors)
        found = reach(snapped, _WAYS_MIN)
        chair = routing.costs(edges, "manual_wheelchair")
        tables.append(
            sites.ways_in(
                base.sites,
                snapped,
                found,
                limit_min=_WAYS_MIN,
                condition=condition,
                wheelchair=chair,
            )
        )
    return tables[0].assign(**{name: tables[-1][name] for name in _WHEELCHAIR})


def _around(
    base: Base, city: City, asked: Asked, service: riding.Service | None
) -> dict[str, pd.DataFrame]:
    """Find stations, trips added and, where they are wanted, screens."""
    shapes = sites.areas(base.sites, layer(city, "site_boundaries"))
    every = gpd.GeoDataFrame(city.tables["sites"])
    stations = sites.nearest_station(shapes, every[every["kind"].eq("station")])
    trips = sites.trips_added(base.sites)
    tables = {"stations": stations.reset_index(), "trips": trips.reset_index()}
    if service is None and not asked.screens:
        return tables
    ridden = {} if service is None else riding.ridden(base, city, service)
    if asked.screens:
        whole = "transit" in ridden and not ridden["transit"]["is_partial"].any()
        good = None if service is None else service.stops
        made = sites.screens(shapes, stations, trips, stops=good, is_whole=whole)
        tables["screens"] = made.reset_index()
    return tables | ridden


def _helping(
    base: Base, city: City, asked: Asked, condition: Condition, service: riding.Service | None
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Find the repairs that help most, and what alternatives give."""
    priced, notes = helping.costs(city, asked.results)
    fixed, told = helping.repairs(base, city, condition, priced)
    tried = helping.alternatives(base, city, service)
    tables = {"repairs": fixed, "alternatives": tried}
    if fixed is None:
        notes = ["Repairs and alternatives are not looked at: no zones with people are given."]
    return {k: v for k, v in tables.items() if v is not None}, [*notes, *told]


def _surveys(city: City) -> Surveys:
    """Take the surveys; a city may look at its sites before it has surveyed a street."""
    none = pd.DataFrame(columns=list(schema.describe("surveys").columns.index))
    return city.tables["surveys"] if "surveys" in city.tables else schema.check(none, "surveys")


def _find(
    base: Base, city: City, asked: Asked, day: dt.date, show: Show
) -> tuple[report.Sited, list[str]]:
    """Find every table of the sites."""
    service = riding.service(asked.feeds, str(city.config.crs), asked.day or day)
    sections = gpd.GeoDataFrame(city.tables["sections"])
    condition = pci.latest(_surveys(city), sections, as_of=day)
    # What may be refused comes first.
    show.step("Looking for what helps")
    helped, notes = _helping(base, city, asked, condition, service)
    tables = {
        name: pd.concat(parts, ignore_index=True)
        for name, parts in _by_profile(base, show).items()
        if parts
    }
    tables["ways"] = _ways_in(base, condition).reset_index()
    doors = base.doors.reset_index().drop(columns=["geometry", "kind"])
    tables["doors"] = pd.DataFrame(doors)[["site_id", "door_id", "stands_for", "door_is", "source"]]
    if service is not None:
        show.step("Following the timetables")
    tables |= _around(base, city, asked, service)
    layers = {name: city.tables[name] for name in _LAYERS if name in city.tables}
    return report.Sited(base.sites, base.streets, tables | helped, layers), notes


def on_foot(city: City, condition: Condition) -> pd.DataFrame | None:
    """
    Count the people who can walk to each destination in 15 minutes.

    Parameters
    ----------
    city
        As read and checked.
    condition
        Latest survey by section.

    Returns
    -------
    people
        By `site_id`: `people`, and `known_pct`, the share of the ways in with a surveyed pavement.
        Nothing where the city has no sites or no zones; no row for a site without ways in.
    """
    if not {"sites", "zones"} <= set(city.tables):
        return None
    base = placing.base(city, is_walked=False)
    snapped = base.snapped("walk")
    found = reach(snapped, _WAYS_MIN)
    figures = sites.figures(
        base.sites, snapped, found, limits_min=[_WAYS_MIN], people=base.people(snapped)
    ).reset_index()
    known = _ways_in(base, condition)["surveyed_pct"]
    counted = figures.set_index("site_id")[["people"]].assign(known_pct=known)
    return counted.dropna()


def write(city: Path, out: Path, asked: Asked, *, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Write who gets to the sites of a city, and a page for each.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `sites` in it.
    asked
        Timetables and screens.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.

    Raises
    ------
    NorwalkError
        With every problem of the city, its sites and the timetables.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of, needed=("sections",))
    day = reading.day(read.config, as_of)
    with io.writing(out / _FOLDER) as aside:
        base = placing.base(read)
        found, told = _find(base, read, asked, day, show)
        notes = [*report.site_notes(found, has_zones="zones" in read.tables), *told]
        summary = report.sites_summary(found, about=assessing.origin(read, day, notes))
        show.step("Writing the sites")
        report.write_sites(aside, found, summary)
        shown = place.Places(base.sites, base.doors, found.edges, found.tables)
        pages = place.write_places(aside, shown, summary, read.config.languages)
    return Outcome(summary, (*_FILES, *pages))
