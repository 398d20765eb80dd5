"""Timetables: every trap of a calendar, brute force over all trips, and waiting counted once."""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import timetables as toy
from hypothesis import Phase, given
from hypothesis import strategies as st
from strategies import examples

from norwalk_geo import sources, transit
from norwalk_geo.errors import ConfigError, SchemaError, SourceError

DAY = dt.date(2026, 3, 4)
NONE = pd.DataFrame(
    {"walk_s": []}, index=pd.MultiIndex.from_arrays([[], []], names=["origin_id", "place_id"])
)


def feed(tmp_path: Path, **changed: str) -> dict[str, pd.DataFrame]:
    return sources.read_gtfs(toy.pack(tmp_path, toy.TOY | changed))


def ends(access: dict[str, int], egress: dict[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        toy.ways({("home", stop): walk for stop, walk in access.items()}, ("place_id", "stop_id")),
        toy.ways({("work", stop): walk for stop, walk in egress.items()}, ("place_id", "stop_id")),
    )


def trip(found: pd.DataFrame) -> pd.Series:
    return found.loc[("home", "work")]


def test_calls_without_a_time_have_one_between_their_neighbors(tmp_path: Path) -> None:
    times = feed(tmp_path)["gtfs_stop_times"]
    assert times["arrival_s"].tolist() == [25_800, 26_400, 27_000]


def test_wheelchairs_a_stop_takes_its_stations_word_and_unknown_stays(tmp_path: Path) -> None:
    said = feed(tmp_path)["gtfs_stops"]["wheelchair"]
    assert said[["a", "b", "c"]].tolist() == ["yes", "no", "unknown"]


def test_a_wheelchair_uses_only_what_is_said_to_take_it(tmp_path: Path) -> None:
    read = feed(tmp_path)
    ways = ends({"a": 0}, {"c": 0})
    window = transit.Window(dt.time(7), 1)
    for unknowns, count in (("avoid", 0), ("allow_and_flag", 1)):
        laid = transit.timetable([read], DAY, is_wheelchair=True, unknowns=unknowns)
        assert len(transit.travel_times(laid, *ways, NONE, window=window)) == count
        assert laid.unsure == count
    laid = transit.timetable([read], DAY, is_wheelchair=True, unknowns="allow")
    assert transit.travel_times(laid, *ends({"a": 0}, {"b": 0}), NONE, window=window).empty


def test_exceptions_add_and_take_days(tmp_path: Path) -> None:
    dates = "service_id,date,exception_type\nweek,20260304,2\nweek,20260307,1\nother,20260401,1\n"
    days = feed(tmp_path, calendar_dates=dates)
    runs = set(days["gtfs_days"].loc["week"].index.date)
    assert DAY not in runs
    assert dt.date(2026, 3, 7) in runs
    assert days["gtfs_feed"]["last_day"].iloc[0].date() == dt.date(2026, 4, 1)
    # The feed covers the day and says that nothing runs.
    ways = ends({"a": 0}, {"c": 0})
    assert transit.travel_times(transit.timetable([days], DAY), *ways, NONE).empty


def test_a_feed_may_have_exceptions_alone(tmp_path: Path) -> None:
    texts = {k: v for k, v in toy.TOY.items() if k != "calendar"}
    path = toy.pack(
        tmp_path, texts | {"calendar_dates": "service_id,date,exception_type\nweek,20260304,1\n"}
    )
    assert len(transit.timetable([sources.read_gtfs(path)], DAY).stops) == 3


def test_a_day_that_is_not_covered_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="2026-03-02 to 2026-03-15"):
        transit.timetable([feed(tmp_path)], dt.date(2026, 6, 1))


def test_feed_info_narrows_what_is_covered(tmp_path: Path) -> None:
    info = "feed_publisher_name,feed_start_date,feed_end_date\nToy,20260303,20260304\n"
    with pytest.raises(ConfigError, match="2026-03-03 to 2026-03-04"):
        transit.timetable([feed(tmp_path, feed_info=info)], dt.date(2026, 3, 5))


def late(tmp_path: Path, times: str) -> dict[str, pd.DataFrame]:
    head = "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
    return feed(tmp_path, stop_times=head + times)


@pytest.mark.parametrize(
    ("day", "runs"), [(dt.date(2026, 3, 7), True), (dt.date(2026, 3, 2), False)]
)
def test_a_trip_after_midnight_runs_on_the_next_day(
    tmp_path: Path, day: dt.date, *, runs: bool
) -> None:
    """Friday's trip at 25:10 leaves on Saturday at 1:10; before Monday nothing ran."""
    read = late(tmp_path, "t,a,1,25:10:00,25:10:00\nt,c,2,25:40:00,25:40:00\n")
    window = transit.Window(dt.time(1), 1)
    found = transit.travel_times(
        transit.timetable([read], day), *ends({"a": 0}, {"c": 0}), NONE, window=window
    )
    assert len(found) == int(runs)
    if runs:
        assert trip(found)["median_min"] == 40


def test_times_count_from_noon_minus_12_hours_when_clocks_change(tmp_path: Path) -> None:
    """On 8 March 2026 clocks go forward at 2: 08:00 of the feed is 8:00, 01:30 of it is 0:30."""
    week = toy.CALENDAR.replace("1,1,1,1,1,0,0", "1,1,1,1,1,1,1")
    sunday = dt.date(2026, 3, 8)
    head = "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
    for times, clock in (("08:00:00", dt.time(8)), ("01:30:00", dt.time(0, 30))):
        rows = f"t,a,1,{times},{times}\nt,c,2,09:00:00,09:00:00\n"
        read = feed(tmp_path, calendar=week, stop_times=head + rows)
        found = transit.travel_times(
            transit.timetable([read], sunday),
            *ends({"a": 0}, {"c": 0}),
            NONE,
            window=transit.Window(clock, 1, limit_min=600),
        )
        assert trip(found)["median_min"] == (60 if clock.hour else 450)


def test_headways_repeat_a_trip_and_end_before_their_end(tmp_path: Path) -> None:
    rows = "trip_id,start_time,end_time,headway_secs\nt,07:00:00,07:30:00,600\n"
    laid = transit.timetable([feed(tmp_path, frequencies=rows)], DAY)
    start = laid.lines.departure[::3]
    today = (start >= 0) & (start < 86_400)
    assert start[today].tolist() == [25_200, 25_800, 26_400]
    assert (laid.lines.arrival[2::3] - start)[today].tolist() == [1200] * 3


def test_waiting_is_counted_once(tmp_path: Path) -> None:
    """Leaving at 7:05: 2 minutes to the stop, 3 of waiting, 20 of riding, 1 of walking."""
    window = transit.Window(dt.time(7, 5), 1)
    laid = transit.timetable([feed(tmp_path)], DAY)
    found = transit.travel_times(laid, *ends({"a": 120}, {"c": 60}), NONE, window=window)
    assert trip(found)["median_min"] == 2 + 3 + 20 + 1


def test_percentiles_are_over_all_departures(tmp_path: Path) -> None:
    """The bus leaves at 7:10; of 20 departures from 7:00, 11 catch it."""
    window = transit.Window(dt.time(7), 20)
    laid = transit.timetable([feed(tmp_path)], DAY)
    found = trip(transit.travel_times(laid, *ends({"a": 0}, {"c": 0}), NONE, window=window))
    took = sorted(20 + wait for wait in range(11))
    assert found["reached"] == 11
    assert found["median_min"] == took[9]
    assert found["low_min"] == took[1]
    assert np.isnan(found["high_min"])


def test_transfers_need_their_time_and_may_be_forbidden(tmp_path: Path) -> None:
    trips = toy.TRIPS + "r,week,u,1\n"
    rows = toy.TIMES + "u,c,1,07:33:00,07:33:00\nu,b,2,07:50:00,07:50:00\n"
    rows += "v,c,1,07:45:00,07:45:00\nv,b,2,08:00:00,08:00:00\n"
    texts = {"trips": trips + "r,week,v,1\n", "stop_times": rows}
    stops = toy.STOPS.replace("b,B,33.91,-118.08,,,2", "b,B,33.91,-118.08,,,\nx,X,33.9,-118.0,,,")
    rows = rows.replace("u,b", "u,x").replace("v,b", "v,x")
    texts |= {"stops": stops, "stop_times": rows}
    head = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
    window = transit.Window(dt.time(7, 10), 1)
    for rule, minutes in (("", 40), ("c,c,2,300\n", 50), ("c,c,3,\n", None)):
        laid = transit.timetable([feed(tmp_path, transfers=head + rule, **texts)], DAY)
        found = transit.travel_times(laid, *ends({"a": 0}, {"x": 0}), NONE, window=window)
        assert (trip(found)["median_min"] if len(found) else None) == minutes


def test_an_overtaking_trip_is_taken(tmp_path: Path) -> None:
    trips = [[(0, 25_200), (1, 30_000)], [(0, 25_260), (1, 26_000)]]
    read = sources.read_gtfs(toy.pack(tmp_path, toy.network_texts(trips, 2)))
    laid = transit.timetable([read], DAY)
    assert len(laid.lines.trips) == 2
    found = transit.travel_times(
        laid, *ends({"s0": 0}, {"s1": 0}), NONE, window=transit.Window(dt.time(7), 1)
    )
    assert trip(found)["median_min"] * 60 == 800


@st.composite
def small_networks(
    draw: st.DrawFn,
) -> tuple[list[list[tuple[int, int]]], dict[tuple[int, int], int]]:
    trips = []
    for _ in range(draw(st.integers(1, 7))):
        stops = draw(st.lists(st.integers(0, 4), min_size=2, max_size=4))
        times = sorted(draw(st.lists(st.integers(0, 50), min_size=len(stops), max_size=len(stops))))
        trips.append([(s, 25_200 + 60 * t) for s, t in zip(stops, times, strict=True)])
    pairs = st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda p: p[0] != p[1])
    return trips, draw(st.dictionaries(pairs, st.integers(0, 600), max_size=3))


reaches = st.lists(
    st.dictionaries(st.integers(0, 4), st.integers(0, 300), min_size=1, max_size=2),
    min_size=3,
    max_size=3,
)


@examples(8, phases=[Phase.generate])
@given(
    network=small_networks(),
    access=reaches,
    egress=reaches,
    rides=st.integers(0, 3),
    walk=st.integers(0, 3600),
)
def test_the_same_as_trying_every_chain_of_trips(  # type: ignore[no-untyped-def]
    network, access, egress, rides, walk
) -> None:
    """Nine pairs of places each time; between the first two one can walk."""
    trips, walks = network
    with tempfile.TemporaryDirectory() as folder:
        read = sources.read_gtfs(toy.pack(Path(folder), toy.network_texts(trips, 5)))
    named = {(f"s{a}", f"s{b}"): w for (a, b), w in walks.items()}
    paths = toy.ways(named, ("from_stop_id", "to_stop_id")) if walks else None
    laid = transit.timetable([read], DAY, footpaths=paths)
    minutes, names = 12, ("place_id", "stop_id")
    window = transit.Window(dt.time(7), minutes, limit_min=1440, most_rides=rides)
    found = transit.travel_times(
        laid,
        *(
            toy.ways(
                {(f"p{k}", f"s{s}"): w for k, own in enumerate(side) for s, w in own.items()}, names
            )
            for side in (access, egress)
        ),
        toy.ways({("p0", "p0"): walk}, ("origin_id", "place_id")),
        window=window,
    )
    for (i, start), (j, end) in product(enumerate(access), enumerate(egress)):
        by_foot = walk if i == j == 0 else np.inf
        took = []
        for leave in (25_200 + 60 * minute for minute in range(minutes)):
            ridden = toy.brute(trips, walks, start, end, leave, rides) - leave
            took.append(min(ridden, by_foot))
        took.sort()
        if np.isinf(took[0]):
            assert (f"p{i}", f"p{j}") not in found.index
            continue
        row = found.loc[(f"p{i}", f"p{j}")]
        assert row["fastest_min"] * 60 == pytest.approx(took[0])
        assert row["reached"] == np.isfinite(took).sum()
        assert np.nan_to_num(row["median_min"] * 60, nan=np.inf) == pytest.approx(took[5])
        assert np.isinf(by_foot) or row["high_min"] * 60 <= walk + 1e-6


def test_a_symmetric_toy_takes_the_same_time_in_both_directions(tmp_path: Path) -> None:
    out = [[(0, 25_200 + 600 * k), (1, 25_500 + 600 * k), (2, 25_800 + 600 * k)] for k in range(9)]
    back = [[(2 - stop, when) for stop, when in one] for one in out]
    read = sources.read_gtfs(toy.pack(tmp_path, toy.network_texts(out + back, 3)))
    laid = transit.timetable([read], DAY)
    there = transit.travel_times(laid, *ends({"s0": 60}, {"s2": 60}), NONE)
    home = transit.travel_times(laid, *ends({"s2": 60}, {"s0": 60}), NONE)
    pd.testing.assert_frame_equal(there, home)


def test_service_gives_the_longest_wait_of_a_peak(tmp_path: Path) -> None:
    head = "trip_id,start_time,end_time,headway_secs\n"
    rows = head + "t,06:00:00,08:00:00,900\nt,08:00:00,10:00:00,1800\n"
    found = transit.stop_service(
        [feed(tmp_path, frequencies=rows)], DAY, {"am": (dt.time(7), dt.time(9))}
    )
    row = found.loc[("a", "r", "none", "am")]
    assert row["departures"] == 6
    assert row["longest_wait_min"] == 30


BAD = {
    "negative dwell": (
        {"stop_times": toy.TIMES.replace("07:10:00\nt,b", "07:09:00\nt,b")},
        "leaves before it arrives",
    ),
    "backward": ({"stop_times": toy.TIMES.replace("07:30:00", "07:00:00")}, "left the stop before"),
    "no time": ({"stop_times": toy.TIMES.replace("07:30:00", "soon")}, "is no time"),
    "no place": ({"stops": toy.STOPS.replace("33.92,-118.08", ",")}, "no coordinates"),
    "no days": ({"calendar": toy.CALENDAR.splitlines()[0] + "\n"}, "names no day"),
    "no stop": ({"stop_times": toy.TIMES.replace("t,c", "t,z")}, r"is not in stops\.txt"),
    "bad date": ({"calendar": toy.CALENDAR.replace("20260302", "2026-03-02")}, "is no date"),
    "no headway": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nt,07:00:00,08:00:00,0\n"},
        "no headway",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_feed_is_refused_with_its_rows(tmp_path: Path, case: str) -> None:
    changed, message = BAD[case]
    with pytest.raises(SchemaError, match=message):
        feed(tmp_path, **changed)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    texts = {name: toy.TOY[name] for name in ("agency", "stops", "routes", "trips")}
    with pytest.raises(SchemaError) as caught:
        sources.read_gtfs(toy.pack(tmp_path, texts))
    assert [one.where for one in caught.value.problems] == ["stop_times.txt", "calendar.txt"]


def test_zips_that_lead_outside_or_swell_are_refused(tmp_path: Path) -> None:
    path = toy.pack(tmp_path, toy.TOY | {"../evil.txt": "x", "/root.txt": "y"})
    with pytest.raises(SourceError, match="outside in 2 rows"):
        sources.read_gtfs(path)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("stop_times.txt", b"0" * 3_000_000)
    with pytest.raises(SourceError, match="unpacks to 3 MB"):
        sources.read_gtfs(tmp_path / "bomb.zip", most_mb=2)
    (tmp_path / "no.zip").write_bytes(b"PK not a zip")
    for name, said in (("no.zip", "no sound zip"), ("gone.zip", "cannot be read")):
        with pytest.raises(SourceError, match=said):
            sources.read_gtfs(tmp_path / name)


def test_feeds_together_must_not_share_ids(tmp_path: Path) -> None:
    read = feed(tmp_path)
    with pytest.raises(ConfigError, match="is in two feeds"):
        transit.timetable([read, read], DAY)


@pytest.mark.real
def test_caltrain_runs_from_end_to_end(real: Path) -> None:
    """From San Jose to San Francisco an express takes about an hour."""
    read = sources.read_gtfs(real / "gtfs" / "caltrain-2017-07-24.zip")
    laid = transit.timetable([read], dt.date(2017, 7, 25))
    names = read["gtfs_stops"]["stop_name"]
    first = [s for s in laid.stops if names[s].startswith("San Jose Diridon")]
    last = [s for s in laid.stops if names[s].startswith("San Francisco Caltrain")]
    found = transit.travel_times(laid, *ends(dict.fromkeys(first, 0), dict.fromkeys(last, 0)), NONE)
    assert 55 <= trip(found)["fastest_min"] <= 75
    assert trip(found)["reached"] == 60


def test_the_standards_odd_corners_are_read(tmp_path: Path) -> None:
    """A folder around, marks, capitals, spaces, columns more, boarding areas, trips on demand."""
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding\n"
        "S,Station,33.9,-118.08,1,,1\np,P,33.9,-118.08,,S,\na,A,33.9,-118.08,4,p,\n"
        "b,B,33.91,-118.08,,S,2\nc,C,33.92,-118.08,,,\nin,In,33.9,-118.08,3,S,\n"
    )
    times = (
        " Trip_ID , Stop_ID,stop_sequence,arrival_time,departure_time,shape_dist_traveled,"
        "start_pickup_drop_off_window\n"
        "t, c ,5, 7:30:00 , 7:30:00 ,9,\n\nt,a,1,7:10:00,7:10:00,0,\nt,b,2,,,4,\n"
        "d,,1,,,,08:00:00\nd,,2,,,,08:00:00\n"
    )
    transfers = (
        "from_stop_id,to_stop_id,from_trip_id,to_trip_id,transfer_type,min_transfer_time\n"
        "S,S,,,2,120\nb,b,,,2,30\n,,t,d,4,\n,,t,d,5,\n"
    )
    texts = toy.TOY | {
        "stops": stops,
        "stop_times": times,
        "transfers": transfers,
        "trips": toy.TRIPS.replace("route_id,service_id", "﻿route_id, service_id") + "r,week,d,\n",
        "routes": toy.ROUTES.replace(",3", ",704"),
        "pathways": "pathway_id\nx\n",
    }
    folded = {f"Feed/{name.upper()}.TXT": text for name, text in texts.items()}
    folded["__MACOSX/Feed/._stops.txt"] = "x"
    read = sources.read_gtfs(toy.pack(tmp_path, folded))
    assert read["gtfs_stop_times"]["arrival_s"].tolist() == [25_800, 26_400, 27_000]
    assert read["gtfs_stops"]["wheelchair"][["a", "b", "c"]].tolist() == ["yes", "no", "unknown"]
    rules = read["gtfs_transfers"]["change_s"]
    assert rules[("p", "b")] == 120
    assert rules[("b", "b")] == 30
    notes = read["gtfs_feed"]["notes"].iloc[0]
    assert "2 rules between trips or routes" in notes
    assert "1 trips on demand" in notes
    laid = transit.timetable([read], DAY)
    found = transit.travel_times(
        laid, *ends({"a": 0}, {"c": 0}), NONE, window=transit.Window(dt.time(7), 1)
    )
    assert trip(found)["median_min"] == 30


def test_a_route_runs_at_another_headway_or_not_at_all(tmp_path: Path) -> None:
    """From 7:00 to 7:30 every 15 minutes; the detour of one trip is no one's any more."""
    calls = [
        (f"t{k}", stop, row, toy.clock(when), toy.clock(when))
        for k, start in enumerate((25_200, 26_700, 27_000))
        for row, (stop, when) in enumerate(
            [("a", start), ("c", start + 600)] if k != 1 else [("a", start), ("b", start + 900)]
        )
    ]
    names = "trip_id,stop_id,stop_sequence,arrival_time,departure_time"
    trips = toy.table("route_id,service_id,trip_id", [("r", "week", f"t{k}") for k in range(3)])
    read = feed(tmp_path, stop_times=toy.table(names, calls), trips=trips)
    often = transit.with_headway(read, "r", 15)
    laid = transit.timetable([often], DAY)
    start = laid.lines.departure[::2]
    assert start[(start >= 0) & (start < 86_400)].tolist() == [25_200, 26_100, 27_000]
    assert list(laid.stops) == ["a", "c"]
    again = transit.timetable([transit.with_headway(often, "r", 30)], DAY).lines.departure[::2]
    assert again[(again >= 0) & (again < 86_400)].tolist() == [25_200, 27_000]
    none = transit.timetable([transit.with_headway(read, "r", None)], DAY)
    assert transit.travel_times(none, *ends({"a": 0}, {"c": 0}), NONE).empty
    with pytest.raises(ConfigError, match="is no route"):
        transit.with_headway(read, "x", 10)


@pytest.mark.real
def test_metro_rail_says_nothing_of_wheelchairs(real: Path) -> None:
    """Its trips are unknown and not yes: none is used where all must be known."""
    read = sources.read_gtfs(real / "gtfs" / "lacmta_gtfs_rail_2026-08.zip")
    day = dt.date(2026, 8, 26)
    known = transit.timetable([read], day, is_wheelchair=True)
    maybe = transit.timetable([read], day, is_wheelchair=True, unknowns="allow_and_flag")
    assert len(known.stops) == 0
    assert known.left_out == maybe.unsure > 1_000
    with pytest.raises(ConfigError, match="2026-08-21 to 2026-09-04"):
        transit.timetable([read], dt.date(2026, 11, 24))
