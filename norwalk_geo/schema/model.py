"""A table's schema as read from its CSV, and the aliases that name the tables in signatures."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import pandas as pd

from norwalk_geo.errors import ConfigError, Problem

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = [
    "ADA_PARAMETERS",
    "OSM_PARAMETERS",
    "PARAMETERS",
    "PROJECT_PARAMETERS",
    "REACH_PARAMETERS",
    "SCORE_PARAMETERS",
    "SHEET_PARAMETERS",
    "SITE_PARAMETERS",
    "Access",
    "AccessChanges",
    "AdaRules",
    "Barriers",
    "Budgets",
    "Changes",
    "Compliance",
    "Condition",
    "CornerSections",
    "Corners",
    "Costs",
    "Curves",
    "Distress",
    "Edges",
    "Faults",
    "Features",
    "Findings",
    "Forecast",
    "Gains",
    "Isochrones",
    "Limits",
    "Matches",
    "Measurements",
    "NodePeople",
    "NodeSums",
    "Nodes",
    "Pieces",
    "Reach",
    "RepairGains",
    "Repairs",
    "SamplePci",
    "SampleUnits",
    "SectionPci",
    "Sections",
    "Sites",
    "Surveys",
    "Table",
    "TransitionPlan",
    "TransitionProgress",
    "Treatments",
    "Work",
    "Years",
    "Zones",
    "describe",
    "public_columns",
    "table_names",
]

# The aliases name the schema, so that a signature tells the tables it takes and gives.
Sections: TypeAlias = gpd.GeoDataFrame
Nodes: TypeAlias = gpd.GeoDataFrame
Sites: TypeAlias = gpd.GeoDataFrame
Faults: TypeAlias = gpd.GeoDataFrame
Edges: TypeAlias = gpd.GeoDataFrame
Zones: TypeAlias = gpd.GeoDataFrame
Isochrones: TypeAlias = gpd.GeoDataFrame
Costs: TypeAlias = pd.DataFrame
NodePeople: TypeAlias = pd.DataFrame
Reach: TypeAlias = pd.DataFrame
Gains: TypeAlias = pd.DataFrame
RepairGains: TypeAlias = pd.DataFrame
Repairs: TypeAlias = pd.DataFrame
Access: TypeAlias = pd.DataFrame
AccessChanges: TypeAlias = pd.DataFrame
NodeSums: TypeAlias = pd.DataFrame
Changes: TypeAlias = pd.DataFrame
Pieces: TypeAlias = pd.DataFrame
Matches: TypeAlias = pd.DataFrame
Limits: TypeAlias = pd.DataFrame
Surveys: TypeAlias = pd.DataFrame
Condition: TypeAlias = pd.DataFrame
Corners: TypeAlias = pd.DataFrame
CornerSections: TypeAlias = pd.DataFrame
Forecast: TypeAlias = pd.DataFrame
Budgets: TypeAlias = pd.DataFrame
Work: TypeAlias = pd.DataFrame
Years: TypeAlias = pd.DataFrame
Curves: TypeAlias = pd.DataFrame
Treatments: TypeAlias = pd.DataFrame
SampleUnits: TypeAlias = pd.DataFrame
Distress: TypeAlias = pd.DataFrame
SamplePci: TypeAlias = pd.DataFrame
SectionPci: TypeAlias = pd.DataFrame
Features: TypeAlias = pd.DataFrame
Measurements: TypeAlias = pd.DataFrame
AdaRules: TypeAlias = pd.DataFrame
Findings: TypeAlias = pd.DataFrame
Compliance: TypeAlias = pd.DataFrame
Barriers: TypeAlias = gpd.GeoDataFrame
TransitionPlan: TypeAlias = pd.DataFrame
TransitionProgress: TypeAlias = pd.DataFrame

PARAMETERS = (
    "treatments",
    "curves",
    "classes",
    "price_index",
    "scales",
    "bands",
    "destinations",
    "street_words",
    "ranking",
    "packaging",
    "discount",
)
# What field sheets are rated by; no plan reads them.
SHEET_PARAMETERS = (
    "distress_types",
    "deduct_curves",
    "deduct_polynomials",
    "cdv_curves",
    "cdv_polynomials",
)
# What travellers are and what stands for a place; no plan reads them.
REACH_PARAMETERS = ("profiles", "bicycle_stress", "class_speeds", "place_tags")
# What trips by transit and figures of sites rest on.
SITE_PARAMETERS = ("transit_rules", "programmes", "trip_rates", "screens")
# What tags of OpenStreetMap mean; no plan reads them.
OSM_PARAMETERS = ("osm_tags",)
# What the scorecard keeps; no plan reads them.
SCORE_PARAMETERS = ("measures", "objectives")
PROJECT_PARAMETERS = ("production",)
# What accessibility is checked by; no plan reads them.
ADA_PARAMETERS = (
    "ada_rules",
    "ada_requirements",
    "ada_instruments",
    "ada_costs",
    "barrier_severity",
    "place_classes",
)


@dataclass(frozen=True)
class Table:
    """
    A table's schema as read from its CSV.

    Parameters
    ----------
    name
        Name of the table.
    each_row_is_a
        Grain, in words.
    key
        Columns of the index, in order.
    geometry
        Geometry type, or blank.
    columns
        One row a column: `type`, `unit`, `required`, `minimum`, `maximum`, `values`, `public`,
        `description`.
    """

    name: str
    each_row_is_a: str
    key: tuple[str, ...]
    geometry: str
    columns: DataFrame


def _header(lines: Sequence[str]) -> dict[str, str]:
    """Split the `# name: text` lines at the head of a table's CSV."""
    pairs = (line[1:].split(":", 1) for line in lines if line.startswith("#") and ":" in line)
    return {name.strip(): text.strip() for name, text in pairs}


def table_names() -> list[str]:
    """
    Name every table that has a schema.

    Returns
    -------
    names
        In alphabetical order.

    Examples
    --------
    >>> "sections" in table_names()
    True
    """
    folder = resources.files("norwalk_geo") / "tables"
    return sorted(item.name[:-4] for item in folder.iterdir() if item.name.endswith(".csv"))


@functools.cache
def describe(table: str) -> Table:
    """
    Read the schema of one table.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    schema
        Grain, key, geometry and columns.

    Examples
    --------
    >>> describe("surveys").key
    ('section_id', 'survey_date')
    """
    names = table_names()
    if table not in names:
        raise ConfigError.of(
            table, [Problem(table, "no such table", remedy=f"Tables are {', '.join(names)}.")]
        )
    file = resources.files("norwalk_geo") / "tables" / f"{table}.csv"
    with file.open(encoding="utf-8") as stream:
        head = _header(stream.read().splitlines())
    with file.open(encoding="utf-8") as stream:
        columns = pd.read_csv(stream, comment="#", dtype="str", keep_default_na=False)
    columns = columns.set_index("column")
    for limit in ("minimum", "maximum"):
        columns[limit] = pd.to_numeric(columns[limit].replace("", None), errors="raise")
    columns["required"] = columns["required"].eq("yes")
    columns["public"] = columns["public"].eq("yes")
    key = tuple(part.strip() for part in head["key"].split(","))
    return Table(table, head["each row is a"], key, head.get("geometry", ""), columns)


def public_columns(table: str) -> list[str]:
    """
    List what of a table may be published.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    columns
        Columns flagged public, key first, in schema order.

    Examples
    --------
    >>> "cost_usd" in public_columns("work")
    False
    """
    columns = describe(table).columns
    return list(columns.index[columns["public"]])
