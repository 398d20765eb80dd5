"""The residents' page: one file that opens from disk, words first and then a map."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from norwalk_geo import maps
from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.website import policy, tables, words
from norwalk_geo.website.chart import chart

if TYPE_CHECKING:
    from norwalk_geo.maps.elements import BlockLayer
    from norwalk_geo.schema import Condition, Sections, Work, Years

__all__ = ["Plan", "page", "publish"]

FILE_NAME = "index.html"
_NEEDED = (
    "city",
    "sections",
    "sections_unsurveyed",
    "centerline_miles",
    "pci_now",
    "pci_end",
    "pci_end_untreated",
    "inputs",
    "version",
    "as_of",
)
_TEMPLATES = Environment(
    loader=PackageLoader("norwalk_geo"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Plan(Protocol):
    """What a page takes from a plan: three of its tables."""

    @property
    def work(self) -> Work:
        """Sections treated in a fiscal year."""

    @property
    def outcomes(self) -> pd.DataFrame:
        """What the plan does with each section."""

    @property
    def years(self) -> Years:
        """Money, miles and condition by fiscal year."""


def _asset(name: str) -> str:
    """Read a file of our own from `assets/`."""
    return (resources.files("norwalk_geo") / "assets" / name).read_text(encoding="utf-8").strip()


def _check_summary(summary: dict[str, Any]) -> None:
    """Find what the page needs and the summary lacks."""
    remedy = "Take the summary of the same plan."
    missing = [Problem(key, "is missing", remedy=remedy) for key in _NEEDED if key not in summary]
    if missing:
        raise ConfigError.of("summary", missing)


def _draw(
    sections: Sections,
    condition: Condition,
    plan: Plan,
    summary: dict[str, Any],
    bands: pd.DataFrame,
    layers: Sequence[BlockLayer],
) -> maps.Parts:
    """Compose the map: the plan's first year at first, then condition, then what is beside."""
    drawn = [
        maps.plan_layer(
            sections,
            tables.public(plan.work, "work"),
            tables.public(plan.outcomes, "outcomes"),
            years=[int(year) for year in plan.years.index],
            fiscal_year_start=summary.get("fiscal_year_start"),
        ),
        maps.condition_layer(sections, plan.outcomes, condition, bands),
        *layers,
    ]
    title = f"Map of streets in {summary['city']}"
    return maps.parts(maps.compose(*drawn, title=title, height="100%"))


def page(
    sections: Sections,
    condition: Condition,
    plan: Plan,
    summary: dict[str, Any],
    *,
    bands: pd.DataFrame,
    layers: Sequence[BlockLayer] = (),
) -> str:
    """
    Write the page of a plan.

    The page is one file without any address of another: it opens from disk with the network
    blocked. Words come first, then the map, and every fact of the map is in a table too. Only
    columns that the schemas flag public are in it. The same tables give the same text.

    Parameters
    ----------
    sections
        Lines and names, in the city's projected system.
    condition
        Latest survey of each section. `pci` in points.
    plan
        Has `work`, `outcomes` and `years`.
    summary
        The plan's `summary.json`. Of what is not always there, it uses `notice` (a sentence that
        heads page and print), `pci_surveyed`, `gap`, `parameters` and `fiscal_year_start` (the
        month; without it, years are called fiscal years).
    bands
        Bands of one scheme, from `parameters/bands.csv`.
    layers
        What is drawn beside the streets, such as `maps.sites_layer` and `maps.assets_layer`.

    Returns
    -------
    page
        HTML.

    Raises
    ------
    ConfigError
        The summary lacks something; all of it is named.
    SchemaError
        The tables do not have the same sections.
    """
    _check_summary(summary)
    maps.check_ids("condition", sections.index, condition.index)
    sections = sections[[*tables.public(sections, "sections").columns]]
    condition = tables.public(condition.loc[sections.index], "condition")
    work, years = tables.public(plan.work, "work"), tables.public(plan.years, "years")
    start = summary.get("fiscal_year_start")
    in_order = [int(year) for year in years.index]
    groups = tables.work_by_year(sections, work, (condition, bands), in_order)
    text = _TEMPLATES.get_template("page.html").render(
        summary=summary,
        notice=str(summary.get("notice") or ""),
        place=policy.PLACE,
        span=words.span(years, start),
        as_of=maps.day_text(pd.Timestamp(str(summary["as_of"]))),
        figures=words.key_figures(summary, years, bands),
        lead=words.lead(summary, years, bands),
        sentences=words.sentences(summary, condition, years, bands),
        proof=words.proof(summary),
        surveyed=words.surveyed(condition),
        bands=tables.band_rows(sections, condition, plan.outcomes, bands),
        years=tables.year_rows(years, start),
        groups=[{**one, "label": maps.year_label(one["year"], start)} for one in groups],
        chart=chart(years, summary["pci_now"], bands),
        map=_draw(sections, condition, plan, summary, bands, layers),
        names=sorted({str(n) for n in sections.get("street_name", []) if isinstance(n, str)}),
        style=_asset("page.css"),
        script=_asset("page.js"),
    )
    return policy.secure(text)


def publish(folder: Path | str, text: str) -> None:
    """
    Write a page into a folder as `index.html`.

    Parameters
    ----------
    folder
        A folder that is there, such as the one aside that `io.writing` gives.
    text
        From `page`.

    Returns
    -------
    nothing
        The folder has the page.
    """
    (Path(folder) / FILE_NAME).write_text(text, encoding="utf-8", newline="\n")
