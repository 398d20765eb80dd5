"""
Streets as two tables that are only true together: nodes and sections.

Centreline miles are drawn lengths; a street drawn twice counts half each; only the city's own share
counts. Everything is in the city's projected system, which is checked and never converted.
"""

from __future__ import annotations

from norwalk_geo.network.graphs import to_graph
from norwalk_geo.network.ids import section_ids
from norwalk_geo.network.joining import build
from norwalk_geo.network.merging import Merged, merge_degree_two
from norwalk_geo.network.model import Network
from norwalk_geo.network.places import check_crs, known_crs
from norwalk_geo.network.sizes import lengths_ft, measure
from norwalk_geo.network.splitting import crossings, split_at_nodes

__all__ = [
    "Merged",
    "Network",
    "build",
    "check_crs",
    "crossings",
    "known_crs",
    "lengths_ft",
    "measure",
    "merge_degree_two",
    "section_ids",
    "split_at_nodes",
    "to_graph",
]
