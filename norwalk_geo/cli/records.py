"""What the commands hand to the printer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from norwalk_geo import config, io

__all__ = ["Brought", "City", "Outcome", "Sheeted"]


@dataclass(frozen=True)
class City:
    """
    A city as read from disk.

    Parameters
    ----------
    config
        Settings.
    tables
        Checked tables by name.
    inputs
        Where each came from.
    parameters
        Parameter tables by name, the city's own where it has them.
    """

    config: config.Config
    tables: dict[str, pd.DataFrame]
    inputs: list[io.Input]
    parameters: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Outcome:
    """
    What a command made.

    Parameters
    ----------
    summary
        Content of `summary.json`.
    files
        Names of the files written.
    """

    summary: dict[str, Any]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Brought:
    """
    What an import did.

    Parameters
    ----------
    report
        The account, ready for JSON.
    lines
        The same in words.
    written
        Files written.
    """

    report: Mapping[str, Any]
    lines: list[str]
    written: list[str]


@dataclass(frozen=True)
class Sheeted:
    """
    Field sheets as they came.

    Parameters
    ----------
    samples, distress
        The two lists.
    units
        `us` or `metric`.
    """

    samples: pd.DataFrame
    distress: pd.DataFrame
    units: str
