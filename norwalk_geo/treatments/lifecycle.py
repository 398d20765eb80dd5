"""
Every move that every state allows.

The life-cycle model joins curves and treatments on a grid of months of effective age. The state of
a section is that age and the number of surface seals since the last structural work: each further
seal gains less, and at the family's limit only structural work is open, so that nothing lives on
slurry for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Curves, Treatments

__all__ = ["Lifecycle", "lifecycle"]

NOTHING = -1
# Behind it a family's name has a band of pace, as `deterioration.own_paces` gives it.
_BAND_MARK = ":"
_SLOWER = ("slow_pct", "slow_years")


@dataclass(frozen=True)
class Lifecycle:
    """
    What each family of pavements can live through, on a grid of months.

    Parameters
    ----------
    curves
        Family curves on the grid.
    treatments
        The catalogue, with `cost_usd_sy` in dollars of the base year.
    classes
        Functional classes: weight, default width, cost factor, limits.
    families
        Names of the families; the first axis of the arrays below.
    next_age
        Months of age after a treatment, by family, treatment, seals so far and age; −1 where the
        treatment is not open.
    next_seals
        Seals after a treatment, by treatment and seals so far.
    called
        Treatment that the city's own windows call for, by family, seals so far and age; −1 for
        none.
    unit_cost_usd_sy
        Cost per square yard by family and treatment.
    weight
        Weight of a square yard by family.
    seal_limit
        Seals allowed by family.
    """

    curves: Curves
    treatments: Treatments
    classes: pd.DataFrame
    families: tuple[str, ...]
    next_age: npt.NDArray[np.int32]
    next_seals: npt.NDArray[np.int32]
    called: npt.NDArray[np.int32]
    unit_cost_usd_sy: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    seal_limit: npt.NDArray[np.int64]


def _raised(row: pd.Series, pci: npt.NDArray[np.float64], seals: int) -> npt.NDArray[np.float64]:
    """Condition just after a treatment, by age, however slow decay is from then on."""
    if row["effect"] == "set":
        reached = np.full_like(pci, row["effect_points"])
    else:
        reached = pci + row["effect_points"] * row["next_gain_factor"] ** seals
    made: npt.NDArray[np.float64] = np.minimum(reached, row["pci_cap"])
    return made


def _months_saved(row: pd.Series, seals: int) -> float:
    """Months by which a section is younger once slower decay is over, less for each seal there."""
    share, years = row.reindex(list(_SLOWER)).astype("float64")
    saved = float(share) / 100 * float(years) * 12
    return 0.0 if np.isnan(saved) else saved * float(row["next_gain_factor"]) ** seals


def _after(row: pd.Series, pci: npt.NDArray[np.float64], seals: int) -> npt.NDArray[np.float64]:
    """
    Condition after a treatment, by age; missing where it is not open or does no good.

    What slower decay saves in all is taken at once: the state of a section has no place for a
    second pace.
    """
    reached = np.maximum(_raised(row, pci, seals), pci)
    saved = _months_saved(row, seals)
    if saved:
        ages = np.arange(len(pci), dtype="float64")
        age = np.interp(reached, pci[::-1], ages[::-1])
        reached = np.minimum(np.interp(np.maximum(age - saved, 0), ages, pci), row["pci_cap"])
    is_open = (pci >= row["pci_min"]) & (pci <= row["pci_max"]) & (reached > pci)
    return np.where(is_open, reached, np.nan)


def _nearest_age(
    points: npt.NDArray[np.float64], curve: npt.NDArray[np.float64]
) -> npt.NDArray[np.int32]:
    """Grid age whose condition is nearest to each of the points; −1 for missing points."""
    ages = np.arange(len(curve), dtype="float64")
    exact = np.interp(np.nan_to_num(points), curve[::-1], ages[::-1])
    return np.where(np.isnan(points), NOTHING, np.rint(exact)).astype("int32")


def _called(
    rows: pd.DataFrame, pci: npt.NDArray[np.float64], is_open: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int32]:
    """Choose what is called for: of the open rows above the condition, the lowest."""
    limit = rows["called_below_pci"].to_numpy()[:, None]
    candidate = np.where(is_open & (pci[None, :] < limit), limit, np.inf)
    best = candidate.argmin(axis=0).astype("int32")
    return np.where(np.isinf(candidate.min(axis=0)), NOTHING, best).astype("int32")


def lifecycle(
    curves: Curves, treatments: Treatments, classes: pd.DataFrame | None = None
) -> Lifecycle:
    """
    Join curves, treatments and classes.

    Parameters
    ----------
    curves
        Family curves by month.
    treatments
        The catalogue.
    classes
        Functional classes. By default those that ship with the package.

    Returns
    -------
    lifecycle
        Every move that every state allows.

    Examples
    --------
    >>> from norwalk_geo import deterioration, treatments
    >>> rows = treatments.catalogue(base_year=2026)
    >>> model = lifecycle(deterioration.curves(), rows)
    >>> model.next_age.shape[0] == len(model.families)
    True
    """
    classes = schema.parameters("classes") if classes is None else classes
    families = tuple(str(name) for name in curves.columns)
    by_class = classes.loc[[name.rsplit(" ", 1)[0] for name in families]]
    limits = by_class["seal_limit"].to_numpy(dtype="int64")
    next_age, called = _moves(curves, treatments, limits)
    is_seal = treatments["counts_as_seal"].to_numpy(dtype=bool)
    seals = np.arange(next_age.shape[2])
    after_seal = np.minimum(seals + 1, seals[-1])
    return Lifecycle(
        curves=curves,
        treatments=treatments,
        classes=classes,
        families=families,
        next_age=next_age,
        next_seals=np.where(is_seal[:, None], after_seal, 0).astype("int32"),
        called=called,
        unit_cost_usd_sy=np.outer(by_class["unit_cost_factor"], treatments["cost_usd_sy"]),
        weight=by_class["weight"].to_numpy(dtype="float64"),
        seal_limit=limits,
    )


def _is_for(row: pd.Series, kind: str, surface: str) -> bool:
    """Whether a treatment may be used on a class and surface at all, at whatever pace it falls."""
    surface = surface.split(_BAND_MARK, maxsplit=1)[0]
    classes = row.get("classes")
    is_class = classes is None or pd.isna(classes) or kind in str(classes).split()
    return is_class and surface in str(row["surfaces"]).split()


def _moves(
    curves: Curves, treatments: Treatments, limits: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Work out where every open treatment leads, and which is called for, by state."""
    most, size = int(limits.max()), len(curves)
    shape = (len(limits), len(treatments), most + 1, size)
    next_age = np.full(shape, NOTHING, dtype="int32")
    called = np.full((len(limits), most + 1, size), NOTHING, dtype="int32")
    for f, family in enumerate(curves.columns):
        pci, (kind, surface) = curves[family].to_numpy(), str(family).rsplit(" ", 1)
        for seals in range(most + 1):
            for j, (_, row) in enumerate(treatments.iterrows()):
                is_closed = row["counts_as_seal"] and seals >= limits[f]
                if _is_for(row, kind, surface) and not is_closed:
                    next_age[f, j, seals] = _nearest_age(_after(row, pci, seals), pci)
            called[f, seals] = _called(treatments, pci, next_age[f, :, seals] != NOTHING)
    return next_age, called
