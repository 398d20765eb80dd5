"""
Where the streets may be drawn or named wrongly: what a GIS technician should look at.

Nothing here is changed and nothing here stops a plan: each fault is a place, a sentence and the
sections concerned.
"""

from __future__ import annotations

from norwalk_geo.faults.finding import count, find

__all__ = ["count", "find"]
