"""From a city's tables to what every plan of it starts from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from norwalk_geo import budget, config, io, pci, treatments
from norwalk_geo.cli import asking, committing, decay, reading
from norwalk_geo.cli.records import City

if TYPE_CHECKING:
    from norwalk_geo import deterioration
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["Assessed", "assess", "assumed", "latest", "origin"]


@dataclass(frozen=True)
class Assessed:
    """
    What plans of a city start from.

    Parameters
    ----------
    sections, condition
        Streets and their latest survey.
    life
        What each family can live through.
    budget_usd
        Constant dollars by fiscal year.
    rules
        How time and money count.
    notes
        Which curves are used and what was assumed of the money, in sentences.
    """

    sections: Sections
    condition: Condition
    life: Lifecycle
    budget_usd: dict[int, float]
    rules: budget.Rules
    notes: list[str]

    @property
    def tables(self) -> tuple[Condition, Sections, Lifecycle]:
        """
        Give what every question of `budget` begins with.

        Returns
        -------
        tables
            Condition, sections and life cycle.
        """
        return self.condition, self.sections, self.life


def latest(city: City, as_of: dt.date) -> Condition:
    """
    Take the latest surveys; sections without one are left out or assumed, as the city says.

    Parameters
    ----------
    city
        As read and checked.
    as_of
        Day that the data describe.

    Returns
    -------
    condition
        In the order of the city's sections.
    """
    sections = city.tables["sections"]
    condition = pci.latest(city.tables["surveys"], sections, as_of=as_of)
    if city.config.unsurveyed == "leave":
        return condition
    return pci.assume_class_median(condition, sections, as_of=as_of)


def assumed(count: int) -> list[str]:
    """
    Say how many sections have an assumed condition, where any has.

    Parameters
    ----------
    count
        Sections of the city with the median condition of their class.

    Returns
    -------
    notes
        A sentence, or nothing.
    """
    who = "1 section without a survey is" if count == 1 else f"{count:,} sections without one are"
    text = f"{who} given the median condition of the class: every figure rests on that too."
    return [text] if count else []


def assess(city: City, as_of: dt.date, *, fitted: deterioration.Fit | None = None) -> Assessed:
    """
    Find the condition, the life cycle, the money and the rules of a city.

    Parameters
    ----------
    city
        As read and checked.
    as_of
        Day that the data describe.
    fitted
        Fit to the city's own surveys, where it is known already.

    Returns
    -------
    assessed
        What every plan of the city starts from.
    """
    settings = city.config
    condition = latest(city, as_of)
    first = config.first_plan_year(as_of, settings.fiscal_year_start)
    money, carried = committing.street_money(settings, city.tables, first)
    used = decay.used(city, as_of, condition, fitted)
    life = treatments.lifecycle(
        used.curves,
        reading.catalogue(settings, city.parameters, city.tables.get("bids")),
        city.parameters["classes"],
    )
    rules = budget.Rules(
        start_month=settings.fiscal_year_start,
        terminal_years=settings.terminal_years,
        critical_pci=settings.critical_pci,
        base_year=settings.base_year,
        inflation_pct=settings.inflation_pct,
        cost_growth_pct=settings.cost_growth_pct,
        demands=asking.demands(city, first),
        discount_pct=settings.asked.discount_pct,
        weights=asking.weights(settings),
    )
    sections = gpd.GeoDataFrame(city.tables["sections"])
    if used.bands is not None:
        sections = sections.assign(pace_band=used.bands)
    return Assessed(sections, condition, life, money, rules, [*used.notes, *carried])


def origin(city: City, as_of: dt.date, notes: list[str]) -> dict[str, Any]:
    """
    Say where figures of a city come from, as every output does.

    Parameters
    ----------
    city
        As read and checked.
    as_of
        Day that the data describe.
    notes
        What was assumed, in sentences.

    Returns
    -------
    about
        City, notice, fiscal year, notes and the provenance block.
    """
    settings = city.config
    block = io.provenance(
        city.inputs, city.parameters, as_of=as_of, settings=settings.folder / config.FILE_NAME
    )
    return {
        "city": settings.city,
        "notice": settings.notice,
        "fiscal_year_start": settings.fiscal_year_start,
        "notes": notes,
        **block,
    }
