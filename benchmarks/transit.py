"""
Trips by rail from 100 places over an hour of departures, after loading, beside kept readers.

Los Angeles Metro's feed is read from a file that is given; the peers read the same file in the same
run, in an environment of their own that is made beside the results.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["add", "main"]

ORIGINS, LOAD_LIMIT_S, TRIPS_LIMIT_S = 100, 5.0, 5.0
PEERS = {
    "gtfs-kit": "import gtfs_kit as k; feed = k.read_feed(PATH, dist_units='mi')",
    "partridge": "import partridge as p; feed = p.load_feed(PATH); feed.stop_times",
}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `transit`."""
    parser = commands.add_parser("transit", help=__doc__)
    parser.add_argument("feed", type=Path, help="zip of timetables")
    parser.add_argument("--day", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--peers", action="store_true", help="install and measure the readers")
    parser.set_defaults(main=main)


def ours(path: Path, day: dt.date) -> dict[str, Any]:
    """Read, lay out, and find trips to every stop, in CPU seconds of one core."""
    from norwalk_geo import sources, transit

    transit.warm()
    begin = time.process_time()
    feed = sources.read_gtfs(path)
    read = time.process_time()
    stops = transit.stop_points(feed, crs="EPSG:2229")
    laid = transit.timetable([feed], day, footpaths=transit.footpaths(stops))
    ready = time.process_time()
    every = list(laid.stops)
    start = np.random.default_rng(1).choice(every, ORIGINS, replace=len(every) < ORIGINS)
    access = pd.DataFrame({"place_id": [f"from {k}" for k in range(ORIGINS)], "stop_id": start})
    egress = pd.DataFrame({"place_id": [f"to {one}" for one in every], "stop_id": every})
    walks = pd.DataFrame({"origin_id": [], "place_id": [], "walk_s": []})
    asked = time.process_time()
    found = transit.travel_times(laid, access.assign(walk_s=120), egress.assign(walk_s=60), walks)
    done = time.process_time()
    figures = {"read_s": read - begin, "load_s": ready - begin, "trips_s": done - asked}
    return {**figures, "pairs": len(found), "median_min": float(found["median_min"].median())}


def peers(path: Path) -> dict[str, Any]:
    """Read the same file with the kept readers."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS], check=True)
        for name, text in PEERS.items():
            head, _, rest = text.partition("; ")
            code = f"import time; PATH = {str(path)!r}; {head}; t = time.perf_counter(); {rest}"
            said = subprocess.run(
                [python, "-c", f"{code}; print(time.perf_counter() - t)"],
                check=True,
                capture_output=True,
                text=True,
            )
            found[name] = {"read_s": float(said.stdout.split()[-1])}
    return found


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    mine = ours(options.feed, options.day)
    result = {"norwalk_geo": mine} | (peers(options.feed) if options.peers else {})
    met = mine["load_s"] <= LOAD_LIMIT_S and mine["trips_s"] <= TRIPS_LIMIT_S
    limits = {"load_s": LOAD_LIMIT_S, "trips_s": TRIPS_LIMIT_S, "met": met}
    print(json.dumps({**result, "limits": limits}, indent=2))
