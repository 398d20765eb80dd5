"""The least backlog that the money can leave, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from norwalk_geo import network
from norwalk_geo.budget import around, ledger, policies, results, solution
from norwalk_geo.budget.measures import Lives
from norwalk_geo.budget.model import CENTS, Case, Floats, Rules, build_case
from norwalk_geo.budget.objectives import for_backlog
from norwalk_geo.budget.ramps.tables import ramp_work
from norwalk_geo.budget.simulate import objective, simulate

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["LeastBacklog", "least_backlog"]

_NOISE = 1e-9
_WHY = "part of the work that leaves the least backlog."


@dataclass(frozen=True)
class LeastBacklog:
    """
    Result of `least_backlog`.

    Parameters
    ----------
    work
        Sections treated, with year and cost; table `work`.
    years
        Money, miles, condition and backlog by fiscal year.
    payments
        What each fund pays in each year, to the cent.
    backlog_usd
        Backlog that the plan leaves: of the last year, or the mean of all, constant dollars.
    bound_usd
        Backlog that no plan can stay below.
    do_nothing_usd
        Backlog if no work is done.
    gap
        (backlog − bound) / (do nothing − bound); missing where nothing can be gained.
    backlog_exact_usd
        Backlog of the same plan played through in continuous age.
    objective
        Condition over the whole plan that comes of it, as `optimize` counts it, points.
    ramps
        Corners whose ramps are built; None where no ramps are due.
    """

    work: pd.DataFrame
    years: pd.DataFrame
    payments: pd.DataFrame
    backlog_usd: float
    bound_usd: float
    do_nothing_usd: float
    gap: float | None
    backlog_exact_usd: float
    objective: float
    ramps: pd.DataFrame | None = None


def least_backlog(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    over: Literal["end", "years"] = "end",
) -> LeastBacklog:
    """
    Choose work so that the least backlog remains.

    Parameters
    ----------
    condition
        Latest survey of each section, aligned to `sections`.
    sections
        Streets. Only the city's share of each is planned and counted.
    lifecycle
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year; every year of the plan, zero allowed.
    rules
        How time and money count, the critical condition, and demands.
    over
        Backlog of the last year, or the mean of all years.

    Returns
    -------
    least
        Work, the backlog that it leaves, and the bound that proves it. Backlog is the cost of what
        the windows call for below the critical condition, less the sections that are worked on.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing, there is nothing to plan, or demands cannot be met.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> least = least_backlog(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> least.bound_usd <= least.backlog_usd < least.do_nothing_usd
    True
    """
    rules = rules or Rules()
    case = build_case(
        condition.loc[sections.index], sections, lifecycle, budget_usd=budget_usd, rules=rules
    )
    size = len(case.years)
    by_year = np.full(size, 1 / size) if over == "years" else np.eye(size)[-1]
    counted, found = solution.find(for_backlog(case, by_year))
    case = replace(case, duties=counted.duties)
    if ledger.broken(case, found.treatments):
        raise RuntimeError("the plan breaks its own rows: please report this")
    chosen = _played(case, found.treatments)
    miles = network.measure(sections, lifecycle.classes).loc[case.ids, "miles"].to_numpy()
    work = results.work(chosen, miles, pd.Series("", index=case.ids, dtype="str"), sections)
    also = around.of_work(case, found.treatments, sections)
    reason = work["reason"].str.split(": ", n=1).str[0] + ": " + _WHY + also.reindex(work.index)
    mine, nothing = (
        _backlog(one, by_year) for one in (chosen, _played(case, policies.do_nothing(case)))
    )
    # Each section's cost is rounded to the cent, the bound's are not.
    bound = -found.bound.value - 0.5 / CENTS * len(case.ids) * by_year.sum()
    bound = min(max(bound, 0.0), mine)
    exact = _played(case, found.treatments, exact=True)
    return LeastBacklog(
        work=work.assign(reason=reason),
        years=results.years(chosen, miles),
        payments=ledger.payments(case, found.treatments),
        backlog_usd=mine,
        bound_usd=bound,
        do_nothing_usd=nothing,
        gap=(mine - bound) / (nothing - bound) if nothing - bound > _NOISE else None,
        backlog_exact_usd=_backlog(exact, by_year),
        objective=objective(case, chosen.course),
        ramps=ramp_work(case, found.treatments),
    )


def _played(case: Case, treatments: Lives, *, exact: bool = False) -> results.Chosen:
    """Play a plan through by the simulation, apart from the graph."""
    course = simulate(case, treatments, exact=exact)
    idle = simulate(case, policies.do_nothing(case), exact=exact)
    return results.Chosen(case, treatments, course, idle, np.full(len(case.ids), np.inf))


def _backlog(chosen: results.Chosen, by_year: Floats) -> float:
    """Weigh the backlog of the years, each to the cent."""
    return float(results.backlog_cents(chosen) @ by_year) / CENTS
