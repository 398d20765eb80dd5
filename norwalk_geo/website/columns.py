"""
The residents' map as files that open from disk: columns in classic scripts, a city in parts.

A city up to `WHOLE` sections is one file of lines. A larger one has an overview of its main streets
and parts by area, which the page asks for as they come into view. Lines and looks are the same in
every language; titles and sentences are in files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from norwalk_geo import maps
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.website.columns_pack import pack, plain
from norwalk_geo.website.columns_search import search_words
from norwalk_geo.website.columns_split import (
    RANKS,
    SCALE,
    Lines,
    Split,
    areas,
    lines_of,
    main_streets,
    near_order,
)
from norwalk_geo.website.columns_words import WORDS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from norwalk_geo.schema import Sections

__all__ = ["WORDS", "Split", "scripts", "write_streets", "write_words"]

_GROUND_BEND = 10.0
# Where a city comes in parts, a window about as wide as a screen sees a few of them from here on.
DETAIL_ZOOM = 14
_NAMES = ("street_name", "from_street", "to_street")


def _looks(
    drawings: Mapping[str, maps.Drawing], members: npt.NDArray[np.int64]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the looks of some sections: as numbers, and as places that rise."""
    numbers: dict[str, Any] = {}
    rising: dict[str, Any] = {}
    for key, drawing in drawings.items():
        base = drawing.base[members]
        numbers[f"{key}.base"] = base
        for k, view in enumerate(drawing.views):
            codes = view.codes[members]
            where = np.flatnonzero(codes != base)
            rising[f"{key}.{k}.at"], numbers[f"{key}.{k}.to"] = where, codes[where]
    return numbers, rising


def _streets_script(
    name: str,
    sections: Sections,
    members: npt.NDArray[np.int64],
    lines: Lines,
    drawings: Mapping[str, maps.Drawing],
) -> str:
    """Write one file of lines; an overview has no ids, because its sections stand in the parts."""
    rows = sections.iloc[members]
    counts, lon, lat = lines.of(members)
    numbers, rising = _looks(drawings, members)
    blank = pd.Series("", index=rows.index)
    named = [rows.get(column, blank).astype("object").fillna("").astype("str") for column in _NAMES]
    if name == "overview":
        named = [named[0], blank, blank]
    codes, words = pd.factorize(np.concatenate(named), sort=True)
    for column, part in zip(("street", "from", "to"), np.split(codes, 3), strict=True):
        numbers[column] = part
    numbers["points"] = counts
    numbers["rank"] = rows["functional_class"].map(RANKS).to_numpy()
    ids = [] if name == "overview" else [str(one) for one in rows.index]
    return pack(
        name,
        numbers=numbers,
        rising={"lon": lon, "lat": lat, **rising},
        texts={"words": [str(word) for word in words], "ids": ids},
    )


def _ground_script(ground: gpd.GeoDataFrame) -> str:
    """Write the rings of areas and their kinds."""
    kinds = sorted({str(kind) for kind in ground["kind"]})
    shapes = ground.geometry.simplify(_GROUND_BEND).to_crs("EPSG:4326").to_numpy()
    whole, owner = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(whole, return_index=True)
    owner = owner[of_part]
    grid = np.rint(shapely.get_coordinates(rings) * SCALE).astype("int64")
    kind = np.array([kinds.index(str(one)) for one in ground["kind"]], dtype="int64")
    return pack(
        "ground",
        numbers={
            "points": shapely.get_num_coordinates(rings),
            "owner": owner,
            "kind": kind[owner],
        },
        rising={"lon": grid[:, 0], "lat": grid[:, 1]},
        texts={"kinds": kinds},
    )


def _check_codes(sections: Sections, drawings: Mapping[str, maps.Drawing]) -> None:
    """Find drawings that are not of these sections."""
    problems = [
        Problem(key, f"has looks of {len(codes):,} sections, not of {len(sections):,}")
        for key, drawing in drawings.items()
        for codes in (drawing.base, *(view.codes for view in drawing.views))
        if len(codes) != len(sections)
    ]
    problems += [
        Problem(key, "has a sentence for what is no section of the map")
        for key, drawing in drawings.items()
        if (sections.index.get_indexer(drawing.texts.index) < 0).any()
    ]
    if problems:
        raise ConfigError.of("drawings", problems)


def _save(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.js").write_text(text, encoding="utf-8", newline="\n")


def write_streets(
    folder: Path | str,
    sections: Sections,
    drawings: Mapping[str, maps.Drawing],
    *,
    ground: gpd.GeoDataFrame | None = None,
) -> Split:
    """
    Write lines, names and looks, which are the same in every language.

    Parameters
    ----------
    folder
        A folder that is there.
    sections
        Lines and names in the city's projected system; only columns that may be published.
    drawings
        Layers by a short key, each in the order of the sections.
    ground
        Areas below the streets, such as the city's boundary, zones and parks, with a column `kind`
        (`boundary`, `zone`, `park` or `water`).

    Returns
    -------
    split
        For `write_words` and `scripts`.

    Raises
    ------
    ConfigError
        A drawing is not of these sections.
    CrsError
        The sections do not say their coordinate system.
    """
    folder = Path(folder)
    _check_codes(sections, drawings)
    lines = lines_of(sections)
    middle = lines.grid[(lines.start[:-1] + lines.start[1:] - 1) // 2]
    part = areas(middle)
    order = near_order(middle)
    order = order[np.argsort(part[order], kind="stable")]
    place, boxes = np.zeros(len(order), dtype="int64"), []
    for number, members in enumerate(np.split(order, np.flatnonzero(np.diff(part[order])) + 1)):
        place[members] = np.arange(len(members))
        _, lon, lat = lines.of(members)
        box = (lon.min(), lat.min(), lon.max(), lat.max())
        boxes.append(tuple(float(edge) / SCALE for edge in box))
        text = _streets_script(f"streets-{number}", sections, members, lines, drawings)
        _save(folder, f"streets-{number}", text)
    if len(boxes) > 1:
        chosen = main_streets(sections)
        chosen = chosen[near_order(middle[chosen])]
        _save(folder, "overview", _streets_script("overview", sections, chosen, lines, drawings))
    if ground is not None:
        _save(folder, "ground", _ground_script(ground))
    names = sections.get("street_name", pd.Series("", index=sections.index))
    _save(folder, "names", search_words(names, pd.Series(part, index=sections.index)))
    return Split(sections.index, part, place, tuple(boxes), ground is not None)  # type: ignore[arg-type]


def _says_scripts(
    split: Split, drawings: Mapping[str, maps.Drawing], language: str
) -> list[tuple[str, str]]:
    """Write the sentences of each file's sections."""
    frames = []
    for key, drawing in drawings.items():
        where = split.ids.get_indexer(drawing.texts.index)
        frame = pd.DataFrame({"part": split.part[where], "place": split.place[where]})
        frame["text"] = drawing.texts.to_numpy()
        # Stable, so that several sentences of a section stay in their order.
        frame = frame.sort_values(["part", "place"], kind="stable")
        frames.append((key, dict(iter(frame.groupby("part")))))
    found = []
    for number in range(split.parts):
        numbers: dict[str, Any] = {}
        rising: dict[str, Any] = {}
        texts: dict[str, Any] = {}
        for key, by_part in frames:
            rows = by_part.get(number)
            if rows is None:
                rows = pd.DataFrame({"place": [], "text": pd.Series([], dtype="str")})
            codes, unique = pd.factorize(rows["text"], sort=True)
            rising[f"{key}.at"] = rows["place"]
            numbers[f"{key}.text"] = codes
            texts[f"{key}.texts"] = [str(text) for text in unique]
        name = f"says-{language}-{number}"
        found.append((name, pack(name, numbers=numbers, rising=rising, texts=texts)))
    return found


def _check_words(words: Mapping[str, str]) -> None:
    problems = [
        Problem(key, "is not translated", remedy="Add it to the catalogue.")
        for key in WORDS
        if not words.get(key)
    ]
    if problems:
        raise ConfigError.of("words of the map", problems)


def write_words(
    folder: Path | str,
    split: Split,
    drawings: Mapping[str, maps.Drawing],
    *,
    language: str = "en",
    words: Mapping[str, str] | None = None,
    sites: Mapping[str, Any] | None = None,
) -> None:
    """
    Write what a map says in one language: titles, legends, sentences and the words of its controls.

    Parameters
    ----------
    folder
        Folder of `write_streets`.
    split
        From `write_streets`.
    drawings
        The same layers, with words of this language.
    language
        Code of the language, such as `es`.
    words
        The words of `WORDS` in this language. By default English.
    sites
        Destinations and stations to mark, as `maps.sites_values` writes them.

    Returns
    -------
    nothing
        The folder has `map-LANGUAGE.js` and the files of sentences.

    Raises
    ------
    ConfigError
        A word is not translated; all of them are named.
    """
    words = WORDS if words is None else words
    _check_words(words)
    layers = [
        {
            "key": key,
            "title": drawing.name,
            "styles": [asdict(style) for style in drawing.styles],
            "views": [
                {"label": view.label, "says": view.says, "legend": view.legend}
                for view in drawing.views
            ],
        }
        for key, drawing in drawings.items()
    ]
    counts = np.bincount(split.part, minlength=split.parts)
    head = {
        "language": language,
        "words": {key: words[key] for key in WORDS},
        "scale": SCALE,
        "boxes": [list(box) for box in split.boxes],
        "counts": [int(count) for count in counts],
        "detailZoom": DETAIL_ZOOM if split.parts > 1 else 0,
        "ground": split.has_ground,
        "layers": layers,
        "sites": sites if sites and sites["rows"] else None,
    }
    _save(Path(folder), f"map-{language}", plain("map", head))
    for name, text in _says_scripts(split, drawings, language):
        _save(Path(folder), name, text)


def scripts(split: Split, language: str = "en") -> list[str]:
    """
    List the data files that a page with a map names, in order.

    Parameters
    ----------
    split
        From `write_streets`.
    language
        Code of the page's language.

    Returns
    -------
    names
        Files in the folder of the data; the page's scripts ask for the others.
    """
    lines = "streets-0" if split.parts == 1 else "overview"
    ground = ["ground"] if split.has_ground else []
    return [f"{name}.js" for name in (f"map-{language}", *ground, lines, "names")]
