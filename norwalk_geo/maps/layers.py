"""One function a layer: tables in, a folium layer out; no map is touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from norwalk_geo import network, schema
from norwalk_geo.errors import CrsError, Problem
from norwalk_geo.maps.blocks import check_ids, steps, streets_block, text_block
from norwalk_geo.maps.elements import BlockLayer
from norwalk_geo.maps.sentences import condition_texts, plan_texts, site_texts
from norwalk_geo.maps.styles import (
    STATUS,
    Style,
    amount,
    band_of,
    band_styles,
    tally,
    view,
    year_label,
    year_styles,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from norwalk_geo.schema import Condition, Sections, Sites, Work

__all__ = ["condition_layer", "plan_layer", "sites_layer"]

_ELSEWHEN = Style("Planned in another year of the plan", "#3f73b5", 3.0)


def _miles(sections: Sections) -> pd.Series:
    """Measure the city's centerline miles."""
    return network.measure(sections, schema.parameters("classes"))["miles"]


def _layer(
    name: str,
    sections: Sections,
    styles: list[Style],
    views: list[dict[str, Any]],
    base: npt.NDArray[np.int64],
    texts: pd.Series,
) -> BlockLayer:
    """Write looks, choices and sentences as blocks."""
    streets, bounds = streets_block(sections)
    codes, unique = pd.factorize(texts)
    places = sections.index.get_indexer(texts.index)
    own = text_block(
        "layer",
        {
            "title": name,
            "streets": streets.element_id,
            "styles": [asdict(style) for style in styles],
            "base": [int(code) for code in base],
            "views": views,
            "texts": [str(text) for text in unique],
            "says": {"at": steps(places), "text": [int(code) for code in codes]},
        },
    )
    return BlockLayer(name, "streets", [own, streets], bounds)


def condition_layer(
    sections: Sections,
    outcomes: pd.DataFrame,
    condition: Condition,
    bands: pd.DataFrame,
    *,
    name: str = "Condition at the latest survey",
) -> BlockLayer:
    """
    Draw sections by their condition when last surveyed.

    The worse the band, the wider the line; sections never surveyed are dotted. Nothing on the layer
    is a forecast.

    Parameters
    ----------
    sections
        Lines and names.
    outcomes
        Says which sections are not the city's.
    condition
        Latest survey of each section. `pci` in points; missing is drawn as never surveyed.
    bands
        Bands of one scheme, from `parameters/bands.csv`.
    name
        Name of the layer.

    Returns
    -------
    layer
        For `compose`, or for any folium map. Counts and miles (the city's share) are in its legend.

    Raises
    ------
    SchemaError
        The tables do not have the same sections.
    """
    check_ids("condition", sections.index, condition.index)
    check_ids("outcomes", sections.index, outcomes.index)
    condition, outcomes = condition.loc[sections.index], outcomes.loc[sections.index]
    styles = band_styles(bands)
    codes = band_of(condition["pci"], bands)
    labels = [style.label for style in styles]
    texts = condition_texts(condition, pd.Series(codes, index=sections.index), labels)
    codes = np.where(outcomes["status"].eq("not_city"), len(styles) - 1, codes)
    says = f"The map shows the condition of {amount(len(sections))} at the latest survey."
    one = view(name, says, codes, codes)
    one["legend"] = tally(codes, _miles(sections), len(styles))
    return _layer(name, sections, styles, [one], codes, texts)


def _plan_codes(
    sections: Sections, work: Work, outcomes: pd.DataFrame, years: list[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Look of each section by its first year of work, and by status alone."""
    size = len(years)
    status = {name: size + 1 + place for place, name in enumerate(STATUS)} | {"planned": size}
    base = np.asarray(outcomes["status"].map(status), dtype="int64")
    first = work.reset_index().groupby("section_id")["year"].min().reindex(sections.index)
    place = first.map({year: k for k, year in enumerate(years)}).to_numpy(dtype="float64")
    by_year = np.where(np.isnan(place), base, place).astype("int64")
    return by_year, base


def plan_layer(
    sections: Sections,
    work: Work,
    outcomes: pd.DataFrame,
    *,
    name: str = "Planned work by year",
    years: Iterable[int] | None = None,
    fiscal_year_start: int | None = None,
) -> BlockLayer:
    """
    Draw sections by what a plan does with them, a year at a time.

    At first only the first year's work stands out. Planned, not funded, not needed, not surveyed
    and not the city's differ in dash and width as well as in color.

    Parameters
    ----------
    sections
        Lines and names.
    work
        Sections treated in a fiscal year. Only columns that may be published are read.
    outcomes
        What the plan does with each section.
    name
        Name of the layer.
    years
        Fiscal years to choose from. By default those of `work`.
    fiscal_year_start
        Month in which the fiscal year begins; without it, years are called fiscal years.

    Returns
    -------
    layer
        For `compose`, or for any folium map. Counts and miles (the city's share) are in its legend.

    Raises
    ------
    SchemaError
        The tables do not have the same sections.
    """
    check_ids("outcomes", sections.index, outcomes.index)
    worked = work.index.get_level_values("section_id").unique()
    check_ids("work", sections.index, sections.index.union(worked))
    outcomes = outcomes.loc[sections.index]
    in_work = {int(year) for year in work.index.get_level_values("year")}
    chosen = sorted(in_work | {int(year) for year in years or ()})
    by_year, base = _plan_codes(sections, work, outcomes, chosen)
    miles, styles = _miles(sections), year_styles(chosen, fiscal_year_start)
    styles = [*styles, _ELSEWHEN, *STATUS.values()]
    views = []
    for k, year in enumerate(chosen):
        members = work.index.get_level_values("section_id")[
            work.index.get_level_values("year") == year
        ]
        codes = np.where(sections.index.isin(members), k, base)
        label = year_label(year, fiscal_year_start)
        says = f"The map shows {amount(len(members))} planned for {label}. Dates can change."
        views.append(view(label, says, codes, base))
        views[-1]["legend"] = tally(codes, miles, len(styles))
    says = f"The map shows {amount(len(worked))} by the first year of their planned work."
    views.append(view("All years", says, by_year, base))
    views[-1]["legend"] = tally(by_year, miles, len(styles))
    texts = plan_texts(sections.index, work, outcomes, fiscal_year_start)
    return _layer(name, sections, styles, views, base, texts)


def sites_layer(sites: Sites, *, name: str = "Sites and stations") -> BlockLayer:
    """
    Draw destinations and stations as numbered marks that a keyboard can reach.

    Parameters
    ----------
    sites
        Points with their name, kind and what is published on them.
    name
        Name of the layer.

    Returns
    -------
    layer
        For `compose`, or for any folium map.

    Raises
    ------
    CrsError
        The table does not say its coordinate system.
    """
    if sites.crs is None:
        problem = Problem("geometry", "has no coordinate system", remedy="Set the city's.")
        raise CrsError.of("sites", [problem])
    points = sites.geometry.to_crs("EPSG:4326").to_numpy()
    lat, lon = np.round(shapely.get_y(points), 6), np.round(shapely.get_x(points), 6)
    rows = [
        {"name": str(place), "kind": str(kind), "lat": float(a), "lon": float(o), "texts": texts}
        for place, kind, a, o, texts in zip(
            sites["name"], sites["kind"], lat, lon, site_texts(sites), strict=True
        )
    ]
    bounds = [[float(lat.min()), float(lon.min())], [float(lat.max()), float(lon.max())]]
    return BlockLayer(name, "sites", [text_block("sites", {"title": name, "rows": rows})], bounds)
