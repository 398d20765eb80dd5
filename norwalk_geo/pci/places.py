"""Columns in their declared types, and the names of the rows that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from norwalk_geo import schema
from norwalk_geo.schema.convert import TYPES

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Found", "names_of", "typed"]

# Column, rows concerned, what is wrong, what to do.
Found: TypeAlias = list[tuple[str, npt.NDArray[np.bool_], str, str]]


def typed(frame: DataFrame, table: str, *, but: str = "") -> tuple[DataFrame, Found]:
    """
    Convert the columns that a schema knows.

    Parameters
    ----------
    frame
        Key among the columns.
    table
        Name of the schema.
    but
        Column that is left as it is.

    Returns
    -------
    typed, found
        The frame, and the cells that could not be converted; those are missing in it.
    """
    made, found = {}, []
    for name, row in schema.describe(table).columns.iterrows():
        if name not in frame or name == but:
            continue
        convert, complaint = TYPES[row["type"]]
        made[str(name)], bad = convert(frame[name])
        if bad.any():
            shown = ", ".join(repr(one) for one in frame[name][bad].astype("str").unique()[:3])
            found.append((str(name), bad.to_numpy(), f"{complaint} ({shown})", "Correct it."))
    return frame.assign(**made), found


def names_of(frame: DataFrame, rows: npt.NDArray[np.bool_], column: str) -> tuple[str, ...]:
    """
    Name rows by section, sample unit and line of the file.

    Parameters
    ----------
    frame
        Has `section_id` and `sample_id`; perhaps `place`, where a row stands in its workbook, whose
        columns have the `letters` of its `attrs`.
    rows
        Rows to name.
    column
        Column that is wrong.

    Returns
    -------
    names
        Such as `s1 4 (line 7)`; the heading is line 1.
    """
    places = np.flatnonzero(rows)
    letter = frame.attrs.get("letters", {}).get(column, "")
    lines = (
        (frame["place"].iloc[places].astype("str") + (f", column {letter}" if letter else ""))
        if "place" in frame
        else [f"line {place + 2}" for place in places]
    )
    ids = frame[["section_id", "sample_id"]].iloc[places].astype("str").fillna("?")
    return tuple(
        f"{section} {sample} ({line})"
        for section, sample, line in zip(ids["section_id"], ids["sample_id"], lines, strict=True)
    )
