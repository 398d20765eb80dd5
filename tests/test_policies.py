"""Policies that a plan is compared with: their formulas, their budgets and their limits."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_budget_funds import FUNDS, can_pay, city

from norwalk_geo import budget, deterioration, pci, schema, treatments
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import choose, policies
from norwalk_geo.budget.model import Case, Stock, build_case, case_from_arrays
from norwalk_geo.budget.policies import lists
from norwalk_geo.budget.simulate import objective, simulate

WAYS = (policies.do_nothing, policies.worst_first, policies.ranking, policies.benefit_cost)


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


@pytest.fixture(scope="module")
def town_case(life, sample_town) -> Case:
    sections = sample_town.streets.sections
    condition = pci.latest(sample_town.surveys, sections, as_of=dt.date(2026, 7, 1))
    money = dict.fromkeys(range(2027, 2032), 150_000.0)
    return build_case(condition, sections, life, budget_usd=money, rules=budget.Rules())


def drawn(life: treatments.Lifecycle, seed: int, count: int, money: float, years: int) -> Case:
    rng = np.random.default_rng(seed)
    family = rng.integers(0, len(life.families), count)
    none = np.zeros(count, dtype="int64")
    stock = Stock(family, none, rng.uniform(0, 480, count), rng.uniform(200, 9000, count))
    by_year = dict.fromkeys(range(2027, 2027 + years), money)
    return case_from_arrays(stock, life, budget_usd=by_year, rules=budget.Rules())


# ------------------------------------------------------------------ every policy


@examples(15, deadline=None)
@given(
    seed=st.integers(0, 999),
    count=st.integers(1, 30),
    money=st.sampled_from([0.0, 999.99, 30_000.0, 4e5]),
    years=st.integers(1, 6),
)
def test_no_policy_breaks_a_budget_or_the_bound(life, seed, count, money, years) -> None:
    case = drawn(life, seed, count, money, years)
    top = bounds.minimize(case).value / case.scale
    nothing = objective(case, simulate(case, policies.do_nothing(case)))
    for way in WAYS:
        plan = way(case)
        assert plan.shape == (count, years)
        assert (choose.cost_cents(case, plan).sum(axis=0) <= case.budget_cents).all()
        reached = objective(case, simulate(case, plan))
        assert nothing - 1e-9 <= reached <= top + 1e-9


@pytest.mark.parametrize("way", WAYS)
def test_work_keeps_to_windows_and_lock_outs(way, town_case) -> None:
    plan = way(town_case)
    course = simulate(town_case, plan)
    table = town_case.life.treatments
    for i, t in zip(*np.nonzero(plan >= 0), strict=True):
        row = table.iloc[plan[i, t]]
        assert row["pci_min"] <= course.start[i, t] <= row["pci_max"]
        assert not course.is_locked[i, t]


@pytest.mark.parametrize("way", WAYS)
def test_the_order_of_rows_changes_nothing(way, life, sample_town) -> None:
    sections = sample_town.streets.sections
    condition = pci.latest(sample_town.surveys, sections, as_of=dt.date(2026, 7, 1))
    money = dict.fromkeys(range(2027, 2030), 150_000.0)
    mixed = np.random.default_rng(4).permutation(len(sections))
    made = [
        way(build_case(c, s, life, budget_usd=money, rules=budget.Rules()))
        for c, s in ((condition, sections), (condition.iloc[mixed], sections.iloc[mixed]))
    ]
    np.testing.assert_array_equal(*made)


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("name", FUNDS)
def test_every_policy_spends_what_funds_may_pay_and_no_more(way, name, life) -> None:
    """Judged by a program written from the rules of the funds alone."""
    case = city(life, FUNDS[name])
    plan = way(case)
    assert can_pay(FUNDS[name], case, plan)
    assert (plan >= 0).any()


# ------------------------------------------------------------------ lists


def test_worst_first_goes_down_the_list_and_passes_over_what_does_not_fit(town_case) -> None:
    plan = policies.worst_first(town_case)
    life = town_case.life
    pci_now = simulate(town_case, policies.do_nothing(town_case)).start[:, 0]
    called = life.called[town_case.family, town_case.seals, town_case.age]
    left, expected = int(town_case.budget_cents[0]), np.full(len(plan), -1)
    for i in np.argsort(pci_now, kind="stable"):
        if called[i] >= 0:
            unit = town_case.unit_cost[0, town_case.family[i], called[i]]
            cents = round(unit * town_case.area[i] * 100)
            if cents <= left:
                left -= cents
                expected[i] = called[i]
    np.testing.assert_array_equal(plan[:, 0], expected)


def test_the_ratio_of_the_ranking_by_hand(town_case) -> None:
    """Effectiveness per year ÷ equivalent uniform annual cost per square yard."""
    settings_ = schema.parameters("ranking")
    ratio = lists._effectiveness(town_case, settings_)
    life = town_case.life
    called = life.called
    f = life.families.index("residential AC")
    for age in (120, 240, 400):
        j = called[f, 0, age]
        curve = life.curves["residential AC"].to_numpy()
        after, area, years = int(life.next_age[f, j, 0, age]), 0.0, 0
        gone = min(max(curve[age], 25), 60)
        while years < 30:
            treated, untreated = (
                curve[min(a + 12 * (years + 1), len(curve) - 1)] for a in (after, age)
            )
            if years and treated <= gone:
                break
            area, years = area + treated - untreated, years + 1
        unit = life.unit_cost_usd_sy[f, j]
        annual = unit * 0.03 / (1 - 1.03**-years)
        assert ratio[f, 0, age] / unit == pytest.approx(area / years / annual, rel=1e-12)


def test_a_heavier_class_comes_first_in_the_ranking(life) -> None:
    """Two sections alike but for the weight, and money for one."""
    f = life.families.index("residential AC")
    two = np.full(2, f)
    stock = Stock(
        two, 0 * two, np.full(2, 200.0), np.full(2, 1000.0), weight=np.array([1000.0, 1500.0])
    )
    j = life.called[f, 0, 200]
    money = {2027: 1.5 * 1000 * life.unit_cost_usd_sy[f, j]}
    case = case_from_arrays(stock, life, budget_usd=money, rules=budget.Rules())
    assert policies.ranking(case)[:, 0].tolist() == [-1, j]


def test_a_city_may_set_the_ranking_otherwise(town_case) -> None:
    own = schema.parameters("ranking").copy()
    own.loc["interest_pct", "value"] = 0.0
    own.loc["longest_years", "value"] = 1.0
    changed = policies.ranking(town_case, own)
    assert (changed != policies.ranking(town_case)).any()


# ------------------------------------------------------------------ benefit and cost


def test_with_money_for_everything_increments_reach_the_bound(life) -> None:
    case = drawn(life, 3, 12, 1e9, 4)
    top = bounds.minimize(case).value / case.scale
    reached = objective(case, simulate(case, policies.benefit_cost(case)))
    nothing = objective(case, simulate(case, policies.do_nothing(case)))
    assert (reached - nothing) / (top - nothing) > 0.97


def test_increments_beat_the_lists_on_the_sample(town_case) -> None:
    worth = {
        way.__name__: objective(town_case, simulate(town_case, way(town_case))) for way in WAYS
    }
    assert worth["worst_first"] < worth["ranking"] < worth["benefit_cost"]
    assert pd.Series(worth).idxmin() == "do_nothing"
