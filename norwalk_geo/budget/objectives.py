"""
What else a plan can be best at: least present cost, least backlog, best condition at the end.

A case counts weighted condition. Each function here gives the same city with another count; prices,
bound, core and integer program then work on it as they are, and prove as much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from norwalk_geo.budget import kernel
from norwalk_geo.budget.model import Case, Floats, Integers
from norwalk_geo.budget.rows import Terms

__all__ = ["called_for", "for_backlog", "for_cost", "for_end", "for_row"]


def _without_condition(case: Case, toll: Floats) -> Case:
    """Count nothing but what each measure takes."""
    return replace(case, weight=np.zeros(len(case.weight)), toll=toll)


def for_cost(case: Case, discount_pct: float) -> Case:
    """
    Count the present cost of all work, below zero.

    Parameters
    ----------
    case
        The city.
    discount_pct
        Yearly rate at which dollars of later years are worth less; the first year counts in full.

    Returns
    -------
    case
        The same city with another objective, in dollars.
    """
    toll = np.zeros(case.rows.measures)
    worth = (1 + discount_pct / 100) ** -np.arange(case.rows.years, dtype="float64")
    toll[: case.rows.cells] = np.tile(worth, case.rows.kinds)
    return _without_condition(case, toll)


def for_end(case: Case) -> Case:
    """
    Count the condition at the end of the last year.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    case
        The same city with another objective, in square yards × points.
    """
    rows = case.rows
    toll = np.zeros(rows.measures)
    toll[rows.cells + 2 * rows.years - 1 :: rows.years] = -1.0
    return _without_condition(case, toll)


def for_row(case: Case, row: int) -> Case:
    """
    Drop a demand and count how little of what it limits can be used.

    Parameters
    ----------
    case
        The city.
    row
        Number of the demand among those that are not funds.

    Returns
    -------
    case
        The same city with another objective, in units of the demand.
    """
    rows = case.rows
    keep = np.arange(len(rows.limit)) != row
    others = replace(
        rows,
        use=rows.use[keep],
        limit=rows.limit[keep],
        row_words=tuple(np.array(rows.row_words)[keep].tolist()),
        row_units=tuple(np.array(rows.row_units)[keep].tolist()),
        row_sizes=tuple(np.array(rows.row_sizes)[keep].tolist()),
    )
    return _without_condition(replace(case, rows=others), rows.use[row])


def called_for(case: Case) -> Floats:
    """
    Price what the city's own windows call for below the critical condition.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    usd_sy
        Dollars per square yard by year, family, seals and age; zero where nothing is called for.
    """
    life = case.life
    below = case.rules.critical_pci > life.curves.to_numpy().T
    is_due = (life.called >= 0) & below[:, None, :]
    family = np.arange(len(life.families))[:, None, None]
    cost = case.unit_cost[:, family, life.called]
    return np.where(is_due[None], cost, 0.0)


def for_backlog(case: Case, by_year: Floats) -> Case:
    """
    Count the backlog, below zero.

    Parameters
    ----------
    case
        The city.
    by_year
        What a dollar of each year's backlog counts.

    Returns
    -------
    case
        The same city with another objective, in dollars.
    """
    idle = called_for(case) * by_year[:, None, None, None]
    graph, states = case.graph, _states(case)
    node = np.repeat(np.arange(len(graph.year)), np.diff(graph.first))
    year, family, seals, age = states[node].T
    lost = np.where(graph.treatment < 0, idle[year, family, seals, age], 0.0)
    return replace(
        case,
        graph=graph._replace(benefit=-lost),
        # The graph counts by square yard that is paid for.
        weight=case.cost_area * case.life.weight[case.family],
        idle=idle,
    )


def _states(case: Case) -> Integers:
    """Year, family, seals and age of every node of the graph, as they were numbered."""
    life = case.life
    is_open = Terms(case.pattern, case.cell, case.rows).is_open()
    lockout = life.treatments["lockout_years"].to_numpy(dtype="int64")
    moves = kernel.Moves(life.next_age, life.next_seals, lockout, is_open)
    starts = np.unique(np.column_stack([case.family, case.seals, case.age]), axis=0)
    number, nodes, _ = kernel.reachable(starts, moves)
    where = np.argwhere(number >= 0)
    states = np.empty((nodes, 4), dtype="int64")
    states[number[tuple(where.T)]] = where
    return states
