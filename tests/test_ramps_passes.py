"""Passes over a section's two layers, and who sleeps while a plan with curb ramps is improved."""

from __future__ import annotations

import numpy as np
import pytest
from test_ramps import ramps, tiny

from norwalk_geo import deterioration, treatments
from norwalk_geo.budget import pricing, solution
from norwalk_geo.budget.lanes import AFTER, BEFORE, WIDTH
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.ramps import search

CORNERS = [
    ("c1", 40_000, ["s000", "s001"]),
    ("c2", 25_000, ["s001", "s002"]),
    ("c3", 9_000, ["s000"]),
]


@pytest.fixture(scope="module")
def proved() -> tuple:
    life = treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))
    case = tiny(life, [62.0, 48.0, 55.0], ramps(CORNERS), 90_000.0)
    return solution.prove(Market.of(case))


def test_one_pass_over_both_layers_gives_the_bits_of_two(proved) -> None:
    market, bound = proved
    case, charges = market.case, market.charges(bound.charge)
    sizes = (2, len(case.years), len(case.life.treatments) + 1, WIDTH)
    for i in range(len(case.ids)):
        toll = np.zeros(sizes)
        family = int(case.family[market.order[i]])
        pricing.tolls(market.lanes, charges, i, 1, family, toll)
        assert (toll[AFTER] != toll[BEFORE]).any()  # The ramps make a difference.
        one, two = (np.zeros((2, market.shapes.largest + 1, WIDTH)) for _ in range(2))
        given = (case.graph, market.shapes, market.lanes, charges, i, 1)
        pricing.both_values(*given, toll, one)
        for layer in (AFTER, BEFORE):
            pricing.values(*given, layer, toll, two)
        assert np.array_equal(one, two)


def test_a_sweep_that_moves_nobody_within_the_rows_is_the_last(proved) -> None:
    market, bound = proved
    made = search._Search(market, bound)
    search._repair(made)
    assert made.fits()
    before = made.now.lives.copy()
    # Everyone looks again, those that slept as well, at every penalty: nobody moves.
    made.now.restless[:] = True
    for penalty, _ in search._PENALTIES:
        assert made.sweep(penalty, np.maximum(made.price, 1.0)) == 0
    assert np.array_equal(made.now.lives, before)
