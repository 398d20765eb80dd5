"""The ways to a site: their pavement, what stops a wheelchair, and what nobody measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.routing import Snapped
    from norwalk_geo.schema import Condition, Costs, Reach, Sites

__all__ = ["ways_in"]

# Poor begins below this, as in the seven bands of ASTM D6433.
_POOR_PCI = 55.0
_STATUSES = ("ok", "blocked", "unknown")


def _status(costs: Costs) -> pd.Series:
    """Say of each edge the worse of its two directions."""
    both = costs[["forward_status", "backward_status"]].to_numpy()
    blocked, unknown = ((both == word).any(axis=1) for word in ("blocked", "unknown"))
    return pd.Series(np.select([blocked, unknown], ["blocked", "unknown"], "ok"), costs.index)


def _links(snapped: Snapped, near: pd.Index) -> pd.DataFrame:
    """Take the stretches with both ends within the limit, and their lengths."""
    ways = snapped.ways
    links = ways.links[ways.links["is_open"]]
    inside = ways.nodes.index.isin(near)
    kept = links[inside[links["start"]] & inside[links["end"]]]
    feet = kept.length * feet_per_unit(ways.links.crs)
    return pd.DataFrame({"edge_id": kept["edge_id"].to_numpy(), "length_ft": feet.to_numpy()})


def _share(length: pd.Series, chosen: pd.Series) -> float:
    """Find the share of the length that is chosen, in percent; missing of nothing."""
    total = float(length.sum())
    return float(length[chosen].sum()) / total * 100 if total else float("nan")


def ways_in(
    sites: Sites,
    snapped: Snapped,
    reach: Reach,
    *,
    limit_min: float,
    condition: Condition,
    wheelchair: Costs,
) -> pd.DataFrame:
    """
    Describe the streets and walks by which people come to each site.

    Parameters
    ----------
    sites
        The sites.
    snapped, reach
        Sites on the network on foot, and from where one gets there.
    limit_min
        Longest way, in minutes; edges with both ends within it count.
    condition
        Latest survey by section; an edge with the id of a section has its condition.
    wheelchair
        Costs of a wheelchair on the same edges: what stops it and what is not known.

    Returns
    -------
    site_ways
        One row a site. What is not surveyed or measured is a share of its own and in no average.
    """
    flat, status, rows = reach.reset_index(), _status(wheelchair), []
    near = flat[flat["cost_ms"].le(limit_min * 60_000)]
    for site in map(str, sites.index):
        own = _links(snapped, pd.Index(near.loc[near["site_id"].eq(site), "node_id"]))
        pci = own["edge_id"].map(condition["pci"]).astype("float64")
        length, word = own["length_ft"], own["edge_id"].map(status)
        known = length[pci.notna()].sum()
        row = {
            "site_id": site,
            "limit_min": float(limit_min),
            "ways_ft": float(length.sum()),
            "surveyed_pct": _share(length, pci.notna()),
            "mean_pci": float((pci * length).sum() / known) if known else float("nan"),
            "poor_ft": float(length[pci.lt(_POOR_PCI)].sum()),
        }
        row |= {f"wheelchair_{one}_pct": _share(length, word.eq(one)) for one in _STATUSES}
        rows.append(row)
    return schema.check(pd.DataFrame(rows), "site_ways")
