"""A plan by zones as tables, and what going by zones costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import network, schema
from norwalk_geo.budget import choose, explain, plan, policies, results
from norwalk_geo.budget.measures import cost_cents
from norwalk_geo.budget.model import CENTS, Case, Rules, build_case
from norwalk_geo.budget.plan import Plan
from norwalk_geo.budget.rotation.layout import Zones, lay_out
from norwalk_geo.budget.rotation.searching import Rotated, search
from norwalk_geo.budget.rotation.settings import Rotation
from norwalk_geo.budget.simulate import simulate

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Sections
    from norwalk_geo.treatments import Lifecycle

__all__ = ["ByZone", "rotate", "zoned_case"]


@dataclass(frozen=True)
class ByZone:
    """
    Result of `rotate`.

    Parameters
    ----------
    plan
        The plan; its bound and gap are over every rotation that was allowed, not only its own.
    rotation
        Visits: zone and fiscal year, with what is done.
    bound_of_rotation
        Points that no plan under the chosen rotation exceeds.
    unzoned
        Planned sections without a zone: the rotation does not bind them.
    tried
        Rotations that a plan was made for.
    """

    plan: Plan
    rotation: pd.DataFrame
    bound_of_rotation: float
    unzoned: int
    tried: int


def zoned_case(case: Case, sections: Sections, rotation: Rotation) -> Zones:
    """
    Lay a city out for a rotation.

    Parameters
    ----------
    case
        The city without one.
    sections
        Supplies `zone_id` and `functional_class`.
    rotation
        What is asked for.

    Returns
    -------
    zones
        The city and its zones' options.

    Raises
    ------
    InfeasibleError
        Something named does not exist, or the zones do not fit into the period.
    """
    streets = sections.loc[case.ids]
    none = pd.Series(pd.NA, index=streets.index, dtype="str")
    zone = streets.get("zone_id", none)
    return lay_out(case, zone, streets["functional_class"], rotation)


def rotate(
    condition: Condition,
    sections: Sections,
    lifecycle: Lifecycle,
    *,
    budget_usd: Mapping[int, float],
    rotation: Rotation,
    rules: Rules | None = None,
) -> ByZone:
    """
    Choose when each zone is visited and what is done there, with a certified gap.

    Parameters
    ----------
    condition, sections, lifecycle, budget_usd
        As `optimize` takes them; `sections` supplies `zone_id`.
    rotation
        Period, what is bound, and what is decided already.
    rules
        How time and money count, and further demands.

    Returns
    -------
    by_zone
        The plan and the visits. Sections without a zone are free, and counted.

    Raises
    ------
    InfeasibleError
        Something named does not exist, the zones do not fit into the period, or none of the
        rotations tried keeps to the money and the demands.

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
    >>> money = {2027: 2e5, 2028: 2e5, 2029: 2e5}
    >>> made = rotate(
    ...     condition, sections, life, budget_usd=money, rotation=Rotation(period_years=3)
    ... )
    >>> bool(made.plan.objective <= made.plan.bound and made.rotation.index.is_unique)
    True
    """
    rules, aligned = rules or Rules(), plan.align(condition, sections)
    case = build_case(aligned, sections, lifecycle, budget_usd=budget_usd, rules=rules)
    zones = zoned_case(case, sections, rotation)
    rotated = search(zones)
    chosen = _told(_chosen(zones, rotated), zones, rotated, rotation)
    proof = replace(rotated.found.bound, value=rotated.bound)
    made = plan.record(chosen, proof, aligned, sections)
    miles = network.measure(sections, lifecycle.classes).loc[case.ids, "miles"]
    return ByZone(
        plan=made,
        rotation=_visits(zones, rotated, chosen, miles, rotation),
        bound_of_rotation=rotated.own / case.scale,
        unzoned=_unzoned(sections, case),
        tried=rotated.tried,
    )


def _chosen(zones: Zones, rotated: Rotated) -> results.Chosen:
    """What the tables of a plan need."""
    case = zones.shown(rotated.choice)
    if case.duties is not None and rotated.case.duties is not None:
        case = replace(case, duties=replace(case.duties, lead=rotated.case.duties.lead))
    treatments = zones.lives(rotated.found.treatments)
    proof = rotated.found.bound
    return results.Chosen(
        case=case,
        treatments=treatments,
        course=simulate(case, treatments),
        untreated=simulate(case, policies.do_nothing(case)),
        worth=explain.worth(case, choose.gather(case, proof), proof, treatments),
    )


def _told(
    chosen: results.Chosen, zones: Zones, rotated: Rotated, rotation: Rotation
) -> results.Chosen:
    """Write the turns into the rules, so that reasons can name them."""
    case = chosen.case
    turns = {
        name: tuple(case.years[t] for t in zones.options[option])
        for name, option in zip(zones.names, rotated.choice, strict=True)
    }
    demands = replace(case.rules.demands, zone_years=turns, zone_exempt=rotation.exempt)
    rules = replace(case.rules, demands=demands)
    return replace(chosen, case=replace(case, rules=rules))


def _visits(
    zones: Zones, rotated: Rotated, chosen: results.Chosen, miles: pd.Series, rotation: Rotation
) -> pd.DataFrame:
    """One row a zone and year in which it may be worked in."""
    cents, done = cost_cents(chosen.case, chosen.treatments), chosen.treatments >= 0
    rows = []
    for z, name in enumerate(zones.names):
        of = zones.zone == z
        for t in zones.options[rotated.choice[z]]:
            worked = of & done[:, t]
            rows.append(
                {
                    "zone_id": name,
                    "year": chosen.case.years[t],
                    "is_given": name in rotation.given,
                    "sections": int(of.sum()),
                    "sections_worked": int(worked.sum()),
                    "length_mi": float(miles.to_numpy()[worked].sum()),
                    "cost_usd": int(cents[worked, t].sum()) / CENTS,
                }
            )
    columns = [*schema.describe("rotation").key, *schema.describe("rotation").columns.index]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys(columns))).sort_values(
        ["year", "zone_id"], kind="stable"
    )
    return schema.check(frame, "rotation")


def _unzoned(sections: Sections, case: Case) -> int:
    """Planned sections without a zone."""
    if "zone_id" not in sections:
        return len(case.ids)
    return int(sections.loc[case.ids, "zone_id"].isna().sum())
