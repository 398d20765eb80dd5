"""Streets of an OpenStreetMap extract → our sections, where a city has no lines of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.sources.export import Imported, from_export
from norwalk_geo.sources.mapping import Mapping
from norwalk_geo.sources.osm import is_osm
from norwalk_geo.sources.rules import ColumnRule

__all__ = ["from_osm"]

_CLASSES = {
    "motorway": "arterial",
    "trunk": "arterial",
    "primary": "arterial",
    "secondary": "arterial",
    "tertiary": "collector",
    "unclassified": "residential",
    "residential": "residential",
    "living_street": "residential",
    "road": "residential",
    "service": "alley",
}
_LINKED = ("motorway", "trunk", "primary", "secondary", "tertiary")
_WORDS = _CLASSES | {f"{one}_link": _CLASSES[one] for one in _LINKED}
# Motorways and trunk roads are a state's nearly everywhere; the rest is taken for the city's.
_KEEPERS = {
    one: "state" if one.split("_")[0] in {"motorway", "trunk"} else "city" for one in _WORDS
}
_RULES = (
    ColumnRule("street_name", "name"),
    ColumnRule("functional_class", "highway", words=_WORDS),
    ColumnRule("maintained_by", "highway", words=_KEEPERS),
    ColumnRule("level_from", "level_from"),
    ColumnRule("level_to", "level_to"),
)


def from_osm(
    source: Path | str,
    *,
    crs: str,
    bbox_lonlat: tuple[float, float, float, float],
    as_of: dt.date,
) -> Imported:
    """
    Make sections of an OpenStreetMap extract.

    Class and keeper are read from the kind of road, which is a guess to be looked at: motorways and
    trunk roads are taken for the state's, service roads for alleys. Width, lanes and surface are
    left unknown; a mapping of one's own can read the tags.

    Parameters
    ----------
    source
        `.osm.pbf` or `.osm`. It must lie in the city: cut a larger extract first.
    crs, bbox_lonlat
        The city's system; west, south, east and north of the city in degrees.
    as_of
        Day that the data describe.

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
    return from_export(source, mapping, crs=crs, bbox_lonlat=bbox_lonlat, as_of=as_of)
