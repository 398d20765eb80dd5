"""Measure the whole job by phase on invented cities, and what was promised beside its limit."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import peers, phases

__all__ = ["add", "main"]

ROOT = Path(__file__).parents[1]
SUBJECTS = ("town", "norwalk", "5000", "county")
PROMISED = "5000"  # sections, × ten years: what the limits are about
KILOBYTE, MEGABYTE = 1024, 1_000_000
LIMITS = {"run_s": 15.0, "run_mb": 1_000.0, "help_ratio": 2.0, "schema_ms": 50.0}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `run` and its options."""
    parser = commands.add_parser("run", help="Measure the whole job by phase.")
    parser.add_argument("--subjects", nargs="+", default=SUBJECTS, help="Sizes of invented cities.")
    parser.add_argument("--smoke", action="store_true", help="Only the town, once: does it work?")
    parser.add_argument("--json", type=Path, help="Also write the figures to this file.")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(main=main)


def norwalk(*words: str | Path) -> list[str]:
    """Write a command of the program for this very Python."""
    begin = "from norwalk_geo.cli import main; main()"
    return [sys.executable, "-c", begin, *map(str, words)]


def phase_run(city: Path, out: Path, **settings: str) -> dict[str, Any]:
    """Measure one run by phase in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "run", "--one", str(city), str(out)]
    environment = {**os.environ, phases.START: f"{time.time()}", **settings}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def whole_run(city: Path, out: Path) -> dict[str, float]:
    """Seconds and most memory of `norwalk run`, as whoever waits for it sees them."""
    begin = time.perf_counter()
    started = subprocess.Popen(norwalk("run", city, "--out", out, "--quiet"))
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        sys.exit(f"norwalk run {city.name} ended with {started.returncode}")
    return {
        "run_s": time.perf_counter() - begin,
        # What the run asks of a processor, whatever else the machine does at the time.
        "cpu_s": used.ru_utime + used.ru_stime,
        "run_mb": used.ru_maxrss * KILOBYTE / MEGABYTE,
    }


def _count_ramps(settings: Path, *, is_wanted: bool) -> None:
    """Take curb ramps into the plan of an invented city, or leave them out."""
    without = "[plan.ramps]\ninclude = false\n"
    text = settings.read_text(encoding="utf-8").replace(without, "")
    text += "" if is_wanted else f"\n{without}"
    settings.write_text(text, encoding="utf-8")


def subject(size: str, folder: Path, *, is_smoke: bool = False) -> dict[str, Any]:
    """Invent a city, run the job on it with curb ramps, then on streets alone by phase."""
    city, out = folder / f"city-{size}", folder / f"out-{size}"
    made = norwalk("new", city, "--synthetic", "--size", size, "--quiet")
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    _count_ramps(city / "norwalk.toml", is_wanted=True)
    # The first run compiles where nobody has yet, and fills the disk's cache.
    obliged = whole_run(city, out)
    if not is_smoke:
        obliged = whole_run(city, out)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    ramps = {**obliged, "gap": summary["gap"], "ramps_usd": summary["ramps"]["cost_usd"]}
    _count_ramps(city / "norwalk.toml", is_wanted=False)
    whole = whole_run(city, out)
    by_phase = phase_run(city, out)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    nothing, bound = summary["do_nothing"], summary["bound"]
    shares = {
        name: (one["objective"] - nothing) / (bound - nothing)
        for name, one in {**summary["policies"], "plan": summary}.items()
        if bound > nothing
    }
    figures = {"sections": summary["sections"], "years": len(summary["years"])}
    return {
        **figures,
        **whole,
        **by_phase,
        "gap": summary["gap"],
        "share_of_gain": shares,
        "with_ramps": ramps,
    }


def cold(city: Path, out: Path, folder: Path) -> dict[str, float]:
    """Seconds that a first run takes more because nothing is compiled yet."""
    cache = folder / "no-cache-yet"
    first = phase_run(city, out, NUMBA_CACHE_DIR=str(cache))["total_s"]
    again = phase_run(city, out, NUMBA_CACHE_DIR=str(cache))["total_s"]
    return {"first_s": first, "again_s": again, "compiling_s": first - again}


def promises(found: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Put what was measured beside what was promised."""
    measured = {"help_ratio": found["help"]["ratio"], "schema_ms": found["schema"]["ms"]}
    if PROMISED in found["subjects"]:
        measured |= {name: found["subjects"][PROMISED][name] for name in ("run_s", "run_mb")}
    return {
        name: {"measured": measured[name], "limit": limit}
        for name, limit in LIMITS.items()
        if name in measured
    }


def show(found: dict[str, Any]) -> None:
    """Print the figures as tables."""
    subjects = found["subjects"]
    machine = "{cores} cores, of which others used {load:.1f} at the end; Python {python}\n"
    print(machine.format(**found["machine"]))
    print(
        "seconds (share)".ljust(18),
        *(f"{one['sections']:>8,} sections" for one in subjects.values()),
    )
    for phase in phases.PHASES:
        cells = (
            f"{one['seconds'][phase]:9.2f} ({one['seconds'][phase] / one['total_s']:4.0%})"
            for one in subjects.values()
        )
        print(phase.ljust(18), *(cell.rjust(17) for cell in cells))
    rows = {
        "norwalk run, s": lambda one: f"{one['run_s']:.2f}",
        "of a processor, s": lambda one: f"{one['cpu_s']:.2f}",
        "peak memory, MB": lambda one: f"{one['run_mb']:.0f}",
        "gap of the gain": lambda one: f"{one['gap']:.4%}",
        "worst first has": lambda one: f"{one['share_of_gain']['worst_first']:.1%}",
        "with curb ramps, seconds": lambda one: f"{one['with_ramps']['run_s']:.1f}",
        "with curb ramps, most MB": lambda one: f"{one['with_ramps']['run_mb']:,.0f}",
        "with curb ramps, gap": lambda one: f"{one['with_ramps']['gap']:.4%}",
    }
    for name, cell in rows.items():
        print(name.ljust(18), *(cell(one).rjust(17) for one in subjects.values()))
    if "cold" in found:
        said = "\ncold: {first_s:.1f} s the first time, {again_s:.1f} s after"
        print(said.format(**found["cold"]))
    print(
        "help: {ms:.0f} ms, bare Typer {typer_ms:.0f} ms, {commands} commands".format(
            **found["help"]
        )
    )
    print(
        "schema: {ms:.0f} ms for {rows:,} rows, pandera {pandera_ms:.0f} ms".format(
            **found["schema"]
        )
    )
    for name, one in found["promises"].items():
        verdict = "kept" if one["measured"] <= one["limit"] else "NOT KEPT"
        print(f"{name}: {one['measured']:.2f} of at most {one['limit']:g}: {verdict}")


def main(options: argparse.Namespace) -> None:
    """Measure and report; nothing fails for being slow."""
    if options.one:
        print(json.dumps(phases.measure(*options.one)))
        return
    sizes = ("town",) if options.smoke else tuple(options.subjects)
    times = 1 if options.smoke else 7
    with tempfile.TemporaryDirectory(prefix="norwalk-bench-") as name:
        folder = Path(name)
        found: dict[str, Any] = {
            "subjects": {size: subject(size, folder, is_smoke=options.smoke) for size in sizes}
        }
        if not options.smoke:
            found["cold"] = cold(folder / f"city-{sizes[0]}", folder / "out-cold", folder)
    found["help"] = peers.help_times(times=times)
    found["schema"] = peers.schema_times(times=times)
    found["promises"] = promises(found)
    load = max(os.getloadavg()[0] - 1, 0.0)
    python = platform.python_version()
    found["machine"] = {"cores": os.cpu_count(), "load": load, "python": python}
    found["version"] = version("norwalk_geo")
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
