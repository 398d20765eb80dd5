"""What `norwalk.toml` asks of the plan and says of the funds → settings, or its problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from norwalk_geo.config import values
from norwalk_geo.config.asked import EVERY_YEAR, Asked
from norwalk_geo.config.keys import Known, read_keys, read_named
from norwalk_geo.errors import Problem

__all__ = ["read_asked", "read_funds"]

_OBJECTIVES = ("condition", "least_cost", "least_backlog")
_DOLLARS, _TIMES = values.number(0, 1e12), values.number(0, 1e3)
_PERCENT = values.number(0, 100)

_PLAIN: Known = {
    "objective": ("objective", values.choice(_OBJECTIVES)),
    "within_budget": ("within_budget", values.flag),
    "backlog_over": ("backlog_over", values.choice(("end", "years"))),
    "discount_pct": ("discount_pct", values.number(0, 25)),
    "miles_per_year": ("miles_per_year", values.number(0, 1e5)),
    "maintenance_share_pct": ("maintenance_share_pct", _PERCENT),
    "equity_money_pct": ("equity_money_pct", _PERCENT),
    "equity_gain_pct": ("equity_gain_pct", _PERCENT),
}
_PARTS: dict[str, Known] = {
    "weights": {
        "collisions": ("collisions", _TIMES),
        "bus_route": ("bus_route", _TIMES),
        "school_route": ("school_route", _TIMES),
        "equity": ("equity", _TIMES),
        "collisions_full_per_mile": ("collisions_full_per_mile", values.number(1e-6, 1e6)),
    },
    "rotation": {
        "period_years": ("period_years", values.whole(1, 40)),
        "exempt": ("exempt", values.names),
        "treatments": ("treatments", values.names),
        "zones": ("zones", values.names),
        "given": ("given", values.years_by_name),
        "most_zones": ("most_zones", values.whole(1, 10_000)),
        "work": ("work", values.choice(("best", "all"))),
        "price": ("price", values.flag),
    },
    "packages": {
        "mobilization_usd": ("mobilization_usd", _DOLLARS),
        "most_usd": ("most_usd", values.number(1, 1e12)),
        "most_sections": ("most_sections", values.whole(1, 100_000)),
        "keeps_zones": ("keeps_zones", values.flag),
    },
    "ramps": {
        "include": ("include", values.flag),
        "policy": ("policy", values.choice(("crossed", "corner"))),
        "years_before": ("years_before", values.whole(0, 40)),
    },
}
_FUND: Known = {
    "classes": ("classes", values.names),
    "zones": ("zones", values.names),
    "treatments": ("treatments", values.names),
    "keeps_years": ("keeps_years", values.whole(0, 40)),
    "carried": ("carried", values.dollars_by_year),
    "match_pct": ("match_pct", values.number(0, 99.99)),
    "match_from": ("match_from", values.names),
    "preventive_pct": ("preventive_pct", _PERCENT),
}
# Where a name may be any: keys are zones or classes, which the settings do not know.
_NAMED = {
    "targets": values.condition(EVERY_YEAR),
    "minimum_pci": values.condition(EVERY_YEAR),
    "zone_floor_usd": _DOLLARS,
}


def read_asked(
    body: Mapping[str, Any], others: Known, problems: list[Problem]
) -> tuple[Asked, dict[str, Any]]:
    """
    Read the part `[plan]`.

    Parameters
    ----------
    body
        What stands there.
    others
        Keys of it that have nothing to do with what is asked.
    problems
        Told what is wrong.

    Returns
    -------
    asked, found
        What is asked, and values of the other keys.
    """
    found: dict[str, Any] = {}
    for name, known in _PARTS.items():
        if name in body:
            found[name] = read_keys(f"plan.{name}", body[name], known, problems)
    for name, read in _NAMED.items():
        if name in body:
            found[name] = read_named(f"plan.{name}", body[name], read, problems)
    # Parts are read above; they stay among the known for the nearest name of a misspelt key.
    plain = {**others, **_PLAIN, **{name: (name, dict) for name in (*_PARTS, *_NAMED)}}
    rest = {key: value for key, value in body.items() if key not in (*_PARTS, *_NAMED)}
    read_plain = read_keys("plan", rest, plain, problems)
    mine = {key: read_plain.pop(key) for key in list(read_plain) if key in _PLAIN}
    asked = Asked(**found, **mine)
    problems += _contradictions(asked)
    return asked, read_plain


def _contradictions(asked: Asked) -> list[Problem]:
    """Find settings that do not go together."""
    problems = []
    is_cost = asked.objective == "least_cost"
    if is_cost and not asked.targets:
        remedy = "Add a condition to reach: [plan.targets] with network = 70."
        problems.append(Problem("plan.targets", "is missing for least_cost", remedy=remedy))
    for name, is_set in (
        ("targets", bool(asked.targets)),
        ("within_budget", not asked.within_budget),
        ("discount_pct", asked.discount_pct is not None),
    ):
        if is_set and not is_cost:
            what = f"means nothing where the objective is {asked.objective}"
            remedy = 'Set objective = "least_cost", or take it out.'
            if name == "targets":
                remedy += " A condition that every plan must keep is [plan.minimum_pci]."
            problems.append(Problem(f"plan.{name}", what, remedy=remedy))
    if asked.backlog_over != "end" and asked.objective != "least_backlog":
        remedy = 'Set objective = "least_backlog", or take it out.'
        problems.append(Problem("plan.backlog_over", "means nothing here", remedy=remedy))
    if asked.rotation is not None and "period_years" not in asked.rotation:
        remedy = "Add it: period_years = 5 comes to every zone once in five years."
        problems.append(Problem("plan.rotation.period_years", "is missing", remedy=remedy))
    return problems


def read_funds(body: object, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    """
    Read the part `[funds]`: rules by fund.

    Parameters
    ----------
    body
        What stands there.
    problems
        Told what is wrong.

    Returns
    -------
    funds
        Rules by fund.
    """
    if not isinstance(body, dict):
        remedy = "Write [funds.NAME] on its own line, then the rules of that fund."
        problems.append(Problem("funds", "is not a section", remedy=remedy))
        return {}
    return {
        name: read_keys(f"funds.{name}", rules, _FUND, problems) for name, rules in body.items()
    }
