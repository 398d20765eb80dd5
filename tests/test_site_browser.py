"""The site in a real Chromium: by keyboard, on a phone, checked for access, without a network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import barriers, started, unmarked
from playwright.sync_api import Browser, Page
from site_made import REPORTING, given
from test_site import hostile

from norwalk_geo.website import pages
from norwalk_geo.website.pages import lists

NARROW = {"width": 320, "height": 900}
WIDE = {"width": 1280, "height": 900}
OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"
LARGE = "(size) => { document.documentElement.style.fontSize = size; }"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    with started(browser_path) as program:
        yield program


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        # The last list has a page of its own, as in a larger city.
        patch.setattr(lists, "_MOST_ROWS", len(given().tables["work"]) - 1)
        patch.setattr(lists, "_FEWEST", 1)
        pages.write_site(folder, given())
    return folder


@contextmanager
def tab(
    chromium: Browser,
    *,
    width: int = 1280,
    allowed: str = "file:",
    bypass: bool = False,
    **asked: Any,
) -> Iterator[Page]:
    """Open a tab; afterwards fail if it asked elsewhere, complained, kept a cookie or rang."""
    complaints: list[str] = []
    size = {"width": width, "height": 900}
    context = chromium.new_context(viewport=size, bypass_csp=bypass, **asked)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.on(
        "request",
        lambda one: (
            None
            if one.url.startswith((allowed, "file:", "data:"))
            else complaints.append(f"asked for {one.url}")
        ),
    )
    page.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", lambda one: (complaints.append(f"dialog {one.message}"), one.dismiss()))
    try:
        yield page
        if page.context.cookies():
            complaints.append("a cookie")
    finally:
        context.close()
    assert not complaints, complaints


def load(page: Page, file: Path, hash_: str = "") -> None:
    page.goto(file.resolve().as_uri() + hash_)
    if page.locator("#map").count():
        page.wait_for_selector("#map[data-drawn]")


def search(page: Page, text: str) -> None:
    page.locator("#street").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_selector("#cards:not([hidden])")


@contextmanager
def serving(handler: Any) -> Iterator[str]:
    """Serve on this machine alone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def suggested(page: Page) -> None:
    """Type until streets are suggested, the first of them chosen."""
    page.locator("#street").press_sequentially("example")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[role=option][aria-selected=true]")


def found(page: Page) -> None:
    """Find a street, and open the card of one of its sections on the map."""
    search(page, "example 3")
    selected(page)


def selected(page: Page) -> None:
    """Open a section on the map, its table and every other list."""
    page.evaluate(OPEN)
    page.locator("#map-table tbody tr button").first.press("Enter")
    page.wait_for_selector(".nw-title")


def layered(page: Page) -> None:
    """Choose the last layer of the map."""
    page.locator("input[name=nw-layer]").last.check()
    page.wait_for_selector("#map[data-drawn]")


def plain(page: Page) -> None:
    """Open every list."""
    page.evaluate(OPEN)


# What a visitor can bring about on a page, each to be judged by itself.
STATES = {"index": (suggested, found), "plan": (selected, layered), "condition": (selected,)}


def judged(page: Page, file: Path) -> dict[str, list[str]]:
    """Judge a page in each of its states at two widths, and whether it fits and shows the focus."""
    page.set_viewport_size(WIDE)
    load(page, file)
    wrong: dict[str, list[str]] = {"unmarked": unmarked(page)}
    states = STATES.get(file.stem, (plain,)) if file.parent.name in {"en", "es"} else (plain,)
    for state in states:
        state(page)
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            wrong[f"{state.__name__} {size['width']}"] = barriers(page)
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                wrong[f"too wide {size['width']}"] = [state.__name__]
    page.evaluate(LARGE, "200%")
    if page.evaluate("document.documentElement.scrollWidth") > WIDE["width"]:
        wrong["too wide at 200 %"] = [file.name]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    return {f"{file.parent.name}/{file.stem} {key}": one for key, one in wrong.items() if one}


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "es"])
def test_axe_finds_nothing_and_everything_fits(site: Path, chromium: Browser, code: str) -> None:
    files = sorted((site / code).glob("*.html")) + [site / "index.html"] * (code == "en")
    with tab(chromium, bypass=True) as page:
        wrong = [judged(page, file) for file in files]
    assert not any(wrong), [one for one in wrong if one]


@pytest.mark.slow
def test_axe_finds_nothing_in_the_edition_for_staff(tmp_path: Path, chromium: Browser) -> None:
    pages.write_site(tmp_path, given(is_internal=True, languages=("en",)))
    with tab(chromium, bypass=True) as page:
        names = ("plan", "accessibility")
        wrong = [judged(page, tmp_path / "en" / f"{name}.html") for name in names]
    assert not any(wrong), wrong


def test_a_systems_own_colors_and_a_wish_for_stillness(site: Path, chromium: Browser) -> None:
    look = """(choice) => { const one = getComputedStyle(document.querySelector(choice));
    return [one.backgroundColor, one.borderBottomColor, one.borderBottomWidth]; }"""
    asked = {"forced_colors": "active", "color_scheme": "dark", "reduced_motion": "reduce"}
    with tab(chromium, **asked) as page:
        load(page, site / "en" / "index.html")
        suggested(page)
        assert page.evaluate("norwalk.page.map.options.zoomAnimation") is False
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        ground = page.evaluate(look, "#map")[0]
        assert ground == "rgb(247, 247, 244)", "dark lines need their light ground"
        options = [f"[role=option]:nth-child({place})" for place in (1, 2)]
        assert page.evaluate(look, options[0])[0] != page.evaluate(look, options[1])[0]
        current, other = ".menu a[aria-current]", ".menu li:nth-child(2) a"
        assert page.evaluate(look, current)[1] != page.evaluate(look, other)[1]
        assert page.evaluate(look, ".find .button")[2] == "2px"
        page.keyboard.press("Enter")
        selected(page)
        assert page.evaluate("document.getAnimations().length") == 0


def test_by_keyboard_from_the_skip_link_to_a_report(site: Path, chromium: Browser) -> None:
    with tab(chromium) as page:
        load(page, site / "en" / "index.html")
        focused = "document.activeElement.textContent.trim()"
        page.keyboard.press("Tab")
        assert page.evaluate(focused) == "Skip to the main content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "street"
        outline = "getComputedStyle(document.activeElement).outlineWidth"
        assert page.evaluate(outline) == "4px"
        page.keyboard.type("exmaple 3")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector(".card")
        assert "Example 3 Avenue" in page.locator("#found").inner_text()
        card = page.locator(".card").first
        assert "Surveyed" in card.inner_text()
        ask = page.get_by_role("link", name="Report a problem here: Example 3 Avenue").first
        ask.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "report"
        assert "Example 3 Avenue, From" in page.locator("#report-where").inner_text()
        mail = page.locator("#report-mail").get_attribute("href") or ""
        assert mail.startswith("mailto:streets@city.example?subject=Problem%20on%20Example%203")
        # What an earlier search found does not stay below a search that finds nothing.
        page.locator("#street").fill("zzqqxx")
        page.keyboard.press("Enter")
        page.wait_for_selector("#cards", state="hidden")
        assert "No street of that name" in page.locator("#found").inner_text()


def test_a_deep_link_opens_a_section_in_both_languages(site: Path, chromium: Browser) -> None:
    with tab(chromium) as page:
        load(page, site / "en" / "index.html", "#section=s00005")
        page.wait_for_selector(".card")
        assert page.locator(".card").count() == 1
        assert "Work is under way: Invented works." in page.locator(".card").inner_text()
        page.get_by_role("link", name="Español").click()
        page.wait_for_selector(".card")
        assert "Hay obras en curso: Invented works." in page.locator(".card").inner_text()


def test_a_phone_has_a_menu_that_opens_and_closes(site: Path, chromium: Browser) -> None:
    with tab(chromium, width=390) as page:
        load(page, site / "es" / "plan.html")
        wider = "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"
        assert page.locator(".stacked").count() > 0
        assert page.locator(".scroll").evaluate_all(wider) == 0
        assert page.get_by_role("rowheader").count() > 0
        button = page.get_by_role("button", name="Menú")
        assert not page.get_by_role("link", name="Mi calle").is_visible()
        button.focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("link", name="Mi calle").is_visible()
        page.keyboard.press("Escape")
        assert button.get_attribute("aria-expanded") == "false"
        page.get_by_label("Zona").select_option("North")
        rows = page.locator("details.group tbody tr")
        shown = rows.filter(has=page.locator("td:nth-child(5):text-is('North')")).count()
        assert page.locator("details.group tbody tr:not([hidden])").count() == shown > 0
        assert f"{shown} tramos" in page.locator("#zone-found").inner_text()
        # A list that is cut opens whole, at the same zone.
        page.evaluate(OPEN)
        page.locator(".rest a").last.click()
        page.wait_for_url("**/plan-*#zone=North")
        cells = page.locator(".group tbody tr:not([hidden]) td:nth-child(5)").all_inner_texts()
        assert set(cells) == {"North"}


def test_print_opens_every_list_and_keeps_the_notice(site: Path, chromium: Browser) -> None:
    with tab(chromium) as page:
        load(page, site / "en" / "plan.html")
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details.group:not([open])").count() == 0
        assert page.locator(".notice").is_visible()
        assert not page.locator(".menu").is_visible()


def test_without_scripts_no_box_is_empty_and_the_plan_is_there(
    site: Path, chromium: Browser
) -> None:
    with tab(chromium, java_script_enabled=False) as page:
        page.goto((site / "en" / "index.html").as_uri())
        for choice in (".map", ".find"):
            assert not page.locator(choice).first.is_visible()
        page.locator("main").get_by_role("link", name="Plan").click()
        page.locator("summary").last.click()
        assert page.locator("details[open] tbody tr").last.is_visible()


def test_hostile_text_does_nothing(tmp_path: Path, chromium: Browser) -> None:
    bad = hostile(tmp_path / "site")
    with tab(chromium) as page:
        for name in ("index", "plan", "places"):
            load(page, bad / "en" / f"{name}.html")
        load(page, bad / "es" / "index.html")
        search(page, "alert")
        assert "alert(1)" in page.locator(".card").first.inner_text()
        assert page.locator("#cards img, #cards script, #cards svg").count() == 0


def test_below_a_path_of_a_server(site: Path, tmp_path: Path, chromium: Browser) -> None:
    (tmp_path / "city").symlink_to(site)

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given, directory=str(tmp_path))

        def log_message(self, *_: object) -> None:
            pass

    with serving(Quiet) as host, tab(chromium, allowed=host) as page:
        page.goto(f"{host}/city/index.html")
        page.get_by_role("link", name="English").click()
        page.wait_for_selector("#map[data-drawn]")
        assert page.url == f"{host}/city/en/index.html"
        search(page, "example 3")


def test_a_report_reaches_an_open311_server(tmp_path: Path, chromium: Browser) -> None:
    asked: list[tuple[str, dict[str, list[str]]]] = []

    class Open311(BaseHTTPRequestHandler):
        """GeoReport v2, `POST /requests.json`: what the specification requires, or 400."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = parse_qs(body, keep_blank_values=True)
            asked.append((urlsplit(self.path).path, fields))
            is_placed = fields.get("lat", [""])[0] and fields.get("long", [""])[0]
            is_right = "service_code" in fields and (is_placed or fields.get("address_string"))
            self.send_response(200 if is_right else 400)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.end_headers()
            self.wfile.write(b'[{"service_request_id": "293944"}]')

        def do_GET(self) -> None:
            """Answer the browser, which looks for an icon on its own."""
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with serving(Open311) as host:
        reporting = pages.Reporting(REPORTING.email, "", f"{host}/v2", "city.example", "pothole")
        pages.write_site(tmp_path, given(reporting=reporting, languages=("es",)))
        with tab(chromium, allowed=host) as page:
            load(page, tmp_path / "es" / "index.html", "#section=s00007")
            page.wait_for_selector(".card")
            page.get_by_label("¿Qué está mal?").fill("Un bache: <b>ñ</b> & más")
            page.wait_for_function("document.querySelector('[name=lat]').value")
            assert not asked
            page.get_by_role("button", name="Enviar").click()
            page.wait_for_url(f"{host}/**")
    (path, fields) = asked[0]
    assert path == "/v2/requests.json"
    assert fields["description"] == ["Un bache: <b>ñ</b> & más"]
    assert fields["jurisdiction_id"] == ["city.example"]
    assert "tramo s00007" in fields["address_string"][0]
    assert -125 < float(fields["long"][0]) < -110
    assert 30 < float(fields["lat"][0]) < 40
