"""
From prices to a plan that fits the budget to the cent.

At the best prices most sections have one best life; money is left or lacking only because of those
near a tie. So: gather the lives that sections choose at prices near the best (the candidates),
solve a linear program over states for the crowd, and an integer program over the few sections that
are in doubt. Every sum is checked in whole cents at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from norwalk_geo.budget import kernel
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers

__all__ = ["Candidates", "choose", "cost_cents", "gather"]

_NEAR = 0.03
_LATE = 30
# Far below the best prices: what a section would get if there were more money. For the reasons.
_CHEAP = (0.8, 0.6, 0.4, 0.2, 0.05)
_CORE = 150
_NODES = 40
# HiGHS may exceed a scaled row by a millionth; the budget is cut by twice that before it is asked.
_CAUTION = 2e-6
_HALF, _NO_GAIN = 0.5, 1e-9
# Of the gain: the integer program may stop this near to its own bound.
_CLOSE_ENOUGH = 2e-5


@dataclass(frozen=True)
class Candidates:
    """
    Lives worth considering, sorted by the state that they start from.

    Parameters
    ----------
    group
        Starting state of each life.
    first
        First life of each state; one more at the end. The first life of each is to do nothing.
    treatments
        Treatment by life and year; −1 for none.
    dollars
        Dollars per square yard by life and year.
    points
        Weighted point-years per square yard.
    """

    group: Integers
    first: Integers
    treatments: npt.NDArray[np.int8]
    dollars: Floats
    points: Floats


def _price_vectors(bound: Bound, size: int) -> list[Floats]:
    """Prices to ask for lives: so high that nothing is done, the best, and many around it."""
    best = bound.prices
    around = [best * (1 + sign * _NEAR * k) for sign in (1, -1) for k in (1, 3)]
    for t in range(size):
        for sign in (1.0, -1.0):
            one = best.copy()
            one[t] *= 1 + 2 * sign * _NEAR
            around.append(one)
    cheap = [best * factor for factor in _CHEAP]
    return [np.full(size, 1e9), best, *bound.tried[-_LATE:], *around, *cheap]


def gather(case: Case, bound: Bound) -> Candidates:
    """
    Collect the lives that states choose at prices around the best.

    Parameters
    ----------
    case
        The city.
    bound
        Best prices and those tried on the way.

    Returns
    -------
    candidates
        Distinct lives by state; doing nothing is always among them.
    """
    size = len(case.years)
    rows, dollars, points = [], [], []
    groups = np.arange(len(case.start))
    for prices in _price_vectors(bound, size):
        _, choice = kernel.best(case.graph, prices)
        chosen, spent, value = kernel.trace(case.graph, choice, case.start, size)
        rows.append(np.column_stack([groups, chosen]))
        dollars.append(spent)
        points.append(value)
    # Sorting puts −1 before any treatment: the first life of each state does nothing.
    unique, where = np.unique(np.concatenate(rows).astype("int32"), axis=0, return_index=True)
    first = np.searchsorted(unique[:, 0], np.arange(len(case.start) + 1))
    return Candidates(
        group=unique[:, 0].astype("int64"),
        first=first.astype("int64"),
        treatments=unique[:, 1:].astype("int8"),
        dollars=np.concatenate(dollars)[where],
        points=np.concatenate(points)[where],
    )


def cost_cents(case: Case, treatments: npt.NDArray[np.int8]) -> Integers:
    """
    Cost of a plan in whole cents.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    cents
        By section and year, each rounded half to even.
    """
    done = treatments >= 0
    unit = case.unit_cost[np.arange(len(case.years)), case.family[:, None], treatments]
    return np.rint(np.where(done, unit, 0.0) * case.area[:, None] * CENTS).astype("int64")


def _solve(
    gain: Floats, cost: Floats, limit: Floats, owner: Integers, *, stop: float | None = None
) -> Floats | None:
    """
    Choose one option an owner for the most gain within each year's limit.

    `cost` has a row an option and a column a year; owners are numbered in order. Without `stop` the
    answer is shares; with it whole options, to within that much gain. None without an answer.
    """
    options, owners = len(gain), int(owner[-1]) + 1
    scale = np.maximum(limit, 1.0)
    one = sparse.csr_array((np.ones(options), (owner, np.arange(options))), shape=(owners, options))
    allowed = np.where(limit > 0, limit / scale * (1 - _CAUTION), 0.0)
    rows = [
        LinearConstraint(sparse.csr_array((cost / scale).T), -np.inf, allowed),
        LinearConstraint(one, 1.0, 1.0),
    ]
    unit = max(float(np.abs(gain).max()), 1e-12)
    # A limit on nodes, not on seconds: the same input gives the same plan on any machine.
    settings = {"node_limit": _NODES, "mip_rel_gap": 0.0}
    if stop is not None:
        most = float(np.maximum.reduceat(gain, np.searchsorted(owner, np.arange(owners))).sum())
        settings["mip_rel_gap"] = stop / max(most, stop, 1e-12)
    found = milp(
        -gain / unit,
        integrality=np.full(options, int(stop is not None)),
        bounds=Bounds(0.0, 1.0),
        constraints=rows,
        options=settings,
    )
    shares: Floats | None = found.x
    return shares


def _crowd(case: Case, lives: Candidates) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """
    Give every section a life by the linear program over states.

    Returns the life of each section, and which states had to be split.
    """
    area = np.bincount(case.group, case.area, minlength=len(case.start))[lives.group]
    shares = _solve(
        lives.points * area,
        lives.dollars * area[:, None],
        case.budget_cents / CENTS,
        lives.group,
    )
    life = lives.first[case.group].copy()
    split = np.zeros(len(case.start), dtype=bool)
    if shares is None:
        return life, split
    top = np.maximum.reduceat(shares, lives.first[:-1])
    split = top < 1 - 1e-6
    order = np.lexsort((-shares, lives.group))
    life = order[lives.first[:-1]][case.group]
    for state in np.flatnonzero(split):
        span = slice(lives.first[state], lives.first[state + 1])
        members = np.flatnonzero(case.group == state)
        members = members[np.argsort(-case.area[members], kind="stable")]
        due = shares[span] * area[lives.first[state]]
        for section in members:
            pick = int(due.argmax())
            due[pick] -= case.area[section]
            life[section] = lives.first[state] + pick
    return life, split


def _doubt(case: Case, lives: Candidates, prices: Floats) -> Floats:
    """How little each section would lose by its second-best life at the best prices."""
    worth = lives.points - lives.dollars @ prices
    order = np.lexsort((-worth, lives.group))
    best = worth[order[lives.first[:-1]]]
    has_more = np.diff(lives.first) > 1
    second = np.full(len(best), -np.inf)
    second[has_more] = worth[order[lives.first[:-1][has_more] + 1]]
    loss: Floats = (best - second)[case.group] * case.area
    return loss


def _core(
    case: Case, lives: Candidates, life: Integers, split: npt.NDArray[np.bool_], prices: Floats
) -> Integers:
    """Choose the sections to decide one by one: those of split states, then those most in doubt."""
    loss = _doubt(case, lives, prices)
    loss[split[case.group]] = -1.0
    ranked = np.argsort(loss, kind="stable")[:_CORE]
    core = set(ranked[np.isfinite(loss[ranked])].tolist())
    # Sections outside must leave room: whatever overspends a year is decided again.
    cents = _cents_of(case, lives, life)
    outside = np.array(sorted(set(range(len(life))) - core), dtype="int64")
    over = cents[outside].sum(axis=0) - case.budget_cents
    while (over > 0).any():
        t = int(over.argmax())
        k = int(cents[outside, t].argmax())
        core.add(int(outside[k]))
        over = over - cents[outside[k]]
        outside = np.delete(outside, k)
    return np.array(sorted(core), dtype="int64")


def _cents_of(case: Case, lives: Candidates, life: Integers) -> Integers:
    """Cost of each section's life in whole cents by year."""
    return cost_cents(case, lives.treatments[life])


def _options(case: Case, lives: Candidates, core: Integers) -> tuple[Integers, Integers]:
    """List the lives open to each section of the core: owner and life."""
    counts = np.diff(lives.first)[case.group[core]]
    owner = np.repeat(np.arange(len(core)), counts)
    starts = np.repeat(lives.first[case.group[core]], counts)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, starts + offset


def _decide(case: Case, lives: Candidates, life: Integers, core: Integers, stop: float) -> Integers:
    """Decide the core's lives by the integer program; where it fails, the core does nothing."""
    decided = life.copy()
    decided[core] = lives.first[case.group[core]]
    if not len(core):
        return decided
    spent = _cents_of(case, lives, decided).sum(axis=0)
    owner, option = _options(case, lives, core)
    section = core[owner]
    cents = cost_cents(_rows(case, section), lives.treatments[option])
    left = (case.budget_cents - spent) / CENTS
    nothing = lives.points[lives.first[case.group[section]]]
    gain = (lives.points[option] - nothing) * case.area[section]
    picked = _solve(gain, cents / CENTS, left, owner, stop=stop)
    if picked is not None:
        taken = np.flatnonzero(picked > _HALF)
        decided[core[owner[taken]]] = option[taken]
    return decided


def _rows(case: Case, section: Integers) -> Case:
    """Repeat sections as rows, for costing several lives of one section at once."""
    return replace(case, family=case.family[section], area=case.area[section])


def _fill(case: Case, lives: Candidates, life: Integers) -> Integers:
    """Spend what is left: the largest improvement that still fits, until none does."""
    filled = life.copy()
    every = np.arange(len(life))
    owner, option = _options(case, lives, every)
    cents = cost_cents(_rows(case, owner), lives.treatments[option])
    current = _cents_of(case, lives, filled)
    left = case.budget_cents - current.sum(axis=0)
    while True:
        gain = (lives.points[option] - lives.points[filled][owner]) * case.area[owner]
        fits = ((cents - current[owner]) <= left).all(axis=1) & (gain > _NO_GAIN)
        if not fits.any():
            return filled
        pick = int(np.where(fits, gain, -np.inf).argmax())
        section = owner[pick]
        left = left + current[section] - cents[pick]
        current[section] = cents[pick]
        filled[section] = option[pick]


def choose(case: Case, bound: Bound, lives: Candidates) -> Integers:
    """
    Choose a life for every section so that no year is over budget.

    Parameters
    ----------
    case
        The city.
    bound
        Best prices.
    lives
        Candidates.

    Returns
    -------
    life
        Row of `lives` by section. The cost in cents is within every year's budget.
    """
    life, split = _crowd(case, lives)
    core = _core(case, lives, life, split, bound.prices)
    nothing = float(lives.points[lives.first[case.group]] @ case.area)
    life = _decide(case, lives, life, core, _CLOSE_ENOUGH * (bound.value - nothing))
    over = _cents_of(case, lives, life).sum(axis=0) > case.budget_cents
    if over.any():
        life[core] = lives.first[case.group[core]]
    return _fill(case, lives, life)
