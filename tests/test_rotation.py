"""A rotation that the plan chooses: against every rotation of tiny cities, and its own rules."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_budget import streets, surveyed
from test_budget_demands import best_of_all

from norwalk_geo import budget, deterioration, treatments
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import ledger, measures
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.model import Case, build_case
from norwalk_geo.budget.rotation import Rotation, compare_rotations, rotate
from norwalk_geo.budget.rotation.answers import zoned_case
from norwalk_geo.budget.rotation.layout import Zones
from norwalk_geo.budget.rotation.searching import search
from norwalk_geo.budget.rotation.zoned import ZonedMarket
from norwalk_geo.budget.simulate import simulate
from norwalk_geo.errors import InfeasibleError

YEARS = (2027, 2028, 2029)
ROWS = [("residential", "AC", 36), ("arterial", "AC", 60), ("collector", "AC", 44)]


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def tables(points: list[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [ROWS[k % 3] for k in range(len(points))]
    sections = streets(rows)
    sections["zone_id"] = [("north", "south")[k % 2] for k in range(len(points))]
    return surveyed(sections, points), sections


def city(
    life: treatments.Lifecycle,
    points: list[float],
    rotation: Rotation,
    usd: list[float],
    demands: budget.Demands | None = None,
) -> Zones:
    condition, sections = tables(points)
    money = dict(zip(YEARS, usd, strict=True))
    rules = budget.Rules(demands=demands or budget.Demands())
    case = build_case(condition, sections, life, budget_usd=money, rules=rules)
    return zoned_case(case, sections, rotation)


def every(zones: Zones) -> list[np.ndarray]:
    """Every rotation that is allowed."""
    options = [np.flatnonzero(row) for row in zones.is_allowed]
    found = [np.array(choice) for choice in itertools.product(*options)]
    if zones.capacity is None:
        return found
    count = len(zones.options)
    room = np.array(zones.capacity)
    return [one for one in found if (np.bincount(one, minlength=count) <= room).all()]


def best(zones: Zones) -> float:
    return max(best_of_all(zones.shown(choice)) for choice in every(zones))


ROTATIONS = {
    "two years": Rotation(2),
    "once": Rotation(3),
    "one zone a year": Rotation(2, most_zones=1),
    "after the plan": Rotation(5, most_zones=1),
    "arterials free": Rotation(3, exempt=frozenset({"arterial"})),
    "seals free": Rotation(3, treatments=frozenset({"alteration"})),
    "north given": Rotation(2, given={"north": 2028}),
}


@pytest.mark.parametrize("name", ROTATIONS)
def test_no_rotation_and_no_plan_beats_the_bound(life, name) -> None:
    zones = city(life, [62.0, 55.0, 78.0], ROTATIONS[name], [40_000.0] * 3)
    rotated, top = search(zones), best(zones)
    assert top <= rotated.bound * (1 + 1e-12)
    assert rotated.bound <= rotated.root.value * (1 + 1e-12)
    assert rotated.value == pytest.approx(top, rel=1e-9)
    assert ledger.broken(zones.shown(rotated.choice), zones.lives(rotated.found.treatments)) == []


@examples(4)
@given(
    points=st.lists(st.floats(20, 95), min_size=3, max_size=3),
    usd=st.lists(st.integers(0, 60_000), min_size=3, max_size=3).filter(any),
    most=st.sampled_from([None, 1]),
)
def test_bounds_hold_whatever_the_city(life, points, usd, most) -> None:
    zones = city(life, points, Rotation(2, most_zones=most), [float(one) for one in usd])
    rotated, top = search(zones), best(zones)
    assert rotated.value <= top * (1 + 1e-9)
    assert top <= rotated.bound * (1 + 1e-12)
    # A rotation and a limit on it are demands: neither ever raises the bound.
    free = bounds.minimize(Market.of(zones.base)).value
    loose = bounds.minimize(ZonedMarket.of_zones(replace(zones, capacity=None))).value
    assert rotated.root.value <= loose + 1e-5 * rotated.root.gain
    assert loose <= free + 1e-5 * rotated.root.gain


# ------------------------------------------------------------------ all work of a zone


def skipped(case: Case, zones: Zones, choice: np.ndarray, lives: np.ndarray) -> list[str]:
    """Sections that are left alone in their zone's year though a bound treatment is open."""
    course = simulate(case, lives)
    found = []
    for i, name in enumerate(case.ids):
        for t in zones.options[choice[zones.zone[i]]] if zones.zone[i] >= 0 else ():
            state = case.life.next_age[case.family[i], :, course.seals[i, t], int(course.age[i, t])]
            is_maintenance = (case.life.treatments["ada_kind"] == "maintenance").to_numpy()
            is_eligible = (state >= 0)[is_maintenance].any() and not course.is_locked[i, t]
            if is_eligible and not (lives[i, t] >= 0 and is_maintenance[lives[i, t]]):
                found.append(f"{name} in {case.years[t]}")
    return found


ALL = Rotation(2, treatments=frozenset({"maintenance"}), work="all")


def test_all_work_of_a_zone_is_done_in_its_year(life) -> None:
    zones = city(life, [83.0, 76.0, 68.0, 91.0, 30.0, 72.0], ALL, [90_000.0] * 3)
    rotated = search(zones)
    lives = zones.lives(rotated.found.treatments)
    case = zones.shown(rotated.choice)
    assert skipped(case, zones, rotated.choice, lives) == []
    assert (lives >= 0).any()
    assert measures.points(case, lives).sum() == pytest.approx(rotated.value, rel=1e-12)
    chosen = search(city(life, [83.0, 76.0, 68.0, 91.0, 30.0, 72.0], BEST, [90_000.0] * 3))
    assert rotated.value <= chosen.bound * (1 + 1e-12)


BEST = replace(ALL, work="best")


def test_all_work_that_money_cannot_pay_is_refused(life) -> None:
    zones = city(life, [83.0, 76.0, 68.0], ALL, [100.0, 100.0, 100.0])
    with pytest.raises(InfeasibleError, match=r"the budget of fiscal year 202\d: cannot be kept"):
        search(zones)


# ------------------------------------------------------------------ tables


def test_visits_are_kept_and_rows_may_come_in_any_order(life) -> None:
    condition, sections = tables([62.0, 55.0, 78.0, 70.0, 45.0, 85.0])
    sections.loc["s005", "zone_id"] = None
    rotation = Rotation(2, exempt=frozenset({"arterial"}))
    money = dict.fromkeys(YEARS, 60_000.0)
    made = rotate(condition, sections, life, budget_usd=money, rotation=rotation)
    visits = {(zone, year) for zone, year in made.rotation.index}
    bound = made.plan.work.join(sections[["functional_class", "zone_id"]], on="section_id")
    bound = bound[(bound["functional_class"] != "arterial") & bound["zone_id"].notna()]
    years = bound.index.get_level_values("year")
    assert set(zip(bound["zone_id"], years, strict=True)) <= visits
    assert made.unzoned == 1
    assert made.plan.objective <= made.bound_of_rotation <= made.plan.bound + 1e-9
    cents = made.rotation["cost_usd"].mul(100).round().sum()
    assert cents == bound["cost_usd"].mul(100).round().sum()
    order = np.random.default_rng(2).permutation(6)
    mixed = rotate(
        condition.iloc[order[::-1]],
        sections.iloc[order],
        life,
        budget_usd=money,
        rotation=rotation,
    )
    pd.testing.assert_frame_equal(made.plan.work, mixed.plan.work)
    pd.testing.assert_frame_equal(made.rotation, mixed.rotation)


def test_the_price_of_rotating_is_an_interval(life) -> None:
    condition, sections = tables([62.0, 55.0, 78.0, 70.0, 45.0, 85.0])
    money = dict.fromkeys(YEARS, 40_000.0)
    rotations = {"given": Rotation(3, given={"north": 2029, "south": 2029}), "chosen": Rotation(3)}
    made = compare_rotations(condition, sections, life, budget_usd=money, rotations=rotations)
    assert made.index.tolist() == ["free", "given", "chosen"]
    for least, most in (
        ("lost_least", "lost_most"),
        ("more_least_usd", "more_most_usd"),
        ("less_least_usd", "less_most_usd"),
    ):
        assert (made[least] <= made[most].fillna(np.inf)).all()
    assert made.loc["chosen", "objective"] >= made.loc["given", "objective"]
    assert made.loc["given", "lost_least"] > 0
    assert (made.loc["free", ["lost_most", "more_most_usd", "less_most_usd"]] == 0).all()


def test_nonsense_is_refused_all_at_once(life) -> None:
    with pytest.raises(InfeasibleError) as raised:
        Rotation(0, most_zones=0, work="some")
    assert len(raised.value.problems) == 3
    strange = Rotation(
        1,
        zones=frozenset({"north", "south", "west"}),
        exempt=frozenset({"alleyway"}),
        treatments=frozenset({"gold"}),
        given={"north": 2031},
        most_zones=1,
    )
    with pytest.raises(InfeasibleError) as raised:
        city(life, [62.0, 55.0, 78.0], strange, [1.0] * 3)
    where = {problem.where for problem in raised.value.problems}
    assert where == {
        "zone",
        "functional_class",
        "treatment",
        "year of a first visit",
        "most_zones",
    }
