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
from norwalk_geo.budget.ramps.tables import owed_points

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
        Gain over doing nothing divided by the priced cost, curb ramps that nobody else obliges
        included: of the work in the plan, or of the best that could be done where none is. Zero
        where none can; infinite where money has no price.
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
        if case.duties is not None:
            owed = owed_points(case, case.duties, bound.charge, treatments)
            best = _with_ramps(case, lives, (best, spent, lives.points - nothing), owed)
            first = case.duties.first_of_each(treatments)
            priced = priced + owed[np.arange(len(first)), first]
        mine = (measures.points(case, treatments) - idle) / priced
    return np.where((treatments >= 0).any(axis=1), mine, best)


def _with_ramps(
    case: Case, lives: Candidates, found: tuple[Floats, Floats, Floats], owed: Floats
) -> Floats:
    """Find the best return again where altering a section obliges ramps that nobody else builds."""
    best, spent, gains = found
    duties = case.duties
    owing = np.flatnonzero(owed.max(axis=1) > 0)
    if duties is None or not len(owing):
        return best
    count = np.diff(lives.first)[case.group[owing]]
    section = np.repeat(owing, count)
    start = np.repeat(np.cumsum(count) - count, count)
    life = np.repeat(lives.first[case.group[owing]], count) + np.arange(len(section)) - start
    first = duties.first_of_each(lives.treatments)[life]
    gain = gains[life] * (case.weight / _class_weight(case))[section]
    cost = spent[life] * case.cost_area[section] + owed[section, first]
    ratio = np.where((lives.treatments[life] >= 0).any(axis=1), gain / cost, 0.0)
    best = best.copy()
    best[owing] = np.maximum.reduceat(ratio, np.cumsum(count) - count)
    return best


def _class_weight(case: Case) -> Floats:
    """Weight of a square yard of each section's class, which the candidates' points contain."""
    weight: Floats = case.life.weight[case.family]
    return weight


def _close(ratio: float) -> str:
    is_close = 1 / _CLOSE < ratio < _CLOSE
    return (
        " A close call: a small change in cost or condition could reverse it." if is_close else ""
    )


def planned(label: str, year: int, pci: float, worth: float, *, is_promised: bool = False) -> str:
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
    is_promised
        Whether the city had promised this work.

    Returns
    -------
    sentence
        In plain words.
    """
    text = f"{label} in fiscal year {year}, at a forecast condition of {pci:.0f}: "
    if is_promised:
        return text + "promised; the plan keeps to it."
    if not np.isfinite(worth):
        return text + "there is money for all work that helps."
    if worth < 1:
        return text + "it uses money of the year that better work leaves over." + _close(worth)
    text += f"over the plan a dollar on this section raises condition {worth:.1f} times as much as "
    return text + "the last dollar that the plan spends." + _close(worth)


def not_planned(label: str, pci_now: float, pci_end: float, worth: float, closed: str = "") -> str:
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
    closed
        Why no work may be done on it at all; blank where some may.

    Returns
    -------
    sentence
        In plain words.
    """
    course = f"forecast condition {pci_now:.0f} now and {pci_end:.0f} at the end of the plan"
    if closed:
        return f"{closed.rstrip('.')} ({course})."
    if not worth > 0:
        return f"No work is open to this section in the plan: {course}."
    need = f"{label} is called for now" if label else "No work is called for now"
    text = f"{need} ({course}), but "
    if worth >= 1:
        return text + "what is left of the budget does not cover it." + _close(worth)
    text += f"a dollar here would raise condition only {worth:.0%} as much as the last dollar that "
    return text + "the plan spends." + _close(worth)
