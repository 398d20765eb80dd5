"""Where lines almost meet, meet between their ends, cross without meeting, or meet nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from norwalk_geo import network
from norwalk_geo.faults.model import middle, written

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Sections

__all__ = ["dead_ends", "isolated", "not_joined"]

_DANGLE_FT = 30.0


def dead_ends(streets: Network, near_ft: float) -> list[pd.DataFrame]:
    """
    Find dead ends that almost meet another line, and very short ones.

    Parameters
    ----------
    streets
        Sections cut where they meet, joined to a network.
    near_ft
        A dead end this near to another line almost meets it, in feet.

    Returns
    -------
    faults
        One table a kind, with the columns of `written`.
    """
    sections, feet = streets.sections, network.feet_per_unit(streets.sections.crs)
    dead = streets.nodes.index[streets.nodes["degree"].eq(1)]
    owner = pd.concat([sections["from_node"], sections["to_node"]])
    owner = pd.Series(owner.index.to_numpy(), index=owner.to_numpy())
    own = sections.index.get_indexer(owner[dead])
    points, shapes = streets.nodes.geometry[dead].to_numpy(), sections.geometry.to_numpy()
    end, row = shapely.STRtree(shapes).query(points, "dwithin", distance=near_ft / feet)
    end, row = end[row != own[end]], row[row != own[end]]
    gap = shapely.distance(points[end], shapes[row]) * feet
    near = pd.DataFrame({"end": end, "row": row, "gap": gap}).sort_values(["end", "gap"])
    near = near.drop_duplicates("end")
    first, other = sections.index[own[near["end"]]], sections.index[near["row"]]
    misses = written(
        "near_miss",
        first + " " + other,
        [
            f"{a} ends {g:.1f} ft from {b}"
            for a, b, g in zip(first, other, near["gap"], strict=True)
        ],
        points[near["end"]],
        near["gap"].to_numpy(),
    )
    length = network.lengths_ft(sections)[own]
    short = np.flatnonzero((length < _DANGLE_FT) & ~np.isin(np.arange(len(dead)), near["end"]))
    ids = sections.index[own[short]]
    said = [f"{one} is a dead end of {length[n]:.0f} ft" for one, n in zip(ids, short, strict=True)]
    return [misses, written("short_dangle", ids, said, points[short], length[short])]


def not_joined(sections: Sections, cut: Sections) -> list[pd.DataFrame]:
    """
    Find lines that meet between their ends, and lines that cross without meeting.

    Parameters
    ----------
    sections
        Lines in a projected system, in the order of their ids.
    cut
        The same, cut where they meet.

    Returns
    -------
    faults
        One table a kind, with the columns of `written`.
    """
    parts = cut.index[~cut.index.isin(sections.index)]
    first = parts[parts.str.endswith("-1")]
    parent = first.str.removesuffix("-1")
    size = cut.index.str.rsplit("-", n=1).str[0].value_counts()
    meets = written(
        "not_split",
        parent,
        [f"{one} meets other lines between its ends ({size[one] - 1}×)" for one in parent],
        shapely.get_point(cut.loc[first].geometry.to_numpy(), -1),
    )
    crossed = network.crossings(cut)
    ids = cut.index.to_numpy()
    one, other = ids[crossed["row"]].astype("str"), ids[crossed["other"]].astype("str")
    bare = written(
        "bare_crossing",
        [f"{a} {b}" for a, b in zip(one, other, strict=True)],
        [f"{a} and {b} cross without a junction" for a, b in zip(one, other, strict=True)],
        shapely.points(crossed["x"], crossed["y"]),
    )
    return [meets, bare]


def isolated(streets: Network) -> list[pd.DataFrame]:
    """
    Explain the parts of the network that cannot be reached from the largest.

    Parameters
    ----------
    streets
        Sections cut where they meet, joined to a network.

    Returns
    -------
    faults
        One table a kind, with the columns of `written`.
    """
    sections, nodes = streets.sections, streets.nodes
    start = nodes.index.get_indexer(sections["from_node"])
    stop = nodes.index.get_indexer(sections["to_node"])
    links = coo_array((np.ones(len(start)), (start, stop)), shape=(len(nodes), len(nodes)))
    _, group = connected_components(links, directed=False)
    part, feet = group[start], network.lengths_ft(sections)
    length = np.bincount(part, weights=feet, minlength=group.max() + 1)
    main = int(length.argmax())
    shapes = sections.geometry.to_numpy()
    tree, on_main = shapely.STRtree(shapes[part == main]), sections.index[part == main]
    unit, rows = network.feet_per_unit(sections.crs), []
    for number in sorted(set(part) - {main}):
        own = np.flatnonzero(part == number)
        (of, at), gap = tree.query_nearest(shapes[own], return_distance=True, all_matches=False)
        best = int(gap.argmin())
        near, apart = on_main[at[best]], gap[best] * unit
        ids = sections.index[own]
        what = (
            f"{len(own)} section{'s' if len(own) > 1 else ''} of {length[number]:,.0f} ft "
            f"{'are' if len(own) > 1 else 'is'} joined to no other; {near} is {apart:,.0f} ft away"
        )
        rows.append((" ".join(ids), what, middle(shapes[own[of[[best]]]])[0], apart))
    places = np.array([row[2] for row in rows], dtype="object")
    size = np.array([row[3] for row in rows], dtype="float64")
    told = ([row[0] for row in rows], [row[1] for row in rows])
    return [written("isolated", *told, places, size)]
