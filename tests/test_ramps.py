"""Curb ramps in the bill: against every plan of tiny networks, and by their own rules."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from strategies import examples
from test_budget import lives, streets, surveyed

from norwalk_geo import budget, deterioration, schema, treatments
from norwalk_geo.budget import ledger, measures, solution
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.ramps import shares
from norwalk_geo.errors import InfeasibleError

YEARS = (2027, 2028, 2029)
CLASSES = ("residential", "arterial", "collector")


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def ramps(corners: list[tuple[str, float, list[str]]], **how) -> budget.Ramps:
    """Corners of a name, a cost and the sections whose crossings they serve."""
    table = pd.DataFrame(
        {
            "corner_id": [name for name, _, _ in corners],
            "ramps_due": [1 if usd else 0 for _, usd, _ in corners],
            "ramps_unknown": 1,
            "ramps_infeasible": 0,
            "cost_usd": [usd for _, usd, _ in corners],
            "cost_low_usd": [usd * 0.4 for _, usd, _ in corners],
            "cost_high_usd": [usd * 1.5 for _, usd, _ in corners],
        }
    )
    links = [
        (name, section.removesuffix("?"), not section.endswith("?"))
        for name, _, sections in corners
        for section in sections
    ]
    linked = pd.DataFrame(links, columns=["corner_id", "section_id", "is_crossed"])
    return budget.Ramps(
        schema.check(table, "corners"), schema.check(linked, "corner_sections"), **how
    )


def tiny(life, points: list[float], owed: budget.Ramps | None, usd: float, **more) -> Case:
    sections = streets([(name, "AC", 40) for name in CLASSES[: len(points)]])
    rules = budget.Rules(demands=budget.Demands(ramps=owed, **more))
    money = dict.fromkeys(YEARS, usd)
    return build_case(surveyed(sections, points), sections, life, budget_usd=money, rules=rules)


def best_of_all(case: Case) -> float:
    """The best plan within every row, ramps paid for, by looking at every one."""
    every = [np.array(lives(case, i), dtype="int8") for i in range(len(case.ids))]
    parts = []
    for i, options in enumerate(every):
        rows = measures.rows_of(case, np.full(len(options), i))
        done = (options >= 0) & case.duties.alters[options] if case.duties else options > 99
        first = np.where(done.any(axis=1), done.argmax(axis=1), options.shape[1])
        parts.append((measures.points(rows, options), measures.cost_cents(rows, options), first))
    best, money = -np.inf, case.budget_cents
    for picked in itertools.product(*(range(len(one)) for one in every[:-1])):
        worth = sum(parts[i][0][k] for i, k in enumerate(picked)) + parts[-1][0]
        cents = sum(parts[i][1][k] for i, k in enumerate(picked)) + parts[-1][1]
        firsts = [np.full(len(worth), parts[i][2][k]) for i, k in enumerate(picked)]
        firsts = np.stack([*firsts, parts[-1][2]])
        for c in range(len(case.duties.usd) if case.duties else 0):
            due = firsts[case.duties.section[case.duties.corner == c]].min(axis=0)
            built = np.flatnonzero(due < len(money))
            cents[built, due[built]] += case.duties.cents[c, due[built]]
        fits = (cents <= money).all(axis=1)
        best = max(best, worth[fits].max(initial=-np.inf))
    return float(best)


def best_within_every_row(case: Case) -> float:
    """The best plan by the checks that every plan must pass, better plans first."""
    options = [np.array(lives(case, i), dtype="int8") for i in range(len(case.ids))]
    worth = [
        measures.points(measures.rows_of(case, np.full(len(one), i)), one)
        for i, one in enumerate(options)
    ]
    order = sorted(
        itertools.product(*(range(len(one)) for one in options)),
        key=lambda pick: -sum(worth[i][k] for i, k in enumerate(pick)),
    )
    for pick in order:
        plan = np.array([options[i][k] for i, k in enumerate(pick)], dtype="int8")
        if not ledger.broken(case, plan):
            return float(sum(worth[i][k] for i, k in enumerate(pick)))
    return -np.inf


# ------------------------------------------------------------------ against every plan


@examples(8, phases=(Phase.explicit, Phase.generate))
@given(
    points=st.lists(st.floats(20, 85), min_size=3, max_size=3),
    usd=st.floats(5_000, 90_000),
    costs=st.lists(st.sampled_from([0.0, 2_000.0, 9_000.0, 30_000.0]), min_size=3, max_size=3),
)
def test_no_plan_beats_the_bound_and_the_best_is_found(life, points, usd, costs) -> None:
    owed = ramps(
        [
            ("a", costs[0], ["s000", "s001"]),
            ("b", costs[1], ["s001", "s002"]),
            ("c", costs[2], ["s000", "s001", "s002"]),
        ]
    )
    case, found = solution.find(tiny(life, points, owed, usd))
    best = best_of_all(case)
    mine = float(measures.points(case, found.treatments).sum())
    assert ledger.broken(case, found.treatments) == []
    assert best <= found.bound.value * (1 + 1e-12)
    assert mine == pytest.approx(best, rel=1e-9)


def test_ramps_have_a_fund_of_their_own_with_every_row_active(life) -> None:
    funds = (
        budget.Fund("roads", dict.fromkeys(YEARS, 60_000.0), treatments=frozenset({"alteration"})),
        budget.Fund("seals", dict.fromkeys(YEARS, 9_000.0), treatments=frozenset({"maintenance"})),
        budget.Fund("corners", {2027: 11_000.0}, treatments=frozenset({"ramps"}), keeps_years=2),
    )
    owed = ramps([("a", 9_000.0, ["s000", "s001"]), ("b", 9_000.0, ["s001"])])
    demand = {"funds": funds, "miles_per_year": 0.12}
    case, found = solution.find(tiny(life, [55.0, 60.0], owed, 1.0, **demand))
    mine = float(measures.points(case, found.treatments).sum())
    assert ledger.broken(case, found.treatments) == []
    assert mine == pytest.approx(best_within_every_row(case), rel=1e-9)
    paid = ledger.payments(case, found.treatments).groupby("limit")["paid_usd"].sum()
    assert case.duties is not None
    bill = case.duties.bill(found.treatments).sum() / 100
    assert paid.filter(like="corners").sum() == bill > 0


def test_ramps_may_be_built_before_the_alteration(life) -> None:
    """All ramp money comes in the first year; the street is altered in the second."""
    funds = (
        budget.Fund("roads", {2028: 90_000.0}, treatments=frozenset({"alteration"})),
        budget.Fund("corners", {2027: 10_000.0}, treatments=frozenset({"ramps"})),
    )
    corner = [("a", 9_000.0, ["s000"])]
    altered = {}
    for before in (0, 1):
        owed = ramps(corner, years_before=before)
        case, found = solution.find(tiny(life, [45.0], owed, 1.0, funds=funds))
        assert ledger.broken(case, found.treatments) == []
        altered[before] = bool((found.treatments >= 0).any())
        if altered[before]:
            assert case.duties is not None
            assert case.duties.built(found.treatments).tolist() == [0]
    assert altered == {0: False, 1: True}


# ------------------------------------------------------------------ the bound


def grid_case(size: int):
    """Streets of the benchmark's grid, small."""
    from benchmarks import corners, instance

    life = instance.lifecycle(age_alone=False)
    return corners.layout(corners.stock(size, life), life, 5)


def test_any_shares_prove_a_bound(life) -> None:
    owed = ramps([("a", 9_000.0, ["s000", "s001"]), ("b", 7_000.0, ["s001", "s002"])])
    case = tiny(life, [55.0, 62.0, 48.0], owed, 40_000.0)
    best, random = best_of_all(case), np.random.default_rng(3)
    market = Market.of(case)
    for _ in range(5):
        drawn = random.random(market.shares.shape)
        total = np.zeros((2, drawn.shape[1]))
        np.add.at(total, case.duties.corner, drawn)
        _, bound = shares.minimize(replace(market, shares=drawn / total[case.duties.corner]))
        assert bound.value >= best * (1 - 1e-12)


def test_a_corner_never_raises_the_bound(life) -> None:
    corners = [("a", 9_000.0, ["s000", "s001"]), ("b", 7_000.0, ["s001", "s002"])]
    bounds = [
        solution.find(tiny(life, [55.0, 62.0, 48.0], ramps(corners[:k]) if k else None, 40_000.0))
        for k in (0, 1, 2)
    ]
    values = [found.bound.value for _, found in bounds]
    assert values[2] <= values[1] * (1 + 1e-9) <= values[0] * (1 + 2e-9)


# ------------------------------------------------------------------ who obliges what


def test_only_crossings_of_the_altered_street_oblige_unless_the_whole_corner_does(life) -> None:
    corner = [("a", 9_000.0, ["s000", "s001?"])]
    plan = np.full((2, 3), -1, dtype="int8")
    overlay = life.treatments.index.get_loc("thin_overlay")
    slurry = life.treatments.index.get_loc("slurry_seal")
    for policy, cents in (("crossed", 0), ("corner", 900_000)):
        case = tiny(life, [55.0, 55.0], ramps(corner, policy=policy), 9e5)
        plan[:] = -1
        plan[1, 1] = overlay
        assert case.duties.bill(plan).sum() == cents
        plan[0, 0] = slurry
        assert case.duties.bill(plan).sum() == cents, "maintenance obliges nothing"
        plan[0, 0] = overlay
        assert case.duties.bill(plan)[0].tolist() == [900_000, 0, 0], "built once, at the first"


def test_corners_that_do_not_fit_are_all_named(life) -> None:
    owed = ramps([("a", 9_000.0, ["s000", "s9"])], policy="some", years_before=-1)
    strange = pd.concat(
        [owed.corner_sections, owed.corner_sections.rename(index={"a": "z"}, level=0)]
    )
    owed = budget.Ramps(owed.corners, strange, "some", -1)
    with pytest.raises(InfeasibleError) as raised:
        tiny(life, [55.0], owed, 1e5)
    told = {problem.where for problem in raised.value.problems}
    assert told == {"corner_sections corner_id", "corner_sections section_id", "ramps"}


def test_ramps_that_no_fund_may_pay_for_are_named(life) -> None:
    funds = (budget.Fund("roads", {2027: 1e5}, treatments=frozenset({"alteration"})),)
    with pytest.raises(InfeasibleError, match="no fund may pay for the ramps here"):
        tiny(life, [55.0], ramps([("a", 9_000.0, ["s000"])]), 1.0, funds=funds)


@pytest.mark.slow
def test_the_order_of_rows_changes_nothing() -> None:
    case = grid_case(12)
    first, again = (solution.find(case)[1].treatments for _ in range(2))
    assert (first == again).all()


def test_the_bill_is_the_same_in_every_table(life) -> None:
    sections = streets([(name, "AC", 40) for name in CLASSES])
    owed = ramps([("a", 9_000.0, ["s000", "s001"]), ("b", 7_000.0, ["s001", "s002"])])
    rules = budget.Rules(demands=budget.Demands(ramps=owed))
    condition, money = surveyed(sections, [55.0, 45.0, 80.0]), dict.fromkeys(YEARS, 70_000.0)
    plan = budget.optimize(condition, sections, life, budget_usd=money, rules=rules)
    assert plan.ramps is not None
    assert len(plan.ramps)
    by_year = plan.ramps.groupby("year")["cost_usd"].sum().reindex(YEARS, fill_value=0.0)
    assert by_year.tolist() == plan.years["ramps_usd"].tolist()
    paved = plan.work["cost_usd"].groupby("year").sum().reindex(YEARS, fill_value=0.0)
    spent = (paved + by_year).round(2)
    assert spent.tolist() == plan.years["spent_usd"].tolist()
    assert plan.payments["paid_usd"].groupby("year").sum().round(2).tolist() == [
        usd for usd in spent if usd
    ]
    first = plan.ramps.iloc[0]
    work = plan.work.loc[(first["section_id"], first["altered_year"])]
    assert work["treatment"] == first["treatment"]
    assert work["ada_kind"] == "alteration"
    assert (plan.ramps["cost_low_usd"] < plan.ramps["cost_usd"]).all()
    assert (plan.ramps["cost_usd"] < plan.ramps["cost_high_usd"]).all()


def test_what_a_blind_plan_hides_is_not_overstated(life) -> None:
    sections = streets([(name, "AC", 40) for name in CLASSES])
    owed = ramps([("a", 9_000.0, ["s000", "s001"]), ("b", 7_000.0, ["s001", "s002"])])
    condition, money = surveyed(sections, [55.0, 45.0, 60.0]), dict.fromkeys(YEARS, 70_000.0)
    rules = budget.Rules(demands=budget.Demands(ramps=owed))
    found = budget.hidden_ramps(condition, sections, life, budget_usd=money, rules=rules)
    assert found.cut_back <= found.joint <= found.bound
    assert found.joint <= found.blind
    assert found.share_pct == pytest.approx(100 * found.ramps_usd.sum() / 210_000)
    with pytest.raises(InfeasibleError, match="nothing else"):
        budget.hidden_ramps(
            condition, sections, life, budget_usd=money, rules=budget.Rules(start_month=7)
        )
