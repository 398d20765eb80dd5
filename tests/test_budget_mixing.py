"""A large city's plan, mixed of plans at nearby prices: rows kept, near the bound, repeatable."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from benchmarks import instance
from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, ledger, mixing, search
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import points, total
from norwalk_geo.budget.model import Case


@pytest.fixture(scope="module")
def city() -> Case:
    life = instance.lifecycle(age_alone=False)
    return instance.layout(instance.stock(8_000, life), life, 6)


def test_a_mixture_keeps_the_rows_but_for_whole_sections_and_is_near_the_bound(city: Case) -> None:
    market = Market.of(city)
    bound = bounds.minimize(market)
    lives = mixing.mixed(market, bound)
    used = total(city, lives)[: city.rows.cells] / 100
    assert used == pytest.approx(city.rows.money, rel=0.03)
    assert abs(bound.value - float(points(city, lives).sum())) < 0.01 * bound.gain


def test_a_plan_that_was_mixed_keeps_every_row_and_its_proof(city: Case) -> None:
    with mock.patch.object(core, "_LARGE", 1):
        found = search.search(city)
        again = search.search(city)
    assert not ledger.broken(city, found.treatments)
    mine = float(points(city, found.treatments).sum())
    assert mine <= found.bound.value
    assert found.bound.value - mine < 5e-4 * found.bound.gain
    np.testing.assert_array_equal(found.treatments, again.treatments)
