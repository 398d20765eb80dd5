"""Invented ramps, walks and crossings of an invented town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.legs import legs

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Features

__all__ = ["Pedestrian", "pedestrian"]

_BACK_FT, _CROSSING_FT, _WALK_FT, _WIDTH_FT = 35.0, 40.0, 6.0, 36.0
_LEAST_LEGS, _CIRCLE = 3, 360.0
_MEASURED, _DATED, _BUILT, _WALKWAY = 0.8, 0.7, 0.85, 0.9
# Mean and spread of each measure.
_RAMP = {
    "running_slope_pct": (7.9, 1.6),
    "cross_slope_pct": (1.5, 0.8),
    "width_in": (48.0, 6.0),
    "flare_slope_pct": (9.6, 1.6),
    "counter_slope_pct": (3.2, 1.4),
    "landing_length_in": (47.0, 8.0),
    "vertical_discontinuity_in": (0.1, 0.1),
}
_WALK = {
    "width_in": (58.0, 8.0),
    "running_slope_pct": (2.0, 1.2),
    "cross_slope_pct": (1.8, 0.7),
    "vertical_discontinuity_in": (0.2, 0.2),
}
_CROSSING = {
    "width_in": (96.0, 12.0),
    "running_slope_pct": (2.5, 1.2),
    "cross_slope_pct": (1.9, 0.9),
}


@dataclass(frozen=True)
class Pedestrian:
    """
    Invented pedestrian features of a town.

    Parameters
    ----------
    ramps
        Ramps at the corners of intersections, and places where one is missing.
    walks
        A walk on either side of each section.
    crossings
        A crossing of each section at each intersection.
    """

    ramps: Features
    walks: Features
    crossings: Features


def _measures(
    means: dict[str, tuple[float, float]], count: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Draw measures of features; those of a fifth were never taken."""
    taken = rng.random(count) < _MEASURED
    drawn = {
        name: np.round(np.maximum(rng.normal(mean, spread, count), 0), 2)
        for name, (mean, spread) in means.items()
    }
    return {name: np.where(taken, values, np.nan) for name, values in drawn.items()}


def _table(name: str, cells: dict[str, Any], shapes: Any, crs: Any) -> Features:  # noqa: ANN401
    """Put a table together and check it; ids count from one."""
    key = schema.describe(name).key[0]
    ids = [f"{name[:-1]}{place + 1:05d}" for place in range(len(shapes))]
    frame = gpd.GeoDataFrame({key: ids} | cells, geometry=np.asarray(shapes), crs=crs)
    checked: Features = gpd.GeoDataFrame(schema.check(frame, name))
    return checked


def _ramps(streets: Network, rng: np.random.Generator) -> Features:
    """Set a ramp between each two legs that follow each other around an intersection."""
    ends = legs(streets)
    count = ends.groupby("node_id")["rank"].transform("size")
    ends = ends[count >= _LEAST_LEGS].reset_index(drop=True)
    after = ends.groupby("node_id")["bearing"].shift(-1)
    first = ends.groupby("node_id")["bearing"].transform("first") + _CIRCLE
    middle = np.radians((ends["bearing"] + after.fillna(first)) / 2)
    at = streets.nodes.geometry.reindex(ends["node_id"])
    x = at.x.to_numpy() + _BACK_FT * np.sin(middle)
    y = at.y.to_numpy() + _BACK_FT * np.cos(middle)
    size = len(ends)
    there = rng.random(size) < _BUILT
    measures = _measures(_RAMP, size, rng)
    year = pd.Series(rng.integers(1975, 2026, size)).where(rng.random(size) < _DATED)
    section = streets.sections.reindex(ends["section_id"])
    cells: dict[str, Any] = {
        "presence": np.where(there, "yes", "no"),
        "has_walkway": rng.random(size) < _WALKWAY,
        "ramp_type": pd.Series("diagonal", index=range(size)).where(there),
        "built_year": year.where(there).astype("Int64"),
        "zone_id": section["zone_id"].to_numpy(),
        "functional_class": section["functional_class"].to_numpy(),
    }
    cells |= {name: np.where(there, values, np.nan) for name, values in measures.items()}
    return _table("ramps", cells, shapely.points(x, y), streets.nodes.crs)


def _crossings(streets: Network, rng: np.random.Generator) -> Features:
    """Draw a crossing over each leg of an intersection, square to the street."""
    ends = legs(streets)
    count = ends.groupby("node_id")["rank"].transform("size")
    ends = ends[count >= _LEAST_LEGS].reset_index(drop=True)
    at = streets.nodes.geometry.reindex(ends["node_id"])
    section = streets.sections.reindex(ends["section_id"])
    half = section["width_ft"].fillna(_WIDTH_FT).to_numpy() / 2 + _WALK_FT
    along = np.radians(ends["bearing"].to_numpy())
    x = at.x.to_numpy() + _CROSSING_FT * np.sin(along)
    y = at.y.to_numpy() + _CROSSING_FT * np.cos(along)
    side = np.stack([half * np.cos(along), -half * np.sin(along)], axis=1)
    middle = np.stack([x, y], axis=1)
    shapes = shapely.linestrings(np.stack([middle - side, middle + side], axis=1))
    is_large = section["functional_class"].isin(["arterial", "collector"]).to_numpy()
    cells: dict[str, Any] = {
        "section_id": ends["section_id"].to_numpy(),
        "is_midblock": False,
        "vehicle_traffic_control": np.where(is_large, "traffic signal", "stop sign"),
        "zone_id": section["zone_id"].to_numpy(),
        "functional_class": section["functional_class"].to_numpy(),
    }
    cells |= _measures(_CROSSING, len(ends), rng)
    return _table("crossings", cells, shapes, streets.nodes.crs)


def _walks(streets: Network, rng: np.random.Generator) -> Features:
    """Draw a walk on either side of each section."""
    sections = pd.concat([streets.sections, streets.sections])
    side = np.repeat([1.0, -1.0], len(streets.sections))
    aside = side * (sections["width_ft"].fillna(_WIDTH_FT).to_numpy() / 2 + _WALK_FT)
    shapes = shapely.offset_curve(sections.geometry.to_numpy(), aside)
    is_line = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 1)
    kept = sections[is_line]
    cells: dict[str, Any] = {
        "section_id": kept.index.to_numpy(),
        "street_name": kept["street_name"].to_numpy(),
        "zone_id": kept["zone_id"].to_numpy(),
        "functional_class": kept["functional_class"].to_numpy(),
    }
    cells |= _measures(_WALK, len(kept), rng)
    return _table("walks", cells, shapes[is_line], streets.nodes.crs)


def pedestrian(streets: Network, *, seed: int = 1) -> Pedestrian:
    """
    Invent the ramps, walks and crossings of a town.

    Parameters
    ----------
    streets
        Streets of an invented town.
    seed
        Another seed gives other measures.

    Returns
    -------
    pedestrian
        Checked tables. Everything in them is invented; a fifth was never measured, some ramps are
        missing, and the year of a third is not known.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> made = pedestrian(towns.town(seed=1).streets)
    >>> sorted(set(made.ramps["presence"]))
    ['no', 'yes']
    """
    first, second, third = np.random.default_rng([seed, len(streets.sections)]).spawn(3)
    return Pedestrian(_ramps(streets, first), _walks(streets, second), _crossings(streets, third))
