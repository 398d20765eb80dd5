"""The annex on accessibility: what was measured, what fails, and what nobody has measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo.report.papers.paper import Letter, render
from norwalk_geo.report.papers.words import year_text
from norwalk_geo.report.summary import records

if TYPE_CHECKING:
    from norwalk_geo.schema import TransitionPlan

__all__ = ["ada_annex"]

Findings: TypeAlias = pd.DataFrame
_FEATURES = {
    "ramps": "Curb ramps",
    "walks": "Sidewalks",
    "crossings": "Crossings",
    "stops": "Transit stops",
    "building_elements": "Parts of buildings",
}


def _states(findings: Findings) -> list[dict[str, str]]:
    """Count features by the worst that enforced rules say of them."""
    rows = []
    enforced = findings.reset_index()
    enforced = enforced[enforced["is_enforced"]]
    for feature, page in enforced.groupby("feature"):
        verdicts = page.groupby("feature_id")["verdict"].agg(set)
        failed = verdicts.map(lambda one: "fail" in one)
        passed = verdicts.map(lambda one: one == {"pass"})
        close = verdicts.map(lambda one: "within_error" in one) & ~failed
        open_ = ~failed & ~passed & ~close
        rows.append(
            {
                "feature": _FEATURES.get(str(feature), str(feature)),
                "all": f"{len(verdicts):,}",
                "failed": f"{int(failed.sum()):,}",
                "close": f"{int(close.sum()):,}",
                "unmeasured": f"{int(open_.sum()):,} ({100 * open_.mean():.0f} %)",
                "passing": f"{int(passed.sum()):,}",
            }
        )
    return rows


def _removals(plan: TransitionPlan | None, letter: Letter) -> list[dict[str, Any]]:
    """List barriers in the order of removal; years are those of an adopted plan alone."""
    if plan is None:
        return []
    rows = records(plan.reset_index().sort_values("rank", kind="stable", ignore_index=True))
    for row in rows:
        year = row["year"] if letter.adoption else None
        row["when"] = year_text(int(year), letter.start_month) if year else "not adopted"
    return rows


def ada_annex(tables: Mapping[str, pd.DataFrame], letter: Letter) -> str:
    """
    Write the annex on accessibility.

    Parameters
    ----------
    tables
        `findings`, and `transition_plan` where the city has one.
    letter
        Who writes, as of when, and whether the plan is adopted.

    Returns
    -------
    page
        HTML. A feature on which nothing was found is said to be without a finding on what was
        measured, never to be accessible; the unmeasured share stands beside it.
    """
    removals = _removals(tables.get("transition_plan"), letter)
    facts = {
        "title": "Annex: accessibility of streets",
        "states": _states(tables["findings"]),
        "removals": removals,
        "official": removals[0]["responsible_official"] if removals else "",
    }
    return render("paper_ada.html", letter, facts)
