"""An OpenStreetMap extract → what one can go on, and places to go to, read without a network."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.network import known_crs

__all__ = ["edges_from_osm", "places_from_osm"]

_Way: TypeAlias = tuple[int, dict[str, str], list[int], list[tuple[float, float]]]
_Tags: TypeAlias = dict[str, str]

_KINDS = {
    **dict.fromkeys(("footway", "pedestrian", "corridor", "platform", "crossing"), "walk"),
    **dict.fromkeys(("path", "track", "bridleway", "cycleway", "trail"), "path"),
    "steps": "steps",
}
_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
_STREETS = {*_ROADS, *(f"{one}_link" for one in _ROADS), "unclassified", "residential"}
_STREETS |= {"living_street", "service", "road"}
_FAST = {"motorway", "motorway_link", "trunk", "trunk_link"}
_YES, _NO = {"yes", "designated", "permissive", "destination"}, {"no", "private"}
_FIRM = {"paved", "asphalt", "concrete", "concrete:plates", "concrete:lanes", "paving_stones"}
_FIRM |= {"metal", "wood", "chipseal", "bricks"}
_LOOSE = {"unpaved", "gravel", "fine_gravel", "dirt", "earth", "ground", "grass", "sand", "mud"}
_LOOSE |= {"pebblestone", "woodchips"}
_LOW, _HIGH = {"lowered", "flush", "no"}, {"raised", "yes", "regular"}
_SIDES = {"both": "both", "left": "left", "right": "right", "no": "no", "none": "no"}
_ONE_WAY = {"yes": "with", "1": "with", "true": "with", "-1": "against", "no": "no"}
_BIKEWAYS = {"lane": "lane", "track": "separated", "no": "mixed", "shared_lane": "mixed"}
_KMH_PER_MPH, _INCHES_PER_M, _STEEPEST = 1.609344, 39.3701, 45


def _refused(source: Path, what: str, remedy: str) -> SourceError:
    """Make the error of an extract that cannot be used."""
    return SourceError.of(str(source), [Problem(source.name, what, remedy=remedy)])


def _objects(source: Path, keys: tuple[str, ...], *, areas: bool = False) -> Iterator[Any]:
    """Read nodes with one of the keys, and ways or areas, with their places."""
    try:
        import osmium
    except ModuleNotFoundError:
        remedy = "Install it with: pip install 'osmium>=4.0' (or make install-dev)."
        raise _refused(source, "needs the package osmium", remedy) from None
    try:
        wanted, keyed = osmium.osm.NODE | osmium.osm.WAY, osmium.filter.KeyFilter(*keys)
        if not areas:
            reader = osmium.FileProcessor(str(source), wanted)
            yield from reader.with_locations().with_filter(keyed)
            return
        # Areas of closed ways and of relations; the ways themselves are left out.
        every: Any = osmium.FileProcessor(str(source)).with_areas(keyed).with_filter(keyed)
        yield from (one for one in every if one.is_node() or one.is_area())
    except RuntimeError as error:
        raise _refused(source, f"cannot be read ({error})", "Download it again.") from None


def _read(source: Path) -> tuple[list[_Way], dict[int, str]]:
    """Read the ways that one can go on, and the nodes whose kerb is known."""
    ways, kerbs = [], {}
    for one in _objects(source, ("highway", "kerb")):
        tags = dict(one.tags)
        if one.is_node():
            if "kerb" in tags:
                kerbs[one.id] = tags["kerb"]
            continue
        if tags.get("highway") not in _STREETS | _KINDS.keys() or tags.get("area") == "yes":
            continue
        placed = [node for node in one.nodes if node.location.valid()]
        points = [(node.lon, node.lat) for node in placed]
        if len(points) > 1:
            ways.append((one.id, tags, [node.ref for node in placed], points))
    return ways, kerbs


def _number(text: str) -> float | None:
    """Read the number at the head of a tag."""
    found = re.match(r"\s*(-?\d+(?:\.\d+)?)", text)
    return float(found.group(1)) if found else None


def _slope(text: str) -> float | None:
    """Read a slope in percent; `up` and `down` say none."""
    number = _number(text)
    if number is None or not text.strip().endswith(("%", "°")):
        return None
    if text.strip().endswith("°"):
        return float(np.tan(np.radians(number)) * 100) if abs(number) < _STEEPEST else None
    return number if abs(number) <= 100 else None  # noqa: PLR2004


def _access(tags: _Tags, keys: tuple[str, ...], *, default: str | None) -> str | None:
    """Read whether a mode may go there: the most special tag that says so."""
    for key in keys:
        if (said := tags.get(key)) in _YES | _NO:
            return "yes" if said in _YES else "no"
    return default


def _kind(tags: _Tags) -> str:
    """Say what a way is to somebody on foot."""
    if tags["highway"] == "crossing" or "crossing" in (tags.get("footway"), tags.get("path")):
        return "crossing"
    return _KINDS.get(tags["highway"], "street")


def _meaning(tags: _Tags, classes: dict[str, str]) -> dict[str, object]:
    """Say what the tags of a way mean in our columns; what they do not say is not known."""
    kind, fast = _kind(tags), "no" if tags["highway"] in _FAST else None
    width, speed = _number(tags.get("width", "")), _number(tags.get("maxspeed", ""))
    mph = speed if "mph" in tags.get("maxspeed", "") else speed and speed / _KMH_PER_MPH
    lanes, surface = _number(tags.get("lanes", "")), tags.get("surface")
    roundabout = "with" if tags.get("junction") == "roundabout" else None
    return {
        "kind": kind,
        "running_slope_pct": _slope(tags.get("incline", "")),
        "width_in": width * _INCHES_PER_M if width and kind != "street" else None,
        "is_paved": True if surface in _FIRM else False if surface in _LOOSE else None,
        "sidewalk": _SIDES.get(tags.get("sidewalk", "")),
        "functional_class": classes.get(tags["highway"]),
        "speed_mph": mph if mph and 1 <= mph <= 100 else None,  # noqa: PLR2004
        "lanes": lanes if lanes and 1 <= lanes <= 16 and lanes % 1 == 0 else None,  # noqa: PLR2004
        "bikeway": _BIKEWAYS.get(tags.get("cycleway", "")),
        "one_way": _ONE_WAY.get(tags.get("oneway", ""), roundabout),
        "foot_access": _access(tags, ("foot", "access"), default=fast),
        "wheelchair_access": {"no": "no", "yes": "yes"}.get(tags.get("wheelchair", "")),
        "bike_access": _access(tags, ("bicycle", "access"), default=fast),
        "car_access": _access(tags, ("motor_vehicle", "access"), default=None),
    }


def _ramps(kind: object, nodes: list[int], kerbs: dict[int, str]) -> bool | None:
    """Say whether there is no high kerb, as far as kerbs are known."""
    # A kerb where a walk ends is the crossing's; one in its middle stands in the way.
    passed = nodes if kind == "crossing" else nodes[1:-1] if kind in {"walk", "path"} else []
    said = [kerbs[node] for node in passed if node in kerbs]
    if any(one in _HIGH for one in said):
        return False
    if kind != "crossing":
        return None
    return True if sum(one in _LOW for one in said) > 1 else None


def edges_from_osm(source: Path | str, *, crs: str) -> gpd.GeoDataFrame:
    """
    Read what one can go on from an OpenStreetMap extract: streets, walks, crossings, paths, steps.

    Ways are cut at the nodes that they share; ways that cross without a shared node do not meet.
    What the tags do not say (most slopes, widths and kerbs) is not known. A kerb that is mapped as
    a node counts for the crossing that it is on, and in the middle of a walk; of crossings that are
    drawn as a node alone on the street nothing is read.

    Parameters
    ----------
    source
        `.osm.pbf` or `.osm`.
    crs
        Projected system to bring the lines into.

    Returns
    -------
    edges
        The table `edges`; an id is `w`, the way's number, and that of its piece.

    Raises
    ------
    SourceError
        The package osmium is not installed, the file cannot be read, or has no ways.
    CrsError
        The system is not known or is in degrees.
    """
    source = Path(source)
    system = known_crs(crs)
    ways, kerbs = _read(source)
    if not ways:
        raise _refused(source, "has no ways to go on", "Choose an extract that covers the city.")
    tags = schema.parameters("osm_tags").reset_index()
    of_class = tags[tags["tag"].eq("highway") & tags["column"].eq("functional_class")]
    classes = dict(zip(of_class["tag_value"], of_class["means"], strict=True))
    used = Counter(node for _, _, nodes, _ in ways for node in nodes)
    rows, shapes = [], []
    for way, said, nodes, points in ways:
        last = len(nodes) - 1
        cuts = [i for i, node in enumerate(nodes) if used[node] > 1 or i in {0, last}]
        meaning = _meaning(said, classes)
        for number, (first, then) in enumerate(pairwise(cuts), start=1):
            ends = {"from_node": f"n{nodes[first]}", "to_node": f"n{nodes[then]}"}
            ramps = _ramps(meaning["kind"], nodes[first : then + 1], kerbs)
            rows.append(
                {"edge_id": f"w{way}-{number}"} | ends | meaning | {"has_curb_ramps": ramps}
            )
            shapes.append(shapely.LineString(points[first : then + 1]))
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs="EPSG:4326").to_crs(system)
    return gpd.GeoDataFrame(schema.check(frame[frame.length > 0], "edges"))


def places_from_osm(
    source: Path | str, *, crs: str, tags: pd.DataFrame | None = None
) -> gpd.GeoDataFrame:
    """
    Read places to go to from an OpenStreetMap extract: parks, schools, food, clinics, stops.

    Parameters
    ----------
    source
        `.osm.pbf` or `.osm`.
    crs
        Projected system to bring the places into.
    tags
        Which tag stands for which kind. By default the file `place_tags` that ships.

    Returns
    -------
    places
        The table `places`: `kind`, `name` and a point, or the area of a closed way or a relation.

    Raises
    ------
    SourceError
        The package osmium is not installed, or the file cannot be read.
    CrsError
        The system is not known or is in degrees.
    """
    source, system = Path(source), known_crs(crs)
    table = schema.parameters("place_tags") if tags is None else tags
    kinds = dict(table["kind"])
    keys = tuple(sorted({one.split("=", 1)[0] for one in kinds}))
    rows, shapes = [], []
    for one in _objects(source, keys, areas=True):
        found = [kinds[tag] for tag in (f"{t.k}={t.v}" for t in one.tags) if tag in kinds]
        if not found:
            continue
        if one.is_node():
            name, shape = f"n{one.id}", shapely.Point(one.location.lon, one.location.lat)
        else:
            name = f"{'w' if one.from_way() else 'r'}{one.orig_id()}"
            shape = shapely.MultiPolygon([_polygon(one, ring) for ring in one.outer_rings()])
        rows.append((name, found[0], one.tags.get("name")))
        shapes.append(shapely.make_valid(shape))
    frame = pd.DataFrame(rows, columns=["site_id", "kind", "name"]).set_index("site_id")
    frame = schema.check(frame.astype("str").where(frame.notna()), "places")
    placed = gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")
    return placed.to_crs(system).sort_index(kind="stable")


def _polygon(area: Any, outer: Any) -> shapely.Polygon:  # noqa: ANN401 - osmium has no types
    """Draw one part of an area with its holes."""
    shell, *holes = (
        [(node.lon, node.lat) for node in ring] for ring in (outer, *area.inner_rings(outer))
    )
    return shapely.Polygon(shell, holes)
