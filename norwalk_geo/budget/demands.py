"""
What a city demands of a plan beyond money by year.

Funds are a ledger: who may pay for what, until when, with what share of other money. Everything
else is a limit. Each record refuses what cannot be, with all of its problems at once; `terms` turns
them into rows of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from norwalk_geo.budget.ramps.duties import Ramps
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = ["NETWORK", "RAMPS", "Demands", "Fund"]

NETWORK = "network"  # of a least condition: all planned streets together
RAMPS = ("ramps", "ramps")  # what a fund is asked for curb ramps
_ALL_PCT = 100.0


def _outside(values: Iterable[tuple[str, float]], low: float, high: float) -> list[str]:
    """Name those that are no number from `low` to `high`."""
    return [name for name, value in values if not low <= value <= high]


@dataclass(frozen=True)
class Fund:
    """
    Money with rules.

    Parameters
    ----------
    name
        Name of the fund.
    usd
        Constant dollars by fiscal year.
    classes, zones
        Functional classes and zones that it may be spent in; everywhere where none is named.
    treatments
        Treatments that it may pay for, by name or as `maintenance` or `alteration`; all where none
        is named. `ramps` are the curb ramps that an alteration obliges the city to build: a fund
        with treatments pays for them only where they are among them.
    keeps_years
        Years that unspent money is kept beyond its own before it lapses.
    match_pct
        Share of each dollar of work that must be another fund's, percent: this fund pays no more
        than the rest.
    match_from
        Funds whose money counts as that share; any other where none is named.
    preventive_pct
        Share of what the fund pays, over the whole plan, that must be for maintenance treatments,
        percent at least.

    Raises
    ------
    InfeasibleError
        Something is below zero, no number or beyond 100 %: with everything that is wrong.
    """

    name: str
    usd: Mapping[int, float]
    classes: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    treatments: frozenset[str] = frozenset()
    keeps_years: int = 0
    match_pct: float = 0.0
    match_from: frozenset[str] = frozenset()
    preventive_pct: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        problems = []
        if not self.name.strip():
            problems.append(Problem("name", "is blank", remedy="Give the fund a name."))
        years = _outside(
            ((str(y), usd) for y, usd in self.usd.items()), 0, math.nextafter(math.inf, 0)
        )
        if years:
            remedy = "Give constant dollars, zero or more."
            problems.append(Problem("usd", "is no amount of money", tuple(years), remedy))
        if self.keeps_years < 0:
            what = f"is {self.keeps_years}"
            problems.append(Problem("keeps_years", what, remedy="Give zero or more."))
        if not 0 <= self.match_pct < _ALL_PCT:
            what = f"is {self.match_pct:g}"
            problems.append(Problem("match_pct", what, remedy="Give 0 to less than 100 percent."))
        if self.name in self.match_from:
            problems.append(Problem("match_from", "is the fund itself", remedy="Name another."))
        if not 0 <= self.preventive_pct <= _ALL_PCT:
            what = f"is {self.preventive_pct:g}"
            problems.append(Problem("preventive_pct", what, remedy="Give 0 to 100 percent."))
        if problems:
            raise InfeasibleError.of(f"fund {self.name!r}", problems)

    def pays(self, functional_class: str, zone: str, treatment: tuple[str, str]) -> bool:
        """
        Tell whether the fund may pay for work.

        Parameters
        ----------
        functional_class, zone
            Where it is.
        treatment
            Its name, and `maintenance` or `alteration`; `RAMPS` for curb ramps.

        Returns
        -------
        pays
            Whether class, zone and treatment are all among the fund's.
        """
        fits = not self.treatments or bool(self.treatments & set(treatment))
        in_class = not self.classes or functional_class in self.classes
        return fits and in_class and (not self.zones or zone in self.zones)

    def takes_from(self, other: Fund) -> bool:
        """
        Tell whether another fund's money counts as this one's match.

        Parameters
        ----------
        other
            The other fund.

        Returns
        -------
        takes_from
            Whether it is named, or none is and it needs no match itself.
        """
        if other.name == self.name or other.match_pct:
            return False
        return not self.match_from or other.name in self.match_from


@dataclass(frozen=True)
class Demands:
    """
    What the plan must keep to.

    Parameters
    ----------
    funds
        Ledger of money; where there is none, the yearly budget pays for everything.
    promised
        Fiscal year and treatment by section: work that will be done.
    forbidden
        Fiscal years by section in which no work may be done.
    zone_years
        Fiscal years by zone in which it may be worked in: a rotation. Zones not named are free.
    zone_exempt
        Functional classes that the rotation does not bind.
    miles_per_year
        Centreline miles worked on in a year at most.
    zone_floor_usd
        Constant dollars at least, over the whole plan, by zone.
    maintenance_share_pct
        Share of all money that must go to maintenance treatments.
    minimum_pci
        Area-weighted condition at least, by functional class (`network` for all planned streets)
        and fiscal year (at its end).
    equity_money_pct
        Share of all money that must go to sections of `is_equity_zone`, percent.
    equity_gain_pct
        Share of the condition gained over doing nothing, as the objective counts it by area and
        class, that must be theirs, percent.
    ramps
        Curb ramps that alterations oblige. A fund with treatments pays for them only where `ramps`
        is among them.

    Raises
    ------
    InfeasibleError
        Something is below zero, no number or beyond 100 %, or funds that do not fit together: with
        everything that is wrong.
    """

    funds: tuple[Fund, ...] = ()
    promised: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    forbidden: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    zone_years: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    zone_exempt: frozenset[str] = frozenset()
    miles_per_year: float | None = None
    zone_floor_usd: Mapping[str, float] = field(default_factory=dict)
    maintenance_share_pct: float = 0.0
    minimum_pci: Mapping[tuple[str, int], float] = field(default_factory=dict)
    equity_money_pct: float = 0.0
    equity_gain_pct: float = 0.0
    ramps: Ramps | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        problems = [*self._fund_problems(), *self._share_problems()]
        if self.miles_per_year is not None and not self.miles_per_year >= 0:
            what = f"is {self.miles_per_year:g}"
            problems.append(Problem("miles_per_year", what, remedy="Give zero or more."))
        wrong = _outside(self.zone_floor_usd.items(), 0, math.nextafter(math.inf, 0))
        if wrong:
            remedy = "Give constant dollars, zero or more."
            problems.append(Problem("zone_floor_usd", "is no amount", tuple(wrong), remedy))
        points = ((f"{name} {year}", pci) for (name, year), pci in self.minimum_pci.items())
        wrong = _outside(points, 0, _ALL_PCT)
        if wrong:
            problems.append(Problem("minimum_pci", "is no PCI", tuple(wrong), "Give 0 to 100."))
        if problems:
            raise InfeasibleError.of("demands", problems)

    def _share_problems(self) -> list[Problem]:
        """Find shares that are none."""
        names = ("maintenance_share_pct", "equity_money_pct", "equity_gain_pct")
        wrong = _outside(((name, getattr(self, name)) for name in names), 0, _ALL_PCT)
        remedy = "Give 0 to 100 percent."
        return [Problem(name, f"is {getattr(self, name):g}", remedy=remedy) for name in wrong]

    def _fund_problems(self) -> list[Problem]:
        """Find funds of one name, and matches that cannot be had."""
        names = [fund.name for fund in self.funds]
        problems = []
        twice = tuple(sorted({name for name in names if names.count(name) > 1}))
        if twice:
            problems.append(Problem("funds", "have one name", twice, "Name each fund once."))
        for fund in self.funds:
            strange = tuple(sorted(fund.match_from - set(names)))
            if strange:
                remedy = "Name a fund of the ledger."
                problems.append(Problem(f"match of {fund.name}", "is not known", strange, remedy))
            elif fund.match_pct and not any(fund.takes_from(other) for other in self.funds):
                what = "can come from no fund: those named need a match themselves or there is none"
                remedy = "Name a fund of its own money."
                problems.append(Problem(f"match of {fund.name}", what, remedy=remedy))
        return problems

    def budget_usd(self, years: tuple[int, ...]) -> dict[int, float] | None:
        """
        Add the funds up.

        Parameters
        ----------
        years
            Fiscal years of the plan.

        Returns
        -------
        budget_usd
            Dollars by year; None where there is no ledger.
        """
        if not self.funds:
            return None
        return {year: sum(fund.usd.get(year, 0.0) for fund in self.funds) for year in years}
