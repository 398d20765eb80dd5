"""
Trips by rail from 100 places over an hour of departures, after loading, beside kept peers.

Los Angeles Metro's feed is read from a file that is given. The peers read the same file in the same
run, in an environment of their own that is made beside the results: two readers, and a router that
is asked for the same medians from stop to stop.
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

ORIGINS, LOAD_LIMIT_S, TRIPS_LIMIT_S, RIDES = 100, 5.0, 5.0, 4
READERS = {
    "gtfs-kit": "import gtfs_kit as k; feed = k.read_feed(PATH, dist_units='mi')",
    "partridge": "import partridge as p; feed = p.load_feed(PATH); feed.stop_times",
}
# Stop to stop without walks, since its streets would have to come from OpenStreetMap. Of 60 times
# in order its 50th percentile is the 31st and its 49th the 30th, which is our median.
ROUTER = """
import json, sys, time
import cafein
path, day, rides = sys.argv[1:]
origins, begin = json.load(sys.stdin), time.process_time()
network = cafein.TransportNetwork.from_gtfs([path], trip_distances=False)
ready = time.process_time()
found = network.travel_time_matrix(
    origins, day + " 07:00", max_rides=int(rides), departure_time_window=60, percentiles=[49]
)
done = time.process_time()
stops = [one[0] for one in network.stops]
print(json.dumps({"load_s": ready - begin, "trips_s": done - ready, "stops": stops,
                  "median_s": found[:, :, 0].tolist()}))
"""


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `transit`."""
    parser = commands.add_parser("transit", help=__doc__)
    parser.add_argument("feed", type=Path, help="zip of timetables")
    parser.add_argument("--day", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--peers", action="store_true", help="install and measure the peers")
    parser.set_defaults(main=main)


def _asked(timetable: Any, origins: list[str], walks_s: tuple[int, int]) -> pd.DataFrame:  # noqa: ANN401
    """Ask for trips from stops to every stop, in an hour of departures."""
    from norwalk_geo import transit

    every = list(timetable.stops)
    start = [f"from {k}" for k in range(len(origins))]
    access = pd.DataFrame({"place_id": start, "stop_id": origins, "walk_s": walks_s[0]})
    egress = pd.DataFrame({"place_id": [f"to {one}" for one in every], "stop_id": every})
    none = pd.DataFrame({"origin_id": [], "place_id": [], "walk_s": []})
    window = transit.Window(limit_min=24 * 60, most_rides=RIDES)
    return transit.travel_times(
        timetable, access, egress.assign(walk_s=walks_s[1]), none, window=window
    )


def ours(path: Path, day: dt.date) -> tuple[dict[str, Any], list[str], pd.DataFrame]:
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
    chosen = np.random.default_rng(1).choice(every, ORIGINS, replace=len(every) < ORIGINS)
    origins = [str(one) for one in chosen]
    asked = time.process_time()
    found = _asked(laid, origins, (120, 60))
    done = time.process_time()
    figures = {"read_s": read - begin, "load_s": ready - begin, "trips_s": done - asked}
    figures |= {"pairs": len(found), "median_min": float(found["median_min"].median())}
    # Without walks, as the router is asked.
    return figures, origins, _asked(transit.timetable([feed], day), origins, (0, 0))


def _agreement(mine: pd.DataFrame, origins: list[str], theirs: dict[str, Any]) -> dict[str, Any]:
    """Count the pairs of stops of which both find the same median, to the second."""
    flat = mine.reset_index()
    origin = flat["origin_id"].str.removeprefix("from ").astype("int64")
    stop = flat["place_id"].str.removeprefix("to ")
    seconds = (flat["median_min"] * 60).round()
    found = dict(zip(zip(origin, stop, strict=True), seconds, strict=True))
    served, both, same, one = set(stop), 0, 0, 0
    for row, times in enumerate(theirs["median_s"]):
        for name, said in zip(theirs["stops"], times, strict=True):
            if name not in served or name == origins[row]:
                continue
            own = found.get((row, name), np.nan)
            reached = said < 2**32 - 1
            both += reached and np.isfinite(own)
            same += reached and own == said
            one += reached != np.isfinite(own)
    return {"both_reach": int(both), "same_median": int(same), "one_alone_reaches": int(one)}


def peers(path: Path, day: dt.date, origins: list[str], mine: pd.DataFrame) -> dict[str, Any]:
    """Read the same file with the kept readers, and ask the kept router."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *READERS, "cafein"], check=True)
        for name, text in READERS.items():
            head, _, rest = text.partition("; ")
            code = f"import time; PATH = {str(path)!r}; {head}; t = time.process_time(); {rest}"
            said = subprocess.run(
                [python, "-c", f"{code}; print(time.process_time() - t)"],
                check=True,
                capture_output=True,
                text=True,
            )
            found[name] = {"read_s": float(said.stdout.split()[-1])}
        said = subprocess.run(
            [python, "-c", ROUTER, str(path), day.isoformat(), str(RIDES)],
            input=json.dumps(origins),
            check=True,
            capture_output=True,
            text=True,
        )
        router = json.loads(said.stdout)
        times = {name: router[name] for name in ("load_s", "trips_s")}
        found["cafein"] = times | _agreement(mine, origins, router)
    return found


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    mine, origins, bare = ours(options.feed, options.day)
    result: dict[str, Any] = {"norwalk_geo": mine}
    if options.peers:
        result |= peers(options.feed, options.day, origins, bare)
    met = mine["load_s"] <= LOAD_LIMIT_S and mine["trips_s"] <= TRIPS_LIMIT_S
    limits = {"load_s": LOAD_LIMIT_S, "trips_s": TRIPS_LIMIT_S, "met": met}
    print(json.dumps({**result, "limits": limits}, indent=2))
