"""
Who can get where: what edges cost a traveller, and an exact search over them.

Costs are whole milliseconds, limits are inclusive, and what is not known is a policy that shows in
every result. The network is searched as it is, so that a change is answered at once.
"""

from __future__ import annotations

from norwalk_geo.routing.changing import before_after, edit_ways, snap_after
from norwalk_geo.routing.costs import UNKNOWNS, costs, street_edges
from norwalk_geo.routing.edits import add_edges, add_turns, close_edges, recost_edges
from norwalk_geo.routing.gains import gains
from norwalk_geo.routing.graph import Graph
from norwalk_geo.routing.inferred import inferred_edges
from norwalk_geo.routing.isochrones import isochrones, reached
from norwalk_geo.routing.layout import Edges
from norwalk_geo.routing.paths import Path, paths
from norwalk_geo.routing.people import MEASURES, Spread, spread
from norwalk_geo.routing.places import Snapped, snap
from norwalk_geo.routing.reaching import nearest_of_kind, reach
from norwalk_geo.routing.repairs import repair_gains, repaired
from norwalk_geo.routing.route import Route, route
from norwalk_geo.routing.served import access, changes, gaps
from norwalk_geo.routing.sidewalks import Sidewalks, sidewalk_edges
from norwalk_geo.routing.stress import stress_levels
from norwalk_geo.routing.summing import node_sums
from norwalk_geo.routing.together import Together, together
from norwalk_geo.routing.turns import Turns
from norwalk_geo.routing.warming import warm
from norwalk_geo.routing.ways import Ways, leaving, network_graph
from norwalk_geo.routing.within import Costs, Nearest, costs_from, nearest, sum_within
from norwalk_geo.routing.worth import edge_gains, edges_together, people_at

__all__ = [
    "MEASURES",
    "UNKNOWNS",
    "Costs",
    "Edges",
    "Graph",
    "Nearest",
    "Path",
    "Route",
    "Sidewalks",
    "Snapped",
    "Spread",
    "Together",
    "Turns",
    "Ways",
    "access",
    "add_edges",
    "add_turns",
    "before_after",
    "changes",
    "close_edges",
    "costs",
    "costs_from",
    "edge_gains",
    "edges_together",
    "edit_ways",
    "gains",
    "gaps",
    "inferred_edges",
    "isochrones",
    "leaving",
    "nearest",
    "nearest_of_kind",
    "network_graph",
    "node_sums",
    "paths",
    "people_at",
    "reach",
    "reached",
    "recost_edges",
    "repair_gains",
    "repaired",
    "route",
    "sidewalk_edges",
    "snap",
    "snap_after",
    "spread",
    "street_edges",
    "stress_levels",
    "sum_within",
    "together",
    "warm",
]
