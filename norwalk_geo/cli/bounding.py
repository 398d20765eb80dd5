"""The city's boundary at an import: kept once given, and applied to every import of sections."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from norwalk_geo import config, files, io, network
from norwalk_geo.errors import Problem, SourceError

__all__ = ["BOUNDARY", "apply"]

BOUNDARY = "boundary"
_FOLDER, _AREAS = "clean", ("Polygon", "MultiPolygon")


def _read(settings: config.Config, file: Path) -> gpd.GeoDataFrame:
    """Read somebody's layer of the city's area into the city's system."""
    raw = files.read_frame(file)
    problems = []
    if not isinstance(raw, gpd.GeoDataFrame) or not raw.geom_type.isin(_AREAS).any():
        remedy = "Export the city's area as a layer of polygons."
        problems.append(Problem(file.name, "has no areas", remedy=remedy))
    elif raw.crs is None:
        remedy = "Set its coordinate system in your GIS."
        problems.append(Problem(file.name, "has no coordinate system", remedy=remedy))
    if problems or not isinstance(raw, gpd.GeoDataFrame):
        raise SourceError.of(str(file), problems)
    areas = raw[raw.geom_type.isin(_AREAS)].to_crs(settings.crs)
    whole = gpd.GeoSeries([areas.union_all()], crs=settings.crs).explode(ignore_index=True)
    ids = pd.Index([f"b{number}" for number in range(1, len(whole) + 1)], name="boundary_id")
    made = gpd.GeoDataFrame(geometry=whole.to_numpy(), index=ids, crs=settings.crs)
    box = settings.bbox_lonlat
    network.check_crs(made, BOUNDARY, crs=settings.crs, bbox_lonlat=box)
    return made


def apply(
    settings: config.Config, tables: Mapping[str, pd.DataFrame], file: Path | None
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """
    Give sections on the boundary their share and leave out those beyond it.

    Parameters
    ----------
    settings
        Settings as read.
    tables
        Tables of an import.
    file
        Layer of the city's area; by default the one that an earlier import kept.

    Returns
    -------
    tables, lines
        With the boundary and the list of streets on it, where there is one; what to tell.

    Raises
    ------
    SourceError
        The file cannot be read or has no areas.
    CrsError
        It lies outside the city's `bbox_lonlat`.
    """
    made, kept = dict(tables), settings.folder / _FOLDER / f"{BOUNDARY}.gpkg"
    if "sections" not in made or (file is None and not kept.exists()):
        return made, []
    area = _read(settings, file) if file else gpd.GeoDataFrame(io.read_table(kept, BOUNDARY))
    bounded = network.share_by_boundary(gpd.GeoDataFrame(made["sections"]), area)
    made |= {
        "sections": bounded.sections,
        BOUNDARY: area,
        "boundary_streets": bounded.boundary_streets,
    }
    if "surveys" in made:
        of = made["surveys"].index.get_level_values("section_id")
        made["surveys"] = made["surveys"][of.isin(bounded.sections.index)]
    counts = bounded.boundary_streets["position"].value_counts().sort_index()
    said = ", ".join(f"{position} {count:,}" for position, count in counts.items())
    told = f"against the city boundary: {said or 'all inside'}"
    return made, [told + (" (boundary_streets.csv lists them)" if said else "")]
