"""House numbers of sections → a file that the search asks for when a number is typed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.website.columns_pack import pack

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections
    from norwalk_geo.website.columns import Split

__all__ = ["ENDS", "write_numbers"]

ENDS = ("left_from_address", "left_to_address", "right_from_address", "right_to_address")


def write_numbers(folder: Path | str, sections: Sections, split: Split) -> bool:
    """
    Write which house numbers lie on which section.

    A search of a street needs no numbers, so they are in a file of their own, which a page asks for
    when somebody types one.

    Parameters
    ----------
    folder
        Folder of the map's data.
    sections
        With `street_name` and the house numbers at their ends, left and right as they are drawn; a
        side without both numbers has none.
    split
        From `columns.write_streets`, of the same sections.

    Returns
    -------
    is_written
        Whether any section has numbers; without them there is no file.
    """
    if not {"street_name", *ENDS[:2]} <= set(sections) and not {"street_name", *ENDS[2:]} <= set(
        sections
    ):
        return False
    blank = pd.Series(np.nan, index=sections.index)
    ends = pd.DataFrame({one: sections.get(one, blank).astype("float64") for one in ENDS})
    for first, last in (ENDS[:2], ENDS[2:]):
        has = ends[first].gt(0) & ends[last].gt(0)
        ends.loc[~has, [first, last]] = 0
    names = sections["street_name"].astype("object").fillna("").astype("str")
    names = names.map(lambda text: " ".join(text.splitlines()))
    rows = ends.astype("int64").assign(name=names, part=split.part, place=split.place)
    rows = rows[ends.gt(0).any(axis=1) & names.str.strip().ne("")]
    if rows.empty:
        return False
    rows = rows.sort_values(["name", "part", "place"])
    codes, unique = pd.factorize(rows["name"])
    text = pack(
        "numbers",
        numbers={"part": rows["part"]},
        rising={"name": codes, "place": rows["place"], **{one: rows[one] for one in ENDS}},
        texts={"names": [str(name) for name in unique]},
    )
    (Path(folder) / "numbers.js").write_text(text, encoding="utf-8", newline="\n")
    return True
