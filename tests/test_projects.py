"""Projects: a year worked by hand (twelve projects), what clashes, weeks for crews, forecasts."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from browser import judge
from commands import edit, norwalk
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from norwalk_geo import io, projects, schema, scorecard
from norwalk_geo.errors import SchemaError

AS_OF = dt.date(2026, 7, 1)
PHASES = ("design", "bid", "award", "construction", "closeout")

# project, planned finish, actual finish of construction, planned and actual cost, change orders
YEAR = [
    ("p01", "2026-01-31", "2026-01-31", 100_000, 100_000, 0),  # on the very day: on time
    ("p02", "2026-01-31", "2026-02-01", 100_000, 90_000, 0),  # a day late
    ("p03", "2026-06-30", "2026-06-30", 100_000, 100_000.01, 0),  # a cent over
    ("p04", "2026-06-30", "2026-05-31", 100_000, None, 12_500),  # no closing cost: with changes
    ("p05", "2026-05-15", "2026-06-20", 250_000, 250_000, 30_000),
    ("p06", None, "2026-06-01", 80_000, 79_000, 0),  # no planned day: not known
    ("p07", "2025-06-30", "2025-06-30", 50_000, 50_000, 0),  # the fiscal year before
    ("p08", "2025-06-30", "2025-07-01", 50_000, 60_000, 0),  # a day into this one, late
    ("p09", "2026-03-01", "2025-12-24", None, 70_000, 0),  # no planned cost: not known
    ("p10", "2026-09-30", None, 400_000, None, 0),  # under way
    ("p11", "2026-12-31", None, 400_000, None, 0),  # not begun
    ("p12", "2026-04-30", "2026-04-30", 10_000, 9_999, -500),
]


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows, phases, orders = [], [], []
    for name, planned, actual, cost, paid, change in YEAR:
        rows.append(
            {"project_id": name, "name": name, "planned_cost_usd": cost, "actual_cost_usd": paid}
        )
        begun = "2025-01-07" if name != "p11" else None
        phases.append(
            {
                "project_id": name,
                "phase": "construction",
                "planned_start": "2025-01-06",
                "planned_finish": planned,
                "actual_start": begun,
                "actual_finish": actual,
            }
        )
        if change:
            orders.append(
                {
                    "project_id": name,
                    "change_order_id": "1",
                    "approved": "2025-03-01",
                    "amount_usd": change,
                    "added_days": 60,
                }
            )
    return (
        schema.check(pd.DataFrame(rows), "projects"),
        schema.check(pd.DataFrame(phases), "project_phases"),
        schema.check(pd.DataFrame(orders), "change_orders"),
    )


def test_a_year_of_twelve_projects_by_hand() -> None:
    found = projects.delivery(*tables(), as_of=AS_OF)
    status = found["project_status"].value_counts().to_dict()
    assert status == {"delivered": 10, "under way": 1, "not begun": 1}
    on_time = {name for name, value in found["is_on_time"].items() if pd.notna(value) and value}
    assert on_time == {"p01", "p03", "p04", "p07", "p09", "p12"}
    late = {name for name, value in found["is_on_time"].items() if pd.notna(value) and not value}
    assert late == {"p02", "p05", "p08"}
    assert found.loc["p05", "slip_days"] == 36
    over = {name for name, value in found["is_on_budget"].items() if pd.notna(value) and not value}
    assert over == {"p03", "p04", "p08"}
    assert found.loc["p04", "cost_change_usd"] == 12_500
    assert found.loc[["p06", "p10", "p11"], "is_on_time"].isna().all()
    assert found.loc[["p09", "p10", "p11"], "is_on_budget"].isna().all()
    assert found["period"].value_counts().to_dict() == {2026: 9, 2025: 1}
    # Fiscal year 2026: nine finished, eight of which tell, five on time.
    scored = scorecard.on_time(found).droplevel(["measure_id", "part"])
    assert scored.loc[2026, "value"] == pytest.approx(100 * 5 / 8)
    assert scored.loc[2026, "known_pct"] == pytest.approx(100 * 8 / 9)


def phase(name: str, *days: str | None, kind: str = "construction") -> dict[str, Any]:
    names = ("planned_start", "planned_finish", "actual_start", "actual_finish")
    return {"project_id": name, "phase": kind, **dict(zip(names, days, strict=True))}


def test_days_that_cannot_be_are_all_named() -> None:
    named = schema.check(pd.DataFrame({"project_id": ["a"], "name": ["A"]}), "projects")
    rows = [
        phase("a", "2026-05-01", "2026-04-01", "2026-03-01", "2026-02-01"),
        phase("a", None, None, None, "2026-01-01", kind="bid"),
        phase("a", None, None, "2026-06-01", "2027-01-01", kind="design"),
        phase("b", None, None, None, None),
    ]
    with pytest.raises(SchemaError) as caught:
        projects.delivery(named, schema.check(pd.DataFrame(rows), "project_phases"), as_of=AS_OF)
    said = str(caught.value)
    for text in ("planned_finish", "without a start", "in the future", "earlier phase", "b"):
        assert text in said
    assert len(caught.value.problems) == 6


def history(count: int, stretch: float) -> pd.DataFrame:
    rows = []
    for k in range(count):
        start = dt.date(2024, 1, 1) + dt.timedelta(days=7 * k)
        plan = start + dt.timedelta(days=99)
        real = start + dt.timedelta(days=round(100 * stretch) - 1)
        rows.append(phase(f"h{k}", str(start), str(plan), str(start), str(real)))
    return pd.DataFrame(rows)


def test_a_city_that_always_takes_half_as_long_again_will_again() -> None:
    coming = pd.DataFrame([phase("x", "2026-08-01", "2026-10-09", None, None)])
    every = schema.check(pd.concat([history(6, 1.5), coming]), "project_phases")
    found = projects.expected_finish(every, as_of=AS_OF)
    assert found.index.tolist() == ["x"]
    # 70 planned days take 105 from the first of August on.
    row = found.loc["x"]
    assert row["expected_finish"] == row["late_finish"] == pd.Timestamp("2026-11-14")
    assert row["history"] == 6


def test_with_little_history_there_is_no_forecast() -> None:
    coming = pd.DataFrame([phase("x", "2026-08-01", "2026-10-09", None, None)])
    every = schema.check(pd.concat([history(4, 1.5), coming]), "project_phases")
    row = projects.expected_finish(every, as_of=AS_OF).loc["x"]
    assert pd.isna(row["expected_finish"])
    assert "Fewer than 5" in str(row["note"])


def test_the_interval_holds_in_a_city_whose_truth_is_known() -> None:
    rng, rows = np.random.default_rng(1), []
    truth = {}
    for k in range(240):
        start = dt.date(2024, 1, 1)
        days = round(100 * float(rng.lognormal(0.2, 0.3)))
        real = start + dt.timedelta(days=days - 1)
        if k < 120:
            rows.append(phase(f"p{k}", str(start), "2024-04-09", str(start), str(real)))
        else:
            rows.append(phase(f"p{k}", "2026-07-01", "2026-10-08", None, None))
            truth[f"p{k}"] = pd.Timestamp("2026-07-01") + pd.Timedelta(days=days)
    found = projects.expected_finish(
        schema.check(pd.DataFrame(rows), "project_phases"), as_of=AS_OF
    )
    actual = pd.Series(truth)
    inside = (found["early_finish"] <= actual) & (actual <= found["late_finish"])
    assert 0.72 <= inside.mean() <= 0.88


def streets() -> gpd.GeoDataFrame:
    """Three sections in a row; s1 and s2 touch, s2 and s3 touch."""
    rows = {
        "section_id": ["s1", "s2", "s3"],
        "functional_class": ["residential"] * 3,
        "from_node": ["n1", "n2", "n3"],
        "to_node": ["n2", "n3", "n4"],
        "geometry": [LineString([(500 * k, 0), (500 * k + 500, 0)]) for k in range(3)],
    }
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:2229")
    return gpd.GeoDataFrame(schema.check(frame, "sections"))


def utility(*rows: tuple[str, str, str | None, str | None, bool | None]) -> pd.DataFrame:
    names = ["utility_work_id", "section_id", "start", "finish", "cuts_pavement"]
    return schema.check(pd.DataFrame(list(rows), columns=names), "utility_work")


def planned(*rows: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["section_id", "year"]).set_index(
        ["section_id", "year"]
    )


@pytest.mark.parametrize(
    ("start", "finish", "cuts", "where", "kind", "certain"),
    [
        ("2027-07-01", "2027-08-01", True, "s1", "cut in new pavement", True),
        ("2032-06-30", "2032-07-30", True, "s1", "cut in new pavement", True),
        ("2032-07-01", "2032-07-30", True, "s1", None, None),
        ("2027-06-30", "2027-08-01", True, "s1", "paving over coming work", True),
        ("2026-01-01", "2026-06-30", True, "s1", None, None),
        ("2026-06-01", "2026-07-01", True, "s1", "paving over coming work", True),
        ("2026-06-01", None, True, "s1", "paving over coming work", False),
        (None, None, True, "s1", "cut in new pavement", False),
        (None, None, None, "s1", "cut in new pavement", False),
        ("2028-01-01", "2028-02-01", False, "s1", None, None),
        ("2026-09-01", "2026-10-01", False, "s1", "same time", True),
        ("2026-09-01", "2026-10-01", True, "s2", "same time", True),
        ("2026-09-01", "2026-10-01", True, "s3", None, None),
    ],
)
def test_utility_work_clashes_in_both_directions(
    start: str | None,
    finish: str | None,
    cuts: bool | None,  # noqa: FBT001 - a column of the case
    where: str,
    kind: str | None,
    certain: bool | None,  # noqa: FBT001 - a column of the case
) -> None:
    around = projects.Around(utility_work=utility(("u1", where, start, finish, cuts)))
    found = projects.conflicts(planned(("s1", 2027)), streets(), around).reset_index()
    assert found["conflict"].tolist() == ([kind] if kind else [])
    if kind:
        assert found["certain"].tolist() == [certain]
        assert found["place"].tolist() == ["same section" if where == "s1" else "adjoining"]


def test_moratoria_terms_and_events_clash() -> None:
    events = pd.DataFrame(
        {
            "event_id": ["e1"],
            "section_id": ["s2"],
            "name": ["Elm School"],
            "event_kind": ["school term"],
            "start": ["2026-08-20"],
            "finish": ["2027-06-10"],
        }
    )
    around = projects.Around(
        events=schema.check(events, "street_events"),
        moratoria=pd.Series({"s1": pd.Timestamp("2026-07-01"), "s3": pd.Timestamp("2026-07-02")}),
    )
    work = planned(("s1", 2027), ("s3", 2027))
    found = projects.conflicts(work, streets(), around).reset_index()
    assert set(zip(found["section_id"], found["conflict"], strict=True)) == {
        ("s1", "school term"),
        ("s3", "school term"),
        ("s3", "moratorium"),
    }


def tasks(*rows: tuple[str, int, str, int]) -> pd.DataFrame:
    names = ["project_id", "weeks", "treatments", "priority"]
    return pd.DataFrame(list(rows), columns=names).set_index("project_id")


NOTHING = pd.DataFrame(columns=["project_id", "starts", "ends"])
SUMMER = projects.Seasons(
    dt.date(2026, 7, 1), dt.date(2027, 6, 30), 1, {"slurry_seal": (6, 7, 8, 9)}
)


def test_a_crew_does_one_project_at_a_time_in_its_season() -> None:
    made = projects.schedule(
        tasks(
            ("a", 2, "slurry_seal", 1), ("b", 3, "mill_overlay", 2), ("c", 60, "mill_overlay", 3)
        ),
        NOTHING,
        SUMMER,
    )
    assert made.loc["a", "starts"] == pd.Timestamp("2026-07-06")
    assert made.loc["a", "ends"] == pd.Timestamp("2026-07-19")
    assert made.loc["b", "starts"] == pd.Timestamp("2026-07-20")
    assert made.loc["c", "note"] == "No weeks in season and free of clashes"


def test_a_blocked_time_is_left_free() -> None:
    blocked = pd.DataFrame(
        {"project_id": ["a"], "starts": ["2026-07-01"], "ends": [dt.date(2026, 9, 20)]}
    )
    made = projects.schedule(tasks(("a", 1, "slurry_seal", 1)), blocked, SUMMER)
    # The week of 21 September is the last but one of the season.
    assert made.loc["a", "starts"] == pd.Timestamp("2026-09-21")
    # One day of a week is enough: its Monday at the end of a clash, its Sunday at the beginning.
    monday = blocked.assign(ends=dt.date(2026, 9, 21))
    made = projects.schedule(tasks(("a", 1, "slurry_seal", 1)), monday, SUMMER)
    assert made.loc["a", "starts"] != pd.Timestamp("2026-09-21")
    sunday = blocked.assign(starts="2026-07-12")
    made = projects.schedule(tasks(("a", 1, "slurry_seal", 1)), sunday, SUMMER)
    assert made.loc["a", "starts"] != pd.Timestamp("2026-07-06")
    none = projects.schedule(tasks(("a", 2, "slurry_seal", 1)), blocked, SUMMER)
    # Two weeks are only free when the next summer begins.
    assert none["starts"].tolist() == [pd.Timestamp("2027-06-07")]


@given(
    weeks=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    crews=st.integers(1, 3),
)
def test_no_crew_is_in_two_places(weeks: list[int], crews: int) -> None:
    rows = [(f"p{k}", count, "mill_overlay", k % 3) for k, count in enumerate(weeks)]
    seasons = projects.Seasons(dt.date(2026, 7, 1), dt.date(2026, 12, 31), crews)
    made = projects.schedule(tasks(*rows), NOTHING, seasons)
    placed = made[made["starts"].notna()]
    for _, page in placed.groupby("crew"):
        ordered = page.sort_values("starts")
        assert (ordered["starts"].iloc[1:].to_numpy() > ordered["ends"].iloc[:-1].to_numpy()).all()
    again = projects.schedule(tasks(*reversed(rows)), NOTHING, seasons)
    pd.testing.assert_frame_equal(made, again)


def test_what_no_schedule_can_be_made_of_is_refused() -> None:
    with pytest.raises(SchemaError, match="2 problems"):
        projects.schedule(tasks(("a", 0, "", 1)), NOTHING, projects.Seasons(AS_OF, AS_OF, crews=0))


def test_slips_are_summed_up_by_kind_of_phase() -> None:
    rows = [
        phase("a", "2026-01-01", "2026-01-10", "2026-01-01", "2026-01-12"),
        phase("b", "2026-01-01", "2026-01-10", "2026-01-01", "2026-01-09"),
        phase("c", "2026-01-01", "2026-01-10", "2026-01-01", None),
        phase("a", "2025-01-01", "2025-01-10", "2025-01-01", "2025-01-10", kind="design"),
    ]
    slips = projects.phase_slips(schema.check(pd.DataFrame(rows), "project_phases"))
    found = projects.slip_summary(slips)
    assert found.index.tolist() == list(PHASES)
    assert found.loc["construction"].tolist() == [2, 1, 0.5, 2.0]
    assert found.loc["design", ["finished_phases", "longer_phases"]].tolist() == [1, 0]
    assert pd.isna(found.loc["bid", "median_slip_days"])


def planned_work(*rows: tuple[str, int, str, float, str | None]) -> pd.DataFrame:
    """Work with its cost in dollars of the year, and the package it is in."""
    names = ["section_id", "year", "treatment", "cost_nominal_usd", "package_id"]
    frame = pd.DataFrame(list(rows), columns=names).assign(length_mi=0.6)
    frame["cost_usd"], frame["treatment_label"] = frame["cost_nominal_usd"], frame["treatment"]
    return frame.set_index(["section_id", "year"])


def test_packages_stay_whole_and_totals_are_the_plans_to_the_cent() -> None:
    sections = streets().assign(zone_id=["A", "A", "B"], street_name=["Oak", "Elm", None])
    work = planned_work(
        ("s1", 2027, "slurry_seal", 0.10, None),
        ("s2", 2027, "slurry_seal", 0.20, None),
        ("s3", 2027, "slurry_seal", 3.33, None),
        ("s1", 2029, "mill_overlay", 5.05, "p7"),
        ("s3", 2029, "slurry_seal", 6.06, "p7"),
    )
    made, within = projects.bundle(work, sections)
    assert made["planned_cost_usd"].to_dict() == {
        "2027 A slurry_seal": 0.30,
        "2027 B slurry_seal": 3.33,
        "2029 p7": 11.11,
    }
    assert len(within) == len(work)
    assert "Elm, Oak: 2 sections, 1.20 miles" in made.loc["2027 A slurry_seal", "description"]
    production = schema.parameters("production")
    tasks, left_out = projects.tasks_of(work, sections, production.drop(index="mill_overlay"))
    # 1.2 and 0.6 miles at 3 miles a week; the dearer one goes first.
    assert tasks["weeks"].to_dict() == {"2027 A slurry_seal": 1, "2027 B slurry_seal": 1}
    assert tasks["priority"].to_dict() == {"2027 A slurry_seal": 2, "2027 B slurry_seal": 1}
    assert left_out == []
    assert projects.tasks_of(work.tail(2), sections, production.iloc[:1])[1] == ["2029 p7"]
    assert set(production.index) == set(schema.parameters("treatments").index)


@pytest.mark.slow
def test_the_command_writes_what_the_rooms_say(
    own_city: Path, planned: Path, tmp_path: Path, browser_path: str
) -> None:
    rows, phases, orders = tables()
    ids = gpd.read_file(own_city / "clean" / "sections.gpkg")["section_id"].tolist()
    rows.loc[rows.index[0], "name"] = "=1+1"
    own = {"projects": rows, "project_phases": phases, "change_orders": orders}
    own["utility_work"] = utility(*((f"u{k}", one, None, None, None) for k, one in enumerate(ids)))
    lines = "[tables]\n"
    for name, frame in own.items():
        io.write_table(frame, own_city / "clean" / f"{name}.csv", name)
        lines += f'{name} = "clean/{name}.csv"\n'
    edit(own_city / "norwalk.toml", lambda text: text.replace("[tables]\n", lines, 1))
    call = ("projects", own_city, "--out", tmp_path, "--crews", 2, "--json")
    said = norwalk(*call, "--as-of", "2026-07-01")
    assert said.code == 0, said.err
    found = said.json
    # By hand, from the twelve above: 01, 03, 04, 07, 09 and 12 of nine with a planned day.
    assert found["delivery"]["is_on_time"] == {"yes": 6, "of": 9, "unknown": 1}
    assert found["clashes"]["cut in new pavement"]["certain"] == 0
    out = tmp_path / "projects"
    proposed = pd.read_csv(out / "proposed_projects.csv")
    sums = proposed.groupby("year")["planned_cost_usd"].sum().round(2).to_dict()
    assert sums == {one["year"]: one["cost_usd"] for one in found["proposed"]}
    years = json.loads((planned / "summary.json").read_text(encoding="utf-8"))["years"]
    assert sums == {one["year"]: one["spent_nominal_usd"] for one in years}
    weeks = pd.read_csv(out / "schedule.csv")
    assert set(weeks["project_id"]) == set(proposed.loc[proposed["year"].eq(2027), "project_id"])
    page = (out / "projects.html").read_text(encoding="utf-8")
    assert "6 of 9 delivered projects were on time" in page
    assert not browser_path or judge(browser_path, out / "projects.html") == {}
    assert "Invented data" in page
    assert (out / "projects.xlsx").stat().st_size > 5_000
