"""What a limit says: a street, an end, the city limit, a house, or so many feet from a street."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from norwalk_geo import names
from norwalk_geo.matching.addresses import HUNDRED
from norwalk_geo.names import StreetName, Words

__all__ = ["Limit", "read_block", "read_direction", "read_limit"]

_OFFSET = re.compile(
    r"^\s*(?:approx\.?\s*)?(\d+(?:\.\d+)?)\s*(?:'|ft\.?|feet|foot)\s*"
    r"(north|south|east|west|[nsew])\.?\s*(?:of|from)\s+(.+)$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s*(?:/|;|@|\bat\b|\bor\b)\s*", re.IGNORECASE)
_HOUSE = re.compile(r"^\s*(?:#|no\.?\s|house\s|opp\.?\s)\s*(\d+)", re.IGNORECASE)
_BARE = re.compile(r"^\s*(\d+)\s*$")
_BLOCKS = re.compile(
    r"^\s*(\d+)\s*(?:(?:-|–|to)\s*(\d+)|(?:blk|block)\b\.?(?:\s+of\b)?)\s+(.*[^\W\d_].*)$",
    re.IGNORECASE,
)
_BOUND = re.compile(r"\b(?:([nsew])\.?b\.?|(north|south|east|west)[ -]?bound)\s*$", re.IGNORECASE)
_MILE = re.compile(
    r"^\s*(?:m\.?p\.?|p\.?m\.?|mile(?:[ -]?post)?|post[ -]?mile)\s*(\d+(?:\.\d+)?)\s*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\(([^)]+)\)")


@dataclass(frozen=True)
class Limit:
    """
    Where a section begins or ends.

    Parameters
    ----------
    text
        As written.
    end
        `end`, `city limit`, or blank where only streets are named.
    streets
        Names that may stand for the cross street.
    house
        House number, or 0.
    is_bare
        Whether the number stands alone, so that it may be a numbered street as well.
    mile
        Mile of the route; missing where none is named.
    feet, toward
        How far from the cross street, and to which side (`n`, `s`, `e` or `w`); 0 and blank where
        it is the cross street itself.
    """

    text: str
    end: str = ""
    streets: tuple[StreetName, ...] = ()
    house: int = 0
    is_bare: bool = False
    mile: float = math.nan
    feet: float = 0.0
    toward: str = ""


def read_limit(text: str, known: Words | None = None) -> Limit:
    """
    Read a limit.

    Parameters
    ----------
    text
        As written; a blank one says nothing.
    known
        Words to know. By default those that ship.

    Returns
    -------
    limit
        What it may mean.

    Examples
    --------
    >>> read_limit("150 ft N of Elm St").feet
    150.0
    >>> read_limit("Swansea/c.l.").end
    'city limit'
    >>> read_limit("MP 1.25").mile
    1.25
    """
    if mile := _MILE.match(text):
        return Limit(text, mile=float(mile[1]))
    feet, toward, body = 0.0, "", text
    if match := _OFFSET.match(text):
        feet, toward, body = float(match[1]), match[2][0].lower(), match[3]
    end = names.limit_word(body, known)
    if end:
        return Limit(text, end)
    house = _HOUSE.match(body)
    parts = [one for one in _SEVERAL.split(_ASIDE.sub(" ", body)) if one.strip()]
    parts += _ASIDE.findall(body)
    ends = [names.limit_word(one, known) for one in parts]
    streets = tuple(
        name
        for one, is_end in zip(parts, ends, strict=True)
        if not is_end and not _HOUSE.match(one) and (name := names.parse(one, known)).core
    )
    found = next((one for one in ends if one), "")
    bare = None if house else _BARE.match(body)
    number = house or bare
    house_number = int(number[1]) if number else 0
    return Limit(text, found, streets, house_number, bare is not None, feet=feet, toward=toward)


def read_block(text: str) -> tuple[str, int, int]:
    """
    Take a block off the name of a street.

    Parameters
    ----------
    text
        As written, such as `100-199 MAIN ST` or `1200 block of Main`.

    Returns
    -------
    street, block, until
        What is left of the name; first and last hundred block, or -1 where none is named.

    Examples
    --------
    >>> read_block("100-299 MAIN ST"), read_block("1200 BLK OAK")
    (('MAIN ST', 100, 200), ('OAK', 1200, 1200))
    """
    match = _BLOCKS.match(text)
    if not match:
        return text, -1, -1
    numbers = sorted(int(one) for one in (match[1], match[2] or match[1]))
    low, high = (one // HUNDRED * HUNDRED for one in numbers)
    return match[3], low, high


def read_direction(text: str) -> str:
    """
    Read the direction of travel off the name of a street.

    Parameters
    ----------
    text
        As written, such as `IMPERIAL HWY EB` or `Main St northbound`.

    Returns
    -------
    direction
        `n`, `s`, `e` or `w`; blank where none is named. A direction alone, such as `MAIN ST N`, is
        a part of the name.

    Examples
    --------
    >>> read_direction("IMPERIAL HWY EB"), read_direction("Main St N")
    ('e', '')
    """
    match = _BOUND.search(text)
    return (match[1] or match[2])[0].lower() if match else ""
