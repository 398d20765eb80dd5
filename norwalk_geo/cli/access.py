"""Accessibility of a city: findings, ramps due, barriers ranked, and the transition plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import ada, barriers, exchange, io, network, report, routing, schema
from norwalk_geo.cli import assessing, planning, reading, removals
from norwalk_geo.cli.records import City, Outcome
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.network.model import feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["FOLDER", "features", "findings", "write"]

FOLDER = "ada"
_FEATURES = ("ramps", "walks", "crossings", "stops", "building_elements")
_COSTS = ["cost_usd", "cost_low_usd", "cost_high_usd"]
_NOBODY = "Not named yet: responsible_official in [barriers] of norwalk.toml"


def features(city: City) -> dict[str, pd.DataFrame]:
    """
    Take the tables of features that a city has.

    Parameters
    ----------
    city
        As read and checked.

    Returns
    -------
    features
        Tables by name; none where there are none, or no standard is named.
    """
    if not (city.config.enforce or city.config.advise):
        return {}
    return {name: city.tables[name] for name in _FEATURES if name in city.tables}


def _rules(city: City) -> pd.DataFrame:
    """Choose the rules of the standards that the city names, its own limits where it has some."""
    folder = city.config.folder / "parameters"
    table = schema.parameters("ada_rules", folder=folder)
    return ada.rules(*city.config.enforce, advise=city.config.advise, table=table)


def findings(city: City, day: dt.date) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """
    Hold the features of a city against its rules.

    Parameters
    ----------
    city
        As read and checked, with features and standards.
    day
        Day that the data describe.

    Returns
    -------
    findings, features
        Findings, and the features with the readings of instruments in them.

    Raises
    ------
    NorwalkError
        With every problem of the features.
    """
    own = [ada.check(one, as_of=day) for one in features(city).values()]
    if "measurements" in city.tables:
        readings = city.tables["measurements"]
        own = [ada.measured(one, readings, as_of=day) for one in own]
    return ada.find(*own, rules=_rules(city)), own


def _named(city: City) -> None:
    """Refuse a city without features or standards, saying what to name."""
    problems = []
    if not set(_FEATURES) & set(city.tables):
        remedy = f"Import one of {', '.join(_FEATURES)} with norwalk import."
        problems.append(Problem("tables", "name no pedestrian feature", remedy=remedy))
    if not city.config.enforce:
        remedy = 'Write enforce = ["ada2010"] in [standards], and "cbc11b" in California.'
        problems.append(Problem("standards.enforce", "is empty", remedy=remedy))
    if problems:
        raise ConfigError.of(city.config.city, problems)


def _edges(city: City, own: dict[str, pd.DataFrame]) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Make the sidewalk network, from what was surveyed or else from streets."""
    if {"walks", "crossings"} <= set(own):
        ramps = gpd.GeoDataFrame(own["ramps"]) if "ramps" in own else None
        made = routing.sidewalk_edges(
            gpd.GeoDataFrame(own["walks"]), gpd.GeoDataFrame(own["crossings"]), ramps
        )
        counts = made.faults.reset_index()["fault"].value_counts()
        told = [f"Sidewalk network: {str(k).replace('_', ' ')}: {v:,}." for k, v in counts.items()]
        return made.edges, told
    streets = network.build(gpd.GeoDataFrame(city.tables["sections"]))
    note = "No sidewalks were surveyed: the sidewalk network is inferred from lines of streets."
    return routing.inferred_edges(streets), [note]


def _around(city: City, edges: gpd.GeoDataFrame) -> tuple[barriers.Around, list[str]]:
    """Find who is cut off, where places, people and a surveyed network are known."""
    places, zones = city.tables.get("sites"), city.tables.get("zones")
    settings, notes = city.config.access, []
    gains = None
    if places is not None and zones is not None and "feature" in edges:
        gains = routing.repair_gains(
            edges,
            gpd.GeoDataFrame(places),
            gpd.GeoDataFrame(zones),
            profile=settings.profile,
            limit_min=settings.limit_min,
        )
        notes.append(
            f"People cut off: by {settings.profile.replace('_', ' ')} within "
            f"{settings.limit_min:g} minutes; what was not measured counts as passable there."
        )
    else:
        notes.append("People cut off are not known: that takes walks, crossings, sites and zones.")
    return barriers.Around(places, gains, zones), notes


def _weights(city: City) -> barriers.Weights:
    """Take the weights of the settings."""
    own = city.config.access
    return barriers.Weights(
        own.severity, own.place, own.people, own.equity, own.near_ft, own.full_people
    )


def _costs(city: City, ranked: pd.DataFrame, own: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Price what there are estimates for: ramps, and walks by the foot where a city prices them."""
    folder = city.config.folder / "parameters"
    table = schema.parameters("ada_costs", folder=folder)
    items = set(table.index.get_level_values("item"))
    costs = pd.DataFrame(np.nan, index=ranked.index, columns=_COSTS)
    size = pd.Series(1.0, index=ranked.index)
    if "walks" in own:
        walks = gpd.GeoDataFrame(own["walks"])
        feet = walks.geometry.length * feet_per_unit(walks.crs)
        lengths = ranked["feature_id"].map(feet).astype("float64")
        size = size.where(ranked["feature"].ne("walks"), lengths)
    for feature, item in (("ramps", "ramp"), ("walks", "walk")):
        if item not in items:
            continue
        low, middle, high = ada.prices(
            item,
            base_year=city.config.base_year,
            costs=table,
            price_index=city.parameters["price_index"],
        )
        rows = ranked["feature"].eq(feature)
        for name, price in zip(_COSTS, (middle, low, high), strict=True):
            costs.loc[rows, name] = (size[rows] * price).round(2)
    return costs


def _paved(
    city: City, day: dt.date, found: ada.Corners | None, ramps: pd.DataFrame | None, show: Show
) -> tuple[pd.Series | None, list[str]]:
    """Find the ramps that the plan of repairs builds, where the city's plan knows its corners."""
    if found is None or ramps is None:
        return None, []
    known = assessing.assess(city, day)
    if known.rules.demands.ramps is None:
        note = "No ramp is taken out for paving: the plan of repairs is made without ramps."
        return None, [note]
    plan = planning.make(city, known, show).plan
    if plan.ramps is None:
        return None, []
    crossed = ramps.get("crossed_section_id")
    paved = barriers.with_paving(plan.ramps, found.ramps, crossed)
    return paved, [f"{len(paved):,} ramps are built with paving that obliges them."]


def _corners(city: City, own: dict[str, pd.DataFrame]) -> ada.Corners | None:
    """Find the ramps due, where there are ramps."""
    if "ramps" not in own:
        return None
    folder = city.config.folder / "parameters"
    return ada.corners(
        own["ramps"],
        network.build(gpd.GeoDataFrame(city.tables["sections"])),
        rules=_rules(city),
        base_year=city.config.base_year,
        costs=schema.parameters("ada_costs", folder=folder),
        price_index=city.parameters["price_index"],
    )


def _find(city: City, day: dt.date, show: Show) -> tuple[report.Accessible, list[str]]:
    """Find all that the files show."""
    show.step("Holding features against the rules")
    found, tables = findings(city, day)
    own = dict(zip(features(city), tables, strict=True))
    corners = _corners(city, own)
    show.step("Finding who is cut off")
    edges, notes = _edges(city, own)
    around, told = _around(city, edges)
    folder = city.config.folder / "parameters"
    ranked = barriers.rank(
        found,
        tables,
        around=around,
        weights=_weights(city),
        points=schema.parameters("barrier_severity", folder=folder),
        classes=schema.parameters("place_classes", folder=folder),
    )
    show.step("Scheduling removals")
    paved, said = _paved(city, day, corners, own.get("ramps"), show)
    settings = city.config.access
    plan = barriers.transition_plan(
        ranked,
        _costs(city, ranked, own),
        budget_usd=settings.budget_usd,
        responsible_official=settings.responsible_official or _NOBODY,
        paved=paved,
        requirements=schema.parameters("ada_requirements", folder=folder),
    )
    if not settings.budget_usd:
        said.append("No money is named for removals: budget in [barriers] of norwalk.toml.")
    parts: dict[str, Any] = {}
    if corners is not None:
        parts = {
            "corners": corners.corners,
            "corner_sections": corners.corner_sections,
            "faults": corners.faults,
        }
    compliance = ada.summarize(found, *tables)
    sheet = barriers.comment_sheet(plan)
    made = report.Accessible(found, compliance, ranked, plan, sheet, edges=edges, **parts)
    return made, [*notes, *told, *said]


def _files(found: report.Accessible) -> tuple[str, ...]:
    """Name the files that are written."""
    bare = () if found.corners is not None else ("corners.csv", "corner_sections.csv")
    return tuple(name for name in report.ACCESS_FILES if name not in bare)


def write(
    city: Path,
    out: Path,
    *,
    earlier: Sequence[Path] = (),
    as_of: dt.datetime | None,
    show: Show,
) -> Outcome:
    """
    Check a city's accessibility and write every table.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results; they are written to `ada` in it.
    earlier
        Folders of results of earlier years, to say how far the removals have come.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.

    Raises
    ------
    ConfigError
        The city names no features, or no standard in force.
    SourceError
        A folder of an earlier year has no results.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    _named(read)
    day = reading.day(read.config, as_of)
    before = removals.editions(read, earlier, day)
    with io.writing(out / FOLDER) as aside:
        found, notes = _find(read, day, show)
        about = assessing.origin(read, day, notes)
        summary = report.access_summary(found, about=about)
        show.step("Writing the results")
        report.write_access(aside, found, summary)
        if before:
            progress = removals.progress(read, before, found.barriers, day).reset_index()
            report.write_csv(aside / "progress.csv", progress, read.config.notice)
        names = exchange.write_pedestrian(
            aside, found.edges, read.tables, as_of=day, source=read.config.city
        )
    return Outcome(summary, (*_files(found), *(["progress.csv"] if earlier else []), *names))
