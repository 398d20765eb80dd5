"""What a line's own shape and cells show, and lines that lie on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from norwalk_geo import network
from norwalk_geo.faults.model import middle, written

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Surveys

__all__ = ["of_rows", "on_top"]

_OVERLAP_FT, _DIFFERS = 20.0, 0.2


def on_top(sections: Sections) -> list[pd.DataFrame]:
    """
    Find lines with the shape of another, and lines that share a stretch.

    Parameters
    ----------
    sections
        Lines in a projected system, in the order of their ids.

    Returns
    -------
    faults
        One table a kind, with the columns of `written`.
    """
    shapes, feet = sections.geometry.to_numpy(), network.feet_per_unit(sections.crs)
    form = pd.Series(shapely.to_wkb(shapely.normalize(shapes)), index=sections.index)
    again = form[form.duplicated()]
    first = form.drop_duplicates().reset_index().set_index(0)["section_id"]
    earlier = first[again].to_numpy()
    same = written(
        "same_shape",
        [f"{a} {b}" for a, b in zip(earlier, again.index, strict=True)],
        [
            f"{b} has the shape of {a}; its miles count twice"
            for a, b in zip(earlier, again.index, strict=True)
        ],
        middle(sections.geometry[again.index].to_numpy()),
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
        written(
            "overlap",
            [f"{i} {j}" for i, j, _ in pairs],
            [f"{i} and {j} share {ft:.0f} ft" for i, j, ft in pairs],
            shapely.point_on_surface(both[far]),
            size[far],
        ),
    ]


def of_rows(sections: Sections, surveys: Surveys | None) -> list[pd.DataFrame]:
    """
    Find what a section alone shows: lengths that differ, crossings of itself, no condition.

    Parameters
    ----------
    sections
        Lines in a projected system, in the order of their ids.
    surveys
        Their surveys; None to leave out what has none.

    Returns
    -------
    faults
        One table a kind, with the columns of `written`.
    """
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
            written("length_differs", ids, said, middle(shapes[far]), np.abs(given - feet)[far])
        )
    knots = ~shapely.is_simple(shapes)
    ids = sections.index[knots]
    found.append(
        written("crosses_itself", ids, [f"{i} crosses itself" for i in ids], middle(shapes[knots]))
    )
    if surveys is not None:
        rated = surveys.index.get_level_values("section_id")
        bare = ~sections.index.isin(rated)
        ids = sections.index[bare]
        said = [f"{i} has no survey, so it is not planned" for i in ids]
        found.append(written("no_condition", ids, said, middle(shapes[bare]), feet[bare]))
    return found
