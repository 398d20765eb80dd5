"""
What may be done to which pavement, what it costs and what it does.

The life-cycle model joins curves and treatments on a grid of months of effective age. The state of
a section is that age and the number of surface seals since the last structural work: each further
seal gains less, and at the family's limit only structural work is open, so that nothing lives on
slurry for ever.
"""

from __future__ import annotations

from norwalk_geo.treatments.access import combined_ada_kind
from norwalk_geo.treatments.costs import Markup, cost_report, from_bids
from norwalk_geo.treatments.lifecycle import Lifecycle, lifecycle
from norwalk_geo.treatments.listing import catalogue

__all__ = [
    "Lifecycle",
    "Markup",
    "catalogue",
    "combined_ada_kind",
    "cost_report",
    "from_bids",
    "lifecycle",
]
