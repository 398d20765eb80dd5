"""One city at many levels of money: its states are laid out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from norwalk_geo.budget import choose, ledger, policies, results, solution
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import CENTS, Case, Floats, Rules, build_case
from norwalk_geo.budget.ramps.tables import ramp_cents
from norwalk_geo.budget.simulate import Course, objective, simulate
from norwalk_geo.errors import InfeasibleError, Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = [
    "Solved",
    "better",
    "laid_out",
    "no_work",
    "played",
    "scalable",
    "scaled",
    "solve",
]


@dataclass(frozen=True)
class Solved:
    """
    A plan for one level of money.

    Parameters
    ----------
    case
        The city with that money.
    treatments
        Treatment by section and year; −1 for none.
    course
        What happens to every section.
    objective, bound
        Points: this plan, and what no plan with this money exceeds.
    price
        Points that one more dollar, spread over the years as the budget is, would add.
    proof
        Prices behind the bound: the search for a neighbouring level begins at them.
    """

    case: Case
    treatments: npt.NDArray[np.int8]
    course: Course
    objective: float
    bound: float
    price: float
    proof: Bound | None = None

    @property
    def pci_end(self) -> float:
        """
        Condition at the end of the plan.

        Returns
        -------
        pci
            Area-weighted, points.
        """
        return float(self.case.area @ self.course.end[:, -1] / self.case.area.sum())

    @property
    def pci_end_exact(self) -> float:
        """
        Condition at the end of the plan in continuous age.

        Returns
        -------
        pci
            Area-weighted, points.
        """
        end = simulate(self.case, self.treatments, exact=True).end[:, -1]
        return float(self.case.area @ end / self.case.area.sum())

    @property
    def spent_usd(self) -> float:
        """
        Cost of all work and of the ramps that it obliges.

        Returns
        -------
        spent_usd
            Constant dollars, to the cent.
        """
        work = choose.cost_cents(self.case, self.treatments).sum()
        return int(work + ramp_cents(self.case, self.treatments).sum()) / CENTS

    @property
    def backlog_usd(self) -> float:
        """
        Work called for at the start of the last year and not funded.

        Returns
        -------
        backlog_usd
            Constant dollars.
        """
        return self.backlog_in(-1)

    def backlog_in(self, year: int) -> float:
        """
        Work called for at the start of a year and not funded.

        Parameters
        ----------
        year
            Place of the year in the plan.

        Returns
        -------
        backlog_usd
            Constant dollars.
        """
        years = results.years(self.chosen(), np.zeros(len(self.case.ids)))
        return float(years["backlog_usd"].iloc[year])

    def chosen(self) -> results.Chosen:
        """
        Give the plan what its tables need.

        Returns
        -------
        chosen
            Without the worth of a dollar on each section, which only reasons need.
        """
        idle = simulate(self.case, policies.do_nothing(self.case))
        worth = np.zeros(len(self.case.ids))
        return results.Chosen(self.case, self.treatments, self.course, idle, worth)


def laid_out(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    budget_usd: Mapping[int, float],
    rules: Rules | None,
) -> Case:
    """
    Lay a city out for planning.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd, rules
        As `optimize` takes them.

    Returns
    -------
    case
        The city as arrays.

    Raises
    ------
    SchemaError
        The tables do not have the same sections.
    InfeasibleError
        A budget is negative, a year is missing or there is nothing to plan.
    """
    differ = condition.index.symmetric_difference(sections.index)
    if len(differ):
        remedy = "Use pci.latest(surveys, sections) to make it."
        what = "does not have the same sections as the table sections"
        problem = Problem("section_id", what, tuple(map(str, differ)), remedy)
        raise SchemaError.of("condition", [problem])
    aligned = condition.loc[sections.index]
    rules = rules or Rules()
    return build_case(aligned, sections, lifecycle, budget_usd=budget_usd, rules=rules)


def scalable(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    budget_usd: Mapping[int, float],
    rules: Rules | None,
) -> Case:
    """
    Lay out a city that has money to scale.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd, rules
        As `optimize` takes them.

    Returns
    -------
    case
        The city as arrays.

    Raises
    ------
    InfeasibleError
        As `laid_out`, and where all money is zero.
    """
    case = laid_out(condition, sections, lifecycle, budget_usd, rules)
    if not case.budget_cents.any():
        remedy = "Give a budget above zero: other levels of money are shares of it."
        raise InfeasibleError.of("budget", [Problem("budget", "is zero", remedy=remedy)])
    return case


def scaled(case: Case, share: float) -> Case:
    """
    Give the same city a share of its money.

    Parameters
    ----------
    case
        The city.
    share
        One is the budget as given.

    Returns
    -------
    case
        The same states and lives with other money.
    """
    cents = np.rint(case.budget_cents * share).astype("int64")
    return replace(case, budget_cents=cents, rows=case.rows.scaled(cents, case.budget_cents))


def played(
    case: Case, treatments: npt.NDArray[np.int8], *, bound: float, price: float = 0.0
) -> Solved:
    """
    Play a plan through.

    Parameters
    ----------
    case
        The city with its money.
    treatments
        Treatment by section and year; −1 for none.
    bound
        Points that no plan exceeds.
    price
        Points that one more dollar would add.

    Returns
    -------
    solved
        The plan and what it does.
    """
    course = simulate(case, treatments)
    mine = objective(case, course)
    return Solved(case, treatments, course, mine, max(bound, mine), price)


def no_work(case: Case) -> Solved:
    """
    Play doing nothing through, as the plan for no money.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    solved
        Objective and bound are equal.
    """
    return played(scaled(case, 0.0), policies.do_nothing(case), bound=0.0)


def solve(case: Case, before: Solved | None = None, *, is_quick: bool = False) -> Solved:
    """
    Plan for the money of a case.

    Parameters
    ----------
    case
        The city with its money.
    before
        Plan for no more money in any year: what fits less money fits more, so the better is kept.
    is_quick
        Try once, where the plan is one of many and only its figures are asked for.

    Returns
    -------
    solved
        The plan, its bound and the price of money.
    """
    if not case.budget_cents.any():
        return no_work(case)
    case, made = _made(case, None if before is None else before.proof, is_quick=is_quick)
    best, treatments = made.bound, made.treatments
    found = played(case, treatments, bound=best.value / case.scale, price=_price(case, best.prices))
    found = replace(found, proof=best)
    return found if before is None else better(found, before)


def better(found: Solved, before: Solved) -> Solved:
    """
    Keep a plan for less money where the one found for more is no better.

    Parameters
    ----------
    found
        Plan for the money.
    before
        Plan for no more money in any year.

    Returns
    -------
    solved
        The better one, with the money, bound and prices of `found`.
    """
    if before.objective <= found.objective:
        return found
    kept = played(found.case, before.treatments, bound=found.bound, price=found.price)
    return replace(kept, proof=found.proof)


def _made(case: Case, start: Bound | None, *, is_quick: bool) -> tuple[Case, Found]:
    """Choose a plan within every row, as well as can be or quickly."""
    if is_quick:
        proved = solution.prove(Market.of(case), start=start)
        market, made = solution.choose(*proved, is_quick=True)
        made = solution.no_worse(market, made)
        if not ledger.broken(market.case, made.treatments):
            return market.case, made
        start = proved[1]
    return solution.find(case, start=start)


def _price(case: Case, prices: Floats) -> float:
    """Points for one more dollar, spread over the years as the budget is."""
    spread = case.budget_cents / case.budget_cents.sum()
    return float(prices @ spread) / case.scale
