"""Editions: what was decided stays as it was, is shown by what shows a plan, and is compared."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browser import judge
from commands import bytes_of, copy_city, edit, make_city, norwalk
from hypothesis import given, settings, strategies

from norwalk_geo import budget, io, schema, scorecard
from norwalk_geo.cli import editions, helping, planning, reading
from norwalk_geo.errors import SchemaError, SourceError
from norwalk_geo.report import Results, papers

ADOPTED = ("--status", "adopted", "--adopted-on", "2026-06-16")
# The plan of each town as it was in memory when it was kept.
PLANNED: dict[Path, Results] = {}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented town with a draft and an adopted edition; nobody may change it."""
    city = make_city(tmp_path_factory.mktemp("editions") / "town")
    # Assets are in every edition, too; nothing else of the town takes long.
    assets = '[tables]\nassets = "clean/assets.parquet"'
    edit(city / "norwalk.toml", lambda text: text.replace("[tables]", assets))
    planned_once, plan = [], planning.results
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            planning, "results", lambda *a: planned_once.append(plan(*a)) or planned_once[0]
        )
        said = norwalk("edition", city, "draft 1", "--json")
    assert said.code == 0, said.err
    assert said.json["status"] == "draft"
    PLANNED[city] = planned_once[0]
    # A copied folder is an edition of its own, known by its name; so the town is planned once.
    shutil.copytree(city / "editions" / "draft 1", city / "editions" / "final")
    mark = ("--resolution", "Resolution 26-31", "--funded", 2027)
    said = norwalk("edition", city, "final", *ADOPTED, *mark, "--json")
    assert said.json["funded_years"] == [2027], said.err
    return city


def error(*arguments: object) -> str:
    """What a command that must fail says."""
    said = norwalk(*arguments)
    assert said.code in {1, 2}, said.out
    return said.err


def test_what_is_kept_reads_back_as_it_was_planned(kept: Path) -> None:
    made = PLANNED[kept]
    found = editions.read(kept, "final").results
    assert dict(found.summary) == json.loads(json.dumps(made.summary))
    for name, value in vars(made.plan).items():
        again = getattr(found.plan, name)
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(again, value, check_exact=True)
        else:
            assert again == value, name
    for name in ("sections", "condition", "bands"):
        one, other = (pd.DataFrame(getattr(r, name)) for r in (found, made))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    for name in ("assets", "outcomes", "years"):
        pair = (getattr(r.beside.assets, name) for r in (found, made))
        one, other = map(pd.DataFrame, pair)
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    plain = [replace(r.beside, assets=None) for r in (found, made)]
    assert plain[0] == plain[1]


def test_repairs_on_the_ways_to_a_site_cost_what_the_adopted_edition_says(kept: Path) -> None:
    costs, notes = helping.costs(reading.read_city(kept), None)
    work = editions.read(kept, "final").results.plan.work
    assert costs["cost_usd"].sum() == pytest.approx(work["cost_usd"].sum())
    assert set(costs.index) == set(work.index.get_level_values("section_id"))
    assert "Edition final, adopted on 2026-06-16" in notes[0]
    assert costs["what"].str.contains(r"\(20\d\d\)").all()


def test_editions_are_listed_and_a_kept_one_is_not_planned_again(kept: Path) -> None:
    before = bytes_of(kept / "editions")
    listed = norwalk("edition", kept, "--json").json["editions"]
    assert [(one["name"], one["status"]) for one in listed] == [
        ("draft 1", "draft"),
        ("final", "adopted"),
    ]
    told = norwalk("edition", kept, "final").out
    assert "adopted 2026-06-16 by Resolution 26-31; planned as of 2026-07-01; funded: 2027" in told
    assert bytes_of(kept / "editions") == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a/b",), "a/b: cannot be the name of an edition"),
        (("..",), "cannot be the name of an edition"),
        (("new", "--status", "final"), "--status: is 'final'. Use one of draft, comment, adopted."),
        (("new", "--status", "adopted"), "--adopted-on: is missing"),
        (("new", "--adopted-on", "2026-06-16"), "for an edition that is not adopted"),
        (("new", "--funded", "2026"), "2026 is no year of the plan. The plan has 2027 to 2028."),
        (("final", "--again"), "was adopted on 2026-06-16 and is never overwritten"),
        (("Final",), "never overwritten"),
        (("Draft 1",), "differs from another edition in letter case"),
        (("final", "--status", "draft"), "cannot become a draft again"),
        (("draft 1", "--funded", "1999"), "1999 is no year of the plan"),
    ],
)
def test_what_cannot_be_said_of_an_edition_is_refused(
    kept: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = bytes_of(kept / "editions")
    assert says in error("edition", kept, *arguments)
    assert bytes_of(kept / "editions") == before


def test_the_newest_adopted_edition_is_shown_else_the_newest(kept: Path, tmp_path: Path) -> None:
    city = copy_city(kept, tmp_path / "town")
    read = reading.read_city(city)
    assert editions.newest(read).edition.name == "final"
    shutil.copytree(city / "editions" / "draft 1", city / "editions" / "older")
    assert norwalk("edition", city, "older", *ADOPTED[:3], "2026-05-05").code == 0
    assert editions.newest(read).edition.name == "final"
    for name in ("final", "older"):
        shutil.rmtree(city / "editions" / name)
    assert editions.newest(read).edition.name == "draft 1"
    shutil.rmtree(city / "editions")
    assert editions.newest(read) is None


def test_a_damaged_edition_is_named_and_nothing_is_shown(kept: Path, tmp_path: Path) -> None:
    city = copy_city(kept, tmp_path / "town")
    folder = city / "editions" / "final"
    edit(folder / "years.csv", lambda text: text.replace("190000", "190001"))
    (folder / "work.csv").unlink()
    text = error("publish", city, "--out", tmp_path / "maps")
    assert "edition final" in text
    assert "in 2 rows: work.csv, years.csv" in text
    assert not (tmp_path / "maps" / "site" / "index.html").exists()
    (folder / "edition.json").write_text("{")
    assert "edition.json: cannot be read" in error("edition", city)
    with pytest.raises(SourceError, match="is no edition"):
        editions.read(city, "../final")


def test_an_edition_of_another_program_says_so(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "final"
    shutil.copytree(kept / "editions" / "final", folder)
    edit(folder / "years.csv", lambda text: text.replace("backlog_usd", "backlog"))
    record = json.loads((folder / "edition.json").read_text())
    record["files"]["years.csv"] = bytes_of(folder)["years.csv"]
    record["version"] = "0.0.1"
    (folder / "edition.json").write_text(json.dumps(record))
    with pytest.raises(SchemaError, match=r"planned by version 0\.0\.1") as caught:
        io.read_edition(folder)
    assert "years.csv.backlog_usd: column is missing" in str(caught.value)


@pytest.fixture(scope="module")
def shown(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site and papers of the town with an adopted edition."""
    out = tmp_path_factory.mktemp("shown")
    said = norwalk("publish", kept, "--out", out, "--json")
    assert said.json["plan"]["edition"] == "final", said.err
    said = norwalk("papers", kept, "--out", out, "--no-pdf", "--json")
    assert said.json["standing"] == "Adopted June 16, 2026, Resolution 26-31 (edition final)"
    return out


def test_only_adopted_and_funded_work_has_a_year_on_the_site(kept: Path, shown: Path) -> None:
    work = editions.read(kept, "final").results.plan.work
    for code, funded, other in (
        ("en", "July 2026–June 2027", "July 2027–June 2028"),
        ("es", "julio de 2026–junio de 2027", "julio de 2027–junio de 2028"),
    ):
        page = (shown / "site" / code / "plan.html").read_text(encoding="utf-8")
        assert funded in page
        assert other not in page
        assert "final" in page
        first = page[page.index('id="y2027"') : page.index('id="near"')]
        assert first.count("<tr") - 1 == work.index.get_level_values("year").tolist().count(2027)


def test_papers_name_the_edition_and_refuse_another_word_on_it(kept: Path, shown: Path) -> None:
    for name in ("council.html", "progress.html"):
        text = (shown / "papers" / name).read_text(encoding="utf-8")
        assert "(edition final)" in text
    text = error("papers", kept, "--adopted", "2026-06-01", "--resolution", "Other")
    assert "is said by edition final" in text


def test_streets_cut_anew_are_shown_as_in_the_edition(kept: Path) -> None:
    read = reading.read_city(kept)
    chosen, day = editions.newest(read), dt.date(2026, 7, 1)
    same, results, notes = editions.fitted(read, chosen, day)
    assert not notes
    assert same is read
    pd.testing.assert_index_equal(results.sections.index, chosen.results.sections.index)
    sections = read.tables["sections"]
    new = sections.rename(index={sections.index[0]: "fresh"})
    done = pd.DataFrame(
        {"section_id": ["fresh", sections.index[1]], "finished": pd.Timestamp("2026-01-01")}
    ).set_index(["section_id", "finished"])
    cut = replace(read, tables={**read.tables, "sections": new, "work_done": done})
    fit, results, notes = editions.fitted(cut, chosen, day)
    assert "fresh" not in fit.tables["sections"].index
    assert len(fit.tables["work_done"]) == 1
    assert "2 sections are in one of the two alone" in notes[0]
    assert notes[1] == "1 rows of work_done are on other sections and left out."


# ------------------------------------------------------------------ what changed


def plan_of(works: dict[tuple[str, int], tuple[str, float]], sections: str) -> budget.Plan:
    """Plan of nothing but work, on sections named by letters."""
    rows = [
        {"section_id": s, "year": y, "treatment_label": what, "cost_usd": usd}
        for (s, y), (what, usd) in works.items()
    ]
    columns = ["section_id", "year", "treatment_label", "cost_usd"]
    work = pd.DataFrame(rows, columns=columns).astype({"section_id": "str", "year": "int64"})
    years = pd.DataFrame(index=pd.Index([2027, 2028], name="year"))
    years = years.assign(budget_usd=9.0, spent_usd=8.0, miles_repaired=1.0, pci=60.0, backlog_usd=1)
    nothing = pd.DataFrame()
    return budget.Plan(
        work=work.set_index(["section_id", "year"]),
        outcomes=pd.DataFrame({"pci_end": 70.0}, index=pd.Index(list(sections), dtype="str")),
        years=years,
        objective=0.0,
        bound=0.0,
        do_nothing=0.0,
        gap=None,
        policies={},
        pci_now=0.0,
        objective_exact=0.0,
        objective_plain=0.0,
        classes=nothing,
        row_prices=nothing,
        payments=nothing,
    )


def test_what_changed_is_as_worked_by_hand() -> None:
    before = plan_of(
        {
            ("a", 2027): ("seal", 10.0),  # stays
            ("b", 2027): ("seal", 10.0),  # a year later
            ("c", 2027): ("seal", 10.0),  # another treatment
            ("d", 2027): ("seal", 10.0),  # dearer
            ("e", 2027): ("seal", 10.0),  # dropped
            ("g", 2027): ("seal", 10.0),  # the section is gone
            ("h", 2027): ("seal", 10.0),  # goes on as k
            ("i", 2027): ("seal", 10.0),  # its second work moves, a third is added
            ("i", 2029): ("overlay", 50.0),
        },
        "abcdeghi",
    )
    after = plan_of(
        {
            ("a", 2027): ("seal", 10.0),
            ("b", 2028): ("overlay", 40.0),
            ("c", 2027): ("overlay", 40.0),
            ("d", 2027): ("seal", 12.5),
            ("f", 2027): ("seal", 10.0),
            ("k", 2027): ("seal", 10.0),
            ("i", 2027): ("seal", 10.0),
            ("i", 2030): ("overlay", 50.0),
            ("i", 2036): ("seal", 10.0),
        },
        "abcdefik",
    )
    changes = budget.diff(before, after, renamed={"h": "k"})
    assert changes["change"].to_dict() == {
        ("a", 1): "same",
        ("b", 1): "moved",
        ("c", 1): "treatment",
        ("d", 1): "cost",
        ("e", 1): "dropped",
        ("f", 1): "added",
        ("g", 1): "dropped",
        ("i", 1): "same",
        ("i", 2): "moved",
        ("i", 3): "added",
        ("k", 1): "same",
    }
    assert changes["section_change"].xs(1, level="work_number")[["f", "g", "k"]].tolist() == [
        "later",
        "earlier",
        "both",
    ]
    assert changes.loc[("k", 1), "earlier_id"] == "h"
    assert changes.loc[("e", 1), ["cost_after_usd", "year_after"]].isna().all()
    assert changes["cost_change_usd"].sum() == 192.5 - 130.0
    groups = pd.Series({"a": "alley", "b": "alley", "i": "arterial"})
    summed = budget.diff_groups(changes, groups)
    counts = summed.loc["arterial", [f"works_{k}" for k in ("same", "moved", "added", "dropped")]]
    assert counts.tolist() == [1, 1, 1, 0]
    assert summed["cost_change_usd"].to_dict() == {"alley": 30, "arterial": 10, "not known": 22.5}
    with pytest.raises(SchemaError, match="gives a section to two of the earlier plan"):
        budget.diff(before, after, renamed={"h": "a"})


WORKS = strategies.dictionaries(
    strategies.tuples(strategies.sampled_from("abc"), strategies.integers(2027, 2031)),
    strategies.tuples(strategies.sampled_from(["seal", "overlay"]), strategies.integers(1, 3)),
    max_size=9,
)


@settings(max_examples=12)
@given(WORKS, WORKS)
def test_every_piece_of_work_is_told_once(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    changes = budget.diff(plan_of(one, "abc"), plan_of(other, "abc")).reset_index()
    for side, works in (("before", one), ("after", other)):
        rows = changes[changes[f"year_{side}"].notna()]
        columns = ["section_id", f"year_{side}", f"treatment_{side}", f"cost_{side}_usd"]
        told = [((s, y), (what, usd)) for s, y, what, usd in rows[columns].itertuples(index=False)]
        assert sorted(told) == sorted(works.items())
    # Work of one year on one section is never torn apart, and no two pieces are left unpaired.
    for key in one.keys() & other.keys():
        own = changes[changes["section_id"].eq(key[0]) & changes["year_after"].eq(key[1])]
        assert own["year_before"].tolist() == [key[1]]
    for section in "abc":
        found = set(changes.loc[changes["section_id"].eq(section), "change"])
        assert not {"added", "dropped"} <= found
    total = sum(usd for _, usd in other.values()) - sum(usd for _, usd in one.values())
    assert changes["cost_change_usd"].sum() == total
    again = budget.diff(plan_of(one, "abc"), plan_of(one, "abc"))
    assert set(again["change"]) <= {"same"}


@pytest.fixture(scope="module")
def second(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with less money and a section that was renumbered, and one edition more."""
    city = copy_city(kept, tmp_path_factory.mktemp("second") / "town")
    less = ("120_000", "60_000"), ('assets = "clean/assets.parquet"\n', "")
    for was, now in less:
        edit(city / "norwalk.toml", lambda text, was=was, now=now: text.replace(was, now))
    sections = io.read_table(city / "clean" / "sections.gpkg", "sections")
    surveys = io.read_table(city / "clean" / "surveys.csv", "surveys").reset_index()
    worked = editions.read(kept, "final").results.plan.work.index.get_level_values("section_id")
    renamed, gone = worked[0], worked[-1]
    moved = sections.rename(index={renamed: "r1"}).drop(index=gone)
    io.write_table(moved, city / "clean" / "sections.gpkg", "sections")
    surveys["section_id"] = surveys["section_id"].replace(renamed, "r1")
    left = surveys[surveys["section_id"].ne(gone)].set_index(["section_id", "survey_date"])
    io.write_table(left, city / "clean" / "surveys.csv", "surveys")
    assert norwalk("edition", city, "less", "--quiet").code == 0
    return city


def test_two_editions_are_compared_in_every_file(
    second: Path, tmp_path: Path, browser_path: str
) -> None:
    said = norwalk("diff", second, "final", "less", "--out", tmp_path, "--json")
    assert said.code == 0, said.err
    told = said.json
    before, after = (editions.read(second, name).results.plan for name in ("final", "less"))
    assert told["work"] == {
        "cost_before_usd": round(before.work["cost_usd"].sum(), 2),
        "cost_after_usd": round(after.work["cost_usd"].sum(), 2),
        "cost_change_usd": round(after.work["cost_usd"].sum() - before.work["cost_usd"].sum(), 2),
    }
    assert told["streets"] == {"gone": 1}
    assert "table sections" in told["notes"][0]
    assert "settings" in told["notes"][0]
    listed = pd.read_csv(tmp_path / "diff.csv", dtype={"notice": "str"})
    assert set(listed["notice"]) == {"Invented data: not Norwalk's plan"}
    assert listed["change"].value_counts().to_dict() == {
        name: count for name, count in told["changes"].items() if count
    }
    assert round(listed["cost_change_usd"].sum(), 2) == told["work"]["cost_change_usd"]
    sheets = pd.read_excel(tmp_path / "diff.xlsx", sheet_name=None, header=3)
    assert set(sheets) == {"Work", "By year", "By class", "Streets", "About"}
    assert len(sheets["Work"]) == len(listed) + 1
    page = (tmp_path / "diff.html").read_text(encoding="utf-8")
    assert "The streets are not the same" in page
    costs = {f"{usd:,.0f}" for usd in after.work["cost_usd"] if usd > 1000}
    assert not costs & set(re.findall(r"\$([\d,]+)", page[page.index("streets-title") :]))
    assert "Invented data" in (tmp_path / "diff_map.html").read_text(encoding="utf-8")
    assert not browser_path or judge(browser_path, *sorted(tmp_path.glob("diff*.html"))) == {}
    same = norwalk("diff", second, "final", "draft 1", "--out", tmp_path / "same", "--json").json
    assert [name for name, count in same["changes"].items() if count] == ["same"]
    assert "is no edition" in error("diff", second, "final", "other", "--out", tmp_path / "no")
    assert not (tmp_path / "no").exists()


# ------------------------------------------------------------------ verify


def tables_of(city: Path) -> dict[str, Any]:
    """Tables of the adopted edition."""
    return io.read_edition(city / "editions" / "final")[2]


def failed(tables: dict[str, Any]) -> list[str]:
    """Checks that fail; all others pass or cannot be made."""
    found = budget.audit(tables, tables["treatments"])
    return found.index[found["verdict"].eq("fail")].tolist()


def test_an_audit_finds_each_kind_of_mistake_and_no_other(kept: Path) -> None:
    tables = tables_of(kept)
    assert failed(tables) == []
    without = budget.audit({name: tables[name] for name in ("work", "years", "outcomes")})
    unknown = without.index[without["verdict"].eq("not_checked")]
    assert unknown.tolist() == ["ramps", "payments", "limits", "windows", "lockouts"]
    work, years = tables["work"], tables["years"]
    first = work.index[:1]

    def with_work(column: str, value: Any) -> dict[str, Any]:
        changed = work.copy()
        changed.loc[first, column] = value
        return {**tables, "work": changed}

    assert failed(with_work("cost_usd", work.loc[first, "cost_usd"] + 0.01)) == [
        "spending",
        "outcomes",
    ]
    assert failed(with_work("length_mi", 9.0)) == ["miles"]
    assert failed(with_work("pci_before", 100.0)) == ["windows"]
    assert failed(with_work("treatment", "unheard of")) == ["windows"]
    twice = pd.concat([work, work.loc[first].rename(index={first[0][1]: first[0][1] + 1})])
    assert "lockouts" in failed({**tables, "work": twice})
    spent = years.assign(spent_usd=years["spent_usd"] + 0.01)
    assert failed({**tables, "years": spent}) == ["spending", "payments"]
    poor = tables["row_prices"].assign(available=0.0)
    assert failed({**tables, "row_prices": poor}) == ["limits"]
    outcomes = tables["outcomes"].assign(status="not_needed")
    assert failed({**tables, "outcomes": outcomes}) == ["outcomes"]
    bill = pd.DataFrame({"year": [2027], "cost_usd": [5.0]})
    assert failed({**tables, "ramp_work": bill}) == ["ramps"]


def test_verify_passes_what_was_written_and_finds_what_was_changed(
    kept: Path, shown: Path, planned: Path, city: Path, tmp_path: Path
) -> None:
    said = norwalk("verify", kept / "editions" / "final", "--json")
    assert (said.code, said.json["passes"]) == (0, True), said.out
    own = copy_city(kept, tmp_path / "town")
    (own / "clean" / "surveys.csv").write_bytes(b"other")
    told = {
        row["check"]: row
        for row in norwalk("verify", own / "editions" / "final", "--json").json["checks"]
    }
    assert told["inputs"]["verdict"] == "changed"
    assert "clean/surveys.csv" in told["inputs"]["says"]
    edit(own / "editions" / "final" / "work.csv", lambda text: text.replace("seal", "SEAL"))
    said = norwalk("verify", own / "editions" / "final")
    assert said.code == 1
    assert said.out.startswith("FAIL: edition.json: has another SHA-256")
    assert "(work.csv)" in said.out

    assert norwalk("verify", shown / "site").code == 0
    results = shutil.copytree(planned, tmp_path / "out")
    said = norwalk("verify", results, "--city", city, "--json")
    verdicts = {row["check"]: row["verdict"] for row in said.json["checks"]}
    assert said.code == 0, said.out
    assert {name for name, verdict in verdicts.items() if verdict != "pass"} == {"ramps"}
    edit(results / "work_plan.csv", lambda text: text.replace("2027,", "2028,", 1))
    (results / "index.html").unlink()
    said = norwalk("verify", results)
    assert said.code == 1
    assert "FAIL: 2 of " in said.out
    assert "(index.html, work_plan.csv)" in said.out
    assert "agree to the cent: work_plan.csv does not. (work_plan.csv)" in said.out
    assert "NOT CHECKED: Inputs are not checked: say where the city is with --city." in said.out
    assert "has no results to check" in error("verify", tmp_path)


# ------------------------------------------------------------------ what became of it


def test_the_progress_report_says_what_became_of_the_adopted_work(kept: Path) -> None:
    city = reading.read_city(kept)
    adopted = editions.of_year(city, 2027)
    assert adopted is not None
    assert editions.of_year(city, 2028) is None
    work = adopted.plan.work.xs(2027, level="year")
    ids = work.index.tolist()
    others = [one for one in adopted.sections.index if one not in work.index]
    done = pd.DataFrame(
        [
            (ids[0], "2026-09-01", work["treatment"].iloc[0]),
            (ids[1], "2027-06-30", "reconstruct"),
            (ids[2], "2027-05-01", None),
            (ids[3], "2027-07-01", work["treatment"].iloc[3]),
            (ids[4], "2019-05-01", work["treatment"].iloc[4]),  # long before the plan was made
            (others[0], "2026-10-01", "slurry_seal"),
        ],
        columns=["section_id", "finished", "treatment"],
    )
    table = schema.check(done.assign(finished=pd.to_datetime(done["finished"])), "work_done")
    measures = schema.parameters("measures")
    letter = papers.Letter(
        "Inventedville",
        "Invented department",
        dt.date(2027, 7, 2),
        notice="Invented data",
        adoption=papers.Adoption("", dt.date(2026, 6, 16)),
        edition="final",
        funded_years=(2027,),
    )
    scored = (scorecard.score(measures)[1], measures)
    given_tables = {"work_done": table}
    page = papers.progress_report(adopted, letter, given_tables, scored, year=2027, adopted=adopted)
    text = " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())
    left = len(ids) - 4
    assert (
        f"had {len(ids)} pieces of work: 1 finished as planned, 1 finished with other work, "
        "1 finished without a record of the work, 1 finished after the year, "
        f"{left} without a record of being finished. Work was finished on 1 more section"
    ) in text
    assert "June 30, 2027" in text
    assert "Adopted June 16, 2026 (edition final)" in text
    # The next year is adopted and not funded: no street of it is named.
    assert "No work of it in FY 2027-28 (July 2027 to June 2028) is funded yet" in text
