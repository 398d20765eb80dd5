"""The plan's tables as an office prints them: fewer columns, in reading order, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.report.assets import asset_sheets
from norwalk_geo.report.beside import Beside, paid
from norwalk_geo.report.tables import street_table, work_table

if TYPE_CHECKING:
    from norwalk_geo.budget import Plan
    from norwalk_geo.schema import Condition, Sections

__all__ = ["sheets"]

_WORK = [
    "year",
    "street_name",
    "from_street",
    "to_street",
    "treatment_label",
    "length_mi",
    "area_sy",
    "cost_usd",
    "cost_nominal_usd",
    "pci_surveyed",
    "survey_date",
    "pci_before",
    "pci_after",
    "functional_class",
    "zone_id",
    "ada_kind",
    "section_id",
    "source_id",
    "reason",
]
_STREETS = [
    "street_name",
    "from_street",
    "to_street",
    "functional_class",
    "zone_id",
    "status",
    "first_year",
    "treatment_label",
    "cost_usd",
    "pci_surveyed",
    "survey_date",
    "pci_now",
    "pci_end",
    "pci_end_untreated",
    "miles",
    "area_sy",
    "area_is_estimated",
    "family_is_assumed",
    "section_id",
    "source_id",
    "reason",
]
_PRICES = ["limit", "available", "unit_of_limit", "points_per_unit", "says"]
_BANDS = ["moment", "band", "sections", "miles", "area_sy", "area_pct"]
_STATUS = {
    "planned": "Planned",
    "not_funded": "Needed, not funded",
    "not_needed": "No work needed",
    "not_surveyed": "Not surveyed",
    "not_city": "Not the city's",
}
_MOMENT = {
    "surveyed": "At the latest survey",
    "now": "Now (forecast)",
    "end": "End of plan",
    "end_untreated": "End, nothing done",
}


def _in_words(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Write codes as words."""
    words = {
        "status": _STATUS,
        "moment": _MOMENT,
        "functional_class": dict(plan.classes["label"]),
        "ada_kind": {"maintenance": "Maintenance", "alteration": "Alteration"},
    }
    known = {name: frame[name].map(of) for name, of in words.items() if name in frame}
    flags = ("area_is_estimated", "family_is_assumed", "is_given")
    marks = {name: frame[name].map({True: "yes", False: ""}) for name in flags if name in frame}
    return frame.assign(**known, **marks)


def _page(frame: pd.DataFrame, columns: list[str], plan: Plan) -> pd.DataFrame:
    """Choose columns, leaving out those of which the city has nothing."""
    kept = [name for name in columns if not len(frame) or frame[name].notna().any()]
    return _in_words(frame[kept], plan)


def _asked(beside: Beside, plan: Plan) -> dict[str, pd.DataFrame]:
    """Lay out what else was asked of the plan."""
    tables = {
        "Zones by year": beside.rotation,
        "Price of zones": beside.rotation_prices,
        "Packages": beside.packages,
        "Left out of packages": beside.left_out,
        "Conditions to reach": beside.targets,
    }
    return {
        name: _in_words(table.reset_index(), plan)
        for name, table in tables.items()
        if table is not None and len(table)
    }


def sheets(
    sections: Sections,
    condition: Condition,
    plan: Plan,
    bands: pd.DataFrame,
    *,
    beside: Beside | None = None,
) -> dict[str, pd.DataFrame]:
    """
    Lay out the plan as sheets.

    Parameters
    ----------
    sections
        Streets.
    condition
        Latest survey, aligned to `sections`.
    plan
        The plan.
    bands
        Table `band_summary`.
    beside
        What else was asked: zones, packages, conditions to reach.

    Returns
    -------
    sheets
        Tables by sheet name, in words. Dollars are to the cent, other figures as computed.
    """
    asked = beside or Beside()
    streets = street_table(sections, condition, plan)
    streets = streets.sort_values(
        ["street_name", "section_id"], kind="stable", na_position="last", ignore_index=True
    )
    ramps = {} if plan.ramps is None else {"Curb ramps": plan.ramps.reset_index()}
    return {
        "Work plan": _page(work_table(sections, condition, plan), _WORK, plan),
        **ramps,
        "By year": plan.years.reset_index(),
        "By fund": paid(plan),
        "Limits and prices": plan.row_prices.reset_index()[_PRICES],
        **_asked(asked, plan),
        **({} if asked.assets is None else asset_sheets(asked.assets)),
        "By condition": _page(bands.reset_index(), _BANDS, plan),
        "Every street": _page(streets, _STREETS, plan),
    }
