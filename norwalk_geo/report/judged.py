"""The backtest on file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from norwalk_geo.report.summary import plain, records

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
    notice = summary["notice"]
    flat = table.reset_index()
    flat = flat.assign(notice=notice) if notice else flat
    flat.to_csv(folder / "backtest.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False, default=plain)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
