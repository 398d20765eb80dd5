"""The residents' page: words, privacy, and a real browser without a network."""

from __future__ import annotations

import dataclasses
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import opened, started
from invented import NOTICE, Invented, InventedPlan, invented
from playwright.sync_api import Browser
from test_maps import HOSTILE, PIXELS

from norwalk_geo import errors, website
from norwalk_geo.website import tables, words

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def render(town: Invented) -> str:
    first, named = town.given()
    return website.page(*first, **named)


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    with started(browser_path) as program:
        yield program


@pytest.fixture(scope="module")
def town() -> Invented:
    return invented()


@pytest.fixture(scope="module")
def text(town: Invented) -> str:
    return render(town)


@pytest.fixture
def file(text: str, tmp_path: Path) -> Path:
    website.publish(tmp_path, text)
    return tmp_path / "index.html"


def seen(text: str) -> str:
    """What a reader without scripts sees, roughly."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_words_come_first(town: Invented, text: str) -> None:
    read = seen(text)
    assert (
        "would go from 61.2 of 100 (Fair) when the plan begins to 68 of 100 (Fair) by June 2031"
        in read
    )
    assert "With no work it would be 51 of 100 (Fair)." in read
    assert "$9.9 million of $10.0 million" in read
    assert "between March 14, 2022 and May 1, 2024" in read
    assert "proposed, not adopted" in read
    assert text.index('id="short-title"') < text.index('class="folium-map')
    never = town.summary["sections_unsurveyed"]
    assert f"{words.amount(never, 'section')} w" in read


def test_the_notice_heads_and_ends_the_page(text: str) -> None:
    read = seen(text)
    assert read.count(NOTICE) == 2
    assert read.index(NOTICE) < read.index("Street repair plan, July")


def test_without_a_notice_there_is_no_banner(town: Invented) -> None:
    plain = dataclasses.replace(town, summary=town.summary | {"notice": ""})
    assert 'class="notice"' not in render(plain)


def test_nothing_private_is_on_the_page(text: str) -> None:
    for secret in ("SECRET", "98765", "98,765", "12.3"):
        assert secret not in text


def test_columns_that_no_schema_knows_are_dropped(town: Invented) -> None:
    assert list(tables.public(town.plan.work.assign(owner="x"), "work")) == [
        name
        for name in town.plan.work
        if name not in {"cost_usd", "cost_nominal_usd", "pci_before", "pci_after", "reason"}
    ]


def test_each_piece_of_work_is_a_row(town: Invented, text: str) -> None:
    part = text[text.index('id="work"') :]
    part = part[: part.index("</main>")]
    rows = re.findall(r"<tr><th scope=\"row\">", part)
    assert len(rows) == len(town.plan.work)
    assert part.count("<caption") == len(town.plan.years)


def test_bands_add_up(town: Invented) -> None:
    rows = tables.band_rows(town.sections, town.condition, town.plan.outcomes, town.bands)
    assert sum(int(row["sections"]) for row in rows) == len(town.sections)
    city = town.plan.outcomes["status"].ne("not_city")
    miles = sum(float(row["miles"] or 0) for row in rows)
    assert miles == pytest.approx(town.sections.length[city].sum() / 5280, abs=0.3)
    assert [row["range"] for row in rows][0::3] == ["70 to 100", "below 25"]


def test_the_same_tables_give_the_same_bytes(text: str) -> None:
    assert render(invented()) == text


def test_a_summary_that_lacks_something_is_named(town: Invented) -> None:
    short = {k: v for k, v in town.summary.items() if k not in {"city", "inputs"}}
    with pytest.raises(errors.ConfigError, match=r"(?s)2 problems.*city.*inputs"):
        render(dataclasses.replace(town, summary=short))


def test_a_city_without_work_surveys_or_sites(town: Invented) -> None:
    condition = town.condition.assign(pci=np.nan, survey_date=pd.NaT)
    outcomes = town.plan.outcomes.assign(status="not_surveyed", first_year=pd.NA)
    years = town.plan.years.assign(pci=np.nan, pci_untreated=np.nan)
    plan = InventedPlan(town.plan.work.iloc[:0], outcomes, years)
    nothing = dict.fromkeys(("pci_now", "pci_end", "pci_end_untreated", "pci_surveyed", "gap"))
    bare = Invented(
        town.sections.drop(columns=["street_name", "from_street", "to_street"]),
        condition,
        plan,
        town.summary | nothing,
        town.bands,
        town.sites.iloc[:0],
    )
    read = seen(render(bare))
    assert "average condition of the streets is not known" in read
    assert read.count("No work is planned for this year.") == len(years)


def test_years_without_a_month_are_fiscal_years(town: Invented) -> None:
    summary = {k: v for k, v in town.summary.items() if k != "fiscal_year_start"}
    read = seen(render(dataclasses.replace(town, summary=summary)))
    assert "fiscal years 2027 to 2031" in read
    assert "July 2026–June" not in read


@pytest.mark.parametrize(
    ("month", "expected"), [(7, "July 2026 to June 2031"), (1, "January 2027 to December 2031")]
)
def test_the_span_of_a_plan(town: Invented, month: int, expected: str) -> None:
    assert words.span(town.plan.years, month) == expected


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_it_opens_from_disk_and_draws(file: Path, width: int, chromium: Browser) -> None:
    with opened(chromium, file, width=width) as page:
        assert page.locator(".nw-map").get_attribute("data-drawn") == "84"
        assert page.evaluate(PIXELS) > 500
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1


@pytest.mark.browser
def test_the_year_chooser(town: Invented, file: Path, chromium: Browser) -> None:
    with opened(chromium, file) as page:
        legend = page.locator(".nw-legend")
        first = len(town.plan.work.xs(2027, level="year"))
        assert f"Planned for July 2026–June 2027 {first} sections" in legend.inner_text().replace(
            "\n", " "
        )
        before = page.evaluate(HASH)
        page.locator("#nw-view").select_option(label="July 2030–June 2031")
        page.wait_for_timeout(150)
        last = len(town.plan.work.xs(2031, level="year"))
        assert f"{last} sections planned for July 2030" in page.locator(".nw-status").inner_text()
        assert page.evaluate(HASH) != before
        page.get_by_role("radio", name="Condition at the latest survey").check()
        assert not page.locator("#nw-view").is_visible()
        assert "Failed" in legend.inner_text()


HASH = (
    """() => [...document.querySelectorAll('.nw-tiles canvas')].map((c) => c.toDataURL()).join()"""
)


@pytest.mark.browser
def test_a_street_is_found(file: Path, chromium: Browser) -> None:
    with opened(chromium, file) as page:
        page.get_by_label("Type a street").fill("example 3 AVE")
        page.keyboard.press("Enter")
        assert "6 sections of 1 street found" in page.locator("#found").inner_text()
        rows = page.locator("#results-rows tr")
        assert rows.count() == 6
        assert "Condition:" in rows.first.inner_text()
        assert "From Invented 0 Street to Invented 1 Street" in rows.first.inner_text()
        page.get_by_label("Type a street").fill("nowhere")
        page.get_by_role("button", name="Find").click()
        assert "No street of that name" in page.locator("#found").inner_text()
        assert not page.locator("#results").is_visible()


@pytest.mark.browser
def test_a_line_can_be_asked(town: Invented, file: Path, chromium: Browser) -> None:
    with opened(chromium, file) as page:
        page.evaluate(
            """() => {
                const { map, layers } = norwalk.started[0];
                const box = norwalk.bounds(layers[0].streets, [0]);
                map.fire('click', {latlng: box.getCenter()});
            }"""
        )
        shown = page.locator(".nw-popup").inner_text()
        assert town.sections["street_name"].iloc[0] in shown
        assert "Planned for July 2026–June 2027 (draft plan)" in shown
        assert "Condition:" in shown


@pytest.mark.browser
def test_print_opens_every_list_and_keeps_the_notice(file: Path, chromium: Browser) -> None:
    with opened(chromium, file) as page:
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert page.locator(".notice").is_visible()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() == 4


@pytest.mark.browser
@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_text_only_shows(
    town: Invented, bad: str, tmp_path: Path, chromium: Browser
) -> None:
    sections = town.sections.assign(street_name=bad, from_street=bad, to_street=bad)
    plan = dataclasses.replace(town.plan, work=town.plan.work.assign(treatment_label=bad))
    first = town.summary["inputs"][0]
    summary = town.summary | {
        "city": bad,
        "notice": bad,
        "version": bad,
        "inputs": [first | {"table": bad, "path": bad}],
        "parameters": {bad: {"file": bad, "sha256": bad, "unconfirmed_rows": 1, "source": bad}},
    }
    sites = town.sites.assign(name=bad, address=bad, facts=bad, source=bad)
    named = town.bands.rename(index={"Good": bad}).assign(meaning=bad)
    website.publish(
        tmp_path, render(Invented(sections, town.condition, plan, summary, named, sites))
    )
    with opened(chromium, tmp_path / "index.html") as page:
        assert page.locator(".notice").inner_text() == bad
        page.get_by_label("Type a street").fill(bad)
        page.keyboard.press("Enter")
        assert "84 sections of 1 street" in page.locator("#found").inner_text()
        assert page.locator("#results-rows th").first.inner_text() == bad
        page.get_by_role("radio", name="Condition at the latest survey").check()
        page.locator(".nw-site-icon").first.click(force=True)
        assert page.locator(".nw-title").inner_text() == bad
        assert page.evaluate("document.querySelectorAll('img, svg[onload]').length") == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(file: Path, width: int, chromium: Browser) -> None:
    if not AXE.is_file():
        reason = "axe-core is not installed (make system)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with opened(chromium, file, width=width, bypass_csp=True) as page:
        page.get_by_label("Type a street").fill("example")
        page.keyboard.press("Enter")
        page.locator(".nw-site-icon").first.click(force=True)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
        found = page.evaluate(
            "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
        )
        assert [(one["id"], len(one["nodes"])) for one in found["violations"]] == []


@pytest.mark.browser
@pytest.mark.slow
def test_five_thousand_sections_open_fast(tmp_path: Path, chromium: Browser) -> None:
    town = invented(50)
    text = render(town)
    own = len(text.encode()) - len(render(invented(1)).encode())
    assert len(town.sections) == 5_100
    assert own < 1_000_000
    website.publish(tmp_path, text)
    with opened(chromium, tmp_path / "index.html") as page:
        drawn = int(page.locator(".nw-map").get_attribute("data-drawn-ms") or 1e9)
        # The aim is 1.5 s; a shared machine gets twice that.
        assert drawn < 3_000
