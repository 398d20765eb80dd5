"""
Funded work as projects: delivered on time or not, when the rest may be done, what clashes.

On time is whether construction ended no later than planned when the project was set up. Change
orders excuse nothing; they are counted beside it.
"""

from __future__ import annotations

from norwalk_geo.projects.bundling import bundle, seasons_of, tasks_of
from norwalk_geo.projects.checking import check_projects
from norwalk_geo.projects.clashes import Around, conflicts
from norwalk_geo.projects.delivery import delivery, phase_slips, slip_summary
from norwalk_geo.projects.finishing import expected_finish
from norwalk_geo.projects.scheduling import Seasons, schedule

__all__ = [
    "Around",
    "Seasons",
    "bundle",
    "check_projects",
    "conflicts",
    "delivery",
    "expected_finish",
    "phase_slips",
    "schedule",
    "seasons_of",
    "slip_summary",
    "tasks_of",
]
