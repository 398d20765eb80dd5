"""
What a plan is compared with: what cities do now, and what other programs do.

Each policy gets the same city, treatments and money, and its plan is judged by one simulation. None
ever spends a cent more than a year has.
"""

from __future__ import annotations

from norwalk_geo.budget.policies.increments import benefit_cost
from norwalk_geo.budget.policies.lists import do_nothing, ranking, worst_first

__all__ = ["benefit_cost", "do_nothing", "ranking", "worst_first"]
