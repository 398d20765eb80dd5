"""
The state of the network and what it would take: never the average alone.

Two networks of the same average can differ twofold in the work they call for, so the distribution
by band and the backlog stand beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import network, pci, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections

__all__ = ["area_weighted", "summarize"]


def area_weighted(values: pd.Series, area_sy: pd.Series) -> float:
    """
    Average condition over pavement area.

    Parameters
    ----------
    values
        Points; missing ones are in no average.
    area_sy
        Square yards, aligned to `values`.

    Returns
    -------
    mean
        Points, missing where nothing is known.

    Examples
    --------
    >>> area_weighted(pd.Series([80.0, 20.0, None]), pd.Series([3.0, 1.0, 9.0]))
    65.0
    """
    known = values.notna() & (area_sy > 0)
    total = float(area_sy[known].sum())
    if not total:
        return float("nan")
    mean = float((values[known] * area_sy[known]).sum()) / total
    # Rounding may not lift a mean above the highest of its values: 100 stays 100.
    return float(np.clip(mean, values[known].min(), values[known].max()))


def summarize(
    sections: Sections,
    condition: Condition,
    outcomes: pd.DataFrame,
    bands: pd.DataFrame,
    classes: pd.DataFrame,
) -> pd.DataFrame:
    """
    Count sections, miles and area by band of condition.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    outcomes
        What the plan does with each section.
    bands
        One scheme of condition bands.
    classes
        Functional classes, for the default widths.

    Returns
    -------
    band_summary
        One row a moment and band, every band listed. Sections without a survey, and those that are
        not the city's, are in none.
    """
    measures = network.measure(sections, classes)
    is_city = measures["area_sy"] > 0
    moments = {
        "surveyed": condition["pci"],
        "now": outcomes["pci_now"],
        "end": outcomes["pci_end"],
        "end_untreated": outcomes["pci_end_untreated"],
    }
    pages = []
    for moment, values in moments.items():
        named = pci.band(values.where(is_city), bands)
        by_band = measures.groupby(named, observed=False)
        page = by_band[["miles", "area_sy"]].sum()
        page["sections"] = by_band.size()
        total = page["area_sy"].sum()
        page["area_pct"] = np.where(total > 0, page["area_sy"] / max(total, 1e-9) * 100, 0.0)
        pages.append(page.reset_index().assign(moment=moment))
    frame = pd.concat(pages, ignore_index=True)
    return schema.check(frame.assign(band=frame["band"].astype("str")), "band_summary")
