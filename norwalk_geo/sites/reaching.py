"""Who gets to each site, by traveller and time, and which groups have less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.routing import MEASURES, access

if TYPE_CHECKING:
    from norwalk_geo.routing import Snapped
    from norwalk_geo.schema import Access, NodePeople, Reach, Sites, Zones

__all__ = ["figures", "gaps"]

_COUNTED = ("people", "jobs", "homes_without_car", "people_with_disability")
_GROUPS = ("homes_without_car", "people_with_disability")


def _access(
    reach: Reach, people: NodePeople, sites: Sites, limit: float, zones: Zones | None
) -> Access:
    """Count who gets to each site instead of to each kind."""
    own = reach.reset_index()
    own = own.assign(kind=own["site_id"]).set_index(["node_id", "site_id"])
    kinds = list(sites.index.astype("str"))
    return access(own, people, limit_min=limit, zones=zones, kinds=kinds)


def _counts(found: Access, site: str) -> dict[str, object]:
    """Take the numbers of one site from those of everybody."""
    row: dict[str, object] = {}
    flat = found.reset_index()
    own = flat[flat["grouping"].eq("all") & flat["kind"].eq(site)].set_index("measure")
    for name in _COUNTED:
        if name in own.index:
            row[name] = own.loc[name, "within"]
    if "people" in own.index:
        row |= {
            "people_total": own.loc["people", "total"],
            "flagged_people": own.loc["people", "flagged"],
        }
    return row


def figures(
    sites: Sites,
    snapped: Snapped,
    reach: Reach,
    *,
    limits_min: Sequence[float],
    people: NodePeople | None = None,
) -> pd.DataFrame:
    """
    Count who gets to each site as one traveller.

    Parameters
    ----------
    sites
        The sites.
    snapped
        Sites on the network of the traveller.
    reach
        As `routing.reach` finds it, with a limit of at least the longest.
    limits_min
        Limits of the way, in minutes, inclusive.
    people
        People and jobs at nodes. Without them every number of people is blank, not zero.

    Returns
    -------
    site_figures
        One row a site and limit.

    Raises
    ------
    ConfigError
        A limit is no time.
    """
    ways, rows = snapped.ways, []
    flat = reach.reset_index()
    given = people is not None and any(name in people for name in MEASURES)
    for limit in limits_min:
        found = _access(reach, people, sites, limit, None) if people is not None else None
        near = flat[flat["cost_ms"].le(limit * 60_000)]
        for site in map(str, sites.index):
            row: dict[str, object] = {
                "site_id": site,
                "profile": ways.profile,
                "limit_min": float(limit),
                "unknowns": ways.unknowns,
                "is_on_network": site not in snapped.far,
                "nodes": int(near["site_id"].eq(site).sum()),
            }
            rows.append(row | (_counts(found, site) if found is not None and given else {}))
    names = list(schema.describe("site_figures").columns.index)
    return schema.check(pd.DataFrame(rows).reindex(columns=names), "site_figures")


def gaps(
    sites: Sites, reach: Reach, people: NodePeople, zones: Zones, *, limit_min: float
) -> pd.DataFrame:
    """
    Compare the access of groups with that of everybody.

    Parameters
    ----------
    sites
        The sites.
    reach
        As `routing.reach` finds it, with a limit of at least this.
    people
        People at nodes.
    zones
        Supplies `flags`: the groups of zones.
    limit_min
        Longest way, in minutes.

    Returns
    -------
    site_gaps
        One row a site and group; a flag stands for all people of the zones that have it. Groups of
        nobody have no row.

    Raises
    ------
    ConfigError
        The limit is no time.
    SchemaError
        People are in zones that are not given.
    """
    flat = _access(reach, people, sites, limit_min, zones).reset_index()
    flat = flat[flat["total"].gt(0)]
    everybody = flat[flat["grouping"].eq("all") & flat["measure"].eq("people")]
    by_flag = flat[flat["grouping"].eq("flag") & flat["measure"].eq("people")]
    by_need = flat[flat["grouping"].eq("all") & flat["measure"].isin(_GROUPS)]
    own = pd.concat([by_flag, by_need.assign(group=by_need["measure"])], ignore_index=True)
    whole = everybody.set_index("kind")["within_pct"]
    own = own.assign(site_id=own["kind"], all_within_pct=own["kind"].map(whole))
    own = own.assign(gap_points=own["within_pct"] - own["all_within_pct"])
    names = list(schema.describe("site_gaps").columns.index)
    ordered = own[own["all_within_pct"].notna()].sort_values(["site_id", "group"], kind="stable")
    return schema.check(ordered[names], "site_gaps")
