"""Proofs of small cities: what can or cannot be met, every row active, ramps in the bill."""

from __future__ import annotations

import ctypes
import os

import numpy as np
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from strategies import examples
from test_budget import lives, streets, surveyed
from test_budget_demands import waits
from test_ramps import grid_case, ramps

from norwalk_geo import budget, deterioration, treatments
from norwalk_geo.budget import ledger, measures, program, solution
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.errors import InfeasibleError

YEARS = (2027, 2028)
CLASSES = ("residential", "arterial", "collector")
FEW = examples(8, phases=(Phase.explicit, Phase.generate), deadline=None)


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def city(life, points: list[float], usd: float, **demands) -> Case:
    """Two or three streets, the first in a zone of equity, and whatever is asked."""
    sections = streets([(name, "AC", 40) for name in CLASSES[: len(points)]])
    sections["zone_id"] = ["north", "south", "north"][: len(points)]
    sections["is_equity_zone"] = [True, False, False][: len(points)]
    rules = budget.Rules(demands=budget.Demands(**demands))
    money = dict.fromkeys(YEARS, usd)
    return build_case(surveyed(sections, points), sections, life, budget_usd=money, rules=rules)


def every(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Every plan that the closed years allow, best first, and what each is worth."""
    options, worth = [], []
    for i in range(len(case.ids)):
        table = case.cell[case.pattern[i]]
        may = [
            one
            for one in lives(case, i)
            if all(table[t, j + 1] != CLOSED for t, j in enumerate(one) if not waits(case, one, t))
        ]
        options.append(np.array(may, dtype="int8"))
        rows = measures.rows_of(case, np.full(len(may), i))
        worth.append(measures.points(rows, options[-1]))
    picks = np.indices([len(one) for one in options]).reshape(len(options), -1)
    total = np.sum([worth[i][picks[i]] for i in range(len(options))], axis=0)
    order = np.argsort(-total, kind="stable")
    plans = np.stack([options[i][picks[i][order]] for i in range(len(options))], axis=1)
    return plans, total[order]


def best_of_all(case: Case) -> float:
    """The best plan by the checks that every plan must pass."""
    for plan, worth in zip(*every(case), strict=True):
        if not ledger.broken(case, plan):
            return float(worth)
    return -np.inf


# ------------------------------------------------------------------ what cannot be met


@FEW
@given(
    points=st.lists(st.floats(25, 90), min_size=2, max_size=2),
    usd=st.floats(2_000, 60_000),
    pci=st.floats(40, 90),
    miles=st.sampled_from([None, 0.06, 0.12]),
    floor=st.sampled_from([0.0, 3_000.0, 20_000.0]),
)
def test_cannot_is_said_only_of_what_cannot_be(life, points, usd, pci, miles, floor) -> None:
    demands = {"minimum_pci": {("network", 2028): pci}, "miles_per_year": miles}
    case = city(life, points, usd, zone_floor_usd={"south": floor}, **demands)
    best = best_of_all(case)
    if not np.isfinite(best):
        with pytest.raises(InfeasibleError, match="cannot be kept"):
            solution.find(case)
        return
    case, found = solution.find(case)
    assert ledger.broken(case, found.treatments) == []
    assert measures.worth(case, found.treatments) == pytest.approx(best, rel=1e-9)


def test_the_nearest_that_can_be_had_is_named(life) -> None:
    demands = {"minimum_pci": {("network", 2028): 95.0}}
    case = city(life, [60.0, 50.0], 30_000.0, **demands)
    plans, _ = every(case)
    money = city(life, [60.0, 50.0], 30_000.0)
    counted = [
        -float(case.rows.use[0] @ measures.total(case, plan)) / case.rows.row_sizes[0]
        for plan in plans
        if not ledger.broken(money, plan)
    ]
    with pytest.raises(InfeasibleError, match="all streets at 95 or more") as raised:
        solution.find(case)
    told = raised.value.problems[0].what
    assert f"a plan comes to {max(counted):,.4g} points" in told
    assert "; against it stand " in told


def test_ramps_that_leave_too_little_are_named(life) -> None:
    owed = ramps([("a", 25_000.0, ["s000", "s001"])])
    demands = {"minimum_pci": {("network", 2028): 80.0}, "ramps": owed}
    case = city(life, [45.0, 45.0], 30_000.0, **demands)
    assert not np.isfinite(best_of_all(case))
    with pytest.raises(InfeasibleError, match=r"all streets at 80 or more.*cannot be kept"):
        solution.find(case)


# ------------------------------------------------------------------ every row active


@FEW
@given(
    points=st.lists(st.floats(30, 80), min_size=2, max_size=2),
    grant=st.floats(4_000, 30_000),
    match=st.sampled_from([0.0, 11.47, 40.0]),
    preventive=st.sampled_from([0.0, 25.0]),
    shares=st.sampled_from([(0.0, 0.0), (30.0, 0.0), (0.0, 30.0)]),
    usd=st.sampled_from([0.0, 4_000.0, 12_000.0]),
)
def test_funds_shares_and_ramps_against_every_plan(
    life, points, grant, match, preventive, shares, usd
) -> None:
    funds = (
        budget.Fund("grant", {2027: grant}, keeps_years=1, match_pct=match),
        budget.Fund("own", dict.fromkeys(YEARS, 14_000.0), preventive_pct=preventive),
        budget.Fund("corners", {2027: 9_000.0}, treatments=frozenset({"ramps"}), keeps_years=1),
    )
    owed = ramps([("a", usd, ["s000", "s001"]), ("b", usd, ["s001"])])
    demands = {"equity_money_pct": shares[0], "equity_gain_pct": shares[1], "miles_per_year": 0.12}
    case, found = solution.find(city(life, points, 1.0, funds=funds, ramps=owed, **demands))
    best = best_of_all(case)
    assert ledger.broken(case, found.treatments) == []
    assert measures.worth(case, found.treatments) == pytest.approx(best, rel=1e-9)
    assert best <= found.bound.value * (1 + 1e-12)


@FEW
@given(
    points=st.lists(st.floats(25, 85), min_size=3, max_size=3),
    usd=st.floats(5_000, 60_000),
    more=st.floats(1.0, 2.0),
)
def test_the_bound_follows_money_and_rows(life, points, usd, more) -> None:
    owed = ramps([("a", 9_000.0, ["s000", "s001"]), ("b", 7_000.0, ["s001", "s002"])])

    def bound(usd: float, **demands) -> float:
        return solution.find(city(life, points, usd, **demands))[1].bound.value

    # Half a cent a section is in the bound at its prices, which differ a little.
    free = bound(usd, ramps=owed)
    assert bound(usd * more, ramps=owed) >= free * (1 - 1e-6)
    assert bound(usd, ramps=owed, miles_per_year=0.06) <= free * (1 + 1e-6)
    assert free <= bound(usd) * (1 + 1e-6)


def test_a_small_city_with_ramps_is_proved() -> None:
    case, found = solution.find(grid_case(24))
    missing = found.bound.value - measures.worth(case, found.treatments)
    assert ledger.broken(case, found.treatments) == []
    assert missing <= 0.04 * found.bound.gain


# ------------------------------------------------------------------ the solver


def test_the_solver_writes_nothing(life, capfd, monkeypatch) -> None:
    """Some releases of HiGHS write a line whatever their settings say."""
    within, solve = ctypes.CDLL(None), program.milp

    def loud(*terms, **options):
        within.puts(b"written by C")
        os.write(1, b"written at once\n")
        return solve(*terms, **options)

    monkeypatch.setattr(program, "milp", loud)
    os.write(1, b"before\n")
    solution.find(city(life, [45.0, 60.0], 20_000.0))
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "before\nafter\n"
