"""
Where lines meet away from their ends, and the lines cut there.

Lines meet where they share a vertex and where one ends on another. Two lines that merely cross are
no junction, since one may pass over the other, unless the caller says that all of them are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from norwalk_geo import schema
from norwalk_geo.network.model import feet_per_unit, levels

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["crossings", "split_at_nodes", "vertices"]

_Ints = npt.NDArray[np.int64]
# Of a line's own vertices, those this many tolerances apart along it meet when they touch.
_APART = 4
# Two distances along a line this near are one vertex: the rest is rounding.
_SAME = 1e-6
_SHARED = ("given_length_ft", "area_sy")


def vertices(sections: Sections) -> pd.DataFrame:
    """
    List the vertices of lines.

    Parameters
    ----------
    sections
        Lines in a projected system.

    Returns
    -------
    vertices
        `row` (place of the line in the table), `x`, `y`, `along` (distance from the first point, in
        units of the system) and `inner` (neither first nor last), in order.
    """
    points, row = shapely.get_coordinates(sections.geometry.to_numpy(), return_index=True)
    step = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    first = np.diff(row, prepend=-1) != 0
    last = np.diff(row, append=-1) != 0
    step[first] = 0.0
    total = np.cumsum(step)
    along = total - total[first][np.cumsum(first) - 1]
    return pd.DataFrame(
        {"row": row, "x": points[:, 0], "y": points[:, 1], "along": along, "inner": ~first & ~last}
    )


def _meets(sections: Sections, one: _Ints, other: _Ints) -> tuple[npt.NDArray[np.bool_], _Ints]:
    """Tell which pairs of lines have a level in common, and the level at which they would meet."""
    first, last = levels(sections)
    level = np.where(first[one] == last[one], first[one], first[other])
    common = (
        (first[one] == first[other])
        | (first[one] == last[other])
        | (last[one] == first[other])
        | (last[one] == last[other])
    )
    return common, level


def _shared(sections: Sections, reach: float) -> pd.DataFrame:
    """Find vertices inside a line that another line, or the line itself, has too."""
    found = vertices(sections)
    tree = cKDTree(found[["x", "y"]].to_numpy())
    pairs = tree.query_pairs(reach, output_type="ndarray")
    row, along, inner = (found[name].to_numpy() for name in ("row", "along", "inner"))
    one, other = pairs[:, 0], pairs[:, 1]
    itself = row[one] == row[other]
    useful = (inner[one] | inner[other]) & (
        ~itself | (np.abs(along[one] - along[other]) > _APART * reach)
    )
    one, other = one[useful], other[useful]
    common, level = _meets(sections, row[one], row[other])
    one, other, level = one[common], other[common], level[common]
    vertex = np.concatenate([one, other])
    level = np.concatenate([level, level])
    vertex, level = vertex[inner[vertex]], level[inner[vertex]]
    return pd.DataFrame(
        {"row": row[vertex], "along": along[vertex], "level": level, "vertex": True}
    )


def _touched(sections: Sections, reach: float) -> pd.DataFrame:
    """Find where lines end on other lines, between two vertices."""
    shapes = sections.geometry.to_numpy()
    tips = np.concatenate([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)])
    tip, row = shapely.STRtree(shapes).query(tips, predicate="dwithin", distance=reach)
    own = tip % len(shapes)
    tip, row, own = tip[own != row], row[own != row], own[own != row]
    level = np.concatenate(levels(sections))[tip]
    first, last = levels(sections)
    common = (level == first[row]) | (level == last[row])
    tip, row, level = tip[common], row[common], level[common]
    along = shapely.line_locate_point(shapes[row], tips[tip])
    return pd.DataFrame({"row": row, "along": along, "level": level, "vertex": False})


def crossings(sections: Sections) -> pd.DataFrame:
    """
    Find where lines on one level cross.

    Parameters
    ----------
    sections
        Lines in a projected system.

    Returns
    -------
    crossings
        `row` and `other` (places in the table), `x`, `y`, `along`, `along_other` and `level`; also
        where both lines have a vertex there.
    """
    shapes = sections.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    once = one < other
    one, other = one[once], other[once]
    first, last = levels(sections)
    flat = (first[one] == last[one]) & (first[other] == last[other]) & (first[one] == first[other])
    one, other = one[flat], other[flat]
    points, pair = shapely.get_parts(
        shapely.intersection(shapes[one], shapes[other]), return_index=True
    )
    is_point = shapely.get_type_id(points) == shapely.GeometryType.POINT.value
    points, one, other = points[is_point], one[pair[is_point]], other[pair[is_point]]
    return pd.DataFrame(
        {
            "row": one,
            "other": other,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "along": shapely.line_locate_point(shapes[one], points),
            "along_other": shapely.line_locate_point(shapes[other], points),
            "level": first[one],
        }
    )


def _crossed(sections: Sections) -> pd.DataFrame:
    """Take every crossing as a meeting of both lines."""
    found = crossings(sections)
    both = [
        found[["row", "along", "level"]],
        found[["other", "along_other", "level"]].set_axis(["row", "along", "level"], axis=1),
    ]
    return pd.concat(both).assign(vertex=False)


def _cuts(sections: Sections, meetings: pd.DataFrame, reach: float) -> pd.DataFrame:
    """Choose where each line is cut: once a place, at a vertex where there is one."""
    length = shapely.length(sections.geometry.to_numpy())
    inside = meetings["along"].gt(reach) & meetings["along"].lt(length[meetings["row"]] - reach)
    found = meetings[inside].sort_values(["row", "along", "level"]).reset_index(drop=True)
    begins = found["row"].ne(found["row"].shift()) | (found["along"].diff() > reach)
    found["cut"] = begins.cumsum()
    exact = found[found["vertex"]].groupby("cut")["along"].median()
    cuts = found.groupby("cut").agg(
        row=("row", "first"), low=("along", "min"), high=("along", "max"), level=("level", "min")
    )
    # The middle of a place is the same from either end of the line.
    middle = (cuts["low"] + cuts["high"]) / 2
    return cuts.assign(along=exact.reindex(cuts.index).fillna(middle))[["row", "along", "level"]]


def _pieces(sections: Sections, cuts: pd.DataFrame) -> tuple[npt.NDArray[np.object_], _Ints]:
    """Cut lines; give the pieces in order, and the row of each."""
    found = vertices(sections).assign(cut=False)
    row = cuts["row"].to_numpy()
    points = shapely.line_interpolate_point(sections.geometry.to_numpy()[row], cuts["along"])
    added = pd.DataFrame(
        {
            "row": row,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "along": cuts["along"].to_numpy(),
            "cut": True,
        }
    )
    every = pd.concat([found[["row", "x", "y", "along", "cut"]], added])
    every = every.sort_values(["row", "along", "cut"], kind="stable").reset_index(drop=True)
    # A cut at a vertex takes the vertex's place, with its exact coordinates.
    at_vertex = (
        every["cut"]
        & every["row"].eq(every["row"].shift())
        & ((every["along"] - every["along"].shift()).abs() < _SAME)
        & ~every["cut"].shift(fill_value=False)
    )
    taken = at_vertex.shift(-1, fill_value=False)
    every.loc[taken, "cut"] = True
    every = every[~at_vertex].reset_index(drop=True)
    # The point of a cut ends one piece and begins the next.
    begins = every["row"].ne(every["row"].shift()) | every["cut"]
    piece = begins.cumsum().to_numpy() - 1
    ends = every[every["cut"]].index.to_numpy()
    twice = np.concatenate([np.arange(len(every)), ends])
    number = np.concatenate([piece, piece[ends] - 1])
    # An end of a piece comes after that piece's other points.
    order = np.lexsort((twice, number))
    coordinates = every[["x", "y"]].to_numpy()[twice[order]]
    lines = shapely.linestrings(coordinates, indices=number[order])
    return lines, every.loc[begins, "row"].to_numpy(dtype="int64")


def split_at_nodes(
    sections: Sections, *, snap_ft: float = 1.0, assume_planar: bool = False
) -> Sections:
    """
    Cut lines where they meet other lines.

    Parameters
    ----------
    sections
        Lines in a projected system. Levels that are not given are zero; lines without a level in
        common do not meet.
    snap_ft
        A vertex or an end this near to another line meets it, in feet.
    assume_planar
        Whether lines on one level also meet where they merely cross.

    Returns
    -------
    sections
        What is not cut, as it was. The pieces of a section are `ID-1`, `ID-2` … in the order drawn,
        with its `source_id`, or its id where it has none; a given length or area is shared among
        them by length.
    """
    schema.require(sections, "sections", "geometry")
    reach = snap_ft / feet_per_unit(sections.crs)
    meetings = [_shared(sections, reach), _touched(sections, reach)]
    if assume_planar:
        meetings.append(_crossed(sections))
    cuts = _cuts(sections, pd.concat(meetings), reach)
    if cuts.empty:
        return sections
    lines, row = _pieces(sections, cuts)
    return _as_sections(sections, cuts, lines, row)


def _as_sections(
    sections: Sections, cuts: pd.DataFrame, lines: npt.NDArray[np.object_], row: _Ints
) -> Sections:
    """Give each piece what its section has, and its share of what belongs to the whole."""
    count = np.bincount(row, minlength=len(sections))[row]
    part = np.arange(len(row)) - np.searchsorted(row, row) + 1
    split, first, last = count > 1, part == 1, part == count
    ids = sections.index[row].astype("str")
    pieces = sections.iloc[row].set_geometry(lines, crs=sections.crs)
    pieces.index = pd.Index(
        np.where(split, ids + "-" + part.astype("str"), ids), dtype="str", name="section_id"
    )
    source = sections["source_id"] if "source_id" in sections else sections.index.to_series()
    source = source.fillna(sections.index.to_series())
    pieces["source_id"] = source.iloc[row].to_numpy()
    whole = shapely.length(sections.geometry.to_numpy())[row]
    for name in set(_SHARED) & set(sections.columns):
        pieces[name] = pieces[name] * np.where(split, shapely.length(lines) / whole, 1.0)
    starts, stops = (values[row].copy() for values in levels(sections))
    starts[~first] = stops[~last] = cuts["level"].to_numpy()
    if starts.any() or stops.any():
        pieces = pieces.assign(level_from=starts, level_to=stops)
    for name, at_end in (("from_street", first), ("to_street", last)):
        if name in pieces:
            pieces[name] = pieces[name].where(pd.Series(at_end, index=pieces.index))
    return pieces
