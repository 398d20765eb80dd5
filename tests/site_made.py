"""A residents' site of an invented town, with every table that a page can ask for."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import geopandas as gpd
import pandas as pd
from invented import Invented, invented

from norwalk_geo import schema, scorecard
from norwalk_geo.website import pages

REPORTING = pages.Reporting(email="streets@city.example", phone="555-0100")


def _numbers(count: int) -> dict[str, list[int | None]]:
    """Number houses, a hundred a block; one section runs backward, one has no numbers."""
    # Two families of streets alternate, six blocks to each.
    blocks = [100 * (k % 12 // 2) + 100 for k in range(count)]
    numbers: dict[str, list[int | None]] = {
        "left_from_address": [low + 1 for low in blocks],
        "left_to_address": [low + 99 for low in blocks],
        "right_from_address": [low + 2 for low in blocks],
        "right_to_address": [low + 98 for low in blocks],
    }
    for first, last in (
        ("left_from_address", "left_to_address"),
        ("right_from_address", "right_to_address"),
    ):
        numbers[first][0], numbers[last][0] = numbers[last][0], numbers[first][0]
        numbers[first][3] = numbers[last][3] = None
    return numbers


@functools.cache
def _town() -> Invented:
    return invented()


def tables() -> dict[str, Any]:
    """Make the tables; two sections have work done, one is under way."""
    return dict(_made())


@functools.cache
def _made() -> dict[str, Any]:
    town = _town()
    sections = town.sections.assign(
        zone_id=[("North", "South")[k % 2] for k in range(len(town.sections))]
    )
    sections = sections.assign(**_numbers(len(sections)))
    ids = list(sections.index)
    done = pd.DataFrame(
        {
            "section_id": ids[:2],
            "finished": pd.to_datetime(["2021-05-04", "2024-10-02"]),
            "treatment": ["slurry_seal", None],
            "cost_usd": 98_765.43,
        }
    ).set_index(["section_id", "finished"])
    ramps = gpd.GeoDataFrame(
        {"presence": ["yes", "no", None], "running_slope_pct": [4.4444, None, None]},
        index=pd.Index(["r1", "r2", "r3"], name="ramp_id"),
        geometry=list(town.sections.geometry.iloc[:3].centroid),
        crs=town.sections.crs,
    )
    figures = pd.DataFrame(
        {
            "profile": ["walk", "drive"],
            "limit_min": 15.0,
            "unknowns": "avoid",
            "is_on_network": [True, False],
            "people": pd.array([1234, None], dtype="Int64"),
            "people_total": 5678,
        },
        index=pd.Index([town.sites.index[0]] * 2, name="site_id"),
    ).set_index(["profile", "limit_min", "unknowns"], append=True)
    corners = pd.DataFrame(
        {
            "ramps_due": [1, 0],
            "ramps_unknown": [0, 1],
            "ramps_infeasible": 0,
            "cost_usd": 98_765.43,
        },
        index=pd.Index(["k1", "k2"], name="corner_id"),
    )
    measures, objectives = schema.parameters("measures"), schema.parameters("objectives")
    scores = {
        f"scores_{code}": scorecard.score(measures, language=code)[0] for code in ("en", "es")
    }
    begun = {"name": ["Invented works"], "notice_to_proceed": pd.to_datetime(["2026-05-01"])}
    return {
        "sections": sections,
        "condition": town.condition,
        "work": town.plan.work,
        "outcomes": town.plan.outcomes,
        "years": town.plan.years,
        "sites": town.sites,
        "treatments": schema.parameters("treatments"),
        "work_done": done,
        "ramps": ramps,
        "corners": corners,
        "site_figures": figures,
        "objectives": objectives,
        "projects": pd.DataFrame(begun, index=pd.Index(["p1"], name="project_id")),
        "project_sections": pd.DataFrame({"project_id": ["p1"], "section_id": [ids[5]]}).set_index(
            ["project_id", "section_id"]
        ),
        **scores,
    }


def given(**changes: Any) -> pages.Given:
    """Put the town together; `changes` are fields of `Given`."""
    town = _town()
    plain = pages.Given(
        tables(), town.summary | {"critical_pci": 70}, town.bands, reporting=REPORTING
    )
    return dataclasses.replace(plain, **changes)
