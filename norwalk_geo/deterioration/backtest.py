"""Forecasts judged on ratings that they had not seen, beside other ways to forecast."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.deterioration import family as family_rules
from norwalk_geo.deterioration import held_out, rivals, scales
from norwalk_geo.deterioration.fitting import Fit, fit
from norwalk_geo.deterioration.histories import RISE_POINTS, Histories, histories
from norwalk_geo.deterioration.predict import predict
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Curves, Sections, Surveys

__all__ = ["CUTS", "backtest"]

Floats: TypeAlias = npt.NDArray[np.float64]
WorkDone: TypeAlias = pd.DataFrame
CUTS = (30.0, RISE_POINTS, 10.0, 5.0, 0.0)
_FOLDS, _DRAWS = 3, 500
_PENALTY = 10.0
_METHODS = ("fitted", "fitted_median", "last_value", "own_line", "cited_curve", "boosting")
_ABOUT = ("width_ft", "area_sy", "lanes", "given_length_ft")


def _about(sections: Sections, family: pd.Series) -> pd.DataFrame:
    """Take the numbers of each section that a learner may use."""
    frame = pd.DataFrame(sections).reindex(columns=list(_ABOUT)).astype("float64")
    return frame.assign(family=pd.factorize(family, sort=True)[0].astype("float64"))


def _fitted(made: Fit, origin: Histories, family: pd.Series, rows: Floats, ahead: Floats) -> Floats:
    """Forecast by the fit: mean, median, low and high, by case."""
    observed, ids = scales.observe(origin.ratings)
    names = family.loc[ids["section_id"]].reset_index(drop=True)
    states = held_out.states_of(observed, names, made.models, made.shares)
    history = pd.Index(origin.ratings["history"].unique())
    found = predict(
        states.iloc[history.get_indexer(pd.Index(rows))], made.models, made.widths, ahead
    )
    return np.column_stack([found[k] for k in ("pci_mean", "pci", "pci_low", "pci_high")])


def _around(points: Floats, errors: Floats) -> tuple[Floats, Floats, Floats]:
    """Put the tenths of a method's own past errors around its forecast."""
    low, high = np.quantile(errors, [0.1, 0.9]) if len(errors) else (0.0, 0.0)
    return points, np.clip(points + low, 0, 100), np.clip(points + high, 0, 100)


def _last_out(ratings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Split each history into its last rating and those before; give both and the origin rows."""
    is_last = ratings["history"].ne(ratings["history"].shift(-1))
    before = ratings[~is_last]
    origin = before[before["history"].ne(before["history"].shift(-1))]
    target = ratings[is_last & ratings["history"].eq(ratings["history"].shift())]
    return before, origin.reset_index(drop=True), target.reset_index(drop=True)


def _simple(
    train: pd.DataFrame, origin: Histories, cases: pd.DataFrame, family: pd.Series, curves: Curves
) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Forecast by the three plain methods, with intervals from their errors in the past."""
    before, past, target = _last_out(train)
    gap = (target["years"] - past["years"]).to_numpy()
    here, ahead = cases.reset_index(drop=True), cases["ahead"].to_numpy()
    of = {
        "past": family.loc[past["section_id"]].reset_index(drop=True),
        "here": family.loc[here["section_id"]].reset_index(drop=True),
    }
    made = {
        "last_value": (rivals.last_value(past, gap), rivals.last_value(here, ahead)),
        "own_line": (
            rivals.own_line(before, past, gap),
            rivals.own_line(origin.ratings, here, ahead),
        ),
        "cited_curve": (
            rivals.cited_curve(past, gap, of["past"], curves),
            rivals.cited_curve(here, ahead, of["here"], curves),
        ),
    }
    rated = target["pci"].to_numpy()
    return {name: _around(now, rated - then) for name, (then, now) in made.items()}


def _forecast(
    train: Histories,
    origin: Histories,
    cases: pd.DataFrame,
    sections: Sections,
    curves: Curves,
    with_boosting: bool,  # noqa: FBT001 - one of the inputs
) -> pd.DataFrame:
    """Forecast the cases by every method from one fit."""
    family = family_rules.families(sections, curves)["family"]
    made = fit(train, sections, cited=curves)
    ahead = cases["ahead"].to_numpy(dtype="float64")
    own = _fitted(made, origin, family, cases["history"].to_numpy(), ahead)
    found = {"fitted": (own[:, 0], own[:, 2], own[:, 3])}
    found["fitted_median"] = (own[:, 1], own[:, 2], own[:, 3])
    found |= _simple(train.ratings, origin, cases, family, curves)
    if with_boosting:
        about = _about(sections, family)
        described = rivals.features(origin.ratings, about)
        learned = rivals.pairs(train.ratings, rivals.features(train.ratings, about))
        at = described.loc[cases["row"]].reset_index(drop=True).assign(ahead=ahead)
        found["boosting"] = rivals.boosting(learned, at)
    parts = [
        cases.assign(method=name, forecast=mean, low=low, high=high)
        for name, (mean, low, high) in found.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _cases(origin: pd.DataFrame, later: pd.DataFrame, work: WorkDone | None) -> pd.DataFrame:
    """Pair each section's last known rating with its later ones."""
    last = origin.drop_duplicates("section_id", keep="last")
    last = last.assign(row=last.index)[
        ["section_id", "history", "row", "survey_date", "years", "pci"]
    ]
    both = later.merge(last, on="section_id", suffixes=("_later", ""))
    both = both.assign(
        rated=both["pci_later"],
        ahead=both["years_later"] - both["years"],
        rise=both["pci_later"] - both["pci"],
        is_worked=False,
    )
    both = both[both["ahead"] > 0]
    if work is not None and len(work):
        done = work.index.to_frame(index=False)
        hit = both.reset_index(names="case").merge(done, on="section_id")
        between = (hit["finished"] > hit["survey_date"]) & (
            hit["finished"] <= hit["survey_date_later"]
        )
        both["is_worked"] = both.index.isin(hit.loc[between, "case"])
    return both.reset_index(drop=True)


def _score(judged: pd.DataFrame, kept: str) -> list[dict[str, object]]:
    """Score every method on the same cases, resampling sections."""
    codes, names = pd.factorize(judged["section_id"])
    rng = np.random.default_rng(2016)
    size = len(names)
    times = np.array(
        [np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(_DRAWS)]
    )
    squares, rows = {}, []
    for method in [one for one in _METHODS if one in set(judged["method"])]:
        mine = judged["method"].eq(method).to_numpy()
        error = (judged["forecast"] - judged["rated"]).to_numpy()[mine]
        total = np.bincount(codes[mine], error**2, minlength=size)
        many = np.bincount(codes[mine], minlength=size)
        squares[method] = np.sqrt(times @ total / (times @ many))
        some = judged[mine]
        under = (some["low"] - some["rated"]).clip(lower=0)
        over = (some["rated"] - some["high"]).clip(lower=0)
        low, high = np.quantile(squares[method], [0.025, 0.975])
        worse = np.quantile(squares[method] - squares["fitted"], [0.025, 0.975])
        rows.append(
            {
                "kept": kept,
                "method": method,
                "ratings": int(mine.sum()),
                "sections": size,
                "rmse_points": float(np.sqrt((error**2).mean())),
                "rmse_low_points": low,
                "rmse_high_points": high,
                "worse_low_points": worse[0],
                "worse_high_points": worse[1],
                "bias_points": float(error.mean()),
                "coverage_pct": float(((under <= 0) & (over <= 0)).mean() * 100),
                "interval_score_points": float(
                    (some["high"] - some["low"] + _PENALTY * (under + over)).mean()
                ),
            }
        )
    return rows


def _split(
    surveys: Surveys, work: WorkDone | None, until: dt.date | None
) -> list[tuple[Histories, Histories, pd.DataFrame]]:
    """Give what may be learned from, what is known of the judged sections, and the cases."""
    if until is not None:
        is_early = surveys.index.get_level_values("survey_date") <= pd.Timestamp(until)
        day = pd.Timestamp(until)
        earlier = None if work is None else work[work.index.get_level_values("finished") <= day]
        train = histories(surveys[is_early], earlier)
        later = histories(surveys[~is_early]).ratings
        return [(train, train, _cases(train.ratings, later, work))]
    whole = histories(surveys, work)
    flat = histories(surveys, work, rise_points=np.inf).ratings
    is_last = flat["section_id"].ne(flat["section_id"].shift(-1))
    known = histories(
        surveys.loc[flat[~is_last].set_index(["section_id", "survey_date"]).index], work
    )
    cases = _cases(known.ratings, flat[is_last], work)
    made = []
    for side in range(_FOLDS):
        fold = pd.factorize(whole.ratings["section_id"])[0] % _FOLDS
        train = replace(whole, ratings=whole.ratings[fold != side])
        learned = set(train.ratings["section_id"])
        made.append((train, known, cases[~cases["section_id"].isin(learned)]))
    return made


def backtest(
    surveys: Surveys,
    sections: Sections,
    *,
    until: dt.date | None = None,
    work_done: WorkDone | None = None,
    curves: Curves | None = None,
    with_boosting: bool = True,
) -> pd.DataFrame:
    """
    Judge the fit on ratings that it had not seen.

    Parameters
    ----------
    surveys
        Ratings.
    sections
        Class, surface and, for boosting, whatever numbers they have. No shapes are needed.
    until
        Learn from ratings up to this day and forecast the later ones. Without it the last rating of
        each section is forecast from its earlier ones by a fit to other sections, in three folds.
    work_done
        Records of work: forecasts across it are not judged, but in the row `all`. Where there are
        none, the outcome alone can tell, which flatters coverage; so several limits are reported.
    curves
        Cited curves. By default those that ship with the package.
    with_boosting
        Compare with gradient boosting, which needs scikit-learn.

    Returns
    -------
    backtest
        One row a choice of judged ratings and method.

    Raises
    ------
    SchemaError
        No section has ratings both to learn from and to judge by.
    """
    table = family_rules.curves() if curves is None else curves
    inside = surveys.index.get_level_values("section_id").isin(sections.index)
    parts = [
        _forecast(train, origin, cases, sections, table, with_boosting)
        for train, origin, cases in _split(surveys[inside], work_done, until)
        if len(cases)
    ]
    if not parts:
        remedy = "Give surveys of at least two dates, or another day."
        what = "no section has a rating to learn from and a later one to judge by"
        raise SchemaError.of("surveys", [Problem("survey_date", what, remedy=remedy)])
    judged = pd.concat(parts, ignore_index=True)
    rows = _score(judged, "all")
    judged = judged[~judged["is_worked"]]
    if work_done is not None and len(work_done):
        rows += _score(judged, "without recorded work")
    for cut in CUTS:
        rows += _score(judged[judged["rise"] <= cut], f"rise up to {cut:g} points")
    return schema.check(pd.DataFrame(rows), "backtest")
