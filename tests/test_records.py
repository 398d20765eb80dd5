"""Records of a city: one located problem for each mistake, in every table that can hold it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from commands import edit, norwalk

from norwalk_geo import schema
from norwalk_geo.cli import reading, recording
from norwalk_geo.cli.records import City
from norwalk_geo.errors import SchemaError

AS_OF = dt.date(2026, 7, 1)
# What is right, a line a table; SECTION stands for a section that there is.
RIGHT = {
    "entered": "measure_id,period,entered_on,value,value_source\ngraffiti,2026,2026-06-30,5,x",
    "located": "measure_id,period,place_id,amount,zone_id,value_source\ngraffiti,2026,a,5,A1,x",
    "projects": "project_id,name,year,planned_cost_usd,notice_to_proceed\np1,One,2026,5,2025-09-01",
    "project_phases": "project_id,phase,planned_start,planned_finish,actual_start,actual_finish\n"
    "p1,construction,2025-09-02,2025-10-01,2025-09-03,2025-10-02",
    "project_sections": "project_id,section_id\np1,SECTION",
    "change_orders": "project_id,change_order_id,approved,amount_usd\np1,c1,2025-09-09,-5",
    "closures": "project_id,closure_id,section_id,closed_from,closed_until\n"
    "p1,k1,SECTION,2026-08-01,2026-08-02",
    "requests": "request_id,kind,opened_on,closed_on,section_id\nr1,pothole,2026-01-01,2026-01-02,"
    "SECTION",
    "utility_work": "utility_work_id,section_id,start,finish\nu1,SECTION,2027-01-01,2027-02-01",
    "street_events": "event_id,section_id,name,event_kind,start,finish\n"
    "e1,SECTION,Fair,event,2026-09-01,2026-09-02",
}


@pytest.fixture(scope="module")
def read(city: Path) -> City:
    return reading.read_city(city)


def found(read: City, changed: str = "", old: str = "", new: str = "") -> list[str]:
    """Problems of the right tables with one change in one of them."""
    section = str(read.tables["sections"].index[0])
    tables = dict(read.tables)
    for name, text in RIGHT.items():
        assert name != changed or old in text
        own = text.replace(old, new) if name == changed else text
        frame = pd.read_csv(StringIO(own.replace("SECTION", section)))
        tables[name] = schema.check(frame, name)
    return [str(one) for one in recording.problems(dataclasses.replace(read, tables=tables), AS_OF)]


def test_what_is_right_is_right(read: City) -> None:
    assert found(read) == []


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        (
            "entered",
            "graffiti",
            "grafiti",
            "entered.measure_id: no measure is called 'grafiti' in 1",
        ),
        ("entered", "graffiti,2026", "miles_repaired,2026", "computed from the city's layers in 1"),
        ("entered", ",5,", ",-5,", "entered.value: is outside what the measure can be in 1 row"),
        ("entered", "graffiti,2026,2026-06-30,5", "employee_tools,2026,2026-06-30,0.9", "Write 90"),
        ("entered", "graffiti,2026", "graffiti,2028", "entered.period: has not begun in 1 row"),
        ("entered", "2026-06-30", "2026-08-30", "entered.entered_on: is in the future in 1 row"),
        ("located", "graffiti", "graffitti", "located.measure_id: no measure is called"),
        ("located", "A1", "A9", "located.zone_id: names no zone in 1 row: graffiti 2026 a"),
        ("located", "2026,a", "2028,a", "located.period: has not begun in 1 row"),
        ("projects", ",2026,5", ",2062,5", "project_phases.year: is over 5 years from the planned"),
        (
            "projects",
            "2025-09-01",
            "2026-09-01",
            "notice_to_proceed: is in the future in 1 row: p1",
        ),
        ("projects", "p1,One", "p2,One", "phases.project_id: names a project that is not in"),
        ("project_phases", "2025-10-02", "2025-09-01", "actual_finish: is before its start in 1"),
        (
            "project_phases",
            "2025-09-02,2025-10-01",
            "2025-11-02,2025-12-01",
            "planned to begin in 1",
        ),
        ("project_phases", "2025-10-01", "2025-09-01", "planned_finish: is before its start in 1"),
        ("project_phases", "2025-10-02", "2026-10-02", "actual_finish: is in the future in 1 row"),
        ("project_sections", "SECTION", "s-none", "project_sections.section_id: names a section"),
        ("closures", "SECTION", "s-none", "closures.section_id: names a section that is not in"),
        (
            "closures",
            "2026-08-02",
            "2026-07-02",
            "closures.closed_until: is before closed_from in 1",
        ),
        (
            "requests",
            "2026-01-02",
            "2025-01-02",
            "requests.closed_on: is before it was opened in 1",
        ),
        ("requests", "SECTION", "s-none", "requests.section_id: names a section that is not in"),
        ("requests", "r1,pothole,2026", "r1,pothole,2027", "requests.opened_on: is in the future"),
        ("utility_work", "SECTION", "s-none", "utility_work.section_id: names a section"),
        ("utility_work", "2027-02-01", "2026-02-01", "utility_work.finish: is before start in 1"),
        ("street_events", "SECTION", "s-none", "street_events.section_id: names a section"),
    ],
)
def test_each_mistake_is_said_once_with_its_row(
    read: City, table: str, old: str, new: str, said: str
) -> None:
    problems = found(read, table, old, new)
    mine = [one for one in problems if said in one]
    assert len(mine) == 1, problems
    # A phase that closes before it was opened is wrong in one way; a lost project in every table.
    assert len(problems) <= 2, problems


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("projects", ",5,", ",-5,", "planned_cost_usd: below 0 USD"),
        ("projects", "2026,5", "26,5", "year: outside 1990–2200 fiscal year"),
        ("located", ",5,", ",-5,", "amount: below 0"),
        ("entered", "2026,2026", "26,2026", "period: outside 1990–2200 fiscal year"),
        ("requests", "\nr1,", "\nr1,pothole,2026-01-01,,\nr1,", "1 key used more than once"),
        ("entered", "\ngraf", "\ngraffiti,2026,2026-06-30,6,x\ngraf", "1 key used more than once"),
        ("located", "\ngraf", "\ngraffiti,2026,a,6,A1,x\ngraf", "1 key used more than once"),
        ("project_phases", "construction", "building", "phase: unknown value ('building')"),
    ],
)
def test_what_the_schema_refuses_is_said_once(table: str, old: str, new: str, said: str) -> None:
    frame = pd.read_csv(StringIO(RIGHT[table].replace(old, new)))
    with pytest.raises(SchemaError, match="1 problem") as caught:
        schema.check(frame, table)
    assert said in str(caught.value)


def test_the_command_lists_them_all_at_once(own_city: Path) -> None:
    lines = "[tables]\n"
    for name in ("entered", "requests", "utility_work"):
        text = RIGHT[name].replace("SECTION", "s-none").replace("graffiti", "grafiti")
        (own_city / "clean" / f"{name}.csv").write_text(text, encoding="utf-8")
        lines += f'{name} = "clean/{name}.csv"\n'
    edit(own_city / "norwalk.toml", lambda text: text.replace("[tables]\n", lines, 1))
    said = norwalk("check", own_city)
    assert said.code == 1
    for where in ("entered.measure_id", "requests.section_id", "utility_work.section_id"):
        assert where in said.err
