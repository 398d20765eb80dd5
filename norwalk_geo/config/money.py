"""The city's money by plan year, whole or by fund, in constant dollars."""

from __future__ import annotations

from collections.abc import Mapping

from norwalk_geo.config.settings import Config
from norwalk_geo.errors import ConfigError, Problem

__all__ = ["yearly_budget", "yearly_funds"]


def _said(years: list[int], last: int) -> str:
    """Say for which years the budget is carried on."""
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return f"No budget is given for {span}: that of {last} is carried on."


def _unused(given: Mapping[int, object], first_year: int, carried: set[int]) -> list[str]:
    """Say which money is of years before the plan, where no year of the plan takes it over."""
    before = sorted(year for year in given if year < first_year and year not in carried)
    if not before:
        return []
    named = ", ".join(str(year) for year in before)
    return [f"The budget of {named} is not used: the plan begins with fiscal year {first_year}."]


def _no_money(year: int, *, is_table: bool) -> ConfigError:
    """Say that the first year of the plan has no money, and where to enter it."""
    what = f"has no entry for fiscal year {year}, the first of the plan"
    if is_table:
        remedy = f"Add a row for {year} to the table budgets."
        return ConfigError.of("tables", [Problem("budgets.year", what, remedy=remedy)])
    remedy = f"Add to norwalk.toml, below [budget]: {year} = 5_000_000."
    return ConfigError.of("norwalk.toml", [Problem("budget", what, remedy=remedy)])


def _constant(config: Config, usd: float, year: int) -> float:
    """Take inflation out of dollars of a year, where the city's are nominal; to the cent."""
    if config.budget_dollars == "nominal":
        usd /= (1 + config.inflation_pct / 100) ** (year - config.base_year)
    return round(usd, 2)


def yearly_funds(
    config: Config,
    first_year: int,
    *,
    by_year: Mapping[int, Mapping[str, float]] | None = None,
) -> tuple[dict[str, dict[int, float]], list[str]]:
    """
    Give the money of every fund and plan year.

    A year without an entry takes the last entry before it with all of its funds, which the notes
    say. Nominal dollars are deflated to the base year. Money of earlier years that a fund has
    carried on (`carried` in its rules) is added under its own year.

    Parameters
    ----------
    config
        The city's settings.
    first_year
        First fiscal year of the plan.
    by_year
        Dollars by fiscal year and fund, where they come from the table `budgets` instead of the
        settings.

    Returns
    -------
    funds_usd, notes
        Constant dollars by fund and fiscal year, and what was assumed, as sentences.

    Raises
    ------
    ConfigError
        There is no money for the first year of the plan.
    """
    given = config.budget if by_year is None else by_year
    if not any(year <= first_year for year in given):
        raise _no_money(first_year, is_table=by_year is not None)
    funds: dict[str, dict[int, float]] = {}
    carried: dict[int, list[int]] = {}
    for name, rules in config.funds.items():
        for year, usd in rules.get("carried", {}).items():
            funds.setdefault(name, {})[year] = _constant(config, usd, year)
    for year in range(first_year, first_year + config.years):
        source = max(known for known in given if known <= year)
        if source != year:
            carried.setdefault(source, []).append(year)
        for name, usd in given[source].items():
            funds.setdefault(name, {})[year] = _constant(config, usd, year)
    notes = [_said(years, source) for source, years in carried.items()]
    return funds, [*_unused(given, first_year, set(carried)), *notes]


def yearly_budget(
    config: Config, first_year: int, *, by_year: Mapping[int, float] | None = None
) -> tuple[dict[int, float], list[str]]:
    """
    Give the money of every plan year.

    Funds of a year are added up. A year without an entry takes the last entry before it, which the
    notes say. Nominal dollars are deflated to the base year.

    Parameters
    ----------
    config
        The city's settings.
    first_year
        First fiscal year of the plan.
    by_year
        Dollars by fiscal year, where they come from the table `budgets` instead of the settings.

    Returns
    -------
    budget_usd, notes
        Constant dollars by fiscal year, and what was assumed, as sentences.

    Raises
    ------
    ConfigError
        There is no money for the first year of the plan.
    """
    given = (
        by_year
        if by_year is not None
        else {year: sum(funds.values()) for year, funds in config.budget.items()}
    )
    if not any(year <= first_year for year in given):
        raise _no_money(first_year, is_table=by_year is not None)
    budget: dict[int, float] = {}
    carried: dict[int, list[int]] = {}
    for year in range(first_year, first_year + config.years):
        source = max(known for known in given if known <= year)
        if source != year:
            carried.setdefault(source, []).append(year)
        budget[year] = _constant(config, given[source], year)
    notes = [_said(years, source) for source, years in carried.items()]
    return budget, [*_unused(given, first_year, set(carried)), *notes]
