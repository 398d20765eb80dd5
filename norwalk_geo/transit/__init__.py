"""
Timetables of a day → travel times door to door, with the wait, over a window of departures.

Calendars, times after midnight and clock changes are the standard's; what a feed does not say about
wheelchairs is not known, and a day that it does not cover is refused.
"""

from __future__ import annotations

from norwalk_geo.transit.changing import with_headway
from norwalk_geo.transit.footpaths import footpaths, stop_points
from norwalk_geo.transit.service import stop_service
from norwalk_geo.transit.timetable import Timetable, timetable
from norwalk_geo.transit.travel import Window, travel_times
from norwalk_geo.transit.warming import warm

__all__ = [
    "Timetable",
    "Window",
    "footpaths",
    "stop_points",
    "stop_service",
    "timetable",
    "travel_times",
    "warm",
    "with_headway",
]
