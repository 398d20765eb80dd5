"""Assets beside the pavement as a layer: the same drawing as the streets', a year at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import network
from norwalk_geo.maps.drawings import Drawing, View
from norwalk_geo.maps.layers import streets_layer
from norwalk_geo.maps.styles import Style, year_label, year_styles

if TYPE_CHECKING:
    import numpy.typing as npt

    from norwalk_geo.maps.elements import BlockLayer
    from norwalk_geo.schema import Sections

__all__ = ["ASSET_KINDS", "assets_layer"]

ASSET_KINDS = {
    "signal": "Traffic signal",
    "light": "Street light",
    "sign": "Sign",
    "tree": "Tree",
    "median": "Median",
    "drain": "Drain",
    "wall": "Wall",
    "facility": "Facility",
}
_REST = {
    "street": Style("Street", "#7a7a7a", 1.2),
    "elsewhen": Style("Planned in another year of the plan", "#3f73b5", 4.0),
    "not_funded": Style("Needs work, not funded", "#b5481c", 4.5, (5, 3)),
    "not_surveyed": Style("Nobody has looked at it", "#4d4d4d", 3.0, (2, 4)),
    "other": Style("No work in this plan", "#6f7d86", 2.4),
}
_RING_FT = 16.0


def _line(shape: shapely.Geometry, reach: float) -> shapely.LineString:
    """Draw a shape as a line: a point as a small ring, an area by its edge."""
    if shape.geom_type == "LineString":
        return shape
    if shape.geom_type == "Point":
        shape = shapely.buffer(shape, reach, quad_segs=2)
    if shape.geom_type == "MultiPolygon":
        shape = max(shape.geoms, key=lambda part: part.area)
    return shapely.LineString(shape.exterior.coords)


def _lines(sections: Sections, assets: gpd.GeoDataFrame) -> Sections:
    """Put the outlines of assets behind the streets, in one table of lines."""
    reach = _RING_FT / network.feet_per_unit(sections.crs)
    names = ["street_name", "from_street", "to_street", "functional_class"]
    streets = pd.DataFrame(sections).reindex(columns=[*names, "geometry"])
    labels = assets["asset_kind"].map(ASSET_KINDS) + " " + assets.index.astype("str")
    given = assets["name"] if "name" in assets else pd.Series(None, index=assets.index)
    drawn = pd.DataFrame(
        {
            "street_name": given.where(given.notna(), labels),
            "functional_class": "arterial",
            "geometry": [_line(shape, reach) for shape in assets.geometry],
        },
        index="asset " + assets.index.astype("str"),
    )
    both = pd.concat([streets, drawn.reindex(columns=streets.columns)]).rename_axis("section_id")
    return gpd.GeoDataFrame(both, geometry="geometry", crs=sections.crs)


def _says(assets: gpd.GeoDataFrame, outcomes: pd.DataFrame, start: int | None) -> pd.Series:
    """Say of each asset what it is, how it is, and what is planned."""
    texts = []
    blank = pd.Series(None, index=assets.index)
    for kind, state, work, year, status, reason in zip(
        assets["asset_kind"].map(ASSET_KINDS),
        assets.get("asset_condition", blank),
        assets.get("next_work", blank),
        assets.get("year", blank),
        outcomes["status"],
        outcomes["reason"],
        strict=True,
    ):
        how = "never looked at" if pd.isna(state) else f"condition {state}"
        text = f"{kind}, {how}."
        if status == "planned":
            text += f" {work}: planned for {year_label(int(year), start)}. Dates can change."
        else:
            text += f" {reason}."
        texts.append(text)
    return pd.Series(texts, index="asset " + assets.index.astype("str"), dtype="str")


def _count(codes: npt.NDArray[np.int64], streets: int) -> list[list[object]]:
    """Count assets of each look; streets are named without a number."""
    rows: list[list[object]] = []
    for look, count in enumerate(np.bincount(codes[streets:])):
        if count:
            rows.append([look, f"{count:,} asset{'' if count == 1 else 's'}"])
    return [*rows, [int(codes[0]), ""]] if streets else rows


def assets_layer(
    sections: Sections,
    assets: gpd.GeoDataFrame,
    outcomes: pd.DataFrame,
    *,
    fiscal_year_start: int | None = None,
    name: str = "Signals, lights, trees and other assets",
) -> BlockLayer:
    """
    Draw assets by what the work plan does with them, over thin streets.

    Parameters
    ----------
    sections
        Lines and names.
    assets
        Points, lines and areas; those that were not located are not drawn.
    outcomes
        What the plan does with each, aligned to `assets`.
    fiscal_year_start
        Month in which the fiscal year begins; without it, years are called fiscal years.
    name
        Name of the layer.

    Returns
    -------
    layer
        For `compose`: a view of all years, then one a year. Costs are in none of its texts.

    Raises
    ------
    CrsError
        The sections do not say their coordinate system.
    """
    located = assets[assets.geometry.notna()]
    found = outcomes.loc[located.index]
    is_planned = found["status"].eq("planned")
    years = sorted({int(year) for year in located.loc[is_planned.to_numpy(), "year"]})
    styles = [*year_styles(years, fiscal_year_start), *_REST.values()]
    place = {key: len(years) + k for k, key in enumerate(_REST)}
    idle = found["status"].map({key: place.get(key, place["other"]) for key in found["status"]})
    own = [
        years.index(int(year)) if planned else int(look)
        for year, planned, look in zip(located.get("year", idle), is_planned, idle, strict=True)
    ]
    streets = np.full(len(sections), place["street"])
    codes = np.concatenate([streets, np.array(own, dtype="int64")]).astype("int64")
    views = [View("All years", f"The map shows {len(own):,} assets.", codes, ())]
    for k, year in enumerate(years):
        seen = np.where((codes < len(years)) & (codes != k), place["elsewhen"], codes)
        label = year_label(year, fiscal_year_start)
        says = f"The map shows {int((codes == k).sum()):,} assets planned for {label}."
        views.append(View(label, says, seen, ()))
    told = [View(v.label, v.says, v.codes, _count(v.codes, len(sections))) for v in views]
    texts = _says(located, found, fiscal_year_start)
    drawing = Drawing(name, styles, told, codes, texts)
    return streets_layer(_lines(sections, located), drawing)
