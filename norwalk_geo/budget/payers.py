"""
Who may pay for what.

Dollars are of kinds: work that the same funds may pay for is one kind, split further only where a
demand looks closer (at maintenance apart from alterations, at a zone, at zones of equity). A fund's
money of one year is one row; a payment takes dollars of a kind in a year from it, as long as it has
not lapsed, and where a match is due a payment takes from two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from norwalk_geo.budget.demands import Demands
from norwalk_geo.budget.rows import CENTS, Floats, Integers

__all__ = ["Kind", "Money", "ledger_of"]


class Kind(NamedTuple):
    """
    Dollars that count alike.

    Parameters
    ----------
    payers
        Funds that may pay, a bit each.
    ada
        `maintenance` or `alteration`, where a demand tells them apart.
    zone
        Zone, where it has a floor.
    is_equity
        Whether in a zone of equity, where these have a share of the money.
    """

    payers: int
    ada: str
    zone: str
    is_equity: bool


@dataclass(frozen=True)
class Money:
    """
    Payments, and what they draw on.

    Parameters
    ----------
    paid
        Measure that each payment pays.
    draws
        Dollars that a dollar of each payment takes from each row.
    money
        Dollars at most by row: the money of each fund and year, then, by fund that has one, what
        its least share of maintenance may be missed by.
    words
        What each row is.
    """

    paid: Integers
    draws: Floats
    money: Floats
    words: tuple[str, ...]


def _plain_money(years: tuple[int, ...], kinds: int, cents: Integers) -> Money:
    """The yearly budget pays for every kind."""
    size = len(years)
    paid = np.arange(kinds * size)
    words = tuple(f"the budget of fiscal year {year}" for year in years)
    return Money(paid, np.tile(np.eye(size), (1, kinds)), cents / CENTS, words)


def _vintages(demands: Demands, years: tuple[int, ...]) -> list[tuple[int, int]]:
    """Fund and year of all money that some year of the plan may spend."""
    return [
        (k, year)
        for k, fund in enumerate(demands.funds)
        for year in sorted(fund.usd)
        if year <= years[-1] and year + fund.keeps_years >= years[0]
    ]


def _ways(
    demands: Demands, vintages: list[tuple[int, int]], payers: int, now: int
) -> Iterator[list[tuple[int, int, float]]]:
    """List what a dollar may be taken from: fund, year of its money and share, once or twice."""
    funds = demands.funds
    live = [
        (k, year)
        for k, year in vintages
        if payers >> k & 1 and year <= now <= year + funds[k].keeps_years
    ]
    for k, year in live:
        match = funds[k].match_pct / 100
        if not match:
            yield [(k, year, 1.0)]
            continue
        for other, when in live:
            if funds[k].takes_from(funds[other]):
                yield [(k, year, 1 - match), (other, when, match)]


def ledger_of(
    demands: Demands, years: tuple[int, ...], kinds: Mapping[Kind, int], cents: Integers
) -> Money:
    """
    Lay out every fund's money by year, and who may pay what when.

    Parameters
    ----------
    demands
        Funds; where there are none, the yearly budget pays for everything.
    years
        Fiscal years of the plan.
    kinds
        Number of each kind of dollar.
    cents
        Cents by year, where there is no ledger.

    Returns
    -------
    money
        Payments and rows. Where payments draw on two funds, or a fund has a least share of
        maintenance, a cent a payment is set aside, so that all shares can be whole cents.
    """
    funds = demands.funds
    if not funds:
        return _plain_money(years, len(kinds), cents)
    vintages = _vintages(demands, years)
    place = {one: row for row, one in enumerate(vintages)}
    strict = [k for k, fund in enumerate(funds) if fund.preventive_pct]
    paid, columns = [], []
    for kind, number in kinds.items():
        for t, now in enumerate(years):
            for way in _ways(demands, vintages, kind.payers, now):
                column = np.zeros(len(vintages) + len(strict))
                for k, year, share in way:
                    column[place[k, year]] = share
                    if k in strict:
                        asked = funds[k].preventive_pct / 100
                        earned = float(kind.ada == "maintenance")
                        column[len(vintages) + strict.index(k)] += share * (asked - earned)
                paid.append(number * len(years) + t)
                columns.append(column)
    draws = np.array(columns).reshape(-1, len(vintages) + len(strict)).T
    whole = np.array([funds[k].usd[year] for k, year in vintages])
    money = np.append(np.floor(whole * CENTS + 1e-6) / CENTS, np.zeros(len(strict)))
    words = [f"{funds[k].name} of fiscal year {year}" for k, year in vintages]
    words += [f"{funds[k].preventive_pct:g} % of {funds[k].name} on maintenance" for k in strict]
    return Money(np.array(paid, dtype="int64"), draws, _rounded(draws, money), tuple(words))


def _rounded(draws: Floats, money: Floats) -> Floats:
    """Set a cent a payment aside where payments draw on several rows: shares become whole cents."""
    mixed = (np.abs(draws) > 0).sum(axis=0) > 1
    cents = (np.abs(draws[:, mixed]) > 0).sum(axis=1) / CENTS
    earns = (draws < 0).any(axis=1)
    return np.asarray(np.where(earns, cents, np.maximum(money - cents, 0.0)))
