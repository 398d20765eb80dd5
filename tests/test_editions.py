"""Editions: what was decided stays as it was, is shown by what shows a plan, and is compared."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from commands import bytes_of, copy_city, edit, make_city, norwalk

from norwalk_geo import io
from norwalk_geo.cli import editions, planning, reading
from norwalk_geo.cli.show import Show
from norwalk_geo.errors import SchemaError, SourceError

ADOPTED = ("--status", "adopted", "--adopted-on", "2026-06-16")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented town with a draft and an adopted edition; nobody may change it."""
    city = make_city(tmp_path_factory.mktemp("editions") / "town")
    said = norwalk("edition", city, "draft 1", "--json")
    assert said.code == 0, said.err
    assert said.json["status"] == "draft"
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
    read = reading.read_city(kept)
    show = Show(as_json=True, quiet=True)
    made = planning.results(read, dt.date(2026, 7, 1), show)
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
    assert vars(found.beside) == vars(made.beside)


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
        (("new", "--funded", "2026"), "2026 is no year of the plan. The plan has 2027 to 2029."),
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
