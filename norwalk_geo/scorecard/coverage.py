"""Coverage of the work plan of all infrastructure: who was looked at and has a decision."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo.scorecard.computed import WHOLE_PCT, periods

__all__ = ["work_plan"]

ScorePeriods: TypeAlias = pd.DataFrame
KINDS = ("signal", "light", "sign", "tree", "median", "drain", "wall", "facility")
_STREETS = ("planned", "not_funded", "not_needed")
_ASSETS = (*_STREETS, "later")
_SOURCE = "plan: scorecard.work_plan"


def _share(covered: pd.Series, weight: pd.Series) -> float:
    """Percent of the weight that is covered; missing where there is none."""
    total = float(weight.sum())
    return 100 * float(weight.where(covered, 0.0).sum()) / total if total else np.nan


def _by_kind(assets: pd.DataFrame | None) -> dict[str, float]:
    """Percent of the assets of each kind that the plan covers, by number."""
    if assets is None:
        return {}
    covered = assets["status"].isin(_ASSETS)
    kinds = assets["asset_kind"]
    return {
        kind: 100 * float(covered[kinds.eq(kind)].mean()) for kind in KINDS if kinds.eq(kind).any()
    }


def _note(known: dict[str, float]) -> str:
    """Say what the mean is of, and which kinds have no rows."""
    if not known:
        return "Streets alone: there is no table of other assets"
    lacking = [kind for kind in KINDS if kind not in known]
    text = "Mean over streets, by area, and each kind of asset, by number"
    return f"{text}; no {', '.join(lacking)}" if lacking else text


def work_plan(
    outcomes: pd.DataFrame,
    area_sy: pd.Series,
    zones: pd.Series,
    *,
    assets: pd.DataFrame | None = None,
    period: int,
) -> ScorePeriods:
    """
    Say how much of the city's infrastructure the work plan covers: looked at, and decided on.

    Parameters
    ----------
    outcomes
        Every section in the plan, chosen or not.
    area_sy
        The city's share of each section, square yards.
    zones
        Zone of each section; missing where it has none.
    assets
        `asset_kind` and `status` of every other asset in the plan; none without a table of them.
    period
        Fiscal year in which the plan was made.

    Returns
    -------
    score_periods
        Percent: `all` is the mean over streets and kinds of assets, each as much as the other;
        `streets` and each kind; streets by zone. Kinds without any row make it partial.
    """
    table = pd.DataFrame({"area": area_sy.reindex(outcomes.index)})
    table["covered"] = outcomes["status"].isin(_STREETS)
    table["zone"] = zones.reindex(outcomes.index).fillna("no zone")
    streets = _share(table["covered"], table["area"])
    known = _by_kind(assets)
    parts = {"streets": streets, **{f"asset {kind}": value for kind, value in known.items()}}
    for name, page in table.groupby("zone"):
        parts[f"zone {name}".replace("zone no zone", "no zone")] = _share(
            page["covered"], page["area"]
        )
    base = {"measure_id": "work_plan", "period": period, "value_source": _SOURCE}
    rows = [
        {**base, "part": part, "value": value, "status": "computed", "known_pct": 100.0}
        for part, value in parts.items()
    ]
    share = 100 * (1 + len(known)) / (1 + len(KINDS))
    whole = {
        "part": "all",
        "value": float(np.mean([streets, *known.values()])),
        "status": "computed" if share >= WHOLE_PCT else "partial",
        "known_pct": share,
        "note": _note(known),
    }
    return periods([base | whole, *rows])
