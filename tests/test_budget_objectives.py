"""Least cost, least backlog and what holding costs: against every plan of a tiny city."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_budget import streets, surveyed
from test_budget_funds import ROWS, YEARS, city, every, life, tables  # noqa: F401 - a fixture

from norwalk_geo import budget
from norwalk_geo.budget import ledger, measures, policies, results
from norwalk_geo.budget.demands import Demands
from norwalk_geo.budget.model import build_case
from norwalk_geo.budget.search import search
from norwalk_geo.budget.simulate import simulate
from norwalk_geo.errors import InfeasibleError

TARGETS = {
    "network": {("network", 2028): 66.0},
    "held": {("network", 2027): 63.0, ("network", 2028): 63.0},
    "class": {("arterial", 2028): 60.0, ("network", 2027): 64.0},
}


def present_cost(case, plan, rate: float) -> float:
    dollars = measures.cost_cents(case, plan).sum(axis=0) / 100
    return float(dollars @ (1 + rate / 100) ** -np.arange(len(dollars)))


def reaches(case, plan, targets) -> bool:
    """From the simulation, not from the rows."""
    end, names = simulate(case, plan).end, np.array([row[0] for row in ROWS])
    for (group, year), pci in targets.items():
        of = (names == group) | (group == "network")
        mean = case.area[of] @ end[of, year - YEARS[0]] / case.area[of].sum()
        if mean < pci - 1e-9:
            return False
    return True


@pytest.mark.parametrize("name", TARGETS)
def test_the_least_cost_is_the_least_of_all(life, name) -> None:  # noqa: F811
    condition, sections = tables()
    money = {2027: 30_000.0, 2028: math.inf}
    made = budget.cheapest(condition, sections, life, targets=TARGETS[name], budget_usd=money)
    case = city(life, Demands())
    plans = [
        plan
        for plan in every(case)
        if reaches(case, plan, TARGETS[name])
        and measures.cost_cents(case, plan)[:, 0].sum() <= 3_000_000
    ]
    least = min(present_cost(case, plan, made.discount_pct) for plan in plans)
    assert made.bound_usd <= least + 0.02
    assert made.cost_usd == pytest.approx(least, abs=0.02)
    assert (made.targets["pci"] >= made.targets["target_pci"] - 1e-9).all()
    assert (made.targets["pci_exact"] - made.targets["pci"]).abs().max() < 1
    spent = made.work["cost_usd"].groupby("year").sum()
    discounted = spent * 1.04 ** -(spent.index.to_numpy() - 2027.0)
    assert discounted.sum() == pytest.approx(made.cost_usd, abs=0.01)
    assert made.payments["paid_usd"].sum() == pytest.approx(spent.sum(), abs=0.001)


def test_what_comes_by_itself_costs_nothing(life) -> None:  # noqa: F811
    condition, sections = tables()
    money = dict.fromkeys(YEARS, math.inf)
    made = budget.cheapest(
        condition, sections, life, targets={("network", 2028): 30.0}, budget_usd=money
    )
    assert made.cost_usd == made.bound_usd == 0
    assert made.gap is None
    assert made.work.empty


def test_a_target_out_of_reach_is_named_with_the_nearest(life) -> None:  # noqa: F811
    condition, sections = tables()
    money = dict.fromkeys(YEARS, 4_000.0)
    with pytest.raises(InfeasibleError) as raised:
        budget.cheapest(
            condition, sections, life, targets={("network", 2028): 90.0}, budget_usd=money
        )
    problem = raised.value.problems[0]
    assert problem.where == "all streets at 90 or more at the end of 2028"
    assert "the budget of fiscal year 2028" in problem.what
    case = city(life, Demands(), usd=4_000.0)
    reached = max(
        case.area @ simulate(case, plan).end[:, -1] / case.area.sum()
        for plan in every(case)
        if not ledger.broken(case, plan)
    )
    assert f"a plan comes to {reached:,.4g} points" in problem.what


@examples(6, deadline=None)
@given(
    pci=st.tuples(*[st.floats(20, 90)] * 3),
    usd=st.tuples(st.integers(0, 40_000), st.integers(1, 60_000)),
    over=st.sampled_from(["end", "years"]),
)
def test_the_least_backlog_is_the_least_of_all(life, pci, usd, over) -> None:  # noqa: F811
    sections, money = streets(ROWS), dict(zip(YEARS, map(float, usd), strict=True))
    condition = surveyed(sections, list(pci))
    made = budget.least_backlog(condition, sections, life, budget_usd=money, over=over)
    case = build_case(condition, sections, life, budget_usd=money, rules=budget.Rules())
    idle = simulate(case, policies.do_nothing(case))
    by_year = np.full(2, 0.5) if over == "years" else np.array([0.0, 1.0])
    least = math.inf
    for plan in every(case):
        if (measures.cost_cents(case, plan).sum(axis=0) <= case.budget_cents).all():
            one = results.Chosen(case, plan, simulate(case, plan), idle, np.zeros(3))
            least = min(least, float(results.backlog_cents(one) @ by_year) / 100)
    assert made.bound_usd <= least + 1e-6
    assert made.backlog_usd == pytest.approx(least, rel=1e-9, abs=0.02)
    assert made.years["backlog_usd"].to_numpy() @ by_year == pytest.approx(made.backlog_usd)


def test_holding_has_a_least_that_no_plan_goes_below(life) -> None:  # noqa: F811
    condition, sections = tables()
    money = dict.fromkeys(YEARS, 20_000.0)
    held = budget.cost_to_hold(condition, sections, life, budget_usd=money, pci=70.0)
    case = city(life, Demands(), usd=20_000.0)
    shares = [
        (measures.cost_cents(case, plan).sum(axis=0) / case.budget_cents).max()
        for plan in every(case)
        if case.area @ simulate(case, plan).end[:, -1] / case.area.sum() >= 70.0
    ]
    assert held.least_pct <= 100 * min(shares) * (1 + 1e-9)
    assert held.share_pct >= 100 * min(shares) * (1 - 1e-9)
    assert held.pci_end >= 70.0
    assert held.least_usd == pytest.approx(held.least_pct * 400)


def test_weights_multiply_and_are_shown_apart(life) -> None:  # noqa: F811
    condition, sections = tables()
    sections["is_bus_route"] = pd.array([False, None, True], dtype="boolean")
    sections["collisions_per_year"] = [1.0, None, 0.0]
    weights = budget.Weights(bus_route=3.0, collisions=0.5, collisions_full_per_mile=20.0)
    miles = pd.Series(300 / 5280, index=sections.index)
    times = weights.multiplier(sections, miles).tolist()
    assert times == pytest.approx([1 + 0.5 * (5280 / 300) / 20, 1.0, 4.0])
    rules, money = budget.Rules(weights=weights), dict.fromkeys(YEARS, 12_000.0)
    plain = budget.optimize(condition, sections, life, budget_usd=money)
    mine = budget.optimize(condition, sections, life, budget_usd=money, rules=rules)
    assert plain.objective_plain == pytest.approx(plain.objective)
    assert mine.objective_plain <= plain.objective + 1e-9
    both = budget.weigh(condition, sections, life, budget_usd=money, rules=rules)
    assert both.loc[("without", "all"), "objective"] == pytest.approx(plain.objective)
    assert both.loc[("with", "all"), "objective"] == pytest.approx(mine.objective_plain)
    assert both.loc[("with", "bus_route"), "sections_unknown"] == 1
    assert (
        both.loc[("with", "bus_route"), "pci_end"] >= both.loc[("without", "bus_route"), "pci_end"]
    )
    with pytest.raises(InfeasibleError, match="school_route"):
        budget.optimize(
            condition,
            sections,
            life,
            budget_usd=money,
            rules=budget.Rules(weights=budget.Weights(school_route=1.0)),
        )
    with pytest.raises(InfeasibleError, match="2 problems"):
        budget.Weights(equity=-1.0, collisions_full_per_mile=0.0)


def test_floors_of_equity_are_kept(life) -> None:  # noqa: F811
    for demands in (Demands(equity_money_pct=60.0), Demands(equity_gain_pct=50.0)):
        case = city(life, demands, usd=20_000.0)
        found = search(case)
        plans = every(case)
        area, cents = case.area, [measures.cost_cents(case, plan) for plan in plans]
        counts = np.array([1.0, 1.0 + case.rules.terminal_years])
        idle = simulate(case, policies.do_nothing(case)).end
        gain = [
            case.life.weight[case.family] * area * ((simulate(case, plan).end - idle) @ counts)
            for plan in plans
        ]
        best = max(
            measures.points(case, plan).sum()
            for plan, spent, won in zip(plans, cents, gain, strict=True)
            if (spent.sum(axis=0) <= case.budget_cents).all()
            and (
                spent[0].sum() >= 0.6 * spent.sum()
                if demands.equity_money_pct
                else won[0] >= 0.5 * won.sum() - 1e-6
            )
        )
        assert measures.points(case, found.treatments).sum() == pytest.approx(best, rel=1e-9)
        assert found.bound.value >= best * (1 - 1e-12)
