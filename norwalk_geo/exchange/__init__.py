"""The same results in other people's standards."""

from __future__ import annotations

from norwalk_geo.exchange.gatis import to_gatis
from norwalk_geo.exchange.ical import to_ical
from norwalk_geo.exchange.opensidewalks import from_opensidewalks, to_opensidewalks
from norwalk_geo.exchange.package import public_tables, write_package
from norwalk_geo.exchange.pedestrian import write_pedestrian
from norwalk_geo.exchange.wzdx import Feed, to_wzdx

__all__ = [
    "Feed",
    "from_opensidewalks",
    "public_tables",
    "to_gatis",
    "to_ical",
    "to_opensidewalks",
    "to_wzdx",
    "write_package",
    "write_pedestrian",
]
