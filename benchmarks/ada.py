"""Findings on a hundred thousand ramps, beside a plain loop over features and rules."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.planning import peak_mb

if TYPE_CHECKING:
    import argparse

RULES, SAMPLE, BEST_OF = 25, 2_000, 3
PROMISED_S = 3.0
BLANK = 0.1
LARGEST = {
    "running_slope_pct": 12.0,
    "cross_slope_pct": 4.0,
    "width_in": 72.0,
    "flare_slope_pct": 15.0,
    "counter_slope_pct": 8.0,
    "landing_length_in": 60.0,
    "landing_width_in": 60.0,
    "landing_slope_pct": 4.0,
    "vertical_discontinuity_in": 0.5,
    "detectable_warning_depth_in": 40.0,
}
KINDS = ["perpendicular", "parallel", "transition", "diagonal"]
CONTROLS = ["stop sign", "traffic signal", "no vehicle control"]


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `ada` and its options."""
    parser = commands.add_parser("ada", help="Find what ramps miss, beside a plain loop.")
    parser.add_argument("--features", type=int, default=100_000, help="Ramps.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    parser.set_defaults(main=main)


def ramps(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Invent measured ramps; a tenth of each measure is missing."""
    rng = np.random.default_rng(seed)
    cells: dict[str, Any] = {}
    for name, largest in LARGEST.items():
        cells[name] = rng.uniform(0, largest, count)
        cells[name][rng.random(count) < BLANK] = np.nan
    cells["built_year"] = rng.integers(1990, 2026, count)
    cells["ramp_type"] = rng.choice(KINDS, count)
    cells["vehicle_traffic_control"] = rng.choice(CONTROLS, count)
    places = gpd.points_from_xy(
        rng.uniform(6.53e6, 6.54e6, count), rng.uniform(1.8e6, 1.81e6, count)
    )
    ids = pd.Index(np.char.add("r", np.arange(count).astype("str")), name="ramp_id")
    return gpd.GeoDataFrame(cells, index=ids, geometry=places, crs="EPSG:2229")


def _loop(frame: pd.DataFrame, rules: list[Any]) -> int:
    """Hold every row against every rule in plain Python, without dates and what is unknown."""
    failed = 0
    for row in frame.to_dict("records"):
        for rule in rules:
            governs = all(
                row.get(one.column) in one.words or (one.is_blank_enough and one.column not in row)
                for one in rule.conditions
                if one.operator == "="
            )
            value = row.get(rule.measured)
            if not governs or value is None or math.isnan(rule.limit) or math.isnan(value):
                continue
            over = value - rule.limit if rule.operator == "le" else rule.limit - value
            failed += over > 0
    return failed


def main(options: argparse.Namespace) -> None:
    """Measure both and print seconds, findings, memory and the ratio."""
    from norwalk_geo import ada
    from norwalk_geo.ada.standards import compiled

    rules = ada.rules("ada2010", "cbc11b", advise=["prowag2023"])
    rules = rules[rules["feature"].eq("ramps") & rules["attribute"].isin(list(LARGEST))].head(RULES)
    frame, seconds = ramps(options.features), math.inf
    for _ in range(BEST_OF):
        start = time.perf_counter()
        found = ada.find(frame, rules=rules)
        seconds = min(seconds, time.perf_counter() - start)
    sample, plain = frame.drop(columns="geometry").head(SAMPLE), compiled(rules)
    start = time.perf_counter()
    _loop(sample, plain)
    loop = (time.perf_counter() - start) * options.features / len(sample)
    result = {
        "kind": "ada",
        "features": options.features,
        "rules": len(rules),
        "findings": len(found),
        "seconds": round(seconds, 3),
        "promised_seconds": PROMISED_S,
        "plain_loop_seconds": round(loop, 2),
        "times_faster": round(loop / seconds, 1),
        "peak_mb": round(peak_mb(), 1),
    }
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name:20} {value}" for name, value in result.items()))
