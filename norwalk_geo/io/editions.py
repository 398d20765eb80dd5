"""
Editions of a plan: what was decided, kept as it was, with the hash of every file.

An edition is a folder with `edition.json`, a summary and tables. Its tables are written once. Only
its status, its day of adoption and its funded years may change later, which touches no other file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from norwalk_geo import files, schema
from norwalk_geo.errors import NorwalkError, Problem, SchemaError, SourceError
from norwalk_geo.io.edition_record import (
    RECORD,
    STATUSES,
    Kept,
    changed_files,
    damaged,
    list_editions,
    read_record,
    record_text,
    sha256,
)
from norwalk_geo.io.outputs import writing
from norwalk_geo.io.tables import write_table

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["check_edition", "keep_edition", "mark_edition", "read_edition"]

_SUMMARY = "summary.json"
_NAME = re.compile(r"[^\W_][\w .+-]{0,79}")


def read_edition(folder: Path) -> tuple[Kept, dict[str, Any], dict[str, DataFrame]]:
    """
    Read an edition whole, after checking that it is as it was kept.

    Parameters
    ----------
    folder
        Of the edition.

    Returns
    -------
    kept, summary, tables
        Record, summary of the plan, and every table by name.

    Raises
    ------
    SourceError
        It is not there, or a file is gone or not as it was kept.
    SchemaError
        A table of an older program is not what this one reads.
    """
    if not (folder / RECORD).is_file():
        remedy = "List them with: norwalk edition CITY."
        problem = Problem(folder.name, "is no edition of this city", remedy=remedy)
        raise SourceError.of("editions", [problem])
    kept = read_record(folder)
    if changed := changed_files(folder, kept):
        raise damaged(folder, "has another SHA-256 than the files, which were changed", changed)
    summary = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
    tables, problems = {}, []
    for name in kept.files:
        if name == _SUMMARY:
            continue
        try:
            tables[Path(name).stem] = _read(folder / name)
        except NorwalkError as error:
            problems += [replace(one, where=f"{name}.{one.where}") for one in error.problems]
    if problems:
        what = f"edition {folder.name}, planned by version {kept.version}"
        remedy = "This program cannot read it: use that version, or keep a new edition."
        raise SchemaError.of(what, [*problems, Problem(RECORD, "is older", remedy=remedy)])
    return kept, summary, tables


def _read(path: Path) -> DataFrame:
    """Read a table of an edition, which may have no rows."""
    frame = files.read_frame(path)
    checked: DataFrame = schema.check(frame, path.stem)
    return checked


def _ending(table: str) -> str:
    """Choose the format of a table: lines for any GIS, points and areas together, or text."""
    geometry = schema.describe(table).geometry
    if not geometry:
        return "csv"
    return "gpkg" if geometry == "LineString" else "parquet"


def _check_name(name: str) -> None:
    """Find a name that cannot be the name of a folder on every system."""
    if not _NAME.fullmatch(name) or name != name.strip(" ."):
        remedy = "Use letters, digits, spaces, dots and hyphens, such as 2027-draft."
        what = "cannot be the name of an edition"
        raise SourceError.of("edition", [Problem(name or "NAME", what, remedy=remedy)])


def _check_mark(kept: Kept, years: tuple[int, ...]) -> None:
    """Find what cannot be said of an edition."""
    problems = []
    if kept.status not in STATUSES:
        remedy = f"Use one of {', '.join(STATUSES)}."
        problems.append(Problem("--status", f"is {kept.status!r}", remedy=remedy))
    if kept.is_adopted and kept.adopted_on is None:
        remedy = "Give the day of the meeting with --adopted-on."
        problems.append(Problem("--adopted-on", "is missing for an adopted edition", remedy=remedy))
    if kept.adopted_on is not None and not kept.is_adopted:
        remedy = "Give --status adopted too, or leave the day out."
        what = f"is {kept.adopted_on} for an edition that is not adopted"
        problems.append(Problem("--adopted-on", what, remedy=remedy))
    strange = [year for year in kept.funded_years if year not in years]
    if strange:
        remedy = f"The plan has {min(years)} to {max(years)}."
        shown = ", ".join(map(str, strange))
        problems.append(Problem("--funded", f"{shown} is no year of the plan", remedy=remedy))
    if problems:
        raise SourceError.of(f"edition {kept.name}", problems)


def check_edition(folder: Path, kept: Kept, years: tuple[int, ...]) -> Kept | None:
    """
    Check that an edition may be kept under its name and with its status, before it is planned.

    Parameters
    ----------
    folder
        Folder of the city's editions.
    kept
        Name, status, day of adoption and funded years.
    years
        Fiscal years of its plan.

    Returns
    -------
    earlier
        The draft of this name that would be replaced; nothing where there is none.

    Raises
    ------
    SourceError
        The name or the status cannot be, or an adopted edition has this name.
    """
    _check_name(kept.name)
    _check_mark(kept, years)
    same = [one for one in list_editions(folder) if one.name.lower() == kept.name.lower()]
    earlier = same[0] if same else None
    if earlier is not None and earlier.is_adopted:
        what = f"was adopted on {earlier.adopted_on} and is never overwritten"
        remedy = "Give the new edition another name."
        raise SourceError.of("edition", [Problem(earlier.name, what, remedy=remedy)])
    if earlier is not None and earlier.name != kept.name:
        remedy = f"Write it {earlier.name}, or give the new edition another name."
        problem = Problem(kept.name, "differs from another edition in letter case", remedy=remedy)
        raise SourceError.of("edition", [problem])
    return earlier


def keep_edition(
    folder: Path, kept: Kept, summary: Mapping[str, Any], tables: Mapping[str, DataFrame]
) -> Kept:
    """
    Keep an edition, whole or not at all.

    Parameters
    ----------
    folder
        Folder of the city's editions. A draft of this name is replaced.
    kept
        Name, status and figures; `number` and `files` are found here.
    summary
        Of the plan, ready for JSON.
    tables
        Tables of the plan by the name of their schema; `years` is one of them.

    Returns
    -------
    kept
        The record as written.

    Raises
    ------
    SourceError
        The name or the status cannot be, an adopted edition has this name, or the folder cannot be
        written.
    """
    earlier = check_edition(folder, kept, tuple(map(int, tables["years"].index)))
    number = 1 + max((one.number for one in list_editions(folder)), default=0)
    with writing(folder / kept.name) as aside:
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        (aside / _SUMMARY).write_text(text + "\n", encoding="utf-8", newline="\n")
        for name, frame in tables.items():
            write_table(frame, aside / f"{name}.{_ending(name)}", name, as_of=kept.as_of)
        hashes = {path.name: sha256(path) for path in sorted(aside.iterdir())}
        made = replace(kept, number=number, files=hashes)
        (aside / RECORD).write_text(record_text(made), encoding="utf-8", newline="\n")
    for name in set(earlier.files if earlier else ()) - set(hashes):
        (folder / kept.name / name).unlink(missing_ok=True)
    return made


def mark_edition(folder: Path, kept: Kept, *, years: tuple[int, ...]) -> Kept:
    """
    Change what is decided of an edition: its status, day of adoption and funded years.

    Parameters
    ----------
    folder
        Folder of the city's editions.
    kept
        The record as it shall be. Its plan stays as it was kept.
    years
        Fiscal years of its plan.

    Returns
    -------
    kept
        The record as written.

    Raises
    ------
    SourceError
        The status cannot be, or an adopted edition would become a draft again.
    """
    earlier = read_record(folder / kept.name)
    if earlier.is_adopted and not kept.is_adopted:
        what = f"was adopted on {earlier.adopted_on} and cannot become a {kept.status} again"
        remedy = "Keep a new edition under another name."
        raise SourceError.of(f"edition {kept.name}", [Problem("--status", what, remedy=remedy)])
    _check_mark(kept, years)
    with writing(folder / kept.name) as aside:
        (aside / RECORD).write_text(record_text(kept), encoding="utf-8", newline="\n")
    return kept
