"""How each column looks on a sheet: its heading in words, its format and its width."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

__all__ = ["FORMATS", "Column", "column", "lines", "width"]

FORMATS = {
    "money": '#,##0.00;-#,##0.00;"–"',
    "year": "0",
    "count": "#,##0",
    "points": "0.0",
    "fine": "0.000",
    "precise": "0.0000000",
    "miles": "#,##0.00",
    "area": "#,##0",
    "date": "yyyy-mm-dd",
    "text": "@",
    "wrap": "@",
}


class Column(NamedTuple):
    """
    Look of one column.

    Parameters
    ----------
    heading
        In words.
    kind
        Name of one of `FORMATS`; `wrap` is text on several lines.
    is_summed
        Whether a total stands below it.
    """

    heading: str
    kind: str
    is_summed: bool = False


_COLUMNS = {
    "year": Column("Fiscal year", "year"),
    "first_year": Column("First work", "year"),
    "section_id": Column("Section", "text"),
    "source_id": Column("Id in source", "text"),
    "street_name": Column("Street", "text"),
    "from_street": Column("From", "text"),
    "to_street": Column("To", "text"),
    "functional_class": Column("Class", "text"),
    "zone_id": Column("Zone", "text"),
    "treatment_label": Column("Treatment", "text"),
    "ada_kind": Column("Kind of work (ADA)", "text"),
    "status": Column("Status", "text"),
    "moment": Column("When", "text"),
    "band": Column("Condition", "text"),
    "family": Column("Curve of", "text"),
    "family_is_assumed": Column("Surface assumed", "text"),
    "area_is_estimated": Column("Width assumed", "text"),
    "survey_date": Column("Survey date", "date"),
    "pci_method": Column("Method of survey", "text"),
    "pci_surveyed": Column("PCI surveyed", "points"),
    "pci_before": Column("PCI before", "points"),
    "pci_after": Column("PCI after", "points"),
    "pci_now": Column("PCI when the plan begins (forecast)", "points"),
    "pci_end": Column("PCI at end of plan", "points"),
    "pci_end_untreated": Column("PCI at end, nothing done", "points"),
    "pci": Column("PCI at year end", "points"),
    "pci_untreated": Column("PCI, nothing done", "points"),
    "sections": Column("Sections", "count"),
    "length_ft": Column("Length (ft)", "area"),
    "area_sy": Column("Area (sq yd)", "area"),
    "area_pct": Column("Share of area (%)", "points"),
    "miles": Column("Centerline miles", "miles", is_summed=True),
    "length_mi": Column("Centerline miles", "miles", is_summed=True),
    "miles_repaired": Column("Miles repaired", "miles", is_summed=True),
    "miles_maintenance": Column("Miles of maintenance", "miles", is_summed=True),
    "miles_alteration": Column("Miles of alteration", "miles", is_summed=True),
    "budget_usd": Column("Budget (constant $)", "money", is_summed=True),
    "spent_usd": Column("Spent (constant $)", "money", is_summed=True),
    "spent_nominal_usd": Column("Spent ($ of the year)", "money", is_summed=True),
    "ramps_usd": Column("Of it: curb ramps (constant $)", "money", is_summed=True),
    "corner_id": Column("Corner", "text"),
    "altered_year": Column("Street altered in", "year"),
    "ramps_due": Column("Ramps due", "count"),
    "ramps_unknown": Column("Ramps not known", "count"),
    "ramps_infeasible": Column("Ramps infeasible", "count"),
    "cost_low_usd": Column("Cost at least (constant $)", "money", is_summed=True),
    "cost_high_usd": Column("Cost at most (constant $)", "money", is_summed=True),
    "cost_usd": Column("Cost (constant $)", "money", is_summed=True),
    "cost_nominal_usd": Column("Cost ($ of the year)", "money", is_summed=True),
    "limit": Column("Fund and year of its money, or demand", "text"),
    "paid_usd": Column("Paid (constant $)", "money", is_summed=True),
    "available": Column("There is, or is asked", "money"),
    "unit_of_limit": Column("Price is for one", "text"),
    "points_per_unit": Column("Points that one more adds", "precise"),
    "says": Column("In words", "wrap"),
    "is_given": Column("Year was given", "text"),
    "sections_worked": Column("Sections worked on", "count", is_summed=True),
    "rotation": Column("Way of planning", "text"),
    "lost_least": Column("Points lost at least", "fine"),
    "lost_most": Column("Points lost at most", "fine"),
    "more_least_usd": Column("To do as well as without: more a year, at least ($)", "money"),
    "more_most_usd": Column("More a year that is enough ($)", "money"),
    "less_least_usd": Column("Without zones: less a year that is enough ($)", "money"),
    "less_most_usd": Column("Less a year at most ($)", "money"),
    "package_id": Column("Package", "text"),
    "left_out": Column("Left out", "count"),
    "mobilization_usd": Column("Mobilization (constant $)", "money", is_summed=True),
    "target_pci": Column("PCI asked for", "points"),
    "pci_exact": Column("PCI in continuous age", "fine"),
    "usd_per_point": Column("One more point costs ($)", "money"),
    "backlog_usd": Column("Backlog (constant $)", "money"),
    "change": Column("What changed", "text"),
    "section_change": Column("Section is in", "text"),
    "earlier_id": Column("Section before", "text"),
    "work_number": Column("Work no.", "count"),
    **{
        f"{name}_{side}{unit}": Column(f"{label} {side}", kind, is_summed=is_summed)
        for name, unit, label, kind, is_summed in (
            ("year", "", "Fiscal year", "year", False),
            ("treatment", "", "Treatment", "text", False),
            ("cost", "_usd", "Cost (constant $)", "money", True),
            ("budget", "_usd", "Budget (constant $)", "money", True),
            ("spent", "_usd", "Spent (constant $)", "money", True),
            ("backlog", "_usd", "Backlog (constant $)", "money", False),
            ("miles", "", "Centerline miles", "miles", True),
            ("pci_end", "", "PCI at end of plan", "points", False),
        )
        for side in ("before", "after")
    },
    **{
        f"works_{name}": Column(f"Work {label}", "count", is_summed=True)
        for name, label in (
            ("same", "as before"),
            ("moved", "moved to another year"),
            ("treatment", "with another treatment"),
            ("cost", "with another cost alone"),
            ("added", "added"),
            ("dropped", "dropped"),
        )
    },
    "cost_change_usd": Column("Difference (constant $)", "money", is_summed=True),
    "policy_label": Column("Policy", "text"),
    "objective": Column("Condition over the plan (points)", "fine"),
    "bound": Column("No plan can exceed (points)", "fine"),
    "gain_share_pct": Column("Share of what can be gained (%)", "fine"),
    "sections_treated": Column("Sections treated", "count"),
    "budget_share_pct": Column("Money (% of the budget)", "count"),
    "points_per_million": Column("Points that one more $1 M adds", "fine"),
    "instead_street": Column("Instead: street", "text"),
    "instead_section_id": Column("Instead: section", "text"),
    "instead_year": Column("Instead: first year", "year"),
    "instead_treatment_label": Column("Instead: treatment", "text"),
    "instead_cost_usd": Column("Instead: cost (constant $)", "money", is_summed=True),
    "loss_pct": Column("Gives up (% of the gain)", "fine"),
    "loss_together_pct": Column("With all above (% of the gain)", "fine"),
    "asset_kind": Column("Kind of asset", "text"),
    "asset_id": Column("Asset", "text"),
    "asset_condition": Column("Condition when looked at", "text"),
    "next_work": Column("Work", "text"),
    "fund_is_checked": Column("Money of the fund known", "text"),
    "assets": Column("Assets", "count", is_summed=True),
    "project_id": Column("Project", "text"),
    "project_status": Column("Where it stands", "text"),
    "is_on_time": Column("On time", "text"),
    "is_on_budget": Column("On budget", "text"),
    "slip_days": Column("Days later than planned", "count"),
    "late_start_days": Column("Days begun late", "count"),
    "planned_days": Column("Days planned", "count"),
    "actual_days": Column("Days taken", "count"),
    "median_slip_days": Column("Median days longer", "points"),
    "most_slip_days": Column("Most days longer", "count"),
    "planned_cost_usd": Column("Planned cost ($ of the year)", "money", is_summed=True),
    "requests": Column("Requests", "count", is_summed=True),
    "open_requests": Column("Not done", "count", is_summed=True),
    "oldest_open_days": Column("Oldest not done (days)", "count"),
    "stop_gap_usd": Column("Stop-gap of what is not done ($)", "money", is_summed=True),
    "cost_less_plan_usd": Column("Cost less plan ($ of the year)", "money"),
    "description": Column("What is built", "wrap"),
    "remedy": Column("What can be done", "wrap"),
    "conflict": Column("What clashes", "text"),
    "other_id": Column("With", "text"),
    "starts": Column("From", "date"),
    "ends": Column("Until", "date"),
    "planned_finish": Column("Finish as planned", "date"),
    "early_finish": Column("One tenth finished by", "date"),
    "expected_finish": Column("Half finished by", "date"),
    "late_finish": Column("Nine tenths finished by", "date"),
    "reason": Column("Why, and how sure", "wrap"),
    "measure_id": Column("Measure", "text"),
    "objective_id": Column("Objective", "text"),
    "label": Column("What is measured", "text"),
    "period": Column("Fiscal year", "year"),
    "value": Column("Value", "fine"),
    "known_pct": Column("Known (%)", "points"),
    "before": Column("Value before", "fine"),
    "difference": Column("Change", "fine"),
    "target": Column("Target", "fine"),
    "target_met": Column("Target reached", "text"),
    "value_source": Column("Where it is from", "text"),
    "entered_on": Column("Entered on", "date"),
    "surveyed": Column("Surveyed", "count"),
    "histories": Column("Histories", "count"),
    "shape": Column("Shape", "fine"),
    "fall_points_year": Column("Fall (points a year)", "points"),
    "years_to_60": Column("Years to PCI 60", "points"),
    "works": Column("Works", "count", is_summed=True),
    "measured": Column("Measured", "count"),
}
# Of columns that are not listed: names end with their unit.
_ENDS = {
    "_usd": "money",
    "_usd_sy": "money",
    "_miles": "miles",
    "_points": "points",
    "_pct": "points",
    "_years": "points",
}
_NARROWEST, _WIDEST, _WRAPPED = 8, 32, 80
# Letters are on the average narrower than the figures that a width is counted in.
_LETTER = 0.92
_SAMPLE = 2000
# Bold letters and the filter's button take more room than the cells below.
_HEADING_SHARE, _BUTTON = 0.6, 3


def column(name: str) -> Column:
    """
    Find the look of a column.

    Parameters
    ----------
    name
        Its name in the tables.

    Returns
    -------
    column
        As listed; of a column that is not, its name in words, in the format of its unit.
    """
    if name in _COLUMNS:
        return _COLUMNS[name]
    kind = next((kind for end, kind in _ENDS.items() if name.endswith(end)), "text")
    kind = "points" if name.startswith("pci_") else kind
    plain = name.replace("_usd_sy", " ($/sq yd)").replace("_usd", " ($)").replace("_pct", " (%)")
    plain = plain.replace("_", " ").replace("pci", "PCI")
    return Column(plain[:1].upper() + plain[1:], kind)


def _shown(values: pd.Series, kind: str) -> pd.Series:
    """Write cells about as long as the sheet shows them."""
    if kind == "date":
        return pd.Series(["2026-07-01"])
    decimals = {
        "money": 2,
        "miles": 2,
        "points": 1,
        "fine": 3,
        "precise": 7,
        "count": 0,
        "area": 0,
    }.get(kind)
    known = values.dropna()
    if decimals is None:
        return known.astype("str")
    return known.map(lambda value: f"{value:,.{decimals}f}")


def width(name: str, values: pd.Series) -> float:
    """
    Choose a width that shows the column whole.

    Parameters
    ----------
    name
        Name of the column.
    values
        Its cells; numbers and their total always fit, long text is cut or wrapped.

    Returns
    -------
    width
        In characters, as spreadsheets count.
    """
    look = column(name)
    if look.kind == "wrap":
        return _WRAPPED
    is_number = look.kind in ("money", "miles", "points", "fine", "precise", "count", "area")
    cells = values if is_number else values.head(_SAMPLE)
    if look.is_summed:
        cells = pd.concat([cells, pd.Series([values.sum()])])
    longest = int(_shown(cells, look.kind).str.len().max()) if cells.notna().any() else 0
    word = max(map(len, look.heading.split()))
    least = max(word, math.ceil(len(look.heading) * _HEADING_SHARE)) + _BUTTON
    # Bold totals are a little wider than the cells above; one place is left blank at the edge.
    return min(max(longest * 1.1 + 2.5, least, _NARROWEST), _WIDEST)


def lines(text: str, wide: float) -> int:
    """
    Count the lines that a text takes in a wrapped cell.

    Parameters
    ----------
    text
        Any text, with or without line breaks.
    wide
        Width of the cell in characters.

    Returns
    -------
    lines
        At least one. Programs and fonts differ by a word a line, so it errs on the high side.
    """
    return sum(max(1, math.ceil(len(part) * _LETTER / wide)) for part in (text or " ").split("\n"))
