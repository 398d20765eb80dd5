"""Residents' requests: on which section, how soon they are done, where they gather."""

from __future__ import annotations

from norwalk_geo.requests.placing import place
from norwalk_geo.requests.sections import by_section
from norwalk_geo.requests.times import check_requests, response_times, stop_gap_cost

__all__ = ["by_section", "check_requests", "place", "response_times", "stop_gap_cost"]
