"""`norwalk ada`: every file, the same figures in each, internal, and what a city has to name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from browser import judge
from commands import bytes_of, edit, make_city, norwalk

from norwalk_geo import config, io, report
from norwalk_geo.errors import ConfigError


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented town with ramps, walks, crossings and zones; nobody may change it."""
    return make_city(tmp_path_factory.mktemp("walked") / "town", is_walked=True)


@pytest.fixture(scope="module")
def out(walked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("found")
    done = norwalk("ada", walked, "--out", folder, "--quiet")
    assert done.code == 0, done
    return folder / "ada"


@pytest.mark.browser
def test_the_page_is_for_every_eye_and_hand(out: Path, browser_path: str) -> None:
    assert judge(browser_path, out / "ada.html") == {}


def test_every_file_is_there_and_says_that_it_is_internal(out: Path) -> None:
    assert set(report.ACCESS_FILES) <= {path.name for path in out.iterdir()}
    for name in ("findings", "barriers", "corners", "transition_plan", "compliance"):
        table = pd.read_csv(out / f"{name}.csv")
        assert table["audience"].str.startswith("Internal").all()
        assert table["notice"].str.contains("Invented").all()
    page = (out / "ada.html").read_text(encoding="utf-8")
    assert "Internal until the transition plan is adopted" in page
    assert "Invented data" in page
    assert "noindex" in page


def test_the_files_agree(out: Path) -> None:
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    ranked, plan = (pd.read_csv(out / f"{name}.csv") for name in ("barriers", "transition_plan"))
    assert summary["kind"] == "ada"
    assert summary["barriers"] == len(ranked) == len(plan)
    assert sum(summary["plan_by_status"].values()) == len(plan)
    scheduled = plan[plan["status"].eq("scheduled")]
    assert scheduled["cost_usd"].sum() == pytest.approx(summary["scheduled_usd"])
    assert scheduled.groupby("year")["cost_usd"].sum().le(20_000).all()
    layer = gpd.read_file(out / "ada.gpkg", layer="barriers")
    assert layer["score"].sum() == pytest.approx(ranked["score"].sum())
    parts = ["severity_part", "place_part", "people_part", "equity_part"]
    assert (ranked[parts].fillna(0).sum(axis=1).round(2) == ranked["score"]).all()
    corners = pd.read_csv(out / "corners.csv")
    assert summary["ramps"]["ramps_due"] == corners["ramps_due"].sum()


def test_progress_since_an_earlier_year_is_written_and_wrong_folders_are_named(
    walked: Path, out: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "before"
    shutil.copytree(out, earlier)
    told = json.loads((earlier / "summary.json").read_text(encoding="utf-8"))
    told["as_of"] = "2025-09-30"
    (earlier / "summary.json").write_text(json.dumps(told), encoding="utf-8")
    done = norwalk("ada", walked, "--out", tmp_path / "now", "--earlier", earlier, "--quiet")
    assert done.code == 0, done
    found = pd.read_csv(tmp_path / "now" / "ada" / "progress.csv")
    whole = found[found["group"].eq("all")].set_index("year")
    assert whole.index.tolist() == [2026, 2027]
    # Nothing was removed between two runs on the same data.
    assert whole["open"].tolist() == [told["barriers"]] * 2
    assert whole["closed"].tolist() == whole["added"].tolist() == [0, 0]
    for folder, what in ((out, "is of fiscal year 2027"), (tmp_path, "No such file")):
        wrong = norwalk("ada", walked, "--out", tmp_path / "bad", "--earlier", folder)
        assert wrong.code == 2
        assert what in " ".join(wrong.err.split())
        assert not (tmp_path / "bad" / "ada" / "findings.csv").exists()


@pytest.mark.slow
def test_its_corners_can_enter_the_plan(out: Path, tmp_path: Path) -> None:
    """Named in the settings they are paid for, and what paving builds leaves the removals."""
    city = tmp_path / "town"
    done = norwalk("new", city, "--synthetic", "--size", "town", "--seed", 1)
    assert done.code == 0
    tables = dict.fromkeys(("corners", "corner_sections"), out / "ada.gpkg")
    for name, path in tables.items():
        assert len(io.read_table(path, name))
    named = "".join(f'{name} = "{path.as_posix()}"\n' for name, path in tables.items())

    def change(text: str) -> str:
        text = text.replace("[tables]\n", f"[tables]\n{named}")
        return text.replace("years = 10", "years = 3")

    edit(city / "norwalk.toml", change)
    for command in ("run", "ada"):
        assert norwalk(command, city, "--out", tmp_path / "out", "--quiet").code == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.search(r"of it builds the curb ramps that this work obliges at \d+ corners;", page)
    summary = json.loads((tmp_path / "out" / "ada" / "summary.json").read_text(encoding="utf-8"))
    plan = pd.read_csv(tmp_path / "out" / "ada" / "transition_plan.csv")
    paved = plan[plan["status"].eq("with_paving")]
    assert len(paved) == summary["plan_by_status"]["with_paving"] > 0
    assert paved["barrier_id"].str.startswith("ramps:").all()
    assert paved["year"].between(2027, 2029).all()


@pytest.mark.slow
def test_the_same_city_gives_the_same_bytes(walked: Path, out: Path, tmp_path: Path) -> None:
    assert norwalk("ada", walked, "--out", tmp_path, "--quiet").code == 0
    again, first = bytes_of(tmp_path / "ada"), bytes_of(out)
    assert again == first


def test_a_city_without_features_or_standards_is_told_what_to_name(
    city: Path, tmp_path: Path
) -> None:
    done = norwalk("ada", city, "--out", tmp_path)
    assert done.code == 1
    assert "norwalk import" in done.err
    assert not (tmp_path / "ada" / "summary.json").exists()


def test_what_is_wrong_with_the_settings_is_said_at_once(walked: Path, tmp_path: Path) -> None:
    text = (walked / "norwalk.toml").read_text(encoding="utf-8")
    bad = text.replace("limit_min = 30", "limit_min = 0\nseverty = 3\nbudget_usd = 3")
    bad = bad.replace("2027 = 20_000", "soon = 20_000")
    (tmp_path / "norwalk.toml").write_text(bad, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        config.read_config(tmp_path)
    said = str(told.value)
    assert "Did you mean 'severity'?" in said
    assert "barriers.limit_min" in said
    assert "barriers.budget.soon" in said
    zero = text.replace("limit_min = 30", "severity = 0\nplace = 0\npeople = 0\nequity = 0")
    (tmp_path / "norwalk.toml").write_text(zero, encoding="utf-8")
    with pytest.raises(ConfigError, match="no weight above zero"):
        config.read_config(tmp_path)
