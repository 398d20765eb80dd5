"""What the tags of OpenStreetMap say in columns of ours."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import schema

__all__ = ["TRANSLATED", "translate"]

# Columns of `translate`, beside the tags as they came.
TRANSLATED = (
    "functional_class",
    "maintained_by",
    "surface_type",
    "one_way",
    "sidewalk_sides",
    "lane_count",
    "width_m",
)
_NAMES = {"sidewalk": "sidewalk_sides"}
_WIDTH = re.compile(
    r"^\s*(?:(\d+(?:\.\d+)?)\s*(m|meters?|metres?|ft|feet)?|(\d+)\s*'(?:\s*(\d+(?:\.\d+)?)\s*\")?)\s*$"
)
_FOOT, _INCH = 0.3048, 0.0254
_NARROWEST_M, _WIDEST_M, _LANES = 1.3, 90.0, 16


def _width(text: str) -> float:
    """Read a width in metres; without a unit it is in metres."""
    match = _WIDTH.match(text)
    if not match:
        return np.nan
    if match[3]:
        width = float(match[3]) * _FOOT + float(match[4] or 0) * _INCH
    else:
        width = float(match[1]) * (_FOOT if (match[2] or "m").startswith("f") else 1.0)
    return width if _NARROWEST_M <= width <= _WIDEST_M else np.nan


def _lanes(text: str) -> float:
    """Read a number of lanes; several numbers say nothing."""
    number = int(text) if text.isdecimal() else 0
    return float(number) if 1 <= number <= _LANES else np.nan


def _sides(found: pd.DataFrame) -> pd.Series:
    """Join what tags of each side say."""
    said = pd.Series([set(row) for row in found.to_numpy()], index=found.index)
    left = said.map(lambda one: bool({"left", "both"} & one))
    right = said.map(lambda one: bool({"right", "both"} & one))
    none = said.map(lambda one: "no" in one) & ~left & ~right
    words = np.select([left & right, left, right, none], ["both", "left", "right", "no"], "")
    return pd.Series(words, index=found.index, dtype="str").replace("", None)


def translate(streets: gpd.GeoDataFrame, tags: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """
    Read the tags of streets into columns of ours.

    Parameters
    ----------
    streets
        As `read_osm` gives them.
    tags
        What tags mean. By default `parameters/osm_tags.csv`; of several tags for one column the
        later in that file goes before the earlier.

    Returns
    -------
    streets
        With `functional_class`, `maintained_by`, `surface_type`, `one_way`, `sidewalk_sides`,
        `lane_count` and `width_m` beside the tags. What no row of `tags` names, and widths and
        numbers of lanes that cannot be, are missing.
    """
    known = (schema.parameters("osm_tags") if tags is None else tags).reset_index()
    made = streets.assign(**dict.fromkeys(TRANSLATED))
    for column, rows in known.groupby("column", sort=False):
        found = pd.DataFrame(
            {
                tag: streets[tag].map(dict(zip(of_tag["tag_value"], of_tag["means"], strict=True)))
                for tag, of_tag in rows.groupby("tag", sort=False)
                if tag in streets
            }
        )
        if found.shape[1] == 0:
            continue
        name = _NAMES.get(str(column), str(column))
        if column == "sidewalk":
            made[name] = _sides(found)
        else:
            made[name] = found.ffill(axis=1).iloc[:, -1]
    made["lane_count"] = streets["lanes"].map(_lanes, na_action="ignore").astype("float64")
    made["width_m"] = streets["width"].map(_width, na_action="ignore").astype("float64")
    return made
