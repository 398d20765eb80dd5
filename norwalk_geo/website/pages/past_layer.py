"""Work done in the last ten years as a layer of the map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import maps, network
from norwalk_geo.website.pages import layers, past, wording
from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language, year

__all__ = ["drawing"]

# Last year of each look, counted back from the newest fiscal year.
_AGES = (3, 6, past.PAST_YEARS)
_LOOKS = (("#162e51", 5.4), ("#2a6f97", 3.8), ("#6b7f8f", 2.6))


def _texts(given: Given, words: Language, done: pd.DataFrame) -> pd.Series:
    """Say the work of each section in the last ten years, the newest first."""
    said, names = wording.street_words(words), wording.treatments(given, words)
    start = given.summary.get("fiscal_year_start")
    told = {one: year(int(one), start, words) for one in done["fiscal"].unique()}
    texts = [
        said["past" if pd.notna(what) else "past_some"].format(
            work=names.get(str(what), str(what)), year=told[fiscal]
        )
        for what, fiscal in zip(done["treatment"], done["fiscal"], strict=True)
    ]
    return pd.Series(texts, index=pd.Index(done["section_id"], dtype="str"), dtype="str")


def drawing(given: Given, words: Language) -> maps.Drawing:
    """
    Draw the work done in the last ten years, the newer the wider.

    Parameters
    ----------
    given
        All that the site is made from.
    words
        Language of the map.

    Returns
    -------
    drawing
        One view; a section's sentences are its work, by year.
    """
    say, done = words.text, past.finished(given)
    sections = gpd.GeoDataFrame(given.tables["sections"])
    ago = done.groupby("section_id")["ago"].min().reindex(sections.index)
    codes = np.asarray(
        np.searchsorted(_AGES, ago.astype("float64").fillna(past.PAST_YEARS), side="right"),
        dtype=np.int64,
    )
    labels = (
        say("Done in the last 3 years"),
        say("Done 4 to 6 years ago"),
        say("Done 7 to 10 years ago"),
    )
    looks = [
        maps.Style(label, color, width)
        for label, (color, width) in zip(labels, _LOOKS, strict=True)
    ]
    looks.append(maps.Style(say("No record of work in ten years"), "#8a8a84", 1.2, (2.0, 4.0)))
    lengths = network.centerline_miles(sections).to_numpy(dtype="float64")
    legend = layers.legend(codes, lengths, words)
    view = maps.View(say("Work done"), say("The map shows work done in ten years."), codes, legend)
    texts = layers.ordered(_texts(given, words, done), sections.index)
    return maps.Drawing(say("Work done"), looks, [view], codes, texts)
