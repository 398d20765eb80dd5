"""The site in a real Chromium: by keyboard, on a phone, checked for access, without a network."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import started
from playwright.sync_api import Browser, Page
from site_made import REPORTING, given
from test_site import hostile

from norwalk_geo.website import pages

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    with started(browser_path) as program:
        yield program


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    pages.write_site(folder, given())
    return folder


@contextmanager
def tab(
    chromium: Browser, *, width: int = 1280, allowed: str = "file:", bypass: bool = False
) -> Iterator[Page]:
    """Open a tab; afterwards fail if it asked elsewhere, complained, kept a cookie or rang."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=bypass)
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


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_overflows(site: Path, chromium: Browser, width: int) -> None:
    if not AXE.is_file():
        reason = "axe-core is not installed (make system)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    axe, found = AXE.read_text(encoding="utf-8"), {}
    with tab(chromium, width=width, bypass=True) as page:
        for file in sorted(site.rglob("*.html")):
            load(page, file)
            if file.name == "index.html" and file.parent != site:
                search(page, "example 3")
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            name = file.relative_to(site).as_posix()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            page.evaluate(axe)
            result = page.evaluate(
                "(tags) => axe.run(document, {runOnly: tags, preload: false, "
                "resultTypes: ['violations']})",
                TAGS,
            )
            found[name] = [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]]
    assert {name: one for name, one in found.items() if one} == {}


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
        button = page.get_by_role("button", name="Menú")
        assert not page.get_by_role("link", name="Mi calle").is_visible()
        button.focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("link", name="Mi calle").is_visible()
        page.keyboard.press("Escape")
        assert button.get_attribute("aria-expanded") == "false"
        page.get_by_label("Zona").select_option("North")
        shown = page.locator("tr[data-zone=North]").count()
        assert page.locator("tr[data-zone]:not([hidden])").count() == shown > 0
        assert f"{shown} tramos" in page.locator("#zone-found").inner_text()


def test_print_opens_every_list_and_keeps_the_notice(site: Path, chromium: Browser) -> None:
    with tab(chromium) as page:
        load(page, site / "en" / "plan.html")
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details.group:not([open])").count() == 0
        assert page.locator(".notice").is_visible()
        assert not page.locator(".menu").is_visible()


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
