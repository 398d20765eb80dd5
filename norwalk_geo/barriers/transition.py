"""The transition plan: what is removed how, when and by whom, within the money of each year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.schema import Barriers, TransitionPlan

__all__ = ["transition_plan", "with_paving"]

_COSTS = ("cost_usd", "cost_low_usd", "cost_high_usd")
_CENTS = 100
_WORDS = {
    "scheduled": "Fiscal year {year}",
    "with_paving": "Fiscal year {year}, with the paving of the street",
    "beyond_budget": "Not scheduled: the money of the years given does not reach it",
    "no_price": "Not scheduled: it has no price yet",
    "infeasible": "Technically infeasible on record: access another way, as far as feasible",
}


def with_paving(
    ramp_work: DataFrame, ramps_due: DataFrame, crossed: pd.Series | None = None
) -> pd.Series:
    """
    Find the ramps that paving builds, and when.

    Parameters
    ----------
    ramp_work
        Corners whose ramps the plan of repairs builds, by `corner_id`, with `year`.
    ramps_due
        Every ramp with its status and corner, as `ada.corners` gives them.
    crossed
        Section that each ramp serves the crossing of, where it is recorded: a corner that is parted
        by it is built by parts.

    Returns
    -------
    year
        Fiscal year by `barrier_id` of a ramp. Only ramps that are due or may be are built.

    Examples
    --------
    >>> work = pd.DataFrame({"year": [2028]}, index=pd.Index(["n1-1"], name="corner_id"))
    >>> ramps = pd.DataFrame({"status": ["due"], "corner_id": ["n1-1"]}, index=["r1"])
    >>> with_paving(work, ramps).to_dict()
    {'ramps:r1': 2028}
    """
    built = ramps_due[ramps_due["status"].isin(["due", "unknown"])]
    year = built["corner_id"].map(work := ramp_work["year"])
    if crossed is not None:
        parted = built["corner_id"] + "-" + crossed.reindex(built.index).astype("str")
        year = parted.map(work).fillna(year)
    known = year.dropna()
    ids = pd.Index("ramps:" + known.index.astype("str"), name="barrier_id")
    return pd.Series(known.to_numpy("int64"), index=ids)


def _checked(budget_usd: Mapping[int, float], official: str) -> dict[int, int]:
    """Take the money of each year in cents."""
    problems = [
        Problem(str(year), f"is {usd}", remedy="Give dollars, zero or more.")
        for year, usd in budget_usd.items()
        if not 0 <= usd < np.inf
    ]
    if not official.strip():
        remedy = "Name the official responsible for the plan: 28 CFR 35.150(d)(3)(iv) asks for it."
        problems.append(Problem("responsible_official", "is blank", remedy=remedy))
    if problems:
        raise ConfigError.of("transition_plan", problems)
    return {int(year): round(usd * _CENTS) for year, usd in sorted(budget_usd.items())}


def _years(costs: pd.Series, left: dict[int, int]) -> list[float]:
    """Give each barrier the first year whose money still reaches it, in the order of rank."""
    found = []
    for cost in (costs * _CENTS).round():
        cents = np.inf if pd.isna(cost) else int(cost)
        year = next((one for one, money in left.items() if money >= cents), None)
        if year is not None:
            left[year] -= int(cents)
        found.append(np.nan if year is None else year)
    return found


def _methods(barriers: Barriers, requirements: DataFrame) -> pd.Series:
    """Say how the most severe miss is removed; the others go with it where they are one work."""
    return pd.Series(barriers["requirement"].map(requirements["method"]).astype("str"))


def transition_plan(
    barriers: Barriers,
    costs: DataFrame,
    *,
    budget_usd: Mapping[int, float],
    responsible_official: str,
    paved: pd.Series | None = None,
    requirements: DataFrame | None = None,
) -> TransitionPlan:
    """
    Schedule the removal of barriers within the money of each fiscal year.

    In the order of rank, each barrier is put into the first year whose money still reaches it, so
    that a dear one that does not fit waits while cheaper ones behind it go ahead. What paving
    builds costs nothing here.

    Parameters
    ----------
    barriers
        As `rank` gives them.
    costs
        By `barrier_id`: `cost_usd`, `cost_low_usd`, `cost_high_usd` in dollars of the base year;
        missing where there is no price.
    budget_usd
        Constant dollars by fiscal year.
    responsible_official
        Official responsible for the plan.
    paved
        Fiscal year by `barrier_id` of what paving builds, as `with_paving` finds it.
    requirements
        Words by requirement. By default `parameters/ada_requirements.csv`.

    Returns
    -------
    transition_plan
        Every barrier with the columns of 28 CFR 35.150(d)(3): obstacle, method, schedule and
        responsible official. Nothing is dropped: what has no price, is beyond the money or is
        infeasible on record says so.

    Raises
    ------
    ConfigError
        A sum of money is negative, or nobody is responsible.
    """
    left = _checked(budget_usd, responsible_official)
    words = schema.parameters("ada_requirements") if requirements is None else requirements
    ordered = barriers.sort_values("rank", kind="stable")
    with_it = pd.Series(dtype="Int64") if paved is None else paved
    paved_year = (
        with_it.reindex(ordered.index).astype("Float64").to_numpy("float64", na_value=np.nan)
    )
    price = costs.reindex(ordered.index)[list(_COSTS)].astype("float64")
    is_paved, is_free = ~np.isnan(paved_year), price["cost_usd"].isna().to_numpy()
    is_not = ordered["infeasible_record"].notna().to_numpy()
    waits = ~is_paved & ~is_free & ~is_not
    year = paved_year.copy()
    year[waits] = _years(price["cost_usd"][waits], left)
    status = np.select(
        [is_paved, is_not, is_free, np.isnan(year)],
        ["with_paving", "infeasible", "no_price", "beyond_budget"],
        "scheduled",
    )
    kept = ["rank", "obstacle", "location", "functional_class", "zone_id"]
    plan = pd.DataFrame(ordered[kept]).assign(
        method=_methods(ordered, words),
        status=status,
        year=pd.array(np.where(np.isnan(year), 0, year).astype("int64"), dtype="Int64"),
        responsible_official=responsible_official.strip(),
        **{name: price[name] for name in _COSTS},
    )
    plan["year"] = plan["year"].mask(np.isnan(year))
    said = zip(plan["status"], plan["year"], strict=True)
    plan["schedule"] = [_WORDS[one].format(year=when) for one, when in said]
    return schema.check(plan, "transition_plan")
