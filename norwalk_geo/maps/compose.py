"""Layers → one folium map that needs no network and has the same bytes on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from markupsafe import Markup

from norwalk_geo.errors import NorwalkError, Problem
from norwalk_geo.maps.elements import BlockLayer, OfflineMap, Page, Start, escape

if TYPE_CHECKING:
    from folium.map import Layer

__all__ = ["Parts", "compose", "parts"]

_CORNERS = 4
_NETWORKED = (folium.TileLayer, folium.WmsTileLayer)


@dataclass(frozen=True)
class Parts:
    """
    A map in the pieces that a page puts in their places.

    Parameters
    ----------
    head
        Styles and scripts, for the head of the page.
    body
        The map's element and its data.
    script
        What starts the map, without its script element; for the end of the body.
    """

    head: str
    body: str
    script: str


def _walk(element: Element) -> list[Element]:
    """List an element and everything in it."""
    below = [each for child in element._children.values() for each in _walk(child)]  # noqa: SLF001
    return [element, *below]


def _check_local(layers: Sequence[Layer]) -> None:
    """Find layers that would fetch something when the map is opened."""
    problems = []
    for layer in layers:
        for element in _walk(layer):
            assets = isinstance(element, JSCSSMixin) and (element.default_js or element.default_css)
            if assets or isinstance(element, _NETWORKED):
                name = type(element).__name__
                remedy = "Leave it out, or add it to the map that compose returns."
                problems.append(Problem(name, "needs the network", remedy=remedy))
    if problems:
        raise NorwalkError.of("layers", problems)


def _bounds(
    layers: Sequence[Layer], bbox_lonlat: tuple[float, float, float, float] | None
) -> list[list[float]]:
    """Take the city's box, or what the layers cover."""
    if bbox_lonlat is not None:
        west, south, east, north = bbox_lonlat
        return [[south, west], [north, east]]
    corners = [layer.get_bounds() for layer in layers]
    known = [
        [float(value) for value in (*low, *high) if value is not None] for low, high in corners
    ]
    known = [corner for corner in known if len(corner) == _CORNERS]
    if not known:
        remedy = "Give a layer with rows, or bbox_lonlat."
        raise NorwalkError.of("layers", [Problem("bounds", "are not known", remedy=remedy)])
    south, west = (min(corner[k] for corner in known) for k in (0, 1))
    north, east = (max(corner[k] for corner in known) for k in (2, 3))
    return [[south, west], [north, east]]


def compose(
    *layers: Layer,
    bbox_lonlat: tuple[float, float, float, float] | None = None,
    title: str = "Map of city streets",
    height: str = "100%",
) -> folium.Map:
    """
    Make one map of layers, with choices and a legend in words.

    Of the street layers one is shown at a time, the first one at first. The map opens from disk
    with the network blocked, and the same tables give the same bytes.

    Parameters
    ----------
    *layers
        From the functions of this module, or folium's own where they fetch nothing.
    bbox_lonlat
        West, south, east and north in degrees of what is in view at first. By default the layers.
    title
        Name of the page, and of the map for those who cannot see it.
    height
        Height of the map as CSS: `100%` of the page, or such as `480px`.

    Returns
    -------
    map
        To show in a notebook or to `save`.

    Raises
    ------
    NorwalkError
        A layer needs the network, or no layer says where it is.
    """
    _check_local(layers)
    safe = Markup(escape(title))  # noqa: S704 - escaped in the line itself
    one = OfflineMap(_bounds(layers, bbox_lonlat), title=safe, height=height)
    page = Page(safe)
    page.add_child(one)
    own = [layer for layer in layers if isinstance(layer, BlockLayer)]
    streets = [layer for layer in own if layer.maker == "streets"]
    for layer in layers:
        layer.show = layer not in streets[1:]
        one.add_child(layer)
    one.add_child(Start(streets, [layer for layer in own if layer.maker != "streets"]))
    for number, element in enumerate(_walk(page)):
        # branca numbers elements at random, which would make every file different.
        element._id = f"{number}"  # noqa: SLF001
    return one


def parts(composed: folium.Map) -> Parts:
    """
    Take a map apart, to put it into a page of one's own.

    Parameters
    ----------
    composed
        From `compose`.

    Returns
    -------
    parts
        Head, body and script. Text in them is escaped.
    """
    page = composed.get_root()
    if not isinstance(page, Figure):
        raise TypeError("a map is taken apart only as compose returns it")
    page.render()
    return Parts(page.header.render(), page.html.render(), page.script.render())
