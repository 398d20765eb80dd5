"""
The last percent of small cities: an integer program over every life that can be in a better plan.

A life that loses more against its section's best than the whole plan falls short of the bound is in
no better plan. In a small city few are left, and HiGHS decides among them: what it proves is proved
of all plans. It stops after a number of nodes, not of seconds, so that a plan is the same anywhere.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from norwalk_geo.budget import ledger, owing
from norwalk_geo.budget.core import Found
from norwalk_geo.budget.market import Market, Near
from norwalk_geo.budget.measures import points, rows_of, usage, worth
from norwalk_geo.budget.model import CENTS, Integers
from norwalk_geo.budget.ramps import search

__all__ = ["improve"]

_SECTIONS, _LIVES, _NODES = 2_000, 2_000, 300
_NOTHING = 1e-6  # of the gain
_INFEASIBLE, _HALF = 2, 0.5


def improve(market: Market, found: Found) -> Found:
    """
    Improve a small city's plan and its bound, if there is something to improve.

    Parameters
    ----------
    market
        The city.
    found
        A plan within every row, and its proof.

    Returns
    -------
    found
        The better plan and the tighter bound; the same where the city is large.

    Raises
    ------
    InfeasibleError
        No plan was found that keeps to every row: with the rows that would have to give way.
    """
    case, bound = market.case, found.bound
    is_broken = bool(ledger.broken(case, found.treatments))
    if is_broken:  # The core may have lacked the lives that keep the rows.
        found = replace(found, treatments=search.mend(market, bound, found.treatments))
        is_broken = bool(ledger.broken(case, found.treatments))
    mine = worth(case, found.treatments)
    if is_broken:
        mine = bound.value - 3 * bound.gain
    room = bound.value - mine
    is_large = len(case.ids) > _SECTIONS or room <= _NOTHING * bound.gain
    near = market.near(bound.charge, room * (1 + 1e-9) + 1e-9, 1 if is_large else _LIVES)
    if is_large or len(near.owner) >= _LIVES:
        if is_broken:
            raise ledger.impossible(case, found.over)
        return found
    order = np.argsort(near.owner, kind="stable")
    near = Near(near.owner[order], near.treatments[order], near.loss[order])
    pick, top = _solve(market, near, mine, bound.gain)
    # With years to choose from, ramps may be cheaper than in the years that were tried.
    is_whole = case.duties is None or not case.duties.years_before
    better = replace(bound, value=min(bound.value, max(top, mine))) if is_whole else bound
    if pick is None:
        if is_broken:
            raise ledger.impossible(case, found.over)
        return replace(found, bound=better)
    lives = near.treatments[pick]
    value = worth(case, lives)
    if not _keeps(market, lives) or value <= mine:
        if is_broken:
            raise ledger.impossible(case, found.over)
        return replace(found, bound=better)
    return Found(lives, replace(better, value=max(better.value, value)), found.over)


def _solve(market: Market, near: Near, mine: float, gain: float) -> tuple[Integers | None, float]:
    """Choose one life a section; return them if any, and what no plan of these lives exceeds."""
    case, rows = market.case, market.case.rows
    some, count, pays = rows_of(case, near.owner), len(near.owner), len(rows.paid)
    gains, used = points(some, near.treatments), usage(some, near.treatments)
    gain = max(gain, 1e-12)  # where nothing can be gained any unit will do
    payment = sparse.csr_array((np.ones(pays), (rows.paid, np.arange(pays))), (rows.cells, pays))
    cents = rows.use.copy()
    cents[:, : rows.cells] /= CENTS
    scale, reach = max(float(rows.money.max()) * CENTS, 1.0), rows.reach()
    blocks = [[used[:, : rows.cells].T / scale, -payment], [None, sparse.csr_array(rows.draws)]]
    limits = [np.zeros(rows.cells), rows.money * CENTS / scale]
    if len(rows.limit):
        other = sparse.csr_array(cents / reach[:, None]) @ used.T
        blocks.append([other, sparse.csr_array((len(rows.limit), pays))])
        limits.append(rows.limit / reach)
    one = sparse.csr_array((np.ones(count), (near.owner, np.arange(count))), (len(case.ids), count))
    owed = owing.owed(case, near, (scale, reach))
    wide = owed.bill.shape[1]
    upper = [sparse.block_array(blocks, format="csr"), owed.bill]
    once = sparse.hstack([one, sparse.csr_array((len(case.ids), pays + wide))], format="csr")
    free = sparse.csr_array((owed.lives.shape[0], pays))
    found = milp(
        np.concatenate([-gains / gain, np.zeros(pays), owed.toll / gain]),
        integrality=np.concatenate([np.ones(count), np.zeros(pays), np.ones(wide)]),
        bounds=Bounds(0, np.concatenate([np.ones(count), np.full(pays, np.inf), np.ones(wide)])),
        constraints=[
            LinearConstraint(sparse.hstack(upper, format="csr"), -np.inf, np.concatenate(limits)),
            LinearConstraint(once, 1, 1),
            LinearConstraint(
                sparse.hstack([owed.lives, free, owed.falls], format="csr"), 0, np.inf
            ),
        ],
        options={"node_limit": _NODES, "mip_rel_gap": _NOTHING * gain / max(mine, gain)},
    )
    if found.status == _INFEASIBLE:  # No better plan exists.
        return None, mine
    top = -found.mip_dual_bound * gain if found.mip_dual_bound is not None else np.inf
    if found.x is None:
        return None, top
    return np.flatnonzero(found.x[:count] > _HALF), top


def _keeps(market: Market, lives: npt.NDArray[np.int8]) -> bool:
    """Check every row, the funds to the cent."""
    return not ledger.broken(market.case, lives)
