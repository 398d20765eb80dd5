"""The map of a site: its scripts, and its data in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import geopandas as gpd

from norwalk_geo import maps
from norwalk_geo.website import columns, house_numbers
from norwalk_geo.website.pages import layers, past_layer, places, ramps
from norwalk_geo.website.pages.given import Given, public
from norwalk_geo.website.pages.language import Language

__all__ = ["POINTS", "Drawn", "draw"]

# Marks of single places, which one page alone shows.
POINTS = "assets/points.js"

_STYLES = ("leaflet-1.9.4/leaflet.css", "site/map.css")
_SCRIPTS = (
    "leaflet-1.9.4/leaflet.js",
    "site/columns.js",
    "site/map.js",
    "site/search.js",
    "site/points.js",
    "site/map-page.js",
)


@dataclass(frozen=True)
class Drawn:
    """
    Files that a page with a map names, below the site.

    Parameters
    ----------
    styles
        Style sheets.
    scripts
        Classic scripts in order, by language.
    has_numbers
        Whether the search knows house numbers.
    """

    styles: tuple[str, ...] = ()
    scripts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_numbers: bool = False


def _copied(folder: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Copy files of our own, and say where they are below the site."""
    source = resources.files("norwalk_geo") / "assets"
    for name in (*names, "leaflet-1.9.4/LICENSE"):
        target = "leaflet-LICENSE.txt" if name.endswith("LICENSE") else Path(name).name
        data = (source / name).read_bytes()
        if target == "leaflet.js":
            # Its source map is not here.
            data = data.partition(b"\n//# sourceMappingURL=")[0] + b"\n"
        (folder / "assets" / target).write_bytes(data)
    return tuple(f"assets/{Path(name).name}" for name in names)


def _drawings(given: Given, words: Language) -> dict[str, maps.Drawing]:
    """Draw every layer in a language."""
    drawn = {"plan": layers.plan(given, words), "condition": layers.condition(given, words)}
    if "work_done" in given.tables:
        drawn["done"] = past_layer.drawing(given, words)
    if "ramps" in given.tables:
        drawn["ramps"] = ramps.drawing(given, words)
    return drawn


def draw(folder: Path, given: Given, languages: Sequence[Language]) -> Drawn:
    """
    Write the scripts and the data of the map.

    Parameters
    ----------
    folder
        The site.
    given
        All that the site is made from.
    languages
        Languages of the pages.

    Returns
    -------
    drawn
        What pages name.
    """
    drawings = {words.code: _drawings(given, words) for words in languages}
    whole = given.tables["sections"]
    named = [name for name in ("street_name", "from_street", "to_street") if name in whole]
    sections = gpd.GeoDataFrame(whole[[*named, "functional_class", "geometry"]])
    split = columns.write_streets(folder / "data", sections, drawings[languages[0].code])
    if "ramps" in given.tables:
        ramps.write_points(folder / "data", given)
    has_numbers = house_numbers.write_numbers(folder / "data", public(given, "sections"), split)
    own, styles = _copied(folder, _SCRIPTS), _copied(folder, _STYLES)
    scripts = {}
    for words in languages:
        said = {key: words.text(text) for key, text in columns.WORDS.items()}
        code, looks = words.code, drawings[words.code]
        marks = places.marks(given, words)
        columns.write_words(folder / "data", split, looks, language=code, words=said, sites=marks)
        scripts[code] = (*own, *(f"data/{name}" for name in columns.scripts(split, code)))
    return Drawn(styles, scripts, has_numbers)
