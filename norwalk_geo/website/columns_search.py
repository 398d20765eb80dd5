"""
Street names → an index that finds a street while it is typed, with typing errors and in Spanish.

Every word of a name leads to the names that have it, and every three letters to the words that
have them. The page reads a typed text by the same rules as this module reads names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.website.columns_pack import pack, plain

__all__ = ["search_words", "spoken_words", "words_of"]

_SPANISH = {
    "calle": "street",
    "avenida": "avenue",
    "avda": "avenue",
    "bulevar": "boulevard",
    "camino": "road",
    "carretera": "road",
    "autopista": "freeway",
    "callejon": "alley",
    "norte": "north",
    "sur": "south",
    "este": "east",
    "oeste": "west",
}
_WAYS = {
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
    "ne": "northeast",
    "nw": "northwest",
    "se": "southeast",
    "sw": "southwest",
}
_WEAK = ("of", "a", "al", "en", "y", "and")
_ORDINAL = re.compile(r"^0*(\d+)(?:st|nd|rd|th|a|o|er|ro|do|ra|ta|mo|to|vo|no)?$")


def spoken_words() -> dict[str, Any]:
    """
    List the words that may be written in several ways, or left out.

    Returns
    -------
    words
        `same`: a word and what it is read as; `weak`: words that need not match, because people
        leave them out or confuse them (types, directions, articles).
    """
    table = schema.parameters("street_words").reset_index().fillna("")
    same: dict[str, str] = {}
    weak = set(_WEAK)
    for kind, word, means in zip(table["kind"], table["word"], table["means"], strict=True):
        meaning = _WAYS.get(means, means)
        if kind in {"type", "direction", "number", "particle"} and " " not in word:
            same.setdefault(word, meaning)
        if kind in {"type", "direction", "particle"}:
            weak.add(meaning)
        if kind == "article":
            weak.add(word)
    same = {**_SPANISH, **same}
    weak |= set(_SPANISH.values())
    return {
        "same": {word: same[word] for word in sorted(same) if same[word] not in {"", word}},
        "weak": sorted(weak),
    }


def words_of(text: str, same: Mapping[str, str]) -> list[str]:
    """
    Read the words of a name: small letters without accents, each in its one form.

    Parameters
    ----------
    text
        As written.
    same
        Words and what they are read as.

    Returns
    -------
    words
        In order.

    Examples
    --------
    >>> words_of("1st Avé", {"ave": "avenue"})
    ['1', 'avenue']
    """
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in letters if not "\u0300" <= c <= "\u036f").lower()
    found = re.findall(r"[^\W_]+", re.sub(r"[’'`´]", "", bare))
    result = []
    for place, word in enumerate(found):
        match = _ORDINAL.match(word)
        if place == 0 and word in {"st", "saint", "sainte"} and len(found) > 1:
            result.append("saint")
        else:
            result.append(match[1] if match else same.get(word, word))
    return result


def _lists(groups: Iterable[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Write lists of rising numbers as their lengths and one list of steps."""
    sizes: list[int] = []
    flat: list[int] = []
    for group in groups:
        ordered = sorted(set(group))
        sizes.append(len(ordered))
        flat.extend(after - before for before, after in pairwise([0, *ordered]))
    return sizes, flat


def _trigrams(word: str) -> set[str]:
    """Take every three letters of a word, its beginning marked."""
    marked = f" {word}"
    return {marked[k : k + 3] for k in range(len(marked) - 2)}


def _inverted(groups: Sequence[Iterable[str]]) -> dict[str, list[int]]:
    """Turn lists of texts into the places where each text is, in order of the texts."""
    found: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        for text in group:
            found.setdefault(text, []).append(place)
    # In the order of a browser's texts, which are of units of 16 bits.
    return {text: found[text] for text in sorted(found, key=lambda t: t.encode("utf-16-be"))}


def _indexed(name: str, spoken: Mapping[str, Any]) -> set[str]:
    """Take the words of a name, and those that tell it apart as one: SanAntonio is San Antonio."""
    words = words_of(name, spoken["same"])
    strong = [word for word in words if word not in spoken["weak"]]
    return {*words, *(["".join(strong)] if len(strong) > 1 else [])}


def search_words(names: pd.Series, part: pd.Series) -> str:
    """
    Write the index of street names as a script.

    Parameters
    ----------
    names
        Name of each section's street; blank or missing where it has none.
    part
        Number of the file that each section is in.

    Returns
    -------
    script
        Text of a classic script: names, how many sections each has and in which files they are.
    """
    spoken = spoken_words()
    texts = names.astype("object").fillna("").astype("str").map(lambda t: " ".join(t.splitlines()))
    texts = texts.where(texts.str.strip() != "")
    codes, unique = pd.factorize(texts, sort=True)
    listed = [str(name) for name in unique]
    known = pd.DataFrame({"name": codes, "part": part.to_numpy()})
    known = known[known["name"] >= 0]
    counts = known["name"].value_counts().sort_index()
    files: list[list[int]] = [[] for _ in listed]
    for name, number in known.drop_duplicates().itertuples(index=False):
        files[name].append(int(number))
    words = _inverted([_indexed(name, spoken) for name in listed])
    threes = _inverted([_trigrams(word) for word in words])
    columns: dict[str, list[int]] = {"sections": [int(count) for count in counts]}
    for key, lists in (
        ("part", files),
        ("wordName", list(words.values())),
        ("threeWord", list(threes.values())),
    ):
        columns[f"{key}Size"], columns[key] = _lists(lists)
    packed = pack(
        "names",
        numbers=columns,
        texts={"names": listed, "words": list(words), "threes": ["".join(threes)]},
    )
    return plain("spoken", spoken) + packed
