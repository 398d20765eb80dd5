"""Measures that have a place: what departments located, added up by zone and fiscal year."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from norwalk_geo import config
from norwalk_geo.errors import Problem, SchemaError, nearest
from norwalk_geo.scorecard.computed import periods

if TYPE_CHECKING:
    from norwalk_geo.schema import Zones

__all__ = ["by_zone", "check_located", "zones_of"]

Located: TypeAlias = pd.DataFrame
Measures: TypeAlias = pd.DataFrame
ScorePeriods: TypeAlias = pd.DataFrame
_WGS84 = "EPSG:4326"
_WHOLE = 100.0


def _names(rows: pd.DataFrame) -> tuple[str, ...]:
    """Name rows by measure, year and place."""
    keys = rows["measure_id"] + " " + rows["period"].astype("str") + " " + rows["place_id"]
    return tuple(keys.astype("str"))


def _measure_problems(flat: pd.DataFrame, measures: Measures) -> list[Problem]:
    """Find measures that do not exist, are computed, or cannot be added up."""
    problems = []
    for name, page in flat[~flat["measure_id"].isin(measures.index)].groupby("measure_id"):
        hint = nearest(str(name), map(str, measures.index))
        problems.append(Problem("measure_id", f"no measure is called {name!r}", _names(page), hint))
    rules = measures.reindex(flat["measure_id"])
    computed = rules["how"].eq("computed").to_numpy()
    if computed.any():
        what, remedy = "is computed from the city's layers", "Leave it out."
        problems.append(Problem("measure_id", what, _names(flat[computed]), remedy))
    share = rules["unit"].eq("%").to_numpy() & ~computed
    if share.any():
        remedy = "Enter it for the whole city with norwalk scorecard --templates."
        what = "is a share, which cannot be added up by place"
        problems.append(Problem("measure_id", what, _names(flat[share]), remedy))
    return problems


def check_located(
    located: Located,
    measures: Measures,
    zones: pd.Index | None = None,
    *,
    as_of: dt.date,
    start_month: int = 7,
) -> Located:
    """
    Check located amounts against measures, zones and the calendar.

    Parameters
    ----------
    located
        Checked by its schema.
    measures
        Measures of the strategic plan.
    zones
        Ids of zones that there are; none where they are not known.
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    located
        The same.

    Raises
    ------
    SchemaError
        With every problem: measures that do not exist, are computed or are shares, zones that do
        not exist, half a coordinate, years to come.
    """
    flat = located.reset_index()
    problems = _measure_problems(flat, measures)
    blank = pd.Series(None, index=flat.index, dtype="object")
    zone, lon, lat = (flat.get(name, blank) for name in ("zone_id", "lon", "lat"))
    half = lon.isna() != lat.isna()
    current = config.fiscal_year(as_of, start_month)
    checks = [
        ("lon", half, "is given without the other coordinate", "Give both, or neither."),
        ("period", flat["period"].gt(current), "has not begun", f"{current} is the latest year."),
    ]
    if zones is not None:
        lost = zone.notna() & ~zone.isin(zones)
        checks.append(("zone_id", lost, "names no zone", "Correct it, or give coordinates."))
    problems += [
        Problem(where, what, _names(flat[wrong.to_numpy()]), remedy)
        for where, wrong, what, remedy in checks
        if wrong.any()
    ]
    if problems:
        raise SchemaError.of("located", problems)
    return located


def zones_of(located: Located, zones: Zones | None) -> pd.Series:
    """
    Find the zone of each place: the one that it names, else the one that it lies in.

    Parameters
    ----------
    located
        Checked table.
    zones
        Areas of zones; without them only what a place names counts.

    Returns
    -------
    zone_id
        Aligned to `located`; missing where neither tells.
    """
    blank = pd.Series(None, index=located.index, dtype="str")
    named = pd.Series(located.get("zone_id", blank))
    if zones is None or not {"lon", "lat"} <= set(located.columns):
        return named
    points = gpd.GeoSeries(gpd.points_from_xy(located["lon"], located["lat"]), crs=_WGS84)
    drawn = points.to_crs(zones.crs).to_numpy()
    drawn[located["lon"].isna().to_numpy()] = None
    ordered = zones.sort_index()
    row, zone = shapely.STRtree(ordered.geometry.to_numpy()).query(drawn, predicate="intersects")
    # On an edge between zones the first by id.
    pairs = pd.Series(zone, index=row).groupby(level=0).min()
    inside = pd.Series(None, index=range(len(located)), dtype="str")
    inside.loc[pairs.index] = ordered.index.to_numpy()[pairs.to_numpy()]
    return named.where(named.notna(), pd.Series(inside.to_numpy(), index=located.index))


def by_zone(located: Located, zones: pd.Series) -> ScorePeriods:
    """
    Add up located amounts by measure, fiscal year and zone.

    Parameters
    ----------
    located
        Checked table.
    zones
        Zone of each place, aligned to `located`.

    Returns
    -------
    score_periods
        Parts `all`, `zone …` and `no zone`; `known_pct` of the whole is the share in a zone.
    """
    flat = located.reset_index()
    flat["part"] = ("zone " + zones.astype("str")).where(zones.notna(), "no zone").to_numpy()
    rows: list[dict[str, Any]] = []
    for (name, period), page in flat.groupby(["measure_id", "period"]):
        total, placed = float(page["amount"].sum()), page["part"].ne("no zone")
        inside = float(page.loc[placed, "amount"].sum())
        share = _WHOLE * inside / total if total else _WHOLE
        source = "; ".join(sorted(page["value_source"].unique()))
        base = {"measure_id": name, "period": period, "status": "entered", "value_source": source}
        lost = int((~placed).sum())
        places = "1 place is" if lost == 1 else f"{lost:,} places are"
        note = f"{places} in no zone" if lost else None
        rows.append({**base, "part": "all", "value": total, "known_pct": share, "note": note})
        sums = page.groupby("part")["amount"].sum()
        rows += [{**base, "part": part, "value": float(value)} for part, value in sums.items()]
    return periods(rows)
