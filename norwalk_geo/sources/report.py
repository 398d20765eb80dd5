"""What an import did to a file's rows: kept, changed or dropped, and by which rule."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from norwalk_geo.errors import Problem

__all__ = ["Change", "ImportReport", "Log", "describe", "fingerprint", "report_dict"]

_SHOWN = 3
# A shapefile is several files of one name.
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Change:
    """
    One thing that a rule did to some rows.

    Parameters
    ----------
    kind
        `changed`; `dropped`, where the row is in no table; `unsurveyed`, where it has no survey.
    column
        Column of ours, or `row` or `geometry`.
    reason
        What was done, in words.
    rule
        Place in the mapping, or `package`, that did it.
    count
        Rows concerned.
    ids
        Their keys in the file; empty where the rule is for the whole column.
    """

    kind: str
    column: str
    reason: str
    rule: str
    count: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """
    What an import did.

    Parameters
    ----------
    source, mapping, table, layer
        Names of the file, of the mapping, of our table and of the layer.
    sha256, modified
        Hash of the file's bytes, and the day it was last changed (UTC).
    as_of
        Day that the data describe.
    crs_from, crs_to
        Coordinate systems before and after; blank for a table without shapes.
    rows_read, rows_kept
        Rows of the file, and those that are in the result. The others are in `changes` as dropped.
    rows_split, parts_added
        Kept rows whose shape is in several pieces, and the rows that this made beyond one each.
    rows_made
        Rows by table of the result.
    miles_drawn, miles
        Length of all lines, and centreline miles of the city's share.
    lengths_compared, lengths_differ
        Rows with a given length, and those where it differs from the drawn one by over 20 %.
    same_shapes
        Keys of rows whose shape another row before them has.
    changes
        Everything that was changed, dropped or left out.
    warnings
        Sentences on what somebody should look at.
    columns_unused
        Columns of the file that the mapping does not name.
    """

    source: str
    mapping: str
    table: str
    layer: str
    sha256: str
    modified: dt.date
    as_of: dt.date
    crs_from: str
    crs_to: str
    rows_read: int
    rows_kept: int
    rows_split: int
    parts_added: int
    rows_made: Mapping[str, int]
    miles_drawn: float
    miles: float
    lengths_compared: int
    lengths_differ: int
    same_shapes: tuple[str, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    columns_unused: tuple[str, ...]

    @property
    def rows_dropped(self) -> int:
        """
        Count the rows that are in no table.

        Returns
        -------
        count
            Sum over the changes that dropped rows.
        """
        return sum(change.count for change in self.changes if change.kind == "dropped")


@dataclass
class Log:
    """
    What an import in progress has noticed.

    Parameters
    ----------
    labels
        Key of each row of the file, or its place, for messages.
    """

    labels: npt.NDArray[np.object_]
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def _ids(self, places: npt.ArrayLike) -> tuple[str, ...]:
        return tuple(self.labels[np.asarray(places, dtype="int64")].tolist())

    def change(self, kind: str, column: str, reason: str, rule: str, places: npt.ArrayLike) -> None:
        """Note what was done to the rows at these places of the file, if there are any."""
        if ids := self._ids(places):
            self.changes.append(Change(kind, column, reason, rule, len(ids), ids))

    def whole(self, column: str, reason: str, rule: str, count: int) -> None:
        """Note what was done to a whole column."""
        if count:
            self.changes.append(Change("changed", column, reason, rule, count))

    def problem(self, where: str, what: str, places: npt.ArrayLike, remedy: str) -> None:
        """Note what is wrong with the rows at these places of the file, if there are any."""
        if ids := self._ids(places):
            self.problems.append(Problem(where, what, ids, remedy))


# --------------------------------------------------------------------------- the file


def fingerprint(path: Path) -> tuple[str, dt.date]:
    """
    Tell one edition of a file from another.

    Parameters
    ----------
    path
        A file, a folder, or a shapefile with its companions beside it.

    Returns
    -------
    sha256, modified
        Hash of the bytes of all files in the order of their names, and the last day that one of
        them was changed (UTC).
    """
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
    elif path.suffix.lower() == ".shp":
        beside = [one for one in path.parent.iterdir() if one.stem == path.stem]
        files = sorted(one for one in beside if one.suffix.lower() in _SHAPEFILE)
    else:
        files = [path]
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    latest = max(file.stat().st_mtime for file in files)
    return digest.hexdigest(), dt.datetime.fromtimestamp(latest, tz=dt.UTC).date()


# --------------------------------------------------------------------------- in words


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _shown(ids: tuple[str, ...]) -> str:
    """Name the first few ids."""
    more = ", …" if len(ids) > _SHOWN else ""
    return f" ({', '.join(ids[:_SHOWN])}{more})" if ids else ""


def _change_line(change: Change) -> str:
    """Say one change in a line."""
    head = {"dropped": "dropped", "changed": change.column, "unsurveyed": "no survey"}[change.kind]
    return f"{head}: {change.reason}: {_rows(change.count)}{_shown(change.ids)} [{change.rule}]"


def _shape_lines(report: ImportReport) -> list[str]:
    """Say what became of the shapes."""
    if not report.crs_to:
        return []
    lines = [f"coordinates: {report.crs_from} to {report.crs_to}"]
    if report.rows_split:
        what = f"{_rows(report.rows_split)} in several pieces"
        lines.append(f"split: {what} made {report.parts_added:,} more than one each")
    if report.miles_drawn:
        city = f"{report.miles:,.1f} centreline miles of the city's share"
        lines.append(f"length: {report.miles_drawn:,.1f} miles drawn; {city}")
    if report.lengths_compared:
        differ = f"{report.lengths_differ:,} of {report.lengths_compared:,} differ by over 20 %"
        lines.append(f"given against drawn length: {differ}")
    return lines


def describe(report: ImportReport) -> list[str]:
    """
    Say what an import did, in lines for a screen.

    Parameters
    ----------
    report
        Report of the import.

    Returns
    -------
    lines
        Rows first, then shapes, changes and warnings.
    """
    made = ", ".join(f"{table} {count:,}" for table, count in report.rows_made.items())
    edition = f"last changed {report.modified.isoformat()}, sha256 {report.sha256[:12]}…"
    kept = f"{report.rows_kept:,} kept, {report.rows_dropped:,} dropped"
    lines = [
        f"{report.source}: {edition}",
        f"rows: {report.rows_read:,} read, {kept}; made: {made}",
        *_shape_lines(report),
        *(_change_line(change) for change in report.changes),
    ]
    if report.columns_unused:
        lines.append(f"not used: {', '.join(report.columns_unused)}")
    return [*lines, *(f"look at: {warning}" for warning in report.warnings)]


def report_dict(report: ImportReport) -> dict[str, Any]:
    """
    Turn a report into plain values.

    Parameters
    ----------
    report
        Report of the import.

    Returns
    -------
    block
        Ready for JSON: days as text, every id of every change.
    """
    block = {one.name: getattr(report, one.name) for one in fields(report)}
    return block | {
        "modified": report.modified.isoformat(),
        "as_of": report.as_of.isoformat(),
        "rows_made": dict(report.rows_made),
        "rows_dropped": report.rows_dropped,
        "miles_drawn": round(report.miles_drawn, 3),
        "miles": round(report.miles, 3),
        "changes": [asdict(change) | {"ids": list(change.ids)} for change in report.changes],
        "same_shapes": list(report.same_shapes),
        "warnings": list(report.warnings),
        "columns_unused": list(report.columns_unused),
    }
