"""
Demands as rows of numbers.

Sections that may do the same things and whose dollars count alike share one pattern. Shares, floors
and conditions are rows that count what a plan uses; who may pay is `payers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.budget.demands import NETWORK, RAMPS, Demands
from norwalk_geo.budget.payers import Kind, ledger_of
from norwalk_geo.budget.ramps.duties import duties
from norwalk_geo.budget.rows import CLOSED, FREE, Floats, Integers, Rows, Terms
from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.treatments import Lifecycle

__all__ = ["EQUITY_MARK", "Planned", "class_of", "equity", "parted", "terms"]

Flags: TypeAlias = npt.NDArray[np.bool_]
MONTHS = 12
EQUITY_MARK = "*"  # behind the name of a family: its sections in zones of equity


class Planned(NamedTuple):
    """
    What is planned, as rows count it.

    Parameters
    ----------
    streets
        Planned sections, with `functional_class`, `zone_id` and `is_equity_zone`.
    family, age, area
        Number of the family of each, effective age in months at the start, and square yards.
    terminal_years
        Years that the condition at the end counts for.
    """

    streets: pd.DataFrame
    family: Integers
    age: Floats
    area: Floats
    terminal_years: int


class _Place(NamedTuple):
    """What a section's dollars are told apart by."""

    functional_class: str
    zone: str
    is_equity: bool


class _Builder:
    """Collects kinds of dollars and patterns of sections while going through the sections."""

    def __init__(self, demands: Demands, years: tuple[int, ...], life: Lifecycle) -> None:
        self.demands, self.years = demands, years
        kinds = life.treatments["ada_kind"].astype("str")
        self.treatments = list(zip(life.treatments.index, kinds, strict=True))
        self.lockout = life.treatments["lockout_years"].to_numpy()
        self.kinds: dict[Kind, int] = {}
        self.tells_ada = demands.maintenance_share_pct > 0 or any(
            fund.preventive_pct for fund in demands.funds
        )

    def kind(self, places: Sequence[_Place], treatment: tuple[str, str]) -> int:
        """Number of the kind of dollar that work in some places costs; closed if no fund pays."""
        funds, floors = self.demands.funds, self.demands.zone_floor_usd
        payers = sum(
            1 << k
            for k, fund in enumerate(funds)
            if any(fund.pays(one.functional_class, one.zone, treatment) for one in places)
        )
        if funds and not payers:
            return CLOSED
        zones = sorted(one.zone for one in places if one.zone in floors)
        is_equity = all(one.is_equity for one in places) and self.demands.equity_money_pct > 0
        ada = treatment[1] if self.tells_ada else ""
        kind = Kind(payers, ada, zones[0] if zones else "", is_equity)
        return self.kinds.setdefault(kind, len(self.kinds))

    def kind_of_ramps(self, places: Sequence[tuple[str, str]]) -> int:
        """Number of the kind of dollar for ramps between streets of some classes and zones."""
        # A corner is given by classes and zones alone: its dollars count as equity nowhere.
        return self.kind([_Place(*place, is_equity=False) for place in places], RAMPS)

    def pattern(
        self, place: _Place, promised: tuple[int, str] | None, forbidden: tuple[int, ...]
    ) -> Integers:
        """Kinds by year and treatment, doing nothing being the first."""
        row = [self.kind([place], one) for one in self.treatments]
        table = np.tile(np.array([FREE, *row]), (len(self.years), 1))
        rotation = self.demands.zone_years.get(place.zone)
        is_bound = rotation is not None and place.functional_class not in self.demands.zone_exempt
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


class _Row(NamedTuple):
    """At most so much of what is counted, in words, and how much of it is a unit."""

    use: Floats
    limit: float
    words: str
    unit: str
    size: float


class _Counter:
    """Writes rows that count measures."""

    def __init__(self, builder: _Builder, families: int) -> None:
        self.size, self.kinds = len(builder.years), builder.kinds
        self.measures = (len(self.kinds) + 1 + families) * self.size
        self.rows: list[_Row] = []

    def dollars(self, counts: dict[Kind, float]) -> Floats:
        """Count the dollars of each kind, whatever the year."""
        use = np.zeros(self.measures)
        for kind, number in self.kinds.items():
            use[number * self.size : (number + 1) * self.size] = counts[kind]
        return use

    def condition(self, by_year: Floats) -> Floats:
        """Count square yards × PCI by family and year."""
        return np.append(np.zeros((len(self.kinds) + 1) * self.size), by_year.ravel())

    def add(self, use: Floats, limit: float, words: str, unit: str, size: float = 1.0) -> None:
        """Add a row, and the unit that it is spoken of in."""
        self.rows.append(_Row(use, limit, words, unit, size))


def _money_rows(builder: _Builder, rows: _Counter) -> None:
    """Shares of the money, floors by zone, and miles."""
    demands, kinds = builder.demands, builder.kinds
    share = demands.maintenance_share_pct / 100
    if share:
        use = rows.dollars({kind: share - (kind.ada == "maintenance") for kind in kinds})
        rows.add(use, 0.0, f"maintenance of at least {share:.0%} of the money", "USD")
    share = demands.equity_money_pct / 100
    if share:
        use = rows.dollars({kind: share - kind.is_equity for kind in kinds})
        rows.add(use, 0.0, f"at least {share:.0%} of the money in zones of equity", "USD")
    for zone, usd in demands.zone_floor_usd.items():
        use = rows.dollars({kind: -float(kind.zone == zone) for kind in kinds})
        rows.add(use, -usd, f"at least ${usd:,.0f} in zone {zone}", "USD")
    if demands.miles_per_year is not None:
        for t, year in enumerate(builder.years):
            use = np.zeros(rows.measures)
            use[len(kinds) * rows.size + t] = 1.0
            words = f"at most {demands.miles_per_year:g} miles in {year}"
            rows.add(use, demands.miles_per_year, words, "mi")


def _condition_rows(builder: _Builder, rows: _Counter, planned: Planned, life: Lifecycle) -> None:
    """Least condition, by class and year."""
    names = np.array([class_of(name) for name in life.families])
    for (group, year), pci in builder.demands.minimum_pci.items():
        of = (names == group) | (group == NETWORK)
        by_year = np.zeros((len(names), rows.size))
        by_year[of, year - builder.years[0]] = -1.0
        total = float(planned.area[of[planned.family]].sum())
        who = "all streets" if group == NETWORK else group
        words = f"{who} at {pci:g} or more at the end of {year}"
        rows.add(rows.condition(by_year), -pci * total, words, "points", total)


def _gain_row(demands: Demands, rows: _Counter, planned: Planned, life: Lifecycle) -> None:
    """Share of the condition gained that must be gained in zones of equity."""
    share = demands.equity_gain_pct / 100
    if not share:
        return
    is_equity = np.array([name.endswith(EQUITY_MARK) for name in life.families])
    counts = np.ones(rows.size)
    counts[-1] += planned.terminal_years
    by_year = np.outer(life.weight * (share - is_equity), counts)
    pci, last = life.curves.to_numpy(), len(life.curves) - 1
    age = np.rint(np.clip(planned.age, 0, last)).astype("int64")
    idle = np.zeros((len(is_equity), rows.size))
    for t in range(rows.size):
        end = pci[np.minimum(age + MONTHS * (t + 1), last), planned.family]
        np.add.at(idle[:, t], planned.family, end * planned.area)
    words = f"at least {share:.0%} of the condition gained in zones of equity"
    size = float(planned.area.sum()) * counts.sum()
    rows.add(rows.condition(by_year), float((by_year * idle).sum()), words, "points", size)


def class_of(family: str) -> str:
    """
    Find the functional class of a family.

    Parameters
    ----------
    family
        Its name: class and surface.

    Returns
    -------
    functional_class
        The first part.
    """
    return family.rsplit(" ", 1)[0]


def parted(life: Lifecycle, family: Integers, is_equity: Flags) -> tuple[Lifecycle, Integers]:
    """
    Make families of their own of the sections in zones of equity, so that rows can count them.

    Parameters
    ----------
    life
        Life-cycle model.
    family
        Number of the family of each section.
    is_equity
        Whether each lies in a zone of equity.

    Returns
    -------
    life, family
        Every family twice, alike but for the name; and the number of each section.
    """
    marked = life.curves.add_suffix(EQUITY_MARK)
    double = replace(
        life,
        curves=pd.concat([life.curves, marked], axis=1),
        families=(*life.families, *(str(name) for name in marked.columns)),
        next_age=np.concatenate([life.next_age] * 2),
        called=np.concatenate([life.called] * 2),
        unit_cost_usd_sy=np.concatenate([life.unit_cost_usd_sy] * 2),
        weight=np.concatenate([life.weight] * 2),
        seal_limit=np.concatenate([life.seal_limit] * 2),
    )
    return double, np.where(is_equity, family + len(life.families), family)


def _problems(builder: _Builder, streets: pd.DataFrame) -> list[Problem]:
    """Find demands on things that do not exist."""
    demands = builder.demands
    classes = set(streets["functional_class"].astype("str"))
    known = {
        "section": set(streets.index),
        "zone": set(streets["zone_id"].dropna()) if "zone_id" in streets else set(),
        "treatment": {name for pair in builder.treatments for name in pair} | {"ramps"},
        "functional class": classes | {NETWORK},
        "year of the plan": {str(year) for year in builder.years},
    }
    named: dict[str, list[object]] = {
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
        "functional class": [group for group, _ in demands.minimum_pci],
        "year of the plan": [year for _, year in demands.minimum_pci],
    }
    problems = []
    for what, names in named.items():
        strange = tuple(sorted({str(name) for name in names} - known[what]))
        if strange:
            remedy = f"Name a {what} that is planned."
            problems.append(Problem(what, "is not known", strange, remedy))
    if (demands.equity_money_pct or demands.equity_gain_pct) and not equity(streets).any():
        remedy = "Flag sections in is_equity_zone, or ask for no share of theirs."
        problems.append(Problem("is_equity_zone", "flags no planned section", remedy=remedy))
    return problems


def equity(streets: pd.DataFrame) -> Flags:
    """
    Tell which sections are known to lie in a zone of equity.

    Parameters
    ----------
    streets
        Sections, with `is_equity_zone` where it is known.

    Returns
    -------
    is_equity
        Of each; what is not known is none.
    """
    if "is_equity_zone" not in streets:
        return np.zeros(len(streets), dtype=bool)
    return streets["is_equity_zone"].fillna(value=False).to_numpy(dtype=bool)


def _patterns(builder: _Builder, streets: pd.DataFrame) -> tuple[Integers, Integers]:
    """Find which sections may do the same things, and kinds by pattern, year and treatment."""
    demands = builder.demands
    zone = streets["zone_id"] if "zone_id" in streets else pd.Series(None, index=streets.index)
    looks = set(demands.zone_years) | set(demands.zone_floor_usd)
    looks |= {name for fund in demands.funds for name in fund.zones}
    seen: dict[tuple[_Place, tuple[int, str] | None, tuple[int, ...]], int] = {}
    pattern = np.empty(len(streets), dtype="int64")
    tables = []
    each = zip(streets.index, streets["functional_class"], zone, equity(streets), strict=True)
    for i, (name, functional_class, at, is_equity) in enumerate(each):
        where = str(at) if at in looks else ""
        place = _Place(str(functional_class), where, bool(is_equity))
        key = (place, demands.promised.get(name), tuple(demands.forbidden.get(name, ())))
        if key not in seen:
            seen[key] = len(seen)
            tables.append(builder.pattern(*key))
        pattern[i] = seen[key]
    return pattern, np.stack(tables)


def terms(
    demands: Demands,
    planned: Planned,
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
    planned
        Sections, their states and sizes.
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
        With every section, zone, class, year and treatment that is named and does not exist.
    """
    builder = _Builder(demands, years, life)
    problems = _problems(builder, planned.streets)
    if problems:
        raise InfeasibleError.of("demands", problems)
    pattern, kinds = _patterns(builder, planned.streets)
    owed = None
    if demands.ramps is not None:
        alters = life.treatments["ada_kind"].eq("alteration").to_numpy()
        owed = duties(demands.ramps, planned.streets, alters, builder.kind_of_ramps)
    cell = np.where(kinds >= 0, kinds * len(years) + np.arange(len(years))[None, :, None], kinds)
    money, rows = (
        ledger_of(demands, years, builder.kinds, cents),
        _Counter(builder, len(life.families)),
    )
    _money_rows(builder, rows)
    _condition_rows(builder, rows, planned, life)
    _gain_row(demands, rows, planned, life)
    made = Rows(
        years=len(years),
        kinds=len(builder.kinds),
        families=len(life.families),
        paid=money.paid,
        draws=money.draws,
        money=money.money,
        use=np.array([row.use for row in rows.rows]).reshape(-1, rows.measures),
        limit=np.array([row.limit for row in rows.rows]),
        fund_words=money.words,
        row_words=tuple(row.words for row in rows.rows),
        row_units=tuple(row.unit for row in rows.rows),
        row_sizes=tuple(row.size for row in rows.rows),
    )
    return Terms(pattern, cell.astype("int64"), made, owed)
