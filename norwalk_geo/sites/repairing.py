"""The repairs on the ways to a site that help most people for their cost in the plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Gains

__all__ = ["per_dollar"]


def per_dollar(gains: Gains, costs: pd.DataFrame) -> pd.DataFrame:
    """
    Put repairs in the order of the people whom they help for each dollar.

    Parameters
    ----------
    gains
        People by edge and site (`kind`), as `routing.gains` counts them with sites as the places.
    costs
        Table `repair_costs`: what the plan, or the transition plan, says of the edge.

    Returns
    -------
    site_repairs
        Repairs by which anybody gains, the best of each site first. Those without a cost in a plan
        come last and are not counted as free. Gains of two repairs do not add up.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("a", "s"), ("b", "s")], names=["edge_id", "kind"])
    >>> gained = pd.DataFrame({"people_gained": [10, 30]}, index=index)
    >>> priced = pd.DataFrame({"cost_usd": [100.0, 900.0], "planned": "plan"}, index=["a", "b"])
    >>> found = per_dollar(gained, priced.rename_axis("edge_id"))
    >>> found["people_per_thousand_dollars"].round(1).tolist()
    [100.0, 33.3]
    """
    flat = gains.reset_index().rename(columns={"kind": "site_id"})
    flat = flat[flat["people_gained"].gt(0)]
    table = flat.merge(costs[["cost_usd", "planned"]], on="edge_id", how="left")
    dollars = table["cost_usd"].where(table["cost_usd"].gt(0))
    table["people_per_thousand_dollars"] = table["people_gained"] / dollars * 1000
    ordered = table.sort_values(
        ["site_id", "people_per_thousand_dollars", "people_gained", "edge_id"],
        ascending=[True, False, False, True],
        kind="stable",
        na_position="last",
    )
    names = list(schema.describe("site_repairs").columns.index)
    return schema.check(ordered[names], "site_repairs")
