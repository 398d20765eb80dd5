"""Which curves a city's results rest on: fitted from its own surveys, or the cited ones."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import deterioration

if TYPE_CHECKING:
    from norwalk_geo.cli.records import City
    from norwalk_geo.schema import Curves

__all__ = ["curves", "fitted", "of"]


def _until(frame: pd.DataFrame | None, level: str, day: dt.date) -> pd.DataFrame | None:
    """Leave out what lies after the day that the results describe."""
    if frame is None:
        return None
    return frame[frame.index.get_level_values(level) <= pd.Timestamp(day)]


def fitted(city: City, as_of: dt.date) -> deterioration.Fit:
    """
    Fit decay to the city's own surveys.

    Parameters
    ----------
    city
        The city as read.
    as_of
        Surveys and work after this day are not used.

    Returns
    -------
    fit
        Of the cited curves where the surveys tell too little.
    """
    surveys = _until(city.tables["surveys"], "survey_date", as_of)
    work = _until(city.tables.get("work_done"), "finished", as_of)
    found = deterioration.histories(city.tables["surveys"] if surveys is None else surveys, work)
    cited = deterioration.curves(city.parameters["curves"])
    return deterioration.fit(found, gpd.GeoDataFrame(city.tables["sections"]), cited=cited)


def curves(city: City, as_of: dt.date) -> tuple[Curves, list[str]]:
    """
    Choose the curves that a plan is made with.

    Parameters
    ----------
    city
        The city as read.
    as_of
        Surveys after this day are not used.

    Returns
    -------
    curves, notes
        Family curves, and which they are, as sentences.
    """
    cited = deterioration.curves(city.parameters["curves"])
    if city.config.curves == "cited":
        return cited, []
    return of(city, fitted(city, as_of))


def of(city: City, found: deterioration.Fit) -> tuple[Curves, list[str]]:
    """
    Choose between a fit and the cited curves, as the city's settings say.

    Parameters
    ----------
    city
        The city as read.
    found
        Fit to the city's own surveys.

    Returns
    -------
    curves, notes
        Family curves, and which they are, as sentences.
    """
    cited = deterioration.curves(city.parameters["curves"])
    if city.config.curves == "cited":
        return cited, []
    if not found.is_fitted:
        return cited, [note for note in found.notes if note.startswith("The cited")]
    return found.curves, [note for note in found.notes if note.startswith("Curves of")]
