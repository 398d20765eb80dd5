"""A city as a market: what every section would do at given charges, and what that would use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from norwalk_geo.budget import kernel, nearby, pricing
from norwalk_geo.budget.kernel import Shapes
from norwalk_geo.budget.model import Case, Floats, Integers
from norwalk_geo.budget.pricing import Charges, Lanes, Lives
from norwalk_geo.budget.ramps import fees
from norwalk_geo.budget.rows import CLOSED

__all__ = ["BLOCKS", "Answer", "Market", "Near"]

_SERIAL = 3_000_000  # arcs; below it one core is faster than handing work to several
BLOCKS = 16  # a fixed number, so that sums are the same on any machine


@dataclass(frozen=True)
class Answer:
    """
    What sections choose at given charges.

    Parameters
    ----------
    values
        Their points with charges, by block of sections.
    benefit
        Their points without charges.
    used
        What they use, by block and measure.
    lives
        By section in the order of the market, where asked for.
    """

    values: Floats
    benefit: float
    used: Floats
    lives: Lives

    @property
    def value(self) -> float:
        """
        Sum over the blocks.

        Returns
        -------
        value
            Points with charges.
        """
        return float(self.values.sum())

    @property
    def usage(self) -> Floats:
        """
        Sum over the blocks.

        Returns
        -------
        usage
            By measure.
        """
        return np.asarray(self.used.sum(axis=0))


@dataclass(frozen=True)
class Near:
    """
    Lives that lose little.

    Parameters
    ----------
    owner, treatments, loss
        Section in the order of the case, treatment by year, points short of the section's best.
    """

    owner: Integers
    treatments: npt.NDArray[np.int8]
    loss: Floats


@dataclass(frozen=True)
class Market:
    """
    Sections of a case, sorted so that those of one state lie together.

    Parameters
    ----------
    case
        The city.
    shapes
        What each state can reach.
    lanes
        The sections.
    order
        Section of the case by row.
    pci
        Condition by family and age.
    shares
        Of the cost of ramps, by link of a corner to a section and year: they sum to one for each
        corner. Without rows where no ramps are due.
    """

    case: Case
    shapes: Shapes
    lanes: Lanes
    order: Integers
    pci: Floats
    shares: Floats

    @classmethod
    def of(cls, case: Case) -> Market:
        """
        Sort a case's sections.

        Parameters
        ----------
        case
            The city.

        Returns
        -------
        market
            Ready to be asked.
        """
        ratio = case.cost_area / np.maximum(case.weight, 1e-12)
        order = np.lexsort((ratio, case.pattern, case.group))
        lanes = Lanes(
            shape=case.group[order],
            pattern=case.pattern[order],
            weight=(case.weight / case.life.weight[case.family])[order],
            area=case.area[order],
            cost=case.cost_area[order],
            miles=case.miles[order],
        )
        pci = np.ascontiguousarray(case.life.curves.to_numpy().T)
        shares = np.empty((0, case.rows.years))
        if case.duties is not None:
            # At first every section that obliges a corner pays the same.
            links = 1.0 / np.bincount(case.duties.corner)[case.duties.corner]
            shares = np.repeat(links[:, None], case.rows.years, axis=1)
        return cls(case, kernel.shapes(case.graph, case.start), lanes, order, pci, shares)

    def sharing(self, shares: Floats) -> Market:
        """
        Share the cost of ramps otherwise.

        Parameters
        ----------
        shares
            By link and year; those of a corner sum to one in each year.

        Returns
        -------
        market
            The same city; any shares prove a bound.
        """
        return replace(self, shares=shares)

    def sample(self, count: int) -> tuple[Market, float]:
        """
        Take every so-manieth section: states and cost ratios are spread as in the whole.

        Parameters
        ----------
        count
            Sections at most.

        Returns
        -------
        market, share
            Of those sections, and their share of the area paid for.
        """
        step = -(-len(self.order) // count)
        part: list[Any] = [np.ascontiguousarray(one[step // 2 :: step]) for one in self.lanes]
        lanes = Lanes(*part)
        share = float(lanes.cost.sum() / self.lanes.cost.sum())
        return replace(self, lanes=lanes, order=self.order[step // 2 :: step]), share

    def part(self, rows: Integers) -> Market:
        """
        Take some of the sections.

        Parameters
        ----------
        rows
            Places in the order of the market, ascending.

        Returns
        -------
        part
            Of those sections.
        """
        lanes: list[Any] = [np.ascontiguousarray(one[rows]) for one in self.lanes]
        return replace(self, lanes=Lanes(*lanes), order=self.order[rows])

    def charges(self, charge: Floats) -> Charges:
        """
        Lay out the charges for the kernels.

        Parameters
        ----------
        charge
            Points a unit, by measure.

        Returns
        -------
        charges
            By pattern, year and treatment.
        """
        case, rows = self.case, self.case.rows
        money = np.where(case.cell >= 0, charge[case.cell], 0.0)
        money = np.where(case.cell == CLOSED, pricing.BARRED, money)
        miles = np.ascontiguousarray(charge[rows.cells : rows.cells + rows.years])
        paid = -charge[rows.cells + rows.years :].reshape(rows.families, rows.years)
        bonus = np.empty(0)
        if paid.any():
            bonus = pricing.point_benefit(case.graph, self.pci, paid)
        alters, due = np.zeros(money.shape[2], dtype=bool), np.empty((0, rows.years))
        if case.duties is not None:
            alters[1:] = case.duties.alters
            every = np.zeros((len(case.family), rows.years))
            duties, least = case.duties, self._least(charge)[0]
            fees.fees(duties.corner, duties.section, self.shares, least, every)
            due = every[self.order]
        dollars, most_miles = rows.most[: rows.cells], rows.most[rows.cells :]
        least = dollars.min(where=dollars > 0, initial=np.inf)
        small = np.array([least / max(case.unit_cost.max(), 1e-12), most_miles.min()])
        cost = (rows.most, small, case.unit_cost)
        return Charges(money, case.cell, miles, bonus, *cost, alters, due)

    def _least(self, charge: Floats) -> tuple[Floats, Integers]:
        """Find what each corner costs at least by a year, and when that is."""
        duties = self.case.duties
        if duties is None:
            return np.empty((0, 0)), np.empty((0, 0), dtype="int64")
        return fees.lowest(duties.cents, duties.kind, charge)

    def altered(self, lives: Lives) -> npt.NDArray[np.int8]:
        """
        Put first alterations in the order of the case.

        Parameters
        ----------
        lives
            What the market's sections do.

        Returns
        -------
        altered
            Year by section; the number of years for none, and for sections not in the market.
        """
        every = np.full(len(self.case.family), self.case.rows.years, dtype="int8")
        every[self.order] = lives.altered
        return every

    def _count_ramps(self, charge: Floats, lives: Lives, used: Floats) -> None:
        """Add the dollars that payments for ramps stand for."""
        duties, place = self.case.duties, np.arange(len(self.order))
        if duties is None:
            return
        ends = len(self.order) * np.arange(1, BLOCKS + 1) // BLOCKS
        block = np.zeros(len(self.case.family), dtype="int64")
        block[self.order] = np.searchsorted(ends, place, side="right")
        links = (duties.corner, duties.section, self.shares, duties.cents, duties.kind)
        fees.count(*links, self._least(charge), self.altered(lives), block, used)

    def ask(self, charge: Floats, *, wants_lives: bool = False) -> Answer:
        """
        Let every section live its best life.

        Parameters
        ----------
        charge
            Points a unit, by measure.
        wants_lives
            Whether to return what each section does.

        Returns
        -------
        answer
            Sums, and the lives.
        """
        count, toll = len(self.order) if wants_lives else 0, self.case.toll
        years = self.case.rows.years
        charge = charge if toll is None else charge + toll
        altered = np.zeros(0 if self.case.duties is None else len(self.order), np.int8)
        lives = Lives(
            np.full((count, years), -1, np.int8), np.zeros(count), np.zeros(count), altered
        )
        used = np.zeros((BLOCKS, self.case.rows.measures))
        run = pricing.in_turn if self._steps() < _SERIAL else pricing.in_parallel
        graph, charges = self.case.graph, self.charges(charge)
        sums = run(graph, self.shapes, self.lanes, charges, self.pci, used, lives)
        self._count_ramps(charge, lives, used)
        paid = 0.0 if toll is None else float(used.sum(axis=0) @ toll)
        return Answer(sums[:, 0], float(sums[:, 1].sum()) - paid, used, lives)

    def _steps(self) -> int:
        """Arcs to look at, about."""
        each = len(self.shapes.end) / max(len(self.shapes.arc_first) - 1, 1)
        return int(each * len(self.order))

    def near(self, charge: Floats, most: float, room: int) -> Near:
        """
        List the lives that lose at most so much.

        Parameters
        ----------
        charge
            Points a unit, by measure.
        most
            Points that a life may lose.
        room
            Lives at most.

        Returns
        -------
        near
            The first `room` of them if there are more.
        """
        charges = self.charges(charge if self.case.toll is None else charge + self.case.toll)
        count, owner, lives, loss = nearby.near(
            self.case.graph, self.shapes, self.lanes, charges, most, room
        )
        return Near(self.order[owner[:count]], lives[:count], loss[:count])
