"""How far the removal of barriers has come since earlier runs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from norwalk_geo import barriers, config, io
from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from norwalk_geo.cli.records import City
    from norwalk_geo.schema import Barriers, TransitionProgress

__all__ = ["editions", "progress"]

_RESULTS = "results of 'norwalk ada'"


def _year(folder: Path, start_month: int) -> int:
    """Take the fiscal year that an earlier run is of."""
    file, why = folder / "summary.json", f"is not of {_RESULTS}"
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
        if summary.get("kind") == "ada":
            day = dt.date.fromisoformat(summary["as_of"])
            return config.fiscal_year(day, start_month)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not ours, as said below
    remedy = f"Name a folder with {_RESULTS}, such as city/out/ada."
    raise SourceError.of(str(folder), [Problem(file.name, why, remedy=remedy)])


def editions(city: City, earlier: Sequence[Path], day: dt.date) -> dict[int, Barriers]:
    """
    Read the barriers of earlier runs.

    Parameters
    ----------
    city
        As read.
    earlier
        Folders of results of earlier runs, one a fiscal year.
    day
        Day that today's data describe.

    Returns
    -------
    editions
        Barriers by fiscal year.

    Raises
    ------
    SourceError
        A folder has no results, or two runs are of one fiscal year.
    """
    start = city.config.fiscal_year_start
    found: dict[int, Barriers] = {}
    taken = {config.fiscal_year(day, start): "the run of today"}
    for folder in earlier:
        year = _year(folder, start)
        if year in taken:
            what = f"is of fiscal year {year}, as is {taken[year]}"
            remedy = "Give one run a fiscal year; --as-of sets the day of today's."
            raise SourceError.of(str(folder), [Problem("summary.json", what, remedy=remedy)])
        found[year] = io.read_table(folder / "ada.gpkg", "barriers")
        taken[year] = str(folder)
    return found


def progress(
    city: City, before: Mapping[int, Barriers], ranked: Barriers, day: dt.date
) -> TransitionProgress:
    """
    Compare the barriers of today with those of earlier runs.

    Parameters
    ----------
    city
        As read; its table `barrier_removals` says what removals cost, where there is one.
    before
        Barriers of earlier runs, by fiscal year.
    ranked
        Barriers of today.
    day
        Day that today's data describe.

    Returns
    -------
    progress
        By fiscal year, for all and by class.
    """
    start = city.config.fiscal_year_start
    every = {**before, config.fiscal_year(day, start): ranked}
    return barriers.progress(every, city.tables.get("barrier_removals"), start_month=start)
