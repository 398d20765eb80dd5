"""
What each section pays for ramps at its first alteration, compiled.

Let R(t) be the least that a corner costs at the prices if it must be there by year t: building
earlier is allowed, so R never rises. What waiting a year saves, R(t) − R(t + 1), is shared among
the sections that oblige the corner, in shares that sum to one in every year; a section that first
alters in year u pays its shares of all savings from u on. Together sections never pay more than
R of the first alteration, and so no more than the ramps cost: the bound holds for any shares. A
price below zero, where a demand pays for spending, is credited to each section in full.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from norwalk_geo.budget.lanes import Floats, Integers, Tiny

__all__ = ["count", "fees", "lowest"]

CENTS = 100


@njit(cache=True)
def lowest(cents: Integers, kind: Integers, charge: Floats) -> tuple[Floats, Integers]:
    """
    Find what it costs at least to have each corner built by a year.

    Parameters
    ----------
    cents
        Cost by corner and year.
    kind
        Kind of dollar by corner.
    charge
        Points a dollar, by kind and year.

    Returns
    -------
    least, when
        Points, and the year to build in, by corner and year.
    """
    corners, years = cents.shape
    least, when = np.empty((corners, years)), np.zeros((corners, years), np.int64)
    for c in range(corners):
        top, at = np.inf, 0
        for t in range(years):
            cost = cents[c, t] / CENTS * charge[kind[c] * years + t]
            if cost < top:
                top, at = cost, t
            least[c, t] = top
            when[c, t] = at
    return least, when


@njit(cache=True)
def fees(corner: Integers, section: Integers, shares: Floats, least: Floats, due: Floats) -> None:
    """
    Add up what each section's first alteration pays.

    Parameters
    ----------
    corner, section
        Of each link.
    shares
        By link and year.
    least
        From `lowest`.
    due
        Added to: points by section and year.

    Returns
    -------
    nothing
        The result is in `due`.
    """
    years = least.shape[1]
    for k in range(corner.shape[0]):
        c, i = corner[k], section[k]
        fee, later = 0.0, 0.0
        for t in range(years - 1, -1, -1):
            now = max(least[c, t], 0.0)
            fee += shares[k, t] * (now - later)
            due[i, t] += fee + min(least[c, t], 0.0)
            later = now


@njit(cache=True)
def count(  # noqa: PLR0913, PLR0917 - compiled: arrays, not records
    corner: Integers,
    section: Integers,
    shares: Floats,
    cents: Integers,
    kind: Integers,
    best: tuple[Floats, Integers],
    altered: Tiny,
    block: Integers,
    used: Floats,
) -> None:
    """
    Count the dollars that sections' payments stand for.

    Parameters
    ----------
    corner, section, shares
        Of each link.
    cents, kind
        Cost by corner and year, and kind of dollar.
    best
        From `lowest`.
    altered
        Year of the first alteration by section.
    block
        Block of sections that each is in.
    used
        Added to: dollars by block and measure.

    Returns
    -------
    nothing
        The result is in `used`.
    """
    least, when = best
    years = least.shape[1]
    for k in range(corner.shape[0]):
        c, i = corner[k], section[k]
        u = altered[i]
        if u >= years:
            continue
        before = 0.0
        for t in range(u, years):
            at = when[c, t]
            cost = cents[c, at] / CENTS
            if least[c, t] > 0.0:
                used[block[i], kind[c] * years + at] += (shares[k, t] - before) * cost
            elif t == u and least[c, t] < 0.0:
                used[block[i], kind[c] * years + at] += cost
            before = shares[k, t]
