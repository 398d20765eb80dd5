"""The state of the network on file: tables, workbook, page with figures, and summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo.report import assessment_page
from norwalk_geo.report.summary import plain, records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.schema import Sections

__all__ = ["Assessment", "assessment_summary", "write_assessment"]

_PLACE = ["source_id", "street_name", "from_street", "to_street", "functional_class", "zone_id"]


@dataclass(frozen=True)
class Assessment:
    """
    What was found about the state of a network.

    Parameters
    ----------
    sections
        Streets.
    listed
        One row a section: survey, forecast, remaining life, what is called for and its cost.
    state, bands
        Tables `state` and `state_bands`.
    years
        Table `needs_years`.
    curves
        Table `fitted_curves`.
    costs
        Table `cost_report`.
    effects
        Table `work_effects`, without rows where no work is recorded.
    gasb34
        What the modified approach must report, or that it does not apply.
    """

    sections: Sections
    listed: pd.DataFrame
    state: pd.DataFrame
    bands: pd.DataFrame
    years: pd.DataFrame
    curves: pd.DataFrame
    costs: pd.DataFrame
    effects: pd.DataFrame
    gasb34: Mapping[str, Any]


_OWN = ("city", "notice", "critical_pci")


def assessment_summary(found: Assessment, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """
    Summarize an assessment.

    Parameters
    ----------
    found
        What was found.
    about
        City, notice, notes, the critical condition and the provenance block.

    Returns
    -------
    summary
        Plain values, ready for JSON.
    """
    whole = found.state.xs(("network", "all")).to_dict()
    first = found.years.iloc[0]
    return {
        "kind": "assess",
        "city": about["city"],
        "notice": about["notice"],
        "sections": int(whole["sections"]),
        "sections_surveyed": int(whole["surveyed"]),
        "centerline_miles": float(whole["miles"]),
        "pci_surveyed": plain(whole["pci_mean"]),
        "remaining_life_years": plain(whole["remaining_life_years"]),
        "replacement_usd": float(whole["replacement_usd"]),
        "needs_usd": float(found.years["needs_usd"].sum()),
        "backlog_usd": float(first["backlog_usd"]),
        "outlook": _outlook(found.listed, about["critical_pci"]),
        "state": records(found.state),
        "bands": records(found.bands),
        "years": records(found.years),
        "curves": records(found.curves),
        "costs": records(found.costs),
        "work_effects": records(found.effects),
        "gasb34": dict(found.gasb34),
        **{key: value for key, value in about.items() if key not in _OWN},
    }


def _outlook(listed: pd.DataFrame, critical: float) -> dict[str, Any]:
    """Count the sections below the critical condition at the end of the forecast."""
    names = [str(name) for name in listed.columns if str(name).startswith("pci_in_")]
    if not names:
        return {}
    year = int(names[0].removeprefix("pci_in_"))
    # What the city does not keep is in no other count either.
    listed = listed[listed["area_sy"] > 0] if "area_sy" in listed else listed
    made: dict[str, Any] = {"year": year, "sections": int(listed[names[0]].notna().sum())}
    # Where the upper end is below, the section very likely is; where the lower one is, it may be.
    for key, name in (("below", "pci"), ("likely_below", "pci_high"), ("maybe_below", "pci_low")):
        column = f"{name}_in_{year}"
        known = column in listed and listed[column].notna().any()
        made[key] = int((listed[column] < critical).sum()) if known else None
    return made


def _sections_table(found: Assessment) -> pd.DataFrame:
    """List every section with its place."""
    place = pd.DataFrame(found.sections).reindex(columns=_PLACE)
    return place.join(found.listed).reset_index()


def _tables(found: Assessment) -> dict[str, pd.DataFrame]:
    """Lay out what is written, by name."""
    return {
        "sections": _sections_table(found),
        "state": found.state.reset_index(),
        "bands": found.bands.reset_index(),
        "needs": found.years.reset_index(),
        "curves": found.curves.reset_index(),
        "costs": found.costs.reset_index(),
        "past_work": found.effects.reset_index(),
    }


def _sheets(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Name the sheets and give headings that say which moment a figure is of."""
    words = {
        "pci_untreated": "pci_nothing_done",
        "pci_mean": "pci_surveyed",
        "miles": "centerline_miles",
    }
    made = {}
    for name, frame in tables.items():
        flags = [of for of in frame.columns if str(of).startswith("is_")]
        said = frame.assign(**{of: frame[of].map({True: "yes", False: "no"}) for of in flags})
        if len(frame):
            made[name.replace("_", " ").capitalize()] = said.rename(columns=words)
    return made


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        "Money": "Constant dollars of the base year; curb ramps are not in the costs.",
        "GASB 34": f"Modified approach: {summary['gasb34']['status']}.",
        "Notes": "\n".join(summary["notes"]),
    }
    for one in summary["inputs"]:
        lines[f"Input: {one['table']}"] = (
            f"{one['path']}, {one['rows']:,} rows, SHA-256 {one['sha256']}"
        )
    return {name: text for name, text in lines.items() if text}


def write_assessment(folder: Path, found: Assessment, summary: Mapping[str, Any]) -> None:
    """
    Write the files of an assessment.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    found
        What was found.
    summary
        What `assessment_summary` made of it.

    Returns
    -------
    nothing
        A CSV a table, `assess.xlsx`, `assess.html` and `summary.json` are written.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    tables, notice = _tables(found), summary["notice"]
    for name, frame in tables.items():
        write_csv(folder / f"{name}.csv", frame, notice)
    workbook(
        folder / "assess.xlsx",
        _sheets(tables),
        title=f"{summary['city']}: state of the streets",
        notice=notice,
        about=_about(summary),
        as_of=dt.date.fromisoformat(summary["as_of"]),
    )
    page = assessment_page.page(found.state, found.bands, found.years, summary)
    (folder / "assess.html").write_text(page, encoding="utf-8")
    write_json(folder / "summary.json", summary)
