"""Invented tables of a small town, for the map and the page: no facts about any city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from norwalk_geo import maps, schema

NOTICE = "Invented data: not Norwalk's plan"
_CORNER = (6_530_000.0, 1_800_000.0)
_BLOCK_FT = 420.0
YEARS = list(range(2027, 2032))


@dataclass(frozen=True)
class InventedPlan:
    """The three tables that a page takes from a plan."""

    work: pd.DataFrame
    outcomes: pd.DataFrame
    years: pd.DataFrame


@dataclass(frozen=True)
class Invented:
    """Everything that a page is made from."""

    sections: gpd.GeoDataFrame
    condition: pd.DataFrame
    plan: InventedPlan
    summary: dict[str, Any]
    bands: pd.DataFrame
    sites: gpd.GeoDataFrame

    def given(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments of `website.page`."""
        first = (self.sections, self.condition, self.plan, self.summary)
        layers = [maps.sites_layer(self.sites)] if len(self.sites) else []
        return first, {"bands": self.bands, "layers": layers}


def bands(scheme: str = "california4") -> pd.DataFrame:
    """Bands of one scheme."""
    return schema.parameters("bands").xs(scheme, level="scheme")


def _streets(side: int) -> gpd.GeoDataFrame:
    """Lay out a square grid; every sixth street is an arterial."""
    ways = [f"Invented {n} Street" for n in range(side + 1)]
    rises = [f"Example {n} Avenue" for n in range(side + 1)]
    rows = []
    for line in range(side + 1):
        for block in range(side):
            for names, cross, flip in ((ways, rises, False), (rises, ways, True)):
                ends = [(block, line), (block + 1, line)]
                ends = [(y, x) if flip else (x, y) for x, y in ends]
                shape = LineString(
                    [(_CORNER[0] + x * _BLOCK_FT, _CORNER[1] + y * _BLOCK_FT) for x, y in ends]
                )
                kind = "arterial" if line % 6 == 0 else "residential"
                rows.append((names[line], cross[block], cross[block + 1], kind, shape))
    names = ["street_name", "from_street", "to_street", "functional_class", "geometry"]
    index = pd.Index([f"s{k:05d}" for k in range(len(rows))], name="section_id", dtype="str")
    return gpd.GeoDataFrame(rows, columns=names, index=index, crs="EPSG:2229").assign(width_ft=36.0)


def _plan(sections: gpd.GeoDataFrame, condition: pd.DataFrame) -> InventedPlan:
    """Plan a little work in every year, some of it twice on one section."""
    size = len(sections)
    order = np.arange(size)
    status = np.select(
        [order % 41 == 7, condition["pci"].isna(), order % 3 == 0, condition["pci"] < 70],
        ["not_city", "not_surveyed", "planned", "not_funded"],
        "not_needed",
    )
    planned = sections.index[status == "planned"]
    twice = planned[::5]
    keys = [(i, YEARS[k % 4]) for k, i in enumerate(planned)] + [(i, YEARS[4]) for i in twice]
    index = pd.MultiIndex.from_tuples(keys, names=["section_id", "year"]).sort_values()
    labels = np.array(["Slurry seal", "Thin overlay", "Mill and overlay"])
    work = pd.DataFrame({"treatment": "slurry_seal"}, index=index)
    work["treatment_label"] = labels[np.arange(len(work)) % 3]
    work = work.assign(ada_kind="maintenance", area_sy=1680.0, length_mi=_BLOCK_FT / 5280)
    work = work.assign(cost_usd=98_765.43, cost_nominal_usd=98_765.43, pci_before=61.0)
    work = work.assign(pci_after=97.0, reason="SECRET REASON")
    first = work.reset_index().groupby("section_id")["year"].min().reindex(sections.index)
    outcomes = pd.DataFrame({"status": status, "first_year": first.astype("Int64")})
    outcomes = outcomes.assign(cost_usd=98_765.43, reason="SECRET REASON", pci_end=12.3)
    miles = work.groupby(level="year")["length_mi"].sum().reindex(YEARS, fill_value=0.0)
    years = pd.DataFrame({"budget_usd": 2_000_000.0, "spent_usd": 1_987_654.0}, index=miles.index)
    years = years.assign(miles_repaired=miles, miles_maintenance=miles, miles_alteration=0.0)
    years["pci"] = 64.0 + np.arange(len(years))
    years["pci_untreated"] = 61.0 - 2.5 * np.arange(len(years))
    years["backlog_usd"] = 9_000_000.0 - 1e6 * np.arange(len(years))
    return InventedPlan(work, outcomes, years)


def invented(side: int = 6) -> Invented:
    """Make the tables of a town of `2 * side * (side + 1)` sections."""
    sections = _streets(side)
    rng = np.random.default_rng(1)
    pci = pd.Series(rng.uniform(5, 100, len(sections)).round(1), index=sections.index)
    pci[rng.uniform(size=len(sections)) < 0.05] = np.nan
    condition = pd.DataFrame({"pci": pci, "pci_method": "astm_d6433"})
    day = np.where(np.arange(len(sections)) % 2, "2022-03-14", "2024-05-01")
    condition["survey_date"] = pd.to_datetime(pd.Series(day, index=sections.index)).where(
        pci.notna()
    )
    plan = _plan(sections, condition)
    sites = gpd.GeoDataFrame(
        {
            "name": ["Invented park", "Invented station"],
            "kind": ["destination", "station"],
            "address": ["1 Invented Street", None],
            "acres": [3.5, None],
            "facts": [None, None],
            "point_is": ["the middle of nothing", "a corner"],
            "source": ["nobody", "nobody"],
        },
        index=pd.Index(["p1", "t1"], name="site_id"),
        geometry=[Point(_CORNER[0] + 900, _CORNER[1] + 800), Point(_CORNER[0], _CORNER[1] + 1200)],
        crs="EPSG:2229",
    )
    return Invented(sections, condition, plan, _summary(sections, condition, plan), bands(), sites)


def _summary(
    sections: gpd.GeoDataFrame, condition: pd.DataFrame, plan: InventedPlan
) -> dict[str, Any]:
    """Write what a plan's summary says, with figures out of the air."""
    return {
        "kind": "plan",
        "city": "Inventedville",
        "notice": NOTICE,
        "sections": len(sections),
        "sections_unsurveyed": int(condition["pci"].isna().sum()),
        "centerline_miles": float(sections.length.sum() / 5280),
        "pci_surveyed": 63.4,
        "pci_now": 61.2,
        "pci_end": float(plan.years["pci"].iloc[-1]),
        "pci_end_untreated": float(plan.years["pci_untreated"].iloc[-1]),
        "gap": 0.0031,
        "bands": "california4",
        "fiscal_year_start": 7,
        "version": "0.1.0",
        "as_of": "2026-07-01",
        "inputs": [
            {"table": "sections", "path": "clean/sections.gpkg", "rows": len(sections)}
            | {"date": "", "sha256": "ab" * 32}
        ],
        "parameters": {
            "treatments": {"file": "package", "sha256": "cd" * 32, "unconfirmed_rows": 9}
            | {"source": "Source: invented.\nSecond line."}
        },
    }
