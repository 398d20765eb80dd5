"""Files of a city's projects: a CSV a table, a workbook, a page and a summary. For staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from norwalk_geo.report.summary import plain, records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

__all__ = ["projects_summary", "write_projects"]

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("norwalk_geo"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_SHEETS = {
    "deliveries": "Delivered or not",
    "phase_summary": "Slip by kind of phase",
    "phase_slips": "Slip of each phase",
    "finish_forecasts": "Expected finish",
    "conflicts": "Clashes",
    "proposed_projects": "Proposed projects",
    "schedule": "Weeks for crews",
    "proposed_sections": "Sections of proposed projects",
}
_MOST = 200


def _delivered(found: pd.DataFrame | None) -> dict[str, Any]:
    """Count projects by where they stand, and how many were on time and on budget."""
    if found is None:
        return {}
    done = found[found["project_status"].eq("delivered")]
    told = {}
    for name in ("is_on_time", "is_on_budget"):
        known = done[name].dropna()
        told[name] = {"yes": int(known.sum()), "of": len(known), "unknown": len(done) - len(known)}
    by_status = found["project_status"].value_counts()
    return {"delivery": {"by_status": {str(k): int(v) for k, v in by_status.items()}, **told}}


def projects_summary(
    tables: Mapping[str, pd.DataFrame], *, crews: int, about: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Summarize a city's projects.

    Parameters
    ----------
    tables
        `conflicts` and `proposed_projects`; of `deliveries`, `phase_summary`, `finish_forecasts`
        and `schedule` those that there are.
    crews
        Crews that work at one time.
    about
        City, notice, notes and the provenance block.

    Returns
    -------
    summary
        Plain values, ready for JSON. Dollars of proposed projects are those of the year, to the
        cent, and add up to the plan's.
    """
    clashes = tables["conflicts"].reset_index()
    by_kind = clashes.groupby("conflict")["certain"].agg(["size", "sum"])
    proposed = tables["proposed_projects"]
    sums = proposed.groupby("year")["planned_cost_usd"].agg(["size", "sum"]).round(2)
    weeks = tables.get("schedule")
    forecasts = tables.get("finish_forecasts")
    return {
        "kind": "projects",
        "city": about["city"],
        "notice": about["notice"],
        **_delivered(tables.get("deliveries")),
        "slips": [] if "phase_summary" not in tables else records(tables["phase_summary"]),
        "forecasts": {
            "projects": 0 if forecasts is None else len(forecasts),
            "with_interval": 0
            if forecasts is None
            else int(forecasts["expected_finish"].notna().sum()),
        },
        "clashes": {
            str(kind): {"all": int(row["size"]), "certain": int(row["sum"])}
            for kind, row in by_kind.iterrows()
        },
        "proposed": [
            {"year": int(str(year)), "projects": int(row["size"]), "cost_usd": plain(row["sum"])}
            for year, row in sums.iterrows()
        ],
        "crews": crews,
        "scheduled": 0 if weeks is None else int(weeks["starts"].notna().sum()),
        "not_scheduled": 0 if weeks is None else int(weeks["starts"].isna().sum()),
        **{key: value for key, value in about.items() if key not in ("city", "notice")},
    }


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Write moments as days."""
    moments = frame.select_dtypes(include="datetime").columns
    return frame.assign(**{name: frame[name].dt.date for name in moments})


def _in_words(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Write cells as a page shows them; what is not known is a dash."""
    rows = []
    for row in records(frame):
        words = {}
        for name, value in row.items():
            if value is None:
                words[name] = "–"
            elif isinstance(value, bool):
                words[name] = "yes" if value else "no"
            elif name.endswith("_usd"):
                words[name] = f"{'-' if value < 0 else ''}${abs(value):,.2f}"
            elif isinstance(value, float):
                words[name] = f"{value:,.1f}".removesuffix(".0")
            else:
                words[name] = str(value)
        rows.append(words)
    return rows


def _page(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any]) -> str:
    """Write the page: what is told first, then every table in short."""
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    shown = {
        name: _in_words(_dated(frame.reset_index()).head(_MOST)) for name, frame in tables.items()
    }
    return _TEMPLATES.get_template("projects.html").render(
        summary=summary,
        style=style.strip(),
        tables=shown,
        counts={name: len(frame) for name, frame in tables.items()},
        most=_MOST,
    )


def _about(summary: Mapping[str, Any]) -> dict[str, str]:
    """Say in words where the workbook's figures come from."""
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "As of": summary["as_of"],
        "Made with": f"norwalk_geo {summary['version']}",
        "On time": "Construction ended no later than planned when the project was set up.",
        "On budget": "It cost no more than planned then; change orders excuse nothing.",
        "Proposed": "Work of the plan by package, or by year, zone and treatment; nothing in it is "
        "adopted, and no day is promised.",
        "Weeks": "A list schedule by cost, not an optimum; production and seasons are assumptions "
        "of production.csv until the city's own file replaces it.",
        "Notes": "\n".join(summary["notes"]),
    }
    return {name: text for name, text in lines.items() if text}


def write_projects(
    folder: Path, tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any]
) -> list[str]:
    """
    Write the files of a city's projects.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    tables
        As `projects_summary` takes them.
    summary
        What it made of them.

    Returns
    -------
    names
        Files written: a CSV a table, `projects.xlsx`, `projects.html` and `summary.json`.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    notice, names = summary["notice"], []
    flat = {name: _dated(frame.reset_index()) for name, frame in tables.items()}
    for name, frame in flat.items():
        write_csv(folder / f"{name}.csv", frame, notice)
        names.append(f"{name}.csv")
    sheets = {label: flat[name] for name, label in _SHEETS.items() if name in flat}
    marks = {True: "yes", False: "no"}
    for label, frame in sheets.items():
        flags = [str(name) for name in frame if str(name).startswith("is_") or name == "certain"]
        said = frame.assign(**{name: frame[name].map(marks) for name in flags})
        sheets[label] = said.rename(columns={"cost_change_usd": "cost_less_plan_usd"})
    workbook(
        folder / "projects.xlsx",
        sheets,
        title=f"{summary['city']}: projects (internal)",
        notice=notice,
        about=_about(summary),
        as_of=dt.date.fromisoformat(summary["as_of"]),
    )
    text = _page(tables, summary)
    (folder / "projects.html").write_text(text, encoding="utf-8", newline="\n")
    write_json(folder / "summary.json", summary)
    return ["projects.html", "projects.xlsx", *names, "summary.json"]
