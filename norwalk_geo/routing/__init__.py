"""
Who can get where: what edges cost a traveller, and an exact search over them.

Costs are whole milliseconds, limits are inclusive, and what is not known is a policy that shows in
every result. The network is searched as it is, so that a change is answered at once.
"""

from __future__ import annotations

from norwalk_geo.routing.costs import UNKNOWNS, costs, street_edges
from norwalk_geo.routing.stress import stress_levels

__all__ = ["UNKNOWNS", "costs", "street_edges", "stress_levels"]
