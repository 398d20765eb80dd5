"""Check a site before it is shown: every link leads somewhere, and every file has its hash."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from norwalk_geo import io
from norwalk_geo.errors import ConfigError, Problem

__all__ = ["check_links", "manifest"]


class _Reader(HTMLParser):
    """Collect the links and the ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a tag names."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif value and (name == "src" or (name == "href" and tag in {"a", "link"})):
                self.links.append(value)


def _read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def check_links(folder: Path) -> None:
    """
    Find links that lead nowhere, or to another host.

    Parameters
    ----------
    folder
        The site.

    Raises
    ------
    ConfigError
        With every such link.
    """
    pages = {page.resolve(): _read(page) for page in sorted(folder.rglob("*.html"))}
    problems = []
    for page, reader in pages.items():
        where = page.relative_to(folder.resolve()).as_posix()
        # Most links of a long page differ only in the place that they open at.
        targets: dict[str, Path | None] = {"": page}
        for link in dict.fromkeys(reader.links):
            parts = urlsplit(link)
            if parts.scheme in {"mailto", "data"}:
                continue
            if parts.path not in targets:
                targets[parts.path] = _file(page.parent, unquote(parts.path))
            target = targets[parts.path]
            if parts.scheme or parts.netloc:
                problems.append(Problem(where, f"links to another place, {link!r}"))
            elif target is None:
                problems.append(Problem(where, f"links to {link!r}, which is not there"))
            elif parts.fragment and not _has(pages, target, unquote(parts.fragment)):
                problems.append(Problem(where, f"links to {link!r}, a place that is not there"))
    if problems:
        raise ConfigError.of("links of the site", problems)


def _file(folder: Path, path: str) -> Path | None:
    """Find the file that a path leads to."""
    target = (folder / path).resolve()
    return target if target.is_file() else None


def _has(pages: dict[Path, _Reader], target: Path, fragment: str) -> bool:
    """Say whether a page has a place; *My street* opens at any section by its script."""
    if target.name == "index.html":
        return True
    return target in pages and fragment in pages[target].ids


def manifest(folder: Path) -> list[str]:
    """
    Write the SHA-256 of every file, in the form that `sha256sum --check` reads.

    Parameters
    ----------
    folder
        The site.

    Returns
    -------
    files
        Every file below the folder, the manifest last.
    """
    return io.write_manifest(folder)
