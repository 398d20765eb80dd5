"""Who gets to a city's sites by transit, on foot and in a wheelchair, and who has no timetable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import schema, sites, sources, transit
from norwalk_geo.cli.placing import Base, layer, reach
from norwalk_geo.cli.records import City
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import NodePeople

__all__ = ["TRANSIT_MIN", "Service", "by_bus", "ridden", "service"]

TRANSIT_MIN, _BUS_MIN = (30.0, 45.0, 60.0), 45.0
_PEAKS = {"am": (dt.time(7), dt.time(9)), "pm": (dt.time(16), dt.time(18))}
_NO_STOPS = "No list of the stops of all operators was given"
# On foot; in a wheelchair where all is known; in one where what is not known is usable.
_RIDERS = (
    ("walk", "avoid"),
    ("manual_wheelchair", "avoid"),
    ("manual_wheelchair", "allow_and_flag"),
)


@dataclass(frozen=True, eq=False)
class Service:
    """
    What runs on the day, and where it stops.

    Parameters
    ----------
    feeds
        Timetables.
    day
        Service day.
    stops
        Points of the stops with what good transit leaves there.
    footpaths
        Walks between stops.
    """

    feeds: Sequence[Mapping[str, pd.DataFrame]]
    day: dt.date
    stops: gpd.GeoDataFrame
    footpaths: pd.DataFrame

    def laid(self, profile: str, unknowns: str) -> transit.Timetable:
        """
        Lay out the day for a traveller.

        Parameters
        ----------
        profile
            Who travels.
        unknowns
            What is done where a feed does not say that it takes a wheelchair.

        Returns
        -------
        timetable
            Ready to search.
        """
        return transit.timetable(
            self.feeds,
            self.day,
            footpaths=self.footpaths,
            is_wheelchair=profile != "walk",
            unknowns=unknowns,
        )


def service(paths: Sequence[Path], crs: str, day: dt.date) -> Service | None:
    """
    Read the timetables, before anything that takes long.

    Parameters
    ----------
    paths
        Zips.
    crs
        The city's projected system.
    day
        Service day.

    Returns
    -------
    service
        Nothing where no zips are given.

    Raises
    ------
    NorwalkError
        With every problem of a feed; or one does not cover the day.
    """
    if not paths:
        return None
    feeds = [sources.read_gtfs(path) for path in paths]
    stops = gpd.GeoDataFrame(pd.concat([transit.stop_points(feed, crs=crs) for feed in feeds]))
    # Feeds that do not go together, and a day that is not covered, are refused here.
    transit.timetable(feeds, day)
    good = sites.good_stops(transit.stop_service(feeds, day, _PEAKS), schema.parameters("screens"))
    named = stops.join(good, how="left")
    flags = {name: named[name].eq(other=True) for name in good.columns}
    shown = gpd.GeoDataFrame(named.assign(**flags))
    return Service(feeds, day, shown, transit.footpaths(stops))


def _partial(
    base: Base, city: City, operators: Sequence[str]
) -> tuple[pd.DataFrame | None, dict[str, str]]:
    """Say which operators are missing at which site; without a list of stops all are in doubt."""
    stops = layer(city, "transit_stops")
    if stops is None:
        return None, dict.fromkeys(map(str, base.sites.index), _NO_STOPS)
    places = sites.areas(base.sites, layer(city, "site_boundaries"))
    missing = sites.missing_operators(places, stops, operators)
    names = missing.reset_index().groupby("site_id")["operator"].agg(", ".join)
    return missing, {str(k): f"No timetable of {v}" for k, v in names.items()}


def _times(
    base: Base, known: Service, laid: transit.Timetable, profile: str, unknowns: str
) -> tuple[pd.DataFrame, NodePeople | None]:
    """Find trips from every corner to every site, and the people at the corners."""
    snapped = base.snapped(profile, unknowns=unknowns, more=known.stops.assign(kind="stop"))
    found = reach(snapped, TRANSIT_MIN[-1])
    ways = sites.stop_walks(snapped, found, known.stops.index)
    return transit.travel_times(laid, *ways), base.people(snapped)


def ridden(base: Base, city: City, known: Service) -> dict[str, pd.DataFrame]:
    """
    Find who gets there by transit.

    Parameters
    ----------
    base
        Places, ways and people.
    city
        As read and checked; its `transit_stops` say whose timetable is missing.
    known
        What runs.

    Returns
    -------
    tables
        `transit`, with partial figures marked, and `operators` where all stops are known.
    """
    parts = []
    missing: pd.DataFrame | None = None
    for profile, unknowns in _RIDERS:
        laid = known.laid(profile, unknowns)
        missing, because = _partial(base, city, laid.operators)
        times, people = _times(base, known, laid, profile, unknowns)
        who = sites.Riders(profile, unknowns, laid.left_out, laid.unsure)
        table = sites.by_transit(
            base.sites,
            times,
            who,
            limits_min=TRANSIT_MIN,
            partial_because=because,
            people=people,
        )
        parts.append(table.reset_index())
    found = {"transit": pd.concat(parts, ignore_index=True)}
    return found if missing is None else found | {"operators": missing.reset_index()}


def by_bus(
    base: Base, city: City, known: Service | None, edits: pd.DataFrame
) -> pd.DataFrame | None:
    """
    Say what other buses give, on foot, with the ways as they are.

    Parameters
    ----------
    base
        Places, ways and people; without people nothing is counted.
    city
        As read and checked.
    known
        What runs today.
    edits
        Edits of buses of one alternative.

    Returns
    -------
    changes
        Rows of `site_alternatives` without its name; nothing without people.

    Raises
    ------
    SchemaError
        No timetables are given, or a route is in none of them.
    """
    routes = [set(feed["gtfs_routes"].index) for feed in known.feeds] if known else []
    lost = (
        ~edits["route_id"].isin(set().union(*routes))
        if "route_id" in edits
        else edits.index.notna()
    )
    if known is None or lost.any():
        rows = tuple(map(str, edits.index if known is None else edits.index[lost]))
        remedy = "Give the zip of the route with --gtfs, or correct route_id."
        problem = Problem("route_id", "is in no timetable given", rows, remedy)
        raise SchemaError.of("site_edits", [problem])
    feeds = list(known.feeds)
    for _, edit in edits.iterrows():
        headway = None if pd.isna(edit["headway_min"]) else float(edit["headway_min"])
        at = next(k for k, own in enumerate(routes) if edit["route_id"] in own)
        feeds[at] = transit.with_headway(feeds[at], str(edit["route_id"]), headway)
    after = Service(feeds, known.day, known.stops, known.footpaths)
    _, because = _partial(base, city, known.laid("walk", "avoid").operators)
    before, people = _times(base, known, known.laid("walk", "avoid"), "walk", "avoid")
    if people is None or base.zones is None:
        return None
    then, _ = _times(base, known, after.laid("walk", "avoid"), "walk", "avoid")
    reaches = [sites.as_reach(times, sites.Riders()) for times in (before, then)]
    ids = sorted(map(str, set(base.sites.index)))
    both = sites.site_changes(
        reaches[0], reaches[1], people, base.zones, limit_min=_BUS_MIN, sites=ids
    )
    partial = both["site_id"].isin(list(because))
    return both.assign(mode="transit", profile="walk", unknowns="avoid", is_partial=partial)
