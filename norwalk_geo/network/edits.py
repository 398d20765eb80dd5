"""What a city changed by hand since its last import, kept through the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.network.editions import Edition
from norwalk_geo.network.model import differ

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Kept", "keep_edits"]

_STAYS, _PARTS = ("same", "changed"), ("split", "redrawn")
# What belongs to a whole section is not what its pieces have.
_OF_THE_WHOLE = frozenset({"area_sy", "given_length_ft", "bulb_diameter_ft"})
_NOT_EDITED = frozenset({"geometry", "from_node", "to_node", "source_id"})


@dataclass(frozen=True)
class Kept:
    """
    A new edition with the city's own edits in it.

    Parameters
    ----------
    edition
        Sections and changes, with the edits that are kept.
    edits
        Each edited cell, what the file said, and what stands now.
    """

    edition: Edition
    edits: pd.DataFrame


def _texts(cells: pd.Series) -> pd.Series:
    return cells.astype("object").map(str, na_action="ignore").astype("str")


def _of_column(
    name: str, edition: Edition, tables: tuple[Sections, Sections], heirs: pd.DataFrame
) -> pd.DataFrame:
    """Find the edited cells of a column and what becomes of them."""
    earlier, imported = tables
    rows = heirs[heirs["change"].isin(_STAYS if name in _OF_THE_WHOLE else _STAYS + _PARTS)]
    edited = earlier[name].reindex(rows["earlier_id"]).reset_index(drop=True)
    base = pd.Series(None, index=imported.index, dtype="object")
    base = imported.get(name, base).reindex(rows["earlier_id"]).reset_index(drop=True)
    new = edition.sections[name].reindex(rows["section_id"]).reset_index(drop=True)
    known = rows["earlier_id"].isin(imported.index).to_numpy()
    hit = np.flatnonzero(known & differ(edited, base) & differ(edited, new))
    stands = ~differ(new, base)[hit]
    return pd.DataFrame(
        {
            "section_id": rows["section_id"].to_numpy()[hit],
            "column": name,
            "outcome": np.where(stands, "kept", "replaced"),
            "imported": _texts(base.iloc[hit]).to_numpy(),
            "edited": _texts(edited.iloc[hit]).to_numpy(),
            "now": _texts(new.where(~np.isin(np.arange(len(new)), hit[stands]), edited)[hit]),
            "cell": edited.iloc[hit].astype("object").to_numpy(),
        }
    )


def keep_edits(edition: Edition, earlier: Sections, imported: Sections) -> Kept:
    """
    Keep what a city changed by hand since its last import.

    Parameters
    ----------
    edition
        The new edition, as `match_ids` gives it.
    earlier
        The earlier sections as they stand, with the city's edits.
    imported
        The earlier sections as they were imported.

    Returns
    -------
    kept
        A cell that the city changed stays where the file says what it said before. Where the file
        says something new, that stands. Both are listed. Shapes are the file's.
    """
    heirs = edition.changes.dropna(subset=["section_id", "earlier_id"])
    heirs = heirs.drop_duplicates("section_id")
    names = [
        name
        for name in schema.describe("sections").columns.index
        if name in earlier and name in edition.sections and name not in _NOT_EDITED
    ]
    found = [_of_column(name, edition, (earlier, imported), heirs) for name in names]
    some = [one for one in found if len(one)]
    if not some:
        return Kept(edition, schema.check(_none(), "edits"))
    every = pd.concat(some, ignore_index=True)
    sections, changes = edition.sections.copy(), edition.changes.copy()
    for name, cells in every[every["outcome"].eq("kept")].groupby("column"):
        sections.loc[cells["section_id"], str(name)] = cells["cell"].infer_objects().to_numpy()
        touched = changes["section_id"].isin(cells["section_id"])
        changes.loc[touched, "columns"] = [
            " ".join(one for one in str(text).split() if one != name) if pd.notna(text) else None
            for text in changes.loc[touched, "columns"]
        ]
    same = changes["change"].eq("changed") & changes["columns"].fillna("").eq("")
    changes.loc[same, "change"] = "same"
    changes["columns"] = changes["columns"].replace("", None)
    edits = schema.check(every.drop(columns="cell"), "edits")
    return Kept(Edition(sections, schema.check(changes.reset_index(), "changes")), edits)


def _none() -> pd.DataFrame:
    return pd.DataFrame(columns=list(schema.describe("edits").columns.index))
