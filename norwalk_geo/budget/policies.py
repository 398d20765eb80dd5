"""What a plan is compared with: doing nothing, and repairing the worst streets first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from norwalk_geo.budget.model import CENTS, Case

__all__ = ["do_nothing", "worst_first"]

MONTHS = 12


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
    life, count = case.life, len(case.ids)
    pci = life.curves.to_numpy()
    chosen = do_nothing(case)
    age, seals = case.age.copy(), case.seals.copy()
    free_from = np.zeros(count, dtype="int64")
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    for t in range(len(case.years)):
        called = life.called[case.family, seals, age]
        unit = case.unit_cost[t, case.family, called]
        cents = np.rint(unit * case.area * CENTS).astype("int64")
        left = int(case.budget_cents[t])
        for i in np.argsort(pci[age, case.family], kind="stable"):
            j = called[i]
            if j < 0 or t < free_from[i] or cents[i] > left:
                continue
            left -= int(cents[i])
            chosen[i, t] = j
            age[i] = life.next_age[case.family[i], j, seals[i], age[i]]
            seals[i] = life.next_seals[j, seals[i]]
            free_from[i] = t + lockout[j]
        age = np.minimum(age + MONTHS, len(pci) - 1)
    return chosen
