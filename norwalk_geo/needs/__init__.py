"""
The state of the network and what it would take: never the average alone.

Two networks of the same average can differ twofold in the work they call for, so the distribution
by band and the backlog stand beside it.
"""

from __future__ import annotations

from norwalk_geo.needs.bands import area_weighted, summarize

__all__ = ["area_weighted", "summarize"]
