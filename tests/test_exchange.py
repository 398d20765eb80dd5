"""Trades between sections against brute force on small inventions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norwalk_geo.budget import exchange


def options(cents, points, owner, *, budget, prices) -> exchange.Options:
    """Options of sections; what a section does not do costs and brings nothing."""
    cents_array, limit = np.array(cents, dtype="float64"), np.array(budget, dtype="float64")
    price = np.array(prices) / 100
    return exchange.Options.of(np.array(owner), cents_array, np.array(points), price, limit)


@st.composite
def inventions(draw) -> exchange.Options:
    sections, lives, years = 3, draw(st.integers(1, 4)), draw(st.integers(1, 3))
    cents, points, owner = [], [], []
    for section in range(sections):
        cents.append([0] * years)
        points.append(0.0)
        for _ in range(lives):
            cents.append(draw(st.lists(st.integers(0, 90), min_size=years, max_size=years)))
            points.append(draw(st.floats(0, 10)))
        owner += [section] * (lives + 1)
    prices = draw(st.lists(st.floats(0, 5), min_size=years, max_size=years))
    budget = draw(st.lists(st.integers(0, 120), min_size=years, max_size=years))
    return options(cents, points, owner, budget=budget, prices=prices)


@given(inventions(), st.booleans())
def test_three_sections_get_the_best_of_all_plans(made, is_greedy) -> None:
    runs = np.split(np.arange(len(made.owner)), made.first[1:])
    best = max(
        float(made.points[list(one)].sum())
        for one in itertools.product(*runs)
        if (made.left(np.array(one)) >= 0).all()
    )
    start = np.array([run[-1] for run in runs]) if is_greedy else made.first.copy()
    at = exchange.improve(made, start)
    assert (made.left(at) >= 0).all()
    assert (made.owner[at] == np.arange(3)).all()
    assert float(made.points[at].sum()) == pytest.approx(best, rel=1e-6, abs=1e-6)


def test_the_start_is_not_changed_and_the_result_is_the_same_again() -> None:
    random = np.random.default_rng(5)
    owner = np.repeat(np.arange(400), 5)
    cents = random.integers(1, 90_000, (len(owner), 4))
    cents[::5] = 0
    points = np.where(cents.sum(axis=1) > 0, cents.sum(axis=1) * random.uniform(0.5, 1.5), 0.0)
    made = options(cents, points, owner, budget=[4_000_000] * 4, prices=[100.0] * 4)
    start = made.first + 4
    kept = start.copy()
    first, again = exchange.improve(made, start), exchange.improve(made, start)
    assert (start == kept).all()
    assert (first == again).all()
    assert (made.left(first) >= 0).all()
    # Nearly all the money is spent, and on what is worth it.
    assert made.left(first).sum() < 0.001 * made.budget.sum()


def test_no_money_means_no_work() -> None:
    made = options([[0], [5]], [0.0, 3.0], [0, 0], budget=[0], prices=[0.0])
    assert exchange.improve(made, np.array([1])).tolist() == [0]


def test_money_without_a_price_is_not_overspent() -> None:
    cents = [[0, 0], [60, 0], [0, 60]] * 2
    made = options(cents, [0.0, 9, 8] * 2, [0, 0, 0, 1, 1, 1], budget=[100, 100], prices=[0, 0])
    at = exchange.improve(made, np.array([1, 4]))
    assert float(made.points[at].sum()) == 17.0
