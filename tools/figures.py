"""
Write the figures of example plans into a document.

Usage: python tools/figures.py DOCUMENT NAME=SUMMARY.json …

Replaces what stands between `<!-- figures NAME -->` and `<!-- end -->` by tables of the summary.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

MILLION = 1e6


def tables(summary: dict[str, Any]) -> str:
    """
    Lay out a summary as two Markdown tables.

    Parameters
    ----------
    summary
        Content of `summary.json`.

    Returns
    -------
    text
        What the plan is, and its years.
    """
    worst = summary["policies"]["worst_first"]["objective"]
    gain = summary["bound"] - summary["do_nothing"]
    whole = [
        ("sections, not surveyed", f"{summary['sections']:,}, {summary['sections_unsurveyed']:,}"),
        ("centerline miles", f"{summary['centerline_miles']:.1f}"),
        ("condition when the plan begins", f"{summary['pci_now']:.2f}"),
        ("at the end with the plan", f"{summary['pci_end']:.2f}"),
        ("at the end with nothing done", f"{summary['pci_end_untreated']:.2f}"),
        ("objective, this plan", f"{summary['objective']:.3f}"),
        ("objective, bound", f"{summary['bound']:.3f}"),
        ("objective, nothing done", f"{summary['do_nothing']:.3f}"),
        ("gap", f"{summary['gap']:.3%} of the gain"),
        ("share of the gain by worst first", f"{(worst - summary['do_nothing']) / gain:.1%}"),
    ]
    ramps = summary.get("ramps")
    if ramps:
        text = f"{ramps['corners']:,} corners, ${ramps['cost_usd'] / MILLION:.2f} million"
        whole.append(("curb ramps that the work obliges", text))
    lines = ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in whole), ""]
    lines += [
        "| year | budget $M | spent $M | miles | condition | nothing done | backlog $M |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in summary["years"]:
        cells = [
            str(row["year"]),
            f"{row['budget_usd'] / MILLION:.3f}",
            f"{row['spent_usd'] / MILLION:.3f}",
            f"{row['miles_repaired']:.1f}",
            f"{row['pci']:.2f}",
            f"{row['pci_untreated']:.2f}",
            f"{row['backlog_usd'] / MILLION:.1f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(document: Path, named: list[str]) -> None:
    """
    Replace the figures in a document.

    Parameters
    ----------
    document
        Markdown with marks.
    named
        `NAME=SUMMARY.json`.
    """
    text = document.read_text(encoding="utf-8")
    for one in named:
        name, file = one.split("=", 1)
        summary = json.loads(Path(file).read_text(encoding="utf-8"))
        block = re.compile(f"(<!-- figures {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = block.sub(lambda found, s=summary: f"{found[1]}{tables(s)}\n{found[2]}", text)
    document.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
