"""Assets beside the pavement in the files of a plan: sheets, layers and a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import maps

if TYPE_CHECKING:
    from norwalk_geo.infrastructure import AssetPlan

__all__ = ["asset_layers", "asset_sheets", "asset_table"]

_STATUS = {
    "planned": "Planned",
    "not_funded": "Needed, not funded",
    "not_needed": "No work needed",
    "not_surveyed": "Not looked at",
    "overdue": "Overdue",
    "later": "After the plan",
}
_LIST = [
    "year",
    "asset_kind",
    "name",
    "next_work",
    "fund",
    "cost_usd",
    "status",
    "asset_condition",
    "appearance",
    "survey_date",
    "zone_id",
    "section_id",
    "asset_id",
    "reason",
]
_SHAPES = {
    "asset_points": ("Point",),
    "asset_lines": ("LineString",),
    "asset_areas": ("Polygon", "MultiPolygon"),
}


def asset_table(found: AssetPlan) -> pd.DataFrame:
    """
    List every asset with what the plan does with it.

    Parameters
    ----------
    found
        Assets in the plan.

    Returns
    -------
    table
        One row an asset, those with work first by year and kind. Dollars are to the cent.
    """
    flat = pd.DataFrame(found.assets.drop(columns="geometry", errors="ignore"))
    flat = flat.join(found.outcomes).reset_index()
    flat["survey_date"] = flat["survey_date"].dt.date
    order = ["year", "asset_kind", "asset_id"]
    return flat.reindex(columns=_LIST).sort_values(
        order, kind="stable", na_position="last", ignore_index=True
    )


def asset_sheets(found: AssetPlan) -> dict[str, pd.DataFrame]:
    """
    Lay out assets as sheets.

    Parameters
    ----------
    found
        Assets in the plan.

    Returns
    -------
    sheets
        Work that is planned, its totals by year, kind and fund, and every asset, in words.
    """
    table = asset_table(found)
    is_planned = table["status"].eq("planned")
    table["asset_kind"] = table["asset_kind"].map(maps.ASSET_KINDS)
    years = found.years.reset_index()
    years["asset_kind"] = years["asset_kind"].map(maps.ASSET_KINDS)
    checked = years["fund_is_checked"].map({True: "yes", False: "no, not in the budget"})
    every = table.assign(status=table["status"].map(_STATUS))
    return {
        "Assets planned": table[is_planned].drop(columns=["status", "reason"]),
        "Assets by year": years.assign(fund_is_checked=checked),
        # Only what is planned is money of the plan, so this one has no costs to add up.
        "Every asset": every.drop(columns=["cost_usd"]),
    }


def asset_layers(found: AssetPlan) -> dict[str, gpd.GeoDataFrame]:
    """
    Lay out assets as layers, one a kind of shape.

    Parameters
    ----------
    found
        Assets in the plan.

    Returns
    -------
    layers
        By name; those without any asset are left out.
    """
    whole = gpd.GeoDataFrame(found.assets.join(found.outcomes).reset_index())
    kinds = whole.geometry.geom_type
    layers = {name: whole[kinds.isin(shapes)] for name, shapes in _SHAPES.items()}
    return {name: frame for name, frame in layers.items() if len(frame)}
