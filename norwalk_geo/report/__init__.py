"""The results on paper, in spreadsheets and as files that other systems read."""

from __future__ import annotations

from norwalk_geo.report.access import ACCESS_FILES, Accessible, access_summary, write_access
from norwalk_geo.report.assessment import Assessment, assessment_summary, write_assessment
from norwalk_geo.report.beside import Beside, certificate
from norwalk_geo.report.compared_page import answers, share_text
from norwalk_geo.report.comparison import Compared, comparison_summary, write_comparison
from norwalk_geo.report.differing import DIFF_FILES, Different, diff_summary, write_diff
from norwalk_geo.report.differing_page import answers as diff_answers
from norwalk_geo.report.entryforms import read_entries, write_entry_forms
from norwalk_geo.report.fieldbook import field_words, field_workbook
from norwalk_geo.report.fieldforms import field_layers
from norwalk_geo.report.fieldpdf import field_sheets
from norwalk_geo.report.fieldread import FieldSheets, read_field_file
from norwalk_geo.report.files import Results, write_plan
from norwalk_geo.report.judged import backtest_summary, write_backtest
from norwalk_geo.report.projected import projects_summary, write_projects
from norwalk_geo.report.scored import Scored, scorecard_summary, write_scorecard
from norwalk_geo.report.scored_page import page as scorecard_page
from norwalk_geo.report.scored_page import value_text
from norwalk_geo.report.sheets import sheets
from norwalk_geo.report.sited import Sited, site_notes, sites_summary, write_sites
from norwalk_geo.report.summary import summary
from norwalk_geo.report.tables import street_table, work_table
from norwalk_geo.report.workbook import workbook
from norwalk_geo.report.writing import write_csv, write_json
from norwalk_geo.report.zone_map import ZoneValues, latest_by_zone, zone_maps, zone_shapes

__all__ = [
    "ACCESS_FILES",
    "DIFF_FILES",
    "Accessible",
    "Assessment",
    "Beside",
    "Compared",
    "Different",
    "FieldSheets",
    "Results",
    "Scored",
    "Sited",
    "ZoneValues",
    "access_summary",
    "answers",
    "assessment_summary",
    "backtest_summary",
    "certificate",
    "comparison_summary",
    "diff_answers",
    "diff_summary",
    "field_layers",
    "field_sheets",
    "field_words",
    "field_workbook",
    "latest_by_zone",
    "projects_summary",
    "read_entries",
    "read_field_file",
    "scorecard_page",
    "scorecard_summary",
    "share_text",
    "sheets",
    "site_notes",
    "sites_summary",
    "street_table",
    "summary",
    "value_text",
    "work_table",
    "workbook",
    "write_access",
    "write_assessment",
    "write_backtest",
    "write_comparison",
    "write_csv",
    "write_diff",
    "write_entry_forms",
    "write_json",
    "write_plan",
    "write_projects",
    "write_scorecard",
    "write_sites",
    "zone_maps",
    "zone_shapes",
]
