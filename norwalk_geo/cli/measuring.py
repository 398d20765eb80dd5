"""Values of the measures that a city's own tables and its plan give."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import config, network, pci, projects, requests, schema, scorecard
from norwalk_geo.cli import access, committing, reading, recording, siting

if TYPE_CHECKING:
    from norwalk_geo.budget import Plan
    from norwalk_geo.cli.records import City

__all__ = ["asked", "computed", "delivered", "located", "zones"]


def delivered(city: City, day: dt.date) -> pd.DataFrame | None:
    """
    Find which projects were on time: from their phases, or as the city says.

    Parameters
    ----------
    city
        As read and checked.
    day
        Day that the data describe.

    Returns
    -------
    deliveries
        None where the city keeps no projects.
    """
    if not {"projects", "project_phases"} <= set(city.tables):
        return city.tables.get("deliveries")
    return projects.delivery(
        city.tables["projects"],
        city.tables["project_phases"],
        city.tables.get("change_orders"),
        as_of=day,
        start_month=city.config.fiscal_year_start,
    )


def asked(
    city: City, day: dt.date, *, cost_each_usd: float | None = None
) -> dict[str, pd.DataFrame]:
    """
    Say how soon residents' requests are done, by kind and zone, and where they gather.

    Parameters
    ----------
    city
        As read and checked.
    day
        Day that the data describe.
    cost_each_usd
        Dollars of one stop-gap repair, where the city knows it.

    Returns
    -------
    tables
        `request_times` and `request_sections`; nothing where the city has no table of requests.
    """
    table = city.tables.get("requests")
    if table is None:
        return {}
    sections = gpd.GeoDataFrame(city.tables["sections"])
    placed = requests.place(table, sections)
    blank = pd.Series(None, index=sections.index, dtype="str")
    zones = pd.Series(pd.DataFrame(sections).get("zone_id", blank))
    times = requests.response_times(table, placed["section_id"].map(zones), as_of=day)
    where = requests.by_section(table, placed, as_of=day, cost_each_usd=cost_each_usd)
    return {"request_times": times, "request_sections": where}


def zones(city: City) -> gpd.GeoDataFrame | None:
    """
    Take the city's zones as areas.

    Parameters
    ----------
    city
        As read and checked.

    Returns
    -------
    zones
        None where there is no table of them.
    """
    table = city.tables.get("zones")
    return None if table is None else gpd.GeoDataFrame(table)


def located(city: City, day: dt.date) -> pd.DataFrame | None:
    """
    Add up by zone what departments located.

    Parameters
    ----------
    city
        As read.
    day
        Day that the data describe.

    Returns
    -------
    score_periods
        None where the city has no table `located`.

    Raises
    ------
    SchemaError
        With every problem of the table.
    """
    table, areas = city.tables.get("located"), zones(city)
    if table is None:
        return None
    measures = schema.parameters("measures", folder=city.config.folder / "parameters")
    known, start = recording.known_zones(city), city.config.fiscal_year_start
    scorecard.check_located(table, measures, known, as_of=day, start_month=start)
    return scorecard.by_zone(table, scorecard.zones_of(table, areas))


def _asset_outcomes(city: City, plan: Plan) -> pd.DataFrame | None:
    """Say what the plan does with every other asset; None without a table of them."""
    found = committing.asset_plan(city, int(str(plan.years.index[0])))
    return None if found is None else found.assets[["asset_kind"]].join(found.outcomes)


def computed(city: City, plan: Plan, day: dt.date) -> list[pd.DataFrame]:
    """
    Compute every measure that the city has the tables for.

    Parameters
    ----------
    city
        As read and checked.
    plan
        The plan, for what is ahead.
    day
        Day that the data describe.

    Returns
    -------
    score_periods
        A table a measure.
    """
    start, sections = city.config.fiscal_year_start, gpd.GeoDataFrame(city.tables["sections"])
    period, done = config.fiscal_year(day, start), city.tables.get("work_done")
    catalogue = reading.catalogue(city.config, city.parameters, city.tables.get("bids"))
    area = network.measure(sections, plan.classes)["area_sy"]
    blank = pd.Series(None, index=sections.index, dtype="str")
    zone = pd.Series(pd.DataFrame(sections).get("zone_id", blank))
    found = [
        scorecard.condition_index(
            city.tables["surveys"], sections, plan.classes, as_of=day, start_month=start
        ),
        scorecard.miles_repaired(
            done, plan.years, sections, catalogue, as_of=day, start_month=start
        ),
        scorecard.funding_invested(done, plan.years, sections, as_of=day, start_month=start),
        scorecard.work_plan(
            plan.outcomes, area, zone, assets=_asset_outcomes(city, plan), period=period
        ),
    ]
    placed = located(city, day)
    if placed is not None:
        found.append(placed)
    finished = delivered(city, day)
    if finished is not None:
        found.append(scorecard.on_time(finished))
    judged = city.tables.get("findings")
    if judged is None and access.features(city):
        judged, _ = access.findings(city, day)
    if judged is not None:
        found.append(scorecard.accessible_share(judged, period=period))
    condition = pci.latest(city.tables["surveys"], sections, as_of=day)
    walkers = siting.on_foot(city, condition)
    if walkers is not None:
        found.append(scorecard.site_reach(walkers, period=period))
    return found
