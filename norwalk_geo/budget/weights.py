"""What some streets count more for, beyond their class: off unless a city sets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["FLAGS", "Weights", "scores"]

# Column of the sections that tells of each weight.
FLAGS = {"bus_route": "is_bus_route", "school_route": "is_school_route", "equity": "is_equity_zone"}


@dataclass(frozen=True)
class Weights:
    """
    By how much more a section's condition counts.

    A section counts area × class weight × (1 + Σ weight × score). The score of a flag is one where
    it is set; that of collisions is their number a mile and year over `collisions_full_per_mile`,
    one at most. What is not known scores nothing, and is counted.

    Parameters
    ----------
    collisions, bus_route, school_route, equity
        Weight of each; 0.5 makes a flagged section count half as much again.
    collisions_full_per_mile
        Collisions a mile and year from which the whole weight counts.

    Raises
    ------
    InfeasibleError
        A weight is below zero or no number: with every one that is.
    """

    collisions: float = 0.0
    bus_route: float = 0.0
    school_route: float = 0.0
    equity: float = 0.0
    collisions_full_per_mile: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        problems = [
            Problem(name, f"is {value:g}", remedy="Give zero or more.")
            for name, value in self.used(every=True).items()
            if not (0 <= value < np.inf)
        ]
        full = self.collisions_full_per_mile
        if not 0 < full < np.inf:
            remedy = "Give more than zero."
            problems.append(Problem("collisions_full_per_mile", f"is {full:g}", remedy=remedy))
        if problems:
            raise InfeasibleError.of("weights", problems)

    def used(self, *, every: bool = False) -> dict[str, float]:
        """
        List the weights that count.

        Parameters
        ----------
        every
            Those of zero, too.

        Returns
        -------
        used
            Weight by name.
        """
        named = {name: float(getattr(self, name)) for name in ("collisions", *FLAGS)}
        return {name: value for name, value in named.items() if every or value != 0}

    def multiplier(self, sections: Sections, miles: pd.Series) -> pd.Series:
        """
        Work out how many times each section counts.

        Parameters
        ----------
        sections
            Streets with the columns that the weights in use look at.
        miles
            Centreline miles of each.

        Returns
        -------
        multiplier
            One or more.

        Raises
        ------
        InfeasibleError
            A weight is in use and nothing is known of it for any section.
        """
        known = scores(sections, miles, self.collisions_full_per_mile)
        empty = [name for name in self.used() if known[name].isna().all()]
        if empty:
            remedy = "Overlay it on the sections, or leave the weight out."
            problems = [Problem(name, "is known of no section", remedy=remedy) for name in empty]
            raise InfeasibleError.of("weights", problems)
        total = pd.Series(1.0, index=sections.index)
        for name, weight in self.used().items():
            total += weight * known[name].fillna(0.0)
        return total


def scores(sections: Sections, miles: pd.Series, full_per_mile: float) -> pd.DataFrame:
    """
    Score each section from zero to one.

    Parameters
    ----------
    sections
        Streets.
    miles
        Centreline miles of each.
    full_per_mile
        Collisions a mile and year that score one.

    Returns
    -------
    scores
        By section and weight; missing where it is not known.
    """
    frame = pd.DataFrame(index=sections.index)
    counted = sections.get("collisions_per_year", pd.Series(np.nan, index=sections.index))
    rate = counted.astype("float64") / miles.where(miles > 0)
    frame["collisions"] = (rate / full_per_mile).clip(upper=1.0)
    for name, column in FLAGS.items():
        flag = sections.get(column, pd.Series(None, index=sections.index, dtype="boolean"))
        frame[name] = flag.astype("boolean").astype("Float64").astype("float64")
    return frame
