"""The lines by the names of their streets, and the ways along one street."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from norwalk_geo import names, network
from norwalk_geo.names import StreetName, Words

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Sections

__all__ = ["Step", "Streets", "index_streets", "way"]

# A line and whether it is walked against the direction in which it is drawn.
Step: TypeAlias = tuple[int, bool]


@dataclass(frozen=True)
class Streets:
    """
    Lines ready to be searched by name.

    Parameters
    ----------
    ids
        Id of each line.
    start, stop
        Nodes of each line's first and last point.
    length_ft
        Length of each line.
    bearing
        Direction of each line from first to last point, in radians from east.
    lines
        Places of the lines of each street.
    by_core
        Names by their core.
    at_node
        Names of the streets at each node.
    ends_at
        Line ends at each node.
    shapes
        The lines themselves.
    one_way
        1 where traffic runs only as the line is drawn, -1 where it runs against it, 0 both ways;
        missing where not known.
    beside
        By line: the lines of the same street drawn beside it, with the side on which they lie (1 is
        left, as the line is drawn) and the share of it that they lie beside.
    """

    ids: npt.NDArray[np.object_]
    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]
    length_ft: npt.NDArray[np.float64]
    bearing: npt.NDArray[np.float64]
    lines: Mapping[StreetName, list[int]]
    by_core: Mapping[str, list[StreetName]]
    at_node: Mapping[int, set[StreetName]]
    ends_at: npt.NDArray[np.int64]
    shapes: npt.NDArray[np.object_]
    one_way: npt.NDArray[np.float64]
    beside: Mapping[int, list[network.Beside]]


def _one_way(sections: Sections) -> npt.NDArray[np.float64]:
    """Read in which direction traffic runs on each line."""
    if "one_way" not in sections:
        return np.full(len(sections), np.nan)
    return np.asarray(sections["one_way"].map(network.ONE_WAY), dtype="float64")


def index_streets(streets: Network, known: Words | None = None) -> Streets:
    """
    Index the lines of a network by the names of their streets.

    Parameters
    ----------
    streets
        Lines split where they meet; uses `street_name` and, where given, `alias`.
    known
        Words to know. By default those that ship.

    Returns
    -------
    index
        Names taken apart, nodes as numbers in the order of their ids.
    """
    sections = streets.sections
    start = streets.nodes.index.get_indexer(sections["from_node"])
    stop = streets.nodes.index.get_indexer(sections["to_node"])
    shapes = sections.geometry.to_numpy()
    first, last = shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)
    bearing = np.arctan2(
        shapely.get_y(last) - shapely.get_y(first), shapely.get_x(last) - shapely.get_x(first)
    )
    lines, at_node = (
        defaultdict[StreetName, list[int]](list),
        defaultdict[int, set[StreetName]](set),
    )
    for column in [one for one in ("street_name", "alias") if one in sections]:
        for row, text in enumerate(sections[column].fillna("")):
            name = names.parse(text, known)
            if name.core and row not in lines[name][-1:]:
                lines[name].append(row)
                at_node[int(start[row])].add(name)
                at_node[int(stop[row])].add(name)
    by_core = defaultdict[str, list[StreetName]](list)
    for name in sorted(lines, key=repr):
        by_core[name.core].append(name)
    one_way = _one_way(sections)
    return Streets(
        ids=sections.index.to_numpy(dtype="object"),
        start=start.astype("int64"),
        stop=stop.astype("int64"),
        length_ft=network.lengths_ft(sections),
        bearing=bearing,
        lines=dict(lines),
        by_core=dict(by_core),
        at_node=dict(at_node),
        ends_at=np.bincount(np.concatenate([start, stop]), minlength=len(streets.nodes)),
        shapes=shapes,
        one_way=one_way,
        beside=network.lines_beside(
            sections, [lines[name] for name in sorted(lines, key=repr)], one_way
        ),
    )


def links(streets: Streets, rows: Iterable[int]) -> dict[int, list[tuple[int, int, bool]]]:
    """
    List what leads where along some lines.

    Parameters
    ----------
    streets
        The index.
    rows
        Places of the lines.

    Returns
    -------
    links
        By node: the node at the other end, the line, and whether it is walked backward.
    """
    found = defaultdict[int, list[tuple[int, int, bool]]](list)
    for row in rows:
        start, stop = int(streets.start[row]), int(streets.stop[row])
        found[start].append((stop, row, False))
        found[stop].append((start, row, True))
    return dict(found)


def way(
    streets: Streets, around: Mapping[int, list[tuple[int, int, bool]]], start: int, stop: int
) -> list[Step] | None:
    """
    Find the shortest way between two nodes.

    Parameters
    ----------
    streets
        The index.
    around
        What leads where, as `links` gives it.
    start, stop
        Nodes.

    Returns
    -------
    steps
        Lines in order; None where no way leads there. Of equal ways the one of the first ids.
    """
    best = {start: 0.0}
    came: dict[int, tuple[int, Step]] = {}
    queue = [(0.0, start)]
    while queue:
        distance, node = heapq.heappop(queue)
        if node == stop:
            break
        if distance > best[node]:
            continue
        for other, row, backward in around.get(node, ()):
            reached = distance + float(streets.length_ft[row])
            if reached < best.get(other, np.inf):
                best[other] = reached
                came[other] = (node, (row, backward))
                heapq.heappush(queue, (reached, other))
    if stop not in came:
        return None
    steps, node = [], stop
    while node != start:
        node, step = came[node]
        steps.append(step)
    return steps[::-1]
