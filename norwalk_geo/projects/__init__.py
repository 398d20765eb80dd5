"""
Funded work as projects: delivered on time or not, when the rest may be done, what clashes.

On time is whether construction ended no later than planned when the project was set up. Change
orders excuse nothing; they are counted beside it.
"""

from __future__ import annotations

from norwalk_geo.projects.clashes import Around, conflicts
from norwalk_geo.projects.delivery import check_projects, delivery, phase_slips
from norwalk_geo.projects.finishing import expected_finish
from norwalk_geo.projects.scheduling import Seasons, schedule

__all__ = [
    "Around",
    "Seasons",
    "check_projects",
    "conflicts",
    "delivery",
    "expected_finish",
    "phase_slips",
    "schedule",
]
