"""
Decay as a Markov chain: how many sections in one state are in a lower one a survey later.

States are tenths of the scale: 1 is up to 10 points, 10 is above 90. The method is that of Salman
and Gursoy (2022): shares of observed transitions in one duty cycle, with intervals from resampling
sections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.deterioration.family import LONGEST_YEARS, MONTHS_PER_YEAR, strictly_falling

if TYPE_CHECKING:
    from norwalk_geo.deterioration.histories import Histories

__all__ = ["STATES", "expected", "transitions"]

Floats: TypeAlias = npt.NDArray[np.float64]
STATES = 10
_SLACK_YEARS = 0.6
# As much evidence as half a section, so that a state that nobody saw left is not for ever.
_PRIOR = 0.5


def _pairs(found: Histories, step_years: int | None) -> tuple[pd.DataFrame, int]:
    """Take ratings one duty cycle apart, and the length of the cycle."""
    flat = found.ratings
    earlier = flat["history"].eq(flat["history"].shift())
    gap = flat["years"].diff().where(earlier)
    usual = gap.dropna().round().clip(lower=1)
    step = step_years or (int(usual.mode().iloc[0]) if len(usual) else 1)
    state = np.ceil(flat["pci"] / (100 / STATES)).clip(1, STATES).astype("int64")
    fits = (gap - step).abs() <= _SLACK_YEARS
    pairs = pd.DataFrame(
        {"section": flat["section_id"], "start": state.shift(), "end": state}, index=flat.index
    )[fits.fillna(value=False)]
    # A rise within a history is an error of the survey: the section stayed.
    pairs["end"] = np.minimum(pairs["end"], pairs["start"])
    return pairs.astype({"start": "int64", "end": "int64"}), step


def _shares(counts: Floats) -> Floats:
    """Turn counts into probabilities; what is hardly seen leans on one step down."""
    prior = np.zeros((STATES, STATES))
    rows = np.arange(1, STATES)
    prior[rows, rows], prior[rows, rows - 1] = _PRIOR / 2, _PRIOR / 2
    prior[0, 0] = 1.0
    total = counts + prior
    made: Floats = total / total.sum(axis=1, keepdims=True)
    return made


def _resampled(place: npt.NDArray[np.int64], section: Floats, draws: int) -> Floats:
    """Count transitions again with sections drawn with replacement."""
    rng = np.random.default_rng(2022)
    many = int(section.max()) + 1 if len(section) else 1
    made = np.empty((draws, STATES, STATES))
    for k in range(draws):
        times = np.bincount(rng.integers(0, many, many), minlength=many).astype("float64")
        counts = np.bincount(place, weights=times[section.astype("int64")], minlength=STATES**2)
        made[k] = _shares(counts.reshape(STATES, STATES).astype("float64"))
    return made


def transitions(
    found: Histories, *, step_years: int | None = None, draws: int = 200
) -> pd.DataFrame:
    """
    Estimate the chain's transition probabilities.

    Parameters
    ----------
    found
        Ratings cut where work was done.
    step_years
        Length of the duty cycle. By default the commonest time between two ratings.
    draws
        Resamples of the sections behind the intervals.

    Returns
    -------
    transitions
        One row a pair of states that was seen or may follow: pairs counted, probability and its
        95 % interval; `attrs` has `step_years`.
    """
    pairs, step = _pairs(found, step_years)
    place = ((pairs["start"] - 1) * STATES + pairs["end"] - 1).to_numpy()
    counts = np.bincount(place, minlength=STATES**2).reshape(STATES, STATES).astype("float64")
    sections = pd.factorize(pairs["section"])[0].astype("float64")
    many = _resampled(place, sections, draws)
    low, high = np.quantile(many, [0.025, 0.975], axis=0)
    start, end = np.nonzero(_shares(counts))
    frame = pd.DataFrame(
        {
            "state": start + 1,
            "next_state": end + 1,
            "pairs": counts[start, end].astype("int64"),
            "probability": _shares(counts)[start, end],
            "probability_low": low[start, end],
            "probability_high": high[start, end],
        }
    )
    checked = schema.check(frame, "transitions")
    checked.attrs = {"step_years": step}
    return checked


def expected(chain: pd.DataFrame) -> pd.Series:
    """
    Follow a new pavement through the chain.

    Parameters
    ----------
    chain
        What `transitions` found.

    Returns
    -------
    pci
        Expected condition by `age_months`, strictly falling from 100.
    """
    flat = chain.reset_index()
    matrix = np.zeros((STATES, STATES))
    matrix[flat["state"] - 1, flat["next_state"] - 1] = flat["probability"]
    values = np.arange(1, STATES + 1) * (100 / STATES)
    step = chain.attrs["step_years"]
    share, path = np.eye(STATES)[-1], []
    for _ in range(LONGEST_YEARS // step + 2):
        path.append(float(share @ values))
        share = share @ matrix
    months = np.arange(LONGEST_YEARS * MONTHS_PER_YEAR + 1)
    points = np.interp(months, np.arange(len(path)) * step * MONTHS_PER_YEAR, path)
    index = pd.Index(months, name="age_months")
    return pd.Series(strictly_falling(points), index=index, name="pci")
