"""What a barrier is near to: the place that its walkway serves, and the zone that it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import ConfigError, CrsError, Problem
from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Sites, Zones

__all__ = ["flagged", "served"]

_OTHER = "other"


def _same_system(points: gpd.GeoSeries, layer: gpd.GeoDataFrame, subject: str) -> None:
    """Refuse a layer in another system than the barriers."""
    if layer.crs != points.crs:
        problem = Problem("geometry", "is in another system", remedy="Convert it with to_crs.")
        raise CrsError.of(subject, [problem])


def _classes(places: Sites, classes: DataFrame) -> pd.Series:
    """Find the class of each place: its own, else that of its kind."""
    kinds = classes["kinds"].astype("str").dropna().str.split("|").explode()
    by_kind = dict(zip(kinds, kinds.index, strict=True))
    own = column(places, "place_class", None).astype("str")
    found = own.fillna(places["kind"].astype("str").map(by_kind))
    strange = found.isna() | ~found.isin(classes.index)
    if strange.any():
        names = tuple(dict.fromkeys(places.loc[strange, "kind"].astype("str")))
        remedy = "Name the kinds in parameters/place_classes.csv, or give place_class."
        raise ConfigError.of("places", [Problem("kind", "has no class", names, remedy)])
    return found


def served(
    points: gpd.GeoSeries, places: Sites | None, classes: DataFrame, near_ft: float
) -> DataFrame:
    """
    Find the place that each barrier's walkway serves.

    Parameters
    ----------
    points
        Barriers; a missing point serves nothing that is known.
    places
        Sites by id with `kind`, or with `place_class` of their own.
    classes
        As `parameters/place_classes.csv`.
    near_ft
        How near a place is served, in feet.

    Returns
    -------
    served
        Aligned to `points`: `place_class`, `place_id`, `place_ft`, `place_points`. Of the places
        that are near, that of the first class counts, then the nearest; without one the class is
        `other`. All are missing where no place or no point is known.

    Raises
    ------
    ConfigError
        A kind of place has no class.
    CrsError
        Places are in another system.
    """
    blank = pd.DataFrame(
        {"place_class": None, "place_id": None, "place_ft": np.nan}, index=points.index
    ).astype({"place_class": "str", "place_id": "str"})
    if places is None or places.empty:
        return blank.assign(place_points=np.nan)
    _same_system(points, places, "places")
    kind = _classes(places, classes)
    feet = feet_per_unit(points.crs)
    shapes, known = points.to_numpy(), ~shapely.is_missing(points.to_numpy())
    tree = shapely.STRtree(places.geometry.to_numpy())
    row, place = tree.query(shapes, predicate="dwithin", distance=near_ft / feet)
    apart = shapely.distance(shapes[row], places.geometry.to_numpy()[place]) * feet
    found = pd.DataFrame(
        {
            "row": row,
            "place_class": kind.to_numpy()[place],
            "place_id": places.index.astype("str")[place],
            "place_ft": np.round(apart, 1),
        }
    )
    found["order"] = found["place_class"].map(classes["place_order"])
    found = found.sort_values(["row", "order", "place_ft", "place_id"], kind="stable")
    first = found.drop_duplicates("row").set_index("row").reindex(range(len(points)))
    first = first.set_axis(points.index)[["place_class", "place_id", "place_ft"]]
    first["place_class"] = first["place_class"].astype("str").fillna(_OTHER).where(known)
    return first.assign(place_points=first["place_class"].map(classes["points"]).astype("float64"))


def flagged(points: gpd.GeoSeries, zones: Zones | None) -> DataFrame:
    """
    Find the flags of the zone that each barrier lies in.

    Parameters
    ----------
    points
        Barriers.
    zones
        Zones with `flags`, such as `disadvantaged`.

    Returns
    -------
    flagged
        Aligned to `points`: `equity_flags`, and `equity_points`: 100 where the zone has a flag, 0
        where it has none, missing where no zone is known. On a border the flagged zone counts.

    Raises
    ------
    CrsError
        Zones are in another system.
    """
    found = pd.DataFrame({"equity_flags": None, "equity_points": np.nan}, index=points.index)
    found["equity_flags"] = found["equity_flags"].astype("str")
    if zones is None or zones.empty or "flags" not in zones:
        return found
    _same_system(points, zones, "zones")
    flags = zones["flags"].astype("str").str.strip().replace("", None)
    tree = shapely.STRtree(zones.geometry.to_numpy())
    row, zone = tree.query(points.to_numpy(), predicate="intersects")
    pairs = pd.DataFrame({"row": row, "zone": zone, "flags": flags.to_numpy()[zone]})
    pairs = pairs.assign(bare=pairs["flags"].isna()).sort_values(
        ["row", "bare", "zone"], kind="stable"
    )
    first = pairs.drop_duplicates("row").set_index("row").reindex(range(len(points)))
    first = first.set_axis(points.index)
    found["equity_flags"] = first["flags"].astype("str")
    found["equity_points"] = first["flags"].notna().astype("float64") * 100
    return found.assign(equity_points=found["equity_points"].where(first["zone"].notna()))
