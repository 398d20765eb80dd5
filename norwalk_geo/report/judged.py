"""The backtest on file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from norwalk_geo.report.summary import records
from norwalk_geo.report.writing import write_csv, write_json

__all__ = ["backtest_summary", "write_backtest"]


def backtest_summary(table: pd.DataFrame, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """
    Summarize a backtest.

    Parameters
    ----------
    table
        Table `backtest`.
    about
        City, notice, notes and the provenance block.

    Returns
    -------
    summary
        Plain values, ready for JSON.
    """
    return {"kind": "backtest", "rows": records(table), **about}


def write_backtest(folder: Path, table: pd.DataFrame, summary: Mapping[str, Any]) -> None:
    """
    Write the files of a backtest.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    table
        Table `backtest`.
    summary
        What `backtest_summary` made of it.

    Returns
    -------
    nothing
        `backtest.csv` and `summary.json` are written.
    """
    write_csv(folder / "backtest.csv", table.reset_index(), summary["notice"])
    write_json(folder / "summary.json", summary)
