"""Figures of `norwalk sites` for the residents' site, where they are of the same data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read"]

_SUMMARY = Path("out") / "sites" / "summary.json"


def _summary(path: Path) -> dict[str, Any]:
    """Open the summary, or say that it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"figures": found["figures"], "inputs": found["inputs"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = Problem(path.name, f"cannot be read ({error})", remedy="Run norwalk sites again.")
        raise SourceError.of(str(path), [problem]) from error


def _hashes(about: Mapping[str, Any]) -> dict[str, str]:
    return {str(one["table"]): str(one["sha256"]) for one in about["inputs"]}


def read(folder: Path, about: Mapping[str, Any]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """
    Read who can get to the sites, where `norwalk sites` said so of the data of today.

    Partial figures of transit are not among them.

    Parameters
    ----------
    folder
        The city's folder; the figures are in `out/sites` in it.
    about
        With `inputs`, the tables of today with their SHA-256.

    Returns
    -------
    tables, notes
        `site_figures`, or nothing; and a sentence where the figures are left out because a table
        changed since.

    Raises
    ------
    SourceError
        The summary of the sites cannot be read.
    """
    path = folder / _SUMMARY
    if not path.is_file():
        return {}, []
    found = _summary(path)
    then, now = _hashes(found), _hashes(about)
    changed = sorted(name for name in then if name in now and then[name] != now[name])
    if changed:
        tables = ", ".join(changed)
        return {}, [f"Who gets to the places is left out: {tables} changed since norwalk sites."]
    figures = pd.DataFrame(found["figures"])
    if figures.empty:
        return {}, []
    return {"site_figures": schema.check(figures, "site_figures")}, []
