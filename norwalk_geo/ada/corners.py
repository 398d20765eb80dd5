"""Ramps due, by street corner, with their cost: the table that a plan of repairs reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.ada.due import due
from norwalk_geo.ada.placing import Places, place
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import column

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.network import Network
    from norwalk_geo.schema import AdaRules, Features

__all__ = ["Corners", "corners", "prices"]

_COUNTED = {"ramps_due": "due", "ramps_unknown": "unknown", "ramps_infeasible": "infeasible"}
_REMEDIES = {
    "ramp_far_from_streets": "Correct its place, or import the street that it is at.",
    "corner_without_sections": "Correct the place of its ramps, or import the streets there.",
    "crossed_section_unknown": "Correct crossed_section_id to the id of a section.",
}


@dataclass(frozen=True)
class Corners:
    """
    Ramps due, by corner.

    Parameters
    ----------
    corners
        Corners where a ramp is due, may be due, or is infeasible on record, with costs.
    corner_sections
        Sections at each of them, and whether the ramps serve a crossing of their street.
    ramps
        Every ramp: whether it is due, why, and its corner.
    faults
        Ramps far from any street, corners without sections, crossings of unknown sections.
    """

    corners: gpd.GeoDataFrame
    corner_sections: DataFrame
    ramps: DataFrame
    faults: DataFrame


def prices(
    item: str,
    *,
    base_year: int,
    costs: DataFrame | None = None,
    price_index: DataFrame | None = None,
) -> tuple[float, float, float]:
    """
    Give the price of an item from public estimates.

    Parameters
    ----------
    item
        `ramp`.
    base_year
        Year of the dollars.
    costs
        Estimates by item, place and year. By default `parameters/ada_costs.csv`.
    price_index
        Price level by year. By default the one that ships with the package.

    Returns
    -------
    low, middle, high
        Least, median and greatest estimate in dollars of the base year, to the cent.

    Raises
    ------
    ConfigError
        There is no estimate of the item, or no price level for a year.

    Examples
    --------
    >>> low, middle, high = prices("ramp", base_year=2026)
    >>> low < middle < high
    True
    """
    table = schema.parameters("ada_costs") if costs is None else costs
    level = (schema.parameters("price_index") if price_index is None else price_index)["index"]
    rows = table[table.index.get_level_values("item") == item].reset_index()
    wanted = {base_year, *rows["cost_year"]}
    problems = []
    if rows.empty:
        remedy = "Add a row to parameters/ada_costs.csv."
        problems.append(Problem("ada_costs", f"has no estimate of a {item}", remedy=remedy))
    if lacking := sorted(wanted - set(level.index)):
        what = f"has no row for {', '.join(map(str, lacking))}"
        remedy = "Add the years to parameters/price_index.csv."
        problems.append(Problem("price_index", what, remedy=remedy))
    if problems:
        raise ConfigError.of("parameters", problems)
    ratio = level[base_year] / rows["cost_year"].map(level)
    cost = rows["unit_cost_usd"] * ratio
    low, middle, high = (round(float(one), 2) for one in (cost.min(), cost.median(), cost.max()))
    return low, middle, high


def _grouped(table: DataFrame, crossed: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Part a corner into groups whose ramps serve the same crossing, where that is recorded."""
    base = table["corner_id"]
    kinds = crossed.fillna("").groupby(base).nunique()
    parted = base.map(kinds).fillna(0).gt(1) & crossed.notna()
    return base.where(~parted, base + "-" + crossed), base


def _links(groups: DataFrame, places: Places) -> DataFrame:
    """Name the sections of each group, and those whose street is crossed from it."""
    pairs = groups.drop_duplicates(["group", "crossed"]).merge(
        places.links, left_on="base", right_on="corner_id"
    )
    own = groups.dropna(subset="crossed").assign(section_id=lambda one: one["crossed"])
    own = own.drop_duplicates(["group", "section_id"])
    every = pd.concat([pairs, own], ignore_index=True)
    # Without a record the ramps of a corner serve the crossings of both streets around it.
    every["is_crossed"] = every["crossed"].isna() | every["crossed"].eq(every["section_id"])
    links = every.groupby(["group", "section_id"])["is_crossed"].any().reset_index()
    return links.rename(columns={"group": "corner_id"})


def _counts(table: DataFrame, points: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Count ramps by group, with their middle and why they are due."""
    by = table["group"]
    counts = {
        name: table["status"].eq(word).groupby(by).sum().astype("int64")
        for name, word in _COUNTED.items()
    }
    told = table["reason"].where(table["status"].isin(_COUNTED.values()))
    said = (table.index.astype("str") + ": " + told).dropna()
    reason = said.groupby(by[said.index]).agg("; ".join)
    middle = pd.DataFrame({"x": points.x, "y": points.y}).groupby(by).mean()
    shapes = shapely.points(middle["x"].to_numpy(), middle["y"].to_numpy())
    frame = pd.DataFrame(counts).assign(reason=reason)
    return gpd.GeoDataFrame(
        frame, geometry=gpd.GeoSeries(shapes, index=middle.index, crs=points.crs)
    )


def _faults(
    places: Places, corner_ids: pd.Index, crossed: pd.Series, streets: Network
) -> DataFrame:
    """List what cannot be placed."""
    far = places.corner.index[places.corner.isna()]
    bare = corner_ids[~corner_ids.isin(places.links["corner_id"])]
    alien = crossed.index[crossed.notna() & ~crossed.isin(streets.sections.index)]
    rows = [
        (fault, str(one), _REMEDIES[fault])
        for fault, ids in zip(_REMEDIES, (far, bare, alien), strict=True)
        for one in ids
    ]
    table = pd.DataFrame(rows, columns=["fault", "id", "remedy"]).astype("str")
    return schema.check(table, "corner_faults")


def corners(
    ramps: Features,
    streets: Network,
    *,
    rules: AdaRules,
    base_year: int,
    costs: DataFrame | None = None,
    price_index: DataFrame | None = None,
) -> Corners:
    """
    Say which ramps are due at which corner, and what they cost.

    Parameters
    ----------
    ramps
        Ramps, and places where one is missing. `corner_id` keeps the city's own corners;
        `crossed_section_id` parts a corner by the crossings that its ramps serve.
    streets
        Nodes and sections of the city.
    rules
        As `ada.rules` gives them.
    base_year
        Year of the dollars.
    costs, price_index
        As `prices` takes them.

    Returns
    -------
    corners
        Corners where something is due or may be, the sections that meet there, every ramp with its
        status, and what could not be placed. `cost_usd` is that of ramps due and unknown at the
        middle price, `cost_low_usd` that of ramps due at the low one, `cost_high_usd` that of both
        at the high one, in dollars of the base year.

    Raises
    ------
    ConfigError
        No rule for ramps is enforced, or a price is missing.
    CrsError
        Ramps and streets are in different systems.
    SchemaError
        With every problem of the ramps.
    """
    frame = gpd.GeoDataFrame(schema.check(ramps, "ramps"))
    status = due(frame, rules=rules)
    crossed = column(frame, "crossed_section_id", None).astype("str")
    places = place(frame.geometry, streets, column(frame, "corner_id", None).astype("str"))
    table = status.assign(corner_id=places.corner)
    group, base = _grouped(table, crossed)
    is_known = crossed.isin(streets.sections.index)
    groups = pd.DataFrame({"group": group, "base": base, "crossed": crossed.where(is_known)})
    placed = table["corner_id"].notna() & table["status"].isin(_COUNTED.values())
    found = _counts(table[placed].assign(group=group[placed]), frame.geometry[placed])
    low, middle, high = prices("ramp", base_year=base_year, costs=costs, price_index=price_index)
    both = found["ramps_due"] + found["ramps_unknown"]
    found = found.assign(
        cost_usd=(both * middle).round(2),
        cost_low_usd=(found["ramps_due"] * low).round(2),
        cost_high_usd=(both * high).round(2),
    ).rename_axis("corner_id")
    links = _links(groups[placed], places)
    return Corners(
        gpd.GeoDataFrame(schema.check(found, "corners")),
        schema.check(links, "corner_sections"),
        schema.check(table, "ramps_due"),
        _faults(places, pd.Index(base[placed].dropna().unique()), crossed, streets),
    )
