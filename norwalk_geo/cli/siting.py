"""Find who gets to the sites of a city and what stands in the way, and write every file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import io, network, pci, report, routing, schema, sites, sources, transit
from norwalk_geo.cli import assessing, reading
from norwalk_geo.cli.records import City, Outcome
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["Asked", "on_foot", "write"]

_FOLDER = "sites"
_PROFILES = ("walk", "manual_wheelchair", "bike_stress_2", "drive")
_LIMITS_MIN, _TRANSIT_MIN = (5.0, 10.0, 15.0, 30.0), (30.0, 45.0, 60.0)
_WAYS_MIN = 15.0
_PEAKS = {"am": (dt.time(7), dt.time(9)), "pm": (dt.time(16), dt.time(18))}
_NO_STOPS = "No list of the stops of all operators was given"
_FILES = ("sites.csv", "reach.parquet", "isochrones.gpkg", "comparison.xlsx", "summary.json")


@dataclass(frozen=True)
class Asked:
    """
    What of the transit is asked for.

    Parameters
    ----------
    feeds
        Zips of timetables; none to leave transit out.
    day
        Service day.
    screens
        Whether the Californian screens are wanted.
    """

    feeds: Sequence[Path] = field(default=())
    day: dt.date | None = None
    screens: bool = False


def _destinations(city: City) -> gpd.GeoDataFrame:
    """Take the sites of the city, or refuse a city without."""
    if "sites" not in city.tables:
        remedy = "Name a file of them in norwalk.toml, below [tables]."
        raise SchemaError.of("sites", [Problem("tables.sites", "is not named", remedy=remedy)])
    every = gpd.GeoDataFrame(city.tables["sites"])
    return every[every["kind"].eq("destination")]


def _edges(city: City) -> gpd.GeoDataFrame:
    """Take the city's own edges, else its streets."""
    if "edges" in city.tables:
        return gpd.GeoDataFrame(city.tables["edges"])
    # A city's sections may name no nodes; they are found where the lines meet.
    sections = gpd.GeoDataFrame(city.tables["sections"])
    return routing.street_edges(network.build(sections))


@dataclass(frozen=True)
class _Base:
    """What all travellers share."""

    places: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None

    def snapped(self, profile: str, places: gpd.GeoDataFrame) -> routing.Snapped:
        """
        Put places on the network of a traveller.

        Parameters
        ----------
        profile
            Who travels.
        places
            Points.

        Returns
        -------
        snapped
            Places farther than 1,000 ft from every way are on none.
        """
        ways = routing.network_graph(self.edges, routing.costs(self.edges, profile))
        return routing.snap(ways, places, near_ft=1_000.0)

    def people(self, snapped: routing.Snapped) -> pd.DataFrame | None:
        """
        Put the people of the zones at the nodes of a traveller.

        Parameters
        ----------
        snapped
            The network.

        Returns
        -------
        people
            Nothing where the city has no zones.
        """
        return None if self.zones is None else routing.spread(self.zones, snapped.ways).people


def _reach(snapped: routing.Snapped, limit_min: float) -> pd.DataFrame:
    """Find reach; a city whose sites are all cut off has none, which is an answer."""
    if not snapped.sites.empty:
        return routing.reach(snapped, limit_min=limit_min)
    names = schema.describe("reach").columns.index
    none = pd.DataFrame({name: [] for name in names})
    return schema.check(none, "reach")


def _by_profile(base: _Base, show: Show) -> dict[str, list[pd.DataFrame]]:
    """Find reach, figures, gaps and areas of every traveller."""
    found: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("reach", "figures", "gaps", "isochrones")
    }
    for profile in _PROFILES:
        show.step(f"Following a traveller: {profile}")
        snapped = base.snapped(profile, base.places)
        reach = _reach(snapped, _LIMITS_MIN[-1])
        people = base.people(snapped)
        found["reach"].append(reach.reset_index())
        found["figures"].append(
            sites.figures(
                base.places, snapped, reach, limits_min=_LIMITS_MIN, people=people
            ).reset_index()
        )
        if people is not None and base.zones is not None:
            gap = sites.gaps(base.places, reach, people, base.zones, limit_min=_WAYS_MIN)
            found["gaps"].append(gap.reset_index())
        if snapped.sites.empty:
            continue
        first = snapped.sites.drop_duplicates("site_id").set_index("node_id")["site_id"]
        areas = routing.isochrones(snapped.ways, list(first.index), _LIMITS_MIN[:3])
        areas = areas.reset_index()
        found["isochrones"].append(areas.assign(origin_id=areas["origin_id"].map(first)))
    return found


def _ways_in(base: _Base, condition: pd.DataFrame) -> pd.DataFrame:
    """Describe the ways in on foot."""
    snapped = base.snapped("walk", base.places)
    reach = _reach(snapped, _WAYS_MIN)
    chair = routing.costs(base.edges, "manual_wheelchair")
    return sites.ways_in(
        base.places, snapped, reach, limit_min=_WAYS_MIN, condition=condition, wheelchair=chair
    )


def _partial(
    base: _Base, city: City, operators: Sequence[str]
) -> tuple[pd.DataFrame | None, dict[str, str]]:
    """Say which operators are missing at which site; without a list of stops all are in doubt."""
    if "transit_stops" not in city.tables:
        return None, dict.fromkeys(map(str, base.places.index), _NO_STOPS)
    stops = gpd.GeoDataFrame(city.tables["transit_stops"])
    missing = sites.missing_operators(base.places, stops, operators)
    names = missing.reset_index().groupby("site_id")["operator"].agg(", ".join)
    return missing, {str(k): f"No timetable of {v}" for k, v in names.items()}


@dataclass(frozen=True, eq=False)
class _Service:
    """What runs on the day, and where it stops."""

    laid: transit.Timetable
    stops: gpd.GeoDataFrame


def _service(asked: Asked, crs: str, day: dt.date) -> _Service | None:
    """Read the timetables, before anything that takes long."""
    if not asked.feeds:
        return None
    feeds, when = [sources.read_gtfs(path) for path in asked.feeds], asked.day or day
    stops = gpd.GeoDataFrame(pd.concat([transit.stop_points(feed, crs=crs) for feed in feeds]))
    laid = transit.timetable(feeds, when, footpaths=transit.footpaths(stops))
    good = sites.good_stops(transit.stop_service(feeds, when, _PEAKS), schema.parameters("screens"))
    named = stops.join(good, how="left")
    flags = {name: named[name].eq(other=True) for name in good.columns}
    return _Service(laid, gpd.GeoDataFrame(named.assign(**flags)))


def _transit(base: _Base, city: City, service: _Service) -> dict[str, pd.DataFrame]:
    """Find who gets there by transit on foot, and who is missing."""
    stops = service.stops.assign(kind="stop")[["kind", "geometry"]]
    both = pd.concat([base.places[["kind", "geometry"]], stops]).rename_axis("site_id")
    snapped = base.snapped("walk", gpd.GeoDataFrame(both, crs=base.places.crs))
    missing, because = _partial(base, city, service.laid.operators)
    reach = _reach(snapped, _TRANSIT_MIN[-1])
    ways = sites.stop_walks(snapped, reach, service.stops.index)
    times, people = transit.travel_times(service.laid, *ways), base.people(snapped)
    table = sites.by_transit(
        base.places, times, limits_min=_TRANSIT_MIN, partial_because=because, people=people
    )
    return {"transit": table} if missing is None else {"transit": table, "operators": missing}


def _find(city: City, asked: Asked, day: dt.date, show: Show) -> report.Sited:
    """Find every table of the sites."""
    places = _destinations(city)
    zones = city.tables.get("zones")
    base = _Base(places, _edges(city), None if zones is None else gpd.GeoDataFrame(zones))
    service = _service(asked, str(city.config.crs), day)
    tables = {
        name: pd.concat(parts, ignore_index=True)
        for name, parts in _by_profile(base, show).items()
        if parts
    }
    sections = gpd.GeoDataFrame(city.tables["sections"])
    condition = pci.latest(city.tables["surveys"], sections, as_of=day)
    tables["ways"] = _ways_in(base, condition).reset_index()
    tables["trips"] = sites.trips_added(places).reset_index()
    every = gpd.GeoDataFrame(city.tables["sites"])
    stations = sites.nearest_station(places, every[every["kind"].eq("station")])
    tables["stations"] = stations.reset_index()
    if service is not None:
        show.step("Following the timetables")
        more = _transit(base, city, service)
        tables |= {name: table.reset_index() for name, table in more.items()}
    if asked.screens:
        whole = "transit" in tables and not tables["transit"]["is_partial"].any()
        trips = tables["trips"].set_index("site_id")
        good = None if service is None else service.stops
        made = sites.screens(places, stations, trips, stops=good, is_whole=whole)
        tables["screens"] = made.reset_index()
    return report.Sited(places, base.edges, tables)


def on_foot(city: City, condition: pd.DataFrame) -> pd.DataFrame | None:
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
    places = _destinations(city)
    base = _Base(places, _edges(city), gpd.GeoDataFrame(city.tables["zones"]))
    snapped = base.snapped("walk", places)
    reach = _reach(snapped, _WAYS_MIN)
    figures = sites.figures(
        places, snapped, reach, limits_min=[_WAYS_MIN], people=base.people(snapped)
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
    read = reading.read_city(city, as_of=as_of)
    day = reading.day(read.config, as_of)
    with io.writing(out / _FOLDER) as aside:
        found = _find(read, asked, day, show)
        notes = report.site_notes(found, has_zones="zones" in read.tables)
        summary = report.sites_summary(found, about=assessing.origin(read, day, notes))
        show.step("Writing the sites")
        pages = report.write_sites(aside, found, summary)
    return Outcome(summary, (*_FILES, *pages))
