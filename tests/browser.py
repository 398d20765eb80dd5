"""A real Chromium that is cut off from the network, and the complaints of a page opened in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
_LOCAL = ("file:", "data:", "about:", "blob:")


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """Start Chromium; once for a file of tests is enough."""
    with sync_playwright() as play:
        program = play.chromium.launch(executable_path=path, args=OPTIONS)
        yield program
        program.close()


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
