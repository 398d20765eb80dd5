"""A pavement table put onto sections that exist: ids and shapes stay, rows weigh by length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import network, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Limits, Pieces, Sections, Surveys

__all__ = ["Attached", "attach"]

# Less than this of a section rated says too little of it; an area needs nearly all of it.
_RATED, _WHOLE = 50.0, 90.0
_LEAST_FT = 1.0
_MEANS = ("width_ft",)
_AMOUNTS = ("area_sy", "given_length_ft")
_WORDS = ("functional_class", "surface_type", "lanes", "maintained_by", "share_pct", "zone_id")
_WEIGHED = ("pci", "load_share_pct")


@dataclass(frozen=True)
class Attached:
    """
    A pavement table on sections that exist.

    Parameters
    ----------
    sections
        The same sections, with what the rows say of them.
    surveys
        One row a section of which half or more is rated.
    section_rows
        Which rows cover which section, and how much of it.
    """

    sections: Sections
    surveys: Surveys
    section_rows: pd.DataFrame


def _covered(pieces: Pieces, sections: Sections) -> pd.DataFrame:
    """Add up how much of each section each row covers; lines are sections or pieces of them."""
    line = pieces["line_id"]
    whole = line.where(line.isin(sections.index), line.str.rsplit("-", n=1).str[0])
    flat = pieces.reset_index().assign(section_id=whole.to_numpy())
    length = flat.assign(length_ft=flat["to_ft"] - flat["from_ft"])
    rows = length.groupby(["section_id", "source_id"])["length_ft"].sum().reset_index()
    drawn = pd.Series(network.lengths_ft(sections), index=sections.index)
    rows["covered_pct"] = rows["length_ft"] / drawn[rows["section_id"]].to_numpy() * 100
    return schema.check(rows[rows["length_ft"] >= _LEAST_FT], "section_rows")


def _mean(told: pd.DataFrame, name: str) -> pd.Series:
    """Take the mean by length over the rows that say something."""
    known = told[told[name].notna()]
    weight = known["length_ft"].groupby(known["section_id"]).sum()
    total = (known[name].astype("float64") * known["length_ft"]).groupby(known["section_id"]).sum()
    return pd.Series(total / weight)


def _first(told: pd.DataFrame, name: str) -> pd.Series:
    """Take what the row says that covers most; of equal ones the first by id."""
    known = told[told[name].notna()].sort_values(
        ["section_id", "length_ft", "source_id"], ascending=[True, False, True]
    )
    return pd.Series(known.drop_duplicates("section_id").set_index("section_id")[name])


def _amount(told: pd.DataFrame, name: str, total_ft: pd.Series) -> pd.Series:
    """Give a section its part of what belongs to whole rows, where rows cover nearly all of it."""
    known = told[told[name].notna()]
    part = known[name] * known["length_ft"] / known["source_id"].map(total_ft)
    by_section = part.groupby(known["section_id"]).sum()
    covered = known["covered_pct"].groupby(known["section_id"]).sum()
    return pd.Series(by_section[covered >= _WHOLE])


def _described(sections: Sections, told: pd.DataFrame) -> Sections:
    """Write what the rows say into the sections; what they do not say stays."""
    total_ft = told.groupby("source_id")["length_ft"].sum()
    made = sections.copy()
    ways = (
        (_MEANS, _mean),
        (_WORDS, _first),
        (_AMOUNTS, lambda rows, name: _amount(rows, name, total_ft)),
    )
    for names, way in ways:
        for name in [one for one in names if one in told]:
            said = way(told, name).reindex(made.index)
            before = made[name] if name in made else pd.Series(np.nan, index=made.index)
            made[name] = said.astype("object").where(said.notna(), before.astype("object"))
    return gpd.GeoDataFrame(schema.check(made.reset_index(), "sections"), crs=sections.crs)


def _rated(told: pd.DataFrame) -> Surveys:
    """Rate the sections of which enough is rated by one method."""
    if "pci" not in told:
        return pd.DataFrame(columns=list(schema.describe("surveys").columns.index))
    rated = told[told["pci"].notna()]
    method = rated["section_id"].map(_first(rated, "pci_method"))
    rated = rated[rated["pci_method"].eq(method)]
    covered = rated.groupby("section_id")["covered_pct"].sum()
    rated = rated[rated["section_id"].isin(covered.index[covered >= _RATED])]
    by_section = rated.groupby("section_id")
    found = pd.DataFrame(
        {
            "survey_date": by_section["survey_date"].max(),
            "pci_method": by_section["pci_method"].first(),
        }
    )
    for name in [one for one in _WEIGHED if one in rated]:
        found[name] = _mean(rated, name).reindex(found.index)
    return schema.check(found.reset_index(), "surveys")


def attach(limits: Limits, pieces: Pieces, sections: Sections) -> Attached:
    """
    Put a pavement table onto sections that exist.

    Parameters
    ----------
    limits
        Rows of the pavement table.
    pieces
        Stretches found for them by `match` on these sections, cut where they meet by `cut_lines`.
    sections
        The sections, uncut.

    Returns
    -------
    attached
        Sections under their ids, in their order and shape. Where several rows cover a section,
        conditions and widths are means by length; words, lanes and shares are those of the row that
        covers most; areas and given lengths are shared by length and need 90 % of the section. What
        no row says stays as it was. Ratings of several methods are not mixed: the method of the
        longest row counts. A survey has the day of the latest of its rows.

    Raises
    ------
    SchemaError
        What the rows say makes a section that the schema refuses.
    """
    rows = _covered(pieces, sections)
    told = rows.reset_index().merge(limits, left_on="source_id", right_index=True, how="left")
    return Attached(_described(sections, told), _rated(told), rows)
