"""Reasons: what keeps the city from a section, who may pay, whose turn it is, which ramps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_budget import streets, surveyed
from test_ramps import ramps

from norwalk_geo import budget, deterioration, treatments
from norwalk_geo.budget import measures
from norwalk_geo.budget.model import build_case
from norwalk_geo.budget.ramps.tables import owed_points, ramp_cents

YEARS = (2027, 2028, 2029)
MONEY = dict.fromkeys(YEARS, 60_000.0)


@pytest.fixture(scope="module")
def life() -> treatments.Lifecycle:
    return treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))


def told(life, points: list[float], zones: str = "", **asked) -> tuple[budget.Plan, pd.Series]:
    """A plan of residential streets, and the reason of each."""
    sections = streets([("residential", "AC", 40)] * len(points))
    if zones:
        sections["zone_id"] = list(zones)
    rules = budget.Rules(demands=budget.Demands(**asked))
    condition = surveyed(sections, points)
    plan = budget.optimize(condition, sections, life, budget_usd=MONEY, rules=rules)
    return plan, plan.outcomes["reason"]


def test_work_says_which_ramps_it_obliges_and_idle_streets_which_they_would(life) -> None:
    owed = ramps([("a", 9_000.0, ["s000", "s001"]), ("b", 900_000.0, ["s002"])])
    plan, why = told(life, [45.0, 45.0, 45.0], ramps=owed)
    named = plan.ramps.iloc[0]
    work = plan.work.loc[(named["section_id"], named["altered_year"])]
    bill = "The work obliges the city to build 2 curb ramps (1 of them not measured yet) for $9,000"
    assert bill in work["reason"]
    others = {"s000", "s001"} - {named["section_id"]}
    if others <= set(plan.work.index.get_level_values("section_id")):
        assert "Other work builds the curb ramps at its corners." in why[others.pop()]
    assert plan.outcomes.loc["s002", "status"] == "not_funded"
    assert "would also oblige the city to build 2 curb ramps" in why["s002"]
    assert "for $900,000." in why["s002"]


def test_promised_and_forbidden_work_say_so(life) -> None:
    asked = {
        "promised": {"s000": (2028, "slurry_seal")},
        "forbidden": {"s001": YEARS, "s002": (2027,)},
    }
    plan, why = told(life, [78.0, 45.0, 45.0], **asked)
    assert plan.work.loc[("s000", 2028), "reason"].endswith("promised; the plan keeps to it.")
    assert why["s001"].startswith("It may not be worked on in any year of the plan (forecast")
    assert plan.outcomes.loc["s002", "first_year"] > 2027
    _, why = told(life, [78.0, 45.0, 30.0], forbidden={"s002": (2027, 2028)})
    assert "It may not be worked on in 2027 and 2028." in why["s002"] or "in fiscal" in why["s002"]


def test_zones_and_funds_are_named(life) -> None:
    funds = (
        budget.Fund("roads", MONEY, treatments=frozenset({"alteration"}), zones=frozenset("n")),
        budget.Fund("seals", MONEY, treatments=frozenset({"maintenance"})),
    )
    turns = {"n": (2028,), "s": (2031,)}
    plan, why = told(life, [45.0, 78.0, 45.0, 20.0], "nnsx", funds=funds, zone_years=turns)
    assert set(plan.work.index.get_level_values("year")) <= {2028}
    for (section, _), row in plan.work.iterrows():
        payer = "roads" if row["ada_kind"] == "alteration" else "seals"
        assert f"Of the funds only {payer} may pay for it." in row["reason"]
        assert "Zone n has its turn in 2028." in why[section]
    assert why["s002"].startswith("No work may be done on it: Zone s has its turn after the plan (")
    assert "No fund may pay for that here." in why["s003"]


@pytest.mark.parametrize("seed", range(3))
def test_ramps_that_a_section_adds_are_the_difference_of_the_bills(life, seed) -> None:
    """Priced at a point a dollar, against the plan with that section's life and without it."""
    random = np.random.default_rng(seed)
    corners = [("a", ["s000", "s001"]), ("b", ["s001", "s002"]), ("c", ["s000", "s001", "s002"])]
    owed = ramps([(name, float(random.integers(1, 9_000)), at) for name, at in corners])
    sections = streets([("residential", "AC", 40)] * 3)
    rules = budget.Rules(demands=budget.Demands(ramps=owed))
    condition = surveyed(sections, [45.0] * 3)
    case = build_case(condition, sections, life, budget_usd=MONEY, rules=rules)
    duties = case.duties
    assert duties is not None
    alteration = int(np.flatnonzero(duties.alters)[0])
    plan = np.full((3, 3), -1, dtype="int8")
    for section in range(2):
        plan[section, random.integers(0, 3)] = alteration
    points = owed_points(case, duties, np.ones(case.rows.measures), plan)
    for section in range(3):
        for year in range(3):
            life_of, idle = plan.copy(), plan.copy()
            life_of[section], idle[section] = -1, -1
            life_of[section, year] = alteration
            bills = [int(ramp_cents(case, one).sum()) for one in (life_of, idle)]
            assert points[section, year] == pytest.approx((bills[0] - bills[1]) / 100)
    assert (points[:, 3] == 0).all()
    assert measures.total(replace(case, duties=None), plan)[: case.rows.cells].sum() > 0
