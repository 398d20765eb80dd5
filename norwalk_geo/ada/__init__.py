"""
Measured pedestrian features × cited rules → findings, compliance, and the ramps that are due.

`rules` chooses standards, `check` finds contradictions, `measured` brings readings of instruments
into a table of features, `find` holds features against rules, `verdicts` and `summarize` count, and
`corners` says which ramps are due where.
"""

from __future__ import annotations

from norwalk_geo.ada.checks import check
from norwalk_geo.ada.compliance import summarize, verdicts
from norwalk_geo.ada.corners import Corners, corners, prices
from norwalk_geo.ada.due import due
from norwalk_geo.ada.findings import find
from norwalk_geo.ada.measures import measured
from norwalk_geo.ada.standards import rules

__all__ = [
    "Corners",
    "check",
    "corners",
    "due",
    "find",
    "measured",
    "prices",
    "rules",
    "summarize",
    "verdicts",
]
