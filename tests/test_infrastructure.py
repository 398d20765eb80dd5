"""Assets beside the pavement: a year by hand, money taken first, every mistake located."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from commands import edit, norwalk
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box
from strategies import examples

from norwalk_geo import infrastructure, io, schema
from norwalk_geo.errors import SchemaError

AS_OF = dt.date(2026, 7, 1)
YEARS = range(2027, 2030)
SECTIONS = pd.Index(["s1", "s2"])
PRICE = infrastructure.Price(2026, 2.5)


def listed(*rows: dict[str, Any]) -> pd.DataFrame:
    """Assets `a0`, `a1`, … with defaults for what a row does not say."""
    usual = {"asset_kind": "tree", "asset_condition": "fair", "geometry": None}
    filled = [{"asset_id": f"a{k}", **usual, **row} for k, row in enumerate(rows)]
    frame = gpd.GeoDataFrame(pd.DataFrame(filled), geometry="geometry", crs="EPSG:2229")
    return schema.check(frame, "assets")


def work(year: int | None, fund: str | None, usd: float | None, **more: object) -> dict[str, Any]:
    return {"next_work": "Prune", "year": year, "fund": fund, "cost_usd": usd, **more}


def checked(*rows: dict[str, Any]) -> pd.DataFrame:
    return infrastructure.check_assets(listed(*rows), SECTIONS, as_of=AS_OF)


def test_a_plan_by_hand_adds_up_to_the_cent_and_loses_no_asset() -> None:
    assets = checked(
        work(2027, "trees", 100.10),
        work(2027, "trees", 200.20),
        work(2028, "street_fund", 10_000, asset_kind="signal", section_id="s1"),
        work(None, None, 50),
        work(2026, "trees", 1),
        work(2030, "trees", 1),
        {},
        {"asset_condition": None},
    )
    found = infrastructure.plan_assets(assets, YEARS, PRICE, funds=frozenset({"street_fund"}))
    assert found.outcomes["status"].tolist() == [
        *["planned"] * 3,
        "not_funded",
        "overdue",
        "later",
        "not_needed",
        "not_surveyed",
    ]
    rows = found.years.reset_index()[["year", "asset_kind", "fund", "assets", "cost_usd"]]
    assert rows.to_numpy().tolist() == [
        [2027, "tree", "trees", 2, 300.30],
        [2028, "signal", "street_fund", 1, 10_000.0],
    ]
    assert found.years["cost_nominal_usd"].tolist() == [307.8, 10_506.25]
    assert found.years["fund_is_checked"].tolist() == [False, True]
    assert infrastructure.committed(assets, YEARS) == {
        "street_fund": {2028: 10_000.0},
        "trees": {2027: 300.30},
    }


@examples(8)
@given(cents=st.lists(st.integers(0, 10**9), max_size=12))
def test_totals_are_sums_of_cents(cents: list[int]) -> None:
    assets = checked(*(work(2027 + k % 3, f"f{k % 2}", c / 100) for k, c in enumerate(cents)), {})
    found = infrastructure.plan_assets(assets, YEARS, PRICE)
    taken = infrastructure.committed(assets, YEARS)
    whole = [round(usd * 100) for one in taken.values() for usd in one.values()]
    assert sum(whole) == sum(cents)
    assert round(found.years["cost_usd"].sum() * 100) == sum(cents)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (work(2027, None, 5), "fund: is missing where a year is given in 1 row: a0"),
        (work(2027, "x", None), "cost_usd: is missing where a year is given in 1 row: a0"),
        (work(2027, "x", 5, next_work=None), "next_work: is missing where a year is given"),
        ({"fund": "x"}, "next_work: is missing where a fund or a cost is given in 1 row: a0"),
        ({"section_id": "s9"}, "section_id: names a section that is not in sections in 1 row: a0"),
        ({"survey_date": "2027-01-01"}, "survey_date: is in the future in 1 row: a0"),
        (work(2027, "x", -5), "cost_usd: below 0 USD (-5) in 1 row: a0"),
        (work(27, "x", 5), "year: outside 1990–2200 fiscal year (27) in 1 row: a0"),
        ({"asset_kind": "hydrant"}, "asset_kind: unknown value ('hydrant') in 1 row: a0"),
    ],
)
def test_each_mistake_is_one_located_problem(row: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match="1 problem") as caught:
        checked(row, {})
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_an_asset_is_a_point_a_line_an_area_or_not_located() -> None:
    shapes = [Point(0, 0), LineString([(0, 0), (1, 1)]), box(0, 0, 1, 1), None]
    assert len(checked(*({"geometry": shape} for shape in shapes))) == 4
    with pytest.raises(SchemaError, match="not a point, line or area"):
        checked({"geometry": gpd.GeoSeries([Point(0, 0), Point(1, 1)]).union_all()})


def with_assets(folder: Path, *rows: dict[str, Any], rules: str = "") -> Path:
    """Give a city assets, and rules of its funds."""
    io.write_table(listed(*rows), folder / "clean" / "assets.parquet", "assets")
    named = '[tables]\nassets = "clean/assets.parquet"\n'
    edit(folder / "norwalk.toml", lambda text: text.replace("[tables]\n", named, 1) + rules)
    return folder


@pytest.mark.slow
def test_a_fund_pays_for_assets_before_streets_are_planned(own_city: Path, planned: Path) -> None:
    import json

    rows: tuple[dict[str, Any], ...] = (
        work(2027, "street_fund", 12_345.67, asset_kind="signal", name="=1+1"),
        work(2028, "trees", 99.99, geometry=Point(6_530_000, 1_800_000)),
        {},
    )
    with_assets(own_city, *rows)
    assert norwalk("run", own_city, "--quiet").code == 0
    without, found = (
        json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        for folder in (planned, own_city / "out")
    )
    budgets = [[one["budget_usd"] for one in each["years"]] for each in (without, found)]
    taken = [round(a - b, 2) for a, b in zip(*budgets, strict=True)]
    assert taken == [12_345.67, 0]
    notes = " ".join(found["notes"])
    assert "takes $12,345.67 of street fund over the plan before streets are planned" in notes
    assert "$99.99 of trees: the budget does not give this money" in notes
    assert found["assets"]["cost_usd"] == 12_445.66
    assert [one["cost_usd"] for one in found["assets"]["years"]] == [12_345.67, 99.99]
    assert found["assets"]["not_located"] == 2
    is_same_in_every_file(own_city / "out")


def is_same_in_every_file(out: Path) -> None:
    """List, workbook and layers show the same assets and dollars; the page shows no cost of one."""
    table = pd.read_csv(out / "asset_plan.csv").set_index("asset_id")
    assert table["cost_usd"].fillna(0).tolist() == [12_345.67, 99.99, 0]
    assert table["name"].iloc[0] == "'=1+1"
    assert table["status"].tolist() == ["planned", "planned", "not_needed"]
    sheets = pd.read_excel(out / "work_plan.xlsx", sheet_name=None, header=3)
    work = sheets["Assets planned"]
    # Text, not a formula: one would be read as its value.
    assert work["Name"].iloc[0] == "=1+1"
    assert work["Cost (constant $)"].tolist()[:2] == [12_345.67, 99.99]
    assert sheets["Every asset"]["Status"].dropna().tolist()[2] == "No work needed"
    points = gpd.read_file(out / "plan.gpkg", layer="asset_points")
    assert points[["asset_id", "status"]].to_numpy().tolist() == [["a1", "planned"]]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "3 assets beside the pavement" in page
    assert "Tree, condition fair. Prune: planned for July 2027–June 2028" in page


@pytest.mark.parametrize(
    ("row", "rules", "said"),
    [
        (work(2027, "street_fund", 1e9), "", "takes $1,000,000,000.00 of street_fund in 2027"),
        (
            work(2027, "street_fund", 1),
            '\n[funds.street_fund]\ntreatments = ["alteration"]\n',
            "street_fund may not pay for assets",
        ),
    ],
)
def test_money_that_is_not_there_is_said(
    own_city: Path, row: dict[str, Any], rules: str, said: str
) -> None:
    with_assets(own_city, row, rules=rules)
    found = norwalk("check", own_city)
    assert found.code == 1
    assert said in " ".join(found.err.split())
    assert "a0" in found.err


def test_a_fund_for_assets_alone_is_none_of_the_streets(own_city: Path) -> None:
    def give(text: str) -> str:
        return text.replace("{street_fund", "{lights = 5_000, street_fund")

    edit(own_city / "norwalk.toml", give)
    rules = '\n[funds.lights]\ntreatments = ["assets"]\n'
    with_assets(own_city, work(2027, "lights", 5_000), rules=rules)
    found = norwalk("check", own_city, "--json")
    assert found.code == 0, found.err
    from norwalk_geo.cli import committing, reading

    city = reading.read_city(own_city)
    funds, _ = committing.fund_money(city.config, city.tables, 2027)
    money, _ = committing.street_money(city.config, city.tables, 2027)
    assert set(funds) == {"street_fund", "paving_bond"}
    assert money[2027] == sum(one[2027] for one in funds.values())
    plan = committing.asset_plan(city, 2027)
    assert plan is not None
    assert plan.years["fund_is_checked"].tolist() == [True]
