"""Lengths and areas of sections, and the city's share of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.network.model import FEET_PER_MILE, column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["measure"]

SQUARE_FEET_PER_SQUARE_YARD = 9


def measure(sections: Sections, classes: pd.DataFrame) -> pd.DataFrame:
    """
    Measure each section: length, area and the city's share.

    Parameters
    ----------
    sections
        Uses `width_ft`, `area_sy`, `carriageway`, `maintained_by` and `share_pct` where given.
    classes
        Supplies `default_width_ft` for sections without a width.

    Returns
    -------
    measures
        Aligned to `sections`: `length_ft` drawn; `city_share` from 0 to 1; `miles` and `area_sy`
        of the city's share, a street drawn twice counting half its miles on each line;
        `area_is_estimated` where the width is the class default.
    """
    feet = feet_per_unit(sections.crs)
    length = sections.geometry.length * feet
    width = column(sections, "width_ft", np.nan)
    default = sections["functional_class"].map(classes["default_width_ft"])
    given = column(sections, "area_sy", np.nan)
    area = given.fillna(length * width.fillna(default) / SQUARE_FEET_PER_SQUARE_YARD)
    keeper = column(sections, "maintained_by", "city").fillna("city")
    share = column(sections, "share_pct", np.nan).fillna(keeper.eq("city") * 100.0) / 100
    divided = column(sections, "carriageway", "single").eq("divided")
    return pd.DataFrame(
        {
            "length_ft": length,
            "city_share": share,
            "miles": length / FEET_PER_MILE * np.where(divided, 0.5, 1.0) * share,
            "area_sy": area * share,
            "area_is_estimated": given.isna() & width.isna(),
        },
        index=sections.index,
    )
