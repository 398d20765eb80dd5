"""
Other people's files → our tables, by a mapping that a GIS technician writes, with a full account.

`read_mapping` reads the mapping, `from_export` applies it to a file, `describe` and `report_dict`
say what became of every row.
"""

from __future__ import annotations

from norwalk_geo.sources.export import Imported, from_export
from norwalk_geo.sources.gtfs import read_gtfs
from norwalk_geo.sources.mapping import Mapping, read_mapping
from norwalk_geo.sources.open311 import from_open311
from norwalk_geo.sources.open311_file import is_open311
from norwalk_geo.sources.osm import is_osm, read_osm
from norwalk_geo.sources.osm_streets import from_osm
from norwalk_geo.sources.osm_tags import translate
from norwalk_geo.sources.osm_travel import edges_from_osm, places_from_osm
from norwalk_geo.sources.report import Change, ImportReport, describe, report_dict
from norwalk_geo.sources.rules import ColumnRule
from norwalk_geo.sources.shapes import City

__all__ = [
    "Change",
    "City",
    "ColumnRule",
    "ImportReport",
    "Imported",
    "Mapping",
    "describe",
    "edges_from_osm",
    "from_export",
    "from_open311",
    "from_osm",
    "is_open311",
    "is_osm",
    "places_from_osm",
    "read_gtfs",
    "read_mapping",
    "read_osm",
    "report_dict",
    "translate",
]
