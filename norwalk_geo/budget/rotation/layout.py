"""Sections with what each may do under every option of its zone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.budget.model import CENTS, Case, Integers, Stock, case_from_arrays
from norwalk_geo.budget.ramps import Duties
from norwalk_geo.budget.rotation.settings import Rotation
from norwalk_geo.budget.rows import CLOSED, FREE, Terms
from norwalk_geo.errors import InfeasibleError, Problem
from norwalk_geo.treatments import Lifecycle

__all__ = ["Zones", "lay_out"]

Flags = npt.NDArray[np.bool_]
Lives = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Zones:
    """
    A city whose zones have options.

    Parameters
    ----------
    base
        The city without a rotation.
    case
        The same with patterns for every option: those of `base` come first, then a block of as many
        for each option. Where all work is to be done it has a further treatment for every set of
        bound ones, to leave alone what none of them is open to.
    names
        Zones, sorted.
    options
        Places of the years in the plan, by option.
    capacity
        Zones at most by option; None where there is no limit.
    zone
        Zone of each section, by place in `names`; −1 for sections that are not bound.
    is_allowed
        Which zone may have which option.
    """

    base: Case
    case: Case
    names: tuple[str, ...]
    options: tuple[tuple[int, ...], ...]
    capacity: tuple[int, ...] | None
    zone: Integers
    is_allowed: Flags

    def chosen(self, choice: Integers) -> Case:
        """
        Give every zone an option.

        Parameters
        ----------
        choice
            Option by zone.

        Returns
        -------
        case
            A city like any other, for the optimizer.
        """
        return replace(self.case, pattern=self._pattern(choice))

    def shown(self, choice: Integers) -> Case:
        """
        Give every zone an option, without the treatments that leave alone.

        Parameters
        ----------
        choice
            Option by zone.

        Returns
        -------
        case
            For tables and checks: nothing need be done in it.
        """
        columns = self.base.cell.shape[2]
        cell = self.case.cell[:, :, :columns].copy()
        cell[:, :, 0] = np.tile(self.base.cell[:, :, 0], (len(self.options) + 1, 1))
        return replace(self.base, cell=cell, pattern=self._pattern(choice))

    def lives(self, treatments: Lives) -> Lives:
        """
        Call leaving alone by its name.

        Parameters
        ----------
        treatments
            Treatment by section and year.

        Returns
        -------
        treatments
            The same with −1 where the section is left alone.
        """
        return np.where(treatments < len(self.base.life.treatments), treatments, -1).astype("int8")

    def _pattern(self, choice: Integers) -> Integers:
        """Pattern of each section where every zone has its option."""
        option = np.where(self.zone < 0, 0, choice[np.maximum(self.zone, 0)] + 1)
        return np.asarray(self.base.pattern + option * len(self.base.cell))


def _bound_columns(life: Lifecycle, rotation: Rotation) -> Flags:
    """Which treatments the rotation binds."""
    table = life.treatments
    if not rotation.treatments:
        return np.ones(len(table), dtype=bool)
    named = table.index.isin(list(rotation.treatments))
    return np.asarray(named | table["ada_kind"].isin(list(rotation.treatments)).to_numpy())


def _closed(cell: Integers, option: tuple[int, ...], is_bound: Flags) -> Integers:
    """Patterns that may do bound work in the option's years only; what is promised stays."""
    off = np.ones(cell.shape[1], dtype=bool)
    off[list(option)] = False
    is_promised = cell[:, :, :1] == CLOSED
    columns = np.append(False, is_bound)
    return np.where(off[None, :, None] & columns & ~is_promised, CLOSED, cell)


class _Leaving:
    """Treatments that do nothing, each open where none of a set of bound ones is."""

    def __init__(self, case: Case, is_bound: Flags) -> None:
        self.case, self.is_bound = case, is_bound
        self.sets: dict[tuple[bool, ...], int] = {}
        self.is_open = Terms(case.pattern, case.cell, case.rows).is_open()
        self.uses: list[tuple[int, int, int]] = []

    def require(self, cell: Integers, option: tuple[int, ...], first: int) -> Integers:
        """Close doing nothing and what is not bound in the option's years; note what to leave."""
        cell = cell.copy()
        for k in range(len(cell)):
            for t in option:
                given = tuple((self.is_bound & (cell[k, t, 1:] != CLOSED)).tolist())
                if cell[k, t, 0] == CLOSED or not self.is_open[t] or not any(given):
                    continue
                cell[k, t, 0] = CLOSED
                cell[k, t, 1:][~self.is_bound] = CLOSED
                leaves = self.sets.setdefault(given, len(self.sets))
                self.uses.append((first + k, t, leaves))
        return cell

    def cells(self, cell: Integers) -> Integers:
        """Add the columns of the new treatments."""
        extra = np.full((*cell.shape[:2], len(self.sets)), CLOSED, dtype=cell.dtype)
        for k, t, leaves in self.uses:
            extra[k, t, leaves] = FREE
        return np.concatenate([cell, extra], axis=2)

    def life(self) -> Lifecycle:
        """Add the treatments: they cost nothing, change nothing and lock nothing."""
        life = self.case.life
        count, (families, _, seals, ages) = len(self.sets), life.next_age.shape
        same = np.broadcast_to(np.arange(ages, dtype="int32"), (families, seals, ages))
        none = [
            np.where((life.next_age[:, np.array(given)] < 0).all(axis=1), same, np.int32(-1))
            for given in self.sets
        ]
        table = life.treatments
        idle = table.iloc[[0] * count].assign(lockout_years=1, ada_kind="maintenance")
        idle.index = pd.Index([f"leave_{k}" for k in range(count)], name=table.index.name)
        kept = np.tile(np.arange(life.next_seals.shape[1]), (count, 1))
        return replace(
            life,
            treatments=pd.concat([table, idle]),
            next_age=np.concatenate([life.next_age, np.stack(none, axis=1)], axis=1),
            next_seals=np.concatenate([life.next_seals, kept]).astype(life.next_seals.dtype),
            unit_cost_usd_sy=np.hstack([life.unit_cost_usd_sy, np.zeros((families, count))]),
        )

    def duties(self) -> Duties | None:
        """Leaving alone alters nothing."""
        owed = self.case.duties
        if owed is None:
            return None
        return replace(owed, alters=np.append(owed.alters, np.zeros(len(self.sets), dtype=bool)))

    def extended(self, cell: Integers) -> Case:
        """Lay the city out again with the new treatments."""
        case = self.case
        if not self.sets:
            return replace(case, cell=cell)
        stock = Stock(
            family=case.family,
            seals=case.seals,
            age=case.exact_age,
            area=case.area,
            weight=case.weight,
            cost_area=case.cost_area,
            miles=case.miles,
            terms=Terms(case.pattern, self.cells(cell), case.rows, self.duties()),
        )
        money = dict(zip(case.years, case.budget_cents / CENTS, strict=True))
        return case_from_arrays(
            stock, self.life(), budget_usd=money, rules=case.rules, ids=case.ids
        )


def _problems(case: Case, rotation: Rotation, names: tuple[str, ...]) -> list[Problem]:
    """Find what the rotation names and does not exist, and what cannot be."""
    problems, life = [], case.life
    known = {*life.treatments.index, "maintenance", "alteration"}
    periods = {str(year) for year in case.years[: rotation.period_years]}
    named = {
        "zone": (rotation.zones | set(rotation.given), set(names)),
        "functional_class": (rotation.exempt, set(life.classes.index)),
        "treatment": (rotation.treatments, known),
        "year of a first visit": ({str(year) for year in rotation.given.values()}, periods),
    }
    for what, (given, there) in named.items():
        strange = tuple(sorted({str(one) for one in given} - {str(one) for one in there}))
        if strange:
            remedy = f"Name a {what} that the rotation can have."
            problems.append(Problem(what, "is not known", strange, remedy))
    room = rotation.capacity(len(case.years))
    if room is not None and sum(room) < len(names):
        what = f"leaves room for {sum(room)} of {len(names)} zones in {rotation.period_years} years"
        remedy = "Allow more zones in a year or a longer period."
        problems.append(Problem("most_zones", what, remedy=remedy))
    if rotation.work == "all" and case.rules.demands.miles_per_year is not None:
        what = "all work of a zone cannot be asked for beside a limit on miles"
        problems.append(Problem("work", what, remedy="Leave one of them out."))
    return problems


def lay_out(case: Case, zone: pd.Series, classes: pd.Series, rotation: Rotation) -> Zones:
    """
    Give every bound section what it may do under each option of its zone.

    Parameters
    ----------
    case
        The city without a rotation.
    zone, classes
        Zone and functional class of each planned section; a missing zone binds nothing.
    rotation
        What is asked for.

    Returns
    -------
    zones
        Zones with at least one bound section.

    Raises
    ------
    InfeasibleError
        Something named does not exist, or the zones do not fit into the period.
    """
    is_bound = zone.notna() & ~classes.isin(list(rotation.exempt))
    if rotation.zones:
        is_bound &= zone.isin(list(rotation.zones))
    bound = zone.where(is_bound)
    names = tuple(sorted({str(one) for one in bound.dropna()}))
    problems = _problems(case, rotation, names)
    if problems:
        raise InfeasibleError.of("rotation", problems)
    options, columns = rotation.options(len(case.years)), _bound_columns(case.life, rotation)
    leaving, blocks = _Leaving(case, columns), [case.cell]
    for o, option in enumerate(options):
        cell = _closed(case.cell, option, columns)
        if rotation.work == "all":
            cell = leaving.require(cell, option, (o + 1) * len(cell))
        blocks.append(cell)
    place = {name: z for z, name in enumerate(names)}
    is_allowed = np.ones((len(names), len(options)), dtype=bool)
    for name, year in rotation.given.items():
        is_allowed[place[name]] = np.arange(len(options)) == year - case.years[0]
    codes = [-1 if pd.isna(one) else place[str(one)] for one in bound]
    return Zones(
        base=case,
        case=leaving.extended(np.concatenate(blocks)),
        names=names,
        options=options,
        capacity=rotation.capacity(len(case.years)),
        zone=np.array(codes, dtype="int64"),
        is_allowed=is_allowed,
    )
