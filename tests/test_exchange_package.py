"""What other people's programs read: public columns alone, valid, and only days that were set."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import icalendar
import pandas as pd
import pyarrow.parquet as pq
import pytest
from commands import bytes_of, copy_city, edit, norwalk

from norwalk_geo import exchange, schema

PROJECTS = """\
project_id,name,notice_to_proceed,planned_cost_usd
p1,=Oak area,2026-06-01,900000
p2,Not ordered,,100000
"""


@pytest.fixture(scope="module")
def with_works(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with a project that is ordered and one that is not, and their closures."""
    folder = copy_city(city, tmp_path_factory.mktemp("exchange") / "town")
    one = gpd.read_file(folder / "clean" / "sections.gpkg")["section_id"].iloc[0]
    closures = "project_id,closure_id,section_id,closed_from,closed_until,vehicle_impact\n"
    closures += f"p1,c1,{one},2026-09-01,2026-09-03,all-lanes-closed\n"
    closures += f"p1,c2,{one},,,all-lanes-closed\np2,c1,{one},2026-09-01,2026-09-03,unknown\n"
    (folder / "clean" / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    (folder / "clean" / "closures.csv").write_text(closures, encoding="utf-8")
    lines = '[tables]\nprojects = "clean/projects.csv"\nclosures = "clean/closures.csv"\n'
    edit(folder / "norwalk.toml", lambda text: text.replace("[tables]\n", lines, 1))
    return folder


@pytest.fixture(scope="module")
def written(with_works: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("written")
    said = norwalk("exchange", with_works, "--out", out, "--quiet")
    assert said.code == 0, said.err
    return out / "exchange"


def test_the_calendar_holds_what_is_ordered_and_dated(written: Path) -> None:
    calendar = icalendar.Calendar.from_ical((written / "works.ics").read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == dt.date(2026, 9, 1)
    # The day after the last: an event of whole days ends before its end.
    assert event.decoded("dtend") == dt.date(2026, 9, 4)
    assert str(event["uid"]).startswith("p1/c1@")
    feed = json.loads((written / "wzdx.geojson").read_text(encoding="utf-8"))
    assert [one["id"] for one in feed["features"]] == ["p1/c1"]
    left = pd.read_csv(written / "works_left_out.csv")
    assert left["closure_id"].tolist() == ["c2", "c1"]


@pytest.mark.slow
def test_the_package_is_valid_by_frictionless(written: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(written / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])


def test_only_public_columns_leave_the_house(written: Path) -> None:
    package = json.loads((written / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        name = resource["path"].removesuffix(".csv")
        frame = pd.read_csv(written / resource["path"])
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert list(frame.columns) == fields
        assert set(fields) <= set(schema.public_columns(name))
    projects = pd.read_csv(written / "projects.csv")
    assert "planned_cost_usd" not in projects
    assert projects["name"].tolist() == ["'=Oak area", "Not ordered"]
    assert package["description"].startswith("Invented data")


def test_layers_say_where_they_are_from(written: Path, with_works: Path) -> None:
    given = gpd.read_file(with_works / "clean" / "sections.gpkg")
    found = gpd.read_parquet(written / "sections.parquet")
    assert found.crs == given.crs
    assert found.geometry.geom_equals(given.geometry).all()
    block = json.loads(pq.read_schema(written / "sections.parquet").metadata[b"norwalk_geo"])
    assert block["notice"].startswith("Invented data")
    origin = gpd.read_file(written / "public.gpkg", layer="provenance").set_index("name")["value"]
    assert origin["as_of"] == block["as_of"]
    assert "sections.gpkg" in origin["inputs"]


def test_a_table_whose_key_is_not_public_stays_inside() -> None:
    row = {"request_id": ["r1"], "kind": ["pothole"], "opened_on": ["2026-01-01"]}
    known = schema.check(pd.DataFrame({**row, "address": ["1 Elm Street"]}), "requests")
    (frame,) = exchange.public_tables({"requests": known}).values()
    assert "address" not in frame
    assert exchange.public_tables({"requests": known[[]]}) == {}


def test_a_rerun_gives_the_same_bytes(with_works: Path, written: Path, tmp_path: Path) -> None:
    assert norwalk("exchange", with_works, "--out", tmp_path, "--quiet").code == 0
    assert bytes_of(tmp_path / "exchange") == bytes_of(written)
