"""
When each package is worked in.

Given the years in which packages are open, mobilization is a fixed bill: it is set aside from the
funds first, and the optimizer plans the rest as any city, with work closed everywhere else. At its
prices every package-year has a worth: what its members gain by it, less the mobilization. Those
that lose are closed, those that would gain are opened, one a package and round, and the best plan
is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo.budget import bound as bounds
from norwalk_geo.budget import core, exact, ledger, solution
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import points
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.packages.sharing import PackagedMarket
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["Opened", "open_packages", "restricted"]

_ROUNDS, _ROUNDS_WITH_RAMPS = 30, 12
_NOTHING = 1e-9

Flags = npt.NDArray[np.bool_]
Lives = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Opened:
    """
    A plan with its packages' years.

    Parameters
    ----------
    is_open
        By package and year.
    case
        The city with work closed elsewhere and mobilization set aside.
    found
        Its plan and the prices of its rows.
    value
        Weighted point-years of the plan.
    set_aside
        Cents of mobilization by payment.
    """

    is_open: Flags
    case: Case
    found: core.Found
    value: float
    set_aside: Integers

    def treated(self, package: Integers) -> Flags:
        """
        Tell which packages are worked in when.

        Parameters
        ----------
        package
            Package of each section.

        Returns
        -------
        treated
            By package and year.
        """
        return _any(package, self.found.treatments >= 0)


def _any(package: Integers, flags: Flags) -> Flags:
    """Whether any member of a package has a flag, by package and year."""
    found = np.zeros((int(package.max()) + 1, flags.shape[1]), dtype=bool)
    np.logical_or.at(found, package, flags)
    return found


def restricted(case: Case, package: Integers, is_open: Flags) -> Case:
    """
    Close work outside the years of a section's package; what is promised stays.

    Parameters
    ----------
    case
        The city.
    package
        Package of each section.
    is_open
        By package and year.

    Returns
    -------
    case
        With patterns of its own.
    """
    mask = is_open @ (1 << np.arange(is_open.shape[1]))
    keys = np.column_stack([case.pattern, mask[package]])
    kinds, pattern = np.unique(keys, axis=0, return_inverse=True)
    cell = case.cell[kinds[:, 0]].copy()
    off = (kinds[:, 1][:, None] >> np.arange(is_open.shape[1])) & 1 == 0
    is_closed = off & (cell[:, :, 0] != CLOSED)
    cell[:, :, 1:][is_closed] = CLOSED
    return replace(case, cell=cell, pattern=pattern.ravel().astype("int64"))


class _Opening:
    """The search for the years of packages."""

    def __init__(self, market: PackagedMarket, proof: bounds.Bound) -> None:
        self.case, self.package = market.case, market.package
        self.usd, self.cells = market.mobilization_usd, market.cheapest_cells(proof.charge)
        self.forced = _any(self.package, self.case.cell[self.case.pattern, :, 0] == CLOSED)
        self.can = self.cells >= 0
        self.gain, self.shares = proof.gain, market.shares

    def set_aside(self, is_open: Flags, prices: Floats) -> Integers | None:
        """Cents of mobilization by payment, from the cheapest funds; None if they lack money."""
        rows, count = self.case.rows, len(self.case.rows.paid)
        need = np.bincount(self.cells[is_open & self.can], minlength=rows.cells)
        cents = need[: rows.cells] * round(self.usd * CENTS)
        if not cents.any():
            return np.zeros(count, dtype="int64")
        pays = sparse.csr_array(
            (np.ones(count), (rows.paid, np.arange(count))), (rows.cells, count)
        )
        found = linprog(
            prices @ rows.draws + _NOTHING * np.arange(count),
            sparse.csr_array(rows.draws),
            np.floor(rows.money * CENTS + 1e-6),
            pays,
            cents,
            method="highs-ds",
        )
        return np.rint(found.x).astype("int64") if found.success else None

    def plan(self, is_open: Flags, prices: Floats) -> Opened | None:
        """Plan with some package-years open; None where the rows cannot be kept so."""
        aside = self.set_aside(is_open, prices)
        if aside is None:
            return None
        case = restricted(self.case, self.package, is_open)
        left = case.rows.money - case.rows.draws @ aside / CENTS
        money = np.maximum(np.rint(left * CENTS) / CENTS, 0.0)
        case = replace(case, rows=replace(case.rows, money=money))
        market, found = solution.choose(*self._proved(case))
        case = market.case
        if ledger.broken(case, found.treatments):
            return None
        value = float(points(case, found.treatments).sum())
        return Opened(is_open, case, found, value, aside)

    def _proved(self, case: Case) -> tuple[Market, bounds.Bound]:
        """Prices of the city with some package-years open; shares of ramps are those of all."""
        market = Market.of(case).sharing(self.shares)
        return market, bounds.minimize(market)

    def net(self, is_open: Flags, charge: Floats) -> Floats:
        """What each package-year is worth beyond its mobilization, open or not."""
        now = self._values(is_open, charge)
        price = np.where(self.can, charge[self.cells], 0.0).clip(0)
        net = np.empty(is_open.shape)
        for t in range(is_open.shape[1]):
            other = is_open.copy()
            other[:, t] = ~other[:, t]
            change = np.abs(self._values(other, charge) - now)
            net[:, t] = np.bincount(self.package, change, len(is_open))
        return net - self.usd * price

    def _values(self, is_open: Flags, charge: Floats) -> Floats:
        """Worth of every section's best life."""
        market = Market.of(restricted(self.case, self.package, is_open)).sharing(self.shares)
        values = np.empty(len(market.order))
        values[market.order] = market.ask(charge, wants_lives=True).lives.value
        return values

    def toggled(self, is_open: Flags, charge: Floats, most: int) -> Flags:
        """Open or close the year that wins most, in as many packages as may change."""
        net = self.net(is_open, charge)
        win = np.where(is_open, -net, net)
        win[self.forced | ~self.can] = 0.0
        best = win.argmax(axis=1)
        wins = win[np.arange(len(win)), best]
        some = np.argsort(-wins, kind="stable")[:most]
        some = some[wins[some] > _NOTHING * self.gain]
        changed = is_open.copy()
        changed[some, best[some]] = ~changed[some, best[some]]
        return changed

    def affordable(self, is_open: Flags, proof: bounds.Bound) -> Flags:
        """Close the package-years that are worth least until mobilization can be paid."""
        net = self.net(is_open, proof.charge)
        keep = is_open | self.forced
        order = np.argsort(np.where(keep & ~self.forced, net, np.inf), axis=None, kind="stable")
        count = int((keep & ~self.forced).sum())
        step, closed = max(count // 20, 1), 0
        while self.set_aside(keep, proof.at.fund) is None and closed < count:
            keep.ravel()[order[closed : closed + step]] = False
            keep |= self.forced
            closed += step
        return keep


def open_packages(market: PackagedMarket, proof: bounds.Bound) -> Opened:
    """
    Find when to work in which package, and the plan.

    Parameters
    ----------
    market
        Sections that share mobilization.
    proof
        Its bound.

    Returns
    -------
    opened
        Within every row, mobilization included.

    Raises
    ------
    InfeasibleError
        No plan was found that keeps to every row.
    """
    search = _Opening(market, proof)
    works = _any(market.package, market.works(proof.charge))
    start = search.affordable(works & search.can, proof)
    starts = (start, search.affordable(search.can, proof), search.forced)
    made = [one for at in starts if (one := search.plan(at, proof.at.fund))]
    best = max(made, key=lambda one: one.value, default=None)
    if best is None:
        remedy = "Ask for less, allow larger packages, or add money."
        problem = Problem("packages", "no plan keeps to every row", remedy=remedy)
        raise InfeasibleError.of("packages", [problem])
    most = len(start)
    for _ in range(_ROUNDS if market.case.duties is None else _ROUNDS_WITH_RAMPS):
        prices = best.found.bound
        # Where nobody works after all, the money is free for others.
        used = best.treated(search.package) | search.forced
        changed = search.toggled(used, prices.charge, most)
        if np.array_equal(changed, best.is_open):
            break
        found = search.plan(changed, prices.at.fund)
        if found is not None and found.value > best.value:
            best = found
        elif most == 1:
            break
        else:
            most = max(most // 4, 1)
    return _trimmed(_settled(best), search)


def _settled(best: Opened) -> Opened:
    """Decide a small city exactly, within the years that are open."""
    market = Market.of(best.case)
    found = exact.improve(market, best.found)
    return replace(best, found=found, value=float(points(best.case, found.treatments).sum()))


def _trimmed(best: Opened, search: _Opening) -> Opened:
    """Set nothing aside for package-years in which nobody works after all."""
    rows, treated = search.case.rows, best.treated(search.package)
    idle = np.bincount(search.cells[best.is_open & search.can & ~treated], minlength=rows.cells)
    spare = idle[: rows.cells] * round(search.usd * CENTS)
    aside = best.set_aside.copy()
    for k in range(len(aside)):
        less = min(int(aside[k]), int(spare[rows.paid[k]]))
        aside[k] -= less
        spare[rows.paid[k]] -= less
    return replace(best, is_open=treated, set_aside=aside)
