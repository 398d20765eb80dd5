"""From a city and its plan to the residents' site: which tables there are, and whom to reach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import ada
from norwalk_geo.cli import assessing, keeping, reading
from norwalk_geo.cli.records import City
from norwalk_geo.website import pages

if TYPE_CHECKING:
    import datetime as dt

    from norwalk_geo import report

__all__ = ["site"]

# What a site shows just as the city gave it.
_GIVEN = ("sites", "work_done", "ramps", "corners", "projects", "project_sections")
_FEATURES = ("ramps", "walks", "crossings", "stops", "building_elements")


def _scores(city: City, day: dt.date) -> dict[str, pd.DataFrame]:
    """Score the strategic plan, where the city keeps its measures."""
    own = city.config.folder / "parameters" / "measures.csv"
    if "entered" not in city.tables and not own.is_file():
        return {}
    known = assessing.assess(city, day)
    scores, objectives = keeping.scores(city, known, day)
    return {"objectives": objectives, **{f"scores_{code}": one for code, one in scores.items()}}


def _compliance(city: City) -> dict[str, pd.DataFrame]:
    """Hold what was measured against the rules, for staff alone."""
    features = [city.tables[name] for name in _FEATURES if name in city.tables]
    if not features or not city.config.enforce:
        return {}
    rules = ada.rules(*city.config.enforce, advise=city.config.advise)
    return {"compliance": ada.summarize(ada.find(*features, rules=rules), *features)}


def site(
    folder: Path, city: City, results: report.Results, day: dt.date, *, is_internal: bool
) -> tuple[str, ...]:
    """
    Write the site of a city.

    Parameters
    ----------
    folder
        A folder that is there and empty.
    city
        As read and checked.
    results
        Of the plan.
    day
        Day that the data describe.
    is_internal
        For staff: with years, costs and results that are not public.

    Returns
    -------
    files
        Written, below the folder.
    """
    settings, plan = city.config, results.plan
    tables: dict[str, pd.DataFrame] = {
        "sections": results.sections,
        "condition": results.condition,
        "work": plan.work,
        "outcomes": plan.outcomes,
        "years": plan.years,
        "treatments": reading.catalogue(settings, city.parameters, city.tables.get("bids")),
        **{name: city.tables[name] for name in _GIVEN if name in city.tables},
        **_scores(city, day),
    }
    if is_internal:
        tables |= _compliance(city)
    every = city.parameters["bands"]
    bands = every[every.index.get_level_values("scheme") == settings.bands].droplevel("scheme")
    given = pages.Given(
        tables,
        {**results.summary, "critical_pci": settings.critical_pci},
        bands,
        languages=settings.languages,
        reporting=pages.Reporting(
            email=settings.contact_email,
            phone=settings.contact_phone,
            open311_url=settings.open311_url,
            jurisdiction=settings.open311_jurisdiction,
            service=settings.open311_service,
        ),
        is_internal=is_internal,
    )
    return tuple(pages.write_site(folder, given))
