"""Two plans side by side: which work was added, dropped, moved or changed, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from norwalk_geo import schema
from norwalk_geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from norwalk_geo.budget.plan import Plan

__all__ = ["PlanChanges", "diff", "diff_groups", "diff_years"]

PlanChanges: TypeAlias = pd.DataFrame
_CHANGES = ("same", "moved", "treatment", "cost", "added", "dropped")
_CENT = 0.005
_YEARS = {
    "budget_usd": ("budget_before_usd", "budget_after_usd"),
    "spent_usd": ("spent_before_usd", "spent_after_usd"),
    "miles_repaired": ("miles_before", "miles_after"),
    "pci": ("pci_before", "pci_after"),
    "backlog_usd": ("backlog_before_usd", "backlog_after_usd"),
}


def _works(plan: Plan, renamed: Mapping[str, str]) -> pd.DataFrame:
    """Take the work of a plan with the names that sections have in the later one."""
    flat = plan.work.reset_index()[["section_id", "year", "treatment_label", "cost_usd"]]
    # pandas cannot merge on two empty columns of its text type.
    return flat.assign(section_id=flat["section_id"].replace(dict(renamed)).astype("object"))


def _paired(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Pair work on a section: of the same year first, then what is left in its order."""
    one = before.assign(pair=before["year"].map(str).astype("object"))
    other = after.assign(pair=after["year"].map(str).astype("object"))
    keys = ["section_id", "pair"]
    exact = one.merge(other, on=keys, suffixes=("_before", "_after"))
    left = []
    for rows in (one, other):
        known = rows.set_index(keys).index.isin(exact.set_index(keys).index)
        rest = rows[~known].sort_values(["section_id", "year"], kind="stable")
        turn = rest.groupby("section_id").cumcount()
        left.append(rest.assign(pair=turn.map("rest {}".format).astype("object")))
    rest = left[0].merge(left[1], on=keys, how="outer", suffixes=("_before", "_after"))
    paired = pd.concat([exact, rest], ignore_index=True).drop(columns="pair")
    return paired.rename(
        columns={
            "treatment_label_before": "treatment_before",
            "treatment_label_after": "treatment_after",
            "cost_usd_before": "cost_before_usd",
            "cost_usd_after": "cost_after_usd",
        }
    )


def _named(pairs: pd.DataFrame) -> pd.Series:
    """Say of each pair what became of the work."""
    costs = pairs["cost_after_usd"] - pairs["cost_before_usd"]
    change = pd.Series("same", index=pairs.index, dtype="str")
    change = change.mask(costs.abs().gt(_CENT), "cost")
    other = pairs["treatment_before"].ne(pairs["treatment_after"]).fillna(value=True)
    change = change.mask(other.astype("bool"), "treatment")
    moved = pairs["year_before"].ne(pairs["year_after"]).fillna(value=True)
    change = change.mask(moved.astype("bool"), "moved")
    change = change.mask(pairs["year_before"].isna(), "added")
    return change.mask(pairs["year_after"].isna(), "dropped")


def _check(before: Plan, after: Plan, renamed: Mapping[str, str]) -> None:
    """Find names that would put two sections on one."""
    lost = [name for name in renamed if name not in before.outcomes.index]
    strange = [name for name in renamed.values() if name not in after.outcomes.index]
    stay = set(before.outcomes.index) - set(renamed)
    given = list(renamed.values())
    twice = sorted({name for name in given if given.count(name) > 1 or name in stay})
    problems = [
        Problem("renamed", what, tuple(rows), "Take them from network.match_ids.")
        for what, rows in (
            ("names a section that is not in the earlier plan", lost),
            ("names a section that is not in the later plan", strange),
            ("gives a section to two of the earlier plan", twice),
        )
        if rows
    ]
    if problems:
        raise SchemaError.of("plan_changes", problems)


def diff(before: Plan, after: Plan, *, renamed: Mapping[str, str] | None = None) -> PlanChanges:
    """
    Say what became of every piece of work from one plan to another.

    Work on a section is paired by its year, and what is left in the order of its years. A section
    that is in one plan alone is listed with its work; it is no error.

    Parameters
    ----------
    before, after
        The earlier and the later plan.
    renamed
        Id in the later plan of sections that had another one in the earlier. By default none.

    Returns
    -------
    plan_changes
        One row a piece of work, by section and in the order of its years; `cost_change_usd` adds up
        to the difference of the plans' work to the cent. A cost or year that a plan does not have
        is missing, never zero.

    Raises
    ------
    SchemaError
        `renamed` names sections that are not there, or puts two on one.

    Examples
    --------
    >>> import datetime as dt
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town("town", seed=1)
    >>> sections = town.streets.sections
    >>> condition = ng.pci.latest(town.surveys, sections, as_of=dt.date(2026, 7, 1))
    >>> life = ng.treatments.lifecycle(
    ...     ng.deterioration.curves(), ng.treatments.catalogue(base_year=2026))
    >>> small = ng.budget.optimize(condition, sections, life, budget_usd={2027: 1e5})
    >>> large = ng.budget.optimize(condition, sections, life, budget_usd={2027: 2e5})
    >>> changes = diff(small, large)
    >>> more = large.work["cost_usd"].sum() - small.work["cost_usd"].sum()
    >>> bool(abs(changes["cost_change_usd"].sum() - more) < 0.005)
    True
    """
    renamed = dict(renamed or {})
    _check(before, after, renamed)
    pairs = _paired(_works(before, renamed), _works(after, {}))
    pairs = pairs.assign(change=_named(pairs))
    was = {renamed.get(name, name): name for name in map(str, before.outcomes.index)}
    ids = pairs["section_id"]
    place = pd.Series("both", index=pairs.index, dtype="str")
    place = place.mask(~ids.isin(was.keys()), "later")
    place = place.mask(~ids.isin(after.outcomes.index), "earlier")
    costs = pairs[["cost_before_usd", "cost_after_usd"]].fillna(0.0)
    pairs = pairs.assign(
        section_change=place,
        earlier_id=ids.map(was),
        cost_change_usd=(costs["cost_after_usd"] - costs["cost_before_usd"]).round(2),
        pci_end_before=ids.map(was).map(before.outcomes["pci_end"]),
        pci_end_after=ids.map(after.outcomes["pci_end"]),
        first=pairs["year_after"].fillna(pairs["year_before"]),
    ).sort_values(["section_id", "first", "year_before"], kind="stable")
    number = pairs.groupby("section_id").cumcount() + 1
    columns = schema.describe("plan_changes").columns.index
    return schema.check(pairs.assign(work_number=number)[list(columns)], "plan_changes")


def diff_years(before: Plan, after: Plan) -> pd.DataFrame:
    """
    Put the years of two plans side by side.

    Parameters
    ----------
    before, after
        The earlier and the later plan.

    Returns
    -------
    plan_change_years
        Money, miles, condition in points and backlog of each; missing where a plan does not have
        the year.
    """
    sides = [
        plan.years[list(_YEARS)].rename(columns={name: two[k] for name, two in _YEARS.items()})
        for k, plan in enumerate((before, after))
    ]
    both = sides[0].join(sides[1], how="outer").sort_index()
    return schema.check(
        both[[name for two in _YEARS.values() for name in two]], "plan_change_years"
    )


def diff_groups(changes: PlanChanges, groups: pd.Series) -> pd.DataFrame:
    """
    Add up what changed by a group of the sections.

    Parameters
    ----------
    changes
        Of `diff`.
    groups
        Group of each section by its id in the later plan, such as its functional class.

    Returns
    -------
    plan_change_groups
        Pieces of work by what became of them, and dollars to the cent.
    """
    flat = changes.reset_index()
    group = flat["section_id"].map(groups.astype("object")).fillna("not known").astype("str")
    counts = pd.crosstab(group, flat["change"]).reindex(columns=list(_CHANGES), fill_value=0)
    counts = counts.add_prefix("works_")
    money = ["cost_before_usd", "cost_after_usd", "cost_change_usd"]
    sums = flat[money].fillna(0.0).groupby(group).sum().round(2)
    return schema.check(counts.join(sums).rename_axis("group"), "plan_change_groups")
