"""Ask a city what else its money could do, and write the answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from norwalk_geo import budget, io, report
from norwalk_geo.cli import assessing, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["compare"]

_FILES = ("compare.html", "compare.xlsx", "compare.csv", "summary.json")


def _answers(city: City, known: assessing.Assessed) -> report.Compared:
    """Ask every question of the city."""
    told = budget.answer(
        *known.tables,
        budget_usd=known.budget_usd,
        rules=known.rules,
        ranking=city.parameters["ranking"],
    )
    return report.Compared(known.sections, **vars(told))


def _not_compared(city: City) -> list[str]:
    """Say which parts of the settings the comparison does not look at."""
    asked = city.config.asked
    named = {
        f"objective {asked.objective}": asked.objective != "condition",
        "rotation": asked.rotation is not None,
        "packages": asked.packages is not None,
    }
    left = [name for name, is_set in named.items() if is_set]
    text = f"Policies are compared by condition, without what the plan is asked: {', '.join(left)}."
    return [text] if left else []


def _count_assumed(known: assessing.Assessed, found: report.Compared) -> int:
    """Count the city's sections whose condition is that of their class."""
    if "is_assumed" not in known.condition:
        return 0
    is_city = found.comparison.plan.outcomes["status"].ne("not_city")
    return int((known.condition["is_assumed"] & is_city).sum())


def compare(city: Path, out: Path, *, as_of: dt.datetime | None, show: Show) -> Outcome:
    """
    Compare policies of a city and write every answer.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    out
        Folder of the results.
    as_of
        Day that the data describe, where it is not the one of the settings.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.
    """
    show.step("Reading the city")
    read = reading.read_city(city, as_of=as_of)
    day = reading.day(read.config, as_of)
    with io.writing(out) as aside:
        show.step("Fitting decay")
        known = assessing.assess(read, day)
        show.step("Comparing policies, other money, a later start and other streets")
        found = _answers(read, known)
        notes = [
            *assessing.assumed(_count_assumed(known, found)),
            *known.notes,
            *_not_compared(read),
        ]
        about = assessing.origin(read, day, notes)
        summary = report.comparison_summary(found, about=about)
        show.step("Writing the results")
        report.write_comparison(aside, found, summary)
    return Outcome(summary, _FILES)
