"""
Sections' own paces in the curves of a plan: a few bands of pace in each family.

A plan knows families only. Sections whose own ratings say that they fall faster or slower than
their family are put into thirds by pace, and each third has the family's curve at its mean pace.
The paces are already drawn toward the family as far as a section's ratings leave them open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from norwalk_geo.deterioration import family as family_rules

if TYPE_CHECKING:
    from norwalk_geo.deterioration.fitting import Fit
    from norwalk_geo.schema import Condition, Curves, Sections

__all__ = ["OwnPaces", "own_paces"]

BANDS = ("slow", "usual", "fast")
_LEAST_RATINGS, _LEAST_SECTIONS = 3, 90
# Thirds whose paces differ by less are told apart for nothing.
_LEAST_RATIO = 1.1


@dataclass(frozen=True)
class OwnPaces:
    """
    Bands of pace within families.

    Parameters
    ----------
    curves
        The family curves, and behind them one more for each band, named family, colon and band.
    bands
        `slow`, `usual` or `fast` by section; missing where the section follows its family.
    table
        One row a band: family, band, sections and `pace`, years of effective age in a year.
    notes
        How many sections follow a curve of their own pace, in a sentence.
    """

    curves: Curves
    bands: pd.Series
    table: pd.DataFrame
    notes: tuple[str, ...]


def _relative(fitted: Fit, condition: Condition, sections: Sections) -> pd.DataFrame:
    """Take family and pace of the sections whose own ratings tell a pace."""
    states = fitted.place(condition, sections.loc[condition.index])
    scale = {name: model.scale_years for name, model in fitted.models.items()}
    family = states["family"].astype("str")
    pace = states["pace"].astype("float64") * family.map(scale).astype("float64")
    fits = set(fitted.parameters.index[fitted.parameters["is_fitted"]].map(" ".join))
    is_known = states["ratings"].ge(_LEAST_RATINGS) & family.isin(fits)
    return pd.DataFrame({"family": family, "pace": pace})[is_known.to_numpy(dtype=bool)]


def own_paces(fitted: Fit, condition: Condition, sections: Sections) -> OwnPaces:
    """
    Put sections into bands by their own pace.

    Parameters
    ----------
    fitted
        What `fit` found in the city's surveys.
    condition
        Latest survey of each section.
    sections
        Supplies class and surface.

    Returns
    -------
    own_paces
        Only sections with three or more ratings since their last work are in a band, and only in
        families with 90 such sections whose outer thirds differ in pace by a tenth or more. The
        bands are meant for a column `pace_band` of the sections: see `families`.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> found = ng.deterioration.fit(ng.deterioration.histories(town.surveys), sections)
    >>> bool(own_paces(found, condition, sections).bands.isna().all())
    True
    """
    known = _relative(fitted, condition, sections)
    bands = pd.Series(None, index=condition.index, dtype="str", name="pace_band")
    columns, rows = {}, []
    for name, mine in known.groupby("family"):
        if len(mine) < _LEAST_SECTIONS:
            continue
        third = pd.Series(pd.qcut(mine["pace"].rank(method="first"), 3, labels=list(BANDS)))
        paces = mine["pace"].groupby(third, observed=True).mean()
        if not paces.iloc[-1] >= _LEAST_RATIO * paces.iloc[0]:
            continue
        bands.loc[mine.index] = third.astype("str")
        counts = third.value_counts()
        for band in BANDS:
            pace = float(paces[band])
            columns[f"{name}{family_rules.BAND_MARK}{band}"] = _at(fitted.curves[str(name)], pace)
            rows.append((name, band, int(counts[band]), pace))
    curves = pd.concat([fitted.curves, pd.DataFrame(columns, index=fitted.curves.index)], axis=1)
    told = int(bands.notna().sum())
    said = f"{told:,} of {len(bands):,} sections follow their family's curve at their own pace."
    table = pd.DataFrame(rows, columns=["family", "pace_band", "sections", "pace"])
    return OwnPaces(curves, bands, table, (said,))


def _at(curve: pd.Series, pace: float) -> np.ndarray:
    """Follow a curve faster or slower."""
    months = curve.index.to_numpy(dtype="float64")
    return family_rules.strictly_falling(np.interp(pace * months, months, curve.to_numpy()))
