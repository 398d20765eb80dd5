"""What differs between two plans, on the streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo import network
from norwalk_geo.maps.blocks import check_ids
from norwalk_geo.maps.drawings import Drawing, View
from norwalk_geo.maps.layers import streets_layer
from norwalk_geo.maps.styles import Style, amount, tally, year_label

if TYPE_CHECKING:
    from norwalk_geo.budget import PlanChanges
    from norwalk_geo.maps.elements import BlockLayer
    from norwalk_geo.schema import Sections

__all__ = ["changes_drawing", "changes_layer"]

# The most telling first: it is what a section with several pieces of work is drawn as.
_LOOKS = {
    "added": Style("Added", "#0b5fa5", 5.5),
    "dropped": Style("Dropped", "#b03a2e", 5.5, (3, 5)),
    "moved": Style("Moved to another year", "#77740f", 4.5, (12, 5)),
    "treatment": Style("Another treatment in the same year", "#8e1c5b", 4.5, (12, 4, 2, 4)),
    "cost": Style("Another cost alone", "#0f7f8c", 3.5, (6, 4)),
    "same": Style("As before", "#6f7d86", 2.6),
}
_NONE = Style("No work in either plan", "#7a7a7a", 1.2)


def _when(rows: pd.DataFrame, side: str, fiscal_year_start: int | None) -> list[str]:
    """Write treatment and year of each piece of work in one plan; blank where it is not in it."""
    both = zip(rows[f"treatment_{side}"], rows[f"year_{side}"], strict=True)
    return [
        "" if pd.isna(year) else f"{what} in {year_label(int(year), fiscal_year_start)}"
        for what, year in both
    ]


def _sentences(rows: pd.DataFrame, fiscal_year_start: int | None) -> list[str]:
    """Say what became of each piece of work."""
    sides = [_when(rows, side, fiscal_year_start) for side in ("before", "after")]
    said = []
    for change, before, after in zip(rows["change"], *sides, strict=True):
        text = {
            "added": f"Added: {after}.",
            "dropped": f"Dropped: {before}.",
            "same": f"As before: {after}.",
            "cost": f"Another cost: {after}.",
        }.get(change, f"Before: {before}. Now: {after}.")
        said.append(text)
    return said


def changes_drawing(
    sections: Sections,
    changes: PlanChanges,
    *,
    name: str = "What changed in the plan",
    fiscal_year_start: int | None = None,
    notice: str = "",
) -> Drawing:
    """
    Choose looks and words for what differs between two plans.

    Parameters
    ----------
    sections
        Lines and names; those of the earlier plan that are gone too.
    changes
        Of `budget.diff`. No cost is read.
    name
        Name of the layer.
    fiscal_year_start
        Month in which the fiscal year begins; without it, years are called fiscal years.
    notice
        Sentence that the map must carry, or blank.

    Returns
    -------
    drawing
        One view; counts and miles (the city's share) are in its legend.

    Raises
    ------
    SchemaError
        A section of `changes` is not in `sections`.
    """
    rows = changes.reset_index()
    worked = pd.Index(rows["section_id"].unique(), name="section_id")
    check_ids("plan_changes", sections.index, sections.index.union(worked))
    styles = [*_LOOKS.values(), _NONE]
    look = rows["change"].map({change: k for k, change in enumerate(_LOOKS)})
    first = look.groupby(rows["section_id"]).min().reindex(sections.index)
    codes = np.asarray(first.fillna(len(_LOOKS)), dtype="int64")
    texts = pd.Series(_sentences(rows, fiscal_year_start), index=rows["section_id"], dtype="str")
    order = np.argsort(sections.index.get_indexer(texts.index), kind="stable")
    changed = int((codes < len(_LOOKS) - 1).sum())
    says = f"The map shows {amount(changed)} whose work changed from one plan to the other."
    says += f" {notice}." if notice else ""
    miles = network.centerline_miles(sections)
    one = View(name, says, codes, tally(codes, miles, len(styles)))
    return Drawing(name, styles, [one], codes, texts.iloc[order])


def changes_layer(
    sections: Sections,
    changes: PlanChanges,
    *,
    name: str = "What changed in the plan",
    fiscal_year_start: int | None = None,
    notice: str = "",
) -> BlockLayer:
    """
    Draw what differs between two plans: added, dropped, moved, another treatment or cost.

    Parameters
    ----------
    sections
        Lines and names; those of the earlier plan that are gone too.
    changes
        Of `budget.diff`. No cost is read.
    name
        Name of the layer.
    fiscal_year_start
        Month in which the fiscal year begins; without it, years are called fiscal years.
    notice
        Sentence that the map must carry, or blank.

    Returns
    -------
    layer
        For `compose`, or for any folium map. What changed differs in dash and width as well as in
        color.

    Raises
    ------
    SchemaError
        A section of `changes` is not in `sections`.
    """
    drawing = changes_drawing(
        sections, changes, name=name, fiscal_year_start=fiscal_year_start, notice=notice
    )
    return streets_layer(sections, drawing)
