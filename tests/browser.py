"""A real Chromium that is cut off from the network, and the complaints of a page opened in it."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

OPTIONS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """(tags) => axe.run(document, {runOnly: tags, preload: false,
resultTypes: ['violations']}).then((found) => found.violations.map(
(one) => one.id + ": " + one.nodes[0].html))"""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Each thing that takes the focus must show it; `clip` hides only what is not seen anyway.
_UNMARKED = """() => {
  const all = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const found = [];
  for (const one of document.querySelectorAll(all)) {
    if (one.tabIndex < 0 || one.disabled) continue;
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    one.focus({focusVisible: true, preventScroll: true});
    const look = getComputedStyle(one);
    const isOwn = look.outlineStyle === 'auto';
    const isMarked = isOwn || (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2);
    if (document.activeElement !== one || !isMarked) found.push(one.outerHTML.slice(0, 90));
  }
  document.activeElement.blur();
  return found;
}"""
_LOCAL = ("file:", "data:", "about:", "blob:")


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """Start Chromium; once for a file of tests is enough."""
    with sync_playwright() as play:
        program = play.chromium.launch(executable_path=path, args=OPTIONS)
        yield program
        program.close()


@functools.cache
def _axe() -> str:
    """Read axe-core; where it is not installed, skip the test, but not in CI."""
    if not AXE.is_file():
        reason = "axe-core is not installed (make system)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return AXE.read_text(encoding="utf-8")


def barriers(page: Page) -> list[str]:
    """
    Ask axe-core what is wrong with a page as it is shown now; none of it may be.

    The page is opened with `bypass_csp`.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_axe())
    return list(page.evaluate(_RUN, _TAGS))


def unmarked(page: Page) -> list[str]:
    """Find what takes the focus from the keyboard without showing it."""
    return list(page.evaluate(_UNMARKED))


@contextmanager
def opened(
    chromium: Browser, file: Path, *, width: int = 1280, height: int = 900, bypass_csp: bool = False
) -> Iterator[Page]:
    """
    Open a file; afterwards fail if it asked for anything else, complained or raised a dialog.

    `bypass_csp` only lets a test's own script into the page.
    """
    complaints: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(_LOCAL):
            complaints.append(f"asked for {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"console: {message.text}")

    def rang(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    context = chromium.new_context(
        viewport={"width": width, "height": height}, offline=True, bypass_csp=bypass_csp
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", rang)
    try:
        page.goto(file.resolve().as_uri())
        page.wait_for_selector(".nw-map[data-drawn]")
        yield page
    finally:
        context.close()
    assert not complaints, complaints


def judge(path: str, *files: Path) -> dict[str, list[str]]:
    """
    Judge pages that stand alone, at 1280 and 320 px, each width once.

    Axe-core finds nothing, nothing is wider than the page, the focus shows, nothing is asked of
    another host and no script runs; what is wrong is listed by page.
    """
    found: dict[str, list[str]] = {}
    with started(path) as chromium:
        context = chromium.new_context(offline=True, bypass_csp=True)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        page.on("dialog", lambda one: (asked.append(f"dialog {one.message}"), one.dismiss()))
        for file in files:
            page.goto(file.resolve().as_uri())
            wrong = unmarked(page)
            for width in (1280, 320):
                page.set_viewport_size({"width": width, "height": 900})
                wrong += barriers(page)
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wrong.append(f"wider than {width}")
            wrong += [one for one in asked if not one.startswith(_LOCAL)]
            found |= {file.name: wrong} if wrong else {}
    return found
