"""What a layer of streets shows, apart from who draws it: a notebook, or the residents' site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from norwalk_geo import network
from norwalk_geo.maps.blocks import check_ids
from norwalk_geo.maps.sentences import condition_texts, plan_texts
from norwalk_geo.maps.styles import (
    STATUS,
    Style,
    amount,
    band_of,
    band_styles,
    tally,
    year_label,
    year_styles,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from norwalk_geo.schema import Condition, Sections, Work

__all__ = ["Drawing", "View", "condition_drawing", "plan_drawing"]

_ELSEWHEN = Style("Planned in another year of the plan", "#3f73b5", 3.0)


@dataclass(frozen=True, eq=False)
class View:
    """
    One choice of a layer, such as a year.

    Parameters
    ----------
    label
        Words of the choice.
    says
        Sentence for those who cannot see the map.
    codes
        Place of each section's look in the styles.
    legend
        Place of a look and words such as `12 sections, 1.3 miles`, for looks that occur.
    """

    label: str
    says: str
    codes: npt.NDArray[np.int64]
    legend: Sequence[Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Drawing:
    """
    A layer of sections in the order of their table.

    Another language is the same drawing with other words: the codes stay.

    Parameters
    ----------
    name
        Name of the layer.
    styles
        Looks, those drawn on top first.
    views
        Choices; the first is shown at first.
    base
        Place of each section's look where a choice does not change it.
    texts
        Sentences, indexed by `section_id`; a section may have several or none.
    """

    name: str
    styles: Sequence[Style]
    views: Sequence[View]
    base: npt.NDArray[np.int64]
    texts: pd.Series


def _miles(sections: Sections) -> pd.Series:
    """Measure the city's centerline miles."""
    return network.centerline_miles(sections)


def condition_drawing(
    sections: Sections,
    outcomes: pd.DataFrame,
    condition: Condition,
    bands: pd.DataFrame,
    *,
    name: str = "Condition at the latest survey",
) -> Drawing:
    """
    Choose looks and words for the condition of sections when last surveyed.

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
    drawing
        One view; counts and miles (the city's share) are in its legend.

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
    one = View(name, says, codes, tally(codes, _miles(sections), len(styles)))
    return Drawing(name, styles, [one], codes, texts)


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


def plan_drawing(
    sections: Sections,
    work: Work,
    outcomes: pd.DataFrame,
    *,
    name: str = "Planned work by year",
    years: Iterable[int] | None = None,
    fiscal_year_start: int | None = None,
) -> Drawing:
    """
    Choose looks and words for what a plan does with sections, a year at a time.

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
    drawing
        One view a year, then one of all; counts and miles (the city's share) are in the legends.

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
    miles = _miles(sections)
    styles = [*year_styles(chosen, fiscal_year_start), _ELSEWHEN, *STATUS.values()]
    ids = work.index.get_level_values("section_id")
    views = []
    for k, year in enumerate(chosen):
        members = ids[work.index.get_level_values("year") == year]
        codes = np.where(sections.index.isin(members), k, base)
        label = year_label(year, fiscal_year_start)
        says = f"The map shows {amount(len(members))} planned for {label}. Dates can change."
        views.append(View(label, says, codes, tally(codes, miles, len(styles))))
    says = f"The map shows {amount(len(worked))} by the first year of their planned work."
    views.append(View("All years", says, by_year, tally(by_year, miles, len(styles))))
    texts = plan_texts(sections.index, work, outcomes, fiscal_year_start)
    return Drawing(name, styles, views, base, texts)
