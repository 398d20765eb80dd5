"""Which streets are the city's by its boundary: inside, along it, across it, or outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from norwalk_geo import schema
from norwalk_geo.errors import CrsError, Problem
from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Bounded", "share_by_boundary"]

_STEP_FT, _LEAST_POINTS = 10.0, 5
# A street runs along the boundary where most of it is near, and it gets on along it as it goes.
_ALONG, _GETS_ON = 0.75, 0.5
# Drawn lines and boundaries agree to a few feet: so little inside or outside says nothing.
_NOTHING = 0.02
_HALF = 50.0


@dataclass(frozen=True)
class Bounded:
    """
    Sections of the city by its boundary.

    Parameters
    ----------
    sections
        Those inside, along or across the boundary, with `share_pct` and `share_basis`.
    boundary_streets
        Every section that is not wholly inside, those left out too.
    """

    sections: Sections
    boundary_streets: pd.DataFrame


def _points(
    sections: Sections, feet: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Set points along sections; give the row of each."""
    shapes = sections.geometry.to_numpy()
    step = _STEP_FT / feet
    count = np.maximum(np.ceil(shapely.length(shapes) / step), _LEAST_POINTS).astype("int64")
    row = np.repeat(np.arange(len(shapes)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(
        shapes[row], (place + 0.5) / count[row], normalized=True
    )
    return points, row


def _along(
    sections: Sections,
    border: shapely.Geometry,
    points: npt.NDArray[np.object_],
    row: npt.NDArray[np.int64],
    reach: float,
) -> npt.NDArray[np.bool_]:
    """Tell the sections that run along the boundary from those that only touch or cross it."""
    shapes = sections.geometry.to_numpy()
    near = shapely.dwithin(points, border, reach)
    share = np.bincount(row, weights=near, minlength=len(shapes)) / np.bincount(row)
    ends = [shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)]
    feet_of = [shapely.get_point(shapely.shortest_line(border, end), 0) for end in ends]
    gone = shapely.distance(*feet_of) >= _GETS_ON * shapely.distance(*ends)
    return np.asarray((share >= _ALONG) & gone)


def _checked(sections: Sections, boundary: gpd.GeoDataFrame) -> None:
    """Refuse a boundary that cannot be compared with the sections."""
    problems = []
    if boundary.crs is None or boundary.crs != sections.crs:
        remedy = "Convert it with to_crs, or give it to norwalk import --boundary."
        problems.append(Problem("geometry", "is not in the system of the sections", remedy=remedy))
    if boundary.empty or not boundary.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        remedy = "Give the city's area, not its outline as a line."
        problems.append(Problem("geometry", "is no area", remedy=remedy))
    if problems:
        raise CrsError.of("boundary", problems)


def share_by_boundary(
    sections: Sections,
    boundary: gpd.GeoDataFrame,
    *,
    near_ft: float = 60.0,
    along_pct: float = _HALF,
) -> Bounded:
    """
    Give streets on the city boundary their share, and leave out those beyond it.

    Parameters
    ----------
    sections
        Lines in a projected system.
    boundary
        The city's area in the same system.
    near_ft
        A street whose line is this near to the boundary for three quarters of its length, and gets
        on along it, runs along it; in feet.
    along_pct
        The city's share of a street along its boundary, in percent.

    Returns
    -------
    bounded
        A street along the boundary has `along_pct`; one that crosses it has the share of its length
        inside. Both have `share_basis = boundary`, since an agreement with the neighbor may say
        otherwise. A `share_pct` that is given stays, and so do streets that are not the city's.

    Raises
    ------
    CrsError
        The boundary is in another system, or is no area.
    """
    _checked(sections, boundary)
    feet = feet_per_unit(sections.crs)
    area = shapely.union_all(boundary.geometry.to_numpy())
    shapely.prepare(area)
    border = shapely.boundary(area)
    shapely.prepare(border)
    points, row = _points(sections, feet)
    hits = np.bincount(row, weights=shapely.contains(area, points), minlength=len(sections))
    inside = hits / np.bincount(row, minlength=len(sections))
    along = _along(sections, border, points, row, near_ft / feet)
    position = np.select(
        [along, inside >= 1 - _NOTHING, inside <= _NOTHING],
        ["along", "inside", "outside"],
        "across",
    )
    given = column(sections, "share_pct", np.nan).astype("float64")
    own = column(sections, "maintained_by", "city").fillna("city").eq("city")
    open_ = given.isna() & own
    share = given.mask(open_ & (position == "along"), along_pct)
    share = share.mask(open_ & (position == "across"), pd.Series(inside * 100, sections.index))
    before = column(sections, "share_basis", None)
    basis = before.astype("object").where(given.isna() | before.notna(), "given")
    basis = basis.mask(open_ & np.isin(position, ["along", "across"]), "boundary")
    made = sections.assign(share_pct=share, share_basis=basis.astype("str").where(basis.notna()))
    listed = made.assign(position=position, inside_pct=inside * 100)[position != "inside"]
    columns = list(schema.describe("boundary_streets").columns.index)
    named = listed.rename_axis("section_id").reset_index()
    table = pd.DataFrame(named[[one for one in columns if one in named]])
    kept = gpd.GeoDataFrame(made[position != "outside"])
    return Bounded(kept, schema.check(table, "boundary_streets"))
