"""
Findings × places and people cut off → barriers in the order of their removal, and the plan for it.

`rank` adds up severity, place, people and equity, each addend a column; `top_stays` says what other
weights would change; `transition_plan` fits the removals to the money of each fiscal year and takes
out what paving builds; `progress` counts what was opened and closed.
"""

from __future__ import annotations

from norwalk_geo.barriers.comments import comment_sheet
from norwalk_geo.barriers.progress import progress
from norwalk_geo.barriers.ranking import Around, rank
from norwalk_geo.barriers.stability import top_stays
from norwalk_geo.barriers.transition import transition_plan, with_paving
from norwalk_geo.barriers.weights import Weights

__all__ = [
    "Around",
    "Weights",
    "comment_sheet",
    "progress",
    "rank",
    "top_stays",
    "transition_plan",
    "with_paving",
]
