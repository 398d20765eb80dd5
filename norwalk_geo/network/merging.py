"""Sections that only follow each other become one, where a city wants that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from norwalk_geo.network.joining import build
from norwalk_geo.network.model import levels

if TYPE_CHECKING:
    import geopandas as gpd

    from norwalk_geo.schema import Sections

__all__ = ["Merged", "merge_degree_two"]

# What tells one piece of pavement from the next: sections that differ in any of it stay apart.
_ALIKE = (
    "street_name",
    "functional_class",
    "surface_type",
    "width_ft",
    "lanes",
    "carriageway",
    "one_way",
    "sidewalk",
    "maintained_by",
    "share_pct",
    "zone_id",
)
_SUMMED = ("given_length_ft", "area_sy")
_NODES, _KEPT = ["from_node", "to_node"], "section_id"


@dataclass(frozen=True)
class Merged:
    """
    Sections after merging.

    Parameters
    ----------
    sections
        One row a chain, under the first id of its members in the order of text.
    became
        Section that each section of before is in now.
    """

    sections: gpd.GeoDataFrame
    became: pd.Series


def _ends_at(sections: Sections) -> pd.DataFrame:
    """List section ends by node: two rows a section, in the order of ids."""
    first, last = levels(sections)
    size = len(sections)
    listed = pd.DataFrame(
        {
            "node": np.concatenate([sections["from_node"], sections["to_node"]]),
            "row": np.tile(np.arange(size), 2),
            "end": np.repeat([0, -1], size),
            "level": np.concatenate([first, last]),
        }
    )
    return listed.sort_values(["node", "row", "end"], kind="stable")


def _alike(sections: Sections) -> npt.NDArray[np.int64]:
    """Number the kinds of section; blank cells are alike."""
    known = [name for name in _ALIKE if name in sections]
    kinds = pd.DataFrame(sections)[known].astype("object").groupby(known, dropna=False, sort=False)
    return np.asarray(kinds.ngroup())


def _links(sections: Sections) -> npt.NDArray[np.int64]:
    """Pair the rows that meet at a node where nothing else does."""
    listed = _ends_at(sections)
    listed = listed[listed.groupby("node")["row"].transform("size").eq(2)]
    one, other = listed["row"].to_numpy()[::2], listed["row"].to_numpy()[1::2]
    kind = _alike(sections)
    useful = (one != other) & (kind[one] == kind[other])
    return np.column_stack([one[useful], other[useful]])


def _walk(members: Sections) -> list[tuple[int, bool]]:
    """Order the rows of a chain from one end to the other; True where one is walked backward."""
    rest = dict(enumerate(zip(members["from_node"], members["to_node"], strict=True)))
    nodes = pd.Series([node for both in rest.values() for node in both])
    tips = set(nodes[~nodes.duplicated(keep=False)])
    # The direction is that of the first member that has a tip; a ring has none.
    first = next((row for row, both in rest.items() if tips & set(both)), 0)
    start, stop = rest[first]
    here = stop if stop in tips and start not in tips else start
    walk = []
    while rest:
        row = next(one for one, both in rest.items() if here in both)
        start, stop = rest.pop(row)
        walk.append((row, start != here))
        here = start if start != here else stop
    # The chain is drawn as its first member is.
    backward = dict(walk)[first]
    return [(row, not turned) for row, turned in reversed(walk)] if backward else walk


def _merge(members: Sections) -> dict[str, object]:
    """Work out the cells of a chain that are not those of its first member."""
    walk, shapes = _walk(members), members.geometry.to_numpy()
    points = [shapely.get_coordinates(shapes[row])[:: -1 if turned else 1] for row, turned in walk]
    line = shapely.remove_repeated_points(shapely.linestrings(np.concatenate(points)))
    cells: dict[str, object] = {"geometry": line}
    cells |= {name: members[name].sum(skipna=False) for name in _SUMMED if name in members}
    for name in ("street", "level"):
        ours = (f"from_{name}", f"to_{name}") if name == "street" else ("level_from", "level_to")
        if set(ours) <= set(members.columns):
            (first, first_turned), (last, last_turned) = walk[0], walk[-1]
            cells[ours[0]] = members[ours[first_turned]].iloc[first]
            cells[ours[1]] = members[ours[not last_turned]].iloc[last]
    return cells


def merge_degree_two(sections: Sections, *, snap_ft: float = 1.0) -> Merged:
    """
    Merge sections that meet at a node where nothing else meets.

    Sections merge only where they agree in name, class, surface, width, lanes, carriageway, keeper,
    share and zone. Ends within the tolerance are bridged by a straight line.

    Parameters
    ----------
    sections
        Lines in a projected system, already split where they meet.
    snap_ft
        Ends this near are the same place, in feet.

    Returns
    -------
    merged
        Sections in the order of ids, given lengths and areas summed, and what became of each one.
    """
    joined = build(sections.sort_index(kind="stable"), snap_ft=snap_ft).sections
    size, pairs = len(joined), _links(joined)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, chain = connected_components(links, directed=False)
    # Rows are in the order of ids, so that the first of a chain names it.
    first = pd.Series(np.arange(size)).groupby(chain).transform("first").to_numpy()
    became = pd.Series(joined.index[first], index=joined.index, name=_KEPT)
    several = pd.Series(chain).duplicated(keep=False).to_numpy()
    result = joined[first == np.arange(size)].copy()
    changed = {
        str(name): _merge(members) for name, members in joined[several].groupby(became[several])
    }
    for name, cells in changed.items():
        for cell, value in cells.items():
            result.at[name, cell] = value  # noqa: PD008 - a line is one cell
    return Merged(result.drop(columns=_NODES), became.reindex(sections.index))
