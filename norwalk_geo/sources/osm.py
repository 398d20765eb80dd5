"""Streets of an OpenStreetMap extract, read from disk without a network."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_osm", "read_osm"]

_ENDINGS = (".osm.pbf", ".osm", ".osm.bz2", ".osm.gz")
# Ways for motor traffic; footways, tracks and what is not built yet are no streets.
_LINKS = ("motorway", "trunk", "primary", "secondary", "tertiary")
_STREETS = frozenset(
    [
        *_LINKS,
        *(f"{one}_link" for one in _LINKS),
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
    ]
)
_TAGS = (
    "name",
    "alt_name",
    "ref",
    "highway",
    "service",
    "surface",
    "lanes",
    "width",
    "oneway",
    "layer",
    "bridge",
    "tunnel",
    "maxspeed",
    "access",
    "junction",
    "sidewalk",
    "sidewalk:both",
    "sidewalk:left",
    "sidewalk:right",
)
_LOWEST, _HIGHEST = -5, 5


def is_osm(source: Path) -> bool:
    """
    Tell whether a file is an OpenStreetMap extract, by its name.

    Parameters
    ----------
    source
        A file.

    Returns
    -------
    is_osm
        True for `.osm.pbf`, `.osm` and its compressed forms.
    """
    return source.name.lower().endswith(_ENDINGS)


def _ways(
    source: Path,
) -> Iterator[tuple[int, dict[str, str], list[int], list[tuple[float, float]]]]:
    """Read the ways that are streets: id, tags, nodes and their places."""
    try:
        import osmium
    except ModuleNotFoundError:
        remedy = "Install it with: pip install 'osmium>=4.0' (or make install-dev)."
        what = "needs the package osmium"
        raise SourceError.of(str(source), [Problem(source.name, what, remedy=remedy)]) from None
    try:
        reader = osmium.FileProcessor(str(source), osmium.osm.NODE | osmium.osm.WAY)
        reader = reader.with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        for way in reader:
            if not isinstance(way, osmium.osm.Way) or way.tags["highway"] not in _STREETS:
                continue
            tags = {tag: way.tags[tag] for tag in _TAGS if tag in way.tags}
            placed = [node for node in way.nodes if node.location.valid()]
            points = [(node.lon, node.lat) for node in placed]
            yield way.id, tags, [node.ref for node in placed], points
    except RuntimeError as error:
        what = f"cannot be read ({error})"
        remedy = "Download the extract again."
        raise SourceError.of(str(source), [Problem(source.name, what, remedy=remedy)]) from None


def _level(tags: dict[str, str]) -> int:
    """Read the layer of a bridge or tunnel; streets on the ground are on level 0."""
    text = tags.get("layer", "").lstrip("+")
    if text.lstrip("-").isdecimal():
        return min(max(int(text), _LOWEST), _HIGHEST)
    return {"bridge": 1, "tunnel": -1}.get(
        next((one for one in ("bridge", "tunnel") if tags.get(one, "no") != "no"), ""), 0
    )


def read_osm(source: Path | str) -> gpd.GeoDataFrame:
    """
    Read the streets of an OpenStreetMap extract.

    Ways are cut at the nodes that they share with other streets, since a way may pass through many
    intersections; ways that cross without a shared node do not meet.

    Parameters
    ----------
    source
        `.osm.pbf` or `.osm`.

    Returns
    -------
    streets
        In degrees: `osm_id` (way and number of its piece), the way's tags as text, and `level_from`
        and `level_to`, which are 0 where a bridge begins at a street on the ground.

    Raises
    ------
    SourceError
        The package osmium is not installed, the file cannot be read, or it has no streets.
    """
    source = Path(source)
    ways = [way for way in _ways(source) if len(way[2]) > 1]
    if not ways:
        remedy = "Choose an extract that covers the city."
        raise SourceError.of(str(source), [Problem(source.name, "has no streets", remedy=remedy)])
    used = Counter(node for _, _, nodes, _ in ways for node in nodes)
    ends = {node for _, _, nodes, _ in ways for node in (nodes[0], nodes[-1])}
    ground = {
        node for _, tags, nodes, _ in ways if not _level(tags) for node in (nodes[0], nodes[-1])
    }
    rows, shapes = [], []
    for way, tags, nodes, points in ways:
        cuts = [i for i, node in enumerate(nodes) if used[node] > 1 or node in ends]
        level = _level(tags)
        for number, (first, last) in enumerate(pairwise(cuts), start=1):
            levels = [0 if nodes[end] in ground else level for end in (first, last)]
            ids = {"osm_id": f"{way}-{number}" if len(cuts) > 2 else str(way)}  # noqa: PLR2004
            rows.append(ids | tags | {"level_from": levels[0], "level_to": levels[1]})
            shapes.append(shapely.LineString(points[first : last + 1]))
    columns = ["osm_id", *_TAGS, "level_from", "level_to"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=shapes, crs="EPSG:4326")
