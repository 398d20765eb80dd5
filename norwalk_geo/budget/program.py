"""
The integer program over given lives: one a section, every row kept, ramps in the bill.

HiGHS decides, through SciPy. It stops after a number of nodes, not of seconds, so that a plan is
the same anywhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from norwalk_geo.budget import owing
from norwalk_geo.budget.market import Market, Near
from norwalk_geo.budget.measures import Lives, points, rows_of, usage
from norwalk_geo.budget.model import CENTS, Floats

__all__ = ["Effort", "Solved", "quiet", "solve"]

_INFEASIBLE, _HALF, _OUT = 2, 0.5, 1


class Effort(NamedTuple):
    """
    When the search stops.

    Parameters
    ----------
    nodes
        Nodes at most.
    within
        How near to the best is near enough, as a share of what can be gained.
    """

    nodes: int
    within: float


class Solved(NamedTuple):
    """
    What the program found.

    Parameters
    ----------
    lives
        Treatment by section and year; None where no plan was found.
    top
        Points that no plan of these lives exceeds.
    is_impossible
        Whether it is proved that no plan of these lives keeps to every row.
    """

    lives: Lives | None
    top: float
    is_impossible: bool


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """
    Keep what HiGHS writes past its own settings off standard output.

    Yields
    ------
    nothing
        While it writes. Some releases announce a repaired solution whatever the settings say; what
        other threads write to the same descriptor meanwhile is lost, too.
    """
    flush = getattr(ctypes.CDLL(None), "fflush", None) if os.name == "posix" else None
    try:
        kept = os.dup(_OUT)
    except OSError:  # There is no standard output to keep clean.
        yield
        return
    sys.stdout.flush()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, kept)
        if flush is not None:
            flush(None)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        stack.callback(os.close, nowhere)
        os.dup2(nowhere, _OUT)
        try:
            yield
        finally:
            if flush is not None:
                flush(None)
            os.dup2(kept, _OUT)


def solve(market: Market, near: Near, unit: float, effort: Effort, spare: float = 0.0) -> Solved:
    """
    Choose one of the given lives for every section.

    Parameters
    ----------
    market
        The city.
    near
        Lives sorted by section; at least one each.
    unit
        Points that a plan can gain, about.
    effort
        When to stop.
    spare
        Share of the largest budget by which all money and rows are kept short: what HiGHS may miss
        them by.

    Returns
    -------
    solved
        The best plan found, and what is proved.
    """
    case, count = market.case, len(near.owner)
    some = rows_of(case, near.owner)
    worth = points(some, near.treatments)
    # Against the least of each section, numbers are about one.
    least = np.minimum.reduceat(worth, np.searchsorted(near.owner, np.arange(len(case.ids))))
    program = _laid_out(market, near, usage(some, near.treatments), spare)
    toll, others = program.toll / unit, program.size - count - len(program.toll)
    integral = np.concatenate([np.ones(count), np.zeros(others), np.ones(len(toll))])
    with quiet():
        found = milp(
            np.concatenate([(least[near.owner] - worth) / unit, np.zeros(others), toll]),
            integrality=integral,
            bounds=Bounds(0, np.where(integral > 0, 1.0, np.inf)),
            constraints=program.rows,
            options={"node_limit": effort.nodes, "mip_rel_gap": effort.within},
        )
    top = np.inf
    if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
        top = float(least.sum()) - found.mip_dual_bound * unit
    if found.x is None:
        return Solved(None, top, found.status == _INFEASIBLE)
    return Solved(near.treatments[found.x[:count] > _HALF], top, is_impossible=False)


class _Program(NamedTuple):
    """Rows, columns, and what the variables of ramps take from the objective."""

    rows: list[LinearConstraint]
    size: int
    toll: Floats


def _laid_out(market: Market, near: Near, used: sparse.csr_array, spare: float) -> _Program:
    """Money used is paid, rows are kept, each section has one life, and ramps follow lives."""
    case, rows, sections = market.case, market.case.rows, len(market.case.ids)
    count, pays = len(near.owner), len(rows.paid)
    payment = sparse.csr_array((np.ones(pays), (rows.paid, np.arange(pays))), (rows.cells, pays))
    cents = rows.use.copy()
    cents[:, : rows.cells] /= CENTS
    scale, reach = max(float(rows.money.max()) * CENTS, 1.0), rows.reach()
    blocks = [[used[:, : rows.cells].T / scale, -payment], [None, sparse.csr_array(rows.draws)]]
    limits = [np.zeros(rows.cells), rows.money * CENTS / scale - spare]
    if len(rows.limit):
        other = sparse.csr_array(cents / reach[:, None]) @ used.T
        blocks.append([other, sparse.csr_array((len(rows.limit), pays))])
        limits.append(rows.limit / reach - spare)
    owed = owing.owed(case, near, (scale, reach))
    upper = sparse.hstack([sparse.block_array(blocks, format="csr"), owed.bill], format="csr")
    one = sparse.csr_array((np.ones(count), (near.owner, np.arange(count))), (sections, count))
    once = sparse.hstack([one, sparse.csr_array((sections, upper.shape[1] - count))], format="csr")
    free = sparse.csr_array((owed.lives.shape[0], pays))
    ties = sparse.hstack([owed.lives, free, owed.falls], format="csr")
    # More could be paid than is used, unless paying earns a fund its share of maintenance.
    least = np.full(upper.shape[0], -np.inf)
    least[: rows.cells] = 0.0 if (rows.draws < 0).any() else -np.inf
    made = [LinearConstraint(upper, least, np.concatenate(limits)), LinearConstraint(once, 1, 1)]
    if ties.shape[0]:
        made.append(LinearConstraint(ties, 0, np.inf))
    return _Program(made, upper.shape[1], owed.toll)
