"""Keep the measures of the strategic plan: forms out, entries in, scorecard written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import budget, config, io, report, schema, scorecard
from norwalk_geo.cli import assessing, editions, importing, measuring, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norwalk_geo.cli.show import Show

__all__ = ["enter", "forms", "scores", "write"]

_FOLDER = "scorecard"
_FILES = ("scores.csv", "score_periods.csv", "plan_effects.csv", "scorecard.xlsx", "summary.json")
_ASKED_YEARS = 2


def _measures(city: City) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Open the measures and objectives, the city's own where it has them."""
    folder = city.config.folder / "parameters"
    return (
        schema.parameters("measures", folder=folder),
        schema.parameters("objectives", folder=folder),
    )


def _entered(city: City, measures: pd.DataFrame, day: dt.date) -> pd.DataFrame | None:
    """Check what was entered before."""
    table = city.tables.get("entered")
    if table is None:
        return None
    start = city.config.fiscal_year_start
    return scorecard.check_entered(table, measures, as_of=day, start_month=start)


def enter(city: Path, files: Sequence[Path], *, as_of: dt.datetime | None) -> dict[str, int]:
    """
    Add the entries of departments to the city's table; nothing is lost.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    files
        Workbooks that departments filled in.
    as_of
        Day that the data describe, where it is not the one of the settings.

    Returns
    -------
    counts
        Entries that were new, that corrected one, and that were there.
    """
    read = reading.read_city(city, as_of=as_of)
    settings = read.config
    day = reading.day(settings, as_of)
    measures, _ = _measures(read)
    rows = pd.concat([report.read_entries(file, measures) for file in files], ignore_index=True)
    if rows.empty:
        return {"new": 0, "corrected": 0, "repeated": 0}
    start = settings.fiscal_year_start
    fresh = scorecard.check_entered(rows, measures, as_of=day, start_month=start)
    earlier = _entered(read, measures, day)
    merged, counts = scorecard.correct(fresh.iloc[:0] if earlier is None else earlier, fresh)
    name = settings.tables.get("entered", "clean/entered.csv")
    with io.writing(settings.folder) as whole:
        (whole / name).parent.mkdir(parents=True, exist_ok=True)
        io.write_table(merged, whole / name, "entered", as_of=day)
        if "entered" not in settings.tables:
            text = importing.name_tables(settings, {"entered": name})
            (whole / config.FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
    return counts


def forms(city: Path, out: Path, *, as_of: dt.datetime | None) -> Outcome:
    """
    Write a workbook for each department.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `entry_forms` in it.
    as_of
        Day that the data describe, where it is not the one of the settings.

    Returns
    -------
    outcome
        Counts, and the files written.
    """
    read = reading.read_city(city, as_of=as_of)
    day = reading.day(read.config, as_of)
    measures, _ = _measures(read)
    current = config.fiscal_year(day, read.config.fiscal_year_start)
    periods = tuple(range(current - _ASKED_YEARS + 1, current + 1))
    entered = _entered(read, measures, day)
    with io.writing(out / "entry_forms") as aside:
        names = report.write_entry_forms(
            aside, measures, periods=periods, entered=entered, as_of=day
        )
    summary = {"kind": "entry_forms", "city": read.config.city, "files": names}
    return Outcome(summary, tuple(names))


def scores(
    city: City, plan: budget.Plan, day: dt.date
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """
    Score a city by the measures that may be published.

    Parameters
    ----------
    city
        As read and checked.
    plan
        The plan that is shown, for what is ahead.
    day
        Day that the data describe.

    Returns
    -------
    scores, objectives
        Scores by language, and the objectives of the plan.
    """
    measures, objectives = _measures(city)
    entered = _entered(city, measures, day)
    computed = measuring.computed(city, plan, day)
    public = measures.index[measures["is_public"].astype(bool)]
    found = {
        code: scorecard.score(measures, computed, entered=entered, language=code)[0].loc[public]
        for code in city.config.languages
    }
    return found, objectives


def _scored(
    city: City,
    known: assessing.Assessed,
    shown: editions.Chosen | None,
    day: dt.date,
    stop_gap_usd: float | None,
) -> report.Scored:
    """Score a city, and put what its plan and the rivals change beside it."""
    measures, objectives = _measures(city)
    entered = _entered(city, measures, day)
    compared = budget.compare(
        known.condition,
        known.sections,
        known.life,
        budget_usd=known.budget_usd,
        rules=known.rules,
        ranking=city.parameters["ranking"],
    )
    if shown is None:
        computed = measuring.computed(city, compared.plan, day)
    else:
        on_streets, results, _ = editions.fitted(city, shown, day)
        computed = measuring.computed(on_streets, results.plan, day)
    scores, periods = {}, pd.DataFrame()
    for language in dict.fromkeys((*city.config.languages, "en")):
        scores[language], periods = scorecard.score(
            measures, computed, entered=entered, language=language
        )
    effects = scorecard.plan_effects(
        compared.policies,
        compared.years,
        periods,
        (measures, objectives),
        pci_now=compared.plan.pci_now,
    )
    asked = measuring.asked(city, day, cost_each_usd=stop_gap_usd)
    shapes = report.zone_shapes(measuring.zones(city), known.sections)
    return report.Scored(scores, periods, measures, objectives, entered, effects, asked, shapes)


def write(
    city: Path,
    out: Path,
    *,
    as_of: dt.datetime | None,
    show: Show,
    stop_gap_usd: float | None = None,
) -> Outcome:
    """
    Score a city and write every file.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `scorecard` in it.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.
    stop_gap_usd
        Dollars of one stop-gap repair, where the city knows it.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    day = reading.day(read.config, as_of)
    _entered(read, _measures(read)[0], day)
    with io.writing(out / _FOLDER) as aside:
        show.step("Planning, for what the plan changes")
        known = assessing.assess(read, day)
        shown = editions.newest(read)
        found = _scored(read, known, shown, day, stop_gap_usd)
        about = assessing.origin(read, day, known.notes)
        summary = report.scorecard_summary(found, about=about) | editions.told(shown)
        show.step("Writing the scorecard")
        report.write_scorecard(aside, found, summary)
    pages = ["scorecard.html", *(f"scorecard.{k}.html" for k in sorted(found.scores) if k != "en")]
    extra = tuple(f"{name}.csv" for name in found.requests)
    return Outcome(summary, (*pages, *_FILES, *extra))
