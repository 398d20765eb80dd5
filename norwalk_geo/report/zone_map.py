"""Measures by zone as a table and as small maps that stand in the page itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Zones

__all__ = ["ZoneValues", "latest_by_zone", "zone_maps", "zone_shapes"]

ScorePeriods: TypeAlias = pd.DataFrame
_PREFIX = "zone "
# Squares across, by how many streets there are to color them.
_FEWEST, _MOST = 6, 36
_WIDE, _EDGE = 320.0, 4.0
# Light to dark, so that they stay apart in gray print too.
_TONES = ("#dceaf7", "#9cc4e4", "#4a8fc4", "#1b4f8a")


@dataclass(frozen=True)
class ZoneValues:
    """
    One measure by zone in its latest fiscal year that has zones.

    Parameters
    ----------
    measure_id, period
        Which measure, and when.
    by_zone
        By zone; `no zone` is left out.
    rest
        What is in no zone; missing where nothing is.
    """

    measure_id: str
    period: int
    by_zone: pd.Series
    rest: float | None


def latest_by_zone(periods: ScorePeriods) -> list[ZoneValues]:
    """
    Take each measure's latest values by zone.

    Parameters
    ----------
    periods
        Every value by year and part; parts called `zone …` are zones.

    Returns
    -------
    found
        In the order of the measures' names; measures without zones are not in it.
    """
    flat = periods.reset_index()
    flat = flat[flat["part"].str.startswith(_PREFIX) | flat["part"].eq("no zone")]
    found = []
    for name, page in flat.groupby("measure_id"):
        last = page[page["period"].eq(page["period"].max())].set_index("part")["value"]
        rest = float(last["no zone"]) if "no zone" in last else None
        own = last.drop(index="no zone", errors="ignore")
        own.index = own.index.str.removeprefix(_PREFIX)
        if len(own):
            found.append(ZoneValues(str(name), int(page["period"].max()), own, rest))
    return found


def zone_shapes(zones: Zones | None, sections: Sections) -> dict[str, gpd.GeoSeries]:
    """
    Draw zones: as areas where the city has them, and as squares by the streets in them.

    Parameters
    ----------
    zones
        Areas, where there are any.
    sections
        Streets with their maintenance zone.

    Returns
    -------
    shapes
        `areas` and `squares` by zone, those that there are. A square belongs to the zone of most of
        the streets in it: no border of a maintenance zone is known.
    """
    shapes: dict[str, gpd.GeoSeries] = {}
    if zones is not None and len(zones):
        shapes["areas"] = gpd.GeoSeries(zones.geometry)
    named = sections[sections["zone_id"].notna()] if "zone_id" in sections else sections.iloc[:0]
    if len(named):
        middles = shapely.centroid(named.geometry.to_numpy())
        west, south, east, north = named.total_bounds
        across = int(np.clip(np.sqrt(len(named)), _FEWEST, _MOST))
        # A little more than the extent, so that the last street is inside too.
        side = 1.001 * max(east - west, north - south) / across
        cells = pd.DataFrame(
            {
                "x": ((shapely.get_x(middles) - west) // side).astype("int64"),
                "y": ((shapely.get_y(middles) - south) // side).astype("int64"),
                "zone": named["zone_id"].to_numpy(),
            }
        )
        counts = cells.value_counts().reset_index(name="n")
        counts = counts.sort_values(["n", "zone"], ascending=[False, True], kind="stable")
        most = counts.drop_duplicates(["x", "y"])
        x, y = west + most["x"].to_numpy() * side, south + most["y"].to_numpy() * side
        boxes = gpd.GeoSeries(shapely.box(x, y, x + side, y + side), crs=sections.crs)
        drawn = boxes.groupby(most["zone"].to_numpy()).apply(shapely.union_all)
        shapes["squares"] = gpd.GeoSeries(drawn, crs=sections.crs)
    return shapes


def _path(shape: shapely.Geometry, corner: tuple[float, float], scale: float) -> str:
    """Write the outlines of an area as the path of a drawing."""
    west, north = corner
    texts = []
    for part in shapely.get_parts([shape]):
        for ring in (part.exterior, *part.interiors):
            places = shapely.get_coordinates(ring)
            x, y = (places[:, 0] - west) * scale + _EDGE, (north - places[:, 1]) * scale + _EDGE
            points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
            texts.append(f"M{points}Z")
    return "".join(texts)


def _steps(values: pd.Series) -> np.ndarray:
    """Cut values into at most four steps with about as many zones in each."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, len(_TONES) + 1)))
    return edges if len(edges) > 1 else np.array([edges[0], edges[0]])


def zone_maps(
    found: Sequence[ZoneValues], shapes: Mapping[str, gpd.GeoSeries]
) -> dict[str, dict[str, Any]]:
    """
    Draw each measure's zones.

    Parameters
    ----------
    found
        Measures by zone.
    shapes
        From `zone_shapes`.

    Returns
    -------
    maps
        By measure: `size`, `zones` (path, fill and zone) `is_squares`, and `steps` (fill, lowest
        and highest value). A measure whose zones are not all drawn has no map.
    """
    maps = {}
    for one in found:
        drawn = next((s for s in shapes.values() if one.by_zone.index.isin(s.index).all()), None)
        if drawn is None:
            continue
        west, south, east, north = drawn.total_bounds
        scale = _WIDE / max(east - west, north - south)
        edges = _steps(one.by_zone)
        place = np.clip(np.searchsorted(edges, one.by_zone, side="right") - 1, 0, len(edges) - 2)
        tones = [_TONES[k] for k in np.linspace(0, len(_TONES) - 1, len(edges) - 1).astype(int)]
        fills = dict(zip(one.by_zone.index, (tones[k] for k in place), strict=True))
        maps[one.measure_id] = {
            "size": (
                round((east - west) * scale + 2 * _EDGE, 1),
                round((north - south) * scale + 2 * _EDGE, 1),
            ),
            "zones": [
                {
                    "zone": str(zone),
                    "fill": fills.get(str(zone), "none"),
                    "path": _path(shape, (west, north), scale),
                }
                for zone, shape in drawn.items()
            ],
            "is_squares": drawn is shapes.get("squares"),
            "steps": [
                {"fill": tone, "low": float(low), "high": float(high)}
                for tone, low, high in zip(tones, edges, edges[1:], strict=False)
            ],
        }
    return maps
