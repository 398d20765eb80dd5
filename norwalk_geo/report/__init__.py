"""The results on paper, in spreadsheets and as files that other systems read."""

from __future__ import annotations

from norwalk_geo.report.compared_page import answers
from norwalk_geo.report.comparison import Compared, comparison_summary, write_comparison
from norwalk_geo.report.files import Results, write_plan
from norwalk_geo.report.sheets import sheets
from norwalk_geo.report.summary import summary
from norwalk_geo.report.tables import plain_text, street_table, work_table
from norwalk_geo.report.workbook import workbook

__all__ = [
    "Compared",
    "Results",
    "answers",
    "comparison_summary",
    "plain_text",
    "sheets",
    "street_table",
    "summary",
    "work_table",
    "workbook",
    "write_comparison",
    "write_plan",
]
