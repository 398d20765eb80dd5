"""Papers of a city: reports to its council, lists for the state, plans of its money."""

from __future__ import annotations

from norwalk_geo.report.papers.annex import ada_annex
from norwalk_geo.report.papers.capital import capital_plan, capital_sources, capital_uses
from norwalk_geo.report.papers.council import council_report
from norwalk_geo.report.papers.paper import Adoption, Letter, check_pdf, write_pdf
from norwalk_geo.report.papers.progress import progress_report
from norwalk_geo.report.papers.sb1 import sb1_expenditures, sb1_faults, sb1_page, sb1_projects

__all__ = [
    "Adoption",
    "Letter",
    "ada_annex",
    "capital_plan",
    "capital_sources",
    "capital_uses",
    "check_pdf",
    "council_report",
    "progress_report",
    "sb1_expenditures",
    "sb1_faults",
    "sb1_page",
    "sb1_projects",
    "write_pdf",
]
