"""Lengths and areas of sections, and the city's share of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.network.joining import ends, groups
from norwalk_geo.network.model import FEET_PER_MILE, column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["centerline_miles", "lengths_ft", "measure"]

SQUARE_FEET_PER_SQUARE_YARD = 9
_SNAP_FT = 1.0
# A street's direction at a corner is that of its first feet, not of its first vertex.
_LOOK_FT = 30.0
_STRAIGHT, _SHARPEST = np.pi / 4, 0.5
_CORNER = 3

_Numbers = npt.NDArray[np.float64]


def _places(sections: Sections, feet: float) -> npt.NDArray[np.int64]:
    """Number the places where sections end: all first points, then all last points."""
    if {"from_node", "to_node"} <= set(sections.columns):
        nodes = np.concatenate([sections["from_node"], sections["to_node"]])
        return np.asarray(pd.factorize(nodes)[0])
    return groups(ends(sections), _SNAP_FT / feet)


def _legs(sections: Sections, width: _Numbers, feet: float) -> pd.DataFrame:
    """List both ends of each section as legs of a place, with the direction that they leave in."""
    shapes, size = sections.geometry.to_numpy(), len(sections)
    reach = np.minimum(_LOOK_FT / feet, shapely.length(shapes) / 2)
    start, stop = shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)
    tip = np.concatenate([start, stop])
    ahead = np.concatenate(
        [
            shapely.line_interpolate_point(shapes, reach),
            shapely.line_interpolate_point(shapes, -reach),
        ]
    )
    dx = shapely.get_x(ahead) - shapely.get_x(tip)
    dy = shapely.get_y(ahead) - shapely.get_y(tip)
    place = _places(sections, feet)
    return pd.DataFrame(
        {
            "row": np.tile(np.arange(size), 2),
            "place": place,
            "degree": np.bincount(place)[place],
            "angle": np.arctan2(dy, dx).round(6),
            "width": np.tile(width, 2),
        }
    )


def _covered_ft(legs: pd.DataFrame, length: _Numbers) -> _Numbers:
    """
    Measure how many feet of each section lie in a wider street that it meets.

    At a corner the widest street keeps the pavement, with the leg that carries it on; the others
    begin at its edge.
    """
    corner = legs[legs["degree"] >= _CORNER].sort_values(
        ["place", "width", "angle"], ascending=[True, False, True], kind="stable"
    )
    main = corner.groupby("place")[["angle", "width"]].transform("first")
    turn = (corner["angle"] - main["angle"] + np.pi) % (2 * np.pi) - np.pi
    bend = np.pi - turn.abs()
    is_main = ~corner["place"].duplicated()
    on = bend.where(~is_main).groupby(corner["place"]).idxmin()
    goes_on = corner.index.isin(on[bend.loc[on].lt(_STRAIGHT).to_numpy()])
    slant = np.sin(turn).abs().clip(lower=_SHARPEST)
    covered = (main["width"] / 2 / slant).where(~is_main & ~goes_on, 0.0)
    half = length[corner["row"]] / 2
    total = np.minimum(covered, half).groupby(corner["row"]).sum()
    return np.asarray(total.reindex(np.arange(len(length)), fill_value=0.0))


def _bulb_sf(sections: Sections, legs: pd.DataFrame, width: _Numbers) -> _Numbers:
    """Measure what a turning circle at a dead end has beyond the street to its middle."""
    across = column(sections, "bulb_diameter_ft", np.nan).to_numpy(dtype="float64")
    dead = legs["degree"].eq(1).to_numpy().reshape(2, -1).any(axis=0)
    radius, half = across / 2, np.minimum(width, across) / 2
    # The street's strip inside the circle, from the middle to the edge.
    strip = half * np.sqrt(radius**2 - half**2) + radius**2 * np.arcsin(half / radius)
    return np.where(dead & np.isfinite(across), np.pi * radius**2 - strip, 0.0)


def _city_share(sections: Sections) -> pd.Series:
    """Take the city's share of each section, from 0 to 1."""
    keeper = column(sections, "maintained_by", "city").fillna("city")
    return column(sections, "share_pct", np.nan).fillna(keeper.eq("city") * 100.0) / 100


def centerline_miles(sections: Sections) -> pd.Series:
    """
    Measure the city's share of each section's length.

    Parameters
    ----------
    sections
        Uses `carriageway`, `maintained_by` and `share_pct` where given.

    Returns
    -------
    miles
        Aligned to `sections`; a street drawn twice counts half its miles on each line.
    """
    schema.require(sections, "sections", "geometry")
    feet = feet_per_unit(sections.crs)
    length = sections.geometry.length * feet
    divided = column(sections, "carriageway", "single").eq("divided")
    miles: pd.Series = length / FEET_PER_MILE * _city_share(sections)
    return miles.where(~divided, miles / 2)


def measure(sections: Sections, classes: pd.DataFrame) -> pd.DataFrame:
    """
    Measure each section: length, area and the city's share.

    An area that is not given is length times width. Where streets meet, the widest keeps the
    pavement of the intersection and the others begin at its edge, so that it counts once; a turning
    circle counts where its diameter is given and the street ends.

    Parameters
    ----------
    sections
        Uses `width_ft`, `area_sy`, `bulb_diameter_ft`, `carriageway`, `lanes`, `maintained_by` and
        `share_pct` where given; nodes where they are known, else ends within a foot meet.
    classes
        Supplies `default_width_ft` for sections without a width.

    Returns
    -------
    measures
        Aligned to `sections`: `length_ft` drawn; `city_share` from 0 to 1; `miles`, `lane_miles`
        and `area_sy` of the city's share, a street drawn twice counting half its miles on each
        line; `area_basis`: `given`, `width`, or `class_width` where the width is the class default
        (half of it on each line of a street drawn twice); `area_is_estimated` in the last case.
    """
    schema.require(sections, "sections", "functional_class", "geometry")
    feet = feet_per_unit(sections.crs)
    length = sections.geometry.length * feet
    width = column(sections, "width_ft", np.nan)
    divided = column(sections, "carriageway", "single").eq("divided")
    # The default is a whole street's; of a street drawn twice each line has half.
    default = sections["functional_class"].map(classes["default_width_ft"])
    default = default.astype("float64") * np.where(divided, 0.5, 1.0)
    across = width.fillna(default).to_numpy(dtype="float64")
    legs = _legs(sections, across, feet)
    free = length - _covered_ft(legs, length.to_numpy())
    computed = (free * across + _bulb_sf(sections, legs, across)) / SQUARE_FEET_PER_SQUARE_YARD
    given = column(sections, "area_sy", np.nan)
    share = _city_share(sections)
    miles = length / FEET_PER_MILE * share
    basis = np.select([given.notna(), width.notna()], ["given", "width"], "class_width")
    return pd.DataFrame(
        {
            "length_ft": length,
            "city_share": share,
            "miles": centerline_miles(sections),
            "lane_miles": miles * column(sections, "lanes", np.nan).astype("float64"),
            "area_sy": given.fillna(computed) * share,
            "area_basis": pd.Series(basis, index=sections.index, dtype="str"),
            "area_is_estimated": given.isna() & width.isna(),
        },
        index=sections.index,
    )


def lengths_ft(sections: Sections) -> npt.NDArray[np.float64]:
    """
    Measure lines as drawn.

    Parameters
    ----------
    sections
        Lines in a projected system.

    Returns
    -------
    lengths
        In feet of the system, in the order of the rows.
    """
    schema.require(sections, "sections", "geometry")
    feet = feet_per_unit(sections.crs)
    return np.asarray(shapely.length(sections.geometry.to_numpy()) * feet)
