"""Work of the past: how much, at what cost, and what it did to condition."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from norwalk_geo import network, schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections, Surveys, Treatments

__all__ = ["in_base_year", "modified_approach", "work_effects"]

WorkDone: TypeAlias = pd.DataFrame
_YEARS_NEAR = 3
_ASSESSMENTS, _CYCLE_YEARS, _SPENT_YEARS = 3, 3, 5
_LEAST_SHARE = 0.9


def _near(work: pd.DataFrame, surveys: Surveys) -> pd.DataFrame:
    """Put the nearest rating before and after beside each work."""
    rated = surveys["pci"].reset_index().sort_values("survey_date", kind="stable")
    span = pd.Timedelta(days=round(_YEARS_NEAR * 365.25))
    ordered = work.sort_values("finished", kind="stable")
    for name, direction in (("before", "backward"), ("after", "forward")):
        # A rating on the very day of finishing is of the new surface.
        exact = direction == "forward"
        ordered = pd.merge_asof(
            ordered,
            rated.rename(columns={"pci": name, "survey_date": f"{name}_date"}),
            left_on="finished",
            right_on=f"{name}_date",
            by="section_id",
            direction=direction,  # type: ignore[arg-type]
            tolerance=span,
            allow_exact_matches=exact,
        )
    return ordered


def _expected(treatments: Treatments, treatment: str, before: pd.Series) -> float:
    """Gain that the catalogue gives from the ratings before."""
    if treatment not in treatments.index or not len(before):
        return np.nan
    row = treatments.loc[treatment]
    if row["effect"] == "set":
        after = np.full(len(before), row["effect_points"])
    else:
        after = before.to_numpy() + row["effect_points"]
    return float(np.median(np.maximum(np.minimum(after, row["pci_cap"]) - before, 0)))


def in_base_year(work_done: WorkDone, price_index: pd.DataFrame, *, base_year: int) -> WorkDone:
    """
    Bring recorded costs to dollars of the base year.

    Parameters
    ----------
    work_done
        Records of finished work; a cost without a year is in dollars of the year of finishing.
    price_index
        Price level by year.
    base_year
        Year of the dollars.

    Returns
    -------
    work_done
        The same rows; a cost of a year that the index lacks is missing.
    """
    finished = work_done.index.get_level_values("finished")
    by_finish = pd.Series(pd.DatetimeIndex(finished).year, index=work_done.index, dtype="float64")
    blank = pd.Series(np.nan, index=work_done.index)
    paid = pd.Series(work_done.get("year", blank)).astype("float64").fillna(by_finish)
    ratio = float(price_index["index"][base_year]) / paid.map(price_index["index"])
    return work_done.assign(cost_usd=work_done.get("cost_usd", blank) * ratio)


def work_effects(
    work_done: WorkDone,
    surveys: Surveys,
    sections: Sections,
    treatments: Treatments,
    *,
    as_of: dt.date,
    years: int = 10,
) -> pd.DataFrame:
    """
    Sum up the work of the last years by treatment and measure what it did.

    Parameters
    ----------
    work_done
        Records of finished work, with costs in dollars of the base year (`in_base_year`).
    surveys
        Ratings before and after.
    sections
        Streets.
    treatments
        The catalogue, for the gain that it gives the same works.
    as_of
        Last day looked at.
    years
        How far back to look.

    Returns
    -------
    work_effects
        One row a treatment. A gain counts decay until the next rating against the work, and
        a work that nobody rated before and after within three years is not measured.
    """
    begin = pd.Timestamp(as_of) - pd.DateOffset(years=years)
    flat = work_done.reset_index()
    inside = flat["section_id"].isin(sections.index)
    flat = flat[inside & (flat["finished"] > begin) & (flat["finished"] <= pd.Timestamp(as_of))]
    blank = pd.Series(np.nan, index=flat.index)
    miles = network.centerline_miles(sections)
    flat = flat.assign(
        treatment=flat.get("treatment", blank.astype("object")).fillna("unknown"),
        cost_usd=flat.get("cost_usd", blank),
        miles=flat["section_id"].map(miles),
    )
    rows = [
        _effect(str(name), page, treatments)
        for name, page in _near(flat, surveys).groupby("treatment")
    ]
    columns = list(schema.describe("work_effects").columns.index)
    return schema.check(pd.DataFrame(rows, columns=columns), "work_effects")


def _effect(treatment: str, page: pd.DataFrame, treatments: Treatments) -> dict[str, Any]:
    """Sum up the works of one treatment."""
    both = page[page["before"].notna() & page["after"].notna()]
    gain = both["after"] - both["before"]
    return {
        "treatment": treatment,
        "works": len(page),
        "sections": page["section_id"].nunique(),
        "miles": page["miles"].sum(),
        "cost_usd": page["cost_usd"].sum(min_count=1),
        "measured": len(both),
        "gain_points": gain.median(),
        "gain_low_points": gain.quantile(0.1),
        "gain_high_points": gain.quantile(0.9),
        "catalogue_gain_points": _expected(treatments, treatment, both["before"]),
    }


def _assessments(surveys: Surveys, area_sy: pd.Series, as_of: dt.date) -> list[dict[str, Any]]:
    """Sum up the three latest cycles of three years, newest first."""
    flat = surveys["pci"].reset_index()
    found, total = [], float(area_sy.sum())
    for cycle in range(_ASSESSMENTS):
        end = pd.Timestamp(as_of) - pd.DateOffset(years=cycle * _CYCLE_YEARS)
        begin = end - pd.DateOffset(years=_CYCLE_YEARS)
        page = flat[(flat["survey_date"] > begin) & (flat["survey_date"] <= end)]
        last = page.sort_values("survey_date").groupby("section_id")["pci"].last()
        area = area_sy.reindex(last.index).fillna(0.0)
        share = float(area.sum()) / total if total else 0.0
        mean = float((last * area).sum() / area.sum()) if area.sum() else None
        found.append(
            {
                "through": end.date().isoformat(),
                "pci": mean,
                "area_assessed_pct": share * 100,
                "is_complete": share >= _LEAST_SHARE,
            }
        )
    return found


def modified_approach(
    surveys: Surveys,
    area_sy: pd.Series,
    *,
    target_pci: float | None,
    maintenance: pd.DataFrame | None,
    as_of: dt.date,
) -> dict[str, Any]:
    """
    Put together what a city that elected GASB 34's modified approach must report [1]_.

    Parameters
    ----------
    surveys
        Ratings.
    area_sy
        The city's share of each section, square yards.
    target_pci
        Condition level that the city set and disclosed; none where it depreciates its streets.
    maintenance
        `needed_usd` and `spent_usd` by fiscal year, as budgeted and as booked.
    as_of
        Last day looked at.

    Returns
    -------
    report
        `status` is `not applicable` where the approach was not elected, `incomplete` with
        `missing`, or `complete`; the three latest assessments in cycles of three years, newest
        first; needed and spent of the last five years.

    References
    ----------
    .. [1] Governmental Accounting Standards Board, Statement No. 34, 1999, paragraphs 23–25, 132
       and 133.
    """
    if target_pci is None:
        return {"status": "not applicable", "why": "The city did not elect the modified approach."}
    found = [
        one | {"is_at_target": one["pci"] is not None and one["pci"] >= target_pci}
        for one in _assessments(surveys, area_sy, as_of)
    ]
    rows: list[dict[Any, Any]] = []
    if maintenance is not None:
        rows = maintenance.sort_index().tail(_SPENT_YEARS).reset_index().to_dict("records")
    missing = []
    if not all(one["is_complete"] for one in found):
        missing.append("three assessments, each of 90 % of the area within three years")
    if len(rows) < _SPENT_YEARS:
        missing.append("needed and spent of five years")
    return {
        "status": "incomplete" if missing else "complete",
        "target_pci": target_pci,
        "assessments": found,
        "maintenance": rows,
        "missing": missing,
    }
