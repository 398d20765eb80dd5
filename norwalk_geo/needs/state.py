"""Condition by class, surface, zone and year of survey: distribution, remaining life, value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import deterioration, network, pci, schema
from norwalk_geo.needs.bands import area_weighted

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Curves, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["remaining_life", "replacement_value", "state", "state_bands"]

Floats: TypeAlias = npt.NDArray[np.float64]
_SHARES = {"pci_p10": 0.1, "pci_median": 0.5, "pci_p90": 0.9}


def remaining_life(
    condition: Condition, sections: Sections, curves: Curves, *, critical_pci: float
) -> pd.Series:
    """
    Count the years until each section falls below a condition with nothing done.

    Parameters
    ----------
    condition
        Latest survey of each section.
    sections
        Supplies class and surface.
    curves
        Family curves.
    critical_pci
        Condition at which the life that is counted ends, points.

    Returns
    -------
    remaining_life_years
        From the survey on, aligned to `condition`; 0 where it is below already, missing where
        there is no survey.

    Examples
    --------
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = pd.DataFrame({"pci": 100.0}, index=sections.index)
    >>> life = remaining_life(condition, sections, ng.deterioration.curves(), critical_pci=70)
    >>> bool(life.between(3, 40).all())
    True
    """
    family = deterioration.families(sections, curves)["family"]
    now = deterioration.effective_age(condition["pci"], family, curves)
    limit = pd.Series(critical_pci, index=condition.index, dtype="float64")
    then = deterioration.effective_age(limit, family, curves)
    return ((then - now).clip(lower=0) / 12).rename("remaining_life_years")


def replacement_value(sections: Sections, life: Lifecycle) -> pd.Series:
    """
    Cost of building each section anew.

    Parameters
    ----------
    sections
        Streets.
    life
        Supplies the unit cost of each family's reconstruction: of the treatments that make a
        failed pavement like new, the dearest.

    Returns
    -------
    replacement_usd
        Constant dollars of the base year for the city's share, aligned to `sections`.
    """
    area = network.measure(sections, life.classes)["area_sy"]
    family = deterioration.families(sections, life.curves)["family"]
    resets = life.treatments["effect"].eq("set").to_numpy()
    is_open = (life.next_age[:, :, 0, :] >= 0).any(axis=2) & resets[None, :]
    dearest = np.where(is_open, life.unit_cost_usd_sy, 0.0).max(axis=1)
    unit = pd.Series(dearest, index=list(life.families))
    return (area * family.map(unit)).round(2).rename("replacement_usd")


def _quantile(values: Floats, area: Floats, share: float) -> float:
    """Condition that a share of the area is below."""
    if not len(values):
        return np.nan
    order: npt.NDArray[np.intp] = np.argsort(values, kind="stable")
    reached = np.cumsum(area[order]) / area.sum()
    place = min(int(np.searchsorted(reached, share)), len(order) - 1)
    return float(values[order][place])


def _groups(sections: Sections, condition: Condition) -> dict[str, pd.Series]:
    """Say what each section is grouped by."""
    frame = pd.DataFrame(sections)
    blank = pd.Series("unknown", index=frame.index, dtype="str")
    year = condition["survey_date"].dt.year.astype("Int64").astype("str").fillna("never")
    return {
        "network": pd.Series("all", index=frame.index, dtype="str"),
        "class": frame["functional_class"],
        "surface": frame.get("surface_type", blank).fillna("unknown"),
        "zone": frame.get("zone_id", blank).fillna("unknown"),
        "survey_year": year.replace("<NA>", "never"),
    }


def state(
    sections: Sections, condition: Condition, life: Lifecycle, *, critical_pci: float
) -> pd.DataFrame:
    """
    Sum up condition, remaining life and value by group.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    life
        Curves, classes and costs.
    critical_pci
        Condition at which remaining life ends, points.

    Returns
    -------
    state
        One row a group: the network, then each class, surface, zone and year of survey. Only what
        the city keeps is in it; sections without a survey are counted and are in no average.
    """
    measures = network.measure(sections, life.classes)
    base = measures[["miles", "area_sy"]].assign(
        pci=condition["pci"],
        life=remaining_life(condition, sections, life.curves, critical_pci=critical_pci),
        replacement_usd=replacement_value(sections, life),
    )
    kept = base[base["area_sy"] > 0]
    rows = []
    for grouping, groups in _groups(sections, condition).items():
        for group, page in kept.groupby(groups.loc[kept.index]):
            known = page[page["pci"].notna()]
            values, area = known["pci"].to_numpy(), known["area_sy"].to_numpy()
            row = {
                "grouping": grouping,
                "group": str(group),
                "sections": len(page),
                "surveyed": len(known),
                **page[["miles", "area_sy", "replacement_usd"]].sum(),
                "pci_mean": area_weighted(page["pci"], page["area_sy"]),
                "remaining_life_years": area_weighted(page["life"], page["area_sy"]),
            }
            rows.append(row | {n: _quantile(values, area, share) for n, share in _SHARES.items()})
    return schema.check(pd.DataFrame(rows), "state")


def state_bands(
    sections: Sections, condition: Condition, bands: pd.DataFrame, classes: pd.DataFrame
) -> pd.DataFrame:
    """
    Count sections, miles and area by group and band of condition.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    bands
        One scheme of condition bands.
    classes
        Functional classes, for the default widths.

    Returns
    -------
    state_bands
        One row a group and band, every band listed.
    """
    measures = network.measure(sections, classes)
    kept = measures[measures["area_sy"] > 0]
    band = pci.band(condition.loc[kept.index, "pci"], bands)
    pages = []
    for grouping, groups in _groups(sections, condition).items():
        by = kept.groupby([groups.loc[kept.index].rename("group"), band], observed=False)
        page = by[["miles", "area_sy"]].sum().assign(sections=by.size())
        total = page.groupby(level="group")["area_sy"].transform("sum")
        page["area_pct"] = (page["area_sy"] / total.where(total > 0) * 100).fillna(0.0)
        pages.append(page.reset_index().assign(grouping=grouping))
    frame = pd.concat(pages, ignore_index=True)
    return schema.check(frame.astype({"band": "str", "group": "str"}), "state_bands")
