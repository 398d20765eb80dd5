"""Invented assets beside the streets of an invented town, some with work that is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.network import Network

__all__ = ["assets"]

# One asset for so many sections, what is done to it, and about what that costs.
_KINDS: dict[str, tuple[int, str, float]] = {
    "signal": (40, "Replace controller", 35_000),
    "light": (12, "Change to LED", 900),
    "sign": (16, "Replace sign", 350),
    "tree": (8, "Prune", 420),
    "median": (60, "Replant", 18_000),
    "drain": (24, "Clean and line", 6_500),
    "wall": (80, "Repaint", 7_500),
    "facility": (400, "Replace roof", 240_000),
}
_FUNDS = {"light": "lighting_fund", "signal": "signal_fund", "drain": "storm_drain_fund"}
_OTHER_FUND = "parks_and_grounds_fund"
_LINES, _AREA = ("median", "wall"), "facility"
_ASIDE_FT, _SIDE_FT = 30.0, 80.0
_FIRST_YEAR, _YEARS = 2027, 5
_LOOKED_AT, _FUNDED = 0.85, 0.6
_STATES = ("good", "fair", "poor")


def _shape(kind: str, line: shapely.LineString, rng: np.random.Generator) -> shapely.Geometry:
    """Draw an asset beside a street: a point, a line along it, or a square."""
    beside = shapely.offset_curve(line, _ASIDE_FT * float(rng.choice([-1, 1])))
    base = line if shapely.is_empty(beside) or beside.geom_type != "LineString" else beside
    if kind in _LINES:
        return shapely.ops.substring(base, 0.2, 0.8, normalized=True)
    point = shapely.line_interpolate_point(base, float(rng.uniform(0.1, 0.9)), normalized=True)
    if kind != _AREA:
        return point
    x, y = point.x, point.y
    return shapely.box(x, y, x + _SIDE_FT, y + _SIDE_FT)


def _row(kind: str, number: int, rng: np.random.Generator) -> dict[str, Any]:
    """Invent one asset: looked at or not, in need of work or not, funded or not."""
    _, work, usd = _KINDS[kind]
    row: dict[str, Any] = {"asset_id": f"{kind}{number:05d}", "asset_kind": kind}
    state = str(rng.choice(_STATES, p=(0.5, 0.3, 0.2)))
    if rng.random() > _LOOKED_AT:
        return row
    day = pd.Timestamp("2025-01-01") + pd.Timedelta(days=int(rng.integers(0, 500)))
    looks = str(rng.choice(_STATES))
    row |= {"asset_condition": state, "appearance": looks, "survey_date": day}
    if state == "good":
        return row
    row["next_work"] = work
    if rng.random() < _FUNDED:
        row["year"] = int(rng.integers(_FIRST_YEAR, _FIRST_YEAR + _YEARS))
        row["fund"] = _FUNDS.get(kind, _OTHER_FUND)
        row["cost_usd"] = round(usd * float(rng.uniform(0.7, 1.4)), 2)
    return row


def assets(streets: Network, *, seed: int = 1) -> gpd.GeoDataFrame:
    """
    Invent signals, lights, signs, trees, medians, drains, walls and facilities of a town.

    Parameters
    ----------
    streets
        Streets of an invented town.
    seed
        Another seed gives other assets.

    Returns
    -------
    assets
        Checked table: points, lines along a street, squares. Some were never looked at, some need
        work that nobody pays for, some have a year and a fund of their own.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> made = assets(towns.town(seed=1).streets)
    >>> made["asset_kind"].nunique()
    8
    """
    rng = np.random.default_rng([seed, len(streets.sections), 3])
    sections = streets.sections
    rows, shapes = [], []
    for kind, (every, _, _) in _KINDS.items():
        count = max(1, len(sections) // every)
        for number, place in enumerate(sorted(rng.choice(len(sections), count, replace=False)), 1):
            row = _row(kind, number, rng)
            row["section_id"] = str(sections.index[place])
            if "zone_id" in sections:
                row["zone_id"] = sections["zone_id"].iloc[place]
            rows.append(row)
            shapes.append(_shape(kind, sections.geometry.iloc[place], rng))
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=sections.crs)
    columns = [name for name in schema.describe("assets").columns.index if name in frame]
    return gpd.GeoDataFrame(schema.check(frame[columns], "assets"))
