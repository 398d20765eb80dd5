"""The budget of every plan year: funds added, years carried on and said, inflation taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norwalk_geo.config import Config, yearly_budget
from norwalk_geo.errors import ConfigError


def config(budget: dict[int, dict[str, float]], **settings: Any) -> Config:
    box = (-118.11, 33.87, -118.04, 33.95)
    plan = {"folder": Path(), "city": "A", "crs": "EPSG:2229", "bbox_lonlat": box, "years": 3}
    return Config(**(plan | settings), budget=budget)


def test_funds_of_a_year_are_added() -> None:
    funds = {year: {"bond": 100.25, "street": 50.5} for year in (2027, 2028, 2029)}
    assert yearly_budget(config(funds), 2027) == (dict.fromkeys(funds, 150.75), [])


def test_years_without_an_entry_take_the_one_before_and_it_is_said() -> None:
    given_usd = {2027: {"general": 10.0}, 2029: {"general": 20.0}}
    budget, notes = yearly_budget(config(given_usd, years=5), 2027)
    assert budget == {2027: 10, 2028: 10, 2029: 20, 2030: 20, 2031: 20}
    assert notes == [
        "No budget is given for 2028: that of 2027 is carried on.",
        "No budget is given for 2030–2031: that of 2029 is carried on.",
    ]


def test_a_budget_of_an_earlier_year_is_carried_into_the_first() -> None:
    budget, notes = yearly_budget(config({2020: {"general": 7.0}}), 2027)
    assert budget == {2027: 7, 2028: 7, 2029: 7}
    assert notes == ["No budget is given for 2027–2029: that of 2020 is carried on."]


def test_money_of_years_before_the_plan_is_said_to_be_unused() -> None:
    given_usd = {2026: {"general": 5.0}, **{year: {"general": 7.0} for year in range(2027, 2030)}}
    _, notes = yearly_budget(config(given_usd), 2027)
    assert notes == ["The budget of 2026 is not used: the plan begins with fiscal year 2027."]


def test_money_that_comes_too_late_is_an_error() -> None:
    with pytest.raises(ConfigError) as error:
        yearly_budget(config({2028: {"general": 7.0}}), 2027)
    assert str(error.value) == (
        "norwalk.toml: 1 problem\n"
        "  budget: has no entry for fiscal year 2027, the first of the plan. "
        "Add to norwalk.toml, below [budget]: 2027 = 5_000_000."
    )


def test_a_table_of_budgets_stands_before_the_settings_and_is_named_in_the_error() -> None:
    settings = config({2027: {"general": 1.0}})
    budget, _ = yearly_budget(settings, 2027, by_year={2027: 9.0})
    assert budget == {2027: 9, 2028: 9, 2029: 9}
    with pytest.raises(ConfigError) as error:
        yearly_budget(settings, 2027, by_year={2030: 9.0})
    assert str(error.value) == (
        "tables: 1 problem\n"
        "  budgets.year: has no entry for fiscal year 2027, the first of the plan. "
        "Add a row for 2027 to the table budgets."
    )


def test_nominal_dollars_are_deflated_to_the_base_year_by_the_cent() -> None:
    funds = {year: {"general": 1_000_000.0} for year in (2026, 2027, 2028)}
    settings = config(funds, budget_dollars="nominal", inflation_pct=2.5, base_year=2026)
    budget, _ = yearly_budget(settings, 2026)
    # 1,000,000 / 1.025 and / 1.025².
    assert budget == {2026: 1_000_000, 2027: 975_609.76, 2028: 951_814.40}


def test_a_year_before_the_base_year_is_worth_more() -> None:
    settings = config({2024: {"general": 100.0}}, budget_dollars="nominal", base_year=2026, years=1)
    assert yearly_budget(settings, 2024)[0] == {2024: 105.06}


@given(
    st.dictionaries(st.integers(2020, 2035), st.floats(0, 1e9), min_size=1),
    st.integers(2020, 2035),
    st.integers(1, 12),
)
def test_every_plan_year_has_money_of_a_year_that_is_not_later(
    by_year: dict[int, float], first: int, years: int
) -> None:
    settings = config({year: {"general": usd} for year, usd in by_year.items()}, years=years)
    if min(by_year) > first:
        with pytest.raises(ConfigError, match=rf"fiscal year {first}"):
            yearly_budget(settings, first)
        return
    budget, notes = yearly_budget(settings, first)
    assert list(budget) == list(range(first, first + years))
    for year, usd in budget.items():
        source = max(known for known in by_year if known <= year)
        assert usd == round(by_year[source], 2)
    carried_on = [note for note in notes if "carried on" in note]
    assert bool(carried_on) == (not set(budget) <= set(by_year))
