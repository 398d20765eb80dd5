"""Barriers in the order of their removal: a sum that an engineer can redo by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.barriers.placing import flagged, served
from norwalk_geo.barriers.severity import severity
from norwalk_geo.barriers.stability import top_stays
from norwalk_geo.barriers.weights import ADDENDS, Weights
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Barriers, Features, Findings, Sites, Zones

__all__ = ["Around", "rank"]

_FEATURES = ("ramps", "walks", "crossings", "stops", "building_elements")
_WORDS = ("street_name", "corner_id", "section_id", "building_id")


@dataclass(frozen=True, eq=False)
class Around:
    """
    What barriers are weighed by. What is missing is not known, and the sums say so.

    Parameters
    ----------
    places
        Destinations by `site_id` with their `kind`, or a `place_class` of their own.
    gains
        Who gets somewhere once a feature alone is repaired, as `routing.repair_gains` counts.
    zones
        Zones with `flags`.
    """

    places: Sites | None = None
    gains: DataFrame | None = None
    zones: Zones | None = None


def _facts(features: Sequence[Features]) -> gpd.GeoDataFrame:
    """Take what a barrier says of its feature: where it is, its class and zone."""
    keys = {schema.describe(name).key[0]: name for name in _FEATURES}
    tables, crs = [], None
    for frame in features:
        name = keys.get(str(frame.index.name))
        if name is None:
            what = f"the index is {frame.index.name!r}"
            remedy = f"Give a table whose index is one of {', '.join(keys)}."
            raise ConfigError.of("features", [Problem("index", what, remedy=remedy)])
        words = [column(frame, each, None).astype("str") for each in _WORDS]
        location = words[0]
        for other in words[1:]:
            location = location.fillna(other)
        facts = {each: column(frame, each, None).astype("str") for each in _KEPT}
        shapes = np.full(len(frame), None, dtype=object)
        if isinstance(frame, gpd.GeoDataFrame):
            shapes, crs = shapely.point_on_surface(frame.geometry.to_numpy()), frame.crs
        index = pd.MultiIndex.from_product([[name], frame.index], names=["feature", "feature_id"])
        cells = {**facts, "location": location, "geometry": shapes}
        tables.append(pd.DataFrame(cells).set_axis(index))
    every = pd.concat(tables) if tables else pd.DataFrame(columns=["geometry"])
    return gpd.GeoDataFrame(every, geometry="geometry", crs=crs)


_KEPT = ("functional_class", "zone_id", "infeasible_record")


def _people(index: pd.Index, gains: DataFrame | None, weights: Weights) -> DataFrame:
    """Take the most people that a feature's repair gives a kind of place to."""
    blank = pd.DataFrame({"people_cut_off": pd.NA, "people_kind": None}, index=index)
    blank = blank.astype({"people_cut_off": "Int64", "people_kind": "str"})
    if gains is None:
        return blank.assign(people_points=np.nan)
    flat = gains.reset_index().sort_values(
        ["people_gained", "kind"], ascending=[False, True], kind="stable"
    )
    best = flat.drop_duplicates(["feature", "feature_id"]).set_index(["feature", "feature_id"])
    count = best["people_gained"].reindex(index).astype("Int64")
    # Nobody is not a kind of place.
    kind = best["kind"].reindex(index).astype("str").where(count.gt(0).fillna(value=False))
    points = (count.astype("float64") / weights.full_people).clip(upper=1.0) * 100
    return pd.DataFrame(
        {"people_cut_off": count, "people_kind": kind, "people_points": points.round(2)}
    )


def _sum(table: DataFrame, weights: Weights) -> DataFrame:
    """Weigh and add; what is not known adds nothing and is named."""
    score, high = np.zeros(len(table)), np.zeros(len(table))
    lacks = np.full(len(table), "", dtype=object)
    for name, weight in zip(ADDENDS, weights.each, strict=True):
        part = (table[f"{name}_points"].astype("float64") * weight / 100).round(2)
        table[f"{name}_part"] = part
        score += part.fillna(0.0).to_numpy()
        high += part.fillna(weight).to_numpy()
        lacks[part.isna().to_numpy()] += f"{name}|"
    named = pd.Series(lacks, index=table.index, dtype="str").str.rstrip("|").replace("", None)
    return table.assign(score=score.round(2), score_high=high.round(2), not_known=named)


def _ordered(table: DataFrame) -> DataFrame:
    """Number barriers by their sum, equal ones by id."""
    ids = table.index.get_level_values(0) + ":" + table.index.get_level_values(1)
    flat = table.reset_index().assign(barrier_id=ids)
    flat = flat.sort_values(["score", "barrier_id"], ascending=[False, True], kind="stable")
    return flat.assign(rank=np.arange(1, len(flat) + 1)).set_index("barrier_id")


def rank(
    findings: Findings,
    features: Sequence[Features],
    *,
    around: Around | None = None,
    weights: Weights | None = None,
    points: DataFrame | None = None,
    classes: DataFrame | None = None,
) -> Barriers:
    """
    Rank what misses an enforced rule for its removal.

    The sum is weight × points of severity, place, people and equity; each product is a column,
    rounded to hundredths before it is added, so that the sum can be redone by hand.

    Parameters
    ----------
    findings
        As `ada.find` gives them. Rules that only advise make no barrier.
    features
        The tables that they are about.
    around
        Places, people and zones.
    weights
        What counts how much.
    points
        Points of each requirement. By default `parameters/barrier_severity.csv`.
    classes
        Classes of places. By default `parameters/place_classes.csv`, in the order of 28 CFR
        35.150(d)(2).

    Returns
    -------
    barriers
        One row a feature, by rank. An addend that is not known is blank, adds nothing to `score`
        and is named in `not_known`; `score_high` is the sum if it were at its most. Findings of
        features that are not given have no place.

    Raises
    ------
    ConfigError
        A table is not one of features; a requirement or a kind of place has no points.
    CrsError
        A layer is in another system.

    Examples
    --------
    >>> from norwalk_geo import ada, towns
    >>> made = towns.pedestrian(towns.town(seed=1).streets)
    >>> findings = ada.find(made.ramps, rules=ada.rules("ada2010"))
    >>> ranked = rank(findings, [made.ramps])
    >>> float(ranked["severity_points"].iloc[0]), ranked["not_known"].iloc[0]
    (100.0, 'place|people|equity')
    """
    around, weights = around or Around(), weights or Weights()
    points = schema.parameters("barrier_severity") if points is None else points
    classes = schema.parameters("place_classes") if classes is None else classes
    table = severity(findings, points, schema.parameters("ada_requirements"))
    facts = _facts(features)
    facts = gpd.GeoDataFrame(facts.reindex(table.index), geometry="geometry", crs=facts.crs)
    shapes = facts.geometry
    table = table.drop(columns=["method"]).join(pd.DataFrame(facts.drop(columns="geometry")))
    table = table.join(served(shapes, around.places, classes, weights.near_ft))
    table = table.join(_people(table.index, around.gains, weights))
    table = table.join(flagged(shapes, around.zones))
    ordered = _ordered(_sum(table.assign(geometry=shapes.to_numpy()), weights))
    ordered["top_stays"] = top_stays(ordered, weights)
    placed = gpd.GeoDataFrame(ordered, geometry="geometry", crs=facts.crs)
    checked: Barriers = gpd.GeoDataFrame(schema.check(placed, "barriers"))
    return checked
