"""
What each table is: one CSV a table in `tables/`, compiled to a pandera schema.

The CSV is the single source for checks, the data dictionary, the sample and what may be published.
Its first lines say what a row is, the key and the geometry; then one line a column. Parameter files
in `parameters/` are tables of the same kind whose first lines are their citation.
"""

from __future__ import annotations

from norwalk_geo.schema.checks import check
from norwalk_geo.schema.cited import labels, parameters
from norwalk_geo.schema.model import (
    PARAMETERS,
    SHEET_PARAMETERS,
    Budgets,
    Changes,
    Condition,
    Corners,
    CornerSections,
    Curves,
    Distress,
    Faults,
    Forecast,
    Limits,
    Matches,
    Nodes,
    Pieces,
    SamplePci,
    SampleUnits,
    SectionPci,
    Sections,
    Sites,
    Surveys,
    Table,
    Treatments,
    Work,
    Years,
    describe,
    public_columns,
    table_names,
)

__all__ = [
    "PARAMETERS",
    "SHEET_PARAMETERS",
    "Budgets",
    "Changes",
    "Condition",
    "CornerSections",
    "Corners",
    "Curves",
    "Distress",
    "Faults",
    "Forecast",
    "Limits",
    "Matches",
    "Nodes",
    "Pieces",
    "SamplePci",
    "SampleUnits",
    "SectionPci",
    "Sections",
    "Sites",
    "Surveys",
    "Table",
    "Treatments",
    "Work",
    "Years",
    "check",
    "describe",
    "labels",
    "parameters",
    "public_columns",
    "table_names",
]
