"""The internal page of accessibility: what is known, what comes first, what is done when."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
import pandas as pd

if TYPE_CHECKING:
    from norwalk_geo.schema import Barriers, Compliance, TransitionPlan

__all__ = ["page"]

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("norwalk_geo"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_FEATURES = {
    "ramps": "Curb ramps",
    "walks": "Walks",
    "crossings": "Crossings",
    "stops": "Transit stops",
    "building_elements": "Elements of buildings",
}
_STATUS = {
    "scheduled": "Scheduled",
    "with_paving": "Built with paving",
    "beyond_budget": "Beyond the money of these years",
    "no_price": "No price yet",
    "infeasible": "Infeasible on record",
}
_STAYS = {"yes": "stays", "no": "may leave", "open": "not decided"}
_LISTED = 100


def _text(value: object, form: str = "{}") -> str:
    """Write a cell; what is missing is not known."""
    return "not known" if pd.isna(value) else form.format(value)  # type: ignore[call-overload]


def _known(compliance: Compliance) -> list[dict[str, str]]:
    """Lay out how far features comply, with what nobody measured."""
    flat = compliance.reset_index()
    flat = flat[flat["grouped_by"].eq("all")]
    return [
        {
            "feature": _FEATURES.get(row["feature"], row["feature"]),
            "rules": "in force" if row["is_enforced"] else "advise only",
            "features": f"{row['features']:,}",
            "passed": f"{row['passed_pct']:.1f} %",
            "failed": f"{row['failed_pct']:.1f} %",
            "within": f"{100 * row['within_error'] / row['features']:.1f} %",
            "unmeasured": f"{row['unmeasured_pct']:.1f} %",
        }
        for row in flat.to_dict("records")
    ]


def _ranked(barriers: Barriers, plan: TransitionPlan) -> list[dict[str, str]]:
    """Lay out the first barriers with the sum that ranks them."""
    first = barriers.sort_values("rank").head(_LISTED)
    joined = pd.DataFrame(first).join(plan[["schedule", "method"]])
    parts = ("severity_part", "place_part", "people_part", "equity_part")
    return [
        {
            "rank": str(row["rank"]),
            "where": _text(row["location"]),
            "id": str(name),
            "obstacle": row["obstacle"],
            "method": _text(row["method"]),
            "schedule": _text(row["schedule"]),
            "stays": _STAYS.get(str(row["top_stays"]), ""),
            "score": f"{row['score']:.2f}",
            **{part: _text(row[part], "{:.2f}") for part in parts},
        }
        for name, row in zip(joined.index, joined.to_dict("records"), strict=True)
    ]


def _statuses(plan: TransitionPlan) -> list[dict[str, str]]:
    """Count barriers by what is done about them."""
    rows = []
    for status, label in _STATUS.items():
        own = plan[plan["status"].eq(status)]
        cost = own["cost_usd"].sum(min_count=1)
        is_own = status in ("scheduled", "beyond_budget")
        dollars = _text(cost, "${:,.0f}") if is_own and len(own) else ""
        rows.append({"label": label, "count": f"{len(own):,}", "cost": dollars})
    return rows


def _years(plan: TransitionPlan) -> list[dict[str, str]]:
    """Sum up what each fiscal year removes."""
    own = plan[plan["status"].eq("scheduled")]
    by = own.groupby("year")["cost_usd"].agg(["size", "sum"])
    return [
        {"year": str(year), "count": f"{row['size']:,.0f}", "cost": f"${row['sum']:,.0f}"}
        for year, row in by.iterrows()
    ]


def page(
    barriers: Barriers, plan: TransitionPlan, compliance: Compliance, summary: Mapping[str, Any]
) -> str:
    """
    Write the internal page of accessibility.

    Parameters
    ----------
    barriers, plan, compliance
        Tables of those names.
    summary
        Of the findings.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked; every text is escaped.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    return _TEMPLATES.get_template("ada.html").render(
        summary=summary,
        style=style.strip(),
        known=_known(compliance),
        ranked=_ranked(barriers, plan),
        all=f"{len(barriers):,}",
        statuses=_statuses(plan),
        years=_years(plan),
    )
