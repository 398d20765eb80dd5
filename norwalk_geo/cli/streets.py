"""Streets of a city: their faults on paper, and pavement tables joined to lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from norwalk_geo import config, faults, files, io, matching, names, network, report, schema, website
from norwalk_geo.cli import bounding
from norwalk_geo.cli.importing import name_tables, with_earlier
from norwalk_geo.cli.records import Brought, City
from norwalk_geo.errors import Problem, SourceError

__all__ = ["FIXES", "draw_faults", "match"]

FIXES = "match_fixes.xlsx"
_FOLDER = "clean"
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
        report.write_csv(aside / "faults.csv", plain, settings.notice)
        (aside / "faults.html").write_text(page, encoding="utf-8", newline="\n")
    return faults.count(found)


def _refuse_unnamed(settings: config.Config, needed: tuple[str, ...]) -> None:
    """Refuse a city that does not name what a join needs."""
    remedy = "Import it with norwalk import and a mapping whose table is that."
    lost = [
        Problem(f"tables.{name}", "is not named", remedy=remedy)
        for name in needed
        if name not in settings.tables
    ]
    if lost:
        raise SourceError.of(settings.city, lost)


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
        io.plain_text(sheet.reset_index()).to_excel(writer, sheet_name="fixes", index=False)
        writer.book.set_properties({"created": created})
        writer.sheets["fixes"].freeze_panes(1, 2)


@dataclass(frozen=True)
class _Join:
    """A join before it is written."""

    joined: matching.Joined
    lines: network.Network
    tables: dict[str, pd.DataFrame]


def _new_sections(
    settings: config.Config, fixes: pd.Series | None, limits: pd.DataFrame, default_class: str
) -> _Join:
    """Make sections of the lines that the rows mean."""
    drawn = io.read_table(settings.path("lines"), "lines")
    known = _known(settings)
    lines = network.build(matching.cut_lines(gpd.GeoDataFrame(drawn)))
    joined = matching.match(limits, lines, fixes=fixes, known=known)
    made = matching.sections(limits, joined.pieces, lines, default_class=default_class)
    tables = {"sections": made, "surveys": matching.surveys(limits, made)}
    bounded, _ = bounding.apply(settings, tables, None)
    return _Join(joined, lines, bounded)


def _onto_sections(settings: config.Config, fixes: pd.Series | None, limits: pd.DataFrame) -> _Join:
    """Put rows onto the sections that there are."""
    sections = gpd.GeoDataFrame(io.read_table(settings.path("sections"), "sections"))
    plain = sections.drop(columns=["from_node", "to_node"], errors="ignore")
    lines = network.build(matching.cut_lines(plain.rename_axis("line_id")))
    joined = matching.match(limits, lines, fixes=fixes, known=_known(settings))
    attached = matching.attach(limits, joined.pieces, sections)
    surveys, _ = with_earlier(settings, "surveys", attached.surveys)
    tables = {"sections": attached.sections, "surveys": surveys}
    return _Join(joined, lines, tables | {"section_rows": attached.section_rows})


def _known(settings: config.Config) -> names.Words:
    folder = settings.folder / "parameters"
    return names.words(schema.parameters("street_words", folder=folder))


def match(
    city: Path, *, default_class: str, onto_sections: bool, as_of: dt.datetime | None
) -> Brought:
    """
    Join a city's pavement table to its lines.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    default_class
        Functional class of rows without one; blank to refuse them.
    onto_sections
        Whether the rows go onto the sections that there are, whose ids stay, instead of making new
        ones of lines.
    as_of
        Day that the data describe, where it is not the one of the settings.

    Returns
    -------
    brought
        Account and files: sections, surveys, matches, pieces, and the sheet for fixes.

    Raises
    ------
    SourceError
        A table that is needed is not named, or cannot be read.
    SchemaError
        A fix names a line that there is not, or a row makes a section that the schema refuses.
    """
    settings = config.read_config(city)
    day = as_of.date() if as_of else settings.as_of
    day = day or dt.datetime.now(tz=dt.UTC).astimezone().date()
    _refuse_unnamed(settings, ("sections" if onto_sections else "lines", "limits"))
    limits = io.read_table(settings.path("limits"), "limits")
    fixes = _fixes(settings.folder / _FOLDER / FIXES)
    if onto_sections:
        join = _onto_sections(settings, fixes, limits)
    else:
        join = _new_sections(settings, fixes, limits, default_class)
    sheet = _sheet(limits, join.joined, fixes)
    return _brought(join, _write(settings, join, sheet, day))


def _write(settings: config.Config, join: _Join, sheet: pd.DataFrame, day: dt.date) -> list[str]:
    """Write what a join made, and name it in the settings; say where it is."""
    results = join.tables | {"matches": join.joined.matches, "pieces": join.joined.pieces}
    written, names_of = [], {}
    with io.writing(settings.folder) as whole:
        aside = whole / _FOLDER
        aside.mkdir()
        for table, frame in results.items():
            file = f"{table}.gpkg" if schema.describe(table).geometry else f"{table}.csv"
            io.write_table(frame, aside / file, table, as_of=day)
            written.append(str(settings.folder / _FOLDER / file))
            names_of[table] = f"{_FOLDER}/{file}"
        _write_sheet(aside / FIXES, sheet, day)
        named = ("sections", "surveys")
        new = {t: names_of[t] for t in named if settings.tables.get(t) != names_of[t]}
        if new:
            text = name_tables(settings, new)
            (whole / config.FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
    return [*written, str(settings.folder / _FOLDER / FIXES)]


def _brought(join: _Join, written: list[str]) -> Brought:
    """Give an account of a join."""
    joined, lines, made = join.joined, join.lines, len(join.tables["sections"])
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
    if "section_rows" in join.tables:
        rows = join.tables["section_rows"]
        touched = rows.index.get_level_values("section_id").nunique()
        account["sections_with_rows"] = int(touched)
        told[0] = (
            f"rows: {len(joined.matches):,} ({said}); sections {made:,}, {touched:,} with rows"
        )
    return Brought(account, told, written)
