"""Streets of an OpenStreetMap extract → our sections, where a city has no lines of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.schema.units import LENGTHS
from norwalk_geo.sources.export import Imported, from_raw
from norwalk_geo.sources.mapping import Mapping
from norwalk_geo.sources.osm import is_osm, read_osm
from norwalk_geo.sources.osm_tags import translate
from norwalk_geo.sources.rules import ColumnRule
from norwalk_geo.sources.shapes import City

__all__ = ["from_osm"]

# Tags that are read from the extract and become no column of a section.
_UNREAD = ("alt_name", "ref", "service", "maxspeed")
_RULES = (
    ColumnRule("street_name", "name"),
    ColumnRule("functional_class", "functional_class"),
    ColumnRule("maintained_by", "maintained_by"),
    ColumnRule("surface_type", "surface_type"),
    ColumnRule("width_ft", "width_m", factor=LENGTHS["m"], unit="m"),
    ColumnRule("lanes", "lane_count"),
    ColumnRule("one_way", "one_way"),
    ColumnRule("sidewalk", "sidewalk_sides"),
    ColumnRule("level_from", "level_from"),
    ColumnRule("level_to", "level_to"),
)


def from_osm(
    source: Path | str,
    *,
    crs: str,
    bbox_lonlat: tuple[float, float, float, float],
    as_of: dt.date,
    tags: pd.DataFrame | None = None,
) -> Imported:
    """
    Make sections of an OpenStreetMap extract.

    Class and keeper are read from the kind of road, which is a guess to be looked at: motorways and
    trunk roads are taken for the state's, service roads for alleys. Width, lanes, surface, one-way
    streets and sidewalks are read from their tags; what is not tagged is unknown. One-way lines of
    one name beside each other are a divided road.

    Parameters
    ----------
    source
        `.osm.pbf` or `.osm`. It must lie in the city: cut a larger extract first.
    crs, bbox_lonlat
        The city's system; west, south, east and north of the city in degrees.
    as_of
        Day that the data describe.
    tags
        What tags mean. By default `parameters/osm_tags.csv`.

    Returns
    -------
    imported
        Sections in the city's system, and the report.

    Raises
    ------
    SourceError
        The file is no extract, cannot be read, or the package osmium is not installed.
    CrsError
        Streets lie outside the city.
    """
    source = Path(source)
    if not is_osm(source):
        remedy = "Give a file whose name ends in .osm.pbf or .osm."
        raise SourceError.of(str(source), [Problem(source.name, "is no extract", remedy=remedy)])
    rules = {rule.column: rule for rule in _RULES}
    mapping = Mapping("sections", rules, name="OpenStreetMap", key="osm_id", prefix="w")
    raw = translate(read_osm(source), tags)
    made = from_raw(raw, source, mapping, City(crs, bbox_lonlat, as_of))
    sections = gpd.GeoDataFrame(made.tables["sections"])
    sections = sections.assign(carriageway=network.carriageways(sections))
    # The other tags are read into our columns before the rules see the rows.
    unused = tuple(name for name in made.report.columns_unused if name in _UNREAD)
    return replace(
        made,
        tables={**made.tables, "sections": schema.check(sections, "sections")},
        report=replace(made.report, columns_unused=unused),
    )
