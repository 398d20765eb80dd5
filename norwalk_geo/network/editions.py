"""
Last year's sections and this year's lines: which is which, and what became of the others.

Two lines are one street where they lie on each other. A line keeps its id where it covers the old
one and the old one covers it; what was split or merged is told by how much of each lies on the
other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.model import differ, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Changes, Sections

__all__ = ["Edition", "match_ids"]

# Points at this spacing stand for a line; a stretch shorter than it cannot be told apart.
_STEP_FT, _LEAST = 10.0, 5
_COVERS, _PART = 0.8, 0.2
# What makes two lines that lie on each other the same row: a name and a class may change.
_OF_THE_WHOLE = {"area_sy", "given_length_ft", "bulb_diameter_ft"}
_IGNORED = {"geometry", "from_node", "to_node", "source_id"}


@dataclass(frozen=True)
class Edition:
    """
    A new edition of a city's sections, under the ids that they had.

    Parameters
    ----------
    sections
        The new sections in their order; those that were there before have their old ids.
    changes
        What became of each old section, and where each new one comes from.
    """

    sections: Sections
    changes: pd.DataFrame


def _samples(lines: Sections, feet: float) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Set points along lines; give the row of each."""
    shapes = lines.geometry.to_numpy()
    count = np.maximum(np.ceil(shapely.length(shapes) * feet / _STEP_FT), _LEAST).astype("int64")
    row = np.repeat(np.arange(len(shapes)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    share = (place + 0.5) / count[row]
    return shapely.line_interpolate_point(shapes[row], share, normalized=True), row


def _covered(one: Sections, other: Sections, near_ft: float) -> pd.DataFrame:
    """Measure the share of each line of one table that lies on each line of another."""
    feet = feet_per_unit(one.crs)
    points, row = _samples(one, feet)
    shapes = other.geometry.to_numpy()
    reach = near_ft / feet
    place, found = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=reach)
    apart = shapely.distance(points[place], shapes[found])
    ids = other.index.to_numpy()[found].astype("str")
    # Each point lies on one line: the nearest, and of several the first by id.
    nearest = pd.DataFrame({"place": place, "other": found, "apart": apart.round(3), "id": ids})
    nearest = nearest.sort_values(["place", "apart", "id"], kind="stable")
    nearest = nearest.drop_duplicates("place")
    pairs = pd.DataFrame({"row": row[nearest["place"]], "other": nearest["other"]})
    counted = pairs.groupby(["row", "other"]).size().rename("count").reset_index()
    counted["share"] = counted["count"] / np.bincount(row)[counted["row"]]
    return counted[["row", "other", "share"]]


def _overlaps(new: Sections, old: Sections, near_ft: float) -> pd.DataFrame:
    """Pair new and old lines that lie on each other."""
    of_new = _covered(new, old, near_ft).set_axis(["new", "old", "new_share"], axis=1)
    of_old = _covered(old, new, near_ft).set_axis(["old", "new", "old_share"], axis=1)
    both = of_new.merge(of_old, on=["new", "old"], how="outer")
    both[["new_share", "old_share"]] = both[["new_share", "old_share"]].fillna(0.0)
    enough = both[["new_share", "old_share"]].max(axis=1) >= _PART
    return both[enough].reset_index(drop=True)


def _same_place(new: Sections, old: Sections) -> pd.DataFrame:
    """Pair lines with the very same shape in either direction, which needs no measuring."""
    tables = []
    for lines in (new, old):
        shape = shapely.to_wkb(shapely.normalize(lines.geometry.to_numpy()))
        table = pd.DataFrame({"id": lines.index.astype("str"), "shape": shape})
        # Of several lines with one shape, the first by id goes on from the first.
        ordered = table.assign(row=np.arange(len(lines))).sort_values("id", kind="stable")
        tables.append(ordered.assign(turn=ordered.groupby("shape").cumcount()))
    one = tables[0].merge(tables[1], on=["id", "shape"], suffixes=("_new", "_old"))
    rest = [
        table[~table["row"].isin(one[f"row_{name}"])]
        for table, name in zip(tables, ("new", "old"), strict=True)
    ]
    other = rest[0].merge(rest[1], on=["shape", "turn"], suffixes=("_new", "_old"))
    both = pd.concat([one[["row_new", "row_old"]], other[["row_new", "row_old"]]])
    return pd.DataFrame(
        {"new": both["row_new"], "old": both["row_old"], "new_share": 1.0, "old_share": 1.0}
    )


def _pairs(new: Sections, old: Sections, near_ft: float) -> pd.DataFrame:
    """Pair new and old lines: by shape where it is the same, else by how they lie."""
    exact = _same_place(new, old)
    rest_new = np.setdiff1d(np.arange(len(new)), exact["new"])
    rest_old = np.setdiff1d(np.arange(len(old)), exact["old"])
    if not (len(rest_new) and len(rest_old)):
        return exact
    near = _overlaps(new.iloc[rest_new], old.iloc[rest_old], near_ft)
    near = near.assign(new=rest_new[near["new"]], old=rest_old[near["old"]])
    return pd.concat([exact, near], ignore_index=True)


def _one_to_one(pairs: pd.DataFrame, new: Sections, old: Sections) -> dict[int, int]:
    """Choose the old row that each new one goes on from."""
    ranked = pairs.assign(
        least=pairs[["new_share", "old_share"]].min(axis=1),
        first=new.index.to_numpy()[pairs["new"]],
        then=old.index.to_numpy()[pairs["old"]],
    )
    ranked = ranked[ranked["least"] >= _COVERS]
    ranked = ranked.sort_values(["least", "then", "first"], ascending=[False, True, True])
    # The same id is the strongest sign, and then the best cover.
    ranked = ranked.assign(other=ranked["first"].ne(ranked["then"]))
    ranked = ranked.sort_values("other", kind="stable")
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for row, before in zip(ranked["new"], ranked["old"], strict=True):
        if row not in chosen and before not in taken:
            chosen[int(row)] = int(before)
            taken.add(int(before))
    # A row that keeps its key and lies elsewhere was moved, unless another lies where it was.
    place = old.index.get_indexer(new.index)
    lying_new, lying_old = set(pairs["new"]), set(pairs["old"])
    for row in np.flatnonzero(place >= 0):
        if int(row) not in lying_new and int(place[row]) not in lying_old:
            chosen[int(row)] = int(place[row])
    return chosen


def _altered(new: Sections, old: Sections, chosen: dict[int, int]) -> pd.Series:
    """Name the columns in which a section is not what it was."""
    rows = np.array(list(chosen), dtype="int64")
    before = np.array(list(chosen.values()), dtype="int64")
    names = pd.Series("", index=rows, dtype="str")
    for column in [name for name in new.columns if name in old and name not in _IGNORED]:
        names[differ(new[column].iloc[rows], old[column].iloc[before])] += f"{column} "
    one, other = new.geometry.to_numpy()[rows], old.geometry.to_numpy()[before]
    names[~shapely.equals(one, other)] += "geometry "
    return names.str.strip()


def _told(pairs: pd.DataFrame, chosen: dict[int, int], sizes: tuple[int, int]) -> pd.DataFrame:
    """Say what became of what has no single successor, and where the rest comes from."""
    rest = pairs[~pairs["new"].isin(chosen.keys()) & ~pairs["old"].isin(chosen.values())]
    inside_old = rest[rest["new_share"] >= _COVERS]
    inside_new = rest[rest["old_share"] >= _COVERS]
    told = [
        inside_old[inside_old.groupby("old")["new"].transform("size") > 1].assign(kind="split"),
        inside_new[inside_new.groupby("new")["old"].transform("size") > 1].assign(kind="merged"),
    ]
    known_new, known_old = set(chosen), set(chosen.values())
    for one in told:
        known_new |= set(one["new"])
        known_old |= set(one["old"])
    other = rest[~rest["new"].isin(known_new) & ~rest["old"].isin(known_old)]
    other = other[other["new_share"].gt(_PART) & other["old_share"].gt(_PART)].assign(
        kind="redrawn"
    )
    known_new |= set(other["new"])
    known_old |= set(other["old"])
    fresh = pd.DataFrame({"new": sorted(set(range(sizes[0])) - known_new), "kind": "new"})
    gone = pd.DataFrame({"old": sorted(set(range(sizes[1])) - known_old), "kind": "gone"})
    return pd.concat([*told, other, fresh, gone], ignore_index=True)


def _free_ids(
    new: Sections, old: Sections, chosen: dict[int, int], pairs: pd.DataFrame
) -> pd.Index:
    """Give each new section its id: the old one, its own, or its own with a letter."""
    ids = new.index.to_numpy(dtype="object").astype("object")
    kept = {str(old.index[before]) for before in chosen.values()}
    taken = set(map(str, old.index)) | kept
    at = zip(new.index[pairs["new"]], old.index[pairs["old"]], strict=True)
    # A piece that goes by the key of the whole may keep it.
    own_piece = {str(one) for one, other in at if one == other} - kept
    result = []
    for row, own in enumerate(map(str, ids)):
        if row in chosen:
            result.append(str(old.index[chosen[row]]))
            continue
        name, letter = own, "b"
        # An id is kept for ever: what is not the same street may not have it.
        while name in taken - own_piece:
            name, letter = f"{own}{letter}", chr(ord(letter) + 1)
        taken.add(name)
        result.append(name)
    return pd.Index(result, name="section_id", dtype="str")


def match_ids(sections: Sections, earlier: Sections, *, near_ft: float = 15.0) -> Edition:
    """
    Give sections the ids that they had, and tell what changed.

    Parameters
    ----------
    sections
        The new edition.
    earlier
        The old edition, in the same system.
    near_ft
        Lines that lie this near to each other are one street, in feet.

    Returns
    -------
    edition
        Sections under their old ids, what the city entered in columns that the new edition does not
        have, and the changes: `same`, `changed` (with the columns), `new`, `gone`, `split`,
        `merged`, or `redrawn`, where a line lies on part of an old one.
    """
    pairs = _pairs(sections, earlier, near_ft)
    chosen = _one_to_one(pairs, sections, earlier)
    altered = _altered(sections, earlier, chosen)
    told = _told(pairs, chosen, (len(sections), len(earlier)))
    stays = pd.DataFrame(
        {
            "new": list(chosen),
            "old": list(chosen.values()),
            "kind": np.where(altered.eq(""), "same", "changed"),
            "columns": altered.to_numpy(),
        }
    )
    ids = _free_ids(sections, earlier, chosen, pairs)
    named = sections.set_axis(ids)
    rows = pd.concat([stays, told], ignore_index=True)
    changes = pd.DataFrame(
        {
            "section_id": [None if pd.isna(row) else str(ids[int(row)]) for row in rows["new"]],
            "earlier_id": [
                None if pd.isna(row) else str(earlier.index[int(row)]) for row in rows["old"]
            ],
            "change": rows["kind"],
            "columns": rows["columns"].replace("", None),
        }
    )
    changes["change_id"] = changes[["earlier_id", "section_id"]].fillna("-").agg(" > ".join, axis=1)
    ordered = changes.sort_values("change_id", kind="stable")
    return Edition(_carried(named, earlier, changes), schema.check(ordered, "changes"))


def _carried(named: Sections, earlier: Sections, changes: Changes) -> Sections:
    """Carry over what the city entered: cells of columns that the new edition does not have."""
    stayed, part = ["same", "changed"], ["split", "redrawn"]
    known = schema.describe("sections").columns.index
    for column in [one for one in earlier.columns if one not in named and one in known]:
        # An area or a length belongs to the whole; a piece has none until it is measured.
        kinds = stayed if column in _OF_THE_WHOLE else stayed + part
        rows = changes[changes["change"].isin(kinds)].drop_duplicates("section_id")
        cells = earlier[column].reindex(rows["earlier_id"]).set_axis(rows["section_id"])
        named = named.assign(**{column: cells.reindex(named.index)})
    return named
