"""A content security policy by hashes: the page's own scripts and styles run, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re

__all__ = ["PLACE", "secure"]

PLACE = "@@policy@@"
_INLINE = re.compile(r"<(script|style)([^>]*)>(.*?)</\1>", re.DOTALL)


def _source(text: str) -> str:
    """Name a text by its hash, as browsers do."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def secure(page: str) -> str:
    """
    Write the policy into a page.

    Parameters
    ----------
    page
        A whole page with `PLACE` where its policy belongs. Its texts are escaped, so that every
        script and style element in it is its own.

    Returns
    -------
    page
        The page, which now may not load or send anything.
    """
    found: dict[str, list[str]] = {"script": [], "style": []}
    for kind, attributes, text in _INLINE.findall(page):
        if "application/json" not in attributes:
            found[kind].append(_source(text))
    rules = [
        "default-src 'none'",
        f"script-src {' '.join(found['script'])}",
        f"style-src {' '.join(found['style'])}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return page.replace(PLACE, "; ".join(rules), 1)
