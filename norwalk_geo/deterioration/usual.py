"""
What ratings will be if the city goes on working as it did: apart from decay with nothing done.

Between two ratings of a section work either was done, as records or a rise say, or not. The yearly
chance of it, by condition, family and the section's numbers, and what a worked section is rated
afterward are learned from the pairs. A forecast is the mixture of the two. It tells what surveys
will find; a plan needs the forecast with nothing done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq, minimize
from scipy.special import ndtri

from norwalk_geo import schema
from norwalk_geo.deterioration import described
from norwalk_geo.deterioration import family as family_rules
from norwalk_geo.deterioration.described import Layout
from norwalk_geo.deterioration.forecasting import expected
from norwalk_geo.deterioration.predict import EIGHTY
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.deterioration.fitting import Fit
    from norwalk_geo.deterioration.histories import Histories
    from norwalk_geo.schema import Condition, Sections

__all__ = ["UsualWork", "forecast_with_usual_work", "mixture", "usual_work"]

Floats: TypeAlias = npt.NDArray[np.float64]

_LEAST = 30
# Before anything is seen: how far a step may be off, in the logarithm of the chance and in points.
_SURE_CHANCE, _SURE_POINTS = 0.7, 5.0
# How much work there is follows the money of the last years; ten works of doubt.
_LATE_YEARS, _LATE_PRIOR, _MOST_LATE = 4.0, 10.0, 4.0
_SHARES: Floats = (np.arange(20) + 0.5) / 20


@dataclass(frozen=True)
class UsualWork:
    """
    How often this city works on which streets, and what they are rated afterward.

    Parameters
    ----------
    layout
        Terms of both models.
    rate
        Logarithm of the yearly rate of work where no term says more.
    chance
        Weights of its terms.
    level, after
        Mean rating after work, and weights of what the terms add to it.
    spread
        Twenty equally likely errors of the rating after work, points.
    pairs, worked
        Pairs of ratings learned from, and those with work between.
    """

    layout: Layout
    rate: float
    chance: Floats
    level: float
    after: Floats
    spread: Floats
    pairs: int
    worked: int


def _pairs(found: Histories) -> pd.DataFrame:
    """Pair each rating with the next of its section."""
    flat = found.ratings
    later = flat.shift(-1)
    same = flat["section_id"].eq(later["section_id"])
    frame = pd.DataFrame(
        {
            "section_id": flat["section_id"],
            "pci": flat["pci"],
            "years": later["years"] - flat["years"],
            "until": later["years"],
            "rated": later["pci"],
            "is_worked": flat["history"].ne(later["history"]),
        }
    )
    return frame[same & (frame["years"] > 0)].reset_index(drop=True)


def _chance(matrix: Floats, worked: Floats, years: Floats, rate: float) -> Floats:
    """Fit the logarithm of the yearly rate, drawn toward that of the whole city."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        risk = years * np.exp(np.clip(rate + matrix @ weights, -12, 3))
        sure = np.maximum(-np.expm1(-risk), 1e-12)
        total = (worked * np.log(sure) - (1 - worked) * risk).sum()
        slope = worked * risk * np.exp(-risk) / sure - (1 - worked) * risk
        pull = weights / _SURE_CHANCE**2
        return float(pull @ weights / 2 - total), pull - matrix.T @ slope

    start = np.zeros(matrix.shape[1])
    made: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return made


def _lately(pairs: pd.DataFrame, risk: Floats) -> float:
    """Say how much more or less than ever the city works of late, as a logarithm."""
    late = (pairs["until"] > pairs["until"].max() - _LATE_YEARS).to_numpy()
    done, mine = pairs["is_worked"].to_numpy()[late].sum(), risk[late]

    def surplus(shift: float) -> float:
        return float(-np.expm1(-mine * np.exp(shift)).sum() - done + _LATE_PRIOR * shift)

    return float(brentq(surplus, -_MOST_LATE, _MOST_LATE, xtol=1e-4)) if done else -_MOST_LATE / 2


def usual_work(found: Histories, sections: Sections, fitted: Fit) -> UsualWork:
    """
    Learn how often this city works on which streets, and what comes of it.

    Parameters
    ----------
    found
        Ratings cut where work was done.
    sections
        Supplies class, surface and, where known, width, length, area and lanes.
    fitted
        Supplies the families.

    Returns
    -------
    usual_work
        Chance of work and ratings afterward.

    Raises
    ------
    SchemaError
        Fewer than 30 pairs of ratings have work between them.
    """
    pairs = _pairs(found)
    pairs = pairs[pairs["section_id"].isin(sections.index)].reset_index(drop=True)
    done = pairs["is_worked"].to_numpy()
    if done.sum() < _LEAST:
        what = f"has work between only {done.sum()} pairs of ratings (at least {_LEAST} are needed)"
        remedy = "Bring records of work, or forecast with nothing done."
        raise SchemaError.of("surveys", [Problem("pci", what, remedy=remedy)])
    family = family_rules.families(sections, fitted.curves)["family"].loc[pairs["section_id"]]
    known = described.numbers(sections).loc[pairs["section_id"]]
    laid = described.layout(pairs["pci"].to_numpy(), family, known)
    matrix = laid.matrix(pairs["pci"].to_numpy(), family, known)
    years, rated = pairs["years"].to_numpy(), pairs["rated"].to_numpy()[done]
    rate = float(np.log(done.sum() / years.sum()))
    level = float(rated.mean())
    after = described.ridge(matrix[done], rated - level, sure=_SURE_POINTS)
    spread = np.quantile(rated - level - matrix[done] @ after, _SHARES)
    chance = _chance(matrix, done.astype("float64"), years, rate)
    rate += _lately(pairs, years * np.exp(rate + matrix @ chance))
    return UsualWork(laid, rate, chance, level, after, spread, len(pairs), int(done.sum()))


def mixture(
    usual: UsualWork, terms: Floats, nothing: dict[str, Floats], ahead: Floats
) -> dict[str, Floats]:
    """
    Mix the forecast with nothing done and that with work.

    Parameters
    ----------
    usual
        What `usual_work` learned.
    terms
        Of its layout, by case.
    nothing
        What `predict` made of the same cases: years with nothing done.
    ahead
        Years after the last rating, by case.

    Returns
    -------
    mixture
        `pci_mean`, `pci_low`, `pci_high` in points, and `work_pct`, the chance of work by then.
    """
    yearly = np.exp(np.clip(usual.rate + terms @ usual.chance, -12, 3))
    share = -np.expm1(-yearly * ahead)
    worked = np.clip(usual.level + terms @ usual.after, 0, 100)
    score = ndtri(_SHARES)[None, :] / EIGHTY
    half = np.where(
        score < 0,
        (nothing["pci"] - nothing["pci_low"])[:, None],
        (nothing["pci_high"] - nothing["pci"])[:, None],
    )
    points = np.concatenate(
        [nothing["pci"][:, None] + score * half, worked[:, None] + usual.spread[None, :]], axis=1
    ).clip(0, 100)
    count = len(_SHARES)
    weights = np.repeat(np.column_stack([1 - share, share]) / count, count, axis=1)
    order = np.argsort(points, axis=1)
    points = np.take_along_axis(points, order, axis=1)
    reached = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    low, high = (
        np.take_along_axis(points, (reached < tail).sum(axis=1)[:, None].clip(max=39), axis=1)[:, 0]
        for tail in (0.1, 0.9)
    )
    afterward = (worked[:, None] + usual.spread[None, :]).clip(0, 100).mean(axis=1)
    mean = (1 - share) * nothing["pci_mean"] + share * afterward
    return {"pci_mean": mean, "pci_low": low, "pci_high": high, "work_pct": share * 100}


def forecast_with_usual_work(
    condition: Condition,
    sections: Sections,
    usual: UsualWork,
    *,
    years: Iterable[int],
    fitted: Fit,
    start_month: int = 7,
) -> pd.DataFrame:
    """
    Project what surveys will find if the city goes on working as it did.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Supplies class, surface and numbers.
    usual
        What `usual_work` learned.
    years
        Fiscal years to project.
    fitted
        What `fit` found, for the years with nothing done.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    usual_forecast
        One row a section and year: expected rating `pci`, points, its 80 % interval, and the chance
        of work by then; missing where the section was never surveyed. Not a forecast with nothing
        done: see `forecast`.
    """
    index, ahead, nothing = expected(
        condition, sections, years=years, fitted=fitted, start_month=start_month
    )
    order = index.get_level_values("section_id")
    streets = sections.loc[order]
    family = family_rules.families(streets, fitted.curves)["family"]
    last = condition["pci"].reindex(order).to_numpy(dtype="float64")
    terms = usual.layout.matrix(np.nan_to_num(last), family, described.numbers(streets))
    made = pd.DataFrame(mixture(usual, terms, nothing, ahead), index=index)
    known = np.isfinite(last) & np.isfinite(ahead)
    made.loc[~known] = np.nan
    made = made.rename(columns={"pci_mean": "pci"})
    return schema.check(made.reset_index(), "usual_forecast")
