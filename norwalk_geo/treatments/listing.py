"""Treatments: windows, effects, and costs in dollars of the base year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem, nearest

if TYPE_CHECKING:
    from norwalk_geo.schema import Treatments

__all__ = ["catalogue", "price_level"]


def price_level(index: pd.DataFrame, years: pd.Series | int) -> pd.Series | float:
    """
    Look up the price level of years.

    Parameters
    ----------
    index
        Price level by year.
    years
        One year, or a series of them.

    Returns
    -------
    level
        Aligned to `years`.

    Raises
    ------
    ConfigError
        The index lacks a year.
    """
    wanted = {years} if isinstance(years, int) else set(years)
    unknown = sorted(wanted - set(index.index))
    if unknown:
        what = f"has no row for {', '.join(map(str, unknown))}"
        remedy = "Add the years to parameters/price_index.csv."
        raise ConfigError.of("parameters", [Problem("price_index", what, remedy=remedy)])
    level = index["index"]
    return float(level[years]) if isinstance(years, int) else years.map(level)


def _catalogue_problems(given: Treatments, only: Sequence[str]) -> list[Problem]:
    """Find treatments that nobody defined, surfaces that do not exist and crossed windows."""
    problems = []
    for name in only:
        if name not in given.index:
            hint = nearest(name, given.index)
            problems.append(Problem(name, "unknown treatment", remedy=hint))
    surfaces = str(schema.describe("curves").columns["values"]["surface_type"]).split("|")
    for treatment, text in given["surfaces"].astype("str").items():
        strange = [one for one in str(text).split() if one not in surfaces]
        if strange:
            remedy = f"Use {', '.join(surfaces)}."
            problems.append(Problem(str(treatment), f"unknown surface {strange}", remedy=remedy))
    crossed = given.index[given["pci_min"] >= given["pci_max"]]
    if len(crossed):
        remedy = "Correct the window."
        problems.append(Problem("pci_min", "is not below pci_max", tuple(crossed), remedy))
    problems += _effect_problems(given)
    return problems


def _number(given: Treatments, name: str) -> pd.Series:
    """Take a column that a city's own file may lack; missing is zero effect."""
    return given.get(name, pd.Series(np.nan, index=given.index)).astype("float64").fillna(0.0)


def _effect_problems(given: Treatments) -> list[Problem]:
    """Find effects that would lower the condition, and windows in which nothing is gained."""
    sets = given["effect"].eq("set")
    found = [
        (
            sets & (given["effect_points"] <= given["pci_max"]),
            "effect_points",
            "sets a condition that its own window reaches, so that the work would lower it",
            "Lower pci_max or raise effect_points.",
        ),
        (
            given["pci_cap"] <= given["pci_min"],
            "pci_cap",
            "leaves nothing to gain anywhere in the window",
            "Raise pci_cap or lower pci_min.",
        ),
        (
            ~sets & ~(given["effect_points"] > 0) & ~(_number(given, "slow_pct") > 0),
            "effect_points",
            "adds nothing",
            "Give the points that the work adds.",
        ),
        (
            (_number(given, "slow_pct") > 0) != (_number(given, "slow_years") > 0),
            "slow_pct",
            "slows decay without saying by how much and for how long",
            "Give both slow_pct and slow_years, or neither.",
        ),
    ]
    return [
        Problem(where, what, tuple(given.index[rows]), remedy)
        for rows, where, what, remedy in found
        if rows.any()
    ]


def catalogue(
    parameters: pd.DataFrame | None = None,
    *,
    base_year: int,
    price_index: pd.DataFrame | None = None,
    only: Sequence[str] = (),
) -> Treatments:
    """
    List the treatments with their cost in dollars of the base year.

    Parameters
    ----------
    parameters
        Treatments as given. By default those that ship with the package; every row has its source.
    base_year
        Year of the dollars.
    price_index
        Price level by year. By default the one that ships with the package.
    only
        Treatments that the city uses; where none is named, all but the optional ones.

    Returns
    -------
    treatments
        With `cost_usd_sy`, dollars of the base year per square yard.

    Raises
    ------
    ConfigError
        With every unknown treatment or surface and every window that is upside down; or the price
        index lacks a year.

    Examples
    --------
    >>> costs = catalogue(base_year=2026)["cost_usd_sy"]
    >>> bool(costs["slurry_seal"] < costs["mill_overlay"] < costs["reconstruct"])
    True
    """
    given = schema.parameters("treatments") if parameters is None else parameters
    index = schema.parameters("price_index") if price_index is None else price_index
    problems = _catalogue_problems(given, only)
    if problems:
        raise ConfigError.of("treatments", problems)
    optional = given.get("is_optional", pd.Series(data=False, index=given.index)).eq(other=True)
    used = given.index.isin(list(only)) if only else ~optional.to_numpy()
    given = given.loc[used]
    ratio = price_level(index, base_year) / price_level(index, given["cost_year"])
    return given.assign(cost_usd_sy=given["unit_cost_usd_sy"] * ratio)
