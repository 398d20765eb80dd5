"""What a person or a script sees of a command."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from norwalk_geo.cli import phrases

if TYPE_CHECKING:
    from norwalk_geo.cli.records import Brought, City, Outcome
    from norwalk_geo.errors import NorwalkError

__all__ = ["Show"]

_PATIENCE_S = 2.0

_MILLION = 1e6


class Show:
    """
    Printer of one command: results on standard output, progress and errors on the other.

    Parameters
    ----------
    as_json
        Print one JSON object instead of words.
    quiet
        Print nothing but errors.
    """

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json, self.quiet = as_json, quiet
        self.out = Console(emoji=False, highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, emoji=False, highlight=False, soft_wrap=True)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self.err,
            transient=True,
        )
        self.task = self.progress.add_task("Starting", total=None)
        # Work of under two seconds needs no bar.
        self.timer = threading.Timer(_PATIENCE_S, self.progress.start)
        self.timer.daemon = True

    def __enter__(self) -> Self:
        """Begin to watch the time."""
        if not (self.quiet or self.as_json) and sys.stderr.isatty():
            self.timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._end_bar()

    def _end_bar(self) -> None:
        """Take the bar away before anything else is written to the terminal."""
        self.timer.cancel()
        if self.timer.ident is not None:
            self.timer.join()
        # Stopping a bar that was never shown prints an empty line.
        if self.progress.live.is_started:
            self.progress.stop()

    def step(self, what: str) -> None:
        """Say what is being done now."""
        self.progress.update(self.task, description=what, completed=0, total=None)

    def share(self, done: float) -> None:
        """Say how much of the step is done, from 0 to 1."""
        self.progress.update(self.task, completed=done, total=1.0)

    def _say(self, *lines: str) -> None:
        """Print lines for a person. Names from files are escaped by the caller."""
        self._end_bar()
        if not (self.quiet or self.as_json):
            for line in lines:
                self.out.print(line)

    def _json(self, value: Mapping[str, Any]) -> None:
        if self.as_json:
            sys.stdout.write(json.dumps(value, indent=2) + "\n")

    def error(self, error: NorwalkError) -> None:
        """Print an error whole."""
        problems = [
            {"where": p.where, "what": p.what, "rows": list(p.rows), "remedy": p.remedy}
            for p in error.problems
        ]
        self._json({"kind": "error", "message": str(error), "problems": problems})
        if not self.as_json:
            self.err.print(f"[bold red]{escape(str(error))}[/]")

    def stopped(self) -> None:
        """Say that the run was interrupted."""
        text = "Interrupted. No result is half written: those of the last whole run are there."
        self._json({"kind": "error", "message": text, "problems": []})
        if not self.as_json:
            self.err.print(text)

    def made(self, city: Path) -> None:
        """Show a new city folder."""
        self._json({"kind": "new", "city": str(city)})
        self._say(f"Made {escape(str(city))}. Next: edit {escape(str(city / 'norwalk.toml'))}.")

    def checked(self, city: City, faults: Mapping[str, int] | None = None) -> None:
        """Show what a check found in order, and the faults of the streets where they were drawn."""
        tables = {one.table: one.rows for one in city.inputs}
        drawn = {} if faults is None else {"faults": dict(faults)}
        self._json({"kind": "check", "city": city.config.city, "tables": tables, **drawn})
        self._say(f"{escape(city.config.city)}: everything is in order.")
        self._say(*(f"  {name}: {rows:,} rows" for name, rows in tables.items()))
        if faults is not None:
            self._say(f"Places to look at in the streets: {sum(faults.values()):,}")
            self._say(*(f"  {name}: {count:,}" for name, count in faults.items()))

    def matched(self, brought: Brought) -> None:
        """Show how a pavement table was joined to lines."""
        self._json({"kind": "match", **brought.report, "written": brought.written})
        self._say(*(escape(line) for line in brought.lines))
        self._say(*(f"Written: {escape(path)}" for path in brought.written))

    def imported(self, brought: Brought) -> None:
        """Show what an import did."""
        self._json({"kind": "import", **brought.report, "written": brought.written})
        self._say(*(escape(line) for line in brought.lines))
        self._say(*(f"Written: {escape(path)}" for path in brought.written))

    def _years(self, summary: Mapping[str, Any]) -> Table:
        """Lay out the years of a plan."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in (
            "Year",
            "Budget $",
            "Spent $",
            "Miles",
            "PCI",
            "PCI, nothing done",
            "Backlog $",
        ):
            table.add_column(name, justify="right")
        for row in summary["years"]:
            table.add_row(
                str(row["year"]),
                f"{row['budget_usd']:,.0f}",
                f"{row['spent_usd']:,.0f}",
                f"{row['miles_repaired']:.1f}",
                f"{row['pci']:.1f}",
                f"{row['pci_untreated']:.1f}",
                f"{row['backlog_usd']:,.0f}",
            )
        return table

    def compared(self, outcome: Outcome, folder: Path) -> None:
        """Show what each policy makes of the money, and the answers in words."""
        from norwalk_geo.report import answers, share_text

        summary = outcome.summary
        self._json(summary)
        if self.quiet or self.as_json:
            return
        if summary["notice"]:
            self.out.print(f"[bold]{escape(summary['notice'])}[/]")
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("Policy")
        for name in ("Condition over the plan", "Share of the gain", "PCI at the end", "Spent $"):
            table.add_column(name, justify="right")
        for row in summary["policies"].values():
            cells = (
                f"{row['objective']:.2f}",
                share_text(row["gain_share_pct"]),
                f"{row['pci_end']:.1f}",
                f"{row['spent_usd']:,.0f}",
            )
            table.add_row(escape(row["label"]), *cells)
        self.out.print(table)
        self._say(*(escape(text) for text in answers(summary)))
        self._say("Look at:", *(f"  {escape(str(folder / name))}" for name in outcome.files))

    def assessed(self, outcome: Outcome, folder: Path) -> None:
        """Show the state of a network."""
        summary = outcome.summary
        self._json(summary)
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        self._say(
            f"[bold]{escape(summary['city'])}[/]: {summary['sections_surveyed']:,} of "
            f"{summary['sections']:,} sections that the city maintains surveyed; condition "
            f"{phrases.surveyed(summary)}backlog "
            f"${summary['backlog_usd'] / _MILLION:,.1f} M; replacement value "
            f"${summary['replacement_usd'] / _MILLION:,.1f} M.",
            *(
                f"  {row['band']}: {row['area_pct']:.1f} % of the area"
                for row in summary["bands"]
                if row["grouping"] == "network"
            ),
            *(escape(note) for note in summary["notes"]),
            "Look at:",
            *(f"  {escape(str(folder / 'assess' / name))}" for name in outcome.files),
        )

    def included(self, outcome: Outcome, folder: Path) -> None:
        """Show what stands in the way, and what is known of it."""
        summary = outcome.summary
        self._json(summary)
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        self._say(
            f"[bold]{escape(summary['city'])}[/]: {summary['barriers']:,} barriers, internal until "
            "the transition plan is adopted.",
            *(
                f"  {row['feature'].replace('_', ' ')}: {row['passed_pct']:.0f} % pass, "
                f"{row['failed_pct']:.0f} % fail, {row['unmeasured_pct']:.0f} % not measured"
                for row in summary["compliance"]
                if row["is_enforced"]
            ),
            *(
                f"  {name.replace('_', ' ')}: {count:,}"
                for name, count in summary["plan_by_status"].items()
            ),
            *(escape(note) for note in summary["notes"]),
            "Look at:",
            *(f"  {escape(str(folder / 'ada' / name))}" for name in outcome.files),
        )

    def judged(self, outcome: Outcome, folder: Path) -> None:
        """Show how good forecasts were."""
        summary = outcome.summary
        self._json(summary)
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        kept = ""
        for row in summary["rows"]:
            if row["kept"] != kept:
                kept = row["kept"]
                self._say(f"[bold]{escape(kept)}[/]: {row['ratings']:,} ratings")
            self._say(
                f"  {row['method']}: off by {row['rmse_points']:.2f} points "
                f"({row['rmse_low_points']:.2f}–{row['rmse_high_points']:.2f}), interval holds "
                f"{row['coverage_pct']:.0f} %, score {row['interval_score_points']:.1f}"
            )
        self._say(*map(escape, summary["notes"]))
        self._say("Look at:", *(f"  {escape(str(folder / name))}" for name in outcome.files))

    def planned(self, outcome: Outcome, folder: Path) -> None:
        """Show a plan."""
        summary = outcome.summary
        self._json(summary)
        if self.quiet or self.as_json:
            return
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        self._say(
            f"[bold]{escape(summary['city'])}[/]: {summary['sections']:,} sections"
            f"{phrases.others(summary)}, {summary['centerline_miles']:.1f} centerline miles; "
            f"condition {phrases.surveyed(summary)}{summary['pci_now']:.1f} when the plan begins "
            f"(FY {summary['years'][0]['year']}), "
            f"{summary['pci_end']:.1f} at the end with the plan, "
            f"{summary['pci_end_untreated']:.1f} with nothing done.",
            escape(summary["certificate"]["says"]),
        )
        if summary["sections_unsurveyed"]:
            count = summary["sections_unsurveyed"]
            many = "1 section" if count == 1 else f"{count:,} sections"
            self._say(f"Not surveyed, so not planned: {many}.")
        self._say(*(escape(note) for note in summary["notes"]))
        self.out.print(self._years(summary))
        self._say("Dollars are constant dollars of the base year, not those of each year.")
        self._say("Look at:", *(f"  {escape(str(folder / name))}" for name in outcome.files))

    def rated(self, outcome: Outcome, folder: Path) -> None:
        """Show what field sheets came to."""
        summary = outcome.summary
        self._json({**summary, "files": list(outcome.files)})
        self._say(
            f"{summary['sample_units']:,} sample units, {summary['sections_rated']:,} of "
            f"{summary['sections']:,} sections rated by ASTM D6433. An index is good to about "
            "3 points.",
            *(f"  {name}: {count:,}" for name, count in summary["sections_by_rating"].items()),
            *(escape(f"Note: {note}") for note in summary["notes"]),
            *(f"  {escape(str(folder / name))}" for name in outcome.files),
        )

    def prepared(self, outcome: Outcome, folder: Path) -> None:
        """Show what a survey will visit."""
        summary = outcome.summary
        self._json({**summary, "files": list(outcome.files)})
        self._say(
            *([escape(summary["notice"])] if summary["notice"] else []),
            f"{summary['sample_units_to_inspect']:,} of {summary['sample_units']:,} sample units "
            f"in {summary['sections']:,} sections are to be inspected (seed {summary['seed']}).",
            *(f"  {escape(str(folder / name))}" for name in outcome.files),
        )

    def tell(self, value: Mapping[str, Any], *lines: str) -> None:
        """Show a result: as JSON for scripts, as lines for a person. Lines are plain text."""
        self._json(value)
        self._say(*(escape(line) for line in lines if line))

    def published(self, outcome: Outcome, folder: Path) -> None:
        """Show where a site is, and which plan it shows."""
        files = [str(folder / name) for name in outcome.files]
        summary = outcome.summary
        self.tell(
            {"kind": "publish", "notice": summary["notice"], "files": files}
            | {"plan": summary["plan"], "notes": summary["notes"]},
            summary["notice"],
            summary["plan"]["says"],
            *summary["notes"],
            f"{len(files)} files. Begin with",
            f"  {folder / 'index.html'}",
        )

    def scored(self, outcome: Outcome, folder: Path) -> None:
        """Show which measures have a value."""
        from norwalk_geo.report import value_text

        summary = outcome.summary
        self._json(summary)
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        self._say(
            f"[bold]{escape(summary['city'])}[/]: {summary['with_value']} of "
            f"{summary['measures']} measures of the strategic plan have a value.",
            *(
                f"  {escape(row['label'])}: {value_text(row['value'], row['unit'])} "
                f"({row['status']}, FY {row['period']}{phrases.noted(row)})"
                for row in summary["scores"]
                if row["value"] is not None
            ),
            *([escape(summary["plan"]["says"])] if "plan" in summary else []),
            "Look at:",
            *(f"  {escape(str(folder / 'scorecard' / name))}" for name in outcome.files),
        )

    def sited(self, outcome: Outcome, folder: Path) -> None:
        """Show the sites and what is not known of them."""
        summary = outcome.summary
        self._json(summary)
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        self._say(
            f"[bold]{escape(summary['city'])}[/]: {len(summary['sites'])} destinations, side by "
            "side and without a rank.",
            *(f"  Not known: {escape(note)}" for note in summary["notes"]),
            "Look at:",
            *(f"  {escape(str(folder / 'sites' / name))}" for name in outcome.files),
        )

    def formed(self, outcome: Outcome, folder: Path) -> None:
        """Show the forms of the departments."""
        files = [str(folder / "entry_forms" / name) for name in outcome.files]
        self._json({**outcome.summary, "files": files})
        self._say("Send these to the departments:", *(f"  {escape(file)}" for file in files))

    def entered(self, counts: dict[str, int]) -> None:
        """Show what departments entered."""
        self._json({"kind": "entered", **counts})
        self._say(
            f"{counts['new']} new, {counts['corrected']} corrected (earlier values are kept), "
            f"{counts['repeated']} as they were."
        )

    def wrote(self, outcome: Outcome, folder: Path) -> None:
        """Show the files that were written, and what stands on them."""
        summary = outcome.summary
        self._json(summary)
        if summary["notice"]:
            self._say(f"[bold]{escape(summary['notice'])}[/]")
        self._say(
            *([f"[bold]{escape(summary['standing'])}[/]"] if "standing" in summary else []),
            *([escape(summary["plan"]["says"])] if "plan" in summary else []),
            f"{len(outcome.files)} files:",
            *(f"  {escape(str(folder / name))}" for name in outcome.files),
        )
