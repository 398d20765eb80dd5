"""Californian screens as an option: yes, no, or not known, each with the text that it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sites

__all__ = ["good_stops", "screens"]

_RAIL = {0, 1, 2, 5, 12, *range(100, 118), *range(400, 406), *range(900, 907)}
_BUS_ROUTES, _PEAKS = 2, 2


class _Near(NamedTuple):
    """What is near a site, or may be."""

    station_ft: float
    station: str
    kinds: frozenset[str]
    is_whole: bool


def good_stops(service: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """
    Say which stops are a major transit stop, and which lie on a high-quality corridor.

    Parameters
    ----------
    service
        As `transit.stop_service` finds it, one time of day for each peak.
    rules
        Parameters `screens`.

    Returns
    -------
    good_stops
        By `stop_id`: `major_transit_stop` and `high_quality_corridor`. Bus routes that cross at
        two different stops are not seen to cross.
    """
    flat = service.reset_index()
    rail = flat[flat["route_type"].isin(_RAIL)]["stop_id"].unique()
    bus = flat[~flat["route_type"].isin(_RAIL)]
    found = {"major_transit_stop": set(rail)}
    for screen in ("major_transit_stop", "high_quality_corridor"):
        often = bus[bus["longest_wait_min"].le(float(rules["limit_value"][screen]))]
        peaks = often.groupby(["stop_id", "route_id"])["time_of_day"].nunique()
        both = peaks[peaks.ge(_PEAKS)].reset_index()["stop_id"].value_counts()
        least = _BUS_ROUTES if screen == "major_transit_stop" else 1
        found[screen] = found.get(screen, set()) | set(both[both.ge(least)].index)
    ids = pd.Index(sorted(set(flat["stop_id"])), name="stop_id", dtype="str")
    return pd.DataFrame({name: ids.isin(list(stops)) for name, stops in found.items()}, index=ids)


def _transit(near: _Near, limit_ft: float, kind: str) -> tuple[str, str]:
    """Judge whether something good is near, for one screen."""
    if near.station_ft <= limit_ft and kind != "high_quality_corridor":
        return "yes", f"{near.station}, {near.station_ft:,.0f} ft away along a straight line"
    wanted = {"major_transit_stop", "high_quality_corridor"} if kind == "near_transit" else {kind}
    if wanted & near.kinds:
        return "yes", f"A stop within {limit_ft:,.0f} ft has the service in the timetables"
    if not near.is_whole:
        return "unknown", "Timetables of operators in reach are missing"
    return "no", f"Nothing of the kind within {limit_ft:,.0f} ft in complete timetables"


def _small(trips: pd.Series, limit: float) -> tuple[str, str]:
    """Judge whether a project adds few trips."""
    if pd.notna(trips["low_trips"]) and trips["low_trips"] >= limit:
        return "no", f"At least {trips['low_trips']:,.0f} trips by the rates used"
    if pd.isna(trips["high_trips"]) or pd.notna(trips["not_published"]):
        return "unknown", "The programme is not published, or only a part of it"
    if trips["high_trips"] < limit:
        return "yes", f"At most {trips['high_trips']:,.0f} trips by the rates used"
    return "unknown", "The low and the high rates disagree"


def screens(
    sites: Sites,
    stations: pd.DataFrame,
    trips: pd.DataFrame,
    *,
    stops: gpd.GeoDataFrame | None = None,
    is_whole: bool = False,
    rules: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Hold sites against Californian screens. It is no legal finding.

    Parameters
    ----------
    sites
        The sites.
    stations
        Nearest rail station of each, as `nearest_station` finds it.
    trips
        Trips added, as `trips_added` estimates them.
    stops
        Points of stops with the columns of `good_stops`, where timetables are known.
    is_whole
        Whether every operator in reach has a timetable. If not, nothing is said to be absent.
    rules
        Limits. By default `parameters/screens.csv`.

    Returns
    -------
    site_screens
        One row a site and screen: yes, no or unknown.
    """
    table = schema.parameters("screens") if rules is None else rules
    limit_ft, rows = float(table["limit_value"]["near_transit"]), []
    for site, point in sites.geometry.items():
        kinds: frozenset[str] = frozenset()
        if stops is not None and len(stops):
            close = stops[stops.distance(point) * feet_per_unit(sites.crs) <= limit_ft]
            kinds = frozenset(
                kind
                for kind in ("major_transit_stop", "high_quality_corridor")
                if close[kind].any()
            )
        has = site in stations.index
        near = _Near(
            float(stations["straight_ft"][site]) if has else float("inf"),
            str(stations["station_name"][site]) if has else "",
            kinds,
            is_whole,
        )
        for screen, rule in table.iterrows():
            verdict, reason = (
                _small(trips.loc[site], float(rule["limit_value"]))
                if screen == "small_project"
                else _transit(near, limit_ft, str(screen))
            )
            row = {"site_id": str(site), "screen_id": str(screen), "verdict": verdict}
            said = {"confirmed": rule["confirmed"], "source": rule["source"]}
            rows.append(row | {"reason": reason} | said)
    return schema.check(pd.DataFrame(rows), "site_screens")
