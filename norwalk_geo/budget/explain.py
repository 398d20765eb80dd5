"""
A sentence for every choice, that admits what is uncertain.

The measure is a dollar's worth: how much a section's work raises condition, against what the last
dollar of the plan raises elsewhere. Near one it is a close call, and the sentence says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.budget import measures
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.choose import Candidates
from norwalk_geo.budget.model import Case, Floats

if TYPE_CHECKING:
    import datetime as dt

    from norwalk_geo.schema import Condition

__all__ = ["doubts", "not_planned", "planned", "worth"]

_CLOSE = 1.1
_OLD_YEARS = 4
_DAYS = 365.25


def doubts(condition: Condition, flags: pd.DataFrame, *, begin: dt.date) -> pd.Series:
    """
    Say what is uncertain about each section.

    Parameters
    ----------
    condition
        Supplies the survey's date and method.
    flags
        `family_is_assumed` and `area_is_estimated`.
    begin
        First day of the plan.

    Returns
    -------
    doubts
        A sentence, or nothing where all is known.
    """
    age = (pd.Timestamp(begin) - condition["survey_date"]).dt.days / _DAYS
    old = age.gt(_OLD_YEARS)
    assumed = condition["is_assumed"] if "is_assumed" in condition else age.lt(-1)
    converted = condition["pci_method"].eq("converted") & ~assumed
    known = [
        (assumed, "the condition is the median of its class"),
        (old, "the survey is " + age.fillna(0).round().astype(int).astype("str") + " years old"),
        (converted, "the condition is converted from another scale"),
        (flags["family_is_assumed"], "the surface is not known"),
        (flags["area_is_estimated"], "the width is the default of its class"),
    ]
    text = pd.Series("", index=condition.index, dtype="str")
    for is_so, words in known:
        joined = text.where(text.eq(""), text + ", ") + words
        text = text.mask(is_so.fillna(value=False).astype(bool), joined)
    return text.where(text.eq(""), " Uncertain: " + text + ".")


def worth(case: Case, lives: Candidates, bound: Bound, treatments: npt.NDArray[np.int8]) -> Floats:
    """
    Find what each section's work returns for its money.

    Parameters
    ----------
    case
        The city.
    lives
        Candidates, of which the first of each state does nothing.
    bound
        What a dollar of each kind and year is worth.
    treatments
        The plan by section and year.

    Returns
    -------
    worth
        Gain over doing nothing divided by the priced cost: of the work in the plan, or of the best
        that could be done where none is. Zero where none can; infinite where money has no price.
    """
    nothing = lives.points[lives.first[:-1]][lives.group]
    has_work = lives.dollars.sum(axis=1) > 0
    idle = lives.points[lives.first[:-1]][case.group] * case.weight / _class_weight(case)
    with np.errstate(divide="ignore", invalid="ignore"):
        spent = lives.dollars @ bound.prices
        ratio = np.where(has_work, (lives.points - nothing) / spent, 0.0)
        best = np.maximum.reduceat(ratio, lives.first[:-1])[case.group]
        best *= case.weight / _class_weight(case) / case.cost_area
        priced = measures.usage_value(case, treatments, bound.charge)
        mine = (measures.points(case, treatments) - idle) / priced
    return np.where((treatments >= 0).any(axis=1), mine, best)


def _class_weight(case: Case) -> Floats:
    """Weight of a square yard of each section's class, which the candidates' points contain."""
    weight: Floats = case.life.weight[case.family]
    return weight


def _close(ratio: float) -> str:
    is_close = 1 / _CLOSE < ratio < _CLOSE
    return (
        " A close call: a small change in cost or condition could reverse it." if is_close else ""
    )


def planned(label: str, year: int, pci: float, worth: float) -> str:
    """
    Say why work is planned.

    Parameters
    ----------
    label
        Treatment in words.
    year
        Fiscal year.
    pci
        Forecast condition at its start, points.
    worth
        What a dollar here raises, in terms of what the last dollar raises.

    Returns
    -------
    sentence
        In plain words.
    """
    text = f"{label} in fiscal year {year}, at a forecast condition of {pci:.0f}: "
    if not np.isfinite(worth):
        return text + "there is money for all work that helps."
    if worth < 1:
        return text + "it uses money of the year that better work leaves over." + _close(worth)
    text += f"over the plan a dollar on this section raises condition {worth:.1f} times as much as "
    return text + "the last dollar that the plan spends." + _close(worth)


def not_planned(label: str, pci_now: float, pci_end: float, worth: float) -> str:
    """
    Say why nothing is planned.

    Parameters
    ----------
    label
        Treatment that the city's windows call for now, or nothing.
    pci_now, pci_end
        Forecast condition at the start and the end of the plan, points.
    worth
        What a dollar here would raise, in terms of what the last dollar raises.

    Returns
    -------
    sentence
        In plain words.
    """
    course = f"forecast condition {pci_now:.0f} now and {pci_end:.0f} at the end of the plan"
    if not worth > 0:
        return f"No work is open to this section in the plan: {course}."
    need = f"{label} is called for now" if label else "No work is called for now"
    text = f"{need} ({course}), but "
    if worth >= 1:
        return text + "what is left of the budget does not cover it." + _close(worth)
    text += f"a dollar here would raise condition only {worth:.0%} as much as the last dollar that "
    return text + "the plan spends." + _close(worth)
