"""The same money spent otherwise: files of a comparison of policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo.report import compared_page
from norwalk_geo.report.summary import plain, records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.budget import Comparison, Delay, Held, Hidden
    from norwalk_geo.schema import Sections

__all__ = ["Compared", "comparison_summary", "write_comparison"]


@dataclass(frozen=True)
class Compared:
    """
    What was asked of a city, and the answers.

    Parameters
    ----------
    sections
        Streets, for their names.
    comparison
        Policies, by year too, and the plan.
    levels
        Table `budget_levels`.
    held
        What it costs to end at today's condition.
    delay
        What a year's delay costs; nothing where the plan has one year.
    swaps
        Table `swaps`.
    within_pct
        Share of the gain that the swaps may give up together.
    hidden
        What a plan blind to curb ramps hides; nothing where no ramps are due.
    weighings
        The plan with and without the city's weights; nothing where it has none.
    """

    sections: Sections
    comparison: Comparison
    levels: pd.DataFrame
    held: Held
    delay: Delay | None
    swaps: pd.DataFrame
    within_pct: float
    hidden: Hidden | None = None
    weighings: pd.DataFrame | None = None


def comparison_summary(found: Compared, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """
    Summarize a comparison.

    Parameters
    ----------
    found
        The answers.
    about
        City, notice, notes and provenance, as for a plan.

    Returns
    -------
    summary
        Plain values, ready for JSON. Contract: `docs/methods/compare.md`.
    """
    plan, held, delay, swaps = found.comparison.plan, found.held, found.delay, found.swaps
    policies = {row.pop("policy"): row for row in records(found.comparison.policies)}
    loss = float(swaps["loss_together_pct"].iloc[-1]) if len(swaps) else 0.0
    return {
        "kind": "compare",
        "city": about["city"],
        "notice": about["notice"],
        "objective": plan.objective,
        "bound": plan.bound,
        "do_nothing": plan.do_nothing,
        "gap": plan.gap,
        "objective_exact_ages": plan.objective_exact,
        "policies": policies,
        "years": records(found.comparison.years),
        "budget_levels": records(found.levels),
        "hold": {
            "pci": held.pci,
            "share_pct": held.share_pct,
            "pci_end": held.pci_end,
            "pci_end_exact": held.pci_end_exact,
            "least_pct": held.least_pct,
            "least_usd": held.least_usd,
            "years": [{"year": year, "budget_usd": usd} for year, usd in held.budget_usd.items()],
        },
        "delay": None if delay is None else {k: plain(v) for k, v in vars(delay).items()},
        "swaps": {
            "sections": len(swaps),
            "cost_usd": round(float(swaps["cost_usd"].sum()), 2),
            "instead_cost_usd": round(float(swaps["instead_cost_usd"].sum()), 2),
            "within_pct": found.within_pct,
            "loss_pct": loss,
        },
        **_more(found),
        **{key: value for key, value in about.items() if key not in ("city", "notice")},
    }


def _more(found: Compared) -> dict[str, Any]:
    """What a plan blind to ramps hides, and what weights change; nothing where not asked."""
    told: dict[str, Any] = {}
    if found.hidden is not None:
        bill = found.hidden.ramps_usd
        told_plainly = {
            key: value for key, value in vars(found.hidden).items() if value is not bill
        }
        figures = {key: plain(value) for key, value in told_plainly.items()}
        figures["ramps_usd"] = round(float(bill.sum()), 2)
        by_year = zip(bill.index, bill, strict=True)
        figures["years"] = [{"year": int(y), "ramps_usd": round(float(v), 2)} for y, v in by_year]
        told["hidden_ramps"] = figures
    if found.weighings is not None:
        told["weighings"] = records(found.weighings)
    return told


def _street(sections: Sections, ids: pd.Series) -> pd.Series:
    """Name the streets of sections; nothing where the city has no name."""
    names = sections.get("street_name", pd.Series(None, index=sections.index, dtype="str"))
    return pd.Series(names.reindex(ids).to_numpy(), dtype="str")


def _swap_text(row: pd.Series) -> str:
    """Say in words what could be done instead of what, and what that gives up."""
    named = [
        name if isinstance(name, str) else f"section {section}"
        for name, section in (
            (row["street_name"], row["section_id"]),
            (row["instead_street"], row["instead_section_id"]),
        )
    ]
    return (
        f"Instead of {str(row['treatment_label']).lower()} on {named[0]} in {row['year']} "
        f"(${row['cost_usd']:,.0f} in all), {str(row['instead_treatment_label']).lower()} on "
        f"{named[1]} in {row['instead_year']} (${row['instead_cost_usd']:,.0f} in all): that gives "
        f"up {row['loss_pct']:.3f} % of the gain."
    )


def _sheets(found: Compared) -> dict[str, pd.DataFrame]:
    """Lay out the tables as an office prints them."""
    policies = found.comparison.policies
    years = found.comparison.years.reset_index()
    years.insert(0, "policy_label", policies["label"].reindex(years["policy"]).to_numpy())
    swaps = found.swaps.reset_index()
    instead = _street(found.sections, swaps["instead_section_id"])
    swaps.insert(0, "street_name", _street(found.sections, swaps["section_id"]))
    swaps.insert([*swaps.columns].index("instead_section_id"), "instead_street", instead)
    swaps["says"] = pd.Series([_swap_text(row) for _, row in swaps.iterrows()], dtype="str")
    return {
        "Policies": policies.reset_index(drop=True).rename(columns={"label": "policy_label"}),
        "By year": years.drop(columns="policy"),
        "Other money": found.levels.reset_index(),
        "Near-equal streets": swaps,
        **({} if found.weighings is None else {"Weights": found.weighings.reset_index()}),
    }


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the workbook's figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        **{f"Answer {k}": text for k, text in enumerate(compared_page.answers(summary), start=1)},
        "Near-equal streets": compared_page.swapped(summary),
        "Money": "Constant dollars of the base year.",
        "Notes": " ".join(summary["notes"]),
    }
    for one in summary["inputs"]:
        lines[f"Input: {one['table']}"] = f"{one['path']}, SHA-256 {one['sha256']}"
    return {name: text for name, text in lines.items() if text}


def write_comparison(folder: Path, found: Compared, summary: Mapping[str, Any]) -> None:
    """
    Write a comparison's files.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    found
        The answers.
    summary
        What `comparison_summary` made of them.

    Returns
    -------
    nothing
        `compare.csv`, `compare.xlsx`, `compare.html` and `summary.json` are written, with the same
        figures in all.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    notice = summary["notice"]
    listed = found.comparison.policies.reset_index()
    money = [name for name in listed.columns if name.endswith("_usd")]
    listed = listed.assign(**{name: listed[name].map("{:.2f}".format) for name in money})
    write_csv(folder / "compare.csv", listed, notice)
    workbook(
        folder / "compare.xlsx",
        _sheets(found),
        title=f"{summary['city']}: the same money spent otherwise",
        notice=notice,
        about=_about(summary),
        as_of=dt.date.fromisoformat(summary["as_of"]),
    )
    page = compared_page.page(found.comparison, found.levels, summary)
    (folder / "compare.html").write_text(page, encoding="utf-8", newline="\n")
    write_json(folder / "summary.json", summary)
