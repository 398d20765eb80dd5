"""Funds with a match or a least share, floors of equity: by enumeration, and to the cent."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from test_budget import lives, streets, surveyed
from test_budget_demands import waits

from norwalk_geo import budget, deterioration, treatments
from norwalk_geo.budget import ledger, measures, policies
from norwalk_geo.budget.demands import Demands, Fund
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.questions import solving, swapping
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.budget.search import search
from norwalk_geo.errors import InfeasibleError

YEARS = (2027, 2028)
ROWS = [("residential", "AC", 36), ("arterial", "AC", 60), ("collector", "AC", 44)]


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def tables(pci: tuple[float, ...] = (62.0, 55.0, 78.0)) -> tuple:
    sections = streets(ROWS)
    sections["zone_id"] = ["north", "north", "south"]
    sections["is_equity_zone"] = pd.array([True, None, False], dtype="boolean")
    return surveyed(sections, list(pci)), sections


def city(life: treatments.Lifecycle, demands: Demands, usd: float = 40_000.0) -> Case:
    condition, sections = tables()
    rules = budget.Rules(demands=demands)
    money = dict.fromkeys(YEARS, usd)
    return build_case(condition, sections, life, budget_usd=money, rules=rules)


def options(case: Case) -> list[np.ndarray]:
    """Every life of each section that its pattern leaves open."""
    found = []
    for i in range(len(case.ids)):
        table = case.cell[case.pattern[i]]
        may = [
            one
            for one in lives(case, i)
            if all(table[t, j + 1] != CLOSED for t, j in enumerate(one) if not waits(case, one, t))
        ]
        found.append(np.array(may, dtype="int8"))
    return found


def every(case: Case) -> np.ndarray:
    """Every plan."""
    each = options(case)
    picks = itertools.product(*(range(len(one)) for one in each))
    return np.array([[each[i][k] for i, k in enumerate(pick)] for pick in picks], dtype="int8")


def test_a_plan_is_paid_for_exactly_where_its_payments_can_be_shared_out(life) -> None:
    """The two quick looks before the program of shares say what the program says."""
    usd = {2027: 15_000.0, 2028: 9_000.0}
    funds = (
        Fund("open", usd, keeps_years=1),
        Fund("south", {2027: 12_000.0}, keeps_years=1, zones=frozenset({"south"})),
        Fund("big", {2028: 20_000.0}, classes=frozenset({"arterial"})),
    )
    case = city(life, Demands(funds=funds), usd=28_000.0)
    plans = every(case)
    told = [not ledger.broken(case, one) for one in plans]
    assert told == [ledger.settle(case, one) is not None for one in plans]
    assert any(told)
    assert not all(told)


def ways_to_pay(demands: Demands, case: Case, work: tuple[int, int, int]) -> list[dict]:
    """Shares of funds and years that may pay for a work, from the rules alone."""
    i, t, j = work
    names = case.life.treatments
    name = (names.index[j], names["ada_kind"].iloc[j])
    zone = "south" if i == 2 else "north"
    live = [
        (fund, year)
        for fund in demands.funds
        for year in fund.usd
        if fund.pays(ROWS[i][0], zone, name) and year <= YEARS[t] <= year + fund.keeps_years
    ]
    alone = [{(fund.name, year): 1.0} for fund, year in live if not fund.match_pct]
    return alone + [
        {(fund.name, year): 1 - fund.match_pct / 100, (other.name, when): fund.match_pct / 100}
        for fund, year in live
        for other, when in live
        if fund.match_pct and fund.takes_from(other)
    ]


def can_pay(demands: Demands, case: Case, plan: np.ndarray) -> bool:
    """Whether the funds can pay for a plan: a program written from the rules alone."""
    works = [(int(i), int(t), int(plan[i, t])) for i, t in zip(*np.nonzero(plan >= 0), strict=True)]
    kinds = case.life.treatments["ada_kind"]
    ways = [
        (w, kinds.iloc[work[2]] == "maintenance", way)
        for w, work in enumerate(works)
        for way in ways_to_pay(demands, case, work)
    ]
    if not works or not ways:
        return not works
    paid = np.array([[float(way[0] == w) for way in ways] for w in range(len(works))])
    cents = measures.cost_cents(case, plan)
    upper, limit = [], []
    for fund in demands.funds:
        for year, usd in fund.usd.items():
            upper.append([way.get((fund.name, year), 0.0) for _, _, way in ways])
            limit.append(usd * 100)
        own = [sum(v for (name, _), v in way.items() if name == fund.name) for _, _, way in ways]
        share = fund.preventive_pct / 100
        upper.append([one * (share - way[1]) for one, way in zip(own, ways, strict=True)])
        limit.append(0.0 if share else math.inf)
    need = [cents[i, t] for i, t, _ in works]
    bounded = np.isfinite(limit)
    return bool(
        linprog(
            np.zeros(len(ways)), np.array(upper)[bounded], np.array(limit)[bounded], paid, need
        ).success
    )


FUNDS = {
    "match": Demands(
        funds=(
            Fund("grant", {2027: 20_000.0}, keeps_years=1, match_pct=40.0),
            Fund("own", dict.fromkeys(YEARS, 9_000.0)),
        )
    ),
    "preventive": Demands(
        funds=(
            Fund("roads", dict.fromkeys(YEARS, 22_000.0), keeps_years=1, preventive_pct=20.0),
            Fund("bond", {2028: 15_000.0}, classes=frozenset({"arterial"})),
        )
    ),
    "both": Demands(
        funds=(
            Fund(
                "grant",
                {2028: 20_000.0},
                match_pct=11.47,
                match_from=frozenset({"own"}),
                treatments=frozenset({"alteration"}),
            ),
            Fund("own", dict.fromkeys(YEARS, 11_000.0), preventive_pct=35.0, keeps_years=1),
        ),
        miles_per_year=0.12,
    ),
}


@pytest.mark.parametrize("name", FUNDS)
def test_funds_against_every_plan(life, name) -> None:
    demands = FUNDS[name]
    case = city(life, demands)
    found = search(case)
    plans = every(case)
    worth = np.array([measures.points(case, plan).sum() for plan in plans])
    mine = float(measures.points(case, found.treatments).sum())
    assert ledger.broken(case, found.treatments) == []
    assert can_pay(demands, case, found.treatments)
    for k in np.argsort(-worth, kind="stable"):
        if worth[k] <= mine * (1 + 1e-12):
            break
        # Cents that are set aside for shares may stand against a plan, but nothing else.
        assert not can_pay(demands, case, plans[k]) or ledger.broken(case, plans[k])
        if can_pay(demands, case, plans[k]) and not demands.miles_per_year:
            assert worth[k] <= found.bound.value
    assert mine <= found.bound.value


def test_a_match_is_paid_to_the_cent(life) -> None:
    condition, sections = tables()
    rules = budget.Rules(demands=FUNDS["match"])
    none = dict.fromkeys(YEARS, 0.0)
    plan = budget.optimize(condition, sections, life, budget_usd=none, rules=rules)
    paid = plan.payments["paid_usd"].mul(100).round().astype("int64")
    spent = plan.work["cost_usd"].mul(100).round().astype("int64")
    assert paid.groupby("year").sum().to_dict() == spent.groupby("year").sum().to_dict()
    by_fund = paid.groupby(lambda key: key[0].split(" of ")[0]).sum()
    assert 0 < by_fund["grant"] <= 0.6 * spent.sum()
    assert by_fund["grant"] <= 2_000_000


def test_ramps_are_asked_for_by_name() -> None:
    own = Fund("ramps", {2027: 1e5}, treatments=frozenset({"ramps"}))
    any_work = Fund("any", {2027: 1e5}, zones=frozenset({"north"}))
    alteration = Fund("roads", {2027: 1e5}, treatments=frozenset({"alteration"}))
    for fund in (own, any_work):
        assert fund.pays("residential", "north", budget.RAMPS)
    assert not alteration.pays("residential", "north", budget.RAMPS)
    assert not own.pays("residential", "north", ("mill_overlay", "alteration"))
    assert not any_work.pays("residential", "south", budget.RAMPS)


def test_nonsense_is_refused_whole() -> None:
    with pytest.raises(InfeasibleError) as raised:
        Fund(" ", {2027: -1.0, 2028: math.nan}, keeps_years=-1, match_pct=100.0, preventive_pct=-1)
    where = {problem.where for problem in raised.value.problems}
    assert where == {"name", "usd", "keeps_years", "match_pct", "preventive_pct"}
    with pytest.raises(InfeasibleError) as raised:
        Demands(
            funds=(
                Fund("a", {2027: 1.0}, match_pct=10.0, match_from=frozenset({"c"})),
                Fund("b", {2027: 1.0}, match_pct=10.0),
                Fund("b", {2027: 1.0}, match_pct=10.0),
            ),
            miles_per_year=-1.0,
            zone_floor_usd={"north": math.inf},
            minimum_pci={("arterial", 2027): 101.0},
            equity_gain_pct=101.0,
        )
    where = {problem.where for problem in raised.value.problems}
    assert {"funds", "match of a", "match of b", "miles_per_year", "equity_gain_pct"} <= where
    assert {"zone_floor_usd", "minimum_pci"} <= where


@pytest.mark.parametrize("name", [*FUNDS, "promised"])
def test_policies_and_swaps_keep_to_the_ledger(life, name) -> None:
    promised = Demands(
        funds=FUNDS["match"].funds,
        promised={"s002": (2028, "slurry_seal")},
        forbidden={"s001": (2027,)},
        miles_per_year=0.12,
    )
    case = city(life, FUNDS.get(name, promised))
    for way in (policies.worst_first, policies.ranking, policies.benefit_cost):
        plan = way(case)
        assert ledger.broken(case, plan) == []
        assert can_pay(case.rules.demands, case, plan)
        done = [case.cell[case.pattern[i], t, plan[i, t] + 1] for i, t in np.argwhere(plan >= 0)]
        assert CLOSED not in done
        if name == "promised":
            assert plan[2, 1] == case.life.treatments.index.get_loc("slurry_seal")
    base = solving.solve(case)
    for swap in swapping.near(base, within_pct=50):
        found = base.treatments.copy()
        found[swap.out], found[swap.into] = -1, swap.treatments
        assert ledger.broken(case, found) == []
        break
