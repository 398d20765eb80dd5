"""Invented ramps, walks and crossings of an invented town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from norwalk_geo import schema
from norwalk_geo.network.legs import legs

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Features

__all__ = ["Pedestrian", "pedestrian"]

_BEYOND_FT, _WALK_FT, _WIDTH_FT = 16.0, 6.0, 36.0
# Legs that go on nearly straight have no corner between them.
_BEND, _FARTHEST_FT = 0.35, 90.0
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


def _aside(sections: pd.DataFrame) -> pd.Series:
    """Say how far from the middle of its street a walk is."""
    return sections["width_ft"].fillna(_WIDTH_FT) / 2 + _WALK_FT


def _legs(streets: Network) -> pd.DataFrame:
    """List the ends of sections with where the walks beside them begin and what crosses them."""
    ends = legs(streets)
    ends["aside"] = ends["section_id"].map(_aside(streets.sections))
    by = ends.groupby("node_id")
    ends["count"] = by["rank"].transform("size")
    ends["away"] = by["aside"].transform("max") + _BEYOND_FT
    after = by["bearing"].shift(-1).fillna(by["bearing"].transform("first") + _CIRCLE)
    turn = pd.Series(np.radians(after - ends["bearing"]))
    beside = by["aside"].shift(-1).fillna(by["aside"].transform("first"))
    own, other = _meeting(ends["aside"], beside, turn)
    ends["back_right"] = own
    first = other.groupby(ends["node_id"]).transform("last")
    ends["back_left"] = other.groupby(ends["node_id"]).shift(1).fillna(first)
    none = ends["count"].lt(_LEAST_LEGS)
    return ends.assign(**{name: ends[name].mask(none, 0.0) for name in ("back_right", "back_left")})


def _meeting(own: pd.Series, other: pd.Series, turn: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Find how far out the walks between two legs meet; across a straight street at once."""
    sine = np.sin(turn)
    bends = sine.gt(_BEND)
    found = (
        ((one + each * np.cos(turn)) / sine.where(bends)).clip(0, _FARTHEST_FT).fillna(0.0)
        for one, each in ((other, own), (own, other))
    )
    first, last = found
    return first, last


def _beside(streets: Network, ends: pd.DataFrame, side: float) -> npt.NDArray[np.float64]:
    """Place the ends of crossings on one side of their legs."""
    at = streets.nodes.geometry.reindex(ends["node_id"])
    along, aside = np.radians(ends["bearing"].to_numpy()), side * ends["aside"].to_numpy()
    away = ends["away"].to_numpy()
    x = at.x.to_numpy() + away * np.sin(along) + aside * np.cos(along)
    y = at.y.to_numpy() + away * np.cos(along) - aside * np.sin(along)
    return np.stack([x, y], axis=1)


def _ramps(streets: Network, rng: np.random.Generator) -> Features:
    """Set a ramp between each two legs that follow each other around an intersection."""
    ends = _legs(streets)
    ends = ends[ends["count"] >= _LEAST_LEGS].reset_index(drop=True)
    left, right = _beside(streets, ends, -1.0), _beside(streets, ends, 1.0)
    place = pd.Series(ends.index)
    first = place.groupby(ends["node_id"]).transform("first")
    after = place.groupby(ends["node_id"]).shift(-1).fillna(first).to_numpy("int64")
    middle = (right + left[after]) / 2
    # Beside a street that goes straight on, a ramp stands at the crossing itself.
    goes_on = ends["back_right"].eq(0).to_numpy()
    middle[goes_on] = right[goes_on]
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
    return _table("ramps", cells, shapely.points(middle), streets.nodes.crs)


def _crossings(streets: Network, rng: np.random.Generator) -> Features:
    """Draw a crossing over each leg of an intersection, square to the street."""
    ends = _legs(streets)
    ends = ends[ends["count"] >= _LEAST_LEGS].reset_index(drop=True)
    section = streets.sections.reindex(ends["section_id"])
    sides = [_beside(streets, ends, side) for side in (-1.0, 1.0)]
    shapes = shapely.linestrings(np.stack(sides, axis=1))
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


def _between(streets: Network, side: float) -> npt.NDArray[np.object_]:
    """Cut sections back to the corners on one side."""
    ends = _legs(streets).drop_duplicates(["section_id", "node_id"])
    ends = ends.set_index(["section_id", "node_id"])
    sections = streets.sections
    # What is right of the line is left of its last leg.
    names = ("back_right", "back_left") if side > 0 else ("back_left", "back_right")
    first, last = (
        ends[name].reindex([sections.index, sections[node]]).to_numpy()
        for name, node in zip(names, ("from_node", "to_node"), strict=True)
    )
    shapes = sections.geometry.to_numpy()
    length = shapely.length(shapes)
    share = np.minimum(1.0, 0.9 * length / np.maximum(first + last, 1.0))
    parts = zip(shapes, first * share, length - last * share, strict=True)
    return np.array([substring(line, one, other) for line, one, other in parts], dtype=object)


def _walks(streets: Network, rng: np.random.Generator) -> Features:
    """Draw a walk on either side of each section, from corner to corner."""
    sections = pd.concat([streets.sections, streets.sections])
    side = np.repeat([1.0, -1.0], len(streets.sections))
    between = np.concatenate([_between(streets, 1.0), _between(streets, -1.0)])
    # To the right of a line is below zero.
    shapes = shapely.offset_curve(between, -side * _aside(sections).to_numpy())
    is_line = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 1)
    kept = sections[is_line]
    cells: dict[str, Any] = {
        "section_id": kept.index.to_numpy(),
        "street_name": kept["street_name"].to_numpy(),
        "zone_id": kept["zone_id"].to_numpy(),
        "functional_class": kept["functional_class"].to_numpy(),
        "surface_material": "concrete",
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
