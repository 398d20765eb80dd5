"""What a city can set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from norwalk_geo.config.access import Access
from norwalk_geo.config.asked import Asked
from norwalk_geo.config.values import LANGUAGES

__all__ = ["Config", "is_address"]
_ADDRESS = ("postgresql://", "postgres://")


def is_address(place: Path | str) -> bool:
    """
    Tell the address of a database table from the name of a file.

    Parameters
    ----------
    place
        What `norwalk.toml` names for a table.

    Returns
    -------
    is_address
        Whether it begins as the addresses of PostgreSQL do.

    Examples
    --------
    >>> is_address("postgresql://gis.example/streets?table=sections"), is_address("clean/a.gpkg")
    (True, False)
    """
    return str(place).startswith(_ADDRESS)


@dataclass(frozen=True)
class Config:
    """
    Settings of one city.

    Parameters
    ----------
    folder
        Folder that `norwalk.toml` is in; table files are relative to it.
    city
        Name of the city.
    crs
        Projected coordinate system of every table, such as `EPSG:2229`.
    bbox_lonlat
        West, south, east and north in degrees, around the city.
    fiscal_year_start
        Month in which the fiscal year begins.
    as_of
        Day that the data describe; the caller gives it where the file does not.
    notice
        Sentence that every page, print and file must carry, such as a warning of invented data.
    tables
        File by table, relative to `folder`, or its address in a database.
    budget
        Dollars by fiscal year and fund.
    funds
        Rules by fund; a fund without any may pay for everything.
    asked
        What the plan is to be best at, and what it must keep to.
    budget_dollars
        Whether the budget is in `constant` dollars of the base year or in `nominal` ones.
    base_year
        Year of the constant dollars.
    inflation_pct, cost_growth_pct
        Yearly inflation, and real growth of costs above it.
    mobilization_pct, soft_cost_pct
        On top of the items of bids, and on top of both: design, inspection and the like.
    years, terminal_years
        Length of the plan, and the years that its last condition counts for.
    critical_pci
        Condition below which work counts as backlog.
    bands
        Scheme of condition bands: `astm7` or `california4`.
    gasb34_target_pci
        Condition level that the city set where it elected GASB 34's modified approach; else none.
    curves
        `fitted` from the city's own surveys where they tell enough, or the `cited` ones.
    own_pace
        Whether plans follow sections' own paces, in bands, where their ratings tell one.
    unsurveyed
        `leave` sections without a survey out, or assume the `class_median`.
    treatments
        Treatments that the city uses; all of the catalogue where none is named.
    languages
        Languages of published pages.
    contact_email, contact_phone
        Whom residents reach about the pages; blank where the city gives none.
    open311_url, open311_jurisdiction, open311_service
        Endpoint of Open311 GeoReport v2 that takes reports of problems, and the ids that it wants;
        blank for a draft of a mail instead.
    enforce, advise
        Accessibility standards in force, and those that only advise.
    access
        How barriers are ranked and removed.
    """

    folder: Path
    city: str
    crs: str
    bbox_lonlat: tuple[float, float, float, float]
    fiscal_year_start: int = 7
    as_of: dt.date | None = None
    notice: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    budget: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    funds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    budget_dollars: str = "constant"
    base_year: int = 2026
    inflation_pct: float = 2.5
    cost_growth_pct: float = 0.0
    mobilization_pct: float = 0.0
    soft_cost_pct: float = 0.0
    years: int = 10
    terminal_years: int = 3
    critical_pci: float = 70.0
    bands: str = "california4"
    gasb34_target_pci: float | None = None
    curves: str = "fitted"
    own_pace: bool = False
    unsurveyed: str = "leave"
    treatments: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    contact_email: str = ""
    contact_phone: str = ""
    open311_url: str = ""
    open311_jurisdiction: str = ""
    open311_service: str = ""
    enforce: tuple[str, ...] = ()
    advise: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)

    def path(self, table: str) -> Path | str:
        """
        Find the file of a table, or its address.

        Parameters
        ----------
        table
            Name of the table.

        Returns
        -------
        path
            Absolute, or below `folder`; an address as text.
        """
        named = self.tables[table]
        return named if is_address(named) else self.folder / named
