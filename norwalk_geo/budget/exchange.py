"""
From nearly right to right: trade lives between sections until no trade of two or three helps.

At the best prices a plan loses against the bound in two ways only: sections that do not live their
best life, and money that is left. Their sum is what a trade must lower. Trades that lose little
come first, and the rest are never looked at, because what is left of the money is all that a trade
can win. On the way a year may be overspent at a penalty; at the end none is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from norwalk_geo.budget.model import Floats, Integers

__all__ = ["Options", "improve"]

# Moves looked at in twos (first few, then many), in threes, and kept at hand at all: those that
# lose least.
_IN_TWOS, _IN_THREES, _AT_HAND = (300, 1_500), 100, 20_000
# Price of an overspent cent, in prices of a cent left over. Up to so many sections each is tried
# and the best result kept; beyond, the first comes as near to the bound.
_PENALTIES, _SEVERAL = (2.0, 4.0, 8.0), 1_000
_FORBIDDEN = 1e9
# Below this many sections one section weighs much: shake the plan, and keep what comes out better.
_FEW, _SHAKES, _SHAKEN, _SHAKEN_FROM = 300, 60, 6, 300
_FEW_OPTIONS = 1_000
_WIDE = 10  # looks at many trades, where few help no more, in a quick search
_NO_GAIN = 1e-10  # of the worth of all work: sums in another order differ by less


class _Moves(NamedTuple):
    """Other lives for sections, least loss first: what each loses, its cents, whose it is."""

    loss: Floats
    cents: Floats
    owner: Integers


class _Money(NamedTuple):
    """Cents left by year, what one left over loses, and what one overspent loses."""

    left: Floats
    idle: Floats
    over: Floats


@njit(cache=True, inline="always")
def _lost(left: Floats, cents: Floats, idle: Floats, over: Floats, top: float) -> float:
    """Points lost to money left or overspent after a move; stops where it is at least `top`."""
    total = 0.0
    for t in range(left.shape[0]):
        x = left[t] - cents[t]
        total += max(idle[t] * x, -over[t] * x)
        if total >= top:
            break
    return total


@njit(cache=True)
def _best_two(moves: _Moves, money: _Money, least: float) -> tuple[int, int]:
    """Find the best move or pair of moves; −1 for none."""
    loss, cents, owner = moves
    start, idle, over = money
    now = _lost(start, np.zeros(len(start)), idle, over, np.inf)
    best, first, second = least, -1, -1
    for a in range(len(loss)):
        if loss[a] + min(loss[0], 0.0) >= now - best:
            break
        left = start - cents[a]
        alone = now - loss[a] - _lost(start, cents[a], idle, over, np.inf)
        if alone > best:
            best, first, second = alone, a, -1
        for b in range(a + 1, len(loss)):
            top = now - best - loss[a] - loss[b]
            if top <= 0:
                break
            if owner[a] != owner[b]:
                lost = _lost(left, cents[b], idle, over, top)
                if lost < top:
                    best += top - lost
                    first, second = a, b
    return first, second


@njit(cache=True)
def _best_three(moves: _Moves, money: _Money, least: float) -> tuple[int, int, int]:
    """Find the best three moves; −1 for none."""
    loss, cents, owner = moves
    start, idle, over = money
    now = _lost(start, np.zeros(len(start)), idle, over, np.inf)
    best, first, second, third = least, -1, -1, -1
    for a in range(len(loss)):
        for b in range(a + 1, len(loss)):
            if loss[a] + 2 * loss[b] >= now - best:
                break
            if owner[a] == owner[b]:
                continue
            left = start - cents[a] - cents[b]
            for c in range(b + 1, len(loss)):
                top = now - best - loss[a] - loss[b] - loss[c]
                if top <= 0:
                    break
                if owner[c] != owner[a] and owner[c] != owner[b]:
                    lost = _lost(left, cents[c], idle, over, top)
                    if lost < top:
                        best += top - lost
                        first, second, third = a, b, c
    return first, second, third


@dataclass(frozen=True)
class Options:
    """
    Every life that is open to every section, section by section; the first does nothing.

    Parameters
    ----------
    owner
        Section of each option.
    first
        First option of each section.
    cents
        What each option uses of each row: cents by year, or whatever else is limited.
    points
        Weighted point-years.
    loss
        Points short of the section's best option at the best prices.
    near
        Options that lose least: the only ones that are traded.
    price, over
        Points that a unit of each row is worth, and what an exceeded one costs at least.
    budget
        Units at most, by row.
    """

    owner: Integers
    first: Integers
    cents: Floats
    points: Floats
    loss: Floats
    near: Integers
    price: Floats
    over: Floats
    budget: Floats

    @classmethod
    def of(
        cls, owner: Integers, used: Floats, points: Floats, price: Floats, limit: Floats
    ) -> Options:
        """
        Work out what each option loses.

        Parameters
        ----------
        owner, used, points
            Section of each option, what it uses by row, and its points.
        price, limit
            Points a unit, and units at most, by row.

        Returns
        -------
        options
            Ready to trade.
        """
        first = np.searchsorted(owner, np.arange(int(owner[-1]) + 1))
        worth = points - used @ price
        loss = np.maximum.reduceat(worth, first)[owner] - worth
        near = np.sort(np.argsort(loss, kind="stable")[:_AT_HAND])
        # Where a row has no price of its own, exceeding it still must cost.
        gain = float((points - points[first][owner]).clip(0).sum())
        over = np.maximum(price, max(price.mean(), gain / max(float(used.clip(0).sum()), 1.0)))
        return cls(owner, first, used, points, loss, near, price, over, limit)

    def left(self, at: Integers) -> Floats:
        """Units left of each row when every section takes its option `at`."""
        left: Floats = self.budget - self.cents[at].sum(axis=0)
        return left


def _descend(options: Options, at: Integers, penalty: float, most_wide: float = np.inf) -> Integers:
    """Make the best trade, again and again, until none helps or many were looked at too often."""
    at, near = at.copy(), options.near
    owner = options.owner[near]
    least = _NO_GAIN * float(np.abs(options.points).sum())
    wide = 0
    while wide < most_wide:
        loss = options.loss[near] - options.loss[at][owner]
        loss[near == at[owner]] = np.inf
        order = np.argsort(loss, kind="stable")[: _IN_TWOS[-1]]
        order = order[np.isfinite(loss[order])]
        change = options.cents[near[order]] - options.cents[at[owner[order]]]
        left = options.left(at).astype("float64")
        money = _Money(left, options.price, penalty * options.over)
        moves = _Moves(loss[order], change.astype("float64"), owner[order])
        picked, is_wide = _trade(moves, money, least)
        if not picked:
            break
        at[owner[order[picked]]] = near[order[picked]]
        wide += is_wide
    return at


def _trade(moves: _Moves, money: _Money, least: float) -> tuple[list[int], bool]:
    """Find the best trade of two moves among few, else among many, else of three; not among few."""
    for count in _IN_TWOS:
        found = _best_two(_first(moves, count), money, least)
        if found[0] >= 0:
            return [k for k in found if k >= 0], count > _IN_TWOS[0]
    return [k for k in _best_three(_first(moves, _IN_THREES), money, least) if k >= 0], True


def _first(moves: _Moves, count: int) -> _Moves:
    """Take the moves that lose least."""
    return _Moves(moves.loss[:count], moves.cents[:count], moves.owner[:count])


def _give_up(options: Options, at: Integers) -> Integers:
    """
    Keep to every row: take the options that lose least for what they free of the worst row.

    None may exceed another row for it. If nothing frees any more, the row stays exceeded.
    """
    at = at.copy()
    for _ in range(4 * len(at) + 100):
        left = options.left(at)
        t = int(left.argmin())
        if left[t] >= 0:
            break
        change = options.cents - options.cents[at][options.owner]
        freed = -change[:, t]
        worse = (np.minimum(left, 0) - np.minimum(left - change, 0)).clip(0)
        worse[:, t] = 0
        fits = (freed > 0) & ~worse.any(axis=1)
        lost = options.loss - options.loss[at][options.owner]
        ratio = np.full(len(lost), np.inf)
        np.divide(lost.clip(0), np.minimum(freed, -left[t]), out=ratio, where=fits)
        k = int(ratio.argmin())
        if not np.isfinite(ratio[k]):
            break
        at[options.owner[k]] = k
    return at


def _settle(
    options: Options, at: Integers, penalty: float, most_wide: float = np.inf
) -> tuple[float, Integers]:
    """Improve with a penalty on overspending, then within the budgets; give points and options."""
    fits = _give_up(options, _descend(options, at, penalty, most_wide))
    best = _descend(options, fits, _FORBIDDEN, most_wide)
    return float(options.points[best].sum()), best


def improve(options: Options, at: Integers, *, is_quick: bool = False) -> Integers:
    """
    Improve a plan by trades, and make it fit the budgets.

    Parameters
    ----------
    options
        Every life that is open to every section.
    at
        Option of each section; it may overspend.
    is_quick
        Try once: for a plan of many, of which only the figures are asked for.

    Returns
    -------
    at
        Option of each section, within every year's budget. No trade of two sections, or of the
        three that lose least, makes it better; in a large city only those near the best are tried.
    """
    if is_quick:
        return _settle(options, at, _PENALTIES[0], _WIDE)[1]
    several = _PENALTIES if len(at) <= _SEVERAL else _PENALTIES[:1]
    found = [_settle(options, at, penalty) for penalty in several]
    best = max(found, key=lambda one: one[0])
    is_small = len(at) <= _FEW and len(options.owner) <= _FEW_OPTIONS
    return _shake(options, best) if is_small and options.price.any() else best[1]


def _shake(options: Options, best: tuple[float, Integers]) -> Integers:
    """Give a few sections another life, improve again, and keep what is better."""
    # Seeded here: the same city gives the same plan.
    random = np.random.default_rng(1)
    for turn in range(_SHAKES):
        at = best[1].copy()
        loss = options.loss - options.loss[at][options.owner]
        loss[at] = np.inf
        nearest = np.argsort(loss, kind="stable")[: min(_SHAKEN_FROM, len(loss) - len(at))]
        for k in random.choice(nearest, min(_SHAKEN, len(nearest)), replace=False):
            at[options.owner[k]] = k
        found = _settle(options, at, _PENALTIES[turn % len(_PENALTIES)])
        best = max(best, found, key=lambda one: one[0])
    return best[1]
