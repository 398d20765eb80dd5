"""Layers and maps: counts, words, bytes, and what a browser makes of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from browser import opened, started
from invented import bands, invented
from playwright.sync_api import Browser
from shapely import LineString

from norwalk_geo import errors, maps
from norwalk_geo.maps import blocks, changes, elements, inventory, styles

ASSETS = Path(__file__).parents[1] / "norwalk_geo" / "assets"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "`);alert(1);//${alert(1)}",
    "\"'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}{# x",
    "\u202eRTL שלום",
    "<!--<script>",
]


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    with started(browser_path) as program:
        yield program


@pytest.fixture(scope="module")
def town():
    return invented()


@pytest.fixture(scope="module")
def layers(town):
    return (
        maps.plan_layer(town.sections, town.plan.work, town.plan.outcomes, fiscal_year_start=7),
        maps.condition_layer(town.sections, town.plan.outcomes, town.condition, town.bands),
        maps.sites_layer(town.sites),
    )


def own(layer: elements.BlockLayer) -> dict:
    return json.loads(layer.blocks[0].text)


def drawn(layer: elements.BlockLayer, view: int) -> np.ndarray:
    """Look of each section in one view, as the script computes it."""
    data = own(layer)
    codes = np.array(data["base"])
    codes[np.cumsum(data["views"][view]["at"], dtype=int)] = data["views"][view]["to"]
    return codes


def test_lines_come_back_to_a_foot(town) -> None:
    block, bounds = blocks.streets_block(town.sections)
    data = json.loads(block.text)
    lon, lat = np.cumsum(data["lon"]) / 1e6, np.cumsum(data["lat"]) / 1e6
    assert data["points"] == [2] * len(town.sections)
    true = town.sections.to_crs("EPSG:4326").geometry
    assert np.allclose(lon[::2], [line.coords[0][0] for line in true], atol=2e-6)
    assert np.allclose(lat[1::2], [line.coords[1][1] for line in true], atol=2e-6)
    assert bounds == [
        [pytest.approx(lat.min()), pytest.approx(lon.min())],
        [pytest.approx(lat.max()), pytest.approx(lon.max())],
    ]


def test_a_straight_bend_is_left_out_and_a_real_one_kept(town) -> None:
    two = town.sections.iloc[:2].copy()
    x, y = 6_530_000, 1_800_000
    two["geometry"] = [
        LineString([(x, y), (x + 200, y + 0.4), (x + 400, y)]),
        LineString([(x, y), (x + 200, y + 90), (x + 400, y)]),
    ]
    assert json.loads(blocks.streets_block(two)[0].text)["points"] == [2, 3]


def test_every_section_is_in_one_band_and_the_legend_counts_them(town, layers) -> None:
    data, codes = own(layers[1]), drawn(layers[1], 0)
    pci = town.condition["pci"]
    limits = [25, 50, 70]
    city = town.plan.outcomes["status"].ne("not_city").to_numpy()
    known = pci.notna().to_numpy() & city
    assert (codes[known] == np.digitize(pci[known], limits)).all()
    labels = np.array([style["label"] for style in data["styles"]])
    assert set(labels[codes[~city]]) == {"Not maintained by the city"}
    assert set(labels[codes[city & ~known]]) == {"Never surveyed"}
    counts = [int(text.split()[0].replace(",", "")) for _, text in data["views"][0]["legend"]]
    assert sum(counts) == len(town.sections)


@pytest.mark.parametrize("scheme", ["astm7", "california4"])
def test_band_limits_are_inclusive_below(scheme: str) -> None:
    rows = bands(scheme)
    at = pd.Series([*rows["pci_min"].sort_values(), np.nan, 100.0])
    best = len(rows) - 1
    assert list(styles.band_of(at, rows)) == [*range(len(rows)), len(rows), best]


def test_only_the_first_year_stands_out_at_first(town, layers) -> None:
    codes = drawn(layers[0], 0)
    first = town.plan.work.xs(2027, level="year").index
    assert set(town.sections.index[codes == 0]) == set(first)
    later = town.plan.outcomes["status"].eq("planned") & ~town.sections.index.isin(first)
    labels = [style["label"] for style in own(layers[0])["styles"]]
    assert set(codes[later]) == {labels.index("Planned in another year of the plan")}


def test_each_year_shows_its_work_and_all_years_the_first(town, layers) -> None:
    data, work = own(layers[0]), town.plan.work
    years = sorted(work.index.get_level_values("year").unique())
    assert [view["label"] for view in data["views"]][-1] == "All years"
    for k, year in enumerate(years):
        shown = town.sections.index[drawn(layers[0], k) == k]
        assert set(shown) == set(work.xs(year, level="year").index)
    codes = drawn(layers[0], len(years))
    first = town.plan.outcomes["first_year"]
    assert (codes[first.notna()] == [years.index(y) for y in first.dropna()]).all()


def test_a_year_without_work_can_be_chosen(town) -> None:
    layer = maps.plan_layer(town.sections, town.plan.work, town.plan.outcomes, years=[2040])
    labels = [view["label"] for view in own(layer)["views"]]
    assert labels[-2] == "fiscal year 2040"


def test_statuses_differ_in_more_than_shade() -> None:
    looks = [*styles.STATUS.values(), *styles.year_styles([2027], 7)]
    assert len({(look.width, look.dash) for look in looks}) == len(looks)


def contrast(color: str, other: tuple[float, float, float]) -> float:
    """Contrast of two colors as WCAG 2 defines it."""

    def light(parts) -> float:
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pair = sorted([light([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]), light(other)])
    return (pair[1] + 0.05) / (pair[0] + 0.05)


@pytest.mark.parametrize("scheme", ["astm7", "california4"])
def test_lines_contrast_with_the_page(scheme: str) -> None:
    page = (0xF7 / 255, 0xF7 / 255, 0xF4 / 255)
    looks = [*styles.band_styles(bands(scheme)), *styles.STATUS.values()]
    looks += styles.year_styles(list(range(2027, 2047)), 7)
    looks += [*changes._LOOKS.values(), changes._NONE, *inventory._REST.values()]
    assert min(contrast(look.color, page) for look in looks) >= 3


def test_sentences_promise_nothing(town, layers) -> None:
    data = own(layers[0])
    planned = [text for text in data["texts"] if text.startswith("Planned")]
    assert planned
    assert all("draft" in text and text.endswith("Dates can change.") for text in planned)
    assert "98,765" not in layers[0].blocks[0].text
    assert "SECRET" not in layers[0].blocks[0].text
    assert len(data["says"]["at"]) == len(data["says"]["text"])
    places = np.cumsum(data["says"]["at"])
    assert set(places) == set(range(len(town.sections)))


def test_a_condition_below_a_limit_is_not_rounded_up_to_it() -> None:
    assert maps.pci_text(69.96) == "69.9"


def test_unlike_ids_are_named(town) -> None:
    with pytest.raises(errors.SchemaError, match=r"condition: 1 problem\n.*s00003"):
        maps.condition_layer(
            town.sections, town.plan.outcomes, town.condition.drop("s00003"), town.bands
        )
    stray = town.plan.work.rename(index={"s00000": "elsewhere"}, level="section_id")
    with pytest.raises(errors.SchemaError, match="elsewhere"):
        maps.plan_layer(town.sections, stray, town.plan.outcomes)


def test_a_shuffled_table_draws_the_same(town, layers) -> None:
    order = np.random.default_rng(3).permutation(len(town.sections))
    again = maps.condition_layer(
        town.sections, town.plan.outcomes.iloc[order], town.condition.iloc[order], town.bands
    )
    assert again.blocks == layers[1].blocks


def test_sections_without_a_coordinate_system_raise(town) -> None:
    with pytest.raises(errors.CrsError, match="no coordinate system"):
        blocks.streets_block(town.sections.set_crs(None, allow_override=True))


def test_a_layer_that_needs_the_network_is_refused(layers) -> None:
    tiles = folium.TileLayer("https://example.org/{z}/{x}/{y}.png", attr="x")
    with pytest.raises(errors.NorwalkError, match="TileLayer: needs the network"):
        maps.compose(layers[1], tiles)


def test_a_map_of_nothing_says_so() -> None:
    with pytest.raises(errors.NorwalkError, match="bounds: are not known"):
        maps.compose()


def test_lines_are_in_the_page_once_for_all_layers(layers) -> None:
    text = maps.compose(*layers).get_root().render()
    assert text.count('id="streets-') == 1


def test_the_map_has_no_address_and_the_same_bytes(town) -> None:
    def page() -> str:
        layer = maps.condition_layer(town.sections, town.plan.outcomes, town.condition, town.bands)
        return maps.compose(layer, maps.sites_layer(town.sites)).get_root().render()

    text = page()
    assert text == page()
    markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", markup)
    assert "url(" not in text.replace("url(#", "")
    assert "sourceMappingURL" not in text
    assert "user-scalable" not in text


def test_vendored_files_are_as_they_came() -> None:
    listed = re.findall(
        r"\| `(leaflet-[^`]+)` .* `([0-9a-f]{64})` \|", (ASSETS / "README.md").read_text()
    )
    assert len(listed) == 3
    for name, digest in listed:
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest


def hostile_map(town, text: str) -> folium.Map:
    """Put a text wherever a map shows one."""
    sections = town.sections.assign(street_name=text, from_street=text)
    work = town.plan.work.assign(treatment_label=text)
    outcomes = town.plan.outcomes
    named = town.bands.rename(index={"Good": text})
    where = sections.geometry.iloc[:2].centroid
    return maps.compose(
        maps.plan_layer(sections, work, outcomes, name=text),
        maps.condition_layer(sections, outcomes, town.condition, named, name=f"2 {text}"),
        maps.changes_layer(sections, changed(sections, text), name=f"3 {text}", notice=text),
        maps.assets_layer(sections, *assets(where, text), name=f"4 {text}"),
        maps.sites_layer(town.sites.assign(name=text, facts=text), name=text),
        maps.barriers_layer(barriers(where, text), name=f"5 {text}"),
        title=text,
    )


def changed(sections: gpd.GeoDataFrame, text: str) -> pd.DataFrame:
    """One section whose work is another."""
    index = pd.MultiIndex.from_tuples(
        [(sections.index[0], 2027, 2028)], names=["section_id", "year_before", "year_after"]
    )
    words = {"change": "moved", "treatment_before": text, "treatment_after": text}
    return pd.DataFrame(words, index=index)


def assets(where: gpd.GeoSeries, text: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Two trees, one of them with work, and what the plan does with them."""
    trees = gpd.GeoDataFrame(
        {"asset_kind": "tree", "name": text, "next_work": text, "asset_condition": text}
        | {"year": [2027, None]},
        index=pd.Index(["t1", "t2"], name="asset_id"),
        geometry=list(where),
        crs=where.crs,
    )
    said = {"status": ["planned", "other"], "reason": text}
    return trees, pd.DataFrame(said, index=trees.index)


def barriers(where: gpd.GeoSeries, text: str) -> gpd.GeoDataFrame:
    """Two barriers."""
    parts = dict.fromkeys(("severity_part", "place_part", "people_part", "equity_part"), 0.5)
    rows = {"rank": [1, 2], "location": text, "feature": text, "obstacle": text, "score": 2.0}
    index = pd.Index(["b1", "b2"], name="barrier_id")
    return gpd.GeoDataFrame(rows | parts, index=index, geometry=list(where), crs=where.crs)


def test_layers_are_drawn_by_the_script_of_the_site(layers) -> None:
    text = maps.compose(*layers).get_root().render()
    for name in ("columns.js", "map.js"):
        assert (ASSETS / "site" / name).read_text(encoding="utf-8").strip() in text


@pytest.mark.browser
def test_a_map_opens_alone_and_draws(layers, tmp_path: Path, chromium: Browser) -> None:
    file = tmp_path / "map.html"
    maps.compose(*layers, title="Invented streets").save(str(file))
    with opened(chromium, file) as page:
        assert page.title() == "Invented streets"
        assert page.locator(".nw-map").get_attribute("data-drawn") == "84"
        assert page.evaluate(PIXELS) > 1000
        page.get_by_role("radio", name="Condition at the latest survey").check()
        assert "Never surveyed" in page.locator(".nw-legend").inner_text()


CLICK = """() => { const { map } = norwalk.started[0];
map.closePopup(); map.fire('click', { latlng: map.getCenter() }); }"""
PIXELS = """() => [...document.querySelectorAll('.nw-tiles canvas')].reduce((sum, one) => {
    const data = one.getContext('2d').getImageData(0, 0, one.width, one.height).data;
    for (let k = 3; k < data.length; k += 4) sum += data[k] > 128;
    return sum;
}, 0)"""


@pytest.mark.browser
@pytest.mark.parametrize("every", [HOSTILE, HOSTILE[::-1]], ids=["one way", "the other"])
def test_hostile_text_only_shows(town, every: list[str], tmp_path: Path, chromium: Browser) -> None:
    """All of it in every place; what one text may hide from another, the other order shows."""
    file, text = tmp_path / "map.html", " ".join(every)
    hostile_map(town, text).save(str(file))
    with opened(chromium, file) as page:
        assert page.title().split() == text.split()
        page.locator(".nw-site-icon").first.click()
        assert page.locator(".nw-title").inner_text() == text
        radios = page.locator("input[name=nw-layer]")
        for place in range(radios.count()):
            radios.nth(place).check()
            page.evaluate(CLICK)
            page.locator(".nw-title", has_text=text).wait_for()
        radios.nth(1).check()
        assert text in page.locator(".nw-legend").inner_text()
        assert page.evaluate("document.querySelectorAll('img, main svg[onload]').length") == 0


def test_a_layer_also_works_on_a_plain_folium_map(town) -> None:
    plain = folium.Map(location=[33.9, -118.08], tiles=None)
    maps.condition_layer(
        town.sections, town.plan.outcomes, town.condition, town.bands, name="`${x}<b>"
    ).add_to(plain)
    folium.LayerControl().add_to(plain)
    text = plain.get_root().render()
    assert "norwalk.streets(" in text
    assert r"\u0026#96;\u0026#36;\u0026#123;x\u0026#125;\u0026lt;b\u0026gt;" in text
