"""Sections → the sample units that a survey will visit, as pieces of the street."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo.pci.sampling import choose_units, network_units, units_needed

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["lay_out"]

_UNIT_SF = 2500.0
_SPREAD = {"AC": 10.0, "PCC": 15.0}


def lay_out(
    sections: Sections, area_sf: pd.Series, *, seed: int, error_points: float | None = 5.0
) -> gpd.GeoDataFrame:
    """
    Divide sections into sample units and choose those to inspect.

    Parameters
    ----------
    sections
        Streets. Whatever is not concrete is taken for asphalt.
    area_sf
        Pavement area, aligned to `sections`.
    seed
        The same seed chooses the same units.
    error_points
        Error of a section's index that is accepted with 95 % confidence; nothing for the lesser
        rate of a survey of the whole network.

    Returns
    -------
    units
        One row a unit to inspect: `section_id`, `sample_id`, `surface`, `kind`, `area_sf`,
        `section_area_sf`, `section_units`, `from_share` and `to_share` of the section's length, and
        the piece of the centerline. Units of concrete are laid out by area, too: their slabs are
        counted in the field.
    """
    surface = sections["surface_type"].fillna("AC").eq("PCC").map({True: "PCC", False: "AC"})
    total = (area_sf / _UNIT_SF).round().clip(lower=1).astype("int64")
    spread = surface.map(_SPREAD).astype("float64")
    needed = (
        network_units(total)
        if error_points is None
        else units_needed(total, spread_points=spread, error_points=error_points)
    )
    chosen = choose_units(total, pd.Series(needed, index=total.index), seed=seed)
    row = sections.index.get_indexer(chosen["section_id"])
    count = total.to_numpy()[row]
    begin = (chosen["number"].to_numpy() - 1) / count
    end = chosen["number"].to_numpy() / count
    return gpd.GeoDataFrame(
        {
            "section_id": chosen["section_id"],
            "sample_id": chosen["number"].astype("str"),
            "surface": surface.to_numpy()[row],
            "kind": "random",
            "area_sf": area_sf.to_numpy()[row] / count,
            "section_area_sf": area_sf.to_numpy()[row],
            "section_units": count,
            "from_share": begin,
            "to_share": end,
        },
        geometry=_pieces(sections.geometry.to_numpy()[row], begin, end),
        crs=sections.crs,
    )


def _pieces(lines: np.ndarray, begin: np.ndarray, end: np.ndarray) -> list[object]:
    """Cut each line from one share of its length to another."""
    from shapely.ops import substring

    return [
        substring(line, one, two, normalized=True)
        for line, one, two in zip(lines, begin, end, strict=True)
    ]
