from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norwalk_geo.config import Config, first_plan_year, fiscal_year, read_config, year_start
from norwalk_geo.errors import ConfigError, SourceError

# As printed in the documents that the parts of the project share.
WHOLE = """\
[city]
name = "Norwalk"
crs = "EPSG:2229"
bbox_lonlat = [-118.11, 33.87, -118.04, 33.95]
fiscal_year_start = 7
as_of = 2026-07-01
[tables]                       # table = file, relative to this file; or a database address
sections = "clean/sections.gpkg"
[budget]                       # fiscal year = constant dollars, or a table of funds
2027 = 5_000_000
[money]
base_year = 2026
[plan]
years = 10
terminal_years = 3
[standards]
enforce = ["ada2010", "cbc11b"]
advise = ["prowag2023"]
[publish]
languages = ["en", "es"]
"""
LEAST = """\
[city]
name = "Norwalk"
crs = "EPSG:2229"
bbox_lonlat = [-118.11, 33.87, -118.04, 33.95]
"""


def read(folder: Path, text: str) -> Config:
    (folder / "norwalk.toml").write_text(text, encoding="utf-8")
    return read_config(folder)


def refusal(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return caught.value


def test_the_printed_example_reads(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    assert config == Config(
        folder=tmp_path,
        city="Norwalk",
        crs="EPSG:2229",
        bbox_lonlat=(-118.11, 33.87, -118.04, 33.95),
        fiscal_year_start=7,
        as_of=dt.date(2026, 7, 1),
        tables={"sections": "clean/sections.gpkg"},
        budget={2027: {"general": 5_000_000.0}},
        base_year=2026,
        years=10,
        terminal_years=3,
        languages=("en", "es"),
        enforce=("ada2010", "cbc11b"),
        advise=("prowag2023",),
    )
    assert config.path("sections") == tmp_path / "clean" / "sections.gpkg"


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    config = read(tmp_path, LEAST)
    assert config.as_of is None
    assert (config.years, config.terminal_years, config.fiscal_year_start) == (10, 3, 7)
    assert (config.bands, config.unsurveyed, config.budget_dollars) == (
        "california4",
        "leave",
        "constant",
    )
    assert not config.budget
    assert not config.notice


def test_the_file_itself_may_be_named_and_may_begin_with_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "norwalk.toml"
    file.write_text(LEAST, encoding="utf-8-sig")
    assert read_config(file) == read_config(str(tmp_path))


def test_a_budget_may_be_by_fund_and_is_put_in_order(tmp_path: Path) -> None:
    config = read(tmp_path, LEAST + "[budget]\n2028 = 0\n2027 = {sb1 = 1_500_000, general = 2.5}\n")
    assert list(config.budget) == [2027, 2028]
    assert config.budget[2027] == {"sb1": 1_500_000.0, "general": 2.5}


BAD = {
    "city.name": 'name = " "',
    "city.crs": "crs = 2229",
    "city.bbox_lonlat": "bbox_lonlat = [-118.04, 33.87, -118.11, 33.95]",
    "city.fiscal_year_start": "fiscal_year_start = 13",
    "city.as_of": 'as_of = "2026-07-01"',
    "city.notice": "notice = 3",
    "money.base_year": "base_year = 20.5",
    "money.budget_dollars": 'budget_dollars = "real"',
    "money.inflation_pct": "inflation_pct = true",
    "money.cost_growth_pct": "cost_growth_pct = nan",
    "plan.years": "years = 0",
    "plan.terminal_years": "terminal_years = -1",
    "plan.critical_pci": "critical_pci = 101",
    "plan.bands": 'bands = "five"',
    "plan.own_pace": "own_pace = 1",
    "plan.unsurveyed": "unsurveyed = 0",
    "standards.enforce": 'enforce = "ada2010"',
    "standards.advise": "advise = [2023]",
    "publish.languages": 'languages = ["en", "fr"]',
    "publish.contact_email": 'contact_email = "city.example"',
    "publish.open311_url": 'open311_url = "javascript:alert(1)"',
}


def test_every_bad_value_is_listed_at_once(tmp_path: Path) -> None:
    sections: dict[str, list[str]] = {}
    for where, line in BAD.items():
        sections.setdefault(where.split(".")[0], []).append(line)
    text = "\n".join("\n".join([f"[{name}]", *lines]) for name, lines in sections.items())
    error = refusal(tmp_path, text)
    assert {problem.where for problem in error.problems} == set(BAD)
    assert all(problem.what and problem.remedy.endswith(".") for problem in error.problems)
    assert "Give a whole number from 1 to 12." in str(error)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[citi]\n", "citi: unknown section. Did you mean 'city'?"),
        ("[plan]\nyaers = 3\n", "plan.yaers: unknown key. Did you mean 'years'?"),
        ("[plan]\nzzz = 3\n", "plan.zzz: unknown key. Known are backlog_over, bands,"),
        (
            '[tables]\nsecions = "a.gpkg"\n',
            "tables.secions: unknown table. Did you mean 'sections'",
        ),
        ("[tables]\nsections = 3\n", "tables.sections: is 3. Give text in quotation marks."),
        ("[budget]\n27 = 3\n", "budget.27: is not a fiscal year. Write a fiscal year such as"),
        ('[budget]\n"²" = 3\n', "budget.²: is not a fiscal year."),
        ("[budget]\n2027 = -1\n", "budget.2027: is -1. Give dollars, zero or more."),
        ("[budget]\n2027 = {sb1 = 'x'}\n", "budget.2027.sb1: is 'x'. Give dollars"),
    ],
)
def test_a_wrong_name_or_number_says_what_to_write(tmp_path: Path, line: str, said: str) -> None:
    assert said in str(refusal(tmp_path, LEAST + line))


@pytest.mark.parametrize("name", ["city", "tables", "budget", "plan"])
def test_a_section_that_is_a_value_is_named(tmp_path: Path, name: str) -> None:
    text = f"{name} = 3\n" + ("" if name == "city" else LEAST)
    assert f"{name}: is not a section." in str(refusal(tmp_path, text))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, "[plan]\nyears = 5\n")
    assert [problem.where for problem in error.problems] == [
        "city.name",
        "city.crs",
        "city.bbox_lonlat",
    ]


@pytest.mark.parametrize("content", [b"[city\n", b"name = Norwalk\n", b"\xff\xfe\x00"])
def test_a_file_that_is_not_toml_is_said_to_be(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "norwalk.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"norwalk\.toml: is not TOML"):
        read_config(tmp_path)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="norwalk new"):
        read_config(tmp_path)


def test_a_folder_in_the_files_place_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "norwalk.toml").mkdir()
    with pytest.raises(SourceError, match="cannot be read"):
        read_config(tmp_path)


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    config = read(tmp_path, LEAST)
    with pytest.raises(AttributeError):
        config.years = 3  # type: ignore[misc]


days = st.dates(dt.date(1995, 1, 1), dt.date(2150, 12, 31))


@given(day=days, month=st.integers(1, 12))
def test_a_day_is_in_its_fiscal_year(day: dt.date, month: int) -> None:
    year = fiscal_year(day, month)
    assert year_start(year, month) <= day < year_start(year + 1, month)


@given(day=days, month=st.integers(1, 12))
def test_the_first_plan_year_is_the_first_that_begins_on_the_day_or_later(
    day: dt.date, month: int
) -> None:
    year = first_plan_year(day, month)
    assert year_start(year - 1, month) < day <= year_start(year, month)
