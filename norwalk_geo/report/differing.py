"""Two editions of a plan side by side: files that say what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from norwalk_geo import maps
from norwalk_geo.report import differing_page
from norwalk_geo.report.summary import records
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json

if TYPE_CHECKING:
    from norwalk_geo.budget import PlanChanges
    from norwalk_geo.schema import Changes, Sections

__all__ = ["DIFF_FILES", "Different", "diff_summary", "write_diff"]

PlanChangeYears: TypeAlias = pd.DataFrame
PlanChangeGroups: TypeAlias = pd.DataFrame
DIFF_FILES = ("diff.html", "diff_map.html", "diff.xlsx", "diff.csv", "summary.json")
_PLACE = ("street_name", "from_street", "to_street", "functional_class", "zone_id")
_MONEY = ("cost_before_usd", "cost_after_usd", "cost_change_usd")


@dataclass(frozen=True)
class Different:
    """
    What differs between two editions.

    Parameters
    ----------
    names
        Of the earlier and of the later edition.
    sections
        Streets of both: those of the later edition, and those that are in the earlier one alone.
    changes
        Table `plan_changes`.
    years
        Table `plan_change_years`.
    classes
        Table `plan_change_groups` by functional class.
    streets
        Table `changes` of the sections, where their ids differ; else empty.
    """

    names: tuple[str, str]
    sections: Sections
    changes: PlanChanges
    years: PlanChangeYears
    classes: PlanChangeGroups
    streets: Changes


def diff_summary(
    found: Different, editions: Mapping[str, Mapping[str, Any]], *, about: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Summarize what differs.

    Parameters
    ----------
    found
        What differs.
    editions
        Records of the two editions, as `earlier` and `later`.
    about
        City, notice, fiscal year and notes.

    Returns
    -------
    summary
        Plain values, ready for JSON: dollars to the cent. Contract: `docs/methods/editions.md`.
    """
    counts = found.changes["change"].value_counts()
    both = found.years.dropna(subset=["spent_before_usd", "spent_after_usd"])
    sums = both[["spent_before_usd", "spent_after_usd"]].sum().round(2)
    work = found.changes[list(_MONEY)].sum().round(2)
    shared = None
    if len(both):
        last = both.iloc[-1]
        shared = {
            "first_year": int(both.index[0]),
            "last_year": int(both.index[-1]),
            **{str(name): float(value) for name, value in sums.items()},
            "pci_before": float(last["pci_before"]),
            "pci_after": float(last["pci_after"]),
        }
    return {
        "kind": "diff",
        "city": about["city"],
        "notice": about["notice"],
        "editions": {name: dict(one) for name, one in editions.items()},
        "changes": {name: int(counts.get(name, 0)) for name in differing_page.CHANGES},
        "work": {str(name): float(value) for name, value in work.items()},
        "shared_years": shared,
        "years": records(found.years),
        "classes": records(found.classes),
        "streets": {str(k): int(v) for k, v in found.streets["change"].value_counts().items()},
        **{key: about[key] for key in ("fiscal_year_start", "notes", "version", "as_of")},
    }


def _listed(found: Different) -> pd.DataFrame:
    """Lay out the changes as an office reads them: what changed first, by street."""
    flat = found.changes.reset_index()
    where = pd.DataFrame(found.sections).reindex(columns=list(_PLACE)).loc[flat["section_id"]]
    joined = pd.concat(
        [flat[["section_id"]], where.reset_index(drop=True), flat.iloc[:, 1:]], axis=1
    )
    order = {name: k for k, name in enumerate(differing_page.CHANGES)}
    joined = joined.assign(order=joined["change"].map(order))
    by = ["order", "street_name", "section_id", "work_number"]
    listed = joined.sort_values(by, kind="stable", na_position="last", ignore_index=True)
    return listed.drop(columns="order")


def _sheets(found: Different, listed: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Lay out the tables as sheets."""
    named = listed.assign(change=listed["change"].map(differing_page.CHANGES))
    streets = found.streets.reset_index(drop=True)
    return {
        "Work": named,
        "By year": found.years.reset_index(),
        "By class": found.classes.reset_index().rename(columns={"group": "functional_class"}),
        **({"Streets": streets} if len(streets) else {}),
    }


def write_diff(folder: Path, found: Different, summary: Mapping[str, Any]) -> None:
    """
    Write the files of a comparison of two editions.

    Parameters
    ----------
    folder
        Where to write; the caller switches it in (`io.writing`).
    found
        What differs.
    summary
        What `diff_summary` made of it.

    Returns
    -------
    nothing
        `diff.html`, `diff_map.html`, `diff.xlsx`, `diff.csv` and `summary.json` are written, with
        the same figures in all. The pages name no cost of a single street; the others are internal.

    Raises
    ------
    SourceError
        A file cannot be written.
    """
    notice, start = summary["notice"], summary["fiscal_year_start"]
    title = f"{summary['city']}: {found.names[0]} and {found.names[1]}"
    listed = _listed(found)
    # As numbers: text that begins with a minus would be taken for a formula.
    write_csv(folder / "diff.csv", listed.round(dict.fromkeys(_MONEY, 2)), notice)
    workbook(
        folder / "diff.xlsx",
        _sheets(found, listed),
        title=title,
        notice=notice,
        about=differing_page.about(summary),
        as_of=dt.date.fromisoformat(summary["as_of"]),
    )
    layer = maps.changes_layer(
        found.sections, found.changes, fiscal_year_start=start, notice=notice
    )
    named = f"{title} – {notice}" if notice else title
    maps.compose(layer, title=named).save(folder / "diff_map.html")
    page = differing_page.page(listed, summary)
    (folder / "diff.html").write_text(page, encoding="utf-8", newline="\n")
    write_json(folder / "summary.json", summary)
