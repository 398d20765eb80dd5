"""Curb ramps on the map: points by what is on record, and streets by what is missing along them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import maps, network
from norwalk_geo.website.columns_pack import pack
from norwalk_geo.website.pages import access, layers
from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language, number

__all__ = ["drawing", "key", "write_points"]

_SCALE = 1e6
_COLORS = ("#b5481c", "#4d4d4d", "#6f7d86", "#8a8a84")


def write_points(folder: Path | str, given: Given) -> None:
    """
    Write where the ramps are, for the canvas of the page on accessibility.

    Parameters
    ----------
    folder
        Folder of the map's data.
    given
        All that the site is made from, `access.prepared`.

    Returns
    -------
    nothing
        The folder has `ramps.js`: degrees in millionths and the place of each state in
        `access.STATES`.
    """
    ramps = gpd.GeoDataFrame(given.tables["ramps"])
    state = given.tables["ramp_states"]["state"]
    points = ramps.geometry.to_crs("EPSG:4326").to_numpy()
    has = ~(shapely.is_missing(points) | shapely.is_empty(points))
    degrees = np.rint(shapely.get_coordinates(points[has]) * _SCALE).astype("int64")
    codes = np.array([access.STATES.index(str(one)) for one in state[has]], dtype="int64")
    order = np.lexsort((degrees[:, 0], degrees[:, 1]))
    text = pack(
        "ramps",
        numbers={"state": codes[order]},
        rising={"lon": degrees[order, 0], "lat": degrees[order, 1]},
    )
    (Path(folder) / "ramps.js").write_text(text, encoding="utf-8", newline="\n")


def key(given: Given, words: Language) -> str:
    """
    Say what the marks of the ramps mean.

    Parameters
    ----------
    given
        All that the site is made from, `access.prepared`.
    words
        Language of the page.

    Returns
    -------
    text
        JSON for the page's script: a title, and a label and a count for each state.
    """
    counts = given.tables["ramp_states"]["state"].value_counts()
    names = access.kinds(words)
    states = [
        {"label": names[one], "count": number(int(counts.get(one, 0)), words)}
        for one in access.STATES
    ]
    text = json.dumps({"title": words.text("Curb ramps"), "states": states}, ensure_ascii=True)
    return text.replace("<", "\\u003c")


def _counts(given: Given) -> pd.DataFrame:
    """Count along each section the places with a ramp, without, and not recorded."""
    pairs, found = given.tables["ramp_sections"], given.tables["ramp_states"]
    state = found["state"].iloc[pairs["ramp"]].str.split("_").str[0].to_numpy()
    size = len(given.tables["sections"])
    return pd.DataFrame(
        {
            one: np.bincount(pairs["section"][state == one], minlength=size)
            for one in ("there", "missing", "unknown")
        }
    )


def drawing(given: Given, words: Language) -> maps.Drawing:
    """
    Draw the streets by what is on record of the ramps along them.

    Parameters
    ----------
    given
        All that the site is made from, `access.prepared`.
    words
        Language of the map.

    Returns
    -------
    drawing
        One view; a section's sentence counts its ramps, so that the search and the table tell what
        the points show.
    """
    say, counts = words.text, _counts(given)
    names = (
        say("A ramp is missing"),
        say("Not every place is recorded"),
        say("Every place on record has a ramp"),
        say("No place on record"),
    )
    looks = [
        maps.Style(names[0], _COLORS[0], 2.2),
        maps.Style(names[1], _COLORS[1], 2.0, (2.0, 4.0)),
        maps.Style(names[2], _COLORS[2], 1.4),
        maps.Style(names[3], _COLORS[3], 1.2, (12.0, 4.0, 2.0, 4.0)),
    ]
    tests = [counts["missing"] > 0, counts["unknown"] > 0, counts["there"] > 0]
    codes = np.asarray(np.select(tests, [0, 1, 2], 3), dtype=np.int64)
    known = say("Curb ramps: {there} there, {missing} missing, {unknown} not recorded.")
    none = say("Curb ramps: no place is on record here.")
    rows = counts.to_dict("records")
    texts = [known.format_map(row) if any(row.values()) else none for row in rows]
    sections = gpd.GeoDataFrame(given.tables["sections"])
    miles = network.centerline_miles(sections).to_numpy("float64")
    legend = layers.legend(codes, miles, words)
    view = maps.View(say("Curb ramps"), say("The map shows curb ramps on record."), codes, legend)
    said = pd.Series(texts, index=sections.index, dtype="str")
    return maps.Drawing(say("Curb ramps along streets"), looks, [view], codes, said)
