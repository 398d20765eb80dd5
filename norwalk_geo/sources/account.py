"""The account of an import: what became of every row, what was measured, what to look at."""

from __future__ import annotations

import datetime as dt
from collections import abc
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.sources import pieces, shapes
from norwalk_geo.sources.report import ImportReport, Log, fingerprint

if TYPE_CHECKING:
    from pandas import DataFrame

    from norwalk_geo.sources.mapping import Mapping
    from norwalk_geo.sources.pieces import Parts
    from norwalk_geo.sources.rows import Kept
    from norwalk_geo.sources.shapes import City

__all__ = ["Result", "report_of"]

_DIFFERS, _OFTEN = 0.2, 0.1
_FEET_PER_MILE = 5280


@dataclass(frozen=True)
class Result:
    """
    What an import made.

    Parameters
    ----------
    kept
        Rows of the file that are in it.
    parts
        Their shapes, one piece each.
    tables
        Checked tables by name.
    """

    kept: Kept
    parts: Parts
    tables: abc.Mapping[str, DataFrame]


def _compare_lengths(sections: DataFrame, drawn: pd.Series, parts: Parts) -> tuple[int, int]:
    """Count rows with a given length, and those where it is far from the drawn one."""
    if "given_length_ft" not in sections:
        return 0, 0
    given = sections["given_length_ft"].where(parts.part <= 1)
    far = ((given - drawn).abs() > _DIFFERS * drawn) & given.notna()
    return int(given.notna().sum()), int(far.sum())


def _measure(result: Result, log: Log) -> dict[str, Any]:
    """Measure the lines, and compare with the lengths that the file gives."""
    tables, parts = result.tables, result.parts
    measured: dict[str, Any] = {
        "miles_drawn": 0.0,
        "miles": 0.0,
        "lengths_compared": 0,
        "lengths_differ": 0,
    }
    if "sections" not in tables:
        return measured
    sections = gpd.GeoDataFrame(tables["sections"])
    size = network.measure(sections, schema.parameters("classes"))
    compared, differ = _compare_lengths(sections, size["length_ft"], parts)
    if differ > _OFTEN * compared:
        what = f"given_length_ft differs by over 20 % from the drawn length in {differ:,} of"
        log.warnings.append(f"{what} {compared:,} rows; the drawn length is used")
    drawn = float(size["length_ft"].sum()) / _FEET_PER_MILE
    return measured | {
        "miles_drawn": drawn,
        "miles": float(size["miles"].sum()),
        "lengths_compared": compared,
        "lengths_differ": differ,
    }


def _look_at(result: Result, as_of: dt.date, log: Log) -> tuple[str, ...]:
    """Warn of shapes drawn twice, and of surveys from other scales or after the data's day."""
    kept = result.kept
    if "surveys" in result.tables:
        day = result.tables["surveys"].index.get_level_values("survey_date")
        if late := int((day > pd.Timestamp(as_of)).sum()):
            log.warnings.append(f"surveys dated after {as_of.isoformat()}: {late:,}")
        if read := int(result.tables["surveys"]["pci_method"].eq("converted").sum()):
            what = "is a rating of another scale, no PCI by survey; results say converted"
            log.warnings.append(f"the condition of {read:,} surveys {what}")
    if kept.lines is None:
        return ()
    again = pieces.same_as_before(kept.lines.to_numpy())
    keys = tuple(log.labels[kept.frame.index[again]].tolist())
    if keys:
        what = f"rows with the shape of a row before them: {len(keys):,}"
        log.warnings.append(f"{what} ({', '.join(keys[:3])}); their length counts again")
    return keys


def _warn_of_system(raw: DataFrame, mapping: Mapping, log: Log) -> str:
    """Name the file's system, and warn where the mapping overrules what the file states."""
    stated = shapes.crs_name(getattr(raw, "crs", None))
    used = shapes.crs_name(mapping.source_crs or None) or stated
    if stated and used != stated:
        log.warnings.append(f"source_crs = {used} was used; the file itself says {stated}")
    return used


def _unused(raw: DataFrame, mapping: Mapping) -> tuple[str, ...]:
    """Name the file's columns that the mapping leaves."""
    used = {name for rule in mapping.columns.values() for name in rule.sources}
    used |= set(mapping.geometry.values())
    used |= {mapping.key, str(getattr(raw, "active_geometry_name", None))}
    used |= set(mapping.where.columns) if mapping.where else set()
    return tuple(name for name in raw.columns if name not in used)


def report_of(
    source: Path, raw: DataFrame, mapping: Mapping, city: City, log: Log, result: Result
) -> ImportReport:
    """
    Give an account of an import.

    Parameters
    ----------
    source
        The file.
    raw
        All its rows.
    mapping
        How it was read.
    city
        System and place of the city, and the day that its data describe.
    log
        What was noticed on the way.
    result
        What was made.

    Returns
    -------
    report
        Rows kept and dropped add up to the rows read.
    """
    sha256, modified = fingerprint(source)
    crs_from = _warn_of_system(raw, mapping, log)
    measured = _measure(result, log)
    same = _look_at(result, city.as_of, log)
    kept, parts = result.kept, result.parts
    return ImportReport(
        source=source.name,
        mapping=mapping.name,
        table=mapping.table,
        layer=mapping.layer,
        sha256=sha256,
        modified=modified,
        as_of=city.as_of,
        crs_from=crs_from if kept.lines is not None else "",
        crs_to=city.crs if kept.lines is not None else "",
        rows_read=len(raw),
        rows_kept=len(kept.ids),
        rows_split=int((parts.part == 1).sum()),
        parts_added=len(parts.origin) - len(kept.ids),
        rows_made={table: len(frame) for table, frame in result.tables.items()},
        same_shapes=same,
        changes=tuple(log.changes),
        warnings=tuple(log.warnings),
        columns_unused=_unused(raw, mapping),
        **measured,
    )
