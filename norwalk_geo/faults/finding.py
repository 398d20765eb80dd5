"""Every kind of fault together, under ids that stay while the fault does."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import network, schema
from norwalk_geo.faults.joints import dead_ends, isolated, not_joined
from norwalk_geo.faults.naming import of_names
from norwalk_geo.faults.shapes import of_rows, on_top

if TYPE_CHECKING:
    from norwalk_geo.schema import Faults, Sections, Surveys

__all__ = ["count", "find"]


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
        *dead_ends(streets, near_ft),
        *not_joined(plain, cut),
        *on_top(plain),
        *of_names(streets),
        *isolated(streets),
        *of_rows(plain, surveys),
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
