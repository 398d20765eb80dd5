"""Say the state of a city's network and what it would take; judge its forecasts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from norwalk_geo import config, deterioration, io, needs, network, report, schema, treatments
from norwalk_geo.cli import assessing, decay, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from norwalk_geo.cli.assessing import Assessed
    from norwalk_geo.cli.show import Show
    from norwalk_geo.schema import Curves, Treatments

__all__ = ["backtest", "write"]

_FOLDER = "assess"
_NO_BOOSTING = (
    "Gradient boosting is left out: scikit-learn is not installed. "
    "Install it with: pip install 'scikit-learn>=1.5'."
)
_FILES = (
    "assess.html",
    "assess.xlsx",
    "sections.csv",
    "state.csv",
    "bands.csv",
    "needs.csv",
    "curves.csv",
    "costs.csv",
    "past_work.csv",
    "summary.json",
)


def _listed(
    city: City, known: Assessed, fitted: deterioration.Fit, curves: Curves, day: dt.date
) -> pd.DataFrame:
    """List what is known and called for by section, with a forecast of five years."""
    critical = city.config.critical_pci
    measures = network.measure(known.sections, known.life.classes)
    table = known.condition[["pci", "pci_method", "survey_date"]].rename(
        columns={"pci": "pci_surveyed"}
    )
    year = config.first_plan_year(day, city.config.fiscal_year_start) + 4
    later = deterioration.forecast(
        known.condition,
        known.sections,
        years=[year],
        curves=None if fitted.is_fitted else curves,
        fitted=fitted if fitted.is_fitted else None,
        start_month=city.config.fiscal_year_start,
    ).droplevel("year")
    later = later.rename(columns=lambda name: f"{name}_in_{year}")
    life = needs.remaining_life(known.condition, known.sections, curves, critical_pci=critical)
    called = needs.calls(known.condition, known.sections, known.life, day=day)
    table = table.join(measures[["length_ft", "area_sy"]]).join(life).join(later).join(called)
    table["survey_date"] = table["survey_date"].dt.date
    return table


def _costs(city: City, used: Treatments) -> pd.DataFrame:
    """Put the costs beside those that ship."""
    plain = treatments.catalogue(
        base_year=city.config.base_year, price_index=city.parameters["price_index"]
    )
    return treatments.cost_report(used, plain)


def _effects(city: City, known: Assessed, as_of: dt.date) -> pd.DataFrame:
    """Sum up past work where there are records."""
    work = city.tables.get("work_done")
    if work is None:
        columns = schema.describe("work_effects").columns.index
        return pd.DataFrame(columns=list(columns)).set_index("treatment")
    index = city.parameters["price_index"]
    return needs.work_effects(
        needs.in_base_year(work, index, base_year=city.config.base_year),
        city.tables["surveys"],
        known.sections,
        known.life.treatments,
        as_of=as_of,
    )


def _find(city: City, as_of: dt.date, show: Show) -> tuple[report.Assessment, dict[str, Any]]:
    """Find all that the report shows."""
    settings = city.config
    show.step("Fitting decay")
    fitted = decay.fitted(city, as_of)
    known = assessing.assess(city, as_of, fitted=fitted)
    first = config.first_plan_year(as_of, settings.fiscal_year_start)
    day = config.year_start(first, settings.fiscal_year_start)
    show.step("Summing up")
    area = network.measure(known.sections, known.life.classes)["area_sy"]
    found = report.Assessment(
        sections=known.sections,
        listed=_listed(city, known, fitted, known.life.curves, day),
        state=needs.state(
            known.sections, known.condition, known.life, critical_pci=settings.critical_pci
        ),
        bands=needs.state_bands(
            known.sections, known.condition, reading.bands(city), known.life.classes
        ),
        years=needs.unconstrained(
            known.condition,
            known.sections,
            known.life,
            years=range(first, first + settings.years),
            critical_pci=settings.critical_pci,
            start_month=settings.fiscal_year_start,
        ),
        curves=fitted.parameters,
        costs=_costs(city, known.life.treatments),
        effects=_effects(city, known, as_of),
        gasb34=needs.modified_approach(
            city.tables["surveys"],
            area,
            target_pci=settings.gasb34_target_pci,
            maintenance=city.tables.get("maintenance"),
            as_of=as_of,
        ),
    )
    about = assessing.origin(city, as_of, list(fitted.notes))
    about["critical_pci"] = settings.critical_pci
    about["critical_pci_text"] = f"PCI {settings.critical_pci:g}"
    return found, report.assessment_summary(found, about=about)


def write(city: Path, out: Path, *, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Assess a city and write every table.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `assess` in it.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    with io.writing(out / _FOLDER) as aside:
        found, summary = _find(read, reading.day(read.config, as_of), show)
        show.step("Writing the results")
        report.write_assessment(aside, found, summary)
    return Outcome(summary, _FILES)


def backtest(
    city: Path, out: Path, *, until: dt.datetime | None, boosting: bool, show: Show
) -> Outcome:
    """
    Judge forecasts of a city by its own surveys.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results.
    until
        Day up to which the forecasts may know the surveys.
    boosting
        Compare with gradient boosting, where scikit-learn is installed.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    notes = [] if deterioration.can_boost() or not boosting else [_NO_BOOSTING]
    show.step("Reading the city")
    read = reading.read_city(city)
    as_of = reading.day(read.config, None)
    with io.writing(out) as aside:
        show.step("Forecasting what is known")
        table = deterioration.backtest(
            read.tables["surveys"],
            gpd.GeoDataFrame(read.tables["sections"]),
            work_done=read.tables.get("work_done"),
            curves=deterioration.curves(read.parameters["curves"]),
            protocol=deterioration.Protocol(
                until=until.date() if until else None,
                with_boosting=boosting and not notes,
            ),
        )
        notes = [*notes, *table.attrs["notes"]]
        summary = report.backtest_summary(table, about=assessing.origin(read, as_of, notes))
        report.write_backtest(aside, table, summary)
    return Outcome(summary, ("backtest.csv", "summary.json"))
