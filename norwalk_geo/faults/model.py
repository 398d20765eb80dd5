"""A fault as a row: its kind, the sections concerned, a sentence, a place and a size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

__all__ = ["middle", "written"]

_COLUMNS = ["fault", "section_ids", "what", "size_ft", "geometry"]


def written(
    kind: str,
    ids: Iterable[str],
    what: Iterable[str],
    places: npt.NDArray[np.object_],
    size: npt.NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """
    Write faults of one kind.

    Parameters
    ----------
    kind
        As in the table `faults`.
    ids
        Sections concerned, with spaces between.
    what
        A sentence each.
    places
        A point each.
    size
        In feet; missing where the kind has none.

    Returns
    -------
    faults
        One row a fault, without an id.
    """
    frame = pd.DataFrame({"section_ids": list(ids), "what": list(what)}, dtype="str")
    known = np.full(len(frame), np.nan) if size is None else np.asarray(size)
    return frame.assign(fault=kind, size_ft=known, geometry=list(places))[_COLUMNS]


def middle(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """
    Take the middle of lines.

    Parameters
    ----------
    shapes
        Lines.

    Returns
    -------
    middle
        Points.
    """
    return np.asarray(shapely.line_interpolate_point(shapes, 0.5, normalized=True))
