"""An invented city with all that sites can have: a boundary, gates, alternatives and buses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import timetables as toy
from commands import edit, norwalk
from shapely import LineString, Point

from norwalk_geo import io

CITY = "Sample city in Norwalk's place"
_TABLES = "site_boundaries", "site_entrances", "site_edits", "transit_stops"


def layers(city: Path) -> dict[str, gpd.GeoDataFrame]:
    """Move two sites into the town: one with a boundary and a gate, one with neither."""
    sections = gpd.GeoDataFrame(io.read_table(city / "clean" / "sections.gpkg", "sections"))
    every = gpd.GeoDataFrame(io.read_table(city / "clean" / "sites.gpkg", "sites"))
    west, south, east, north = sections.total_bounds
    middle = Point((west + east) / 2, (south + north) / 2)
    shapes = every.geometry.to_dict() | {"excelsior": middle, "c_line": middle}
    shapes["transit_village"] = Point(middle.x + 900, middle.y + 300)
    sites = every.set_geometry(gpd.GeoSeries(shapes, crs=every.crs).reindex(every.index))
    square = shapes["transit_village"].buffer(200, cap_style="square")
    crs, source = every.crs, "invented"
    gates = {
        "alternative": [None, "North gate"],
        "site_id": "transit_village",
        "entrance_is": ["gate", None],
        "source": source,
    }
    where = [Point(square.bounds[0], middle.y + 300), Point(middle.x + 900, square.bounds[3])]
    ids = pd.Index(["g1", "g2"], name="entrance_id")
    ends = sections.geometry.iloc[0].coords[0]
    path = LineString([ends, (middle.x - 30, middle.y - 30)])
    edits = {
        "alternative": ["Path", "Path", "Bus often"],
        "change": ["add", "close", "bus"],
        "edge_id": [None, sections.index[5], None],
        "kind": ["path", None, None],
        "route_id": [None, None, "r"],
        "headway_min": [None, None, 10],
    }
    return {
        "sites": sites,
        "site_boundaries": gpd.GeoDataFrame(
            {"boundary_is": "sketch", "source": source},
            index=pd.Index(["transit_village"], name="site_id"),
            geometry=[square],
            crs=crs,
        ),
        "site_entrances": gpd.GeoDataFrame(gates, index=ids, geometry=where, crs=crs),
        "site_edits": gpd.GeoDataFrame(
            edits,
            index=pd.Index(["e1", "e2", "e3"], name="edit_id"),
            geometry=[path, None, None],
            crs=crs,
        ),
    }


def feed(folder: Path, sections: gpd.GeoDataFrame) -> Path:
    """Run a bus across the town twice an hour; the last stop says nothing of wheelchairs."""
    line = sections.to_crs("EPSG:4326").geometry
    ends = [line.iloc[0].coords[0], line.iloc[len(line) // 2].coords[0], line.iloc[-1].coords[-1]]
    kinds = ("1", "1", "")
    stops = [(f"b{k}", f"B{k}", y, x, kinds[k]) for k, (x, y) in enumerate(ends)]
    trips = [("r", "week", f"t{k}", "1") for k in range(4)]
    calls = [
        (f"t{k}", f"b{stop}", stop, toy.clock(25_200 + 1800 * k + 180 * stop), "")
        for k in range(4)
        for stop in range(3)
    ]
    texts = toy.TOY | {
        "stops": toy.table("stop_id,stop_name,stop_lat,stop_lon,wheelchair_boarding", stops),
        "trips": toy.table("route_id,service_id,trip_id,wheelchair_accessible", trips),
        "stop_times": toy.table("trip_id,stop_id,stop_sequence,arrival_time,departure_time", calls),
    }
    return toy.pack(folder, texts)


def results(city: Path, plan: Mapping[str, float], removals: Mapping[str, float]) -> Path:
    """Write what `norwalk run` and `norwalk ada` would, as far as sites read it."""
    folder = city / "out"
    (folder / "ada").mkdir(parents=True)
    about = {"city": CITY, "as_of": "2026-07-01"}
    for own, kind in ((folder, "plan"), (folder / "ada", "ada")):
        (own / "summary.json").write_text(json.dumps({"kind": kind, **about}), encoding="utf-8")
    work = [(2027, k, "Slurry seal", usd, "A", "B", "C") for k, usd in plan.items()]
    names = "year,section_id,treatment_label,cost_usd,street_name,from_street,to_street"
    (folder / "work_plan.csv").write_text(toy.table(names, work), encoding="utf-8")
    rows = [(k, "Build a curb ramp", "2028", usd, "") for k, usd in removals.items()]
    names = "barrier_id,method,year,cost_usd,location"
    (folder / "ada" / "transition_plan.csv").write_text(toy.table(names, rows), encoding="utf-8")
    return folder


def make(folder: Path) -> tuple[Path, Path]:
    """Make the city and its feed; near one site is an operator without a timetable."""
    city = folder / "c"
    assert norwalk("new", city, "--synthetic", "--size", "town").code == 0
    made = layers(city)
    sections = gpd.GeoDataFrame(io.read_table(city / "clean" / "sections.gpkg", "sections"))
    operators = ["Toy Transit", "Other Lines"]
    middle = made["sites"].geometry["excelsior"]
    made["transit_stops"] = gpd.GeoDataFrame(
        {"stop_name": "B"},
        index=pd.MultiIndex.from_product([operators, ["b0"]], names=["operator", "stop_id"]),
        geometry=[middle, Point(middle.x - 2_000, middle.y)],
        crs=sections.crs,
    )
    for name, layer in made.items():
        io.write_table(layer, city / "clean" / f"{name}.gpkg", name)
    lines = "".join(f'{name} = "clean/{name}.gpkg"\n' for name in _TABLES)
    edit(city / "norwalk.toml", lambda text: text.replace("[tables]\n", f"[tables]\n{lines}"))
    return city, feed(folder, sections)
