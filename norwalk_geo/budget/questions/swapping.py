"""
Near-equal plans: which sections could take the place of which at almost no loss.

PCI is good to three points and bids to a fifth, so plans within half a percent of the gain are
equal for all that is known. Together the swaps fit every year's money to the cent, and what they
lose together is what a simulation of the changed plan gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.budget import choose, explain, ledger
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers, Rules
from norwalk_geo.budget.questions.solving import Solved, laid_out, solve
from norwalk_geo.budget.ramps.tables import ramp_cents
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.budget.simulate import simulate

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Swap", "listed", "near", "swaps"]

# Sections of the plan that are asked for a stand-in, and lives that could be one, nearest first.
_ASKED, _OFFERED = 2000, 4000
# Stand-ins tried for a section where more than yearly money must be kept to.
_TRIED = 5


class _Offers(NamedTuple):
    """Lives of sections that the plan leaves alone: whose, gain, cents by year, treatments."""

    section: Integers
    gain: Floats
    cents: Integers
    treatments: npt.NDArray[np.int8]


class Swap(NamedTuple):
    """
    A section out of the plan, and another in its place.

    Parameters
    ----------
    out, before
        Row of the section that leaves the plan, and its treatments by year.
    into, treatments
        Row of the section that comes in, and its treatments by year.
    loss_pct
        Share of the plan's gain that is given up.
    """

    out: int
    before: npt.NDArray[np.int8]
    into: int
    treatments: npt.NDArray[np.int8]
    loss_pct: float


def swaps(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rules: Rules | None = None,
    within_pct: float = 0.5,
) -> pd.DataFrame:
    """
    List sections of the plan that another could replace within a small share of the gain.

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
        How time and money count. By default the fiscal year begins in July.
    within_pct
        Share of the plan's gain over doing nothing that all swaps together may give up.

    Returns
    -------
    swaps
        One row a section of the plan, the closest call first. All may be made together, or any
        number from the top: then too every row is kept, to the cent.

    Raises
    ------
    InfeasibleError
        A budget is negative, a year is missing or there is nothing to plan.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> curves = ng.deterioration.curves()
    >>> life = ng.treatments.lifecycle(curves, ng.treatments.catalogue(base_year=2026))
    >>> near = swaps(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5}, within_pct=2)
    >>> bool((near["loss_together_pct"] <= 2).all())
    True
    """
    case = laid_out(condition, sections, lifecycle, budget_usd, rules)
    return listed(solve(case), within_pct)


def listed(base: Solved, within_pct: float) -> pd.DataFrame:
    """
    List the swaps of a plan.

    Parameters
    ----------
    base
        The plan.
    within_pct
        Share of the plan's gain that all swaps together may give up.

    Returns
    -------
    swaps
        As `swaps` gives them.
    """
    case, rows, together = base.case, [], 0.0
    for swap in near(base, within_pct=within_pct):
        together += swap.loss_pct
        rows.append(_row(case, swap, together))
    columns = schema.describe("swaps").columns.index
    return schema.check(pd.DataFrame(rows, columns=columns), "swaps")


def near(base: Solved, *, within_pct: float) -> list[Swap]:
    """
    Find swaps one after the other, as long as all together give up no more than is allowed.

    Parameters
    ----------
    base
        The plan.
    within_pct
        Share of the plan's gain that all swaps together may give up.

    Returns
    -------
    swaps
        The closest call first.
    """
    case, plan = base.case, base.treatments
    if base.proof is None:  # No money.
        return []
    lives = choose.gather(case, base.proof)
    worth = explain.worth(case, lives, base.proof, plan)
    gain = _gain(case, plan)
    cents, money = choose.cost_cents(case, plan), _yearly(case)
    left = (case.budget_cents if money is None else money) - cents.sum(axis=0)
    left = left - ramp_cents(case, plan)
    is_planned = (plan >= 0).any(axis=1)
    planned = np.flatnonzero(is_planned)
    offers = _offers(case, lives, worth, np.flatnonzero(~is_planned))
    is_free = np.ones(len(offers.section), dtype=bool)
    swaps: list[Swap] = []
    allowed = gain.sum() * within_pct / 100
    now, is_plain = plan.copy(), money is not None
    for out in planned[np.argsort(worth[planned], kind="stable")][:_ASKED]:
        # Another life that gives up more than may be given up need not be tried.
        fits = is_free & (gain[out] - offers.gain <= allowed)
        room = left + cents[out] + _spared(case, now, int(out))
        is_paid = (offers.cents <= room).all(axis=1)
        if is_plain:
            pick = _best(offers, np.flatnonzero(fits & is_paid))
        else:
            pick = _pick(case, now, int(out), offers, (fits & is_paid, fits & ~is_paid))
        if pick is None:
            continue
        loss = float(gain[out] - offers.gain[pick])
        allowed -= loss
        left += cents[out] - offers.cents[pick] + ramp_cents(case, now)
        now[out], now[offers.section[pick]] = -1, offers.treatments[pick]
        left -= ramp_cents(case, now)
        into = int(offers.section[pick])
        is_free &= offers.section != into
        share = 100 * loss / float(gain.sum())
        swaps.append(Swap(int(out), plan[out], into, offers.treatments[pick], share))
    return swaps


def _yearly(case: Case) -> Integers | None:
    """
    Cents by year, where these are all that a plan must keep to; None where there is more.

    Several funds are one sum a year if each may pay for everything, and in its own year alone.
    """
    rows = case.rows
    if case.duties is not None or len(rows.limit) or (case.cell == CLOSED).any():
        return None
    year = np.zeros((rows.years, len(rows.money)), dtype=bool)
    np.logical_or.at(year, rows.paid % rows.years, (rows.draws > 0).T)
    is_own = (np.isin(rows.draws, (0, 1)) & (rows.draws.sum(axis=0) == 1)).all()
    pays = np.zeros((rows.cells, len(rows.money)), dtype=bool)
    np.logical_or.at(pays, rows.paid, (rows.draws > 0).T)
    is_any = (pays == year[np.arange(rows.cells) % rows.years]).all()
    if not is_own or not is_any or (year.sum(axis=0) > 1).any():
        return None
    return np.asarray(year @ np.rint(rows.money * CENTS).astype("int64"))


def _spared(case: Case, now: npt.NDArray[np.int8], out: int) -> Integers:
    """Cents by year of the ramps that a plan need not build without a section's work."""
    if case.duties is None:
        return np.zeros(len(case.years), dtype="int64")
    without = now.copy()
    without[out] = -1
    return ramp_cents(case, now) - ramp_cents(case, without)


def _best(offers: _Offers, fits: Integers) -> int | None:
    """Find the life that gains most."""
    return int(fits[np.argmax(offers.gain[fits])]) if len(fits) else None


def _pick(
    case: Case,
    now: npt.NDArray[np.int8],
    out: int,
    offers: _Offers,
    ranks: tuple[npt.NDArray[np.bool_], ...],
) -> int | None:
    """
    Find the life that gains most in place of a section's, and with which every row is kept.

    A few are tried: those that each year's money as a whole can pay for, before those that live on
    money kept from other years.
    """
    found = [np.flatnonzero(rank) for rank in ranks]
    order = np.concatenate([one[np.argsort(-offers.gain[one], kind="stable")] for one in found])
    for pick in order[:_TRIED]:
        trial = now.copy()
        trial[out], trial[offers.section[pick]] = -1, offers.treatments[pick]
        cells = np.take_along_axis(case.cell[case.pattern], trial[:, :, None] + 1, axis=2)
        if not (cells == CLOSED).any() and not ledger.broken(case, trial):
            return int(pick)
    return None


def _of(case: Case, section: Integers) -> Case:
    """Take sections as rows of a city, some of them more than once."""
    fields = ("family", "seals", "age", "exact_age", "area", "weight", "cost_area", "group")
    return replace(case, **{name: getattr(case, name)[section] for name in fields})


def _gain(case: Case, treatments: npt.NDArray[np.int8]) -> Floats:
    """Weighted point-years that each section's treatments give beyond doing nothing."""
    end = simulate(case, treatments).end - simulate(case, np.full_like(treatments, -1)).end
    gain: Floats = case.weight * (end.sum(axis=1) + case.rules.terminal_years * end[:, -1])
    return gain


def _offers(case: Case, lives: choose.Candidates, worth: Floats, left: Integers) -> _Offers:
    """List the lives with work of the sections that come nearest to being in the plan."""
    near = left[np.argsort(-worth[left], kind="stable")]
    count = np.diff(lives.first)[case.group[near]]
    near = near[: max(1, int(np.searchsorted(np.cumsum(count), _OFFERED)))]
    count = count[: len(near)]
    section = np.repeat(near, count)
    offset = np.arange(len(section)) - np.repeat(np.cumsum(count) - count, count)
    life = lives.first[case.group[section]] + offset
    treatments = lives.treatments[life]
    has_work = (treatments >= 0).any(axis=1)
    section, treatments = section[has_work], treatments[has_work]
    rows = _of(case, section)
    cents = choose.cost_cents(rows, treatments)
    return _Offers(section, _gain(rows, treatments), cents, treatments)


def _row(case: Case, swap: Swap, together: float) -> dict[str, object]:
    """Write one swap."""
    labels = case.life.treatments["label"]
    both = np.stack([swap.before, swap.treatments])
    first, instead = (both >= 0).argmax(axis=1)
    pair = _of(case, np.array([swap.out, swap.into]))
    cost = choose.cost_cents(pair, both).sum(axis=1) / CENTS
    return {
        "section_id": case.ids[swap.out],
        "year": case.years[first],
        "treatment_label": labels.iloc[swap.before[first]],
        "cost_usd": cost[0],
        "instead_section_id": case.ids[swap.into],
        "instead_year": case.years[instead],
        "instead_treatment_label": labels.iloc[swap.treatments[instead]],
        "instead_cost_usd": cost[1],
        "loss_pct": swap.loss_pct,
        "loss_together_pct": together,
    }
