"""
What a plan must keep to, as rows of numbers.

A plan uses measures: dollars of a kind in a year, miles worked on in a year, points of condition of
a family at the end of a year. Dollars must be paid from funds: a payment takes money out of one or
more fund rows. Every other demand is a row: so much of each measure at most. What is in words is
kept beside each row, for prices and for messages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from norwalk_geo.budget.ramps import Duties
    from norwalk_geo.treatments import Lifecycle

__all__ = ["CLOSED", "FREE", "Rows", "Terms", "plain"]

CENTS = 100
CLOSED, FREE = -2, -1
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """
    Funds and demands on the measures of a plan.

    Measures are numbered: first the dollars by kind and year, then miles by year, then points of
    condition (square yards × PCI) by family and year.

    Parameters
    ----------
    years, kinds, families
        How many there are of each; a kind is a class of work that the same funds may pay for.
    paid
        Measure that each payment pays.
    draws
        Dollars that a dollar of each payment takes from each fund row; below zero where it earns.
    money
        Dollars at most by fund row.
    use
        How much each further row counts each measure, by row and measure.
    limit
        At most, by further row.
    fund_words, row_words
        What each is, in words.
    row_units, row_sizes
        Unit that each further row is spoken of in, and how much of what it counts is one.
    closes
        Whether work is closed that alone would take more than there is. Not where a bound must hold
        for more money, too.
    """

    years: int
    kinds: int
    families: int
    paid: Integers
    draws: Floats
    money: Floats
    use: Floats
    limit: Floats
    fund_words: tuple[str, ...]
    row_words: tuple[str, ...]
    row_units: tuple[str, ...] = ()
    row_sizes: tuple[float, ...] = ()
    closes: bool = True

    @property
    def cells(self) -> int:
        """
        Measures of money.

        Returns
        -------
        cells
            Kinds × years.
        """
        return self.kinds * self.years

    def is_fund(self) -> npt.NDArray[np.bool_]:
        """
        Tell the money of funds from their shares of maintenance, which are missed or earned.

        Returns
        -------
        is_fund
            By row of money.
        """
        return np.asarray((self.draws >= 0).all(axis=1))

    @cached_property
    def most(self) -> Floats:
        """
        What one section can use at most of each measure of money and of miles.

        Returns
        -------
        most
            Dollars by kind and year, then miles by year; infinite where no row says.
        """
        if not self.closes:
            return np.full(self.cells + self.years, np.inf)
        is_fund = self.is_fund()
        draws, money = self.draws[is_fund], self.money[is_fund]
        takes = draws > 0
        alone = np.where(takes, money[:, None] / np.where(takes, draws, 1.0), np.inf)
        each = np.bincount(self.paid, alone.min(axis=0, initial=np.inf), self.cells)
        paid = np.zeros((len(self.paid), self.cells), dtype=bool)
        paid[np.arange(len(self.paid)), self.paid] = True
        # Payments may share a fund, whose money counts once.
        dollars = np.minimum(each, np.where(takes @ paid, money[:, None], 0.0).sum(axis=0))
        miles = self.use[:, self.cells : self.cells + self.years]
        says = (self.use >= 0).all(axis=1, keepdims=True) & (miles > 0)
        limit = np.where(says, self.limit[:, None] / np.where(says, miles, 1.0), np.inf)
        return np.append(dollars, limit.min(axis=0, initial=np.inf))

    def scaled(self, now: Integers, before: Integers) -> Rows:
        """
        Give every fund as much more or less as the yearly budgets are.

        Parameters
        ----------
        now, before
            Cents by year.

        Returns
        -------
        rows
            With money in proportion, to the cent where one fund a year is all there is.
        """
        if len(self.money) == len(now):
            return replace(self, money=now / CENTS)
        total = max(float(before.sum()), 1.0)
        return replace(self, money=np.floor(self.money * CENTS * now.sum() / total) / CENTS)

    def reach(self) -> Floats:
        """
        Size of each further row, for scales: its limit, or what a hundredth of all money would use.

        Returns
        -------
        reach
            Units, above zero.
        """
        dollars = np.abs(self.use[:, : self.cells]).max(axis=1, initial=0.0)
        shares = dollars * self.money.sum() / 100
        return np.asarray(np.maximum(np.maximum(np.abs(self.limit), shares), 1e-9))

    @property
    def measures(self) -> int:
        """
        All measures.

        Returns
        -------
        measures
            Money, miles and condition.
        """
        return (self.kinds + 1 + self.families) * self.years


@dataclass(frozen=True)
class Terms:
    """
    Rows, and which section counts where.

    Parameters
    ----------
    pattern
        Row of `cell` for each section.
    cell
        Measure of a dollar by pattern, year and treatment, doing nothing being the first.
    rows
        Funds and demands.
    duties
        Curb ramps that alterations oblige; None where none are known.
    """

    pattern: Integers
    cell: Integers
    rows: Rows
    duties: Duties | None = None

    def is_open(self) -> npt.NDArray[np.bool_]:
        """
        Years in which anything can be paid for.

        Returns
        -------
        is_open
            Whether some payment of the year draws on a fund with money.
        """
        rows = self.rows
        has_money = (rows.draws <= 0) | (rows.money[:, None] > 0)
        can = has_money.all(axis=0)
        is_open = np.zeros(rows.years, dtype=bool)
        is_open[rows.paid[can] % rows.years] = True
        return is_open


def plain(years: tuple[int, ...], cents: Integers, count: int, life: Lifecycle) -> Terms:
    """
    Money by year, and nothing else.

    Parameters
    ----------
    years
        Fiscal years of the plan.
    cents
        Cents by year.
    count
        Sections.
    life
        Life-cycle model.

    Returns
    -------
    terms
        One kind of dollar, one fund a year.
    """
    size, families, treatments = len(cents), len(life.families), len(life.treatments)
    cell = np.repeat(np.arange(size)[None, :, None], treatments + 1, axis=2)
    cell[:, :, 0] = FREE
    measures = (2 + families) * size
    rows = Rows(
        years=size,
        kinds=1,
        families=families,
        paid=np.arange(size),
        draws=np.eye(size),
        money=cents / CENTS,
        use=np.zeros((0, measures)),
        limit=np.zeros(0),
        fund_words=tuple(f"the budget of fiscal year {year}" for year in years),
        row_words=(),
    )
    return Terms(np.zeros(count, dtype="int64"), cell, rows)
