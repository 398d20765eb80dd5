"""One function a layer: tables in, a folium layer out; no map is touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from norwalk_geo.errors import CrsError, Problem
from norwalk_geo.maps.blocks import steps, streets_block, text_block
from norwalk_geo.maps.drawings import Drawing, condition_drawing, plan_drawing
from norwalk_geo.maps.elements import BlockLayer
from norwalk_geo.maps.sentences import site_texts
from norwalk_geo.maps.styles import view

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections, Sites, Work

__all__ = ["condition_layer", "plan_layer", "sites_layer", "sites_values", "streets_layer"]


def streets_layer(sections: Sections, drawing: Drawing) -> BlockLayer:
    """
    Draw sections as a drawing says.

    Parameters
    ----------
    sections
        Lines and names.
    drawing
        Looks, choices and sentences, in the order of the sections.

    Returns
    -------
    layer
        For `compose`, or for any folium map.

    Raises
    ------
    CrsError
        The sections do not say their coordinate system.
    """
    streets, bounds = streets_block(sections)
    codes, unique = pd.factorize(drawing.texts)
    places = sections.index.get_indexer(drawing.texts.index)
    views = [
        view(one.label, one.says, one.codes, drawing.base) | {"legend": one.legend}
        for one in drawing.views
    ]
    own = text_block(
        "layer",
        {
            "title": drawing.name,
            "streets": streets.element_id,
            "styles": [asdict(style) for style in drawing.styles],
            "base": [int(code) for code in drawing.base],
            "views": views,
            "texts": [str(text) for text in unique],
            "says": {"at": steps(places), "text": [int(code) for code in codes]},
        },
    )
    return BlockLayer(drawing.name, "streets", [own, streets], bounds)


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
    drawing = condition_drawing(sections, outcomes, condition, bands, name=name)
    return streets_layer(sections, drawing)


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
    drawing = plan_drawing(
        sections, work, outcomes, name=name, years=years, fiscal_year_start=fiscal_year_start
    )
    return streets_layer(sections, drawing)


def sites_values(sites: Sites, *, name: str = "Sites and stations") -> dict[str, Any]:
    """
    Write destinations and stations as plain values for the script that marks them.

    Parameters
    ----------
    sites
        Points with their name, kind and what is published on them.
    name
        Name of the layer.

    Returns
    -------
    values
        `title` and `rows`, each with `name`, `kind`, `lat` and `lon` in degrees, and `texts`.

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
    return {"title": name, "rows": rows}


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
    values = sites_values(sites, name=name)
    lat, lon = ([row[key] for row in values["rows"]] for key in ("lat", "lon"))
    bounds = [[min(lat), min(lon)], [max(lat), max(lon)]]
    return BlockLayer(name, "sites", [text_block("sites", values)], bounds)
