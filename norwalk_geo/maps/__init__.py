"""
Street maps for folium: one function a layer, then `compose`.

Every text is escaped, every asset is inside the page, and streets are drawn by the project's own
script from compact columns: thousands of sections open at once.
"""

from __future__ import annotations

from norwalk_geo.maps.barriers import barriers_layer
from norwalk_geo.maps.blocks import check_ids
from norwalk_geo.maps.changes import changes_drawing, changes_layer
from norwalk_geo.maps.compose import Parts, compose, parts
from norwalk_geo.maps.drawings import Drawing, View, condition_drawing, plan_drawing
from norwalk_geo.maps.inventory import ASSET_KINDS, assets_layer
from norwalk_geo.maps.layers import (
    condition_layer,
    plan_layer,
    sites_layer,
    sites_values,
    streets_layer,
)
from norwalk_geo.maps.sentences import day_text, pci_text
from norwalk_geo.maps.styles import Style, band_of, year_label

__all__ = [
    "ASSET_KINDS",
    "Drawing",
    "Parts",
    "Style",
    "View",
    "assets_layer",
    "band_of",
    "barriers_layer",
    "changes_drawing",
    "changes_layer",
    "check_ids",
    "compose",
    "condition_drawing",
    "condition_layer",
    "day_text",
    "parts",
    "pci_text",
    "plan_drawing",
    "plan_layer",
    "sites_layer",
    "sites_values",
    "streets_layer",
    "year_label",
]
