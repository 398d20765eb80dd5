"""Sidewalk networks as GATIS 1.0: General Active Transportation Infrastructure Specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from norwalk_geo.exchange.geojson import collection, ends, fitted, known
from norwalk_geo.network.model import column, feet_per_unit

if TYPE_CHECKING:
    from norwalk_geo.schema import Edges, Features

__all__ = ["to_gatis"]

_PRESENCE = {"yes": "yes", "no": "no | missing", "unknown": "unknown"}
_MATERIALS = {
    "asphalt": "asphalt",
    "concrete": "concrete",
    "gravel": "gravel",
    "grass": "grass",
    "dirt": "dirt",
    "paved": "paved",
    "unpaved": "unpaved",
    "brick": "paving_stones",
    "paving stones": "paving_stones",
    "paving_stones": "paving_stones",
    "wood": "wood",
}
# Words of ours that the schema has no place for are left out.
_CONTROLS = {
    "vehicle_traffic_control": (
        "no vehicle control",
        "traffic signal",
        "flashing red light",
        "flashing yellow light",
        "yield sign",
        "stop sign",
        "other",
    ),
    "ped_traffic_control": (
        "no pedestrian control",
        "pedestrian signal",
        "pedestrian hybrid beacon / HAWK",
        "rectangular rapid flashing beacon",
        "unknown",
    ),
}


def _day(value: object) -> str | None:
    """Write a day as ISO does."""
    return None if pd.isna(value) else pd.Timestamp(value).date().isoformat()  # type: ignore[call-overload, arg-type]


def _reference(table: str, name: object) -> list[dict[str, str]]:
    """Say which row of which table a feature is."""
    return [{"source": table, "id": str(name)}]


def _share(value: object) -> float | None:
    """Write percent as a share of one, as nodes have it."""
    return None if pd.isna(value) else round(float(value) / 100, 6)  # type: ignore[call-overload, arg-type]


def _built(row: Mapping[str, Any]) -> str | None:
    """Write the day of building, or the year alone where no more is known."""
    year = row.get("built_year")
    return _day(row.get("date_built")) or (None if pd.isna(year) else f"{int(year):04d}")


def _node(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a curb ramp as a node."""
    return known(
        {
            "node_id": f"ramps:{name}",
            "curb_ramp_system_id": row.get("corner_id"),
            "presence": _PRESENCE.get(str(row.get("presence"))),
            "date_built": _built(row),
            "last_inspection_date": _day(row.get("last_inspection_date")),
            "incline": _share(row.get("running_slope_pct")),
            "cross_slope": _share(row.get("cross_slope_pct")),
            "width_in": row.get("width_in"),
            "ramp_type": row.get("ramp_type"),
            "detectable_warning": row.get("detectable_warning"),
            "reference_ids": _reference("ramps", name),
        }
    )


def _edge(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a walk, a crossing or a ramp as an edge."""
    material = str(row.get("surface_material")).lower()
    width = row.get("width_in")
    controls = {key: row.get(key) for key, words in _CONTROLS.items() if row.get(key) in words}
    return known(
        {
            "edge_id": name,
            "from_node": row["from_node"],
            "to_node": row["to_node"],
            "street_name": row.get("street_name"),
            "directionality": "both",
            "presence": "yes" if row["kind"] != "ramp" else None,
            "width_in": width,
            "date_built": _built(row),
            "last_inspection_date": _day(row.get("last_inspection_date")),
            "incline": row.get("running_slope_pct"),
            "cross_slope_max": row.get("cross_slope_pct"),
            "surface_material": _MATERIALS.get(material),
            "measured_length_ft": round(row["drawn_ft"], 2),
            "reference_ids": _reference(str(row["feature"]), row["feature_id"])
            if pd.notna(row["feature"])
            else np.nan,
            **controls,
        }
    )


_OWN = (
    "street_name",
    "surface_material",
    "date_built",
    "built_year",
    "last_inspection_date",
    *_CONTROLS,
)


def _joined(edges: Edges, features: Mapping[str, Features]) -> pd.DataFrame:
    """Put what the features say beside the edges made from them."""
    frame = pd.DataFrame(edges.drop(columns="geometry")).astype("object")
    frame["feature"], frame["feature_id"] = (
        column(edges, name, None).astype("str") for name in ("feature", "feature_id")
    )
    for name in _OWN:
        found = pd.Series(None, index=frame.index, dtype="object")
        for table, own in features.items():
            rows = frame["feature"].eq(table)
            if name in own:
                values = own[name].astype("object")
                found = found.mask(rows, frame["feature_id"].map(values))
        frame[name] = found
    return frame.assign(drawn_ft=edges.geometry.length * feet_per_unit(edges.crs))


def to_gatis(
    edges: Edges, features: Mapping[str, Features] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Write a sidewalk network as nodes and edges of GATIS 1.0 [1]_.

    Parameters
    ----------
    edges
        A sidewalk network, as `routing.sidewalk_edges` makes it.
    features
        Tables `ramps`, `walks` and `crossings` that it was made from, for what edges do not say.

    Returns
    -------
    nodes, edges
        GeoJSON in WGS 84. What is not known is left out. The published schema has a placeholder in
        place of the types of nodes and edges, so that no type can be given and be valid;
        `reference_ids` names the table and row that each is from instead. Slopes are shares of one
        on nodes and percent on edges, as the specification has them.

    References
    ----------
    .. [1] U.S. Department of Transportation, Bureau of Transportation Statistics, *GATIS*,
       version 1.0, 2026.
    """
    given = {} if features is None else dict(features)
    rows = _joined(edges, given).to_dict("records")
    named = [_edge(str(name), row) for name, row in zip(edges.index, rows, strict=True)]  # type: ignore[arg-type]
    places = ends(edges)
    ramps = {}
    if "ramps" in given:
        table = given["ramps"].drop(columns="geometry")
        records = table.to_dict("records")
        ramps = {
            f"ramps:{name}": _node(str(name), row)  # type: ignore[arg-type]
            for name, row in zip(table.index, records, strict=True)
        }
    points = [ramps.get(node, {"node_id": node}) for node in places.index]
    return collection(places, points), collection(fitted(edges, places), named)
