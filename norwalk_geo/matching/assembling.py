"""Stretches of lines → the sections and surveys of the pavement table that they were found for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from norwalk_geo import network, schema

if TYPE_CHECKING:
    from norwalk_geo.network import Network
    from norwalk_geo.schema import Limits, Pieces, Sections, Surveys

__all__ = ["sections", "surveys", "twice"]

_SURVEY = ("survey_date", "pci", "pci_method", "load_share_pct")
_WHOLE_FT = 0.01


def _stretches(pieces: Pieces, lines: Network) -> npt.NDArray[np.object_]:
    """Cut each piece out of its line, in the direction in which its row runs."""
    drawn = lines.sections.loc[pieces["line_id"]]
    shapes = drawn.geometry.to_numpy().copy()
    length = network.lengths_ft(drawn)
    partial = (pieces["from_ft"] > _WHOLE_FT) | (pieces["to_ft"] < length - _WHOLE_FT)
    for place in np.flatnonzero(partial):
        first, last = pieces["from_ft"].iloc[place], pieces["to_ft"].iloc[place]
        whole = length[place]
        shapes[place] = substring(shapes[place], first / whole, last / whole, normalized=True)
    backward = pieces["is_reversed"].to_numpy(dtype="bool")
    shapes[backward] = shapely.reverse(shapes[backward])
    return np.asarray(shapes)


def _runs(
    pieces: Pieces, shapes: npt.NDArray[np.object_]
) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
    """Join stretches that follow each other; give the row of each result, and its line."""
    first, last = shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)
    source = pieces.index.get_level_values("source_id").to_numpy()
    ways = pieces["carriageway"].to_numpy()
    gap = np.full(len(pieces), np.inf)
    gap[1:] = shapely.distance(last[:-1], first[1:])
    begins = np.r_[True, source[1:] != source[:-1]] | (gap > 1.0)
    begins[1:] |= ways[1:] != ways[:-1]
    run = np.cumsum(begins) - 1
    points, at = shapely.get_coordinates(shapes, return_index=True)
    joined = shapely.linestrings(points, indices=run[at])
    joined = shapely.remove_repeated_points(joined)
    table = pd.DataFrame({"source_id": source[begins], "way": ways[begins]})
    return table, joined


def _shared(frame: pd.DataFrame, way: pd.Series, length: pd.Series) -> pd.DataFrame:
    """Share what belongs to a row among its lines; of two carriageways each has half."""
    half = way.eq("both")
    # Along both carriageways a street is as long as one of them.
    counted = length * np.where(half, 0.5, 1.0)
    whole = counted.groupby(frame["source_id"]).transform("sum")
    for name, part in (("given_length_ft", length), ("area_sy", counted)):
        if name in frame:
            frame[name] = frame[name] * part / whole
    if "width_ft" in frame:
        frame["width_ft"] = frame["width_ft"].where(~half, frame["width_ft"] / 2)
    if "lanes" in frame:
        # An odd number of lanes does not say which side has more.
        of_one = (frame["lanes"] // 2).where(frame["lanes"] % 2 == 0)
        frame["lanes"] = frame["lanes"].where(~half, of_one)
    if way.ne("single").any():
        frame["carriageway"] = np.where(way.eq("single"), "single", "divided")
    return frame


def sections(
    limits: Limits, pieces: Pieces, lines: Network, *, prefix: str = "s", default_class: str = ""
) -> Sections:
    """
    Make a section of each row that has lines.

    Parameters
    ----------
    limits
        Rows of the pavement table.
    pieces
        Stretches found for them.
    lines
        The lines that they are on.
    prefix
        Text before the row's own id in ours.
    default_class
        Functional class of rows without one.

    Returns
    -------
    sections
        Drawn from the first limit to the last, with the row's own id as `source_id`. A row whose
        lines do not follow each other becomes `ID-1`, `ID-2` …, with given length and area shared
        among them by length. So does one that covers both carriageways of a divided street: each
        has half of its area, width and lanes, and counts half its miles.
    """
    used = pieces[(pieces["to_ft"] - pieces["from_ft"]) > _WHOLE_FT]
    table, shapes = _runs(used, _stretches(used, lines))
    source = table["source_id"]
    part = source.groupby(source).cumcount() + 1
    count = source.groupby(source).transform("size")
    ids = prefix + source
    known = [name for name in schema.describe("sections").columns.index if name in limits]
    frame = limits.reset_index().set_index("source_id", drop=False)[["source_id", *known]]
    frame = frame.loc[source].loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    frame = _shared(frame, table["way"], pd.Series(shapely.length(shapes)))
    frame["section_id"] = ids.where(count == 1, ids + "-" + part.astype("str"))
    if default_class:
        blank = pd.Series(None, index=frame.index, dtype="str")
        frame["functional_class"] = frame.get("functional_class", blank).fillna(default_class)
    made = gpd.GeoDataFrame(frame, geometry=shapes, crs=lines.sections.crs)
    return gpd.GeoDataFrame(schema.check(made, "sections"))


def surveys(limits: Limits, made: Sections) -> Surveys:
    """
    Take the ratings that stand in a pavement table.

    Parameters
    ----------
    limits
        Rows of the pavement table.
    made
        Sections made of them.

    Returns
    -------
    surveys
        One row a section whose row has a condition; all pieces of a row have its rating.
    """
    columns = [name for name in _SURVEY if name in limits]
    if "pci" not in columns:
        return pd.DataFrame(columns=list(schema.describe("surveys").columns.index))
    rated = limits.loc[made["source_id"], columns].set_axis(made.index)
    rated = rated.rename_axis("section_id")
    return schema.check(rated.loc[rated["pci"].notna()], "surveys")


def twice(pieces: Pieces) -> pd.DataFrame:
    """
    Find stretches of line that more than one row covers.

    Parameters
    ----------
    pieces
        Stretches found for the rows of a table.

    Returns
    -------
    overlaps
        `source_id`, `other` (the row before it), `line_id` and `length_ft` of what both cover.
    """
    flat = pieces.reset_index().sort_values(["line_id", "from_ft", "to_ft", "source_id"])
    until = flat.groupby("line_id")["to_ft"].cummax().groupby(flat["line_id"]).shift()
    other = flat.groupby("line_id")["source_id"].shift()
    both = (np.minimum(until, flat["to_ft"]) - flat["from_ft"]).clip(lower=0)
    found = flat.assign(other=other, length_ft=both).loc[both > _WHOLE_FT]
    return pd.DataFrame(found[["source_id", "other", "line_id", "length_ft"]]).reset_index(
        drop=True
    )
