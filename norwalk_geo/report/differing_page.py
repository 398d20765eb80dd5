"""What changed from one edition to the next, as one page: in words, figures and a list."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from norwalk_geo.report.summary import records

__all__ = ["CHANGES", "about", "answers", "page"]

# In the order in which they are listed: what a reader looks for first.
CHANGES = {
    "added": "Added",
    "dropped": "Dropped",
    "moved": "Moved to another year",
    "treatment": "Another treatment",
    "cost": "Another cost alone",
    "same": "As before",
}
_STREETS = {
    "changed": "changed under the same id",
    "new": "new",
    "gone": "gone",
    "split": "pieces of a section that was cut",
    "merged": "parts of a section that was joined",
    "redrawn": "drawn anew on a part of another",
}
_MOST_ROWS = 1_000
_TEMPLATES = Environment(
    loader=PackageLoader("norwalk_geo"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _dollars(value: float | None) -> str:
    """Write dollars; a dash where a plan does not have the year."""
    if value is None:
        return "–"
    return f"{'-' if value < 0 else ''}${abs(value):,.0f}"


def _number(value: float | None, digits: int) -> str:
    """Write a number; a dash where a plan does not have the year."""
    return "–" if value is None else f"{value:,.{digits}f}"


def _more(value: float) -> str:
    """Write a difference in words."""
    if abs(value) < 0.005:  # noqa: PLR2004 - half a cent
        return "the same"
    return f"{_dollars(abs(value))} {'more' if value > 0 else 'less'}"


def _works(count: int) -> str:
    return f"{count:,} piece{'' if count == 1 else 's'} of work"


def answers(summary: Mapping[str, Any]) -> list[str]:
    """
    Say in words what changed.

    Parameters
    ----------
    summary
        Of the comparison.

    Returns
    -------
    answers
        Work, money, condition and streets.
    """
    counts, work, shared = summary["changes"], summary["work"], summary["shared_years"]
    changed = {name: n for name, n in counts.items() if name != "same" and n}
    parts = ", ".join(f"{n:,} {CHANGES[name].lower()}" for name, n in changed.items())
    said = [
        f"{_works(counts['same'])} {'is' if counts['same'] == 1 else 'are'} as before"
        + (f"; {parts}." if parts else "; nothing changed.")
    ]
    difference = round(work["cost_after_usd"] - work["cost_before_usd"], 2)
    said.append(
        f"All work of the later plan costs {_dollars(work['cost_after_usd'])}, of the earlier one "
        f"{_dollars(work['cost_before_usd'])}: {_more(difference)}, in constant dollars."
    )
    if shared is None:
        said.append("The two plans have no year in common.")
    else:
        years = f"{shared['first_year']} to {shared['last_year']}"
        spent = shared["spent_after_usd"] - shared["spent_before_usd"]
        said.append(
            f"In the fiscal years of both ({years}) the later plan spends "
            f"{_dollars(shared['spent_after_usd'])}, {_more(round(spent, 2))}. Condition at the "
            f"end of {shared['last_year']} is {shared['pci_after']:.1f}; it was "
            f"{shared['pci_before']:.1f} in the earlier plan."
        )
    return [*said, *_streets(summary["streets"])]


def _streets(counts: Mapping[str, int]) -> list[str]:
    """Say how the streets differ; nothing where they do not."""
    told = [f"{counts[name]:,} {text}" for name, text in _STREETS.items() if counts.get(name)]
    return [f"The streets are not the same: of their sections {', '.join(told)}."] if told else []


def about(summary: Mapping[str, Any]) -> dict[str, str]:
    """
    Say where the figures come from.

    Parameters
    ----------
    summary
        Of the comparison.

    Returns
    -------
    about
        Lines by name, those without a text left out.
    """
    lines = {
        "City": summary["city"],
        "Notice": summary["notice"],
        "Earlier edition": summary["editions"]["earlier"]["says"],
        "Later edition": summary["editions"]["later"]["says"],
        **{f"Answer {k}": text for k, text in enumerate(answers(summary), start=1)},
        "Money": "Constant dollars of the base year of each plan. Internal: costs by street.",
        "Notes": " ".join(summary["notes"]),
        "Made with": f"norwalk_geo {summary['version']}",
    }
    return {name: text for name, text in lines.items() if text}


def _rows(listed: pd.DataFrame) -> list[dict[str, Any]]:
    """Write the first rows of the list; no cost of a single street is in it."""
    rows = []
    for row in records(listed[listed["change"].ne("same")].head(_MOST_ROWS)):
        before = after = "–"
        if row["year_before"] is not None:
            before = f"{row['treatment_before']}, {row['year_before']}"
        if row["year_after"] is not None:
            after = f"{row['treatment_after']}, {row['year_after']}"
        named = {name: row[name] or "" for name in ("street_name", "from_street", "to_street")}
        what = CHANGES[row["change"]]
        rows.append({**named, "id": row["section_id"], "what": what, "was": before, "now": after})
    return rows


def page(listed: pd.DataFrame, summary: Mapping[str, Any]) -> str:
    """
    Write the page of a comparison of two editions.

    Parameters
    ----------
    listed
        Changes with the names of their streets, in the order in which they are shown.
    summary
        Of the comparison.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked. No cost of a single street is in it.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    changed = int(listed["change"].ne("same").sum())
    return _TEMPLATES.get_template("diff.html").render(
        summary=summary,
        style=style.strip(),
        sentences=answers(summary),
        names=CHANGES,
        rows=_rows(listed),
        left=max(0, changed - _MOST_ROWS),
        dollars=_dollars,
        number=_number,
    )
