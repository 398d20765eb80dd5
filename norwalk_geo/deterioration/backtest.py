"""Forecasts judged on ratings that they had not seen, beside other ways to forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.deterioration import described, held_out, rivals, scales
from norwalk_geo.deterioration import family as family_rules
from norwalk_geo.deterioration.fitting import Fit, fit
from norwalk_geo.deterioration.histories import RISE_POINTS, Histories, histories
from norwalk_geo.deterioration.judging import remarks, score
from norwalk_geo.deterioration.predict import predict
from norwalk_geo.deterioration.usual import mixture, usual_work
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Curves, Sections, Surveys

__all__ = ["CUTS", "Protocol", "backtest"]

Floats: TypeAlias = npt.NDArray[np.float64]
WorkDone: TypeAlias = pd.DataFrame
CUTS = (30.0, RISE_POINTS, 10.0, 5.0, 0.0)
_FOLDS = 3
_ON_ALL = "boosting on all"
_NOT_FITTED = (
    "The ratings learned from tell too little or do not fall: the fit keeps cited curves, "
    "and so do its forecasts here."
)


@dataclass(frozen=True)
class Protocol:
    """
    How forecasts are judged.

    Parameters
    ----------
    until
        Learn from ratings up to this day and forecast the later ones. Without it the last rating of
        each section is forecast from its earlier ones by a fit to other sections, in three folds.
    with_boosting
        Compare with gradient boosting, which needs scikit-learn.
    cuts
        Where there are no records, a rise by more points is taken as work. Each limit is a rule for
        what every method learns from and is judged by alike, and none is the truth.
    by_street
        Keep the sections of a street together in one fold. They are worked on together, so that a
        method that can tell streets apart by their numbers would learn the answer.
    """

    until: dt.date | None = None
    with_boosting: bool = True
    cuts: Sequence[float] = CUTS
    by_street: bool = False


@dataclass(frozen=True)
class _Split:
    """What may be learned from, what is known of the judged sections, and the cases."""

    train: Histories
    origin: Histories
    cases: pd.DataFrame
    uncut: tuple[Histories, Histories] | None = None


def _about(sections: Sections, family: pd.Series) -> pd.DataFrame:
    """Take the numbers of each section that a learner may use."""
    return described.numbers(sections).assign(
        family=pd.factorize(family, sort=True)[0].astype("float64")
    )


def _fitted(
    made: Fit, origin: Histories, sections: Sections, cases: pd.DataFrame
) -> dict[str, Floats]:
    """Forecast by the fit: mean, median, low and high, by case."""
    family = family_rules.families(sections, made.curves)["family"]
    observed, ids = scales.observe(origin.ratings)
    names = family.loc[ids["section_id"]].reset_index(drop=True)
    states = held_out.states_of(observed, names, made.models, made.shares)
    last = observed.pci[np.append(observed.first[1:], len(observed.pci)) - 1]
    about = described.numbers(sections.loc[ids["section_id"]])
    states["offset"] = made.offset.points(last, names, about)
    history = pd.Index(origin.ratings["history"].unique())
    some = states.iloc[history.get_indexer(pd.Index(cases["history"]))]
    ahead = cases["ahead"].to_numpy(dtype="float64")
    return predict(some, made.models, made.correction, ahead)


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


def _boosted(
    train: pd.DataFrame, origin: pd.DataFrame, cases: pd.DataFrame, about: pd.DataFrame
) -> tuple[Floats, Floats, Floats]:
    """Forecast by gradient boosting."""
    described_as = rivals.features(origin, about)
    learned = rivals.pairs(train, rivals.features(train, about))
    at = described_as.loc[cases["row"]].reset_index(drop=True)
    return rivals.boosting(learned, at.assign(ahead=cases["ahead"].to_numpy(dtype="float64")))


def _forecast(
    one: _Split, sections: Sections, curves: Curves, *, with_boosting: bool
) -> pd.DataFrame:
    """Forecast the cases by every method from one fit."""
    family = family_rules.families(sections, curves)["family"]
    made = fit(one.train, sections, cited=curves)
    own = _fitted(made, one.origin, sections, one.cases)
    points = (own["pci_low"], own["pci_high"])
    found = {"fitted": (own["pci_mean"], *points), "fitted_median": (own["pci"], *points)}
    found |= _simple(one.train.ratings, one.origin, one.cases, family, curves)
    about = _about(sections, family)
    if one.uncut is not None:
        found |= _usual(one, sections, made, own)
    for name, (learned, known) in _boosters(one).items() if with_boosting else ():
        found[name] = _boosted(learned.ratings, known.ratings, one.cases, about)
    parts = [
        one.cases.assign(method=name, forecast=mean, low=low, high=high, is_fitted=made.is_fitted)
        for name, (mean, low, high) in found.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _boosters(one: _Split) -> dict[str, tuple[Histories, Histories]]:
    """List what boosting learns from: ratings cut by the rule, and all of them."""
    made = {"boosting": (one.train, one.origin)}
    return made if one.uncut is None else made | {_ON_ALL: one.uncut}


def _usual(
    one: _Split, sections: Sections, made: Fit, own: dict[str, Floats]
) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Forecast with the work that the city usually does, where it shows."""
    try:
        usual = usual_work(one.train, sections, made)
    except SchemaError:
        return {}
    streets = sections.loc[one.cases["section_id"]]
    of = family_rules.families(streets, made.curves)["family"]
    last = one.cases["pci"].to_numpy(dtype="float64")
    terms = usual.layout.matrix(last, of, described.numbers(streets))
    found = mixture(usual, terms, own, one.cases["ahead"].to_numpy(dtype="float64"))
    return {"usual_work": (found["pci_mean"], found["pci_low"], found["pci_high"])}


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


def _streets(sections: Sections, *, by_name: bool) -> pd.Series:
    """Name what is held out together: the section, or its street where that has a name."""
    alone = pd.Series(sections.index, index=sections.index)
    if not by_name or "street_name" not in sections:
        return alone
    named: pd.Series = sections["street_name"].fillna(alone)
    return named


def _split(
    surveys: Surveys, work: WorkDone | None, streets: pd.Series, protocol: Protocol, rise: float
) -> list[_Split]:
    """Split by date, or by section or street where there is none."""
    if protocol.until is not None:
        day = pd.Timestamp(protocol.until)
        is_early = surveys.index.get_level_values("survey_date") <= day
        earlier = None if work is None else work[work.index.get_level_values("finished") <= day]
        train = histories(surveys[is_early], earlier, rise_points=rise)
        later = histories(surveys[~is_early], rise_points=rise).ratings
        return [_Split(train, train, _cases(train.ratings, later, work))]
    whole = histories(surveys, work, rise_points=rise)
    flat = histories(surveys, work, rise_points=np.inf).ratings
    is_last = flat["section_id"].ne(flat["section_id"].shift(-1))
    before = surveys.loc[flat[~is_last].set_index(["section_id", "survey_date"]).index]
    known = histories(before, work, rise_points=rise)
    cases = _cases(known.ratings, flat[is_last], work)
    made = []
    for side in range(_FOLDS):
        fold = pd.factorize(whole.ratings["section_id"].map(streets))[0] % _FOLDS
        train = replace(whole, ratings=whole.ratings[fold != side])
        learned = set(train.ratings["section_id"])
        made.append(_Split(train, known, cases[~cases["section_id"].isin(learned)]))
    return made


def _judged(
    surveys: Surveys,
    work: WorkDone | None,
    about: tuple[Sections, Curves],
    protocol: Protocol,
    rise_points: float,
) -> pd.DataFrame:
    """Forecast every case by every method under one rule for work."""
    streets = _streets(about[0], by_name=protocol.by_street)
    splits = _split(surveys, work, streets, protocol, rise_points)
    if rise_points == RISE_POINTS:
        # The row that a case stands in is the same: only the histories differ.
        pairs = zip(splits, _split(surveys, None, streets, protocol, np.inf), strict=True)
        splits = [replace(one, uncut=(two.train, two.origin)) for one, two in pairs]
    parts = [
        _forecast(one, *about, with_boosting=protocol.with_boosting)
        for one in splits
        if len(one.cases)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _scores_of_all(judged: pd.DataFrame) -> list[dict[str, object]]:
    """Score with nothing left out."""
    mine = judged[judged["method"].ne("boosting")].replace({"method": {_ON_ALL: "boosting"}})
    is_usual = mine["method"].eq("usual_work").any()
    return score(mine, "all", beside="usual_work" if is_usual else "fitted")


def _notes(rows: list[dict[str, object]], *, is_fitted: bool) -> list[str]:
    """Say what to know before the table is used, of the first row of each method but `all`'s."""
    if not is_fitted:
        return [_NOT_FITTED]
    table = pd.DataFrame(rows)
    kept = table["kept"][table["kept"].ne("all")]
    name = "all" if kept.empty else kept.iloc[0]
    mine = table[table["kept"].eq(name)].set_index("method")
    return [f"Judged on {name}: {note}" for note in remarks(mine)]


def backtest(
    surveys: Surveys,
    sections: Sections,
    *,
    work_done: WorkDone | None = None,
    curves: Curves | None = None,
    protocol: Protocol = Protocol(),
) -> pd.DataFrame:
    """
    Judge the fit on ratings that it had not seen.

    Parameters
    ----------
    surveys
        Ratings.
    sections
        Class, surface and whatever numbers they have. No shapes are needed.
    work_done
        Records of work: forecasts across it are not judged, but in the row `all`.
    curves
        Cited curves. By default those that ship with the package.
    protocol
        What is learned from and what is judged.

    Returns
    -------
    backtest
        One row a choice of judged ratings and method. In `all` nothing is left out: there boosting
        learns from all ratings, and `usual_work` forecasts with the city's usual work.
        `attrs["notes"]` says in sentences where the fit could not be made, where its intervals do
        not hold about 80 %, and where the cited curve has the better interval score.

    Raises
    ------
    SchemaError
        No section has ratings both to learn from and to judge by.
    """
    table = family_rules.curves() if curves is None else curves
    some = surveys[surveys.index.get_level_values("section_id").isin(sections.index)]
    about, rows, is_fitted = (sections, table), list[dict[str, object]](), True
    for cut in dict.fromkeys((RISE_POINTS, *protocol.cuts)):
        judged = _judged(some, work_done, about, protocol, cut)
        if not len(judged):
            remedy = "Give surveys of at least two dates, or another day."
            what = "no section has a rating to learn from and a later one to judge by"
            raise SchemaError.of("surveys", [Problem("survey_date", what, remedy=remedy)])
        if cut == RISE_POINTS:
            rows += _scores_of_all(judged)
            is_fitted = bool(judged["is_fitted"].all())
        judged = judged[~judged["is_worked"] & ~judged["method"].isin([_ON_ALL, "usual_work"])]
        if cut == RISE_POINTS and work_done is not None and len(work_done):
            rows += score(judged, "without recorded work", beside="fitted")
        if cut in protocol.cuts:
            low = judged[judged["rise"] <= cut]
            rows += score(low, f"rise up to {cut:g} points", beside="fitted")
    checked = schema.check(pd.DataFrame(rows), "backtest")
    checked.attrs["notes"] = _notes(rows, is_fitted=is_fitted)
    return checked
