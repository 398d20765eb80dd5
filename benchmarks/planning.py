"""Measure the plan beside its peers: each method in a process of its own, compiled beforehand."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["add", "main"]

METHODS = ("optimal", "ranking", "ibc", "worst_first")
BLIND = "blind"  # the best plan that does not know of ramps
WARM_SECTIONS = 200
KILOBYTES, BYTES_A_MEGABYTE = 1024, 1_000_000
ROOT = Path(__file__).parents[1]


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `budget` and its options."""
    parser = commands.add_parser("budget", help="Measure the plan beside its peers.")
    parser.add_argument("--sections", type=int, required=True, help="Sections of the network.")
    parser.add_argument("--years", type=int, default=10, help="Years of the plan.")
    parser.add_argument(
        "--age-alone", action="store_true", help="State is effective age alone: no seal counts."
    )
    parser.add_argument(
        "--corners", action="store_true", help="On a grid whose corners lack ramps; about as many."
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    parser.add_argument("--method", choices=(*METHODS, BLIND), help=argparse.SUPPRESS)
    parser.set_defaults(main=main)


def peak_mb() -> float:
    """Most memory that this process held so far."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        kilobytes = next(line.split()[1] for line in status.splitlines() if "VmHWM" in line)
        return int(kilobytes) * KILOBYTES / BYTES_A_MEGABYTE
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTES / BYTES_A_MEGABYTE


def measure(method: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one method: compile on a small network, draw the large one, then take the time."""
    from benchmarks import corners, instance
    from norwalk_geo.budget import choose, policies
    from norwalk_geo.budget.questions import hidden, solving
    from norwalk_geo.budget.ramps import tables

    drawer = corners if options.corners else instance
    peers = {
        "blind": hidden.unseen,
        "ranking": policies.ranking,
        "ibc": policies.benefit_cost,
        "worst_first": policies.worst_first,
    }

    def plan(drawn: Any) -> dict[str, Any]:  # noqa: ANN401
        case = drawer.layout(drawn, life, options.years)
        laid_out = time.perf_counter()
        made = (
            solving.solve(case)
            if method == "optimal"
            else solving.played(case, fitted(case, peers[method]), bound=0.0)
        )
        done = time.perf_counter()
        cents = choose.cost_cents(case, made.treatments).sum(axis=0)
        cents += tables.ramp_cents(case, made.treatments)
        told = ramps(case, peers[method]) if method == "blind" else {}
        if (cents > case.budget_cents).any():
            sys.exit(f"{method}: a year is over budget")
        return {
            "layout_seconds": laid_out - begin,
            "seconds": done - begin,
            "objective": made.objective,
            "bound": made.bound if method == "optimal" else None,
            "do_nothing": solving.no_work(case).objective,
            "spent_share": float(cents.sum() / case.budget_cents.sum()),
            **told,
        }

    def fitted(case: Any, planner: Any) -> Any:  # noqa: ANN401
        """A peer pays for its ramps as it goes; a blind planner sets their true bill aside."""
        if method != BLIND:
            return planner(case)
        lives = hidden.set_aside(case, planner)
        return policies.do_nothing(case) if lives is None else lives

    def ramps(case: Any, planner: Any) -> dict[str, float]:  # noqa: ANN401
        """What the blind plan hides, in shares of the money."""
        if case.duties is None:
            return {}
        bill = case.duties.bill(planner(case)).sum(axis=0)
        share = float(bill.sum() / case.budget_cents.sum())
        return {"hidden_share": share, "hidden_worst": float((bill / case.budget_cents).max())}

    life = instance.lifecycle(age_alone=options.age_alone)
    begin = time.perf_counter()
    plan(drawer.stock(WARM_SECTIONS, life))
    drawn = drawer.stock(options.sections, life)
    begin = time.perf_counter()
    made = plan(drawn)
    return {**made, "peak_mb": peak_mb()}


def run(method: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one method in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "budget", "--method", method]
    command += ["--sections", str(options.sections), "--years", str(options.years)]
    command += ["--age-alone"] if options.age_alone else []
    command += ["--corners"] if options.corners else []
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(options: argparse.Namespace) -> None:
    """Measure every method and print the result."""
    if options.method:
        print(json.dumps(measure(options.method, options)))
        return
    methods = (*METHODS, BLIND) if options.corners else METHODS
    every = {method: run(method, options) for method in methods}
    best = every["optimal"]
    room = best["bound"] - best["do_nothing"]
    shares = {name: (one["objective"] - best["do_nothing"]) / room for name, one in every.items()}
    state = "effective age alone" if options.age_alone else "effective age and seals"
    result = {
        **{key: best[key] for key in ("seconds", "peak_mb", "objective", "bound", "do_nothing")},
        "gap": (best["bound"] - best["objective"]) / room,
        "share_of_gain": {name: shares[name] for name in METHODS},
        "more": {
            "sections": options.sections,
            "years": options.years,
            "state": state,
            **({"share_of_gain_blind": shares[BLIND]} if BLIND in shares else {}),
            "methods": every,
        },
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{options.sections:,} sections × {options.years} years, {state}")
    print(f"gap {result['gap']:.4%} of the gain; objective {best['objective']:.4f}")
    for name, one in every.items():
        print(f"{name:12} {shares[name]:9.4%} {one['seconds']:8.2f} s {one['peak_mb']:8.0f} MB")
