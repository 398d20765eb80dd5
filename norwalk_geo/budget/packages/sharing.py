"""
A market in which members of a package share its mobilization.

Mobilization is paid once a package and year, whoever is worked on. If every member that is worked
on pays a share of it, and the shares of a package sum to one in each year, then together they pay
at most what the package does: the market's worth at these charges, and so the bound, stays one on
every plan. The best shares make that bound the tightest; any are valid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget.market import BLOCKS, Answer, Market
from norwalk_geo.budget.model import Case, Floats, Integers
from norwalk_geo.budget.pricing import BARRED, Charges
from norwalk_geo.budget.ramps import shares

__all__ = ["PackagedMarket", "shared_bound"]

_ROUNDS, _STEP = 12, 0.5


@dataclass(frozen=True, kw_only=True)
class PackagedMarket(Market):
    """
    Sections that share mobilization.

    Parameters
    ----------
    package
        Package of each section of the case.
    mobilization_usd
        Dollars once a package and year.
    split
        Share of each section of the case by year; those of a package sum to one.
    patterns
        Pattern of each section in the order of the market.
    """

    package: Integers
    mobilization_usd: float
    split: Floats
    patterns: Integers

    @classmethod
    def of_packages(cls, case: Case, package: Integers, mobilization_usd: float) -> PackagedMarket:
        """
        Sort a city's sections, the members of a package sharing by area.

        Parameters
        ----------
        case
            The city.
        package
            Package of each section.
        mobilization_usd
            Dollars once a package and year.

        Returns
        -------
        market
            Ready to be asked.
        """
        base = Market.of(case)
        total = np.bincount(package, case.cost_area)[package]
        split = np.repeat((case.cost_area / total)[:, None], len(case.years), axis=1)
        own = np.arange(len(base.order))
        fields = {**vars(base), "lanes": base.lanes._replace(pattern=own)}
        return cls(
            **fields,
            package=package,
            mobilization_usd=mobilization_usd,
            split=split,
            patterns=base.lanes.pattern,
        )

    def sample(self, count: int) -> tuple[Market, float]:  # noqa: ARG002 - as any market's
        """
        Keep all sections: a part of a package pays a part of nothing.

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

    def cheapest_cells(self, charge: Floats) -> Integers:
        """
        Find where a package's mobilization is cheapest: it is paid as work on a member may be.

        Parameters
        ----------
        charge
            Points a unit, by measure.

        Returns
        -------
        cells
            Measure by package and year; −1 where no member may be worked on.
        """
        case, years = self.case, len(self.case.years)
        cells = np.full((int(self.package.max()) + 1, years), -1)
        lowest = np.full(cells.shape, np.inf)
        pairs = np.unique(np.column_stack([self.package, case.pattern]), axis=0)
        for j in range(1, case.cell.shape[2]):
            for t in range(years):
                cell = case.cell[pairs[:, 1], t, j]
                price = np.where(cell >= 0, charge[cell], np.inf)
                order = np.lexsort((cell, price, pairs[:, 0]))
                first = order[np.unique(pairs[order, 0], return_index=True)[1]]
                at = pairs[first, 0]
                is_lower = price[first] < lowest[at, t]
                lowest[at[is_lower], t] = price[first][is_lower]
                cells[at[is_lower], t] = cell[first][is_lower]
        return cells

    def tolls(self, charge: Floats) -> Floats:
        """
        Work out what each section pays of its package's mobilization.

        Parameters
        ----------
        charge
            Points a unit, by measure.

        Returns
        -------
        tolls
            Points by section of the case and year, if it is worked on.
        """
        cells = self.cheapest_cells(charge)
        price = np.where(cells >= 0, charge[cells], 0.0).clip(0)
        return np.asarray(self.split * self.mobilization_usd * price[self.package])

    def charges(self, charge: Floats) -> Charges:
        """
        Lay out the charges, with every section's toll on any work in a year.

        Parameters
        ----------
        charge
            Points a unit, by measure.

        Returns
        -------
        charges
            By section, year and treatment.
        """
        case = self.case
        base = super().charges(charge)
        unit = case.unit_cost[:, case.family[self.order], :].transpose(1, 0, 2)
        dollars = self.lanes.cost[:, None, None] * unit
        toll = self.tolls(charge)[self.order][:, :, None]
        per_dollar = np.divide(toll, dollars, out=np.zeros_like(dollars), where=dollars > 0)
        money = base.money[self.patterns].copy()
        money[:, :, 1:] = np.minimum(money[:, :, 1:] + per_dollar, BARRED)
        cell = np.ascontiguousarray(base.cell[self.patterns])
        return base._replace(money=money, cell=cell)

    def ask(self, charge: Floats, *, wants_lives: bool = False) -> Answer:
        """
        Let every section live its best life, and count its shares of mobilization as used.

        Parameters
        ----------
        charge
            Points a unit, by measure.
        wants_lives
            Whether lives are asked for; they are given in any case.

        Returns
        -------
        answer
            Sums, and the lives.
        """
        del wants_lives
        answer = super().ask(charge, wants_lives=True)
        row, year = np.nonzero(answer.lives.treatments >= 0)
        section = self.order[row]
        cell = self.cheapest_cells(charge)[self.package[section], year]
        counted = cell >= 0
        dollars = self.split[section, year] * self.mobilization_usd
        edges = len(self.order) * np.arange(1, BLOCKS + 1) // BLOCKS
        block = np.searchsorted(edges, row, side="right")
        used = answer.used.copy()
        np.add.at(used, (block[counted], cell[counted]), dollars[counted])
        return replace(answer, used=used)

    def works(self, charge: Floats) -> npt.NDArray[np.bool_]:
        """
        Tell who is worked on at given charges.

        Parameters
        ----------
        charge
            Points a unit, by measure.

        Returns
        -------
        works
            By section of the case and year.
        """
        done = np.zeros(self.split.shape, dtype=bool)
        done[self.order] = self.ask(charge).lives.treatments >= 0
        return done


def _moved(market: PackagedMarket, works: npt.NDArray[np.bool_], step: float) -> PackagedMarket:
    """Let those who are worked on pay more of it, and those who are not less."""
    package, kind = market.package, works.astype("float64")
    count = int(package.max()) + 1
    split = market.split.copy()
    for t in range(split.shape[1]):
        some = np.bincount(package, kind[:, t], count)
        paid = np.bincount(package, split[:, t] * (1 - kind[:, t]), count)
        # What idle members give up, in proportion, the working ones share alike.
        is_split = (some > 0) & (paid > 0)
        part = np.where(is_split, step, 0.0)[package]
        given = (paid / np.maximum(some, 1))[package]
        change = np.where(kind[:, t] > 0, part * given, -part * split[:, t])
        split[:, t] += change
    return replace(market, split=split)


def shared_bound(market: PackagedMarket) -> tuple[PackagedMarket, bounds.Bound]:
    """
    Find prices and shares that prove a tight bound.

    Parameters
    ----------
    market
        Sections that share mobilization.

    Returns
    -------
    market, bound
        With the best shares found, and their bound: valid for every plan that pays mobilization.
    """
    if market.case.duties is None:
        best = market, bounds.minimize(market)
    else:
        first, value = shares.minimize(market)
        market = replace(market, shares=first.shares)
        best = market, value
    proof = best[1]
    for turn in range(_ROUNDS):
        market = _moved(market, market.works(proof.charge), _STEP / (1 + turn / 3))
        height, charge, _ = bounds.value(market, proof.at)
        if height < best[1].value:
            best = market, replace(proof, value=height, charge=charge)
    again = bounds.minimize(best[0])
    return best if best[1].value <= again.value else (best[0], again)
