"""
Money by year × what each section can live through → a plan with a proof.

`optimize` chooses work for every section and year, never over budget, and certifies how far the
plan can be from the best: prices on each year's money give a bound that no plan can beat.
`compare`, `curve`, `cost_to_hold`, `cost_of_delay` and `swaps` ask what else could be done.
"""

from __future__ import annotations

from norwalk_geo.budget.auditing import PlanChecks, audit, checked
from norwalk_geo.budget.backlogs import LeastBacklog, least_backlog
from norwalk_geo.budget.cheapest import Cheapest, cheapest
from norwalk_geo.budget.demands import RAMPS, Demands, Fund
from norwalk_geo.budget.differing import PlanChanges, diff, diff_groups, diff_years
from norwalk_geo.budget.judged import judge
from norwalk_geo.budget.model import Rules
from norwalk_geo.budget.packages import (
    ByPackage,
    Packages,
    optimize_packages,
    package_settings,
)
from norwalk_geo.budget.plan import Plan, optimize, warm
from norwalk_geo.budget.questions import (
    Answers,
    Comparison,
    Delay,
    Held,
    Hidden,
    answer,
    compare,
    cost_of_delay,
    cost_to_hold,
    curve,
    hidden_ramps,
    swaps,
    weigh,
)
from norwalk_geo.budget.ramps import Ramps
from norwalk_geo.budget.rotation import ByZone, Rotation, compare_rotations, rotate
from norwalk_geo.budget.weights import Weights

__all__ = [
    "RAMPS",
    "Answers",
    "ByPackage",
    "ByZone",
    "Cheapest",
    "Comparison",
    "Delay",
    "Demands",
    "Fund",
    "Held",
    "Hidden",
    "LeastBacklog",
    "Packages",
    "Plan",
    "PlanChanges",
    "PlanChecks",
    "Ramps",
    "Rotation",
    "Rules",
    "Weights",
    "answer",
    "audit",
    "cheapest",
    "checked",
    "compare",
    "compare_rotations",
    "cost_of_delay",
    "cost_to_hold",
    "curve",
    "diff",
    "diff_groups",
    "diff_years",
    "hidden_ramps",
    "judge",
    "least_backlog",
    "optimize",
    "optimize_packages",
    "package_settings",
    "rotate",
    "swaps",
    "warm",
    "weigh",
]
