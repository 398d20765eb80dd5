"""Every command as its users call it: what it does, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import FILES, NOTICE, PROGRAM, bytes_of, edit, make_city, norwalk, program

COMMANDS = ("new", "check", "import", "plan", "publish", "run", "pci", "survey")
MAPPING = """
table = "sections"
key = "ID"
prefix = "x"
[columns]
street_name = "NAME"
functional_class = {from = "CLASS", values = {L = "residential", A = "arterial"}}
width_ft = {from = "WIDTH", unit = "ft"}
pci = "PCI"
pci_method = {constant = "vendor"}
survey_date = {from = "DAY"}
"""


# --------------------------------------------------------------------------- help


def test_without_arguments_it_shows_what_there_is() -> None:
    said = norwalk()
    assert said.code == 2
    assert all(command in said.out + said.err for command in COMMANDS)
    assert "0 done, 1 the data are wrong, 2 the call is wrong" in said.out + said.err


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_explains_every_command_and_option(command: str | None) -> None:
    from typer.main import get_command

    from norwalk_geo.cli.commands import app

    said = norwalk(*([command] if command else []), "--help")
    assert said.code == 0
    assert said.err == ""
    group = get_command(app)
    found = group.commands[command] if command else group  # type: ignore[attr-defined]
    assert len(found.help) > 30
    for parameter in found.params:
        assert len(parameter.help) > 5, parameter.name  # type: ignore[attr-defined]
        for name in parameter.opts:
            assert name.strip("-").replace("_", "-") in said.out.replace("_", "-"), name


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"norwalk_geo \d+\.\d+\.\d+\n", norwalk("--version").out)


@pytest.mark.parametrize(
    "call",
    [
        ("pave",),
        ("run",),
        ("run", "a", "b"),
        ("check", "a", "--nope"),
        ("run", "a", "--as-of", "July"),
        ("run", "a", "--as-of", "2026-02-30"),
        ("import", "a.csv"),
        ("new", "a", "--seed", "x"),
    ],
)
def test_a_wrong_call_ends_with_2(call: tuple[str, ...], tmp_path: Path) -> None:
    said = norwalk(*call)
    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert len(said.err) > 20
    assert norwalk(*call, "--json").json["kind"] == "error"
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------- new


def test_an_empty_city_says_what_comes_next(tmp_path: Path) -> None:
    folder = tmp_path / "Ciudad \"Ñ\" & 'more'"
    said = norwalk("new", folder)
    assert said.code == 0
    settings = tomllib.loads((folder / "norwalk.toml").read_text(encoding="utf-8"))
    assert settings["city"]["name"] == folder.name
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {folder.name}")
    lines = (folder / "norwalk.toml").read_text(encoding="utf-8").splitlines()
    bare = [
        line for line in lines if "=" in line and "#" not in line and not line.startswith("name")
    ]
    assert bare == [], "every setting has a comment"
    checked = norwalk("check", folder)
    assert checked.code == 1
    assert checked.err.splitlines()[1:] == [
        f"  tables.{name}: is not named. Import it with norwalk import, or name its file in "
        "norwalk.toml, below [tables]."
        for name in ("sections", "surveys")
    ]


def test_every_line_that_is_commented_out_can_be_used(tmp_path: Path) -> None:
    def uncommented(text: str) -> str:
        """Take the comment off the lines of the sections that are there."""
        parts = text.split("\n\n")
        return "\n\n".join(
            # What only another objective takes stays out.
            re.sub(r"(?m)^# (?=\w+ =(?!.*least_cost:))", "", part)
            if re.search(r"(?m)^\[", part)
            else part
            for part in parts
        )

    norwalk("new", tmp_path / "a")
    edit(tmp_path / "a" / "norwalk.toml", uncommented)
    said = norwalk("check", tmp_path / "a")
    assert said.code == 1
    assert [line.split(":")[0] for line in said.err.splitlines()[1:]] == [
        "  sections (sections.gpkg)",
        "  surveys (surveys.csv)",
    ]


def test_settings_of_a_new_city_can_be_given(tmp_path: Path) -> None:
    box = "-76.21,42.98,-76.07,43.09"
    call = ("new", tmp_path / "a", "--name", "Salt City", "--crs", "EPSG:2261", "--bbox", box)
    assert norwalk(*call, "--json").json == {"kind": "new", "city": str(tmp_path / "a")}
    settings = tomllib.loads((tmp_path / "a" / "norwalk.toml").read_text(encoding="utf-8"))["city"]
    assert settings == {
        "name": "Salt City",
        "crs": "EPSG:2261",
        "bbox_lonlat": [-76.21, 42.98, -76.07, 43.09],
    }


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--bbox", "1,2,3", "--bbox: 1 problem\n  1,2,3: is no box. Give west, south, east and"),
        ("--bbox", "a,b,c,d", "is no box"),
        ("--bbox", "-118,34,-119,35", "bbox_lonlat: is [-118.0, 34.0, -119.0, 35.0]"),
        ("--crs", "EPSG:99999", "--crs: 1 problem\n  EPSG:99999: is no known system. Use a code"),
        ("--crs", "EPSG:4326", "--crs: 1 problem\n  EPSG:4326: is in degrees. Choose a projected"),
        ("--crs", 'EPSG:2229"', "--crs: 1 problem"),
    ],
)
def test_a_city_that_cannot_be_is_not_made(
    option: str, value: str, message: str, tmp_path: Path
) -> None:
    said = norwalk("new", tmp_path / "a", option, value)
    assert said.code in (1, 2)
    assert message in said.err
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--size", "huge", "--size: 1 problem\n  huge: is no size. Use town, norwalk, city"),
        ("--size", "3", "size: is 3. Give 20 to 1,000,000 sections"),
        ("--seed", "-1", "seed: is -1. Give zero or more."),
    ],
)
def test_an_invented_city_that_cannot_be_is_not_made(
    option: str, value: str, message: str, tmp_path: Path
) -> None:
    call = ["new", tmp_path / "a", "--synthetic", "--size", "town", option, value]
    said = norwalk(*call)
    assert said.code == 2
    assert message in said.err
    assert not (tmp_path / "a").exists()


def test_a_city_that_is_there_is_kept_unless_forced(own_city: Path) -> None:
    before = bytes_of(own_city)
    for more in ((), ("--synthetic", "--size", "town")):
        said = norwalk("new", own_city, *more)
        assert said.code == 2
        assert said.err == (
            f"{own_city}: 1 problem\n  town: is a city already. "
            "Choose another folder, or add --force to replace it.\n"
        )
        assert bytes_of(own_city) == before
    assert norwalk("new", own_city, "--synthetic", "--size", "town", "--force").code == 0
    after = bytes_of(own_city)
    # The fixture's plan is shorter; the tables are the same to the byte.
    assert {name for name in before if before[name] != after[name]} == {"norwalk.toml"}


def test_an_invented_city_says_so_in_its_settings(city: Path) -> None:
    text = (city / "norwalk.toml").read_text(encoding="utf-8")
    assert text.startswith("# Invented data")
    assert tomllib.loads(text)["city"]["notice"] == NOTICE
    said = norwalk("check", city)
    assert said.code == 0
    assert said.err == ""
    assert "everything is in order" in said.out


# --------------------------------------------------------------------------- check


def spoil(city: Path) -> None:
    """Twelve ratings that cannot be, one of them named as a formula."""
    path = city / "clean" / "surveys.csv"
    surveys = pd.read_csv(path, dtype="str")
    surveys.loc[:10, "pci"] = "-3"
    surveys.loc[11, ["section_id", "pci"]] = ['=HYPERLINK("x")', "140"]
    surveys.to_csv(path, index=False)


def test_every_bad_row_is_listed_in_a_file_where_one_is_wanted(own_city: Path) -> None:
    spoil(own_city)
    rows = own_city / "bad.csv"
    said = norwalk("check", own_city, "--report", rows)
    assert said.code == 1
    assert "surveys.pci: outside 0–100 points (-3, 140) in 12 rows: s00001 " in said.err
    listed = pd.read_csv(rows, encoding="utf-8-sig")
    assert list(listed.columns) == ["where", "what", "row", "remedy"]
    bad = listed[listed["where"] == "surveys.pci"]
    assert len(bad) == 12
    assert bad["row"].iloc[-1].startswith("'=HYPERLINK"), "no spreadsheet reads it as a formula"
    assert bad["remedy"].eq("Correct the source or drop the rows.").all()
    problems = norwalk("check", own_city, "--json").json["problems"]
    assert [len(one["rows"]) for one in problems if one["where"] == "surveys.pci"] == [12]


def test_the_list_of_bad_rows_is_empty_where_there_are_none(city: Path, tmp_path: Path) -> None:
    rows = tmp_path / "bad.csv"
    rows.write_text("of an earlier check", encoding="utf-8")
    assert norwalk("check", city, "--report", rows).code == 0
    assert rows.read_text(encoding="utf-8-sig") == "where,what,row,remedy\n"


def test_a_list_that_cannot_be_written_is_a_problem_more(own_city: Path, tmp_path: Path) -> None:
    rows = tmp_path / "none" / "bad.csv"
    assert "--report" in (said := norwalk("check", own_city, "--report", rows)).err
    assert said.code == 2
    spoil(own_city)
    said = norwalk("check", own_city, "--report", rows, "--json")
    assert said.code == 1
    assert [one["where"] for one in said.json["problems"]] == ["surveys.pci", "--report"]
    assert said.json["message"].startswith("Sample city in Norwalk's place: ")


# --------------------------------------------------------------------------- import


@pytest.fixture
def bring(own_city: Path, tmp_path: Path) -> Callable[..., dict[str, object]]:
    """Function that imports streets drawn in degrees into the city, with ratings of a day."""
    lines = gpd.read_file(own_city / "clean" / "sections.gpkg").to_crs("EPSG:4326").head(20)
    mapping = tmp_path / "streets.toml"
    mapping.write_text(MAPPING, encoding="utf-8")

    def run(day: str, *more: str, pci: float = 60.0, first: int = 0) -> dict[str, object]:
        source = tmp_path / "streets.geojson"
        size = len(lines)
        names = {"ID": range(size), "NAME": "Año Street", "CLASS": "L", "WIDTH": 36.0}
        frame = gpd.GeoDataFrame({**names, "PCI": pci, "DAY": day}, geometry=lines.geometry.values)
        frame.iloc[first:].set_crs("EPSG:4326").to_file(source, driver="GeoJSON")
        call = ("import", source, "--map", mapping, "--city", own_city, *more)
        said = norwalk(*call, "--json")
        assert said.code == 0, said
        return said.json

    return run


def surveys_of(city: Path) -> pd.DataFrame:
    return pd.read_csv(city / "clean" / "surveys.csv", parse_dates=["survey_date"])


@pytest.fixture
def bare_city(own_city: Path) -> Path:
    """The town without sections and surveys, with a comment in its list of tables."""
    text = (own_city / "norwalk.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("sections =", "surveys ="))]
    place = lines.index("[tables]") + 1
    lines.insert(place, "# our tables, as the city's GIS gives them")
    (own_city / "norwalk.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (own_city / "clean" / "surveys.csv").unlink()
    return own_city


def test_import_names_its_tables_and_keeps_comments(
    bare_city: Path, bring: Callable[..., dict[str, object]]
) -> None:
    before = (bare_city / "norwalk.toml").read_text(encoding="utf-8").splitlines()
    mode = (bare_city / "norwalk.toml").stat().st_mode
    said = bring("2025-05-01")
    assert said["kind"] == "import"
    assert (said["rows_read"], said["rows_kept"], said["rows_dropped"]) == (20, 20, 0)
    after = (bare_city / "norwalk.toml").read_text(encoding="utf-8").splitlines()
    assert set(after) - set(before) == {
        'sections = "clean/sections.gpkg"',
        'surveys = "clean/surveys.csv"',
    }
    assert [line for line in after if line in before] == before
    assert (bare_city / "norwalk.toml").stat().st_mode == mode
    account = json.loads((bare_city / "clean" / "import_sections.json").read_text("utf-8"))
    assert account.items() <= said.items()
    assert norwalk("check", bare_city).code == 0
    written = gpd.read_file(bare_city / "clean" / "sections.gpkg")
    assert written.crs == "EPSG:2229"
    assert written["street_name"].unique().tolist() == ["Año Street"]


def test_importing_again_adds_surveys_and_replaces_those_of_the_same_day(
    bare_city: Path, bring: Callable[..., dict[str, object]]
) -> None:
    bring("2024-05-01")
    bring("2025-05-01", pci=70.0)
    assert surveys_of(bare_city).groupby("survey_date")["pci"].agg(
        ["size", "max"]
    ).to_numpy().tolist() == [[20, 60], [20, 70]]
    bring("2025-05-01", pci=80.0)
    assert surveys_of(bare_city).groupby("survey_date")["pci"].agg(
        ["size", "max"]
    ).to_numpy().tolist() == [[20, 60], [20, 80]]
    again = bytes_of(bare_city)
    bring("2025-05-01", pci=80.0)
    assert bytes_of(bare_city) == again
    bring("2025-05-01", "--replace", pci=50.0)
    assert surveys_of(bare_city)["pci"].tolist() == [50.0] * 20


def test_import_never_writes_over_a_file_of_the_citys_own(
    own_city: Path, bring: Callable[..., dict[str, object]]
) -> None:
    (own_city / "gis").mkdir()
    for name in ("sections.gpkg", "surveys.csv"):
        (own_city / "clean" / name).rename(own_city / "gis" / name)
    edit(
        own_city / "norwalk.toml",
        lambda text: text.replace("clean/s", "gis/s").replace("gis/sites", "clean/sites"),
    )
    before = bytes_of(own_city / "gis")
    said = bring("2025-05-01", "--replace")
    assert bytes_of(own_city / "gis") == before
    tables = tomllib.loads((own_city / "norwalk.toml").read_text(encoding="utf-8"))["tables"]
    assert tables["sections"] == "clean/sections.gpkg"
    assert tables["surveys"] == "clean/surveys.csv"
    assert [Path(str(path)).name for path in said["written"]] == [  # type: ignore[attr-defined]
        "sections.gpkg",
        "surveys.csv",
        "changes.csv",
    ]
    assert norwalk("check", own_city).code == 0


@pytest.mark.parametrize(
    ("spoiled", "code", "message"),
    [
        ("source", 2, "none.geojson: is not there"),
        ("mapping", 2, "none.toml: cannot be read"),
        ("city", 2, "norwalk.toml: is not there. Make a city folder with: norwalk new"),
        ("column", 1, "street_name: "),
    ],
)
def test_an_import_that_fails_changes_nothing(
    spoiled: str, code: int, message: str, own_city: Path, tmp_path: Path
) -> None:
    source, mapping = own_city / "clean" / "sections.gpkg", tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    before = bytes_of(own_city)
    paths = {"source": source, "mapping": mapping, "city": own_city}
    if spoiled in paths:
        ending = {"source": ".geojson", "mapping": ".toml", "city": ""}[spoiled]
        paths[spoiled] = tmp_path / f"none{ending}"
    call = ("import", paths["source"], "--map", paths["mapping"], "--city", paths["city"])
    said = norwalk(*call)
    assert said.code == code, said
    assert message in said.err
    assert bytes_of(own_city) == before
    assert not (tmp_path / "none").exists()
    assert norwalk(*call, "--json").json["kind"] == "error"


# --------------------------------------------------------------------------- plan, publish, run


def test_run_says_the_figures_and_where_the_files_are(own_city: Path) -> None:
    said = norwalk("run", own_city / "norwalk.toml")
    assert said.code == 0
    assert said.err == ""
    begins = f"{NOTICE}\nSample city in Norwalk's place: 84 sections (2 of them not the city's), "
    assert said.out.startswith(begins)
    summary = json.loads((own_city / "out" / "summary.json").read_text(encoding="utf-8"))
    surveyed = f"condition {summary['pci_surveyed']:.1f} at the latest survey, "
    assert f"{surveyed}{summary['pci_now']:.1f} when the plan begins (FY 2027), " in said.out
    for row in summary["years"]:
        spent = f"{row['spent_usd']:,.0f}"
        assert re.search(rf"(?m)^{row['year']} .* {spent} .* {row['pci']:.1f} ", said.out)
    assert f"by more than {summary['gap']:.3%} of the gain." in said.out
    for name in FILES:
        assert f"  {own_city / 'out' / name}\n" in said.out
        assert (own_city / "out" / name).stat().st_size > 0


def test_plan_is_the_same_as_run_and_json_is_the_summary(city: Path, planned: Path) -> None:
    out = planned.parent / "again"
    said = norwalk("plan", city, "--out", out, "--json")
    assert said.code == 0
    assert said.err == ""
    assert said.json == json.loads((planned / "summary.json").read_text(encoding="utf-8"))
    assert bytes_of(out) == bytes_of(planned)


def test_the_day_can_be_given(city: Path, tmp_path: Path) -> None:
    said = norwalk("plan", city, "--out", tmp_path / "out", "--as-of", "2027-07-02", "--json")
    assert said.json["as_of"] == "2027-07-02"
    assert [row["year"] for row in said.json["years"]] == [2029, 2030]
    assert said.json["pci_now"] < 60


def test_publish_writes_the_site_and_says_that_it_planned_afresh(
    city: Path, tmp_path: Path
) -> None:
    said = norwalk("publish", city, "--out", tmp_path / "maps")
    assert said.code == 0
    page = tmp_path / "maps" / "site" / "index.html"
    afresh = "No edition of the plan is kept: it was made afresh."
    assert said.out.startswith(f"{NOTICE}\n{afresh}\n")
    assert said.out.endswith(f"\n  {page}\n")
    before = bytes_of(page.parent)
    told = norwalk("publish", city, "--out", tmp_path / "maps", "--json").json
    assert sorted(told["files"]) == [str(page.parent / name) for name in before]
    assert bytes_of(page.parent) == before
    assert {k: told[k] for k in ("kind", "notice", "plan")} == {
        "kind": "publish",
        "notice": NOTICE,
        "plan": {"edition": None, "says": afresh},
    }


def test_quiet_says_nothing_but_errors(own_city: Path, tmp_path: Path) -> None:
    calls = (
        ("new", tmp_path / "a"),
        ("check", own_city),
        ("run", own_city),
        ("publish", own_city, "--out", tmp_path / "maps"),
    )
    for call in calls:
        said = norwalk(*call, "--quiet")
        assert (said.code, said.out, said.err) == (0, "", ""), call
    said = norwalk("check", tmp_path / "a", "-q")
    assert said.code == 1
    assert said.out == ""
    assert said.err != ""


def test_names_are_shown_as_they_are(own_city: Path) -> None:
    edit(
        own_city / "norwalk.toml",
        lambda text: text.replace("Sample city in Norwalk's place", "[red]Ñ:smile:[/red]"),
    )
    assert norwalk("check", own_city).out.startswith("[red]Ñ:smile:[/red]: everything")


def test_a_city_without_a_folder_leaves_no_trace(tmp_path: Path) -> None:
    for call in (("run", tmp_path / "none"), ("check", tmp_path / "none")):
        said = norwalk(*call)
        assert said.code == 2
        assert said.err == (
            f"{tmp_path}/none/norwalk.toml: 1 problem\n  norwalk.toml: is not there. "
            f"Make a city folder with: norwalk new {tmp_path}/none\n"
        )
        assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------- the real program


@pytest.mark.slow
def test_the_program_from_nothing_to_a_plan(tmp_path: Path) -> None:
    made = program("new", "a", "--synthetic", "--size", "town", cwd=tmp_path)
    assert (made.code, made.err) == (0, "")
    edit(tmp_path / "a" / "norwalk.toml", lambda text: text.replace("years = 10", "years = 2"))
    done = program("run", "a", "--json", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.json["kind"] == "plan"
    assert {path.name for path in (tmp_path / "a" / "out").iterdir()} >= set(FILES)
    wrong = program("run", "b", "--json", cwd=tmp_path)
    assert wrong.code == 2
    assert wrong.json["problems"][0]["where"] == "norwalk.toml"
    assert wrong.err == ""


@pytest.mark.slow
def test_the_program_in_a_place_that_knows_only_ascii(own_city: Path) -> None:
    edit(
        own_city / "norwalk.toml",
        lambda text: text.replace("Sample city in Norwalk's place", "Ciudad Ñandú 市"),
    )
    place = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    said = program("check", own_city, env=place)
    assert (said.code, said.err) == (0, "")
    assert "everything is in order" in said.out
    assert program("check", own_city, "--json", env=place).json["city"] == "Ciudad Ñandú 市"


def test_an_interrupt_is_said_and_ends_with_130(
    own_city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from norwalk_geo.cli import job

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    assert norwalk("run", own_city, "-q").code == 0
    before = bytes_of(own_city)
    monkeypatch.setattr(job.report, "write_plan", stop)
    said = norwalk("run", own_city)
    assert said.code == 130
    assert said.out == ""
    assert said.err == (
        "Interrupted. No result is half written: those of the last whole run are there.\n"
    )
    assert norwalk("run", own_city, "--json").json["message"].startswith("Interrupted.")
    assert bytes_of(own_city) == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_at_any_moment_leaves_the_earlier_results(
    kind: signal.Signals, own_city: Path, planned: Path
) -> None:
    out = own_city / "out"
    assert norwalk("run", own_city, "-q", "--as-of", "2027-07-02").code == 0
    before = bytes_of(out)
    for wait in (0.8, 1.5, 2.2):
        run = subprocess.Popen(
            [PROGRAM, "run", own_city, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            run.wait(wait)
        except subprocess.TimeoutExpired:
            run.send_signal(kind)
        said, err = run.communicate(timeout=60)
        after = {name: digest for name, digest in bytes_of(out).items() if not name.startswith(".")}
        # Killed between two renames, the next run finishes the switch.
        if not (out / ".ready").exists():
            assert after in (before, bytes_of(planned)), wait
        if run.returncode == 130 and said:
            assert json.loads(said)["message"].startswith("Interrupted.")
        assert "Traceback" not in err or wait < 1, err
    assert norwalk("run", own_city, "-q").code == 0
    assert bytes_of(out) == bytes_of(planned)
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == [".norwalk.lock"]


def test_only_one_program_makes_the_fixture_city(city: Path, tmp_path: Path) -> None:
    """The same seed gives the same bytes wherever it is made."""
    assert bytes_of(make_city(tmp_path / "elsewhere")) == bytes_of(city)
