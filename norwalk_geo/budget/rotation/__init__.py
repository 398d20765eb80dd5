"""
A rotation of zones that the plan chooses, and what going by zones costs.

`rotate` picks the years of every zone together with the work, and proves how far the result can be
from the best of all rotations. `compare_rotations` puts rotations beside the free plan.
"""

from __future__ import annotations

from norwalk_geo.budget.rotation.answers import ByZone, rotate
from norwalk_geo.budget.rotation.comparing import compare_rotations
from norwalk_geo.budget.rotation.settings import Rotation

__all__ = ["ByZone", "Rotation", "compare_rotations", "rotate"]
