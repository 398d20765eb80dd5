"""The residents' site: what it says, in which words, and what it never tells."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from babel.messages.pofile import read_po
from browser import started
from commands import bytes_of
from invented import NOTICE, YEARS
from playwright.sync_api import Browser
from reading_ease import fernandez_huerta, flesch
from site_made import given, tables
from test_maps import HOSTILE

from norwalk_geo import errors
from norwalk_geo.cli import reached_figures
from norwalk_geo.matching import addresses
from norwalk_geo.website import house_numbers, pages
from norwalk_geo.website.pages import (
    access,
    checking,
    language,
    layers,
    lists,
    past_layer,
    statement,
    wording,
)
from norwalk_geo.website.pages.given import Edition, stages

ROOT = Path(__file__).parents[1]
PAGES = {
    "index", "plan", "condition", "accessibility", "places", "scorecard", "decide", "data",
    "statement",
}  # fmt: skip


def made(folder: Path, **changes: object) -> Path:
    folder.mkdir(exist_ok=True)
    pages.write_site(folder, given(**changes))
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> Iterator[Browser]:
    with started(browser_path) as program:
        yield program


def seen(page: Path) -> str:
    """What a reader without scripts sees."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def texts(folder: Path) -> dict[str, str]:
    kinds = (".html", ".js", ".csv", ".geojson")
    return {
        one.relative_to(folder).as_posix(): one.read_text("utf-8")
        for one in sorted(folder.rglob("*"))
        if one.suffix in kinds and one.parent.name != "assets"
    }


# ------------------------------------------------------------------ pages


def test_a_page_is_there_when_its_tables_are(site: Path, tmp_path: Path) -> None:
    assert {one.stem for one in (site / "en").glob("*.html")} == PAGES
    assert {one.name for one in (site / "en").iterdir()} == {
        one.name for one in (site / "es").iterdir()
    }
    every = tables()
    few = {name: every[name] for name in ("sections", "condition", "work", "outcomes", "years")}
    bare = made(tmp_path / "bare", tables=few, languages=("en",), reporting=pages.Reporting())
    there = {one.stem for one in (bare / "en").glob("*.html")}
    assert there == PAGES - {"accessibility", "places", "scorecard"}
    menu = (bare / "en" / "plan.html").read_text("utf-8")
    assert "places.html" not in menu
    assert "Report a problem" not in seen(bare / "en" / "index.html")
    assert "has not given a contact" in seen(bare / "en" / "statement.html")


def test_each_page_answers_in_words_before_its_map(site: Path) -> None:
    for page in (site / "en").glob("*.html"):
        text = page.read_text("utf-8")
        lead = text.index('class="lead"')
        assert text.index("<h1>") < lead
        assert 'id="map"' not in text or lead < text.index('id="map"')
    plan = seen(site / "en" / "plan.html")
    assert "The plan proposes work on 26 sections of street in 5 years" in plan
    begins = "from 61.2 when the plan begins (fiscal year 2027) to 68.0 of 100 at its end"
    assert f"{begins}. With no work it would be 51.0." in plan
    condition = seen(site / "en" / "condition.html")
    assert "On average, streets had 63.4 of 100 points when they were surveyed: Fair." in condition
    access = seen(site / "en" / "accessibility.html")
    # What is due is internal until the transition plan is adopted.
    assert "3 places where a curb ramp belongs are on record. 1 have a ramp, 1 have none." in access
    assert "Curb ramps 3 1 2 33%" in access
    assert "fall short of the rules" not in access
    assert "0 of 36 measures have a value" in seen(site / "en" / "scorecard.html")


def test_every_page_says_that_it_is_invented_and_unreviewed(site: Path) -> None:
    for page in (*(site / "en").glob("*.html"), site / "index.html"):
        assert NOTICE in seen(page)
    for page in (site / "es").glob("*.html"):
        assert "Datos inventados: no son el plan de Norwalk" in seen(page)
        assert "Un traductor aún no ha revisado esta traducción." in seen(page)
        assert '<html lang="es">' in page.read_text("utf-8")


def test_work_done_and_under_way_stand_beside_what_is_proposed(site: Path) -> None:
    plan = seen(site / "en" / "plan.html")
    assert "Now Under way 1 section, 0.1 miles" in plan
    assert "Example 0 Avenue Invented works Invented 2 Street Invented 3 Street South" in plan
    assert "July 2020–June 2021 Done 1 section, 0.1 miles" in plan
    assert "July 2024–June 2025 Done 1 section" in plan
    done = plan.index("Done in the last ten years")
    assert plan.index("Now Under way") < plan.index("Within 1–2 years Proposed") < done


def test_the_map_tells_what_is_under_way_done_and_why() -> None:
    plain, words = given(), language.read("en")
    drawn = layers.plan(plain, words)
    assert drawn.styles[0].label == "Under way"
    assert list(np.flatnonzero(drawn.views[0].codes == 0)) == [5]
    # Whole, dashed and dotted lines tell the stages apart, not their shade alone.
    funded = Edition("2027", is_adopted=True, funded_years=frozenset({2027}))
    styles = layers.plan(given(edition=funded), words).styles
    dashes = {one.label.split(":")[0].split(" for")[0]: one.dash for one in styles}
    assert dashes["Planned"] == ()
    assert len({dashes[one] for one in ("Under way", "Planned", "Proposed, not funded")}) == 3
    twice = plain.tables["work"].index.get_level_values("section_id").value_counts().idxmax()
    assert [one.split(" ")[0] for one in drawn.texts.loc[twice]] == ["Proposed", "Why:", "Proposed"]
    assert list(drawn.texts.loc[["s00005"]]) == ["Work is under way: Invented works."]
    done = past_layer.drawing(plain, words)
    assert list(done.base[:3]) == [2, 0, 3]
    assert list(done.texts) == [
        "Slurry seal, finished in July 2020–June 2021.",
        "Work finished in July 2024–June 2025; what it was is not recorded.",
    ]


def test_every_file_is_offered_and_explained(site: Path) -> None:
    page = seen(site / "es" / "data.html")
    for name in ("streets.csv", "streets.gpkg", "streets.parquet", "streets.geojson", "work.csv"):
        assert f"{name} " in page
    ramps = pd.read_csv(site / "data" / "ramps.csv")
    assert list(ramps["state"]) == ["there", "missing", "unknown"]
    assert "running_slope_pct" not in ramps
    points = gpd.read_file(site / "data" / "ramps.geojson")
    assert points.total_bounds[0] < -110
    assert list(pd.read_csv(site / "data" / "places.csv")["people"].dropna()) == [1234]
    assert "ramps.csv Lugares donde va una rampa" in page
    assert "Nombre de la calle" in page
    assert len(pd.read_csv(site / "data" / "work_done.csv")) == 2


# ------------------------------------------------------------------ what it never tells


def test_no_year_is_told_of_what_is_not_adopted_and_funded(site: Path) -> None:
    work = pd.read_csv(site / "data" / "work.csv")
    assert work["year"].isna().all()
    assert set(work["stage"]) == {"proposed"}
    columns = pd.read_csv(site / "data" / "streets.csv", nrows=0).columns
    assert not {"first_year", "year"} & set(columns)
    for name, text in texts(site).items():
        if name.endswith(".html"):
            for year in YEARS:
                assert f"June {year}" not in text, name
                assert f"junio de {year}" not in text, name


def test_only_funded_years_of_an_adopted_plan_are_told(tmp_path: Path) -> None:
    edition = Edition("2027", is_adopted=True, funded_years=frozenset({2027}))
    site = made(tmp_path / "site", edition=edition, languages=("en",))
    plan = seen(site / "en" / "plan.html")
    assert "July 2026–June 2027" in plan
    assert "June 2028" not in plan
    work = pd.read_csv(site / "data" / "work.csv")
    assert set(work["year"].dropna()) == {2027}
    assert set(work.loc[work["year"].isna(), "stage"]) == {"proposed"}
    assert (
        not stages(given(edition=dataclasses.replace(edition, is_adopted=False)))["told_year"]
        .notna()
        .any()
    )


def test_long_lists_have_pages_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lists.planned(given(), language.read("en"))
    assert whole[0]["stage"] == "underway"
    assert not any(one["file"] for one in whole)
    first, second = whole[1], whole[2]
    assert second["count"] > 2
    monkeypatch.setattr(lists, "_MOST_ROWS", 1 + first["count"] + 2)
    monkeypatch.setattr(lists, "_FEWEST", 1)
    monkeypatch.setattr(lists, "_MOST_OF_OWN", second["count"] - 1)
    cut = lists.planned(given(), language.read("en"))
    assert cut[:2] == whole[:2]
    assert cut[2]["rows"] == second["rows"][:2]
    assert [len(one["rows"]) for one in cut[3:]] == [1] * (len(cut) - 3)
    assert [one["count"] for one in cut] == [one["count"] for one in whole]
    assert cut[2]["is_cut"]
    monkeypatch.undo()
    monkeypatch.setattr(lists, "_MOST_ROWS", 1)
    monkeypatch.setattr(lists, "_FEWEST", 1)
    site = made(tmp_path / "site")
    # Without a script, every row is on the page or one link away.
    for code in ("en", "es"):
        plan, rows = (site / code / "plan.html").read_text(encoding="utf-8"), 0
        for one in lists.planned(given(), language.read(code)):
            page = plan
            if one["file"]:
                assert f'href="{one["file"]}"' in plan
                page = (site / code / one["file"]).read_text(encoding="utf-8")
                assert 'aria-current="true"' in page
            for row in one["whole"] or one["rows"]:
                assert f'#section={row["section_id"]}"' in page
                rows += 1
        assert rows == sum(one["count"] for one in whole)


def test_only_public_columns_leave(site: Path) -> None:
    for name, text in texts(site).items():
        for secret in ("SECRET", "98765", "98,765", "4.4444", "12.3,"):
            assert secret not in text, (name, secret)


def test_the_internal_edition_is_marked_on_every_page(tmp_path: Path) -> None:
    site = made(tmp_path / "site", is_internal=True, languages=("en",))
    for page in site.rglob("*.html"):
        assert "Internal edition" in seen(page), page.name
    assert "June 2028" in seen(site / "en" / "plan.html")
    assert "$98,765" in seen(site / "en" / "plan.html")


def test_nothing_asks_another_host_and_nothing_stands_inline(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", text)
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", text)
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy
        assert "default-src 'none'" in html.unescape(policy[1])
        assert "unsafe" not in policy[1]
    own = [*(site / "assets").glob("*.js"), *(site / "assets").glob("*.css")]
    for one in own:
        text = one.read_text("utf-8")
        assert "cookie" not in text
        if one.name not in {"leaflet.js", "leaflet.css"}:
            assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", text)


# ------------------------------------------------------------------ whole, the same, checked


def test_the_same_tables_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    again, whole = bytes_of(made(tmp_path / "again", languages=("en",))), bytes_of(site)
    shared = set(again) - {"manifest.txt", "index.html"} - {k for k in again if k[:3] == "en/"}
    assert {name: again[name] for name in shared} == {name: whole[name] for name in shared}
    assert bytes_of(made(tmp_path / "third", languages=("en",))) == again


def test_the_manifest_holds_every_file(site: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "manifest.txt"], cwd=site, check=False
    )
    assert done.returncode == 0
    listed = {line.split("  ")[1] for line in (site / "manifest.txt").read_text().splitlines()}
    there = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert listed == there - {"manifest.txt"}


def test_links_that_lead_nowhere_are_all_named(tmp_path: Path) -> None:
    page = '<a href="b.html"></a><a href="#x"></a><img src="//host/a.png"><a href="a.html"></a>'
    (tmp_path / "a.html").write_text(page)
    with pytest.raises(errors.ConfigError, match=r"(?s)3 problems.*b\.html.*#x.*//host"):
        checking.check_links(tmp_path)


def test_what_is_missing_is_named_at_once(tmp_path: Path) -> None:
    plain = given()
    short = {name: one for name, one in plain.tables.items() if name not in {"work", "years"}}
    bad = pages.Reporting(open311_url="city.example")
    with pytest.raises(errors.ConfigError, match=r"(?s)4 problems.*work.*years.*city.*open311"):
        pages.write_site(
            tmp_path,
            dataclasses.replace(
                plain,
                tables=short,
                summary={k: v for k, v in plain.summary.items() if k != "city"},
                reporting=bad,
            ),
        )


def hostile(folder: Path) -> Path:
    """Publish a town whose every text is one of the hostile ones, each of them somewhere."""
    every = [*HOSTILE, '=HYPERLINK("http://host")', "x" * 300, "🛣️ 🚧", "", " "]
    plain = given()
    codes = {"status", "kind", "ada_kind", "functional_class", "surface_type", "treatment"}
    codes |= {"presence", "objective_id", "pci_method", "unit", "trend", "target_met"}
    changed = {}
    for name, frame in plain.tables.items():
        columns = [c for c in frame.columns if str(frame[c].dtype) == "str" and c not in codes]
        columns += [c for c in ("street_name", "from_street") if c in frame and c not in columns]
        bad = [every[k % len(every)] for k in range(len(frame))]
        changed[name] = frame.assign(**dict.fromkeys(columns, bad))
    # One street has no line, and one no name at all.
    changed["sections"].loc["s00041", "geometry"] = None
    changed["sections"].loc["s00043", "street_name"] = None
    bad = "".join(every)
    inputs = [{**one, "table": bad, "path": bad} for one in plain.summary["inputs"]]
    summary = {**plain.summary, "city": bad, "notice": bad, "version": bad, "inputs": inputs}
    summary["parameters"] = {bad: {"file": bad, "unconfirmed_rows": 1, "source": bad}}
    return made(folder, tables=changed, summary=summary)


def few(kept: slice) -> dict[str, pd.DataFrame]:
    """Cut every table of a section to some sections; what names others stays."""
    every = tables()
    ids = every["sections"].index[kept]
    for name in ("sections", "condition", "outcomes"):
        every[name] = every[name].loc[ids]
    for name in ("work", "work_done", "project_sections"):
        own = every[name].index.get_level_values("section_id").isin(ids)
        every[name] = every[name][own]
    return every


def test_a_town_of_one_section_has_every_page_and_one_of_none_is_refused(tmp_path: Path) -> None:
    one = made(tmp_path / "one", tables=few(slice(5, 6)), languages=("es",))
    assert "En obras 1 tramo" in seen(one / "es" / "plan.html")
    # Nothing is planned, done, surveyed or on record.
    bare = few(slice(1, 2))
    for name in ("ramps", "sites", "work", "work_done", "site_figures", "project_sections"):
        bare[name] = bare[name].iloc[:0]
    bare["condition"] = bare["condition"].assign(pci=np.nan, survey_date=pd.NaT)
    none = made(tmp_path / "none", tables=bare, languages=("en",))
    assert {page.stem for page in (none / "en").glob("*.html")} == PAGES
    assert "No street was surveyed yet" in seen(none / "en" / "condition.html")
    assert "0%" not in seen(none / "en" / "condition.html")
    assert "No work is in the plan." in seen(none / "en" / "plan.html")
    assert "No work is recorded for these years." in seen(none / "en" / "plan.html")
    with pytest.raises(errors.ConfigError, match="sections: has no rows"):
        made(tmp_path / "empty", tables=few(slice(0)))


def elements(page: Path) -> dict[str, int]:
    """Count the elements that could do something."""
    text = page.read_text("utf-8")
    names = ("script", "img", "iframe", "svg", "link", "form", "base", "object")
    return {name: len(re.findall(rf"<{name}\b", text)) for name in names}


def test_hostile_text_in_every_field_stays_text(site: Path, tmp_path: Path) -> None:
    bad = hostile(tmp_path / "site")
    for page in bad.rglob("*.html"):
        name = page.relative_to(bad)
        plain, found = elements(site / name), elements(page)
        assert found == plain, name
    for name in ("streets.csv", "work.csv"):
        text = (bad / "data" / name).read_text("utf-8")
        assert not re.search(r'(?m)(?:^|,)"?=HYPERLINK', text), name
        assert "'=HYPERLINK" in text
    for one in (bad / "data").glob("*.js"):
        assert "<" not in one.read_text("utf-8"), one.name


def test_the_statement_has_every_criterion_with_its_evidence(site: Path) -> None:
    rows = statement.criteria()
    page = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
    for one in rows:
        cells = (one["criterion"], one["name"], one["level"], one["state"], one["evidence"])
        assert f"| {' | '.join(cells)} |" in page
    # WCAG 2.1 has 30 criteria of level A and 20 of AA.
    assert [one["level"] for one in rows].count("A") == 30
    assert len({one["criterion"] for one in rows}) == len(rows) == 50
    assert all(one["name_es"] and one["evidence_es"] for one in rows)
    assert "1.4.10 Reajuste AA cumplido" in seen(site / "es" / "statement.html")


# ------------------------------------------------------------------ ramps


def ramps_of(edition: Edition, kind: str) -> pd.DataFrame:
    """Four ramps at one end of a section that has work in 2028, and one without a place."""
    every = tables()
    work = every["work"]
    section = work.index.get_level_values("section_id")[work.index.get_level_values("year") == 2028]
    where = shapely.get_point(every["sections"].geometry.loc[section[0]], 0)
    ramps = gpd.GeoDataFrame(
        {
            "presence": ["yes", "no", "unknown", None, "no"],
            "running_slope_pct": [None, None, None, 8.0, None],
        },
        index=pd.Index(["there", "missing", "unknown", "measured", "placeless"], name="ramp_id"),
        geometry=[where, where, where, where, None],
        crs=every["sections"].crs,
    )
    every |= {"ramps": ramps, "work": work.assign(ada_kind=kind)}
    return access.prepared(given(tables=every, edition=edition)).tables["ramp_states"]


def test_a_missing_ramp_has_a_year_only_with_funded_resurfacing() -> None:
    adopted = Edition("2027", is_adopted=True, funded_years=frozenset({2028}))
    found = ramps_of(adopted, "alteration")
    assert dict(found["state"]) == {
        "there": "there",
        "missing": "missing_funded",
        "unknown": "unknown",
        "measured": "there",
        "placeless": "missing",
    }
    assert dict(found["told_year"].dropna()) == {"missing": 2028}
    draft = ramps_of(dataclasses.replace(adopted, is_adopted=False), "alteration")
    assert draft.loc["missing", "state"] == "missing_proposed"
    assert draft["told_year"].isna().all()
    # Sealing obliges nobody to build a ramp.
    assert ramps_of(adopted, "maintenance").loc["missing", "state"] == "missing"


# ------------------------------------------------------------------ places


def test_figures_of_the_places_are_of_the_same_data(tmp_path: Path) -> None:
    inputs = [{"table": "sections", "sha256": "aa"}, {"table": "sites", "sha256": "bb"}]
    about = {"inputs": inputs}
    assert reached_figures.read(tmp_path, about) == ({}, [])
    path = tmp_path / "out" / "sites" / "summary.json"
    path.parent.mkdir(parents=True)
    rows = tables()["site_figures"].reset_index().assign(nodes=3)
    figures = rows.astype("object").where(rows.notna(), None).to_dict("records")
    path.write_text(json.dumps({"figures": figures, "inputs": inputs}), encoding="utf-8")
    found, notes = reached_figures.read(tmp_path, about)
    assert list(found["site_figures"]["people"].dropna()) == [1234]
    assert not notes
    changed = {"inputs": [inputs[0], {"table": "sites", "sha256": "cc"}]}
    found, notes = reached_figures.read(tmp_path, changed)
    assert not found
    assert notes == ["Who gets to the places is left out: sites changed since norwalk sites."]
    path.write_text("{", encoding="utf-8")
    with pytest.raises(errors.SourceError, match=r"(?s)cannot be read.*Run norwalk sites again"):
        reached_figures.read(tmp_path, about)


def test_places_say_who_gets_there_or_that_it_is_not_known(site: Path, tmp_path: Path) -> None:
    places = seen(site / "en" / "places.html")
    assert "Invented park at least 1,234 not known" in places
    assert "Of the 5,678 people" in places
    bare = {name: one for name, one in few(slice(1, 2)).items() if name != "site_figures"}
    plain = made(tmp_path / "plain", tables=bare, languages=("en",))
    assert "Who can get there is not known yet" in seen(plain / "en" / "places.html")


# ------------------------------------------------------------------ house numbers


@pytest.mark.browser
def test_an_address_answers_with_its_block(site: Path, tmp_path: Path, chromium: Browser) -> None:
    """Beside `matching.houses`, which finds lines for pavement tables by the same rule."""
    town = tables()["sections"]
    ranges = addresses.index_ranges(town)
    street = np.flatnonzero(town["street_name"].eq("Invented 0 Street"))
    page = chromium.new_page()
    page.goto((site / "en" / "index.html").as_uri())
    page.wait_for_selector("#map[data-drawn]")

    def shown(text: str) -> list[str]:
        page.locator("#cards").evaluate("one => one.replaceChildren()")
        page.locator("#street").fill(text)
        page.keyboard.press("Enter")
        page.wait_for_selector(".card")
        found = page.locator(".card").evaluate_all("all => all.map((one) => one.dataset.id)")
        return sorted(found)

    for house in (101, 150, 199, 200, 201, 303, 418, 555, 640):
        wanted = addresses.houses(ranges, list(street), house)
        assert shown(f"{house} Invented 0 St.") == sorted(town.index[list(wanted)]), house
    assert shown("invented 0 street 150, Norwalk, CA 90650") == shown("150 Invented 0 Street")
    assert "150 Invented 0 Street: its block is marked" in page.locator("#found").inner_text()
    assert shown("300 block of Invented 0 St") == shown("300 cuadra de Invented 0 St") == ["s00004"]
    assert len(shown("9000 Invented 0 Street")) == len(street)
    assert "No block of Invented 0 Street with the number 9000" in page.inner_text("#found")
    page.close()
    bare = {k: v for k, v in tables().items() if k != "sections"} | {
        "sections": town.drop(columns=list(house_numbers.ENDS))
    }
    plain = made(tmp_path / "bare", tables=bare, languages=("en",))
    assert "House numbers are not in the data yet." in seen(plain / "en" / "index.html")
    assert not (plain / "data" / "numbers.js").exists()


# ------------------------------------------------------------------ words


def test_the_catalogue_is_whole_and_nothing_else() -> None:
    path = ROOT / "norwalk_geo" / "locale" / "es" / "site.po"
    assert runpy.run_path(str(ROOT / "tools" / "words.py"))["updated"](path) == path.read_text(
        encoding="utf-8"
    ), "run: python tools/words.py"
    holes = re.compile(r"%\(\w+\)s|%s|\{\w*\}")
    with path.open("rb") as file:
        for message in read_po(file):
            if not message.id:
                continue
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(said), message.id
            for one in said:
                assert sorted(holes.findall(one)) == sorted(holes.findall(ids[-1])), one


def test_a_missing_string_fails_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(code: str) -> language.Language:
        whole = real(code)
        texts = {"Search", "Menu"}

        def text(message: str) -> str:
            if message in texts and code == "es":
                whole.missing.append(message)
            return whole.text(message)

        return dataclasses.replace(whole, text=text)

    real = language.read
    monkeypatch.setattr(language, "read", forgetful)
    with pytest.raises(errors.ConfigError, match=r"(?s)words in es.*'Menu'.*'Search'"):
        made(tmp_path / "site")


GIVEN = "the middle of nothing"


def english() -> set[str]:
    """Every English message of more than a letter that Spanish says in another way."""
    words = language.read("es").phrases
    return {" ".join(one.split()) for one, said in words.items() if said != one and len(one) > 2}


@pytest.mark.browser
def test_no_english_is_left_on_spanish_pages(site: Path, chromium: Browser) -> None:
    """What is seen, in attributes too, with everything opened, searched and selected."""
    left, known = {}, english()
    context = chromium.new_context(offline=True)
    page = context.new_page()
    for file in sorted((site / "es").glob("*.html")):
        page.goto(file.as_uri())
        if page.locator("#map").count():
            page.wait_for_selector("#map[data-drawn]")
            page.evaluate("document.querySelector('.nw-site-icon')?.click()")
            page.evaluate("document.querySelector('#map-table details').open = true")
            page.wait_for_selector("#map-table tbody tr")
        if page.locator("#street").count():
            page.locator("#street").fill("example 3")
            page.keyboard.press("Enter")
            page.wait_for_selector(".card")
        said = set(page.evaluate(SAID))
        mixed = {one for one in said if re.search(r"\b(the|of|with|from)\b", one)}
        # What the city wrote itself stays as it is.
        left[file.name] = sorted(said & known | {one for one in mixed if GIVEN not in one})
    context.close()
    assert {name: one for name, one in left.items() if one} == {}


# Texts of nodes and of attributes that are read out, but for those marked as another language.
SAID = """() => {
    const found = [];
    const kinds = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
    const all = document.createTreeWalker(document.documentElement, kinds);
    for (let one = all.currentNode; one; one = all.nextNode()) {
        const element = one.nodeType === 3 ? one.parentElement : one;
        if (element.closest('script, style, code, [lang]:not(html)')) continue;
        if (one.nodeType === 3) found.push(one.data);
        else for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'label'])
            found.push(one.getAttribute(name) || '');
    }
    return found.map((text) => text.split(/\\s+/).join(' ').trim()).filter(Boolean);
}"""


def test_numbers_and_days_are_those_of_the_language() -> None:
    es = language.read("es")
    assert language.number(1234.5, es, 1) == "1,234.5"
    assert language.day("2024-05-01", es) == "1 de mayo de 2024"
    assert language.year(2028, 7, es) == "julio de 2027–junio de 2028"
    with pytest.raises(errors.ConfigError, match="has no words for fr"):
        language.read("fr")


@pytest.mark.parametrize(
    ("code", "measure", "least"), [("en", flesch, 70.0), ("es", fernandez_huerta, 70.0)]
)
def test_plain_words(site: Path, code: str, measure: object, least: float) -> None:
    """Sentences of each page, not names and figures; 70 is fairly easy on both scales."""
    for page in (site / code).glob("*.html"):
        body = page.read_text("utf-8")
        body = body[body.index("<main") : body.index("</main>")]
        found = re.findall(
            r"<(?:p|li|h2|div class=\"alert\")\b[^>]*>(.*?)</(?:p|li|h2|div)>", body, re.DOTALL
        )
        plain = [html.unescape(re.sub(r"<[^>]*>", " ", one)) for one in found]
        sentences = [one for one in plain if len(one.split()) >= 5 and "Source:" not in one]
        sentences = [one for one in sentences if "Fuente:" not in one]
        if sum(len(one.split()) for one in sentences) < 60:
            continue
        score = measure(" ".join(sentences))  # type: ignore[operator]
        assert score >= least, (page.name, score)
    # What a street's card says, with every hole filled.
    words = language.read(code)
    cards = [*wording.street_words(words).values(), *wording.whys(given(), words).values()]
    filled = [re.sub(r"\{\w+\}", "2027", one) for one in dict.fromkeys(cards) if "." in one]
    score = measure(" ".join(filled))  # type: ignore[operator]
    assert score >= least, score
