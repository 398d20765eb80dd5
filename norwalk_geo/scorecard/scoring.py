"""All measures with their latest values: table `scores`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["score", "trend"]

Scores: TypeAlias = pd.DataFrame
ScorePeriods: TypeAlias = pd.DataFrame
Measures: TypeAlias = pd.DataFrame
Entered: TypeAlias = pd.DataFrame


def _as_periods(entered: Entered) -> ScorePeriods:
    """Take the latest entry of each measure and period."""
    flat = entered.reset_index().sort_values("entered_on", kind="stable")
    last = flat.drop_duplicates(["measure_id", "period"], keep="last")
    corrected = flat.duplicated(["measure_id", "period"], keep=False).loc[last.index]
    note = pd.Series(None, index=last.index, dtype="str").mask(corrected, "Corrected since")
    # Remarks of staff stay inside; that a value was corrected does not.
    last = last.assign(part="all", status="entered", known_pct=None, note=note)
    columns = list(schema.describe("score_periods").columns.index)
    return schema.check(last[columns], "score_periods")


def trend(change: float, direction: str) -> str | None:
    """
    Say in a word which way a value went.

    Parameters
    ----------
    change
        Value less that before; missing where either is.
    direction
        `up` or `down`, the better one; `none` where neither is better.

    Returns
    -------
    trend
        `better`, `worse`, `same`, `more` or `less`; None where the change is not known.
    """
    if pd.isna(change):
        return None
    if change == 0:
        return "same"
    if direction == "none":
        return "more" if change > 0 else "less"
    return "better" if (change > 0) == (direction == "up") else "worse"


def _target_met(value: float, measure: pd.Series, status: str) -> str:
    """Say whether a target is reached; what is planned only or partly known reaches none."""
    if pd.isna(measure["target"]):
        return "no target"
    if pd.isna(value) or status in ("planned", "partial"):
        return "unknown"
    reached = (
        value <= measure["target"]
        if measure["direction"] == "down"
        else (value >= measure["target"])
    )
    return "yes" if reached else "no"


def _row(name: Hashable, measure: pd.Series, page: ScorePeriods, label: str) -> dict[str, Any]:
    """Score one measure from its periods, done before planned."""
    done = page[page["status"].ne("planned")]
    used = done if len(done) else page.head(1)
    last = used.iloc[-1] if len(used) else None
    value = None if last is None else float(last["value"])
    before = float(done["value"].iloc[-2]) if len(done) > 1 else None
    change = None if before is None or value is None else value - before
    status = "no data" if last is None else str(last["status"])
    return {
        "measure_id": name,
        "objective_id": measure["objective_id"],
        "label": label,
        "unit": measure["unit"],
        "period": None if last is None else used.index.get_level_values("period")[-1],
        "value": value,
        "status": status,
        "known_pct": None if last is None else last["known_pct"],
        "before": before,
        "difference": change,
        "trend": None if change is None else trend(change, str(measure["direction"])),
        "baseline": measure["baseline"],
        "target": measure["target"],
        "target_met": _target_met(float("nan") if value is None else value, measure, status),
        "department": measure["department"],
        "value_source": None if last is None else last["value_source"],
        "note": None if last is None else last["note"],
    }


def score(
    measures: Measures,
    computed: Sequence[ScorePeriods] = (),
    *,
    entered: Entered | None = None,
    language: str = "en",
) -> tuple[Scores, ScorePeriods]:
    """
    Put the latest value, the trend and the target beside every measure.

    Parameters
    ----------
    measures
        All measures of the strategic plan.
    computed
        What the functions of this room found, any number of tables.
    entered
        What departments entered, corrections included; the latest entry of a period counts.
    language
        `en` or `es`, for the labels.

    Returns
    -------
    scores, score_periods
        One row a measure: without data its value is blank and its status `no data`. What is only
        planned is shown so, and neither makes a trend nor reaches a target. And every value by
        year and part.

    Examples
    --------
    >>> from norwalk_geo import schema
    >>> scores, _ = score(schema.parameters("measures"))
    >>> len(scores), set(scores["status"]), int(scores["value"].notna().sum())
    (36, {'no data'}, 0)
    """
    tables = [table for table in computed if len(table)]
    if entered is not None and len(entered):
        own = _as_periods(entered)
        # What a department entered for the whole city stands; its places say where.
        tables = [table[~table.index.isin(own.index)] for table in tables]
        tables = [own, *(table for table in tables if len(table))]
    columns = list(schema.describe("score_periods").columns.index)
    empty = schema.check(pd.DataFrame(columns=columns), "score_periods")
    every = pd.concat(tables).sort_index(kind="stable") if tables else empty
    labels = schema.labels(measures, language)
    wholes = every[every.index.get_level_values("part") == "all"]
    owner = wholes.index.get_level_values("measure_id")
    rows = [
        _row(name, measure, wholes[owner == name], labels[str(name)])
        for name, measure in measures.iterrows()
    ]
    return schema.check(pd.DataFrame(rows), "scores"), every
