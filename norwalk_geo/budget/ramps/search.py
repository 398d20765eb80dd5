"""
From shares to a plan whose ramps are paid for: every row kept to the cent, ramps as they are.

Sections answer each other at the best prices, which move until the money is about spent with the
true bill for ramps; then a search with a growing penalty on exceeded rows makes the plan fit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from norwalk_geo.budget.bound import DEAR, Bound
from norwalk_geo.budget.lanes import Floats
from norwalk_geo.budget.ledger import broken, quotas
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import Lives, points, total, worth
from norwalk_geo.budget.model import CENTS
from norwalk_geo.budget.ramps import moves, paths
from norwalk_geo.budget.ramps.moves import Corners, Ledger, Now

__all__ = ["choose", "mend"]

# What sections pay for ramps goes from their shares to what ramps really cost, step by step; prices
# follow a little, or not at all: the better plan is kept.
_OWN, _FOLLOWS = (*np.linspace(0.97, 0.0, 30), 0.0, 0.0, 0.0), (0.003, 0.0)
# Where funds share what they pay for, a long way from the prices spends it in the wrong places.
_SHORT = (0.5,)
_AGAIN, _SOFT, _SOFTLY = 2, 1.2, 3
_PENALTIES = ((3.0, 3), (10.0, 3), (50.0, 3), (1e6, 12))
_FREE, _AT_ONCE = -1.0, 30_000  # sections that choose in one sweep at most
# Prices of rows that are exceeded, have much left, and have little left.
_HIGH = np.array([1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 50.0])
_LOW = np.array([1.0, 0.9, 0.8, 0.6, 0.4, 0.2, 0.8, 0.5])
_TIGHT = np.array([1.0, 1.0, 1.1, 1.5, 2.0, 3.0, 5.0, 10.0])
_SAME = np.ones(8)
_SEED = 1


class _Search:
    """A plan that is being improved, and what the compiled passes need."""

    def __init__(self, market: Market, bound: Bound, plan: Lives | None = None) -> None:
        self.market, self.case, self.gain = market, market.case, bound.gain
        self.corners = _corners(market)
        toll = self.case.toll
        self.charges = market.charges(bound.charge if toll is None else bound.charge + toll)
        every = _living(market, bound.charge) if plan is None else plan
        self.rows, self.price, self.limit = quotas(self.case, bound, total(self.case, every))
        self.always = len(self.limit)
        if toll is not None:
            counts = toll.copy()
            counts[: self.case.rows.cells] /= CENTS
            self.rows = np.vstack([self.rows, counts])
            self.price, self.limit = np.append(self.price, 1.0), np.append(self.limit, 0.0)
        has_condition = self.rows[:, self.case.rows.cells + self.case.rows.years :].any()
        self.pci = market.pci if has_condition else np.empty((0, 0))
        self.use = np.ascontiguousarray(self.rows.T)
        self.random = np.random.default_rng(_SEED)
        self.now = self._begin(every[market.order])

    def _begin(self, lives: Lives) -> Now:
        """Count what lives (in the order of the market) use and are worth."""
        market, rows = self.market, len(self.limit)
        case = replace(market.case, duties=None, toll=None)
        every = np.empty_like(lives)
        every[market.order] = lives
        mine = np.empty((len(lives), rows))
        paths.use_all(
            case.graph, market.shapes, market.lanes, self.charges, self.use, self.pci, lives, mine
        )
        done = (lives >= 0) & self.charges.alters[1:][lives]
        altered = np.where(done.any(axis=1), done.argmax(axis=1), lives.shape[1])
        now = Now(
            lives.copy(),
            altered.astype("int64"),
            points(case, every)[market.order],
            mine,
            np.zeros(rows),
            np.ones(len(lives), dtype=bool),
        )
        self._count(now)
        return now

    def _count(self, now: Now) -> None:
        """Work out what is left of every row."""
        used = now.mine.sum(axis=0)
        duties = self.case.duties
        if duties is not None:
            bill = duties.bill(self.plan_of(now)).ravel()
            used += self.rows[:, : len(bill)] @ bill
        now.left[:] = self.limit - used

    def plan_of(self, now: Now) -> Lives:
        """Lives in the order of the case."""
        lives = np.empty_like(now.lives)
        lives[self.market.order] = now.lives
        return lives

    def fits(self) -> bool:
        """Whether no row is exceeded."""
        return bool((self.now.left[: self.always] >= 0).all())

    def sweep(self, over: float, price: Floats, own: float = 0.0) -> int:
        """Let sections that may move choose once, in an order drawn anew."""
        market = self.market
        is_free = over < 0
        tilts = (_SAME, _SAME, _SAME) if is_free else (_HIGH, _LOW, _TIGHT)
        typical = np.abs(self.now.mine).sum(axis=0) / np.maximum(
            (self.now.mine != 0).sum(axis=0), 1
        )
        ledger = Ledger(self.use, price, over, own, typical, self.always, *tilts)
        order = self.random.permutation(len(self.now.lives))
        # Who saw no other life at eight sets of prices sleeps until a neighbor moves.
        order = order if is_free else order[self.now.restless[order]]
        moved = moves.sweep(
            market.case.graph,
            market.shapes,
            market.lanes,
            self.charges,
            self.corners,
            ledger,
            self.now,
            order[:_AT_ONCE],
            self.pci,
        )
        self.now.restless[:] |= is_free  # With one set of prices nobody saw much.
        return moved


def _corners(market: Market) -> Corners:
    """Lay the links out by row of the market."""
    case, duties = market.case, market.case.duties
    if duties is None:
        none = np.empty(0, dtype="int64")
        first, cents = (
            np.zeros(len(case.family) + 1, dtype="int64"),
            np.empty((0, 0), dtype="int64"),
        )
        return Corners(first, none, np.zeros(1, dtype="int64"), none, cents, none, none)
    row = np.empty(len(case.family), dtype="int64")
    row[market.order] = np.arange(len(row))
    section = row[duties.section]
    by_section = np.argsort(section, kind="stable")
    return Corners(
        first=np.searchsorted(section[by_section], np.arange(len(row) + 1)),
        corner=duties.corner[by_section],
        leg_first=np.searchsorted(duties.corner, np.arange(len(duties.usd) + 1)),
        leg=section,
        cents=duties.cents,
        cell=duties.kind * case.rows.years,
        lead=duties.lead,
    )


def _again(market: Market, bound: Bound, plan: Lives) -> Lives:
    """Share the funds anew as a plan would spend them, and improve it."""
    for _ in range(_AGAIN):
        search = _Search(market, bound, plan)
        for _ in range(_SOFTLY):
            search.sweep(_SOFT, search.price)
        _repair(search)
        plan = search.plan_of(search.now)
    return plan


def _respond(search: _Search, ways: tuple[float, ...], follows: float) -> None:
    """Let neighbors answer each other while prices follow the money that they leave."""
    price = search.price.copy()
    is_money = (search.limit > 0) & (search.price > 0)
    for own in ways:
        search.sweep(_FREE, price, own)
        used = search.limit - search.now.left
        ratio = used[is_money] / search.limit[is_money]
        price[is_money] *= np.clip(ratio, 0.5, 2.0) ** follows


def _repair(search: _Search) -> None:
    """Search with growing penalties until every row is kept and nothing improves."""
    money = max(float(search.limit.clip(0).sum()), 1.0)
    over = np.maximum(search.price, max(float(search.price.mean()), search.gain / money))
    over[search.always :] = search.price[search.always :]
    for penalty, sweeps in _PENALTIES:
        for _ in range(sweeps):
            if not search.sweep(penalty, over):
                if search.fits():  # Dearer rows leave everyone where they are.
                    return
                break


def _living(market: Market, charge: Floats) -> Lives:
    """What every section does at given charges, in the order of the case."""
    lives = market.ask(charge, wants_lives=True).lives.treatments
    every = np.empty_like(lives)
    every[market.order] = lives
    return every


def _idle(market: Market) -> Lives:
    """What every section does when every dollar is too dear: only what is promised."""
    charge = np.zeros(market.case.rows.measures)
    charge[: market.case.rows.cells] = DEAR
    return _living(market, charge)


def mend(market: Market, bound: Bound, plan: Lives) -> Lives:
    """
    Make a plan fit rows that it exceeds, and improve it.

    Parameters
    ----------
    market
        The city.
    bound
        Its prices.
    plan
        Treatment by section and year.

    Returns
    -------
    treatments
        By section and year; some row may still be exceeded.
    """
    search = _Search(market, bound, plan)
    _repair(search)
    return search.plan_of(search.now)


def choose(market: Market, bound: Bound) -> Lives:
    """
    Choose a life for every section so that every row is kept with all ramps paid for.

    Parameters
    ----------
    market
        The city with its best shares.
    bound
        Its prices.

    Returns
    -------
    treatments
        By section and year; some row may be exceeded where nothing better was found.
    """
    found: list[tuple[bool, float, Lives]] = []
    rows = market.case.rows
    is_shared = not len(rows.paid) == len(rows.money) == rows.cells
    ways = [((), 0.0), (_SHORT, 0.0)]
    ways += [] if is_shared else [(_OWN, follows) for follows in _FOLLOWS]
    for own, follows in ways:
        search = _Search(market, bound)
        _respond(search, own, follows)
        _repair(search)
        plan = search.plan_of(search.now)
        found.append((not broken(market.case, plan), worth(market.case, plan), plan))
        plan = _again(market, bound, plan)
        found.append((not broken(market.case, plan), worth(market.case, plan), plan))
    # Whatever the search did, to do as little as may be is a plan, too.
    idle = _idle(market)
    found.append((not broken(market.case, idle), worth(market.case, idle), idle))
    return max(found, key=lambda one: one[:2])[2]
