"""A zip of timetables (GTFS) → tables that say what they mean, or a list of all that is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError
from norwalk_geo.sources.gtfs_calls import calls, seconds, timed
from norwalk_geo.sources.gtfs_days import days, parse_dates
from norwalk_geo.sources.gtfs_zip import read_texts

__all__ = ["read_gtfs"]

_NEEDED = {
    "agency": ("agency_name", "agency_timezone"),
    "stops": ("stop_id",),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
}
_OPTIONAL = {
    "calendar": (
        "service_id",
        "start_date",
        "end_date",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": (),
    "feed_info": (),
}
_WHEELCHAIR = {"1": "yes", "2": "no"}
_PLATFORM, _STATION, _AREA = "0", "1", "4"


def _cell(frame: pd.DataFrame, name: str, default: str = "") -> pd.Series:
    """Take a column, or a blank one where the file has none."""
    if name in frame:
        return frame[name].str.strip()
    return pd.Series(default, index=frame.index, dtype="str")


def _lacking(texts: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """List the files and columns that are not there."""
    remedy = "Ask the operator for a whole feed."
    problems = [
        Problem(f"{name}.txt", "is missing", remedy=remedy) for name in _NEEDED if name not in texts
    ]
    if not {"calendar", "calendar_dates"} & texts.keys():
        what = "neither it nor calendar_dates.txt is there, so that no day is known"
        problems.append(Problem("calendar.txt", what, remedy=remedy))
    for name, columns in (_NEEDED | _OPTIONAL).items():
        gone = [one for one in columns if name in texts and one not in texts[name]]
        problems += [Problem(f"{name}.{one}", "column is missing", remedy=remedy) for one in gone]
    return problems


def _said(values: pd.Series) -> pd.Series:
    """Read what is said of wheelchairs; blank and 0 say nothing."""
    return values.map(_WHEELCHAIR).fillna("unknown").astype("str")


def _stops(texts: Mapping[str, pd.DataFrame], problems: list[Problem]) -> pd.DataFrame:
    """Read stops; what a stop does not say of wheelchairs is its station's word."""
    given = texts["stops"]
    kind, parent = _cell(given, "location_type").replace("", "0"), _cell(given, "parent_station")
    own = _said(_cell(given, "wheelchair_boarding"))
    inherited = own
    # A boarding area belongs to a platform, which belongs to a station.
    for _ in range(2):
        above = parent.map(dict(zip(given["stop_id"], inherited, strict=True))).fillna("unknown")
        inherited = own.where(own.ne("unknown"), above)
    frame = pd.DataFrame(
        {
            "stop_id": given["stop_id"],
            "stop_name": _cell(given, "stop_name"),
            "lon": pd.to_numeric(_cell(given, "stop_lon"), errors="coerce"),
            "lat": pd.to_numeric(_cell(given, "stop_lat"), errors="coerce"),
            "location_type": kind,
            "parent_station": parent,
            "wheelchair": inherited,
        }
    )
    called = frame["stop_id"].isin(texts["stop_times"]["stop_id"].unique())
    lost = called & (frame["lon"].isna() | frame["lat"].isna())
    lost |= called & frame["lon"].eq(0) & frame["lat"].eq(0)
    if lost.any():
        rows = tuple(frame.loc[lost, "stop_id"])
        what, remedy = "vehicles call there, but it has no coordinates", "Place these stops."
        problems.append(Problem("stops.stop_lat", what, rows, remedy))
    above = parent.map(dict(zip(given["stop_id"], kind, strict=True))).fillna("none")
    strange = parent.ne("") & above.ne(kind.map({_AREA: _PLATFORM}).fillna(_STATION))
    if strange.any():
        rows = tuple(frame.loc[strange, "stop_id"])
        what, remedy = "is no station of the feed", "Correct parent_station or leave it blank."
        problems.append(Problem("stops.parent_station", what, rows, remedy))
    return frame


def _trips(texts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Read trips."""
    given = texts["trips"]
    return pd.DataFrame(
        {
            "trip_id": given["trip_id"],
            "route_id": given["route_id"],
            "service_id": given["service_id"],
            "direction_id": _cell(given, "direction_id"),
            "wheelchair": _said(_cell(given, "wheelchair_accessible")),
        }
    )


def _routes(texts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Read routes."""
    given = texts["routes"]
    short, long = _cell(given, "route_short_name"), _cell(given, "route_long_name")
    return pd.DataFrame(
        {
            "route_id": given["route_id"],
            "route_name": short.where(short.ne(""), long),
            "route_type": given["route_type"],
        }
    )


def _frequencies(texts: Mapping[str, pd.DataFrame], problems: list[Problem]) -> pd.DataFrame:
    """Read trips that are repeated."""
    names = ["trip_id", "start_s", "end_s", "headway_s", "is_exact"]
    if "frequencies" not in texts:
        return pd.DataFrame({name: [] for name in names})
    given = texts["frequencies"]
    start, end = (seconds(given[f"{name}_time"]) for name in ("start", "end"))
    headway = pd.to_numeric(given["headway_secs"], errors="coerce")
    bad = start.isna() | end.isna() | (end <= start) | ~(headway > 0)
    if bad.any():
        what = "has no times, ends before it begins, or no headway"
        remedy = "Correct these rows."
        problems.append(Problem("frequencies", what, tuple(given.loc[bad, "trip_id"]), remedy))
    exact = _cell(given, "exact_times").eq("1")
    cells = (given["trip_id"], start, end, headway, exact)
    return pd.DataFrame(dict(zip(names, cells, strict=True)))


def _at_platforms(rules: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Write a rule of a station for each of its platforms; one of two stops goes before it."""
    platforms = stops.loc[stops["parent_station"].ne(""), ["parent_station", "stop_id"]]
    wide = rules.assign(is_own=1)
    for name in ("from_stop_id", "to_stop_id"):
        both = wide.merge(platforms, left_on=name, right_on="parent_station", how="left")
        is_station = both["stop_id"].notna()
        wide = both.assign(
            **{name: both["stop_id"].where(is_station, both[name])},
            is_own=both["is_own"].where(~is_station, 0),
        )[list(wide.columns)]
    ordered = wide.sort_values("is_own", ascending=False, kind="stable")
    return ordered.drop_duplicates(["from_stop_id", "to_stop_id"]).drop(columns="is_own")


def _transfers(
    texts: Mapping[str, pd.DataFrame], stops: pd.DataFrame, notes: list[str]
) -> pd.DataFrame:
    """Read rules of changing between stops; those between trips or routes are not used."""
    if "transfers" not in texts:
        return pd.DataFrame(
            {"from_stop_id": [], "to_stop_id": [], "is_possible": [], "change_s": []}
        )
    given = texts["transfers"]
    narrow = ("from_trip_id", "to_trip_id", "from_route_id", "to_route_id")
    special = pd.concat([_cell(given, name).ne("") for name in narrow], axis=1).any(axis=1)
    kind = _cell(given, "transfer_type").replace("", "0")
    special |= ~kind.isin(["0", "1", "2", "3"])
    ends = {name: _cell(given, name) for name in ("from_stop_id", "to_stop_id")}
    special |= ends["from_stop_id"].eq("") | ends["to_stop_id"].eq("")
    if special.any():
        notes.append(f"{int(special.sum()):,} rules between trips or routes are not used.")
    time = pd.to_numeric(_cell(given, "min_transfer_time"), errors="coerce")
    cells = {**ends, "is_possible": kind.ne("3"), "change_s": time.where(kind.eq("2"))}
    frame = pd.DataFrame(cells)[~special]
    return _at_platforms(frame, stops)


def _strange(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """List ids that are named and do not exist."""
    problems = []
    for table, column, target in (
        ("trips", "route_id", "routes"),
        ("stop_times", "trip_id", "trips"),
        ("stop_times", "stop_id", "stops"),
        ("frequencies", "trip_id", "trips"),
        ("transfers", "from_stop_id", "stops"),
        ("transfers", "to_stop_id", "stops"),
    ):
        lost = ~tables[table][column].isin(tables[target][target[:-1] + "_id"].unique())
        if lost.any():
            rows = tuple(tables[table].loc[lost, column].astype("str").unique())
            what = f"is not in {target}.txt"
            problems.append(Problem(f"{table}.{column}", what, rows, "Correct the feed."))
    return problems


def _feed(
    path: Path, texts: Mapping[str, pd.DataFrame], seen: list[dt.date], problems: list[Problem]
) -> dict[str, object]:
    """Say whose feed it is and which days it covers."""
    zones = sorted(set(texts["agency"]["agency_timezone"].str.strip()))
    if len(zones) != 1 or not zones[0]:
        what = f"has {len(zones)} time zones ({', '.join(zones)})"
        problems.append(Problem("agency.agency_timezone", what, remedy="A feed has one."))
    info = texts.get("feed_info", pd.DataFrame())
    ends = {}
    for name, choose in (("feed_start_date", max), ("feed_end_date", min)):
        said = parse_dates(info[name]).dropna() if name in info else pd.Series(dtype="object")
        own = min(seen, default=None) if name == "feed_start_date" else max(seen, default=None)
        every = [day for day in (own, *(one.date() for one in said)) if day is not None]
        ends[name] = choose(every, default=None)
    if not seen:
        problems.append(
            Problem("calendar.txt", "names no day", remedy="Ask for a feed with days in it.")
        )
    names = texts["agency"]["agency_name"].str.strip()
    return {
        "feed_id": path.stem,
        "operators": "|".join(sorted(set(names))),
        "timezone": zones[0] if zones else "",
        "first_day": ends["feed_start_date"],
        "last_day": ends["feed_end_date"],
    }


def _checked(
    tables: Mapping[str, pd.DataFrame], problems: list[Problem]
) -> dict[str, pd.DataFrame]:
    """Check every table, and gather what is wrong with all of them."""
    checked = {}
    for name, frame in tables.items():
        try:
            checked[f"gtfs_{name}"] = schema.check(frame, f"gtfs_{name}")
        except SchemaError as error:
            problems += [
                Problem(f"{name}.{p.where}", p.what, p.rows, p.remedy) for p in error.problems
            ]
    return checked


def read_gtfs(path: Path | str, *, most_mb: int = 1_000) -> dict[str, pd.DataFrame]:
    """
    Read the timetables of an operator from a GTFS zip.

    The zip is read where it lies and never unpacked to disk. Calendars and their exceptions become
    days; calls without a time have one between their neighbors'; what a stop does not say about
    wheelchairs is its station's word, and else unknown.

    Parameters
    ----------
    path
        The zip.
    most_mb
        Most megabytes that its tables may unpack to.

    Returns
    -------
    feed
        Tables `gtfs_feed`, `gtfs_stops`, `gtfs_routes`, `gtfs_trips`, `gtfs_stop_times`,
        `gtfs_days`, `gtfs_frequencies` and `gtfs_transfers`. Times are seconds after noon minus 12
        hours of the service day.

    Raises
    ------
    SourceError
        There is no such zip, it leads outside or unpacks to too much, or a file is unreadable.
    SchemaError
        With every problem: files, columns and days that are missing, times that run backward, stops
        without coordinates, ids that do not exist.
    """
    path = Path(path)
    texts = read_texts(path, (*_NEEDED, *_OPTIONAL), most_mb=most_mb)
    problems = _lacking(texts)
    if problems:
        raise SchemaError.of(str(path), problems)
    notes: list[str] = []
    service_days, seen = days(texts, problems)
    read: dict[str, Callable[[], pd.DataFrame]] = {
        "stops": lambda: _stops(texts, problems),
        "routes": lambda: _routes(texts),
        "trips": lambda: _trips(texts),
        "stop_times": lambda: calls(timed(texts["stop_times"], notes), problems),
        "frequencies": lambda: _frequencies(texts, problems),
    }
    tables = {name: make() for name, make in read.items()}
    tables["transfers"] = _transfers(texts, tables["stops"], notes)
    about = _feed(path, texts, seen, problems)
    problems += _strange(tables)
    tables["days"] = service_days
    if not problems:
        tables["feed"] = pd.DataFrame([{**about, "notes": " ".join(notes)}])
        checked = _checked(tables, problems)
    if problems:
        raise SchemaError.of(str(path), problems)
    return checked
