"""Money of the city's funds, less what work on other assets takes of it first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import config, infrastructure
from norwalk_geo.errors import InfeasibleError, NorwalkError, Problem

if TYPE_CHECKING:
    from norwalk_geo.cli.records import City

__all__ = ["ASSETS", "asset_plan", "by_year", "fund_money", "problems", "street_money"]

# What the rules of a fund call work on assets beside the pavement.
ASSETS = "assets"


def by_year(table: pd.DataFrame | None) -> dict[int, dict[str, float]] | None:
    """
    Take dollars by year and fund from the table `budgets`.

    Parameters
    ----------
    table
        The table, where there is one.

    Returns
    -------
    usd
        By fiscal year and fund; None without a table.
    """
    if table is None:
        return None
    given: dict[int, dict[str, float]] = {}
    flat = table.reset_index()
    for fund, year, usd in zip(flat["fund"], flat["year"], flat["amount_usd"], strict=True):
        given.setdefault(int(year), {})[str(fund)] = float(usd)
    return given


def _years(settings: config.Config, first_year: int) -> range:
    """Fiscal years of the plan."""
    return range(first_year, first_year + settings.years)


def _whole(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Give assets every column; those that the city has not are blank."""
    table = tables.get("assets")
    if table is None:
        return None
    return infrastructure.check_assets(table, tables["sections"].index, as_of=dt.date.max)


def _only_assets(settings: config.Config) -> set[str]:
    """Find funds that may pay for nothing but assets."""
    return {
        name
        for name, rules in settings.funds.items()
        if rules.get("treatments") and set(rules["treatments"]) == {ASSETS}
    }


def fund_money(
    settings: config.Config, tables: Mapping[str, pd.DataFrame], first_year: int
) -> tuple[dict[str, dict[int, float]], list[str]]:
    """
    Give the money of every fund that is left for streets.

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
    funds_usd, notes
        Constant dollars by fund and fiscal year, without funds for assets alone, and what was
        assumed, as sentences.
    """
    given = by_year(tables.get("budgets"))
    money, notes = config.yearly_funds(settings, first_year, by_year=given)
    assets = _whole(tables)
    if assets is not None:
        taken = infrastructure.committed(assets, _years(settings, first_year))
        for fund in taken.keys() & money.keys():
            for year, usd in taken[fund].items():
                money[fund][year] = round(money[fund].get(year, 0.0) - usd, 2)
    apart = _only_assets(settings)
    return {name: usd for name, usd in money.items() if name not in apart}, notes


def street_money(
    settings: config.Config, tables: Mapping[str, pd.DataFrame], first_year: int
) -> tuple[dict[int, float], list[str]]:
    """
    Give the money of every year that is left for streets.

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
    budget_usd, notes
        Constant dollars by fiscal year, and what was assumed, as sentences.
    """
    given = by_year(tables.get("budgets"))
    sums = None if given is None else {year: sum(usd.values()) for year, usd in given.items()}
    budget, notes = config.yearly_budget(settings, first_year, by_year=sums)
    funds, _ = config.yearly_funds(settings, first_year, by_year=given)
    apart, assets = _only_assets(settings), _whole(tables)
    for name in sorted(apart & funds.keys()):
        for year, usd in funds[name].items():
            budget[year] = round(budget.get(year, 0.0) - usd, 2)
    if assets is None:
        return budget, notes
    taken = infrastructure.committed(assets, _years(settings, first_year))
    for fund in sorted((taken.keys() & funds.keys()) - apart):
        for year, usd in taken[fund].items():
            budget[year] = round(budget[year] - usd, 2)
    return budget, [*notes, *_said(taken, set(funds))]


def _said(taken: Mapping[str, Mapping[int, float]], known: set[str]) -> list[str]:
    """Say what assets take first, and of which fund nothing is known."""
    first, rest = list[str](), list[str]()
    for fund, usd in sorted(taken.items()):
        text = f"${sum(usd.values()):,.2f} of {fund.replace('_', ' ')}"
        (first if fund in known else rest).append(text)
    notes = []
    if first:
        text = f"Work on other assets is committed and takes {', '.join(first)}"
        notes.append(f"{text} over the plan before streets are planned.")
    if rest:
        text = f"Work on other assets also takes {', '.join(rest)}"
        notes.append(f"{text}: the budget does not give this money, so nothing is held against it.")
    return notes


def problems(city: City, as_of: dt.date) -> list[Problem]:
    """
    Find what is wrong with assets beyond their schema.

    Parameters
    ----------
    city
        As read; its money can be read.
    as_of
        Day that the data describe.

    Returns
    -------
    problems
        Rows that contradict themselves, funds that may not pay for assets or have too little.
    """
    table, settings = city.tables.get("assets"), city.config
    if table is None:
        return []
    try:
        assets = infrastructure.check_assets(table, city.tables["sections"].index, as_of=as_of)
    except NorwalkError as error:
        return [Problem(f"assets.{p.where}", p.what, p.rows, p.remedy) for p in error.problems]
    first = config.first_plan_year(as_of, settings.fiscal_year_start)
    given = by_year(city.tables.get("budgets"))
    money, _ = config.yearly_funds(settings, first, by_year=given)
    taken = infrastructure.committed(assets, _years(settings, first))
    return [*_not_allowed(assets, settings), *_too_little(assets, taken, money)]


def _not_allowed(assets: pd.DataFrame, settings: config.Config) -> list[Problem]:
    """Find assets that a fund of street work alone would pay for."""
    found = []
    for name, rules in settings.funds.items():
        named = rules.get("treatments", ())
        wrong = assets["fund"].eq(name) & assets["year"].notna()
        if named and ASSETS not in named and wrong.any():
            rows = tuple(map(str, assets.index[wrong.to_numpy()]))
            remedy = f'Take another fund, or add "{ASSETS}" to funds.{name}.treatments.'
            what = f"{name} may not pay for assets"
            found.append(Problem("assets.fund", what, rows, remedy))
    return found


def _too_little(
    assets: pd.DataFrame,
    taken: Mapping[str, Mapping[int, float]],
    money: Mapping[str, Mapping[int, float]],
) -> list[Problem]:
    """Find funds that have less in a year than assets take."""
    found = []
    each = [(fund, year, usd) for fund, one in sorted(taken.items()) for year, usd in one.items()]
    for fund, year, usd in each:
        has = money[fund].get(year, 0.0) if fund in money else usd
        if usd <= has:
            continue
        rows = tuple(map(str, assets.index[assets["fund"].eq(fund) & assets["year"].eq(year)]))
        what = f"takes ${usd:,.2f} of {fund} in {year}, which has ${has:,.2f}"
        remedy = "Move work to another year or fund, or give the fund more."
        found.append(Problem("assets.cost_usd", what, rows, remedy))
    return found


def asset_plan(city: City, first_year: int) -> infrastructure.AssetPlan | None:
    """
    Put the city's assets into its work plan.

    Parameters
    ----------
    city
        As read and checked.
    first_year
        First fiscal year of the plan.

    Returns
    -------
    asset_plan
        None where the city has no table of assets.

    Raises
    ------
    InfeasibleError
        A fund has less in a year than assets take.
    """
    assets = _whole(city.tables)
    if assets is None:
        return None
    settings = city.config
    given = by_year(city.tables.get("budgets"))
    money, _ = config.yearly_funds(settings, first_year, by_year=given)
    years = _years(settings, first_year)
    lacking = _too_little(assets, infrastructure.committed(assets, years), money)
    if lacking:
        raise InfeasibleError.of("assets", lacking)
    price = infrastructure.Price(settings.base_year, settings.inflation_pct)
    return infrastructure.plan_assets(assets, years, price, funds=frozenset(money))
