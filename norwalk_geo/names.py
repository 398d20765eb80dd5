"""
A street's name as offices write it → one form that can be compared.

`S SALINA ST`, `Salina St., S.` and `south Salina Street` are one name; so are `1ST AVE` and `First
Avenue`. The words are in `parameters/street_words.csv`, which a city can replace.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import pandas as pd

from norwalk_geo import schema

__all__ = ["StreetName", "Words", "alike", "limit_word", "parse", "words"]

Words: TypeAlias = Mapping[str, Mapping[str, str]]

_ORDINAL = re.compile(r"^0*(\d+)(?:st|nd|rd|th|a|o|er|ro|do|ra|ta)?$")
_TEN = 10
# Below this, two spellings are two streets. Short names need every letter.
_LIKE, _SHORTEST = 0.86, 5
_OTHER_TYPE, _OTHER_WAY, _BLANK = 0.25, 0.3, 0.04


@dataclass(frozen=True)
class StreetName:
    """
    A street's name, taken apart.

    Parameters
    ----------
    core
        What is left when type and direction are taken off, without spaces.
    type
        One word for every way of writing it, such as `avenue`; blank where there is none.
    direction
        `n`, `ne` …; blank where there is none.
    """

    core: str
    type: str = ""
    direction: str = ""


@functools.cache
def _shipped() -> Words:
    """Read the words that ship."""
    return words(schema.parameters("street_words"))


def words(table: pd.DataFrame) -> Words:
    """
    Index a table of street words.

    Parameters
    ----------
    table
        As `schema.parameters("street_words")` gives it.

    Returns
    -------
    words
        Meaning by word, by kind of word.

    Examples
    --------
    >>> words(schema.parameters("street_words"))["type"]["blvd"]
    'boulevard'
    """
    found: dict[str, dict[str, str]] = {}
    rows = table.reset_index()
    for kind, word, meant in zip(rows["kind"], rows["word"], rows["means"].fillna(""), strict=True):
        found.setdefault(kind, {})[word] = meant
    return found


def _plain(text: str) -> str:
    """Write text in small letters without accents, and undo UTF-8 that was read as Windows text."""
    if "Ã" in text or "Â" in text:
        with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
            text = text.encode("cp1252").decode("utf-8")
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))


def limit_word(text: str, known: Words | None = None) -> str:
    """
    Read a limit that is no street.

    Parameters
    ----------
    text
        As written, such as `Dead End` or `City limits`.
    known
        Words to know. By default those that ship.

    Returns
    -------
    limit
        `end`, `city limit`, or blank where it is something else.

    Examples
    --------
    >>> limit_word("D.E."), limit_word("CITY LIMITS"), limit_word("West End Dr")
    ('end', 'city limit', '')
    """
    known = _shipped() if known is None else known
    plain = " ".join(_plain(text).split())
    bare = re.sub(r"[^a-z ]", "", plain).strip()
    limits = known["limit"]
    return limits.get(plain) or limits.get(bare) or limits.get(bare.replace(" ", ""), "")


def _number(tokens: list[str], numbers: Mapping[str, str]) -> list[str]:
    """Write ordinals and number words as digits: 1ST, First and 1 are one."""
    result: list[str] = []
    for token in tokens:
        match = _ORDINAL.match(token)
        digits = match[1] if match else numbers.get(token, token)
        last = result[-1] if result else ""
        is_unit = digits.isdecimal() and int(digits) < _TEN and not match
        if is_unit and last.isdecimal() and int(last) >= _TEN and int(last) % _TEN == 0:
            result[-1] = str(int(last) + int(digits))
        else:
            result.append(digits)
    return result


def _front(tokens: list[str], known: Words) -> tuple[list[str], str]:
    """Read words that stand before a name: saints, titles, routes, Spanish and French types."""
    first, rest = tokens[0], tokens[1:]
    if not rest:
        return tokens, ""
    if first in known["route"] and re.match(r"^\d+[a-z]?$", rest[0]):
        return [known["route"][first] + rest[0]], ""
    if first in known["particle"]:
        while len(rest) > 1 and rest[0] in known["article"]:
            rest = rest[1:]
        return rest, known["particle"][first]
    if first in known["saint"] and rest[0] not in known["type"]:
        return ["saint", *rest], ""
    if first in known["title"] and len(rest) > 1:
        return [known["title"][first], *rest], ""
    return tokens, ""


@functools.lru_cache(maxsize=100_000)
def _parse_shipped(text: str) -> StreetName:
    return _parsed(text, _shipped())


def _parsed(text: str, known: Words) -> StreetName:
    """Take a name apart, from its ends inward."""
    plain = re.sub(r"\(.*?\)", " ", _plain(text))
    plain = re.sub(r"[’'`´]", "", plain)
    plain = re.sub(r"(?<=\bi)-(?=\d)", " ", plain)
    tokens = re.findall(r"[^\W_]+", plain)
    if not tokens:
        return StreetName("")
    tokens = _number(tokens, known["number"])
    name = StreetName("")
    ways, types = known["direction"], known["type"]
    if len(tokens) > 1 and tokens[-1] in ways and not tokens[-1].isdecimal():
        name, tokens = replace(name, direction=ways[tokens[-1]]), tokens[:-1]
    elif len(tokens) > 1 and tokens[0] in ways and not set(tokens[1:]) <= set(types):
        name, tokens = replace(name, direction=ways[tokens[0]]), tokens[1:]
    if len(tokens) > 1 and tokens[-1] in types:
        name, tokens = replace(name, type=types[tokens[-1]]), tokens[:-1]
    tokens, kind = _front(tokens, known)
    if kind and not name.type:
        name = replace(name, type=kind)
    if not name.direction and len(tokens) > 1:
        for place in (0, -1):
            if tokens[place] in ways:
                rest = tokens[1:] if place == 0 else tokens[:-1]
                name, tokens = replace(name, direction=ways[tokens[place]]), rest
                break
    tokens = [known["word"].get(token, token) for token in tokens]
    return replace(name, core="".join(tokens))


def parse(text: str, known: Words | None = None) -> StreetName:
    """
    Take a street's name apart.

    Parameters
    ----------
    text
        As written.
    known
        Words to know. By default those that ship.

    Returns
    -------
    name
        Core, type and direction.

    Examples
    --------
    >>> parse("Salina St., S.") == parse("SOUTH SALINA STREET")
    True
    >>> parse("Twenty-First Ave") == parse("21ST AV")
    True
    """
    return _parse_shipped(text) if known is None else _parsed(text, known)


def _cores_alike(one: str, other: str) -> float:
    """Compare two cores: 1 where they are the same, 0 where they are two streets."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < _SHORTEST or any(map(str.isdigit, one + other)):
        return 0.0
    likeness = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    # An abbreviation such as "jeff" is too short to be told from another name.
    return likeness if likeness >= _LIKE else 0.0


def alike(name: StreetName, others: Iterable[StreetName]) -> dict[StreetName, float]:
    """
    Find the names that a name may stand for.

    Parameters
    ----------
    name
        Name to look for.
    others
        Names that there are.

    Returns
    -------
    likeness
        From above 0 to 1 by name; another type or direction takes off more than a missing one.

    Examples
    --------
    >>> found = alike(parse("Main"), [parse("Main St"), parse("Mainland St")])
    >>> {one.core: likeness for one, likeness in found.items()}
    {'main': 0.96}
    """
    found = {}
    for other in others:
        likeness = _cores_alike(name.core, other.core)
        if not likeness:
            continue
        for mine, theirs, worse in (
            (name.type, other.type, _OTHER_TYPE),
            (name.direction, other.direction, _OTHER_WAY),
        ):
            if mine != theirs:
                likeness -= worse if mine and theirs else _BLANK
        if likeness > 0:
            found[other] = likeness
    return found
