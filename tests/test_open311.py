"""Requests of residents as an Open311 endpoint gives them; files by hand after the standard."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from commands import norwalk

from norwalk_geo import io, sources
from norwalk_geo.errors import ConfigError, SchemaError, SourceError

CITY = sources.City("EPSG:2229", (-118.11, 33.87, -118.04, 33.95), dt.date(2026, 7, 1))
LOCAL = "America/Los_Angeles"


def request(number: object, **changes: Any) -> dict[str, Any]:
    """One invented request with every field of the standard."""
    fields = {
        "service_request_id": number,
        "status": "open",
        "status_notes": None,
        "service_name": "Pothole",
        "service_code": "006",
        "description": "Invented: a hole & a <bump>",
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": "2026-03-01T22:15:30-08:00",
        "updated_datetime": None,
        "expected_datetime": "2026-03-15T10:37:38-08:00",
        "address": "1 Invented Street",
        "address_id": None,
        "zipcode": None,
        "lat": 33.91,
        "long": -118.08,
        "media_url": None,
    }
    return fields | changes


ROWS = [
    request(638344),
    request("638345", status="closed", updated_datetime="2026-03-09T10:00:00-07:00", lat=0, long=0),
    # The same request a week later, in another page of the answer.
    request("638344", status="closed", updated_datetime="2026-03-08T23:30:00-07:00"),
    request("638346", status="closed"),
    request(None) | {"token": "12345"},
    request("638347", service_name=None, service_code="033", requested_datetime="2026-03-02"),
]


def as_xml(rows: list[dict[str, Any]], head: str = "") -> str:
    """The same rows as the standard's XML."""
    items = [
        "".join(f"<{k}>{'' if v is None else escape(str(v))}</{k}>" for k, v in row.items())
        for row in rows
    ]
    body = "".join(f"<request>{item}</request>" for item in items)
    declared = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{declared}{head}<service_requests>{body}</service_requests>"


def saved(folder: Path, rows: list[dict[str, Any]], suffix: str = ".json") -> Path:
    """Save rows as an endpoint would answer."""
    path = folder / f"requests{suffix}"
    if suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif suffix == ".xml":
        path.write_text(as_xml(rows), encoding="utf-8")
    else:
        pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("suffix", [".json", ".xml", ".csv"])
def test_every_form_of_the_standard_says_the_same(tmp_path: Path, suffix: str) -> None:
    services = tmp_path / "services.json"
    services.write_text(json.dumps([{"service_code": "033", "service_name": "Street light"}]))
    made = sources.from_open311(
        saved(tmp_path, ROWS, suffix), CITY, time_zone=LOCAL, services=services
    )
    found = made.tables["requests"]
    assert found.index.tolist() == ["638345", "638344", "638347"]
    assert found["kind"].tolist() == ["Pothole", "Pothole", "Street light"]
    days = [None if pd.isna(day) else day.date().isoformat() for day in found["closed_on"]]
    assert days == ["2026-03-09", "2026-03-08", None]
    assert found["opened_on"].dt.strftime("%d").tolist() == ["01", "01", "02"]
    assert found["lat"].isna().tolist() == [True, False, False]
    report = made.report
    assert (report.rows_read, report.rows_kept, report.rows_dropped) == (6, 3, 3)
    told = {change.reason: change.ids for change in report.changes}
    assert told["an earlier state of the same request"] == ("638344",)
    assert told["closed, and no updated_datetime says when"] == ("638346",)
    assert told["no service_request_id yet: the endpoint works in batches"] == ("row 5",)
    assert told["a time without a zone is taken as the city's"] == ("638347",)
    assert "description" in report.columns_unused


@pytest.mark.parametrize(
    ("time", "zone", "day"),
    [
        ("2026-03-02T05:30:00Z", LOCAL, "2026-03-01"),
        ("2026-07-02T06:59:59Z", LOCAL, "2026-07-01"),
        ("2026-07-02T07:00:00Z", LOCAL, "2026-07-02"),
        ("2026-03-01T23:30:00-08:00", "", "2026-03-01"),
        ("1994-11-05T08:15:30-05:00", "", "1994-11-05"),
        ("1994-11-05T13:15:30Z", "America/New_York", "1994-11-05"),
    ],
)
def test_a_time_is_a_day_where_the_city_is(tmp_path: Path, time: str, zone: str, day: str) -> None:
    path = saved(tmp_path, [request("1", requested_datetime=time)])
    made = sources.from_open311(path, CITY, time_zone=zone)
    assert made.tables["requests"]["opened_on"].dt.date.tolist() == [dt.date.fromisoformat(day)]


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    rows = [
        request("1", status="fixed"),
        request("2", requested_datetime="yesterday"),
        request("3", requested_datetime="2026-03-01T05:00:00Z"),
        request("4", status="closed", updated_datetime="2026-02-01T10:00:00-08:00"),
    ]
    with pytest.raises(SchemaError) as caught:
        sources.from_open311(saved(tmp_path, rows), CITY)
    told = {problem.what: problem.rows for problem in caught.value.problems}
    assert told == {
        "is not open or closed": ("1",),
        "is no time of ISO 8601": ("2",),
        "is in UTC, so that its day in the city is not known": ("3",),
        "is before the request": ("4",),
    }
    with pytest.raises(SchemaError, match=r"lat: .*: 5"):
        sources.from_open311(saved(tmp_path, [request("5", lat=95.0)]), CITY)
    with pytest.raises(ConfigError, match="'Norwalk' is not known"):
        sources.from_open311(saved(tmp_path, ROWS), CITY, time_zone="Norwalk")


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xml", as_xml(ROWS, BOMB), "declares a document type or an entity"),
        ("a.xml", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "declares a document type"),
        ("a.xml", "<service_requests><request>", "is not XML"),
        ("a.xml", "<service_requests/>", "has no requests with a service_request_id"),
        (
            "a.xml",
            "<errors><error><code>403</code><description>no key</description></error></errors>",
            "is an error of the endpoint: 403; no key",
        ),
        ("a.json", '[{"code": 404, "description": "gone"}]', "is an error of the endpoint: gone"),
        ("a.json", '[{"service_request_id": 1', "is not JSON"),
        ("a.json", "[" * 100_000, "is not JSON"),
        ("a.json", "[1, 2]", "object 1 of the list is no object"),
        ("a.json", "[]", "has no requests"),
        ("a.csv", "id,what\n1,hole\n", "name a mapping with --map"),
    ],
)
def test_what_is_no_answer_of_an_endpoint_is_refused(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=says):
        sources.from_open311(tmp_path / name, CITY)


def test_pages_of_an_answer_are_added_to_the_table_of_a_city(
    own_city: Path, tmp_path: Path
) -> None:
    first = saved(tmp_path, [request("1"), request("2")])
    assert norwalk("import", first, "--city", own_city).code == 0
    done = request("2", status="closed", updated_datetime="2026-03-09T10:00:00-07:00")
    second = saved(tmp_path, [done, request("3")], ".xml")
    said = norwalk("import", second, "--city", own_city)
    assert said.code == 0, said.err
    assert "1 requests of earlier imports are kept." in said.out
    table = io.read_table(own_city / "clean" / "requests.csv", "requests")
    assert table["closed_on"].notna().to_dict() == {"1": False, "2": True, "3": False}
    assert "Invented: a hole" not in (own_city / "clean" / "requests.csv").read_text()
    assert norwalk("import", second, "--city", own_city, "--replace").code == 0
    assert len(io.read_table(own_city / "clean" / "requests.csv", "requests")) == 2
    assert norwalk("check", own_city).code == 0
