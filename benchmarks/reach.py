"""
People within 1,200 m of every node, exactly, beside pandana, scipy and networkx; and gains.

Every engine runs in a process of its own on the same invented network, and does with its own
functions what is asked: scipy and networkx have no sum of their own, so that a matrix product or a
sum over the reached nodes follows their search. What an engine prepares beforehand counts; reading
the input and importing do not. The slow peers search from a sample of origins, scaled to all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["add", "main"]

ROOT = Path(__file__).parents[1]
LIMIT_MM = 1_200_000
SEED, SPACING_M = 20261123, 80.0
MISSING, DIAGONALS, JITTER, BEND = 0.22, 0.03, 0.18, 0.08
LIMITS_S = {100_000: 4.5, 500_000: 28.0}
SAMPLE = {"scipy": 1500, "networkx": 400}
SMALL = 1000
CANDIDATES, GAINS_NODES, REACH_MM, GAINS_LIMIT_S = 10_000, 31_000, 1_200_000, 60.0
PANDANA = "pandana>=0.7"


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `reach` and its options."""
    parser = commands.add_parser("reach", help="Measure reach beside its peers.")
    parser.add_argument("--nodes", type=int, nargs="+", default=[100_000], help="Sizes.")
    parser.add_argument("--peers", nargs="*", default=["scipy", "networkx"], help="Engines.")
    parser.add_argument("--pandana", metavar="PYTHON", help="Python with pandana; `new` makes one.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    parser.add_argument("--smoke", action="store_true", help="Small networks, to see that it runs.")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.set_defaults(main=main)


def draw(target: int) -> dict[str, np.ndarray]:
    """Invent streets: a jittered grid with missing links and a few diagonals, largest part only."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    random = np.random.default_rng(SEED)
    side = int(np.ceil(np.sqrt(target * 1.02)))
    row, column = np.divmod(np.arange(side * side), side)
    x, y = (
        base * SPACING_M + random.normal(0, JITTER * SPACING_M, (side, side)).ravel()
        for base in (row, column)
    )
    at = np.arange(side * side).reshape(side, side)
    down, across = at[:-1].ravel(), at[:, :-1].ravel()
    straight = np.stack([np.append(down, across), np.append(down + side, across + 1)])
    straight = straight[:, random.random(straight.shape[1]) > MISSING]
    corner = at[:-1, :-1].ravel()
    slanted = np.stack([corner, corner + side + 1])[:, random.random(len(corner)) < DIAGONALS]
    ends = np.concatenate([straight, slanted], axis=1)
    ones = np.ones(ends.shape[1])
    _, part = connected_components(coo_array((ones, ends), shape=(side**2, side**2)), False)
    kept = part == np.bincount(part).argmax()
    u, v = (np.cumsum(kept) - 1)[ends[:, kept[ends[0]]]]
    x, y = x[kept], y[kept]
    length = np.hypot(x[u] - x[v], y[u] - y[v])
    length *= 1 + np.abs(random.normal(0, BEND, len(length)))
    mm = np.round(np.round(np.maximum(length, 1.0), 3) * 1000).astype("int64")
    people = np.round(random.lognormal(2.0, 0.9, len(x))).astype("int64")
    return {"x": x, "y": y, "u": u, "v": v, "mm": mm, "people": people}


def ours(g: dict[str, np.ndarray]) -> dict[str, Any]:
    """Our own, from arrays to sums; numbered by place and at random."""
    from norwalk_geo import routing

    size = len(g["people"])
    small = routing.Graph.from_arrays([0], [1], [1], 2)
    routing.sum_within(small, [1, 1], 1)
    begin = time.process_time()
    graph = routing.Graph.from_arrays(g["u"], g["v"], g["mm"], size)
    built = time.process_time()
    sums = routing.sum_within(graph, g["people"], LIMIT_MM)
    end = time.process_time()
    name = np.random.default_rng(3).permutation(size)
    people = np.empty_like(g["people"])
    people[name] = g["people"]
    shuffled_begin = time.process_time()
    graph = routing.Graph.from_arrays(name[g["u"]], name[g["v"]], g["mm"], size)
    shuffled = routing.sum_within(graph, people, LIMIT_MM)
    shuffled_s = time.process_time() - shuffled_begin
    same = bool((shuffled[name] == sums).all())
    figures = {"prepare_s": built - begin, "cpu_s": end - begin, "shuffled_s": shuffled_s}
    return {**figures, "same_when_shuffled": same, "sum": int(sums.sum())}


def scipy(g: dict[str, np.ndarray]) -> dict[str, Any]:
    """Dijkstra of scipy from blocks of origins, then a product with the people."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    size = len(g["people"])
    origins = np.sort(
        np.random.default_rng(1).choice(size, min(SAMPLE["scipy"], size), replace=False)
    )
    begin = time.process_time()
    matrix = csr_array((g["mm"].astype("float64"), (g["u"], g["v"])), shape=(size, size))
    built = time.process_time()
    found = [
        (dijkstra(matrix, directed=False, indices=block, limit=LIMIT_MM) <= LIMIT_MM) @ g["people"]
        for block in np.array_split(origins, max(len(origins) // 50, 1))
    ]
    searched = time.process_time() - built
    return _sampled(built - begin, searched, origins, np.concatenate(found), size)


def networkx(g: dict[str, np.ndarray]) -> dict[str, Any]:
    """Dijkstra of networkx from one origin after the other."""
    import networkx as nx

    size, people = len(g["people"]), g["people"].tolist()
    origins = np.sort(
        np.random.default_rng(1).choice(size, min(SAMPLE["networkx"], size), replace=False)
    )
    begin = time.process_time()
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(*(g[k].tolist() for k in ("u", "v", "mm")), strict=True))
    built = time.process_time()
    search = nx.single_source_dijkstra_path_length
    found = [
        sum(map(people.__getitem__, search(graph, origin, cutoff=LIMIT_MM)))
        for origin in origins.tolist()
    ]
    searched = time.process_time() - built
    return _sampled(built - begin, searched, origins, np.array(found), size)


def _some(engine: str, size: int) -> np.ndarray:
    """Draw the origins of a slow engine."""
    count = min(SAMPLE[engine], size)
    return np.sort(np.random.default_rng(1).choice(size, count, replace=False))


def _sampled(
    built: float, searched: float, origins: np.ndarray, found: np.ndarray, size: int
) -> dict[str, Any]:
    """Scale a sample of origins to all."""
    return {
        "prepare_s": built,
        "cpu_s": built + searched * size / len(origins),
        "sampled": len(origins),
        "origins": origins.tolist(),
        "sums": found.tolist(),
    }


PANDANA_SCRIPT = """
import json, sys, time
import numpy as np, pandas as pd, pandana
g = np.load(sys.argv[1])
begin = time.process_time()
net = pandana.Network(pd.Series(g["x"]), pd.Series(g["y"]), pd.Series(g["u"]), pd.Series(g["v"]),
                      pd.DataFrame({"m": g["mm"] / 1000}), twoway=True)
net.precompute(1_200)
built = time.process_time()
net.set(pd.Series(np.arange(len(g["x"]))), variable=pd.Series(g["people"].astype("float64")),
        name="people")
found = net.aggregate(1_200, type="sum", decay="flat", name="people")
end = time.process_time()
print(json.dumps({"prepare_s": built - begin, "cpu_s": end - begin, "sum": float(found.sum())}))
"""


def gains(g: dict[str, np.ndarray]) -> dict[str, Any]:
    """Gains of 10,000 missing edges, a few of them checked against networks built anew."""
    import pandas as pd

    from norwalk_geo import routing

    random = np.random.default_rng(7)
    size, count = len(g["people"]), len(g["mm"])
    rows = random.choice(count, min(CANDIDATES, count // 5), replace=False)
    is_open = np.ones(count, dtype=bool)
    is_open[rows] = False
    ids = pd.Index([f"e{row:06}" for row in rows], name="edge_id")
    edges = pd.DataFrame({"u": g["u"][rows], "v": g["v"][rows], "cost": g["mm"][rows]}, index=ids)
    parks = np.sort(random.choice(size, size // 250, replace=False))
    graph = routing.Graph.from_arrays(g["u"], g["v"], g["mm"], size, is_open=is_open)
    routing.gains(graph, edges.iloc[:2], g["people"], {"park": parks}, REACH_MM)
    begin, waited = time.process_time(), time.perf_counter()
    graph = routing.Graph.from_arrays(g["u"], g["v"], g["mm"], size, is_open=is_open)
    table = routing.gains(graph, edges, g["people"], {"park": parks}, REACH_MM)
    end, waited = time.process_time(), time.perf_counter() - waited
    before = routing.nearest(graph, parks, REACH_MM).cost >= 0
    checked = np.append(np.argsort(-table["people_gained"].to_numpy())[:10], range(10))
    for k in checked:
        repaired = routing.recost_edges(graph, [rows[k]], [g["mm"][rows[k]]])
        after = routing.nearest(repaired, parks, REACH_MM).cost >= 0
        if g["people"][after & ~before].sum() != table["people_gained"].iloc[k]:
            sys.exit(f"gains: {ids[k]} is wrong")
    helps = int(table["people_gained"].gt(0).sum())
    figures = {"cpu_s": end - begin, "seconds": waited, "edges": count, "nodes": size}
    return {**figures, "candidates": len(rows), "help": helps, "checked": len(checked)}


ENGINES = {"ours": ours, "scipy": scipy, "networkx": networkx, "gains": gains}


def _apart(command: list[str]) -> dict[str, Any]:
    """Run one engine in a process of its own."""
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _with_pandana(folder: Path) -> str:
    """Make an environment with pandana."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", PANDANA, "numpy", "pandas"], check=True)
    return python


def _one_size(target: int, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Run every engine on one network."""
    drawn = draw(target)
    file = folder / f"{target}.npz"
    np.savez(file, **drawn)
    engines = ["ours", *options.peers]
    me = [sys.executable, "-m", "benchmarks", "reach", "--one"]
    found = {engine: _apart([*me, engine, str(file)]) for engine in engines}
    if options.pandana:
        python = options.pandana
        if python == "new":
            python = _with_pandana(folder / "pandana")
        found["pandana"] = _apart([python, "-c", PANDANA_SCRIPT, str(file)])
    from norwalk_geo import routing

    graph = routing.Graph.from_arrays(drawn["u"], drawn["v"], drawn["mm"], len(drawn["people"]))
    for engine in set(options.peers) & set(SAMPLE):
        origins, sums = (found[engine].pop(key) for key in ("origins", "sums"))
        mine = routing.sum_within(graph, drawn["people"], LIMIT_MM, origins=origins)
        found[engine]["equal"] = bool((mine == sums).all())
    return {"nodes": len(drawn["people"]), "edges": len(drawn["mm"]), "engines": found}


def show(found: dict[str, Any]) -> None:
    """Print the figures."""
    print(f"load of the machine {os.getloadavg()[0]:.1f}; all figures are processor seconds")
    for target, size in found["sizes"].items():
        mine = size["engines"]["ours"]
        limit = LIMITS_S.get(int(target))
        print(f"\n{size['nodes']:,} nodes, {size['edges']:,} edges, people within 1,200 m of each")
        print(f"  ours {mine['cpu_s']:.2f} s ({mine['prepare_s']:.2f} of it to prepare)", end="")
        print(f"; at most {limit} asked" if limit else "")
        ratio = mine["shuffled_s"] / mine["cpu_s"]
        print(f"  ids shuffled: {ratio:.2f} times that, same sums: {mine['same_when_shuffled']}")
        for engine, one in size["engines"].items():
            if engine == "ours":
                continue
            note = f"{one['prepare_s']:.2f} of it to prepare"
            if "sampled" in one:
                note += f"; from {one['sampled']:,} origins, all sums equal: {one['equal']}"
            else:
                note += f"; total {one['sum'] / mine['sum'] - 1:+.4%} against ours"
            times = one["cpu_s"] / mine["cpu_s"]
            print(f"  {engine} {one['cpu_s']:.1f} s: {times:.0f} times ({note})")
    one = found["gains"]
    print(
        f"\ngains of {one['candidates']:,} edges, {one['edges']:,} edges in all: "
        f"{one['cpu_s']:.2f} s ({one['seconds']:.2f} waited) of {GAINS_LIMIT_S:.0f} asked; "
        f"{one['help']:,} help; {one['checked']} equal networks built anew"
    )


def main(options: argparse.Namespace) -> None:
    """Measure and report; nothing fails for being slow."""
    if options.one:
        engine, file = options.one
        print(json.dumps(ENGINES[engine](dict(np.load(file)))))
        return
    gains_nodes = GAINS_NODES
    if options.smoke:
        options.nodes, gains_nodes = [SMALL], SMALL
    with tempfile.TemporaryDirectory(prefix="norwalk-reach-") as name:
        folder = Path(name)
        sizes = {f"{target}": _one_size(target, options, folder) for target in options.nodes}
        np.savez(folder / "gains.npz", **draw(gains_nodes))
        me = [sys.executable, "-m", "benchmarks", "reach", "--one"]
        found = {"sizes": sizes, "gains": _apart([*me, "gains", str(folder / "gains.npz")])}
    if options.json:
        print(json.dumps(found))
        return
    show(found)
