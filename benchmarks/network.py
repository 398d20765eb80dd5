"""
Real street lines to a network, and pavement rows to lines: time and memory, beside a peer.

    python benchmarks/network.py [--peers PYTHON]

PYTHON is the interpreter of an environment with momepy, which does the same step (lines to nodes,
and back to tables) on the same lines in the same run. The lines are in the folder of real data
beside the project; without it there is nothing to measure.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

DATA = Path(__file__).parents[2] / "shared" / "data"
CITIES = ("slc_4881", "wuhan_8989")
PEER = """
import json, resource, sys, time
import geopandas as gpd, momepy
lines = gpd.read_parquet(sys.argv[1]); begun = time.perf_counter()
graph = momepy.gdf_to_nx(lines[["geometry"]], approach="primal")
nodes, edges = momepy.nx_to_gdf(graph)
print(json.dumps({"seconds": time.perf_counter() - begun, "nodes": len(nodes),
    "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
"""


def _ours(path: Path) -> dict[str, float]:
    """Lines to a network, by phase, in this process."""
    import geopandas as gpd
    import pandas as pd

    from norwalk_geo import network

    raw = gpd.read_parquet(path)
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
        "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def _apart(arguments: list[str]) -> dict[str, float]:
    """Run a measurement in a process of its own, whose memory is its own, too."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", help="Python of an environment with momepy")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(_ours(Path(options.only))))
        return
    for city in CITIES:
        path = DATA / "graphs" / f"{city}.parquet"
        if not path.exists():
            print(f"{city}: the real data are not here")
            continue
        ours = _apart([sys.executable, __file__, "--only", str(path)])
        print(
            f"{city}: {ours['lines']:,.0f} lines, {ours['nodes']:,.0f} nodes in "
            f"{ours['seconds']:.1f} s (split {ours['split_s']:.1f}, join {ours['join_s']:.1f}, "
            f"graph {ours['graph_s']:.1f}), {ours['gb']:.2f} GB; promised 30 s and 2 GB"
        )
        if options.peers:
            peer = _apart([options.peers, "-c", PEER, str(path)])
            print(
                f"  momepy: {peer['nodes']:,.0f} nodes in {peer['seconds']:.1f} s, "
                f"{peer['gb']:.2f} GB: {peer['seconds'] / ours['seconds']:.1f} times our time"
            )


if __name__ == "__main__":
    main()
