"""A million field sheets, beside the scalar transcription on a sample of the same sheets."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.planning import peak_mb

if TYPE_CHECKING:
    import argparse

DISTRESSES, SAMPLE, BEST_OF = 5, 5_000, 3
RANDOM, POLISHED = 0.9, 12
PROMISED_S, PROMISED_MB, PROMISED_TIMES = 10.0, 3000.0, 50.0


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `pci` and its options."""
    parser = commands.add_parser("pci", help="Rate field sheets beside a scalar transcription.")
    parser.add_argument("--units", type=int, default=1_000_000, help="Sample units.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    parser.set_defaults(main=main)


def sheets(count: int, *, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invent asphalt sheets of five distresses, four to a section."""
    rng = np.random.default_rng(seed)
    section = np.char.add("s", (np.arange(count) // 4).astype("str"))
    sample = (np.arange(count) % 4 + 1).astype("str")
    samples = pd.DataFrame(
        {
            "section_id": section,
            "sample_id": sample,
            "surface": "AC",
            "kind": np.where(rng.random(count) < RANDOM, "random", "additional"),
            "area": rng.integers(1500, 3500, count).astype("float64"),
            "survey_date": pd.Timestamp("2024-05-01"),
        }
    )
    sets = np.array([rng.permutation(20)[:DISTRESSES] for _ in range(1000)]) + 1
    code = sets[rng.integers(0, len(sets), count)].ravel()
    letter = np.array(["L", "M", "H"])[rng.integers(0, 3, count * DISTRESSES)]
    unit = np.repeat(np.arange(count), DISTRESSES)
    distress = pd.DataFrame(
        {
            "section_id": section[unit],
            "sample_id": sample[unit],
            "distress_code": code,
            "severity": np.where(code == POLISHED, "", letter),
            "quantity": 10 ** rng.uniform(0, 2.5, count * DISTRESSES),
        }
    )
    return samples, distress


def _scalar_seconds(samples: pd.DataFrame, distress: pd.DataFrame) -> tuple[float, np.ndarray]:
    """Rate some sheets one by one; gives the seconds a sheet and the indexes."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import scalar_d6433

    columns = ("distress_code", "severity", "quantity")
    rows = list(zip(*(distress[name].tolist() for name in columns), strict=True))
    areas = samples["area"].tolist()
    times = []
    for _ in range(BEST_OF):
        begin = time.perf_counter()
        found = [
            scalar_d6433.rate("AC", area, rows[DISTRESSES * k : DISTRESSES * (k + 1)])
            for k, area in enumerate(areas)
        ]
        times.append((time.perf_counter() - begin) / len(areas))
    return min(times), np.array(found)


def _calculation_seconds(checked: Any) -> float:  # noqa: ANN401 - loaded when measured
    """Take the time from quantities to indexes, which is what the transcription does."""
    from norwalk_geo import pci
    from norwalk_geo.pci import rating

    times = []
    for _ in range(BEST_OF):
        begin = time.perf_counter()
        rating.highest(rating.work(checked, pci.deducts(checked)))
        times.append(time.perf_counter() - begin)
    return min(times)


def measure(count: int) -> dict[str, Any]:
    """Compile and open the curves on a few sheets, then rate many."""
    from norwalk_geo import pci

    few = pci.check_sheets(*sheets(8), units="us")
    pci.rate_sections(few, pci.rate(few))
    samples, distress = sheets(count)
    marks = [time.perf_counter()]
    checked = pci.check_sheets(samples, distress, units="us")
    marks.append(time.perf_counter())
    rated = pci.rate(checked)
    marks.append(time.perf_counter())
    pci.rate_sections(checked, rated)
    marks.append(time.perf_counter())
    some = min(SAMPLE, count)
    each, found = _scalar_seconds(samples.head(some), distress.head(some * DISTRESSES))
    check, rate, extend = np.diff(marks)
    calculation = _calculation_seconds(checked)
    return {
        "sample_units": count,
        "distresses": count * DISTRESSES,
        "check_seconds": check,
        "rate_seconds": rate,
        "sections_seconds": extend,
        "seconds": marks[-1] - marks[0],
        "peak_mb": peak_mb(),
        "scalar_seconds_each": each,
        "calculation_seconds": calculation,
        "times_faster": each * count / calculation,
        "largest_difference": float(np.abs(found - 100 + rated["max_cdv"].to_numpy()[:some]).max()),
    }


def main(options: argparse.Namespace) -> None:
    """Measure and say it."""
    made = measure(options.units)
    if options.json:
        print(json.dumps(made, indent=2))
        return
    print(
        f"{made['sample_units']:,} sample units, {made['distresses']:,} distresses: "
        f"{made['seconds']:.2f} s (promised {PROMISED_S:.0f} s) in {made['peak_mb']:.0f} MB "
        f"(promised {PROMISED_MB:.0f} MB)\n"
        f"  check {made['check_seconds']:.2f} s, rate {made['rate_seconds']:.2f} s, "
        f"sections {made['sections_seconds']:.2f} s\n"
        f"  from quantities to indexes: {made['calculation_seconds']:.2f} s; the scalar "
        f"transcription {1e6 * made['scalar_seconds_each']:.0f} µs a sheet, so "
        f"{made['times_faster']:.0f} times as fast (promised {PROMISED_TIMES:.0f}); the largest "
        f"difference is {made['largest_difference']:.1e} points"
    )
