"""A plan by packages as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.budget import choose, explain, ledger, plan, policies, results
from norwalk_geo.budget.measures import cost_cents
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers, Rules, build_case
from norwalk_geo.budget.packages.forming import form
from norwalk_geo.budget.packages.opening import Opened, open_packages
from norwalk_geo.budget.packages.settings import Packages, package_settings
from norwalk_geo.budget.packages.sharing import PackagedMarket, shared_bound
from norwalk_geo.budget.plan import Plan
from norwalk_geo.budget.rows import CLOSED
from norwalk_geo.budget.simulate import simulate
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["ByPackage", "due_usd", "optimize_packages"]


@dataclass(frozen=True)
class ByPackage:
    """
    Result of `optimize_packages`.

    Parameters
    ----------
    plan
        The plan; its yearly spending and its payments include mobilization, and its bound is over
        every plan that pays it. `work` names each section's package.
    packages
        Package in a year in which it is worked in: sections, miles, mobilization and cost.
    members
        Package of each planned section.
    left_out
        Sections that their windows call for in a year of their package and that are not treated
        then, with the reason.
    """

    plan: Plan
    packages: pd.DataFrame
    members: pd.Series
    left_out: pd.DataFrame


def due_usd(case: Case) -> Floats:
    """
    Price the work that each section's windows call for first, if nothing is done.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    due_usd
        Constant dollars; zero where none is called for in the plan.
    """
    course = simulate(case, policies.do_nothing(case))
    ages = course.age.astype("int64")
    called = case.life.called[case.family[:, None], course.seals, ages]
    first = (called >= 0).argmax(axis=1)
    rows = np.arange(len(called))
    lives = np.full(called.shape, -1, dtype="int8")
    lives[rows, first] = called[rows, first]
    return np.asarray(cost_cents(case, lives).sum(axis=1) / CENTS)


def _partition(case: Case, sections: Sections, packages: Packages) -> Integers:
    """Form packages of a city's planned sections."""
    lost = [one for one in ("from_node", "to_node") if one not in sections]
    if lost:
        remedy = "Build the network first: network.build(lines)."
        problems = [Problem(one, "column is missing", remedy=remedy) for one in lost]
        raise SchemaError.of("sections", problems)
    return form(sections.loc[case.ids], due_usd(case), packages)


def optimize_packages(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    packages: Packages | None = None,
    rules: Rules | None = None,
) -> ByPackage:
    """
    Choose work in contract-size packages, whose mobilization is paid once a year, with a proof.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd
        As `optimize` takes them; `sections` supplies `from_node`, `to_node` and `zone_id`.
    packages
        Size and mobilization. By default those of `parameters/packaging.csv`.
    rules
        How time and money count, and further demands. They look at work, not at mobilization.

    Returns
    -------
    by_package
        The plan and its packages. Money for mobilization comes from a fund that may pay for work on
        a member of the package.

    Raises
    ------
    SchemaError
        The sections have no nodes, or differ from those of the condition.
    InfeasibleError
        No plan was found that keeps to the money and the demands.

    References
    ----------
    `docs/methods/zones.md`.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> life = ng.treatments.lifecycle(
    ...     ng.deterioration.curves(), ng.treatments.catalogue(base_year=2026)
    ... )
    >>> made = optimize_packages(condition, sections, life, budget_usd={2027: 2e5, 2028: 2e5})
    >>> bool((made.plan.years["spent_usd"] <= made.plan.years["budget_usd"]).all())
    True
    """
    rules, aligned = rules or Rules(), plan.align(condition, sections)
    case = build_case(aligned, sections, lifecycle, budget_usd=budget_usd, rules=rules)
    wanted = packages or package_settings()
    package = _partition(case, sections, wanted)
    market, proof = shared_bound(PackagedMarket.of_packages(case, package, wanted.mobilization_usd))
    opened = open_packages(market, proof)
    chosen = _chosen(case, opened)
    proved = replace(opened.found.bound, value=max(proof.value, opened.value))
    made = plan.record(chosen, proved, aligned, sections)
    members = pd.Series([f"p{one:05}" for one in package], index=case.ids, name="package_id")
    miles = network.measure(sections, lifecycle.classes).loc[case.ids, "miles"].to_numpy()
    treated = opened.treated(package)
    table = _table(chosen, package, treated, (miles, wanted.mobilization_usd))
    return ByPackage(
        plan=_with_mobilization(made, chosen, opened, (table, members)),
        packages=table,
        members=members,
        left_out=_left_out(chosen, package, treated),
    )


def _chosen(case: Case, opened: Opened) -> results.Chosen:
    """What the tables of a plan need; the money is all there is, as in the city."""
    treatments, proof = opened.found.treatments, opened.found.bound
    shown = replace(opened.case, rows=case.rows)
    return results.Chosen(
        case=shown,
        treatments=treatments,
        course=simulate(case, treatments),
        untreated=simulate(case, policies.do_nothing(case)),
        worth=explain.worth(case, choose.gather(case, proof), proof, treatments),
    )


def _called(chosen: results.Chosen) -> Integers:
    """Treatment that the windows call for by section and year; −1 where none, or locked out."""
    case, course = chosen.case, chosen.course
    called = case.life.called[case.family[:, None], course.seals, course.age.astype("int64")]
    return np.asarray(np.where(course.is_locked, -1, called), dtype="int64")


def _table(
    chosen: results.Chosen,
    package: Integers,
    treated: npt.NDArray[np.bool_],
    amounts: tuple[Floats, float],
) -> pd.DataFrame:
    """One row a package and year in which it is worked in."""
    miles, usd = amounts
    case, done = chosen.case, chosen.treatments >= 0
    cents, count = cost_cents(case, chosen.treatments), len(treated)
    is_left = (_called(chosen) >= 0) & ~done
    rows, year = np.nonzero(treated)

    def total(amount: Floats) -> Floats:
        found = [np.bincount(package, one, count) for one in amount.T]
        return np.asarray(np.column_stack(found)[rows, year], dtype="float64")

    frame = pd.DataFrame(
        {
            "package_id": [f"p{one:05}" for one in rows],
            "year": np.array(case.years)[year],
            "sections": total(done.astype("float64")).astype("int64"),
            "left_out": total(is_left.astype("float64")).astype("int64"),
            "length_mi": total(done * miles[:, None]),
            "cost_usd": np.rint(total(cents.astype("float64"))) / CENTS,
            "mobilization_usd": round(usd * CENTS) / CENTS,
        }
    )
    return schema.check(frame, "packages")


def _left_out(
    chosen: results.Chosen, package: Integers, treated: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Every section that is called for in a year of its package and not treated, with a reason."""
    case, called = chosen.case, _called(chosen)
    is_left = treated[package] & (called >= 0) & (chosen.treatments < 0)
    section, year = np.nonzero(is_left)
    labels = case.life.treatments["label"].to_numpy()[called[section, year]]
    frame = pd.DataFrame(
        {
            "section_id": case.ids[section],
            "year": np.array(case.years)[year],
            "package_id": [f"p{one:05}" for one in package[section]],
            "treatment_label": labels,
            "reason": [
                _reason(chosen, i, t) for i, t in zip(section.tolist(), year.tolist(), strict=True)
            ],
        }
    )
    return schema.check(frame, "left_out")


def _reason(chosen: results.Chosen, i: int, t: int) -> str:
    """Why a section is not treated in a year of its package."""
    case, worth = chosen.case, float(chosen.worth[i])
    if (case.cell[case.pattern[i], t, 1:] == CLOSED).all():
        return "No work may be done on it in this year, or no fund may pay for it."
    later = np.flatnonzero(chosen.treatments[i] >= 0)
    if len(later):
        years = ", ".join(str(case.years[k]) for k in later)
        return f"It is worth more to treat it in another year of its package: {years}."
    if worth >= 1:
        return "What is left of the money does not cover it."
    text = f"A dollar on it raises condition only {worth:.0%} as much as the last dollar that the "
    return text + "plan spends."


def _with_mobilization(
    made: Plan, chosen: results.Chosen, opened: Opened, tables: tuple[pd.DataFrame, pd.Series]
) -> Plan:
    """Add mobilization to what is spent and paid, and packages to the work."""
    table, members = tables
    usd = table.groupby("year")["mobilization_usd"].sum().reindex(made.years.index, fill_value=0.0)
    rules, years = chosen.case.rules, made.years
    nominal = usd * (1 + rules.inflation_pct / 100) ** (years.index - rules.base_year)
    spent = {"spent_usd": usd, "spent_nominal_usd": nominal}
    more = {name: (years[name] + part).round(2) for name, part in spent.items()}
    ids = made.work.index.get_level_values("section_id")
    work = made.work.assign(package_id=members.loc[ids].to_numpy())
    return replace(
        made,
        work=schema.check(work, "work"),
        years=schema.check(years.assign(**more), "years"),
        payments=_payments(chosen.case, opened),
    )


def _payments(case: Case, opened: Opened) -> pd.DataFrame:
    """What each fund pays in each year, mobilization included."""
    work = ledger.payments(opened.case, opened.found.treatments)
    rows, some = case.rows, np.flatnonzero(opened.set_aside)
    words = np.array(rows.fund_words, dtype="object")[rows.draws[:, some].argmax(axis=0)]
    year = np.array(case.years)[rows.paid[some] % rows.years]
    index = pd.MultiIndex.from_arrays([words, year], names=["limit", "year"])
    aside = pd.Series(opened.set_aside[some] / CENTS, index=index).groupby(level=[0, 1]).sum()
    every = work.reindex(work.index.union(aside.index), fill_value=0.0)
    every["paid_usd"] = every["paid_usd"].add(aside, fill_value=0.0).round(2)
    return schema.check(every.reset_index(), "payments")
