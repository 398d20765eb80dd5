"""What a city asks of its plan beyond money by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["EVERY_YEAR", "Asked"]

EVERY_YEAR = 0  # of a condition asked for: at the end of each year of the plan


@dataclass(frozen=True)
class Asked:
    """
    What a plan is to be best at, and what it must keep to.

    Parameters
    ----------
    objective
        `condition`, `least_cost` or `least_backlog`.
    within_budget
        Whether the least cost must lie within the money of each year.
    backlog_over
        Backlog of the `end`, or the mean over the `years`.
    discount_pct
        Yearly rate at which later dollars count less in the least cost; none for the cited one.
    miles_per_year
        Centerline miles worked on in a year at most.
    maintenance_share_pct, equity_money_pct, equity_gain_pct
        Shares of the money, and of the gain, at least, percent.
    targets, minimum_pci
        Condition by functional class (or `network`) and fiscal year; year 0 is every year.
    zone_floor_usd
        Dollars at least over the plan, by zone.
    weights, rotation, packages, ramps
        Settings of the same names in `budget`; nothing where a part is not in the file.
    """

    objective: str = "condition"
    within_budget: bool = True
    backlog_over: str = "end"
    discount_pct: float | None = None
    miles_per_year: float | None = None
    maintenance_share_pct: float = 0.0
    equity_money_pct: float = 0.0
    equity_gain_pct: float = 0.0
    targets: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    minimum_pci: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    zone_floor_usd: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    rotation: Mapping[str, Any] | None = None
    packages: Mapping[str, Any] | None = None
    ramps: Mapping[str, Any] = field(default_factory=dict)
