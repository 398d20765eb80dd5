"""Streets of a city: their faults on paper, and pavement tables joined to lines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd

from norwalk_geo import config, faults, files, io, matching, names, network, report, schema, website
from norwalk_geo.cli.importing import name_tables
from norwalk_geo.cli.records import Brought, City
from norwalk_geo.errors import Problem, SourceError

__all__ = ["FIXES", "draw_faults", "match"]

FIXES = "match_fixes.xlsx"
_FOLDER, _NEEDED = "clean", ("lines", "limits")
_SHOWN = ["street_name", "from_street", "to_street", "block", "given_length_ft"]


def draw_faults(city: City, out: Path) -> dict[str, int]:
    """
    Find the faults of a city's streets and write them as table, layer and page.

    Parameters
    ----------
    city
        The city as read.
    out
        Folder for `faults.csv`, `faults.gpkg` and `faults.html`.

    Returns
    -------
    counts
        Places by kind.
    """
    settings, sections = city.config, gpd.GeoDataFrame(city.tables["sections"])
    found = faults.find(sections, city.tables["surveys"])
    day = settings.as_of or dt.datetime.now(tz=dt.UTC).astimezone().date()
    page = website.faults_page(
        sections, found, city=settings.city, as_of=day, notice=settings.notice
    )
    with io.writing(out) as aside:
        io.write_table(found, aside / "faults.gpkg", "faults", as_of=day)
        plain = pd.DataFrame(found.drop(columns="geometry")).reset_index()
        plain = plain.assign(x=found.geometry.x.to_numpy(), y=found.geometry.y.to_numpy())
        if settings.notice:
            plain["notice"] = settings.notice
        report.plain_text(plain).to_csv(
            aside / "faults.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
        (aside / "faults.html").write_text(page, encoding="utf-8", newline="\n")
    return faults.count(found)


def _tables(settings: config.Config) -> dict[str, pd.DataFrame]:
    """Read the lines and the pavement table of a city."""
    remedy = "Import it with norwalk import and a mapping whose table is that."
    lost = [
        Problem(f"tables.{name}", "is not named", remedy=remedy)
        for name in _NEEDED
        if name not in settings.tables
    ]
    if lost:
        raise SourceError.of(settings.city, lost)
    return {name: io.read_table(settings.path(name), name) for name in _NEEDED}


def _fixes(path: Path) -> pd.Series | None:
    """Read what a person decided, from the sheet that an earlier run wrote."""
    if not path.exists():
        return None
    sheet = files.read_frame(path).astype("str")
    lost = [name for name in ("source_id", "fix") if name not in sheet]
    if lost:
        remedy = "Give it back its columns, or delete the file to begin a new one."
        problem = Problem(path.name, f"has no column {', '.join(lost)}", remedy=remedy)
        raise SourceError.of(str(path), [problem])
    fix = sheet.set_index("source_id")["fix"].str.strip()
    return fix[~fix.isin(["", "nan", "None", "<NA>"])]


def _sheet(limits: pd.DataFrame, joined: matching.Joined, fixes: pd.Series | None) -> pd.DataFrame:
    """List what a person should look at, what was decided before first."""
    matches = joined.matches
    asked = matches["status"].ne("matched")
    kept = pd.Series(dtype="str") if fixes is None else fixes
    asked |= matches.index.isin(kept.index)
    columns = [name for name in _SHOWN if name in limits]
    sheet = matches.loc[asked, ["status", "score", "reason", "lines", "candidates"]]
    sheet = limits.loc[sheet.index, columns].join(sheet)
    sheet.insert(0, "fix", kept.reindex(sheet.index))
    order = ["ambiguous", "unmatched", "doubtful", "fixed"]
    rank = sheet["status"].map({status: place for place, status in enumerate(order)})
    return sheet.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")


def _write_sheet(path: Path, sheet: pd.DataFrame, as_of: dt.date) -> None:
    """Write the sheet for fixes; the same rows give the same bytes."""
    created = dt.datetime.combine(as_of, dt.time())
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        report.plain_text(sheet.reset_index()).to_excel(writer, sheet_name="fixes", index=False)
        writer.book.set_properties({"created": created})
        writer.sheets["fixes"].freeze_panes(1, 2)


def match(city: Path, *, default_class: str, as_of: dt.datetime | None) -> Brought:
    """
    Join a city's pavement table to its lines.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    default_class
        Functional class of rows without one; blank to refuse them.
    as_of
        Day that the data describe, where it is not the one of the settings.

    Returns
    -------
    brought
        Account and files: sections, surveys, matches, pieces, and the sheet for fixes.
    """
    settings = config.read_config(city)
    day = as_of.date() if as_of else settings.as_of
    day = day or dt.datetime.now(tz=dt.UTC).astimezone().date()
    tables = _tables(settings)
    known = names.words(schema.parameters("street_words", folder=settings.folder / "parameters"))
    lines = network.build(matching.cut_lines(gpd.GeoDataFrame(tables["lines"])))
    folder = settings.folder / _FOLDER
    fixes = _fixes(folder / FIXES)
    limits = tables["limits"]
    joined = matching.match(limits, lines, fixes=fixes, known=known)
    made = matching.sections(limits, joined.pieces, lines, default_class=default_class)
    results = {
        "sections": made,
        "surveys": matching.surveys(limits, made),
        "matches": joined.matches,
        "pieces": joined.pieces,
    }
    written = []
    with io.writing(settings.folder) as whole:
        aside = whole / _FOLDER
        aside.mkdir()
        for table, frame in results.items():
            file = f"{table}.gpkg" if table == "sections" else f"{table}.csv"
            io.write_table(frame, aside / file, table, as_of=day)
            written.append(str(folder / file))
        _write_sheet(aside / FIXES, _sheet(limits, joined, fixes), day)
        new = {t: f"{_FOLDER}/{t}.{'gpkg' if t == 'sections' else 'csv'}" for t in results}
        new = {t: new[t] for t in ("sections", "surveys") if settings.tables.get(t) != new[t]}
        if new:
            text = name_tables(settings, new)
            (whole / config.FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
    return _brought(joined, len(made), lines, [*written, str(folder / FIXES)])


def _brought(
    joined: matching.Joined, made: int, lines: network.Network, written: list[str]
) -> Brought:
    """Give an account of a join."""
    counts = joined.matches["status"].value_counts().sort_index()
    covered = joined.pieces.groupby("line_id").size()
    bare = ~lines.sections.index.isin(covered.index)
    miles = float(network.lengths_ft(lines.sections)[bare].sum()) / 5280
    doubled = matching.twice(joined.pieces)
    account = {
        "rows": len(joined.matches),
        "status": {str(status): int(count) for status, count in counts.items()},
        "sections": made,
        "lines_without_rows": int(bare.sum()),
        "miles_without_rows": round(miles, 3),
        "miles_covered_twice": round(float(doubled["length_ft"].sum()) / 5280, 3),
    }
    said = ", ".join(f"{status} {count:,}" for status, count in counts.items())
    told = [
        f"rows: {len(joined.matches):,} ({said}); made: sections {made:,}",
        f"lines that no row covers: {int(bare.sum()):,} ({miles:,.1f} miles)",
        f"covered by two rows: {account['miles_covered_twice']:,} miles",
        f"Look at {FIXES}: write ids of lines, or none, into the column fix, and run again.",
    ]
    return Brought(account, told, written)
