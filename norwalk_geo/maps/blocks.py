"""Tables → compact columns that `assets/site/map.js` draws: differences, and texts by number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import CrsError, Problem, SchemaError

if TYPE_CHECKING:
    import numpy.typing as npt

    from norwalk_geo.schema import Sections

__all__ = ["Block", "check_ids", "steps", "streets_block", "text_block"]

# Millionths of a degree: about four inches on the ground.
_SCALE = 1_000_000
# A bend of less than one unit of the city's system (a foot or a metre) is not seen on a street map.
_BEND = 1.0
_RANKS = {"arterial": 0, "collector": 1, "residential": 2, "alley": 3}
# In a script block, these could end it or begin markup.
_UNSAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Block:
    """
    Data of one part of a map.

    Parameters
    ----------
    element_id
        Id of the page's element that holds it, made from the text.
    text
        JSON that is safe inside a script element.
    """

    element_id: str
    text: str


def text_block(kind: str, values: Any) -> Block:  # noqa: ANN401 - any plain values
    """
    Write plain values as a block.

    Parameters
    ----------
    kind
        First part of the element's id.
    values
        Dictionaries, lists, texts and numbers.

    Returns
    -------
    block
        The same values give the same block.
    """
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Block(f"{kind}-{digest[:12]}", text.translate(_UNSAFE))


def steps(numbers: npt.ArrayLike) -> list[int]:
    """
    Write whole numbers as differences, which are shorter.

    Parameters
    ----------
    numbers
        Whole numbers.

    Returns
    -------
    differences
        The first number, then each less the one before.

    Examples
    --------
    >>> steps([5, 7, 6])
    [5, 2, -1]
    """
    values = np.asarray(numbers, dtype="int64")
    return [int(step) for step in np.diff(values, prepend=0)]


def check_ids(subject: str, sections: pd.Index, other: pd.Index) -> None:
    """
    Check that a table has a row for each section and for no other.

    Parameters
    ----------
    subject
        Name of the other table.
    sections, other
        Ids.

    Raises
    ------
    SchemaError
        With the ids that one has and the other lacks.
    """
    found = [
        ("has no row for a section", sections.difference(other)),
        ("is no section of the map", other.difference(sections)),
    ]
    remedy = "Make both from the same sections."
    problems = [
        Problem("section_id", what, tuple(str(i) for i in ids), remedy)
        for what, ids in found
        if len(ids)
    ]
    if problems:
        raise SchemaError.of(subject, problems)


def words(columns: Iterable[pd.Series]) -> tuple[list[str], list[list[int]]]:
    """
    Number the texts of several columns.

    Parameters
    ----------
    columns
        Text; missing counts as blank.

    Returns
    -------
    texts, codes
        Each text once, in order; the numbers of each column.
    """
    filled = [column.astype("object").fillna("").astype("str") for column in columns]
    texts = sorted({text for column in filled for text in column})
    number = {text: place for place, text in enumerate(texts)}
    return texts, [[number[text] for text in column] for column in filled]


def _texts(sections: Sections, names: Sequence[str]) -> list[pd.Series]:
    """Take text columns, blank where the table lacks them."""
    blank = pd.Series("", index=sections.index)
    return [sections.get(name, blank) for name in names]


def streets_block(sections: Sections) -> tuple[Block, list[list[float]]]:
    """
    Write the lines and names of sections as a block.

    Parameters
    ----------
    sections
        Lines in a projected system, with names and classes.

    Returns
    -------
    block, bounds
        Bounds are south-west and north-east, each latitude and longitude in degrees.

    Raises
    ------
    CrsError
        The table does not say its coordinate system.
    """
    if sections.crs is None:
        problem = Problem("geometry", "has no coordinate system", remedy="Set the city's.")
        raise CrsError.of("sections", [problem])
    lines = sections.geometry.simplify(_BEND).to_crs("EPSG:4326").to_numpy()
    grid = np.rint(shapely.get_coordinates(lines) * _SCALE).astype("int64")
    texts, (street, start, end) = words(
        _texts(sections, ("street_name", "from_street", "to_street"))
    )
    block = text_block(
        "streets",
        {
            "points": [int(count) for count in shapely.get_num_coordinates(lines)],
            "lon": steps(grid[:, 0]),
            "lat": steps(grid[:, 1]),
            "ids": [str(i) for i in sections.index],
            "rank": [_RANKS[name] for name in sections["functional_class"]],
            "words": texts,
            "street": street,
            "from": start,
            "to": end,
        },
    )
    (west, south), (east, north) = grid.min(axis=0) / _SCALE, grid.max(axis=0) / _SCALE
    return block, [[float(south), float(west)], [float(north), float(east)]]
