"""Other ways to forecast a rating, that a fit must be better than to be worth its trouble."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Curves

__all__ = ["boosting", "can_boost", "cited_curve", "features", "last_value", "own_line", "pairs"]

Floats: TypeAlias = npt.NDArray[np.float64]
_LONGEST_LAG = 7
_ROUNDS, _RATE = 200, 0.05
_TENTHS = (0.1, 0.9)


def features(ratings: pd.DataFrame, about: pd.DataFrame) -> pd.DataFrame:
    """
    Describe each rating by what was known on its day.

    Parameters
    ----------
    ratings
        Of `Histories`, sorted.
    about
        Numbers of each section, such as its width and a code of its family.

    Returns
    -------
    features
        Aligned to `ratings`.
    """
    by = ratings.groupby("history", sort=False)
    made = pd.DataFrame(
        {
            "pci": ratings["pci"],
            "years": ratings["years"],
            "earlier": by["pci"].shift(),
            "since_earlier": ratings["years"] - by["years"].shift(),
            "first": by["pci"].transform("first"),
            "since_first": ratings["years"] - by["years"].transform("first"),
            "count": by.cumcount().astype("float64"),
        }
    )
    more = about.reindex(ratings["section_id"]).set_axis(ratings.index)
    return made.join(more.astype("float64"))


def pairs(ratings: pd.DataFrame, described: pd.DataFrame) -> pd.DataFrame:
    """
    Pair each rating with the later ones of its history.

    Parameters
    ----------
    ratings
        Of `Histories`, sorted.
    described
        What `features` made of them.

    Returns
    -------
    pairs
        Features of the earlier rating, `ahead` in years and `rated` later.
    """
    parts = []
    for lag in range(1, _LONGEST_LAG + 1):
        later = ratings.shift(-lag)
        same = ratings["history"].eq(later["history"])
        ahead = (later["years"] - ratings["years"])[same]
        parts.append(described[same].assign(ahead=ahead, rated=later["pci"][same]))
    return pd.concat(parts, ignore_index=True)


def last_value(origin: pd.DataFrame, ahead: Floats) -> Floats:
    """
    Expect the last rating again.

    Parameters
    ----------
    origin
        Last rating of each case.
    ahead
        Years, by case.

    Returns
    -------
    points
        By case.
    """
    del ahead
    return origin["pci"].to_numpy(dtype="float64")


def own_line(ratings: pd.DataFrame, origin: pd.DataFrame, ahead: Floats) -> Floats:
    """
    Extend the straight line through the ratings of a history; one rating stays as it is.

    Parameters
    ----------
    ratings
        Of `Histories`.
    origin
        Last rating of each case, with its `history`.
    ahead
        Years, by case.

    Returns
    -------
    points
        By case, within 0–100.
    """
    by = ratings.groupby("history")
    means = by[["years", "pci"]].mean()
    off = ratings["years"] - ratings["history"].map(means["years"])
    top = (off * ratings["pci"]).groupby(ratings["history"]).sum()
    bottom = (off**2).groupby(ratings["history"]).sum()
    slope = (top / bottom).where(bottom > 0, 0.0)
    history = origin["history"]
    then = origin["years"].to_numpy() + ahead - history.map(means["years"]).to_numpy()
    line = history.map(means["pci"]).to_numpy() + history.map(slope).to_numpy() * then
    made: Floats = np.clip(line, 0, 100)
    return made


def cited_curve(origin: pd.DataFrame, ahead: Floats, family: pd.Series, curves: Curves) -> Floats:
    """
    Follow the cited curve of the family from the last rating.

    Parameters
    ----------
    origin
        Last rating of each case.
    ahead
        Years, by case.
    family
        Family of each case.
    curves
        Cited curves.

    Returns
    -------
    points
        By case.
    """
    made = np.full(len(origin), np.nan)
    months = curves.index.to_numpy(dtype="float64")
    pci = origin["pci"].to_numpy(dtype="float64")
    for name in family.unique():
        rows = np.flatnonzero(family.eq(name).to_numpy())
        points = curves[name].to_numpy()
        age = np.interp(pci[rows], points[::-1], months[::-1])
        made[rows] = np.interp(age + 12 * ahead[rows], months, points)
    return made


def can_boost() -> bool:
    """
    Say whether gradient boosting can be compared with.

    Returns
    -------
    can
        True where scikit-learn is installed.
    """
    return importlib.util.find_spec("sklearn") is not None


def boosting(train: pd.DataFrame, cases: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """
    Learn from all pairs by gradient boosting, with a tenth on each side left out.

    Parameters
    ----------
    train
        What `pairs` made.
    cases
        The same features and `ahead`.

    Returns
    -------
    mean, low, high
        Points by case.

    Raises
    ------
    ConfigError
        The package scikit-learn is not installed.
    """
    if not can_boost():
        remedy = "Install it with: pip install 'scikit-learn>=1.5'. Or leave this method out."
        problem = Problem("boosting", "needs scikit-learn, which is not installed", remedy=remedy)
        raise ConfigError.of("backtest", [problem])
    from sklearn.ensemble import HistGradientBoostingRegressor as Boosted

    varied = train.max() > train.min()
    known = train.columns[varied]
    columns = [name for name in known if name != "rated"]
    given, rated = train[columns].to_numpy(), train["rated"].to_numpy()
    wanted = cases[columns].to_numpy()
    settings = {"max_iter": _ROUNDS, "learning_rate": _RATE, "random_state": 0}
    mean = Boosted(**settings).fit(given, rated).predict(wanted)
    low, high = (
        Boosted(loss="quantile", quantile=share, **settings).fit(given, rated).predict(wanted)
        for share in _TENTHS
    )
    return mean, np.minimum(low, high), np.maximum(low, high)
