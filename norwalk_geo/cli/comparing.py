"""Ask a city what else its money could do, and write the answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from norwalk_geo import budget, io, report
from norwalk_geo.cli import assessing, reading
from norwalk_geo.cli.records import City, Outcome

if TYPE_CHECKING:
    import pandas as pd

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
    return report.Compared(
        known.sections,
        made,
        levels,
        held,
        delay,
        swaps,
        _WITHIN_PCT,
        hidden=_hidden(known, made.plan, show),
        weighings=_weighings(known, show),
    )


def _hidden(known: assessing.Assessed, plan: budget.Plan, show: Show) -> budget.Hidden | None:
    """Ask what a plan blind to curb ramps hides; funds and other demands are not looked at."""
    ramps = known.rules.demands.ramps
    if ramps is None or plan.ramps is None or plan.ramps.empty:
        return None
    show.step("Finding what a plan blind to curb ramps hides")
    rules = replace(known.rules, demands=budget.Demands(ramps=ramps))
    return budget.hidden_ramps(*known.tables, budget_usd=known.budget_usd, rules=rules)


def _weighings(known: assessing.Assessed, show: Show) -> pd.DataFrame | None:
    """Show the plan with and without the city's weights, where it has any."""
    if not known.rules.weights.used():
        return None
    show.step("Planning without weights")
    return budget.weigh(*known.tables, budget_usd=known.budget_usd, rules=known.rules)


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
        found = _answers(read, known, show)
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
