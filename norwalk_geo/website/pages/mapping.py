"""The map of a site: which files it has, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language

__all__ = ["Drawn", "draw"]


@dataclass(frozen=True)
class Drawn:
    """
    Files that a page with a map names, below the site.

    Parameters
    ----------
    styles
        Style sheets.
    scripts
        Classic scripts in order, by language.
    """

    styles: tuple[str, ...] = ()
    scripts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def draw(folder: Path, given: Given, languages: Sequence[Language]) -> Drawn:
    """
    Write the data of the map.

    Parameters
    ----------
    folder
        The site.
    given
        All that the site is made from.
    languages
        Languages of the pages.

    Returns
    -------
    drawn
        What pages name.
    """
    del folder, given, languages
    return Drawn()
