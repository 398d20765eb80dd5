"""The page of one site: picture, figures, plain words, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

import jinja2
import pandas as pd

__all__ = ["page"]

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("norwalk_geo"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_ELEMENTS = {
    "homes": "Homes",
    "jobs": "Jobs",
    "commercial_sf": "Commercial space, square feet",
    "hotel_rooms": "Hotel rooms",
    "open_space_acres": "Open space, acres",
    "opening_year": "Opening year",
    "readiness": "Readiness",
}


def _number(value: Any) -> str:  # noqa: ANN401 - a cell may be of any kind
    """Write a number, or say that it is not known."""
    return "not known" if value is None or pd.isna(value) else f"{value:,.0f}"


def _figures(table: pd.DataFrame, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Write the rows of who gets there."""
    return [
        {
            "who": labels.get(str(row["profile"]), str(row["profile"])),
            "limit": f"{row['limit_min']:g}",
            "people": _number(row["people"]),
            "jobs": _number(row["jobs"]),
            "nodes": f"{row['nodes']:,}" if row["is_on_network"] else "not on the network",
        }
        for _, row in table.iterrows()
    ]


def _programme(rows: pd.DataFrame) -> list[dict[str, str]]:
    """Write what is published of the programme; what is not says so."""
    written = []
    for _, row in rows.iterrows():
        words = row["words"] if isinstance(row["words"], str) else ""
        amount = "" if pd.isna(row["amount"]) else f"{row['amount']:,.10g}"
        said = " ".join(
            part for part in (amount, f"({words})" if amount and words else words) if part
        )
        shown = said if row["status"] == "published" else "not published"
        written.append(
            {"what": _ELEMENTS[str(row["element"])], "said": shown, "source": str(row["source"])}
        )
    return written


def _ways(row: Mapping[str, Any] | None) -> list[str]:
    """Say the state of the ways in, in sentences."""
    if row is None or not row["ways_ft"]:
        return ["No street of the network lies within the limit, so that nothing is said of them."]
    surveyed = 0 if pd.isna(row["surveyed_pct"]) else row["surveyed_pct"]
    first = (
        f"{row['ways_ft'] / 5280:.1f} miles of ways lead here within {row['limit_min']:g} minutes "
        f"on foot. The pavement of {surveyed:.0f} % of them was surveyed."
    )
    lines = [first]
    if pd.notna(row["mean_pci"]):
        lines.append(
            f"The surveyed part has a mean condition of {row['mean_pci']:.0f} of 100 points; "
            f"{row['poor_ft'] / 5280:.1f} miles of it are poor (below 55)."
        )
    unknown = row["wheelchair_unknown_pct"]
    blocked = row["wheelchair_blocked_pct"]
    first = "No barrier was found" if not blocked else f"{blocked:.0f} % would stop a wheelchair"
    lines.append(f"{first} on the parts measured; {unknown:.0f} % was not measured.")
    return lines


def page(
    site: Mapping[str, Any],
    tables: Mapping[str, Any],
    summary: Mapping[str, Any],
    picture: Mapping[str, Any],
) -> str:
    """
    Write the page of a site.

    Parameters
    ----------
    site
        Its row of the table `sites`.
    tables
        `figures`, `programme`, `ways` (a row or nothing), `trips` (a row), `station` (a row or
        nothing) and `labels` of travellers. Partial figures of transit are not among them.
    summary
        Of all sites.
    picture
        What `picture` drew.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked; every text is escaped.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    station, trips = tables["station"], tables["trips"]
    return _TEMPLATES.get_template("place.html").render(
        site={key: "" if pd.isna(value) else value for key, value in site.items()},
        figures=_figures(tables["figures"], tables["labels"]),
        programme=_programme(tables["programme"]),
        ways=_ways(tables["ways"]),
        station=None
        if station is None
        else f"{station['station_name']}, {station['straight_ft'] / 5280:.1f} miles along a "
        "straight line between the published points",
        trips=None
        if pd.isna(trips["low_trips"])
        else f"{trips['low_trips']:,.0f} to {trips['high_trips']:,.0f}",
        unpublished="" if pd.isna(trips["not_published"]) else trips["not_published"],
        picture=picture,
        summary=summary,
        style=style.strip(),
    )
