"""Curb ramps in every question: rotation, packages, other objectives, policies and swaps."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from strategies import examples
from test_budget import lives, streets, surveyed
from test_ramps import ramps

from norwalk_geo import budget, deterioration, treatments
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import ledger, measures, policies
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.packages.opening import open_packages
from norwalk_geo.budget.packages.sharing import PackagedMarket, shared_bound
from norwalk_geo.budget.questions import solving
from norwalk_geo.budget.rotation import Rotation
from norwalk_geo.budget.rotation.answers import zoned_case
from norwalk_geo.budget.rotation.searching import search
from norwalk_geo.budget.rows import CLOSED

YEARS = (2027, 2028, 2029)
USD = 50_000.0
OWED = ramps(
    [
        ("a", 9_000.0, ["s000", "s001"]),
        ("b", 14_000.0, ["s001", "s002"]),
        ("c", 5_000.0, ["s002"]),
    ]
)


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def tables(points: list[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = ("residential", "arterial", "collector")
    sections = streets([(names[k % 3], "AC", 40) for k in range(len(points))])
    sections["zone_id"] = [("north", "south")[k % 2] for k in range(len(points))]
    return surveyed(sections, points), sections


def city(life, points: list[float], usd: float = USD) -> Case:
    condition, sections = tables(points)
    money = dict.fromkeys(YEARS, usd)
    return build_case(condition, sections, life, budget_usd=money, rules=RULES)


RULES = budget.Rules(demands=budget.Demands(ramps=OWED))
POINTS = [34.0, 55.0, 41.0]


def best_of_all(case: Case) -> float:
    """The best plan by the checks that every plan must pass, better plans first."""
    options, worth = [], []
    for i in range(len(case.ids)):
        every = np.array(lives(case, i), dtype="int8")
        cells = case.cell[case.pattern[i]][np.arange(len(YEARS)), every + 1]
        options.append(every[(cells != CLOSED).all(axis=1)])
        rows = measures.rows_of(case, np.full(len(options[-1]), i))
        worth.append(measures.points(rows, options[-1]))
    total = worth[0][:, None, None] + worth[1][:, None] + worth[2]
    for at in np.argsort(-total, axis=None, kind="stable"):
        pick = np.unravel_index(at, total.shape)
        plan = np.array([options[i][k] for i, k in enumerate(pick)], dtype="int8")
        if not ledger.broken(case, plan):
            return float(total[pick])
    return -np.inf


@examples(3, phases=(Phase.explicit, Phase.generate))
@given(points=st.lists(st.floats(25, 80), min_size=3, max_size=3), usd=st.floats(8_000, 80_000))
def test_no_rotation_with_ramps_beats_the_bound(life, points, usd) -> None:
    case = city(life, points, usd)
    zones = zoned_case(case, tables(points)[1], Rotation(3))
    rotated = search(zones)
    choices = [np.array([a, b]) for a in range(3) for b in range(3)]
    best = max(best_of_all(zones.shown(choice)) for choice in choices)
    assert best <= rotated.bound * (1 + 1e-12)
    assert rotated.value == pytest.approx(best, rel=1e-9)
    assert ledger.broken(rotated.case, rotated.found.treatments) == []
    free = bounds.minimize(Market.of(case)).value
    assert rotated.root.value <= free + 1e-5 * rotated.root.gain


def test_all_work_of_a_zone_pays_its_ramps(life) -> None:
    condition, sections = tables([34.0, 72.0, 41.0, 66.0])
    made = budget.rotate(
        condition,
        sections,
        life,
        budget_usd=dict.fromkeys(YEARS, 150_000.0),
        rotation=Rotation(3, treatments=frozenset({"alteration"}), work="all"),
        rules=RULES,
    )
    years = made.plan.years
    assert made.plan.ramps is not None
    assert made.plan.ramps["cost_usd"].sum() == pytest.approx(years["ramps_usd"].sum())
    assert made.plan.work["reason"].str.contains(" has its turn in ").all()
    assert (years["spent_usd"] <= years["budget_usd"]).all()


def test_packages_pay_mobilization_and_ramps(life) -> None:
    case, package = city(life, POINTS), np.array([0, 0, 1])
    market, proof = shared_bound(PackagedMarket.of_packages(case, package, 3_000.0))
    opened = open_packages(market, proof)
    plan = opened.found.treatments
    done = np.zeros((2, len(YEARS)), dtype=bool)
    np.logical_or.at(done, package, plan >= 0)
    spent = measures.cost_cents(case, plan).sum(axis=0) + done.sum(axis=0) * 300_000
    spent += opened.case.duties.bill(plan).sum(axis=0)
    assert (spent <= case.budget_cents).all()
    assert opened.value <= proof.value
    assert (plan >= 0).any()


@pytest.mark.slow
def test_the_least_cost_has_the_ramps_in_it(life) -> None:
    condition, sections = tables(POINTS)
    money, targets = dict.fromkeys(YEARS, math.inf), {("network", 2029): 62.0}
    made = budget.cheapest(
        condition, sections, life, targets=targets, budget_usd=money, rules=RULES
    )
    blind = budget.cheapest(condition, sections, life, targets=targets, budget_usd=money)
    assert made.ramps is not None
    assert len(made.ramps)
    assert blind.cost_usd <= made.cost_usd * (1 + 1e-9)
    assert made.bound_usd <= made.cost_usd
    assert made.years["spent_usd"].sum() == pytest.approx(
        made.work["cost_usd"].sum() + made.ramps["cost_usd"].sum()
    )


def test_backlog_and_holding_pay_for_ramps(life) -> None:
    condition, sections = tables(POINTS)
    money = dict.fromkeys(YEARS, USD)
    less = budget.least_backlog(condition, sections, life, budget_usd=money, rules=RULES)
    blind = budget.least_backlog(condition, sections, life, budget_usd=money)
    assert blind.bound_usd <= less.backlog_usd
    assert (less.years["spent_usd"] <= less.years["budget_usd"]).all()
    held = budget.cost_to_hold(condition, sections, life, budget_usd=money, rules=RULES)
    assert held.pci_end >= held.pci
    assert held.least_pct <= held.share_pct


@examples(6, phases=(Phase.explicit, Phase.generate))
@given(points=st.lists(st.floats(25, 90), min_size=3, max_size=3), usd=st.floats(5_000, 80_000))
def test_policies_pay_for_the_ramps_that_they_oblige(life, points, usd) -> None:
    case = city(life, points, usd)
    for policy in (policies.worst_first, policies.ranking, policies.benefit_cost):
        assert ledger.broken(case, policy(case)) == []


def test_comparison_and_swaps_keep_to_every_row(life) -> None:
    condition, sections = tables(POINTS)
    money = dict.fromkeys(YEARS, USD)
    made = budget.compare(condition, sections, life, budget_usd=money, rules=RULES)
    assert made.policies["breaks"].isna().all()
    assert made.policies["objective"].max() <= made.plan.bound
    spent = made.plan.years["spent_usd"].sum()
    assert made.policies.loc["optimal", "spent_usd"] == pytest.approx(spent)
    near = budget.swaps(condition, sections, life, budget_usd=money, rules=RULES, within_pct=50)
    assert (near["loss_together_pct"] <= 50).all()
    assert solving.no_work(city(life, POINTS)).spent_usd == 0


def test_permuted_rows_give_the_same_plan(life) -> None:
    condition, sections = tables(POINTS)
    turned = condition.index[::-1]
    money = dict.fromkeys(YEARS, USD)
    plans = [
        budget.optimize(condition.loc[ids], sections.loc[ids], life, budget_usd=money, rules=RULES)
        for ids in (condition.index, turned)
    ]
    pd.testing.assert_frame_equal(plans[0].work, plans[1].work)
    pd.testing.assert_frame_equal(plans[0].ramps, plans[1].ramps)
    assert plans[0].bound == plans[1].bound
