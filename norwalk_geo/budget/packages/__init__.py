"""
Packages of adjacent sections, whose mobilization is part of the optimization.

`optimize_packages` divides the streets into packages of contract size, chooses their years and the
work together, and proves how far the plan can be from the best that pays for mobilization.
"""

from __future__ import annotations

from norwalk_geo.budget.packages.answers import ByPackage, optimize_packages
from norwalk_geo.budget.packages.settings import Packages, package_settings

__all__ = ["ByPackage", "Packages", "optimize_packages", "package_settings"]
