"""The page of streets to look at: a drawing and a table, without a script."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from typing import TYPE_CHECKING

import jinja2
import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from norwalk_geo.schema import Faults, Sections

__all__ = ["faults_page"]

_WIDE = 1000.0
_WORDS = {
    "near_miss": "Ends just short of another street",
    "short_dangle": "Very short dead end",
    "not_split": "Meets other streets between its ends",
    "bare_crossing": "Crosses without a junction",
    "overlap": "Lies on another street for a stretch",
    "same_shape": "Drawn twice",
    "name_change": "Changes its name",
    "two_spellings": "Name spelled in two ways",
    "isolated": "Joined to no other street",
    "no_name": "No street name",
    "no_condition": "No survey",
    "length_differs": "Given and drawn length differ",
    "crosses_itself": "Crosses itself",
}


def _path(points: npt.NDArray[np.float64], row: npt.NDArray[np.int64]) -> str:
    """Write lines as one path of an SVG."""
    begins = np.diff(row, prepend=-1) != 0
    return "".join(
        f"{'M' if first else 'L'}{x:.1f} {y:.1f}"
        for first, (x, y) in zip(begins, points, strict=True)
    )


def faults_page(
    sections: Sections, faults: Faults, *, city: str, as_of: dt.date, notice: str = ""
) -> str:
    """
    Write the page of a city's faults.

    Parameters
    ----------
    sections
        Streets to draw.
    faults
        Places to mark, as `faults.find` gives them.
    city
        Name of the city.
    as_of
        Day that the data describe.
    notice
        Sentence that every page must carry.

    Returns
    -------
    page
        HTML that opens from disk, every text escaped.
    """
    west, south, east, north = sections.total_bounds
    scale = _WIDE / max(east - west, 1e-9)
    corner, turn = np.array([west, north]), np.array([scale, -scale])
    points, row = shapely.get_coordinates(sections.geometry.to_numpy(), return_index=True)
    places = (shapely.get_coordinates(faults.geometry.to_numpy()) - corner) * turn
    source = resources.files("norwalk_geo") / "templates" / "faults.html"
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    counts = faults["fault"].value_counts().sort_index()
    return template.from_string(source.read_text(encoding="utf-8")).render(
        city=city,
        notice=notice,
        as_of=as_of.isoformat(),
        words=_WORDS,
        counts=list(counts.items()),
        rows=list(faults.itertuples()),
        path=_path((points - corner) * turn, row),
        dots=[(f"{x:.1f}", f"{y:.1f}", n) for n, (x, y) in enumerate(places, start=1)],
        width=_WIDE,
        height=round((north - south) * scale, 1),
    )
