"""Which curves a city's results rest on: fitted from its own surveys, or the cited ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import deterioration

if TYPE_CHECKING:
    from norwalk_geo.cli.records import City
    from norwalk_geo.schema import Condition, Curves

__all__ = ["Used", "fitted", "used"]

_NO_PACE = "Sections' own paces are not used: they need curves fitted from the city's own surveys."


@dataclass(frozen=True)
class Used:
    """
    Curves that a plan is made with.

    Parameters
    ----------
    curves
        By family, and by band of pace where the city asked for it.
    bands
        Band of pace by section; none where the city did not ask for it.
    notes
        Which curves they are, in sentences.
    """

    curves: Curves
    bands: pd.Series | None
    notes: list[str]


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


def used(
    city: City, as_of: dt.date, condition: Condition, found: deterioration.Fit | None = None
) -> Used:
    """
    Choose the curves that a plan is made with, as the city's settings say.

    Parameters
    ----------
    city
        The city as read.
    as_of
        Surveys after this day are not used.
    condition
        Latest survey of each section.
    found
        Fit to the city's own surveys, where it is known already.

    Returns
    -------
    used
        Fitted curves where the surveys tell enough, else the cited ones.
    """
    cited = deterioration.curves(city.parameters["curves"])
    lost = [_NO_PACE] if city.config.own_pace else []
    if city.config.curves == "cited":
        return Used(cited, None, lost)
    fit = fitted(city, as_of) if found is None else found
    if not fit.is_fitted:
        told = [note for note in fit.notes if note.startswith("The cited")]
        return Used(cited, None, [*told, *lost])
    notes = [note for note in fit.notes if note.startswith("Curves of")]
    if not city.config.own_pace:
        return Used(fit.curves, None, notes)
    own = deterioration.own_paces(fit, condition, gpd.GeoDataFrame(city.tables["sections"]))
    return Used(own.curves, own.bands, [*notes, *own.notes])
