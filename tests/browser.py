"""A real Chromium that is cut off from the network, and the complaints of a page opened in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OPTIONS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_LOCAL = ("file:", "data:", "about:", "blob:")


@contextmanager
def opened(
    program: str, file: Path, *, width: int = 1280, height: int = 900, bypass_csp: bool = False
) -> Iterator[Page]:
    """
    Open a file; afterwards fail if it asked for anything else, complained or raised a dialog.

    `bypass_csp` only lets a test's own script into the page.
    """
    complaints: list[str] = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=program, args=OPTIONS)
        try:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, offline=True, bypass_csp=bypass_csp
            )
            page = context.new_page()
            page.on(
                "request",
                lambda it: it.url.startswith(_LOCAL) or complaints.append(f"asked for {it.url}"),
            )
            page.on(
                "console",
                lambda it: (
                    it.type in {"error", "warning"} and complaints.append(f"console: {it.text}")
                ),
            )
            page.on("pageerror", lambda it: complaints.append(f"error: {it}"))
            page.on("dialog", lambda it: (complaints.append(f"dialog: {it.message}"), it.dismiss()))
            page.goto(file.resolve().as_uri())
            page.wait_for_selector(".nw-map[data-drawn]", timeout=15_000)
            yield page
        finally:
            chromium.close()
    assert not complaints, complaints
