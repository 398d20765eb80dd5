"""What a city asks of its plan: settings and tables → the records of `budget`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from norwalk_geo import ada, budget, config, network, schema
from norwalk_geo.cli import committing
from norwalk_geo.cli.records import City
from norwalk_geo.errors import InfeasibleError, NorwalkError, Problem, nearest

__all__ = ["demands", "funds", "packages", "problems", "rotation", "targets", "weights"]

_KINDS = ("maintenance", "alteration", "ramps")


def funds(
    settings: config.Config, tables: Mapping[str, pd.DataFrame], first_year: int
) -> tuple[tuple[budget.Fund, ...], list[str]]:
    """
    Take the ledger of funds from settings and tables.

    Parameters
    ----------
    settings
        The city's settings.
    tables
        Tables by name.
    first_year
        First fiscal year of the plan.

    Returns
    -------
    funds, notes
        Funds in order of their names, where there are several or one has rules; and what was
        assumed of the money, as sentences.

    Raises
    ------
    ConfigError
        There is no money for the first year of the plan.
    """
    money, notes = committing.fund_money(settings, tables, first_year)
    rules = settings.funds
    if len(money) == 1 and not any(rules.get(name) for name in money):
        return (), notes
    return tuple(_fund(name, money[name], rules.get(name, {})) for name in sorted(money)), notes


def _fund(name: str, usd: Mapping[int, float], rules: Mapping[str, Any]) -> budget.Fund:
    """Make one fund."""
    kept = {key: value for key, value in rules.items() if key != "carried"}
    if "treatments" in kept:
        # What is left of the fund's money is for streets.
        kept["treatments"] = kept["treatments"] - {committing.ASSETS}
    return budget.Fund(name, usd, **kept)


def _spread(
    asked: Mapping[str, Mapping[int, float]], years: Iterable[int]
) -> dict[tuple[str, int], float]:
    """Write a condition for every year as one of each year."""
    every, spread = tuple(years), {}
    for group, by_year in asked.items():
        for year, pci in by_year.items():
            for one in every if year == config.EVERY_YEAR else (year,):
                spread[group, one] = pci
    return spread


def targets(settings: config.Config, first_year: int) -> dict[tuple[str, int], float]:
    """
    List the conditions that the least cost must reach.

    Parameters
    ----------
    settings
        The city's settings.
    first_year
        First fiscal year of the plan.

    Returns
    -------
    targets
        Points by functional class (or `network`) and fiscal year.
    """
    return _spread(settings.asked.targets, range(first_year, first_year + settings.years))


def weights(settings: config.Config) -> budget.Weights:
    """
    Take what some streets count more for.

    Parameters
    ----------
    settings
        The city's settings.

    Returns
    -------
    weights
        All zero where none is set.
    """
    return budget.Weights(**settings.asked.weights)


def rotation(settings: config.Config) -> budget.Rotation | None:
    """
    Take the rotation of zones.

    Parameters
    ----------
    settings
        The city's settings.

    Returns
    -------
    rotation
        None where the city asks for none.
    """
    asked = settings.asked.rotation
    if asked is None:
        return None
    return budget.Rotation(**{key: value for key, value in asked.items() if key != "price"})


def packages(settings: config.Config, packaging: pd.DataFrame) -> budget.Packages | None:
    """
    Take the size of contract packages and their mobilization.

    Parameters
    ----------
    settings
        The city's settings.
    packaging
        Parameters `packaging`, for what the settings do not say.

    Returns
    -------
    packages
        None where the city asks for none.
    """
    asked = settings.asked.packages
    if asked is None:
        return None
    usual = budget.package_settings(packaging)
    return budget.Packages(**{**vars(usual), **asked})


def demands(city: City, first_year: int) -> budget.Demands:
    """
    Take what the plan must keep to from settings and tables.

    Parameters
    ----------
    city
        As read.
    first_year
        First fiscal year of the plan.

    Returns
    -------
    demands
        Funds, limits, work promised or forbidden, and curb ramps where corners are known.
    """
    return replace(_of_streets(city, first_year), ramps=_ramps(city))


def _of_streets(city: City, first_year: int) -> budget.Demands:
    """Take every demand but curb ramps, which take long to find and cannot be asked for wrongly."""
    settings, asked, tables = city.config, city.config.asked, city.tables
    years = range(first_year, first_year + settings.years)
    free = not asked.within_budget
    return budget.Demands(
        funds=() if free else funds(settings, tables, first_year)[0],
        promised=_promised(tables.get("promised"), years),
        forbidden=_forbidden(tables.get("forbidden"), years, settings.fiscal_year_start),
        miles_per_year=asked.miles_per_year,
        zone_floor_usd=asked.zone_floor_usd,
        maintenance_share_pct=asked.maintenance_share_pct,
        minimum_pci=_spread(asked.minimum_pci, years),
        equity_money_pct=asked.equity_money_pct,
        equity_gain_pct=asked.equity_gain_pct,
    )


def _promised(table: pd.DataFrame | None, years: range) -> dict[str, tuple[int, str]]:
    """Take promised work; that of years before or after the plan is none of its."""
    if table is None:
        return {}
    of = table[table["year"].isin(years)]
    each = zip(of.index, of["year"], of["treatment"], strict=True)
    return {str(section): (int(year), str(treatment)) for section, year, treatment in each}


def _forbidden(
    table: pd.DataFrame | None, years: range, start_month: int
) -> dict[str, tuple[int, ...]]:
    """Close every fiscal year that has a day of a ban in it."""
    if table is None:
        return {}
    closed: dict[str, set[int]] = {}
    flat = table.reset_index()
    starts = flat["since"] if "since" in flat else pd.Series(pd.NaT, index=flat.index)
    for section, until, since in zip(flat["section_id"], flat["until"], starts, strict=True):
        last = config.fiscal_year(pd.Timestamp(until).date(), start_month)
        first = years[0] if pd.isna(since) else config.fiscal_year(since.date(), start_month)
        closed.setdefault(str(section), set()).update(
            year for year in years if first <= year <= last
        )
    return {section: tuple(sorted(found)) for section, found in closed.items() if found}


def _ramps(city: City) -> budget.Ramps | None:
    """Take the corners that the city brings, or find them from its ramps; None without either."""
    asked, tables = dict(city.config.asked.ramps), city.tables
    if not asked.pop("include", True):
        return None
    if {"corners", "corner_sections"} <= set(tables):
        return budget.Ramps(tables["corners"], tables["corner_sections"], **asked)
    if "ramps" not in tables or not city.config.enforce:
        return None
    own = city.config.folder / "parameters"
    rules = schema.parameters("ada_rules", folder=own)
    found = ada.corners(
        tables["ramps"],
        network.build(tables["sections"]),
        rules=ada.rules(*city.config.enforce, advise=city.config.advise, table=rules),
        base_year=city.config.base_year,
        costs=schema.parameters("ada_costs", folder=own),
        price_index=city.parameters["price_index"],
    )
    return budget.Ramps(found.corners, found.corner_sections, **asked)


def _strange(where: str, named: Iterable[str], known: Iterable[str]) -> list[Problem]:
    """Say of each name that does not exist which one is near."""
    options = set(known)
    lost = sorted(set(named) - options)
    return [Problem(where, f"{name!r} is not known", remedy=_near(name, options)) for name in lost]


def _near(name: str, options: set[str]) -> str:
    """Offer a near name, or say that there is none of the kind."""
    return nearest(name, options) if options else "The table sections names none."


def problems(city: City, as_of: dt.date) -> list[Problem]:
    """
    Find what is asked for and cannot be, before any plan is tried.

    Parameters
    ----------
    city
        As read.
    as_of
        Day that the data describe.

    Returns
    -------
    problems
        Funds without money, and zones, classes, treatments and sections that do not exist, each
        with the nearest name; settings that `budget` refuses.
    """
    settings = city.config
    first = config.first_plan_year(as_of, settings.fiscal_year_start)
    found = [*_fund_problems(city, first), *_name_problems(city)]
    if found:
        return found
    for make in (
        lambda: _of_streets(city, first),
        lambda: weights(settings),
        lambda: rotation(settings),
        lambda: packages(settings, city.parameters["packaging"]),
    ):
        try:
            make()
        except NorwalkError as error:
            found += _located(error)
    return found


def _located(error: NorwalkError) -> list[Problem]:
    """Say which part of the settings a refusal of `budget` is about."""
    subject = str(error).split(":", maxsplit=1)[0]
    part = "plan" if isinstance(error, InfeasibleError) else ""
    where = f"{part}.{subject}".strip(".") if subject not in ("demands", "plan") else part
    return [
        Problem(f"{where}.{one.where}".strip("."), one.what, one.rows, one.remedy)
        for one in error.problems
    ]


def _fund_problems(city: City, first_year: int) -> list[Problem]:
    """Find rules of funds that have no money, and matches from funds that do not exist."""
    settings = city.config
    by_year = committing.by_year(city.tables.get("budgets"))
    money, _ = config.yearly_funds(settings, first_year, by_year=by_year)
    found = []
    for name, rules in settings.funds.items():
        if name not in money:
            remedy = f"Give it money below [budget]. {nearest(name, money)}"
            found.append(Problem(f"funds.{name}", "has no money in any year", remedy=remedy))
        found += _strange(f"funds.{name}.match_from", rules.get("match_from", ()), money)
    return found


def _name_problems(city: City) -> list[Problem]:
    """Find zones, classes, treatments and sections that are named and do not exist."""
    settings, sections = city.config, city.tables["sections"]
    catalogue = city.parameters["treatments"].index
    known = {
        "zones": set(sections["zone_id"].dropna().astype("str")) if "zone_id" in sections else (),
        "classes": {*city.parameters["classes"].index.astype("str"), "network"},
        "treatments": {*catalogue.astype("str"), *_KINDS, committing.ASSETS},
        "sections": sections.index,
    }
    asked = settings.asked
    turn: Mapping[str, Any] = asked.rotation or {}
    promised, forbidden = city.tables.get("promised"), city.tables.get("forbidden")
    named: list[tuple[str, str, Iterable[str]]] = [
        ("plan.targets", "classes", asked.targets),
        ("plan.minimum_pci", "classes", asked.minimum_pci),
        ("plan.zone_floor_usd", "zones", asked.zone_floor_usd),
        ("plan.rotation.zones", "zones", turn.get("zones", ())),
        ("plan.rotation.given", "zones", turn.get("given", {})),
        ("plan.rotation.exempt", "classes", turn.get("exempt", ())),
        ("plan.rotation.treatments", "treatments", turn.get("treatments", ())),
    ]
    for fund, rules in settings.funds.items():
        named += [
            (f"funds.{fund}.{what}", what, rules.get(what, ()))
            for what in ("zones", "classes", "treatments")
        ]
    if promised is not None:
        named.append(("promised.section_id", "sections", promised.index))
        named.append(("promised.treatment", "treatments", promised["treatment"]))
    if forbidden is not None:
        ids = forbidden.index.get_level_values("section_id")
        named.append(("forbidden.section_id", "sections", ids))
    return [one for where, what, names in named for one in _strange(where, names, known[what])]
