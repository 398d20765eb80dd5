"""Surveys of earlier sections under the ids of the new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Changes, Sections, Surveys

__all__ = ["carry_surveys"]

_STAYS = ("same", "changed")
_NUMBERS = ("pci", "load_share_pct")


def carry_surveys(surveys: Surveys, changes: Changes, earlier: Sections) -> Surveys:
    """
    Carry the history of sections over to a new edition.

    Parameters
    ----------
    surveys
        Surveys of the earlier sections.
    changes
        As `match_ids` gives it.
    earlier
        The earlier sections; their lengths weigh what is merged.

    Returns
    -------
    surveys
        Pieces of a split section have all its surveys. A merged one has those of its members: of
        one day, their mean by length. Surveys of sections that are gone stay under their ids.
    """
    known = changes[changes["earlier_id"].notna() & changes["section_id"].notna()]
    heirs = known[["earlier_id", "section_id", "change"]]
    stays = heirs["change"].isin(_STAYS)
    # A section that stays does not take what its neighbor lost to it.
    heirs = heirs[stays | ~heirs["section_id"].isin(heirs.loc[stays, "section_id"])]
    flat = surveys.reset_index()
    length = pd.Series(shapely.length(earlier.geometry.to_numpy()), index=earlier.index)
    moved = flat.merge(
        heirs.drop(columns="change"), left_on="section_id", right_on="earlier_id", how="left"
    )
    moved["weight"] = moved["section_id_x"].map(length).fillna(1.0)
    moved["section_id"] = moved["section_id_y"].fillna(moved["section_id_x"])
    keys = ["section_id", "survey_date"]
    once = moved.drop_duplicates(keys).set_index(keys)[list(surveys.columns)].copy()
    several = moved[moved.duplicated(keys, keep=False)]
    if len(several):
        for name in [one for one in _NUMBERS if one in once]:
            part = several.assign(weighted=several[name] * several["weight"])
            sums = part[part[name].notna()].groupby(keys)[["weighted", "weight"]].sum()
            once.loc[sums.index, name] = (sums["weighted"] / sums["weight"]).round(1)
    return schema.check(once.sort_index(kind="stable"), "surveys")
