"""What an adopted plan said of a fiscal year, beside what was finished in it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo.report.papers.words import day_text, limits_text
from norwalk_geo.report.summary import records

if TYPE_CHECKING:
    from norwalk_geo.report.files import Results

__all__ = ["OUTCOMES", "kept_promises"]

WorkDone: TypeAlias = pd.DataFrame
OUTCOMES = {
    "as_planned": "finished as planned",
    "other_work": "finished with other work",
    "not_recorded": "finished; the record does not say with what work",
    "early": "finished before the year",
    "late": "finished after the year",
    "open": "no record that it is finished",
}
_COUNTED = {
    "not_recorded": "finished without a record of the work",
    "open": "without a record of being finished",
}


def _said(
    own: pd.DataFrame, treatment: str, span: tuple[pd.Timestamp, pd.Timestamp]
) -> tuple[str, str]:
    """Say what became of one piece of work: its outcome, and the day on which it was finished."""
    first, after = span
    inside = own[own["finished"].ge(first) & own["finished"].lt(after)]
    if len(inside):
        same = inside[inside["treatment"].eq(treatment).fillna(value=False)]
        row = (same if len(same) else inside).iloc[-1]
        known = "other_work" if pd.notna(row["treatment"]) else "not_recorded"
        return ("as_planned" if len(same) else known), day_text(row["finished"].date())
    if len(own) == 0:
        return "open", ""
    later = own[own["finished"].ge(after)]
    row = later.iloc[0] if len(later) else own.iloc[-1]
    return ("late" if len(later) else "early"), day_text(row["finished"].date())


def kept_promises(
    results: Results, done: WorkDone, *, year: int, span: tuple[dt.date, dt.date]
) -> dict[str, Any]:
    """
    Compare the work of a fiscal year in an adopted plan with what was finished.

    Parameters
    ----------
    results
        The plan as it was adopted.
    done
        Work finished on sections. Work from before the plan's own day is not looked at.
    year
        Fiscal year that has ended.
    span
        First day of the year, and of the year after.

    Returns
    -------
    promises
        `rows` with place, work, outcome in words and day; `planned`, pieces of work; `says`, how
        many became what; `beside`, the sections on which work was finished that the plan did not
        have; and `as_of`, the plan's day.
    """
    work = results.plan.work.reset_index()
    own = work[work["year"].eq(year)].copy()
    own["place"] = limits_text(pd.DataFrame(results.sections).loc[own["section_id"]])
    made = pd.Timestamp(str(results.summary["as_of"]))
    first, after = map(pd.Timestamp, span)
    flat = done.reset_index().reindex(columns=["section_id", "finished", "treatment"])
    flat = flat[flat["finished"].ge(min(made, first))].sort_values("finished", kind="stable")
    said = [
        _said(flat[flat["section_id"].eq(section)], treatment, (first, after))
        for section, treatment in zip(own["section_id"], own["treatment"], strict=True)
    ]
    own["outcome"], own["finished"] = [one for one, _ in said], [when for _, when in said]
    inside = flat[flat["finished"].ge(first) & flat["finished"].lt(after)]
    beside = inside.loc[~inside["section_id"].isin(own["section_id"]), "section_id"].nunique()
    counts = own["outcome"].value_counts()
    shown = own.sort_values(["place", "section_id"], kind="stable")
    columns = ["place", "treatment_label", "outcome", "finished"]
    rows = records(shown[columns].reset_index(drop=True))
    return {
        "planned": len(own),
        "rows": [{**row, "outcome": OUTCOMES[row["outcome"]]} for row in rows],
        "says": ", ".join(
            f"{counts[name]} {_COUNTED.get(name, text)}"
            for name, text in OUTCOMES.items()
            if name in counts
        ),
        "beside": int(beside),
        "as_of": day_text(made.date()),
    }
