"""Timetables made by hand, and a search over all trips to hold the quick one against."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from norwalk_geo.transit import Timetable

AGENCY = "agency_name,agency_url,agency_timezone\nToy Transit,http://toy,America/Los_Angeles\n"
STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding\n"
    "S,Station,33.9,-118.08,1,,1\na,A,33.9,-118.08,,S,\nb,B,33.91,-118.08,,,2\nc,C,33.92,-118.08,,,\n"
)
ROUTES = "route_id,route_short_name,route_type\nr,1,3\n"
TRIPS = "route_id,service_id,trip_id,wheelchair_accessible\nr,week,t,1\n"
TIMES = (
    "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
    "t,a,1,07:10:00,07:10:00\nt,b,2,,\nt,c,5,07:30:00,07:30:00\n"
)
CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "week,1,1,1,1,1,0,0,20260302,20260315\n"
)
TOY = {
    "agency": AGENCY,
    "stops": STOPS,
    "routes": ROUTES,
    "trips": TRIPS,
    "stop_times": TIMES,
    "calendar": CALENDAR,
}


def pack(folder: Path, texts: Mapping[str, str], name: str = "toy.zip") -> Path:
    """Write texts as a feed."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for table, text in texts.items():
            packed.writestr(table if "." in table else f"{table}.txt", text)
    return path


def table(names: str, rows: Sequence[tuple[object, ...]]) -> str:
    """Write rows as text."""
    out = io.StringIO()
    csv.writer(out).writerows([names.split(","), *rows])
    return out.getvalue()


def network_texts(trips: list[list[tuple[int, int]]], stops: int) -> dict[str, str]:
    """Make a feed of trips that are lists of (stop, second), all on one day."""
    calls = [
        (f"t{k}", f"s{stop}", row, clock(when), clock(when))
        for k, trip in enumerate(trips)
        for row, (stop, when) in enumerate(trip)
    ]
    places = [(f"s{k}", 33.9 + k / 1000, -118.08) for k in range(stops)]
    return {
        "agency": AGENCY,
        "stops": table("stop_id,stop_lat,stop_lon", places),
        "routes": ROUTES,
        "trips": table(
            "route_id,service_id,trip_id", [("r", "on", f"t{k}") for k in range(len(trips))]
        ),
        "stop_times": table("trip_id,stop_id,stop_sequence,arrival_time,departure_time", calls),
        "calendar_dates": "service_id,date,exception_type\non,20260304,1\n",
    }


def clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def brute(
    trips: list[list[tuple[int, int]]],
    walks: Mapping[tuple[int, int], int],
    access: Mapping[int, int],
    egress: Mapping[int, int],
    leave: int,
    rides: int,
) -> float:
    """Arrive as early as possible by trying every chain of trips; infinite where there is none."""
    best = float("inf")
    front = {stop: leave + walk for stop, walk in access.items()}
    for _ in range(rides):
        off: dict[int, float] = {}
        for trip in trips:
            for i, (stop, when) in enumerate(trip):
                if front.get(stop, float("inf")) <= when:
                    for later, arrival in trip[i + 1 :]:
                        off[later] = min(off.get(later, float("inf")), arrival)
        best = min([best, *(time + egress[stop] for stop, time in off.items() if stop in egress)])
        onward = dict(front) | {s: min(front.get(s, float("inf")), t) for s, t in off.items()}
        for (start, end), walk in walks.items():
            if start in off:
                onward[end] = min(onward.get(end, float("inf")), off[start] + walk)
        front = onward
    return best


def ways(rows: Mapping[tuple[str, str], int], names: tuple[str, str]) -> pd.DataFrame:
    """Make a table of ways by the ids of their ends."""
    index = pd.MultiIndex.from_tuples(list(rows), names=list(names))
    return pd.DataFrame({"walk_s": list(rows.values())}, index=index, dtype="int64")


__all__ = ["TOY", "Timetable", "brute", "network_texts", "pack", "ways"]
