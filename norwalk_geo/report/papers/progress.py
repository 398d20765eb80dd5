"""The yearly report to residents: what was done, how the streets are, and what is adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo import config
from norwalk_geo.report.files import Results
from norwalk_geo.report.papers.kept_promises import kept_promises
from norwalk_geo.report.papers.paper import Letter, render
from norwalk_geo.report.papers.words import limits_text, year_text
from norwalk_geo.report.scored_page import value_text
from norwalk_geo.report.summary import records

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["progress_report"]

ScorePeriods: TypeAlias = pd.DataFrame
Measures: TypeAlias = pd.DataFrame
_STREETS = ("condition_index", "miles_repaired", "funding_invested", "on_time", "accessible_share")
_STATUS = {
    "computed": "computed",
    "partial": "from part of the city",
    "entered": "entered by the department",
    "planned": "planned, not done",
}


def _measured(periods: ScorePeriods, measures: Measures, year: int) -> list[dict[str, str]]:
    """Write the streets' measures of a year beside those of the year before."""
    flat = periods.reset_index()
    flat = flat[flat["part"].eq("all") & flat["status"].ne("planned")]
    rows = []
    for name in _STREETS:
        own = flat[flat["measure_id"].eq(name)].set_index("period")
        known = own["value"].to_dict()
        unit, label = str(measures.loc[name, "unit"]), str(measures.loc[name, "label"])
        values = [value_text(known[k], unit) if k in known else "no data" for k in (year - 1, year)]
        how = _STATUS[str(own.loc[year, "status"])] if year in own.index else "–"
        rows.append({"label": label, "before": values[0], "value": values[1], "how": how})
    return rows


def _parts(periods: ScorePeriods, measure: str, unit: str, year: int) -> list[dict[str, str]]:
    """Write the parts of a measure, such as funds."""
    flat = periods.reset_index()
    is_own = flat["measure_id"].eq(measure) & flat["period"].eq(year) & flat["part"].ne("all")
    page = flat[is_own & flat["status"].ne("planned")]
    return [{"part": row["part"], "value": value_text(row["value"], unit)} for row in records(page)]


def _done(results: Results, tables: Mapping[str, pd.DataFrame], span: tuple[Any, Any]) -> list[Any]:
    """List the streets on which work was finished in a year."""
    work = tables.get("work_done")
    if work is None:
        return []
    flat = work.reset_index()
    first, after = map(pd.Timestamp, span)
    flat = flat[flat["finished"].ge(first) & flat["finished"].lt(after)]
    flat = flat[flat["section_id"].isin(results.sections.index)]
    flat["place"] = limits_text(pd.DataFrame(results.sections).loc[flat["section_id"]])
    flat["finished"] = flat["finished"].dt.date
    shown = flat.reindex(columns=["place", "treatment", "finished", "section_id"])
    return records(shown.sort_values(["finished", "place"], kind="stable", ignore_index=True))


def _next(results: Results, letter: Letter, year: int) -> list[dict[str, Any]]:
    """List a year of an adopted plan; of a draft or a year without money, nothing."""
    if letter.adoption is None:
        return []
    if letter.funded_years is not None and year not in letter.funded_years:
        return []
    flat = results.plan.work.reset_index()
    flat = flat[flat["year"].eq(year)]
    flat["place"] = limits_text(pd.DataFrame(results.sections).loc[flat["section_id"]])
    shown = flat[["place", "treatment_label", "section_id"]]
    return records(shown.sort_values(["place", "section_id"], kind="stable", ignore_index=True))


def progress_report(
    results: Results,
    letter: Letter,
    tables: Mapping[str, pd.DataFrame],
    scored: tuple[ScorePeriods, Measures],
    *,
    year: int,
    adopted: Results | None = None,
) -> str:
    """
    Write the report of a fiscal year for residents.

    Parameters
    ----------
    results
        The plan. Only an adopted one is named: of a draft no street and no year appears.
    letter
        Who writes, as of when, and whether the plan is adopted.
    tables
        `work_done`, where the city has it.
    scored
        Values of the measures by year, and the measures.
    year
        Fiscal year that has ended.
    adopted
        The plan that was adopted and funded for that year; none where no edition of it is kept.

    Returns
    -------
    page
        HTML.
    """
    periods, measures = scored
    start = letter.start_month
    span = (config.year_start(year, start), config.year_start(year + 1, start))
    first = max(int(str(results.plan.years.index[0])), year + 1)
    promises = None
    if adopted is not None and "work_done" in tables:
        promises = kept_promises(adopted, tables["work_done"], year=year, span=span)
    facts = {
        "title": "Annual progress report on streets",
        "year": year_text(year, start),
        "before": year_text(year - 1, start),
        "measured": _measured(periods, measures, year),
        "funds": _parts(periods, "funding_invested", "USD", year),
        "kinds": _parts(periods, "miles_repaired", "mi", year),
        "done": _done(results, tables, span),
        "has_records": "work_done" in tables,
        "promises": promises,
        "is_adopted": letter.adoption is not None,
        "next": _next(results, letter, first),
        "next_year": year_text(first, start),
        "summary": results.summary,
    }
    return render("paper_progress.html", letter, facts)
