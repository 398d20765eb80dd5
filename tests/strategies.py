"""Hypothesis generators of valid tables. Everything they make is invented."""

from __future__ import annotations

import datetime as dt
import os

import geopandas as gpd
import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString

# Times as many examples of every property: a fifth for a quick look, ten times for the night.
TIMES = float(os.environ.get("EXAMPLES") or 1)
IS_THOROUGH = TIMES > 1

# Letters of every kind, but neither control characters nor blanks at the ends, which files lose.
words = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters='"'), min_size=1, max_size=12
)
ids = st.integers(0, 16**10 - 1).map(lambda number: f"s{number:010x}")
days = st.dates(dt.date(1980, 1, 1), dt.date(2100, 12, 31))
points = st.floats(0, 100, allow_nan=False).map(lambda value: round(value, 3))
_COORDINATE = st.integers(-50_000, 50_000)


def examples(count: int, **more: object) -> settings:
    """So many examples of a property, times those that `make test EXAMPLES=` asks for."""
    return settings(max_examples=max(1, round(count * TIMES)), **more)


def _maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), values)


@st.composite
def surveys(draw: st.DrawFn, max_size: int = 12) -> pd.DataFrame:
    """Ratings, one a section."""
    keys = draw(st.lists(ids, min_size=1, max_size=max_size, unique=True))
    return pd.DataFrame(
        {
            "section_id": keys,
            "survey_date": pd.to_datetime([draw(days) for _ in keys]),
            "pci": [draw(points) for _ in keys],
            "pci_method": [
                draw(st.sampled_from(["astm_d6433", "mtc", "vendor", "converted"])) for _ in keys
            ],
        }
    )


@st.composite
def sections(draw: st.DrawFn, max_size: int = 8) -> gpd.GeoDataFrame:
    """Streets in any place and order, with every kind of column, cells missing."""
    keys = draw(st.lists(ids, min_size=1, max_size=max_size, unique=True))
    ends = st.tuples(_COORDINATE, _COORDINATE)
    lines = st.lists(ends, min_size=2, max_size=5, unique=True).map(LineString)
    classes = st.sampled_from(["arterial", "collector", "residential", "alley"])
    return gpd.GeoDataFrame(
        {
            "section_id": keys,
            "street_name": [draw(_maybe(words)) for _ in keys],
            "functional_class": [draw(classes) for _ in keys],
            "width_ft": [draw(_maybe(st.floats(4, 300))) for _ in keys],
            "lanes": [draw(_maybe(st.integers(1, 16))) for _ in keys],
            "level_from": [draw(_maybe(st.integers(-5, 5))) for _ in keys],
        },
        geometry=[draw(lines) for _ in keys],
        crs="EPSG:2229",
    )
