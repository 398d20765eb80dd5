"""Timeliness of projects: which share of those finished in a year was on time."""

from __future__ import annotations

from typing import TypeAlias

import pandas as pd

from norwalk_geo.scorecard.computed import WHOLE_PCT, periods

__all__ = ["on_time"]

Deliveries: TypeAlias = pd.DataFrame
ScorePeriods: TypeAlias = pd.DataFrame


def on_time(deliveries: Deliveries) -> ScorePeriods:
    """
    Say which share of the projects finished in a fiscal year was finished no later than planned.

    Parameters
    ----------
    deliveries
        Projects as planned and as delivered.

    Returns
    -------
    score_periods
        Percent of the projects of which it is known; partial where of under 90 %.
    """
    rows = []
    finished = deliveries[deliveries["project_status"].eq("delivered")]
    for period, page in finished.groupby("period"):
        known = page["is_on_time"].dropna()
        if not len(known):
            continue
        share = 100 * len(known) / len(page)
        rows.append(
            {
                "measure_id": "on_time",
                "period": int(str(period)),
                "part": "all",
                "value": 100 * float(known.astype("float64").mean()),
                "status": "computed" if share >= WHOLE_PCT else "partial",
                "known_pct": share,
                "value_source": "deliveries: scorecard.on_time",
                "note": f"{int(known.sum()):,} of {len(known):,} projects, by their planned finish",
            }
        )
    return periods(rows)
