"""Scripts and styles that go into the page itself, so that it needs no network."""

from __future__ import annotations

import functools
import re
from importlib import resources

__all__ = ["script", "style"]

_FOLDERS = {"leaflet.js": "leaflet-1.9.4", "leaflet.css": "leaflet-1.9.4"}
# Pictures of controls and markers that no map here uses; left in, a browser would look for them.
_PICTURE = re.compile(r"[a-z-]+: url\([^)]*\);")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


@functools.cache
def _read(name: str) -> str:
    """Read a file of `assets/`, with its license in front where it is not ours."""
    folder = resources.files("norwalk_geo") / "assets"
    if name not in _FOLDERS:
        return (folder / name).read_text(encoding="utf-8")
    vendored = folder / _FOLDERS[name]
    notice = (vendored / "LICENSE").read_text(encoding="utf-8").strip()
    return f"/*\n{notice}\n*/\n" + (vendored / name).read_text(encoding="utf-8")


@functools.cache
def script(name: str) -> str:
    """
    Give a script as an element.

    Parameters
    ----------
    name
        File in `assets/`.

    Returns
    -------
    html
        A script element.
    """
    text = _SOURCE_MAP.sub("", _read(name)).strip()
    return f"<script>\n{text}\n</script>"


@functools.cache
def style(name: str) -> str:
    """
    Give a style sheet as an element.

    Parameters
    ----------
    name
        File in `assets/`.

    Returns
    -------
    html
        A style element, without addresses of pictures.
    """
    return f"<style>\n{_PICTURE.sub('', _read(name)).strip()}\n</style>"
