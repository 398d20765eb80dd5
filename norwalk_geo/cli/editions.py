"""Editions of a city's plan: keep one, decide on it, and choose the one that a command shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import budget, infrastructure, io, report
from norwalk_geo.cli import assessing, planning
from norwalk_geo.cli.records import City
from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = [
    "ASSETS",
    "BESIDE",
    "FOLDER",
    "Chosen",
    "choose",
    "fitted",
    "kept_in",
    "newest",
    "of_year",
    "place",
    "read",
    "told",
]

FOLDER = "editions"
BESIDE = ("rotation", "rotation_prices", "packages", "left_out", "targets")
ASSETS = ("assets", "asset_outcomes", "asset_years")
# Tables of a city that name sections; with streets of an edition, rows of others are left out.
_OF_SECTIONS = (
    "surveys",
    "work_done",
    "project_sections",
    "corner_sections",
    "utility_work",
    "closures",
)


@dataclass(frozen=True)
class Chosen:
    """
    The plan that a command shows, and which it is.

    Parameters
    ----------
    results
        The plan with all that its files show.
    edition
        Its record; none where it was made afresh.
    treatments
        Those that it was made with; none where it was made afresh.
    """

    results: report.Results
    edition: io.Kept | None = None
    treatments: pd.DataFrame | None = None


def _results(
    kept: io.Kept, summary: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> report.Results:
    """Put the tables of a kept plan together again."""
    figures = dict(kept.figures)
    plan = budget.Plan(
        work=tables["work"],
        outcomes=tables["outcomes"],
        years=tables["years"],
        policies=figures.pop("policies"),
        classes=tables["classes"],
        row_prices=tables["row_prices"],
        payments=tables["payments"],
        ramps=tables.get("ramp_work"),
        **figures,
    )
    condition = tables["condition"]
    if "is_assumed" in condition:
        condition = condition.assign(is_assumed=condition["is_assumed"].eq("True"))
    beside: dict[str, Any] = {name: tables.get(name) for name in BESIDE}
    if "assets" in tables:
        beside["assets"] = infrastructure.AssetPlan(*(tables[name] for name in ASSETS))
    return report.Results(
        gpd.GeoDataFrame(tables["sections"]),
        condition,
        plan,
        tables["band_summary"],
        summary,
        report.Beside(summary["certificate"], **beside),
    )


def kept_in(city: Path) -> list[io.Kept]:
    """
    List the editions of a city.

    Parameters
    ----------
    city
        The city's folder.

    Returns
    -------
    editions
        In the order in which they were kept.
    """
    return io.list_editions(city / FOLDER)


def place(folder: Path, name: str) -> Path:
    """
    Find the folder of an edition.

    Parameters
    ----------
    folder
        Folder of the city's editions.
    name
        Of the edition.

    Returns
    -------
    path
        Below that folder, whatever the name is.

    Raises
    ------
    SourceError
        The name leads elsewhere.
    """
    if not name or Path(name).name != name:
        remedy = "List them with: norwalk edition CITY."
        problem = Problem(name or "NAME", "is no edition of this city", remedy=remedy)
        raise SourceError.of("editions", [problem])
    return folder / name


def read(city: Path, name: str) -> Chosen:
    """
    Read an edition whole.

    Parameters
    ----------
    city
        The city's folder.
    name
        Of the edition.

    Returns
    -------
    chosen
        The plan as it was kept.
    """
    kept, summary, tables = io.read_edition(place(city / FOLDER, name))
    return Chosen(_results(kept, summary, tables), kept, tables["treatments"])


def newest(city: City) -> Chosen | None:
    """
    Take the newest adopted edition of a city, else its newest.

    Parameters
    ----------
    city
        As read and checked.

    Returns
    -------
    chosen
        The plan as it was kept; none where the city keeps no edition.

    Raises
    ------
    SourceError
        The edition is not as it was kept.
    """
    found = kept_in(city.config.folder)
    if not found:
        return None
    adopted = [one for one in found if one.is_adopted]
    last = max(adopted, key=lambda one: (one.adopted_on or dt.date.min, one.number), default=None)
    return read(city.config.folder, (last or found[-1]).name)


def of_year(city: City, year: int) -> report.Results | None:
    """
    Take the plan that was adopted and funded for a fiscal year: the last edition of it.

    Parameters
    ----------
    city
        As read and checked.
    year
        Fiscal year.

    Returns
    -------
    results
        The plan as it was kept; none where no adopted edition has that year funded.

    Raises
    ------
    SourceError
        The edition is not as it was kept.
    """
    found = kept_in(city.config.folder)
    own = [one for one in found if one.is_adopted and year in one.funded_years]
    last = max(own, key=lambda one: (one.adopted_on or dt.date.min, one.number), default=None)
    return read(city.config.folder, last.name).results if last else None


def choose(city: City, day: dt.date, show: Show) -> Chosen:
    """
    Take the newest adopted edition of a city, else its newest, else plan afresh.

    Parameters
    ----------
    city
        As read and checked.
    day
        Day that the data describe.
    show
        Told what is being done.

    Returns
    -------
    chosen
        The plan and which it is.

    Raises
    ------
    SourceError
        The edition is not as it was kept.
    """
    show.step("Looking for an edition of the plan")
    return newest(city) or Chosen(planning.results(city, day, show))


def told(chosen: Chosen | None) -> dict[str, Any]:
    """
    Say which plan is shown, for summaries.

    Parameters
    ----------
    chosen
        The plan; none where it was made afresh.

    Returns
    -------
    plan
        `plan`: the edition's name, status, days and funded years, and `says`, the same in words.
    """
    kept = chosen.edition if chosen else None
    if kept is None:
        says = "No edition of the plan is kept: it was made afresh."
        return {"plan": {"edition": None, "says": says}}
    if kept.is_adopted:
        by = f" by {kept.resolution}" if kept.resolution else ""
        says = f"Edition {kept.name}, adopted on {kept.adopted_on}{by}"
    else:
        says = f"Edition {kept.name}, {_STATUS[kept.status]}"
    says += f", planned as of {kept.as_of}."
    return {
        "plan": {
            "edition": kept.name,
            "status": kept.status,
            "adopted_on": kept.adopted_on.isoformat() if kept.adopted_on else None,
            "funded_years": list(kept.funded_years),
            "as_of": kept.as_of.isoformat(),
            "says": says,
        }
    }


_STATUS = {"draft": "a draft", "comment": "out for comment"}


def fitted(city: City, chosen: Chosen, day: dt.date) -> tuple[City, report.Results, list[str]]:
    """
    Put a plan and the tables of today on the same streets.

    Where the city's sections are those of the edition, the streets and surveys of today are
    shown with its plan. Where sections were cut anew since, those of the edition are shown, and
    rows of today's tables on other sections are left out and counted.

    Parameters
    ----------
    city
        As read and checked.
    chosen
        The plan.
    day
        Day that the data describe.

    Returns
    -------
    city, results, notes
        City and plan on the same sections, and what was left out, in sentences.
    """
    results = chosen.results
    if chosen.edition is None:
        return city, results, []
    today, own = city.tables["sections"], results.sections
    if set(today.index) == set(own.index):
        same = replace(
            results,
            sections=gpd.GeoDataFrame(today.loc[own.index]),
            condition=assessing.latest(city, day).loc[own.index],
        )
        return city, same, []
    count = len(today.index.symmetric_difference(own.index))
    note = f"The streets were cut anew since edition {chosen.edition.name}: {count:,} sections are "
    note += "in one of the two alone. Those of the edition are shown; keep a new edition to show "
    notes = [f"{note}today's."]
    tables: dict[str, pd.DataFrame] = {**city.tables, "sections": own}
    for name in _OF_SECTIONS:
        if name not in tables:
            continue
        rows = tables[name].reset_index()["section_id"].isin(own.index).to_numpy()
        tables[name] = tables[name][rows]
        if left := int((~rows).sum()):
            notes.append(f"{left:,} rows of {name} are on other sections and left out.")
    return replace(city, tables=tables), results, notes
