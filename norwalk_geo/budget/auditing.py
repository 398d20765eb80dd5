"""Check a plan against its own tables: sums, limits, windows, and one thing said in two places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Treatments

__all__ = ["PlanChecks", "audit", "checked"]

PlanChecks: TypeAlias = pd.DataFrame
Tables: TypeAlias = Mapping[str, pd.DataFrame]
_CENT, _NOISE, _SHOWN = 0.005, 1e-6, 10


def checked(rows: list[tuple[str, str, list[str], str]]) -> PlanChecks:
    """
    Put checks together as a table.

    Parameters
    ----------
    rows
        Of each: what is checked, the verdict, the rows that fail, and a sentence.

    Returns
    -------
    plan_checks
        One row a check.
    """
    frame = pd.DataFrame(rows, columns=["check", "verdict", "rows", "says"])
    first = frame["rows"].map(lambda names: ", ".join(names[:_SHOWN]) or None)
    return schema.check(frame.assign(rows=first.astype("object")), "plan_checks")


def _off(one: pd.Series, other: pd.Series, noise: float = _CENT) -> list[str]:
    """Name the rows in which two sums are not the same."""
    both = pd.DataFrame({"one": one, "other": other}).fillna(0.0)
    return [str(key) for key in both.index[(both["one"] - both["other"]).abs() > noise]]


def _spending(tables: Tables) -> list[str]:
    """Find years whose spending is not the sum of work and ramps."""
    years = tables["years"]
    ramps = years["ramps_usd"].fillna(0.0) if "ramps_usd" in years else 0.0
    return _off(
        tables["work"].groupby(level="year")["cost_usd"].sum() + 0.0, years["spent_usd"] - ramps
    )


def _ramps(tables: Tables) -> list[str]:
    """Find years whose ramps are not the sum over the corners."""
    years = tables["years"]
    bill = years["ramps_usd"] if "ramps_usd" in years else pd.Series(0.0, index=years.index)
    return _off(tables["ramp_work"].groupby("year")["cost_usd"].sum(), bill)


def _paid(tables: Tables) -> list[str]:
    """Find years whose payments are not their spending."""
    paid = tables["payments"].groupby(level="year")["paid_usd"].sum()
    return _off(paid, tables["years"]["spent_usd"])


def _limits(tables: Tables) -> list[str]:
    """Find funds of a year that pay more than they have."""
    limits = tables["row_prices"]
    money = limits.loc[limits["kind"].eq("fund"), "available"]
    paid = tables["payments"].groupby(level="limit")["paid_usd"].sum()
    over = paid - money.reindex(paid.index)
    return [str(name) for name in over.index[~(over <= _CENT)]]


def _miles(tables: Tables) -> list[str]:
    """Find years whose miles are not the sum over the sections."""
    miles = tables["work"].groupby(level="year")["length_mi"].sum()
    return _off(miles, tables["years"]["miles_repaired"], _NOISE)


def _outcomes(tables: Tables) -> list[str]:
    """Find sections whose outcome is not what their work says."""
    work, outcomes = tables["work"].reset_index(), tables["outcomes"]
    own = work.groupby("section_id")
    wrong = set(_off(own["cost_usd"].sum(), outcomes["cost_usd"]))
    first = own["year"].min().reindex(outcomes.index)
    is_other = first.ne(outcomes["first_year"].astype("float64"))
    wrong |= set(outcomes.index[is_other & ~(first.isna() & outcomes["first_year"].isna())])
    wrong |= set(outcomes.index[outcomes["status"].eq("planned") != first.notna()])
    return sorted(map(str, wrong | (set(work["section_id"]) - set(outcomes.index))))


def _named(rows: pd.DataFrame) -> list[str]:
    """Name rows of work by section and year."""
    return [f"{section} {year}" for section, year in rows[["section_id", "year"]].to_numpy()]


def _windows(tables: Tables) -> list[str]:
    """Find work that its treatment's window does not allow."""
    work = tables["work"].reset_index()
    windows = tables["treatments"][["pci_min", "pci_max"]].reindex(work["treatment"])
    before = work["pci_before"].to_numpy()
    low, high = windows["pci_min"].to_numpy(), windows["pci_max"].to_numpy()
    return _named(work[~((before >= low - _NOISE) & (before <= high + _NOISE))])


def _lockouts(tables: Tables) -> list[str]:
    """Find work that comes too soon after earlier work on the section."""
    work = tables["work"].reset_index().sort_values(["section_id", "year"], kind="stable")
    locked = work["treatment"].map(tables["treatments"]["lockout_years"])
    free = (work["year"] + locked).groupby(work["section_id"]).shift()
    return _named(work[free.notna() & (work["year"] < free)])


# Each with the tables that it takes beside `work` and `years`, and what it says.
_CHECKS: dict[str, tuple[Callable[[Tables], list[str]], tuple[str, ...], str]] = {
    "spending": (_spending, (), "Work and curb ramps of each year add up to its spending"),
    "ramps": (_ramps, ("ramp_work",), "Corners of each year add up to its curb ramps"),
    "payments": (_paid, ("payments",), "Payments of each year add up to its spending"),
    "limits": (_limits, ("payments", "row_prices"), "No fund pays more than it has"),
    "miles": (_miles, (), "Sections of each year add up to its miles"),
    "outcomes": (_outcomes, ("outcomes",), "The outcome of each section is what its work says"),
    "windows": (_windows, ("treatments",), "Work is done at conditions that its window allows"),
    "lockouts": (_lockouts, ("treatments",), "No work comes sooner after other work than it may"),
}


def audit(tables: Tables, treatments: Treatments | None = None) -> PlanChecks:
    """
    Check a plan against its own tables.

    Parameters
    ----------
    tables
        Tables of a plan by name: `work` and `years`; of `payments`, `row_prices`, `outcomes` and
        `ramp_work` those that there are.
    treatments
        Those that the plan was made with. Without them windows are not checked.

    Returns
    -------
    plan_checks
        Every check with its verdict; dollars agree to the cent. What cannot be checked says so: it
        is never a pass.
    """
    given = {**tables, **({} if treatments is None else {"treatments": treatments})}
    rows: list[tuple[str, str, list[str], str]] = []
    for name, (find, needs, says) in _CHECKS.items():
        missing = [one for one in needs if one not in given]
        if missing:
            why = f"{says}: not checked, there is no {' and no '.join(missing)}."
            rows.append((name, "not_checked", [], why))
            continue
        wrong = find(given)
        many = f"{len(wrong):,} row{'' if len(wrong) == 1 else 's'}"
        told = f"{says}: not so in {many}." if wrong else f"{says}."
        rows.append((name, "fail" if wrong else "pass", wrong, told))
    return checked(rows)
