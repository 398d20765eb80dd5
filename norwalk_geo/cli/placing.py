"""What all travellers to a city's sites share: places, ways and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import network, routing, schema, sites
from norwalk_geo.cli.records import City
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges, NodePeople, Reach, Zones

__all__ = ["Base", "base", "layer", "reach"]

_WHEELCHAIRS = ("manual_wheelchair", "powered_wheelchair")


@dataclass(frozen=True, eq=False)
class Base:
    """
    What all travellers share.

    Parameters
    ----------
    sites
        The destinations.
    doors
        Where they are reached today.
    streets
        What one can go on.
    walks
        Sidewalks and crossings as surveyed; nothing where there are none.
    zones
        People; nothing where none are given.
    """

    sites: gpd.GeoDataFrame
    doors: gpd.GeoDataFrame
    streets: Edges
    walks: Edges | None
    zones: Zones | None

    def edges(self, profile: str) -> Edges:
        """
        Choose the ways of a traveller.

        Parameters
        ----------
        profile
            Who travels.

        Returns
        -------
        edges
            Sidewalks for a wheelchair, where they were surveyed; else streets.
        """
        is_rolled = profile in _WHEELCHAIRS and self.walks is not None
        return self.walks if is_rolled and self.walks is not None else self.streets

    def snapped(
        self, profile: str, *, unknowns: str = "avoid", more: gpd.GeoDataFrame | None = None
    ) -> routing.Snapped:
        """
        Put the sites on the network of a traveller.

        Parameters
        ----------
        profile
            Who travels.
        unknowns
            What is done where too little is known.
        more
            Other points that are put on it, too.

        Returns
        -------
        snapped
            By site. What is farther than 300 ft from every way is on none.
        """
        edges = self.edges(profile)
        ways = routing.network_graph(edges, routing.costs(edges, profile, unknowns=unknowns))
        places = self.doors[["kind", "geometry"]]
        if more is not None:
            both = pd.concat([places, more[["kind", "geometry"]]]).rename_axis("site_id")
            places = gpd.GeoDataFrame(both, crs=self.doors.crs)
        return sites.by_site(routing.snap(ways, places), self.doors)

    def people(self, snapped: routing.Snapped) -> NodePeople | None:
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


def layer(city: City, name: str) -> gpd.GeoDataFrame | None:
    """
    Take a table with shapes, where the city has it.

    Parameters
    ----------
    city
        As read and checked.
    name
        Table.

    Returns
    -------
    layer
        Nothing where there is none.
    """
    return gpd.GeoDataFrame(city.tables[name]) if name in city.tables else None


def _destinations(city: City) -> gpd.GeoDataFrame:
    """Take the sites of the city, or refuse a city without."""
    found = layer(city, "sites")
    remedy = "Name a file of them in norwalk.toml, below [tables]."
    if found is None:
        raise SchemaError.of("sites", [Problem("tables.sites", "is not named", remedy=remedy)])
    own = found[found["kind"].eq("destination")]
    if own.empty:
        remedy = "Give kind = destination to the sites that are asked about."
        raise SchemaError.of("sites", [Problem("kind", "has no destination", remedy=remedy)])
    return own


def base(city: City, *, is_walked: bool = True) -> Base:
    """
    Gather what all travellers share.

    Parameters
    ----------
    city
        As read and checked.
    is_walked
        Whether the sidewalks are wanted, where they were surveyed.

    Returns
    -------
    base
        The city's own edges are used for everybody where it has them.

    Raises
    ------
    SchemaError
        The city has no destination, or boundaries and entrances do not fit.
    """
    places, streets = _destinations(city), layer(city, "edges")
    walks = None
    if streets is None:
        # A city's sections may name no nodes; they are found where the lines meet.
        sections = gpd.GeoDataFrame(city.tables["sections"])
        streets = routing.street_edges(network.build(sections))
        surveyed, crossings = layer(city, "walks"), layer(city, "crossings")
        if is_walked and surveyed is not None and crossings is not None:
            walks = routing.sidewalk_edges(surveyed, crossings, layer(city, "ramps")).edges
    doors = sites.doors(
        places,
        boundaries=layer(city, "site_boundaries"),
        entrances=layer(city, "site_entrances"),
    )
    kind = places["kind"].reindex(doors["site_id"]).to_numpy()
    return Base(places, doors.assign(kind=kind), streets, walks, layer(city, "zones"))


def reach(snapped: routing.Snapped, limit_min: float) -> Reach:
    """
    Find reach; a city whose sites are all cut off has none, which is an answer.

    Parameters
    ----------
    snapped
        Sites on a network.
    limit_min
        Longest way, in minutes.

    Returns
    -------
    reach
        Without rows where no site is on the network.
    """
    if not snapped.sites.empty:
        return routing.reach(snapped, limit_min=limit_min)
    names = schema.describe("reach").columns.index
    return schema.check(pd.DataFrame({name: [] for name in names}), "reach")
