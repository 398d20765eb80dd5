"""
Money by year × what each section can live through → a plan with a proof.

`optimize` chooses work for every section and year, never over budget, and certifies how far the
plan can be from the best: prices on each year's money give a bound that no plan can beat.
"""

from __future__ import annotations

from norwalk_geo.budget.model import Rules
from norwalk_geo.budget.plan import Plan, optimize, warm

__all__ = ["Plan", "Rules", "optimize", "warm"]
