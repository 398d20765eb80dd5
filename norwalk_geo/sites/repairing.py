"""The repairs on the ways to a site that help most people for their cost in the plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.routing.worth import people_at

if TYPE_CHECKING:
    from norwalk_geo.routing import Snapped
    from norwalk_geo.schema import NodePeople, Reach

__all__ = ["people_on_ways", "per_dollar"]

_GET_THERE, _COME = "get_there", "come_over_it"


def _steps(snapped: Snapped, far: pd.Series) -> pd.DataFrame:
    """Choose the next stretch of each node on its quickest way; of equals the first id."""
    links = snapped.ways.links
    ends = links[["start", "end"]].to_numpy("int64")
    at = far.reindex(snapped.ways.nodes.index).to_numpy("float64")
    parts = []
    for tail, head, name in ((0, 1, "forward_ms"), (1, 0, "backward_ms")):
        cost = links[name].to_numpy("int64")
        goes = (cost > 0) & (at[ends[:, tail]] == at[ends[:, head]] + cost)
        own = {"node": ends[goes, tail], "next": ends[goes, head]}
        parts.append(pd.DataFrame({**own, "edge_id": links["edge_id"].to_numpy()[goes]}))
    every = pd.concat(parts).sort_values(["node", "edge_id", "next"], kind="stable")
    step = every.drop_duplicates("node")
    # A place at the site itself goes on nowhere.
    step = step[at[step["node"]] > 0]
    order = np.argsort(-at[step["node"]], kind="stable")
    return step.iloc[order]


def people_on_ways(snapped: Snapped, reach: Reach, people: NodePeople) -> pd.DataFrame:
    """
    Count the people whose quickest way to each site leads over each edge.

    Parameters
    ----------
    snapped
        Sites on the network of a traveller.
    reach
        From where one gets there, found on it.
    people
        People at nodes.

    Returns
    -------
    people
        By `site_id` and `edge_id`: `people`. Of ways equally quick the one over the first id counts
        alone; a stretch that takes no time is on no way.

    Examples
    --------
    >>> from norwalk_geo import routing, towns
    >>> town = towns.town(seed=1)
    >>> edges = routing.street_edges(town.streets)
    >>> ways = routing.network_graph(edges, routing.costs(edges, "walk"))
    >>> end = town.streets.nodes.iloc[[0]][["geometry"]].assign(kind="site")
    >>> snapped = routing.snap(ways, end)
    >>> ids = pd.MultiIndex.from_product([["z"], ways.nodes.index], names=["zone_id", "node_id"])
    >>> reach = routing.reach(snapped, limit_min=60)
    >>> found = people_on_ways(snapped, reach, pd.DataFrame({"people": 1}, index=ids))
    >>> int(found["people"].max()) < len(ids)
    True
    """
    heads = people_at(snapped.ways, people)
    flat, rows = reach.reset_index(), []
    for site, own in flat.groupby("site_id", sort=True):
        carried = np.where(snapped.ways.nodes.index.isin(own["node_id"]), heads, 0)
        step = _steps(snapped, own.set_index("node_id")["cost_ms"])
        counts, along = [], dict[tuple[int, str], int]()
        columns = (step[name].tolist() for name in ("node", "next", "edge_id"))
        for node, following, edge in zip(*columns, strict=True):
            # Who comes from another part of the same edge is on it already.
            counts.append(int(carried[node]) - along.get((node, edge), 0))
            along[following, edge] = along.get((following, edge), 0) + int(carried[node])
            carried[following] += carried[node]
        found = step.assign(people=counts).groupby("edge_id")["people"].sum()
        rows.append(found.reset_index().assign(site_id=site))
    blank = pd.DataFrame({"site_id": [], "edge_id": [], "people": []})
    table = pd.concat(rows, ignore_index=True) if rows else blank
    return table.set_index(["site_id", "edge_id"]).sort_index()


def per_dollar(
    helped: pd.DataFrame, costs: pd.DataFrame, *, helps: str = _GET_THERE
) -> pd.DataFrame:
    """
    Put repairs in the order of the people whom they help for each dollar.

    Parameters
    ----------
    helped
        By `site_id` and `repair_id`: `people`.
    costs
        Table `repair_costs`: what the plan, or the transition plan, says of the repair.
    helps
        `get_there`: who gets there with this repair alone and not before; `come_over_it`: whose
        quickest way leads over it.

    Returns
    -------
    site_repairs
        Repairs by which anybody is helped, the best of each site first. Those without a cost in a
        plan come last and are not counted as free. People helped by two repairs do not add up.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("s", "a"), ("s", "b")], names=["site_id", "repair_id"])
    >>> gained = pd.DataFrame({"people": [10, 30]}, index=index)
    >>> priced = pd.DataFrame({"cost_usd": [100.0, 900.0], "planned": "plan"}, index=["a", "b"])
    >>> found = per_dollar(gained, priced.rename_axis("repair_id"))
    >>> found["people_per_thousand_dollars"].round(1).tolist()
    [100.0, 33.3]
    """
    flat = helped.reset_index()
    flat = flat[flat["people"].gt(0)].assign(helps=helps)
    names = list(schema.describe("site_repairs").columns.index)
    known = [name for name in ("cost_usd", "planned", "what", "location") if name in costs]
    table = flat.merge(costs[known].reset_index(), on="repair_id", how="left")
    dollars = table["cost_usd"].where(table["cost_usd"].gt(0))
    table["people_per_thousand_dollars"] = table["people"] / dollars * 1000
    ordered = table.sort_values(
        ["site_id", "people_per_thousand_dollars", "people", "repair_id"],
        ascending=[True, False, False, True],
        kind="stable",
        na_position="last",
    )
    ordered["place_in_site"] = ordered.groupby("site_id").cumcount() + 1
    return schema.check(ordered.reindex(columns=names), "site_repairs")
