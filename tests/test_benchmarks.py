"""The benchmarks run. What they measure is reported, and fails nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_smoke(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "run", "--smoke", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(file.read_text(encoding="utf-8"))
    one = found["subjects"]["town"]
    assert one["sections"] == 84
    assert all(one["seconds"][phase] > 0 for phase in ("read", "check", "write", "page"))
    assert all(seconds > 0 for phase, seconds in one["seconds"].items() if "plan" in phase)
    assert one["seconds"]["other"] < 0.5 * one["total_s"]
    assert 0 <= one["share_of_gain"]["worst_first"] < one["share_of_gain"]["plan"] <= 1
    assert 0 <= one["with_ramps"]["gap"] < 1
    assert set(found["promises"]) == {"help_ratio", "schema_ms"}
    assert "plan: bound" in done.stdout


@pytest.mark.slow
def test_reach_runs_beside_its_peers() -> None:
    command = [sys.executable, "-m", "benchmarks", "reach", "--smoke", "--json"]
    command += ["--peers", "scipy"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    engines = found["sizes"]["1000"]["engines"]
    assert engines["ours"]["same_when_shuffled"]
    assert engines["scipy"]["equal"]
    assert found["gains"]["checked"] == 20
