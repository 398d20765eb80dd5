"""What the optimizer sees of a city: sections that can be planned, their states and the money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import config, deterioration, network
from norwalk_geo.budget import kernel
from norwalk_geo.budget.demands import Demands
from norwalk_geo.budget.kernel import Arcs
from norwalk_geo.budget.ramps import Duties, check_ramps
from norwalk_geo.budget.rows import Rows, Terms, plain
from norwalk_geo.budget.terms import Planned, equity, parted, terms
from norwalk_geo.budget.weights import Weights
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Case", "Rules", "Stock", "build_case", "case_from_arrays", "plainly_weighed"]

CENTS = 100
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """
    How a plan counts time and money.

    Parameters
    ----------
    start_month
        Month in which the fiscal year begins.
    terminal_years
        Years that the condition at the end of the plan counts for.
    critical_pci
        Below this condition work that is called for and not funded is backlog.
    base_year
        Year of the constant dollars.
    inflation_pct
        Yearly inflation, for nominal dollars.
    cost_growth_pct
        Yearly growth of costs above inflation.
    demands
        What the plan must keep to beyond the money by year.
    discount_pct
        Yearly rate at which later dollars count less where the cost is the objective; by default
        that of `parameters/discount.csv`.
    weights
        What some streets count more for, beyond their class.
    """

    start_month: int = 7
    terminal_years: int = 3
    critical_pci: float = 70.0
    base_year: int = 2026
    inflation_pct: float = 2.5
    cost_growth_pct: float = 0.0
    demands: Demands = field(default_factory=Demands)
    discount_pct: float | None = None
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True)
class Stock:
    """
    What is planned, as arrays of one length: for towns made of numbers and for benchmarks.

    Parameters
    ----------
    family, seals, age
        State at the start of the first year: number of the family, seals so far, effective age in
        months.
    area
        Square yards.
    weight
        Weight of each section in the objective. By default area times the class weight.
    cost_area
        Square yards that are paid for, where a section costs more or less than its area. By default
        the area.
    miles
        Centreline miles; only for limits on miles.
    terms
        What the plan must keep to beyond the yearly money.
    """

    family: Integers
    seals: Integers
    age: Floats
    area: Floats
    weight: Floats | None = None
    cost_area: Floats | None = None
    miles: Floats | None = None
    terms: Terms | None = None


@dataclass(frozen=True)
class Case:
    """
    The planned sections as arrays; sections are those that the city keeps and has surveyed.

    Parameters
    ----------
    ids
        Planned sections by id, the order of the arrays.
    years
        Fiscal years of the plan.
    rules
        How time and money count.
    life
        Life-cycle model.
    family, seals, age
        State at the start of the first year; ages in whole months.
    exact_age
        The same age before rounding, in months.
    area
        Square yards of the city's share.
    weight
        Weight of each section in the objective: square yards times the class weight.
    cost_area
        Square yards that are paid for.
    budget_cents
        Money by year in constant dollars.
    unit_cost
        Dollars per square yard by year, family and treatment.
    graph
        Lives that the states can lead to.
    start
        Node of each distinct state, and in `group` the state of each section.
    miles
        Centreline miles.
    pattern
        What each section may do and what its money counts as: row of `cell`.
    cell
        Measure that a dollar counts in, by pattern, year and treatment, doing nothing being the
        first; `FREE` where nothing is counted, `CLOSED` where it may not be done.
    rows
        What the plan must keep to.
    toll
        Points that a unit of each measure takes from the objective: a plan for the least cost has
        one a dollar. None where condition alone counts.
    idle
        Points that a square yard paid for loses in a year without work, by year, family, seals and
        age; it takes the place of condition in a plan for the least backlog. None otherwise.
    duties
        Curb ramps that alterations oblige; None where none are known.
    """

    ids: pd.Index
    years: tuple[int, ...]
    rules: Rules
    life: Lifecycle
    family: Integers
    seals: Integers
    age: Integers
    exact_age: Floats
    area: Floats
    weight: Floats
    cost_area: Floats
    budget_cents: Integers
    unit_cost: Floats
    graph: Arcs
    start: Integers
    group: Integers
    miles: Floats
    pattern: Integers
    cell: Integers
    rows: Rows
    toll: Floats | None = None
    idle: Floats | None = None
    duties: Duties | None = None

    @property
    def scale(self) -> float:
        """
        What the weighted sum of points is divided by, to give points.

        Returns
        -------
        scale
            Σ weight × (years + terminal years).
        """
        return float(self.weight.sum()) * (len(self.years) + self.rules.terminal_years)


def _budget_cents(budget_usd: Mapping[int, float]) -> tuple[tuple[int, ...], Integers]:
    """Check the yearly money: whole years without a hole, no amount below zero."""
    years = tuple(sorted(budget_usd))
    problems = [
        Problem(str(year), f"the budget is {budget_usd[year]:,.2f}", remedy="Give zero or more.")
        for year in years
        if not budget_usd[year] >= 0
    ]
    if not years:
        problems.append(Problem("budget", "has no year", remedy="Give at least one fiscal year."))
    elif years != tuple(range(years[0], years[-1] + 1)):
        lost = sorted(set(range(years[0], years[-1] + 1)) - set(years))
        remedy = "Give every year of the plan; zero is allowed."
        problems.append(Problem("budget", f"has no row for {lost}", remedy=remedy))
    if problems:
        raise InfeasibleError.of("budget", problems)
    cents = np.rint(np.array([budget_usd[year] for year in years]) * CENTS)
    return years, cents.astype("int64")


def _seals_at_start(condition: Condition, life: Lifecycle, family: Integers) -> Integers:
    """
    Seals that count against a section at the start.

    None, unless load causes more of its distress than a seal can cover: then it starts at the
    limit, and only structural treatments are open.
    """
    by_class = [name.rsplit(" ", 1)[0] for name in life.families]
    limit = life.classes["load_share_limit_pct"].loc[by_class].to_numpy()
    share = condition["load_share_pct"].to_numpy(dtype="float64", na_value=np.nan)
    return np.where(share > limit[family], life.seal_limit[family], 0).astype("int64")


def _graph(
    starts: Integers, life: Lifecycle, unit_cost: Floats, is_open: Flags, terminal: int
) -> tuple[Arcs, Integers]:
    """Build the lives that the starting states lead to, and find the node of each start."""
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    moves = kernel.Moves(life.next_age, life.next_seals, lockout, is_open)
    pci = np.ascontiguousarray(life.curves.to_numpy().T)
    worth = kernel.Worth(pci, life.weight, unit_cost, float(terminal))
    number, nodes, arcs = kernel.reachable(starts, moves)
    made = kernel.graph(number, (nodes, arcs), moves, worth)
    node = number[0, starts[:, 0], starts[:, 1], starts[:, 2]].astype("int64")
    return made, node


def case_from_arrays(
    stock: Stock,
    life: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules,
    ids: pd.Index | None = None,
) -> Case:
    """
    Turn arrays into what the optimizer sees.

    Parameters
    ----------
    stock
        Sections and their states.
    life
        Life-cycle model.
    budget_usd
        Constant dollars by fiscal year, without a hole.
    rules
        How time and money count.
    ids
        Sections by id, sorted. By default numbered.

    Returns
    -------
    case
        In the order of the arrays.

    Raises
    ------
    InfeasibleError
        A budget is negative or a year is missing.
    """
    years, cents = _budget_cents(budget_usd)
    given = stock.terms or plain(years, cents, len(stock.age), life)
    exact_age = np.clip(stock.age.astype("float64"), 0, len(life.curves) - 1)
    age = np.rint(exact_age).astype("int64")
    growth = (1 + rules.cost_growth_pct / 100) ** (np.array(years) - rules.base_year)
    unit_cost = growth[:, None, None] * life.unit_cost_usd_sy[None]
    states = np.column_stack([stock.family, stock.seals, age])
    starts, group = np.unique(states, axis=0, return_inverse=True)
    is_open = given.is_open()
    graph, node = _graph(starts, life, unit_cost, is_open, rules.terminal_years)
    default = stock.area * life.weight[stock.family]
    weight: Floats = default if stock.weight is None else stock.weight
    return Case(
        ids=pd.RangeIndex(len(age)) if ids is None else ids,
        years=years,
        rules=rules,
        life=life,
        family=stock.family,
        seals=stock.seals,
        age=age,
        exact_age=exact_age,
        area=stock.area,
        weight=weight,
        cost_area=stock.area if stock.cost_area is None else stock.cost_area,
        budget_cents=cents,
        unit_cost=unit_cost,
        graph=graph,
        start=node,
        group=group.ravel(),
        miles=np.zeros(len(age)) if stock.miles is None else stock.miles,
        pattern=given.pattern,
        cell=given.cell,
        rows=given.rows,
        duties=None if given.duties is None else given.duties.grown(growth),
    )


def build_case(
    condition: Condition,
    sections: Sections,
    life: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules,
) -> Case:
    """
    Turn tables into the arrays of the optimizer.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets; only what the city keeps is planned.
    life
        Life-cycle model.
    budget_usd
        Constant dollars by fiscal year, without a hole.
    rules
        How time and money count.

    Returns
    -------
    case
        Sections without a survey or without a share of the city's are left out.

    Raises
    ------
    InfeasibleError
        A budget is negative or a year is missing, or there is nothing to plan.
    """
    demands, years = rules.demands, tuple(sorted(budget_usd))
    check_ramps(demands.ramps, sections.index)
    budget_usd = demands.budget_usd(years) or budget_usd
    years, cents = _budget_cents(budget_usd)
    measures = network.measure(sections, life.classes)
    planned = condition["pci"].notna() & (measures["area_sy"] > 0)
    if not planned.any():
        remedy = "Give a survey for at least one section that the city keeps."
        problem = Problem("sections", "there is no section to plan", remedy=remedy)
        raise InfeasibleError.of("plan", [problem])
    # By id, so that the order of the rows changes nothing.
    ids = condition.index[planned].sort_values()
    known, streets = condition.loc[ids], sections.loc[ids]
    names = deterioration.families(streets, life.curves)["family"]
    begin = config.year_start(years[0], rules.start_month)
    exact = deterioration.effective_age(known["pci"], names, life.curves)
    months = deterioration.months_since_survey(known, begin)
    family: Integers = pd.Index(life.families).get_indexer(pd.Index(names)).astype("int64")
    stock = Stock(
        family=family,
        seals=_seals_at_start(known, life, family),
        age=(exact + months).to_numpy(),
        area=measures.loc[ids, "area_sy"].to_numpy(),
        miles=measures.loc[ids, "miles"].to_numpy(),
    )
    if rules.weights.used():
        times = rules.weights.multiplier(sections, measures["miles"]).loc[ids].to_numpy()
        stock = replace(stock, weight=stock.area * life.weight[family] * times)
    if demands.equity_gain_pct:
        life, family = parted(life, family, equity(streets))
        stock = replace(stock, family=family)
    if demands != Demands():
        counted = Planned(streets, stock.family, stock.age, stock.area, rules.terminal_years)
        made = terms(demands, counted, years, cents, life)
        stock = replace(stock, terms=made)
    return case_from_arrays(stock, life, budget_usd=budget_usd, rules=rules, ids=ids)


def plainly_weighed(case: Case) -> Case:
    """
    Count area and class alone, whatever weights a plan was made with.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    case
        The same city, to judge a plan by.
    """
    return replace(case, weight=case.area * case.life.weight[case.family])
