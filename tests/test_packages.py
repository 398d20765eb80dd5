"""Packages of work: against every plan of tiny cities, their partition, and their own rules."""

from __future__ import annotations

import functools

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_budget import lives, streets, surveyed

from norwalk_geo import budget, deterioration, towns, treatments
from norwalk_geo.budget import measures
from norwalk_geo.budget.demands import Demands, Fund
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.packages import Packages, optimize_packages, package_settings
from norwalk_geo.budget.packages.forming import form
from norwalk_geo.budget.packages.opening import open_packages
from norwalk_geo.budget.packages.sharing import PackagedMarket, shared_bound
from norwalk_geo.budget.simulate import simulate
from norwalk_geo.errors import InfeasibleError, SchemaError

YEARS = (2027, 2028, 2029)
ROWS = [("residential", "AC", 36), ("arterial", "AC", 60), ("collector", "AC", 44)]


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def tables(points: list[float]) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Streets one after the other, so that each touches the next."""
    sections = streets([ROWS[k % 3] for k in range(len(points))])
    sections["zone_id"] = "north"
    sections["from_node"] = [f"n{k}" for k in range(len(points))]
    sections["to_node"] = [f"n{k + 1}" for k in range(len(points))]
    return surveyed(sections, points), sections


def city(life: treatments.Lifecycle, points: list[float], usd: list[float]) -> Case:
    condition, sections = tables(points)
    money = dict(zip(YEARS, usd, strict=True))
    return build_case(condition, sections, life, budget_usd=money, rules=budget.Rules())


def best_of_all(case: Case, package: np.ndarray, mobilization_usd: float) -> float:
    """The best plan that pays for its mobilization, by looking at every one."""
    options = [np.array(lives(case, i), dtype="int8") for i in range(len(case.ids))]
    rows = [measures.rows_of(case, np.full(len(one), i)) for i, one in enumerate(options)]
    worth = [measures.points(row, one) for row, one in zip(rows, options, strict=True)]
    cents = [measures.cost_cents(row, one) for row, one in zip(rows, options, strict=True)]
    fits = np.ones((), dtype=bool)
    grid = np.ix_(*(np.arange(len(one)) for one in options))
    value = sum(one[at] for one, at in zip(worth, grid, strict=True))
    for t, money in enumerate(case.budget_cents):
        spent = sum(one[at, t] for one, at in zip(cents, grid, strict=True))
        for p in np.unique(package):
            done = [(options[i][grid[i], t] >= 0) for i in np.flatnonzero(package == p)]
            spent = spent + functools.reduce(np.logical_or, done) * round(mobilization_usd * 100)
        fits = fits & (spent <= money)
    return float(np.where(fits, value, -np.inf).max())


# ------------------------------------------------------------------ brute force


@examples(6)
@given(
    points=st.lists(st.floats(20, 95), min_size=3, max_size=3),
    usd=st.lists(st.integers(0, 60_000), min_size=3, max_size=3).filter(any),
    mobilization_usd=st.sampled_from([0.0, 2_000.0, 9_000.0]),
    package=st.sampled_from([(0, 0, 0), (0, 0, 1), (0, 1, 2)]),
)
def test_no_plan_beats_the_bound(life, points, usd, mobilization_usd, package) -> None:
    case, of = city(life, points, [float(one) for one in usd]), np.array(package)
    top = best_of_all(case, of, mobilization_usd)
    market, proof = shared_bound(PackagedMarket.of_packages(case, of, mobilization_usd))
    opened = open_packages(market, proof)
    assert top <= proof.value * (1 + 1e-12)
    assert opened.value <= top * (1 + 1e-12)
    treated = opened.treated(of)
    spent = measures.cost_cents(case, opened.found.treatments).sum(axis=0)
    assert (spent + treated.sum(axis=0) * round(mobilization_usd * 100) <= case.budget_cents).all()
    # Paying for mobilization is a demand: it never raises the bound.
    free = PackagedMarket.of_packages(case, of, 0.0)
    assert proof.value <= shared_bound(free)[1].value + 1e-5 * proof.gain


def test_the_best_plan_is_found_where_mobilization_decides(life) -> None:
    case, of = city(life, [72.0, 66.0, 78.0], [26_000.0] * 3), np.array([0, 0, 0])
    market, proof = shared_bound(PackagedMarket.of_packages(case, of, 8_000.0))
    opened = open_packages(market, proof)
    assert opened.value == pytest.approx(best_of_all(case, of, 8_000.0), rel=1e-9)


# ------------------------------------------------------------------ forming


def check_partition(sections: pd.DataFrame, package: np.ndarray, limits: Packages) -> None:
    assert np.array_equal(np.unique(package), np.arange(package.max() + 1))
    for one in np.unique(package):
        some = sections[package == one]
        assert len(some) <= limits.most_sections
        assert len(set(some["zone_id"])) == 1
        graph = nx.Graph(list(zip(some["from_node"], some["to_node"], strict=True)))
        assert nx.is_connected(graph)


def test_packages_are_connected_and_keep_to_zones_and_sizes() -> None:
    sections = towns.town("norwalk", seed=2).streets.sections.sort_index()
    due = np.random.default_rng(1).uniform(0, 90_000, len(sections))
    limits = Packages(1.0, 600_000.0, 25)
    package = form(sections, due, limits)
    check_partition(sections, package, limits)
    total, count = np.bincount(package, due), np.bincount(package)
    assert (total[count > 1] <= limits.most_usd).all()
    # Few packages are small: most are near a limit.
    assert len(total) <= 2.0 * max(due.sum() / limits.most_usd, len(due) / limits.most_sections)


def test_a_dear_section_is_a_package_of_its_own() -> None:
    _, sections = tables([50.0] * 4)
    package = form(sections, np.array([1.0, 1.0, 9.0, 1.0]), Packages(1.0, 5.0, 9))
    assert package.tolist() == [0, 0, 1, 2]


# ------------------------------------------------------------------ tables


def test_packages_are_paid_to_the_cent_and_rows_may_come_in_any_order(life) -> None:
    condition, sections = tables([62.0, 55.0, 78.0, 70.0, 45.0, 85.0])
    money, wanted = dict.fromkeys(YEARS, 50_000.0), Packages(4_000.0, 90_000.0, 3)
    made = optimize_packages(condition, sections, life, budget_usd=money, packages=wanted)
    table, plan = made.packages, made.plan
    assert (plan.years["spent_usd"] <= plan.years["budget_usd"]).all()
    cents = table[["cost_usd", "mobilization_usd"]].sum(axis=1).groupby("year").sum()
    cents = cents.reindex(plan.years.index, fill_value=0.0).mul(100).round()
    assert plan.years["spent_usd"].mul(100).round().tolist() == cents.tolist()
    paid = plan.payments.groupby("year")["paid_usd"].sum().mul(100).round()
    assert paid.tolist() == cents[cents > 0].tolist()
    assert set(plan.work["package_id"]) == set(table.index.get_level_values("package_id"))
    assert table["sections"].sum() == len(plan.work)
    assert len(made.left_out) == table["left_out"].sum()
    assert plan.objective <= plan.bound
    order = np.random.default_rng(3).permutation(6)
    mixed = optimize_packages(
        condition.iloc[order[::-1]],
        sections.iloc[order],
        life,
        budget_usd=money,
        packages=wanted,
    )
    pd.testing.assert_frame_equal(plan.work, mixed.plan.work)
    pd.testing.assert_frame_equal(table, mixed.packages)
    pd.testing.assert_frame_equal(made.left_out, mixed.left_out)


def test_everybody_called_for_is_treated_or_has_a_reason(life) -> None:
    condition, sections = tables([62.0, 55.0, 71.0, 58.0, 45.0, 66.0])
    money, wanted = dict.fromkeys(YEARS, 50_000.0), Packages(4_000.0, 900_000.0, 9)
    made = optimize_packages(condition, sections, life, budget_usd=money, packages=wanted)
    rules = budget.Rules()
    case = build_case(condition, sections, life, budget_usd=money, rules=rules)
    work = made.plan.work.reset_index()
    plan = np.full((6, 3), -1, dtype="int8")
    for one in work.itertuples():
        j = life.treatments.index.get_loc(one.treatment)
        plan[case.ids.get_loc(one.section_id), one.year - 2027] = j
    course = simulate(case, plan)
    for package, year in made.packages.index:
        for i, name in enumerate(case.ids):
            t = year - 2027
            state = (case.family[i], course.seals[i, t], int(course.age[i, t]))
            is_called = life.called[state] >= 0 and not course.is_locked[i, t]
            if made.members[name] == package and is_called and plan[i, t] < 0:
                assert len(made.left_out.loc[(name, year), "reason"]) > 10
    assert len(made.left_out)


def test_mobilization_is_paid_by_a_fund_that_may(life) -> None:
    condition, sections = tables([62.0, 55.0, 78.0, 70.0])
    demands = Demands(
        funds=(
            Fund("sealing", dict.fromkeys(YEARS, 9_000.0), treatments=frozenset({"maintenance"})),
            Fund("roads", {2027: 60_000.0}, classes=frozenset({"arterial"}), keeps_years=2),
        )
    )
    made = optimize_packages(
        condition,
        sections,
        life,
        budget_usd=dict.fromkeys(YEARS, 0.0),
        packages=Packages(1_500.0, 900_000.0, 2),
        rules=budget.Rules(demands=demands),
    )
    held = made.plan.row_prices["available"].mul(100).round()
    paid = made.plan.payments.groupby("limit")["paid_usd"].sum().mul(100).round()
    assert (paid <= held.loc[paid.index]).all()
    spent = made.packages[["cost_usd", "mobilization_usd"]].sum().sum()
    assert round(spent * 100) == paid.sum()


def test_nonsense_is_refused(life) -> None:
    with pytest.raises(InfeasibleError) as raised:
        Packages(-1.0, 0.0, 0)
    assert len(raised.value.problems) == 3
    condition, sections = tables([62.0])
    with pytest.raises(SchemaError, match=r"network\.build"):
        optimize_packages(
            condition,
            sections.drop(columns=["from_node", "to_node"]),
            life,
            budget_usd={2027: 1.0},
        )
    assert package_settings().mobilization_usd > 0
