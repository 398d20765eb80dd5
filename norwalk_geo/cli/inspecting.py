"""Rate field sheets: read them, check them, write the index of sample units and sections."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import config, files, io, network, pci, report, schema
from norwalk_geo.cli.records import Outcome, Sheeted
from norwalk_geo.errors import Problem, SchemaError, SourceError

__all__ = ["run"]

_SF_PER_SY, _SF_PER_M2 = 9, 1 / 0.3048**2
_BOOKS = (".xlsx", ".xlsm", ".gpkg")
_DECIMALS = 3
_MAPPING = """\
# Brings these ratings into a city: norwalk import surveys.csv --map surveys.toml --city CITY
table = "surveys"
[columns]
section_id = "section_id"
survey_date = "survey_date"
pci = "pci"
pci_method = "pci_method"
load_share_pct = "load_share_pct"
"""


def _read(samples: Path, distress: Path | None, units: str | None) -> Sheeted:
    """Read two lists, or one file that was filled in in the field."""
    if distress is not None:
        if units is None:
            remedy = "Add --units us (sf, ft) or --units metric (m², m)."
            raise SourceError.of(
                "--units", [Problem("units", "of the sheets are not said", remedy=remedy)]
            )
        return Sheeted(files.read_frame(samples), files.read_frame(distress), units)
    if samples.suffix.lower() not in _BOOKS:
        remedy = "Name the file of distress, too, or a workbook or GeoPackage that was filled in."
        raise SourceError.of(
            str(samples), [Problem(samples.name, "is one list of two", remedy=remedy)]
        )
    found = report.read_field_file(samples)
    if units is not None and units != found.units:
        remedy = "Leave --units out: the file says its units."
        what = f"is {found.units}, not {units}"
        raise SourceError.of(str(samples), [Problem(samples.name, what, remedy=remedy)])
    return Sheeted(found.samples, found.distress, found.units)


def _with_city(sheeted: Sheeted, city: Path) -> Sheeted:
    """Take the areas of asphalt sections from the city; sections must be its own."""
    settings = config.read_config(city)
    sections = gpd.GeoDataFrame(io.read_table(settings.path("sections"), "sections"))
    samples = sheeted.samples
    if "section_id" not in samples or "surface" not in samples:
        return sheeted
    named = samples["section_id"].astype("str").str.strip()
    lost = samples["section_id"].notna() & ~named.isin(sections.index)
    if lost.any():
        what, remedy = "is not in the city's sections", "Correct the name, or leave --city out."
        places = np.flatnonzero(lost)
        rows = tuple(f"{named.iloc[place]} (line {place + 2})" for place in places)
        raise SchemaError.of("field sheets", [Problem("samples.section_id", what, rows, remedy)])
    classes = schema.parameters("classes", folder=settings.folder / "parameters")
    area = network.measure(sections, classes)["area_sy"] * _SF_PER_SY
    if sheeted.units == "metric":
        area = area / _SF_PER_M2
    known = samples.get("section_area", pd.Series(np.nan, index=samples.index))
    asphalt = samples["surface"].astype("str").str.strip().str.upper().eq("AC")
    given = known.where(known.notna() | ~asphalt, named.map(area))
    return Sheeted(samples.assign(section_area=given), sheeted.distress, sheeted.units)


def _write_csv(frame: pd.DataFrame, path: Path, order: tuple[str, ...]) -> None:
    """Write a table with the columns that everybody looks for in front."""
    flat = frame.reset_index() if frame.index.names != [None] else frame
    first = [name for name in order if name in flat]
    flat = flat[first + [name for name in flat.columns if name not in first]]
    number = flat.select_dtypes("float").columns
    text = flat.assign(**{name: flat[name].round(_DECIMALS) for name in number}).to_csv(
        index=False, lineterminator="\r\n", date_format="%Y-%m-%d"
    )
    # The mark makes Excel read other letters right; without them no program needs it.
    encoding = "utf-8" if text.isascii() else "utf-8-sig"
    path.write_bytes(text.encode(encoding))


def _summary(
    sample_pci: pd.DataFrame, section_pci: pd.DataFrame, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Say in figures what was rated."""
    rated = section_pci["pci"].notna()
    return {
        "kind": "pci",
        "sample_units": len(sample_pci),
        "sections": len(section_pci),
        "sections_rated": int(rated.sum()),
        "sections_by_rating": {
            str(name): int(count)
            for name, count in section_pci.loc[rated, "rating"].value_counts().items()
        },
        "sample_units_not_monotone": int(sample_pci["not_monotone"].sum()),
        **facts,
    }


def _notes(sample_pci: pd.DataFrame, section_pci: pd.DataFrame) -> list[str]:
    """Count what an engineer should know about the sheets."""
    lines = []
    for frame, what in ((sample_pci, "sample unit"), (section_pci, "section")):
        for note, rows in frame.groupby("notes"):
            if str(note):
                ids = [" ".join(map(str, key[:-1])) for key in rows.index[:3]]
                more = ", …" if len(rows) > len(ids) else ""
                count = f"{len(rows):,} {what}{'s' if len(rows) > 1 else ''}"
                lines.append(f"{note} ({count}: {', '.join(ids)}{more})")
    odd = int(sample_pci["not_monotone"].sum())
    if odd:
        lines.append(
            f"More deduct values than the standard counts in {odd:,} sample "
            f"unit{'s' if odd > 1 else ''}: there more distress can raise the index."
        )
    return lines


def _bands(scheme: str) -> pd.DataFrame:
    """Take a scheme of condition bands."""
    every = schema.parameters("bands")
    names = every.index.get_level_values("scheme")
    if scheme not in set(names):
        remedy = f"Use {' or '.join(sorted(set(names)))}."
        raise SourceError.of("--bands", [Problem(scheme, "is no scheme", remedy=remedy)])
    return pd.DataFrame(every[names == scheme].droplevel("scheme"))


def _write(folder: Path, sheets: pci.Sheets, scheme: str, *, working: bool) -> dict[str, Any]:
    """Rate the sheets and write the tables."""
    bands = _bands(scheme)
    sample_pci = pci.rate(sheets, bands=bands)
    section_pci = pci.rate_sections(sheets, sample_pci, bands=bands)
    front = ("section_id", "sample_id", "surface", "kind", "pci", "rating", "survey_date")
    _write_csv(sample_pci, folder / "sample_pci.csv", front)
    _write_csv(section_pci, folder / "section_pci.csv", front)
    if section_pci["pci"].notna().any():
        _write_csv(pci.to_surveys(section_pci), folder / "surveys.csv", front)
        (folder / "surveys.toml").write_text(_MAPPING, encoding="utf-8", newline="\n")
    if working:
        _write_csv(pci.working(sheets), folder / "working.csv", front[:2])
        deducts = pci.deducts(sheets).drop(columns="place", errors="ignore")
        _write_csv(deducts, folder / "deducts.csv", front[:2])
    facts = {"bands": scheme, "notes": _notes(sample_pci, section_pci)}
    return _summary(sample_pci, section_pci, facts)


def run(
    samples: Path,
    distress: Path | None,
    out: Path,
    *,
    units: str | None = None,
    as_of: dt.datetime | None = None,
    bands: str = "astm7",
    city: Path | None = None,
    working: bool = False,
) -> Outcome:
    """
    Rate field sheets.

    Parameters
    ----------
    samples, distress
        Two lists; or one workbook or GeoPackage that was filled in in the field.
    out
        Folder of the results.
    units
        `us` or `metric`; a workbook or GeoPackage says it itself.
    as_of
        Surveys after this day are refused; by default today.
    bands
        Scheme of condition bands.
    city
        City whose sections say how large they are.
    working
        Also write the deduct values and every step of the calculation.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    day = as_of.date() if as_of else dt.datetime.now(tz=dt.UTC).astimezone().date()
    with io.writing(out) as aside:
        sheeted = _read(samples, distress, units)
        paths = [path for path in (samples, distress) if path is not None]
        frames = (sheeted.samples, sheeted.distress)
        inputs = [
            io.describe_input(path.stem, path, frame, folder=path.parent)
            for path, frame in zip(paths, frames, strict=False)
        ]
        if city is not None:
            sheeted = _with_city(sheeted, city)
        sheets = pci.check_sheets(sheeted.samples, sheeted.distress, units=sheeted.units, as_of=day)
        summary = _write(aside, sheets, bands, working=working)
        origin = {
            "version": version("norwalk_geo"),
            "as_of": day.isoformat(),
            "units": sheeted.units,
            "parameters": {
                name: schema.parameters(name).attrs["citation"]
                for name in ("deduct_curves", "cdv_curves", "distress_types")
            },
            "inputs": [asdict(one) for one in inputs],
        }
        text = json.dumps({**summary, **origin}, indent=2, ensure_ascii=False) + "\n"
        (aside / "summary.json").write_text(text, encoding="utf-8")
        written = tuple(sorted(path.name for path in aside.iterdir()))
    return Outcome({**summary, **origin}, written)
