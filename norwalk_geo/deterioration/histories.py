"""
Ratings without work between them.

A section's ratings are cut into histories where work was recorded, and where the condition rose by
more than a survey's error explains. Only within a history does time alone change the condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from norwalk_geo.schema import Surveys

__all__ = ["RISE_POINTS", "Histories", "histories"]

WorkDone: TypeAlias = pd.DataFrame
RISE_POINTS = 15.0
_DAYS_PER_YEAR = 365.25
_LONG_GAP_YEARS = 8.0


@dataclass(frozen=True)
class Histories:
    """
    Ratings cut where work was done.

    Parameters
    ----------
    ratings
        `section_id`, `survey_date`, `pci`, `pci_method`, `years` since 2000, and `history`, a
        number that rises with section and date.
    cut_by_record, cut_by_rise
        Cuts between two ratings, by what called for them.
    worked_since
        Sections with recorded work after their last rating, which does not describe them any more.
    notes
        The same in words, and what else in the ratings is odd.
    """

    ratings: pd.DataFrame
    cut_by_record: int
    cut_by_rise: int
    worked_since: tuple[str, ...]
    notes: tuple[str, ...]


def _last_work(flat: pd.DataFrame, work_done: WorkDone) -> pd.Series:
    """Find the last recorded work up to each rating."""
    work = work_done.index.to_frame(index=False).sort_values("finished", kind="stable")
    work["worked"] = work["finished"]
    dated = flat.reset_index().sort_values("survey_date", kind="stable")
    found = pd.merge_asof(
        dated, work, left_on="survey_date", right_on="finished", by="section_id"
    ).set_index("index")
    return found["worked"].reindex(flat.index)


def _worked_since(flat: pd.DataFrame, work_done: WorkDone) -> tuple[str, ...]:
    """List the sections with work after their last rating."""
    last = flat.groupby("section_id")["survey_date"].last()
    work = work_done.index.to_frame(index=False).groupby("section_id")["finished"].max()
    both = pd.concat([last, work], axis=1, join="inner")
    return tuple(both.index[both["finished"] > both["survey_date"]])


def _notes(flat: pd.DataFrame, zeros: int, counts: tuple[int, int, int], rise: float) -> list[str]:
    """Say what was cut and what is odd."""
    by_record, by_rise, since = counts
    said = []
    if by_record:
        said.append(f"{by_record:,} pairs of ratings have recorded work between them.")
    if by_rise:
        said.append(
            f"{by_rise:,} rises by more than {rise:g} points without a record are taken as work."
        )
    if since:
        said.append(f"{since:,} sections had work after their last rating.")
    if zeros:
        said.append(f"{zeros:,} converted ratings of 0 are read as not surveyed.")
    methods = flat["pci_method"].value_counts()
    if len(methods) > 1:
        mixed = ", ".join(f"{name} {count:,}" for name, count in methods.items())
        said.append(f"Ratings of several methods are mixed ({mixed}): a step may be the method's.")
    gap = flat["years"].diff().where(flat["history"].eq(flat["history"].shift()))
    if long := int((gap > _LONG_GAP_YEARS).sum()):
        said.append(
            f"{long:,} gaps between ratings are longer than {_LONG_GAP_YEARS:g} years: "
            "work in them may not show."
        )
    return said


def histories(
    surveys: Surveys, work_done: WorkDone | None = None, *, rise_points: float = RISE_POINTS
) -> Histories:
    """
    Cut ratings into histories without work.

    Parameters
    ----------
    surveys
        Ratings of any number of dates, in any order.
    work_done
        Records of finished work, where there are any.
    rise_points
        A rise from one rating to the next by more than this is taken as work without a record. The
        rule looks at the outcome, so that what it keeps falls a little too fast; see
        `docs/methods/deterioration.md`. Infinity switches it off.

    Returns
    -------
    histories
        Every rating with the history that it belongs to, and what was cut.

    Examples
    --------
    >>> import norwalk_geo as ng
    >>> found = histories(ng.towns.town("town", seed=1).surveys)
    >>> bool(found.ratings["history"].is_monotonic_increasing)
    True
    """
    flat = surveys.reset_index().sort_values(["section_id", "survey_date"], kind="stable")
    zero = flat["pci"].eq(0) & flat["pci_method"].eq("converted")
    flat = flat[~zero].reset_index(drop=True)
    flat["years"] = (
        (flat["survey_date"] - pd.Timestamp(2000, 1, 1)).dt.total_seconds()
        / 86_400
        / _DAYS_PER_YEAR
    )
    is_new = flat["section_id"].ne(flat["section_id"].shift())
    by_record = pd.Series(data=False, index=flat.index)
    since: tuple[str, ...] = ()
    if work_done is not None and len(work_done) and len(flat):
        last = _last_work(flat, work_done)
        by_record = ~is_new & (last > flat["survey_date"].shift())
        since = _worked_since(flat, work_done)
    by_rise = ~is_new & ~by_record & (flat["pci"].diff() > rise_points)
    flat["history"] = np.cumsum(is_new | by_record | by_rise) - 1
    counts = int(by_record.sum()), int(by_rise.sum())
    notes = _notes(flat, int(zero.sum()), (*counts, len(since)), rise_points)
    columns = ["section_id", "survey_date", "pci", "pci_method", "years", "history"]
    return Histories(flat[columns], *counts, since, tuple(notes))
