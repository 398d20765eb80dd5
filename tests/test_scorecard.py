"""The strategic plan's measures: a year worked by hand, entries with every mistake, the files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from browser import judge
from commands import bytes_of, make_city, norwalk
from shapely import LineString, box

from norwalk_geo import report, schema, scorecard
from norwalk_geo.errors import SchemaError

AS_OF = dt.date(2026, 7, 1)
MEASURES = schema.parameters("measures")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_city(tmp_path_factory.mktemp("scored") / "c", years=2)


def sections() -> gpd.GeoDataFrame:
    """Three streets of a mile; the third is a county's."""
    rows = {
        "section_id": ["s1", "s2", "s3"],
        "functional_class": ["residential"] * 3,
        "width_ft": [30.0, 60.0, 30.0],
        "maintained_by": ["city", "city", "county"],
        "geometry": [LineString([(0, 1000 * k), (5280, 1000 * k)]) for k in range(3)],
    }
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:2229")
    return gpd.GeoDataFrame(schema.check(frame, "sections"))


def surveys(*rows: tuple[str, str, float]) -> pd.DataFrame:
    names = ["section_id", "survey_date", "pci"]
    frame = pd.DataFrame(list(rows), columns=names).assign(pci_method="mtc")
    return schema.check(frame, "surveys")


def work(*rows: tuple[str, str, str, float | None, str | None]) -> pd.DataFrame:
    names = ["section_id", "finished", "treatment", "cost_usd", "fund"]
    return schema.check(pd.DataFrame(list(rows), columns=names), "work_done")


def to_values(periods: pd.DataFrame) -> dict[tuple[int, str], float]:
    flat = periods.reset_index()
    return dict(zip(zip(flat["period"], flat["part"], strict=True), flat["value"], strict=True))


def test_the_plan_has_36_measures_in_both_languages() -> None:
    objectives = schema.parameters("objectives")
    assert len(MEASURES) == 36
    assert set(MEASURES["objective_id"]) == set(objectives.index)
    assert set(objectives["goal"]) == {1, 2, 3}
    assert MEASURES["computed_by"].notna().eq(MEASURES["how"].eq("computed")).all()
    offered = set(scorecard.__all__)
    assert set(MEASURES["computed_by"].dropna()) <= offered


def test_without_data_every_value_is_blank_and_never_zero() -> None:
    scores, periods = scorecard.score(MEASURES)
    assert len(scores) == 36
    assert len(periods) == 0
    assert scores["value"].isna().all()
    assert scores["status"].eq("no data").all()
    assert set(scores["target_met"]) == {"unknown", "no target"}


def test_the_condition_index_is_the_last_survey_weighted_by_area() -> None:
    rated = surveys(("s1", "2024-01-01", 40), ("s2", "2025-12-31", 70), ("s3", "2025-12-31", 10))
    found = scorecard.condition_index(rated, sections(), schema.parameters("classes"), as_of=AS_OF)
    rows = found.droplevel(["measure_id", "part"])
    # 30 ft and 60 ft of a mile: the second street weighs twice; the county's weighs nothing.
    assert rows.loc[2026, "value"] == pytest.approx((40 + 2 * 70) / 3)
    assert rows.loc[2024, "value"] == 40
    assert rows.loc[2024, "status"] == "partial"
    assert rows.loc[2024, "known_pct"] == pytest.approx(100 / 3)
    assert rows.loc[2026, "status"] == "computed"


def test_a_survey_after_the_day_is_not_known_yet() -> None:
    """In the year that is under way, too: a table may hold surveys that the day has not seen."""
    rated = surveys(("s1", "2025-08-01", 40), ("s1", "2026-05-01", 90))
    day = dt.date(2026, 1, 31)
    found = scorecard.condition_index(rated, sections(), schema.parameters("classes"), as_of=day)
    assert found["value"].tolist() == [40]


def test_nine_tenths_known_is_the_whole() -> None:
    verdicts = ["pass"] * 9 + ["unknown"]
    findings = pd.DataFrame({"verdict": verdicts, "is_enforced": True, "feature": "ramps"})
    findings["feature_id"] = [f"r{k}" for k in range(10)]
    found = scorecard.accessible_share(findings, period=2026)
    assert found["known_pct"].tolist() == [90, 90]
    assert set(found["status"]) == {"computed"}


def test_miles_count_a_section_once_a_year_and_only_the_citys() -> None:
    done = work(
        ("s1", "2025-07-01", "slurry_seal", 10_000, "gas tax"),
        ("s1", "2026-06-30", "mill_overlay", 90_000, "bond"),
        ("s2", "2025-06-30", "slurry_seal", None, None),
        ("s3", "2025-08-01", "slurry_seal", 1, "bond"),
        ("gone", "2025-08-01", "slurry_seal", 1, "bond"),
    )
    catalogue = schema.parameters("treatments")
    names = {"slurry_seal", "mill_overlay"} - set(catalogue.index)
    assert not names, catalogue.index.tolist()
    miles = to_values(scorecard.miles_repaired(done, None, sections(), catalogue, as_of=AS_OF))
    assert miles[2026, "all"] == pytest.approx(1, rel=1e-6)
    assert miles[2026, "maintenance"] == miles[2026, "alteration"] == pytest.approx(1, rel=1e-6)
    assert miles[2025, "all"] == pytest.approx(1, rel=1e-6)
    money = scorecard.funding_invested(done, None, sections(), as_of=AS_OF)
    assert to_values(money) == {
        (2026, "all"): 100_001,
        (2026, "gas tax"): 10_000,
        (2026, "bond"): 90_001,
    }


def test_done_comes_before_planned_and_planned_reaches_no_target() -> None:
    years = pd.DataFrame(
        {"spent_nominal_usd": [5.0, 6.0]}, index=pd.Index([2026, 2027], name="year")
    )
    done = work(("s1", "2025-09-01", "slurry_seal", 100, "bond"))
    both = scorecard.funding_invested(done, years, sections(), as_of=AS_OF)
    assert to_values(both)[2026, "all"] == 100
    measures = MEASURES.assign(
        target=MEASURES["target"].mask(MEASURES.index == "funding_invested", 1)
    )
    scores, _ = scorecard.score(measures, [both])
    assert list(scores.loc["funding_invested", ["value", "period", "target_met"]]) == [
        100,
        2026,
        "yes",
    ]
    planned = scorecard.funding_invested(None, years, sections(), as_of=AS_OF)
    scores, _ = scorecard.score(measures, [planned])
    assert list(scores.loc["funding_invested", ["status", "target_met"]]) == [
        "planned",
        "unknown",
    ]


def test_on_time_of_twelve_projects_by_hand() -> None:
    """Twelve projects: nine finished in 2026, of which seven tell, five on time; one in 2025."""
    rows: list[dict[str, Any]] = [
        {"project_id": f"p{k}", "project_status": "delivered", "period": 2026, "is_on_time": value}
        for k, value in enumerate([True] * 5 + [False] * 2 + [None] * 2)
    ]
    rows += [
        {"project_id": "p9", "project_status": "delivered", "period": 2025, "is_on_time": False},
        {"project_id": "p10", "project_status": "under way", "period": None, "is_on_time": None},
        {"project_id": "p11", "project_status": "not begun", "period": None, "is_on_time": None},
    ]
    found = scorecard.on_time(schema.check(pd.DataFrame(rows), "deliveries"))
    assert to_values(found) == {(2025, "all"): 0, (2026, "all"): pytest.approx(500 / 7)}
    assert found.droplevel(["measure_id", "part"]).loc[2026, "status"] == "partial"
    scores, _ = scorecard.score(MEASURES, [found])
    assert scores.loc["on_time", "trend"] == "better"


def entry(**changes: object) -> dict[str, Any]:
    row = {
        "measure_id": "graffiti",
        "period": 2026,
        "entered_on": "2026-06-30",
        "value": 812,
        "value_source": "work orders",
    }
    return row | changes


def checked(*rows: dict[str, Any]) -> pd.DataFrame:
    return scorecard.check_entered(pd.DataFrame(list(rows)), MEASURES, as_of=AS_OF)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measure_id": "grafiti"}, "Did you mean 'graffiti'"),
        ({"measure_id": "miles_repaired"}, "computed from the city's layers"),
        ({"measure_id": "resident_satisfaction", "value": 0.9}, "Write 90 for 90 %"),
        ({"measure_id": "resident_satisfaction", "value": 140}, "outside what the measure can be"),
        ({"value": -1}, "outside what the measure can be"),
        ({"period": 2029}, "has not begun"),
        ({"entered_on": "2027-01-01"}, "in the future"),
        ({"value": "many"}, "value"),
        ({"value_source": None}, "value_source"),
    ],
)
def test_a_wrong_entry_is_named_with_what_to_do(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match="entered") as caught:
        checked(entry(**changes))
    assert said in str(caught.value)


def test_all_wrong_entries_are_listed_at_once_and_two_values_of_a_day_are_refused() -> None:
    with pytest.raises(SchemaError) as caught:
        checked(entry(measure_id="x"), entry(value=-3), entry(period=2030, value=1))
    assert len(caught.value.problems) == 3
    with pytest.raises(SchemaError, match="two values for one period"):
        checked(entry(), entry(value=3))


def test_a_correction_counts_and_keeps_what_was_there() -> None:
    first = checked(entry())
    second = checked(entry(value=820, entered_on="2026-07-01"))
    merged, counts = scorecard.correct(first, second)
    assert counts == {"new": 0, "corrected": 1, "repeated": 0}
    assert merged["value"].tolist() == [812, 820]
    again, counts = scorecard.correct(merged, second)
    assert counts == {"new": 0, "corrected": 0, "repeated": 1}
    assert again.equals(merged)
    scores, _ = scorecard.score(MEASURES, entered=merged)
    assert list(scores.loc["graffiti", ["value", "status", "note"]]) == [
        820,
        "entered",
        "Corrected since",
    ]
    with pytest.raises(SchemaError, match="later day of entry"):
        scorecard.correct(first, checked(entry(value=1)))


def test_whether_more_is_better_is_the_measures_own() -> None:
    rows = [
        entry(measure_id=name, period=year, value=value)
        for name in ("unsheltered", "senior_meals", "appointments")
        for year, value in ((2025, 5), (2026, 8))
    ]
    scores, _ = scorecard.score(MEASURES, entered=checked(*rows))
    trends = scores.loc[["unsheltered", "senior_meals", "appointments"], "trend"]
    assert trends.tolist() == ["worse", "better", "more"]


def test_the_accessible_share_never_counts_the_unmeasured_as_met() -> None:
    rows = [("ramp", "r1", "pass"), ("ramp", "r1", "unknown"), ("ramp", "r2", "fail")]
    rows += [("ramp", "r3", "unknown"), ("walk", "w1", "pass"), ("walk", "w2", "within_error")]
    findings = pd.DataFrame(rows, columns=["feature", "feature_id", "verdict"])
    findings["is_enforced"] = True
    advised = findings.assign(is_enforced=False, verdict="fail")
    found = scorecard.accessible_share(pd.concat([findings, advised]), period=2026)
    whole = found.droplevel(["measure_id", "period"]).loc["all"]
    # r1 and w1 have a judgement without a failure, r2 fails; r3 and w2 are not judged.
    assert whole["value"] == pytest.approx(200 / 3)
    assert whole["known_pct"] == pytest.approx(40)
    assert whole["status"] == "partial"


def test_a_citys_scorecard_is_written_whole_and_the_same_every_time(
    city: Path, browser_path: str
) -> None:
    said = norwalk("scorecard", city, "--json")
    assert said.code == 0, said.err
    assert said.json["measures"] == 36
    assert said.json["by_status"]["no data"] >= 26
    first = bytes_of(city / "out" / "scorecard")
    listed = pd.read_csv(city / "out" / "scorecard" / "scores.csv", encoding="utf-8-sig")
    assert listed["measure_id"].is_unique
    assert listed.loc[listed["status"].eq("no data"), "value"].isna().all()
    page = (city / "out" / "scorecard" / "scorecard.es.html").read_text(encoding="utf-8")
    assert '<html lang="es">' in page
    assert "aún no revisada" in page
    files = sorted((city / "out" / "scorecard").glob("*.html"))
    assert not browser_path or judge(browser_path, *files) == {}
    assert norwalk("scorecard", city, "-q").code == 0
    assert bytes_of(city / "out" / "scorecard") == first


def test_forms_go_out_and_come_back_with_every_mistake_located(city: Path) -> None:
    assert norwalk("scorecard", city, "--templates", "-q").code == 0
    form = city / "out" / "entry_forms" / "enter_public_services.xlsx"
    book = openpyxl.load_workbook(form)
    sheet = book["Values"]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == "graffiti")
    sheet.cell(row, 5).value, sheet.cell(row, 6).value = 812, dt.date(2026, 6, 30)
    sheet.cell(row, 7).value = "=HYPERLINK(work orders)"
    sheet.cell(row + 2, 5).value = "about ten"
    book.save(form)
    wrong = norwalk("scorecard", city, "--enter", form)
    assert wrong.code == 1
    assert f"row {row + 2}" in wrong.err.replace("\n", " ") or "about ten" in wrong.err
    sheet.cell(row + 2, 5).value = None
    sheet.cell(row, 7).value = "'=1+1"
    book.save(form)
    right = norwalk("scorecard", city, "--enter", form, "--json")
    assert right.code == 0, right.err
    assert right.json == {"kind": "entered", "new": 1, "corrected": 0, "repeated": 0}
    assert norwalk("scorecard", city, "-q").code == 0
    listed = pd.read_csv(city / "out" / "scorecard" / "scores.csv", encoding="utf-8-sig")
    assert listed.set_index("measure_id").loc["graffiti", "value"] == 812


def test_hostile_text_stays_text_on_the_page(city: Path) -> None:
    hostile = "</script><img src=x onerror=alert(1)>${1}`"
    measures = MEASURES.assign(department=hostile, label=hostile)
    scores, _ = scorecard.score(measures)
    summary = {"notice": hostile, "city": hostile, "as_of": "x", "version": "x", "notes": [hostile]}
    page = report.scorecard_page(scores, schema.parameters("objectives"), summary, language="en")
    assert "<img" not in page
    del city


def test_a_plan_is_put_before_and_after_by_every_policy_and_nothing_is_left_out() -> None:
    names = ["do_nothing", "optimal"]
    policies = pd.DataFrame(
        {"label": ["Do nothing", "This plan"], "pci_end": [50.0, 66.0]},
        index=pd.Index(names, name="policy"),
    )
    index = pd.MultiIndex.from_product([names, [2027, 2028]], names=["policy", "year"])
    years = pd.DataFrame(
        {"miles_repaired": [0.0, 0.0, 3.0, 5.0], "spent_usd": [0.0, 0.0, 100.0, 300.0]}, index=index
    )
    done = work(("s1", "2025-09-01", "slurry_seal", 100, "bond"))
    before = scorecard.funding_invested(done, None, sections(), as_of=AS_OF)
    objectives = schema.parameters("objectives")
    found = scorecard.plan_effects(policies, years, before, (MEASURES, objectives), pci_now=60.0)
    assert set(found.index.get_level_values("measure_id")) == set(
        MEASURES.index[MEASURES["how"].eq("computed")]
    )
    assert found.loc[("condition_index", "optimal"), "difference"] == 6
    assert found.loc[("condition_index", "do_nothing"), "trend"] == "worse"
    # The yearly average of the plan beside the latest year that is done.
    assert found.loc[("funding_invested", "optimal"), ["before", "after"]].tolist() == [100, 200]
    # Miles were never recorded: no difference is made up.
    assert found.loc[("miles_repaired", "optimal"), "after"] == 4
    assert pd.isna(found.loc[("miles_repaired", "optimal"), "difference"])
    assert found.loc[("on_time", "optimal"), "says"] == "Not changed by the choice of streets"


def placed(*rows: tuple[str, str, float, str | None, float | None]) -> pd.DataFrame:
    """Amounts of 2026 at `lon`, all at latitude 33.9."""
    names = ["measure_id", "place_id", "amount", "zone_id", "lon"]
    frame = pd.DataFrame(list(rows), columns=names).assign(period=2026, value_source="work orders")
    frame["lat"] = frame["lon"].where(frame["lon"].isna(), 33.9)
    return schema.check(frame, "located")


def squares() -> gpd.GeoDataFrame:
    """Zones z1 and z2 side by side, with their border at longitude -118.08."""
    shapes = [box(-118.1, 33.8, -118.08, 34), box(-118.08, 33.8, -118.06, 34)]
    frame = gpd.GeoDataFrame({"zone_id": ["z1", "z2"]}, geometry=shapes, crs="EPSG:4326")
    return gpd.GeoDataFrame(schema.check(frame.to_crs("EPSG:2229"), "zones"))


def test_what_has_a_place_is_added_up_by_zone_and_loses_nothing() -> None:
    table = placed(
        ("graffiti", "a", 1, None, -118.09),
        ("graffiti", "b", 2, "z1", -118.07),
        ("graffiti", "c", 4, None, -118.07),
        ("graffiti", "d", 8, None, -118.0),
        ("bulky_items", "zone 2", 16.5, "z2", None),
    )
    zones = scorecard.zones_of(table, squares())
    found = scorecard.by_zone(table, zones)
    values = to_values(found.loc[["graffiti"]])
    # What a place says of its zone comes before where it lies.
    assert values == {
        (2026, "all"): 15,
        (2026, "zone z1"): 3,
        (2026, "zone z2"): 4,
        (2026, "no zone"): 8,
    }
    assert found.loc[("graffiti", 2026, "all"), "known_pct"] == pytest.approx(100 * 7 / 15)
    # A total that the department entered stands; its places say where.
    scores, periods = scorecard.score(MEASURES, [found], entered=checked(entry()))
    assert scores.loc["graffiti", "value"] == 812
    assert scores.loc["bulky_items", "value"] == 16.5
    assert periods.loc[("graffiti", 2026, "zone z2"), "value"] == 4
    latest = report.latest_by_zone(found)
    drawn = report.zone_maps(latest, report.zone_shapes(squares(), sections()))
    assert [one["zone"] for one in drawn["graffiti"]["zones"]] == ["z1", "z2"]
    assert len({one["fill"] for one in drawn["graffiti"]["zones"]}) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("grafiti", "a", 1, None, None), "Did you mean 'graffiti'"),
        (("miles_repaired", "a", 1, None, None), "is computed from the city's layers"),
        (("resident_satisfaction", "a", 1, None, None), "cannot be added up by place"),
        (("graffiti", "a", 1, "z9", None), "names no zone"),
    ],
)
def test_a_wrong_place_is_one_located_problem(row: Any, said: str) -> None:
    table = placed(row, ("graffiti", "b", 1, "z1", None))
    with pytest.raises(SchemaError, match="1 problem") as caught:
        scorecard.check_located(table, MEASURES, squares().index, as_of=AS_OF)
    assert said in str(caught.value)
    assert f"{row[0]} 2026 a" in str(caught.value)


def test_places_need_both_coordinates_and_a_year_that_has_begun() -> None:
    table = placed(("graffiti", "a", 1, None, -118.0)).assign(lat=None)
    with pytest.raises(SchemaError, match="without the other coordinate"):
        scorecard.check_located(table, MEASURES, as_of=AS_OF)
    with pytest.raises(SchemaError, match="has not begun"):
        scorecard.check_located(
            placed(("graffiti", "a", 1, None, None)), MEASURES, as_of=dt.date(2025, 6, 30)
        )


def test_the_work_plan_covers_what_was_looked_at_and_decided_on() -> None:
    outcomes = pd.DataFrame(
        {"status": ["planned", "not_surveyed", "not_needed"]}, index=["s1", "s2", "s3"]
    )
    area, zones = pd.Series([1, 2, 1], outcomes.index), pd.Series(["A", "A", None], outcomes.index)
    streets = scorecard.work_plan(outcomes, area, zones, period=2026)
    assert to_values(streets) == {
        (2026, "all"): 50,
        (2026, "streets"): 50,
        (2026, "zone A"): pytest.approx(100 / 3),
        (2026, "no zone"): 100,
    }
    # A plan of streets alone is a part of one of all infrastructure.
    assert streets.loc[("work_plan", 2026, "all"), "status"] == "partial"
    kinds = {"asset_kind": ["tree", "tree", "wall"], "status": ["later", "overdue", "not_funded"]}
    both = scorecard.work_plan(outcomes, area, zones, assets=pd.DataFrame(kinds), period=2026)
    assert to_values(both)[2026, "asset tree"] == 50
    assert to_values(both)[2026, "all"] == pytest.approx((50 + 50 + 100) / 3)


def test_requests_and_places_stand_beside_the_measures(tmp_path: Path) -> None:
    folder = make_city(tmp_path / "c", years=1)
    one = gpd.read_file(folder / "clean" / "sections.gpkg")["section_id"].iloc[0]
    rows = "request_id,kind,opened_on,closed_on,section_id\n"
    rows += f"r1,pothole,2026-01-01,2026-01-05,{one}\nr2,pothole,2026-01-01,,{one}\n"
    (folder / "clean" / "requests.csv").write_text(rows, encoding="utf-8")
    rows = "measure_id,period,place_id,amount,zone_id,value_source\n"
    rows += "graffiti,2026,a,5,A1,=1+1\ngraffiti,2026,b,9,B1,work orders\n"
    (folder / "clean" / "located.csv").write_text(rows, encoding="utf-8")
    settings = folder / "norwalk.toml"
    own = "[tables]\n" + "".join(f'{k} = "clean/{k}.csv"\n' for k in ("requests", "located"))
    named = settings.read_text("utf-8").replace("[tables]\n", own, 1)
    settings.write_text(named, encoding="utf-8")
    call = ("scorecard", folder, "--out", tmp_path / "o", "--stop-gap-usd", 80)
    assert norwalk(*call, "--quiet").code == 0
    where = pd.read_csv(tmp_path / "o" / "scorecard" / "request_sections.csv")
    assert where[["section_id", "open_requests", "stop_gap_usd"]].to_numpy().tolist() == [
        [one, 1, 80.0]
    ]
    found = pd.read_csv(tmp_path / "o" / "scorecard" / "request_times.csv").set_index(
        ["kind", "zone_id"]
    )
    assert found.loc[("pothole", "all"), ["requests", "open_requests"]].tolist() == [2, 1]
    assert found.loc[("pothole", "all"), "median_days"] == 4
    scores = pd.read_csv(tmp_path / "o" / "scorecard" / "scores.csv").set_index("measure_id")
    assert pd.isna(scores.loc["reporting_satisfaction", "value"])
    assert scores.loc["graffiti", "value"] == 14
    assert scores.loc["graffiti", "value_source"].startswith("'=1+1")
    page = (tmp_path / "o" / "scorecard" / "scorecard.html").read_text(encoding="utf-8")
    for text in ("By zone", "<title>A1</title>", "9 sites", "No border of a maintenance zone"):
        assert text in page
    # The plan's own measure has zones too, and every policy stands beside the plan.
    assert 'id="zones-work_plan"' in page
    for name in ("The drafted plan", "No work", "Worst streets first", "Incremental benefit"):
        assert name in page
    effects = page.split('id="effects-table"')[1]
    for text in ("Goal 2", "Goal 3", "Projects delivered on time", "not changed by the choice"):
        assert text in effects


def test_like_figures_are_told_apart() -> None:
    """Condition at the survey and at the start of a plan; dollars of the year and constant ones."""
    from norwalk_geo.cli import phrases

    assert phrases.surveyed({"pci_surveyed": 64.06}) == "64.1 at the latest survey, "
    assert phrases.surveyed({"pci_surveyed": None}).startswith("not known")
    assert phrases.others({"statuses": {"not_city": 24}}) == " (24 of them not the city's)"
    assert phrases.others({"statuses": {}}) == phrases.noted({"note": None}) == ""
    years = pd.DataFrame({"spent_nominal_usd": [5.0]}, index=pd.Index([2027], name="year"))
    spent = scorecard.funding_invested(None, years, sections(), as_of=AS_OF)
    assert "dollars of the year" in phrases.noted(spent.iloc[0])
