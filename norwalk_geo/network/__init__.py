"""
Streets as two tables that are only true together: nodes and sections.

Centreline miles are drawn lengths; a street drawn twice counts half each; only the city's own share
counts. Everything is in the city's projected system, which is checked and never converted.
"""

from __future__ import annotations

from norwalk_geo.network.beside import ONE_WAY, Beside, carriageways, lines_beside
from norwalk_geo.network.boundary import Bounded, share_by_boundary
from norwalk_geo.network.editions import Edition, match_ids
from norwalk_geo.network.edits import Kept, keep_edits
from norwalk_geo.network.graphs import to_graph
from norwalk_geo.network.history import carry_surveys
from norwalk_geo.network.ids import section_ids
from norwalk_geo.network.joining import build
from norwalk_geo.network.merging import Merged, merge_degree_two
from norwalk_geo.network.model import Network, feet_per_unit
from norwalk_geo.network.overlays import count_points, largest, overlay
from norwalk_geo.network.places import check_crs, known_crs
from norwalk_geo.network.sizes import centerline_miles, lengths_ft, measure
from norwalk_geo.network.splitting import crossings, split_at_nodes

__all__ = [
    "ONE_WAY",
    "Beside",
    "Bounded",
    "Edition",
    "Kept",
    "Merged",
    "Network",
    "build",
    "carriageways",
    "carry_surveys",
    "centerline_miles",
    "check_crs",
    "count_points",
    "crossings",
    "feet_per_unit",
    "keep_edits",
    "known_crs",
    "largest",
    "lengths_ft",
    "lines_beside",
    "match_ids",
    "measure",
    "merge_degree_two",
    "overlay",
    "section_ids",
    "share_by_boundary",
    "split_at_nodes",
    "to_graph",
]
