"""
Real street lines to a network, and pavement rows to lines: time and memory, beside peers.

Each peer does the same step on the same lines in the same run: momepy takes lines to a graph and
back to tables; snkit cuts lines where others end and joins them, on a part of the lines, since it
takes long; osmnx reads the streets of an extract and joins what only follows each other, for it
works on its own graphs alone. The lines are in the folder of real data beside the project.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "shared" / "data"
CITIES = ("slc_4881", "wuhan_8989")
EXTRACT, EXTRACT_CRS = "andorra.osm.pbf", "EPSG:25831"
PART = 3000
TOLD = 'print(json.dumps({"seconds": time.perf_counter() - begun, "nodes": count, "gb": \
resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))'
HEAD = "import json, resource, sys, time, warnings\nwarnings.filterwarnings('ignore')\n"
PEERS = {
    "momepy": """
import geopandas as gpd, momepy
lines = gpd.read_parquet(sys.argv[1])[["geometry"]]; begun = time.perf_counter()
graph = momepy.gdf_to_nx(lines, approach="primal")
count = len(momepy.nx_to_gdf(graph)[0])
""",
    "snkit": """
import geopandas as gpd, snkit.network as snkit
lines = gpd.read_parquet(sys.argv[1])[["geometry"]].iloc[: int(sys.argv[2])]
begun = time.perf_counter()
network = snkit.add_endpoints(snkit.Network(edges=lines))
network = snkit.split_edges_at_nodes(network, tolerance=1e-6)
count = len(snkit.add_topology(snkit.add_ids(network)).nodes)
""",
    "osmnx": """
import osmnx
begun = time.perf_counter()
graph = osmnx.graph_from_xml(sys.argv[1], bidirectional=True, simplify=True, retain_all=True)
count = len(graph)
""",
}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `network` and its options."""
    parser = commands.add_parser("network", help="Join real street lines beside peers.")
    parser.add_argument("--peers", help="Python of an environment with momepy, snkit and osmnx.")
    parser.add_argument("--only", choices=["momepy", "snkit", "osmnx"], help="One peer alone.")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.set_defaults(main=main)


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def lines_to_network(path: Path, count: int | None) -> dict[str, float]:
    """Lines to a network and a graph, by phase, in this process."""
    import geopandas as gpd
    import pandas as pd

    from norwalk_geo import network

    raw = gpd.read_parquet(path).iloc[:count]
    ids = pd.Index([f"s{i:06}" for i in range(len(raw))], name="section_id")
    lines = raw.set_axis(ids).assign(functional_class="residential")
    marks = [time.perf_counter()]
    cut = network.split_at_nodes(lines)
    marks.append(time.perf_counter())
    built = network.build(cut)
    marks.append(time.perf_counter())
    network.to_graph(built)
    marks.append(time.perf_counter())
    split, join, graph = (b - a for a, b in pairwise(marks))
    return {
        "lines": len(raw),
        "split_s": split,
        "join_s": join,
        "graph_s": graph,
        "seconds": marks[-1] - marks[0],
        "nodes": len(built.nodes),
        "gb": _peak_gb(),
    }


def extract_to_network(path: Path) -> dict[str, float]:
    """An extract's streets to a network without what only follows each other, in this process."""
    import pandas as pd

    from norwalk_geo import network, sources

    begun = time.perf_counter()
    raw = sources.read_osm(path).to_crs(EXTRACT_CRS)
    ids = pd.Index("w" + raw["osm_id"], name="section_id")
    lines = raw[["geometry"]].set_axis(ids).assign(functional_class="residential")
    lines = lines[lines.geometry.length > 0]
    merged = network.merge_degree_two(lines)
    nodes = len(network.build(merged.sections).nodes)
    taken = time.perf_counter() - begun
    return {"lines": len(raw), "seconds": taken, "nodes": nodes, "gb": _peak_gb()}


def _streets_alone(folder: Path) -> Path:
    """Write the streets of the extract as XML, which is what osmnx reads."""
    import osmium

    from norwalk_geo import sources

    source, target = DATA / "graphs" / EXTRACT, folder / "streets.osm"
    kept = set(sources.read_osm(source)["osm_id"].str.split("-").str[0].astype("int64"))
    with osmium.BackReferenceWriter(str(target), ref_src=str(source), overwrite=True) as writer:
        for way in osmium.FileProcessor(str(source), osmium.osm.WAY):
            if way.id in kept:
                writer.add(way)
    return target


def _apart(arguments: list[str]) -> dict[str, float]:
    """Run a measurement in a process of its own, whose memory is its own, too."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _ours(path: Path, count: int = 0) -> dict[str, float]:
    part = f"{path}|{count}"
    return _apart([sys.executable, "-m", "benchmarks", "network", "--part", part])


def _peer(python: str, name: str, *arguments: object) -> dict[str, float]:
    return _apart([python, "-c", HEAD + PEERS[name] + TOLD, *map(str, arguments)])


def _said(name: str, peer: dict[str, float], ours: dict[str, float]) -> str:
    return (
        f"  {name}: {peer['nodes']:,.0f} nodes in {peer['seconds']:.1f} s, {peer['gb']:.2f} GB: "
        f"{peer['seconds'] / ours['seconds']:.1f} times our {ours['seconds']:.1f} s "
        f"for {ours['nodes']:,.0f} nodes"
    )


def _part(text: str) -> None:
    """Measure one thing in this process, for the process that asked."""
    place, count = text.split("|")
    path = Path(place)
    if path.suffix == ".parquet":
        print(json.dumps(lines_to_network(path, int(count) or None)))
    else:
        print(json.dumps(extract_to_network(path)))


def _measure_city(city: str, python: str | None, only: str | None) -> None:
    """Join the lines of a city, and let peers do so."""
    path = DATA / "graphs" / f"{city}.parquet"
    if not path.exists():
        print(f"{city}: the real data are not here")
        return
    ours = _ours(path)
    print(
        f"{city}: {ours['lines']:,.0f} lines, {ours['nodes']:,.0f} nodes in "
        f"{ours['seconds']:.1f} s (split {ours['split_s']:.1f}, join {ours['join_s']:.1f}, "
        f"graph {ours['graph_s']:.1f}), {ours['gb']:.2f} GB; promised 30 s and 2 GB"
    )
    if python and only in {None, "momepy"}:
        print(_said("momepy, without cutting or snapping", _peer(python, "momepy", path), ours))
    if python and only in {None, "snkit"}:
        part = _ours(path, PART)
        peer = _peer(python, "snkit", path, PART)
        print(_said(f"snkit, the first {PART:,} lines", peer, part))


def main(options: argparse.Namespace) -> None:
    """Measure every city, and the extract beside osmnx."""
    if options.part:
        _part(options.part)
        return
    for city in CITIES:
        _measure_city(city, options.peers, options.only)
    if not (DATA / "graphs" / EXTRACT).exists():
        print(f"{EXTRACT}: the real data are not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        target = _streets_alone(Path(folder))
        ours = _ours(target)
        print(f"{EXTRACT}: {ours['nodes']:,.0f} nodes in {ours['seconds']:.1f} s")
        if options.peers and options.only in {None, "osmnx"}:
            print(_said("osmnx, the streets as XML", _peer(options.peers, "osmnx", target), ours))
