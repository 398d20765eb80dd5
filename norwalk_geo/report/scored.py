"""Files of the scorecard: table, values by year, workbook, pages and summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd

from norwalk_geo import schema
from norwalk_geo.report import scored_page
from norwalk_geo.report.summary import records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json
from norwalk_geo.report.zone_map import latest_by_zone, zone_maps

__all__ = ["Scored", "scorecard_summary", "write_scorecard"]

Scores: TypeAlias = pd.DataFrame
ScorePeriods: TypeAlias = pd.DataFrame


@dataclass(frozen=True)
class Scored:
    """
    A scorecard with all that its files show.

    Parameters
    ----------
    scores
        All measures, by language.
    periods
        Every value by year and part.
    measures, objectives
        Of the strategic plan.
    entered
        Every entry with its corrections; none where nothing was entered.
    effects
        What the plan and its rivals do to the measures; none where they were not compared.
    requests
        `request_times`, days within which requests are done by kind and zone, and
        `request_sections`, where they gather; nothing where there are no requests.
    shapes
        Zones as areas, from `zone_shapes`; without them measures by zone are a table alone.
    """

    scores: Mapping[str, Scores]
    periods: ScorePeriods
    measures: pd.DataFrame
    objectives: pd.DataFrame
    entered: pd.DataFrame | None
    effects: pd.DataFrame | None = None
    requests: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    shapes: Mapping[str, gpd.GeoSeries] = field(default_factory=dict)


def scorecard_summary(found: Scored, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """
    Summarize a scorecard.

    Parameters
    ----------
    found
        The scorecard.
    about
        City, notice, notes and the provenance block.

    Returns
    -------
    summary
        Plain values, ready for JSON.
    """
    scores = found.scores["en"]
    return {
        "kind": "scorecard",
        "city": about["city"],
        "notice": about["notice"],
        "measures": len(scores),
        "with_value": int(scores["value"].notna().sum()),
        "by_status": {str(k): int(v) for k, v in scores["status"].value_counts().items()},
        "scores": records(scores),
        "periods": records(found.periods),
        "plan_effects": [] if found.effects is None else records(found.effects),
        **{key: value for key, value in about.items() if key not in ("city", "notice")},
    }


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the workbook's figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        "No data": "A blank value was neither computed nor entered; it is not zero.",
        "Notes": "\n".join(summary["notes"]),
    }
    for one in summary["inputs"]:
        lines[f"Input: {one['table']}"] = f"{one['path']}, SHA-256 {one['sha256']}"
    return {name: text for name, text in lines.items() if text}


def write_scorecard(folder: Path, found: Scored, summary: Mapping[str, Any]) -> None:
    """
    Write the files of a scorecard.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    found
        The scorecard.
    summary
        What `scorecard_summary` made of it.

    Returns
    -------
    nothing
        `scores.csv`, `score_periods.csv`, `plan_effects.csv`, `scorecard.xlsx`, `summary.json`, and
        `scorecard.html` with a page more for each further language are written.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    scores, notice = found.scores["en"].reset_index(), summary["notice"]
    write_csv(folder / "scores.csv", scores, notice)
    write_csv(folder / "score_periods.csv", found.periods.reset_index(), notice)
    shown = scores.drop(columns=["baseline"])
    sheets = {"Scorecard": shown, "By year": found.periods.reset_index()}
    if found.effects is not None:
        effects = found.effects.reset_index()
        write_csv(folder / "plan_effects.csv", effects, notice)
        sheets["What the plan changes"] = effects.drop(columns=["measure_id", "policy"])
    for name, label in (("request_times", "Requests"), ("request_sections", "Requests by section")):
        if name in found.requests:
            sheets[label] = found.requests[name].reset_index()
            write_csv(folder / f"{name}.csv", sheets[label], notice)
    if found.entered is not None and len(found.entered):
        entered = found.entered.reset_index()
        entered["entered_on"] = entered["entered_on"].dt.date
        public = list(schema.public_columns("entered"))
        sheets["Entered"] = entered[[name for name in entered.columns if name in public]]
    workbook(
        folder / "scorecard.xlsx",
        sheets,
        title=f"{summary['city']}: strategic plan scorecard",
        notice=notice,
        about=_about(summary),
        as_of=dt.date.fromisoformat(summary["as_of"]),
    )
    zoned = latest_by_zone(found.periods)
    drawn = (zoned, zone_maps(zoned, found.shapes))
    for language, labeled in found.scores.items():
        name = "scorecard.html" if language == "en" else f"scorecard.{language}.html"
        page = scored_page.page(labeled, found.objectives, summary, zoned=drawn, language=language)
        (folder / name).write_text(page, encoding="utf-8", newline="\n")
    write_json(folder / "summary.json", summary)
