"""One way to write what an office opens and a script reads: CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from norwalk_geo import io
from norwalk_geo.report.summary import plain

__all__ = ["write_csv", "write_json"]


def write_csv(path: Path, frame: pd.DataFrame, notice: str = "") -> None:
    """
    Write a table so that a spreadsheet program opens it as it is.

    Parameters
    ----------
    path
        File to write: UTF-8 with its mark, lines as Windows ends them.
    frame
        The table; its index is left out. Text that begins as a formula does is made plain.
    notice
        Sentence that every row must carry, or blank.

    Returns
    -------
    nothing
        The file is written.
    """
    noted = frame.assign(notice=notice) if notice else frame
    safe = io.plain_text(noted)
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """
    Write values for scripts.

    Parameters
    ----------
    path
        File to write.
    value
        Of any kind that `plain` knows; a number that JSON lacks raises.

    Returns
    -------
    nothing
        The file is written, indented, with a line end.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=plain)
    path.write_text(text + "\n", encoding="utf-8")
