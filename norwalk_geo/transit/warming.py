"""The search compiled beforehand, so that the first question does not wait."""

from __future__ import annotations

import numpy as np

from norwalk_geo.transit.kernel import search
from norwalk_geo.transit.timetable import Lines

__all__ = ["warm"]


def warm() -> None:
    """
    Compile the search, so that the first question does not wait.

    Returns
    -------
    nothing
        What is compiled stays on disk for the next run.
    """
    none = np.zeros(0, dtype="int64")
    begin = np.zeros(1, dtype="int64")
    flags = np.zeros(0, dtype=bool)
    lines = Lines(
        begin,
        begin,
        none,
        none,
        flags,
        flags,
        none,
        none,
        begin,
        none,
        none,
        begin,
        none,
        none,
        none,
    )
    ways = (np.zeros(2, dtype="int64"), none, none)
    search(lines, ways, ways, np.zeros((1, 1), dtype="int64"), np.zeros(1, dtype="int64"), 1)
