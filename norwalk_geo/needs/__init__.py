"""
The state of the network and what it would take: never the average alone.

Two networks of the same average can differ twofold in the work they call for, so the distribution
by band and the backlog stand beside it.
"""

from __future__ import annotations

from norwalk_geo.needs.bands import area_weighted, summarize
from norwalk_geo.needs.past import in_base_year, modified_approach, work_effects
from norwalk_geo.needs.state import remaining_life, replacement_value, state, state_bands
from norwalk_geo.needs.unconstrained import calls, unconstrained

__all__ = [
    "area_weighted",
    "calls",
    "in_base_year",
    "modified_approach",
    "remaining_life",
    "replacement_value",
    "state",
    "state_bands",
    "summarize",
    "unconstrained",
    "work_effects",
]
