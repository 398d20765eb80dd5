"""The plan against brute force, its own rules and its proof."""

from __future__ import annotations

import datetime as dt
import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from norwalk_geo import budget, deterioration, pci, schema, towns, treatments
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, kernel, measures, policies
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.simulate import objective, simulate
from norwalk_geo.errors import InfeasibleError, SchemaError

AS_OF = dt.date(2026, 7, 1)
CLASSES = ("arterial", "collector", "residential", "alley")
SURFACES = ("AC", "AC/AC", "AC/PCC", "PCC", "ST", None)


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    curves = deterioration.curves()
    return treatments.lifecycle(curves, treatments.catalogue(base_year=2026))


def streets(rows: list[tuple[str, str | None, float]]) -> gpd.GeoDataFrame:
    """Sections of a class, a surface and a width, all 300 ft long."""
    lines = [shapely.LineString([(0, 40 * k), (300, 40 * k)]) for k in range(len(rows))]
    frame = {
        "section_id": [f"s{k:03}" for k in range(len(rows))],
        "functional_class": [row[0] for row in rows],
        "surface_type": pd.Series([row[1] for row in rows], dtype="str"),
        "width_ft": [row[2] for row in rows],
    }
    return schema.check(gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:2229"), "sections")


def surveyed(sections: gpd.GeoDataFrame, points: list[float | None]) -> pd.DataFrame:
    """Condition of sections, surveyed on the first day of the plan."""
    frame = pd.DataFrame(
        {
            "section_id": sections.index,
            "pci": pd.Series(points, dtype="float64"),
            "pci_method": "astm_d6433",
            "survey_date": pd.Timestamp(AS_OF),
            "load_share_pct": None,
        }
    )
    known = frame["pci"].notna()
    frame.loc[~known, ["pci_method", "survey_date"]] = None
    return schema.check(frame, "condition")


def lives(case: Case, i: int) -> list[tuple[int, ...]]:
    """Every life of one section, by the written rules and not by the graph."""
    life, size = case.life, len(case.years)
    lockout = life.treatments["lockout_years"].to_numpy()

    def go(t: int, age: int, seals: int, free: int) -> list[tuple[int, ...]]:
        if t == size:
            return [()]
        options = [-1]
        if t >= free and case.budget_cents[t] > 0:
            options += [
                j
                for j in range(len(life.treatments))
                if life.next_age[case.family[i], j, seals, age] >= 0
            ]
        found = []
        for j in options:
            after = age if j < 0 else int(life.next_age[case.family[i], j, seals, age])
            sealed = seals if j < 0 else int(life.next_seals[j, seals])
            later = free if j < 0 else t + int(lockout[j])
            older = min(after + 12, len(life.curves) - 1)
            found += [(j, *rest) for rest in go(t + 1, older, sealed, later)]
        return found

    return go(0, int(case.age[i]), int(case.seals[i]), 0)


def worth(case: Case, i: int, life: tuple[int, ...]) -> float:
    """Weighted point-years of one section's life, by simulation."""
    plan = np.full((len(case.ids), len(case.years)), -1, dtype="int8")
    plan[i] = life
    end = simulate(case, plan).end[i]
    return float(case.weight[i] * (end.sum() + case.rules.terminal_years * end[-1]))


def tiny(
    life: treatments.Lifecycle,
    rows: list[tuple[str, str | None, float]],
    points: list[float],
    **money: float,
) -> Case:
    sections = streets(rows)
    budget_usd = {int(year[1:]): usd for year, usd in money.items()}
    return build_case(
        surveyed(sections, points), sections, life, budget_usd=budget_usd, rules=budget.Rules()
    )


# ------------------------------------------------------------------ brute force


@examples(25, deadline=None)
@given(
    cls=st.sampled_from(CLASSES),
    surface=st.sampled_from(SURFACES),
    points=st.floats(3, 99),
    prices=st.lists(st.floats(0, 60), min_size=4, max_size=4),
)
def test_best_life_is_the_best_of_all(life, cls, surface, points, prices) -> None:
    case = tiny(life, [(cls, surface, 36)], [points], y2027=1e5, y2028=1e5, y2029=1e5, y2030=1e5)
    money = np.array(prices)
    value, choice = kernel.best(case.graph, money)
    start = int(case.start[0])
    every = lives(case, 0)
    dollars = case.unit_cost[np.arange(4), case.family[0], np.array(every)] * (np.array(every) >= 0)
    best = max(
        worth(case, 0, one) / case.area[0] - float(cost @ money)
        for one, cost in zip(every, dollars, strict=True)
    )
    assert value[start] == pytest.approx(best, rel=1e-12, abs=1e-9)
    chosen, spent, benefit = kernel.trace(case.graph, choice, case.start, 4)
    assert tuple(chosen[0]) in every
    assert benefit[0] - float(spent[0] @ money) == pytest.approx(best, rel=1e-12, abs=1e-9)


@examples(12, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(CLASSES), st.sampled_from(SURFACES), st.integers(20, 70)),
        min_size=3,
        max_size=3,
    ),
    points=st.lists(st.floats(5, 95), min_size=3, max_size=3),
    money=st.lists(st.integers(0, 60_000), min_size=3, max_size=3),
)
def test_no_plan_beats_the_bound(life, rows, points, money) -> None:
    budget_usd = dict(zip(("y2027", "y2028", "y2029"), map(float, money), strict=True))
    case = tiny(life, rows, points, **budget_usd)
    options = [lives(case, i) for i in range(3)]
    value = [[worth(case, i, one) for one in options[i]] for i in range(3)]
    cents = []
    for i in range(3):
        plan = np.full((len(options[i]), 3), -1, dtype="int8")
        plan[:] = options[i]
        cents.append(measures.cost_cents(measures.rows_of(case, np.full(len(plan), i)), plan))
    best = max(
        value[0][a] + value[1][b] + value[2][c]
        for a, b, c in itertools.product(*(range(len(one)) for one in options))
        if ((cents[0][a] + cents[1][b] + cents[2][c]) <= case.budget_cents).all()
    )
    market = Market.of(case)
    found = core.choose(market, bounds.minimize(market))
    proof = found.bound
    assert (measures.cost_cents(case, found.treatments).sum(axis=0) <= case.budget_cents).all()
    mine = objective(case, simulate(case, found.treatments)) * case.scale
    assert mine <= best * (1 + 1e-12)
    assert best <= proof.value * (1 + 1e-12)
    # With three sections the plan may miss the best, but not by much of what there is to gain.
    nothing = objective(case, simulate(case, policies.do_nothing(case))) * case.scale
    assert mine - nothing >= 0.6 * (best - nothing) - 1e-6


@pytest.mark.parametrize("scale", [0.0, 0.3, 1.0, 3.0])
def test_any_prices_give_a_bound(life, scale) -> None:
    case = tiny(
        life,
        [("residential", "AC", 36), ("arterial", "AC", 60), ("collector", None, 44)],
        [62.0, 41.0, 77.0],
        y2027=20_000.0,
        y2028=20_000.0,
    )
    market = Market.of(case)
    proof = bounds.minimize(market)
    other, _, _ = bounds.value(market, bounds.Prices(*(part * scale for part in proof.at)))
    assert other >= proof.value - 1e-6


# ------------------------------------------------------------------ the whole plan


@pytest.fixture(scope="module")
def town() -> towns.Town:
    return towns.town("town", seed=3)


@pytest.fixture(scope="module")
def condition(town) -> pd.DataFrame:
    return pci.latest(town.surveys, town.streets.sections, as_of=AS_OF)


def money(usd: float, years: int = 6) -> dict[int, float]:
    return dict.fromkeys(range(2027, 2027 + years), usd)


@pytest.fixture(scope="module")
def plan(town, condition, life) -> budget.Plan:
    return budget.optimize(condition, town.streets.sections, life, budget_usd=money(250_000.0))


def test_never_over_budget(plan) -> None:
    spent = (plan.work["cost_usd"] * 100).round().astype("int64").groupby("year").sum()
    assert (spent <= 25_000_000).all()
    by_year = plan.years["spent_usd"].mul(100).round().astype("int64")
    assert by_year.loc[spent.index].equals(spent.rename("spent_usd"))


def test_the_plan_is_between_doing_nothing_and_the_bound(plan) -> None:
    assert plan.do_nothing < plan.policies["worst_first"] < plan.objective <= plan.bound
    assert plan.gap == pytest.approx(
        (plan.bound - plan.objective) / (plan.bound - plan.do_nothing), rel=1e-12
    )
    assert 0 <= plan.gap < 0.05


def test_rounding_to_months_is_worth_little(plan) -> None:
    assert plan.objective_exact == pytest.approx(plan.objective, abs=0.15)


def test_every_section_has_an_outcome_and_a_reason(plan, town, condition) -> None:
    outcomes = plan.outcomes
    assert outcomes.index.equals(town.streets.sections.index)
    assert outcomes["reason"].str.len().gt(20).all()
    unknown = condition["pci"].isna() & outcomes["status"].ne("not_city")
    assert outcomes.loc[unknown, "status"].eq("not_surveyed").all()
    assert outcomes.loc[unknown, ["pci_now", "pci_end"]].isna().all(axis=None)
    planned = set(plan.work.index.get_level_values("section_id"))
    assert planned == set(outcomes.index[outcomes["status"].eq("planned")])
    assert outcomes["cost_usd"].sum() == pytest.approx(plan.work["cost_usd"].sum(), abs=1e-6)


def test_windows_lockouts_and_seals_hold(plan, life) -> None:
    rows = plan.work.join(life.treatments[["pci_min", "pci_max", "counts_as_seal"]], on="treatment")
    # Windows are tested on whole months: a month is worth less than a point.
    assert (rows["pci_before"] >= rows["pci_min"] - 1).all()
    assert (rows["pci_before"] <= rows["pci_max"] + 1).all()
    assert (rows["pci_after"] > rows["pci_before"]).all()
    for _, one in plan.work.reset_index().groupby("section_id"):
        seals = 0
        for before, after in itertools.pairwise(one.to_dict("records")):
            wait = life.treatments.loc[before["treatment"], "lockout_years"]
            assert after["year"] - before["year"] >= wait
        for row in one["treatment"]:
            seals = seals + 1 if life.treatments.loc[row, "counts_as_seal"] else 0
            assert seals <= 2


@pytest.mark.slow
def test_order_of_rows_changes_nothing(plan, town, condition, life) -> None:
    sections = town.streets.sections
    mixed = sections.sample(frac=1, random_state=5)
    again = budget.optimize(condition.loc[mixed.index], mixed, life, budget_usd=money(250_000.0))
    assert again.objective == pytest.approx(plan.objective, rel=1e-12)
    assert again.bound == pytest.approx(plan.bound, rel=1e-12)
    pd.testing.assert_frame_equal(again.work, plan.work)
    assert again.outcomes.index.equals(mixed.index)


@pytest.mark.slow
def test_the_same_input_gives_the_same_plan(plan, town, condition, life) -> None:
    again = budget.optimize(condition, town.streets.sections, life, budget_usd=money(250_000.0))
    pd.testing.assert_frame_equal(again.work, plan.work)
    pd.testing.assert_frame_equal(again.outcomes, plan.outcomes)
    assert again.bound == plan.bound


@pytest.mark.slow
def test_more_money_never_lowers_the_bound(town, condition, life) -> None:
    found = [
        budget.optimize(condition, town.streets.sections, life, budget_usd=money(usd, 3))
        for usd in (0.0, 50_000.0, 200_000.0, 800_000.0, 1e9)
    ]
    bound = [one.bound for one in found]
    assert bound == sorted(bound)
    assert [one.objective for one in found] == sorted(one.objective for one in found)
    assert found[0].work.empty
    assert found[0].gap is None
    # With money for everything there is no price and no gap.
    assert found[-1].gap == pytest.approx(0, abs=1e-9)
    assert "money for all work" in found[-1].work["reason"].iloc[0]


def test_a_year_without_money_has_no_work(town, condition, life) -> None:
    budget_usd = {2027: 200_000.0, 2028: 0.0, 2029: 200_000.0}
    plan = budget.optimize(condition, town.streets.sections, life, budget_usd=budget_usd)
    assert 2028 not in set(plan.work.index.get_level_values("year"))
    assert plan.years.loc[2028, "spent_usd"] == 0


def test_nothing_lives_on_slurry_for_ever(life) -> None:
    """With endless money for forty years a street is rebuilt, not sealed again and again."""
    sections = streets([("residential", "AC", 36)])
    years = dict.fromkeys(range(2027, 2067), 1e6)
    only = treatments.lifecycle(
        deterioration.curves(), treatments.catalogue(base_year=2026, only=("slurry_seal",))
    )
    condition = surveyed(sections, [75.0])
    sealed = budget.optimize(condition, sections, only, budget_usd=years)
    assert len(sealed.work) == 2
    assert sealed.years["pci"].iloc[-1] < 30
    whole = budget.optimize(condition, sections, life, budget_usd=years)
    assert {"mill_overlay", "thin_overlay", "reconstruct"} & set(whole.work["treatment"])


def test_load_distress_opens_only_structural_work(life) -> None:
    sections = streets([("residential", "AC", 36)] * 2)
    condition = surveyed(sections, [78.0, 78.0])
    condition["load_share_pct"] = [80.0, 10.0]
    plan = budget.optimize(condition, sections, life, budget_usd=money(1e6, 3))
    assert "s000" not in plan.work.index.get_level_values("section_id")
    assert "s001" in plan.work.index.get_level_values("section_id")


def test_only_the_citys_share_is_planned(life) -> None:
    sections = streets([("residential", "AC", 36)] * 3)
    sections["share_pct"] = [100.0, 50.0, None]
    sections["maintained_by"] = pd.Series(
        [None, "city", "private"], index=sections.index, dtype="str"
    )
    plan = budget.optimize(surveyed(sections, [50.0] * 3), sections, life, budget_usd=money(1e6, 1))
    cost = plan.work["cost_usd"].droplevel("year")
    assert cost["s001"] == pytest.approx(cost["s000"] / 2, abs=0.01)
    assert plan.outcomes.loc["s002", "status"] == "not_city"
    assert "s002" not in cost.index


def test_a_missing_survey_is_not_a_zero(life) -> None:
    sections = streets([("residential", "AC", 36)] * 2)
    plan = budget.optimize(
        surveyed(sections, [80.0, None]), sections, life, budget_usd=money(1.0, 1)
    )
    assert plan.outcomes.loc["s001", "status"] == "not_surveyed"
    assert plan.pci_now == pytest.approx(80, abs=0.5)


def test_worst_first_takes_the_worst_that_fits(life) -> None:
    case = tiny(life, [("residential", "AC", 36)] * 3, [20.0, 45.0, 80.0], y2027=60_000.0)
    chosen = policies.worst_first(case)
    labels = [None if j < 0 else case.life.treatments.index[j] for j in chosen[:, 0]]
    # Reconstructing 1,200 square yards does not fit; the next on the list does.
    assert labels[0] is None
    assert labels[1] == "mill_overlay"


def test_growth_and_inflation(life) -> None:
    sections = streets([("residential", "AC", 36)])
    rules = budget.Rules(base_year=2026, inflation_pct=10.0, cost_growth_pct=5.0)
    condition = surveyed(sections, [45.0])
    plan = budget.optimize(condition, sections, life, budget_usd={2027: 1e6}, rules=rules)
    row = plan.work.iloc[0]
    unit = life.treatments.loc[row["treatment"], "cost_usd_sy"]
    assert row["cost_usd"] == pytest.approx(1200 * unit * 1.05, abs=0.01)
    assert row["cost_nominal_usd"] == pytest.approx(row["cost_usd"] * 1.1, abs=0.01)


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("budget_usd", "words"),
    [
        ({2027: -1.0}, "2027: the budget is -1.00"),
        ({2027: float("nan")}, "2027: the budget is nan"),
        ({}, "budget: has no year"),
        ({2027: 1.0, 2029: 1.0}, r"has no row for \[2028\]"),
    ],
)
def test_money_that_cannot_be(town, condition, life, budget_usd, words) -> None:
    with pytest.raises(InfeasibleError, match=words):
        budget.optimize(condition, town.streets.sections, life, budget_usd=budget_usd)


def test_ids_align_or_raise(town, condition, life) -> None:
    with pytest.raises(SchemaError, match="does not have the same sections"):
        budget.optimize(condition.iloc[1:], town.streets.sections, life, budget_usd=money(1.0))


def test_nothing_to_plan(life) -> None:
    sections = streets([("residential", "AC", 36)])
    with pytest.raises(InfeasibleError, match="no section to plan"):
        budget.optimize(surveyed(sections, [None]), sections, life, budget_usd=money(1.0))
