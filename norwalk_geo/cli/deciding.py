"""Keep a plan as an edition, and write down what is decided of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from norwalk_geo import config, io
from norwalk_geo.cli import committing, editions, planning, reading

if TYPE_CHECKING:
    import pandas as pd

    from norwalk_geo import report
    from norwalk_geo.cli.records import City
    from norwalk_geo.cli.show import Show

__all__ = ["Decided", "keep", "mark"]

_FIGURES = (
    "objective",
    "bound",
    "do_nothing",
    "gap",
    "pci_now",
    "objective_exact",
    "objective_plain",
)


@dataclass(frozen=True)
class Decided:
    """
    What is said of an edition at the command line; what is not said stays as it is.

    Parameters
    ----------
    status
        `draft`, `comment` or `adopted`.
    adopted_on
        Day of adoption.
    resolution
        By which it was adopted.
    funded_years
        Fiscal years that are funded.
    """

    status: str | None = None
    adopted_on: dt.date | None = None
    resolution: str | None = None
    funded_years: tuple[int, ...] = ()

    def on(self, kept: io.Kept) -> io.Kept:
        """
        Put a decision on an edition.

        Parameters
        ----------
        kept
            Its record.

        Returns
        -------
        kept
            As decided.
        """
        said = {name: value for name, value in vars(self).items() if value not in (None, ())}
        if "funded_years" in said:
            said["funded_years"] = tuple(sorted(set(self.funded_years)))
        return replace(kept, **said)


def _tables(results: report.Results, treatments: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Gather the tables of a plan by the names of their schemas."""
    plan, beside = results.plan, results.beside
    other = beside.assets
    assets = (other.assets, other.outcomes, other.years) if other else (None, None, None)
    found = {
        "sections": results.sections,
        "condition": results.condition,
        "work": plan.work,
        "outcomes": plan.outcomes,
        "years": plan.years,
        "row_prices": plan.row_prices,
        "payments": plan.payments,
        "ramp_work": plan.ramps,
        "classes": plan.classes,
        "band_summary": results.bands,
        "treatments": treatments,
        **{name: getattr(beside, name) for name in editions.BESIDE},
        **dict(zip(editions.ASSETS, assets, strict=True)),
    }
    return {name: table for name, table in found.items() if table is not None}


def _planned(read: City, kept: io.Kept, show: Show) -> io.Kept:
    """Plan a city and keep the plan."""
    settings = read.config
    results = planning.results(read, kept.as_of, show)
    used = reading.catalogue(settings, read.parameters, read.tables.get("bids"))
    figures = {key: getattr(results.plan, key) for key in _FIGURES}
    show.step("Keeping the edition")
    made = replace(
        kept,
        version=results.summary["version"],
        figures={**figures, "policies": dict(results.plan.policies)},
        inputs=tuple(results.summary["inputs"]),
    )
    return io.keep_edition(
        settings.folder / editions.FOLDER, made, results.summary, _tables(results, used)
    )


def keep(
    city: Path, name: str, decided: Decided, *, as_of: dt.datetime | None, show: Show
) -> io.Kept:
    """
    Plan a city and keep the plan as an edition; a draft of this name is replaced.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    name
        Of the edition.
    decided
        Status, adoption and funded years.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    kept
        Its record.

    Raises
    ------
    SourceError
        The name or what is decided cannot be, an adopted edition has this name, or its folder
        cannot be written.
    """
    show.step("Reading the city")
    was_read = reading.read_city(city, as_of=as_of)
    settings = was_read.config
    day = reading.day(settings, as_of)
    first = config.first_plan_year(day, settings.fiscal_year_start)
    money, _ = committing.street_money(settings, was_read.tables, first)
    wanted = decided.on(io.Kept(name, 0, "draft", day, ""))
    io.check_edition(settings.folder / editions.FOLDER, wanted, tuple(money))
    return _planned(was_read, wanted, show)


def mark(city: Path, name: str, decided: Decided) -> io.Kept:
    """
    Change what is decided of an edition that is kept; its plan stays.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    name
        Of the edition.
    decided
        Status, adoption and funded years.

    Returns
    -------
    kept
        Its record.

    Raises
    ------
    SourceError
        It is not there or not as it was kept, or what is decided cannot be.
    """
    folder = config.read_config(city).folder / editions.FOLDER
    kept, summary, _ = io.read_edition(editions.place(folder, name))
    years = tuple(int(row["year"]) for row in summary["years"])
    return io.mark_edition(folder, decided.on(kept), years=years)
