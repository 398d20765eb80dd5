"""
Pavement tables without lines → lines, by street and limits, hundred block, or route and miles.

Every row gets a status, a score and a reason; what is not sure is listed with its candidates, and
what a person decides is kept.
"""

from __future__ import annotations

from norwalk_geo.matching.addresses import cut_lines
from norwalk_geo.matching.assembling import sections, surveys, twice
from norwalk_geo.matching.attaching import Attached, attach
from norwalk_geo.matching.joining import Joined, match
from norwalk_geo.matching.limits import Limit, read_limit

__all__ = [
    "Attached",
    "Joined",
    "Limit",
    "attach",
    "cut_lines",
    "match",
    "read_limit",
    "sections",
    "surveys",
    "twice",
]
