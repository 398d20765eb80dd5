"""The ramps of a plan as a table: where, when, at what cost and because of which work."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.ramps.duties import Duties

__all__ = ["owed_points", "ramp_cents", "ramp_work"]


def ramp_cents(case: Case, treatments: npt.NDArray[np.int8]) -> Integers:
    """
    Add up what a plan's ramps cost in each year.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    cents
        By year; zero where no ramps are due.
    """
    if case.duties is None:
        return np.zeros(len(case.years), dtype="int64")
    return np.asarray(case.duties.bill(treatments).sum(axis=0))


def ramp_work(case: Case, treatments: npt.NDArray[np.int8]) -> pd.DataFrame | None:
    """
    List the corners that a plan builds.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    ramps
        By year and corner, with the section and the treatment that oblige each first, and the cost
        as a range where ramps are unknown; None where no ramps are due.
    """
    duties = case.duties
    if duties is None:
        return None
    due, built = duties.first_altered(treatments), duties.built(treatments)
    some = np.flatnonzero(due < len(case.years))
    done = (treatments >= 0) & duties.alters[treatments]
    first = np.where(done.any(axis=1), done.argmax(axis=1), len(case.years))
    # Of sections altered in the same year the first by id is named.
    by = np.flatnonzero(first[duties.section] == due[duties.corner])
    named = np.full(len(due), -1)
    named[duties.corner[by][::-1]] = duties.section[by][::-1]
    section, years = named[some], np.array(case.years)
    growth = _growth(case)[built[some]]
    usd = duties.cents[some, built[some]] / CENTS
    frame = pd.DataFrame(
        {
            "corner_id": duties.ids[some],
            "year": years[built[some]],
            "section_id": case.ids[section],
            "treatment": case.life.treatments.index[treatments[section, due[some]]],
            "altered_year": years[due[some]],
            "ramps_due": duties.ramps[some, 0],
            "ramps_unknown": duties.ramps[some, 1],
            "ramps_infeasible": duties.ramps[some, 2],
            "cost_usd": usd,
            "cost_nominal_usd": _nominal(case, usd, years[built[some]]),
            "cost_low_usd": np.rint(duties.low_usd[some] * growth * CENTS) / CENTS,
            "cost_high_usd": np.rint(duties.high_usd[some] * growth * CENTS) / CENTS,
        }
    )
    return schema.check(frame.sort_values(["year", "corner_id"], kind="stable"), "ramp_work")


def owed_points(
    case: Case, duties: Duties, charge: Floats, treatments: npt.NDArray[np.int8]
) -> Floats:
    """
    Price the ramps that each section's first alteration adds to the plan of all others.

    Parameters
    ----------
    case
        The city.
    duties
        Its corners.
    charge
        Points a dollar, by measure.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    points
        By section and year of its first alteration; one more column, for none, which is zero.
    """
    years = len(case.years)
    first = duties.first_of_each(treatments)[duties.section]
    # What each corner would be due by without a section: the first alteration of any other.
    order = np.lexsort((first, duties.corner))
    start = np.searchsorted(duties.corner, np.arange(len(duties.usd)))
    sole = np.diff(np.append(start, len(order))) == 1
    soonest = first[order][start]
    next_one = np.where(sole, years, first[order][np.minimum(start + 1, len(order) - 1)])
    leads = np.zeros(len(first), dtype=bool)
    leads[order[start]] = True
    rest = np.where(leads, next_one[duties.corner], soonest[duties.corner])
    at = np.maximum(np.arange(years) - duties.lead[:, None], 0)
    cost = np.take_along_axis(duties.cents, at, axis=1) / CENTS
    cost = cost * charge[duties.kind[:, None] * years + at]
    price = np.column_stack([cost, np.zeros(len(cost))])
    link = np.arange(years + 1)[None, :]
    more = price[duties.corner[:, None], np.minimum(link, rest[:, None])]
    more = more - price[duties.corner, rest][:, None]
    owed = np.zeros((len(case.ids), years + 1))
    np.add.at(owed, duties.section, np.maximum(more, 0.0))
    return owed


def _growth(case: Case) -> Floats:
    """Real cost of each year against the base year."""
    years_on = np.array(case.years) - case.rules.base_year
    return np.asarray((1 + case.rules.cost_growth_pct / 100) ** years_on)


def _nominal(case: Case, dollars: Floats, year: Integers) -> Floats:
    """Constant dollars of the base year → dollars of a year, to the cent."""
    times = (1 + case.rules.inflation_pct / 100) ** (year - case.rules.base_year).astype("float64")
    return np.asarray(np.rint(dollars * times * CENTS) / CENTS)
