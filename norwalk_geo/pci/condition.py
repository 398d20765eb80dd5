"""The latest survey of each section, and the band of an index."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections, Surveys

__all__ = ["assume_class_median", "band", "latest", "scheme"]


def latest(surveys: Surveys, sections: Sections, *, as_of: dt.date) -> Condition:
    """
    Take each section's latest survey.

    Parameters
    ----------
    surveys
        Ratings of sections, any number of dates.
    sections
        Every section gets a row.
    as_of
        Surveys after this day are not used.

    Returns
    -------
    condition
        Aligned to `sections`; `pci` in points, missing where there is no survey by `as_of`.

    Raises
    ------
    SchemaError
        A survey is of a section that does not exist.

    Examples
    --------
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> condition = latest(town.surveys, town.streets.sections, as_of=dt.date(2026, 7, 1))
    >>> bool(condition["pci"].between(0, 100).sum() > 50)
    True
    """
    flat = surveys.reset_index()
    strange = ~flat["section_id"].isin(sections.index)
    if strange.any():
        what = "names a section that is not in sections"
        remedy = "Import sections and surveys from the same edition, or drop these surveys."
        rows = tuple(flat.loc[strange, "section_id"])
        raise SchemaError.of("surveys", [Problem("section_id", what, rows, remedy)])
    known = flat[flat["survey_date"] <= pd.Timestamp(as_of)]
    last = known.sort_values(["section_id", "survey_date"]).drop_duplicates(
        "section_id", keep="last"
    )
    columns = ["pci", "pci_method", "survey_date", "load_share_pct"]
    aligned = last.set_index("section_id").reindex(columns=columns).reindex(sections.index)
    return schema.check(aligned, "condition")


def assume_class_median(condition: Condition, sections: Sections, *, as_of: dt.date) -> Condition:
    """
    Give sections without a survey the median of their class.

    Parameters
    ----------
    condition
        Aligned to `sections`.
    sections
        Supplies `functional_class`.
    as_of
        Day that the assumed condition describes.

    Returns
    -------
    condition
        The same rows with `is_assumed` true where the index is the median. A class without any
        survey stays missing.
    """
    median = condition["pci"].groupby(sections["functional_class"]).transform("median")
    assumed = condition["pci"].isna() & median.notna()
    return condition.assign(
        pci=condition["pci"].fillna(median),
        pci_method=condition["pci_method"].mask(assumed, "converted"),
        survey_date=condition["survey_date"].mask(assumed, pd.Timestamp(as_of)),
        is_assumed=assumed,
    )


def band(pci: pd.Series, bands: pd.DataFrame) -> pd.Series:
    """
    Name the band of each index.

    Parameters
    ----------
    pci
        Points.
    bands
        One scheme of `parameters("bands")`, indexed by band, with `pci_min`.

    Returns
    -------
    band
        Ordered category aligned to `pci`, best band first; missing where the index is.
    """
    ordered = bands.sort_values("pci_min")
    names = list(ordered.index)
    edges = [*ordered["pci_min"], float("inf")]
    cut = pd.cut(pci, edges, right=False, labels=names)
    return cut.cat.reorder_categories(names[::-1], ordered=True).rename("band")


@functools.cache
def _standard() -> pd.DataFrame:
    return pd.DataFrame(schema.parameters("bands").xs("astm7", level="scheme"))


def scheme(bands: pd.DataFrame | None) -> pd.DataFrame:
    """
    Take the given bands, or the standard's seven.

    Parameters
    ----------
    bands
        One scheme of `parameters("bands")`, indexed by band; nothing for the standard's.

    Returns
    -------
    bands
        One scheme.
    """
    return _standard() if bands is None else bands
