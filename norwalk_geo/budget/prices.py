"""Prices of what a plan uses, and a bound with the prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from norwalk_geo.budget.market import Answer, Market
from norwalk_geo.budget.model import Floats
from norwalk_geo.budget.rows import Rows

__all__ = ["DEAR", "Bound", "Prices", "Tried", "charge_of", "cheapest"]

DEAR = 1e9  # price at which nothing is bought


class Prices(NamedTuple):
    """
    Prices, in points a unit.

    Parameters
    ----------
    paid
        Of a dollar by kind and year: what the cheapest payment draws.
    fund, row
        Of a fund's dollar, and of a unit of each further row.
    """

    paid: Floats
    fund: Floats
    row: Floats


class Tried(NamedTuple):
    """
    What all sections choose at some charges.

    Parameters
    ----------
    charge
        Points a unit, by measure.
    used
        What they use, by block of sections and measure.
    benefit
        Points without charges, by block.
    """

    charge: Floats
    used: Floats
    benefit: Floats

    @classmethod
    def of(cls, charge: Floats, answer: Answer) -> Tried:
        """
        Take what an answer says without its charges.

        Parameters
        ----------
        charge
            What was asked at.
        answer
            What was chosen.

        Returns
        -------
        tried
            By block.
        """
        return cls(charge, answer.used, answer.values + answer.used @ charge)


@dataclass(frozen=True)
class Bound:
    """
    A bound on every plan, and the prices that prove it.

    Parameters
    ----------
    value
        Weighted point-years that no plan exceeds.
    charge
        Points a unit of each measure.
    at
        Prices of the rows.
    years
        Years of the plan.
    gain
        Points above doing as little as possible: the scale of every tolerance.
    rounds
        How often the sections were asked.
    tried
        What all sections chose at the last prices on the way.
    """

    value: float
    charge: Floats
    at: Prices
    years: int
    gain: float
    rounds: int
    tried: tuple[Tried, ...] = ()

    @property
    def prices(self) -> Floats:
        """
        Weighted point-years per dollar of the cheapest kind, by year.

        Returns
        -------
        prices
            What the last dollar of each year raises.
        """
        return np.asarray(self.charge[: len(self.at.paid)].reshape(-1, self.years).min(axis=0))


def charge_of(market: Market, prices: Prices) -> Floats:
    """
    Add up what a unit of each measure costs.

    Parameters
    ----------
    market
        The city.
    prices
        Prices of the rows.

    Returns
    -------
    charge
        Points a unit, by measure.
    """
    rows = market.case.rows
    charge = prices.row @ rows.use
    charge[: rows.cells] += prices.paid
    return np.asarray(charge)


def cheapest(rows: Rows, fund: Floats) -> Floats:
    """
    Find the price of a dollar of each kind: what its cheapest payment draws.

    Parameters
    ----------
    rows
        Funds and demands.
    fund
        Price of each fund's dollars.

    Returns
    -------
    paid
        By kind and year; so high that nothing is bought where no payment exists.
    """
    paid = np.full(rows.cells, np.inf)
    np.minimum.at(paid, rows.paid, fund @ rows.draws)
    return np.where(np.isinf(paid), DEAR, paid)
