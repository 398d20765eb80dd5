"""Scores of forecasts on ratings that they had not seen."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration.widths import step

__all__ = ["remarks", "score"]

Floats: TypeAlias = npt.NDArray[np.float64]

_DRAWS = 500
_AIM_PCT = (75.0, 85.0)
_PENALTY = 10.0
_METHODS = (
    "fitted",
    "fitted_median",
    "usual_work",
    "last_value",
    "own_line",
    "cited_curve",
    "boosting",
)


def _of_steps(some: pd.DataFrame, size: float) -> float:
    """Share of the steps of a scale that lies within the intervals, not of their middles."""
    if size <= 0:
        return float(some["rated"].between(some["low"], some["high"]).mean())
    low, high, rated = (some[name].to_numpy(dtype="float64") for name in ("low", "high", "rated"))
    first, last = np.maximum(rated - size / 2, 0), np.minimum(rated + size / 2, 100)
    inside = np.maximum(np.minimum(last, high) - np.maximum(first, low), 0)
    return float((inside / (last - first)).mean())


def _one(some: pd.DataFrame, many: Floats, worse: Floats, size: float) -> dict[str, object]:
    """Score one method, given its resampled errors, those less the first one's, and the step."""
    error = some["forecast"] - some["rated"]
    under = (some["low"] - some["rated"]).clip(lower=0)
    over = (some["rated"] - some["high"]).clip(lower=0)
    low, high = np.quantile(many, [0.025, 0.975])
    least, most = np.quantile(worse, [0.025, 0.975])
    width = some["high"] - some["low"]
    return {
        "ratings": len(some),
        "rmse_points": float(np.sqrt((error**2).mean())),
        "rmse_low_points": low,
        "rmse_high_points": high,
        "worse_low_points": least,
        "worse_high_points": most,
        "bias_points": float(error.mean()),
        "coverage_pct": float(((under <= 0) & (over <= 0)).mean() * 100),
        "coverage_of_steps_pct": _of_steps(some, size) * 100,
        "interval_score_points": float((width + _PENALTY * (under + over)).mean()),
    }


def score(judged: pd.DataFrame, kept: str, *, beside: str) -> list[dict[str, object]]:
    """
    Score every method on the same cases, resampling sections.

    Parameters
    ----------
    judged
        `section_id`, `method`, `forecast`, `low`, `high` and `rated`, by method and case.
    kept
        Which ratings these are, in words.
    beside
        Method that the others are compared with.

    Returns
    -------
    rows
        Of the table `backtest`.
    """
    codes, names = pd.factorize(judged["section_id"])
    rng = np.random.default_rng(2016)
    size = len(names)
    times = np.array(
        [np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(_DRAWS)]
    )
    many, step_points = dict[str, Floats](), step(judged["rated"].to_numpy(dtype="float64"))
    for method in [one for one in _METHODS if one in set(judged["method"])]:
        mine = judged["method"].eq(method).to_numpy()
        error = (judged["forecast"] - judged["rated"]).to_numpy()[mine]
        total = np.bincount(codes[mine], error**2, minlength=size)
        count = np.bincount(codes[mine], minlength=size)
        many[method] = np.sqrt(times @ total / (times @ count))
    return [
        {"kept": kept, "method": method, "sections": size}
        | _one(judged[judged["method"].eq(method)], errors, errors - many[beside], step_points)
        for method, errors in many.items()
    ]


def remarks(rows: pd.DataFrame) -> list[str]:
    """
    Say where the fit does not keep what it promises, or where the cited curve does as well.

    Parameters
    ----------
    rows
        Of the table `backtest`, of one choice of judged ratings, by method.

    Returns
    -------
    notes
        Sentences; none where the intervals hold about 80 % and score better than the cited curve's.
    """
    scores = rows["interval_score_points"].astype("float64")
    mine, others = float(scores["fitted"]), float(scores["cited_curve"])
    held = float(rows["coverage_pct"].astype("float64")["fitted"])
    count = int(rows["ratings"].astype("int64")["fitted"])
    said = list[str]()
    least, most = _AIM_PCT
    if not least <= held <= most:
        is_what = "narrow" if held < least else "wide"
        said.append(
            f"Intervals of the fit hold {held:.0f} % of the {count:,} ratings judged, "
            f"not 80 %: they are too {is_what} here."
        )
    if others < mine:
        said.append(
            f"The cited curve has the better interval score ({others:.1f} against {mine:.1f} "
            "points): compare the errors too before a plan takes the fitted curves."
        )
    return said
