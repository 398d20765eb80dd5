"""Two things that every command needs, each beside a plain peer in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["help_times", "schema_times"]

_BARE = """\
import typer
app = typer.Typer(add_completion=False)
{commands}
app()
"""
_COMMAND = """\
@app.command()
def command{number}(name: str, quiet: bool = False) -> None:
    "Do one thing."
"""


def median_s(work: Callable[[], object], times: int) -> float:
    """Median seconds of some calls; one before them warms up."""
    work()
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def surveys(rows: int) -> pd.DataFrame:
    """Draw surveys, in the types that a CSV reader gives."""
    random = np.random.default_rng(1)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 2_000, rows), "D")
    return pd.DataFrame(
        {
            "section_id": [f"s{k:06}" for k in range(rows)],
            "survey_date": days,
            "pci": random.uniform(0, 100, rows).round(1),
            "pci_method": random.choice(["astm_d6433", "mtc", "vendor"], rows),
        }
    )


def plain_pandera() -> pa.DataFrameSchema:
    """The same table for pandera alone, which converts each column to its type."""
    import pandera.pandas as pa

    methods = ["astm_d6433", "mtc", "vendor", "converted"]
    columns = {
        "section_id": pa.Column(str, nullable=False, unique=True),
        "survey_date": pa.Column("datetime64[us]", nullable=False),
        "pci": pa.Column(float, pa.Check.in_range(0, 100), nullable=False),
        "pci_method": pa.Column(str, pa.Check.isin(methods), nullable=False),
    }
    return pa.DataFrameSchema(columns, coerce=True)


def schema_times(*, rows: int = 100_000, times: int = 7) -> dict[str, float]:
    """Milliseconds to check surveys, by us and by pandera with conversion."""
    from norwalk_geo import schema

    frame, plain = surveys(rows), plain_pandera()
    ours = median_s(lambda: schema.check(frame, "surveys"), times)
    theirs = median_s(lambda: plain.validate(frame, lazy=True), times)
    return {"rows": rows, "ms": ours * 1e3, "pandera_ms": theirs * 1e3, "ratio": ours / theirs}


def help_times(*, times: int = 7) -> dict[str, Any]:
    """Milliseconds until help appears, beside a bare Typer program with as many commands."""
    from norwalk_geo.cli.commands import app

    count = len(app.registered_commands)
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        commands = "".join(_COMMAND.format(number=k) for k in range(count))
        bare.write_text(_BARE.format(commands=commands), encoding="utf-8")
        mine = [sys.executable, "-c", "from norwalk_geo.cli import main; main()", "--help"]
        pairs: list[tuple[float, float]] = []
        # In turns, so that what else the machine does falls on both.
        for _ in range(times + 1):
            taken = []
            for command in (mine, [sys.executable, str(bare), "--help"]):
                begin = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                taken.append(time.perf_counter() - begin)
            pairs.append((taken[0], taken[1]))
    ours, theirs = (statistics.median(each) for each in zip(*pairs[1:], strict=True))
    return {
        "commands": count,
        "ms": ours * 1e3,
        "typer_ms": theirs * 1e3,
        "ratio": ours / theirs,
    }
