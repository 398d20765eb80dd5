"""Invented streets of any number, drawn by our map and by the maps beside it."""

from __future__ import annotations

import base64
import html
import json
import shutil
import subprocess
import time
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
_BLOCK = 4000
_UNKNOWN, _GOOD = 0.02, 70
_COLORS = ("#8c1d18", "#b5481c", "#6b7a1e", "#1f6f8b", "#4d4d4d")
_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Invented streets</title>'
# What a peer has drawn is there when the browser has shown two frames after its script.
_DRAWN = """requestAnimationFrame(() => requestAnimationFrame(() => {
performance.mark("streets-drawn"); }));"""


_DRAWN_LATER = f'map.once("idle", () => {{ {_DRAWN} }});\nwindow.peerMap = () => map;\n'


def streets(count: int) -> gpd.GeoDataFrame:
    """Repeat an invented city beside itself; the copies have street names of their own."""
    from norwalk_geo import towns

    one = towns.town(min(count, _BLOCK), seed=1).streets.sections
    if count <= _BLOCK:
        return one.iloc[:count]
    west, south, east, north = one.total_bounds
    points, owner = shapely.get_coordinates(one.geometry, return_index=True)
    side = int(np.ceil(np.sqrt(count / len(one))))
    copies = []
    for k in range(int(np.ceil(count / len(one)))):
        copy = one.copy()
        shift = ((k % side) * (east - west), (k // side) * (north - south))
        copy["geometry"] = shapely.linestrings(points + shift, indices=owner)
        for column in ("street_name", "from_street", "to_street"):
            copy[column] = f"{_prefix(k)} " + one[column]
        copies.append(copy)
    whole = pd.concat(copies, ignore_index=True).iloc[:count]
    whole.index = pd.Index([f"s{k:07d}" for k in range(count)], name="section_id", dtype="str")
    return gpd.GeoDataFrame(whole, crs=one.crs)


def _prefix(copy: int) -> str:
    """Invent a word for the names of a copy; a large county has some of them several times."""
    heads, tails = ("Alder", "Bren", "Cor", "Dov", "Elm"), ("mont", "field", "ley", "by", "wick")
    return heads[copy % 5] + tails[copy // 5 % 5]


def tables(sections: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Invent condition, work and outcomes."""
    rng = np.random.default_rng(7)
    size = len(sections)
    pci = np.clip(rng.normal(62, 20, size), 0, 100).round(1)
    pci[rng.random(size) < _UNKNOWN] = np.nan
    days = pd.to_datetime("2024-03-01") + pd.to_timedelta(np.arange(size) // 400 % 300, unit="D")
    condition = pd.DataFrame({"pci": pci, "survey_date": days}, index=sections.index)
    order = np.arange(size)
    status = np.select(
        [order % 41 == 0, np.isnan(pci), order % 3 == 0, pci < _GOOD],
        ["not_city", "not_surveyed", "planned", "not_funded"],
        "not_needed",
    )
    outcomes = pd.DataFrame({"status": status}, index=sections.index)
    planned = sections.index[status == "planned"]
    place = np.arange(len(planned))
    labels = np.array(["Slurry seal", "Mill and overlay", "Reconstruction"])[place % 3]
    index = pd.MultiIndex.from_arrays([planned, 2027 + place % 10], names=["section_id", "year"])
    return condition, pd.DataFrame({"treatment_label": labels}, index=index), outcomes


def _assets(folder: Path, names: list[str]) -> None:
    source = resources.files("norwalk_geo") / "assets"
    (folder / "assets").mkdir(parents=True)
    for name in names:
        (folder / "assets" / Path(name).name).write_bytes((source / name).read_bytes())


def ours(sections: gpd.GeoDataFrame, given: tuple[pd.DataFrame, ...], folder: Path) -> list[str]:
    """Write a page with our map and search, in two languages; give the files of its first view."""
    from norwalk_geo import maps, schema
    from norwalk_geo.website import columns

    condition, work, outcomes = given
    bands = schema.parameters("bands").xs("california4", level="scheme")
    drawings = {
        "plan": maps.plan_drawing(sections, work, outcomes, fiscal_year_start=7),
        "condition": maps.condition_drawing(sections, outcomes, condition, bands),
    }
    own = ["columns.js", "map.js", "search.js", "map-page.js", "map.css"]
    leaflet = ["leaflet-1.9.4/leaflet.js", "leaflet-1.9.4/leaflet.css"]
    _assets(folder, [*leaflet, *(f"site/{name}" for name in own)])
    (folder / "data").mkdir()
    split = columns.write_streets(folder / "data", sections, drawings)
    for language in ("en", "es"):
        columns.write_words(folder / "data", split, drawings, language=language)
    styles = ["assets/leaflet.css", "assets/map.css"]
    scripts = ["assets/leaflet.js", *(f"assets/{name}" for name in own[:-1])]
    scripts += [f"data/{name}" for name in columns.scripts(split)]
    links = "".join(f'<link rel="stylesheet" href="{name}">' for name in styles)
    tags = "".join(f'<script src="{name}"></script>' for name in scripts)
    page = (
        f'{_HEAD}<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">'
        f'<link rel="icon" href="data:,">{links}<body><form id="search" role="search">'
        '<label for="street">Type a street</label> <input id="street"></form>'
        '<p id="found" role="status"></p><div id="map-controls"></div><div id="map" class="nw-map" '
        'role="region" aria-label="Map" tabindex="0" data-folder="data/"></div>'
        f'<div id="map-table"></div>{tags}'
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    return ["index.html", *styles, *scripts]


def _looks(sections: gpd.GeoDataFrame, condition: pd.DataFrame) -> gpd.GeoDataFrame:
    """Take what the peers show: name, condition, a band for the color."""
    frame = sections[["street_name", "geometry"]].to_crs("EPSG:4326")
    pci = condition["pci"]
    band = np.where(pci.isna(), 4, np.digitize(pci, (25, 50, _GOOD)))
    frame["geometry"] = frame.geometry.set_precision(1e-5, mode="pointwise")
    return frame.assign(pci=pci.round(1), band=band)


def folium_geojson(
    sections: gpd.GeoDataFrame, given: tuple[pd.DataFrame, ...], folder: Path
) -> list[str]:
    """Draw the streets as folium does by default, with its library beside the page."""
    import folium

    frame = _looks(sections, given[0])
    _assets(folder, ["leaflet-1.9.4/leaflet.js", "leaflet-1.9.4/leaflet.css"])
    west, south, east, north = frame.total_bounds
    one = folium.Map(tiles=None, prefer_canvas=True)
    one.default_js = [("leaflet", "assets/leaflet.js")]
    one.default_css = [("leaflet", "assets/leaflet.css")]
    folium.GeoJson(
        frame.reset_index(),
        style_function=lambda row: {"color": _COLORS[row["properties"]["band"]], "weight": 2},
        tooltip=folium.GeoJsonTooltip(fields=["street_name", "pci"]),
    ).add_to(one)
    one.fit_bounds([[south, west], [north, east]])
    script = f"<script>window.peerMap = () => {one.get_name()};{_DRAWN}</script></html>"
    text = one.get_root().render().replace("</html>", script)
    (folder / "index.html").write_text(text, encoding="utf-8")
    return ["index.html", "assets/leaflet.js", "assets/leaflet.css"]


def _tiles(frame: gpd.GeoDataFrame, python: str, folder: Path) -> Path:
    """Make PMTiles by freestiler, in the environment that has it."""
    lines, target = folder / "lines.parquet", folder / "streets.pmtiles"
    frame.reset_index(drop=True).to_parquet(lines)
    code = (
        "import sys, geopandas as gpd, freestiler\n"
        "freestiler.freestile(gpd.read_parquet(sys.argv[1]), sys.argv[2], layer_name='streets', "
        "min_zoom=8, max_zoom=14, quiet=True)\n"
    )
    subprocess.run([python, "-c", code, str(lines), str(target)], check=True)
    lines.unlink()
    return target


def maplibre_pmtiles(
    sections: gpd.GeoDataFrame,
    given: tuple[pd.DataFrame, ...],
    folder: Path,
    peers: tuple[str, Path],
) -> list[str]:
    """Draw the streets by MapLibre from PMTiles in a script: a page from disk may not fetch."""
    python, modules = peers
    frame = _looks(sections, given[0])
    folder.mkdir(parents=True)
    target = _tiles(frame, python, folder)
    packed = base64.b64encode(target.read_bytes()).decode()
    (folder / "tiles.js").write_text(f'window.packed = "{packed}";', encoding="utf-8")
    target.unlink()
    for name in ("maplibre-gl/dist/maplibre-gl.js", "maplibre-gl/dist/maplibre-gl.css"):
        shutil.copy(modules / name, folder)
    shutil.copy(modules / "pmtiles/dist/pmtiles.js", folder)
    start = Path(__file__).with_name("site_maplibre.js").read_text(encoding="utf-8")
    given_to = {"bounds": [float(edge) for edge in frame.total_bounds], "colors": _COLORS}
    start = f"const given = {json.dumps(given_to)};\n{start}{_DRAWN_LATER}"
    (folder / "start.js").write_text(start, encoding="utf-8")
    files = ["maplibre-gl.css", "maplibre-gl.js", "pmtiles.js", "tiles.js", "start.js"]
    tags = "".join(f'<script src="{name}"></script>' for name in files[1:])
    page = (
        f'{_HEAD}<link rel="icon" href="data:,"><link rel="stylesheet" href="{files[0]}">'
        f'<style>html, body, #map {{ height: 100%; margin: 0; }}</style><div id="map"></div>{tags}'
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    return ["index.html", *files]


def timed(make: Any, *given: Any) -> tuple[list[str], float]:  # noqa: ANN401 - any builder
    """Build a page and say how long it took."""
    begun = time.perf_counter()
    files = make(*given)
    return files, time.perf_counter() - begun
