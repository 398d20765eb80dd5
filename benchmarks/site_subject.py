"""Invented streets of any number, drawn by our map and by the maps beside it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

_BLOCK = 4000
_UNKNOWN, _GOOD, _FIRST = 0.02, 70, 2027
_COLORS = ("#8c1d18", "#b5481c", "#6b7a1e", "#1f6f8b", "#4d4d4d")
_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Invented streets</title>'
# What a peer has drawn is there when the browser has shown two frames after its script.
_DRAWN = """requestAnimationFrame(() => requestAnimationFrame(() => {
performance.mark("streets-drawn"); }));"""


_DRAWN_LATER = f'map.once("idle", () => {{ {_DRAWN} }});\nwindow.peerMap = () => map;\n'


@dataclass(frozen=True)
class Made:
    """A page that was built: where it begins, and the files of its first view."""

    page: str
    files: list[str]


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


def tables(sections: gpd.GeoDataFrame) -> dict[str, Any]:
    """Invent condition, work, outcomes and years."""
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
    index = pd.MultiIndex.from_arrays([planned, _FIRST + place % 10], names=["section_id", "year"])
    kinds = np.array(["slurry_seal", "mill_overlay", "reconstruct"])[place % 3]
    work = pd.DataFrame({"treatment": kinds, "treatment_label": kinds}, index=index)
    work["length_mi"] = 0.07
    years = pd.DataFrame({"budget_usd": 1e6, "spent_usd": 1e6}, index=range(_FIRST, _FIRST + 10))
    years = years.assign(miles_repaired=9.0, miles_maintenance=9.0, miles_alteration=0.0)
    years = years.assign(pci=64.0, pci_untreated=60.0, backlog_usd=1e6).rename_axis("year")
    return {"condition": condition, "work": work, "outcomes": outcomes, "years": years}


def _assets(folder: Path, names: list[str]) -> None:
    source = resources.files("norwalk_geo") / "assets"
    (folder / "assets").mkdir(parents=True)
    for name in names:
        (folder / "assets" / Path(name).name).write_bytes((source / name).read_bytes())


def _given(sections: gpd.GeoDataFrame, invented: dict[str, Any]) -> Any:  # noqa: ANN401 - imported late
    """Put together what a site is made from."""
    from norwalk_geo import schema
    from norwalk_geo.website import pages

    summary = {
        "city": "Inventedville",
        "notice": "Invented streets",
        "version": "0",
        "as_of": "2026-07-01",
        "inputs": [],
        "parameters": {},
        "fiscal_year_start": 7,
        "sections": len(sections),
        "sections_unsurveyed": int(invented["condition"]["pci"].isna().sum()),
        "centerline_miles": 1.0,
        "critical_pci": _GOOD,
        **dict.fromkeys(("pci_surveyed", "pci_now", "pci_end", "pci_end_untreated"), 60.0),
    }
    bands = schema.parameters("bands").xs("california4", level="scheme")
    every = {**invented, "sections": sections, "treatments": schema.parameters("treatments")}
    return pages.Given(every, summary, bands)


def _first_view(folder: Path, page: str) -> list[str]:
    """List a page and the files that it names, styles, scripts and fonts."""
    text = (folder / page).read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="\.\./((?:assets|data)/[^"]+\.(?:css|js))"', text)
    fonts = [f"assets/{one.name}" for one in (folder / "assets").glob("*.woff2")]
    return [page, *named, *sorted(fonts)]


def ours(sections: gpd.GeoDataFrame, invented: dict[str, Any], folder: Path) -> Made:
    """Write the whole site in two languages: every page, every file to take away, the manifest."""
    from norwalk_geo.website import pages

    folder.mkdir(parents=True)
    pages.write_site(folder, _given(sections, invented))
    views = {name: _first_view(folder, f"en/{name}.html") for name in ("index", "plan")}
    heaviest = max(views.values(), key=lambda names: _weight(folder, names))
    return Made("en/index.html", heaviest)


def _weight(folder: Path, names: list[str]) -> int:
    return sum((folder / name).stat().st_size for name in names)


def _looks(sections: gpd.GeoDataFrame, condition: pd.DataFrame) -> gpd.GeoDataFrame:
    """Take what the peers show: name, condition, a band for the color."""
    frame = sections[["street_name", "geometry"]].to_crs("EPSG:4326")
    pci = condition["pci"]
    band = np.where(pci.isna(), 4, np.digitize(pci, (25, 50, _GOOD)))
    frame["geometry"] = frame.geometry.set_precision(1e-5, mode="pointwise")
    return frame.assign(pci=pci.round(1), band=band)


def folium_geojson(sections: gpd.GeoDataFrame, invented: dict[str, Any], folder: Path) -> Made:
    """Draw the streets as folium does by default, with its library beside the page."""
    import folium

    frame = _looks(sections, invented["condition"])
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
    return Made("index.html", ["index.html", "assets/leaflet.js", "assets/leaflet.css"])


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
    invented: dict[str, Any],
    folder: Path,
    peers: tuple[str, Path],
) -> Made:
    """Draw the streets by MapLibre from PMTiles in a script: a page from disk may not fetch."""
    python, modules = peers
    frame = _looks(sections, invented["condition"])
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
    return Made("index.html", ["index.html", *files])


def timed(make: Any, *given: Any) -> tuple[Made, float, float]:  # noqa: ANN401 - any builder
    """Build a page; say how long it took, and how much of a processor."""
    begun, busy = time.perf_counter(), time.process_time()
    made = make(*given)
    return made, time.perf_counter() - begun, time.process_time() - busy
