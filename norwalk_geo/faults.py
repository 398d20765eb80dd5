"""
Where the streets may be drawn or named wrongly: what a GIS technician should look at.

Nothing here is changed and nothing here stops a plan: each fault is a place, a sentence and the
sections concerned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from norwalk_geo import names, network, schema

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Faults, Sections, Surveys

__all__ = ["count", "find"]

_TWO = 2
_DANGLE_FT, _OVERLAP_FT, _DIFFERS = 30.0, 20.0, 0.2
_COLUMNS = ["fault", "section_ids", "what", "size_ft", "geometry"]


def _rows(
    kind: str,
    ids: Iterable[str],
    what: Iterable[str],
    places: npt.NDArray[np.object_],
    size: npt.NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Write faults of one kind."""
    frame = pd.DataFrame({"section_ids": list(ids), "what": list(what)}, dtype="str")
    known = np.full(len(frame), np.nan) if size is None else np.asarray(size)
    return frame.assign(fault=kind, size_ft=known, geometry=list(places))[_COLUMNS]


def _middle(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.line_interpolate_point(shapes, 0.5, normalized=True))


def _dead_ends(streets: Network, near_ft: float) -> list[pd.DataFrame]:
    """Find dead ends that almost meet another line, and very short ones."""
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
    misses = _rows(
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
    return [misses, _rows("short_dangle", ids, said, points[short], length[short])]


def _not_joined(sections: Sections, cut: Sections) -> list[pd.DataFrame]:
    """Find lines that meet between their ends, and lines that cross without meeting."""
    parts = cut.index[~cut.index.isin(sections.index)]
    first = parts[parts.str.endswith("-1")]
    parent = first.str.removesuffix("-1")
    size = cut.index.str.rsplit("-", n=1).str[0].value_counts()
    meets = _rows(
        "not_split",
        parent,
        [f"{one} meets other lines between its ends ({size[one] - 1}×)" for one in parent],
        shapely.get_point(cut.loc[first].geometry.to_numpy(), -1),
    )
    crossed = network.crossings(cut)
    ids = cut.index.to_numpy()
    one, other = ids[crossed["row"]].astype("str"), ids[crossed["other"]].astype("str")
    bare = _rows(
        "bare_crossing",
        [f"{a} {b}" for a, b in zip(one, other, strict=True)],
        [f"{a} and {b} cross without a junction" for a, b in zip(one, other, strict=True)],
        shapely.points(crossed["x"], crossed["y"]),
    )
    return [meets, bare]


def _on_top(sections: Sections) -> list[pd.DataFrame]:
    """Find lines with the shape of another, and lines that share a stretch."""
    shapes, feet = sections.geometry.to_numpy(), network.feet_per_unit(sections.crs)
    form = pd.Series(shapely.to_wkb(shapely.normalize(shapes)), index=sections.index)
    again = form[form.duplicated()]
    first = form.drop_duplicates().reset_index().set_index(0)["section_id"]
    earlier = first[again].to_numpy()
    same = _rows(
        "same_shape",
        [f"{a} {b}" for a, b in zip(earlier, again.index, strict=True)],
        [
            f"{b} has the shape of {a}; its miles count twice"
            for a, b in zip(earlier, again.index, strict=True)
        ],
        _middle(sections.geometry[again.index].to_numpy()),
        network.lengths_ft(sections.loc[again.index]),
    )
    one, other = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    one, other = one[one < other], other[one < other]
    both = shapely.intersection(shapes[one], shapes[other])
    size = shapely.length(both) * feet
    far = size > _OVERLAP_FT
    a, b = sections.index[one[far]], sections.index[other[far]]
    pairs = list(zip(a, b, size[far], strict=True))
    return [
        same,
        _rows(
            "overlap",
            [f"{i} {j}" for i, j, _ in pairs],
            [f"{i} and {j} share {ft:.0f} ft" for i, j, ft in pairs],
            shapely.point_on_surface(both[far]),
            size[far],
        ),
    ]


def _names(streets: Network) -> list[pd.DataFrame]:
    """Find streets that change their name where nothing crosses, and two spellings of one name."""
    sections = streets.sections
    if "street_name" not in sections:
        return []
    blank = sections.index[sections["street_name"].isna()]
    nameless = _rows(
        "no_name",
        blank,
        [f"{one} has no street name" for one in blank],
        _middle(sections.geometry[blank].to_numpy()),
    )
    return [nameless, *_at_bends(streets)]


def _at_bends(streets: Network) -> list[pd.DataFrame]:
    """Compare the names of two sections that only follow each other."""
    sections = streets.sections
    ends = pd.concat([sections.set_index("from_node"), sections.set_index("to_node")])
    ends = ends.assign(section_id=[*sections.index, *sections.index])
    two = ends[ends.index.map(streets.nodes["degree"]) == _TWO].sort_index(kind="stable")
    two = two.reset_index(names="node")[["node", "section_id", "street_name"]]
    other = two.iloc[1::2].reset_index(drop=True).add_suffix("_then")
    pairs = pd.concat([two.iloc[::2].reset_index(drop=True), other], axis=1)
    pairs = pairs.dropna(subset=["street_name", "street_name_then"])
    pairs = pairs[pairs["street_name"] != pairs["street_name_then"]]
    alike = [
        names.parse(first) == names.parse(then)
        for first, then in zip(pairs["street_name"], pairs["street_name_then"], strict=True)
    ]
    found = []
    for kind, is_alike, said in (
        ("name_change", False, "goes on as"),
        ("two_spellings", True, "is written"),
    ):
        rows = pairs[np.array(alike, dtype="bool") == is_alike]
        what = rows["street_name"] + f" {said} " + rows["street_name_then"]
        ids = rows["section_id"] + " " + rows["section_id_then"]
        places = streets.nodes.geometry[rows["node"]].to_numpy()
        found.append(_rows(kind, ids, what + " where nothing crosses", places))
    return found


def _isolated(streets: Network) -> list[pd.DataFrame]:
    """Explain the parts of the network that cannot be reached from the largest."""
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
        rows.append((" ".join(ids), what, _middle(shapes[own[of[[best]]]])[0], apart))
    places = np.array([row[2] for row in rows], dtype="object")
    size = np.array([row[3] for row in rows], dtype="float64")
    told = ([row[0] for row in rows], [row[1] for row in rows])
    return [_rows("isolated", *told, places, size)]


def _of_rows(sections: Sections, surveys: Surveys | None) -> list[pd.DataFrame]:
    """Find what a section alone shows: lengths that differ, crossings of itself, no condition."""
    feet, shapes = network.lengths_ft(sections), sections.geometry.to_numpy()
    found = []
    if "given_length_ft" in sections:
        given = sections["given_length_ft"].to_numpy(dtype="float64")
        with np.errstate(invalid="ignore"):
            far = np.flatnonzero(np.abs(given - feet) > _DIFFERS * feet)
        ids = sections.index[far]
        said = [
            f"{i} is {given[n]:,.0f} ft by its source and {feet[n]:,.0f} ft as drawn"
            for i, n in zip(ids, far, strict=True)
        ]
        found.append(
            _rows("length_differs", ids, said, _middle(shapes[far]), np.abs(given - feet)[far])
        )
    knots = ~shapely.is_simple(shapes)
    ids = sections.index[knots]
    found.append(
        _rows("crosses_itself", ids, [f"{i} crosses itself" for i in ids], _middle(shapes[knots]))
    )
    if surveys is not None:
        rated = surveys.index.get_level_values("section_id")
        bare = ~sections.index.isin(rated)
        ids = sections.index[bare]
        said = [f"{i} has no survey, so it is not planned" for i in ids]
        found.append(_rows("no_condition", ids, said, _middle(shapes[bare]), feet[bare]))
    return found


def find(
    sections: Sections,
    surveys: Surveys | None = None,
    *,
    snap_ft: float = 1.0,
    near_ft: float = 15.0,
) -> Faults:
    """
    Find places where the streets may be drawn or named wrongly.

    Parameters
    ----------
    sections
        Lines in a projected system.
    surveys
        Their surveys, to list the sections without one.
    snap_ft
        Ends this near are the same place, in feet.
    near_ft
        A dead end this near to another line almost meets it, in feet.

    Returns
    -------
    faults
        One row a place, in the order of kinds and places.
    """
    # In the order of ids, so that the order of rows changes nothing.
    plain = sections.drop(columns=["from_node", "to_node"], errors="ignore")
    plain = plain.sort_index(kind="stable")
    cut = network.split_at_nodes(plain, snap_ft=snap_ft)
    streets = network.build(cut, snap_ft=snap_ft)
    tables = [
        *_dead_ends(streets, near_ft),
        *_not_joined(plain, cut),
        *_on_top(plain),
        *_names(streets),
        *_isolated(streets),
        *_of_rows(plain, surveys),
    ]
    some = [one for one in tables if len(one)]
    if not some:
        none = pd.DataFrame(columns=list(schema.describe("faults").columns.index))
        return gpd.GeoDataFrame(none.set_index("fault_id"), geometry="geometry", crs=sections.crs)
    every = pd.concat(some, ignore_index=True)
    # What was found on a piece is told of the section that it was cut from.
    parts = cut.index[~cut.index.isin(plain.index)]
    whole = dict(zip(parts, parts.str.rsplit("-", n=1).str[0], strict=True))
    for name in ("section_ids", "what"):
        every[name] = [" ".join(whole.get(w, w) for w in text.split(" ")) for text in every[name]]
    places = np.array(every["geometry"].tolist(), dtype="object")
    keys = (
        every["fault"]
        + " "
        + every["section_ids"]
        + [
            f" {x:.0f} {y:.0f}"
            for x, y in zip(shapely.get_x(places), shapely.get_y(places), strict=True)
        ]
    )
    every["fault_id"] = ["f" + hashlib.sha256(key.encode()).hexdigest()[:10] for key in keys]
    every = every.drop_duplicates("fault_id").sort_values(["fault", "fault_id"], kind="stable")
    frame = gpd.GeoDataFrame(every, geometry="geometry", crs=sections.crs)
    return gpd.GeoDataFrame(schema.check(frame, "faults"))


def count(faults: Faults) -> dict[str, int]:
    """
    Count faults by kind.

    Parameters
    ----------
    faults
        As `find` gives them.

    Returns
    -------
    counts
        In alphabetical order of kinds; kinds without any are not listed.
    """
    sizes = faults["fault"].value_counts()
    return {str(kind): int(sizes[kind]) for kind in sorted(sizes.index)}
