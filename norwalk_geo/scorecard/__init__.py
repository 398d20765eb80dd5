"""
The measures of the strategic plan: those of the streets computed, the others as entered.

Every measure has a row in `scores`. Without data its value is blank, never zero, and says so.
"""

from __future__ import annotations

from norwalk_geo.scorecard.computed import (
    accessible_share,
    condition_index,
    funding_invested,
    miles_repaired,
    site_reach,
)
from norwalk_geo.scorecard.coverage import work_plan
from norwalk_geo.scorecard.delivered import on_time
from norwalk_geo.scorecard.effects import plan_effects
from norwalk_geo.scorecard.entering import check_entered, correct
from norwalk_geo.scorecard.scoring import score
from norwalk_geo.scorecard.zoned import by_zone, check_located, zones_of

__all__ = [
    "accessible_share",
    "by_zone",
    "check_entered",
    "check_located",
    "condition_index",
    "correct",
    "funding_invested",
    "miles_repaired",
    "on_time",
    "plan_effects",
    "score",
    "site_reach",
    "work_plan",
    "zones_of",
]
