"""How barriers are ranked and removed: the part `[barriers]` of `norwalk.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from norwalk_geo.config import values
from norwalk_geo.config.keys import Known, read_keys
from norwalk_geo.errors import Problem

__all__ = ["Access", "read_access"]

_MOST_FEET, _MOST_PEOPLE, _MOST_MIN, _MOST_USD = 10_000, 1_000_000, 240, 1e12
_YEARS = (values.FIRST_YEAR, values.LAST_YEAR)


@dataclass(frozen=True)
class Access:
    """
    What counts in the ranking of barriers, and the money for their removal.

    Parameters
    ----------
    severity, place, people, equity
        Weights of the four addends.
    near_ft
        A place this near is served by a walkway, in feet.
    full_people
        People cut off that give all points.
    profile, limit_min
        Who travels, and the longest way in minutes, where people cut off are counted.
    responsible_official
        Official responsible for the transition plan.
    budget_usd
        Constant dollars by fiscal year for removals apart from paving.
    """

    severity: float = 40.0
    place: float = 30.0
    people: float = 20.0
    equity: float = 10.0
    near_ft: float = 1000.0
    full_people: int = 500
    profile: str = "manual_wheelchair"
    limit_min: float = 15.0
    responsible_official: str = ""
    budget_usd: Mapping[int, float] = field(default_factory=dict)


_WEIGHT = values.number(0, 100)
_KEYS: Known = {
    "severity": ("severity", _WEIGHT),
    "place": ("place", _WEIGHT),
    "people": ("people", _WEIGHT),
    "equity": ("equity", _WEIGHT),
    "near_ft": ("near_ft", values.number(0, _MOST_FEET)),
    "full_people": ("full_people", values.whole(1, _MOST_PEOPLE)),
    "profile": ("profile", values.text),
    "limit_min": ("limit_min", values.number(1, _MOST_MIN)),
    "responsible_official": ("responsible_official", values.any_text),
}


def _budget(body: object, problems: list[Problem]) -> dict[int, float]:
    """Read dollars by fiscal year."""
    if not isinstance(body, dict):
        remedy = "Write budget = {2027 = 250_000, 2028 = 250_000}."
        problems.append(Problem("barriers.budget", "is not a list of years", remedy=remedy))
        return {}
    dollars, years, found = values.number(0, _MOST_USD), values.whole(*_YEARS), {}
    for year, amount in body.items():
        try:
            found[years(int(year) if year.isdecimal() else None)] = dollars(amount)
        except ValueError:
            remedy = "Write a fiscal year and dollars, such as 2027 = 250_000."
            problems.append(Problem(f"barriers.budget.{year}", f"is {amount!r}", remedy=remedy))
    return dict(sorted(found.items()))


def read_access(body: object, problems: list[Problem]) -> Access:
    """
    Read the part on barriers.

    Parameters
    ----------
    body
        What stands below `[barriers]`.
    problems
        Told what is wrong.

    Returns
    -------
    access
        Settings; defaults where nothing is said.
    """
    known: dict[str, Any] = {}
    money: dict[int, float] = {}
    if isinstance(body, dict) and "budget" in body:
        money = _budget(body["budget"], problems)
        body = {name: value for name, value in body.items() if name != "budget"}
    known = read_keys("barriers", body, _KEYS, problems)
    if isinstance(body, dict) and not any(
        known.get(name, 1) for name in ("severity", "place", "people", "equity")
    ):
        remedy = "Give one of severity, place, people and equity a weight."
        problems.append(Problem("barriers", "has no weight above zero", remedy=remedy))
    return Access(**known, budget_usd=money)
