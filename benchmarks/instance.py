"""The fixed invented network that plans are measured on, of any number of sections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from norwalk_geo.budget.model import Case, Stock
    from norwalk_geo.treatments import Lifecycle

__all__ = ["FIRST_YEAR", "layout", "lifecycle", "money", "stock"]

FOLDER = Path(__file__).parent / "instances"
FIRST_YEAR = 2027
MONTHS = 12
# Every family is of one surface here; the name of a family is its class and its surface.
SURFACE = "AC"


def read(name: str) -> pd.DataFrame:
    """Read one of the instance's files by its first column."""
    return pd.read_csv(FOLDER / f"{name}.csv", comment="#", index_col=0)


def network() -> dict[str, float]:
    """The settings of the network."""
    return dict(read("network")["value"])


def lifecycle(*, age_alone: bool) -> Lifecycle:
    """Join families and treatments; with effective age alone no seal counts or gains less."""
    from norwalk_geo import treatments

    families, given, limits = read("families"), read("treatments"), network()
    months = np.arange(int(limits["grid_years"]) * MONTHS + 1)
    curves = pd.DataFrame(
        {
            f"{name} {SURFACE}": 100
            * np.exp(-((months / MONTHS / row["scale_years"]) ** row["shape"]))
            for name, row in families.iterrows()
        },
        index=pd.Index(months, name="age_months"),
    )
    classes = families[["weight", "unit_cost_factor"]].assign(seal_limit=int(limits["seal_limit"]))
    is_seal = given["counts_as_seal"].eq("yes") & (not age_alone)
    catalogue = given.assign(
        counts_as_seal=is_seal,
        next_gain_factor=given["next_gain_factor"].where(is_seal, 1.0),
        surfaces=SURFACE,
        label=given.index,
        cost_usd_sy=given["unit_cost_usd_sy"],
    )
    return treatments.lifecycle(curves, catalogue, classes)


def stock(sections: int, life: Lifecycle) -> Stock:
    """Draw the sections, always the same ones."""
    from norwalk_geo.budget.model import Stock

    families, given = read("families"), network()
    rng = np.random.default_rng(int(given["seed"]))
    family = rng.choice(len(families), sections, p=families["share"])
    drawn = 100 * rng.beta(given["pci_beta_a"], given["pci_beta_b"], sections)
    pci = np.clip(drawn, given["pci_lowest"], given["pci_highest"])
    middle = np.log(given["area_median_sy"])
    area = rng.lognormal(middle, given["area_sigma"], sections)
    area = np.clip(area, given["area_lowest_sy"], given["area_highest_sy"])
    weight = area * life.weight[family] * rng.lognormal(0, given["weight_sigma"], sections)
    cost_area = area * rng.lognormal(0, given["cost_sigma"], sections)
    age = np.empty(sections)
    months = life.curves.index.to_numpy(dtype="float64")
    for f, name in enumerate(life.curves.columns):
        rows = family == f
        age[rows] = np.interp(pci[rows], life.curves[name].to_numpy()[::-1], months[::-1])
    age = np.clip(age, 0, given["oldest_years"] * MONTHS)
    none = np.zeros(sections, dtype="int64")
    return Stock(family.astype("int64"), none, age, area, weight, cost_area)


def money(drawn: Stock, years: int) -> dict[int, float]:
    """Money by year, in proportion to the area of the network."""
    given = network()
    first = given["budget_ratio_usd_sy"] * float(drawn.area.sum())
    return {FIRST_YEAR + t: first * (1 + given["growth_pct"] / 100) ** t for t in range(years)}


def layout(drawn: Stock, life: Lifecycle, years: int) -> Case:
    """Lay the network out for planning."""
    from norwalk_geo import budget
    from norwalk_geo.budget.model import case_from_arrays

    given = network()
    rules = budget.Rules(
        terminal_years=int(given["terminal_years"]),
        base_year=FIRST_YEAR,
        cost_growth_pct=given["growth_pct"],
    )
    return case_from_arrays(drawn, life, budget_usd=money(drawn, years), rules=rules)
