"""Who gets to each site by transit, from door to door, and whether the answer is whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.routing import Snapped
    from norwalk_geo.schema import NodePeople, Reach, Sites

__all__ = ["Riders", "as_reach", "by_transit", "stop_walks"]

_MS_PER_S, _S_PER_MIN = 1000, 60


@dataclass(frozen=True)
class Riders:
    """
    Who rides, and what of the timetables they use.

    Parameters
    ----------
    profile
        Who travels to the stop and from it.
    unknowns
        What is done with ways, stops and trips of which too little is known.
    trips_left_out
        Trips of the day that are not used, as `transit.Timetable` counts them.
    trips_unsure
        Trips that are used though it is not known whether they take a wheelchair.
    """

    profile: str = "walk"
    unknowns: str = "avoid"
    trips_left_out: int = 0
    trips_unsure: int = 0


def _seconds(cost_ms: pd.Series) -> pd.Series:
    """Round up to whole seconds: nobody catches a bus by a fraction."""
    return -(-cost_ms.astype("int64") // _MS_PER_S)


def stop_walks(
    snapped: Snapped, reach: Reach, stops: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """
    Take the ways to stops, from stops to sites, and without a vehicle from one search.

    Parameters
    ----------
    snapped
        Sites and stops put on the network of the traveller together.
    reach
        From which nodes one gets to each of them.
    stops
        Ids of the stops among them.

    Returns
    -------
    access, egress, walks
        Tables `stop_walks` (nodes to stops, stops to sites) and `direct_walks` (nodes to sites), in
        whole seconds, rounded up.
    """
    flat = reach.reset_index().assign(walk_s=_seconds(reach["cost_ms"]).to_numpy())
    is_stop = flat["site_id"].isin(stops)
    access = flat[is_stop].rename(columns={"node_id": "place_id", "site_id": "stop_id"})
    walks = flat[~is_stop].rename(columns={"node_id": "origin_id", "site_id": "place_id"})
    at = snapped.sites.loc[snapped.sites["site_id"].isin(stops), ["site_id", "node_id"]]
    at = at.rename(columns={"site_id": "stop_id"})
    egress = flat[~is_stop].merge(at, on="node_id").rename(columns={"site_id": "place_id"})
    egress = egress.sort_values("walk_s", kind="stable").drop_duplicates(["place_id", "stop_id"])
    names = ["place_id", "stop_id", "walk_s"]
    return (
        schema.check(access[names], "stop_walks"),
        schema.check(egress[names], "stop_walks"),
        schema.check(walks[["origin_id", "place_id", "walk_s"]], "direct_walks"),
    )


def as_reach(times: pd.DataFrame, riders: Riders) -> Reach:
    """
    Write trips as a reach, so that people are counted as on foot.

    Parameters
    ----------
    times
        As `transit.travel_times` finds them from nodes to sites.
    riders
        Who rides.

    Returns
    -------
    reach
        One row a node and site to which half of the departures get; the time is the median, and
        lengths are those of no way and zero.
    """
    flat = times.reset_index()
    flat = flat[flat["median_min"].notna()]
    cells = {
        "node_id": flat["origin_id"],
        "site_id": flat["place_id"],
        "kind": flat["place_id"],
        "cost_ms": (flat["median_min"] * _S_PER_MIN).round() * _MS_PER_S,
        "length_ft": 0.0,
        "unknown_ft": 0.0,
        "unknown_pct": 0.0,
        "profile": riders.profile,
        "unknowns": riders.unknowns,
    }
    return schema.check(pd.DataFrame(cells), "reach")


def by_transit(
    sites: Sites,
    times: pd.DataFrame,
    riders: Riders,
    *,
    limits_min: Sequence[float],
    partial_because: Mapping[str, str],
    people: NodePeople | None = None,
) -> pd.DataFrame:
    """
    Count the people who get to each site by transit or without, and those who only do by transit.

    Parameters
    ----------
    sites
        The sites.
    times
        As `transit.travel_times` finds them from nodes to sites.
    riders
        Who rides.
    limits_min
        Limits from door to door, in minutes: half of the departures must keep to them.
    partial_because
        What is missing, by site. A site that is named has a partial figure, which enters no
        comparison and no page.
    people
        People at nodes. Without them numbers of people are blank.

    Returns
    -------
    site_transit
        One row a site and limit.
    """
    flat, rows = times.reset_index(), []
    at_node = None if people is None or "people" not in people else people["people"]
    heads = None if at_node is None else at_node.groupby("node_id").sum()
    for site in map(str, sites.index):
        own = flat[flat["place_id"].eq(site)]
        for limit in limits_min:
            there = own[own["median_min"].le(limit)]
            only = there[~there["walk_min"].le(limit)]
            row: dict[str, object] = {
                "site_id": site,
                **asdict(riders),
                "limit_min": float(limit),
                "is_partial": site in partial_because,
                "partial_because": partial_because.get(site),
                "origins": len(there),
            }
            if heads is not None:
                for name, part in (("people", there), ("gained_people", only)):
                    row[name] = int(heads.reindex(part["origin_id"]).fillna(0).sum())
            rows.append(row)
    names = list(schema.describe("site_transit").columns.index)
    return schema.check(pd.DataFrame(rows).reindex(columns=names), "site_transit")
