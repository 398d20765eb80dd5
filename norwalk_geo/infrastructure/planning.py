"""What the work plan does with every asset, and what that takes of each fund and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import schema

__all__ = ["AssetPlan", "Price", "committed", "plan_assets"]

Assets: TypeAlias = pd.DataFrame
_REASON = {
    "planned": "Committed by the city: it has a year, a fund and a cost",
    "not_funded": "Needs work; no year and fund are decided",
    "not_needed": "Looked at; needs no work",
    "not_surveyed": "Nobody has looked at it",
    "overdue": "Its year has passed; enter what was done, or a new year",
    "later": "Its year comes after those of the plan",
}


@dataclass(frozen=True)
class Price:
    """
    How dollars of a year are made of constant ones.

    Parameters
    ----------
    base_year
        Fiscal year of the constant dollars.
    inflation_pct
        Yearly inflation.
    """

    base_year: int
    inflation_pct: float = 0.0


@dataclass(frozen=True)
class AssetPlan:
    """
    Assets in the work plan.

    Parameters
    ----------
    assets
        The city's table, every column.
    outcomes
        What the plan does with each, in the same order.
    years
        Work by fiscal year, kind and fund, to the cent.
    """

    assets: Assets
    outcomes: pd.DataFrame
    years: pd.DataFrame


def _status(assets: Assets, years: range) -> pd.Series:
    """Say what the plan does with each asset."""
    year = assets["year"].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    has_work = assets["next_work"].notna().to_numpy()
    looked_at = assets["asset_condition"].notna().to_numpy()
    found = np.select(
        [
            year < years.start,
            year >= years.stop,
            ~np.isnan(year),
            has_work,
            looked_at,
        ],
        ["overdue", "later", "planned", "not_funded", "not_needed"],
        default="not_surveyed",
    )
    return pd.Series(found, index=assets.index, dtype="str")


def committed(assets: Assets, years: range) -> dict[str, dict[int, float]]:
    """
    Add up what assets take of each fund and year.

    Parameters
    ----------
    assets
        As `check_assets` gives them.
    years
        Fiscal years of the plan.

    Returns
    -------
    taken
        Constant dollars to the cent, by fund and fiscal year; only what there is work for.
    """
    planned = assets[_status(assets, years).eq("planned")]
    cents = (planned["cost_usd"] * 100).round().astype("int64")
    taken: dict[str, dict[int, float]] = {}
    for fund, page in cents.groupby(planned["fund"].astype("str")):
        sums = page.groupby(planned.loc[page.index, "year"].astype("int64")).sum()
        taken[str(fund)] = {int(str(year)): int(one) / 100 for year, one in sums.items()}
    return taken


def plan_assets(
    assets: Assets, years: range, price: Price, *, funds: frozenset[str] = frozenset()
) -> AssetPlan:
    """
    Put assets into the work plan as the city decided on them.

    Nothing is chosen: this work has no part in the plan's objective and its bound, which are of
    pavement alone.

    Parameters
    ----------
    assets
        As `check_assets` gives them.
    years
        Fiscal years of the plan.
    price
        How dollars of a year are made.
    funds
        Funds whose money the city gives; work of other funds is marked as not held against any.

    Returns
    -------
    asset_plan
        Every asset with a status and a reason, and the totals.
    """
    status = _status(assets, years)
    outcomes = pd.DataFrame({"status": status, "reason": status.map(_REASON)})
    planned = assets[status.eq("planned")]
    cents = (planned["cost_usd"] * 100).round().astype("int64")
    grown = (1 + price.inflation_pct / 100) ** (planned["year"].astype("int64") - price.base_year)
    rows = pd.DataFrame(
        {
            "year": planned["year"].astype("int64"),
            "asset_kind": planned["asset_kind"],
            "fund": planned["fund"],
            "assets": 1,
            "cost_usd": cents,
            "cost_nominal_usd": (cents * grown).round().astype("int64"),
        }
    )
    sums = rows.groupby(["year", "asset_kind", "fund"], as_index=False).sum()
    for name in ("cost_usd", "cost_nominal_usd"):
        sums[name] = sums[name].astype("float64") / 100
    sums["fund_is_checked"] = sums["fund"].isin(funds)
    return AssetPlan(
        assets,
        schema.check(outcomes, "asset_outcomes"),
        schema.check(sums, "asset_years").sort_index(kind="stable"),
    )
