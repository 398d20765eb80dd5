"""The first barriers as marks on a map, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.maps.blocks import text_block
from norwalk_geo.maps.elements import BlockLayer

if TYPE_CHECKING:
    from norwalk_geo.schema import Barriers

__all__ = ["barriers_layer"]

_INTERNAL = "Internal until the transition plan is adopted."
_ADDENDS = ("severity", "place", "people", "equity")


def _texts(row: pd.Series) -> list[str]:
    """Say what stands in the way and how its score adds up."""
    known = {name: row[f"{name}_part"] for name in _ADDENDS}
    parts = [
        f"{name} not known" if pd.isna(part) else f"{name} {part:.2f}"
        for name, part in known.items()
    ]
    return [
        str(row["obstacle"]),
        f"Score {row['score']:.2f}: {', '.join(parts)}.",
        _INTERNAL,
    ]


def barriers_layer(
    barriers: Barriers, *, most: int = 100, name: str = "Barriers (internal)"
) -> BlockLayer:
    """
    Draw the first barriers as numbered marks that a keyboard can reach.

    Parameters
    ----------
    barriers
        As `barriers.rank` gives them; those without a place are not drawn.
    most
        How many are drawn, by rank.
    name
        Name of the layer.

    Returns
    -------
    layer
        For `compose`, or for any folium map. Every mark says that it is internal.

    Raises
    ------
    ConfigError
        No barrier has a place.
    """
    placed = barriers[barriers.geometry.notna()].sort_values("rank").head(most)
    if placed.empty:
        problem = Problem("geometry", "no barrier has a place", remedy="Give features with places.")
        raise ConfigError.of("barriers", [problem])
    points = placed.geometry.to_crs("EPSG:4326")
    rows = [
        {
            "name": f"{row['rank']}. {row['location'] if pd.notna(row['location']) else key}",
            "kind": str(row["feature"]),
            "lat": round(float(point.y), 6),
            "lon": round(float(point.x), 6),
            "texts": _texts(row),
        }
        for (key, row), point in zip(placed.iterrows(), points, strict=True)
    ]
    west, south, east, north = points.total_bounds.tolist()
    values = {"title": name, "rows": rows}
    return BlockLayer(name, "sites", [text_block("sites", values)], [[south, west], [north, east]])
