"""
What a city demands of a plan beyond money by year, and how that becomes rows.

Dollars are of kinds: work that the same funds may pay for is one kind, split further only where a
demand looks closer (at maintenance apart from alterations, or at a zone). A fund's money of one
year is one row; a payment takes dollars of a kind in a year from it, as long as it has not lapsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.budget.rows import CENTS, CLOSED, FREE, Floats, Integers, Rows, Terms
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Demands", "Fund", "terms"]


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
        is named.
    keeps_years
        Years that unspent money is kept beyond its own before it lapses.
    """

    name: str
    usd: Mapping[int, float]
    classes: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    treatments: frozenset[str] = frozenset()
    keeps_years: int = 0

    def pays(self, functional_class: str, zone: str, treatment: tuple[str, str]) -> bool:
        """
        Tell whether the fund may pay for work.

        Parameters
        ----------
        functional_class, zone
            Where it is.
        treatment
            Its name, and `maintenance` or `alteration`.

        Returns
        -------
        pays
            Whether class, zone and treatment are all among the fund's.
        """
        fits = not self.treatments or bool(self.treatments & set(treatment))
        in_class = not self.classes or functional_class in self.classes
        return fits and in_class and (not self.zones or zone in self.zones)


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
        Area-weighted condition at least, by functional class and fiscal year (at its end).
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


class _Builder:
    """Collects kinds of dollars and patterns of sections while going through the sections."""

    def __init__(self, demands: Demands, years: tuple[int, ...], life: Lifecycle) -> None:
        self.demands, self.years = demands, years
        kinds = life.treatments["ada_kind"].astype("str")
        self.treatments = list(zip(life.treatments.index, kinds, strict=True))
        self.lockout = life.treatments["lockout_years"].to_numpy()
        self.kinds: dict[tuple[int, str, str], int] = {}

    def kind(self, functional_class: str, zone: str, treatment: tuple[str, str]) -> int:
        """Number of the kind of dollar that such work costs; closed if no fund pays."""
        funds = self.demands.funds
        mask = sum(
            1 << k for k, fund in enumerate(funds) if fund.pays(functional_class, zone, treatment)
        )
        if funds and not mask:
            return CLOSED
        ada = treatment[1] if self.demands.maintenance_share_pct else ""
        place = zone if zone in self.demands.zone_floor_usd else ""
        return self.kinds.setdefault((mask, ada, place), len(self.kinds))

    def pattern(self, key: tuple[str, str, tuple[int, str] | None, tuple[int, ...]]) -> Integers:
        """Kinds by year and treatment, doing nothing being the first."""
        functional_class, zone, promised, forbidden = key
        row = [self.kind(functional_class, zone, one) for one in self.treatments]
        table = np.tile(np.array([FREE, *row]), (len(self.years), 1))
        rotation = self.demands.zone_years.get(zone)
        is_bound = rotation is not None and functional_class not in self.demands.zone_exempt
        for t, year in enumerate(self.years):
            if year in forbidden or (is_bound and rotation is not None and year not in rotation):
                table[t, 1:] = CLOSED
        if promised is not None and promised[0] in self.years:
            at = promised[0] - self.years[0]
            j = [name for name, _ in self.treatments].index(promised[1])
            table[at] = CLOSED
            table[at, j + 1] = row[j]
            for t in range(at):
                table[t, 1:][t + self.lockout > at] = CLOSED
        return table


def _payments(builder: _Builder, cents: Integers) -> tuple[Integers, Floats, Floats, list[str]]:
    """Payments: the measure paid, what each draws; and the fund rows: dollars and words."""
    years, funds = builder.years, builder.demands.funds
    if not funds:
        size = len(years)
        paid = np.concatenate([kind * size + np.arange(size) for kind in builder.kinds.values()])
        draws = np.tile(np.eye(size), (1, len(builder.kinds)))
        return paid, draws, cents / CENTS, [f"the budget of fiscal year {year}" for year in years]
    vintages = [
        (k, year, fund.usd[year])
        for k, fund in enumerate(funds)
        for year in sorted(fund.usd)
        if year <= years[-1] and year + fund.keeps_years >= years[0]
    ]
    paid_list, row_list = [], []
    for (mask, _, _), kind in builder.kinds.items():
        for row, (k, year, _) in enumerate(vintages):
            last = year + funds[k].keeps_years
            for t, now in enumerate(years):
                if mask >> k & 1 and year <= now <= last:
                    paid_list.append(kind * len(years) + t)
                    row_list.append(row)
    draws = np.zeros((len(vintages), len(row_list)))
    draws[row_list, np.arange(len(row_list))] = 1.0
    money = np.floor(np.array([usd for _, _, usd in vintages]) * CENTS + 1e-6) / CENTS
    words = [f"{funds[k].name} of fiscal year {year}" for k, year, _ in vintages]
    return np.array(paid_list, dtype="int64"), draws, money, words


def _limits(
    builder: _Builder, area: Floats, family: Integers, life: Lifecycle
) -> tuple[Floats, Floats, list[str]]:
    """Rows beyond the funds: what they count, at most how much, and words."""
    demands, years, kinds = builder.demands, builder.years, builder.kinds
    size, families = len(years), len(life.families)
    measures = (len(kinds) + 1 + families) * size
    rows: list[tuple[Floats, float, str]] = []
    share = demands.maintenance_share_pct / 100
    use = np.zeros(measures)
    for (_, ada, _), kind in kinds.items():
        use[kind * size : (kind + 1) * size] = share - (ada == "maintenance")
    if share:
        rows.append((use, 0.0, f"maintenance of at least {share:.0%} of the money"))
    for zone, usd in demands.zone_floor_usd.items():
        use = np.zeros(measures)
        for (_, _, place), kind in kinds.items():
            use[kind * size : (kind + 1) * size] = -float(place == zone)
        rows.append((use, -usd, f"at least ${usd:,.0f} in zone {zone}"))
    if demands.miles_per_year is not None:
        for t, year in enumerate(years):
            use = np.zeros(measures)
            use[len(kinds) * size + t] = 1.0
            words = f"at most {demands.miles_per_year:g} miles in {year}"
            rows.append((use, demands.miles_per_year, words))
    names = np.array([name.rsplit(" ", 1)[0] for name in life.families])
    for (functional_class, year), pci in demands.minimum_pci.items():
        use = np.zeros(measures)
        of = np.flatnonzero(names == functional_class)
        use[(len(kinds) + 1 + of) * size + year - years[0]] = -1.0
        total = float(area[np.isin(family, of)].sum())
        words = f"{functional_class} at {pci:g} or more at the end of {year}"
        rows.append((use, -pci * total, words))
    uses = np.array([use for use, _, _ in rows]).reshape(-1, measures)
    return uses, np.array([limit for _, limit, _ in rows]), [words for _, _, words in rows]


def _problems(demands: Demands, streets: pd.DataFrame, builder: _Builder) -> list[Problem]:
    """Find demands on things that do not exist."""
    problems = []
    known = {
        "section": set(streets.index),
        "zone": set(streets["zone_id"].dropna()) if "zone_id" in streets else set(),
        "treatment": {name for pair in builder.treatments for name in pair},
    }
    named = {
        "section": [*demands.promised, *demands.forbidden],
        "zone": [
            *demands.zone_years,
            *demands.zone_floor_usd,
            *(zone for fund in demands.funds for zone in sorted(fund.zones)),
        ],
        "treatment": [
            *(treatment for _, treatment in demands.promised.values()),
            *(one for fund in demands.funds for one in sorted(fund.treatments)),
        ],
    }
    for what, names in named.items():
        strange = tuple(sorted({str(name) for name in names} - known[what]))
        if strange:
            remedy = f"Name a {what} that is planned."
            problems.append(Problem(what, "is not known", strange, remedy))
    return problems


def terms(
    demands: Demands,
    streets: pd.DataFrame,
    stock: tuple[Integers, Floats],
    years: tuple[int, ...],
    cents: Integers,
    life: Lifecycle,
) -> Terms:
    """
    Turn demands into rows.

    Parameters
    ----------
    demands
        What the plan must keep to.
    streets
        Planned sections, with `functional_class` and `zone_id`.
    stock
        Family and square yards of each.
    years
        Fiscal years of the plan.
    cents
        Cents by year, where there is no ledger.
    life
        Life-cycle model.

    Returns
    -------
    terms
        Rows, and which section counts where.

    Raises
    ------
    InfeasibleError
        With every section, zone and treatment that is named and does not exist.
    """
    builder = _Builder(demands, years, life)
    problems = _problems(demands, streets, builder)
    if problems:
        raise InfeasibleError.of("demands", problems)
    zone = streets["zone_id"] if "zone_id" in streets else pd.Series(None, index=streets.index)
    looks = set(demands.zone_years) | set(demands.zone_floor_usd)
    looks |= {name for fund in demands.funds for name in fund.zones}
    seen: dict[tuple[str, str, tuple[int, str] | None, tuple[int, ...]], int] = {}
    pattern = np.empty(len(streets), dtype="int64")
    tables = []
    for i, (name, cls, place) in enumerate(
        zip(streets.index, streets["functional_class"], zone, strict=True)
    ):
        where = str(place) if place in looks else ""
        key = (str(cls), where, demands.promised.get(name), demands.forbidden.get(name, ()))
        if key not in seen:
            seen[key] = len(seen)
            tables.append(builder.pattern(key))
        pattern[i] = seen[key]
    kinds = np.stack(tables)
    cell = np.where(kinds >= 0, kinds * len(years) + np.arange(len(years))[None, :, None], kinds)
    paid, draws, money, words = _payments(builder, cents)
    use, limit, said = _limits(builder, stock[1], stock[0], life)
    rows = Rows(
        years=len(years),
        kinds=len(builder.kinds),
        families=len(life.families),
        paid=paid,
        draws=draws,
        money=money,
        use=use,
        limit=limit,
        fund_words=tuple(words),
        row_words=tuple(said),
    )
    return Terms(pattern, cell.astype("int64"), rows)
