"""Work zone feeds: valid by the published schemas, and never a day that nobody set."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from conftest import REAL
from referencing import Registry, Resource
from shapely import LineString

from norwalk_geo import exchange, schema
from norwalk_geo.errors import SchemaError

SCHEMAS = REAL.parent / "standards" / "wzdx"
FEED = exchange.Feed("City of Sample", "b0c9a3f4-1111-4222-8333-944455556666", dt.date(2026, 7, 1))


def streets() -> gpd.GeoDataFrame:
    rows = {
        "section_id": ["s1", "s2"],
        "functional_class": ["arterial", "residential"],
        "street_name": ["Elm Street", None],
        "from_street": ["1st Street", None],
        "geometry": [
            LineString([(6_530_000, 1_800_000 + 100 * k), (6_530_500, 1_800_000 + 100 * k)])
            for k in range(2)
        ],
    }
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:2229")
    return gpd.GeoDataFrame(schema.check(frame, "sections"))


def projects(*rows: tuple[str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["project_id", "notice_to_proceed"])
    return schema.check(frame.assign(name="Elm Street overlay"), "projects")


def closure(**changes: object) -> dict[str, Any]:
    row = {
        "project_id": "p1",
        "closure_id": "1",
        "section_id": "s1",
        "closed_from": "2026-07-10",
        "closed_until": "2026-12-24",
        "vehicle_impact": "some-lanes-closed",
    }
    return row | changes


def made(*rows: dict[str, Any], notice: str | None = "2026-06-01") -> tuple[Any, pd.DataFrame]:
    table = schema.check(pd.DataFrame(list(rows)), "closures")
    return exchange.to_wzdx(projects(("p1", notice)), table, streets(), feed=FEED)


def shape(kind: str) -> dict[str, Any]:
    """The schema of a GeoJSON shape (RFC 7946, section 3.1), to which the standard only refers."""
    point = {"type": "array", "minItems": 2, "items": {"type": "number"}}
    least = 2 if kind == "LineString" else 1
    line = {"type": "array", "minItems": least, "items": point}
    return {
        "$id": f"https://geojson.org/schema/{kind}.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"enum": [kind]},
            "coordinates": point if kind == "Point" else line,
        },
    }


def validator() -> Any:
    """Checker of a feed; its import takes more than a second, which every worker would spend."""
    import jsonschema  # type: ignore[import-untyped]

    every = [json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")]
    registry: Registry[Any] = Registry().with_resources(
        [
            (one["$id"], Resource.from_contents(one))
            for one in (*every, *map(shape, ("LineString", "MultiPoint", "Point")))
        ]
    )
    feed = next(one for one in every if one["$id"].endswith("WorkZoneFeed.json"))
    return jsonschema.Draft7Validator(
        feed, registry=registry, format_checker=jsonschema.FormatChecker()
    )


@pytest.mark.real
def test_a_feed_is_valid_by_the_published_schema() -> None:
    feed, _ = made(closure(), closure(closure_id="2", has_started=True, direction="eastbound"))
    validator().validate(feed)
    assert len(feed["features"]) == 2
    bare = {**feed, "feed_info": {"version": "4.2"}}
    assert not validator().is_valid(bare), "the check must be able to fail"


def test_days_are_the_citys_and_written_in_universal_time() -> None:
    feed, left = made(closure())
    event = feed["features"][0]["properties"]
    # Summer and winter time of Los Angeles.
    assert event["start_date"] == "2026-07-10T07:00:00Z"
    assert event["end_date"] == "2026-12-25T07:59:59Z"
    assert event["is_start_date_verified"] is False
    assert left.empty


@pytest.mark.parametrize(
    ("changes", "notice", "reason"),
    [
        ({}, None, "no notice to proceed"),
        ({}, "2026-08-01", "notice to proceed is in the future"),
        ({"closed_until": None}, "2026-06-01", "no dates"),
        ({"closed_until": "2026-07-09"}, "2026-06-01", "ends before it begins"),
        (
            {"closed_from": "2026-05-01", "closed_until": "2026-06-30"},
            "2026-04-01",
            "it is over",
        ),
        ({"vehicle_impact": None}, "2026-06-01", "not known what it does to traffic"),
        ({"section_id": "s2"}, "2026-06-01", "the street has no name"),
    ],
)
def test_what_is_not_ordered_and_dated_is_left_out_with_the_reason(
    changes: dict[str, Any], notice: str | None, reason: str
) -> None:
    feed, left = made(closure(**changes), notice=notice)
    assert feed["features"] == []
    assert reason in left["reason"].iloc[0]


def test_what_is_ordered_or_ends_on_the_very_day_is_in_the_feed() -> None:
    day = str(FEED.as_of)
    feed, left = made(closure(closed_from="2026-06-20", closed_until=day), notice=day)
    assert len(feed["features"]) == 1
    assert left.empty


def test_a_project_without_closures_is_listed_and_unknown_ids_are_refused() -> None:
    table = schema.check(pd.DataFrame([closure()]), "closures")
    named = projects(("p1", "2026-06-01"), ("p2", "2026-06-01"))
    _, left = exchange.to_wzdx(named, table, streets(), feed=FEED)
    assert left.to_dict("records")[0]["reason"] == "no closure"
    with pytest.raises(SchemaError, match="2 problems"):
        made(closure(project_id="p9", section_id="s9"))
