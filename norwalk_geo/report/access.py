"""Files of the accessibility findings: tables, layers, workbook, page and summary; internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import io
from norwalk_geo.report import access_page
from norwalk_geo.report.summary import records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.schema import Barriers, Compliance, Edges, Findings, TransitionPlan

__all__ = ["ACCESS_FILES", "Accessible", "access_summary", "write_access"]

ACCESS_FILES = (
    "ada.html",
    "ada.xlsx",
    "findings.csv",
    "compliance.csv",
    "barriers.csv",
    "corners.csv",
    "corner_sections.csv",
    "transition_plan.csv",
    "comment_sheet.csv",
    "ada.gpkg",
    "summary.json",
)
INTERNAL = "Internal until the transition plan is adopted."
_SHOWN = {
    "Ranked barriers": (
        "rank obstacle location functional_class zone_id severity_part place_part people_part "
        "equity_part score score_high not_known top_stays place_class place_id people_cut_off "
        "people_kind equity_flags barrier_id"
    ),
    "Transition plan": (
        "rank obstacle location method schedule responsible_official status year cost_usd "
        "cost_low_usd cost_high_usd functional_class zone_id barrier_id"
    ),
}


@dataclass(frozen=True, eq=False)
class Accessible:
    """
    Everything that was found on accessibility.

    Parameters
    ----------
    findings, compliance
        Rules applied to features, and how many comply, with the share that nobody measured.
    barriers, plan
        What misses an enforced rule by rank, and when it is removed.
    comments
        Sheet for comments by the public.
    corners, corner_sections, faults
        Ramps due by corner, and what could not be placed; none without ramps.
    edges
        The sidewalk network; none where walks or crossings are missing.
    """

    findings: Findings
    compliance: Compliance
    barriers: Barriers
    plan: TransitionPlan
    comments: pd.DataFrame
    corners: gpd.GeoDataFrame | None = None
    corner_sections: pd.DataFrame | None = None
    faults: pd.DataFrame | None = None
    edges: Edges | None = None


def access_summary(found: Accessible, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """
    Summarize what was found on accessibility.

    Parameters
    ----------
    found
        Everything.
    about
        City, notice, notes and the provenance block.

    Returns
    -------
    summary
        Plain values, ready for JSON. It carries the word `internal`.
    """
    every = found.compliance.reset_index()
    whole = every[every["grouped_by"].eq("all")]
    status = found.plan["status"].value_counts()
    stays = found.barriers["top_stays"].value_counts()
    scheduled = found.plan[found.plan["status"].eq("scheduled")]
    due: dict[str, Any] = {}
    if found.corners is not None:
        names = ("ramps_due", "ramps_unknown", "ramps_infeasible")
        due = {name: int(found.corners[name].sum()) for name in names}
        names = ("cost_usd", "cost_low_usd", "cost_high_usd")
        due |= {f"corners_{name}": float(found.corners[name].sum()) for name in names}
    network: dict[str, Any] = {}
    if found.edges is not None:
        network = {str(k): int(v) for k, v in found.edges["kind"].value_counts().items()}
    return {
        "kind": "ada",
        "city": about["city"],
        "notice": about["notice"],
        "audience": "internal",
        "findings": len(found.findings),
        "compliance": records(whole.set_index("feature")),
        "barriers": len(found.barriers),
        "top_stays": {str(k): int(v) for k, v in stays.items()},
        "plan_by_status": {str(k): int(v) for k, v in status.items()},
        "scheduled_usd": float(scheduled["cost_usd"].sum()),
        "ramps": due,
        "sidewalk_network": network,
        **{key: value for key, value in about.items() if key not in ("city", "notice")},
    }


def _noticed(frame: pd.DataFrame, notice: str) -> pd.DataFrame:
    """Say on every row that it is internal, and what else it must carry."""
    told = frame.assign(audience=INTERNAL)
    return told.assign(notice=notice) if notice else told


def _csv(frame: pd.DataFrame, path: Path, notice: str) -> None:
    """Write one table as an office opens it."""
    flat = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).reset_index()
    flat = flat.drop(columns="index", errors="ignore")
    write_csv(path, flat.assign(audience=INTERNAL), notice)


def _tables(found: Accessible) -> dict[str, pd.DataFrame]:
    """Name the tables that are written."""
    tables = {
        "findings": found.findings,
        "compliance": found.compliance,
        "barriers": found.barriers,
        "transition_plan": found.plan,
    }
    if found.corners is not None and found.corner_sections is not None:
        tables |= {"corners": found.corners, "corner_sections": found.corner_sections}
    return tables


def _layers(found: Accessible) -> dict[str, pd.DataFrame]:
    """Name the layers that a map opens, under the names of their tables."""
    barriers = found.barriers
    layers = {"barriers": gpd.GeoDataFrame(barriers[barriers.geometry.notna()])}
    layers |= {k: v for k, v in _tables(found).items() if k not in ("barriers", "findings")}
    if found.edges is not None:
        layers["edges"] = found.edges
    return layers


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the workbook's figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "Audience": INTERNAL,
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        "Unknown": "What was not measured is unknown: it is never a pass. It adds no barrier.",
        "Rank": "Score = the sum of the four addends beside it; a blank addend is not known.",
        "Notes": "\n".join(summary["notes"]),
    }
    for one in summary["inputs"]:
        lines[f"Input: {one['table']}"] = f"{one['path']}, SHA-256 {one['sha256']}"
    return {name: text for name, text in lines.items() if text}


def _sheets(found: Accessible) -> dict[str, pd.DataFrame]:
    """Lay out what an office prints."""
    flat = {
        "Ranked barriers": pd.DataFrame(found.barriers.drop(columns="geometry")).reset_index(),
        "Transition plan": found.plan.reset_index(),
    }
    sheets = {name: flat[name][columns.split()] for name, columns in _SHOWN.items()}
    sheets["Comment sheet"] = found.comments
    sheets["Compliance"] = found.compliance.reset_index()
    if found.corners is not None:
        corners = pd.DataFrame(found.corners.drop(columns="geometry")).reset_index()
        sheets["Ramps due"] = corners
    if found.faults is not None and len(found.faults):
        sheets["Not placed"] = found.faults.reset_index()
    return sheets


def write_access(folder: Path, found: Accessible, summary: Mapping[str, Any]) -> None:
    """
    Write the files of the accessibility findings.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    found
        Everything.
    summary
        What `access_summary` made of it.

    Returns
    -------
    nothing
        The files of `ACCESS_FILES` are written, those of corners where there are ramps. Every row
        says that it is internal.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    notice, as_of = summary["notice"], dt.date.fromisoformat(summary["as_of"])
    for name, frame in _tables(found).items():
        _csv(frame, folder / f"{name}.csv", notice)
    _csv(found.comments, folder / "comment_sheet.csv", notice)
    io.write_layers(
        {name: _noticed(frame, notice) for name, frame in _layers(found).items()},
        folder / "ada.gpkg",
        as_of=as_of,
    )
    workbook(
        folder / "ada.xlsx",
        _sheets(found),
        title=f"{summary['city']}: accessibility (internal)",
        notice=notice,
        about=_about(summary),
        as_of=as_of,
    )
    page = access_page.page(found.barriers, found.plan, found.compliance, summary)
    (folder / "ada.html").write_text(page, encoding="utf-8", newline="\n")
    write_json(folder / "summary.json", summary)
