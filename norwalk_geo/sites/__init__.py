"""
Places worth reaching: who gets there, what stands in the way, what helps, and what is not known.

Sites stand side by side and are never ranked in total. A figure that rests on a part of the transit
is partial and says so; what nobody published is not zero.
"""

from __future__ import annotations

from norwalk_geo.sites.alternatives import Edited, alternative_changes, edited, site_changes
from norwalk_geo.sites.doors import areas, by_site, doors, starts
from norwalk_geo.sites.entering import ways_in
from norwalk_geo.sites.programme import trips_added
from norwalk_geo.sites.reaching import figures, gaps
from norwalk_geo.sites.repairing import people_on_ways, per_dollar
from norwalk_geo.sites.screening import good_stops, screens
from norwalk_geo.sites.stations import missing_operators, nearest_station
from norwalk_geo.sites.transit import Riders, as_reach, by_transit, stop_walks
from norwalk_geo.sites.weighing import Weighed, weigh

__all__ = [
    "Edited",
    "Riders",
    "Weighed",
    "alternative_changes",
    "areas",
    "as_reach",
    "by_site",
    "by_transit",
    "doors",
    "edited",
    "figures",
    "gaps",
    "good_stops",
    "missing_operators",
    "nearest_station",
    "people_on_ways",
    "per_dollar",
    "screens",
    "site_changes",
    "starts",
    "stop_walks",
    "trips_added",
    "ways_in",
    "weigh",
]
