"""Policies that put sections in order each year and fund down the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from norwalk_geo import schema
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.policies.dues import Dues, dues, settled
from norwalk_geo.budget.policies.purse import Purse, pay, purse
from norwalk_geo.budget.rows import CLOSED

__all__ = ["do_nothing", "ranking", "worst_first"]

MONTHS = 12
# Year, age, seals and treatment called for of every section → what the list is sorted by.
Order: TypeAlias = Callable[[int, Integers, Integers, Integers], Floats]


def do_nothing(case: Case) -> npt.NDArray[np.int8]:
    """
    Plan no work.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    treatments
        −1 for every section and year.
    """
    return np.full((len(case.ids), len(case.years)), -1, dtype="int8")


def worst_first(case: Case) -> npt.NDArray[np.int8]:
    """
    Fund down a list from the lowest condition, each year anew.

    Every section gets the treatment that the city's own windows call for. One that no longer fits
    into the year's money is passed over, and the list goes on.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    treatments
        Treatment by section and year; −1 for none.
    """
    pci = case.life.curves.to_numpy()
    return _down_the_list(case, lambda _year, age, _seals, _called: pci[age, case.family])


def ranking(case: Case, settings: pd.DataFrame | None = None) -> npt.NDArray[np.int8]:
    """
    Fund down a list from the highest weighted effectiveness ratio, each year anew.

    The ratio of a section is the effectiveness of the treatment that the windows call for, per
    year that it lasts, divided by its equivalent uniform annual cost per square yard, times the
    weight of the class [1]_. Effectiveness is the area between the curves of the treated and the
    untreated section, until the treated one has fallen back. It is the ranking of StreetSaver as
    far as it is published; where a treatment ends, and at what interest, is not, and is set by
    `parameters/ranking.csv`.

    Parameters
    ----------
    case
        The city.
    settings
        Interest, and when a treatment has lost its effect. By default those that ship.

    Returns
    -------
    treatments
        Treatment by section and year; −1 for none.

    References
    ----------
    .. [1] Metropolitan Transportation Commission, *StreetSaver* online help, Calculations: Budget
       Scenarios, Step 3, Weighting Factors.
    """
    ratio = _effectiveness(case, schema.parameters("ranking") if settings is None else settings)
    weight = case.weight / case.cost_area

    def order(year: int, age: Integers, seals: Integers, called: Integers) -> Floats:
        unit = case.unit_cost[year, case.family, called]
        worth = ratio[case.family, seals, age] / np.maximum(unit, 1.0 / CENTS)
        rank: Floats = -worth * weight
        return rank

    return _down_the_list(case, order)


@njit(cache=True)
def _fund(
    order: Integers,
    cells: Integers,
    cents: Integers,
    called: Integers,
    miles: Floats,
    t: int,
    money: Purse,
    owed: Dues,
) -> Integers:
    """Go down a list and take what can still be paid for; again, as long as that earns shares."""
    taken = np.zeros(order.shape[0], np.bool_)
    earns = bool((money.draws < 0).any())
    more = True
    while more:
        more = False
        for k in range(order.shape[0]):
            i = order[k]
            if taken[k] or cells[i] < 0 or miles[i] > money.miles[t]:
                continue
            before = money.left.copy()
            if not pay(money, cells[i], cents[i]):
                continue
            if owed.alters[called[i]] and not settled(owed, i, t, money):
                money.left[:] = before
                continue
            money.miles[t] -= miles[i]
            taken[k] = True
            more = earns
    return order[taken]


def _down_the_list(case: Case, order: Order) -> npt.NDArray[np.int8]:
    """
    Each year, fund what the windows call for in an order; equals go by section.

    Whoever alters a street pays for the ramps that are not yet built, or is passed over, too. What
    is promised is done first; what is forbidden, or what no fund may pay for, is passed over.
    """
    life, count = case.life, len(case.ids)
    chosen, money = do_nothing(case), purse(case)
    owed = dues(case, len(money.left))
    age, seals = case.age.copy(), case.seals.copy()
    free_from = np.zeros(count, dtype="int64")
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    for t in range(len(case.years)):
        called = life.called[case.family, seals, age].astype("int64")
        promised = case.cell[case.pattern, t, 0] == CLOSED
        only = (case.cell[case.pattern, t, 1:] != CLOSED).argmax(axis=1)
        called = np.where(promised, only, called)
        unit = case.unit_cost[t, case.family, called]
        cents = np.rint(unit * case.cost_area * CENTS).astype("int64")
        cells = case.cell[case.pattern, t, called + 1]
        is_due = (called >= 0) & (free_from <= t)
        is_due &= life.next_age[case.family, called, seals, age] >= 0
        rank = np.argsort(order(t, age, seals, called), kind="stable")
        rank = rank[np.argsort(~promised[rank], kind="stable")]
        done = _fund(rank[is_due[rank]], cells, cents, called, case.miles, t, money, owed)
        j = called[done]
        chosen[done, t] = j
        age[done] = life.next_age[case.family[done], j, seals[done], age[done]]
        seals[done] = life.next_seals[j, seals[done]]
        free_from[done] = t + lockout[j]
        age = np.minimum(age + MONTHS, len(life.curves) - 1)
    return chosen


def _effectiveness(case: Case, settings: pd.DataFrame) -> Floats:
    """
    Points of effect per year that they last, times dollars of cost per dollar of annual cost.

    By family, seals and age, for the treatment called for; divided by the unit cost it is the
    ratio without the weight. Zero where no treatment is called for.
    """
    life, last = case.life, len(case.life.curves) - 1
    value = settings["value"]
    rate, longest = float(value["interest_pct"]) / 100, int(value["longest_years"])
    called = life.called
    family, seals, age = np.nonzero(called >= 0)
    pci = life.curves.to_numpy()
    j = called[family, seals, age]
    before = pci[age, family]
    gone = np.clip(before, float(value["floor_pci"]), float(value["ceiling_pci"]))
    treated, untreated = life.next_age[family, j, seals, age].astype("int64"), age.copy()
    effect, years = np.zeros(len(age)), np.zeros(len(age))
    lasts = np.ones(len(age), dtype=bool)
    for k in range(longest):
        treated = np.minimum(treated + MONTHS, last)
        untreated = np.minimum(untreated + MONTHS, last)
        # The first year always counts: nothing is without effect from the start.
        lasts &= (pci[treated, family] > gone) | (k == 0)
        effect += np.where(lasts, pci[treated, family] - pci[untreated, family], 0.0)
        years += lasts
    annual = rate / (1 - (1 + rate) ** -years) if rate > 0 else 1 / years
    ratio = np.zeros(called.shape)
    ratio[family, seals, age] = np.maximum(effect, 0.0) / years / annual
    return ratio
