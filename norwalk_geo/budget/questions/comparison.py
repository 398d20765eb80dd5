"""The same city and money under each policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.budget import choose, explain, ledger, policies, results
from norwalk_geo.budget.model import Case, Rules
from norwalk_geo.budget.plan import Plan, align, optimize, record
from norwalk_geo.budget.questions.solving import Solved, laid_out, played, solve

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Comparison", "beside", "compare", "written"]

_NOISE = 1e-9
_LABELS = {
    "do_nothing": "Do nothing",
    "worst_first": "Worst first",
    "ranking": "Weighted effectiveness ranking",
    "benefit_cost": "Incremental benefit and cost",
    "optimal": "This plan",
}


@dataclass(frozen=True)
class Comparison:
    """
    Result of `compare`.

    Parameters
    ----------
    policies
        What each policy makes of the money; table `policies`.
    years
        The same by fiscal year; table `policy_years`.
    plan
        The optimized plan, with its bound.
    """

    policies: pd.DataFrame
    years: pd.DataFrame
    plan: Plan


def compare(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    ranking: pd.DataFrame | None = None,
) -> Comparison:
    """
    Spend the same money by every policy and judge the plans by one simulation.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; every year of the plan, zero allowed.
    rules
        How time and money count. By default the fiscal year begins in July.
    ranking
        Settings of the ranking. By default those that ship with the package.

    Returns
    -------
    comparison
        Two tables, points and constant dollars, and the optimized plan. No policy has more than
        100 % of the gain: the whole is what no plan can exceed.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing or there is nothing to plan.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> made = compare(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> bool(made.policies.loc["optimal", "objective"] >= made.policies["objective"].max())
    True
    """
    case = laid_out(condition, sections, lifecycle, budget_usd, rules)
    base = solve(case)
    if base.proof is None:  # No money.
        plan = optimize(condition, sections, lifecycle, budget_usd=budget_usd, rules=rules)
    else:
        plan = written(base, align(condition, sections), sections)
    return beside(case, plan, sections, ranking)


def written(base: Solved, condition: Condition, sections: Sections) -> Plan:
    """
    Make the tables of a plan that was found.

    Parameters
    ----------
    base
        The plan, with money.
    condition, sections
        As `compare` takes them, aligned.

    Returns
    -------
    plan
        As `optimize` gives it.
    """
    case, proof = base.case, base.proof
    if proof is None:
        raise ValueError("a plan without money has no proof to write")
    lives = choose.gather(case, proof)
    worth = explain.worth(case, lives, proof, base.treatments)
    return record(replace(base.chosen(), worth=worth), proof, condition, sections)


def beside(case: Case, plan: Plan, sections: Sections, ranking: pd.DataFrame | None) -> Comparison:
    """
    Put every policy beside the plan of a laid out city.

    Parameters
    ----------
    case
        The city.
    plan
        Its plan.
    sections
        Streets.
    ranking
        Settings of the ranking.

    Returns
    -------
    comparison
        As `compare` gives it.
    """
    miles = network.measure(sections, case.life.classes).loc[case.ids, "miles"].to_numpy()
    ways: dict[str, Callable[[Case], npt.NDArray[np.int8]]] = {
        "do_nothing": policies.do_nothing,
        "worst_first": policies.worst_first,
        "ranking": lambda one: policies.ranking(one, ranking),
        "benefit_cost": policies.benefit_cost,
        "optimal": lambda one: _treatments(one, plan),
    }
    made = {name: played(case, way(case), bound=plan.bound) for name, way in ways.items()}
    made["optimal"] = played(_as_built(case, plan), made["optimal"].treatments, bound=plan.bound)
    rows = [_row(name, one, plan) for name, one in made.items()]
    years = [
        results.years(one.chosen(), miles).reset_index().assign(policy=name)
        for name, one in made.items()
    ]
    kept = [*schema.describe("policy_years").columns.index]
    return Comparison(
        policies=schema.check(pd.DataFrame(rows), "policies"),
        years=schema.check(pd.concat(years, ignore_index=True)[kept], "policy_years"),
        plan=plan,
    )


def _treatments(case: Case, plan: Plan) -> npt.NDArray[np.int8]:
    """Read the plan's work back into an array."""
    chosen = policies.do_nothing(case)
    work = plan.work.reset_index()
    row = case.ids.get_indexer(pd.Index(work["section_id"]))
    column = work["year"].to_numpy() - case.years[0]
    names = case.life.treatments.index
    chosen[row, column] = names.get_indexer(pd.Index(work["treatment"]))
    return chosen


def _as_built(case: Case, plan: Plan) -> Case:
    """Build each corner as long before the alteration as the plan does."""
    if case.duties is None or plan.ramps is None:
        return case
    built = plan.ramps.reset_index()
    lead = case.duties.lead.copy()
    at = case.duties.ids.get_indexer(pd.Index(built["corner_id"]))
    lead[at] = (built["altered_year"] - built["year"]).to_numpy()
    return replace(case, duties=replace(case.duties, lead=lead))


def _row(name: str, one: Solved, plan: Plan) -> dict[str, object]:
    """Sum a policy up."""
    room = plan.bound - plan.do_nothing
    gain = one.objective - plan.do_nothing
    return {
        "policy": name,
        "label": _LABELS[name],
        "objective": one.objective,
        "gain_share_pct": 100 * gain / room if room > _NOISE else None,
        "pci_end": one.pci_end,
        "spent_usd": one.spent_usd,
        "backlog_usd": one.backlog_usd,
        "sections_treated": int((one.treatments >= 0).any(axis=1).sum()),
        "breaks": "; ".join(ledger.broken(one.case, one.treatments)) or None,
    }
