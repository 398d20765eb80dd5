"""Prepare a condition survey: which sample units, and what to fill in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import config, io, network, pci, report, schema
from norwalk_geo.cli.reading import day
from norwalk_geo.cli.records import Outcome

__all__ = ["run"]

_SF_PER_SY, _SF_PER_M2 = 9, 1 / 0.3048**2
_PLACES = {"street": "street_name", "from": "from_street", "to": "to_street"}


def _units(
    sections: gpd.GeoDataFrame, area_sf: pd.Series, units: str, *, seed: int, project: bool
) -> gpd.GeoDataFrame:
    """Lay out the sample units and say them in the units of the survey."""
    error = 5.0 if project else None
    chosen = pci.lay_out(sections, area_sf, seed=seed, error_points=error)
    scale = _SF_PER_M2 if units == "metric" else 1.0
    asphalt = chosen["surface"].eq("AC")
    places = {
        name: sections[column].reindex(chosen["section_id"]).to_numpy()
        if column in sections
        else None
        for name, column in _PLACES.items()
    }
    return gpd.GeoDataFrame(
        chosen.assign(
            **places,
            area=(chosen["area_sf"] / scale).round(1).where(asphalt),
            section_area=(chosen["section_area_sf"] / scale).round(1).where(asphalt),
            survey_date=None,
        )
    )


def _own(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the sections that the city maintains."""
    if "maintained_by" not in sections:
        return sections
    return sections[sections["maintained_by"].fillna("city").eq("city")]


def run(
    city: Path,
    out: Path,
    *,
    seed: int,
    units: str,
    project: bool = True,
    as_of: dt.datetime | None = None,
) -> Outcome:
    """
    Prepare a survey of all sections of a city.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results.
    seed
        The same seed chooses the same units.
    units
        `us` or `metric`.
    project
        Inspect enough units for each section by itself; else at the lesser rate of a network.
    as_of
        Day that the files carry, where it is not the one of the settings.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    settings = config.read_config(city)
    date = day(settings, as_of)
    sections = _own(gpd.GeoDataFrame(io.read_table(settings.path("sections"), "sections")))
    classes = schema.parameters("classes", folder=settings.folder / "parameters")
    area_sf = network.measure(sections, classes)["area_sy"] * _SF_PER_SY
    chosen = _units(sections, area_sf, units, seed=seed, project=project)
    facts = {"title": f"{settings.city}: condition survey", "notice": settings.notice}
    with io.writing(out) as aside:
        listed = pd.DataFrame(chosen.drop(columns="geometry"))
        report.field_workbook(
            aside / "field_sheets.xlsx", listed, units=units, facts=facts, as_of=date
        )
        report.field_sheets(
            aside / "field_sheets.pdf", listed, units=units, facts=facts, as_of=date
        )
        layers = report.field_layers(chosen, units=units, facts=facts)
        io.write_layers(layers, aside / "survey.gpkg", as_of=date)
        written = tuple(sorted(path.name for path in aside.iterdir()))
    total = chosen.groupby("section_id")["section_units"].first()
    summary: dict[str, Any] = {
        "kind": "survey",
        "city": settings.city,
        "notice": settings.notice,
        "as_of": date.isoformat(),
        "seed": seed,
        "units": units,
        "sections": len(sections),
        "sample_units": int(np.asarray(total).sum()),
        "sample_units_to_inspect": len(chosen),
    }
    return Outcome(summary, written)
