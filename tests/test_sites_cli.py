"""The command of the sites: what it writes, what it refuses, and its pages in a real browser."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import sited_made
from browser import started
from commands import copy_city, edit, norwalk

from norwalk_geo import io
from norwalk_geo.website import place

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
NAMED = ["entertainment_district", "excelsior", "tank_farm", "transit_village"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A city whose one site has an operator without a timetable, and the folder of its sites."""
    folder = tmp_path_factory.mktemp("made")
    city, feed = sited_made.make(folder)
    sited_made.results(city, {"s00010": 5_000.0, "s00020": 3_000.0}, {"ramps:none": 9_000.0})
    run = ("sites", city, "--out", folder / "o", "--screens", "--gtfs", feed)
    refused = norwalk(*run)
    assert refused.code == 1
    assert "2026-03-02 to 2026-03-15" in refused.err
    assert not (folder / "o" / "sites" / "summary.json").exists()
    done = norwalk(*run, "--day", "2026-03-04")
    assert done.code == 0, done.err
    return city, folder / "o" / "sites"


@pytest.fixture(scope="module")
def summary(made: tuple[Path, Path]) -> dict[str, Any]:
    text = (made[1] / "summary.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def table(summary: dict[str, Any], name: str) -> pd.DataFrame:
    return pd.DataFrame(summary[name])


def test_everything_is_written_and_carries_the_notice(made: tuple[Path, Path]) -> None:
    folder = made[1]
    with pd.ExcelFile(folder / "comparison.xlsx") as book:
        assert {"Where reached", "Repairs", "Alternatives", "Screens"} <= set(book.sheet_names)
    for layer in ("sites", "isochrones", "site_boundaries", "site_entrances", "site_edits"):
        read = gpd.read_file(folder / "isochrones.gpkg", layer=layer)
        assert read["notice"].str.contains("Invented").all(), layer
    assert "Invented" in pd.read_parquet(folder / "reach.parquet")["notice"].iloc[0]
    for site in NAMED:
        for name in (f"{site}.html", f"{site}.es.html"):
            assert "Invented data" in (folder / name).read_text(encoding="utf-8")


def test_sites_stand_side_by_side(summary: dict[str, Any]) -> None:
    assert [row["site_id"] for row in summary["sites"]] == NAMED
    doors = table(summary, "doors").set_index("site_id")["stands_for"]
    assert doors.to_dict() == dict.fromkeys(NAMED, "point") | {"transit_village": "entrance"}


def test_what_nobody_measured_is_told_both_ways(summary: dict[str, Any]) -> None:
    keys = ["site_id", "profile", "limit_min"]
    people = table(summary, "figures").pivot_table("people", keys, "unknowns")
    unsure = people.index.get_level_values("profile").isin(["manual_wheelchair", "bike_stress_2"])
    assert people.loc[~unsure, "allow_and_flag"].isna().all()
    assert (people.loc[unsure, "allow_and_flag"] >= people.loc[unsure, "avoid"]).all()
    assert (people.loc[unsure, "allow_and_flag"] > people.loc[unsure, "avoid"]).any()


def test_a_barrier_is_told_with_its_street(summary: dict[str, Any]) -> None:
    found = table(summary, "repairs")
    assert found.loc[found["helps"].eq("get_there"), "location"].notna().all()


def test_repairs_are_ordered_within_their_kind_and_priced_by_the_plans(
    summary: dict[str, Any],
) -> None:
    found = table(summary, "repairs")
    paved = found[found["helps"].eq("come_over_it") & found["cost_usd"].notna()]
    assert set(paved["repair_id"]) <= {"s00010", "s00020"}
    each = paved["people"] / paved["cost_usd"] * 1000
    assert each.tolist() == pytest.approx(paved["people_per_thousand_dollars"].tolist())
    for _, own in found.groupby(["site_id", "helps"]):
        assert (
            own.sort_values("place_in_site")["people_per_thousand_dollars"]
            .dropna()
            .is_monotonic_decreasing
        )
    assert (found["helps"] == "get_there").any()


def test_alternatives_are_beside_today_by_zone_and_group(summary: dict[str, Any]) -> None:
    found = table(summary, "alternatives")
    assert set(found["alternative"]) == {"Bus often", "North gate", "Path"}
    people = found[found["measure"].eq("people") & found["mode"].eq("direct")]
    gate = people[people["alternative"].eq("North gate")]
    assert (gate["gained"] >= 0).all()
    figures = (
        table(summary, "figures")
        .query("unknowns == 'avoid'")
        .set_index(["site_id", "profile", "limit_min"])["people"]
    )
    today = people[people["grouping"].eq("all") & people["profile"].eq("walk")]
    for _, row in today[today["alternative"].eq("North gate")].iterrows():
        assert row["within_before"] == figures[row["site_id"], "walk", row["limit_min"]]
    bus = found[found["mode"].eq("transit")]
    assert (bus["gained"] >= 0).all()
    assert set(found["grouping"]) == {"all", "zone", "flag"}


def test_transit_shows_what_is_known_to_take_a_wheelchair_and_what_may(
    summary: dict[str, Any],
) -> None:
    found = table(summary, "transit")
    keys = ["profile", "unknowns", "site_id", "limit_min"]
    origins = found.set_index(keys)["origins"].sort_index()
    known, maybe = (
        origins.loc[("manual_wheelchair", unknowns)] for unknowns in ("avoid", "allow_and_flag")
    )
    assert (known <= maybe).all()
    assert (known < maybe).any()
    assert found.loc[found["unknowns"].eq("allow_and_flag"), "trips_unsure"].eq(4).all()


def test_no_partial_figure_is_in_a_comparison_or_on_a_page(
    made: tuple[Path, Path], summary: dict[str, Any]
) -> None:
    """The operator without a timetable stops near one site alone; sites are compared with all."""
    partial = table(summary, "transit").set_index("site_id")["is_partial"]
    assert partial["excelsior"].all()
    assert not partial["tank_farm"].any()
    assert table(summary, "alternatives")["is_partial"].any()
    with pd.ExcelFile(made[1] / "comparison.xlsx") as book:
        assert "Transit" not in book.sheet_names
        shown = pd.read_excel(book, sheet_name="Alternatives", header=3)
    own = shown[shown["Site id"].eq("excelsior")]
    assert set(own["Mode"]) == {"direct"}
    page = (made[1] / "excelsior.html").read_text(encoding="utf-8")
    assert "in no comparison and on no page" in page
    assert "Other Lines" in page
    assert "By transit" not in page
    # A page for residents has no costs.
    assert "3,000" not in page


def places(made: tuple[Path, Path], summary: dict[str, Any], **changed: str) -> place.Places:
    """Put together what the pages show, as if every operator had a timetable."""
    city = made[0]
    sites = gpd.GeoDataFrame(io.read_table(city / "clean" / "sites.gpkg", "sites"))
    own = sites.loc[["transit_village"]].assign(**changed)
    names = ("doors", "figures", "ways", "trips", "stations", "gaps", "repairs", "alternatives")
    tables = {name: table(summary, name) for name in (*names, "transit")}
    tables |= {n: tables[n].assign(is_partial=False) for n in ("transit", "alternatives")}
    tables["doors"] = tables["doors"].assign(door_is=changed.get("name", "gate"))
    doors = own[["geometry"]].assign(site_id=own.index).rename_axis("door_id")
    return place.Places(own, doors, own.iloc[:0], tables)


@pytest.mark.browser
def test_axe_finds_nothing_and_hostile_text_does_nothing(
    made: tuple[Path, Path], summary: dict[str, Any], tmp_path: Path, browser_path: str
) -> None:
    """On pages of the command, on one with whole transit, and on one with a hostile name."""
    if not AXE.is_file():
        reason = "axe-core is not installed (make system)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    axe = AXE.read_text(encoding="utf-8")
    bad = "<img src=x onerror=alert(1)>"
    files = [made[1] / name for name in ("excelsior.html", "tank_farm.es.html")]
    for name, own, words in (
        ("whole", places(made, summary), summary),
        ("bad", places(made, summary, name=bad, facts=bad), summary | {"city": bad, "notice": bad}),
    ):
        (tmp_path / name).mkdir()
        place.write_places(tmp_path / name, own, words, ("es",))
        files.append(tmp_path / name / "transit_village.html")
    assert "En transporte público" in files[2].read_text(encoding="utf-8")
    with started(browser_path) as chromium:
        for file, width in [(file, width) for file in files for width in (1280, 320)]:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, offline=True, bypass_csp=True
            )
            page = context.new_page()
            page.on("dialog", lambda _: pytest.fail("hostile text rang"))
            page.goto(file.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, file.name
            page.evaluate(axe)
            found = page.evaluate(
                "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS
            )
            assert [one["id"] for one in found["violations"]] == [], (file.name, width)
            assert page.locator("img").count() == 0
            context.close()


def test_bad_edits_and_results_of_another_city_are_refused(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "summary.json").write_text(
        json.dumps({"kind": "plan", "city": "Elsewhere", "as_of": "2026-07-01"}), encoding="utf-8"
    )
    refused = norwalk("sites", made[0], "--out", tmp_path / "o", "--results", tmp_path)
    assert refused.code == 2
    assert "Elsewhere" in refused.err
    # Without timetables a bus cannot be changed.
    refused = norwalk("sites", made[0], "--out", tmp_path / "o")
    assert refused.code == 1
    assert "is in no timetable given in 1 row: e3" in refused.err


def test_a_site_far_from_every_way_and_without_a_programme(summary: dict[str, Any]) -> None:
    figures = table(summary, "figures")
    far = figures[figures["site_id"].eq("tank_farm")]
    assert not far["is_on_network"].any()
    assert (far["people"] == 0).all()
    assert table(summary, "trips").set_index("site_id")["low_trips"].isna()["excelsior"]


def test_sites_can_be_looked_at_before_a_street_is_surveyed(city: Path, tmp_path: Path) -> None:
    own = copy_city(city, tmp_path / "town")
    edit(own / "norwalk.toml", lambda text: text.replace('surveys = "clean/surveys.csv"\n', ""))
    edit(
        own / "norwalk.toml",
        lambda text: text[: text.index("[budget]")] + "[money]\nbase_year = 2026\n",
    )
    sites = gpd.read_file(own / "clean" / "sites.gpkg").drop(columns=["facts", "acres", "address"])
    sites.to_file(own / "clean" / "sites.gpkg", layer="sites")
    done = norwalk("sites", own, "--out", tmp_path / "o", "--json")
    assert done.code == 0, done.err
    assert {row["surveyed_pct"] for row in done.json["ways"]} <= {0.0, None}
    page = (tmp_path / "o" / "sites" / "excelsior.html").read_text(encoding="utf-8")
    assert "Nothing is published on what it will hold." in page
