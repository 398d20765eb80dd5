"""folium elements that carry their own script and data, and add no address to a page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from folium.map import Layer
from jinja2 import Environment, PackageLoader, StrictUndefined

from norwalk_geo.maps.assets import script, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norwalk_geo.maps.blocks import Block

__all__ = ["BlockLayer", "OfflineMap", "Page", "Start", "Verbatim", "escape"]

# folium's own macros are text, not HTML: what they are given here is escaped where it is made.
_TEMPLATES = Environment(
    loader=PackageLoader("norwalk_geo"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
# folium pastes names into HTML, template literals and quoted strings alike.
_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "`${}\\"}


def escape(text: str) -> str:
    """
    Escape a text for every place in which folium may paste it.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    escaped
        HTML that shows the text, without a quote, backtick, dollar sign, brace or backslash.

    Examples
    --------
    >>> escape("<b>${x}`")
    '&lt;b&gt;&#36;&#123;x&#125;&#96;'
    """
    return html.escape(str(text), quote=True).translate(_ENTITIES)


class Verbatim(Element):
    """
    Text that goes into the page as it is; branca would read any other as a template.

    Parameters
    ----------
    text
        HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - branca's signature
        """
        Give the text.

        Returns
        -------
        html
            The text, unchanged.
        """
        return self._text


class Page(Figure):
    """A whole page that has a language, a title and no address of another computer."""

    def __init__(self, title: str) -> None:
        super().__init__(title=title)
        self._template = _TEMPLATES.get_template("figure.html")


def _figure(element: Element) -> Figure:
    """Find the page that an element is on."""
    root = element.get_root()
    if not isinstance(root, Figure):
        raise TypeError("a layer is drawn only as part of a map")
    return root


class OfflineMap(folium.Map):
    """
    folium's map with the drawing library inside the page.

    Parameters
    ----------
    bounds
        South-west and north-east corners, each latitude and longitude in degrees.
    title
        Name of the map for those who cannot see it.
    height
        Height as CSS, such as `100%` or `480px`.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = _TEMPLATES.get_template("map.html")

    def __init__(self, bounds: Sequence[Sequence[float]], *, title: str, height: str) -> None:
        super().__init__(tiles=None, height=height, zoom_control=True)
        self.bounds = bounds
        self.title = title

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - folium's signature
        """
        Put the library and the map into the page.

        Returns
        -------
        nothing
            Blank: everything is in the page.
        """
        head = _figure(self).header
        head.add_child(Verbatim(style("leaflet.css")), name="leaflet_css")
        head.add_child(Verbatim(script("leaflet.js")), name="leaflet")
        # folium.Map.render would add its addresses and a page that phones cannot enlarge.
        JSCSSMixin.render(self, **kwargs)  # type: ignore[no-untyped-call]
        return ""


class BlockLayer(Layer):
    """
    A layer that draws data blocks with the project's own script.

    Parameters
    ----------
    name
        Name of the layer, escaped for folium's own controls.
    maker
        Function of the script that makes the layer: `streets` or `sites`.
    blocks
        Data; the first is the layer's own, others are shared with other layers.
    bounds
        South-west and north-east corners, each latitude and longitude in degrees.
    """

    _template = _TEMPLATES.get_template("layer.html")

    def __init__(
        self, name: str, maker: str, blocks: Sequence[Block], bounds: list[list[float]]
    ) -> None:
        super().__init__(name=escape(name), overlay=True)
        self._name = f"{maker}_layer"
        self.maker = maker
        self.blocks = tuple(blocks)
        self.bounds = bounds

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [list(corner) for corner in self.bounds]

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - folium's signature
        """
        Put script, data and layer into the page, each block once.

        Returns
        -------
        nothing
            Blank: everything is in the page.
        """
        figure = _figure(self)
        figure.header.add_child(Verbatim(style("site/map.css")), name="map_css")
        for name in ("columns", "map"):
            figure.header.add_child(Verbatim(script(f"site/{name}.js")), name=f"{name}_js")
        for block in self.blocks:
            text = f'<script type="application/json" id="{block.element_id}">{block.text}</script>'
            figure.html.add_child(Verbatim(text), name=block.element_id)
        # folium.Layer.render would leave an element behind that names this layer on a later map.
        folium.MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]
        return ""


class Start(folium.MacroElement):
    """
    The last element of a map: choices, legend and street names.

    Parameters
    ----------
    streets, others
        Layers of which one is shown at a time, and layers that are switched on and off.
    """

    _template = _TEMPLATES.get_template("start.html")

    def __init__(self, streets: Sequence[BlockLayer], others: Sequence[BlockLayer]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "start"
        self.streets = streets
        self.others = others
