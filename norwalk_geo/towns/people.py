"""Invented zones of an invented town, with people in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Zones

__all__ = ["zones"]

_SIDE_FT, _MOST_A_SIDE = 2_640.0, 12
_PEOPLE_PER_FT = 0.04
_FLAGGED, _DISABLED = 0.3, 0.1


def zones(streets: Network, *, seed: int = 1) -> Zones:
    """
    Invent census zones: squares of about half a mile with people by length of street.

    Parameters
    ----------
    streets
        Streets of an invented town.
    seed
        Another seed gives other people.

    Returns
    -------
    zones
        Checked table. Everything in it is invented; about a third is flagged `disadvantaged`.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> made = zones(towns.town(seed=1).streets)
    >>> bool(made["people"].gt(0).any())
    True
    """
    rng = np.random.default_rng([seed, len(streets.sections), 2])
    west, south, east, north = streets.sections.total_bounds
    across, up = (
        int(np.clip(round(size / _SIDE_FT), 2, _MOST_A_SIDE))
        for size in (east - west, north - south)
    )
    xs, ys = (
        np.linspace(west - 100, east + 100, across + 1),
        np.linspace(south - 100, north + 100, up + 1),
    )
    shapes = [
        shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(up) for i in range(across)
    ]
    middles = shapely.centroid(streets.sections.geometry.to_numpy())
    zone, line = shapely.STRtree(middles).query(shapes, predicate="contains")
    feet = np.bincount(
        zone,
        weights=shapely.length(streets.sections.geometry.to_numpy())[line],
        minlength=len(shapes),
    )
    people = np.round(feet * _PEOPLE_PER_FT * rng.uniform(0.6, 1.4, len(shapes))).astype("int64")
    flagged = pd.Series("disadvantaged", index=range(len(shapes))).where(
        rng.random(len(shapes)) < _FLAGGED
    )
    cells = {
        "zone_id": [f"c{number + 1:03d}" for number in range(len(shapes))],
        "people": people,
        "people_with_disability": np.round(people * _DISABLED).astype("int64"),
        "flags": flagged,
        "layer_version": "invented",
    }
    frame = gpd.GeoDataFrame(cells, geometry=shapes, crs=streets.sections.crs)
    checked: Zones = gpd.GeoDataFrame(schema.check(frame, "zones"))
    return checked
