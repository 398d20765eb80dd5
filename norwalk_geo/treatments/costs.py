"""Unit costs from the city's own bids, and how far they are from those that ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.treatments.listing import price_level

if TYPE_CHECKING:
    from norwalk_geo.schema import Treatments

__all__ = ["Markup", "cost_report", "from_bids"]

Bids: TypeAlias = pd.DataFrame


@dataclass(frozen=True)
class Markup:
    """
    What comes on top of the items of a bid.

    Parameters
    ----------
    mobilization_pct
        On top of the items.
    soft_cost_pct
        On top of items and mobilization: design, inspection, administration.
    """

    mobilization_pct: float = 0.0
    soft_cost_pct: float = 0.0


def from_bids(
    treatments: Treatments,
    bids: Bids,
    *,
    base_year: int,
    markup: Markup = Markup(),
    price_index: pd.DataFrame | None = None,
) -> Treatments:
    """
    Replace unit costs by the city's own bids.

    A square yard costs Σ quantity × price, each price brought to the base year, raised by
    mobilization and then by design, inspection and other soft costs.

    Parameters
    ----------
    treatments
        The catalogue.
    bids
        Items with their quantity for a square yard of pavement.
    base_year
        Year of the dollars.
    markup
        Mobilization and soft costs.
    price_index
        Price level by year. By default the one that ships with the package.

    Returns
    -------
    treatments
        The same rows; `cost_usd_sy` and `source` are the bids' where there are bids.

    Raises
    ------
    ConfigError
        A bid is for a treatment that the catalogue does not have, or a markup is below zero.
    """
    index = schema.parameters("price_index") if price_index is None else price_index
    flat = schema.check(bids, "bids").reset_index()
    strange = flat.loc[~flat["treatment"].isin(treatments.index), "treatment"]
    problems = []
    if len(strange):
        remedy = f"Known: {', '.join(treatments.index)}."
        problems.append(Problem("treatment", "is not in the catalogue", tuple(strange), remedy))
    for name, value in (
        ("mobilization_pct", markup.mobilization_pct),
        ("soft_cost_pct", markup.soft_cost_pct),
    ):
        if not value >= 0:
            problems.append(Problem(name, f"is {value:g}", remedy="Give zero or more."))
    if problems:
        raise ConfigError.of("bids", problems)
    ratio = price_level(index, base_year) / price_level(index, flat["price_year"])
    flat["cost"] = flat["quantity_a_yard"] * flat["unit_price_usd"] * ratio
    factor = (1 + markup.mobilization_pct / 100) * (1 + markup.soft_cost_pct / 100)
    cost = flat.groupby("treatment")["cost"].sum() * factor
    said = flat.groupby("treatment")["source"].agg(lambda texts: "; ".join(sorted(set(texts))))
    own = treatments.index.isin(cost.index)
    return treatments.assign(
        cost_usd_sy=treatments["cost_usd_sy"].mask(own, cost.reindex(treatments.index)),
        source=treatments["source"].mask(own, "Bids: " + said.reindex(treatments.index)),
    )


def cost_report(used: Treatments, default: Treatments) -> pd.DataFrame:
    """
    Say which costs were overridden and how far they are from the default.

    Parameters
    ----------
    used
        Catalogue that the city uses, with `cost_usd_sy`.
    default
        Catalogue that ships with the package, for the same base year.

    Returns
    -------
    cost_report
        One row a treatment used.

    Examples
    --------
    >>> from norwalk_geo import treatments
    >>> rows = treatments.catalogue(base_year=2026)
    >>> dear = rows.assign(cost_usd_sy=rows["cost_usd_sy"] * 1.2)
    >>> float(cost_report(dear, rows)["difference_pct"].round(6).max())
    20.0
    """
    plain = default["cost_usd_sy"].reindex(used.index)
    off = (used["cost_usd_sy"] / plain - 1) * 100
    frame = pd.DataFrame(
        {
            "default_usd_sy": plain,
            "cost_usd_sy": used["cost_usd_sy"],
            "is_overridden": ~np.isclose(off.fillna(1.0), 0, atol=1e-9),
            "difference_pct": off,
            "source": used["source"],
        }
    )
    return schema.check(frame, "cost_report")
