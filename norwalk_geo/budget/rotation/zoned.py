"""
A market whose zones choose, too: at given charges each takes the option that is worth most.

Without a limit on zones a year the zones do not compete either; with one they share out the years
in the way that is worth most in all. Either way the sum is at least what any rotation can reach at
these charges, so the bound of a market is one of a zoned market, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from norwalk_geo.budget.market import BLOCKS, Answer, Market
from norwalk_geo.budget.model import Floats, Integers
from norwalk_geo.budget.pricing import Lanes
from norwalk_geo.budget.rotation.layout import Zones

__all__ = ["ZonedMarket", "best_choice"]


def best_choice(zones: Zones, worth: Floats) -> Integers:
    """
    Give every zone an option for the most points.

    Parameters
    ----------
    zones
        Which options there are, and how many zones each can take.
    worth
        Points by zone and option.

    Returns
    -------
    choice
        Option by zone; the first of equals.
    """
    far = 1e3 * (1.0 + np.abs(worth).max(initial=0.0))
    open_worth = np.where(zones.is_allowed, worth, -far)
    if zones.capacity is None:
        return np.asarray(open_worth.argmax(axis=1), dtype="int64")
    room = np.minimum(zones.capacity, len(worth))
    seats = np.repeat(np.arange(len(zones.options)), room)
    _, seat = linear_sum_assignment(open_worth[:, seats], maximize=True)
    return np.asarray(seats[seat], dtype="int64")


@dataclass(frozen=True, kw_only=True)
class ZonedMarket(Market):
    """
    Sections by zone and option, and those that are free.

    Parameters
    ----------
    zones
        The zones and their options.
    free
        Sections that no rotation binds.
    parts
        Sections of each zone under each option.
    """

    zones: Zones
    free: Market
    parts: tuple[tuple[Market, ...], ...]

    @classmethod
    def of_zones(cls, zones: Zones) -> ZonedMarket:
        """
        Sort a city's sections by zone.

        Parameters
        ----------
        zones
            The city.

        Returns
        -------
        market
            Ready to be asked.
        """
        whole = Market.of(replace(zones.case, pattern=zones.base.pattern))
        zone, block = zones.zone[whole.order], len(zones.base.cell)

        def part(z: int, option: int) -> Market:
            rows = np.flatnonzero(zone == z)
            taken: list[Any] = [np.ascontiguousarray(one[rows]) for one in whole.lanes]
            lanes = Lanes(*taken)
            lanes = lanes._replace(pattern=lanes.pattern + block * option)
            return replace(whole, lanes=lanes, order=whole.order[rows])

        parts = tuple(
            tuple(part(z, o + 1) for o in range(len(zones.options)))
            for z in range(len(zones.names))
        )
        return cls(**vars(whole), zones=zones, free=part(-1, 0), parts=parts)

    def sharing(self, shares: Floats) -> ZonedMarket:
        """
        Share the cost of ramps otherwise, whatever the options.

        Parameters
        ----------
        shares
            By link and year; those of a corner sum to one in each year.

        Returns
        -------
        market
            The same zones; any shares prove a bound on every rotation.
        """
        parts = tuple(tuple(replace(one, shares=shares) for one in row) for row in self.parts)
        return replace(self, shares=shares, free=replace(self.free, shares=shares), parts=parts)

    def sample(self, count: int) -> tuple[Market, float]:  # noqa: ARG002 - as any market's
        """
        Keep all sections: a part of a zone says little of it.

        Parameters
        ----------
        count
            Not used.

        Returns
        -------
        market, share
            This market, and one.
        """
        return self, 1.0

    def worth(self, charge: Floats) -> Floats:
        """
        Value every zone under each of its options.

        Parameters
        ----------
        charge
            Points a unit, by measure.

        Returns
        -------
        worth
            Points with charges, by zone and option.
        """
        return np.array([[part.ask(charge).value for part in row] for row in self.parts])

    def ask(self, charge: Floats, *, wants_lives: bool = False) -> Answer:
        """
        Let every zone take its best option, and every section live its best life.

        Parameters
        ----------
        charge
            Points a unit, by measure.
        wants_lives
            Lives are never given: they are those of the chosen rotation.

        Returns
        -------
        answer
            Sums, and when each section alters first, where ramps are due. Zones that share out
            years are one block, because none is best alone.
        """
        del wants_lives
        answers = [[part.ask(charge) for part in row] for row in self.parts]
        free = self.free.ask(charge)
        worth = np.array([[one.value for one in row] for row in answers])
        values, used, benefit = free.values.copy(), free.used.copy(), free.benefit
        altered = self.free.altered(free.lives) if self.case.duties else None
        for z, o in enumerate(best_choice(self.zones, worth) if len(worth) else ()):
            block = z % BLOCKS if self.zones.capacity is None else 0
            values[block] += answers[z][o].value
            used[block] += answers[z][o].usage
            benefit += answers[z][o].benefit
            if altered is not None:
                part = self.parts[z][o]
                altered[part.order] = answers[z][o].lives.altered
        if altered is None:
            return Answer(values, benefit, used, free.lives)
        lives = free.lives._replace(altered=altered[self.order])
        return Answer(values, benefit, used, lives)
