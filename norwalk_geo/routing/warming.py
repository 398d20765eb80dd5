"""The searches compiled beforehand, so that the first question does not wait."""

from __future__ import annotations

import numpy as np
import pandas as pd

from norwalk_geo.routing.gains import gains
from norwalk_geo.routing.graph import Graph
from norwalk_geo.routing.paths import paths
from norwalk_geo.routing.search import Arcs, tally
from norwalk_geo.routing.together import together
from norwalk_geo.routing.within import costs_from, sum_within

__all__ = ["warm"]


def warm() -> None:
    """
    Compile the searches, so that the first question does not wait.

    Returns
    -------
    nothing
        What is compiled stays on disk for the next run.
    """
    graph = Graph.from_arrays([0], [1], [1], 3)
    sum_within(graph, [1, 1, 1], 1)
    costs_from(graph, [0], 1)
    paths(graph, 0, [1])
    link = pd.DataFrame({"u": [1], "v": [2], "cost": [1]}, index=["e1"])
    gains(graph, link, [1, 1, 1], {"place": [2]}, 5)
    together(graph, link, [1, 1, 1], [2], 5, 1)
    one = np.ones(1, dtype="int64")
    tally(Arcs(np.array([0, 1, 1]), one, one, one, one), np.zeros(1, dtype="int64"), np.arange(2))
