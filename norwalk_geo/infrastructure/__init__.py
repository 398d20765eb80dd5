"""
Assets beside the pavement in the work plan: signals, lights, signs, trees, medians and the like.

The city says what each needs next, when and from which fund; nothing is chosen here. Work with a
year, a fund and a cost is committed: it takes its money before streets are planned.
"""

from __future__ import annotations

from norwalk_geo.infrastructure.checking import check_assets
from norwalk_geo.infrastructure.planning import AssetPlan, Price, committed, plan_assets

__all__ = ["AssetPlan", "Price", "check_assets", "committed", "plan_assets"]
