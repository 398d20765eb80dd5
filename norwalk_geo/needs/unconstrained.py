"""Work that the city's own windows call for: if all is done, and if nothing is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import config, deterioration, network, schema
from norwalk_geo.needs.bands import area_weighted

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["calls", "unconstrained"]

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
MONTHS = 12
NOTHING = -1


@dataclass(frozen=True)
class _Start:
    """Sections that the city keeps and has surveyed, as arrays."""

    ids: pd.Index
    family: Integers
    seals: Integers
    age: Integers
    area: Floats
    miles: Floats


def _start(condition: Condition, sections: Sections, life: Lifecycle, day: dt.date) -> _Start:
    """Bring every section from its survey to a day."""
    measures = network.measure(sections, life.classes)
    ids = condition.index[condition["pci"].notna() & (measures["area_sy"] > 0)]
    known = condition.loc[ids]
    names = deterioration.families(sections.loc[ids], life.curves)["family"]
    months = deterioration.months_since_survey(known, day)
    exact = deterioration.effective_age(known["pci"], names, life.curves) + months
    age = np.rint(np.clip(exact.to_numpy(), 0, len(life.curves) - 1)).astype("int64")
    family = pd.Index(life.families).get_indexer(pd.Index(names)).astype("int64")
    by_class = [name.rsplit(" ", 1)[0] for name in life.families]
    limit = life.classes["load_share_limit_pct"].loc[by_class].to_numpy()
    share = known.get("load_share_pct", pd.Series(np.nan, index=ids))
    is_load = share.to_numpy(dtype="float64", na_value=np.nan) > limit[family]
    seals = np.where(is_load, life.seal_limit[family], 0).astype("int64")
    area, miles = (measures.loc[ids, name].to_numpy() for name in ("area_sy", "miles"))
    return _Start(ids, family, seals, age, area, miles)


def _cost(start: _Start, life: Lifecycle, called: Integers) -> Floats:
    """Cost of the work called for, in dollars to the cent; 0 where there is none."""
    unit = life.unit_cost_usd_sy[start.family, np.maximum(called, 0)]
    made: Floats = np.where(called == NOTHING, 0.0, np.round(unit * start.area, 2))
    return made


def calls(
    condition: Condition, sections: Sections, life: Lifecycle, *, day: dt.date
) -> pd.DataFrame:
    """
    Say what the city's windows call for on each section now.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Streets.
    life
        Life-cycle model.
    day
        Day to which condition is forecast with nothing done.

    Returns
    -------
    calls
        One row a section that is kept and surveyed: `pci_now`, `treatment`, missing where nothing
        is called for, and `cost_usd`.
    """
    start = _start(condition, sections, life, day)
    called = life.called[start.family, start.seals, start.age].astype("int64")
    names = np.array([*life.treatments.index, None], dtype="object")
    return pd.DataFrame(
        {
            "pci_now": life.curves.to_numpy()[start.age, start.family],
            "treatment": names[called],
            "cost_usd": _cost(start, life, called),
        },
        index=start.ids,
    )


def _mean(pci: Floats, area: Floats) -> float:
    """Average condition over the area."""
    return area_weighted(pd.Series(pci), pd.Series(area))


def unconstrained(
    condition: Condition,
    sections: Sections,
    life: Lifecycle,
    *,
    years: Iterable[int],
    critical_pci: float,
    start_month: int = 7,
) -> pd.DataFrame:
    """
    Work out, year by year, what it would take to do all that is called for.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Streets.
    life
        Life-cycle model.
    years
        Consecutive fiscal years.
    critical_pci
        The backlog is the work called for below this condition.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    needs_years
        One row a year. Ramps are not in the costs.
    """
    span = sorted(years)
    start = _start(condition, sections, life, config.year_start(span[0], start_month))
    curves, last = life.curves.to_numpy(), len(life.curves) - 1
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    alters = life.treatments["ada_kind"].eq("alteration").to_numpy()
    age, seals, locked = start.age.copy(), start.seals.copy(), np.zeros(len(start.ids), "int64")
    rows, idle = [], start.age.copy()
    for year in span:
        called = life.called[start.family, seals, age].astype("int64")
        called = np.where(locked > 0, NOTHING, called)
        cost, done = _cost(start, life, called), called != NOTHING
        which = np.maximum(called, 0)
        waiting = life.called[start.family, start.seals, idle].astype("int64")
        below = curves[idle, start.family] < critical_pci
        backlog = float(_cost(start, life, waiting)[below].sum())
        moved = life.next_age[start.family, which, seals, age]
        age = np.minimum(np.where(done, moved, age) + MONTHS, last)
        seals = np.where(done, life.next_seals[which, seals], seals)
        locked = np.where(done, lockout[which] - 1, np.maximum(locked - 1, 0))
        idle = np.minimum(idle + MONTHS, last)
        rows.append(
            {
                "year": year,
                "needs_usd": round(float(cost.sum()), 2),
                "needs_maintenance_usd": round(float(cost[~alters[which]].sum()), 2),
                "needs_alteration_usd": round(float(cost[alters[which]].sum()), 2),
                "needs_miles": float(start.miles[done].sum()),
                "pci_needs_met": _mean(curves[age, start.family], start.area),
                "backlog_usd": round(backlog, 2),
                "pci_untreated": _mean(curves[idle, start.family], start.area),
            }
        )
    frame = pd.DataFrame(rows)
    return schema.check(frame.assign(backlog_growth_usd=frame["backlog_usd"].diff()), "needs_years")
