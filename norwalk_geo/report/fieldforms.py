"""The layers that a tablet fills in, with forms that offer choices in QGIS and QField."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["field_layers"]

_KEPT = (
    "section_id",
    "sample_id",
    "street",
    "from",
    "to",
    "surface",
    "kind",
    "area",
    "survey_date",
    "section_area",
    "section_units",
)


def _choices(field: str, choices: Mapping[str, str]) -> str:
    """Describe a field that offers choices, as a QGIS style does: word shown, value kept."""
    options = "".join(
        f'<Option type="Map"><Option name={quoteattr(shown)} value={quoteattr(kept)} '
        f'type="QString"/></Option>'
        for shown, kept in choices.items()
    )
    return (
        f'<field name="{field}"><editWidget type="ValueMap"><config><Option type="Map">'
        f'<Option name="map" type="List">{options}</Option></Option></config></editWidget></field>'
    )


def _style(table: str, shape: str, fields: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """Make the default style of a layer, which holds its form."""
    inside = "".join(_choices(field, choices) for field, choices in fields.items())
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": table,
        "f_geometry_column": shape,
        "styleName": "form",
        "styleQML": f"<qgis styleCategories='Fields|Forms'><fieldConfiguration>{inside}"
        "</fieldConfiguration></qgis>",
        "styleSLD": "",
        "useAsDefault": True,
        "description": "Choices of the field form",
        "owner": "",
    }


def _styles() -> DataFrame:
    """Make the forms of both layers."""
    types = schema.parameters("distress_types")
    codes = {f"{code} {one['label']}": str(code) for code, one in types.iterrows()}
    severities = {"L low": "L", "M medium": "M", "H high": "H", "none": ""}
    return pd.DataFrame(
        [
            _style(
                "sample_units",
                "geom",
                {
                    "surface": {"asphalt": "AC", "concrete": "PCC"},
                    "kind": {"random": "random", "additional": "additional"},
                },
            ),
            _style("distress", "", {"distress_code": codes, "severity": severities}),
        ]
    )


def field_layers(
    units_to_visit: gpd.GeoDataFrame, *, units: str, facts: dict[str, str]
) -> dict[str, DataFrame]:
    """
    Make the layers of a GeoPackage to fill in on a tablet.

    Parameters
    ----------
    units_to_visit
        One row a sample unit, with columns of the table `sample_units` and its piece of the street.
    units
        `us` or `metric`: units of what is written, and of what is to be measured.
    facts
        `title`, and `notice`, which may be blank.

    Returns
    -------
    layers
        `sample_units` with lines; `distress` without rows; `distress_types`; `about`, which says
        the units; and `layer_styles`, the forms.
    """
    samples = units_to_visit.reindex(columns=[*_KEPT, "geometry"])
    samples["survey_date"] = pd.Series(pd.NaT, index=samples.index, dtype="datetime64[us]")
    texts = [name for name in _KEPT if name not in ("survey_date", "area")]
    samples = samples.astype(
        {name: "str" for name in texts if not name.startswith("section_") or name == "section_id"}
    )
    distress = pd.DataFrame(
        {
            "section_id": pd.Series(dtype="str"),
            "sample_id": pd.Series(dtype="str"),
            "distress_code": pd.Series(dtype="Int64"),
            "severity": pd.Series(dtype="str"),
            "quantity": pd.Series(dtype="float64"),
        }
    )
    about = pd.DataFrame(
        {"name": ["units", *facts], "value": [units, *facts.values()]}, dtype="str"
    )
    types = schema.parameters("distress_types").reset_index()
    return {
        "sample_units": gpd.GeoDataFrame(samples, geometry="geometry", crs=units_to_visit.crs),
        "distress": distress,
        "distress_types": types[["distress_code", "surface", "label", "label_es", "measure"]],
        "about": about,
        "layer_styles": _styles(),
    }
