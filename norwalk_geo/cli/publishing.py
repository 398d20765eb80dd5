"""From a city and its plan to the residents' site: which tables there are, and whom to reach."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import ada
from norwalk_geo.cli import assessing, editions, keeping, reached_figures, reading
from norwalk_geo.cli.records import City
from norwalk_geo.website import pages

if TYPE_CHECKING:
    import datetime as dt

    from norwalk_geo import io
    from norwalk_geo.budget import Plan

__all__ = ["site"]

_FEATURES = ("ramps", "walks", "crossings", "stops", "building_elements")
# What a site shows just as the city gave it.
_GIVEN = ("sites", "work_done", "corners", "projects", "project_sections", *_FEATURES)


def _scores(city: City, plan: Plan, day: dt.date) -> dict[str, pd.DataFrame]:
    """Score the strategic plan, where the city keeps its measures."""
    own = city.config.folder / "parameters" / "measures.csv"
    if "entered" not in city.tables and not own.is_file():
        return {}
    scores, objectives = keeping.scores(city, plan, day)
    return {"objectives": objectives, **{f"scores_{code}": one for code, one in scores.items()}}


def _compliance(city: City) -> dict[str, pd.DataFrame]:
    """Hold what was measured against the rules, for staff alone."""
    features = [city.tables[name] for name in _FEATURES if name in city.tables]
    if not features or not city.config.enforce:
        return {}
    rules = ada.rules(*city.config.enforce, advise=city.config.advise)
    return {"compliance": ada.summarize(ada.find(*features, rules=rules), *features)}


def _treatments(city: City, chosen: editions.Chosen) -> pd.DataFrame:
    """Take the treatments of the plan, and those of today that finished work may name."""
    today = reading.catalogue(city.config, city.parameters, city.tables.get("bids"))
    if chosen.treatments is None:
        return today
    return pd.concat([chosen.treatments, today[~today.index.isin(chosen.treatments.index)]])


def _edition(kept: io.Kept | None) -> pages.Edition:
    """Say what residents may be told of the plan: years of adopted and funded work alone."""
    if kept is None:
        return pages.Edition()
    years = frozenset(kept.funded_years)
    return pages.Edition(kept.name, kept.is_adopted, years, kept.adopted_on)


def site(
    folder: Path, city: City, chosen: editions.Chosen, day: dt.date, *, is_internal: bool
) -> tuple[tuple[str, ...], list[str]]:
    """
    Write the site of a city.

    Parameters
    ----------
    folder
        A folder that is there and empty.
    city
        As read and checked.
    chosen
        The plan and which edition it is.
    day
        Day that the data describe.
    is_internal
        For staff: with years, costs and results that are not public.

    Returns
    -------
    files, notes
        Written, below the folder; and what of today's tables does not fit the plan, in sentences.
    """
    city, results, notes = editions.fitted(city, chosen, day)
    plan = results.plan
    tables: dict[str, pd.DataFrame] = {
        "sections": results.sections,
        "condition": results.condition,
        "work": plan.work,
        "outcomes": plan.outcomes,
        "years": plan.years,
        "treatments": _treatments(city, chosen),
        **{name: city.tables[name] for name in _GIVEN if name in city.tables},
        **_scores(city, plan, day),
    }
    if is_internal:
        tables |= _compliance(city)
    about = assessing.origin(city, day, [*results.summary["notes"], *notes])
    reached, left = reached_figures.read(city.config.folder, about)
    tables |= reached
    summary = {**results.summary, **about, "critical_pci": city.config.critical_pci}
    given = pages.Given(
        tables,
        summary,
        reading.bands(city),
        languages=city.config.languages,
        edition=_edition(chosen.edition),
        reporting=_reporting(city),
        is_internal=is_internal,
    )
    return tuple(pages.write_site(folder, given)), [*notes, *left]


def _reporting(city: City) -> pages.Reporting:
    """Say whom residents reach."""
    settings = city.config
    return pages.Reporting(
        email=settings.contact_email,
        phone=settings.contact_phone,
        open311_url=settings.open311_url,
        jurisdiction=settings.open311_jurisdiction,
        service=settings.open311_service,
    )
