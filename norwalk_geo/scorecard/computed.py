"""Values that the city's own layers give, by fiscal year: rows of `score_periods`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import config, network, pci, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Surveys, Treatments, Years

__all__ = [
    "accessible_share",
    "condition_index",
    "funding_invested",
    "miles_repaired",
    "site_reach",
]

ScorePeriods: TypeAlias = pd.DataFrame
WorkDone: TypeAlias = pd.DataFrame
# Below this share of what is measured a value is that of a part.
WHOLE_PCT = 90.0
_NOMINAL = "dollars of the year"
_JUDGED = ("pass", "fail")


def periods(rows: list[dict[str, Any]]) -> ScorePeriods:
    """
    Check rows of values.

    Parameters
    ----------
    rows
        As dictionaries; those without a value are left out.

    Returns
    -------
    score_periods
        Sorted by measure, year and part.
    """
    columns = list(schema.describe("score_periods").columns.index)
    frame = pd.DataFrame([row for row in rows if pd.notna(row["value"])], columns=columns)
    return schema.check(frame, "score_periods").sort_index(kind="stable")


def _known(share: float) -> dict[str, Any]:
    """Say how much is known and whether that is the whole."""
    return {"status": "computed" if share >= WHOLE_PCT else "partial", "known_pct": share}


def condition_index(
    surveys: Surveys,
    sections: Sections,
    classes: pd.DataFrame,
    *,
    as_of: dt.date,
    start_month: int = 7,
) -> ScorePeriods:
    """
    Weigh the latest condition of the city's streets by area, for each year that had a survey.

    Parameters
    ----------
    surveys
        Ratings.
    sections
        Streets; only the city's share counts.
    classes
        Widths of sections without one.
    as_of
        Last day looked at.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    score_periods
        Points; partial where under 90 % of the area was ever surveyed by then.
    """
    area = network.measure(sections, classes)["area_sy"]
    dated = surveys.index.get_level_values("survey_date")
    years = sorted({config.fiscal_year(day.date(), start_month) for day in dated})
    rows = []
    for year in years:
        end = config.year_start(year + 1, start_month) - dt.timedelta(days=1)
        if config.year_start(year, start_month) > as_of:
            continue
        value = pci.latest(surveys, sections, as_of=min(end, as_of))["pci"]
        rated = area.where(value.notna(), 0.0)
        if not rated.sum():
            continue
        share = 100 * float(rated.sum() / area.sum())
        rows.append(
            {
                "measure_id": "condition_index",
                "period": year,
                "part": "all",
                "value": float((value.fillna(0) * rated).sum() / rated.sum()),
                **_known(share),
                "value_source": "surveys: scorecard.condition_index",
                "note": "Latest survey of each street, weighted by area; not a forecast",
            }
        )
    return periods(rows)


def _finished(
    work_done: WorkDone, sections: Sections, as_of: dt.date, start_month: int
) -> pd.DataFrame:
    """List finished work on known sections with its fiscal year."""
    flat = work_done.reset_index()
    flat = flat[flat["finished"].le(pd.Timestamp(as_of)) & flat["section_id"].isin(sections.index)]
    years = [config.fiscal_year(day.date(), start_month) for day in flat["finished"]]
    return flat.assign(period=np.array(years, dtype="int64"))


def _row(measure: str, period: int, part: str, value: float, **more: object) -> dict[str, Any]:
    """Make a row whose whole is known."""
    whole = {"status": "computed", "known_pct": 100.0, "note": None}
    return {"measure_id": measure, "period": period, "part": part, "value": value, **whole, **more}


def miles_repaired(
    work_done: WorkDone | None,
    years: Years | None,
    sections: Sections,
    treatments: Treatments,
    *,
    as_of: dt.date,
    start_month: int = 7,
) -> ScorePeriods:
    """
    Add up the centreline miles on which work was finished, and those that the plan has ahead.

    Parameters
    ----------
    work_done
        Records of finished work; none where the city has no table of it.
    years
        Yearly figures of the plan; none without a plan.
    sections
        Streets; only the city's share counts, a section once a year.
    treatments
        Tells maintenance from alteration.
    as_of
        Last day looked at.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    score_periods
        Parts `all`, `maintenance`, `alteration` and `kind unknown`. Years of the plan are planned.
    """
    rows = []
    if work_done is not None:
        done = _finished(work_done, sections, as_of, start_month)
        miles = network.centerline_miles(sections)
        blank = pd.Series(None, index=done.index, dtype="str")
        kind = pd.Series(done.get("treatment", blank)).map(treatments["ada_kind"])
        done = done.assign(miles=done["section_id"].map(miles), kind=kind.fillna("kind unknown"))
        for (period, part), page in _pages(done):
            value = float(page.drop_duplicates("section_id")["miles"].sum())
            source = "work_done: scorecard.miles_repaired"
            rows.append(_row("miles_repaired", period, part, value, value_source=source))
    if years is not None:
        for year, plan in years.iterrows():
            note = {"status": "planned", "value_source": "plan: years", "note": "Planned, not done"}
            for part, name in (
                ("all", "miles_repaired"),
                ("maintenance", "miles_maintenance"),
                ("alteration", "miles_alteration"),
            ):
                value = float(plan[name])
                rows.append(_row("miles_repaired", int(str(year)), part, value, **note))
    return periods(_first(rows))


def _pages(done: pd.DataFrame) -> list[tuple[tuple[int, str], pd.DataFrame]]:
    """Take the records of a year, all and by kind."""
    pages: list[tuple[tuple[int, str], pd.DataFrame]] = []
    for period, page in done.groupby("period"):
        pages.append(((int(str(period)), "all"), page))
        pages += [((int(str(period)), str(kind)), one) for kind, one in page.groupby("kind")]
    return pages


def _first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep what was done where a year was both done and planned."""
    done = {row["period"] for row in rows if row["status"] != "planned"}
    return [row for row in rows if row["status"] != "planned" or row["period"] not in done]


def funding_invested(
    work_done: WorkDone | None,
    years: Years | None,
    sections: Sections,
    *,
    as_of: dt.date,
    start_month: int = 7,
) -> ScorePeriods:
    """
    Add up what finished work cost by year and fund, and what the plan spends ahead.

    Parameters
    ----------
    work_done
        Records of finished work with `cost_usd` as paid and, where known, `fund`.
    years
        Yearly figures of the plan; none without a plan.
    sections
        Streets.
    as_of
        Last day looked at.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    score_periods
        Dollars of the year. Parts: `all` and each fund. Works without a cost make a value partial.
    """
    rows = []
    if work_done is not None and "cost_usd" in work_done:
        done = _finished(work_done, sections, as_of, start_month)
        blank = pd.Series(None, index=done.index, dtype="str")
        fund = pd.Series(done.get("fund", blank)).fillna("fund unknown")
        for (period, part), page in _pages(done.assign(kind=fund)):
            share = 100 * float(page["cost_usd"].notna().mean())
            source = "work_done: scorecard.funding_invested"
            lost = f"{page['cost_usd'].isna().sum():,} works have no cost; " if share < 100 else ""  # noqa: PLR2004
            note = f"{lost}{_NOMINAL}"
            value = float(page["cost_usd"].sum(min_count=1))
            row = _row("funding_invested", period, part, value, value_source=source, note=note)
            rows.append(row | _known(share))
    if years is not None:
        note = f"Planned, not spent; {_NOMINAL}; the plan's own tables are in constant dollars"
        planned = {"status": "planned", "value_source": "plan: years", "note": note}
        for year, plan in years.iterrows():
            value = float(plan["spent_nominal_usd"])
            rows.append(_row("funding_invested", int(str(year)), "all", value, **planned))
    return periods(_first(rows))


def accessible_share(findings: pd.DataFrame, *, period: int) -> ScorePeriods:
    """
    Say which share of the judged findings of enforced standards is met.

    Parameters
    ----------
    findings
        Rules applied to features: `verdict`, `is_enforced` and `feature`.
    period
        Fiscal year of the measurements.

    Returns
    -------
    score_periods
        Percent of the features whose every judged finding passes, of all features with a judgement;
        `known_pct` is the share of features on which nothing is unknown. By feature, too.
    """
    rows = []
    flat = findings if "feature" in findings else findings.reset_index()
    enforced = flat[flat["is_enforced"]]
    pages = [("all", enforced), *((str(k), v) for k, v in enforced.groupby("feature"))]
    for part, page in pages:
        keys = [page["feature"], page["feature_id"]]
        failed = page["verdict"].eq("fail").groupby(keys).any()
        judged = page["verdict"].isin(_JUDGED).groupby(keys).any()
        whole = page["verdict"].isin(_JUDGED).groupby(keys).all()
        if not judged.any():
            continue
        share = 100 * float(whole.mean())
        value = 100 * float((~failed[judged]).mean())
        note = f"{len(judged) - int(whole.sum()):,} of {len(judged):,} are not measured in full"
        source = "findings: scorecard.accessible_share"
        row = _row("accessible_share", period, part, value, value_source=source, note=note)
        rows.append(row | _known(share))
    return periods(rows)


def site_reach(people: pd.DataFrame, *, period: int) -> ScorePeriods:
    """
    Take the people who can walk to each destination.

    Parameters
    ----------
    people
        By `site_id`: `people` within 15 minutes on foot, and `known_pct`, the share of the walked
        length whose state is known.
    period
        Fiscal year of the network.

    Returns
    -------
    score_periods
        One row a destination of the plan.
    """
    source = "reach: scorecard.site_reach"
    rows = [
        _row(f"site_{site}", period, "all", float(one["people"]), value_source=source)
        | _known(float(one["known_pct"]))
        for site, one in people.iterrows()
    ]
    return periods(rows)
