"""The site's map: columns that come back, parts of a large city, search, keys, links and print."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from browser import opened, started
from hypothesis import given
from hypothesis import strategies as st
from invented import invented
from playwright.sync_api import Browser, Page
from shapely import box
from test_maps import HOSTILE, PIXELS

from norwalk_geo import errors, maps
from norwalk_geo.website import columns, columns_pack, columns_search, columns_split

ASSETS = Path(__file__).parents[1] / "norwalk_geo" / "assets"
SCRIPTS = (
    "leaflet-1.9.4/leaflet.js",
    *(f"site/{n}.js" for n in ("columns", "map", "search", "map-page")),
)
STYLES = ("leaflet-1.9.4/leaflet.css", "site/map.css")
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    with started(browser_path) as program:
        yield program


@pytest.fixture(scope="module")
def town():
    return invented()


def drawings_of(town, sections: gpd.GeoDataFrame) -> dict[str, maps.Drawing]:
    plan, outcomes = town.plan, town.plan.outcomes
    return {
        "plan": maps.plan_drawing(sections, plan.work, outcomes, fiscal_year_start=7),
        "condition": maps.condition_drawing(sections, outcomes, town.condition, town.bands),
    }


def write_page(folder: Path, town, sections: gpd.GeoDataFrame | None = None) -> columns.Split:
    """Write a page as the site does, with its strict policy."""
    sections = town.sections if sections is None else sections
    drawn = drawings_of(town, sections)
    (folder / "data").mkdir(parents=True)
    ground = gpd.GeoDataFrame(
        {"kind": ["boundary"]}, geometry=[box(*sections.total_bounds)], crs=sections.crs
    )
    split = columns.write_streets(folder / "data", sections, drawn, ground=ground)
    columns.write_words(folder / "data", split, drawn, sites=maps.sites_values(town.sites))
    for name in (*SCRIPTS, *STYLES):
        (folder / Path(name).name).write_bytes((ASSETS / name).read_bytes())
    tags = [f'<link rel="stylesheet" href="{Path(name).name}">' for name in STYLES]
    named = [*(Path(name).name for name in SCRIPTS), *(f"data/{n}" for n in columns.scripts(split))]
    scripts = [f'<script src="{name}"></script>' for name in named]
    (folder / "index.html").write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Map</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<link rel="icon" href="data:,">{"".join(tags)}</head><body><main><h1>Map</h1>'
        '<form role="search"><label for="street">Street</label><input id="street">'
        '<button>Find</button></form><p id="found" role="status"></p><div id="map-controls"></div>'
        '<div id="map" class="nw-map" role="region" aria-label="Map" tabindex="0" '
        'data-folder="data/"></div><p id="map-status" role="status"></p><div id="map-key"></div>'
        f'<div id="map-table"></div></main>{"".join(scripts)}</body></html>',
        encoding="utf-8",
    )
    return split


def read(folder: Path, name: str) -> dict[str, Any]:
    """Read a file of columns as the page does, by another hand."""
    text = (folder / f"{name}.js").read_text(encoding="utf-8")
    data = json.loads(re.search(r'\["[^"]+"\]=(\{.*\});\n$', text, re.DOTALL)[1])
    raw = zlib.decompress(base64.b64decode(data["bytes"]))
    found: dict[str, Any] = {}
    at = 0
    for key, kind, count in data["columns"]:
        if kind.startswith("t"):
            lines = raw[at : at + count].decode()
            found[key] = lines.split("\n") if kind == "t" else []
            at += count
            continue
        width = int(kind[1])
        planes = [raw[at + k * count : at + (k + 1) * count] for k in range(width)]
        values = [sum(p[i] << (8 * k) for k, p in enumerate(planes)) for i in range(count)]
        if kind != "u1":
            values = [-(v + 1) // 2 if v % 2 else v // 2 for v in values]
        found[key] = list(np.cumsum(values, dtype=int)) if kind[0] == "d" else values
        at += count * width
    return found


@given(
    numbers=st.lists(st.integers(-(2**29), 2**29)),
    small=st.lists(st.integers(0, 255)),
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)
def test_columns_come_back(tmp_path_factory, numbers, small, texts) -> None:
    folder = tmp_path_factory.mktemp("columns")
    text = columns_pack.pack(
        "x", numbers={"n": numbers, "s": small}, rising={"r": numbers}, texts={"t": texts}
    )
    assert "<" not in text
    (folder / "x.js").write_text(text, encoding="utf-8")
    back = read(folder, "x")
    assert (back["n"], back["s"], back["r"]) == (numbers, small, numbers)
    assert back["t"] == [" ".join(one.splitlines()) for one in texts]


def test_lines_looks_and_sentences_are_those_of_the_tables(town, tmp_path: Path) -> None:
    split = write_page(tmp_path, town)
    data, says = read(tmp_path / "data", "streets-0"), read(tmp_path / "data", "says-en-0")
    rows = town.sections.loc[data["ids"]]
    assert sorted(data["ids"]) == sorted(town.sections.index)
    assert [split.ids[k] for k in np.argsort(split.place)] == data["ids"]
    true = rows.to_crs("EPSG:4326").geometry
    assert np.allclose(
        np.array(data["lon"][::2]) / columns_split.SCALE, [g.coords[0][0] for g in true], atol=3e-6
    )
    assert [data["words"][k] for k in data["street"]] == list(rows["street_name"])
    drawn = drawings_of(town, town.sections)
    where = town.sections.index.get_indexer(data["ids"])
    for key, drawing in drawn.items():
        for k, view in enumerate(drawing.views):
            codes = np.array(data[f"{key}.base"])
            codes[data[f"{key}.{k}.at"]] = data[f"{key}.{k}.to"]
            assert (codes == view.codes[where]).all()
        told = pd.Series(
            [says[f"{key}.texts"][k] for k in says[f"{key}.text"]],
            [data["ids"][k] for k in says[f"{key}.at"]],
        )
        for one in data["ids"][:9]:
            assert list(told.loc[[one]]) == list(drawing.texts.loc[[one]])


def test_the_same_tables_give_the_same_bytes(town, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_page(tmp_path / name, town)
    for file in sorted((tmp_path / "one" / "data").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / "data" / file.name).read_bytes()


def test_a_missing_word_and_a_foreign_drawing_are_named(town, tmp_path: Path) -> None:
    drawn = drawings_of(town, town.sections)
    split = columns.write_streets(tmp_path, town.sections, drawn)
    words = {key: text for key, text in columns.WORDS.items() if key not in {"legend", "only"}}
    with pytest.raises(errors.ConfigError, match=r"2 problems\n.*legend[\s\S]*only"):
        columns.write_words(tmp_path, split, drawn, words=words)
    with pytest.raises(errors.ConfigError, match="looks of 84 sections, not of 83"):
        columns.write_streets(tmp_path, town.sections.iloc[1:], drawn)
    with pytest.raises(errors.CrsError, match="no coordinate system"):
        columns.write_streets(tmp_path, town.sections.set_crs(None, allow_override=True), drawn)


def test_the_script_says_in_english_what_the_catalogues_translate() -> None:
    text = (ASSETS / "site" / "map.js").read_text(encoding="utf-8")
    own = dict(
        re.findall(
            r'^    (\w+): "(.*)",$',
            text.partition("const words = {")[2].partition("};")[0],
            re.MULTILINE,
        )
    )
    assert len(own) > 5
    assert own == {key: columns.WORDS[key] for key in own}
    every = "".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS[1:])
    asked = set(re.findall(r'say\(\s*"(\w+)"', every))
    assert asked <= columns.WORDS.keys()


def test_a_large_city_is_cut_into_areas(monkeypatch, town, tmp_path: Path) -> None:
    for name, size in (("WHOLE", 40), ("PART", 25), ("OVERVIEW", 20)):
        monkeypatch.setattr(columns_split, name, size)
    split = write_page(tmp_path, town)
    assert split.parts == 4
    found = [read(tmp_path / "data", f"streets-{k}")["ids"] for k in range(4)]
    assert sorted(one for ids in found for one in ids) == sorted(town.sections.index)
    assert all(len(ids) <= 25 for ids in found)
    assert len(read(tmp_path / "data", "overview")["points"]) == 20
    assert columns.scripts(split)[2] == "overview.js"


def test_words_of_names() -> None:
    same = columns_search.spoken_words()["same"]
    read_as = lambda text: columns_search.words_of(text, same)  # noqa: E731
    assert read_as("Álamo Blvd.") == ["alamo", "boulevard"] == read_as("ALAMO BOULEVARD")
    assert read_as("St. James St") == ["saint", "james", "street"]
    assert read_as("Calle 1ª Norte") == ["street", "1", "north"]
    assert read_as("O’Neill Avenida") == ["oneill", "avenue"]


NAMES = [
    "Álamo Blvd",
    "Alondra Blvd",
    "Orr and Day Rd",
    "San Antonio Dr",
    "1st St",
    "Norwalk Blvd",
    "St. James Ave",
]


@pytest.fixture(scope="module")
def named(town) -> gpd.GeoDataFrame:
    """The invented streets under names that people may type in many ways."""
    old = sorted(set(town.sections["street_name"]))
    new = {name: NAMES[k] if k < len(NAMES) else name for k, name in enumerate(old)}
    every = {c: town.sections[c].map(new) for c in ("street_name", "from_street", "to_street")}
    return town.sections.assign(**every)


CORNER = """() => { const { map, home } = norwalk.page;
map.setView(home.getSouthWest(), 19, { animate: false }); }"""
VIEW = """() => { const { map } = norwalk.page; const { lat, lng } = map.getCenter();
return [lat, lng, map.getZoom()]; }"""
SHOW = "(text) => norwalk.page.showStreet(text, true).then(() => undefined)"
FIND = """(text) => norwalk.ready.then(() =>
norwalk.search.known.find(text).found.map((one) => one.label))"""


@pytest.mark.browser
def test_search_finds_what_people_type(town, named, tmp_path: Path, chromium: Browser) -> None:
    write_page(tmp_path, town, named)
    with opened(chromium, tmp_path / "index.html") as page:
        for typed, meant in {
            "alamo": "Álamo Blvd",
            "ALAMO BOULEVARD": "Álamo Blvd",
            "Bulevar Álamo": "Álamo Blvd",
            "alondar blvd": "Alondra Blvd",
            "Alnodra": "Alondra Blvd",
            "alon": "Alondra Blvd",
            "orr and day road": "Orr and Day Rd",
            "sanantonio": "San Antonio Dr",
            "san antonoi drive": "San Antonio Dr",
            "First Street": "1st St",
            "12700 norwalk blvd": "Norwalk Blvd",
            "12700 block of norwalk": "Norwalk Blvd",
            "saint james": "St. James Ave",
            "alondra between": "Alondra Blvd",
            "alondra entre nor": "Alondra Blvd",
            "alondra y": "Alondra Blvd",
        }.items():
            assert page.evaluate(FIND, typed)[0] == meant, typed
        own = sorted({str(n) for n in named["street_name"]} - set(NAMES))
        other = own[0]
        assert page.evaluate(FIND, f"alondra & {other}")[0] == f"Alondra Blvd at {other}"
        assert page.evaluate(FIND, f"esquina de álamo y {other}")[0] == f"Álamo Blvd at {other}"
        assert page.evaluate(FIND, "zzzz") == page.evaluate(FIND, " ") == []
        same = columns_search.spoken_words()["same"]
        for text in [*named["street_name"].unique(), *HOSTILE, "Ñandú 2nd Av.", "𝒳 İstanbul"]:
            script = "(text) => norwalk.search.wordsOf(text, norwalk.store.spoken.same)"
            assert page.evaluate(script, text) == columns_search.words_of(text, same)


def typed(page: Page, text: str) -> str:
    page.locator("#street").fill(text)
    page.locator("#street").press("Enter")
    page.locator("#found", has_text="marked on the map").wait_for()
    return page.locator("#found").inner_text()


@pytest.mark.browser
def test_a_crossing_and_a_block_are_marked(town, tmp_path: Path, chromium: Browser) -> None:
    write_page(tmp_path, town)
    way, one, other = "Invented 2 Street", "Example 1 Avenue", "Example 4 Avenue"
    rows = town.sections
    on_way = rows["street_name"].eq(way)
    touching = rows[["from_street", "to_street"]]
    with opened(chromium, tmp_path / "index.html") as page:
        said = typed(page, f"{way} y {one}")
        crossing = (on_way & touching.eq(one).any(axis=1)) | (
            rows["street_name"].eq(one) & touching.eq(way).any(axis=1)
        )
        assert said == f"{way} at {one}: {crossing.sum()} sections meet here, marked on the map."
        page.locator("#street").fill(f"{way} entre {one} y {other}")
        page.locator("#street").press("Enter")
        page.locator("#found", has_text="between").wait_for()
        assert "3 sections" in page.locator("#found").inner_text()
        assert page.locator("#map-table tbody tr").count() == 3


@pytest.mark.browser
def test_everything_by_keys_and_by_links(town, tmp_path: Path, chromium: Browser) -> None:
    write_page(tmp_path, town)
    with opened(chromium, tmp_path / "index.html") as page:
        assert page.evaluate(PIXELS) > 1000
        assert page.evaluate("performance.getEntriesByName('streets-drawn').length") == 1
        page.locator("#street").press_sequentially("invented 1 str")
        assert page.locator("[role=option]").first.inner_text().startswith("Invented 1 Street")
        page.keyboard.press("ArrowDown")
        assert page.locator("#street").get_attribute("aria-activedescendant") == "nw-option-0"
        page.keyboard.press("Enter")
        page.locator("#map-table tbody tr").first.wait_for()
        shown = page.locator("#map-table tbody").inner_text()
        assert "Invented 1 Street" in shown
        assert "Condition:" in shown
        page.get_by_role("radio", name="Condition at the latest survey").check()
        assert "layer=condition" in page.url
        page.locator("#map-table button.nw-link").first.press("Enter")
        page.locator("#map-status", has_text="Selected: Invented 1 Street.").wait_for()
        address = page.url
        assert "section=s" in address
        region = page.get_by_role("region", name="Map")
        assert region.get_attribute("aria-describedby") == "nw-help"
        region.focus()
        page.keyboard.press("Enter")
        page.locator("#map-status", has_text="Selected").wait_for()
        before = page.evaluate(VIEW)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("+")
        page.wait_for_function("zoom => norwalk.page.map.getZoom() > zoom", arg=before[2])
        assert page.evaluate(VIEW)[0] > before[0]
        page.goto("about:blank")
        page.goto(address)
        page.locator("#map-status", has_text="Selected: Invented 1 Street.").wait_for()
        assert page.get_by_role("radio", name="Condition at the latest survey").is_checked()
        page.goto("about:blank")
        page.goto(address.split("#")[0] + "#layer=plan&view=2&at=16.5/33.941/-118.0605")
        page.wait_for_function("window.norwalk?.page?.map.getZoom() === 16.5")
        assert page.evaluate(VIEW)[:2] == pytest.approx([33.941, -118.0605], abs=1e-3)
        assert page.get_by_role("combobox", name="Choose").input_value() == "2"


@pytest.mark.browser
def test_parts_come_as_they_are_seen(monkeypatch, town, tmp_path: Path, chromium: Browser) -> None:
    for name, size in (("WHOLE", 40), ("PART", 25), ("OVERVIEW", 20)):
        monkeypatch.setattr(columns_split, name, size)
    monkeypatch.setattr(columns, "DETAIL_ZOOM", 17)
    write_page(tmp_path, town)
    here = "norwalk.page.city.parts.filter((part) => part.streets).length"
    with opened(chromium, tmp_path / "index.html", width=390, height=700) as page:
        assert page.locator(".nw-note").inner_text().startswith("Main streets are shown")
        assert page.evaluate(here) == 0
        page.evaluate(CORNER)
        page.wait_for_timeout(300)
        assert 1 <= page.evaluate(here) < 4
        assert typed(page, "Invented 3 Street").startswith("Invented 3 Street: 6 sections")


@pytest.mark.browser
def test_hostile_text_only_shows(tmp_path: Path, chromium: Browser) -> None:
    bad = invented()
    count = len(bad.sections)
    names = [HOSTILE[k % len(HOSTILE)] for k in range(count)]
    bad.plan.work["treatment_label"] = [HOSTILE[k % 7] for k in range(len(bad.plan.work))]
    sections = bad.sections.assign(street_name=names, from_street=names)
    sections.index = pd.Index(
        [f"{id_}{names[k]}" for k, id_ in enumerate(sections.index)], name="section_id", dtype="str"
    )
    swap = dict(zip(bad.sections.index, sections.index, strict=True))
    plan = type(bad.plan)(
        bad.plan.work.rename(index=swap, level="section_id"),
        bad.plan.outcomes.rename(index=swap),
        bad.plan.years,
    )
    bad = dataclasses.replace(bad, plan=plan, condition=bad.condition.rename(index=swap))
    write_page(tmp_path, bad, sections)
    with opened(chromium, tmp_path / "index.html") as page:
        page.evaluate("norwalk.ready.then(() => undefined)")
        page.locator("#map-table summary").click()
        for text in HOSTILE:
            page.evaluate(SHOW, text)
            row = page.locator("#map-table button.nw-link", has_text=text).first
            row.click()
            page.locator(".nw-title", has_text=text).wait_for()
            assert page.locator(".nw-title").inner_text() == text
        assert page.evaluate("document.querySelectorAll('img, main svg[onload]').length") == 0
