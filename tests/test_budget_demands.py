"""Demands on a plan: against brute force on tiny networks, and one by one on a town."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from test_budget import lives, streets, surveyed

from norwalk_geo import budget, deterioration, treatments
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, exact, ledger, measures
from norwalk_geo.budget.demands import Demands, Fund
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.errors import InfeasibleError

YEARS = (2027, 2028, 2029)


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def city(life: treatments.Lifecycle, demands: Demands, usd: float = 40_000.0) -> Case:
    sections = streets([("residential", "AC", 36), ("arterial", "AC", 60), ("collector", "AC", 44)])
    sections["zone_id"] = ["north", "north", "south"]
    condition = surveyed(sections, [62.0, 55.0, 78.0])
    money = dict.fromkeys(YEARS, usd)
    rules = budget.Rules(demands=demands)
    return build_case(condition, sections, life, budget_usd=money, rules=rules)


def best_of_all(case: Case) -> float:
    """The best plan that breaks no row, by looking at every one."""
    options = []
    for i in range(3):
        table = case.cell[case.pattern[i]]
        may = [
            one
            for one in lives(case, i)
            if all(table[t, j + 1] != CLOSED for t, j in enumerate(one) if not waits(case, one, t))
        ]
        options.append(np.array(may, dtype="int8"))
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


def waits(case: Case, life: tuple[int, ...], t: int) -> bool:
    """Whether a year is inside the lock-out of earlier work."""
    lockout = case.life.treatments["lockout_years"].to_numpy()
    return any(j >= 0 and s < t < s + lockout[j] for s, j in enumerate(life))


DEMANDS = {
    "two funds": Demands(
        funds=(
            Fund("sealing", dict.fromkeys(YEARS, 6_000.0), treatments=frozenset({"maintenance"})),
            Fund("roads", dict.fromkeys(YEARS, 25_000.0), classes=frozenset({"arterial"})),
            Fund("kept", {2027: 30_000.0}, keeps_years=2),
        )
    ),
    "promised and forbidden": Demands(
        promised={"s000": (2028, "thin_overlay")}, forbidden={"s001": (2027, 2028)}
    ),
    "rotation": Demands(zone_years={"north": (2028,), "south": (2027, 2029)}),
    "floor": Demands(zone_floor_usd={"south": 9_000.0}),
    "miles": Demands(miles_per_year=0.06),
    "share": Demands(maintenance_share_pct=30.0),
    "condition": Demands(minimum_pci={("collector", 2029): 80.0}),
    "all": Demands(
        funds=(
            Fund("sealing", dict.fromkeys(YEARS, 8_000.0), treatments=frozenset({"maintenance"})),
            Fund("roads", dict.fromkeys(YEARS, 30_000.0), keeps_years=1),
        ),
        promised={"s002": (2028, "slurry_seal")},
        forbidden={"s001": (2027,)},
        miles_per_year=0.12,
        maintenance_share_pct=10.0,
        zone_floor_usd={"south": 3_000.0},
        minimum_pci={("residential", 2029): 55.0},
    ),
}


@pytest.mark.parametrize("name", DEMANDS)
def test_no_plan_beats_the_bound_and_no_row_is_broken(life, name) -> None:
    case = city(life, DEMANDS[name])
    market = Market.of(case)
    found = exact.improve(market, core.choose(market, bounds.minimize(market)))
    best = best_of_all(case)
    mine = float(measures.points(case, found.treatments).sum())
    assert ledger.broken(case, found.treatments) == []
    assert best <= found.bound.value * (1 + 1e-12)
    assert mine == pytest.approx(best, rel=1e-9)


# A ledger of funds is other money than the yearly one, so it may raise the bound.
@pytest.mark.parametrize("name", [name for name, one in DEMANDS.items() if not one.funds])
def test_a_row_never_raises_the_bound(life, name) -> None:
    demands = DEMANDS[name]
    free, bound = (bounds.minimize(city(life, one)).value for one in (Demands(), demands))
    assert bound <= free * (1 + 1e-9)


def test_what_cannot_be_is_said(life) -> None:
    case = city(life, Demands(minimum_pci={("arterial", 2029): 99.0}), usd=1_000.0)
    market = Market.of(case)
    with pytest.raises(InfeasibleError, match="arterial at 99 or more at the end of 2029"):
        exact.improve(market, core.choose(market, bounds.minimize(market)))


def test_demands_on_what_does_not_exist(life) -> None:
    demands = Demands(promised={"s9": (2027, "gold")}, zone_floor_usd={"west": 1.0})
    with pytest.raises(InfeasibleError) as raised:
        city(life, demands)
    assert {problem.where for problem in raised.value.problems} == {"section", "zone", "treatment"}


def test_funds_pay_to_the_cent_and_prices_say_what_money_is_worth(life) -> None:
    sections = streets([("residential", "AC", 36), ("arterial", "AC", 60), ("collector", "AC", 44)])
    condition = surveyed(sections, [62.0, 55.0, 78.0])
    rules = budget.Rules(demands=DEMANDS["two funds"])
    money = dict.fromkeys(YEARS, 0.0)
    plan = budget.optimize(condition, sections, life, budget_usd=money, rules=rules)
    paid = plan.payments["paid_usd"].mul(100).round().astype("int64")
    spent = plan.work["cost_usd"].mul(100).round().astype("int64")
    assert paid.groupby("year").sum().to_dict() == spent.groupby("year").sum().to_dict()
    held = plan.row_prices["available"].mul(100).round()
    assert (paid.groupby("limit").sum() <= held.reindex(paid.groupby("limit").sum().index)).all()
    assert (plan.row_prices["points_per_unit"] >= 0).all()
    assert plan.row_prices.loc["kept of fiscal year 2027", "says"].startswith("$1,000 more in")
