"""
Curb ramps in the bill: what altering a street obliges the city to build, and when.

`Ramps` says which ramps are due and which sections oblige them. A corner is built once, no later
than the first alteration of any section that obliges it, so its cost belongs to several sections:
each pays a share that depends on the year, and no set of shares makes the bound wrong.
"""

from __future__ import annotations

from norwalk_geo.budget.ramps.duties import Duties, Ramps, check_ramps

__all__ = ["Duties", "Ramps", "check_ramps"]
