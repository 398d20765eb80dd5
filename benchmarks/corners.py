"""The fixed invented grid of streets whose corners lack ramps, of about any number of sections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks import instance

if TYPE_CHECKING:
    from norwalk_geo.budget.model import Case, Stock
    from norwalk_geo.budget.ramps import Duties
    from norwalk_geo.treatments import Lifecycle

__all__ = ["layout", "stock"]

MONTHS = 12
TURNS = ((0, 1), (1, 2), (2, 3), (3, 0))  # legs on either side of each corner, clockwise


def settings() -> dict[str, float]:
    """The settings of the grid."""
    return dict(instance.read("corners")["value"])


def streets_of(sections: int) -> int:
    """Streets each way, so that the grid has about so many sections."""
    return max(round((1 + np.sqrt(1 + 2 * sections)) / 2), 2)


def grid(n: int) -> np.ndarray:
    """Row and column of both ends of every section: first those along rows."""
    row, column = (one.ravel() for one in np.mgrid[:n, : n - 1])
    along = np.column_stack([row, column, row, column + 1])
    column, row = (one.ravel() for one in np.mgrid[:n, : n - 1])
    return np.concatenate([along, np.column_stack([row, column, row + 1, column])])


def stock(sections: int, life: Lifecycle) -> tuple[Stock, Duties]:
    """Draw the sections and the corners, always the same ones."""
    given, n = settings(), streets_of(sections)
    rng = np.random.default_rng(int(given["seed"]))
    ends = grid(n)
    count, wide = len(ends), int(given["blocks_wide"])
    drawn = instance.stock(count, life)
    share = instance.read("families")["share"]
    blocks = rng.normal(0, given["block_sigma_pci"], (n // wide + 1, n // wide + 1))
    by_row, by_column = (rng.choice(len(share), n, p=share) for _ in range(2))
    is_along = ends[:, 0] == ends[:, 2]
    family = np.where(is_along, by_row[ends[:, 0]], by_column[ends[:, 1]]).astype("int64")
    age = np.empty(count)
    months = life.curves.index.to_numpy(dtype="float64")
    pci = np.empty(count)
    for f, name in enumerate(life.curves.columns):
        curve = life.curves[name].to_numpy()
        rows = drawn.family == f
        pci[rows] = np.interp(drawn.age[rows], months, curve)
    limits = instance.network()
    pci = np.clip(
        pci + blocks[ends[:, 0] // wide, ends[:, 1] // wide],
        limits["pci_lowest"],
        limits["pci_highest"],
    )
    for f, name in enumerate(life.curves.columns):
        rows = family == f
        age[rows] = np.interp(pci[rows], life.curves[name].to_numpy()[::-1], months[::-1])
    age = np.clip(age, 0, limits["oldest_years"] * MONTHS)
    weight = drawn.area * life.weight[family] * rng.lognormal(0, limits["weight_sigma"], count)
    made = replace(drawn, family=family, age=age, weight=weight)
    return made, duties(n, ends, life, rng)


def duties(n: int, ends: np.ndarray, life: Lifecycle, rng: np.random.Generator) -> Duties:
    """Draw the corners that lack ramps, and the one or two sections that oblige each."""
    from norwalk_geo.budget.ramps import Duties

    given = settings()
    at: dict[tuple[int, int, str, bool], int] = {}
    for k, (row, column, to_row, to_column) in enumerate(ends.tolist()):
        at[row, column, "out", row == to_row] = k
        at[to_row, to_column, "in", row == to_row] = k
    links = []
    for row in range(n):
        for column in range(n):
            legs = [
                at.get((row, column, way, is_along), -1)
                for way, is_along in (("in", False), ("out", True), ("out", False), ("in", True))
            ]
            for one, other in TURNS:
                touching = sorted(leg for leg in (legs[one], legs[other]) if leg >= 0)
                if touching and rng.random() < given["corner_share"]:
                    links.append(touching)
    corners = len(links)
    usd = np.rint(given["cost_median_usd"] * rng.lognormal(0, given["cost_sigma"], corners))
    return Duties(
        ids=pd.RangeIndex(corners),
        usd=usd,
        low_usd=usd,
        high_usd=usd,
        ramps=np.tile([1, 0, 0], (corners, 1)),
        kind=np.zeros(corners, dtype="int64"),
        corner=np.repeat(np.arange(corners), [len(one) for one in links]),
        section=np.array([leg for one in links for leg in one]),
        alters=life.treatments["ada_kind"].eq("alteration").to_numpy(),
        years_before=0,
        lead=np.zeros(corners, dtype="int64"),
        cents=np.zeros((corners, 0), dtype="int64"),
    )


def layout(drawn: tuple[Stock, Duties], life: Lifecycle, years: int) -> Case:
    """Lay the grid out for planning, with money as for the network without corners."""
    from norwalk_geo.budget.rows import plain

    stocked, owed = drawn
    money = instance.money(stocked, years)
    cents = np.rint(np.array(list(money.values())) * 100).astype("int64")
    terms = plain(tuple(money), cents, len(stocked.age), life)
    return instance.layout(replace(stocked, terms=replace(terms, duties=owed)), life, years)
