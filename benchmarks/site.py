"""
The residents' site in Chromium: weight, first streets, panning, search, building the whole of it.

Beside it, in the same run: folium's GeoJSON, and MapLibre with PMTiles where its packages are
given (version 5: later ones are modules only, which a page from disk may not load). Pages are
opened from disk with the network off, as a city's page may be.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import site_subject as subject

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROMISED = {
    5_000: (0.7, 0.8, 40, 5),
    100_000: (4.0, 2.0, 60, 20),
    1_000_000: (4.0, 4.0, 80, 180),
}
SEARCH_MS = 50
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-sync"]
LIMIT_S = 150
_DRAG = """() => { window.gaps = []; let last = performance.now();
window.counting = true; const tick = (now) => { gaps.push(now - last); last = now;
if (window.counting) requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"""
_P95 = """() => { window.counting = false; const all = gaps.slice(2).sort((a, b) => a - b);
return all[Math.floor(all.length * 0.95)]; }"""
_SEARCH = """async () => { await norwalk.ready; const index = norwalk.search.known;
const names = index.names; const typed = [];
for (let k = 0; k < 40; k++) { const name = names[Math.floor(k * names.length / 40)];
const middle = Math.floor(name.length / 2);
typed.push(name, name.slice(0, 2), name.slice(0, 5), name.slice(0, middle) + name.slice(middle + 1),
  name + " & " + names[(k * 7) % names.length], "calle " + name.split(" ").slice(0, 2).join(" ")); }
const times = typed.map((text) => { const begun = performance.now(); index.find(text);
return performance.now() - begun; }).sort((a, b) => a - b);
const [most, p95] = [times[times.length - 1], times[Math.floor(times.length * 0.95)]];
return { most, p95, names: names.length }; }"""


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `site` and its options."""
    parser = commands.add_parser("site", help="Open maps of invented streets in Chromium.")
    parser.add_argument("--sections", type=int, nargs="*", default=list(PROMISED))
    parser.add_argument("--tiler", help="Python of an environment with freestiler.")
    parser.add_argument("--modules", type=Path, help="Folder with maplibre-gl (5) and pmtiles.")
    parser.add_argument("--json", type=Path, help="Write the figures to a file, too.")
    parser.add_argument("--only", choices=["ours", "folium", "maplibre"], help="One map alone.")
    parser.set_defaults(main=main)


def _drag(page: Page) -> float:
    """Drag the map to and fro and give the 95th percentile of the time between frames, in ms."""
    place = page.locator("#map, .folium-map").first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    if box is None:
        raise TimeoutError
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(_DRAG)
    for turn in range(4):
        page.mouse.move(x, y)
        page.mouse.down()
        way = 1 if turn % 2 else -1
        for step in range(30):
            page.mouse.move(x + way * step * 12, y + way * step * 6)
        page.mouse.up()
        page.wait_for_timeout(250)
    return float(page.evaluate(_P95))


def _zoomed(page: Page) -> float:
    """Drag at the scale of streets, too, where a large city's parts are."""
    page.evaluate("""() => norwalk.page.map.setZoom(15, { animate: false })""")
    page.wait_for_timeout(1500)
    return _drag(page)


def _drawn(page: Page) -> float:
    """Wait for the mark of the first streets; a page's policy bars Playwright's own waiting."""
    mark = "performance.getEntriesByName('streets-drawn').map((one) => one.startTime)[0] || 0"
    begun = time.monotonic()
    while time.monotonic() - begun < LIMIT_S:
        if drawn := page.evaluate(mark):
            return float(drawn)
        page.wait_for_timeout(100)
    raise TimeoutError


def measure(program: Browser, start: Path) -> dict[str, float]:
    """Open a page once to warm the disk, then measure it in a fresh context."""
    for is_measured in (False, True):
        context = program.new_context(viewport={"width": 1280, "height": 900}, offline=True)
        page = context.new_page()
        page.set_default_timeout(LIMIT_S * 1000)
        page.goto(start.as_uri(), wait_until="commit")
        found = {"drawn_s": _drawn(page) / 1000}
        if is_measured:
            found["pan_p95_ms"] = _drag(page)
            if page.evaluate("Boolean(window.norwalk && norwalk.page)"):
                found |= {f"search_{k}": v for k, v in page.evaluate(_SEARCH).items()}
                found["pan_near_p95_ms"] = _zoomed(page)
        context.close()
    return found


def _builders(options: argparse.Namespace) -> dict[str, Any]:
    """List the maps that can be made here, and say which cannot."""
    made: dict[str, Any] = {"ours": subject.ours, "folium": subject.folium_geojson}
    if options.tiler and options.modules:
        peers = (options.tiler, options.modules)
        made["maplibre"] = lambda *given: subject.maplibre_pmtiles(*given, peers)
    else:
        print("MapLibre is left out: give --tiler and --modules")
    return {k: v for k, v in made.items() if options.only in {None, k}}


def _told(name: str, found: dict[str, Any]) -> str:
    words = {
        "first_mb": "{:.2f} MB to the first view",
        "all_mb": "{:.1f} MB in all",
        "build_s": "built in {:.1f} s",
        "build_processor_s": "{:.1f} s of a processor",
        "most_mb": "at most {:,.0f} MB of memory so far",
        "drawn_s": "first streets {:.2f} s",
        "pan_p95_ms": "pan p95 {:.0f} ms",
        "pan_near_p95_ms": "near {:.0f} ms",
        "search_p95": "search p95 {:.1f} ms",
        "search_most": "at most {:.1f} ms",
        "search_names": "of {:,.0f} names",
    }
    parts = [text.format(found[key]) for key, text in words.items() if key in found]
    return f"  {name}: " + ", ".join([*parts, *([found["failed"]] if "failed" in found else [])])


def _one(program: Browser, make: Any, given: Any, folder: Path) -> dict[str, Any]:  # noqa: ANN401
    """Build a page and measure it; a page that does not open in time is told as that."""
    from playwright.sync_api import Error

    made, seconds, busy = subject.timed(make, *given, folder)
    found: dict[str, Any] = {
        "first_mb": sum((folder / name).stat().st_size for name in made.files) / 1e6,
        "all_mb": sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6,
        "build_s": seconds,
        "build_processor_s": busy,
        "most_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    try:
        found |= measure(program, folder / made.page)
    except (Error, TimeoutError) as error:
        found["failed"] = f"not drawn in {LIMIT_S} s: {str(error)[:60]}"
    return found


def main(options: argparse.Namespace) -> None:
    """Measure every size and every map."""
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium") or shutil.which("google-chrome")
    every: dict[int, dict[str, Any]] = {}
    builders = _builders(options)
    for count in options.sections:
        sections = subject.streets(count)
        given = (sections, subject.tables(sections))
        promised = PROMISED.get(count)
        print(f"{count:,} sections; promised (MB, s, ms, s): {promised or 'nothing'}")
        every[count] = {}
        for name, make in builders.items():
            with tempfile.TemporaryDirectory() as place, sync_playwright() as play:
                program = play.chromium.launch(executable_path=browser, args=OPTIONS)
                found = _one(program, make, given, Path(place) / name)
                program.close()
            every[count][name] = found
            print(_told(name, found), flush=True)
    if options.json:
        options.json.write_text(json.dumps(every, indent=1), encoding="utf-8")
