"""What stands beside a plan: its certificate in words, and the tables of what else was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from norwalk_geo.budget import Cheapest, LeastBacklog, Plan
    from norwalk_geo.infrastructure import AssetPlan

__all__ = ["Beside", "certificate", "paid", "rotation_price"]

_MONEY_DIGITS = 2


@dataclass(frozen=True)
class Beside:
    """
    What was asked of a plan beyond condition for money.

    Parameters
    ----------
    certificate
        What the plan is best at, its value and bound, and the same in a sentence.
    rotation, rotation_prices
        Visits to zones, and what going by zones costs; nothing where none was asked for.
    packages, left_out
        Contract packages, and the sections that are left out of one.
    targets
        Conditions to be reached at the least cost.
    assets
        Assets beside the pavement, as the city decided on them.
    """

    certificate: Mapping[str, Any] = field(default_factory=dict)
    rotation: pd.DataFrame | None = None
    rotation_prices: pd.DataFrame | None = None
    packages: pd.DataFrame | None = None
    left_out: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    assets: AssetPlan | None = None


def _dollars(usd: float) -> str:
    """Write dollars in words."""
    return f"${usd:,.0f}"


def certificate(
    plan: Plan, *, cheapest: Cheapest | None = None, least: LeastBacklog | None = None
) -> dict[str, Any]:
    """
    Say what a plan is best at, and how far from the best it can be.

    Parameters
    ----------
    plan
        The plan.
    cheapest
        What it was made from, where it is the least costly one.
    least
        What it was made from, where it leaves the least backlog.

    Returns
    -------
    certificate
        `objective`, `value`, `bound`, `unit`, `gap` as a share, and `says`.
    """
    if cheapest is not None:
        cost, bound, gap = cheapest.cost_usd, cheapest.bound_usd, cheapest.gap
        said = f"The work costs {_dollars(cost)} at present value ({cheapest.discount_pct:g} % a "
        said += f"year); no plan that reaches the conditions can cost less than {_dollars(bound)}."
        return _certificate("least_cost", (cost, bound, gap), "USD", said)
    if least is not None:
        cost, bound, gap = least.backlog_usd, least.bound_usd, least.gap
        said = f"The plan leaves a backlog of {_dollars(cost)}; no plan within the budgets can "
        said += f"leave less than {_dollars(bound)}. Nothing done leaves "
        said += f"{_dollars(least.do_nothing_usd)}."
        return _certificate("least_backlog", (cost, bound, gap), "USD", said)
    text = "nothing to gain" if plan.gap is None else f"{plan.gap:.3%} of the gain"
    said = (
        f"No plan within the budgets can beat this one by more than {text}. Played through again "
    )
    said += "year by year in continuous age, apart from the optimization, it is worth "
    said += f"{plan.objective_exact:.2f} points over the plan; on whole months, as it was "
    said += f"optimized, {plan.objective:.2f}."
    return _certificate("condition", (plan.objective, plan.bound, plan.gap), "points", said)


def _certificate(
    objective: str, figures: tuple[float, float, float | None], unit: str, says: str
) -> dict[str, Any]:
    """Put a certificate together; dollars to the cent."""
    value, bound, gap = figures
    if unit == "USD":
        value, bound = round(value, _MONEY_DIGITS), round(bound, _MONEY_DIGITS)
    return {
        "objective": objective,
        "value": value,
        "bound": bound,
        "unit": unit,
        "gap": gap,
        "says": says,
    }


def paid(plan: Plan) -> pd.DataFrame:
    """
    List what each fund pays in each year.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    paid
        Fund and the year of its money, the year of the work, and dollars to the cent; the sum of a
        year is its spending, and that of `ramps_usd`, where corners are known, its ramps.
    """
    return plan.payments.reset_index().sort_values(["year", "limit"], ignore_index=True)


def rotation_price(prices: pd.DataFrame) -> str:
    """
    Say what going by zones costs.

    Parameters
    ----------
    prices
        Table `rotation_prices` with one rotation.

    Returns
    -------
    says
        A sentence with points and dollars a year.
    """
    row = prices.drop(index="free").iloc[0]
    said = f"Going by zones loses {row['lost_least']:.2f} to {row['lost_most']:.2f} points of "
    said += "condition over the plan against the best plan without zones. To do as well it takes "
    said += f"at least {_dollars(row['more_least_usd'])} more a year"
    most = row["more_most_usd"]
    return said + ("." if pd.isna(most) else f"; {_dollars(most)} more were found to be enough.")
