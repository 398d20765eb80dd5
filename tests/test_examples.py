"""The figures in docs/examples/README.md are those of a run today."""

from __future__ import annotations

import json
import re
import runpy
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from norwalk_geo.cli.commands import app

ROOT = Path(__file__).parents[1]
TABLES = runpy.run_path(str(ROOT / "tools" / "figures.py"))["tables"]
# Processors differ in the last bits of a sum, and so may the choice among near-equal plans.
TOLERANCE = 2e-3


def printed(name: str) -> str:
    text = (ROOT / "docs" / "examples" / "README.md").read_text(encoding="utf-8")
    return re.search(f"<!-- figures {name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL)[1]


def compare(name: str, out: Path) -> None:
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    mine, theirs = TABLES(summary), printed(name)
    number = re.compile(r"\d[\d,]*\.?\d*")
    assert number.sub("", mine) == number.sub("", theirs)
    pairs = zip(number.findall(mine), number.findall(theirs), strict=True)
    for row, (a, b) in enumerate(pairs):
        one, other = float(a.replace(",", "")), float(b.replace(",", ""))
        assert one == pytest.approx(other, rel=TOLERANCE, abs=0.02), f"number {row}: {a} not {b}"
    assert summary["gap"] < 1e-3


def run(*arguments: str) -> None:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_sample(tmp_path: Path) -> None:
    run("run", str(ROOT / "data" / "sample"), "--out", str(tmp_path / "out"), "--quiet")
    compare("sample", tmp_path / "out")


@pytest.mark.slow
@pytest.mark.real
def test_syracuse(tmp_path: Path, real: Path) -> None:
    city = tmp_path / "syracuse"
    shutil.copytree(ROOT / "docs" / "examples" / "syracuse", city)
    source = str(real / "syracuse" / "streets_ratings2015.geojson")
    run("import", source, "--map", str(city / "streets.toml"), "--city", str(city), "--quiet")
    run("run", str(city), "--quiet")
    compare("syracuse", city / "out")
