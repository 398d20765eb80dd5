"""
The best rotation, with a proof.

At any prices a rotation is worth at most the sum of what its zones are worth at their options, and
what is left over: a cut. An integer program over the zones' options alone finds the rotation that
all cuts together allow most; a plan is made for it, and its prices are the next cut. What the
program promises of rotations not yet tried, and what is proved of those that were, bounds them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import exact, ledger, solution
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import points
from norwalk_geo.budget.model import Case, Integers
from norwalk_geo.budget.ramps import shares
from norwalk_geo.budget.rotation.layout import Zones
from norwalk_geo.budget.rotation.master import Cut, Master, cut
from norwalk_geo.budget.rotation.zoned import ZonedMarket, best_choice
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["Rotated", "search"]

_TURNS = 12
_CLOSE = 2e-4  # of the gain: a rotation that can be better by less is not looked for
_SETTLED, _SETTLE = 4, 1e-6  # rotations decided exactly at the end, where small
# In a larger city plans are made for the most promising rotations only.
_LARGE, _PLANNED, _TURNS_OF_SHARES = 1_000, 3, 2
_HOPELESS = 1e3  # gains below the root: a rotation that no plan can keep to


@dataclass(frozen=True)
class Rotated:
    """
    The best rotation found.

    Parameters
    ----------
    choice
        Option by zone.
    found
        Its plan, in the treatments of the zones' case, and its own proof.
    value
        Weighted point-years of the plan.
    bound
        Weighted point-years that no plan under any rotation exceeds.
    own
        Weighted point-years that no plan under this rotation exceeds.
    case
        The city in which every zone has its option.
    root
        Bound and prices with every zone split among its options: valid for any rotation, too.
    cuts
        What proves the bound.
    tried
        Rotations that a plan was made for.
    """

    choice: Integers
    found: Found
    value: float
    bound: float
    own: float
    case: Case
    root: bounds.Bound
    cuts: tuple[Cut, ...]
    tried: int


@dataclass
class _Tried:
    """A rotation that was looked at, its city, what it is worth at most, and whether exactly."""

    choice: Integers
    city: Market
    proof: bounds.Bound
    top: float
    found: Found | None = None
    is_exact: bool = False


@dataclass
class _Search:
    """Rotations looked at, the best plan, and why some cannot be."""

    is_large: bool
    tried: list[_Tried] = field(default_factory=list)
    best: _Tried | None = None
    found: Found | None = None
    value: float = -np.inf
    refused: InfeasibleError | None = None

    def take(self, choice: Integers, market: Market, root: bounds.Bound | None) -> bounds.Bound:
        """Prove what a rotation is worth at most; in a small city make a plan for it, too."""
        city, proof = solution.prove(market, start=root, turns=_TURNS_OF_SHARES)
        one = _Tried(choice, city, proof, proof.value)
        self.tried.append(one)
        if not self.is_large and one.top > self.value:
            self._plan(one)
        return proof

    @property
    def reached(self) -> float:
        """What looking for other rotations must beat: a plan, in a large city one as if proved."""
        return max(self.proved(), self.value) if self.is_large else self.value

    def proved(self) -> float:
        """What none of the rotations looked at exceeds."""
        return max((one.top for one in self.tried), default=-np.inf)

    def plan(self, close: float) -> None:
        """Make plans for the most promising rotations of a large city."""
        for count, one in enumerate(sorted(self.tried, key=lambda one: -one.top)):
            if one.top <= self.value + close or (count >= _PLANNED and self.best is not None):
                break
            one.city, one.proof = solution.prove(one.city, start=one.proof)
            one.top = min(one.top, one.proof.value)
            self._plan(one)

    def _plan(self, one: _Tried) -> None:
        """Make a plan for a rotation."""
        one.city, one.found = solution.choose(one.city, one.proof)
        one.top = min(one.top, one.found.bound.value)
        if ledger.broken(one.city.case, one.found.treatments):
            self.settle(one)
        else:
            self._keep(one, one.found)

    def settle(self, one: _Tried) -> None:
        """Decide a rotation by integer programming, where the city is small enough."""
        one.is_exact = True
        if one.found is None:
            one.city, one.found = solution.choose(one.city, one.proof)
        try:
            found = exact.improve(one.city, one.found)
        except InfeasibleError as error:
            self.refused = error if error.problems else _refused(one)
            return
        one.top = min(one.top, found.bound.value)
        self._keep(one, found)

    def finish(self, close: float) -> float:
        """Decide those that can still be better; return what none of all tried exceeds."""
        for _ in range(_SETTLED):
            open_ones = [
                one for one in self.tried if not one.is_exact and (one.found or not self.is_large)
            ]
            one = max(open_ones, key=lambda one: one.top, default=None)
            if one is None or one.top <= self.value + close:
                break
            self.settle(one)
        return self.proved()

    def _keep(self, one: _Tried, found: Found) -> None:
        """Keep a plan if it is the best."""
        mine = float(points(one.city.case, found.treatments).sum())
        if mine > self.value:
            self.best, self.found, self.value = one, found, mine


def _refused(one: _Tried) -> InfeasibleError:
    """Name the rows that a rotation's plan breaks, where nobody said by how much."""
    lives = one.found.treatments if one.found else np.empty(0, np.int8)
    what = "cannot be kept with all the work that the rotation demands"
    remedy = "Add money, bind fewer treatments or give zones more years."
    words = ledger.broken(one.city.case, lives)
    return InfeasibleError.of("rotation", [Problem(word, what, remedy=remedy) for word in words])


def search(
    zones: Zones, *, turns: int = _TURNS, progress: Callable[[float], None] | None = None
) -> Rotated:
    """
    Find the best rotation.

    Parameters
    ----------
    zones
        The city, its zones and their options.
    turns
        Rotations to try at most.
    progress
        Told the share done, from 0 to 1.

    Returns
    -------
    rotated
        The rotation, its plan, and a bound on every plan under any rotation.

    Raises
    ------
    InfeasibleError
        None of the rotations tried has a plan that keeps to every row.
    """
    market, root = _root(zones)
    first = cut(market, root.at)
    made = _Search(len(zones.case.ids) > _LARGE)
    master, left = Master(zones, root.gain), root.value
    master.add(first, root.value)
    choice: Integers | None = best_choice(zones, first.worth)
    for turn in range(turns):
        if turn:
            choice, promised = master.best(root.value)
            left = min(left, promised)
        if choice is None or left <= made.reached + _CLOSE * root.gain:
            break
        city = Market.of(zones.chosen(choice)).sharing(market.shares)
        proof = made.take(choice, city, root if made.is_large else None)
        master.exclude(choice)
        if proof.value > root.value - _HOPELESS * root.gain:
            # Shares that suit this rotation prove most of it, and hold for any.
            master.add(cut(market.sharing(made.tried[-1].city.shares), proof.at), root.value)
        if progress:
            progress((turn + 1) / turns)
    return _rotated(made, master, root, left)


def _root(zones: Zones) -> tuple[ZonedMarket, bounds.Bound]:
    """Bound every rotation; shares of ramps are first those of the city without one."""
    market = ZonedMarket.of_zones(zones)
    if zones.case.duties is None:
        return market, bounds.minimize(market)
    free, _ = shares.minimize(Market.of(zones.base))
    return market.sharing(free.shares), bounds.minimize(market.sharing(free.shares))


def _rotated(made: _Search, master: Master, root: bounds.Bound, left: float) -> Rotated:
    """Make plans where none are made yet, and join what is proved."""
    if made.is_large:
        made.plan(_SETTLE * root.gain)
    tried = made.finish(_SETTLE * root.gain)
    if made.best is None or made.found is None:
        raise made.refused or InfeasibleError.of("rotation", [_nothing_tried()])
    top = min(root.value, max(left, tried, made.value))
    return Rotated(
        choice=made.best.choice,
        found=made.found,
        value=made.value,
        bound=top,
        own=min(top, made.best.top),
        case=made.best.city.case,
        root=root,
        cuts=tuple(master.cuts),
        tried=len(master.tried),
    )


def _nothing_tried() -> Problem:
    """Say that no rotation was looked at."""
    return Problem("turns", "are none", remedy="Allow one rotation or more to be tried.")
