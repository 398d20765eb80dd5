"""The plan as lists that an office prints: work by year, and every street with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import network

if TYPE_CHECKING:
    from norwalk_geo.budget import Plan
    from norwalk_geo.schema import Condition, Sections

__all__ = ["street_table", "work_table"]

_PLACE = ["source_id", "street_name", "from_street", "to_street", "functional_class", "zone_id"]


def _places(sections: Sections) -> pd.DataFrame:
    """Take the columns that say where a section is; those that the city has not are blank."""
    return pd.DataFrame(sections).reindex(columns=_PLACE)


def work_table(sections: Sections, condition: Condition, plan: Plan) -> pd.DataFrame:
    """
    List the work by year and street.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    plan
        The plan.

    Returns
    -------
    table
        One row a section and year, for printing: where, what, how much, from and to which
        condition, at what cost and why. Dollars are to the cent.
    """
    flat = plan.work.reset_index()
    where = _places(sections).loc[flat["section_id"]].reset_index(drop=True)
    survey = condition.loc[flat["section_id"], ["pci", "survey_date"]].reset_index(drop=True)
    survey = survey.rename(columns={"pci": "pci_surveyed"})
    survey["survey_date"] = survey["survey_date"].dt.date
    after = [name for name in flat.columns if name not in ("section_id", "year", "treatment")]
    joined = pd.concat([flat[["year", "section_id"]], where, survey, flat[after]], axis=1)
    return joined.sort_values(
        ["year", "street_name", "section_id"], kind="stable", na_position="last"
    )


def street_table(sections: Sections, condition: Condition, plan: Plan) -> pd.DataFrame:
    """
    List every section, chosen or not, with the reason.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    plan
        The plan.

    Returns
    -------
    table
        One row a section, in the order of the sections.
    """
    measures = network.measure(sections, plan.classes)[["length_ft", "miles", "area_sy"]]
    survey = condition[["pci", "pci_method", "survey_date"]].rename(columns={"pci": "pci_surveyed"})
    survey["survey_date"] = survey["survey_date"].dt.date
    table = _places(sections).join(measures).join(survey).join(plan.outcomes)
    return table.reset_index()
