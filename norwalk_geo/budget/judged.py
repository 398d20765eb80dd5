"""A list of work judged as a plan: what it does, and how far from the best it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.budget import around, choose, explain, ledger, policies, results, solution
from norwalk_geo.budget.kernel import MONTHS
from norwalk_geo.budget.model import Case, Rules, build_case
from norwalk_geo.budget.plan import Plan, align, record
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.budget.simulate import simulate
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["judge"]

_NOT_IN_IT = "Not in the list of work that this plan was made from."


def judge(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    work: pd.DataFrame,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
) -> Plan:
    """
    Judge a list of work as a plan, beside the best that the same money can do for condition.

    Parameters
    ----------
    condition, sections, lifecycle
        As `optimize` takes them.
    work
        `section_id`, `year` and `treatment`, as columns or index; table `work` will do. Reasons
        that it has are kept.
    budget_usd
        As `optimize` takes it.
    rules
        How time and money count, and demands, which the work must keep to.

    Returns
    -------
    plan
        The tables of a plan. Its bound and gap are those of `optimize`: what no plan can exceed.

    Raises
    ------
    InfeasibleError
        The work names what does not exist, is more than the money, or breaks a demand: with each.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> money = {2027: 2e5, 2028: 2e5}
    >>> plan = ng.budget.optimize(condition, sections, life, budget_usd=money)
    >>> again = judge(condition, sections, life, work=plan.work, budget_usd=money)
    >>> bool(again.objective == plan.objective)
    True
    """
    rules, aligned = rules or Rules(), align(condition, sections)
    case = build_case(aligned, sections, lifecycle, budget_usd=budget_usd, rules=rules)
    given = work.reset_index()
    treatments = _treatments(case, given)
    _check(case, treatments)
    case, found = solution.find(case)
    broken = ledger.broken(case, treatments)
    if broken:
        remedy = "Take work out, or ask for less."
        problems = [Problem(one, "is not kept", remedy=remedy) for one in broken]
        raise InfeasibleError.of("work", problems)
    chosen = results.Chosen(
        case=case,
        treatments=treatments,
        course=simulate(case, treatments),
        untreated=simulate(case, policies.do_nothing(case)),
        worth=explain.worth(case, choose.gather(case, found.bound), found.bound, treatments),
    )
    idle = around.of_idle(case, treatments, results.called_first(chosen), sections)
    return _told(record(chosen, found.bound, aligned, sections), given, idle)


def _treatments(case: Case, given: pd.DataFrame) -> npt.NDArray[np.int8]:
    """Read the work into an array, or say what of it does not exist."""
    row = case.ids.get_indexer(pd.Index(given["section_id"]))
    column = given["year"].to_numpy() - case.years[0]
    names = case.life.treatments.index
    what = names.get_indexer(pd.Index(given["treatment"]))
    strange = {
        "section_id": row < 0,
        "year": (column < 0) | (column >= len(case.years)),
        "treatment": what < 0,
    }
    remedy = "Take it out, or name one that is planned."
    problems = [
        Problem(name, "is not planned", tuple(given.loc[bad, name].astype("str")), remedy)
        for name, bad in strange.items()
        if bad.any()
    ]
    if problems:
        raise InfeasibleError.of("work", problems)
    lives = policies.do_nothing(case)
    lives[row, column] = what
    return lives


def _check(case: Case, treatments: npt.NDArray[np.int8]) -> None:
    """Refuse work outside its window, in lock-out, or where a demand closes it."""
    life, rows = case.life, np.arange(len(case.ids))
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    age, seals = case.age.astype("int64"), case.seals.copy()
    free_from, bad = np.zeros(len(rows), dtype="int64"), np.zeros(len(rows), dtype=bool)
    for t, chosen in enumerate(treatments.T.astype("int64")):
        done = chosen >= 0
        after = np.where(done, life.next_age[case.family, chosen, seals, age], age)
        is_closed = case.cell[case.pattern, t, 1 + chosen] == CLOSED
        bad |= is_closed | (done & ((after < 0) | (t < free_from)))
        seals = np.where(done, life.next_seals[chosen, seals], seals)
        free_from = np.where(done, t + lockout[chosen], free_from)
        age = np.minimum(np.maximum(after, 0) + MONTHS, len(life.curves) - 1)
    if bad.any():
        what = "has work outside its window, in lock-out, or where a demand closes it"
        remedy = "Take it out, or do it in another year or otherwise."
        problem = Problem("section_id", what, tuple(map(str, case.ids[bad])), remedy)
        raise InfeasibleError.of("work", [problem])


def _told(plan: Plan, given: pd.DataFrame, idle: around.Idle) -> Plan:
    """Keep the reasons that came with the work, and say that the rest was not in it."""
    work, outcomes = plan.work, plan.outcomes
    if "reason" in given:
        told = given.set_index(["section_id", "year"])["reason"]
        keys = pd.MultiIndex.from_arrays(
            [work.index.get_level_values("section_id"), work.index.get_level_values("year")]
        )
        work = work.assign(reason=told.reindex(keys).to_numpy())
        first = given.sort_values("year").drop_duplicates("section_id").set_index("section_id")
        planned = outcomes["status"].eq("planned")
        reasons = outcomes["reason"].mask(planned, first["reason"].reindex(outcomes.index))
        outcomes = outcomes.assign(reason=reasons)
    left = outcomes["status"].eq("not_funded") & idle.closed.reindex(outcomes.index).eq("")
    why = _NOT_IN_IT + idle.also.reindex(outcomes.index)
    outcomes = outcomes.assign(reason=outcomes["reason"].mask(left, why))
    return replace(plan, work=work, outcomes=outcomes)
