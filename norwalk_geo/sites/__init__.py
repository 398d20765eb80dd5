"""
Places worth reaching: who gets there, what stands in the way, what helps, and what is not known.

Sites stand side by side and are never ranked in total. A figure that rests on a part of the transit
is partial and says so; what nobody published is not zero.
"""

from __future__ import annotations

from norwalk_geo.sites.entering import ways_in
from norwalk_geo.sites.programme import trips_added
from norwalk_geo.sites.reaching import figures, gaps
from norwalk_geo.sites.repairing import per_dollar
from norwalk_geo.sites.screening import good_stops, screens
from norwalk_geo.sites.stations import missing_operators, nearest_station
from norwalk_geo.sites.transit import by_transit, stop_walks
from norwalk_geo.sites.weighing import Weighed, weigh

__all__ = [
    "Weighed",
    "by_transit",
    "figures",
    "gaps",
    "good_stops",
    "missing_operators",
    "nearest_station",
    "per_dollar",
    "screens",
    "stop_walks",
    "trips_added",
    "ways_in",
    "weigh",
]
