"""Papers of a city: amounts to the cent, nothing promised, lists that are not sent back."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import subprocess
from pathlib import Path
from unittest import mock

import geopandas as gpd
import openpyxl
import pandas as pd
import pikepdf
import pytest
from browser import judge
from commands import bytes_of, copy_city, edit, norwalk

from norwalk_geo import schema
from norwalk_geo.errors import SchemaError
from norwalk_geo.report import papers

AS_OF = dt.date(2026, 6, 30)
HEAD = 5
DRAFT = papers.Letter("Town", "Public Services", AS_OF)
FINAL = papers.Letter(
    "Town",
    "Public Services",
    AS_OF,
    adoption=papers.Adoption("Resolution 26-7", dt.date(2026, 6, 16)),
)
PROJECTS = """\
project_id,name,description,year,fund,planned_cost_usd,actual_cost_usd,notice_to_proceed,useful_life_years
p1,Oak area resurfacing,Mill and overlay with asphalt of three streets,2027,RMRA,900000,,,15
p2,=1+1,street repairs,2027,SB 1,100000,,,
p3,Bond work,Slurry seal of the zone,2027,bond,50000,,,7
p4,Elm seal,Slurry seal of Elm Street,2026,rmra,80000,81234.56,2025-09-01,7
p5,Late seal,Slurry seal of one street,2026,rmra,70000,,2026-05-01,7
"""
PHASES = """\
project_id,phase,planned_start,planned_finish,actual_start,actual_finish
p1,construction,2026-09-01,2026-12-15,,
p2,construction,2026-12-01,2026-11-01,,
p4,construction,2025-09-02,2025-10-30,2025-09-02,2025-10-29
p5,construction,2026-05-02,2026-08-30,2026-05-04,
"""
FINDINGS = """\
feature,feature_id,rule_id,standard,edition,is_enforced,verdict,requirement,attribute,value,limit_value,margin,reason
ramps,r1,a,ADA,2010,yes,fail,running slope,running_slope_pct,9.5,8.33,-1.17,
ramps,r1,b,ADA,2010,yes,pass,width,width_in,48,36,12,
ramps,r2,a,ADA,2010,yes,pass,running slope,running_slope_pct,7,8.33,1.33,
ramps,r3,a,ADA,2010,yes,unknown,running slope,running_slope_pct,,8.33,,not measured
ramps,r4,a,PROWAG,2023,no,fail,width,width_in,40,48,-8,
"""


@pytest.fixture(scope="module")
def full_city(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with projects, their sections and phases, and findings."""
    folder = copy_city(city, tmp_path_factory.mktemp("papers") / "town")
    ids = gpd.read_file(folder / "clean" / "sections.gpkg")["section_id"].tolist()
    in_project = "project_id,section_id\n" + "".join(
        f"{p},{s}\n" for p, s in zip(("p1", "p1", "p4", "p5"), ids, strict=False)
    )
    texts = {
        "projects": PROJECTS,
        # A city whose days are out of order is refused by the check of its projects.
        "project_phases": PHASES.replace("p2,construction,2026-12-01,2026-11-01,,\n", ""),
        "project_sections": in_project,
        "findings": FINDINGS,
    }
    for name, text in texts.items():
        (folder / "clean" / f"{name}.csv").write_text(text, encoding="utf-8")
    lines = "".join(f'{name} = "clean/{name}.csv"\n' for name in texts)
    lines += 'assets = "clean/assets.parquet"\n'
    edit(folder / "norwalk.toml", lambda text: text.replace("[tables]\n", "[tables]\n" + lines, 1))
    return folder


@pytest.fixture(scope="module")
def written(full_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("written")
    said = norwalk("papers", full_city, "--out", out, "-q", "--as-of", "2026-06-30", "--no-pdf")
    assert said.code == 0, said.err
    return out / "papers"


def own(frame: str, name: str) -> pd.DataFrame:
    from io import StringIO

    return schema.check(pd.read_csv(StringIO(frame)), name)


def streets() -> gpd.GeoDataFrame:
    from norwalk_geo import towns

    return towns.town("town", seed=1).streets.sections


def text_of(page: Path) -> str:
    return re.sub(
        r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.read_text(), flags=re.DOTALL)
    )


@pytest.mark.browser
def test_the_pages_are_for_every_eye_and_hand(written: Path, browser_path: str) -> None:
    assert judge(browser_path, *sorted(written.glob("*.html"))) == {}


def test_the_council_report_has_its_parts_in_order_and_the_plans_amounts(written: Path) -> None:
    html = (written / "council.html").read_text(encoding="utf-8")
    heads = re.findall(r"<h2>(.*?)</h2>", html)
    assert heads[:6] == [
        "Recommendation",
        "Summary",
        "Background",
        "Discussion",
        "Fiscal Impact",
        "Attachments",
    ]
    assert [one.split(":")[0] for one in heads[6:]] == ["Exhibit A", "Exhibit B"]
    uses = openpyxl.load_workbook(written / "capital_plan.xlsx", data_only=True)["Uses"]
    total = uses.cell(uses.max_row, uses.max_column).value
    others = openpyxl.load_workbook(written / "capital_plan.xlsx", data_only=True)["Other assets"]
    committed = others.cell(others.max_row, others.max_column).value
    assert committed > 0
    assert f"committed ${committed:,.2f} (constant dollars)" in text_of(written / "council.html")
    # The town's plan has two years, all of which the capital plan shows.
    assert f"The plan spends ${total:,.2f} of" in text_of(written / "council.html")
    assert "=1+1" not in (written / "sb1_project_list.csv").read_text("utf-8-sig").replace(
        "'=1+1", ""
    )


@pytest.mark.parametrize(
    ("pairs", "texts"),
    [
        ([("Oak", "Elm"), ("Elm", "2nd")], ["Oak to 2nd"]),
        ([("Elm", "2nd"), ("Oak", "Elm"), ("5th", "6th")], ["2nd to Oak", "5th to 6th"]),
        ([("Oak", "Elm"), ("Oak", "Elm")], ["Oak to Elm", "Oak to Elm"]),
        ([("Oak", "Elm"), ("Elm", "2nd"), ("Elm", "3rd")], None),
        ([("Oak", "Elm"), ("Elm", "2nd"), ("2nd", "Oak")], None),
        ([("Oak", ""), ("", "Elm")], ["Oak", "Elm"]),
        ([("", "Oak"), ("Oak", "")], ["Oak", "Oak"]),
        ([("Dead end", "Oak"), ("Elm", "Dead end")], None),
        ([("Dead end", "Oak"), ("Oak", "Elm")], ["Dead end to Elm"]),
    ],
)
def test_stretches_are_joined_only_where_one_follows_the_other(
    pairs: list[tuple[str, str]], texts: list[str] | None
) -> None:
    from norwalk_geo.report.papers.council import _joined

    alone = [" to ".join(pair) for pair in pairs]
    assert sorted(_joined(pairs)) == sorted(texts or alone)


def test_a_draft_says_draft_everywhere_and_promises_no_year_to_residents(written: Path) -> None:
    for name in ("council", "progress", "sb1", "ada_annex"):
        assert "DRAFT: not adopted" in text_of(written / f"{name}.html")
        assert "Invented data" in text_of(written / f"{name}.html")
    said = text_of(written / "progress.html")
    assert "names no street and no year" in said
    assert "FY 2026-27" not in said.split("What is next")[1]
    assert "no data" in said


def test_adopted_the_first_year_is_named_and_costs_of_streets_are_not(
    full_city: Path, tmp_path: Path
) -> None:
    options = ("--adopted", "2026-06-16", "--resolution", "Resolution 26-7", "--no-pdf")
    said = norwalk("papers", full_city, "--out", tmp_path, "-q", "--as-of", "2026-06-30", *options)
    assert said.code == 0, said.err
    page = text_of(tmp_path / "papers" / "progress.html")
    assert "Planned for FY 2026-27" in page
    assert "Adopted June 16, 2026, Resolution 26-7" in page
    exhibit = text_of(tmp_path / "papers" / "council.html").split("Exhibit A: list")[2]
    rows = exhibit.split("Exhibit B")[0]
    # One amount a year, none a street.
    assert len(re.findall(r"\$[\d,]+\.\d\d", rows)) == 2
    assert not list((tmp_path / "papers").glob("*.pdf"))


def test_a_decision_needs_its_day_and_its_number_and_has_been_taken(full_city: Path) -> None:
    for options, word in (
        (("--adopted", "2026-06-16"), "needs a day and a resolution"),
        (("--resolution", "26-7"), "needs a day and a resolution"),
        (("--adopted", "2027-01-01", "--resolution", "x"), "is after 2026-06-30"),
    ):
        said = norwalk("papers", full_city, "--as-of", "2026-06-30", *options)
        assert said.code == 2
        assert word in said.err


def test_papers_without_the_writer_of_pdf_stop_before_the_plan(full_city: Path) -> None:
    with mock.patch.dict("sys.modules", {"weasyprint": None}):
        said = norwalk("papers", full_city, "--as-of", "2026-06-30")
    assert said.code == 2
    assert "weasyprint" in said.err
    assert "Or use --no-pdf" in said.err
    assert "Planning" not in said.err


def test_the_sb1_list_is_checked_for_what_lists_are_sent_back_for() -> None:
    sections = streets()
    inside = own("project_id,section_id\np1," + str(sections.index[0]), "project_sections")
    listed = papers.sb1_projects(
        own(PROJECTS, "projects"), sections, inside, own(PHASES, "project_phases"), year=2027
    )
    assert listed.index.tolist() == ["p1", "p2"]
    assert listed.loc["p1", "planned_finish"] == dt.date(2026, 12, 15)
    assert " from " in listed.loc["p1", "location"]
    faults = papers.sb1_faults(listed, FINAL, year=2027)
    assert set(faults["project_id"]) == {"p2"}
    assert faults["fault"].tolist() == [
        "description is missing or says too little",
        "location is missing",
        "schedule ends before it begins",
        "useful life is missing",
    ]
    assert "the list is not adopted" in set(papers.sb1_faults(listed, DRAFT, year=2027)["fault"])
    late = papers.sb1_faults(listed.loc[["p1"]], FINAL, year=2026)
    assert late["fault"].tolist() == ["adopted on or after July 1, 2025, when lists are due"]
    none = papers.sb1_faults(listed.iloc[:0], FINAL, year=2027)
    assert none["fault"].tolist() == ["no project of 2027 is paid by the account"]


def test_what_is_not_paid_yet_is_not_zero() -> None:
    spent = papers.sb1_expenditures(
        own(PROJECTS, "projects"),
        streets(),
        {"project_phases": own(PHASES, "project_phases")},
        year=2026,
    )
    assert spent["spent_usd"].tolist()[0] == 81234.56
    assert pd.isna(spent.loc["p5", "spent_usd"])
    page = papers.sb1_page(spent.iloc[:0], pd.DataFrame(), spent, DRAFT, year=2027)
    assert "$81,234.56" in page
    assert "1 not known yet" in page


def test_an_unknown_section_is_named() -> None:
    inside = own("project_id,section_id\np1,s-none\n", "project_sections")
    with pytest.raises(SchemaError, match="p1 s-none"):
        papers.sb1_projects(own(PROJECTS, "projects"), streets(), inside, year=2027)


def test_the_annex_never_calls_anything_accessible(written: Path) -> None:
    page = (written / "ada_annex.html").read_text(encoding="utf-8")
    row = re.search(r"<tr><th scope=\"row\">Curb ramps.*?</tr>", page)
    assert row is not None
    # Three under enforced rules: one fails, one is not measured, one has no finding.
    assert re.findall(r'<td class="n">(.*?)</td>', row[0]) == ["3", "1", "0", "1 (33 %)", "1"]
    assert not re.search(r"\b(is|are) accessible", text_of(written / "ada_annex.html"))


def kinds(node: pikepdf.Object, found: list[str]) -> list[str]:
    """Walk the structure of a document in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            kinds(child, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node and "/P" in node:
            found.append(str(node["/S"]))
        if "/K" in node:
            kinds(node["/K"], found)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["council", "progress", "sb1", "ada_annex"])
def test_each_pdf_is_tagged_and_named(written: Path, tmp_path: Path, name: str) -> None:
    page = (written / f"{name}.html").read_text(encoding="utf-8")
    papers.write_pdf(page, tmp_path / f"{name}.pdf")
    with pikepdf.open(tmp_path / f"{name}.pdf") as pdf:
        root = pdf.Root
        assert bool(root["/MarkInfo"]["/Marked"])
        assert str(root["/Lang"]) == "en"
        assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
        with pdf.open_metadata() as about:
            assert str(about["pdfuaid:part"]) == "1"
            assert "Sample city" in about["dc:title"] or "Norwalk" in about["dc:title"]
        found = kinds(root["/StructTreeRoot"]["/K"], [])
        heads = [one for one in found if re.fullmatch(r"/H\d", one)]
        assert heads[0] == "/H1"
        assert heads.count("/H1") == 1
        for before, after in itertools.pairwise(heads):
            assert int(after[2]) <= int(before[2]) + 1, "no level is left out"
        if "/Table" in found:
            assert found.count("/TH") > 0
        for page in pdf.pages:
            assert str(page["/Tabs"]) == "/S"
            for font in page["/Resources"].get("/Font", {}).values():
                inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
                assert "/FontDescriptor" in inner


def test_the_same_page_gives_the_same_bytes(tmp_path: Path) -> None:
    page = papers.sb1_page(
        pd.DataFrame(), pd.DataFrame(), pd.DataFrame({"spent_usd": []}), DRAFT, year=2027
    )
    for name in ("a", "b"):
        papers.write_pdf(page, tmp_path / f"{name}.pdf")
    assert len(set(bytes_of(tmp_path).values())) == 1


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_computes_the_capital_plans_totals(written: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written / "capital_plan.xlsx")
    stored = openpyxl.load_workbook(written / "capital_plan.xlsx", data_only=True)
    book.save(tmp_path / "bare.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*command, "--outdir", tmp_path / "out", tmp_path / "bare.xlsx"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    computed = openpyxl.load_workbook(tmp_path / "out" / "bare.xlsx", data_only=True)
    formulas = 0
    for name in ("Uses", "Sources", "Balance", "Other assets"):
        for row in book[name].iter_rows(min_row=HEAD + 1):
            for cell in row:
                if not str(cell.value).startswith("="):
                    continue
                formulas += 1
                mine, theirs = (one[name][cell.coordinate].value for one in (stored, computed))
                assert mine == pytest.approx(theirs, abs=0.005), f"{name} {cell.coordinate}"
    assert formulas > 20
