"""One run of `norwalk run` in this process, its time shared out among the phases of the job."""

from __future__ import annotations

import functools
import importlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.planning import peak_mb

__all__ = ["PHASES", "START", "measure"]

# When the process was asked for, on the clock of the one that asked.
START = "NORWALK_BENCH_START"
# A function's own time counts for its phase, without that of listed functions that it calls.
_WATCHED = {
    "read": ("norwalk_geo.io:read_table", "norwalk_geo.schema:parameters"),
    "check": ("norwalk_geo.schema:check", "norwalk_geo.network:check_crs"),
    "assess": ("norwalk_geo.pci:latest", "norwalk_geo.treatments:lifecycle"),
    "plan: graph": ("norwalk_geo.budget.plan:build_case",),
    "plan: bound": ("norwalk_geo.budget.bound:minimize",),
    "plan: gather": ("norwalk_geo.budget.choose:gather",),
    "plan: choose": ("norwalk_geo.budget.core:choose",),
    "plan: tables": ("norwalk_geo.budget.plan:record", "norwalk_geo.report:summary"),
    "write": ("norwalk_geo.report:write_plan",),
    "page": ("norwalk_geo.website:page", "norwalk_geo.website:publish"),
}
# "start" is everything until the command begins; "other" what no phase claims.
PHASES = ("start", *_WATCHED, "other")


class Watch:
    """Seconds by phase; of nested phases only the inner one runs."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self.stack: list[str] = []
        self.since = time.perf_counter()

    def turn(self) -> None:
        """Give the time since the last turn to the running phase."""
        now = time.perf_counter()
        self.seconds[self.stack[-1] if self.stack else "other"] += now - self.since
        self.since = now

    def watch(self, phase: str, place: str) -> None:
        """Replace a function by one that says when it runs."""
        module, name = place.split(":")
        room = importlib.import_module(module)
        function: Callable[..., Any] = getattr(room, name)

        @functools.wraps(function)
        def watched(*values: Any, **named: Any) -> Any:  # noqa: ANN401
            self.turn()
            self.stack.append(phase)
            try:
                return function(*values, **named)
            finally:
                self.turn()
                self.stack.pop()

        setattr(room, name, watched)


def measure(city: Path, out: Path) -> dict[str, Any]:
    """Do the whole job once and say where the time went, in seconds and megabytes."""
    watch = Watch()
    for phase, places in _WATCHED.items():
        for place in places:
            watch.watch(phase, place)
    from norwalk_geo.cli.commands import app

    begun = time.perf_counter()
    started = time.time() - float(os.environ.get(START, time.time()))
    watch.since = begun
    app(["run", str(city), "--out", str(out), "--quiet"], standalone_mode=False)
    watch.turn()
    seconds = {**watch.seconds, "start": started}
    return {"seconds": seconds, "total_s": sum(seconds.values()), "peak_mb": peak_mb()}
