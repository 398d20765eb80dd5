"""Where the names of streets are missing, change, or are spelled in two ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import names
from norwalk_geo.faults.model import middle, written

if TYPE_CHECKING:
    from norwalk_geo.network import Network

__all__ = ["of_names"]

_TWO = 2


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
        found.append(written(kind, ids, what + " where nothing crosses", places))
    return found


def of_names(streets: Network) -> list[pd.DataFrame]:
    """
    Find streets without a name, that change it where nothing crosses, or that have two spellings.

    Parameters
    ----------
    streets
        Sections cut where they meet, joined to a network.

    Returns
    -------
    faults
        One table a kind, with the columns of `written`.
    """
    sections = streets.sections
    if "street_name" not in sections:
        return []
    blank = sections.index[sections["street_name"].isna()]
    nameless = written(
        "no_name",
        blank,
        [f"{one} has no street name" for one in blank],
        middle(sections.geometry[blank].to_numpy()),
    )
    return [nameless, *_at_bends(streets)]
