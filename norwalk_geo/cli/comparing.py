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
_WITHIN_PCT = 0.5


def _answers(city: City, known: assessing.Assessed, show: Show) -> report.Compared:
    """Ask every question in turn."""
    tables = (known.condition, known.sections, known.life)
    money, rules = known.budget_usd, known.rules
    show.step("Comparing policies")
    ranking = city.parameters["ranking"]
    made = budget.compare(*tables, budget_usd=money, rules=rules, ranking=ranking)
    show.step("Planning with other money")
    levels = budget.curve(*tables, budget_usd=money, rules=rules)
    show.step("Finding what it costs to hold the condition")
    held = budget.cost_to_hold(*tables, budget_usd=money, rules=rules)
    show.step("Finding what a year's delay costs")
    is_one = len(money) == 1
    delay = None if is_one else budget.cost_of_delay(*tables, budget_usd=money, rules=rules)
    show.step("Looking for plans that are as good")
    swaps = budget.swaps(*tables, budget_usd=money, rules=rules, within_pct=_WITHIN_PCT)
    return report.Compared(known.sections, made, levels, held, delay, swaps, _WITHIN_PCT)


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
        found = _answers(read, known, show)
        notes = [*assessing.assumed(_count_assumed(known, found)), *known.notes]
        about = assessing.origin(read, day, notes)
        summary = report.comparison_summary(found, about=about)
        show.step("Writing the results")
        report.write_comparison(aside, found, summary)
    return Outcome(summary, _FILES)
